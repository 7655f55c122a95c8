"""The arithmetics a tree can be evaluated in: float64, 50 digits, and intervals at 50 digits.

The 50 digits come from mpmath, or from Python's `decimal` where many formulas are computed one
after the other: it is written in C, and its numbers need no translation to and from digits.

Each is a table of the same elementary functions, so that one evaluation serves them all. The
contexts of mpmath are our own: their precision never changes and nobody else's is touched.
"""

from __future__ import annotations

import decimal
import math
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import mpmath
from mpmath import libmp

from bpreport.formula.errors import EvaluationError
from bpreport.formula.limits import limit

__all__ = [
    "DECIMAL",
    "DIGITS",
    "FLOAT",
    "INTERVAL",
    "MP",
    "MPMATH",
    "Arithmetic",
    "decimals",
    "difference",
    "interval_ends",
]

DIGITS = 50
"""Decimal digits at which numbers are judged."""

LARGEST_EXPONENT = limit("exponent_bits")
"""Binary exponent past which a power is refused: such a number means nothing in a deck, and
computing with it could take for ever."""

MP = mpmath.MPContext()
MP.dps = DIGITS
IV = mpmath.MPIntervalContext()
IV.dps = DIGITS


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """One way of computing with numbers."""

    name: str
    number: Callable[[str], Any]
    """The value of printed digits."""
    functions: Mapping[str, Callable[..., Any]]
    """Elementary functions: exp, log, sqrt, power, sin, cos, tan, tanh, abs, floor, sign, maximum,
    minimum."""
    constants: Mapping[str, Any]
    """ "e" and "pi"."""
    symbolic: bool = False
    """Whether its numbers are trees themselves."""


def _magnitude(value: Any) -> float:
    """The binary logarithm of |value|, rounded up; 0 for 0."""
    if isinstance(value, float | int):
        return math.log2(abs(value)) if value else 0.0
    return float(max(MP.mag(end) for end in interval_ends(value) if end) if value != 0 else 0)


def _guarded_power(power: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def guarded(base: Any, exponent: Any) -> Any:
        size = abs(_magnitude(base)) or 1.0
        if _magnitude(exponent) + math.log2(size) > math.log2(LARGEST_EXPONENT):
            raise EvaluationError("the power is too large to compute")
        return power(base, exponent)

    return guarded


def _guarded_exp(exp: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def guarded(exponent: Any) -> Any:
        if _magnitude(exponent) > math.log2(LARGEST_EXPONENT):
            raise EvaluationError("the exponential is too large to compute")
        return exp(exponent)

    return guarded


def _float_power(base: float, exponent: float) -> float:
    value: float | complex = base**exponent
    if isinstance(value, complex):
        raise EvaluationError("a fractional power of a negative number has no real value")
    return value


def _mp_power(base: Any, exponent: Any) -> Any:
    value = MP.power(base, exponent)
    if isinstance(value, MP.mpc):
        raise EvaluationError("a fractional power of a negative number has no real value")
    return value


def _mp_sqrt(value: Any) -> Any:
    # A variance of equal numbers, 1.21 - 1.1^2, is 0 but for what computing leaves there.
    return MP.zero if value < 0 and not difference(value, MP.zero) else MP.sqrt(value)


def _mp_real(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def real(value: Any) -> Any:
        result = function(value)
        if MP.isinf(result) and not MP.isinf(value):
            raise EvaluationError("the logarithm of zero has no value")
        if isinstance(result, MP.mpc):
            raise EvaluationError(
                "the square root or logarithm of a negative number has no real value"
            )
        return result

    return real


def difference(left: Any, right: Any) -> Any:
    """The left less the right; exactly 0 of numbers that differ in the end of 50 digits only.

    >>> difference(MP.mpf("0.1") + MP.mpf("0.2"), MP.mpf("0.3"))
    mpf('0.0')
    >>> difference(INTERVAL.number("0.1") + INTERVAL.number("0.2"), INTERVAL.number("0.3"))
    mpf('0.0')
    """
    numbers = isinstance(left, MP.mpf) and isinstance(right, MP.mpf)
    # What computing leaves there makes no other number of 0.1 + 0.2, or of 0.3 / 0.1.
    if numbers and MP.almosteq(left, right, MP.mpf(10) ** (2 - DIGITS)):
        return MP.zero
    apart = left - right
    if hasattr(apart, "_mpi_") and max(map(abs, interval_ends(apart))) < MP.mpf(10) ** (2 - DIGITS):
        return MP.zero
    return apart


def _sign(value: Any) -> Any:
    """1 or -1; mathematics says 0 of 0, and the authors of perceptrons 1 or -1."""
    if not difference(value, 0 * value):
        raise EvaluationError("the sign of 0 is 0 to some and 1 or -1 to others")
    return abs(value) / value


def _interval_sign(value: Any) -> Any:
    low, high = interval_ends(value)
    if low <= 0 <= high:
        raise EvaluationError("the sign of 0 is 0 to some and 1 or -1 to others")
    return IV.mpf(1 if low > 0 else -1)


def _mp_floor(value: Any) -> Any:
    nearest = MP.nint(value)
    return MP.floor(value) if difference(value, nearest) else nearest


def _interval_floor(value: Any) -> Any:
    low, high = interval_ends(value)
    return IV.mpf([MP.floor(low), MP.floor(high)])


def _interval_power(base: Any, exponent: Any) -> Any:
    # An exact integer power keeps the sign of a base that spans zero; mpmath knows how.
    low, high = interval_ends(exponent)
    if low == high and low == int(low):
        return base ** int(low)
    return IV.exp(exponent * IV.log(base))


def _interval_tanh(value: Any) -> Any:
    # Monotone: the ends suffice, and 1 - 2/(exp(2x) + 1) overflows nowhere.
    low, high = (1 - 2 / (IV.exp(2 * IV.mpf(end)) + 1) for end in interval_ends(value))
    return IV.mpf([interval_ends(low)[0], interval_ends(high)[1]])


def _interval_extreme(choose: Callable[..., Any]) -> Callable[..., Any]:
    def extreme(*values: Any) -> Any:
        ends = [interval_ends(IV.convert(value)) for value in values]
        return IV.mpf([choose(low for low, _ in ends), choose(high for _, high in ends)])

    return extreme


def _interval_abs(value: Any) -> Any:
    low, high = interval_ends(value)
    if low <= 0 <= high:
        return IV.mpf([0, max(-low, high)])
    return value if low > 0 else -value


def interval_ends(value: Any) -> tuple[Any, Any]:
    """Lower and upper end at 50 digits; a plain number is both, a row or matrix is refused.

    >>> interval_ends(INTERVAL.number("0.5"))
    (mpf('0.5'), mpf('0.5'))
    """
    if hasattr(value, "_mpi_"):
        low, high = value._mpi_
        return MP.make_mpf(low), MP.make_mpf(high)
    if isinstance(value, tuple):
        raise EvaluationError("a row or matrix where one number is expected")
    return value, value


@cache
def _mp_number(text: str) -> Any:
    return MP.mpf(text)


@cache
def _interval_number(text: str) -> Any:
    low = libmp.from_str(text, IV.prec, libmp.round_floor)
    high = libmp.from_str(text, IV.prec, libmp.round_ceiling)
    return IV.make_mpf((low, high))


FLOAT = Arithmetic(
    name="float64",
    number=float,
    functions={
        "exp": _guarded_exp(math.exp),
        "log": math.log,
        "sqrt": math.sqrt,
        "power": _guarded_power(_float_power),
        "sin": math.sin,
        "cos": math.cos,
        "tan": math.tan,
        "tanh": math.tanh,
        "abs": abs,
        "floor": lambda value: float(math.floor(value)),
        "sign": _sign,
        "maximum": max,
        "minimum": min,
    },
    constants={"e": math.e, "pi": math.pi},
)

MPMATH = Arithmetic(
    name="50 digits",
    number=_mp_number,
    functions={
        "exp": _guarded_exp(MP.exp),
        "log": _mp_real(MP.log),
        "sqrt": _mp_real(_mp_sqrt),
        "power": _guarded_power(_mp_power),
        "sin": MP.sin,
        "cos": MP.cos,
        "tan": MP.tan,
        "tanh": MP.tanh,
        "abs": abs,
        "floor": _mp_floor,
        "sign": _sign,
        "maximum": max,
        "minimum": min,
    },
    constants={"e": +MP.e, "pi": +MP.pi},
)

INTERVAL = Arithmetic(
    name="intervals",
    number=_interval_number,
    functions={
        "exp": _guarded_exp(IV.exp),
        "log": IV.log,
        "sqrt": IV.sqrt,
        "power": _guarded_power(_interval_power),
        "sin": IV.sin,
        "cos": IV.cos,
        "tan": lambda value: IV.sin(value) / IV.cos(value),
        "tanh": _interval_tanh,
        "abs": _interval_abs,
        "floor": _interval_floor,
        "sign": _interval_sign,
        "maximum": _interval_extreme(max),
        "minimum": _interval_extreme(min),
    },
    constants={"e": IV.exp(IV.mpf(1)), "pi": +IV.pi},
)


_DECIMALS = decimal.Context(
    prec=DIGITS + 10, Emax=LARGEST_EXPONENT, Emin=-LARGEST_EXPONENT,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)  # fmt: skip
"""Ten digits more than are wanted hold what computing leaves behind."""


def decimals() -> AbstractContextManager[decimal.Context]:
    """Where numbers of `DECIMAL` are computed with; outside, Python would keep 28 digits only.

    >>> with decimals():
    ...     third = Decimal(1) / 3
    >>> len(str(third))
    62
    """
    return decimal.localcontext(_DECIMALS)


def _decimal(function: Callable[..., Decimal]) -> Callable[..., Decimal]:
    def guarded(*operands: Decimal) -> Decimal:
        try:
            return function(*operands)
        except decimal.DecimalException:
            raise EvaluationError("it has no value") from None

    return guarded


def _by_mpmath(name: str) -> Callable[[Decimal], Decimal]:
    """A function that `decimal` does not have; rarely needed, and so by way of mpmath."""
    return lambda value: Decimal(MP.nstr(MPMATH.functions[name](MP.mpf(str(value))), DIGITS))


def _decimal_tanh(value: Decimal) -> Decimal:
    return 1 - 2 / ((2 * value).exp() + 1)


DECIMAL = Arithmetic(
    name="decimals",
    number=Decimal,
    functions={
        "exp": _decimal(Decimal.exp),
        "log": _decimal(Decimal.ln),
        "sqrt": _decimal(Decimal.sqrt),
        "power": _decimal(Decimal.__pow__),
        "sin": _by_mpmath("sin"),
        "cos": _by_mpmath("cos"),
        "tan": _by_mpmath("tan"),
        "tanh": _decimal(_decimal_tanh),
        "abs": abs,
        "floor": _by_mpmath("floor"),
        "sign": _by_mpmath("sign"),
        "maximum": max,
        "minimum": min,
    },
    constants={name: Decimal(MP.nstr(value, DIGITS)) for name, value in MPMATH.constants.items()},
)
"""50 digits by `decimal`; to be used within `decimals()`."""
