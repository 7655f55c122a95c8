"""For which text of a paragraph a count of iterations holds, or words that tell of an update."""

from __future__ import annotations

import re
import sys
from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from bpreport.deck.counts import Count, updates_told

__all__ = ["told"]

_SENTENCE_END = re.compile(r"[.!?](?=\s)|[。！？；]")
_CLAUSE_END = re.compile(
    rf"{_SENTENCE_END.pattern}|[;:](?=\s)|[，：]|,\s*(?:and|but|or|so|then|while|yet)\b",
    re.IGNORECASE,
)
"""What ends a clause. Other commas do not: "it is 0.8, which it reaches after 5 steps"."""
_JOINED = re.compile(r"[\s\d.,，、-]*(?:and|和|与|及)?\s*", re.IGNORECASE)
"""All that stands between two formulas or numbers of a list; formulas are blanks here."""


def told(prose: str, named: Sequence[Count], held: Sequence[int]) -> Callable[[int], Count | None]:
    """By offset, the count that what stands there is told for.

    `prose` is the text of a paragraph with its formulas blanked out, `held` tells where these and
    its marked numbers stand. A count holds for what follows it and, before it, for its own clause.
    Of several counts each is told for what follows it, if something follows each of them and
    nothing stands before the first in its clause: after one update a, after ten b and c. Else
    nobody knows.
    Without a count, words that tell of an update hold for what follows them in their sentence.

    >>> prose = "From     it comes to    , and after 5 steps it ends at    ."
    >>> at = told(prose, [Count(5, offset=29)], held=[5, 20, 55])
    >>> [at(offset) and at(offset).number for offset in (5, 20, 55)]
    [None, None, 5]
    >>> at = told("Both are     and     after 5 steps.", [Count(5, offset=21)], held=[9, 17])
    >>> [at(offset).number for offset in (9, 17)]
    [5, 5]
    """
    stretches = list(_counted(prose, named, held) if named else _updated(prose))
    begins = [begin for begin, _, _ in stretches]

    def at(offset: int) -> Count | None:
        place = bisect(begins, offset) - 1
        if place < 0:
            return None
        _, end, count = stretches[place]
        return count if offset < end else None

    return at


def _counted(
    prose: str, named: Sequence[Count], held: Sequence[int]
) -> Iterator[tuple[int, int, Count]]:
    """Where the text begins and ends that each count holds for."""
    first = _reach(prose, named[0], held)
    if len(set(named)) == 1:
        yield first, sys.maxsize, named[0]
        return
    begins = [count.offset for count in named]
    ends = [*begins[1:], sys.maxsize]
    followed = [any(a < one < b for one in held) for a, b in zip(begins, ends, strict=True)]
    if all(followed) and not any(first <= one < begins[0] for one in held):
        yield from zip([first, *begins[1:]], ends, named, strict=True)


def _reach(prose: str, count: Count, held: Sequence[int]) -> int:
    """Where the text begins that a count holds for: before it, with its own clause."""
    reached = count.offset
    for place in reversed([one for one in held if one < count.offset]):
        between = prose[place:reached]
        ends = _CLAUSE_END.search(between) is not None
        if reached < count.offset:
            ends = (ends or "," in between) and not _JOINED.fullmatch(between)
        if ends:
            return reached
        reached = place
    return 0


def _updated(prose: str) -> Iterator[tuple[int, int, Count]]:
    """Where sentences tell of the time after an update, and where they end."""
    begins = [0, *(match.end() for match in _SENTENCE_END.finditer(prose))]
    for begin, end in pairwise([*begins, len(prose)]):
        for count in updates_told(prose[begin:end]):
            place = begin + count.offset
            yield place + 1, end, replace(count, offset=place)
