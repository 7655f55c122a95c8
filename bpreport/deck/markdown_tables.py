"""Tables in Markdown: where each of their cells stands, and what it says of iterations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from markdown_it.token import Token

from bpreport.deck.document import Mark
from bpreport.deck.model import Position
from bpreport.deck.tables import Entry, counts_below, entries, printed_at

__all__ = ["Cell", "cells"]

_AROUND_NUMBERS = re.compile(r"\$|\\(?:left|right|[,;:! (])|\\(?=[%)])|[~\s]+(?=\\?%)")
"""What typesets the numbers of a cell, and is not seen."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table."""

    text: str
    start: Position
    """Where its text begins."""
    heads: bool
    """It is the heading of a column."""
    count: int | None
    """The count of iterations that it is nothing but, as the heading of its column says."""
    entries: Sequence[Entry]
    """What its numbers are printed for; none of a heading or of a count."""

    def place(self, offset: int) -> Position:
        r"""The place of a character of its text, where each | is typed \|."""
        escapes = self.text.count("|", 0, offset)
        return replace(self.start, column=self.start.column + offset + escapes)

    def numbers(self) -> tuple[list[Token], list[Mark]]:
        """A cell that is nothing but numbers, as tokens and as marks."""
        tokens: list[Token] = []
        marks: list[Mark] = []
        end = 0
        for entry in self.entries:
            printed, offset = printed_at(self.text, entry)
            opening = Token("span_open", "span", 1)
            number = Token("text", "", 0, content=printed.text)
            tokens += _seen(self.text[end:offset])
            tokens += [opening, number, Token("span_close", "span", -1)]
            counts = not entry.heading
            kept = None if counts else entry
            marks.append(Mark(offset, printed.text, "", counts, opening, kept))
            end = offset + len(printed.typed)
        return tokens + _seen(self.text[end:]), marks


def _seen(source: str) -> list[Token]:
    """What stands around the numbers of a cell."""
    text = _AROUND_NUMBERS.sub("", source).replace("%", " %")
    return [Token("text", "", 0, content=text)] if text.strip() else []


def cells(
    tokens: Sequence[Token], lines: Sequence[str], notebook_cell: int = 0
) -> Iterator[tuple[Token, Cell]]:
    """The cells of all tables of a source, each with the token of its text."""
    rows: list[list[Token]] = []
    before: Token | None = None
    for token in tokens:
        if token.type == "table_open":
            rows = []
        elif token.type == "tr_open":
            rows.append([])
        elif before is not None and before.type in ("th_open", "td_open"):
            rows[-1].append(token)
        elif token.type == "table_close":
            yield from _cells(rows, lines, notebook_cell)
        before = token


def _cells(
    rows: Sequence[Sequence[Token]], lines: Sequence[str], notebook_cell: int
) -> Iterator[tuple[Token, Cell]]:
    named: dict[tuple[int, int], list[Entry]] = {}
    for entry in entries([[token.content for token in row] for row in rows]):
        named.setdefault((entry.row, entry.column), []).append(entry)
    counting = [counts_below(heading.content) for heading in rows[0]]
    for row, tokens in enumerate(rows):
        end = 0
        for column, token in enumerate(tokens):
            text = token.content
            number = token.map[0] if token.map else 0
            typed = text.replace("|", r"\|")
            begin = max(lines[number].find(typed, end), end)
            end = begin + len(typed)
            start = Position(number + 1, begin + 1, notebook_cell)
            printed_for: Sequence[Entry] = named.get((row, column), ()) if row else ()
            count = None
            # "After the update" heads values.
            if row and counting[column] and not any(entry.heading for entry in printed_for):
                count = _count(text)
            shown = printed_for if count is None else ()
            yield token, Cell(text, start, row == 0, count, shown)


def _count(text: str) -> int | None:
    digits = text.strip().strip("$").strip()
    return int(digits) if re.fullmatch(r"\d{1,9}", digits, re.ASCII) else None
