"""The answers of a class, from a CSV file.

What is wrong with the file as a whole is an error; what is wrong with a row or a cell is a problem
of that student alone.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from bpreport.audit.model import Message
from bpreport.deck import DeckError, Phrase, joined
from bpreport.deck.model import Position
from bpreport.formula.limits import limit
from bpreport.publish.language import COMMA, mark
from bpreport.publish.marking.numerals import letter, number
from bpreport.publish.spreadsheets import UNCLOSED, plain_names, read_lines, student_column

__all__ = ["AnswerFile", "Cell", "Problem", "Row", "read_answers"]

LARGEST = limit("answers_bytes")
"""Bytes of a file of answers."""
TOLD = 5
"""Of many things that are wrong in the same way, so many are named."""
_ANSWER = re.compile(r"\d+[a-z]")


@dataclass(frozen=True, slots=True)
class Problem:
    """A row or a cell that could not be read."""

    line: int
    column: int
    """Of the cell, counted from 1; 0 where it is the whole row."""
    student: str
    message: Message


@dataclass(frozen=True, slots=True)
class Cell:
    """One answer as it was given."""

    typed: str
    number: Decimal | None = None
    letter: str = ""
    problem: str = ""
    """Why it could not be read."""


NOTHING = mark("no answers in the file")
BLANK = Cell("")


@dataclass(frozen=True, slots=True)
class Row:
    """The answers of one student by id; None where the row could not be read."""

    student: str
    cells: Mapping[str, Cell] | None
    line: int = 0
    """Where it stands in the file, if it does."""


@dataclass(frozen=True, slots=True)
class AnswerFile:
    """All that could be read, in the order of the file, and what could not."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...] = ()


def read_answers(path: Path, kinds: Mapping[str, str], students: Sequence[str]) -> AnswerFile:
    """The answers in a CSV file: a column of students and one of each answer, in any order.

    `kinds` gives of each answer by its id whether it is a "number", a "count" or a "choice". A row
    is one line, so that a quotation mark too many cannot swallow the rows behind it. Raises
    `DeckError` where the file is not of these answers and these students.
    """
    found = read_lines(path, LARGEST, NOTHING)
    delimiter = found.delimiter
    try:
        columns = _columns(_fields(found.lines[0] if found.lines else "", delimiter), kinds)
    except (csv.Error, DeckError) as error:
        place = Position(found.first, 1)
        if isinstance(error, DeckError):
            error.path, error.position = str(path), place
            raise
        raise DeckError(UNCLOSED, path=str(path), position=place) from None
    reader = _Reader(columns, kinds, delimiter)
    for line, text in enumerate(found.lines[1:], found.first + 1):
        reader.read(line, text)
    if not reader.rows and not reader.problems:
        raise DeckError(NOTHING, path=str(path))
    _check_students(reader.students, students, path)
    return AnswerFile(tuple(reader.rows), tuple(reader.problems))


def _fields(line: str, delimiter: str) -> list[str]:
    (found,) = csv.reader([line], delimiter=delimiter, strict=True)
    return [field.strip() for field in found]


def _columns(head: Sequence[str], kinds: Mapping[str, str]) -> list[str]:
    """What each column holds: "student", the id of an answer, or "" of what is left aside."""
    names = plain_names(head)
    column = student_column(names)
    if column is None:
        raise DeckError("expected a column 'student'; found {names}", names=_list(head))
    student, counted = names[column], Counter(names)
    twice = [name for name in (student, *kinds) if counted[name] > 1]
    if twice:
        raise DeckError(
            "there are {count} columns {name!r}", count=counted[twice[0]], name=twice[0]
        )
    unknown = [name for name in names if _ANSWER.fullmatch(name) and name not in kinds]
    if unknown:
        raise DeckError(
            "the answers do not belong to the manifest, whose sheets have no {names}",
            names=_list(unknown),
        )
    missing = [name for name in kinds if name not in counted]
    if missing:
        raise DeckError("columns are missing: {names}", names=_list(missing))
    return ["student" if name == student else name if name in kinds else "" for name in names]


class _Reader:
    """Takes in line by line."""

    def __init__(self, columns: Sequence[str], kinds: Mapping[str, str], delimiter: str) -> None:
        self.columns, self.kinds, self.delimiter = columns, kinds, delimiter
        self.rows: list[Row] = []
        self.problems: list[Problem] = []
        self.students: list[tuple[int, str]] = []

    def read(self, line: int, text: str) -> None:
        """One row, or one problem more."""
        if not text.strip(self.delimiter + " \t"):
            return
        try:
            fields = _fields(text, self.delimiter)
        except csv.Error:
            self.problems.append(Problem(line, 0, "", Message(QUOTES)))
            return
        at = self.columns.index("student")
        student = unicodedata.normalize("NFC", fields[at]) if at < len(fields) else ""
        if not student:
            self.problems.append(Problem(line, at + 1, "", Message(NOBODY)))
            return
        self.students.append((line, student))
        if len(fields) != len(self.columns):
            values = {"found": len(fields), "expected": len(self.columns)}
            self.problems.append(Problem(line, 0, student, Message(CELLS, values)))
            self.rows.append(Row(student, None, line))
            return
        cells = {}
        for column, (name, typed) in enumerate(zip(self.columns, fields, strict=True), 1):
            if name in self.kinds:
                cells[name] = _cell(typed, self.kinds[name])
                if cells[name].problem:
                    self.problems.append(Problem(line, column, student, _told(name, cells[name])))
        self.rows.append(Row(student, cells, line))


QUOTES = mark("the quotation marks do not match; the row was left out")
NOBODY = mark("a row without a student; it was left out")
CELLS = mark("{found} cells, expected {expected}; the row was left out. Numbers with a decimal "
             "comma need quotation marks, or semicolons between the cells")  # fmt: skip
CELL = mark("{answer}, {typed}: {reason}")


def _told(name: str, cell: Cell) -> Message:
    # What stands between dollar signs would be set as a formula.
    typed = cell.typed.replace("$", "\uff04")
    return Message(CELL, {"answer": name, "typed": typed, "reason": Message(cell.problem)})


READ: Mapping[str, Callable[[str], Cell]] = {
    "number": lambda typed: Cell(typed, number=number(typed)),
    "count": lambda typed: Cell(typed, number=number(typed)),
    "choice": lambda typed: Cell(typed, letter=letter(typed)),
}
"""How an answer of each kind is read."""


def _cell(typed: str, kind: str) -> Cell:
    if not typed:
        return BLANK
    try:
        return READ[kind](typed)
    except ValueError as error:
        return Cell(_short(typed), problem=str(error))


def _short(typed: str) -> str:
    shown = "".join(sign if sign.isprintable() else "\ufffd" for sign in typed)
    return shown if len(shown) <= 40 else shown[:39] + "…"


def _check_students(found: Sequence[tuple[int, str]], students: Sequence[str], path: Path) -> None:
    known = set(students)
    unknown = [(line, student) for line, student in found if student not in known]
    if found and len(unknown) == len(found):
        raise DeckError(
            "the answers do not belong to the manifest: it has none of their students",
            path=str(path),
        )
    counted = Counter(student for _, student in found)
    twice = [(line, student) for line, student in found if counted[student] > 1]
    for wrong, what in ((unknown, STRANGERS), (twice, TWICE)):
        if wrong:
            raise DeckError(what, path=str(path), names=_some([_placed(*one) for one in wrong]))


STRANGERS = mark("students that the manifest does not have: {names}")
TWICE = mark("students with more than one row: {names}")


def _placed(line: int, name: str) -> Phrase:
    return Phrase(mark("{name!r} (line {line})"), name=_short(name), line=line)


def _list(names: Sequence[str]) -> Phrase:
    return _some([Phrase("{name!r}", name=_short(name)) for name in names])


def _some(names: Sequence[Phrase]) -> Phrase:
    """The first few of them, and how many more there are."""
    told = joined(COMMA, names[:TOLD])
    if len(names) <= TOLD:
        return told
    return Phrase(mark("{names} and {count} more"), names=told, count=len(names) - TOLD)
