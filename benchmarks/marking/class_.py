"""A class that answers its sheets as classes do: mostly right, with slips, and carrying on."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from random import Random
from typing import Any

from bpreport.publish.marking import AnswerFile, Cell, Row
from bpreport.publish.sheets import LATEST, Course, Manifest, Sheet, make_all
from bpreport.publish.sheets.manifest import issued
from bpreport.publish.sheets.template import handed_in
from bpreport.publish.sheets.writing import decimal_of

__all__ = ["answered", "issue_class"]

SLIP, NOISE, BLANK = 0.06, 0.02, 0.03
"""How often an answer is one of a known mistake, is off by anything, or is not given."""


def issue_class(
    course: Course, students: int, key: str = "bench"
) -> tuple[Manifest, Iterator[Sheet]]:
    """A manifest, empty at first, and the sheets, which are to be added to it."""
    names = [f"s{number:05}" for number in range(1, students + 1)]
    manifest = Manifest(
        course.deck, course.digest, course.lang, ("html",), key, LATEST, (), course.mistakes
    )
    return manifest, make_all(course, key, names)


def answered(course: Course, sheet: Sheet, random: Random) -> Row:
    """The answers of one student, who goes on from every wrong one."""
    cells: dict[str, Cell] = {}
    pins: dict[str, dict[str, tuple[Decimal, Any]]] = {name: {} for name in course.templates}
    values = {}
    for name, template in course.templates.items():
        values[name] = template.compute(sheet.variant.givens[name], sheet.carry).values
    for answer in sheet.answers.values():
        if random.random() < BLANK:
            cells[answer.id] = Cell("")
        elif answer.kind == "choice":
            chosen = answer.right if random.random() < 0.8 else random.choice("ABCD")
            cells[answer.id] = Cell(chosen, letter=chosen)
        else:
            template = course.templates[answer.example]
            own = values[answer.example]
            exact = decimal_of(own[answer.key]) if answer.key in own else answer.value
            assert exact is not None
            given, wrong = exact, False
            if random.random() < SLIP and answer.mistakes:
                given, wrong = random.choice(answer.mistakes).value, True
            elif random.random() < NOISE:
                given, wrong = exact + Decimal(random.randint(1, 99)) / 100, True
            given = round(given, answer.places)
            cells[answer.id] = Cell(f"{given:f}", number=given)
            if wrong and answer.key in own:
                pins[answer.example][answer.key] = handed_in(given, answer.places)
                values[answer.example] = template.compute(
                    sheet.variant.givens[answer.example], sheet.carry, pins[answer.example]
                ).values
    return Row(sheet.student, cells)


def issue_and_answer(course: Course, students: int, seed: int = 1) -> tuple[Manifest, AnswerFile]:
    """A class, made and answered."""
    from dataclasses import replace

    manifest, sheets = issue_class(course, students)
    random, entries, rows = Random(seed), [], []
    for sheet in sheets:
        entries.append(issued(sheet, {}))
        rows.append(answered(course, sheet, random))
    return replace(manifest, sheets=tuple(entries)), AnswerFile(tuple(rows))
