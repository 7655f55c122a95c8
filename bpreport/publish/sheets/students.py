"""Who gets a sheet: numbered students, or those of a roster."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable
from io import StringIO
from pathlib import Path

from bpreport.deck import DeckError
from bpreport.deck.model import Position

__all__ = ["MOST", "checked", "numbered", "read_roster"]

MOST = 100_000
"""Sheets of one class; more is a typing error."""
LONGEST = 64
"""Characters of an id: it is part of file names."""
LARGEST = 20_000_000
"""Bytes of a roster."""

_ID = re.compile(r"[\w@+-][\w@+.-]*", re.UNICODE)
_HEADS = ("student", "id", "student id", "student_id", "学号", "学生")


def numbered(count: int) -> list[str]:
    """The ids s0001, s0002, ...; that of a student does not depend on how many there are.

    >>> numbered(2)
    ['s0001', 's0002']
    """
    if not 1 <= count <= MOST:
        raise DeckError(f"expected from 1 to {MOST} sheets, not {count}")
    return [f"s{number:04}" for number in range(1, count + 1)]


def read_roster(path: Path) -> list[str]:
    """The ids of a CSV file: its column "student" or "id", or its only column.

    UTF-8, with or without a byte order mark. Raises `DeckError` with the line at fault.
    """
    data = path.read_bytes()
    if len(data) > LARGEST:
        raise DeckError(f"a roster of more than {LARGEST} bytes", path=str(path))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise DeckError(
            f"not UTF-8 text: byte 0x{data[error.start]:02x}; save the roster as UTF-8",
            path=str(path), position=Position(line, 1),
        ) from None  # fmt: skip
    if "\0" in text:
        raise DeckError("not a text file: it has NUL characters", path=str(path))
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [(reader.line_num, row) for row in reader if any(field.strip() for field in row)]
    except csv.Error as error:
        raise DeckError(f"not CSV: {error}", path=str(path)) from None
    if not rows:
        raise DeckError("a roster without a student", path=str(path))
    column = _column(rows[0][1], path)
    entries = rows if column is None else rows[1:]
    place = column or 0
    return checked(
        ((line, row[place] if place < len(row) else "") for line, row in entries), str(path)
    )


def _column(head: list[str], path: Path) -> int | None:
    """The column of ids; None where there is no head."""
    names = [name.strip().lower() for name in head]
    for wanted in _HEADS:
        if wanted in names:
            return names.index(wanted)
    if len(head) == 1:
        return None
    raise DeckError(
        f"expected a column 'student' or 'id'; found {', '.join(map(repr, head))}",
        path=str(path), position=Position(1, 1),
    )  # fmt: skip


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
            problem = f"the student id {student!r} stands in line {found[folded]} already"
        if problem:
            raise DeckError(problem, path=path, position=Position(line, 1))
        found[folded] = line
        ids.append(student)
        if len(ids) > MOST:
            raise DeckError(f"more than {MOST} students", path=path)
    if not ids:
        raise DeckError("a roster without a student", path=path)
    return ids


def _problem(student: str) -> str:
    if not student:
        return "an empty student id"
    if len(student) > LONGEST:
        return f"a student id of more than {LONGEST} characters"
    if not _ID.fullmatch(student) or student.endswith("."):
        return f"the student id {student!r} is not letters, digits and . _ - + @"
    return ""
