"""Numbers as a reader sees them."""

from __future__ import annotations

from typing import Any

import mpmath

from bpreport.formula import rounded

__all__ = ["exact", "shown"]

PLACES = 8


def exact(value: Any, digits: int = 17) -> str:
    """A value to so many significant digits, without padding.

    >>> exact(mpmath.mpf(1) / 8), exact(mpmath.mpf(2) / 3, 5)
    ('0.125', '0.66667')
    """
    text = str(mpmath.nstr(mpmath.mpf(value), digits, min_fixed=-6, max_fixed=17))
    return text.removesuffix(".0")


def shown(value: Any, places: int = PLACES) -> str:
    """A value to so many decimal places; small ones to as many significant digits instead.

    >>> shown(0.4), shown(mpmath.mpf(1) / 3), shown(-0.000012345678912), shown(4)
    ('0.4', '0.33333333', '-0.000012345679', '4')
    """
    number = mpmath.mpf(value)
    if not mpmath.isfinite(number):
        return str(mpmath.nstr(number))
    if number and abs(number) < mpmath.mpf(10) ** -4:
        if abs(number) < mpmath.mpf(10) ** -6:
            return exact(number, places)
        places += -int(mpmath.floor(mpmath.log10(abs(number)))) - 1
    text = rounded(number, places)
    return text.rstrip("0").rstrip(".") if "." in text else text
