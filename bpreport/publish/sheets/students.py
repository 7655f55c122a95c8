"""Who gets a sheet: numbered students, or those of a roster."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from bpreport.deck import DeckError
from bpreport.deck.model import Position
from bpreport.formula.limits import limit
from bpreport.publish.language import mark
from bpreport.publish.spreadsheets import plain_names, read_lines, rows_of, student_column

__all__ = ["MOST", "checked", "numbered", "read_roster"]

MOST = limit("students")
"""Sheets of one class; more is a typing error."""
LONGEST = 64
"""Characters of an id: it is part of file names."""
LARGEST = limit("roster_bytes")
"""Bytes of a roster."""

_ID = re.compile(r"[\w@+-][\w@+.-]*", re.UNICODE)


def numbered(count: int) -> list[str]:
    """The ids s0001, s0002, ...; that of a student does not depend on how many there are.

    >>> numbered(2)
    ['s0001', 's0002']
    """
    if not 1 <= count <= MOST:
        raise DeckError("expected from 1 to {most} sheets, not {count}", most=MOST, count=count)
    return [f"s{number:04}" for number in range(1, count + 1)]


def read_roster(path: Path) -> list[str]:
    """The ids of a CSV file: its column "student" or "id", or its only column.

    Raises `DeckError` with the line at fault.
    """
    rows = list(rows_of(read_lines(path, LARGEST, NOBODY), path))
    if not rows:
        raise DeckError(NOBODY, path=str(path))
    column = _column(rows[0], path)
    entries = rows if column is None else rows[1:]
    place = column or 0
    return checked(
        ((line, row[place] if place < len(row) else "") for line, row in entries), str(path)
    )


NOBODY = mark("a roster without a student")


def _column(first: tuple[int, list[str]], path: Path) -> int | None:
    """The column of ids; None where there is no head."""
    line, head = first
    found = student_column(plain_names(head))
    if found is None and len(head) > 1:
        raise DeckError(
            "expected a column 'student' or 'id'; found {names}",
            path=str(path), position=Position(line, 1), names=", ".join(map(repr, head)),
        )  # fmt: skip
    return found


def checked(entries: Iterable[tuple[int, str]], path: str = "") -> list[str]:
    """Ids that can be file names, each once; raises `DeckError` with the line of one that is not.

    >>> checked([(1, "zoe"), (2, " li.wei ")])
    ['zoe', 'li.wei']
    """
    found: dict[str, int] = {}
    ids = []
    for line, text in entries:
        student = unicodedata.normalize("NFC", text.strip())
        problem = _problem(student)
        # Some file systems do not tell capital letters from small ones.
        folded = student.casefold()
        if not problem and folded in found:
            problem = TWICE
        if problem:
            raise DeckError(
                problem, path=path, position=Position(line, 1), student=_short(student),
                most=LONGEST, before=found.get(folded),
            )  # fmt: skip
        found[folded] = line
        ids.append(student)
        if len(ids) > MOST:
            raise DeckError("more than {most} students", path=path, most=MOST)
    if not ids:
        raise DeckError(NOBODY, path=path)
    return ids


TWICE = mark("the student id {student!r} stands in line {before} already")
EMPTY = mark("an empty student id")
LONG = mark("a student id of more than {most} characters")
SIGNS = mark("the student id {student!r} is not letters, digits and . _ - + @")


def _problem(student: str) -> str:
    if not student:
        return EMPTY
    if len(student) > LONGEST:
        return LONG
    return "" if _ID.fullmatch(student) and not student.endswith(".") else SIGNS


def _short(student: str) -> str:
    return student if len(student) <= LONGEST else student[:LONGEST] + "…"
