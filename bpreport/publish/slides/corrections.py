"""What a corrected deck has in other words than its original, and why.

Correcting makes no line longer or shorter by a line, so the two texts are compared line by line.
That tells of every change where it stands in both, however many rounds it took.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from bpreport.audit.model import Audit, Judgement, Message
from bpreport.deck.model import Deck, Position

__all__ = ["Correction", "corrections", "differences"]


@dataclass(frozen=True, slots=True)
class Correction:
    """One remark on the corrected deck: a change, or an error that was left as it is printed."""

    number: int
    """Counted from 1 in order of the deck."""
    position: Position
    """In the corrected deck."""
    old: str
    """What the original prints; empty where something was missing."""
    new: str
    """What stands in the corrected deck; of an error that was left, what should stand there."""
    message: Message
    """Why, in one sentence."""
    made: bool
    """Whether the deck was changed."""
    claim: str
    """Id of the claim that it is about."""

    @property
    def text(self) -> str:
        """What stands in the corrected deck."""
        return self.new if self.made else self.old


def corrections(before: Audit, after: Audit) -> tuple[Correction, ...]:
    """Every change of a corrected deck, and every error that could not be put right."""
    found = [
        *(_made(change, before) for change in differences(before.deck, after.deck)),
        *(_left(judgement) for judgement in after.judgements if judgement.verdict.level == "error"),
    ]
    found.sort(key=lambda one: one.position)
    return tuple(
        Correction(number, one.position, one.old, one.new, one.message, one.made, one.claim)
        for number, one in enumerate(found, 1)
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """A stretch in which two texts differ."""

    before: Position
    after: Position
    old: str
    new: str


def differences(before: Deck, after: Deck) -> Iterator[Difference]:
    r"""Where two decks with the same lines differ, number by number and word by word.

    >>> from bpreport.deck import read_text
    >>> one, other = read_text("$$a = 0.1 + 0.5 = 0.70$$"), read_text("$$a = 0.2 + 0.5 = 0.7$$")
    >>> [(str(found.after), found.old, found.new) for found in differences(one, other)]
    [('1:7', '0.1', '0.2'), ('1:19', '0.70', '0.7')]
    """
    for cell, old, new in _texts(before, after):
        lines = zip_longest(old.split("\n"), new.split("\n"), fillvalue="")
        for line, (was, now) in enumerate(lines, 1):
            if was != now:
                yield from _in_line(was, now, line, cell)


def _texts(before: Deck, after: Deck) -> Iterator[tuple[int, str, str]]:
    if not before.cells:
        yield 0, before.source, after.source
    for cell, text in before.cells.items():
        yield cell, text, after.cells.get(cell, "")


_PIECE = re.compile(
    r"""
    (?: (?:^ | (?<=[&,;=(\[{\\]) | (?<=[&,;=(\[{\\]\ )) - )? \d+ (?:\.\d+)?  # with its own sign
    | \\[A-Za-z]+
    | .
    """,
    re.VERBOSE,
)


def _in_line(was: str, now: str, line: int, cell: int) -> Iterator[Difference]:
    old, new = _PIECE.findall(was), _PIECE.findall(now)
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        before, after = len("".join(old[:a])), len("".join(new[:c]))
        gone, come = "".join(old[a:b]), "".join(new[c:d])
        while not gone and after and before and now[after - 1] == come[-1] == " ":
            # "a + b" may be "a" with "+ b" behind the space; what was put in is " + b".
            before, after, come = before - 1, after - 1, come[-1] + come[:-1]
        yield Difference(
            Position(line, before + 1, cell), Position(line, after + 1, cell), gone, come
        )


FOLLOWS = Message("It follows from the other corrections")


def _made(change: Difference, before: Audit) -> Correction:
    reason = _reason(change, before.judgements)
    return Correction(
        0,
        change.after,
        change.old,
        change.new,
        FOLLOWS if reason is None else reason.message,
        made=True,
        claim="" if reason is None else reason.claim.id,
    )


def _reason(change: Difference, judgements: Sequence[Judgement]) -> Judgement | None:
    """The judgement of the original that asks for a change: errors before notes."""
    asking = [
        judgement
        for judgement in judgements
        if judgement.fix is not None
        and judgement.verdict.level in ("error", "note")
        and _touch(judgement.fix.position, judgement.fix.old, change.before, change.old)
    ]
    return min(asking, key=lambda one: one.verdict.level != "error", default=None)


def _touch(first: Position, one: str, second: Position, other: str) -> bool:
    """Whether two stretches of a deck have a character in common, or begin at the same place."""
    if (first.cell, first.line) != (second.cell, second.line):
        return False
    return first.column <= second.column + len(other) and second.column <= first.column + len(one)


def _left(judgement: Judgement) -> Correction:
    fix = judgement.fix
    return Correction(
        0,
        judgement.claim.position if fix is None else fix.position,
        judgement.printed or "" if fix is None else fix.old,
        judgement.correction or "" if fix is None else fix.new,
        judgement.message,
        made=False,
        claim=judgement.claim.id,
    )
