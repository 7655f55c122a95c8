"""The network stepper: one update of a perceptron, step by step, on a drawing of the network.

The steps are the quantities of the trace in the order in which they are computed. Where a
gradient is a product by the chain rule, its factors were steps before; so the line of a step
multiplies numbers that the reader has already seen, and the drawing shows where each comes from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from bpreport.audit.model import Message
from bpreport.formula.tree import Derivative, Symbol, Tree, walk
from bpreport.publish.numbers import short
from bpreport.publish.solution import Solution, solve
from bpreport.publish.stepper_drawing import Drawing, draw
from bpreport.publish.stepper_places import Places
from bpreport.publish.stepper_words import CHAPTERS, Words
from bpreport.worked.memory import remembered_with
from bpreport.worked.perceptron import Perceptron
from bpreport.worked.steps import read_keys
from bpreport.worked.trace import Quantity, Trace

__all__ = ["Step", "Stepper", "stepper"]

MOST_UNITS, MOST_LAYERS, MOST_WEIGHTS = 6, 5, 40
"""Larger networks would neither be seen in the drawing nor followed in so many steps."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step, as the page shows it."""

    chapter: str
    """A key of `CHAPTERS`."""
    layer: str
    """The layer that it is about; may be empty."""
    texts: tuple[Message, ...]
    solution: Solution | None = None
    """What is computed; nothing at the beginning and at the end."""
    lit: tuple[str, ...] = ()
    """Places of the drawing that lie on the path."""
    focus: str = ""
    """The place that it is about."""
    factors: tuple[tuple[str, str], ...] = ()
    """Place and value of each slope on the path, in the order of the formula."""
    found: str = ""
    """The value that the drawing shows at the focus from here on."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """Steps that belong together."""

    title: Message
    first: int
    """The number of its first step, counted from 0."""


@dataclass(frozen=True, slots=True)
class Stepper:
    """What the page needs to step through one update."""

    name: ClassVar[str] = "stepper"
    id: str
    drawings: tuple[Drawing, ...]
    """The network from left to right, and from top to bottom for narrow pages."""
    steps: tuple[Step, ...]
    chapters: tuple[Chapter, ...]

    @property
    def data(self) -> list[dict[str, Any]]:
        """Of each step: what is lit, and the values to show."""
        return [
            {
                "lit": step.lit,
                "focus": step.focus,
                "factors": step.factors,
                "found": step.found,
                "carried": step.solution is not None and step.solution.carried,
            }
            for step in self.steps
        ]


@remembered_with
def stepper(trace: Trace, example: Perceptron) -> Stepper | None:
    """The stepper of a perceptron's trace; None for a network too large to be followed."""
    if (
        max(example.sizes) > MOST_UNITS
        or len(example.sizes) > MOST_LAYERS
        or not 0 < len(example.weight_keys) <= MOST_WEIGHTS
        or min(example.sizes) < 1
    ):
        return None
    places = Places(trace)
    words = Words(example, trace, places)
    steps = tuple(_steps(trace, places, words))
    drawings = tuple(draw(trace, places, upright=upright) for upright in (False, True))
    return Stepper(f"stepper-{trace.name}", drawings, steps, tuple(_chapters(steps)))


def _chapters(steps: tuple[Step, ...]) -> Iterator[Chapter]:
    before = ("", "")
    for number, step in enumerate(steps):
        if (step.chapter, step.layer) != before:
            before = (step.chapter, step.layer)
            yield Chapter(Message(CHAPTERS[step.chapter], {"layer": step.layer}), number)


def _steps(trace: Trace, places: Places, words: Words) -> Iterator[Step]:
    yield Step("given", "", (words.givens(),))
    for key, quantity in trace.quantities.items():
        role = trace.roles.get(key)
        if quantity.stage == "backward":
            if places.is_step(quantity.symbol):
                yield _gradient(quantity, trace, places, words)
        elif quantity.stage in ("forward", "error"):
            yield _forward(quantity, trace, places, words)
        elif quantity.stage == "update" and role and role.kind.startswith("updated"):
            yield _update(quantity, trace, places, words)
    yield Step("result", "", (words.result(),))


def _forward(quantity: Quantity, trace: Trace, places: Places, words: Words) -> Step:
    sources = [places.of(key) for key in quantity.sources if key in trace.roles]
    focus = places.of(quantity.key)
    return Step(
        quantity.stage,
        "",
        (words.of(quantity),),
        solve(quantity, trace),
        tuple(dict.fromkeys([*filter(None, sources), *places.links(quantity.key), focus])),
        focus,
        found=short(quantity.value),
    )


def _gradient(quantity: Quantity, trace: Trace, places: Places, words: Words) -> Step:
    assert isinstance(quantity.symbol, Derivative)
    chained = _chained(quantity, trace, places)
    factors = _factors(chained.formula) if chained else [quantity.symbol]
    variable = quantity.symbol.by[0]
    assert isinstance(variable, Symbol)
    return Step(
        "backward",
        places.layer(variable.key),
        tuple(words.gradient(quantity)),
        solve(chained or quantity, trace),
        places.path(quantity.symbol),
        places.of(variable.key),
        tuple(
            (places.slope(factor), short(trace.quantities[factor.key].value)) for factor in factors
        ),
    )


def _chained(quantity: Quantity, trace: Trace, places: Places) -> Quantity | None:
    """A gradient by the form that is written in slopes alone, where it has one to be drawn."""
    assert quantity.formula is not None
    for form in [*quantity.forms, quantity.formula]:
        keys, factors = read_keys(form), _factors(form)
        read = [trace.quantities[key].symbol for key in keys if key in trace.quantities]
        chained = keys and all(isinstance(name, Derivative) for name in read)
        if chained and len({places.slope(factor) for factor in factors}) == len(factors):
            return replace(quantity, formula=form, forms=(), sources=keys)
    return None


def _factors(form: Tree | None) -> list[Derivative]:
    """The slopes in a formula, in reading order."""
    if form is None:
        return []
    return [part for part in walk(form) if isinstance(part, Derivative)]


def _update(quantity: Quantity, trace: Trace, places: Places, words: Words) -> Step:
    focus = places.of(quantity.key)
    return Step(
        "update",
        places.layer(quantity.key),
        (words.update(quantity),),
        solve(replace(quantity, forms=()), trace),
        (focus,),
        focus,
        found=short(quantity.value),
    )
