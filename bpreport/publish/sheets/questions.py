r"""The questions: a table with a row each.

A row picks, once for a course, the quantities that it asks for; the questions of a student are
made from these and the student's numbers. Nothing here knows a particular deck: quantities are
picked by the parts that they play in the trace.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bpreport.audit.model import Message
from bpreport.formula import latex
from bpreport.publish.language import mark
from bpreport.worked import Trace

__all__ = ["LATEST", "QUESTIONS", "Pick", "Row", "rows_of"]

Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pick:
    """What a row asks for in one course."""

    keys: Keys
    """Of the quantities that are asked for, or that a question may be made of."""
    shown: tuple[tuple[str, ...], ...] = ()
    """Formulas that stand in the question."""
    worked: Keys = ()
    """Of the quantities that the key works out; where none are named, those that are asked for."""


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of question."""

    kind: str
    of: frozenset[str]
    """The kinds of worked examples that it can be asked of."""
    title: Message
    prompt: str
    """A sentence, in which {places} and {carry} may stand."""
    pick: Callable[[Trace], Pick]
    lines: int = 8
    """Room to work."""
    since: int = 1
    """The version of the generator that asked it first."""
    until: int | None = None
    """The last version that asks it."""
    form: str = "values"
    """How it is made: "values" asks for each quantity; the others are rows of `making.FORMS`."""


NETWORK = frozenset({"perceptron"})
REGRESSION = frozenset({"linear regression", "logistic regression"})
DESCENT = frozenset({"gradient descent"})
MOST = 6
"""Values that one question asks for."""


def _keys(trace: Trace, kind: str, *, stage: str = "", layer: int | None = None) -> Keys:
    """Keys of all quantities that play a part, in order of computation."""
    return tuple(
        key
        for key, quantity in trace.quantities.items()
        if key in trace.roles
        and trace.roles[key].kind == kind
        and quantity.formula is not None
        and stage in ("", quantity.stage)
        and layer in (None, trace.roles[key].layer)
    )


def _last(trace: Trace) -> int:
    return max(role.layer for role in trace.roles.values())


def _formulas(trace: Trace, *keys: str) -> tuple[tuple[str, ...], ...]:
    """The definitions of quantities, symbolic."""
    known = [trace.quantities[key] for key in keys]
    return tuple((latex(q.symbol), f"= {latex(q.formula)}") for q in known if q.formula is not None)


def _forward(trace: Trace) -> Pick:
    nets = _keys(trace, "net", stage="forward")
    outs = _keys(trace, "out", stage="forward")
    firsts = {trace.roles[key].layer: key for key in reversed(nets)}
    chosen = [*firsts.values(), *outs]
    keys = [key for key in trace.quantities if key in chosen]
    passed = [key for key in trace.quantities if key in (*nets, *outs)]
    return Pick(tuple(keys[: MOST + 2]), _formulas(trace, nets[0], outs[0]), tuple(passed))


def _error(trace: Trace) -> Pick:
    keys = _keys(trace, "error", stage="error")
    # With one output the total is its error by another name.
    chosen = (*keys[:-1][: MOST - 1], keys[-1]) if len(keys) > 2 else keys[:1]
    return Pick(chosen, _formulas(trace, *dict.fromkeys((keys[0], keys[-1]))), keys)


def _chain(trace: Trace, layer: int) -> Pick:
    """The gradient of the first weight of a layer, and the factors of its chain-rule product."""
    gradients = _keys(trace, "gradient", stage="backward", layer=layer)
    weights = [key for key in gradients if trace.quantities[key].forms]
    if not weights:
        return Pick(())
    quantity = trace.quantities[weights[0]]
    role = trace.roles[quantity.key]
    kinds = ("gradient by out", "slope of out by net")
    factors = [
        key
        for kind in kinds
        for key in _keys(trace, kind, layer=layer)
        if trace.roles[key].unit == role.unit and _of_whole(key, quantity.key, kind)
    ]
    shown = ((latex(quantity.symbol), f"= {latex(quantity.forms[0])}"),)
    # On a hidden unit several errors meet: its gradient is a sum of those, which the key works out.
    shares = [key for factor in factors for key in trace.quantities[factor].sources
              if key.startswith(r"\partial ")]  # fmt: skip
    return Pick((*factors, quantity.key), shown, (*shares, *factors, quantity.key))


def _of_whole(key: str, gradient: str, kind: str) -> bool:
    """Whether a derivative by an output is that of the whole error, as the gradient is."""
    return kind != "gradient by out" or key.partition("/")[0] == gradient.partition("/")[0]


def _output_chain(trace: Trace) -> Pick:
    return _chain(trace, _last(trace))


def _hidden_chain(trace: Trace) -> Pick:
    return _chain(trace, 1) if _last(trace) > 1 else Pick(())


def _update(trace: Trace) -> Pick:
    found: list[str] = []
    for layer in range(_last(trace), 0, -1):
        found += _keys(trace, "updated weight", layer=layer)[:1]
    return Pick(tuple(found), _formulas(trace, *found[:1]))


def _next_pass(trace: Trace) -> Pick:
    keys = _keys(trace, "next error")
    later = [key for key, quantity in trace.quantities.items() if quantity.stage == "next pass"]
    return Pick(keys[-1:], worked=tuple(later))


def _mistake(trace: Trace) -> Pick:
    """Quantities that no other question asks for: of the last unit and its last weight."""
    last = _last(trace)
    nets = _keys(trace, "net", stage="forward", layer=last)
    gradients = _keys(trace, "gradient", stage="backward", layer=last)
    weights = [key for key in gradients if trace.quantities[key].forms]
    return Pick((*nets[1:][-1:], *weights[1:][-1:]))


def _convention(trace: Trace) -> Pick:
    hidden = _keys(trace, "updated weight", layer=1) if _last(trace) > 1 else ()
    return Pick(hidden[1:][-1:])


def _model(trace: Trace) -> Pick:
    keys = _keys(trace, "model")
    return Pick(keys[:2], _formulas(trace, *keys[:1]))


def _objective(trace: Trace) -> Pick:
    return Pick(tuple(key for key, q in trace.quantities.items() if q.stage == "objective")[-1:])


def _slopes(trace: Trace) -> Pick:
    steps = [trace.quantities[key] for key in _keys(trace, "updated parameter")]
    found = [key for step in steps for key in step.sources if key.startswith(r"\partial ")]
    return Pick(tuple(found)[:MOST])


def _parameters(trace: Trace) -> Pick:
    keys = _keys(trace, "updated parameter")
    return Pick(keys[:MOST], _formulas(trace, *keys[:1]))


def _iterates(trace: Trace) -> Pick:
    iterates = _keys(trace, "iterate")
    variables = len(trace.facts["variables"])
    values = _keys(trace, "value")
    return Pick((*iterates[: 2 * variables], *values[2:3]))


def _none(_trace: Trace) -> Pick:
    return Pick(())


QUESTIONS: tuple[Row, ...] = (
    Row("forward", NETWORK, Message(mark("Forward pass")),
        mark("Compute these pre-activations and outputs."), _forward, 10),
    Row("error", NETWORK, Message(mark("Error")),
        mark("Compute the error of the outputs."), _error, 5),
    Row("gradient", NETWORK, Message(mark("Gradient of an output weight")),
        mark("Compute the factors of the chain-rule product, then the gradient."),
        _output_chain, 8),
    Row("hidden gradient", NETWORK, Message(mark("Gradient of a hidden weight")),
        mark("The error reaches this weight through all units of the next layer. Compute the "
             "factors, then the gradient."),
        _hidden_chain, 10),
    Row("update", NETWORK, Message(mark("Update")),
        mark("Make one step of gradient descent; all gradients are taken before any weight "
             "changes."),
        _update, 5),
    Row("iteration", NETWORK, Message(mark("One iteration")),
        mark("All weights are updated once in this way, and the same sample is presented again. "
             "What is the error then?"), _next_pass, 12),
    Row("mistake", NETWORK, Message(mark("Find the mistake")),
        mark("In another network these values are known, and somebody wrote the line below them. "
             "One mistake was made in it. Which one is it, and what is the right value?"),
        _mistake, 6, form="mistake"),
    Row("convention", NETWORK, Message(mark("Which convention?")),
        mark("Somebody worked with the same numbers and got the result below. "
             "In which order were the weights updated?"), _convention, 6, form="convention"),
    Row("model", REGRESSION, Message(mark("Model")),
        mark("Compute what the model gives for these samples."), _model, 4),
    Row("objective", REGRESSION, Message(mark("Objective")),
        mark("Compute the objective at the start."), _objective, 6),
    Row("slopes", REGRESSION, Message(mark("Gradient")),
        mark("Compute the gradient at the start."), _slopes, 8),
    Row("parameters", REGRESSION, Message(mark("Update")),
        mark("Make one step of gradient descent."), _parameters, 4),
    Row("iterates", DESCENT, Message(mark("Gradient descent")),
        mark("Make two steps of gradient descent, and compute the objective after them."),
        _iterates, 6),
    Row("count", DESCENT, Message(mark("Number of updates")),
        "", _none, 6, form="count"),
    Row("divergence", DESCENT, Message(mark("Divergence")),
        "", _none, 6, form="divergence"),
)  # fmt: skip
"""Every kind of question, in the order of a sheet. What was asked once stays, with its `until`."""

LATEST = 1
"""The version of the generator that makes new sheets."""


def rows_of(kind: str, version: int) -> tuple[Row, ...]:
    """What a version asks of a kind of worked example."""
    return tuple(
        row
        for row in QUESTIONS
        if kind in row.of and row.since <= version <= (row.until or version)
    )


STOPS: Mapping[str, str] = {
    "change of objective": mark(
        "The descent stops after the first update that changes the objective by at most "
        "{tolerance}. How many updates are made?"
    ),
    "objective": mark(
        "The descent stops after the first update that leaves the size of the objective at most "
        "{tolerance}. How many updates are made?"
    ),
    "gradient": mark(
        "The descent stops after the first update that leaves the length of the gradient at most "
        "{tolerance}. How many updates are made?"
    ),
    "step": mark(
        "The descent stops after the first update whose step has at most the length {tolerance}. "
        "How many updates are made?"
    ),
}
"""What a question asks about each stopping rule."""
