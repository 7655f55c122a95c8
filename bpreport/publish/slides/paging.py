"""Which blocks of a deck's slide stand on one slide of ours, by how much room they take.

Both formats show the same slides, so the room is estimated here, on the safe side, in the measure
of the style sheet: em of running text, and a slide of 16 by 9. What is too long is divided: lists
at their items, tables at their rows, paragraphs at their sentences.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from markdown_it.token import Token

from bpreport.publish.slides.formulas import SetFormula

__all__ = ["DISPLAY", "LINE", "Group", "Part", "paged", "parts", "text_lines"]

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
COLUMNS = 3
"""Most short formulas that stand side by side."""


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


@dataclass(frozen=True, slots=True)
class Group:
    """Blocks below each other, or side by side."""

    blocks: tuple[tuple[Token, ...], ...]
    columns: int
    height: float
    foot: float
    leads: bool = False


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


# -- dividing


def parts(tokens: Sequence[Token], measure: Measure, room: float) -> Iterator[Part]:
    """The blocks of a slide, with those divided that are higher than `room`."""
    for block in blocks(tokens):
        if block[0].type == "heading_open":
            continue
        part = measure.part(block)
        if part.height + part.foot <= room:
            yield part
        else:
            yield from _chunks(part, measure, room)


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


def _chunks(whole: Part, measure: Measure, room: float) -> Iterator[Part]:
    """A block in as few parts as can be, about evenly long."""
    least = len(list(_cut(whole, measure, room, room)))
    low, high = room / 4, room
    for _ in range(6):
        middle = (low + high) / 2
        if len(list(_cut(whole, measure, middle, room))) > least:
            low = middle
        else:
            high = middle
    yield from _cut(whole, measure, high, room)


def _cut(whole: Part, measure: Measure, room: float, most: float) -> Iterator[Part]:
    """A block in parts that each fill `room`; single items may take `most`."""
    units, made = _division(whole.tokens)
    start = 0
    while start < len(units):
        end = start + 1
        part = measure.part(made(units[start:end], start))
        while end < len(units):
            longer = measure.part(made(units[start : end + 1], start))
            if longer.height + longer.foot > room:
                break
            part, end = longer, end + 1
        inner = _inside(whole.tokens, units[start])
        if part.height + part.foot > most and inner:
            yield from parts(inner, measure, most)
        else:
            yield part
        start = end


def _inside(block: Sequence[Token], unit: Sequence[Token]) -> Sequence[Token]:
    """What stands in one item of a list or a quote; empty for what holds no blocks."""
    if unit[0].type == "list_item_open":
        return unit[1:-1]
    return unit if block[0].type == "blockquote_open" else ()


Units = list[list[Token]]


def _division(block: Sequence[Token]) -> tuple[Units, Callable[[Units, int], list[Token]]]:
    """What a block can be divided into, and how a block is made of some of it.

    The second argument of the latter is how many units stand before.
    """
    first, last = block[0], block[-1]
    match first.type:
        case "bullet_list_open" | "blockquote_open":
            return blocks(block[1:-1]), lambda units, _: [first, *chain(*units), last]
        case "ordered_list_open":
            begin = int(first.attrs.get("start", 1))
            return blocks(block[1:-1]), lambda units, before: [
                first.copy(attrs={"start": begin + before}),
                *chain(*units),
                last,
            ]
        case "table_open":
            kinds = [token.type for token in block]
            if "tbody_open" in kinds:
                start, end = kinds.index("tbody_open") + 1, kinds.index("tbody_close")
                head, tail = block[:start], block[end:]
                return blocks(block[start:end]), lambda units, _: [*head, *chain(*units), *tail]
        case "fence" | "code_block" | "html_block" if not (first.meta or {}).get("formula"):
            lines = [[first.copy(content=line)] for line in first.content.splitlines(keepends=True)]
            return lines, lambda units, _: [
                first.copy(content="".join(unit[0].content for unit in units))
            ]
        case "paragraph_open":
            inline = block[1]
            return _sentences(inline.children or []), lambda units, _: [
                first,
                inline.copy(children=[*chain(*units)]),
                last,
            ]
    return [list(block)], lambda units, _: units[0]


_SENTENCE = re.compile(r".{1,300}?(?:[.!?;:](?:\s+|$)|[。！？；]|$)|.{300}", re.DOTALL)
_END = re.compile(r"(?:[.!?;]|[。！？；]|\S{300})\s*\Z")


def _sentences(children: Sequence[Token]) -> Units:
    """The sentences of a paragraph, or what is as long; marked stretches are not divided."""
    found: Units = [[]]
    depth = 0
    for child in children:
        depth += child.nesting
        whole = child.type != "text" or depth
        for piece in [child] if whole else _pieces(child):
            found[-1].append(piece)
            text = "".join(token.content or " " for token in found[-1])
            if not depth and (_END.search(text) or len(text) > 400):
                found.append([])
    return [sentence for sentence in found if sentence]


def _pieces(text: Token) -> list[Token]:
    return [text.copy(content=piece) for piece in _SENTENCE.findall(text.content)]


# -- filling slides


def paged(found: Sequence[Part], room: float) -> list[list[Group]]:
    """Groups of blocks by the slide that they stand on: as few slides as can be, evenly filled."""
    groups = list(_grouped(found))
    least = _filled(groups, room, room)
    low, high = 0.0, room
    for _ in range(12):
        middle = (low + high) / 2
        if len(_filled(groups, middle, room)) > len(least):
            low = middle
        else:
            high = middle
    return _filled(groups, high, room)


def _grouped(found: Sequence[Part]) -> Iterator[Group]:
    """Short formulas in a row stand side by side."""
    row: list[Part] = []
    for part, following in zip(found, [*found[1:], None], strict=True):
        leads = part.leads or (
            following is not None
            and (following.follows or (part.displayed and following.displayed))
        )
        if part.narrow and not part.follows and (following is None or not following.follows):
            row.append(part)
            continue
        yield from _columns(row)
        row = []
        yield Group((part.tokens,), 1, part.height, part.foot, leads)
    yield from _columns(row)


def _columns(row: Sequence[Part]) -> Iterator[Group]:
    if len(row) < 3:
        for place, part in enumerate(row, 1):
            yield Group((part.tokens,), 1, part.height, part.foot, leads=place < len(row))
        return
    columns = min(COLUMNS, int(LINE // (max(part.narrow for part in row) + 2)))
    for start in range(0, len(row), columns):
        beside = row[start : start + columns]
        yield Group(
            tuple(part.tokens for part in beside),
            columns,
            max(part.height for part in beside),
            sum(part.foot for part in beside),
            leads=start + columns < len(row),
        )


def _filled(groups: Sequence[Group], room: float, most: float) -> list[list[Group]]:
    """Slides filled to `room`; what belongs together stays so where it takes `most` or less."""
    pages: list[list[Group]] = []
    filled = math.inf
    end = -1  # of what belongs together
    for number, group in enumerate(groups):
        ruled = not pages or not any(before.foot for before in pages[-1])
        needed = group.height + group.foot + RULE * bool(group.foot and ruled)
        if number > end:
            kept, end = _together(groups, number)
            if kept > most:
                kept, end = needed, number
            if filled + kept > room:
                pages.append([])
                filled = 0.0
        pages[-1].append(group)
        filled += needed
    return pages


def _together(groups: Sequence[Group], first: int) -> tuple[float, int]:
    """How much room a group takes with all that must stay with it, and which is the last of it."""
    last = first
    while groups[last].leads and last + 1 < len(groups):
        last += 1
    return sum(group.height + group.foot for group in groups[first : last + 1]), last


# -- text


def text_lines(text: str, width: float) -> int:
    """How many lines a text takes at most.

    >>> text_lines("梯度" * 10, 15), text_lines("gradient", 15)
    (2, 1)
    """
    return max(1, math.ceil(advance(text) / (width - 1.2)))


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
