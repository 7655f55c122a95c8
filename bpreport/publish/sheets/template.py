r"""A worked example with its numbers taken out: the formulas stay, each student has other givens.

All variants share the formula trees of one trace. From the givens of a variant `compute` gets
every value at 50 digits, and the interval in which it lies for whoever rounds on the way.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cached_property, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpreport.formula import (
    DECIMAL,
    INTERVAL,
    Arithmetic,
    EvaluationError,
    decimals,
    latex,
    prepared,
    to_decimal,
)
from bpreport.formula.arithmetic import interval_ends
from bpreport.formula.tree import Symbol, Tree, substitute
from bpreport.publish.sheets.bounds import BANDS, Band, hull
from bpreport.publish.solution import Outline
from bpreport.worked import Example, Quantity, Trace
from bpreport.worked.steps import read_keys

__all__ = [
    "Computed",
    "Interval",
    "Template",
    "accepted",
    "digits_of",
    "handed_in",
    "ways",
    "with_next_pass",
]

Interval: Any = type(INTERVAL.number("1"))
"""Makes an interval from its ends."""

Function = Callable[[Mapping[str, Any]], Any]
Placed = Mapping[str, tuple[Decimal, Any]]
"""Values that stand in the place of computed ones, and the intervals in which they lie."""
Images = dict[str, tuple[Any, ...]]
Values = NDArray[np.float64]


@dataclass(frozen=True)
class Template:
    """One worked example of a course."""

    example: Example
    trace: Trace
    """With the deck's own numbers; its formulas serve every variant."""
    asked: tuple[str, ...] = ()
    """Keys of the quantities that some question asks for."""
    worked: tuple[str, ...] = ()
    """Keys of those that the key works out beside them."""
    planted: tuple[str, ...] = ()
    """Keys of the quantities in whose lines mistakes are planted, with numbers of their own."""
    other_traces: Mapping[str, Trace] = field(default_factory=dict)
    """The same under another convention, by its name."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Of a descent, what its run was set to: "tolerance", "stop", ..."""

    @property
    def name(self) -> str:
        """What the front matter calls it."""
        return self.trace.name

    @cached_property
    def needed(self) -> tuple[Quantity, ...]:
        """What is asked for or worked out, and what leads there, in order of computation."""
        wanted = {*self.asked, *self.worked, *self.planted}
        found = []
        for key, quantity in reversed(list(self.trace.quantities.items())):
            if key in wanted and quantity.formula is not None:
                found.append(quantity)
                for way in ways(quantity) if key in self.asked else (quantity.formula,):
                    wanted.update(read_keys(way))
        return tuple(reversed(found))

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """Keys of all values that a sheet may show: the givens, and what is needed."""
        return (*self.own, *(quantity.key for quantity in self.needed))

    @cached_property
    def sources(self) -> dict[str, frozenset[str]]:
        """Of each needed quantity, all keys that it follows from."""
        found: dict[str, frozenset[str]] = {}
        for quantity in self.needed:
            direct = frozenset(key for way in ways(quantity) for key in read_keys(way))
            found[quantity.key] = direct.union(*(found.get(key, ()) for key in direct))
        return found

    @cached_property
    def symbols(self) -> dict[str, str]:
        """LaTeX of the givens, by key."""
        return {key: latex(self.trace.quantities[key].symbol) for key in self.own}

    @cached_property
    def outlines(self) -> dict[str, Outline]:
        """The solutions of what is needed, without numbers."""
        return {quantity.key: Outline(quantity) for quantity in self.needed}

    @cached_property
    def _exact(self) -> dict[str, Function]:
        """Of each needed quantity its value."""
        return {quantity.key: prepared(ways(quantity)[0], DECIMAL) for quantity in self.needed}

    @cached_property
    def _leading(self) -> frozenset[str]:
        """Keys of what is asked for, and of all that leads there."""
        return frozenset(self.asked).union(*(self.sources[key] for key in self.asked))

    def _ways(self, arithmetic: Arithmetic) -> dict[str, list[Function]]:
        """Of what is asked for, and of what leads there, each way to it."""
        if arithmetic.name not in self._prepared:
            self._prepared[arithmetic.name] = {
                quantity.key: [
                    prepared(way, arithmetic)
                    for way in ways(quantity)[: None if quantity.key in self.asked else 1]
                ]
                for quantity in self.needed
                if quantity.key in self._leading
            }
        return self._prepared[arithmetic.name]

    @cached_property
    def _prepared(self) -> dict[str, dict[str, list[Function]]]:
        return {}

    @cached_property
    def own(self) -> dict[str, str]:
        """The deck's own givens, as digits."""
        return {
            key: digits_of(quantity.value)
            for key, quantity in self.trace.quantities.items()
            if quantity.formula is None and quantity.stage == "given"
        }

    def compute(
        self, givens: Mapping[str, str], carry: int, instead: Placed | None = None
    ) -> Computed:
        """All that is needed, from the givens of a variant.

        Whoever computes may round every intermediate result to `carry` places, and come to what
        is asked for in each of the ways that the trace knows. `instead` are values that stand in
        the place of computed ones, such as the wrong ones of a student who goes on with them, each
        with the interval in which it lies.
        """
        return Computed(self, {**self.own, **givens}, carry, instead or {})

    def compute_all(self, givens: Sequence[Mapping[str, str]], carry: int) -> list[Computed]:
        """The same for many students, whose intervals are looked at in float64 first."""
        found = [self.compute(one, carry) for one in givens]
        bands = self._bands([one.digits for one in found], carry) if found else {}
        for at, one in enumerate(found):
            one.near.update((key, (low[at], high[at])) for key, (low, high) in bands.items())
        return found

    def values(self, digits: Mapping[str, str], instead: Placed) -> dict[str, Decimal]:
        """By key, at 50 digits and ten more."""
        values = {key: Decimal(text) for key, text in digits.items()}
        with decimals():
            for key, function in self._exact.items():
                values[key] = function(values)
                if key in instead:
                    values[key] = instead[key][0]
        return values

    def images(self, digits: Mapping[str, str], carry: int, instead: Placed) -> Images:
        """Where what is asked for comes out, and what leads there, by each way to it."""
        spans: dict[str, Any] = {key: _signed(text) for key, text in digits.items()}
        images: dict[str, tuple[Any, ...]] = {}
        slack = INTERVAL.number(f"5e-{carry + 1}") * Interval([-1, 1])
        for key, (first, *others) in self._ways(INTERVAL).items():
            found = [first(spans)]
            for other in others:
                with suppress(EvaluationError):
                    found.append(other(spans))
            images[key], spans[key] = tuple(found), reduce(_hull, found) + slack
            if key in instead:
                spans[key] = instead[key][1]
        return images

    def _bands(
        self, digits: Sequence[Mapping[str, str]], carry: int
    ) -> dict[str, tuple[Values, Values]]:
        """The ends of the images in float64, shape (students,); nan where it cannot tell them."""
        spans: dict[str, Any] = {}
        for key in digits[0]:
            column = np.array([float(one[key]) for one in digits])
            spans[key] = Band(column, column)
        slack = 0.5 * 10.0**-carry
        found = {}
        with np.errstate(all="ignore"):
            for key, functions in self._ways(BANDS).items():
                image = reduce(
                    hull, [_band(function, spans, len(digits)) for function in functions]
                )
                found[key] = image.low, image.high
                spans[key] = Band(image.low - slack, image.high + slack)
        return found

    def of_kind(self, *kinds: str) -> tuple[str, ...]:
        """Keys of all givens that play one of these parts."""
        roles = self.trace.roles
        return tuple(key for key in self.own if key in roles and roles[key].kind in kinds)

    def with_values(self, values: Mapping[str, Decimal]) -> Trace:
        """The trace of a variant, as far as its values are known."""
        quantities = {
            key: quantity if values[key] is quantity.value else quantity.with_value(values[key])
            for key, quantity in self.trace.quantities.items()
            if key in values
        }
        roles = {key: role for key, role in self.trace.roles.items() if key in quantities}
        return replace(self.trace, quantities=quantities, roles=roles, series={})


@dataclass(frozen=True)
class Computed:
    """The numbers of one variant."""

    template: Template
    digits: Mapping[str, str]
    """The givens as they are shown."""
    carry: int
    instead: Placed
    near: dict[str, tuple[float, float]] = field(default_factory=dict)
    """By key, the ends of the image in float64, where they were looked at."""

    @cached_property
    def values(self) -> dict[str, Decimal]:
        """By key, at 50 digits and ten more."""
        return self.template.values(self.digits, self.instead)

    @cached_property
    def images(self) -> Images:
        """By key, the intervals of what comes out from intermediate results that were rounded.

        One for each way to the quantity. They agree, but for somebody who goes on from a wrong
        value that one way reads and another does not.
        """
        return self.template.images(self.digits, self.carry, self.instead)

    def accepted(self, key: str, places: int) -> tuple[Decimal, Decimal]:
        """The interval of accepted answers, by whichever way."""
        if (key, places) not in self._accepted:
            self._accepted[key, places] = self._found(key, places)
        return self._accepted[key, places]

    @cached_property
    def _accepted(self) -> dict[tuple[str, int], tuple[Decimal, Decimal]]:
        """They are asked for when candidates are looked at, and again when the sheet is made."""
        return {}

    def _found(self, key: str, places: int) -> tuple[Decimal, Decimal]:
        if (
            key not in self.instead
            and not self.template.sources[key] & self.template.sources.keys()
        ):
            # It follows from givens alone, and nobody rounds these.
            return bounds(self.values[key], self.values[key], places)
        told = self.told(key, places)
        return accepted(reduce(_hull, self.images[key]), places) if told is None else told

    def accepted_each(self, key: str, places: int) -> tuple[tuple[Decimal, Decimal], ...]:
        """The same by each way, for somebody who goes on from wrong values."""
        return tuple(accepted(image, places) for image in self.images[key])

    def told(self, key: str, places: int) -> tuple[Decimal, Decimal] | None:
        """The interval, where float64 is sure of it."""
        if key not in self.near:
            return None
        unit = 10.0**places
        low, high = (end * unit for end in self.near[key])
        if not (self._largest * unit < SURE and _between(low) and _between(high)):
            return None
        below, above = Decimal(math.floor(low)), Decimal(math.ceil(high))
        return below.scaleb(-places), above.scaleb(-places)

    @cached_property
    def _largest(self) -> float:
        return max(abs(end) for ends in self.near.values() for end in ends)


SURE = 1e9
"""Units of the last place up to which float64 loses less than `EDGE` of them, by far: it keeps 16
digits of each number on the way."""
EDGE = 1e-4
"""Part of a unit that must be left to its edge."""


def _between(scaled: float) -> bool:
    """Whether a number is surely no whole one."""
    return abs(scaled - round(scaled)) > EDGE if math.isfinite(scaled) else False


def _band(function: Function, spans: Mapping[str, Any], count: int) -> Band:
    try:
        found = function(spans)
    except (EvaluationError, TypeError, ValueError, AttributeError):
        found = np.nan  # a condition, or what has no value for somebody
    low, high = (found.low, found.high) if isinstance(found, Band) else (found, found)
    return Band(np.broadcast_to(low, (count,)), np.broadcast_to(high, (count,)))


def ways(quantity: Quantity) -> tuple[Tree, ...]:
    """The formula of a quantity, and every other one that gives it."""
    return tuple(
        way for way in (quantity.formula, *quantity.forms, *quantity.others) if way is not None
    )


def accepted(image: Any, places: int) -> tuple[Decimal, Decimal]:
    """The interval of accepted answers: whoever rounds or cuts off what may come out is right.

    >>> accepted(INTERVAL.number("0.751349"), 4)
    (Decimal('0.7513'), Decimal('0.7514'))
    """
    return bounds(*interval_ends(image), places)


def bounds(lowest: Any, highest: Any, places: int) -> tuple[Decimal, Decimal]:
    """From what may come out to what it is cut off or rounded to."""
    low, high = to_decimal(lowest), to_decimal(highest)
    unit = Decimal(1).scaleb(-places)
    return low.quantize(unit, ROUND_FLOOR), high.quantize(unit, ROUND_CEILING)


def handed_in(given: Decimal, places: int) -> tuple[Decimal, Any]:
    """A number that a student gave, and where the one lies that the student goes on with.

    It was rounded to so many places, or cut off; behind them the student knows more.
    """
    unit = Decimal(1).scaleb(-places)
    return given, Interval([str(given - unit), str(given + unit)])


def digits_of(value: Any) -> str:
    """A given as digits, without padding.

    >>> from bpreport.formula import MPMATH
    >>> digits_of(MPMATH.number("0.50")), digits_of(-MPMATH.number("10"))
    ('0.5', '-10')
    """
    return f"{to_decimal(value):f}"


def _signed(digits: str) -> Any:
    value = INTERVAL.number(digits.removeprefix("-"))
    return -value if digits.startswith("-") else value


def _hull(one: Any, other: Any) -> Any:
    (low, high), (lower, higher) = interval_ends(one), interval_ends(other)
    return Interval([min(low, lower), max(high, higher)])


def with_next_pass(trace: Trace) -> Trace:
    """The trace of a perceptron with the forward pass after its update, of the same sample.

    Its quantities are named as updated weights are: out_{o1}^+, E_{total}^+.
    """
    renamed: dict[str, Tree] = {
        key.removesuffix("^{+}"): quantity.symbol
        for key, quantity in trace.quantities.items()
        if trace.roles.get(key) and trace.roles[key].kind in ("updated weight", "updated bias")
    }
    quantities, roles = dict(trace.quantities), dict(trace.roles)
    for key, quantity in trace.quantities.items():
        if quantity.stage not in ("forward", "error") or quantity.formula is None:
            continue
        symbol = quantity.symbol
        assert isinstance(symbol, Symbol)
        later = replace(symbol, marks=(*symbol.marks, "+"))
        formula = _renamed(quantity.formula, renamed)
        quantities[later.key] = Quantity(
            later, quantity.value, formula, (), (), read_keys(formula), "next pass"
        )
        # A part of its own: nobody takes an output of the next pass for one of this.
        roles[later.key] = replace(trace.roles[key], kind=f"next {trace.roles[key].kind}")
        renamed[key] = later
    return replace(trace, quantities=quantities, roles=roles)


def _renamed(tree: Tree, names: Mapping[str, Tree]) -> Tree:
    return substitute(tree, lambda part: names.get(part.key) if isinstance(part, Symbol) else None)
