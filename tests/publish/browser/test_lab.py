"""The learning-rate lab in a browser, held against the descent in Python."""

import random
import re
from pathlib import Path

import numpy as np
import pytest

from bpreport.deck import builtin, read
from bpreport.publish.commands import build_deck
from bpreport.publish.expression import OPERATIONS
from bpreport.publish.templates import folder
from bpreport.worked import GradientDescent, recompute
from bpreport.worked.descending import OUTCOMES
from tests.publish.browser.browsing import (
    HANDS,
    Visit,
    activate,
    empty_formulas,
    violations_in_both_looks,
)

LAB = "[data-widget=lab]:visible"

OTHERS = {
    "waves": r"x^4 - 2 x^2 + 0.3 x + \sin(2 x)",
    "domain": r"x - \ln x + \frac{1}{x} + \sqrt{x}",
    "bounded": r"\tanh(x)^2 + \cos(x) + 0.1 |x| + e^{-x^2} + \sum_{i=1}^2 0.1 (x - i)^2",
    "bent": r"\begin{cases} x^2 & x < 1 \\ 2 x - 1 & \text{otherwise} \end{cases}",
}
"""Objectives that between them use most operations."""

HEAD = "---\ntitle: Descents\nlang: en\nworked:\n"

DESCENT = """\
  {name}:
    kind: gradient descent
    objective: {objective}
    start: {start}
    learning_rate: 0.01
    tolerance: 1e-5
    stop: step
"""

SET = """(root, [rate, start]) => {
    const starts = [start].flat().map((value, axis) => [`start[data-axis="${axis}"]`, value]);
    for (const [name, value] of [["rate", rate], ...starts]) {
        const input = root.querySelector(`input.${name}[type=number]`);
        input.value = value;
        input.dispatchEvent(new Event("input"));
    }
    const read = (name) => root.querySelector(`.readout .${name}`).textContent;
    return [root.dataset.behaviour, read("count"), read("point"), read("value")];
}"""


CONTOURS = """root => {
    const chart = root.querySelector(".curve");
    const [width, left, right, top, bottom] = [chart.viewBox.baseVal.width, 44, 8, 22, 226];
    const ends = (axis) => {
        const slider = root.querySelector(`.start.slider[data-axis="${axis}"]`);
        return [Number(slider.min), Number(slider.max)];
    };
    const [[a, b], [c, d]] = [ends(0), ends(1)];
    return [...chart.querySelectorAll(".contour")].map((path) =>
        [...path.getAttribute("d").matchAll(/[ML]([-\\d.]+),([-\\d.]+)/g)].map(([, x, y]) => [
            a + ((x - left) / (width - right - left)) * (b - a),
            c + ((bottom - y) / (bottom - top)) * (d - c),
        ])).filter((points) => points.length);
}"""
"""The points of each line of equal height, in the units of the variables."""


def descents_of(path) -> dict[str, GradientDescent]:
    examples = recompute(read(path)).examples
    return {
        name: example for name, example in examples.items() if isinstance(example, GradientDescent)
    }


def built(folder: Path, objectives: dict[str, str], start: str = "0.8") -> tuple[Path, Path]:
    """The report of a deck with these descents in HTML, and the deck itself."""
    deck = folder / "deck.md"
    descents = [
        DESCENT.format(name=name, objective=objective, start=start)
        for name, objective in objectives.items()
    ]
    deck.write_text(f"{HEAD}{''.join(descents)}---\n# Nothing is claimed\n", encoding="utf-8")
    (path,) = build_deck(deck, folder / "out", ["html"], None, lambda _: None).paths
    return path, deck


@pytest.fixture(scope="module")
def lab_page(visit: Visit):
    """The built-in report, opened once; each test sets what it looks at."""
    with visit() as page:
        yield page


@pytest.fixture
def lab(lab_page):
    return lab_page.locator(LAB).first


BUILT_IN = descents_of(builtin("en"))["descent"]


def agree(lab, example, stop, tolerance, settings):
    """The lab tells what Python finds, at every pair of learning rate and start."""
    rates, starts = zip(*settings, strict=True)
    paths = example.descend(starts, rates, tolerance, stop)
    for place, setting in enumerate(settings):
        behaviour, count, point, value = lab.evaluate(SET, setting)
        outcome = OUTCOMES[paths.outcomes[place]]
        if outcome == "stopped":
            assert count == str(paths.counts[place]), setting
            places = list(map(float, point.replace("−", "-").split(", ")))
            assert places == pytest.approx(list(paths.points[:, place]), abs=1e-8), setting
            told = float(value.replace("−", "-"))
            assert told == pytest.approx(paths.values[place], rel=1e-6, abs=1e-8), setting
        else:
            named = {"diverged": "diverging", "not finite": "undefined", "unfinished": "unsettled"}
            assert (behaviour, count) == (named[outcome], "–"), setting


def test_it_agrees_with_python_at_50_random_settings(lab):
    """Count of updates, last point and objective are those of `worked.descending`."""
    dice = random.Random(7)
    settings = [(dice.uniform(0.005, 2.4), dice.uniform(-5, 5)) for _ in range(50)]
    agree(lab, BUILT_IN, "change of objective", 1e-10, settings)


def test_it_agrees_on_other_objectives(visit: Visit, tmp_path):
    """Whatever the formula language can write of one variable, the page computes alike."""
    path, deck = built(tmp_path, OTHERS)
    with visit(path) as page:
        for name, example in descents_of(deck).items():
            dice = random.Random(name)
            starts = [dice.uniform(-2.5, 3) for _ in range(3)]
            settings = [(dice.uniform(0.002, 0.6), start) for start in starts for _ in range(4)]
            lab = page.locator(f"[data-source=lab-{name}]:visible")
            agree(lab, example, "step", 1e-5, settings)


def test_the_script_knows_every_operation():
    """The table in lab.js has a row for each operation that an expression may hold."""
    script = (folder() / "widgets" / "lab.js").read_text(encoding="utf-8")
    table = script.partition("const OPERATIONS = {")[2].partition("\n};")[0]
    assert set(re.findall(r"^  (\w+):", table, re.MULTILINE)) == OPERATIONS


@pytest.mark.parametrize(("hand", "width"), HANDS)
def test_the_runs_of_the_deck_are_presets(visit: Visit, hand: str, width: str):
    """The deck prints 19 and 43 iterations; so does the lab, however it is asked."""
    with visit(touch=hand == "touch", width=width) as page:
        lab = page.locator(LAB).first
        lab.evaluate(SET, (0.7, 1))
        for preset, count in (("fast", "19"), ("slow", "43")):
            button = lab.locator(".preset", has_text=preset)
            activate(page, hand, button)
            assert lab.locator(".readout .count").text_content() == count
            assert button.get_attribute("aria-pressed") == "true"


def test_the_band_parts_monotone_alternating_and_diverging(lab):
    """J'' is 1: up to 1 every step goes one way, up to 2 it jumps across, past 2 it diverges."""
    lab.evaluate(SET, (1.5, 4))
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


def test_the_slider_moves_by_keyboard(lab):
    """An arrow key is one step of the learning rate, and the field beside it follows."""
    lab.evaluate(SET, (1.5, 4))
    lab.locator(".rate.slider").press("ArrowRight")
    assert float(lab.locator(".rate[type=number]").input_value()) == pytest.approx(1.51)
    assert lab.locator(".readout .count").text_content() == str(
        BUILT_IN.descend([4.0], [1.51]).counts[0]
    )


def test_a_rate_that_is_none_changes_nothing(lab):
    """What is no positive number is not taken."""
    for typed in ("", "-1", "0"):
        lab.evaluate(SET, (1.5, 4))
        lab.evaluate(SET, (typed, 4))
        assert lab.locator(".readout .count").text_content() == "19"


def test_without_scripting_the_runs_are_told(visit: Visit):
    """The deck's runs are there in words; nothing is shown that would not work."""
    with visit(scripting=False) as page:
        lab = page.locator(LAB).first
        assert "19" in (lab.locator(".presets").text_content() or "")
        assert not lab.locator(".bench").is_visible()


@pytest.fixture(scope="module")
def planes(visit: Visit, tmp_path_factory):
    """The report of descents in two variables, opened once, and its descents."""
    path, deck = built(tmp_path_factory.mktemp("planes"), PLANES, start="[1, -0.5]")
    with visit(path) as page:
        yield page, descents_of(deck)


PLANES = {
    "valley": "x^2 + 2 y^2",
    "bent": "(1 - x)^2 + 5 (y - x^2)^2",
    "waves": r"\sin(x) \cos(y) + 0.1 x^2 + 0.1 y^2",
    "transposed": r"x^T x + y^2",
}


def test_two_variables_agree_with_python(planes):
    """Both starts are set; count, last point and objective are those of `worked.descending`."""
    page, descents = planes
    for name in ("valley", "bent", "waves"):
        dice = random.Random(name)
        settings = [
            (dice.uniform(0.002, 0.6), [dice.uniform(-1.5, 1.5), dice.uniform(-1.5, 1.5)])
            for _ in range(6)
        ]
        lab = page.locator(f"[data-source=lab-{name}]:visible")
        agree(lab, descents[name], "step", 1e-5, settings)


def test_contours_are_where_the_objective_has_their_height(planes):
    """Every point of a line of equal height has one value, as Python computes it."""
    page, descents = planes
    lab = page.locator("[data-source=lab-valley]:visible")
    heights = []
    for points in lab.evaluate(CONTOURS):
        values = descents["valley"].value_at(np.array(points).T)
        assert np.ptp(values) < 0.02 * abs(values).max() + 0.01
        heights.append(float(values.mean()))
    assert len(heights) > 6
    assert heights == sorted(heights)


def test_the_start_of_two_variables_by_keyboard(planes):
    """An arrow key moves one coordinate, the field beside it and the run."""
    page, _ = planes
    lab = page.locator("[data-source=lab-valley]:visible")
    lab.evaluate(SET, (0.1, [1, -0.5]))
    told = lab.locator(".curve").get_attribute("aria-label")
    slider = lab.locator('.start.slider[data-axis="1"]')
    step = float(slider.get_attribute("step"))
    slider.press("ArrowRight")
    field = lab.locator('.start[type=number][data-axis="1"]')
    assert float(field.input_value()) == pytest.approx(-0.5 + step)
    assert lab.locator('.start[type=number][data-axis="0"]').input_value() == "1"
    assert lab.locator(".curve").get_attribute("aria-label") != told
    field.fill("")
    assert "such as" in lab.locator('.refused[data-axis="1"]').inner_text()
    assert lab.locator('.refused[data-axis="0"]').inner_text() == ""
    field.fill("0.5")


def test_what_is_not_of_single_numbers_has_no_lab(planes):
    """The page says so, and its plots tell of the descent."""
    page, _ = planes
    assert page.locator("[data-widget=lab]").count() == 2 * 3  # languages
    assert page.locator(".edition:not([hidden])").get_by_text("There is no learning").count() == 1


def test_a_lab_of_two_variables_is_accessible(planes):
    """Its fields have names of their own, its drawings are told."""
    page, _ = planes
    empty_formulas(page)
    # Thousands of iterates, of which axe would look at each.
    page.evaluate("for (const one of document.querySelectorAll('.appendix')) one.remove()")
    assert violations_in_both_looks(page) == []


@pytest.mark.parametrize("typed", ["-1", "0", "", "1e999"])
def test_what_is_not_accepted_is_told_and_changes_nothing(lab, typed):
    """A rate that is none leaves the lab as it is, until a number or a preset comes."""
    lab.locator(".preset").first.click()
    rate, told = lab.locator("input.rate[type=number]"), lab.locator(".refused.rate")
    before = lab.locator(".readout").inner_text()
    rate.fill(typed)
    assert rate.get_attribute("aria-invalid") == "true"
    assert "0.25" in told.inner_text()
    assert lab.locator(".readout").inner_text() == before
    rate.fill("0.5")
    assert rate.get_attribute("aria-invalid") == "false"
    assert told.text_content() == ""
