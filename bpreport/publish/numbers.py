"""Numbers as a reader sees them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from bpreport.formula import MP, places_of, rounded

__all__ = ["beside", "exact", "short", "shown", "signed"]

PLACES = 8


def exact(value: Any, digits: int = 17) -> str:
    """A value to so many significant digits, without padding.

    >>> exact(MP.mpf(1) / 8), exact(MP.mpf(2) / 3, 5), exact(MP.mpf("2e-30"))
    ('0.125', '0.66667', '2e-30')
    """
    text = str(MP.nstr(MP.mpf(value), digits, min_fixed=-6, max_fixed=17))
    return text.removesuffix(".0").replace(".0e", "e")


def shown(value: Any, places: int = PLACES) -> str:
    """A value to so many decimal places; small ones to as many significant digits instead.

    >>> shown(0.4), shown(MP.mpf(1) / 3), shown(-0.000012345678912), shown(4)
    ('0.4', '0.33333333', '-0.000012345679', '4')
    >>> shown(MP.mpf("1.25e-10")), shown(MP.mpf("3e-20"))
    ('1.25e-10', '3e-20')
    """
    number = value if isinstance(value, Decimal) else MP.mpf(value)
    text = _plainly(number, places)
    if text is None:
        text = _exactly(number, places)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def _plainly(number: Any, places: int) -> str | None:
    """What float64 can tell: a number of usual size that is not near the middle between two digits.

    Of less than 1e11 units, scaling is off by less than 1e-4 of them.
    """
    near = float(number)
    units = abs(near) * 10.0**places
    if not (abs(near) > 1e-4 and 1 <= units < 1e11) or abs(units % 1 - 0.5) < 1e-3:
        return None
    whole, rest = divmod(int(units + 0.5), 10**places)
    return f"{'-' * (near < 0)}{whole}.{rest:0{places}d}"


def _exactly(number: Any, places: int) -> str:
    number = MP.mpf(number)
    if not MP.isfinite(number):
        return str(MP.nstr(number))
    if number and abs(number) < MP.mpf(10) ** -4:
        if abs(number) < MP.mpf(10) ** -6:
            return exact(number, places)
        places += -int(MP.floor(MP.log10(abs(number)))) - 1
    return rounded(number, places)


def beside(printed: str | None, value: Any, places: int = PLACES) -> str:
    """A value as it is shown, or none, with at least one place more than a printed number.

    >>> beside("0.3333333334", MP.mpf(1) / 3), beside("0.33", MP.mpf(1) / 3), beside("1", None)
    ('0.33333333333', '0.33333333', '')
    """
    if value is None:
        return ""
    return shown(value, max(places, 0 if printed is None else places_of(printed) + 1))


def short(value: Any) -> str:
    """A value as a drawing has room for: four places, or three digits of what is small.

    >>> short(0.59326999), short(-0.000123456), short(12)
    ('0.5933', '−0.000123', '12')
    """
    return signed(exact(value, 3) if 0 < abs(value) < 0.001 else shown(value, 4))


def signed(text: str) -> str:
    """A text in which negative numbers have a minus sign (U+2212) in the place of a hyphen.

    Dates, ranges, words and powers of ten in the notation of programs keep theirs.

    >>> signed("-1.5 is -1.48, not (-2); from 3-5, 2026-05-01, 2.5e-11")
    '−1.5 is −1.48, not (−2); from 3-5, 2026-05-01, 2.5e-11'
    """
    return _NEGATIVE.sub("\N{MINUS SIGN}", text)


_NEGATIVE = re.compile(r"(?<![^\s(\[,;:=~→±，；：（])-(?=\.?\d)")
