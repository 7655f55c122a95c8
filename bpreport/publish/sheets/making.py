"""From a course, its key and a student to the student's sheet: a pure function, version by version.

What was issued by a version must come out of it for ever. A change of what a sheet holds is a new
row of `GENERATORS`; the rows before it stay.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from bpreport.deck import DeckError, Phrase, joined
from bpreport.publish.language import SEMICOLON, mark
from bpreport.publish.numbers import shown
from bpreport.publish.sheets.course import Course
from bpreport.publish.sheets.forms import FORMS
from bpreport.publish.sheets.model import Answer, Question, Sheet, Variant
from bpreport.publish.sheets.questions import LATEST
from bpreport.publish.sheets.ranges import draw, stream
from bpreport.publish.sheets.screening import APART, Screen
from bpreport.publish.sheets.template import Computed, handed_in
from bpreport.publish.sheets.writing import Writing, decimal_of

__all__ = [
    "BLOCK", "GENERATORS", "LATEST", "Followed", "follow", "make", "make_again", "make_all",
    "narrow",
]  # fmt: skip

BLOCK = 16
"""Candidates that are drawn for a student at a time."""
BLOCKS = 250
"""Blocks after which no good candidate is believed to exist."""
CHUNK = 128
"""Students whose candidates are screened together."""


def make(course: Course, course_key: str, student: str, version: int | None = None) -> Sheet:
    """The sheet of one student."""
    return next(make_all(course, course_key, [student], version))


def make_all(
    course: Course,
    course_key: str,
    students: Sequence[str],
    version: int | None = None,
    statistics: Counter[str] | None = None,
) -> Iterator[Sheet]:
    """The sheets of a class, in its order; each is what `make` gives for the student alone.

    `statistics` takes up how many candidates were tried, accepted, and rejected for each reason.
    """
    number = LATEST if version is None else version
    if number not in GENERATORS:
        known = ", ".join(map(str, GENERATORS))
        raise DeckError(
            "no generator has the version {version}; known are {known}", version=number, known=known
        )
    counted = Counter() if statistics is None else statistics
    course = course.at(number)
    generator = GENERATORS[number]
    drawn = generator.draw(course, course_key, students, counted)
    for student, found in zip(students, drawn, strict=True):
        yield generator.write(course, course_key, student, found)


def make_again(
    course: Course, course_key: str, student: str, variant: Variant, version: int
) -> Sheet:
    """The sheet of a student whose numbers are known: nothing is screened again."""
    course = course.at(version)
    found = {
        name: Candidate(givens, course.templates[name].compute(givens, course.carry), 0)
        for name, givens in variant.givens.items()
    }
    sheet = GENERATORS[version].write(course, course_key, student, found)
    return replace(sheet, variant=variant)


Found = dict[str, "Candidate"]
"""What was drawn for a student, by worked example."""


@dataclass(frozen=True, slots=True)
class Generator:
    """One version of the generator."""

    draw: Callable[[Course, str, Sequence[str], Counter[str]], Iterator[Found]]
    """The numbers of each student."""
    write: Callable[[Course, str, str, Found], Sheet]
    """The sheet with these numbers."""


def _drawn(
    course: Course, course_key: str, students: Sequence[str], counted: Counter[str]
) -> Iterator[Found]:
    """The numbers of a class, some students at a time."""
    waiting = iter(students)
    while chunk := list(islice(waiting, CHUNK)):
        chosen = [
            _screened(course, screen, course_key, chunk, counted) for screen in course.screens
        ]
        for student in chunk:
            yield {
                name: candidate[student]
                for name, candidate in zip(course.templates, chosen, strict=True)
            }


@dataclass(frozen=True, slots=True)
class Candidate:
    """The numbers of one worked example for one student."""

    givens: Mapping[str, str]
    computed: Computed
    before: int
    """Candidates that were rejected."""


def _screened(
    course: Course, screen: Screen, course_key: str, students: Sequence[str], counted: Counter[str]
) -> dict[str, Candidate]:
    """For each student the first candidate that passes."""
    found: dict[str, Candidate] = {}
    grid = list(screen.grid.values())
    for block in range(BLOCKS):
        left = [student for student in students if student not in found]
        if not left:
            break
        drawn = [
            draw(grid, BLOCK, course_key, course.version, student, screen.template.name, block)
            for student in left
        ]
        passed, reasons = screen.judge(np.concatenate(drawn, axis=1))
        counted.update(reasons)
        candidates = {
            student: _candidates(screen, block, numbers, passed[place * BLOCK :][:BLOCK])
            for place, (student, numbers) in enumerate(zip(left, drawn, strict=True))
        }
        while tried := {s: c for s, cs in candidates.items() if (c := next(cs, None)) is not None}:
            computed = screen.template.compute_all([g for _, g in tried.values()], course.carry)
            for (student, (before, givens)), numbers in zip(tried.items(), computed, strict=True):
                if narrow(course, screen, numbers):
                    found[student] = Candidate(givens, numbers, before)
                    del candidates[student]
                    continue
                counted["accepted"] -= 1
                counted[WIDE] += 1
    if len(found) < len(students):
        raise DeckError(
            "in the ranges of {name!r} no good numbers were found; expected others under 'sheets': "
            "of {count} candidates for a student all were rejected, {reasons}",
            ("sheets", "examples", screen.template.name),
            name=screen.template.name,
            count=BLOCK * BLOCKS,
            reasons=_most(counted),
        )
    return found


def _candidates(
    screen: Screen, block: int, drawn: NDArray[np.int64], passed: NDArray[np.bool_]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Of a student's block the candidates that passed: how many were before, and the givens."""
    for entry in np.flatnonzero(passed):
        yield (
            block * BLOCK + int(entry),
            {
                key: grid.digits(int(row[entry]))
                for (key, grid), row in zip(screen.grid.items(), drawn, strict=True)
            },
        )


WIDE = mark("rounded intermediate results leave too much open")


def _most(counted: Counter[str]) -> Phrase:
    reasons = Counter({name: n for name, n in counted.items() if name not in ("tried", "accepted")})
    return joined(
        SEMICOLON,
        [Phrase("{reason}: {count}", reason=Phrase(name), count=count)
         for name, count in reasons.most_common(3) if count],
    )  # fmt: skip


def narrow(course: Course, screen: Screen, computed: Computed) -> bool:
    """Whether every accepted interval stays clear of the mistakes, as the screen took it for."""
    unit = Decimal(1).scaleb(-course.places)
    for key in screen.template.asked:
        low, high = computed.accepted(key, course.places)
        if high - low > (APART - 1) * unit:
            return False
    return True


def _sheet(course: Course, course_key: str, student: str, found: Found) -> Sheet:
    """The sheet with these numbers."""
    version = course.version
    variant = Variant(
        {name: dict(candidate.givens) for name, candidate in found.items()},
        sum(candidate.before for candidate in found.values()),
    )
    traces = {
        name: template.with_values(found[name].computed.values)
        for name, template in course.templates.items()
    }
    digits = {
        name: {key: shown(traces[name].quantities[key].value) for key in template.shown}
        for name, template in course.templates.items()
    }
    questions: list[Question] = []
    for asked in course.asked:
        name = asked.screen.template.name
        writing = Writing(
            course, asked, traces[name], found[name].computed, found[name].givens,
            str(len(questions) + 1), (course_key, version, student), digits[name],
        )  # fmt: skip
        questions.append(FORMS[asked.row.form].write(writing))
    return Sheet(
        student,
        variant,
        _linked(course, questions),
        version,
        course.places,
        course.carry,
        _fingerprint(course, course_key, student, version, variant),
    )


def _fingerprint(
    course: Course, course_key: str, student: str, version: int, variant: Variant
) -> str:
    givens = json.dumps(variant.givens, sort_keys=True)
    return stream(5, course_key, version, student, course.digest, givens, "fingerprint").hex()


def _linked(course: Course, questions: Sequence[Question]) -> tuple[Question, ...]:
    """The questions with each answer knowing the earlier ones that it follows from."""
    before: list[Answer] = []
    found = []
    for question in questions:
        answers = []
        for answer in question.answers:
            template = course.templates.get(answer.example)
            sources = template.sources.get(answer.key, frozenset()) if template else frozenset()
            after = tuple(
                earlier.id
                for earlier in before
                if earlier.key in sources and earlier.example == answer.example
            )
            answers.append(replace(answer, after=after) if after else answer)
            before.append(answer)
        found.append(replace(question, answers=tuple(answers)))
    return tuple(found)


GENERATORS: Mapping[int, Generator] = dict.fromkeys((1, 2), Generator(_drawn, _sheet))
"""By version. None is ever changed or removed: sheets that were issued are made again by theirs.

Version 2 asks more of regressions and of biases, and draws numbers where the deck has 0; the tables
of questions and of ranges tell which row is of which version.
"""
assert max(GENERATORS) == LATEST


@dataclass(frozen=True, slots=True)
class Followed:
    """An answer as it is for somebody who goes on from other earlier ones."""

    value: Decimal
    intervals: tuple[tuple[Decimal, Decimal], ...]
    """What is accepted, ends included: one interval for each way to the quantity. One way may read
    a wrong value that another does not, and between the two all is wrong."""

    def accepts(self, given: Decimal) -> bool:
        """Whether a number lies in one of the intervals."""
        return any(low <= given <= high for low, high in self.intervals)


def follow(course: Course, sheet: Sheet, given: Mapping[str, Decimal]) -> dict[str, Followed]:
    """The answers that follow from earlier ones which somebody goes on from.

    `given` are the student's answers by id; an answer that follows from none of them is not among
    those that come back, and its own is left aside.
    """
    answers = sheet.answers
    found = {}
    for answer in answers.values():
        instead = {
            answers[name].key: handed_in(given[name], answers[name].places)
            for name in answer.after
            if name in given
        }
        if instead:
            template = course.templates[answer.example]
            computed = template.compute(sheet.variant.givens[answer.example], sheet.carry, instead)
            found[answer.id] = Followed(
                decimal_of(computed.values[answer.key]),
                computed.accepted_each(answer.key, answer.places),
            )
    return found
