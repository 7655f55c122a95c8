"""The learning-rate lab in a browser, held against the descent in Python."""

import random
import re

import pytest

from bpreport.deck import builtin, read
from bpreport.publish.expression import OPERATIONS
from bpreport.publish.templates import folder
from bpreport.worked import GradientDescent, recompute
from bpreport.worked.descending import OUTCOMES
from tests.publish.browser.browsing import Visit
from tests.publish.browser.decks import built

LAB = "[data-widget=lab]:visible"

OTHERS = {
    "waves": r"x^4 - 2 x^2 + 0.3 x + \sin(2 x)",
    "domain": r"x - \ln x + \frac{1}{x} + \sqrt{x}",
    "bounded": r"\tanh(x)^2 + \cos(x) + 0.1 |x| + e^{-x^2} + \sum_{i=1}^2 0.1 (x - i)^2",
    "bent": r"\begin{cases} x^2 & x < 1 \\ 2 x - 1 & \text{otherwise} \end{cases}",
}
"""Objectives that between them use most operations."""

DESCENT = """---
title: A descent
lang: en
worked:
  descent:
    kind: gradient descent
    objective: {objective}
    start: 0.8
    learning_rate: 0.01
    tolerance: 1e-5
    stop: step
---
# Nothing is claimed
"""

SET = """(root, [rate, start]) => {
    for (const [name, value] of Object.entries({ rate, start })) {
        const input = root.querySelector(`input.${name}[type=number]`);
        input.value = value;
        input.dispatchEvent(new Event("input"));
    }
    const read = (name) => root.querySelector(`.readout .${name}`).textContent;
    return [root.dataset.behaviour, read("count"), read("point"), read("value")];
}"""


def descent_of(path) -> GradientDescent:
    example = recompute(read(path)).examples["descent"]
    assert isinstance(example, GradientDescent)
    return example


def agree(lab, example, stop, tolerance, settings):
    """The lab tells what Python finds, at every pair of learning rate and start."""
    rates, starts = zip(*settings, strict=True)
    paths = example.descend(starts, rates, tolerance, stop)
    for place, setting in enumerate(settings):
        behaviour, count, point, value = lab.evaluate(SET, setting)
        outcome = OUTCOMES[paths.outcomes[place]]
        if outcome == "stopped":
            assert count == str(paths.counts[place]), setting
            assert float(point) == pytest.approx(paths.points[0, place], abs=1e-8), setting
            assert float(value) == pytest.approx(paths.values[place], rel=1e-6, abs=1e-8), setting
        else:
            named = {"diverged": "diverging", "not finite": "undefined", "unfinished": "unsettled"}
            assert (behaviour, count) == (named[outcome], "–"), setting


def test_it_agrees_with_python_at_50_random_settings(visit: Visit):
    """Count of updates, last point and objective are those of `worked.descending`."""
    dice = random.Random(7)
    settings = [(dice.uniform(0.005, 2.4), dice.uniform(-5, 5)) for _ in range(50)]
    with visit() as page:
        lab = page.locator(LAB).first
        agree(lab, descent_of(builtin("en")), "change of objective", 1e-10, settings)


@pytest.mark.parametrize("name", OTHERS)
def test_it_agrees_on_other_objectives(visit: Visit, tmp_path, name):
    """Whatever the formula language can write of one variable, the page computes alike."""
    path, deck = built(tmp_path, DESCENT.format(objective=OTHERS[name]))
    dice = random.Random(name)
    settings = [(dice.uniform(0.002, 0.6), dice.uniform(-2.5, 3)) for _ in range(25)]
    with visit(path) as page:
        agree(page.locator(LAB).first, descent_of(deck), "step", 1e-5, settings)


def test_the_script_knows_every_operation():
    """The table in lab.js has a row for each operation that an expression may hold."""
    script = (folder() / "widgets" / "lab.js").read_text(encoding="utf-8")
    table = script.partition("const OPERATIONS = {")[2].partition("\n};")[0]
    assert set(re.findall(r"^  (\w+):", table, re.MULTILINE)) == OPERATIONS


@pytest.mark.parametrize(("preset", "count"), [("fast", "19"), ("slow", "43")])
@pytest.mark.parametrize("way", ["mouse", "keyboard", "touch"])
def test_the_runs_of_the_deck_are_presets(visit: Visit, preset: str, count: str, way: str):
    """The deck prints 19 and 43 iterations; so does the lab, however it is asked."""
    with visit(touch=way == "touch") as page:
        lab = page.locator(LAB).first
        lab.evaluate(SET, (0.7, 1))
        button = lab.locator(".preset", has_text=preset)
        {"mouse": button.click, "touch": button.tap, "keyboard": lambda: button.press("Enter")}[
            way
        ]()
        assert lab.locator(".readout .count").text_content() == count
        assert button.get_attribute("aria-pressed") == "true"


def test_the_band_parts_monotone_alternating_and_diverging(visit: Visit):
    """J'' is 1: up to 1 every step goes one way, up to 2 it jumps across, past 2 it diverges."""
    with visit() as page:
        lab = page.locator(LAB).first
        low, high = lab.locator(".rate.slider").evaluate("slider => [+slider.min, +slider.max]")
        bars = lab.locator(".band rect").evaluate_all(
            "bars => bars.map((b) => [b.getAttribute('class'), +b.getAttribute('x'),"
            " +b.getAttribute('x') + +b.getAttribute('width')])"
        )
        left, right = bars[0][1], bars[-1][2]
        edges = {kind: low + (end - left) / (right - left) * (high - low) for kind, _, end in bars}
        assert [kind for kind, *_ in bars if kind != "unsettled"] == [
            "monotone", "alternating", "diverging",
        ]  # fmt: skip
        assert edges["monotone"] == pytest.approx(1, abs=0.011)  # a step of the slider
        assert edges["alternating"] == pytest.approx(2, abs=0.011)


def test_the_slider_moves_by_keyboard(visit: Visit):
    """An arrow key is one step of the learning rate, and the field beside it follows."""
    with visit() as page:
        lab = page.locator(LAB).first
        slider = lab.locator(".rate.slider")
        slider.press("ArrowRight")
        assert float(lab.locator(".rate[type=number]").input_value()) == pytest.approx(1.51)
        assert lab.locator(".readout .count").text_content() == str(
            descent_of(builtin("en")).descend([4.0], [1.51]).counts[0]
        )


@pytest.mark.parametrize("typed", ["", "-1", "0"])
def test_a_rate_that_is_none_changes_nothing(visit: Visit, typed: str):
    """What is no positive number is not taken."""
    with visit() as page:
        lab = page.locator(LAB).first
        lab.locator(".rate[type=number]").evaluate(
            "(field, typed) => { field.value = typed; field.dispatchEvent(new Event('input')); }",
            typed,
        )
        assert lab.locator(".readout .count").text_content() == "19"


def test_without_scripting_the_runs_are_told(visit: Visit):
    """The deck's runs are there in words; nothing is shown that would not work."""
    with visit(scripting=False) as page:
        lab = page.locator(LAB).first
        assert "19" in (lab.locator(".presets").text_content() or "")
        assert not lab.locator(".bench").is_visible()


def test_two_variables_have_no_lab(visit: Visit, tmp_path):
    """Its plots tell of it."""
    path, _ = built(
        tmp_path,
        DESCENT.format(objective="x^2 + 2 y^2").replace("start: 0.8", "start: [1, 1]"),
    )
    with visit(path) as page:
        assert page.locator("[data-widget=lab]").count() == 0
        assert page.locator("figure.plot:visible").count() > 0
