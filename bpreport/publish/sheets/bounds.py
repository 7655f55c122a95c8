"""Intervals in float64, for many students at once: a filter before intervals at 50 digits.

The ends are off by what float64 loses, which is far less than what an answer is read to. So where
an end does not lie near the edge of a unit of the last place, it is known in which unit it lies.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpreport.formula import Arithmetic

__all__ = ["BANDS", "Band", "hull"]

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Band:
    """An interval for each student; where float64 cannot tell it, the ends are no numbers."""

    low: Values
    high: Values

    def __add__(self, other: Any) -> Band:
        low, high = _ends(other)
        return Band(self.low + low, self.high + high)

    def __neg__(self) -> Band:
        return Band(-self.high, -self.low)

    def __sub__(self, other: Any) -> Band:
        low, high = _ends(other)
        return Band(self.low - high, self.high - low)

    def __rsub__(self, other: Any) -> Band:
        low, high = _ends(other)
        return Band(low - self.high, high - self.low)

    def __mul__(self, other: Any) -> Band:
        low, high = _ends(other)
        corners = (self.low * low, self.low * high, self.high * low, self.high * high)
        return Band(_least(*corners), _most(*corners))

    def __truediv__(self, other: Any) -> Band:
        low, high = _ends(other)
        apart = np.where(np.asarray(low * high) > 0, 1.0, np.nan)  # from zero
        return self * Band(apart / high, apart / low)

    def __rtruediv__(self, other: Any) -> Band:
        return Band(np.asarray(other), np.asarray(other)) / self

    __radd__, __rmul__ = __add__, __mul__


def _ends(value: Any) -> tuple[Any, Any]:
    return (value.low, value.high) if isinstance(value, Band) else (value, value)


def _least(first: Values, *others: Values) -> Values:
    for other in others:
        first = np.minimum(first, other)
    return first


def _most(first: Values, *others: Values) -> Values:
    for other in others:
        first = np.maximum(first, other)
    return first


def _rising(function: Callable[[Any], Any]) -> Callable[[Any], Band]:
    """A function that never falls: the ends suffice."""

    def image(value: Any) -> Band:
        low, high = _ends(value)
        return Band(function(low), function(high))

    return image


def _power(base: Any, exponent: Any) -> Band:
    low, high = _ends(base)
    power, same = _ends(exponent)
    if np.ndim(power) or power != same or power != int(power) or power < 0:
        return _unknown(base)
    ends = Band(_least(low**power, high**power), _most(low**power, high**power))
    inside = np.asarray((low < 0) & (high > 0) & (power % 2 == 0))
    return Band(np.where(inside, 0.0, ends.low), ends.high)


def _absolute(value: Any) -> Band:
    low, high = _ends(value)
    inside = np.asarray((low < 0) & (high > 0))
    return Band(
        np.where(inside, 0.0, _least(np.abs(low), np.abs(high))), _most(np.abs(low), np.abs(high))
    )


def _extreme(choose: Callable[..., Any]) -> Callable[..., Band]:
    def extreme(*values: Any) -> Band:
        lows, highs = zip(*map(_ends, values), strict=True)
        return Band(choose(*lows), choose(*highs))

    return extreme


def _unknown(value: Any) -> Band:
    low, _ = _ends(value)
    nothing = np.full_like(np.asarray(low, np.float64), np.nan)
    return Band(nothing, nothing)


def hull(one: Band, other: Band) -> Band:
    """The interval that holds both."""
    return Band(np.minimum(one.low, other.low), np.maximum(one.high, other.high))


BANDS = Arithmetic(
    name="float64 intervals",
    number=float,
    functions={
        "exp": _rising(np.exp),
        "log": _rising(np.log),
        "sqrt": _rising(np.sqrt),
        "power": _power,
        "sin": _unknown,
        "cos": _unknown,
        "tan": _unknown,
        "tanh": _rising(np.tanh),
        "abs": _absolute,
        "floor": _rising(np.floor),
        "sign": _rising(np.sign),
        "maximum": _extreme(_most),
        "minimum": _extreme(_least),
    },
    constants={"e": np.e, "pi": np.pi},
)
"""The operations of `INTERVAL`, in float64."""
