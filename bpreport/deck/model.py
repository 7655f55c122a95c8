"""A deck as data: slides, formulas and claims, each with its place in the source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, total_ordering
from typing import TYPE_CHECKING, Any

from bpreport.formula.tree import Tree

if TYPE_CHECKING:  # importing markdown-it takes longer than all that stands here
    from markdown_it.token import Token

__all__ = [
    "Chain",
    "Claim",
    "Deck",
    "Figure",
    "Formula",
    "Numeral",
    "Position",
    "Refusal",
    "Side",
    "Slide",
]


@total_ordering
@dataclass(frozen=True, slots=True)
class Position:
    """A place in the deck's source; lines, columns and cells are counted from 1.

    >>> str(Position(9, 10)), str(Position(2, 7, cell=3))
    ('9:10', 'cell 3:2:7')
    >>> Position(9, 10, cell=3) < Position(1, 1, cell=4)
    True
    """

    line: int
    """In a notebook, the line of the cell: nobody sees the lines of its JSON."""
    column: int
    cell: int = 0
    """The cell of a notebook, code cells counted as well; 0 in other decks."""

    def __lt__(self, other: Position) -> bool:
        mine = (self.cell, self.line, self.column)
        return mine < (other.cell, other.line, other.column)

    def __str__(self) -> str:
        cell = f"cell {self.cell}:" if self.cell else ""
        return f"{cell}{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A stretch of a formula that was not understood."""

    offset: int
    """Where in the formula's source the reader stopped."""
    token: str
    """What stood there."""
    expected: str
    """What would have been understood there, in plain words."""
    beyond: int | None = None
    """Where the deck has more sides than are read, how many are."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a chain."""

    source: str
    """LaTeX as typed, without alignment marks, labels and trailing punctuation."""
    offset: int
    """Where it begins in the formula's source."""
    tree: Tree | None
    """None where it was not understood; `refusal` then says why."""
    refusal: Refusal | None = None
    words: str = ""
    r"""The words behind it, which may be its unit: 95.4 \text{ kB}."""


@dataclass(frozen=True, slots=True)
class Chain:
    r"""Sides joined by relations: a = b \approx c."""

    sides: tuple[Side, ...]
    relations: tuple[str, ...]
    r"""One fewer than sides: "=", r"\approx", r"\to", "<", ..."""
    offsets: tuple[int, ...]
    """Where each relation stands in the formula's source."""
    continues: bool = False
    """The source begins with the relation; the first side is the last one of the chain before."""


@dataclass(frozen=True, slots=True)
class Formula:
    """One math span."""

    number: int
    """Counted from 1 over the whole deck."""
    slide: int
    """Number of its slide."""
    source: str
    """LaTeX between the fences, as typed."""
    display: bool
    """Stands on lines of its own."""
    chains: tuple[Chain, ...]
    label: str = ""
    r"""Words in front of the mathematics, from \text{...}."""
    starts: tuple[Position, ...] = ()
    """Position of the first character of each line of `source`."""
    escaped: bool = False
    r"""In a table, where each | of it is typed \|."""
    paragraph: int = 0
    """The paragraph or row of a table that it stands in, counted from 1; 0 on lines of its own."""
    wanted: bool = False
    """The words before it call it what should come out: the true label y = 1."""
    after_update: bool = False
    """Its text says that it is after an update, and not after how many."""

    def position(self, offset: int = 0) -> Position:
        """The place in the deck of a character of `source`."""
        before = self.source[:offset]
        line = before.count("\n")
        start = self.starts[line]
        column = start.column + offset - (before.rfind("\n") + 1)
        if self.escaped:
            column += before.count("|")
        return Position(start.line, column, start.cell)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in running text, tied to a quantity with a bracketed span or a known pattern."""

    number: int
    slide: int
    text: str
    """Digits as printed."""
    position: Position
    claim: str = ""
    """What it claims, as "run.quantity" within the slide's worked example; may be empty."""
    iteration: bool = False
    """It is the count of iterations that the formulas of its paragraph speak of."""
    name: Tree | None = None
    """What a table says that it is printed for: a name, or the sum or mean of what is above it."""
    count: int | None = None
    """The iteration that its row or paragraph is about, where `name` does not say it."""
    case: int | None = None
    """The line of its row, where the row is a case of its own that nothing counts, or of totals."""
    percent: bool = False
    """A hundredth of it is meant: a sign for percent stands behind the digits."""
    heading: Tree | None = None
    """What heads its column; `name` has the count of its row in the place of the index."""
    state: str = ""
    """In a table of parameters "before" an update and "after" it, which of both."""
    marked: Tree | None = None
    """The name that its mark claims, where it is one."""
    paragraph: int = 0
    """The paragraph of a marked number, as that of a formula; 0 in a table."""


@dataclass(frozen=True, slots=True)
class Numeral:
    """One printed number, wherever it stands."""

    text: str
    position: Position
    claims: tuple[str, ...]
    """Ids of the claims that it belongs to; empty where nothing accounts for it."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that the deck asserts."""

    id: str
    """Stable name: "f12.2" is the second claim of formula 12, "t3" the third figure in text."""
    kind: str
    """ "equation" (a pair of a chain), "component" (one entry of a printed row of values),
    "range" (the bounds of an index) or "figure" (a number in running text)."""
    slide: int
    position: Position
    text: str
    """What is asserted, as typed: "a = b", or the figure's digits."""
    formula: Formula | None = None
    head: Tree | None = None
    """The first side of the chain, where it is a name: what the chain is about."""
    left: Tree | None = None
    right: Tree | None = None
    relation: str = "="
    left_source: str = ""
    right_source: str = ""
    extents: tuple[tuple[int, int], ...] = ()
    """Stretches of the formula's source that it is about, as start and end."""
    component: int | None = None
    """Which entry of the row of values, counted from 0."""
    row: Tree | None = None
    """The whole row, vector or matrix that the entry stands in."""
    figure: Figure | None = None
    iteration: int | None = None
    """The iteration that the claim's paragraph names."""
    refusal: Refusal | None = None
    """Why a side of it was not understood."""
    units: tuple[str, str] = ("", "")
    """The words behind each side."""


@dataclass(frozen=True, slots=True)
class Slide:
    """A heading and what stands under it."""

    number: int
    title: str
    line: int
    level: int
    worked: str | None
    """The worked example whose symbols it uses, from its heading attribute or inherited."""
    tokens: tuple[Token, ...] = ()
    """Its text as markdown-it's tokens; those of formulas carry meta["formula"], spans of figures
    meta["figure"], each the number."""
    cell: int = 0
    """The notebook's cell that `line` belongs to."""


@dataclass(frozen=True, slots=True)
class Deck:
    """One source document, read."""

    path: str
    source: str
    title: str
    lang: str
    slides: tuple[Slide, ...]
    formulas: tuple[Formula, ...]
    figures: tuple[Figure, ...]
    claims: tuple[Claim, ...]
    numerals: tuple[Numeral, ...] = ()
    """The ledger: every printed number and the claims that account for it."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """The front matter, validated; numbers are still the digits that were typed."""
    places: Mapping[tuple[str | int, ...], Position] = field(default_factory=dict)
    """Where each key of the front matter stands."""
    functions: frozenset[str] = frozenset()
    """Keys of the names that are functions in this deck."""
    names: frozenset[str] = frozenset()
    """Runs of letters that are one symbol, and capitals that are one each."""
    cells: Mapping[int, str] = field(default_factory=dict)
    """The text of each Markdown cell of a notebook; empty for other decks."""
    unclosed: tuple[tuple[str, Position], ...] = ()
    """What seems to open a formula that is never closed, and so is text, and where it stands."""

    def line_at(self, position: Position) -> str:
        """The line of the source that a position stands on; empty beyond the end."""
        source = self.cells.get(position.cell, "") if position.cell else self.source
        lines = _lines(source)
        return lines[position.line - 1] if 0 < position.line <= len(lines) else ""

    def lines(self, first: int, last: int) -> Sequence[str]:
        """Some lines of the source, the last one included."""
        return _lines(self.source)[first - 1 : last]


@lru_cache(maxsize=16)
def _lines(source: str) -> list[str]:
    # A listing asks for a line of each claim: to split the deck for each takes minutes for 1 MB.
    return source.split("\n")
