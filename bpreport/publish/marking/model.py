"""What marking finds: of each student's answers the marks, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bpreport.audit.model import Message
from bpreport.publish.language import mark
from bpreport.publish.marking.answers import Problem
from bpreport.publish.sheets import Question, Sheet

__all__ = ["STATES", "Mark", "Marked", "MarkedClass"]

STATES: Mapping[str, tuple[str, bool]] = {
    "right": (mark("right"), True),
    "carried": (mark("carried on correctly"), True),
    "wrong": (mark("wrong"), False),
    "blank": (mark("not answered"), False),
    "unreadable": (mark("not readable"), False),
}
"""Of each state of an answer: its word, and whether it earns the marks."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What one answer of one student earned."""

    answer: str
    typed: str
    """As the student gave it."""
    state: str
    """One of `STATES`."""
    marks: int
    expected: str
    """The right answer of this student's sheet."""
    slip: str = ""
    """The name of the likely mistake."""
    reason: Message | None = None
    """What it is that went wrong, or from which answers it was carried on."""


@dataclass(frozen=True, slots=True)
class Marked:
    """One student."""

    student: str
    fingerprint: str
    marks: tuple[Mark, ...]
    """In the order of the sheet; none where the row could not be read."""

    @property
    def total(self) -> int:
        """Marks of all answers."""
        return sum(mark.marks for mark in self.marks)


@dataclass(frozen=True, slots=True)
class MarkedClass:
    """A class, in the order of its file of answers."""

    title: str
    pattern: Sheet
    """A sheet of the class: what is the same on all of them."""
    students: tuple[Marked, ...]
    absent: tuple[str, ...]
    """Students of the manifest without a row."""
    problems: tuple[Problem, ...]

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions that all sheets share."""
        return self.pattern.questions
