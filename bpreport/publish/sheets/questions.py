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
from bpreport.formula.tree import Apply, Derivative, walk
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


def _forward_by_layer(trace: Trace) -> Pick:
    """With the activation of every layer that has another one than the layers before it."""
    found = _forward(trace)
    nets = _keys(trace, "net", stage="forward")
    firsts: dict[int, str] = {}
    for key in _keys(trace, "out", stage="forward"):
        firsts.setdefault(trace.roles[key].layer, key)
    shapes: dict[frozenset[str], str] = {}
    for key in firsts.values():
        formula = trace.quantities[key].formula
        assert formula is not None
        shape = frozenset(part.operation for part in walk(formula) if isinstance(part, Apply))
        shapes.setdefault(shape, key)
    return Pick(found.keys, _formulas(trace, nets[0], *shapes.values()), found.worked)


def _error(trace: Trace) -> Pick:
    keys = _keys(trace, "error", stage="error")
    # With one output the total is its error by another name.
    chosen = (*keys[:-1][: MOST - 1], keys[-1]) if len(keys) > 2 else keys[:1]
    return Pick(chosen, _formulas(trace, *dict.fromkeys((keys[0], keys[-1]))), keys)


def _error_with_parts(trace: Trace) -> Pick:
    """Without those parts that are always 0: of a cross-entropy, where the target is 0."""
    found = _error(trace)
    keys = tuple(key for key in found.keys if abs(trace.quantities[key].value) > NOTHING)
    if keys == found.keys:
        return found
    chosen = keys if len(keys) > 2 else keys[-1:]  # one part alone is the total
    return Pick(chosen, _formulas(trace, *dict.fromkeys((keys[0], keys[-1]))), found.worked)


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


def _factors(trace: Trace, layer: int) -> Pick:
    """As `_chain`, but for outputs that depend on one another, as in softmax.

    There the error goes through all of them, and what is asked for is the gradient by the
    pre-activation.
    """
    found = _chain(trace, layer)
    if not found.keys:
        return found
    weight = found.keys[-1]
    unit = trace.roles[weight].unit
    slopes = [key for key in _keys(trace, "slope of out by net", layer=layer)
              if trace.roles[key].unit == unit]  # fmt: skip
    if len(slopes) < 2:
        return found
    by_net = [key for key in _keys(trace, "gradient by net", layer=layer)
              if trace.roles[key].unit == unit]  # fmt: skip
    return Pick((*by_net, weight), found.shown, (*by_net, weight))


def _output_factors(trace: Trace) -> Pick:
    return _factors(trace, _last(trace))


def _hidden_factors(trace: Trace) -> Pick:
    return _factors(trace, 1) if _last(trace) > 1 else Pick(())


def _output_chain(trace: Trace) -> Pick:
    return _chain(trace, _last(trace))


def _hidden_chain(trace: Trace) -> Pick:
    return _chain(trace, 1) if _last(trace) > 1 else Pick(())


def _update(trace: Trace) -> Pick:
    found: list[str] = []
    for layer in range(_last(trace), 0, -1):
        found += _keys(trace, "updated weight", layer=layer)[:1]
    return Pick(tuple(found), _formulas(trace, *found[:1]))


def _update_with_bias(trace: Trace) -> Pick:
    """A weight of each layer, and a bias of the last one, where biases are trained."""
    found = _update(trace)
    # One that all outputs of a softmax share never moves.
    biases = [key for key in _keys(trace, "updated bias", layer=_last(trace)) if _moves(trace, key)]
    return Pick((*found.keys, *biases[:1]), found.shown)


def _moves(trace: Trace, key: str) -> bool:
    """Whether an update changes the value."""
    after, before = (trace.quantities[name].value for name in (key, key.removesuffix("^{+}")))
    return bool(abs(after - before) > NOTHING)


NOTHING = 1e-30
"""What 50 digits leave of a sum that is 0."""


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


def _model_with_net(trace: Trace) -> Pick:
    """For two samples; a sigmoid's pre-activation comes first."""
    nets, models = _keys(trace, "net"), _keys(trace, "model")
    keys = [key for key in trace.quantities if key in (*nets[:2], *models[:2])]
    return Pick(tuple(keys), _formulas(trace, *nets[:1], *models[:1]))


def _stated_objective(trace: Trace) -> Pick:
    """With its formula: whether it has the factor 1/2 or 1/m must be known."""
    (key,) = _objective(trace).keys
    quantity = trace.quantities[key]
    stated = [*quantity.forms, quantity.formula][0]
    assert stated is not None
    return Pick((key,), ((latex(quantity.symbol), f"= {latex(stated)}"),))


def _objective(trace: Trace) -> Pick:
    return Pick(tuple(key for key, q in trace.quantities.items() if q.stage == "objective")[-1:])


def _slopes(trace: Trace) -> Pick:
    steps = [trace.quantities[key] for key in _keys(trace, "updated parameter")]
    found = [key for step in steps for key in step.sources if key.startswith(r"\partial ")]
    return Pick(tuple(found)[:MOST])


def _gradient(trace: Trace) -> Pick:
    """Of the objective by each parameter."""
    parameters = {key for key, role in trace.roles.items() if role.kind == "parameter"}
    found = [
        key
        for key in _keys(trace, "gradient")
        if isinstance(symbol := trace.quantities[key].symbol, Derivative)
        and {getattr(variable, "key", "") for variable in symbol.by} <= parameters
    ]
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
        mark("Compute these pre-activations and outputs."), _forward, 10, until=1),
    Row("forward", NETWORK, Message(mark("Forward pass")),
        mark("Compute these pre-activations and outputs."), _forward_by_layer, 10, since=2),
    Row("error", NETWORK, Message(mark("Error")),
        mark("Compute the error of the outputs."), _error, 5, until=1),
    Row("error", NETWORK, Message(mark("Error")),
        mark("Compute the error of the outputs."), _error_with_parts, 5, since=2),
    Row("gradient", NETWORK, Message(mark("Gradient of an output weight")),
        mark("Compute the factors of the chain-rule product, then the gradient."),
        _output_chain, 8, until=1),
    Row("gradient", NETWORK, Message(mark("Gradient of an output weight")),
        mark("Compute the factors of the chain-rule product, then the gradient."),
        _output_factors, 8, since=2),
    Row("hidden gradient", NETWORK, Message(mark("Gradient of a hidden weight")),
        mark("The error reaches this weight through all units of the next layer. Compute the "
             "factors, then the gradient."),
        _hidden_chain, 10, until=1),
    Row("hidden gradient", NETWORK, Message(mark("Gradient of a hidden weight")),
        mark("The error reaches this weight through all units of the next layer. Compute the "
             "factors, then the gradient."),
        _hidden_factors, 10, since=2),
    Row("update", NETWORK, Message(mark("Update")),
        mark("Make one step of gradient descent; all gradients are taken before any weight "
             "changes."),
        _update, 5, until=1),
    Row("update", NETWORK, Message(mark("Update")),
        mark("Make one step of gradient descent; all gradients are taken before any weight or bias "
             "changes."),
        _update_with_bias, 6, since=2),
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
        mark("Compute what the model gives for these samples."), _model, 4, until=1),
    Row("model", REGRESSION, Message(mark("Model")),
        mark("Compute what the model gives for these samples."), _model_with_net, 5, since=2),
    Row("objective", REGRESSION, Message(mark("Objective")),
        mark("Compute the objective at the start."), _objective, 6, until=1),
    Row("objective", REGRESSION, Message(mark("Objective")),
        mark("Compute the objective at the start."), _stated_objective, 6, since=2),
    Row("slopes", REGRESSION, Message(mark("Gradient")),
        mark("Compute the gradient at the start."), _slopes, 8, until=1),
    Row("slopes", REGRESSION, Message(mark("Gradient")),
        mark("Compute the gradient at the start."), _gradient, 8, since=2),
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

LATEST = 2
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
