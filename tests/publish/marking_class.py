"""Classes that answer their sheets, for the tests of marking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bpreport.deck import builtin, read
from bpreport.publish.marking import AnswerFile, Cell, Mark, Row, mark_class, number
from bpreport.publish.sheets import LATEST, Course, Manifest, Sheet, make, plan
from bpreport.publish.sheets.manifest import issued

DECK = Path(__file__).parent.parent / "cases" / "sheets" / "deck.md"
OWN = plan(read(DECK))
BUILTIN = plan(read(builtin("en")))


def manifest_of(course: Course, *sheets: Sheet, key: str = "k") -> Manifest:
    """What was issued to these students."""
    entries = tuple(issued(sheet, {}) for sheet in sheets)
    return Manifest(
        course.deck, course.digest, course.lang, ("html",), key, LATEST, entries, course.mistakes
    )


def right_answers(sheet: Sheet) -> dict[str, str]:
    """The answers of the key."""
    return {name: answer.expected for name, answer in sheet.answers.items()}


def cell(sheet: Sheet, name: str, typed: str) -> Cell:
    """An answer as the reader would have it."""
    if not typed:
        return Cell("")
    if sheet.answers[name].choices:
        return Cell(typed, letter=typed)
    return Cell(typed, number=number(typed))


def marks_of(course: Course, sheet: Sheet, changes: Mapping[str, str]) -> dict[str, Mark]:
    """The marks of a student who gave the answers of the key but for some."""
    given = right_answers(sheet) | dict(changes)
    row = Row(sheet.student, {name: cell(sheet, name, typed) for name, typed in given.items()})
    marked = mark_class(course, manifest_of(course, sheet), AnswerFile((row,)))
    (student,) = marked.students
    return {mark.answer: mark for mark in student.marks}


def by_key(sheet: Sheet) -> dict[str, str]:
    """The ids of answers by the key of their quantity."""
    return {answer.key: answer.id for answer in sheet.answers.values() if answer.key}


def sheet_of(course: Course, student: str = "ada") -> Sheet:
    """The sheet of one student."""
    return make(course, "k", student)


def with_digest(manifest: Manifest, digest: str) -> Manifest:
    """The manifest of another text."""
    return replace(manifest, digest=digest)
