"""Columns of numbers: decimal points below one another, and minus signs that are some.

Space in widths of a digit stands before or behind a number. It is no text, so nothing but the
number is copied or read aloud.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from markdown_it.token import Token

from bpreport.publish.numbers import signed
from bpreport.publish.view import Cell, ClaimView, Table

__all__ = ["Entry", "aligned", "aligned_claims", "entries", "leads", "trails"]

_NUMBER = re.compile(r"([-−]?\d+)((?:\.\d+)?(?:e[-+]?\d+)?)")
POINT = 0.5
"""Width of a decimal point, in widths of a digit: about that in all fonts with tabular figures."""


def trails(texts: Sequence[str]) -> list[float]:
    """How much space each number of a column needs behind it; what is no number needs none.

    >>> trails(["0.5", "-12.25", "3", "start"])
    [1.0, 0.0, 2.5, 0.0]
    """
    return _spaces([_width(found[2]) if found else None for found in map(_matched, texts)])


def leads(texts: Sequence[str]) -> list[float]:
    """How much space each needs before it, in a column that begins at the left.

    >>> leads(["1", "10", "1000", "exactly"])
    [3.0, 2.0, 0.0, 0.0]
    """
    return _spaces([_width(found[1]) if found else None for found in map(_matched, texts)])


def _matched(text: str) -> re.Match[str] | None:
    return _NUMBER.fullmatch(text)


def _width(digits: str) -> float:
    return len(digits) - (1 - POINT) * digits.count(".")


def _spaces(widths: Sequence[float | None]) -> list[float]:
    most = max((width for width in widths if width is not None), default=0.0)
    return [0.0 if width is None else most - width for width in widths]


def aligned(table: Table) -> Table:
    """The table with its numbers aligned column by column; the first begins at the left."""
    columns = []
    for place, column in enumerate(zip_longest(*table.rows, fillvalue=Cell(""))):
        texts = ["" if cell.math or cell.words else cell.text for cell in column]
        before = leads(texts) if place == 0 else [0.0] * len(texts)
        behind = trails(texts) if place else [0.0] * len(texts)
        columns.append(
            [
                cell if cell.math else replace(cell, text=signed(cell.text), lead=lead, trail=trail)
                for cell, lead, trail in zip(column, before, behind, strict=True)
            ]
        )
    return replace(table, rows=tuple(zip(*columns, strict=True)))


def _pointed(text: str) -> str:
    return text if "." in text and "e" not in text else ""


def aligned_claims(claims: Sequence[ClaimView]) -> tuple[ClaimView, ...]:
    """Claims that stand in one table, with what was printed and what is exact aligned.

    Counts, which have no decimal point, stand as they are, and so do powers of ten, whose digits
    would push all others aside.
    """
    printed = trails([_pointed(claim.printed) for claim in claims])
    exact = trails([_pointed(claim.exact) for claim in claims])
    return tuple(
        replace(claim, trails=(behind_printed, behind_exact))
        for claim, behind_printed, behind_exact in zip(claims, printed, exact, strict=True)
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """How an entry of a deck's own table stands in its column."""

    words: bool
    """Its column has no number, and the deck does not say how it is aligned."""
    lead: float = 0.0
    trail: float = 0.0
    """Space before and behind a number, as of a `Cell`."""
    math: bool = False
    """The number is a formula, and so in the digits of its font."""


def entries(tokens: Sequence[Token]) -> dict[int, Entry]:
    """The entries of all tables in Markdown tokens, by the place of the token that opens each."""
    found = {}
    for column in _columns(tokens):
        inner = {place: _sole(tokens[place + 1]) for place in column}
        texts = [token.content.strip() if token else "" for token in inner.values()]
        numbers = [_matched(text) is not None for text in texts]
        stated = str(tokens[column[0]].attrs.get("style", ""))
        spaces = zip(
            # Numbers that end at the right are aligned by what stands behind them alone.
            leads(texts) if stated.endswith(("left", "center")) else [0.0] * len(texts),
            trails(texts),
            strict=True,
        )
        for (place, token), (lead, trail) in zip(inner.items(), spaces, strict=True):
            math = token is not None and token.type != "text"
            found[place] = Entry(not stated and not any(numbers), lead, trail, math)
    return found


def _columns(tokens: Sequence[Token]) -> Iterator[list[int]]:
    """The columns of each table: the places of the tokens that open their entries."""
    columns: dict[int, list[int]] = defaultdict(list)
    across = 0
    for place, token in enumerate(tokens):
        if token.type == "tr_open":
            across = 0
        elif token.type in ("th_open", "td_open"):
            columns[across].append(place)
            across += 1
        elif token.type == "table_close":
            yield from columns.values()
            columns.clear()


def _sole(inline: Token) -> Token | None:
    """What an entry holds, if it is one text or formula, marked or not."""
    inner = [token for token in inline.children or () if not token.nesting]
    return inner[0] if len(inner) == 1 and inner[0].type in ("text", "math_inline") else None
