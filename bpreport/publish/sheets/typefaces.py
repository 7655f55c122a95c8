"""The typefaces of printed sheets, cut down to the signs of a course once for all its documents.

A Chinese typeface has 65 000 glyphs. WeasyPrint cuts each down for each document, and even then
keeps a row of its tables for every glyph: that took a fifth of the time, and was four fifths of
the bytes of a file.
"""

from __future__ import annotations

import base64
import gettext
from collections.abc import Iterable
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from bpreport.publish.fonts import matching
from bpreport.publish.language import LOCALE

__all__ = ["FAMILIES", "signs_of", "typefaces"]

FAMILIES = {"bpreport serif": "Noto Serif CJK SC", "bpreport sans": "Noto Sans CJK SC"}
"""What sheet.css asks for first in a PDF, and of which typeface it is cut; the typeface itself
stands behind it, for signs that nobody could foresee."""
FORESEEN = (range(0x20, 0x250), range(0x370, 0x400), range(0x2010, 0x2045), range(0x2200, 0x2270))
"""Letters of names, Greek, punctuation and mathematical signs."""


def signs_of(lang: str, source: str) -> frozenset[str]:
    """All signs that sheets of a deck show, but those of a student's name.

    >>> signs = signs_of("en", "# €")
    >>> "€" in signs, "−" in signs, "答" in signs, "答" in signs_of("zh", "")
    (True, True, False, True)
    """
    catalogue = gettext.find("bpreport", LOCALE, [lang])
    told = Path(catalogue).read_bytes().decode("utf-8", "ignore") if catalogue else ""
    foreseen = (chr(code) for codes in FORESEEN for code in codes)
    return frozenset(sign for sign in (*source, *told, *foreseen) if sign.isprintable())


@lru_cache(maxsize=2)
def typefaces(signs: frozenset[str]) -> str:
    """CSS that brings the typefaces with these signs; none where the machine has other ones."""
    rules = []
    for name, family in FAMILIES.items():
        for bold in (False, True):
            found = matching(family, bold=bold)
            # Behind the first 16 bits stands the instance of a variable font.
            if found is None or found[1] >= 1 << 16:
                return ""
            data = base64.b64encode(_cut(*found, signs)).decode("ascii")
            rules.append(
                f'@font-face {{ font-family: "{name}"; font-weight: {700 if bold else 400}; '
                f"src: url(data:font/otf;base64,{data}) }}"
            )
    return "\n".join(rules)


def _cut(path: Path, place: int, signs: Iterable[str]) -> bytes:
    from fontTools import subset  # type: ignore[import-untyped]

    options = subset.Options(font_number=place, hinting=False, layout_features=["*"])
    font = subset.load_font(str(path), options)
    chooser = subset.Subsetter(options)
    chooser.populate(unicodes=map(ord, signs))
    chooser.subset(font)
    packed = BytesIO()
    subset.save_font(font, packed, options)
    font.close()
    return packed.getvalue()
