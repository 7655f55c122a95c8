"""Marking: what earns its marks, what does not, and which mistake is named."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from math import exp
from random import Random
from typing import Any

import pytest

from bpreport.formula import MP, MPMATH, EvaluationError, evaluate
from bpreport.publish.language import render
from bpreport.publish.marking import AnswerFile, Row, mark_class
from bpreport.publish.sheets import Course, Sheet, make_all
from bpreport.publish.sheets.template import Interval, handed_in
from tests.publish.marking_class import (
    BUILTIN,
    OWN,
    by_key,
    cell,
    manifest_of,
    marks_of,
    right_answers,
    sheet_of,
)

COURSES = pytest.mark.parametrize("course", [OWN, BUILTIN], ids=["own", "builtin"])


@COURSES
def test_the_key_earns_all_marks(course: Course) -> None:
    """The answers of the key are right, and blank ones earn nothing."""
    sheet = sheet_of(course)
    marks = marks_of(course, sheet, {})
    assert {mark.state for mark in marks.values()} == {"right"}
    assert sum(mark.marks for mark in marks.values()) == sheet.marks
    blank = marks_of(course, sheet, dict.fromkeys(sheet.answers, ""))
    assert {(mark.state, mark.marks) for mark in blank.values()} == {("blank", 0)}


@COURSES
def test_the_ends_of_the_accepted_interval(course: Course) -> None:
    """Both ends are right, also with more digits; a unit beyond them is wrong."""
    sheet = sheet_of(course)
    for name, answer in sheet.answers.items():
        if answer.kind == "number" and answer.low is not None and answer.high is not None:
            unit = Decimal(1).scaleb(-answer.places)
            for typed in (answer.low, answer.high, answer.value, (answer.low + answer.high) / 2):
                assert marks_of(course, sheet, {name: f"{typed:f}"[:40]})[name].state == "right"
            for typed in (answer.low - unit, answer.high + unit):
                assert marks_of(course, sheet, {name: str(typed)})[name].state == "wrong"
        if name > "3":
            break


def test_one_student_by_hand() -> None:
    """A descent by hand arithmetic: a wrong first step carried on correctly earns the rest."""
    sheet = sheet_of(OWN)
    ids = by_key(sheet)
    first, second, value = (ids[key] for key in (r"\theta_{1}", r"\theta_{2}", "J_{2}"))
    digits = {**OWN.templates["slope"].own, **sheet.variant.givens["slope"]}
    start, rate = Decimal(digits[r"\theta_{0}"]), Decimal(digits[r"\alpha"])
    # J = (theta - 1)^2, so theta_1 = theta_0 - rate * 2 (theta_0 - 1)
    assert Decimal(sheet.answers[first].expected) == start - rate * 2 * (start - 1)
    wrong = start + rate * 2 * (start - 1)  # up the hill
    then = wrong - rate * 2 * (wrong - 1)
    after = (then - 1) ** 2
    typed = {first: str(wrong), second: f"{then:.5f}", value: f"{after:.5f}"}
    marks = marks_of(OWN, sheet, typed)
    assert [marks[name].state for name in typed] == ["wrong", "carried", "carried"]
    assert [marks[name].marks for name in typed] == [0, 1, 1]
    assert marks[first].slip == "sign flipped"
    told = marks[value].reason
    assert told is not None
    assert render(told, "en") == f"right from your earlier answers {first}"
    assert sum(mark.marks for mark in marks.values()) == sheet.marks - 1
    # Carried on wrongly: the same, with the step up the hill once more, and a stray value.
    again = wrong + rate * 2 * (wrong - 1)
    marks = marks_of(OWN, sheet, {**typed, second: f"{again:.5f}", value: "7.7"})
    assert [marks[name].state for name in typed] == ["wrong", "wrong", "wrong"]
    assert marks[second].slip == marks[first].slip  # played on the student's own first step


def test_an_output_carried_on_by_hand() -> None:
    """A wrong pre-activation put through the sigmoid earns the output's marks."""
    sheet = sheet_of(OWN)
    ids = by_key(sheet)
    net, out = ids["net_{h1}"], ids["out_{h1}"]
    wrong = float(sheet.answers[net].expected) + 0.25
    carried = {net: f"{wrong:.5f}", out: f"{1 / (1 + exp(-wrong)):.5f}"}
    marks = marks_of(OWN, sheet, carried)
    assert (marks[net].state, marks[out].state) == ("wrong", "carried")
    off = {**carried, out: f"{1 / (1 + exp(-wrong)) + 0.001:.5f}"}
    assert marks_of(OWN, sheet, off)[out].state == "wrong"


def test_more_digits_are_known_than_handed_in() -> None:
    """Who rounds a wrong value to hand it in, and goes on with all its digits, is not punished."""
    sheet = sheet_of(OWN)
    ids = by_key(sheet)
    net, out = ids["net_{h1}"], ids["out_{h1}"]
    full = 0.123454999
    marks = marks_of(OWN, sheet, {net: "0.12345", out: f"{1 / (1 + exp(-full)):.5f}"})
    assert marks[out].state == "carried"


def test_a_right_answer_behind_a_wrong_one() -> None:
    """Who wrote one answer down wrongly and went on with the right one loses only that one."""
    sheet = sheet_of(BUILTIN)
    marks = marks_of(BUILTIN, sheet, {"1b": "0.111111"})
    assert [name for name, mark in marks.items() if mark.state != "right"] == ["1b"]
    # Behind the right one, a second mistake is followed from the right one.
    wrong = Decimal(sheet.answers["1e"].expected) + 1
    out = 1 / (1 + MP.exp(-MP.mpf(str(wrong))))
    marks = marks_of(BUILTIN, sheet, {"1b": "0.111111", "1e": str(wrong), "1f": MP.nstr(out, 8)})
    assert (marks["1b"].state, marks["1e"].state, marks["1f"].state) == (
        "wrong",
        "wrong",
        "carried",
    )


@COURSES
def test_every_known_mistake_is_named(course: Course) -> None:
    """What a slip gives is wrong and is told by a slip that gives it; a stray number is not."""
    sheet = sheet_of(course)
    for screen in course.screens:
        template = screen.template
        values = template.compute(sheet.variant.givens[template.name], sheet.carry).values
        for name, answer in sheet.answers.items():
            if answer.example != template.name or answer.key not in values:
                continue
            slip = screen.mistakes[answer.key][0]
            wrong = evaluate(slip.tree, values, MPMATH)
            given = round(Decimal(MP.nstr(wrong, 50)), answer.places)
            mark = marks_of(course, sheet, {name: str(given)})[name]
            assert (mark.state, mark.marks) == ("wrong", 0)
            assert mark.reason is not None
            stray = marks_of(course, sheet, {name: "987.654321"})[name]
            assert (stray.state, stray.reason) == ("wrong", None)


def test_a_weight_updated_before_it_was_used() -> None:
    """The sequential update is told by the weights that changed too early."""
    sheet = sheet_of(BUILTIN)
    answer = sheet.answers[by_key(sheet)["w_{1}^{+}"]]
    (early,) = [m for m in answer.mistakes if m.slip == "another convention"]
    mark = marks_of(BUILTIN, sheet, {answer.id: f"{early.value:.6f}"})[answer.id]
    assert mark.slip == "updated too early"
    assert mark.reason is not None
    assert render(mark.reason, "en") == "you updated w_7, w_8 before using it"
    assert "更新" in render(mark.reason, "zh")


@pytest.mark.parametrize(
    ("change", "slip"),
    [
        (lambda text: text[:-2], "too few places"),
        (lambda text: text.replace("0.", "0.0"), "point misplaced"),
        (lambda text: text[:3] + text[4] + text[3] + text[5:], "digits swapped"),
    ],
)
def test_a_right_number_written_down_wrongly(change: Callable[[str], str], slip: str) -> None:
    """A slip of writing is told as one, also of a number that follows from the student's own."""
    sheet = sheet_of(BUILTIN)
    typed = change(sheet.answers["1b"].expected)
    mark = marks_of(BUILTIN, sheet, {"1b": typed})["1b"]
    assert (mark.state, mark.slip) == ("wrong", slip)


def test_the_planted_mistake_left_in() -> None:
    """Who copies the result of the wrong line is told so; choosing another option is wrong."""
    sheet = sheet_of(BUILTIN)
    (asked,) = [q for q in sheet.questions if q.kind == "mistake"]
    choice, value = asked.answers
    other = next(c.name for c in choice.choices if c.name != choice.right)
    typed = {value.id: f"{value.mistakes[0].value:.6f}", choice.id: other}
    marks = marks_of(BUILTIN, sheet, typed)
    assert marks[value.id].slip == "mistake left in"
    assert (marks[choice.id].state, marks[choice.id].marks) == ("wrong", 0)


def test_a_count_off_by_one() -> None:
    """One update too many is told; as "3.0" or "3" the right one is right."""
    sheet = sheet_of(OWN)
    (answer,) = [a for a in sheet.answers.values() if a.kind == "count"]
    count = int(answer.expected)
    assert marks_of(OWN, sheet, {answer.id: f"{count}.0"})[answer.id].state == "right"
    assert marks_of(OWN, sheet, {answer.id: f"{count + 1}"})[answer.id].slip == "iteration off"
    assert marks_of(OWN, sheet, {answer.id: f"{count + 5}"})[answer.id].slip == ""


def _random_row(sheet: Sheet, random: Random) -> Row:
    """Answers that are right, off by little or much, carried on, or absurd."""
    given = right_answers(sheet)
    for name, answer in sheet.answers.items():
        if answer.kind == "number" and random.random() < 0.5:
            off = random.choice(["0.1", "-2", "60", "0.00001", "0.000002", "0.0003"])
            given[name] = f"{Decimal(given[name]) + Decimal(off):f}"
    return Row(sheet.student, {name: cell(sheet, name, typed) for name, typed in given.items()})


@COURSES
def test_the_class_at_once_is_each_student_at_50_digits(course: Course) -> None:
    """float64 decides nothing that 50 digits decide otherwise, and students do not meet."""
    random = Random(5)
    sheets = list(make_all(course, "k", [f"s{number}" for number in range(12)]))
    rows = tuple(_random_row(sheet, random) for sheet in sheets)
    # Follow-through is only tried where something is carried on; here half of it is.
    marked = mark_class(course, manifest_of(course, *sheets), AnswerFile(rows))
    for sheet, row, student in zip(sheets, rows, marked.students, strict=True):
        alone = mark_class(course, manifest_of(course, sheet), AnswerFile((row,)))
        assert alone.students == (student,)
        states = {mark.answer: mark.state for mark in student.marks}
        assert states == _plainly(course, sheet, row)


def _plainly(course: Course, sheet: Sheet, row: Row) -> dict[str, str]:
    """The states of all answers, decided at 50 digits one after the other."""
    assert row.cells is not None
    states: dict[str, str] = {}
    pins: dict[str, dict[str, tuple[Any, Any]]] = {name: {} for name in course.templates}
    for name, answer in sheet.answers.items():
        cell = row.cells[name]
        if answer.kind == "choice" or cell.number is None:
            states[name] = "right" if cell.letter == answer.right else "wrong"
            continue
        own = pins[answer.example]
        behind = any(sheet.answers[before].key in own for before in answer.after)
        states[name] = "right" if answer.accepts(cell.number) else "wrong"
        if answer.accepts(cell.number):
            if behind:
                assert answer.value is not None
                span = Interval([str(answer.low), str(answer.high)])
                own[answer.key] = answer.value, span
            continue
        if behind:
            template, givens = course.templates[answer.example], sheet.variant.givens
            sources = template.sources[answer.key]
            read = {key: pin for key, pin in own.items() if key in sources}
            with suppress(EvaluationError):  # too large to go on with
                computed = template.compute(givens[answer.example], sheet.carry, read)
                for low, high in computed.accepted_each(answer.key, answer.places):
                    if low <= cell.number <= high:
                        states[name] = "carried"
        if answer.key:
            own[answer.key] = handed_in(cell.number, answer.places)
    return states


def test_a_way_around_the_wrong_value_opens_no_gap() -> None:
    """Between what follows by one formula and by another nothing is right."""
    sheet = sheet_of(BUILTIN)
    wrong = Decimal(sheet.answers["3a"].expected) + 10
    factor, out = sheet.answers["3b"].value, sheet.answers["1b"].value
    assert factor is not None
    assert out is not None
    carried = wrong * factor * out  # dE/dw_7 = dE/dout * dout/dnet * out_h1
    marks = marks_of(BUILTIN, sheet, {"3a": str(wrong), "3c": f"{carried:.6f}"})
    assert marks["3c"].state == "carried"
    middle = (carried + Decimal(sheet.answers["3c"].expected)) / 2
    marks = marks_of(BUILTIN, sheet, {"3a": str(wrong), "3c": f"{middle:.6f}"})
    assert marks["3c"].state == "wrong"
