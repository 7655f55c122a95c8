"""How students write numbers: one table of spellings, and nothing is guessed."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, localcontext

from bpreport.publish.language import mark

__all__ = ["letter", "number"]

LONGEST = 80
"""Characters of a number."""
LARGEST = Decimal("1e9")
"""No answer of a sheet comes near it, and nobody should compute with what is larger."""

_MINUS = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_RAISED = re.compile("([\u207a\u207b]?)([\u2070\u00b9\u00b2\u00b3\u2074-\u2079]+)")
_TEN = re.compile(r"\s*[*x\u00d7\u00b7\u22c5]\s*10\s*(?:\^|\*\*)\s*\{?\s*([+-]?\d{1,3})\s*\}?$")
_DECIMAL = r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)"
_PLAIN = re.compile(rf"({_DECIMAL})(?:\s*[eE]\s*([+-]?\d{{1,3}}))?")
_FRACTION = re.compile(rf"({_DECIMAL})\s*/\s*({_DECIMAL})")
_LETTER = re.compile(r"\(?([A-Z])[).]?")

NOT_NUMBER = mark("not a number")
PERCENT = mark("a percent sign; expected the number itself")
BOTH = mark("both a point and a comma; it is not clear which of them is the decimal one")
ZERO = mark("a fraction over zero")
TOO_LARGE = mark("the number is too large")


def number(text: str) -> Decimal:
    """What a student typed, as a number; raises `ValueError` with a sentence for translation.

    >>> [str(number(text)) for text in ("0.25", "0,25", " 1/4 ", "2.5e-1", "−2,5×10⁻¹", "０．２５")]
    ['0.25', '0.25', '0.25', '0.25', '-0.25', '0.25']
    >>> number("25 %")
    Traceback (most recent call last):
    ValueError: a percent sign; expected the number itself
    """
    typed = _plain(text)
    if len(typed) > LONGEST:
        raise ValueError(NOT_NUMBER)
    if "%" in typed:
        raise ValueError(PERCENT)
    if "," in typed and "." in typed and "/" not in typed:
        raise ValueError(BOTH)
    typed = _TEN.sub(r"e\1", typed)
    found = _fraction(typed) if "/" in typed else _scientific(typed)
    if abs(found) > LARGEST:
        raise ValueError(TOO_LARGE)
    return found


def letter(text: str) -> str:
    """The letter of an option, as "B", "b", "(b)" or "B."; raises `ValueError`.

    >>> letter("(b)"), letter("Ｂ")
    ('B', 'B')
    """
    found = _LETTER.fullmatch(_plain(text).upper())
    if found is None:
        raise ValueError(mark("not the letter of an option"))
    return found[1]


def _plain(text: str) -> str:
    """The same in ASCII, as far as it has any."""
    # NFKC would make 10⁻³ to 10−3, another number.
    raised = _RAISED.sub(
        lambda match: "^" + unicodedata.normalize("NFKC", match[0]).replace("\u2212", "-"), text
    )
    return _MINUS.sub("-", unicodedata.normalize("NFKC", raised)).strip()


def _scientific(typed: str) -> Decimal:
    match = _PLAIN.fullmatch(typed)
    if match is None:
        raise ValueError(NOT_NUMBER)
    return _decimal(match[1]).scaleb(int(match[2] or 0))


def _fraction(typed: str) -> Decimal:
    match = _FRACTION.fullmatch(typed)
    if match is None:
        raise ValueError(NOT_NUMBER)
    above, below = map(_decimal, match.groups())
    if not below:
        raise ValueError(ZERO)
    with localcontext(prec=LONGEST):
        return above / below


def _decimal(typed: str) -> Decimal:
    return Decimal(typed.replace(",", "."))
