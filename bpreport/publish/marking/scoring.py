"""Marks for a class: what is right, what was carried on correctly, and what went wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from bpreport.audit.model import Message
from bpreport.publish.language import mark
from bpreport.publish.marking.answers import AnswerFile, Cell, Row
from bpreport.publish.marking.following import Follower, Pin
from bpreport.publish.marking.model import STATES, Mark, Marked, MarkedClass
from bpreport.publish.marking.naming import Named, name_count, name_mistakes, name_writing
from bpreport.publish.marking.pattern import Key, key_of, pattern_of
from bpreport.publish.marking.planted import name_planted
from bpreport.publish.sheets import Answer, Course, Issued, Manifest, Sheet

__all__ = ["kinds_of", "mark_class"]


def kinds_of(course: Course, manifest: Manifest) -> dict[str, str]:
    """Of each answer by its id whether it is a number, a count or a choice."""
    return {name: answer.kind for name, answer in pattern_of(course, manifest).answers.items()}


def mark_class(course: Course, manifest: Manifest, answers: AnswerFile) -> MarkedClass:
    """The marks of a class; raises `DeckError` where course and manifest do not belong together."""
    course = course.as_issued(manifest)
    pattern = pattern_of(course, manifest)
    sheets = {sheet.student: sheet for sheet in manifest.sheets}
    readable = [row for row in answers.rows if row.cells is not None]
    marking = _Marking(course, pattern, manifest, readable, [sheets[r.student] for r in readable])
    marked = dict(zip((row.student for row in readable), marking.marked(), strict=True))
    handed_in = {row.student for row in answers.rows}
    return MarkedClass(
        course.title,
        pattern,
        tuple(
            Marked(row.student, sheets[row.student].fingerprint, marked.get(row.student, ()))
            for row in answers.rows
        ),
        tuple(name for name in sheets if name not in handed_in),
        answers.problems,
    )


CARRIED = mark("right from your earlier answers {answers}")


class _Marking:
    """All students whose rows could be read; `at` is the place of one among them."""

    def __init__(
        self, course: Course, pattern: Sheet, manifest: Manifest, rows: Sequence[Row],
        sheets: Sequence[Issued],
    ) -> None:  # fmt: skip
        self.course, self.manifest, self.sheets = course, manifest, sheets
        self.answers = pattern.answers
        self.cells: list[Mapping[str, Cell]] = [row.cells or {} for row in rows]
        self.keys = [key_of(sheet) for sheet in sheets]
        self.states: list[dict[str, str]] = [
            {name: _first_state(answer, cells[name], keys[name])
             for name, answer in self.answers.items()}
            for cells, keys in zip(self.cells, self.keys, strict=True)
        ]  # fmt: skip
        self.sources: list[dict[str, tuple[str, ...]]] = [{} for _ in rows]
        """Of each student's answers the wrong ones that they may follow from."""
        self.named: list[dict[str, Named]] = [{} for _ in rows]

    def marked(self) -> list[tuple[Mark, ...]]:
        """The marks of every student."""
        for name, template in self.course.templates.items():
            asked = [a for a in self.answers.values() if a.example == name]
            numbers = [a for a in asked if a.key in template.sources]
            follower = self._follower(name, numbers)
            for answer in numbers:
                self._follow(follower, answer)
                self._name(follower, answer)
        for answer in self.answers.values():
            if answer.kind == "count":
                self._name_counts(answer)
            elif answer.kind == "number" and not answer.key:
                self._name_planted(answer)
        return [self._marks(at) for at in range(len(self.cells))]

    def _follower(self, example: str, numbers: Sequence[Answer]) -> Follower:
        (screen,) = [s for s in self.course.screens if s.template.name == example]
        pins: list[dict[str, Pin]] = []
        for at in range(len(self.cells)):
            found: dict[str, Pin] = {}
            for answer in numbers:
                pin = self._pin(at, answer)
                if pin is not None:
                    found[answer.key] = pin
            pins.append(found)
        givens = [sheet.variant.givens[example] for sheet in self.sheets]
        return Follower(screen, self.course.carry, givens, pins)

    def _pin(self, at: int, answer: Answer) -> Pin | None:
        """What the student goes on from here, where that is not what comes before it."""
        state = self.states[at]
        wrong = tuple(name for name in answer.after if state[name] == "wrong")
        self.sources[at][answer.id] = wrong
        given, key = self.cells[at][answer.id].number, self.keys[at][answer.id]
        if state[answer.id] == "wrong" and given is not None:
            return Pin(given)
        if state[answer.id] == "right" and wrong and key.exact is not None:
            # The wrong ones before it were not gone on with, or it could not be right.
            return Pin(key.exact, key.low, key.high)
        return None

    def _follow(self, follower: Follower, answer: Answer) -> None:
        for at, state in enumerate(self.states):
            given = self.cells[at][answer.id].number
            if state[answer.id] != "wrong" or given is None or not self.sources[at][answer.id]:
                continue
            if follower.follows(answer.key, at, given):
                state[answer.id] = "carried"

    def _wrong(self, answer: Answer) -> list[tuple[int, Decimal]]:
        """Places of the students whose answer is wrong and has no name yet, and what they gave."""
        return [
            (at, given)
            for at, state in enumerate(self.states)
            if state[answer.id] == "wrong" and answer.id not in self.named[at]
            and (given := self.cells[at][answer.id].number) is not None
        ]  # fmt: skip

    def _name(self, follower: Follower, answer: Answer) -> None:
        wrong = self._wrong(answer)
        if not wrong:
            return
        places, given = zip(*wrong, strict=True)
        found = name_mistakes(follower, answer.key, places, given)
        for at, value, slip in zip(places, given, found, strict=True):
            named = slip or name_writing(value, self._right(follower, answer, at), answer.places)
            if named is not None:
                self.named[at][answer.id] = named

    def _right(self, follower: Follower, answer: Answer, at: int) -> list[Decimal]:
        """The values that would be right: that of the sheet, and what follows from earlier ones."""
        exact = self.keys[at][answer.id].exact
        right = [] if exact is None else [exact]
        followed = float(follower.came_out[follower.screen.rows[answer.key], at])
        if self.sources[at][answer.id] and abs(followed) < LARGEST:
            right.append(Decimal(repr(followed)))
        return right

    def _name_planted(self, answer: Answer) -> None:
        for at, given in self._wrong(answer):
            named = name_planted(self.course, self.manifest, self.sheets[at], answer, given)
            exact = self.keys[at][answer.id].exact
            if named is None and exact is not None:
                named = name_writing(given, [exact], answer.places)
            if named is not None:
                self.named[at][answer.id] = named

    def _name_counts(self, answer: Answer) -> None:
        for at, given in self._wrong(answer):
            exact = self.keys[at][answer.id].exact
            named = None if exact is None else name_count(given, exact)
            if named is not None:
                self.named[at][answer.id] = named

    def _marks(self, at: int) -> tuple[Mark, ...]:
        return tuple(self._mark(at, answer) for answer in self.answers.values())

    def _mark(self, at: int, answer: Answer) -> Mark:
        state, cell = self.states[at][answer.id], self.cells[at][answer.id]
        named, reason, slip = self.named[at].get(answer.id), None, ""
        if state == "carried":
            behind = self.sources[at][answer.id]
            wrong = ", ".join(name for name in behind if self.states[at][name] == "wrong")
            reason = Message(CARRIED, {"answers": wrong})
        elif state == "unreadable":
            reason = Message(cell.problem)
        elif named is not None:
            reason, slip = named.message, named.slip
        earned = answer.marks if STATES[state][1] else 0
        expected = self.keys[at][answer.id].expected
        return Mark(answer.id, cell.typed, state, earned, expected, slip, reason)


LARGEST = 1e9
"""What is larger came of a number that nobody could go on with."""


def _first_state(answer: Answer, cell: Cell, key: Key) -> str:
    """The state of an answer that follows from none."""
    if cell.problem:
        return "unreadable"
    if not cell.typed:
        return "blank"
    if answer.kind == "choice":
        return "right" if cell.letter == key.expected else "wrong"
    return "right" if cell.number is not None and key.accepts(cell.number) else "wrong"
