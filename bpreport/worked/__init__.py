"""The computations that decks follow: what is given in front matter becomes a trace.

    study = recompute(deck)
    study.traces["example"].quantities["out_{h1}"].value

Each kind of worked example is a dataclass of givens with a method `trace`; the conventions that a
deck leaves unstated are its arguments, so that an audit can try them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from bpreport.deck.errors import DeckError
from bpreport.deck.model import Deck
from bpreport.formula.effort import effort
from bpreport.formula.limits import limit
from bpreport.worked import (
    descent,
    linear_regression,
    logistic_regression,
    perceptron,
    perceptron_settings,
)
from bpreport.worked.descending import LIMIT
from bpreport.worked.descent import GradientDescent
from bpreport.worked.later import from_parameters, later_step, trained
from bpreport.worked.linear_regression import LinearRegression
from bpreport.worked.logistic_regression import LogisticRegression
from bpreport.worked.perceptron import Perceptron
from bpreport.worked.trace import Quantity, Role, Trace
from bpreport.worked.unstated import Unstated

__all__ = [
    "KINDS",
    "Example",
    "GradientDescent",
    "LinearRegression",
    "LogisticRegression",
    "Perceptron",
    "Quantity",
    "Role",
    "Study",
    "Trace",
    "Unstated",
    "from_parameters",
    "later_step",
    "recompute",
    "trained",
]


class Example(Protocol):
    """The givens of one worked example, of whatever kind."""

    @property
    def name(self) -> str:
        """What the front matter calls it."""
        ...

    def trace(self) -> Trace:
        """Everything computed from the givens."""
        ...


KINDS: Mapping[str, Callable[[str, Mapping[str, Any]], Example]] = {
    descent.KIND: descent.from_settings,
    linear_regression.KIND: linear_regression.from_settings,
    logistic_regression.KIND: logistic_regression.from_settings,
    perceptron.KIND: perceptron_settings.from_settings,
}
"""What reads the settings of each kind."""


@dataclass(frozen=True)
class Study:
    """A deck's worked examples and what was computed from them."""

    examples: Mapping[str, Example] = field(default_factory=dict)
    """Givens, by the name in the front matter; alternatives are traced from here."""
    traces: Mapping[str, Trace] = field(default_factory=dict)
    """By the same names."""
    unstated: Mapping[str, Unstated] = field(default_factory=dict)
    """For descents whose printed counts were solved for what the deck leaves unstated."""
    steps: int = 0
    """Operations that all of it took; the audit of the deck counts on from there."""


def recompute(deck: Deck) -> Study:
    """All worked examples of a deck; a deck without any gives an empty study.

    Where a descent leaves settings unstated and prints its counts, the settings are solved for
    and the trace uses their simplest values. Raises `DeckError` with the place of the key at fault.
    """
    try:
        return _recompute(deck)
    except DeckError as error:
        error.lang = deck.lang
        raise error.placed(deck.path, deck.places) from None


def _recompute(deck: Deck) -> Study:
    examples: dict[str, Example] = {}
    traces: dict[str, Trace] = {}
    unstated: dict[str, Unstated] = {}
    stated = deck.settings.get("worked") or {}
    most = limit("audit_steps")
    if len(stated) > MOST_EXAMPLES:
        raise DeckError("more than {most} worked examples", ("worked",), most=MOST_EXAMPLES)
    training = 0
    with effort(most) as spent:
        for name, settings in stated.items():
            kind = settings.get("kind")
            if kind not in KINDS:
                raise DeckError(
                    "expected one of {options}; found {kind!r}",
                    ("worked", name, "kind"),
                    options=", ".join(KINDS),
                    kind=kind,
                )
            example = examples[name] = KINDS[kind](name, settings)
            training += _bounded(example, name, training)
            try:
                if isinstance(example, GradientDescent) and example.unstated:
                    traces[name] = _settle(deck, example, unstated)
                else:
                    traces[name] = example.trace()
            except ArithmeticError as error:
                if not spent.exhausted:
                    # Givens so large, or so degenerate, that a quantity has no value at 50 digits.
                    raise DeckError(
                        "it cannot be computed: {error}", ("worked", name), error=error
                    ) from None
            if spent.exhausted:
                raise DeckError(
                    "the worked examples up to this one take more than {most} steps",
                    ("worked", name),
                    most=most,
                )
    return Study(examples, traces, unstated, spent.spent)


def _bounded(example: Example, name: str, before: int) -> int:
    """What training a perceptron takes; raises where all take too much, or a descent does."""
    if isinstance(example, GradientDescent) and len(example.runs) > MOST_RUNS:
        raise DeckError("more than {most} runs", ("worked", name, "runs"), most=MOST_RUNS)
    if not isinstance(example, Perceptron):
        return 0
    work = example.iterations * (len(example.weight_keys) + OF_EACH)
    if before + work > MOST_TRAINING:
        raise DeckError(
            "too many iterations: those of all perceptrons, each times its weights and {of_each}, "
            "are more than {most}",
            ("worked", name),
            of_each=OF_EACH,
            most=MOST_TRAINING,
        )
    return work


MOST_EXAMPLES, MOST_RUNS = limit("worked_examples"), limit("descent_runs")
MOST_TRAINING = limit("training")
OF_EACH = 10
"""What an iteration takes beside its weights, in weights."""


def _settle(deck: Deck, example: GradientDescent, unstated: dict[str, Unstated]) -> Trace:
    """The trace of a descent whose unstated settings are solved for from its printed counts.

    Counts of more than `LIMIT` iterations would take too long, and runs that stop by count have
    nothing to solve for: then the settings are assumed, as the trace's facts tell.
    """
    counts, results = printed_results(deck, example)
    by_count = "stop" not in example.unstated and any(run.stop == "count" for run in example.runs)
    if not counts or by_count or max(counts.values()) > LIMIT:
        return example.trace()
    answer = unstated[example.name] = example.solve_unstated(counts, results)
    best = answer.simplest
    if best is None:
        return example.trace()
    return example.trace(best.start, best.tolerance, best.stop)


def printed_results(
    deck: Deck, example: GradientDescent
) -> tuple[dict[str, int], dict[str, dict[str, tuple[float, float]]]]:
    """What a deck prints of a descent: counts by run, and the ranges of minimiser and minimum.

    They are its annotated numbers, such as [19]{claim="fast.iterations"}.
    """
    worked = {slide.number: slide.worked for slide in deck.slides}
    runs = {run.name for run in example.runs}
    counts: dict[str, int] = {}
    results: dict[str, dict[str, tuple[float, float]]] = {}
    for figure in deck.figures:
        run, _, what = figure.claim.rpartition(".")
        if worked.get(figure.slide) != example.name or run not in runs:
            continue
        if what == "iterations" and figure.text.isdigit():
            counts.setdefault(run, int(figure.text))
        elif what in ("minimiser", "minimum"):
            value = Decimal(figure.text)
            half = Decimal(5).scaleb(int(value.as_tuple().exponent) - 1)
            results.setdefault(run, {}).setdefault(what, (float(value - half), float(value + half)))
    return counts, results
