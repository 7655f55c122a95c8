"""What the templates print of a sheet: a view for the student without any answer, and the key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup

from bpreport.audit.model import Message
from bpreport.formula import MPMATH, latex, rounded
from bpreport.publish.language import mark, translator
from bpreport.publish.network import draw
from bpreport.publish.numbers import exact
from bpreport.publish.plots import Picture
from bpreport.publish.sheets.course import Course
from bpreport.publish.sheets.forms import is_numeric
from bpreport.publish.sheets.model import Answer, Question, Sheet, Step
from bpreport.publish.sheets.setting import SheetSetter
from bpreport.publish.sheets.template import Template

__all__ = ["Example", "StudentPage", "exact_digits", "example_of", "pages", "split"]


@dataclass(frozen=True, slots=True)
class Example:
    """The student's numbers of one worked example."""

    picture: Picture | None
    formulas: tuple[tuple[str, ...], ...]
    givens: tuple[tuple[str, str], ...]
    """LaTeX of the symbol, and its digits."""


@dataclass(frozen=True, slots=True)
class AskedAnswer:
    """What a student sees of an answer."""

    id: str
    label: Message
    options: tuple[tuple[str, Message], ...]


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """What a student sees of a question."""

    id: str
    title: Message
    marks: int
    prompt: tuple[Message, ...]
    formulas: tuple[tuple[str, ...], ...]
    lines: int
    answers: tuple[AskedAnswer, ...]
    example: Example | None
    """The numbers, in front of the first question about a worked example."""


@dataclass(frozen=True, slots=True)
class KeyAnswer(AskedAnswer):
    """What the key says of an answer."""

    expected: str
    low: str
    high: str
    exact: str
    marks: int
    reason: Message
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeyQuestion(AskedQuestion):
    """What the key says of a question."""

    steps: tuple[Step, ...]
    remarks: tuple[Message, ...]
    mistakes: tuple[tuple[str, str, Message], ...]


@dataclass(frozen=True)
class StudentPage:
    """A sheet as the student gets it."""

    setter: SheetSetter
    title: str
    student: str
    code: str
    marks: int
    places: int
    carry: int
    questions: tuple[AskedQuestion, ...]

    def say(self, message: Message) -> Markup:
        """A sentence in the page's language."""
        return self.setter.message(message, small=False)

    def given(self, symbol: str, digits: str) -> Markup:
        """One of the student's numbers."""
        return self.setter.equation((symbol,), (f"= {digits}",))

    def formula(self, chain: tuple[str, ...]) -> Markup:
        """A displayed formula; its numbers, if any, stand at its end."""
        return self.setter.displayed(*split(chain))

    def step(self, step: Step) -> Markup:
        """One quantity worked out."""
        dagger = (
            translator(self.setter.lang).gettext("full precision carried") if step.carried else ""
        )
        return self.setter.displayed(step.symbolic, step.numeric, dagger)


def pages(course: Course, sheet: Sheet, setter: SheetSetter) -> tuple[StudentPage, StudentPage]:
    """The page of the student and that of the key."""
    asked: list[AskedQuestion] = []
    keyed: list[AskedQuestion] = []
    seen: set[str] = set()
    for question in sheet.questions:
        name = question.answers[0].example
        example = None
        if name not in seen:
            seen.add(name)
            example = example_of(course.templates[name], sheet.variant.givens[name], setter.lang)
        shared = (
            question.id, question.title, question.marks, question.prompt, question.formulas,
            question.lines,
        )  # fmt: skip
        asked.append(AskedQuestion(*shared, tuple(map(_asked, question.answers)), example))
        keyed.append(
            KeyQuestion(
                *shared,
                tuple(_keyed(answer, question) for answer in question.answers),
                example,
                question.solution,
                question.remarks,
                tuple(
                    (answer.id, _short(answer, mistake.value), mistake.message)
                    for answer in question.answers
                    for mistake in answer.mistakes
                ),
            )
        )
    head = (
        setter,
        course.title,
        sheet.student,
        sheet.fingerprint,
        sheet.marks,
        sheet.places,
        sheet.carry,
    )
    return StudentPage(*head, tuple(asked)), StudentPage(*head, tuple(keyed))


def _asked(answer: Answer) -> AskedAnswer:
    return AskedAnswer(
        answer.id, answer.label, tuple((choice.name, choice.message) for choice in answer.choices)
    )


def _keyed(answer: Answer, question: Question) -> KeyAnswer:
    reasons: Mapping[str, Message] = {name: reason for name, _, reason in question.scheme}
    asked = _asked(answer)
    return KeyAnswer(
        asked.id,
        asked.label,
        asked.options,
        answer.expected,
        "" if answer.low is None else f"{answer.low:f}",
        "" if answer.high is None else f"{answer.high:f}",
        "" if answer.value is None else _short(answer, answer.value, 6),
        answer.marks,
        reasons[answer.id],
        answer.after,
    )


def exact_digits(value: Decimal) -> str:
    """An exact value for the manifest: all that can be told apart at 30 significant digits.

    >>> exact_digits(Decimal("0.50000"))
    '0.5'
    """
    return str(exact(value, 30))


def _short(answer: Answer, value: object, more: int = 0) -> str:
    return rounded(value, answer.places + (more if answer.places else 0))


ALT = mark("The network with its inputs, weights and biases; their numbers are listed below.")


def example_of(template: Template, givens: Mapping[str, str], lang: str) -> Example:
    """What a sheet shows of a worked example, with the student's givens."""
    digits = {**template.own, **givens}
    quantities = template.trace.quantities
    picture = None
    formulas: tuple[tuple[str, ...], ...] = ()
    if template.trace.kind == "perceptron":
        values = {key: quantities[key].value for key in quantities}
        values |= {key: MPMATH.number(text) for key, text in digits.items()}
        picture = draw(template.with_values(values), translator(lang).gettext(ALT), "given")
    if "objective" in template.trace.facts:
        formulas = (("J", f"= {latex(template.trace.facts['objective'])}"),)
    shown = tuple((latex(quantities[key].symbol), text) for key, text in digits.items()
                  if key in template.trace.roles)  # fmt: skip
    return Example(picture, formulas, shown)


def split(chain: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The sides of a chain in names, and those in numbers behind them."""
    first = next((at for at, side in enumerate(chain) if at and is_numeric(side)), len(chain))
    return chain[:first], chain[first:]
