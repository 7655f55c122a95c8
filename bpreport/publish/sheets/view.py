"""What the templates print of a sheet: a view for the student without any answer, and the key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from markupsafe import Markup

from bpreport.audit.model import Message
from bpreport.formula import latex, rounded
from bpreport.publish.language import mark, translator
from bpreport.publish.network import draw
from bpreport.publish.numbers import exact, signed
from bpreport.publish.picture import Picture
from bpreport.publish.sheets.course import Course
from bpreport.publish.sheets.model import Answer, Question, Sheet
from bpreport.publish.sheets.setting import SheetSetter
from bpreport.publish.sheets.template import Template
from bpreport.publish.templates import environment

__all__ = ["Example", "StudentPage", "divided", "exact_digits", "example_of", "pages"]


@dataclass(frozen=True, slots=True)
class Example:
    """The student's numbers of one worked example."""

    picture: Picture | None
    formulas: tuple[tuple[str, ...], ...]
    givens: tuple[tuple[str, str], ...]
    """LaTeX of the symbol, and its digits."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a student sees of a question, and what its key repeats; often the same for a class."""

    id: str
    title: Markup
    marks: int
    prompt: tuple[Markup, ...]
    values: tuple[Markup, ...]
    """Numbers that the question brings, side by side."""
    formulas: tuple[Markup, ...]
    lines: int
    answers: tuple[tuple[str, Markup, tuple[tuple[str, Markup], ...]], ...]
    """Of each its id, what stands before the room for it, and the names and texts of options."""


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question for the student."""

    example: Example | None
    """The numbers, in front of the first question about a worked example."""
    body: Markup


@dataclass(frozen=True, slots=True)
class KeyAnswer:
    """What the key says of an answer."""

    id: str
    label: Markup
    expected: str
    low: str
    high: str
    exact: str
    marks: int
    reason: Markup


@dataclass(frozen=True, slots=True)
class KeyQuestion(AskedQuestion):
    """What the key says of a question."""

    answers: tuple[KeyAnswer, ...]
    steps: tuple[Markup, ...]
    remarks: tuple[Markup, ...]
    mistakes: tuple[tuple[str, str, Markup], ...]


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
    carried: bool
    """Whether a line of the key carries full precision."""
    questions: tuple[AskedQuestion, ...]

    def given(self, symbol: str, digits: str) -> Markup:
        """One of the student's numbers."""
        return self.setter.equation((symbol,), (f"= {digits}",))


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
        shared = _asked(question, setter)
        asked.append(AskedQuestion(example, _body(setter.lang, "asked.html.j2", shared)))
        body = _body(setter.lang, "keyed.html.j2", shared)
        keyed.append(_keyed(question, example, body, setter))
    head = (
        setter,
        course.title,
        sheet.student,
        sheet.fingerprint,
        sheet.marks,
        sheet.places,
        sheet.carry,
        any(step.carried for question in sheet.questions for step in question.solution),
    )
    return StudentPage(*head, tuple(asked)), StudentPage(*head, tuple(keyed))


def divided(question: Question) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """What a question shows: names with their numbers if there are several, and the formulas."""
    values: list[tuple[str, ...]] = [
        chain for chain in question.formulas if len(chain) == 2 and _NUMBER.fullmatch(chain[1])
    ]
    if len(values) < 2:
        return [], list(question.formulas)
    return values, [chain for chain in question.formulas if chain not in values]


_NUMBER = re.compile(r"= -?[\d.]+")


def _asked(question: Question, setter: SheetSetter) -> Asked:
    values, formulas = divided(question)
    return Asked(
        question.id,
        setter.said(question.title),
        question.marks,
        tuple(map(setter.said, question.prompt)),
        tuple(setter.equation(chain[:1], chain[1:]) for chain in values),
        tuple(map(setter.chained, formulas)),
        question.lines,
        tuple(
            (
                answer.id,
                setter.said(answer.label),
                tuple((choice.name, setter.said(choice.message)) for choice in answer.choices),
            )
            for answer in question.answers
        ),
    )


@lru_cache(maxsize=256)
def _body(lang: str, template: str, question: Asked) -> Markup:
    """Most questions are the same for a whole class, but for their numbers."""
    made = environment(lang).get_template(template).render(question=question)
    return Markup(made)  # noqa: S704 - the template escapes


FOLLOWS = mark("a value in the accepted interval, or one that follows from {answers}")


def _keyed(
    question: Question, example: Example | None, body: Markup, setter: SheetSetter
) -> KeyQuestion:
    reasons: Mapping[str, Message] = {name: reason for name, _, reason in question.scheme}
    told = translator(setter.lang).gettext("full precision carried")
    return KeyQuestion(
        example,
        body,
        tuple(_key_answer(answer, reasons[answer.id], setter) for answer in question.answers),
        tuple(
            setter.displayed(step.symbolic, step.numeric, told if step.carried else "")
            for step in question.solution
        ),
        tuple(map(setter.said, question.remarks)),
        tuple(
            (answer.id, _short(answer, mistake.value), setter.said(mistake.message))
            for answer in question.answers
            for mistake in answer.mistakes
        ),
    )


def _key_answer(answer: Answer, reason: Message, setter: SheetSetter) -> KeyAnswer:
    if answer.after:
        reason = Message(FOLLOWS, {"answers": ", ".join(answer.after)})
    return KeyAnswer(
        answer.id,
        setter.said(answer.label),
        signed(answer.expected),
        "" if answer.low is None else signed(f"{answer.low:f}"),
        "" if answer.high is None else signed(f"{answer.high:f}"),
        "" if answer.value is None else _short(answer, answer.value, 6),
        answer.marks,
        setter.said(reason),
    )


def exact_digits(value: Decimal) -> str:
    """An exact value for the manifest: all that can be told apart at 30 significant digits.

    >>> exact_digits(Decimal("0.50000"))
    '0.5'
    """
    return str(exact(value, 30))


def _short(answer: Answer, value: object, more: int = 0) -> str:
    return signed(rounded(value, answer.places + (more if answer.places else 0)))


ALT = mark("The network with its inputs, weights and biases; their numbers are listed below.")


def example_of(template: Template, givens: Mapping[str, str], lang: str) -> Example:
    """What a sheet shows of a worked example, with the student's givens."""
    digits = {**template.own, **givens}
    quantities = template.trace.quantities
    picture = None
    formulas: tuple[tuple[str, ...], ...] = ()
    if template.trace.kind == "perceptron":
        values = {key: quantity.value for key, quantity in quantities.items()}
        values |= {key: Decimal(text) for key, text in digits.items()}
        alt = translator(lang).gettext(ALT)
        picture = draw(template.with_values(values), alt, "given", lang)
    if "objective" in template.trace.facts:
        formulas = (("J", f"= {latex(template.trace.facts['objective'])}"),)
    shown = tuple((template.symbols[key], text) for key, text in digits.items()
                  if key in template.trace.roles)  # fmt: skip
    return Example(picture, formulas, shown)
