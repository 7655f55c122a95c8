"""What the worked examples of a deck know: values under the conventions that were adopted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bpreport.audit.aliases import keys_of, own_name
from bpreport.audit.digits import fits, significant_digits
from bpreport.audit.model import Message
from bpreport.audit.names import TOTAL, spellings
from bpreport.audit.points import COUNTS, random_value
from bpreport.deck.model import Claim, Deck
from bpreport.formula import MP, MPMATH, EvaluationError, FormulaError, evaluate, parse, places_of
from bpreport.formula.tree import Derivative, Symbol, Tree
from bpreport.worked import Perceptron, Study, Trace, later_step
from bpreport.worked.network import UPDATES
from bpreport.worked.perceptron import State
from bpreport.worked.perceptron_trace import BEYOND

__all__ = ["FIRST", "STOPPING_RULES", "Examples", "Known", "Step", "output_keys", "total_of"]

STOPPING_RULES = {
    "change of objective": Message("change of objective"),
    "objective": Message("objective"),
    "gradient": Message("gradient"),
    "step": Message("step"),
}
"""What the stopping rules that compare something with a tolerance are called."""

MOST_STEPS = 10
"""Updates up to which TELLING_DIGITS tell what step is meant, in a sentence about several.

Ten times as many steps are right by accident ten times as often; one digit more makes up for it.
"""

TELLING_DIGITS = 3
"""Digits that a number needs for its being right after the update to be no accident."""

_RELIABLE_DIGITS = 13
"""Of the float64 series of a regression."""


@dataclass(frozen=True, slots=True)
class Known:
    """A value that is known, and where from."""

    value: Any
    """At 50 digits."""
    key: str
    worked: str | None = None
    """The worked example that knows it; None where the document's own formulas do."""
    given: bool = False
    formula: Tree | None = None
    later: bool = False
    """Only stated further on in the document."""
    rounded: bool = False
    """Computed from printed results, and so only as good as their rounding."""
    stale: bool = False
    """Depends on what was given in an earlier round, and may be another number by now."""


@dataclass(frozen=True, slots=True)
class Step:
    """Which step of a worked example some claims are about."""

    updates: int = 0
    """Updates done before it."""
    sample: int = 0
    """The sample that it is of, counted from 0."""
    as_printed: bool = False
    """It starts from the results of the update before as they are printed, not from the right."""


FIRST = Step()


@dataclass(frozen=True, slots=True)
class Sample:
    """Which sample of a worked example a row of a table is."""

    place: int
    """Counted from 0."""
    names: Mapping[Tree, Symbol] = field(default_factory=dict)
    """Its targets by what heads their columns."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The state of a worked example in which a printed number is right."""

    value: Any
    updates: int
    update: str = ""
    """How the weights are updated, where the worked example does it otherwise."""
    sure: bool = True
    """The digits tell that it is this state: it is no accident among all that may be meant."""


@dataclass
class Examples:
    """Values of quantities and of iterations, by the key of the name."""

    deck: Deck
    study: Study
    traces: Mapping[str, Trace]
    """Of every worked example, under the conventions that were adopted."""
    shifts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """By worked example, updates done beyond the printed count, for "outputs" and "weights"."""
    steps: dict[str, Step] = field(default_factory=dict)
    """By claim, the step of its worked example that it is about, where the deck tells."""
    runs: dict[str, str] = field(default_factory=dict)
    """By claim, which of several descents it is about, where the deck tells."""
    samples: dict[str, Sample] = field(default_factory=dict)
    """By claim, the sample that its row of a table is."""
    unplaced: set[str] = field(default_factory=set)
    """Claims of which nothing tells the step that they are about."""
    _later: dict[tuple[str, Step], Trace | None] = field(default_factory=dict)
    _random_examples: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    _alternatives: dict[Any, Trace] = field(default_factory=dict)
    _states: dict[Any, State] = field(default_factory=dict)

    def trace_of(self, claim: Claim) -> Trace | None:
        """The trace of the worked example that the claim's slide follows."""
        worked = self.deck.slides[claim.slide - 1].worked
        trace = self.traces.get(worked) if worked else None
        step = self.steps.get(claim.id, FIRST)
        return trace if trace is None or step == FIRST else self.trace_at(trace, step)

    def trace_at(self, trace: Trace, step: Step) -> Trace | None:
        """A worked example's trace at another step; None where it has no such step."""
        place = (trace.name, step)
        if place not in self._later:
            with suppress(ArithmeticError):
                self._later[place] = None
                self._later[place] = self._at(trace, step)
        return self._later[place]

    def enter(self, trace: Trace, step: Step) -> None:
        """Take a trace that stands for a step."""
        self._later[trace.name, step] = trace

    def _at(self, trace: Trace, step: Step) -> Trace | None:
        example = self.study.examples[trace.name]
        if trace.kind == "gradient descent":  # its iterates are all there
            return None
        if isinstance(example, Perceptron) and step.updates > example.iterations + BEYOND:
            return None
        return later_step(example, self.traces[trace.name], step.updates, step.sample)

    def in_trace(self, trace: Trace, key: str) -> Known | None:
        """The value that a worked example has under a key; "@10" asks for iteration 10."""
        name, _, iteration = key.partition("@")
        if iteration:
            value = self.after(trace, name, int(iteration))
            return None if value is None else Known(value, key, trace.name)
        quantity = trace.quantities.get(name)
        if quantity is None:
            return None
        given = quantity.stage == "given"
        return Known(quantity.value, name, trace.name, given, quantity.formula)

    def claimed(self, trace: Trace, name: str) -> Known | None:
        """What a number in text is said to be, however the indices of the name are written."""
        if (known := self.in_trace(trace, name)) is not None:
            return known
        typed, at, iteration = name.partition("@")
        try:
            tree = parse(typed)
        except FormulaError:
            return None
        tree = own_name(tree, trace)
        if not isinstance(tree, Symbol | Derivative):
            return None
        keys = [f"{key}{at}{iteration}" for key in spellings(tree, total_of(trace))]
        if not at and isinstance(tree, Symbol):
            keys.extend(keys_of(tree, trace))
        found = (self.in_trace(trace, key) for key in keys)
        return next((one for one in found if one is not None), None)

    def after(self, trace: Trace, key: str, iteration: int, shift: int | None = None) -> Any:
        """The value of a parameter, output or objective that a table prints for an iteration."""
        example = self.study.examples.get(trace.name)
        if not isinstance(example, Perceptron):
            return _in_descent(trace, key, iteration)
        if shift is None:
            shift = self.shift_of(trace, key)
        updates = iteration + shift if iteration else 0  # before any update, nobody counts
        if not 0 <= updates <= example.iterations + BEYOND:
            return None
        place = (trace.name, updates, *trace.conventions.values())
        if place not in self._states:
            self._states[place] = example.after(updates, **trace.conventions)
        state = self._states[place]
        outputs = output_keys(trace)
        if key in outputs:
            return state.out[outputs.index(key)]
        role = trace.roles.get(key)
        if role is not None and role.kind == "error" and not role.unit:
            return state.error
        return state.weights.get(key, state.biases.get(key))

    def in_another_state(
        self, known: Known, trace: Trace, printed: str, *, several: bool = False
    ) -> Elsewhere | None:
        """The state in which a number is right that is not what is known, if it is a step away.

        Decks go on after the update with the old names, and quote an error that a program made
        which updates its layers in turn; some regressions number an iteration by the state that
        it starts from. With `several`, the sentence tells of more than one step: any may be meant,
        so that a number with few digits may be right in one by accident.
        """
        name, _, iteration = known.key.partition("@")
        if several:
            last = int(iteration) if iteration else None
            found = self._in_any_state(name, trace, printed, last)
            return found if found or iteration else self._of_own_sample(name, trace, printed)
        sure = bool(iteration) or significant_digits(printed) >= TELLING_DIGITS
        here = trace.updates
        near: Iterable[int] = (int(iteration) - 1,) if iteration else (here + 1, here - 1, here)
        if iteration and trace.kind == "perceptron":
            return None  # how its iterations are counted is a convention that was adopted
        for other in (trace, *(self._with_other_updates(trace) if sure else ())):
            for updates in near:
                value = self.after(other, name, updates, shift=0)
                if value is not None and fits(printed, value):
                    update = "" if other is trace else other.conventions["update"]
                    return Elsewhere(value, updates, update, sure=sure)
        return None if iteration else self._of_own_sample(name, trace, printed)

    def _of_own_sample(self, name: str, trace: Trace, printed: str) -> Elsewhere | None:
        """The state an update away in which a number is right for the sample of its step.

        A run has in each state the output for the sample whose turn it is.
        """
        for updates in (trace.updates + 1, trace.updates - 1):
            value = self.in_step(name, trace, updates)
            if value is not None and fits(printed, value):
                sure = significant_digits(printed) >= TELLING_DIGITS
                return Elsewhere(value, updates, sure=sure)
        return None

    def in_step(self, name: str, trace: Trace, updates: int) -> Any:
        """The value of a quantity in another step of the same sample; None where there is none."""
        step = Step(updates, trace.sample)
        other = self.trace_at(self.traces[trace.name], step) if updates >= 0 else None
        return other.quantities[name].value if other and name in other.quantities else None

    def _in_any_state(
        self, name: str, trace: Trace, printed: str, last: int | None
    ) -> Elsewhere | None:
        """The first state in which a number is right, up to the last that may be meant."""
        digits = significant_digits(printed) - TELLING_DIGITS
        most = MOST_STEPS * 10**digits if digits >= 0 else -1
        for other in (trace, *self._with_other_updates(trace)):
            update = "" if other is trace else other.conventions["update"]
            for updates in self._roughly_printing(other, name, printed, last):
                value = self.after(other, name, updates, shift=0)
                if value is not None and fits(printed, value):
                    sure = digits >= 0 if last is not None else updates <= most
                    return Elsewhere(value, updates, update, sure=sure)
        return None

    def _roughly_printing(
        self, trace: Trace, key: str, printed: str, last: int | None
    ) -> Iterator[int]:
        """The updates after which a number may be the printed one, by the run in float64."""
        run = self._run_of(trace, key)
        if run is not None:
            unit = 10.0 ** -places_of(printed)
            until = run if last is None else run[: last + 1]
            yield from map(int, (abs(until - float(printed)) < 0.501 * unit).nonzero()[0])

    def _with_other_updates(self, trace: Trace) -> Iterator[Trace]:
        """The traces of a perceptron that updates its layers in turn, or all at once."""
        example = self.study.examples.get(trace.name)
        if isinstance(example, Perceptron):
            for update in UPDATES:
                if update != trace.conventions["update"]:
                    biases = trace.conventions["biases"]
                    yield self.trace_under(trace, update=update, biases=biases)

    def roughly_after(self, trace: Trace, key: str, iteration: int, shift: int) -> Any:
        """The same from the run in float64: enough to tell conventions apart, and cheap."""
        example = self.study.examples.get(trace.name)
        updates = iteration + shift if iteration else 0
        if not isinstance(example, Perceptron) or not 0 <= updates <= example.iterations + BEYOND:
            return None
        run = self._run_of(trace, key)
        return None if run is None else MP.mpf(float(run[updates]))

    def _run_of(self, trace: Trace, key: str) -> Any:
        """A parameter, output or objective in float64, by the updates done; None of all else."""
        example, role = self.study.examples.get(trace.name), trace.roles.get(key)
        if not isinstance(example, Perceptron):
            return _run_of_descent(trace, key)
        names = {
            "weights": example.weight_keys,
            "biases": example.bias_keys,
            "out": tuple(output_keys(trace)),
        }
        for series, keys in names.items():
            if key in keys:
                return trace.facts["run"][series][:, keys.index(key)]
        whole = role is not None and role.kind == "error" and not role.unit
        return trace.facts["run"]["error"] if whole else None

    def shift_of(self, trace: Trace, key: str) -> int:
        """Updates done beyond the count that a table prints, for this quantity."""
        role = trace.roles.get(key)
        weight = role is not None and role.kind in ("weight", "bias")
        return self.shifts.get(trace.name, {}).get("weights" if weight else "outputs", 0)

    def trace_under(self, trace: Trace, **conventions: str) -> Trace:
        """The trace of the same step of a perceptron under other conventions, computed once."""
        place = (trace.name, conventions["update"], conventions["biases"])
        example = self.study.examples[trace.name]
        if place not in self._alternatives:
            assert isinstance(example, Perceptron)
            self._alternatives[place] = example.trace(**conventions)
        other = self._alternatives[place]
        if not trace.updates and not trace.sample:
            return other
        return later_step(example, other, trace.updates, trace.sample)

    def keep(self, trace: Trace) -> None:
        """Take a trace that is there already, so that it is not computed again."""
        if trace.kind == "perceptron":
            place = (trace.name, trace.conventions["update"], trace.conventions["biases"])
            self._alternatives[place] = trace

    def random_example(self, trace: Trace, seed: int) -> dict[str, Any]:
        """All quantities of a worked example, computed from random givens."""
        place = (trace.name, seed)
        if place not in self._random_examples:
            values: dict[str, Any] = {}
            for key, quantity in trace.quantities.items():
                if quantity.formula is None:
                    values[key] = quantity.value if key in COUNTS else random_value(seed, key)
                    continue
                with suppress(EvaluationError):
                    values[key] = evaluate(quantity.formula, values, MPMATH)
            self._random_examples[place] = values
        return self._random_examples[place]


def _in_descent(trace: Trace, key: str, updates: int) -> Any:
    """The value of a parameter or the objective of a regression after so many updates."""
    run = _run_of_descent(trace, key)
    if run is None or not 0 <= updates < len(run):
        return None
    return MP.mpf(f"{run[updates]:.{_RELIABLE_DIGITS}g}")


def _run_of_descent(trace: Trace, key: str) -> Any:
    """A parameter or the objective of a regression, by the updates done; None of all else."""
    role, path = trace.roles.get(key), trace.series.get("parameters")
    if role is None or path is None:
        return None
    if role.kind == "parameter":
        return path[:, int(role.unit)]
    return trace.series["objective"] if role.kind == "objective" else None


def total_of(trace: Trace | None) -> Symbol:
    """What a worked example calls the whole error; without one, the usual name."""
    found = TOTAL if trace is None else trace.facts.get("total", TOTAL)
    assert isinstance(found, Symbol)
    return found


def output_keys(trace: Trace) -> list[str]:
    """Keys of the outputs of a perceptron's last layer, in order."""
    outs = {key: role for key, role in trace.roles.items() if role.kind == "out"}
    last = max((role.layer for role in outs.values()), default=-1)
    return [key for key, role in outs.items() if role.layer == last]
