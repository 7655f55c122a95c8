"""The network stepper in a browser: every way to step, and what each step shows."""

import re

import pytest

from bpreport.deck import builtin, read
from bpreport.publish.numbers import short
from bpreport.worked import Perceptron, recompute
from tests.publish.browser.browsing import HANDS, Visit, bring

EXAMPLE = recompute(read(builtin("zh"))).examples["example"]
assert isinstance(EXAMPLE, Perceptron)
TRACE = EXAMPLE.trace(update="sequential", biases="fixed")  # as the audit finds the deck to do

LAST = 60
"""Steps of the 2-3-2 network: the givens, 10 forward, 3 of the error, 12 back through the output
layer (slope of the output, of the activation, their product, three weights, for two units), 21
through the hidden layer (two paths, their sum, the same three and two weights, for three units),
12 updates and the result."""


def stepper(page, name="example"):
    root = page.locator(f'[data-source="stepper-{name}"]:visible')
    root.locator(".bench").wait_for()
    return root


@pytest.fixture(scope="module")
def desktop(visit: Visit):
    """The built-in report on a wide screen, opened once."""
    with visit() as page:
        yield stepper(page)


@pytest.fixture
def root(desktop):
    """Its stepper, at the first step."""
    desktop.locator(".buttons .forward").press("Home")
    return desktop


def number(root) -> int:
    return int(root.locator(".slider").input_value()) + 1


def to_step(root, wanted: str) -> None:
    """Go to the step whose computation begins with the wanted symbol, as text."""
    found = root.evaluate(
        """(root, wanted) => {
            const slider = root.querySelector(".slider");
            for (let step = 0; step <= Number(slider.max); step++) {
                slider.value = step;
                slider.dispatchEvent(new Event("input"));
                const text = root.querySelector(".computation").textContent;
                if (text.replace(/\\s+/g, "").split("=")[0] === wanted) return true;
            }
            return false;
        }""",
        wanted,
    )
    assert found, f"no step computes {wanted}"


def lit(root) -> set[str]:
    places = root.locator("svg:visible [data-place].lit")
    return set(places.evaluate_all("found => found.map((one) => one.dataset.place)"))


def values(root) -> dict[str, str]:
    shown = root.locator("svg.across [data-value]")
    return dict(shown.evaluate_all("all => all.map((one) => [one.dataset.value, one.textContent])"))


@pytest.mark.parametrize(("hand", "width"), HANDS)
def test_it_steps_forward_and_back(visit: Visit, lesson, hand: str, width: str):
    """By its buttons with a pointer or a finger, and by the keys of the arrows, Home and End."""
    with visit(lesson, touch=hand == "touch", width=width) as page:
        root = stepper(page, "net")
        keys = {"forward": "ArrowRight", "back": "ArrowLeft", "first": "Home", "last": "End"}

        def step(name: str) -> int:
            button = root.locator(f".buttons .{name}")
            # A button that says it is disabled can be pressed all the same: hence the force.
            if hand == "keyboard":
                root.locator(".buttons .forward").press(keys[name])
            elif hand == "touch":
                button.tap(force=True)
            else:
                button.click(force=True)
            return number(root)

        last = root.locator(".list li").count()
        assert number(root) == 1
        assert step("back") == 1  # there is nothing before
        assert [step("forward"), step("forward"), step("back")] == [2, 3, 2]
        assert step("last") == last
        assert step("forward") == last
        assert step("first") == 1


def test_the_slider_steps_too(root):
    """It has the keys that every slider has."""
    root.locator(".slider").press("ArrowRight")
    assert number(root) == 2
    root.locator(".slider").press("End")
    assert number(root) == LAST


def test_chapters_lead_to_their_first_step(root):
    """A button a chapter, and the current one is marked."""
    chapters = root.locator(".chapters button")
    assert chapters.count() == 8  # givens, forward, error, back and update twice, result
    chapters.nth(2).click()
    assert number(root) == 12  # behind the givens and ten values of the forward pass
    assert chapters.nth(2).get_attribute("aria-current") == "step"
    assert root.locator("[aria-current]").count() == 1


def test_it_plays_until_it_is_stopped(visit: Visit, lesson):
    """A step every few seconds; stepping by hand ends it."""
    with visit(lesson) as page:
        root = stepper(page, "net")
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


def test_the_values_appear_as_they_are_computed(root):
    """First none but the givens; in the end every value of the trace, weights updated."""
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
        assert after[f"w_{{{weight}}}"] == short(TRACE.quantities[f"w_{{{weight}}}^{{+}}"].value)
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


def test_a_hidden_weight_lights_every_path(root):
    """The error reaches w_1 by both output units."""
    to_step(root, "∂Etotal∂w1")
    shares = {place.format(unit) for unit in ("o1", "o2")
              for place in ("E.{0}>E", "E.{0}", "{0}>E.{0}", "{0}.out", "{0}.net")}  # fmt: skip
    own = {"E", "h1.out", "h1.net", "w_{7}", "w_{8}", "w_{1}", "l1.out"}
    assert lit(root) == shares | own


def test_no_step_is_without_words(root):
    """Each says something, and each but the first and the last computes something."""
    steps = root.evaluate(
        """root => {
            const slider = root.querySelector(".slider");
            return Array.from({ length: Number(slider.max) + 1 }, (_, step) => {
                slider.value = step;
                slider.dispatchEvent(new Event("input"));
                const computation = root.querySelector(".computation").checkVisibility();
                return [root.querySelector(".text").textContent.trim(), computation];
            });
        }"""
    )
    assert len(steps) == LAST
    assert all(len(text) > 8 for text, _ in steps)
    assert [computes for _, computes in steps] == [False, *[True] * (LAST - 2), False]


def test_nothing_moves_for_who_wants_no_motion(root):
    """The lit path flows, unless the reader asked for reduced motion."""
    to_step(root, "∂Etotal∂w7")
    line = root.locator("svg:visible line.lit").first
    for wish, animation in (("reduce", "none"), ("no-preference", "flow")):
        root.page.emulate_media(reduced_motion=wish)
        assert line.evaluate("line => getComputedStyle(line).animationName") == animation


def test_without_scripting_it_is_a_drawing_and_a_list(visit: Visit):
    """With all values of the forward pass, and every step in words."""
    with visit(scripting=False) as page:
        root = page.locator('[data-source="stepper-example"]:visible')
        assert not root.locator(".bench").is_visible()
        assert root.locator("svg:visible").count() == 1
        assert values(root)["o1.out"] == short(TRACE.quantities["out_{o1}"].value)
        assert root.locator(".list li:visible").count() == LAST


def test_the_other_language_has_its_own(visit: Visit, lesson):
    """Both step by themselves, each in its language."""
    with visit(lesson) as page:
        stepper(page, "net")
        roots = page.locator('[data-source="stepper-net"]')
        assert roots.count() == 2
        roots.nth(1).evaluate("root => root.querySelector('.forward').click()")
        counts = [root.locator(".count").text_content() or "" for root in roots.all()]
        assert re.search(r"第 1 步", counts[0])
        assert re.search(r"Step 2 of", counts[1])


def test_on_a_phone_formula_and_buttons_are_seen_together(visit: Visit, lesson):
    """The buttons stay in view while the reader looks at the words or at the drawing."""
    with visit(lesson, width="phone") as page:
        page.set_viewport_size({"width": 360, "height": 720})
        root = stepper(page, "net")
        root.locator(".forward").click()
        for place in (".computation", ".stage"):
            bring(root.locator(place))
            box = root.locator(".buttons").bounding_box()
            assert box is not None
            assert box["y"] > 0 and box["y"] + box["height"] < 720 - 50  # the tools stand below
            assert root.locator(place).evaluate(
                "one => one.getBoundingClientRect().top >= 0"
                " && one.getBoundingClientRect().top < innerHeight"
            )
