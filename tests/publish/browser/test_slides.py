"""The slides in a browser: nothing overflows, and they can be played by keyboard and by touch."""

import re

import pikepdf
import pytest
from playwright.sync_api import expect

from tests.publish.browser.browsing import Visit, violations_in_both_looks

OVERFLOWING = """() => [...document.querySelectorAll(".slide")].flatMap((slide) => {
    const frame = slide.getBoundingClientRect();
    const sheet = slide.querySelector(".sheet");
    const foot = slide.querySelector(".foot").getBoundingClientRect();
    const out = [...sheet.querySelectorAll("*")].filter((element) => {
        const box = element.getBoundingClientRect();
        return box.width && box.height && (box.right > frame.right + 1 || box.left < frame.left - 1
            || (box.bottom > foot.bottom + 1));
    });
    const cut = sheet.scrollHeight > sheet.clientHeight + 2;
    return cut || out.length ? [`${slide.id}: ${sheet.scrollHeight - sheet.clientHeight} `
        + out.map((element) => element.outerHTML.slice(0, 80)).join(" ")] : [];
})"""
"""What is not within its slide."""


def box_of(locator):
    """Left, width and height."""
    box = locator.bounding_box()
    assert box is not None
    return box["x"], box["width"], box["height"]


def current(page):
    return page.locator(".slide.current").get_attribute("id")


@pytest.fixture
def deck(made_slides):
    return made_slides("LESSON").html


class TestNothingOverflows:
    @pytest.mark.parametrize("name", ["zh", "en", "LONG", "WRONG"])
    @pytest.mark.parametrize("scripting", [True, False], ids=["script", "no script"])
    def test_on_a_screen(self, visit: Visit, made_slides, name, scripting):
        """All slides below each other, as they stand without a script, and after it has run."""
        with visit(made_slides(name).html, scripting=scripting) as page:
            if scripting:
                page.keyboard.press("a")
            assert page.evaluate(OVERFLOWING) == []

    def test_on_a_phone(self, visit: Visit, deck):
        """A slide is as high as it needs to be; what is wide scrolls by itself."""
        with visit(deck, width="phone") as page:
            assert page.evaluate("document.documentElement.scrollWidth") <= 360
            sizes = page.evaluate(
                "[...document.querySelectorAll('.sheet p, .sheet li')].map("
                "e => parseFloat(getComputedStyle(e).fontSize))"
            )
            assert min(sizes) >= 12

    def test_on_paper(self, visit: Visit, deck, made_slides, tmp_path):
        """The browser prints one slide a page, in light colours, also from the dark."""
        with visit(deck, dark=True) as page:
            target = tmp_path / "printed.pdf"
            page.pdf(path=target, prefer_css_page_size=True, print_background=True)
        with pikepdf.open(target) as document:
            assert len(document.pages) == len(made_slides("LESSON").view.pages)


class TestPlaying:
    def test_keys_turn_the_slides(self, visit: Visit, deck, made_slides):
        """Arrows, space, page keys, home and end; what a remote control sends is among them."""
        count = len(made_slides("LESSON").view.pages)
        steps = {
            "ArrowRight": 2,
            "Space": 3,
            "PageDown": 4,
            "ArrowDown": 5,
            "ArrowLeft": 4,
            "Shift+Space": 3,
            "PageUp": 2,
            "ArrowUp": 1,
            "Backspace": 1,
            "End": count,
            "PageDown ": count,
            "Home": 1,
        }
        with visit(deck) as page:
            assert current(page) == "slide-1"
            for key, expected in steps.items():
                page.keyboard.press(key.strip())
                assert (key, current(page)) == (key, f"slide-{expected}")
                assert page.locator(".slide:visible").count() == 1

    def test_a_slide_has_an_address(self, visit: Visit, deck):
        """To come back to, and for a link to a footnote or from the list of corrections."""
        with visit(deck, fragment="#slide-12") as page:
            assert current(page) == "slide-12"
            page.keyboard.press("ArrowRight")
            assert page.evaluate("location.hash") == "#slide-13"
            page.keyboard.press("End")
            link = page.locator(".slide.current .place").first
            target = link.get_attribute("href") or ""
            link.click()
            # The browser tells the page of the new address when it comes to it.
            expect(page.locator(".slide.current")).to_have_id(target[1:])

    def test_the_slide_fills_the_window(self, visit: Visit, deck):
        """As large as 16 by 9 can be, and the type with it."""
        with visit(deck) as page:
            for width, height in ((1440, 900), (1000, 900), (1440, 500)):
                page.set_viewport_size({"width": width, "height": height})
                _, across, down = box_of(page.locator(".slide.current"))
                assert abs(across / down - 16 / 9) < 0.01
                assert abs(across - min(width, height * 16 / 9)) < 2

    def test_the_overview_shows_all_and_opens_one(self, visit: Visit, deck, made_slides):
        """By key and pointer."""
        with visit(deck) as page:
            page.keyboard.press("o")
            assert page.locator(".slide:visible").count() == len(made_slides("LESSON").view.pages)
            page.keyboard.press("ArrowRight")
            page.keyboard.press("ArrowRight")
            page.keyboard.press("Enter")
            assert current(page) == "slide-3"
            page.keyboard.press("Escape")
            page.locator("#slide-6").click()
            assert current(page) == "slide-6"
            assert page.locator(".slide:visible").count() == 1

    def test_notes_say_what_the_audit_says(self, visit: Visit, deck, made_slides):
        """Beside the slide, on demand: the verdict on the original and its sentence."""
        view = made_slides("LESSON").view
        number = next(page.number for page in view.pages if page.remarks)
        with visit(deck, fragment=f"#slide-{number}") as page:
            notes = page.locator(f"#notes-{number}")
            assert not notes.is_visible()
            page.keyboard.press("n")
            assert notes.is_visible()
            assert notes.locator(".badge").count() == len(view.pages[number - 1].remarks)
            left, across, _ = box_of(page.locator(".slide.current"))
            assert left + across <= box_of(notes)[0] + 1

    def test_the_presenter_has_a_window(self, visit: Visit, deck):
        """It shows this slide, the next, and the notes; keys in it turn the slides."""
        with visit(deck) as page:
            with page.expect_popup() as opened:
                page.keyboard.press("p")
            window = opened.value
            assert window.locator(".now .slide").get_attribute("id") == "slide-1"
            window.keyboard.press("ArrowRight")
            assert current(page) == "slide-2"
            assert window.locator(".now .slide").get_attribute("id") == "slide-2"
            assert window.locator(".next .slide").get_attribute("id") == "slide-3"

    def test_buttons_and_what_a_screen_reader_hears(self, visit: Visit, deck):
        """They do what the keys do, and each turn is told."""
        with visit(deck) as page:
            page.locator(".controls").hover()
            page.get_by_role("button", name=re.compile("右方向键")).click()
            assert current(page) == "slide-2"
            assert "第 2 张" in page.locator("[role=status]").inner_text()

    def test_a_swipe_turns_the_slides(self, visit: Visit, deck):
        """On a screen that is touched."""
        with visit(deck, width="tablet", touch=True) as page:
            for start, end, expected in ((600, 200, 2), (200, 600, 1)):
                swipe = {
                    "touchstart": [{"identifier": 0, "clientX": start, "clientY": 200}],
                    "touchend": [{"identifier": 0, "clientX": end, "clientY": 210}],
                }
                for kind, touches in swipe.items():
                    page.evaluate(
                        """([kind, [touch]]) => {
                            const made = new Touch({...touch, target: document.body});
                            document.body.dispatchEvent(new TouchEvent(kind, {bubbles: true,
                                touches: kind === "touchend" ? [] : [made],
                                changedTouches: [made]}));
                        }""",
                        [kind, touches],
                    )
                assert current(page) == f"slide-{expected}"


@pytest.mark.parametrize("mode", ["show", "o", "a", "n"])
def test_axe_finds_nothing(visit: Visit, made_slides, mode):
    """In either look, played, in the overview, below each other, and with notes."""
    with visit(made_slides("WRONG").html, fragment="#slide-2") as page:
        if mode != "show":
            page.keyboard.press(mode)
        assert violations_in_both_looks(page) == []


def test_without_scripting_all_slides_are_there(visit: Visit, deck, made_slides):
    """Below each other, and nothing offers what cannot be done."""
    with visit(deck, scripting=False) as page:
        assert page.locator(".slide:visible").count() == len(made_slides("LESSON").view.pages)
        assert not page.locator(".controls").is_visible()


def test_every_picture_is_as_large_as_its_slide_allows(visit: Visit, deck):
    """Also a drawing that brings a font size of its own: half the width or half the height."""
    with visit(deck, scripting=False) as page:
        shares = page.evaluate(
            """() => [...document.querySelectorAll(".slide .picture svg")].map((one) => {
                const sheet = one.closest(".sheet").getBoundingClientRect();
                const box = one.getBoundingClientRect();
                return Math.max(box.width / sheet.width, box.height / sheet.height);
            })"""
        )
    assert shares
    assert min(shares) > 0.4, shares
