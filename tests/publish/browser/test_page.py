"""The report in a browser: what holds of the whole page."""

import itertools
from io import BytesIO

import pytest
from matplotlib.image import imread
from playwright.sync_api import expect

from tests.publish.browser.browsing import (
    LANGUAGES,
    WIDTHS,
    Visit,
    empty_formulas,
    read_in,
    shown,
    violations,
    violations_in_both_looks,
)
from tests.publish.decks import DECKS


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_screen(visit: Visit, width: str):
    """What is wide scrolls in a box of its own; the page only scrolls down."""
    with visit(width=width) as page:
        for language, prefix in zip(LANGUAGES, ("", "en."), strict=True):
            read_in(page, language)
            for place in ("findings", "slide-9", "worked", "appendix"):
                page.evaluate("hash => location.hash = hash", f"#{prefix}{place}")
                assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[width]


def test_axe_finds_nothing(visit: Visit):
    """Names, roles, order of headings, contrast in either look, and all else that axe knows."""
    with visit() as page:
        empty_formulas(page)
        assert violations_in_both_looks(page) == []


@pytest.mark.parametrize(
    ("width", "language"), [("phone", "en"), ("tablet", "zh-Hans"), ("desktop", "en")]
)
def test_axe_finds_nothing_in_what_opens(visit: Visit, small_report, width: str, language: str):
    """The page with its contents open, with a search, a filter, and the card of a number."""
    with visit(small_report("errors"), width=width) as page:
        edition = read_in(page, language)
        opener = edition.locator(".open-contents")
        if opener.is_visible():
            opener.click()
            edition.locator(".contents.open").wait_for()
            assert violations_in_both_looks(page) == []
            page.keyboard.press("Escape")
        edition.locator(".search input").fill("a")
        edition.locator(".found").wait_for()
        assert violations_in_both_looks(page) == []
        page.keyboard.press("Escape")
        edition.locator(".open-filter").click()
        edition.locator(".choice").first.click()
        assert violations_in_both_looks(page) == []
        edition.locator(".panel .all").click()
        page.keyboard.press("Escape")
        edition.locator(".claim.error .badge").first.focus()
        page.keyboard.press("Enter")
        edition.locator(".card").wait_for()
        assert violations_in_both_looks(page) == []


@pytest.mark.parametrize("name", [name for name in DECKS if name != "lesson"])
def test_other_decks_make_sound_pages(visit: Visit, small_report, name: str):
    """With one kind of worked example only, without formulas, and without anything."""
    with visit(small_report(name), width="phone") as page:
        for language in LANGUAGES:
            read_in(page, language)
            assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS["phone"]
        empty_formulas(page)
        for language in LANGUAGES:
            read_in(page, language)
            assert violations(page) == []


def test_it_can_be_read_without_scripting(visit: Visit):
    """In one language, with all claims and links, and without controls that would do nothing."""
    with visit(scripting=False) as page:
        expect(shown(page)).to_have_count(1)
        assert shown(page).get_attribute("lang") == "zh-Hans"
        rows = shown(page).locator("tr.claim")
        assert rows.count() > 100
        for row in (rows.first, rows.last):
            row.wait_for()
        expect(page.locator("button:visible, input:visible")).to_have_count(0)
        page.locator("#findings .places a").first.click()
        expect(page.locator(".claim:target")).to_be_in_viewport()


def test_the_policy_stops_what_the_page_does_not_bring(visit: Visit, lesson):
    """A script that gets into the page does not run, and the browser says why."""
    titles = []

    def smuggle() -> None:
        with visit(lesson) as page:
            page.evaluate(
                """() => {
                    const script = document.createElement("script");
                    script.textContent = "document.title = 'taken'";
                    document.body.append(script);
                }"""
            )
            titles.append(page.title())

    with pytest.raises(AssertionError, match="Content Security Policy"):
        smuggle()
    assert titles != ["taken"]


def test_on_paper_there_is_the_page_and_no_control(visit: Visit):
    """Printed from the browser: nothing put away, nothing to press, whatever the look."""
    with visit(dark=True) as page:
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print")
        assert page.locator("details:visible:not([open])").count() == 0
        expect(page.locator("button:visible, input:visible")).to_have_count(0)
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert paper == "rgb(255, 255, 255)"


def test_the_watch_hears_and_axe_sees(visit: Visit, tmp_path):
    """The guards of these tests themselves, on a page with a fault of each kind."""
    path = tmp_path / "bad.html"
    path.write_text("<img src='https://example.org/x.png'>")
    with pytest.raises(AssertionError, match=r"request: https://example\.org"), visit(path) as page:
        assert any(found.startswith("image-alt") for found in violations(page))
    path.write_text("<script>console.log('said')</script>")
    with pytest.raises(AssertionError, match="log: said"), visit(path):
        pass


POINTS = r"""table => [...table.rows].slice(1).map((row) => [...row.cells].map((cell) => {
    const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    let found = null;
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
        if (!/^[−\d.]+$/.test(text.data)) continue;
        const range = document.createRange();
        const point = text.data.indexOf(".");
        range.selectNode(text);
        if (point >= 0) range.setStart(text, point);
        const { left, right } = range.getBoundingClientRect();
        found = point < 0 ? right : left;
    }
    return found;
}))"""
"""Where the decimal point of each number of a table is, or would be."""


def test_the_deck_s_own_columns_are_aligned(visit: Visit, small_report):
    """Text and formulas, whatever the alignment that the deck says."""
    with visit(small_report("tables")) as page:
        tables = shown(page).locator(".prose table")
        for table in range(3):
            rows = tables.nth(table).evaluate(POINTS)
            for column in zip(*rows, strict=True):
                places = [place for place in column if place is not None]
                # of a pixel; a digit is 7 wide
                assert max(places, default=0) - min(places, default=0) < 1.5, (table, column)


def test_levels_are_told_apart_without_colours(visit: Visit, lesson):
    """Each has a pattern of its own in the bar and beside its word: so much of it is dark."""
    shares = {}
    with visit(lesson) as page:
        page.emulate_media(media="print")
        for level in ("right", "note", "error", "unchecked"):
            swatch = shown(page).locator(f".score .{level} i")
            grey = imread(BytesIO(swatch.screenshot()))[..., :3].mean(axis=2)
            shares[level] = float((grey < 0.6).mean())
            beside = swatch.evaluate("one => getComputedStyle(one).backgroundImage")
            bar = shown(page).locator(f".bar .{level}")
            if bar.count():
                same = bar.first.evaluate("one => getComputedStyle(one).backgroundImage")
                assert same == beside
    ordered = sorted(shares.values())
    assert min(b - a for a, b in itertools.pairwise(ordered)) > 0.1, shares


LOOSE = r"""() => [...document.querySelectorAll("math")].filter((math) => {
    const behind = math.nextSibling?.nodeType === Node.TEXT_NODE ? math.nextSibling.data : "";
    if (!/^[,.;:!?，。；：、！？）]/.test(behind)) return false;
    const range = document.createRange();
    range.setStart(math.nextSibling, 0);
    range.setEnd(math.nextSibling, 1);
    const [sign, formula] = [range, math].map((one) => one.getBoundingClientRect());
    return formula.width && Math.abs(sign.left - formula.right) > 4;
}).map((math) => math.parentElement.textContent)"""
"""Formulas whose punctuation stands elsewhere, such as at the beginning of the next line."""


def test_no_line_begins_with_punctuation_behind_a_formula(visit: Visit, lesson):
    """However narrow the page is; browsers by themselves break lines there."""
    with visit(lesson) as page:
        held = page.locator("main span[style*=nowrap]:visible").count()
        assert held > 1
        for width in range(320, 600, 7):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate(LOOSE) == [], width
