"""How much room a block takes on a slide.

Both formats show the same slides, so the room is estimated here, on the safe side, in the measure
of the style sheet: em of running text, on a slide of 16 by 9.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from markdown_it.token import Token

from bpreport.publish.slides.formulas import SetFormula

__all__ = ["DISPLAY", "LINE", "ROOM", "Measure", "Part", "blocks", "deep", "text_lines"]

LINE = 33.0
"""Width of a line, in em. The numbers that follow are those of slides.css."""
LEADING = 1.45
DISPLAY = 1.1
"""Size of displayed formulas."""
GAP = 0.75
"""Between blocks."""
SMALL = 0.8
"""Size of tables and code."""
FOOT = 0.58
"""Size of footnotes."""
RULE = 0.6
"""Height of the rule above footnotes."""
INDENT = 1.6
"""Of lists and quotes."""
ROOM = 16.0
"""Height for blocks and footnotes, below a title of one line."""
HEAD = 2.1
"""Size of the title of the first slide."""
TITLE = 1.65
"""What each further line of the title takes."""


@dataclass(frozen=True, slots=True)
class Part:
    """A block that is not divided."""

    tokens: tuple[Token, ...]
    height: float
    """With the space behind it."""
    foot: float = 0.0
    """Height of the footnotes that go with it."""
    displayed: bool = False
    """It is a formula."""
    narrow: float = 0.0
    """Width of a formula that may stand beside others; 0 for all other blocks."""
    leads: bool = False
    """It stays with what follows."""
    follows: bool = False
    """It stays with what stands before."""


@dataclass(frozen=True)
class Measure:
    """What the heights of blocks depend on."""

    formulas: Mapping[int, SetFormula]
    feet: Mapping[int, float] = field(default_factory=dict)
    """By formula, the height of its footnotes."""
    figures: Mapping[int, float] = field(default_factory=dict)
    """The same for the figures in running text."""

    def part(self, tokens: Sequence[Token], width: float = LINE) -> Part:
        """A block as it is."""
        first = tokens[0]
        foot = sum(self._foot(token) for token in deep(tokens))
        height = self.height(tokens, width) + GAP
        formula = self.formulas.get((first.meta or {}).get("formula", 0))
        displayed = first.type == "math_block" and formula is not None
        narrow = formula.width * DISPLAY if displayed and formula else 0.0
        if narrow > LINE / 2 - 2:
            narrow = 0.0
        leads = first.type == "paragraph_open" and _text(tokens).rstrip().endswith((":", "："))
        follows = formula is not None and formula.continues
        return Part(tuple(tokens), height, foot, displayed, narrow, leads, follows)

    def _foot(self, token: Token) -> float:
        meta = token.meta or {}
        return self.feet.get(meta.get("formula", 0), 0.0) + self.figures.get(
            meta.get("figure", 0), 0.0
        )

    def height(self, tokens: Sequence[Token], width: float) -> float:
        """Of a block, without the space behind it."""
        first = tokens[0]
        match first.type:
            case "math_block" | "amsmath":
                return self._formula(first)
            case "fence" | "code_block" | "html_block":
                if (first.meta or {}).get("formula"):
                    return self._formula(first)
                lines = first.content.rstrip("\n").split("\n")
                rows = sum(
                    max(1, math.ceil(0.62 * len(line) * SMALL / (width - 1))) for line in lines
                )
                return rows * LEADING * SMALL + 1.0
            case "paragraph_open":
                return self._inline(tokens[1], width)
            case "table_open":
                return self._table(tokens, width)
            case "bullet_list_open" | "ordered_list_open" | "blockquote_open" | "list_item_open":
                inner = blocks(tokens[1:-1])
                less = 0.0 if first.type == "list_item_open" else INDENT
                spaces = 0.35 * max(len(inner) - 1, 0)
                return sum(self.height(block, width - less) for block in inner) + spaces
        return LEADING

    def _formula(self, token: Token) -> float:
        found = self.formulas.get((token.meta or {}).get("formula", 0))
        return DISPLAY * (max(found.height * found.scale, LEADING) + 0.2) if found else 2.0

    def _inline(self, token: Token, width: float) -> float:
        across, extra = 0.0, 0.0
        lines = 0
        for child in token.children or []:
            if child.type == "hardbreak":
                lines, across = lines + max(1, math.ceil(across / width)), 0.0
            elif formula := self.formulas.get((child.meta or {}).get("formula", 0)):
                across += formula.width * formula.scale + 0.3
                extra += max(0.0, formula.height * formula.scale - LEADING)
            else:
                across += advance(child.content or " " * (child.type == "softbreak"))
                across += 0.8 * bool((child.meta or {}).get("figure", 0) in self.figures)
        # A word that does not fit leaves room at the end of its line.
        lines += max(1, math.ceil(across / (width - 1.2)))
        return lines * LEADING + min(extra, lines * 1.5)

    def _table(self, tokens: Sequence[Token], width: float) -> float:
        rows: list[list[float]] = []
        columns = 1
        for token in tokens:
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "inline":
                rows[-1].append(self._inline(token, max(width / SMALL / columns - 1, 4.0)))
                columns = max(columns, len(rows[0]))
        return sum(max(row, default=LEADING) * SMALL + 0.5 for row in rows)


def blocks(tokens: Iterable[Token]) -> list[list[Token]]:
    """Each a token that stands alone, or one with all that it holds."""
    found: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        found[-1].append(token)
        depth += token.nesting
        if depth == 0:
            found.append([])
    return [block for block in found if block]


# -- text


def text_lines(text: str, width: float) -> int:
    """How many lines a text takes at most.

    >>> text_lines("梯度" * 10, 15), text_lines("gradient", 15)
    (2, 1)
    """
    return max(1, math.ceil(advance(text) / (width - 1.2)))


@lru_cache(maxsize=4096)  # long blocks are divided in many ways: half of the time went here
def advance(text: str) -> float:
    """About how wide a text is, in em."""
    return sum(_width(sign) for sign in text)


def _width(sign: str) -> float:
    if sign > "\u2e7f" or sign in "“”‘’…—":
        return 1.0
    if sign in " .,;:'!|()[]/ijlftr-":
        return 0.33
    return 0.84 if sign in "mwMW@%" else 0.66 if sign.isupper() else 0.56


def deep(tokens: Iterable[Token]) -> Iterator[Token]:
    """All tokens, those inside others as well."""
    for token in tokens:
        yield token
        yield from deep(token.children or ())


def _text(tokens: Sequence[Token]) -> str:
    return "".join(token.content for token in tokens if token.type == "inline")
