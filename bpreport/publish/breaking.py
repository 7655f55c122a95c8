r"""Breaking formulas that are wider than the page: at relations first, then at terms.

The parts of a formula are drawn on their own and put together, so that a part that stands in many
formulas is laid out once.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from bpreport.publish.drawing import Drawing, drawing, packed, unpacked
from bpreport.publish.keeping import kept

__all__ = ["chain", "filled", "sides", "terms"]

THICK = 3.333
"""Space beside a relation, in points at `drawing.SIZE`: 5/18 em."""
LEADING = 5.0
"""Space between the lines of a broken formula."""
INDENT = 24.0
"""How far the continuation of a side stands in."""

_TOKENS = re.compile(r"\\left\s*(?:\\.|.)|\\right\s*(?:\\.|.)|\\[A-Za-z]+|\\.|.", re.DOTALL)


def filled(source: str, limit: float) -> Drawing | None:
    """A formula drawn on as many lines as it needs; None where there is nothing to break at.

    `limit` is in points at `drawing.SIZE`. Raises `TypesettingError` where a part cannot
    be typeset.
    """
    if r"\begin" in source or r"\\" in source or r"\quad" in source:
        return None
    first, *rest = sides(source)
    if first.lstrip().startswith("="):
        first, rest = "", [first, *rest]
    if not rest and len(terms(first)) < 2:
        return None
    return chain((first, *rest) if rest else ("", first), limit)


@kept("chains", packed, unpacked)
def chain(parts: Sequence[str], limit: float) -> Drawing:
    """A chain drawn on as many lines as it needs, its relations below one another.

    The first part is what stands before the first relation; each other one begins with its
    relation.
    """
    head, *rest = parts
    start = _part(head)
    margin = start.width + THICK if start else 0.0
    lines: list[list[tuple[float, Drawing]]] = [[(0.0, start)] if start else []]
    at = margin
    for part in rest:
        drawn = _part(part)
        if drawn is None:
            continue
        if at > margin and at + drawn.width > limit:
            lines.append([])
            at = margin
        if at + drawn.width <= limit:
            lines[-1].append((at, drawn))
            at += drawn.width + THICK
            continue
        for place, term in enumerate(_pieces(part, limit - margin - INDENT)):
            if place and at + term.width > limit:
                lines.append([])
                at = margin + INDENT
            lines[-1].append((at, term))
            at += term.width + 1.0
        at += THICK - 1.0
    return _stacked(lines)


@lru_cache(maxsize=8192)
def _part(source: str) -> Drawing | None:
    source = source.strip()
    if not source:
        return None
    # An empty group in front makes a leading sign a relation or an operation between two sides.
    return drawing("{}" + source if source.startswith(_BINARY) else source, True)


def sides(source: str) -> list[str]:
    r"""A formula cut before each equals sign outside all brackets.

    >>> sides(r"p = \frac{a = b}{c} = 2")
    ['p ', '= \\frac{a = b}{c} ', '= 2']
    """
    outside = (
        at for at, sign, depth, rigid in _walk(source) if sign == "=" and depth == 0 and rigid == 0
    )
    return _cut(source, list(outside))


def _pieces(part: str, room: float, step: int = 0) -> list[Drawing]:
    """The terms of a side; one that does not fit is cut further, from the outside in."""
    drawn = _part(part)
    if drawn is None or drawn.width <= room or step == len(_STEPS):
        return [] if drawn is None else [drawn]
    return [piece for term in terms(part, *_STEPS[step]) for piece in _pieces(term, room, step + 1)]


_STEPS = tuple(itertools.product(range(4), (False, True)))
"""Depth of brackets, and whether products are cut as well."""


def terms(source: str, level: int = 0, products: bool = False) -> list[str]:
    r"""A side cut before plus and minus signs, down to a depth of brackets.

    With `products` also before the dots of products.

    >>> terms("= a + 2 (b + c - d)")
    ['= a ', '+ 2 (b + c - d)']
    >>> terms("= a + 2 (b + c - d)", 1)
    ['= a ', '+ 2 (b ', '+ c ', '- d)']
    >>> terms(r"= a \cdot b", 0, products=True)
    ['= a ', '\\cdot b']
    >>> terms(r"= \frac{a + b}{c}")
    ['= \\frac{a + b}{c}']
    """
    found = []
    before = "="
    for at, sign, depth, rigid in _walk(source):
        joins = sign in ("+", "-") and before not in _OPENERS
        if depth <= level and not rigid and (joins or (products and sign in _DOTS)):
            found.append(at)
        if not sign.isspace():
            before = sign
    return _cut(source, found)


_DOTS = (r"\cdot", r"\times", "*")
_BINARY = ("+", "-", *_DOTS)
_OPENERS = frozenset(("=", "(", "[", r"\cdot", r"\times", "*", "/", "+", "-"))
"""What a sign follows that belongs to a single number."""


def _walk(source: str) -> Iterator[tuple[int, str, int, int]]:
    """Every sign with its offset, how many brackets and how many unbreakable groups hold it."""
    depth = rigid = 0
    for match in _TOKENS.finditer(source):
        sign = match[0]
        if sign == "{" or sign.startswith((r"\left", r"\begin")):
            rigid += 1
        elif sign == "}" or sign.startswith((r"\right", r"\end")):
            rigid -= 1
        elif sign in "([":
            depth += 1
        elif sign in ")]":
            depth -= 1
        yield match.start(), sign, depth, rigid


def _cut(source: str, places: Sequence[int]) -> list[str]:
    inner = [place for place in places if place > 0]
    return [source[a:b] for a, b in zip([0, *inner], [*inner, len(source)], strict=True)]


def _stacked(lines: Sequence[Sequence[tuple[float, Drawing]]]) -> Drawing:
    """Lines of drawings as one drawing, whose baseline is that of the first line."""
    glyphs: list[tuple[int, float, float, float]] = []
    bars: list[tuple[float, float, float, float]] = []
    words: list[tuple[str, float, float, float]] = []
    baseline, below, width, height = 0.0, 0.0, 0.0, 0.0
    for number, line in enumerate(lines):
        above = max((part.height for _, part in line), default=0.0)
        if number == 0:
            height = above
        else:
            baseline += below + LEADING + above
        below = max((part.depth for _, part in line), default=0.0)
        for x, part in line:
            moved = _moved(part, x, baseline)
            glyphs += moved.glyphs
            bars += moved.bars
            words += moved.words
            width = max(width, x + part.width)
    return Drawing(tuple(glyphs), tuple(bars), tuple(words), width, height, baseline + below)


def _moved(part: Drawing, x: float, y: float) -> Drawing:
    return replace(
        part,
        glyphs=tuple((g, round(a + x, 3), round(b + y, 3), s) for g, a, b, s in part.glyphs),
        bars=tuple((round(a + x, 3), round(b + y, 3), w, h) for a, b, w, h in part.bars),
        words=tuple((t, round(a + x, 3), round(b + y, 3), s) for t, a, b, s in part.words),
    )
