"""Rounds of a document: where its numbers are computed once more, as of a second sample."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from operator import itemgetter

from bpreport.audit.statements import Statement
from bpreport.deck.model import Position

__all__ = ["Rounds"]


class Rounds:
    """Where each round of a document begins."""

    def __init__(self) -> None:
        self._begun: list[tuple[Position, Position]] = []
        """Where a name is computed once more, to another number, and where it was before."""
        self._places: set[Position] = set()

    def begin(self, at: Position, before: Position) -> None:
        """Take note that a name is computed at one place and was, to another number, before."""
        insort(self._begun, (at, before))
        self._places.add(at)

    def is_stale(self, statement: Statement, at: Position, *, until: bool = False) -> bool:
        """Whether a new round has begun since a statement, up to a place or just until it."""
        begun = (bisect_left if until else bisect_right)(self._begun, at, key=itemgetter(0))
        if not begun or statement.position >= self._begun[begun - 1][0]:
            return False
        # What was given, or computed anew, since the name was computed before is the new round's.
        given = not (statement.trees or statement.lines or statement.bound)
        fresh = given or statement.position in self._places
        return not (fresh and statement.position > self._begun[begun - 1][1])
