"""A sheet as questions of a question bank: one a part, each with all that it takes to answer it.

Canvas has no question with several numbers, and Moodle's embedded answers have a language of their
own, in which the braces of LaTeX must be escaped and choices show no formulas. So every part is a
question: 1a, 1b, ... Each brings the student's numbers, as a bank may show it alone.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from string import ascii_lowercase

from markupsafe import Markup

from bpreport.deck import DeckError, Phrase
from bpreport.publish.language import mark, translator
from bpreport.publish.sheets.course import Course
from bpreport.publish.sheets.markup import BankSetter
from bpreport.publish.sheets.model import Answer, Question, Sheet, Step
from bpreport.publish.sheets.ranges import stream
from bpreport.publish.sheets.view import Example, divided, example_of
from bpreport.publish.templates import environment

__all__ = [
    "LIMITS",
    "MOST",
    "Bank",
    "ClassBank",
    "Interval",
    "Part",
    "bank",
    "check_size",
    "class_bank",
    "refuse",
]


@dataclass(frozen=True, slots=True)
class Limit:
    """What a system can judge exactly."""

    places: int
    """Decimal places that it keeps of a number."""
    reason: str


DIGITS = 14
"""Significant digits up to which comparing float64 numbers is as good as comparing decimals."""
FLOATS = mark("it computes with float64 numbers")
LIMITS = {
    "moodle": Limit(DIGITS, FLOATS),
    "qti21": Limit(DIGITS, FLOATS),
    "qti12": Limit(4, mark("Canvas rounds what students enter to 4 decimal places")),
}
"""By format."""


def refuse(course: Course, form: str) -> None:
    """Raise `DeckError` where a format cannot keep the accepted intervals of a course."""
    limit = LIMITS.get(form)
    if limit is not None and course.places > limit.places:
        raise DeckError(
            "{form} cannot hold answers to {places} decimal places exactly: {reason}. Set "
            "sheets.places to {most} or fewer",
            ("sheets", "places"),
            form=form,
            places=course.places,
            reason=Phrase(limit.reason),
            most=limit.places,
        )


@dataclass(frozen=True, slots=True)
class Interval:
    """What is accepted of a number, ends included, as decimal digits."""

    low: str
    high: str
    middle: str
    tolerance: str
    """The middle less the tolerance is the low end, exactly, and with it the high one."""

    @classmethod
    def of(cls, answer: Answer) -> Interval | None:
        """Of an answer, if it is a number; raises `DeckError` where float64 would not do.

        >>> from decimal import Decimal
        >>> from bpreport.audit.model import Message
        >>> Interval.of(Answer("1a", Message(""), 1, low=Decimal("0.12"), high=Decimal("0.13")))
        Interval(low='0.12', high='0.13', middle='0.125', tolerance='0.005')
        """
        if answer.low is None or answer.high is None:
            return None
        half = (answer.high - answer.low) / 2
        middle = answer.low + half
        found = [f"{number:f}" for number in (answer.low, answer.high, middle, half)]
        if len(middle.as_tuple().digits) > DIGITS:
            raise DeckError(
                "answer {answer} has more than {digits} digits: {reason}",
                answer=answer.id,
                digits=DIGITS,
                reason=Phrase(FLOATS),
            )
        return cls(*found)


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a choice."""

    name: str
    text: Markup
    right: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One question of a bank."""

    id: str
    name: str
    """Unique, and an identifier in XML."""
    title: str
    marks: int
    numbers: Markup
    """The student's numbers, where it is about them; the same in many parts, and so set once."""
    pictures: tuple[str, ...]
    """Names of the files that they show."""
    asked: Markup
    """What is asked; often the same for a whole class."""
    options: tuple[Option, ...]
    interval: Interval | None
    whole: bool
    """A count: a whole number is asked for."""
    expected: str
    steps: tuple[Markup, ...]
    remarks: tuple[Markup, ...]

    @property
    def text(self) -> Markup:
        """The numbers, and what is asked."""
        return self.numbers + self.asked


@dataclass(frozen=True)
class Bank:
    """The sheet of one student as questions; what templates print."""

    setter: BankSetter
    title: str
    student: str
    name: str
    places: int
    carry: int
    marks: int
    parts: tuple[Part, ...]
    pictures: dict[str, bytes]
    """Files by name."""

    @cached_property
    def encoded(self) -> dict[str, str]:
        """The pictures in base 64."""
        return {
            name: base64.b64encode(content).decode("ascii")
            for name, content in self.pictures.items()
        }

    @property
    def category(self) -> str:
        """The title as one level of Moodle's categories, which are parted at single slashes."""
        return _level(self.title) or self.name


@dataclass(frozen=True, slots=True)
class Pool:
    """One part of all sheets of a class, of which a quiz shows one variant."""

    id: str
    title: str
    parts: tuple[Part, ...]

    @property
    def category(self) -> str:
        """Two levels of Moodle's categories: the question, and the part of it."""
        question = self.title.replace(self.id, self.id.rstrip(ascii_lowercase), 1)
        return f"{_level(question)}/{self.id}"


@dataclass(frozen=True)
class ClassBank(Bank):
    """The sheets of a class as one bank."""

    pools: tuple[Pool, ...]


MOST = 500
"""Sheets in the bank of a class; larger files are refused by most systems anyway."""


def check_size(sheets: int) -> None:
    """Raise `DeckError` where they are too many for one bank."""
    if sheets > MOST:
        raise DeckError("a question bank of more than {most} sheets", most=MOST)


def class_bank(course: Course, sheets: Sequence[Sheet], setter: BankSetter) -> ClassBank:
    """The questions of a class: the variants of each part, one a sheet, side by side."""
    check_size(len(sheets))
    banks = [bank(course, sheet, setter, f"S{sheet.fingerprint}-") for sheet in sheets]
    by_id: dict[str, list[Part]] = {}
    for one in banks:
        for part in one.parts:
            by_id.setdefault(part.id, []).append(
                replace(part, title=f"{part.title} · {one.student}")
            )
    titles = {part.id: part.title for part in banks[0].parts}
    pools = tuple(Pool(name, titles[name], tuple(parts)) for name, parts in by_id.items())
    name = "B" + stream(5, "bank", *(sheet.fingerprint for sheet in sheets)).hex()
    return ClassBank(
        setter, course.title, "", name, course.places, course.carry, sheets[0].marks,
        tuple(part for pool in pools for part in pool.parts),
        {file: content for one in banks for file, content in one.pictures.items()},
        pools,
    )  # fmt: skip


def bank(course: Course, sheet: Sheet, setter: BankSetter, prefix: str = "") -> Bank:
    """The questions of a sheet; `prefix` begins the names of its pictures."""
    pictures: dict[str, bytes] = {}
    numbers: dict[str, tuple[Markup, tuple[str, ...]]] = {}
    for name, givens in sheet.variant.givens.items():
        example = example_of(course.templates[name], givens, setter.lang)
        files: tuple[str, ...] = ()
        if example.picture is not None:
            setter.picture_name = f"{prefix}network{len(pictures) + 1}.svg"
            pictures[setter.picture_name] = example.picture.svg.encode()
            files = (setter.picture_name,)
        numbers[name] = _numbers(example, setter), files
    return Bank(
        setter, course.title, sheet.student, f"S{sheet.fingerprint}", sheet.places, sheet.carry,
        sheet.marks,
        tuple(part for question in sheet.questions
              for part in _parts(question, sheet, numbers, setter)),
        pictures,
    )  # fmt: skip


def _level(title: str) -> str:
    """A title as one level of categories.

    >>> _level("a/b"), _level("/a")
    ('a//b', ' //a')
    """
    doubled = title.strip().replace("/", "//")
    return " " * doubled.startswith("/") + doubled + " " * doubled.endswith("/")


def _numbers(example: Example, setter: BankSetter) -> Markup:
    made = environment(setter.lang).get_template("bank/numbers.html.j2")
    return Markup(made.render(example=example, setter=setter))  # noqa: S704 - the template escapes


def _parts(
    question: Question,
    sheet: Sheet,
    numbers: Mapping[str, tuple[Markup, tuple[str, ...]]],
    setter: BankSetter,
) -> Iterator[Part]:
    # Where a value is none of the student's, the question brings numbers of its own.
    own = all(answer.key or answer.value is None for answer in question.answers)
    title = str(setter.said(question.title).striptags())
    told = translator(setter.lang).gettext("full precision carried")
    prompt = tuple(map(setter.said, question.prompt))
    known, shown = divided(question)
    values = tuple(setter.equation(chain[:1], chain[1:]) for chain in known)
    formulas = tuple(map(setter.chained, shown))
    for place, (answer, steps) in enumerate(
        zip(question.answers, _shares(question), strict=True), 1
    ):
        interval = Interval.of(answer)
        rule = (sheet.places, sheet.carry) if answer.kind == "number" else None
        yield Part(
            answer.id,
            f"S{sheet.fingerprint}-{answer.id}",
            f"{answer.id} {title}",
            answer.marks,
            *(numbers[answer.example] if own else (Markup(""), ())),
            _asked(
                setter.lang, prompt, values, formulas, answer.id, setter.said(answer.label), rule
            ),
            tuple(
                Option(choice.name, setter.said(choice.message), choice.name == answer.right)
                for choice in answer.choices
            ),
            interval,
            answer.kind == "count",
            answer.expected,
            tuple(
                setter.displayed(step.symbolic, step.numeric, told if step.carried else "")
                for step in steps
            ),
            tuple(map(setter.said, question.remarks)) if place == len(question.answers) else (),
        )


@lru_cache(maxsize=256)
def _asked(
    lang: str, prompt: tuple[Markup, ...], values: tuple[Markup, ...],
    formulas: tuple[Markup, ...], answer: str, label: Markup, rule: tuple[int, int] | None,
) -> Markup:  # fmt: skip
    made = environment(lang).get_template("bank/asked.html.j2")
    return Markup(  # noqa: S704 - the template escapes
        made.render(
            prompt=prompt, values=values, formulas=formulas, id=answer, label=label, rule=rule
        )
    )


def _shares(question: Question) -> list[tuple[Step, ...]]:
    """Of each answer the steps that lead to it from the answer before; the last has the rest."""
    ends = [
        next((at for at, step in enumerate(question.solution, 1)
              if answer.label.values.get("symbol") == f"${step.symbolic[0]} =$"), 0)
        for answer in question.answers
    ]  # fmt: skip
    found, start = [], 0
    for end in [*ends[:-1], len(question.solution)]:
        found.append(question.solution[start:end])
        start = max(start, end)
    return found
