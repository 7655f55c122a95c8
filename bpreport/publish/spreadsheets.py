"""CSV files as spreadsheets and learning platforms write them: encodings, separators, columns."""

from __future__ import annotations

import codecs
import csv
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bpreport.deck import DeckError
from bpreport.deck.model import Position
from bpreport.publish.language import mark

__all__ = ["UNCLOSED", "Lines", "plain_names", "read_lines", "rows_of", "student_column"]

HEADS = ("student", "id", "student id", "student_id", "学号", "学生")
"""Names of the column of ids."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a file from its first that is not empty; it may be the head of the columns."""

    first: int
    """The number of the first of them, counted from 1."""
    lines: tuple[str, ...]
    delimiter: str


def read_lines(path: Path, largest: int, empty: str) -> Lines:
    """Text in UTF-8, UTF-16 or GB18030, with or without a byte order mark.

    Commas, semicolons or tabs stand between the cells; a line such as `sep=;`, which is there for
    spreadsheets, is left out. Raises `DeckError` for what is no text or too large, and with the
    sentence `empty` for what is empty.
    """
    lines = _text(path, largest).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    at = next((at for at, line in enumerate(lines) if line.strip()), None)
    if at is None:
        raise DeckError(empty, path=str(path))
    if lines[at].lower().startswith("sep="):
        at += 1
    head = "".join(lines[at : at + 1])
    return Lines(at + 1, tuple(lines[at:]), max(",;\t", key=head.count))


UNCLOSED = mark(
    "the quotation marks of the row that begins here do not match: expected a cell that begins "
    "with one to end with one"
)


def rows_of(found: Lines, path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, each with the line that it begins in.

    Raises `DeckError` with the place of a row whose quotation marks do not match.
    """
    reader = csv.reader(found.lines, delimiter=found.delimiter, strict=True)
    line = found.first
    try:
        for row in reader:
            if any(field.strip() for field in row):
                yield line, row
            line = found.first + reader.line_num
    except csv.Error:
        raise DeckError(UNCLOSED, path=str(path), position=Position(line, 1)) from None


def _text(path: Path, largest: int) -> str:
    if path.is_file() and path.stat().st_size > largest:
        raise DeckError("a file of more than {most} bytes", path=str(path), most=largest)
    data = path.read_bytes()
    encodings = ["utf-8-sig", "gb18030"]
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise DeckError("not a text file: it has NUL characters", path=str(path))
        return text
    raise DeckError("not text in UTF-8, UTF-16 or GB18030", path=str(path))


def plain_names(head: Sequence[str]) -> list[str]:
    """The names of columns as they are compared.

    >>> plain_names([" Student ", "１ａ"])
    ['student', '1a']
    """
    return [unicodedata.normalize("NFKC", name).strip().casefold() for name in head]


def student_column(names: Sequence[str]) -> int | None:
    """Which of these columns holds the ids of students.

    >>> student_column(["name", "id"]), student_column(["name"])
    (1, None)
    """
    return next((names.index(head) for head in HEADS if head in names), None)
