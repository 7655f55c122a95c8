r"""A worked example with its numbers taken out: the formulas stay, each student has other givens.

All variants share the formula trees of one trace. From the givens of a variant `compute` gets
every value at 50 digits, and the interval in which it lies for whoever rounds on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cached_property, reduce
from typing import Any

from bpreport.formula import INTERVAL, MP, MPMATH, EvaluationError, prepared, to_decimal
from bpreport.formula.arithmetic import interval_ends
from bpreport.formula.tree import Symbol, Tree, substitute
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
    def sources(self) -> dict[str, frozenset[str]]:
        """Of each needed quantity, all keys that it follows from."""
        found: dict[str, frozenset[str]] = {}
        for quantity in self.needed:
            direct = frozenset(key for way in ways(quantity) for key in read_keys(way))
            found[quantity.key] = direct.union(*(found.get(key, ()) for key in direct))
        return found

    @cached_property
    def _functions(self) -> dict[str, list[Callable[[Mapping[str, Any]], Any]]]:
        """Of each needed quantity its value, its interval, and that of every other way to it."""
        return {
            quantity.key: [
                prepared(ways(quantity)[0], MPMATH),
                prepared(ways(quantity)[0], INTERVAL),
                *(
                    prepared(way, INTERVAL)
                    for way in ways(quantity)[1:]
                    if quantity.key in self.asked
                ),
            ]
            for quantity in self.needed
        }

    @cached_property
    def own(self) -> dict[str, str]:
        """The deck's own givens, as digits."""
        return {
            key: digits_of(quantity.value)
            for key, quantity in self.trace.quantities.items()
            if quantity.formula is None and quantity.stage == "given"
        }

    def compute(
        self,
        givens: Mapping[str, str],
        carry: int,
        instead: Mapping[str, tuple[Any, Any]] | None = None,
    ) -> Computed:
        """All that is needed, from the givens of a variant.

        Whoever computes may round every intermediate result to `carry` places, and come to what
        is asked for in each of the ways that the trace knows. `instead` are values that stand in
        the place of computed ones, such as the wrong ones of a student who goes on with them, each
        with the interval in which it lies.
        """
        values: dict[str, Any] = {}
        spans: dict[str, Any] = {}
        images: dict[str, Any] = {}
        each: dict[str, tuple[Any, ...]] = {}
        for key, digits in {**self.own, **givens}.items():
            values[key], spans[key] = _signed(MPMATH, digits), _signed(INTERVAL, digits)
        slack = INTERVAL.number(f"5e-{carry + 1}") * Interval([-1, 1])
        for quantity in self.needed:
            key = quantity.key
            exact, image_of, *others = self._functions[key]
            values[key] = exact(values)
            found = [image_of(spans)]
            for other in others:
                with suppress(EvaluationError):
                    found.append(other(spans))
            each[key], image = tuple(found), reduce(_hull, found)
            images[key], spans[key] = image, image + slack
            if instead is not None and key in instead:
                values[key], spans[key] = instead[key]
        return Computed(values, images, each)

    def of_kind(self, *kinds: str) -> tuple[str, ...]:
        """Keys of all givens that play one of these parts."""
        roles = self.trace.roles
        return tuple(key for key in self.own if key in roles and roles[key].kind in kinds)

    def with_values(self, values: Mapping[str, Any]) -> Trace:
        """The trace of a variant, as far as its values are known."""
        quantities = {
            key: replace(quantity, value=values[key])
            for key, quantity in self.trace.quantities.items()
            if key in values
        }
        roles = {key: role for key, role in self.trace.roles.items() if key in quantities}
        return replace(self.trace, quantities=quantities, roles=roles, series={})


@dataclass(frozen=True, slots=True)
class Computed:
    """The numbers of one variant."""

    values: dict[str, Any]
    """By key, at 50 digits."""
    images: dict[str, Any]
    """By key, the interval of what comes out from intermediate results that were rounded."""
    each: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    """The same by each way to the quantity. They agree, but for somebody who goes on from a wrong
    value that one way reads and another does not."""


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
    low, high = map(to_decimal, interval_ends(image))
    unit = Decimal(1).scaleb(-places)
    return low.quantize(unit, ROUND_FLOOR), high.quantize(unit, ROUND_CEILING)


def handed_in(given: Decimal, places: int) -> tuple[Any, Any]:
    """A number that a student gave, and where the one lies that the student goes on with.

    It was rounded to so many places, or cut off; behind them the student knows more.
    """
    unit = Decimal(1).scaleb(-places)
    return MP.mpf(str(given)), Interval([str(given - unit), str(given + unit)])


def digits_of(value: Any) -> str:
    """A given as digits, without padding.

    >>> digits_of(MPMATH.number("0.50")), digits_of(-MPMATH.number("10"))
    ('0.5', '-10')
    """
    return f"{to_decimal(value):f}"


def _signed(arithmetic: Any, digits: str) -> Any:
    value = arithmetic.number(digits.removeprefix("-"))
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
