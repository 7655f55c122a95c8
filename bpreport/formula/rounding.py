"""Printed digits and the numbers they stand for.

A printed value stands for an interval whose ends are open or closed by the rounding mode; the
modes are data. Values come at 50 digits and are judged at 40: the last digits of a 50-digit
computation are dust, and a tie such as 0.4581365 must be seen as one.
"""

from __future__ import annotations

import decimal
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from bpreport.formula.arithmetic import MP
from bpreport.formula.errors import EvaluationError

__all__ = ["JUDGED_DIGITS", "MODES", "Mode", "places_of", "rounded", "stands_for", "to_decimal"]

JUDGED_DIGITS = 40
"""Significant digits that decide whether two numbers are the same."""

_JUDGED = decimal.Context(prec=JUDGED_DIGITS, Emax=10**9, Emin=-(10**9))
_CONTEXT = decimal.Context(prec=60, Emax=10**9, Emin=-(10**9))


@dataclass(frozen=True, slots=True)
class Mode:
    """A way of rounding, by what it does to the digits and by the numbers that it maps to one."""

    rounding: str
    """The rounding constant of Python's `decimal`."""
    below: Decimal
    """How far below the magnitude of a printed number its interval reaches, in last places."""
    above: Decimal
    """How far above the magnitude it reaches, in last places."""
    closed_below: str
    """Whether the lower end belongs to the interval: "yes", "no", or "even" (last digit even)."""
    closed_above: str
    """The same for the upper end."""


HALF, NOTHING, ONE = Decimal("0.5"), Decimal(0), Decimal(1)

MODES = {
    "half-up": Mode(decimal.ROUND_HALF_UP, HALF, HALF, "yes", "no"),
    "half-even": Mode(decimal.ROUND_HALF_EVEN, HALF, HALF, "even", "even"),
    "half-down": Mode(decimal.ROUND_HALF_DOWN, HALF, HALF, "no", "yes"),
    "truncated": Mode(decimal.ROUND_DOWN, NOTHING, ONE, "yes", "no"),
    "up": Mode(decimal.ROUND_UP, ONE, NOTHING, "no", "yes"),
}
"""Rounding modes by name; ends are counted on the magnitude, away from zero."""


def to_decimal(value: Any) -> Decimal:
    """A value at 40 significant digits; raises `EvaluationError` for what is not one finite number.

    >>> to_decimal(MP.mpf("0.1") * 3)
    Decimal('0.3')
    """
    if isinstance(value, Decimal):
        return _JUDGED.plus(value)
    if isinstance(value, tuple):
        raise EvaluationError("a row or matrix where one number is expected")
    if not MP.isfinite(value):
        raise EvaluationError("a number too large to compute")
    return _decimal(MP.mpf(value))


@lru_cache(maxsize=2048)
def _decimal(value: Any) -> Decimal:
    """A finite number, which is asked for at several places."""
    text = MP.nstr(value, JUDGED_DIGITS, strip_zeros=True, min_fixed=-30, max_fixed=60)
    result = Decimal(text)
    return result.normalize(_CONTEXT) if result else Decimal(0)


def places_of(text: str) -> int:
    """Decimal places of printed digits; negative never, 6 for 1.5e-5 (its last digit is 1e-6).

    >>> places_of("0.50"), places_of("19"), places_of("1.5e-5")
    (2, 0, 6)
    """
    exponent = Decimal(text.replace("\u2212", "-")).as_tuple().exponent
    return max(0, -int(exponent))


def rounded(value: Any, places: int, mode: str = "half-up") -> str:
    """The digits of `value` at so many decimal places.

    Raises `EvaluationError` for what is no number, or has more digits than are computed.

    >>> rounded(MP.mpf("0.4581365"), 6), rounded(MP.mpf("0.4581365"), 6, "half-even")
    ('0.458137', '0.458136')
    >>> rounded(MP.mpf("-1.48972775"), 5, "truncated")
    '-1.48972'
    """
    unit = Decimal(1).scaleb(-places, _CONTEXT)
    try:
        number = to_decimal(value).quantize(unit, rounding=MODES[mode].rounding, context=_CONTEXT)
    except InvalidOperation:
        raise EvaluationError("a number too large to compute") from None
    text = f"{number:f}"
    return text.removeprefix("-") if not number else text


def stands_for(text: str, mode: str = "half-up") -> tuple[Decimal, Decimal, bool, bool]:
    """The interval of values that print as `text`: low, high, and whether each end belongs to it.

    >>> stands_for("0.50")
    (Decimal('0.495'), Decimal('0.505'), True, False)
    >>> stands_for("-0.3", "truncated")
    (Decimal('-0.4'), Decimal('-0.3'), False, True)
    """
    number = Decimal(text)
    rule = MODES[mode]
    unit = Decimal(1).scaleb(int(number.as_tuple().exponent), _CONTEXT)
    even = number.as_tuple().digits[-1] % 2 == 0
    closed = {"yes": True, "no": False, "even": even}
    size = number.copy_abs()
    near = _CONTEXT.subtract(size, rule.below * unit), closed[rule.closed_below]
    far = _CONTEXT.add(size, rule.above * unit), closed[rule.closed_above]
    if not number:
        # Around zero both signs meet: the interval is symmetric, and its ends are the far ones.
        return far[0].copy_negate(), far[0], far[1], far[1]
    if number < 0:
        return far[0].copy_negate(), near[0].copy_negate(), far[1], near[1]
    return near[0], far[0], near[1], far[1]
