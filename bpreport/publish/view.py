"""What the report's templates print: plain data, every decision already made.

Formulas are LaTeX and prose is Markdown tokens here; a `Setter` typesets them for one format.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from markdown_it.token import Token

from bpreport.audit.model import Message
from bpreport.publish.picture import Picture, Plan
from bpreport.publish.solution import Solution

__all__ = [
    "Badge",
    "Block",
    "Cell",
    "Change",
    "ClaimView",
    "Count",
    "ExampleView",
    "FindingGroup",
    "FindingView",
    "Plot",
    "Report",
    "SlideView",
    "Stage",
    "Table",
    "Widget",
]


@dataclass(frozen=True, slots=True)
class Badge:
    """A verdict as shown."""

    verdict: str
    level: str
    word: str


@dataclass(frozen=True, slots=True)
class Count:
    """How many claims got a verdict."""

    badge: Badge
    meaning: str
    number: int
    share: float
    """Of all claims, in percent."""


@dataclass(frozen=True, slots=True)
class Change:
    """A correction: what stands in the deck, and what should."""

    old: str
    """Empty where something is missing."""
    new: str


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A judged claim."""

    ids: tuple[str, ...]
    """Claims that this row is about: more than one where all are alike and none is wrong."""
    badge: Badge
    math: str
    """LaTeX of what is asserted; empty where the formula above it asserts nothing else."""
    equals_sign: int
    """Which equals sign of its formula it is about, where its sides are too long to repeat; or
    0."""
    printed: str
    exact: str
    change: Change | None
    """None where nothing is to be changed."""
    slip: str
    """What kind of slip explains it, in words; may be empty."""
    message: Message
    place: str
    """Line and column in the deck."""
    derivation: str
    """Anchor of the worked solution; empty where there is none."""
    full: str = ""
    """The exact value to many digits; may be empty."""
    symbols: tuple[str, ...] = ()
    """Keys of the symbols that a search finds it by."""
    several: tuple[str, ...] = ()
    """The printed numbers of a row that is about several claims."""
    entry: int = 0
    """Which entry of a vector or matrix it is about, counted from 1; or 0."""
    trails: tuple[float, float] = (0.0, 0.0)
    """Space behind what is printed and behind what is exact, as of a `Cell`."""


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a slide and the claims made in it."""

    tokens: tuple[Token, ...]
    claims: tuple[ClaimView, ...]
    leads: bool
    """It leads up to what comes next, and stands on the same page: its last sign is a colon."""


@dataclass(frozen=True, slots=True)
class SlideView:
    """One slide."""

    number: int
    title: str
    line: int
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class FindingView:
    """A main finding."""

    level: str
    message: Message
    claims: tuple[tuple[str, str], ...]
    """Anchor and place of each claim that it is about."""
    change: Change | None = None
    """Of an error: the correction."""


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """Findings of one kind."""

    title: str
    findings: tuple[FindingView, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """An entry of a table."""

    text: str
    math: bool = False
    """LaTeX."""
    head: bool = False
    """It names its row."""
    words: bool = False
    """A sentence, which begins at the left as text does."""
    lead: float = 0.0
    """Space before a number, in widths of a digit, by which decimal points are aligned."""
    trail: float = 0.0
    """The same behind it."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of numbers under headings."""

    caption: str
    heads: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""

    @property
    def whole(self) -> bool:
        """Short enough to stand on one page undivided."""
        return len(self.rows) <= 10

    @property
    def narrow(self) -> bool:
        """Narrow enough to run on in two columns of a page."""
        return len(self.heads) <= 3


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture and what it shows."""

    picture: Picture | Plan
    caption: str
    """LaTeX in it stands between dollar signs."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The solutions of one stage of a computation."""

    id: str
    title: str
    solutions: tuple[Solution, ...]
    form: str = "solutions"
    """ "givens": values that the deck states, in a row; "solutions": one below the other; "many":
    the same, put away until wanted."""
    lead: str = ""


class Widget(Protocol):
    """Something to try out, in the HTML: `templates/widgets/NAME.html.j2` and `NAME.js`."""

    name: ClassVar[str]

    @property
    def id(self) -> str:
        """Of its data in the page."""
        ...

    @property
    def data(self) -> Any:
        """Numbers for its script, in no language, as JSON can hold them."""
        ...


@dataclass(frozen=True, slots=True)
class ExampleView:
    """A worked example."""

    id: str
    title: str
    stages: tuple[Stage, ...]
    tables: tuple[Table, ...] = ()
    plots: tuple[Plot, ...] = ()
    appendix: tuple[Table, ...] = ()
    widgets: tuple[Widget, ...] = ()
    lacking: str = ""
    """Why a widget that such an example usually has is not there."""


@dataclass(frozen=True)
class Report:
    """The whole report."""

    title: str
    lang: str
    foreign: str
    """The deck's language as HTML names it, where it is not the report's; else empty."""
    author: str
    """Who wrote the deck; empty where it does not say, as `date`."""
    date: str
    source: str
    """The deck's file name."""
    claims: int
    right: int
    notes: int
    errors: int
    unchecked: int
    counts: tuple[Count, ...]
    findings: tuple[FindingGroup, ...]
    slides: tuple[SlideView, ...]
    examples: tuple[ExampleView, ...] = ()

    @property
    def has_appendix(self) -> bool:
        """Whether any worked example has tables for the appendix."""
        return any(example.appendix for example in self.examples)
