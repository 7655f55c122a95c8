"""Which blocks stand on one slide: as few slides as can be, evenly filled."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from markdown_it.token import Token

from bpreport.publish.slides.measuring import LINE, RULE, Part

__all__ = ["Group", "flaws", "paged"]

LITTLE = 0.42
"""How much of a slide text alone must take, or it is left over from the slide before."""

COLUMNS = 3
"""Most short formulas that stand side by side."""


@dataclass(frozen=True, slots=True)
class Group:
    """Blocks below each other, or side by side."""

    blocks: tuple[tuple[Token, ...], ...]
    columns: int
    height: float
    foot: float
    leads: bool = False


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


def flaws(pages: Sequence[Sequence[Group]], room: float) -> int:
    """On how many slides some text is left alone, or a list is divided that stands on one slide."""
    found = sum(_divided(page) for page in pages)
    if len(pages) > 1:
        found += sum(_little(page, room) for page in pages)
    return found


def _little(page: Sequence[Group], room: float) -> bool:
    kinds = {block[0].type for group in page for block in group.blocks}
    height = sum(group.height + group.foot for group in page)
    return kinds <= {"paragraph_open", "blockquote_open"} and height < LITTLE * room


def _divided(page: Sequence[Group]) -> bool:
    """Whether two neighbouring blocks come from the same lines of the deck."""
    places = [group.blocks[0][0].map for group in page if group.columns == 1]
    return any(one is not None and one == other for one, other in pairwise(places))


def _grouped(found: Sequence[Part]) -> Iterator[Group]:
    """Short formulas in a row stand side by side."""
    row: list[Part] = []
    for part, following in zip_longest(found, found[1:]):
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
