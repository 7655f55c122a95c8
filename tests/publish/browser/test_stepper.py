"""The network stepper in a browser: every way to step, and what each step shows."""

import re

import pytest

from bpreport.deck import builtin, read
from bpreport.publish.numbers import short
from bpreport.worked import Perceptron, recompute
from tests.publish.browser.browsing import Visit

EXAMPLE = recompute(read(builtin("zh"))).examples["example"]
assert isinstance(EXAMPLE, Perceptron)
TRACE = EXAMPLE.trace(update="sequential", biases="fixed")  # as the audit finds the deck to do

LAST = 60
"""Steps of the 2-3-2 network: the givens, 10 forward, 3 of the error, 12 back through the output
layer (slope of the output, of the activation, their product, three weights, for two units), 21
through the hidden layer (two paths, their sum, the same three and two weights, for three units),
12 updates and the result."""


def stepper(page):
    root = page.locator('[data-source="stepper-example"]:visible')
    root.locator(".bench").wait_for()
    return root


def number(root) -> int:
    return int(root.locator(".slider").input_value()) + 1


def to_step(root, wanted: str):
    """Step forward until the computation begins with the wanted symbol, as text."""
    for _ in range(LAST):
        if text_of(root) == wanted:
            return
        root.locator(".forward").press("ArrowRight")
    raise AssertionError(f"no step computes {wanted}")


def text_of(root) -> str:
    text = root.locator(".computation").text_content() or ""
    return re.sub(r"\s+", "", text).split("=")[0]


def lit(root) -> set[str]:
    places = root.locator("svg:visible [data-place].lit")
    return set(places.evaluate_all("found => found.map((one) => one.dataset.place)"))


def values(root) -> dict[str, str]:
    shown = root.locator("svg.across [data-value]")
    return dict(shown.evaluate_all("all => all.map((one) => [one.dataset.value, one.textContent])"))


@pytest.mark.parametrize("way", ["mouse", "keyboard", "touch"])
def test_it_steps_forward_and_back(visit: Visit, way: str):
    """By its buttons with a pointer or a finger, and by the keys of the arrows, Home and End."""
    with visit(touch=way == "touch", width="phone" if way == "touch" else "desktop") as page:
        root = stepper(page)
        keys = {"forward": "ArrowRight", "back": "ArrowLeft", "first": "Home", "last": "End"}

        def step(name: str) -> int:
            button = root.locator(f".buttons .{name}")
            # A button that says it is disabled can be pressed all the same: hence the force.
            if way == "keyboard":
                root.locator(".buttons .forward").press(keys[name])
            elif way == "touch":
                button.tap(force=True)
            else:
                button.click(force=True)
            return number(root)

        assert number(root) == 1
        assert step("back") == 1  # there is nothing before
        assert [step("forward"), step("forward"), step("back")] == [2, 3, 2]
        assert step("last") == LAST
        assert step("forward") == LAST
        assert step("first") == 1


def test_the_slider_steps_too(visit: Visit):
    """It has the keys that every slider has."""
    with visit() as page:
        root = stepper(page)
        root.locator(".slider").press("ArrowRight")
        assert number(root) == 2
        root.locator(".slider").press("End")
        assert number(root) == LAST


def test_chapters_lead_to_their_first_step(visit: Visit):
    """A button a chapter, and the current one is marked."""
    with visit() as page:
        root = stepper(page)
        chapters = root.locator(".chapters button")
        assert chapters.count() == 8  # givens, forward, error, back and update twice, result
        chapters.nth(2).click()
        assert number(root) == 12  # behind the givens and ten values of the forward pass
        assert chapters.nth(2).get_attribute("aria-current") == "step"
        assert root.locator("[aria-current]").count() == 1


def test_it_plays_until_it_is_stopped(visit: Visit):
    """A step every few seconds; stepping by hand ends it."""
    with visit() as page:
        root = stepper(page)
        page.clock.install()
        root.locator(".play").click()
        page.clock.fast_forward(4600)
        assert number(root) == 2
        page.clock.fast_forward(4600)
        assert number(root) == 3
        assert root.locator(".play").get_attribute("aria-pressed") == "true"
        root.locator(".forward").click()
        page.clock.fast_forward(20_000)
        assert number(root) == 4
        assert root.locator(".play").get_attribute("aria-pressed") == "false"


def test_the_values_appear_as_they_are_computed(visit: Visit):
    """First none but the givens; in the end every value of the trace, weights updated."""
    with visit() as page:
        root = stepper(page)
        before = values(root)
        assert before["h1.net"] == "·" and before["E"] == "·"
        assert before["w_{7}"] == "0.4" and before["l1.out"] == "5"
        root.locator(".buttons .last").click()
        after = values(root)
        for unit in ("h1", "h2", "h3", "o1", "o2"):
            for half in ("net", "out"):
                exact = TRACE.quantities[f"{half}_{{{unit}}}"].value
                assert after[f"{unit}.{half}"] == short(exact)
        assert after["E"] == short(TRACE.quantities["E_{total}"].value)
        for weight in range(1, 13):
            assert after[f"w_{{{weight}}}"] == short(
                TRACE.quantities[f"w_{{{weight}}}^{{+}}"].value
            )
        root.locator(".buttons .first").click()
        assert values(root) == before


@pytest.mark.parametrize("width", ["phone", "desktop"])
def test_a_gradient_lights_its_path(visit: Visit, width: str):
    """From the error by E_o1, out_o1 and net_o1 to w_7, and the output that it passes on."""
    with visit(width=width) as page:
        root = stepper(page)
        to_step(root, "∂Etotal∂w7")
        assert lit(root) == {
            "E", "E.o1>E", "E.o1", "o1>E.o1", "o1.out", "o1.net", "w_{7}", "h1.out",
        }  # fmt: skip
        names = (r"\partial E_{total}/\partial out_{o1}", r"\partial out_{o1}/\partial net_{o1}",
                 r"\partial net_{o1}/\partial w_{7}")  # fmt: skip
        pills = root.locator("svg:visible .pill text").all_text_contents()
        assert pills == [short(TRACE.quantities[name].value) for name in names]


def test_a_hidden_weight_lights_every_path(visit: Visit):
    """The error reaches w_1 by both output units."""
    with visit() as page:
        root = stepper(page)
        to_step(root, "∂Etotal∂w1")
        shares = {place.format(unit) for unit in ("o1", "o2")
                  for place in ("E.{0}>E", "E.{0}", "{0}>E.{0}", "{0}.out", "{0}.net")}  # fmt: skip
        own = {"E", "h1.out", "h1.net", "w_{7}", "w_{8}", "w_{1}", "l1.out"}
        assert lit(root) == shares | own


def test_no_step_is_without_words(visit: Visit):
    """Each says something, and each but the first and the last computes something."""
    with visit() as page:
        root = stepper(page)
        for step in range(1, LAST + 1):
            assert len((root.locator(".text").text_content() or "").strip()) > 8
            assert root.locator(".computation").is_visible() == (1 < step < LAST)
            root.locator(".forward").press("ArrowRight")


def test_nothing_moves_for_who_wants_no_motion(visit: Visit):
    """The lit path flows, unless the reader asked for reduced motion."""
    for wish, animation in (("no-preference", "flow"), ("reduce", "none")):
        with visit(reduced_motion=wish) as page:
            root = stepper(page)
            to_step(root, "∂Etotal∂w7")
            line = root.locator("svg:visible line.lit").first
            assert line.evaluate("line => getComputedStyle(line).animationName") == animation


def test_without_scripting_it_is_a_drawing_and_a_list(visit: Visit):
    """With all values of the forward pass, and every step in words."""
    with visit(scripting=False) as page:
        root = page.locator('[data-source="stepper-example"]:visible')
        assert not root.locator(".bench").is_visible()
        assert root.locator("svg:visible").count() == 1
        assert values(root)["o1.out"] == short(TRACE.quantities["out_{o1}"].value)
        assert root.locator(".list li:visible").count() == LAST


def test_the_other_language_has_its_own(visit: Visit):
    """Both step by themselves, each in its language."""
    with visit() as page:
        stepper(page)
        roots = page.locator('[data-source="stepper-example"]')
        assert roots.count() == 2
        roots.nth(1).evaluate("root => root.querySelector('.forward').click()")
        counts = [root.locator(".count").text_content() or "" for root in roots.all()]
        assert re.search(r"第 1 步", counts[0])
        assert re.search(r"Step 2 of", counts[1])
