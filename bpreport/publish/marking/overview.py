"""The overview for the teacher: how the class did, and which mistakes were made how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, median

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from bpreport.publish.language import mark, translator
from bpreport.publish.marking.feedback import Printer
from bpreport.publish.marking.model import STATES, Marked
from bpreport.publish.picture import Plan
from bpreport.publish.plots import columns, stacked
from bpreport.publish.templates import environment

__all__ = ["overview_page"]

Counts = NDArray[np.int64]

LISTED = 60
"""Mistakes that are listed, the most frequent ones."""
BINS = 40
"""Columns of the distribution at the most."""


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """What the class did with one answer."""

    id: str
    label: Markup
    marks: int
    mean: str
    counts: tuple[int, ...]
    """In the order of `STATES`."""


@dataclass(frozen=True, slots=True)
class MistakeLine:
    """One mistake that was made."""

    answer: str
    label: Markup
    message: Markup
    count: int
    share: str
    """Of all wrong values of the answer, in percent."""


@dataclass(frozen=True, slots=True)
class Overview:
    """All that the template prints."""

    title: str
    marked: int
    issued: int
    most: int
    mean: str
    median: str
    best: int
    distribution: Plan
    shares: Plan
    words: tuple[str, ...]
    answers: tuple[AnswerLine, ...]
    mistakes: tuple[MistakeLine, ...]
    more: int
    """Mistakes that are not listed."""
    unexplained: int
    wrong: int
    problems: tuple[tuple[int, int, str, Markup], ...]
    absent: tuple[str, ...]


def overview_page(printer: Printer) -> bytes:
    """The page as HTML."""
    template = environment(printer.lang).get_template("overview.html.j2")
    page = _overview(printer)
    return template.render(page=page, setter=printer.setter, head=printer.head).encode()


def _overview(printer: Printer) -> Overview:
    marked = printer.marked
    students = [student for student in marked.students if student.marks]
    totals = [student.total for student in students]
    states = _states(students, len(marked.pattern.answers))
    mistakes, wrong, unexplained = _mistakes(printer, students)
    words = translator(printer.lang).gettext
    lines = []
    for place, answer in enumerate(marked.pattern.answers.values()):
        earned = [student.marks[place].marks for student in students]
        lines.append(
            AnswerLine(
                answer.id,
                printer.labels[answer.id],
                answer.marks,
                f"{mean(earned):.2f}" if earned else "",
                tuple(int(count) for count in states[:, place]),
            )
        )
    return Overview(
        marked.title,
        len(students),
        len(marked.students) + len(marked.absent),
        marked.pattern.marks,
        f"{mean(totals):.1f}" if totals else "",
        f"{median(totals):.1f}" if totals else "",
        max(totals, default=0),
        _distribution(printer, totals),
        _shares(printer, states),
        tuple(words(word) for word, _ in STATES.values()),
        tuple(lines),
        tuple(mistakes[:LISTED]),
        max(0, len(mistakes) - LISTED),
        unexplained,
        wrong,
        tuple(
            (problem.line, problem.column, problem.student, printer.say(problem.message))
            for problem in marked.problems
        ),
        marked.absent,
    )


def _states(students: Sequence[Marked], answers: int) -> Counts:
    """How often each state (states, answers)."""
    rows = {state: row for row, state in enumerate(STATES)}
    found = np.zeros((len(rows), answers), np.int64)
    for student in students:
        for place, entry in enumerate(student.marks):
            found[rows[entry.state], place] += 1
    return found


def _mistakes(printer: Printer, students: Sequence[Marked]) -> tuple[list[MistakeLine], int, int]:
    """The mistakes, the most frequent first; how many values were wrong; how many unexplained."""
    counted: Counter[tuple[str, Markup]] = Counter()
    wrong: Counter[str] = Counter()
    numbers = {a.id for a in printer.marked.pattern.answers.values() if a.kind != "choice"}
    for student in students:
        for entry in student.marks:
            if entry.state == "wrong" and entry.answer in numbers:
                wrong[entry.answer] += 1
                if entry.reason is not None:
                    counted[entry.answer, printer.say(entry.reason)] += 1
    lines = [
        MistakeLine(name, printer.labels[name], message, count,
                    f"{100 * count / wrong[name]:.0f} %")
        for (name, message), count in counted.most_common()
    ]  # fmt: skip
    return lines, wrong.total(), wrong.total() - counted.total()


DISTRIBUTION = mark(
    "How many students got how many marks: {count} students, from {least} to {best} of {most} "
    "marks, in the middle {middle}."
)
SHARES = mark("What became of each answer; fewest were right at {answer}, {share} %.")


def _distribution(printer: Printer, totals: Sequence[int]) -> Plan:
    words = translator(printer.lang).gettext
    most = printer.marked.pattern.marks
    width = max(1, -(-(most + 1) // BINS))
    counts = np.bincount(np.array(totals, np.int64) // width, minlength=most // width + 1)
    alt = words(DISTRIBUTION).format(
        count=len(totals), least=min(totals, default=0), best=max(totals, default=0), most=most,
        middle=median(totals) if totals else 0,
    )  # fmt: skip
    names = (words(mark("Marks")), words(mark("Students")))
    starts = np.arange(len(counts), dtype=np.float64) * width
    return columns(starts, counts.astype(np.float64), width, names, alt)


GOOD = sum(1 for _, earns in STATES.values() if earns)


def _shares(printer: Printer, states: Counts) -> Plan:
    words = translator(printer.lang).gettext
    ids = list(printer.marked.pattern.answers)
    shares = 100 * states / np.maximum(states.sum(axis=0), 1)
    good = shares[:GOOD].sum(axis=0)
    worst = int(good.argmin())
    alt = words(SHARES).format(answer=ids[worst], share=round(float(good[worst])))
    sets = {words(word): row for (word, _), row in zip(STATES.values(), shares, strict=True)}
    return stacked(ids, sets, words(mark("Students in percent")), alt)
