"""Dividing what is too long for a slide.

Lists are divided at their items, tables at their rows, listings at their lines, and paragraphs at
their sentences.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from markdown_it.token import Token

from bpreport.publish.slides.measuring import Measure, Part, blocks

__all__ = ["parts"]


def parts(
    tokens: Sequence[Token], measure: Measure, room: float, lists: float = 1.0
) -> Iterator[Part]:
    """The blocks of a slide, with those divided that are higher than `room`.

    Of lists, those are divided that take more than the part `lists` of it.
    """
    for block in blocks(tokens):
        if block[0].type == "heading_open":
            continue
        part = measure.part(block)
        most = room * lists if block[0].type in _LISTS else room
        if part.height + part.foot <= most:
            yield part
        else:
            yield from _chunks(part, measure, most)


_LISTS = ("bullet_list_open", "ordered_list_open")


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
