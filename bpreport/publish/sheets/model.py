"""What a sheet is: the student's numbers, the questions, and all that the key says of the answers.

A sheet is data, in no language: sentences are messages, translated where they are shown. What
marks a sheet or exports it reads these classes and needs nothing else:

    course = plan(read(path))
    sheet = make(course, "autumn", "s0001")
    for question in sheet.questions:
        for answer in question.answers: ...
    follow(course, sheet, {"1a": Decimal("0.71")})   # what the later answers are from that one on
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from bpreport.audit.model import Message
from bpreport.formula import rounded
from bpreport.publish.sheets.mistakes import Slipped

__all__ = [
    "Answer",
    "Choice",
    "Issued",
    "Manifest",
    "Mistake",
    "Question",
    "Sheet",
    "Step",
    "Variant",
]


@dataclass(frozen=True, slots=True)
class Variant:
    """The numbers of one student."""

    givens: Mapping[str, Mapping[str, str]]
    """By the name of the worked example and the key of the given, the digits as they are shown;
    the start of a descent is "start" and its tolerance "tolerance"."""
    candidate: int
    """How many candidates were rejected before this one."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A wrong answer that is expected: what one slip gives."""

    slip: str
    """The name of the slip in the audit's table, or a more telling one."""
    message: Message
    value: Decimal
    """What the slip leads to, at 50 digits."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of an answer that is chosen."""

    name: str
    """ "A", "B", ... in the order in which the sheet shows them."""
    message: Message
    """What it says; LaTeX stands between dollar signs."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One thing that is asked for."""

    id: str
    """ "2b": the number of the question and a letter. Columns of an answer file are named so."""
    label: Message
    """What stands before the room for it: a formula between dollar signs, or a sentence."""
    marks: int
    key: str = ""
    """Of a number, the key of its quantity in the trace; "" where it is none of the student's."""
    example: str = ""
    """The worked example that the quantity belongs to."""
    value: Decimal | None = None
    """Of a number, its exact value at 50 digits."""
    places: int = 0
    """Of a number, the decimal places that are asked for; 0 for a count."""
    low: Decimal | None = None
    high: Decimal | None = None
    """Ends of the accepted interval, both of which belong to it; a count has one value only."""
    after: tuple[str, ...] = ()
    """Ids of the earlier answers that its value is computed from: it follows through from them."""
    choices: tuple[Choice, ...] = ()
    right: str = ""
    """Of a choice, the name of the right option."""
    mistakes: tuple[Mistake, ...] = ()

    @property
    def kind(self) -> str:
        """One of "choice", "count" and "number"."""
        return "choice" if self.choices else "number" if self.places else "count"

    @property
    def expected(self) -> str:
        """The right answer, in the digits asked for."""
        return self.right if self.value is None else rounded(self.value, self.places)

    def accepts(self, given: Decimal) -> bool:
        """Whether a number lies in the accepted interval."""
        return self.low is not None and self.high is not None and self.low <= given <= self.high


@dataclass(frozen=True, slots=True)
class Step:
    """One quantity worked out."""

    symbolic: tuple[str, ...]
    """LaTeX: the symbol, then each side with its equals sign that is written in names."""
    numeric: tuple[str, ...]
    """The sides behind them that are numbers: the formula with the numbers put in, the result."""
    carried: bool
    """The digits shown do not give the result; full precision was carried."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question with its answers, and what the key says of it."""

    id: str
    """ "1", "2", ... in the order of the sheet."""
    kind: str
    """The name of its row in the table of questions: "forward", "error", ..."""
    title: Message
    prompt: tuple[Message, ...]
    """Paragraphs; formulas stand between dollar signs."""
    formulas: tuple[tuple[str, ...], ...]
    """Displayed formulas that belong to the question: chains of LaTeX, a symbol and its sides."""
    answers: tuple[Answer, ...]
    lines: int
    """Room to work, in lines."""
    solution: tuple[Step, ...]
    """In the key: everything that is computed, in order."""
    scheme: tuple[tuple[str, int, Message], ...]
    """In the key: id of the answer, marks, and what they are given for."""
    remarks: tuple[Message, ...] = ()
    """In the key: what else there is to say."""

    @property
    def marks(self) -> int:
        """Marks of all its answers."""
        return sum(answer.marks for answer in self.answers)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet of one student, with its key."""

    student: str
    variant: Variant
    questions: tuple[Question, ...]
    version: int
    """Of the generator that made it."""
    places: int
    """Decimal places that its numbers are asked for."""
    carry: int
    """Decimal places to which intermediate results may be rounded, at the least."""
    fingerprint: str
    """Says of a printed sheet which one it is; nothing of the key can be computed from it."""

    @property
    def answers(self) -> dict[str, Answer]:
        """All answers by id, in order."""
        return {answer.id: answer for question in self.questions for answer in question.answers}

    @property
    def marks(self) -> int:
        """Marks of all questions."""
        return sum(question.marks for question in self.questions)


@dataclass(frozen=True, slots=True)
class Issued:
    """What the manifest says of one sheet."""

    student: str
    fingerprint: str
    variant: Variant
    answers: Mapping[str, Mapping[str, str]]
    """By the id of the answer: "expected", and for numbers "exact", "low" and "high"."""
    files: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of each file, by its path: made again, it must be the same."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was issued to a class. It holds the key and is for those who mark."""

    deck: str
    """The file name of the deck, or "builtin"."""
    digest: str
    """SHA-256 of the deck's text."""
    lang: str
    formats: tuple[str, ...]
    course_key: str
    version: int
    sheets: tuple[Issued, ...]
    mistakes: Mapping[str, Mapping[str, tuple[Slipped, ...]]]
    """The expected mistakes by worked example and quantity. The audit's table of slips, from which
    they come, may be another one when a sheet is made again."""
    statistics: Mapping[str, int] = field(default_factory=dict)
    """Of the screening: "tried", "accepted", and how many each reason rejected."""
    banks: Mapping[str, str] = field(default_factory=dict)
    """The SHA-256 of each question bank of the class, by its path."""
    design: int = 1
    """What the files are made with: templates, styles and sentences."""
    libraries: Mapping[str, str] = field(default_factory=dict)
    """What else decides over the bytes of files: the versions of libraries, and typefaces."""
