"""What every reader hands over, whatever the file is: sections, math spans, marked numbers.

`Gathering` collects it, and reads what all files share: the numbers in running text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from bpreport.deck.counts import COUNT, Count, counts_in_digits, counts_in_words
from bpreport.deck.errors import DeckError
from bpreport.deck.model import Position
from bpreport.deck.reach import told
from bpreport.deck.wanted import is_wanted
from bpreport.formula.limits import limit

if TYPE_CHECKING:
    from markdown_it.token import Token

    from bpreport.deck.tables import Entry

__all__ = ["Document", "Gathering", "Mark", "MathSpan", "Section", "Span", "unix"]

LONGEST_FORMULA = limit("formula_characters")
"""Characters past which a formula is refused; no formula that a person reads is longer."""

_NUMERAL = re.compile(r"(?<![A-Za-z_\d.])(?:\d+(?:\.\d+)?|\.\d+)(?![A-Za-z_\d]|\.\d)")
"""A number in running text; the 7 of "w7" is part of a name."""

_OPEN = re.compile(r"(?<![\\$])(?:\$\$(?=\s*\Z|[^$]*=)|\$(?=[A-Za-z\\(][^$]*=))")
"""What opens a formula, in the text that is left beside all formulas."""

_FIGURE = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,4})?", re.ASCII)
_FRACTION = re.compile(r"[-+]?\d+/0*[1-9]\d*", re.ASCII)
_MINUS = str.maketrans("−–", "--")


def unix(source: str) -> str:
    """The source with the line ends that every reader counts by, and without NUL.

    markdown-it does the same, so its lines are ours.
    """
    return source.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")


@dataclass(slots=True)
class MathSpan:
    """One math span as it stands in the source."""

    number: int
    source: str
    display: bool
    section: int
    """Number of its section, counted from 1."""
    starts: tuple[Position, ...]
    """Position of the first character of each line of `source`."""
    iteration: Count | None
    """The count of iterations that its paragraph names."""
    escaped: bool = False
    r"""In a table, where each | of it is typed \|."""
    paragraph: int = 0
    """The paragraph or row of a table that it stands in, counted from 1; 0 on lines of its own."""
    wanted: bool = False
    """The words before it call it what should come out."""


@dataclass(slots=True)
class Span:
    """A number in running text that is a claim or a count of iterations."""

    number: int
    text: str
    section: int
    position: Position
    claim: str
    iteration: bool
    entry: Entry | None = None
    """Its place in a table that names it."""
    named: Count | None = None
    """The count of iterations that its paragraph names."""
    paragraph: int = 0
    """The paragraph that it stands in, as that of a formula."""
    percent: bool = False
    """A sign for percent stands behind it, outside of a table."""


@dataclass(slots=True)
class Section:
    """A heading and what stands under it."""

    title: str
    position: Position
    level: int
    attributes: dict[str, str] = field(default_factory=dict)
    attributes_at: Position | None = None
    tokens: list[Token] = field(default_factory=list)


@dataclass(slots=True)
class Document:
    """A source, read."""

    sections: list[Section]
    math: list[MathSpan]
    spans: list[Span]
    numerals: list[tuple[str, Position]]
    """Numbers in running text that no span and no pattern accounts for."""
    title: str = ""
    """Where the file states one outside of its headings."""
    front_matter: str | None = None
    front_matter_start: Position = field(default_factory=lambda: Position(2, 1))
    cells: dict[int, str] = field(default_factory=dict)
    """The text of each Markdown cell of a notebook."""
    unclosed: tuple[tuple[str, Position], ...] = ()
    """What seems to open a formula that is never closed, and where it stands."""


@dataclass(slots=True)
class Mark:
    """A number that its author marked, at an offset of a paragraph's text."""

    offset: int
    text: str
    claim: str
    iteration: bool
    token: Token | None = None
    """The token that shows it, which learns its number."""
    entry: Entry | None = None
    """Its place in a table that names it."""
    percent: bool = False
    """A sign for percent stands behind it, outside of a table."""


@dataclass(slots=True)
class Gathering:
    """A document in the making; one reader, or one for each cell, fills it from top to bottom."""

    sections: list[Section] = field(default_factory=list)
    math: list[MathSpan] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    numerals: list[tuple[str, Position]] = field(default_factory=list)
    announced: Count | None = None
    """The count of iterations that a paragraph without formulas named for what follows."""
    counted: int | None = None
    """The number of the last count of iterations that was named."""
    bars: int = 0
    """The bars | of all sources with tables."""
    paragraphs: int = 0
    """How many are begun so far, rows of tables among them."""
    unclosed: list[tuple[str, Position]] = field(default_factory=list)

    def document(self) -> Document:
        """What was gathered."""
        return Document(
            self.sections, self.math, self.spans, self.numerals, unclosed=tuple(self.unclosed)
        )

    def begin(self, title: str, position: Position, level: int) -> Section:
        """A heading: what follows stands under it."""
        self.sections.append(Section(title, position, level))
        self.announced = None
        return self.sections[-1]

    def add(self, token: Token, position: Position) -> None:
        """A token that stands under the last heading; what comes before any has none."""
        if not self.sections:
            self.begin("", position, 0)
        self.sections[-1].tokens.append(token)

    def add_math(
        self,
        source: str,
        display: bool,
        starts: Sequence[Position],
        iteration: Count | None = None,
        escaped: bool = False,
        before: str = "",
    ) -> int:
        """The number of a new formula, and `before` it the text of its paragraph.

        Without an `iteration` it is the one announced, if any.
        """
        if len(source) > LONGEST_FORMULA:
            raise DeckError(
                "a formula of {count} characters; expected at most {most}",
                position=starts[0],
                count=len(source),
                most=LONGEST_FORMULA,
            )
        number = len(self.math) + 1
        iteration = iteration or self._announced()
        section = max(len(self.sections), 1)
        paragraph = 0 if display else self.paragraphs
        span = MathSpan(
            number, source, display, section, tuple(starts), iteration, escaped, paragraph,
            is_wanted(before),
        )  # fmt: skip
        self.math.append(span)
        return number

    def read_paragraph(
        self,
        prose: str,
        place: Callable[[int], Position],
        marks: Sequence[Mark] = (),
        formulas: Sequence[int] = (),
        announces: bool = True,
    ) -> Callable[[int], Count | None]:
        """Read the numbers of a paragraph; by offset, the count of iterations that it names.

        `prose` is its text with everything else blanked out, `place` tells where a character of
        it stands, `formulas` where its formulas do. A count named without these or marked numbers
        beside it is announced to those that follow.
        """
        self.unclosed += [(found[0], place(found.start())) for found in _OPEN.finditer(prose)]
        counts = counts_in_digits(prose)
        for mark in marks:
            _check(mark, place)
        counting = [mark for mark in marks if mark.iteration][:1]
        named = [Count(int(mark.text), offset=mark.offset) for mark in counting]
        named = named or [count for _, count in counts.values()]
        named = named or list(counts_in_words(prose, self.counted))
        held = sorted({*formulas, *(mark.offset for mark in marks if mark.claim)})
        told_at = told(prose, named, held)
        iteration = named[0] if len(set(named)) == 1 else None
        if iteration is not None:
            self.counted = iteration.number
        elif not named:
            iteration = told_at(len(prose.rstrip()) - 1)
        marked = {mark.offset: mark for mark in marks}
        found = {match.start(): match[0] for match in _NUMERAL.finditer(prose)}
        found |= {offset: text for offset, (text, _) in counts.items()}
        covered = 0
        for offset in sorted(found.keys() | marked.keys()):
            if offset < covered:
                continue
            if offset in marked:
                self._note(marked[offset], place, told_at(offset) or self._announced())
                covered = offset + len(marked[offset].text)
            elif offset in counts:
                self._note(Mark(offset, found[offset], "", iteration=True), place, None)
            else:
                self.numerals.append((found[offset], place(offset)))
        open_ = iteration is not None and iteration.of_update and held[-1:] < [iteration.offset]
        self.announced = iteration if announces and (open_ or not held) else None
        return told_at

    def _announced(self) -> Count | None:
        """The count of iterations that the paragraph before named, or else the heading."""
        title = self.sections[-1].title if self.sections else ""
        named, heading = self.announced, _told_by_heading(title)
        if named is not None and named.of_update:
            return heading or named
        return named or heading

    def _note(self, mark: Mark, place: Callable[[int], Position], named: Count | None) -> None:
        number = len(self.spans) + 1
        section = max(len(self.sections), 1)
        text = mark.text.translate(_MINUS)
        self.spans.append(
            Span(
                number,
                text,
                section,
                place(mark.offset),
                mark.claim,
                mark.iteration,
                mark.entry,
                named,
                self.paragraphs,
                mark.percent,
            )
        )
        if mark.token is not None:
            mark.token.meta["figure"] = number


@lru_cache(maxsize=16)
def _told_by_heading(title: str) -> Count | None:
    """The count of iterations whose result a section is about: after 100 updates.

    What is called iteration 2 mostly begins where the first has ended, and says so by its numbers.
    """
    if not re.search(r"\bafter\b|后", title, re.IGNORECASE):
        return None
    counts = {count for _, count in counts_in_digits(title).values()}
    counts = counts or set(counts_in_words(title, None))
    return replace(counts.pop(), in_words=True) if len(counts) == 1 else None


def _check(mark: Mark, place: Callable[[int], Position]) -> None:
    text = mark.text.translate(_MINUS)
    typed = f"{mark.text} %" if mark.percent else mark.text
    shown = typed if len(typed) <= 40 else f"{typed[:37]}..."
    if mark.iteration and (mark.percent or not re.fullmatch(COUNT, text, re.ASCII)):
        raise DeckError(
            "the mark .iteration expects a whole number in its brackets, found {shown!r}",
            position=place(mark.offset),
            shown=shown,
        )
    if mark.entry is None and not (_FIGURE.fullmatch(text) or _FRACTION.fullmatch(text)):
        raise DeckError(
            "the claim {claim!r} expects a number in its brackets, found {shown!r}",
            position=place(mark.offset),
            claim=mark.claim,
            shown=shown,
        )
