r"""Symbols as labels of drawings and plots: one line of text whose scripts stand in braces.

>>> label("a_{1}^{(2)}"), label(r"J(\theta_{0}, \theta_{1})"), label(r"\hat{y}_{1}")
('a_{1}^{(2)}', 'J(θ_{0}, θ_{1})', 'ŷ_{1}')

Such a line passes through whatever draws it, a template or matplotlib; `raised` makes of it what
an SVG shows, with a subscript and a superscript above one another.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from xml.etree import ElementTree as ET

from markupsafe import Markup, escape

from bpreport.publish.formulas import element, words

__all__ = ["label", "raised", "spread", "width"]

SCRIPT = 0.7
"""Size of a script, in that of its base."""
DOWN, UP = 0.28, 0.48
"""How far the line of a subscript and of a superscript lie from that of the base, in its size."""
_SCRIPTS = re.compile(r"(?=[_^]\{)(?:_\{([^{}]*)\})?(?:\^\{([^{}]*)\})?")


@lru_cache(maxsize=4096)
def label(source: str) -> str:
    r"""A symbol as a label, from its LaTeX.

    >>> label(r"W_{1,1}^{[2]}"), label(r"E_{total}"), label(r"\Delta w_{7}"), label("y'_{1}")
    ('W_{1,1}^{[2]}', 'E_{total}', 'Δw_{7}', "y'_{1}")
    """
    root = element(source)
    told = source if root is None else _written(root)
    return unicodedata.normalize("NFC", re.sub(r"\s+", " ", told).strip()).replace("′", "'")


def _written(node: ET.Element) -> str:
    match node.tag:
        case "math" | "mrow" | "mstyle" | "semantics":
            return "".join(map(_written, node))
        case "msub":
            return _base(node) + _script("_", node[1])
        case "msup":
            return _base(node) + _script("^", node[1])
        case "msubsup":
            below, above = _script("_", node[1]), _script("^", node[2])
            return _base(node) + (above + below if above in _PRIMES else below + above)
    return words(node)


def _base(node: ET.Element) -> str:
    return _written(node[0]).strip()


def _script(sign: str, node: ET.Element) -> str:
    inside = re.sub(r"[\s{}]+", "", words(node))
    return inside if inside in _PRIMES else f"{sign}{{{inside}}}"


_PRIMES = ("′", "″", "'")
"""They are raised already."""


@lru_cache(maxsize=4096)
def raised(text: str, size: float, *, back: bool = False) -> Markup:
    r"""A label as the inside of an SVG's `text` of that size, in pixels.

    `back`: what comes after it stands on the line of the base again.

    >>> raised("w_{7}", 10)
    Markup('w<tspan dy="2.8" font-size="7">7</tspan>')
    >>> _, mark = raised("a_{1}^{(2)}", 10).split("1</tspan>")  # "1" is 4 pixels wide
    >>> mark
    Markup('<tspan dx="-4" dy="-7.6" font-size="7">(2)</tspan>')
    """
    found, line, ahead = Markup(), 0.0, 0.0
    for piece, below, above in _pieces(text):
        if piece:
            found += _piece(piece, ahead, -line) if line or ahead else escape(piece)
            line = ahead = 0.0
        start = ahead
        for script, level in ((below, DOWN * size), (above, -UP * size)):
            if not script:
                continue
            found += _piece(script, start, level - line, SCRIPT * size)
            line, start = level, -width(script, SCRIPT * size)
        wide = [width(script, SCRIPT * size) for script in (below, above)]
        ahead = max(0.0, wide[0] - wide[1]) if above else 0.0
    return found + _piece("\u200b", ahead, -line) if back and line else found


def _piece(text: str, right: float, down: float, small: float = 0.0) -> Markup:
    """A stretch of a label, so far to the right and down of where the one before ended."""
    moved = "".join(
        f' {name}="{round(by, 1):g}"' for name, by in (("dx", right), ("dy", down)) if round(by, 1)
    )
    smaller = f' font-size="{round(small, 1):g}"' if small else ""
    return Markup("<tspan{}{}>{}</tspan>").format(Markup(moved), Markup(smaller), text)  # noqa: S704


def _pieces(text: str) -> list[tuple[str, str, str]]:
    """What stands on the line, and the scripts behind it.

    >>> _pieces("J(w_{1}, b^{+})")
    [('J(w', '1', ''), (', b', '', '+'), (')', '', '')]
    """
    found, at = [], 0
    for match in _SCRIPTS.finditer(text):
        if match[0]:
            found.append((text[at : match.start()], match[1] or "", match[2] or ""))
            at = match.end()
    return [*found, (text[at:], "", "")] if text[at:] else found


@lru_cache(maxsize=4096)
def width(text: str, size: float) -> float:
    """About how wide a label is drawn, in pixels where its size is in pixels.

    >>> width("w", 10), width("7", 7), width("w_{7}", 10)
    (7.7, 4.0, 11.7)
    """
    wide = 0.0
    for piece, below, above in _pieces(text):
        wide += sum(map(_advance, piece))
        wide += SCRIPT * max(sum(map(_advance, script)) for script in (below, above))
    return round(wide * size, 1)


def _advance(sign: str) -> float:
    """How wide a sign is in a sans serif, in ems."""
    if sign > "\u2e80":
        return 1.0
    return next(
        (wide for signs, wide in _ADVANCES if sign in signs),
        0.0 if unicodedata.combining(sign) else 0.57,
    )


_ADVANCES = (("ijl.,:;|'′()[] ", 0.32), ("mwMW", 0.77))


def spread(places: list[float], apart: float, low: float, high: float) -> list[float]:
    """Places moved as little as can be, so that each is `apart` from the next and within bounds.

    They come in order and stay in it; where there are too many for the bounds, they go past `high`.

    >>> spread([1.0, 1.0, 9.0], 2.0, 0.0, 10.0), spread([0.0, 0.0], 2.0, 0.0, 10.0)
    ([0.0, 2.0, 9.0], [0.0, 2.0])
    """
    groups: list[list[float]] = []  # the mean place of the first, and how many: they touch
    for count, place in enumerate(places):
        groups.append([place - count * apart, 1])
        while len(groups) > 1 and groups[-2][0] > groups[-1][0]:
            mean, many = groups.pop()
            before = groups[-1]
            before[0] = (before[0] * before[1] + mean * many) / (before[1] + many)
            before[1] += many
    firsts = [mean for mean, many in groups for _ in range(int(many))]
    last = high - (len(places) - 1) * apart
    return [max(min(first, last), low) + n * apart for n, first in enumerate(firsts)]
