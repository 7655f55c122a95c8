"""Both languages in one file, and the light and the dark look."""

import pytest
from playwright.sync_api import expect

from tests.publish.browser.browsing import (
    HANDS,
    LANGUAGES,
    Visit,
    activate,
    bring,
    read_in,
    shown,
)


@pytest.mark.parametrize(("hand", "width"), HANDS)
def test_the_switch_changes_the_language(visit: Visit, lesson, hand: str, width: str):
    """Text, title and the language that a screen reader hears; and the focus stays on it."""
    with visit(lesson, width=width, touch=hand == "touch") as page:
        assert page.evaluate("document.documentElement.lang") == "zh-Hans"
        assert page.title().endswith("审核报告")
        expect(shown(page).locator(".kind")).to_have_text("审核报告")
        activate(page, hand, shown(page).locator("button.language"))
        assert page.evaluate("document.documentElement.lang") == "en"
        assert page.title().endswith("audited report")
        expect(shown(page)).to_have_count(1)
        expect(shown(page).locator(".kind")).to_have_text("Audited report")
        expect(shown(page).locator("button.language")).to_be_focused()
        activate(page, hand, shown(page).locator("button.language"))
        expect(shown(page).locator(".kind")).to_have_text("审核报告")


def test_the_deck_keeps_its_own_language(visit: Visit, lesson):
    """A screen reader reads the Chinese of the deck as Chinese in the English report."""
    with visit(lesson) as page:
        edition = read_in(page, "en")
        assert edition.locator("h1").get_attribute("lang") == "zh-Hans"
        assert edition.locator(".slide .prose").first.get_attribute("lang") == "zh-Hans"
        assert (
            edition.locator(".claim .what").first.evaluate("e => e.closest('[lang]').lang") == "en"
        )


def test_worked_solutions_go_along(visit: Visit):
    """They stand in the file once: in each language all are there, and none is doubled."""
    filled = "e => [...e.querySelectorAll('.solution')].filter(s => s.querySelector('math')).length"
    with visit() as page:
        first = shown(page).evaluate(filled)
        assert first > 300
        edition = read_in(page, "en")
        assert edition.evaluate(filled) == first
        assert page.locator(".solution .formula").count() == first
        assert read_in(page, "zh-Hans").evaluate(filled) == first


def test_the_reader_stays_where_they_are(visit: Visit):
    """The same claim stands at the same height in the other language."""
    with visit(fragment="#claim-f30.1") as page:
        top = bring(page.locator("#claim-f30\\.1")).evaluate("e => e.getBoundingClientRect().top")
        read_in(page, "en")
        # Other claims above it on the screen may take more or fewer lines in English.
        page.wait_for_function(
            """top => Math.abs(
                document.getElementById("en.claim-f30.1").getBoundingClientRect().top - top
            ) < 60""",
            arg=top,
        )


def test_a_link_leads_into_the_other_language(visit: Visit):
    """An address that was copied while reading English opens in English."""
    with visit(fragment="#en.claim-f30.1") as page:
        assert shown(page).get_attribute("lang") == "en"
        expect(page.locator("#en\\.claim-f30\\.1")).to_be_in_viewport()


@pytest.mark.parametrize("fragment", ["#no-such-thing", "#%E0%A4%A", "#en.", '#"<b>'])
def test_an_address_that_names_nothing_opens_the_page(visit: Visit, lesson, fragment: str):
    """In the first language, and without a word on the console."""
    with visit(lesson, fragment=fragment) as page:
        assert shown(page).get_attribute("lang") == "zh-Hans"


@pytest.mark.parametrize(
    ("hand", "width", "dark"),
    [(*hand, dark) for hand, dark in zip(HANDS, (False, True, True), strict=True)],
)
def test_the_look_can_be_turned(visit: Visit, lesson, hand: str, width: str, dark: bool):
    """It begins as the system has it; the button turns it, and tells which it is."""
    background = "getComputedStyle(document.body).backgroundColor"
    looks = ["rgb(255, 255, 255)", "rgb(20, 23, 28)"]
    with visit(lesson, width=width, touch=hand == "touch", dark=dark) as page:
        button = shown(page).locator("button.look")
        for turned in (dark, not dark, dark):
            assert page.evaluate(background) == looks[turned]
            expect(button).to_have_attribute("aria-pressed", str(turned).lower())
            activate(page, hand, button)


def test_every_formula_is_told_in_the_words_of_the_language(visit: Visit, lesson):
    """Also those of the worked solutions, which the switch carries over, and back again."""
    with visit(lesson) as page:
        told: dict[str, list[str]] = {}
        for language in (*LANGUAGES, LANGUAGES[0]):
            edition = read_in(page, language)
            unseen = ":not(.unseen + [aria-hidden] *)"
            edition.locator(".stepper .forward").click()
            computed = edition.locator(".stepper .computation math")
            computed.first.wait_for()
            untold = edition.locator(f"main math:not([aria-label]){unseen}")
            assert untold.count() == (computed.count() if language == "en" else 0)
            formula = edition.locator(".solution math", has_text="net").first
            told.setdefault(language, []).append(formula.get_attribute("aria-label") or "")
        (english,) = told["en"]
        assert english.startswith("net h1 equals w 1 times l 1 plus w 2 times l 2 plus b 1 times 1")
        first, again = told["zh-Hans"]
        assert "等于" in first and first == again
