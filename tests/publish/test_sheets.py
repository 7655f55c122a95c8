"""Exercise sheets: what a sheet asks for, and what its key says."""

from __future__ import annotations

import gzip
from collections import Counter
from dataclasses import replace
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from pathlib import Path
from random import Random

import numpy as np
import pytest

from bpreport.audit.slips import SLIPS
from bpreport.deck import DeckError, builtin, read, read_text
from bpreport.formula import MP, MPMATH, evaluate, rounded
from bpreport.publish.language import render
from bpreport.publish.sheets import (
    GENERATORS,
    Course,
    Manifest,
    Press,
    Sheet,
    follow,
    issue,
    make,
    make_all,
    manifest_text,
    plan,
    read_manifest,
    remake,
)
from bpreport.publish.sheets.making import make_again
from bpreport.publish.sheets.mistakes import PLAYED
from bpreport.publish.sheets.ranges import draw
from bpreport.worked import Perceptron

CASES = Path(__file__).parent.parent / "cases" / "sheets"
OWN = plan(read(CASES / "deck.md"))
BUILTIN = plan(read(builtin("en")))
COURSES = pytest.mark.parametrize("course", [OWN, BUILTIN], ids=["own", "builtin"])


def decimal_of(value: object) -> Decimal:
    """A value of mpmath at its 50 digits."""
    return Decimal(MP.nstr(value, 50))


@COURSES
def test_a_sheet_depends_on_the_student_alone(course: Course) -> None:
    """A student's sheet is the same alone and in any class, and differs from the others'."""
    class_ = list(make_all(course, "autumn", ["ada", "bo", "cy"]))
    assert make(course, "autumn", "bo") == class_[1]
    assert len({sheet.fingerprint for sheet in class_}) == 3
    assert make(course, "spring", "bo").variant != class_[1].variant


@COURSES
def test_values_by_another_route(course: Course) -> None:
    """Outputs, error and updated weights are those of the NumPy loops."""
    for sheet in make_all(course, "k", ["ada", "bo"]):
        for name, givens in sheet.variant.givens.items():
            example = course.templates[name].example
            if not isinstance(example, Perceptron):
                continue
            template = course.templates[name]
            digits = {**template.own, **givens}
            found = example.iterate(
                1,
                variants={
                    "weights": [[float(digits[key]) for key in example.weight_keys]],
                    "biases": [[float(digits[key]) for key in example.bias_keys]],
                    "inputs": [[float(digits[key]) for key in template.of_kind("input")]],
                    "learning_rate": [
                        float(digits[key]) for key in template.of_kind("learning rate")
                    ],
                },
            )
            by_key = {answer.key: answer for answer in sheet.answers.values()}
            total = next(key for key in by_key if key.startswith("E") and key.endswith("^{+}"))
            assert float(by_key[total].value or 0) == pytest.approx(found["error"][0, 1], rel=1e-12)
            for place, key in enumerate(example.weight_keys):
                if f"{key}^{{+}}" in by_key:
                    after = by_key[f"{key}^{{+}}"].value
                    assert float(after or 0) == pytest.approx(
                        found["weights"][0, 1, place], rel=1e-12
                    )


@COURSES
def test_whoever_rounds_as_told_is_accepted(course: Course) -> None:
    """Intermediate results rounded to the places told, and an answer rounded or cut off, pass."""
    random = Random(7)
    for sheet in make_all(course, "k", ["ada", "bo", "cy"]):
        for name, template in course.templates.items():
            values = {
                key: MPMATH.number(text.lstrip("-")) * (-1 if text[0] == "-" else 1)
                for key, text in {**template.own, **sheet.variant.givens[name]}.items()
            }
            answers = {a.key: a for a in sheet.answers.values() if a.example == name}
            for quantity in template.needed:
                assert quantity.formula is not None
                exact = evaluate(quantity.formula, values, MPMATH)
                places = random.choice([sheet.carry, sheet.carry + 1, 30])
                values[quantity.key] = MP.mpf(rounded(exact, places))
                answer = answers.get(quantity.key)
                if answer is not None:
                    unit = Decimal(1).scaleb(-answer.places)
                    for mode in (ROUND_HALF_UP, ROUND_DOWN):
                        assert answer.accepts(decimal_of(exact).quantize(unit, mode)), answer.id


@COURSES
def test_no_known_mistake_is_accepted(course: Course) -> None:
    """What a slip of the audit's table gives lies outside the interval, at 50 digits."""
    tried = 0
    for sheet in make_all(course, "k", ["ada", "bo"]):
        for screen in course.screens:
            name = screen.template.name
            computed = screen.template.compute(sheet.variant.givens[name], sheet.carry)
            values = {key: MP.mpf(str(value)) for key, value in computed.values.items()}
            answers = {a.key: a for a in sheet.answers.values() if a.example == name}
            for key, slips in screen.mistakes.items():
                for slip in slips:
                    wrong = decimal_of(evaluate(slip.tree, values, MPMATH))
                    if key in answers:
                        tried += 1
                        assert not answers[key].accepts(wrong), (key, slip.message)
    assert tried > 100


@COURSES
def test_going_on_from_an_earlier_answer(course: Course) -> None:
    """Right earlier answers change nothing that is visible; a wrong one changes what follows."""
    sheet = make(course, "autumn", "ada")
    exact = {a.id: a.value for a in sheet.answers.values() if a.value is not None}
    same = follow(course, sheet, exact)
    for name, followed in same.items():
        answer = sheet.answers[name]
        assert answer.value is not None
        assert followed.accepts(answer.value.quantize(Decimal(1).scaleb(-answer.places)))
    (first,) = [a for a in sheet.answers.values() if a.id == "1b"]
    assert first.value is not None
    wrong = follow(course, sheet, {"1b": first.value + Decimal("0.1")})
    assert set(wrong) == {name for name, answer in sheet.answers.items() if "1b" in answer.after}
    assert all(followed.value != sheet.answers[name].value for name, followed in wrong.items())


def test_following_opens_no_gap() -> None:
    """Between what follows by one formula and by another nothing is accepted, as in marking."""
    sheet = make(BUILTIN, "autumn", "ada")
    factor, out, right = (Decimal(str(sheet.answers[name].value)) for name in ("3b", "1b", "3c"))
    wrong = Decimal(sheet.answers["3a"].expected) + 10
    carried = wrong * factor * out  # dE/dw = dE/dout * dout/dnet * out_h1
    followed = follow(BUILTIN, sheet, {"3a": wrong})["3c"]
    assert followed.accepts(round(carried, 6))
    assert followed.accepts(round(right, 6))  # by the formula that does not read the wrong one
    assert not followed.accepts(round((carried + right) / 2, 6))


@COURSES
def test_float64_tells_what_50_digits_tell(course: Course) -> None:
    """The intervals of a class, looked at in float64 first, are those of each student alone."""
    for screen in course.screens:
        template = screen.template
        drawn = draw(screen.grid.values(), 200, "key", "anyone")
        givens = [
            {key: grid.digits(int(place)) for (key, grid), place in zip(
                screen.grid.items(), column, strict=True)}
            for column in drawn.T
        ]  # fmt: skip
        sure = 0
        for together, alone in zip(template.compute_all(givens, course.carry), givens, strict=True):
            exactly = template.compute(alone, course.carry)
            for key in template.asked:
                sure += together.told(key, course.places) is not None
                interval = exactly.accepted(key, course.places)
                assert together.accepted(key, course.places) == interval, (key, alone)
        assert sure > 0.5 * 200 * len(template.asked) or template.trace.kind != "perceptron"


def test_the_number_of_updates() -> None:
    """The count is that of a plain loop."""
    for sheet in make_all(OWN, "k", [f"s{number}" for number in range(8)]):
        givens = {**OWN.templates["slope"].own, **sheet.variant.givens["slope"]}
        theta, rate = float(givens[r"\theta_{0}"]), float(givens[r"\alpha"])
        count, step = 0, 1.0
        while step > 1e-4:
            after = theta - rate * 2 * (theta - 1)
            count, step, theta = count + 1, abs(after - theta), after
        (asked,) = [q for q in sheet.questions if q.kind == "count"]
        assert asked.answers[0].expected == str(count)


@COURSES
def test_exactly_one_option_is_right(course: Course) -> None:
    """The planted slip gives the printed value, and no other option does."""
    for sheet in make_all(course, "k", [f"s{number}" for number in range(12)]):
        for question in sheet.questions:
            for answer in question.answers:
                if answer.choices:
                    assert answer.right in {choice.name for choice in answer.choices}
                    texts = [render(choice.message, "en") for choice in answer.choices]
                    assert len(set(texts)) == len(texts)


def test_ranges_are_kept() -> None:
    """Every number stands on the grid that the deck declares."""
    for sheet in make_all(OWN, "k", [f"s{number}" for number in range(20)]):
        for key, digits in sheet.variant.givens["net"].items():
            if key.startswith("w"):
                assert abs(Decimal(digits)) <= Decimal("0.8")
                assert Decimal(digits) % Decimal("0.05") == 0


def test_screening_tells_why() -> None:
    """Every one of 10,000 candidates is accounted for."""
    screen = BUILTIN.screens[0]
    drawn = draw(screen.grid.values(), 10_000, "key", "anyone")
    passed, counted = screen.judge(drawn)
    reasons = Counter(counted)
    assert reasons.pop("tried") == 10_000
    assert reasons["accepted"] == int(passed.sum()) > 100
    assert sum(reasons.values()) == 10_000


def test_saturated_and_plain_candidates() -> None:
    """A candidate with saturated sigmoids is rejected; its twin with moderate inputs is not."""
    screen = BUILTIN.screens[0]
    sheet = make(BUILTIN, "k", "ada")
    values = {key: Decimal(text) for key, text in sheet.variant.givens["example"].items()}
    places = [int((values[key] - grid.start) / grid.step) for key, grid in screen.grid.items()]
    good = np.array(places)[:, None]
    assert screen.judge(good)[0].all()
    grid = {
        key: replace(entry, start=Decimal(40)) if key.startswith("l") else entry
        for key, entry in screen.grid.items()
    }
    passed, counted = replace(screen, grid=grid).judge(good)
    assert not passed.any()
    assert counted["saturated activations"] == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("from: -0.8, to: 0.8, step: 0.05", "from: 3, to: 3, step: 1"), "no good numbers"),
        (("w: {from: -0.8", "q: {from: -0.8"), "has no givens 'q'"),
        (("from: -0.8, to: 0.8", "from: 0.8, to: -0.8"), "'to' at or above 'from'"),
        (("    net:\n      x", "    gnat:\n      x"), "no worked example 'gnat'"),
        (("step: 0.05", "step: 0"), "step above 0"),
        (("step: 0.05", "step: 0.0000000001"), "a range of more than"),
        (("carry: 8", "carry: 6"), "two places more"),
    ],
)  # fmt: skip
def test_ranges_without_a_good_variant(change: tuple[str, str], message: str) -> None:
    """Ranges that cannot serve are refused in one sentence with their place."""
    source = (CASES / "deck.md").read_text(encoding="utf-8")
    assert change[0] in source
    with pytest.raises(DeckError, match=message) as caught:
        make(plan(read_text(source.replace(*change))), "k", "ada")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("weight", "largest"), [("20", Decimal("0.9")), ("0.4", Decimal("0.4"))])
def test_weights_that_saturate_are_drawn_smaller(weight: str, largest: Decimal) -> None:
    """Around weights of 20 no student would get a slope to be seen; twins keep the deck's range."""
    deck = f"""---
worked:
  xor: {{kind: perceptron, layers: {{x: 2, h: 2, o: 1}}, biases: {{trained: false}},
    learning_rate: 1, given: {{x: [1, 0], target: [1], b: [-0.1, -0.3],
    w: [{weight}, {weight}, -{weight}, -{weight}, {weight}, {weight}]}}}}
---
"""
    drawn = [
        abs(Decimal(digits))
        for sheet in make_all(plan(read_text(deck)), "autumn", ["ada", "bo", "cy", "di"])
        for key, digits in sheet.variant.givens["xor"].items()
        if key.startswith("w_")
    ]
    assert max(drawn) <= largest


@pytest.mark.parametrize(("most", "asked"), [("iterations: 4", False), ("", True)])
def test_a_run_that_is_given_up_is_not_counted(most: str, asked: bool) -> None:
    """It never meets its tolerance, so that no number of updates could be asked for."""
    deck = f"""---
worked:
  d: {{kind: gradient descent, objective: (x - 3)^2, start: 1, learning_rate: 0.2,
    stop: gradient, tolerance: 1e-3, {most}}}
---
"""
    sheet = make(plan(read_text(deck)), "autumn", "ada")
    titles = [render(question.title, "en") for question in sheet.questions]
    assert ("Number of updates" in titles) == asked
    assert "Gradient descent" in titles


def test_counts_that_are_off_are_told_apart() -> None:
    """Who counts one less left the last update out, who counts one more took in the start."""
    counts = [a for a in make(BUILTIN, "k", "ada").answers.values() if a.key == "updates"]
    (answer,) = counts
    assert answer.value is not None
    told = {
        mistake.value - answer.value: render(mistake.message, "en") for mistake in answer.mistakes
    }
    made = f"{answer.value} updates are made"
    assert told == {
        -1: f"the last update was not counted; {made}",
        1: f"the start was counted as an update; {made}",
    }


@COURSES
def test_no_mistake_is_expected_that_nobody_makes(course: Course) -> None:
    """The 1 of 1 - out keeps its sign, and b * 1 its b; others lose theirs."""
    told = {
        render(slip.message, "en")
        for by_key in course.mistakes.values()
        for slips in by_key.values()
        for slip in slips
    }
    assert any(text.startswith("the sign of e^") for text in told)
    assert any(text.startswith("the factor w_") for text in told)
    assert not any(text.startswith("the sign of 1 ") for text in told)
    assert "the factor b_1 was left out" not in told


def test_a_deck_without_worked_examples() -> None:
    """There is nothing to make sheets of, and where it is missing is said."""
    with pytest.raises(DeckError, match="expected one in the front matter, below 'worked'"):
        plan(read_text("# Nothing\n\n$$a = 1$$\n"))


def told(sheet: Sheet) -> str:
    """A sheet and its key as text."""
    lines = [f"student {sheet.student}, sheet {sheet.fingerprint}, version {sheet.version}"]
    for name, givens in sheet.variant.givens.items():
        lines.append(f"{name}: " + ", ".join(f"{key} = {text}" for key, text in givens.items()))
    for question in sheet.questions:
        lines += ["", f"{question.id}. {render(question.title, 'en')}"]
        lines += [f"   {' '.join(chain)}" for chain in question.formulas]
        for answer in question.answers:
            lines += [
                f"   ({choice.name}) {render(choice.message, 'en')}" for choice in answer.choices
            ]
            span = "" if answer.low is None else f"  [{answer.low}, {answer.high}]"
            after = f"  after {' '.join(answer.after)}" if answer.after else ""
            label = render(answer.label, "en")
            lines.append(f"   {answer.id} {label} {answer.expected}{span}  {answer.marks}m{after}")
            lines += [f"      {m.slip}: {rounded(m.value, answer.places)}" for m in answer.mistakes]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("version", GENERATORS)
def test_issued_sheets_come_out_again(version: int, tmp_path: Path) -> None:
    """A version gives what it gave when it was issued, whatever came after it."""
    path = tmp_path / "manifest.json"
    path.write_bytes(gzip.decompress((CASES / f"version-{version}.json.gz").read_bytes()))
    manifest = read_manifest(path)
    course = OWN.as_issued(manifest)
    again = [
        make_again(course, "autumn", sheet.student, sheet.variant, version)
        for sheet in manifest.sheets
    ]
    expected = (CASES / f"version-{version}.txt").read_text(encoding="utf-8")
    assert "\n".join(map(told, again)) == expected
    # The numbers follow from the student, too, as long as no slip makes the screen stricter.
    assert "\n".join(map(told, make_all(course, "autumn", ["ada", "bo"], version))) == expected


def test_another_table_of_slips_changes_no_issued_sheet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the audit's slips in another order, new sheets differ; those that were issued do not."""
    target = tmp_path / "sheets"
    issue(OWN, "autumn", ["ada", "bo", "cy"], target, ["html"], "en")
    monkeypatch.setattr("bpreport.publish.sheets.mistakes.SLIPS", SLIPS[::-1])
    monkeypatch.setattr("bpreport.publish.sheets.mistakes.PLAYED", PLAYED[::-1])
    course = plan(read(CASES / "deck.md"))
    press = Press(course, "en", ["html"])
    read_back = read_manifest(target / "manifest.json")
    assert manifest_text(read_back) == (target / "manifest.json").read_text(encoding="utf-8")
    for student in ("ada", "bo", "cy"):
        sheet, files = remake(course, read_back, student, press)
        for name, content in files.items():
            assert (target / name).read_bytes() == content
        assert told(make(course, "autumn", student)) != told(sheet)


def test_a_manifest_makes_nothing_but_mistakes(tmp_path: Path) -> None:
    """A manifest that names another class, or none of the fields, is refused."""
    path = tmp_path / "manifest.json"
    issued = manifest_text(Manifest("d", "0", "en", ("html",), "k", 1, (), {}))
    for stray in ('{"Path": ["/"]}', '[{"Slipped": ["x"]}]', "[1]", '[{"Number": ["1"]}]'):
        text = issued.replace('"mistakes": {', f'"mistakes": {{"net": {{"out": {stray}}}')
        path.write_text(text, encoding="utf-8")
        with pytest.raises(DeckError, match="not a manifest"):
            read_manifest(path)


def test_a_version_that_is_not_there() -> None:
    """An unknown version is refused, with those that are known."""
    with pytest.raises(DeckError, match="no generator has the version 99; known are 1, 2"):
        make(OWN, "autumn", "ada", 99)
