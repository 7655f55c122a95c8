"""The page of feedback of a student: nothing of any other student comes here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from markupsafe import Markup

from bpreport.audit.model import Message
from bpreport.publish.language import mark, translator
from bpreport.publish.marking.model import STATES, Mark, Marked, MarkedClass
from bpreport.publish.numbers import signed
from bpreport.publish.sheets import Answer
from bpreport.publish.sheets.setting import HtmlSheetSetter
from bpreport.publish.templates import environment

__all__ = ["Printer"]

PLANTED = mark("The right value:")


@dataclass(frozen=True, slots=True)
class Line:
    """One answer on the page."""

    id: str
    label: Markup
    typed: str
    expected: str
    state: str
    word: str
    marks: int
    most: int
    reason: Markup


@dataclass(frozen=True, slots=True)
class Part:
    """One question on the page."""

    id: str
    title: Markup
    marks: int
    most: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class FeedbackPage:
    """All that the template prints."""

    title: str
    student: str
    code: str
    marks: int
    most: int
    parts: tuple[Part, ...]


class Printer:
    """Prints pages about one class; every formula is set once."""

    def __init__(self, marked: MarkedClass, lang: str, formulas: Iterable[Message] = ()) -> None:
        self.marked, self.lang = marked, lang
        self.setter = HtmlSheetSetter(lang)
        self._said: dict[tuple[str, ...], Markup] = {}
        for message in formulas:
            self.say(message)
        self.labels = {
            answer.id: self.say(_label(answer)) for answer in marked.pattern.answers.values()
        }
        self._titles = {question.id: self.say(question.title) for question in marked.questions}
        words = translator(lang).gettext
        self._words = {state: words(word) for state, (word, _) in STATES.items()}
        made = environment(lang).get_template("marking/head.html.j2").render(setter=self.setter)
        self.head = Markup(made)  # noqa: S704 - the template escapes
        self._template = environment(lang).get_template("feedback.html.j2")

    def say(self, message: Message) -> Markup:
        """A sentence with its formulas set."""
        name = (message.text, *map(repr, message.values.values()))
        if name not in self._said:
            self._said[name] = self.setter.message(message, small=False)
        return self._said[name]

    def feedback(self) -> Iterator[tuple[str, bytes]]:
        """Of each student whose row could be read the id and the page."""
        for student in self.marked.students:
            if student.marks:
                text = self._template.render(
                    page=self._page(student), setter=self.setter, head=self.head
                )
                yield student.student, text.encode()

    def _page(self, student: Marked) -> FeedbackPage:
        by_id = {entry.answer: entry for entry in student.marks}
        parts = []
        for question in self.marked.questions:
            lines = tuple(self._line(answer, by_id[answer.id]) for answer in question.answers)
            earned = sum(line.marks for line in lines)
            parts.append(
                Part(question.id, self._titles[question.id], earned, question.marks, lines)
            )
        return FeedbackPage(
            self.marked.title, student.student, student.fingerprint, student.total,
            self.marked.pattern.marks, tuple(parts),
        )  # fmt: skip

    def _line(self, answer: Answer, entry: Mark) -> Line:
        return Line(
            answer.id,
            self.labels[answer.id],
            entry.typed,
            signed(entry.expected),
            entry.state,
            self._words[entry.state],
            entry.marks,
            answer.marks,
            Markup("") if entry.reason is None else self.say(entry.reason),
        )


def _label(answer: Answer) -> Message:
    """What stands before the answer on every sheet of the class."""
    # The line with a mistake is about another quantity on every sheet.
    return Message(PLANTED) if answer.kind == "number" and not answer.key else answer.label
