"""The iteration scrubber in a browser, held against the network in Python."""

import numpy as np
import pytest

from bpreport.deck import builtin, read
from bpreport.formula import rounded
from bpreport.publish.numbers import signed
from bpreport.worked import Perceptron, recompute
from tests.publish.browser.browsing import HANDS, Visit


def example() -> Perceptron:
    found = recompute(read(builtin("zh"))).examples["example"]
    assert isinstance(found, Perceptron)
    return found


EXAMPLE = example()

READ = """root => [...root.querySelectorAll("tr[data-column]")].map((row) =>
    [...row.querySelectorAll("[data-convention]")].map((cell) => cell.textContent))"""


def scrubber(page):
    root = page.locator('[data-source="scrubber-example"]:visible')
    root.locator(".bench").wait_for()
    return root


@pytest.fixture(scope="module")
def root(visit: Visit):
    """That of the built-in report on a wide screen, opened once; each test says where it starts."""
    with visit() as page:
        yield scrubber(page)


def count(root) -> int:
    return int(root.locator(".number").input_value())


def exact(updates: int, update: str) -> list[str]:
    state = EXAMPLE.after(updates, update=update, biases="fixed")
    return [
        signed(rounded(value, 8)) for value in (*state.out, state.error, *state.weights.values())
    ]


def test_it_shows_the_exact_values(root):
    """Outputs, error and weights by both conventions, as 50-digit computing rounds them."""
    for updates in (0, 1, 2, 10, 99, 100, 500, 1000, 1001):
        root.locator(".number").fill(str(updates))
        columns = list(zip(*root.evaluate(READ), strict=True))
        assert list(columns[0]) == exact(updates, "simultaneous")
        assert list(columns[1]) == exact(updates, "sequential")


def test_it_shows_every_iteration(root):
    """All of 0 to 1000 agree with the run in float64 to the last place shown."""
    shown = np.array(root.evaluate("""root => {
        const slider = root.querySelector(".slider");
        const rows = [];
        for (let n = 0; n <= 1000; n++) {
            slider.value = n;
            slider.dispatchEvent(new Event("input"));
            const cells = [...root.querySelectorAll("[data-convention]")];
            rows.push(cells.map((cell) => Number(cell.textContent.replace("−", "-"))));
        }
        return rows;
    }"""))  # fmt: skip
    for place, update in enumerate(("simultaneous", "sequential")):
        run = EXAMPLE.iterate(1000, update=update, biases="fixed")
        wanted = np.column_stack([run["out"], run["error"], run["weights"]])
        assert np.abs(shown[:, place::2] - wanted).max() < 0.501e-8


@pytest.mark.parametrize(
    ("updates", "printed"),
    [
        (10, ["0.662866", "0.908195"]),
        (100, ["0.073889", "0.945864"]),
        (1000, ["0.022971", "0.977675"]),
    ],
)
def test_what_the_deck_prints_stands_beside_it(root, updates: int, printed: list[str]):
    """At the iterations that the deck prints, its numbers and their verdicts are shown."""
    root.locator(f'.jumps [data-updates="{updates}"]').click()
    assert count(root) == updates
    shown = root.locator(".print span[data-updates]:visible").all_text_contents()
    assert [text.split()[0] for text in shown] == printed
    assert root.locator(".print .badge:visible").count() == 2
    root.locator(".forward").click()
    assert root.locator(f'.print [data-updates="{updates}"]:visible').count() == 0


@pytest.mark.parametrize(("hand", "width"), HANDS)
def test_it_moves(visit: Visit, hand: str, width: str):
    """By the buttons, by the slider's keys, and by pointing into the chart."""
    with visit(touch=hand == "touch", width=width) as page:
        root = scrubber(page)
        start = count(root)
        if hand == "keyboard":
            root.locator(".slider").press("ArrowLeft")
            assert count(root) == start - 1
            root.locator(".slider").press("Home")
            assert count(root) == 0
            return
        back = root.locator(".back")
        back.tap() if hand == "touch" else back.click()
        assert count(root) == start - 1
        chart = root.locator(".chart")
        box = chart.bounding_box()
        middle = {"x": box["width"] / 2, "y": box["height"] / 2}
        chart.tap(position=middle) if hand == "touch" else chart.click(position=middle)
        assert 10 < count(root) < 60  # about the root of 1000, for the axis is logarithmic


def test_dragging_in_the_chart_scrubs(root):
    """The count follows the pointer while it is down, and no longer."""
    mouse = root.page.mouse
    chart = root.locator(".chart")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    y = box["y"] + 60
    mouse.move(box["x"] + 200, y)
    mouse.down()
    first = count(root)
    mouse.move(box["x"] + 400, y)
    second = count(root)
    mouse.up()
    mouse.move(box["x"] + 100, y)
    assert first < second == count(root)


def test_either_convention_can_be_drawn(visit: Visit):
    """The chart draws the chosen one in full; the deck's is chosen first."""
    with visit() as page:
        root = scrubber(page)
        assert root.locator("input[type=radio]:checked").get_attribute("value") == "sequential"
        line = root.locator(".chart polyline.line:not(.other)").nth(5)
        before = line.get_attribute("points")
        root.locator("input[value=simultaneous]").check()
        assert line.get_attribute("points") != before


def test_without_scripting_the_last_iteration_is_shown(visit: Visit):
    """A table that needs no script, and no control that would do nothing."""
    with visit(scripting=False) as page:
        root = page.locator('[data-source="scrubber-example"]:visible')
        assert not root.locator(".bench").is_visible()
        columns = list(zip(*[
            row.locator("[data-convention]").all_text_contents()
            for row in root.locator("tr[data-column]").all()
        ], strict=True))  # fmt: skip
        assert list(columns[1]) == exact(1000, "sequential")


def test_a_count_that_is_not_the_decks_is_explained(root):
    """1001 stands among the printed iterations because the deck's weights of 1000 come then."""
    told = root.locator(".counted").all_inner_texts()
    assert len(told) == 1
    assert "1000" in told[0] and "1001" in told[0]
    buttons = root.locator(".jumps .printed").all_inner_texts()
    assert sum("1001" in button for button in buttons) == 1
