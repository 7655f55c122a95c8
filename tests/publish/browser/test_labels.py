"""Names in drawings and plots, as they are seen: with their scripts, and none over another."""

import pytest
from playwright.sync_api import Locator

from tests.publish.browser.browsing import Visit, bring, shown

DRAWINGS = {
    "network": "figure.plot svg:has(circle)",
    "plots": "figure.plot svg",
    "stepper": ".stepper svg.network:visible",
    "scrubber": ".scrubber svg.chart",
}


def texts(drawings: Locator) -> list[str]:
    found: list[str] = drawings.evaluate_all(
        """all => all.flatMap((one) => [...one.querySelectorAll("text")])
            .map((text) => text.textContent)"""
    )
    return found


def overlaps(drawing: Locator) -> list[list[str]]:
    """Pairs of names of which one stands in the middle of the other."""
    found: list[list[str]] = drawing.evaluate(
        """drawing => {
            const names = [...drawing.querySelectorAll("text")]
                .filter((text) => text.textContent.trim() && text.checkVisibility())
                .map((text) => [text.textContent, text.getBoundingClientRect()]);
            const cut = (a, b, from, to, part) =>
                Math.min(a[to], b[to]) - Math.max(a[from], b[from]) > part;
            const pairs = [];
            names.forEach(([one, a], n) => {
                for (const [other, b] of names.slice(n + 1)) {
                    const high = Math.min(a.height, b.height);
                    if (cut(a, b, "left", "right", 1) && cut(a, b, "top", "bottom", high / 2)) {
                        pairs.push([one, other]);
                    }
                }
            });
            return pairs;
        }"""
    )
    return found


@pytest.fixture(scope="module", params=["desktop", "phone"])
def marked(visit: Visit, small_report, request):
    """The report of a network whose symbols carry the mark of their layer."""
    with visit(small_report("marked"), width=request.param) as page:
        bring(page.locator(".scrubber .chart:visible"))
        yield page


@pytest.mark.parametrize("drawing", DRAWINGS)
def test_scripts_are_raised_and_lowered(marked, drawing):
    """No caret, underscore or brace is left of how a symbol is typed."""
    found = texts(shown(marked).locator(DRAWINGS[drawing]))
    assert any("(2)" in text or "(3)" in text for text in found)
    assert [text for text in found if set(text) & set("_^{}")] == []


def test_the_mark_stands_above_the_index(marked):
    """The layer's mark is higher than the base, the index lower, and both begin at one place."""
    name = shown(marked).locator(".scrubber .chart text", has_text="(3)").first
    index, mark = name.locator("tspan").all()
    (lower, higher) = (part.bounding_box() for part in (index, mark))
    assert lower is not None and higher is not None
    assert abs(lower["x"] - higher["x"]) < 1.5
    assert higher["y"] + higher["height"] / 2 < lower["y"] + lower["height"] / 2 - 4


@pytest.mark.parametrize("drawing", DRAWINGS)
def test_no_name_stands_on_another(marked, drawing):
    """Not in the drawings, and not at the ends of lines."""
    for one in shown(marked).locator(DRAWINGS[drawing]).all():
        assert overlaps(one) == []


def test_every_weight_of_a_large_network_can_be_read(visit: Visit, small_report):
    """Each pair of layers has a plot of its own, with room for all of its names."""
    with visit(small_report("deep")) as page:
        plots = shown(page).locator("figure.plot").all()
        named = ["".join(texts(plot.locator("svg"))) for plot in plots]
        for layer in (1, 2, 3):
            assert any(
                all(f"w{i},{j}({layer})" in text for i in range(1, 6) for j in range(1, 6))
                for text in named
            )
        assert [overlaps(plot.locator("svg")) for plot in plots] == [[] for _ in plots]


def test_plots_call_the_error_what_the_deck_calls_it(marked):
    """C here, in the plot, below it, in its words and in the table."""
    plot = shown(marked).locator("figure.plot", has_text="logarithmic scales").first
    assert "C" in texts(plot.locator("svg"))
    assert plot.locator("figcaption math").text_content() == "C"
    assert "C from 0.1" in (plot.locator("svg").get_attribute("aria-label") or "")
    heads = shown(marked).locator("figure.numbers").first.locator("thead")
    assert "C" in (heads.text_content() or "")


def test_a_weight_says_which_units_it_joins(marked):
    """In the scrubber's table, and below the plot of all weights."""
    row = shown(marked).locator('.scrubber [data-column="4"] th')
    assert "x1 → h2" in (row.text_content() or "")  # two outputs and C come first, then W_11
    caption = shown(marked).locator("figcaption", has_text="from layer x to layer h")
    assert "from layer h to layer y" in (caption.text_content() or "")
