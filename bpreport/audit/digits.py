"""Printed digits held against a value: how the one could have become the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from decimal import Decimal
from enum import StrEnum
from typing import Any

from bpreport.formula import (
    INTERVAL,
    MP,
    EvaluationError,
    evaluate,
    places_of,
    rounded,
    stands_for,
)
from bpreport.formula.arithmetic import IV, interval_ends
from bpreport.formula.rounding import JUDGED_DIGITS
from bpreport.formula.tree import Apply, Tree, walk

__all__ = [
    "NOTHING",
    "How",
    "can_be",
    "correction",
    "entries_of",
    "fits",
    "how_printed",
    "in_full",
    "interval",
    "number",
    "range_of",
    "same",
    "significant_digits",
    "to_be_judged",
]

_ALIKE = MP.mpf(10) ** (2 - JUDGED_DIGITS)
"""Relative difference up to which two values of 50 digits are one."""

FEW_PLACES = 6
"""Places up to which a value is told in full."""

NOTHING = MP.mpf(10) ** -JUDGED_DIGITS
"""Below this, a value of 50 digits is what is left of 0."""

ROUNDINGS = ("half-up", "half-even", "half-down")
"""Modes by which a right value may be printed without a remark: they differ in ties only."""


class How(StrEnum):
    """How printed digits can come from a value."""

    ROUNDED = "rounded"
    TRUNCATED = "truncated"
    LAST_DIGIT = "last-digit"


def fits(printed: str, value: Any) -> bool:
    """Whether some rounding to nearest turns the value into the printed digits.

    >>> fits("0.912934", MP.mpf("0.91293422755")), fits("0.995275", MP.mpf("0.99527429"))
    (True, False)
    """
    places = places_of(printed)
    wanted = _plain(printed)
    with suppress(EvaluationError):  # a row has no digits, and a very large number too many
        return any(_plain(rounded(value, places, mode)) == wanted for mode in ROUNDINGS)
    return False


def how_printed(printed: str, value: Any) -> How | None:
    """How the digits come from a value; None where they are not this value's.

    >>> how_printed("-1.48972", MP.mpf("-1.48972775")), how_printed("0.995275", MP.mpf("0.99527"))
    (<How.TRUNCATED: 'truncated'>, None)
    >>> how_printed("0.995275", MP.mpf("0.99527429"))
    <How.LAST_DIGIT: 'last-digit'>
    >>> how_printed("20", MP.mpf(19)) is None
    True
    """
    if fits(printed, value):
        return How.ROUNDED
    places = places_of(printed)
    try:
        nearest = Decimal(rounded(value, places))
    except EvaluationError:
        return None
    if _plain(rounded(value, places, "truncated")) == _plain(printed):
        return How.TRUNCATED
    unit = Decimal(1).scaleb(-places)
    # One unit of a count or of a two-digit figure is no matter of rounding.
    if places and significant_digits(printed) >= 3 and abs(_plain(printed) - nearest) == unit:
        return How.LAST_DIGIT
    return None


def correction(printed: str, value: Any) -> str:
    """The value in the deck's own digits: with as many places as were printed.

    Where these leave one digit of it at most, and that is not the value, as many digits as were
    printed take their place if they tell more: all of the value, or something of it at all.

    >>> correction("0.094534", MP.mpf("0.094398"))
    '0.094398'
    >>> correction("0.0001", MP.mpf(2) / 30000), correction("0.9", MP.mpf("0.09"))
    ('0.0001', '0.09')
    >>> correction("0.01", MP.mpf(1) / 3000), correction("12.5", MP.mpf("0.75"))
    ('0.0003', '0.75')
    """
    text = rounded(value, places_of(printed))
    if abs(value) < NOTHING:
        return text.removeprefix("-")
    if significant_digits(text) > 1 or same(number(text), value):
        return text
    size = int(MP.floor(MP.log10(abs(value))))
    in_digits = rounded(value, max(places_of(printed), significant_digits(printed) - 1 - size))
    if same(number(in_digits), value):
        return in_digits.rstrip("0")
    return text if number(text) else in_digits


def entries_of(value: Any) -> Iterator[Any]:
    """The entries of a vector or matrix in reading order; a number is its own."""
    if isinstance(value, tuple):
        for part in value:
            yield from entries_of(part)
    else:
        yield value


def in_full(value: Any) -> str | None:
    """All digits of a value, where it has few.

    >>> in_full(MP.mpf(1) / 4), in_full(MP.mpf(-3)), in_full(MP.mpf(1) / 3)
    ('0.25', '-3', None)
    """
    text = rounded(value, FEW_PLACES)
    return text.rstrip("0").rstrip(".") if same(number(text), value) else None


def to_be_judged(printed: str, value: Any) -> Any:
    """A value of which as many digits are computed as are printed.

    Raises `EvaluationError` for others, such as rows, of which nothing can be said then.
    """
    rounded(value, places_of(printed))
    return value


def significant_digits(printed: str) -> int:
    """Printed digits without leading zeros: 5 in 0.011204."""
    return len(Decimal(printed).as_tuple().digits)


def same(left: Any, right: Any) -> bool:
    """Whether two values agree at the digits that are judged.

    >>> same(MP.mpf(1) / 3 * 3, MP.mpf(1)), same(MP.mpf("0.3") - MP.mpf("0.2") - MP.mpf("0.1"), 0)
    (True, True)
    """
    if isinstance(left, tuple) and isinstance(right, tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, tuple) or isinstance(right, tuple):
        return False
    if not left or not right:
        return bool(abs(left - right) < NOTHING)
    return bool(abs(left - right) <= max(abs(left), abs(right)) * _ALIKE)


def _plain(text: str) -> Decimal:
    return Decimal(text)


def can_be(printed: str, ends: tuple[Any, Any]) -> bool:
    """Whether printed digits stand for a value of a range."""
    low, high = (MP.mpf(str(end)) for end in stands_for(printed)[:2])
    return bool(low <= ends[1] and ends[0] <= high)


def interval(text: str, *, rounded: bool) -> Any:
    """The numbers that printed digits stand for, sign included."""
    low, high = (text, text) if not rounded else map(str, stands_for(text)[:2])
    return IV.mpf([low, high])


def range_of(tree: Tree, values: Mapping[str, Any]) -> tuple[Any, Any]:
    """The least and the greatest value of a tree, for intervals in the place of its names.

    Raises `EvaluationError` where a floor may be one of several numbers: ten times it is 0 or 10,
    and none of those between them.

    >>> from bpreport.formula import parse
    >>> low, high = range_of(parse("a e^b"), {"a": MP.mpf(2), "b": interval("0.0", rounded=True)})
    >>> MP.nstr(low, 4), MP.nstr(high, 4)
    ('1.902', '2.103')
    """
    values = {key: _as_interval(value) for key, value in values.items()}
    for part in walk(tree):
        if isinstance(part, Apply) and part.operation in ("floor", "ceiling"):
            low, high = interval_ends(evaluate(part, values, INTERVAL))
            if low != high:
                raise EvaluationError("a floor that may be one of several numbers")
    ends: tuple[Any, Any] = interval_ends(evaluate(tree, values, INTERVAL))
    return ends


def _as_interval(value: Any) -> Any:
    """A number as an interval: by itself it cannot be multiplied with one."""
    if isinstance(value, tuple):
        return tuple(map(_as_interval, value))
    return IV.mpf(value) if isinstance(value, MP.mpf) else value


def number(text: str) -> Any:
    """The value of printed digits, sign included."""
    return -MP.mpf(text[1:]) if text.startswith("-") else MP.mpf(text)
