"""Finding one's way: filter, search, and contents that follow."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.publish.browser.browsing import (
    HANDS,
    LANGUAGES,
    WIDTHS,
    Visit,
    activate,
    read_in,
    shown,
)


@pytest.fixture(scope="module")
def whole(visit: Visit) -> Iterator[Page]:
    """The built-in report, opened once for all searches in it."""
    with visit() as page:
        yield page


def claims(edition: Locator) -> Locator:
    return edition.locator("tr.claim:visible")


@pytest.mark.parametrize(
    ("hand", "width", "language"),
    [(*hand, language) for hand, language in zip(HANDS, ("zh-Hans", "en", "zh-Hans"), strict=True)],
)
def test_the_filter_leaves_the_chosen_verdicts(
    visit: Visit, lesson, hand: str, width: str, language: str
):
    """As many claims as the button says, only those slides, and one step back to all."""
    with visit(lesson, width=width, touch=hand == "touch") as page:
        edition = read_in(page, language)
        rows = edition.locator("tr.claim").count()
        activate(page, hand, edition.locator(".open-filter"))
        choice = edition.locator('.choice[data-verdict="explained"]')
        activate(page, hand, choice)
        expect(choice).to_have_attribute("aria-pressed", "true")
        number = choice.locator(".number").inner_text()
        left = edition.locator("tr.claim:not([hidden])")
        assert left.count() == int(number)
        assert set(left.evaluate_all("rows => rows.map(row => row.dataset.verdict)")) == {
            "explained"
        }
        assert number in edition.locator(".filtered span").inner_text()
        slides = edition.locator("article.slide:not([hidden])").count()
        assert 0 < slides <= int(number)
        links = edition.locator(".contents li li:not([hidden]) a[href*='slide-']")
        assert links.count() == slides
        page.keyboard.press("Escape")
        edition.locator(".panel.filter").wait_for(state="hidden")
        activate(page, hand, edition.locator(".filtered .all"))
        assert edition.locator("tr.claim:not([hidden])").count() == rows


def test_the_filter_holds_in_the_other_language(visit: Visit, lesson):
    """What is chosen stays chosen."""
    with visit(lesson) as page:
        shown(page).locator(".open-filter").click()
        shown(page).locator('.choice[data-verdict="last-digit"]').click()
        page.keyboard.press("Escape")
        before = claims(shown(page)).count()
        edition = read_in(page, "en")
        assert claims(edition).count() == before == 1
        chosen = edition.locator('.choice[aria-pressed="true"]')
        assert chosen.evaluate_all("all => all.map(one => one.dataset.verdict)") == ["last-digit"]


def test_a_link_to_a_claim_that_is_filtered_out_shows_it(visit: Visit, lesson):
    """Links always lead somewhere."""
    with visit(lesson) as page:
        shown(page).locator(".open-filter").click()
        shown(page).locator('.choice[data-verdict="given"]').click()
        page.keyboard.press("Escape")
        place = shown(page).locator(".findings .places a").first
        target = (place.get_attribute("href") or "")[1:]
        place.click()
        expect(page.locator(f'[id="{target}"]')).to_be_in_viewport()


def search(page: Page, edition: Locator, text: str) -> Locator:
    """Type it after `/`, and give what is found."""
    page.keyboard.press("/")
    expect(edition.locator(".search input")).to_be_focused()
    page.keyboard.type(text)
    return edition.locator(".found [role=option]")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_symbol_is_found_however_it_is_typed(visit: Visit, lesson, language: str):
    """Claims that are about it come first, and its value among the givens is there."""
    with visit(lesson) as page:
        edition = read_in(page, language)
        for typed in ("w_3", "w_{3}", "w3", r"\mathrm{w}_3", "W_3"):
            edition.locator(".search input").fill(typed)
            found = edition.locator(".found [role=option]")
            assert found.count() > 3, typed
            names = [text.split("\n")[0] for text in found.locator("b").all_inner_texts()]
            assert names[0].startswith("w3"), typed
            assert found.first.get_attribute("aria-selected") == "true", typed


def test_enter_goes_to_what_was_found(visit: Visit, lesson):
    """The keyboard alone: search, choose, arrive, with the focus there."""
    with visit(lesson) as page:
        found = search(page, shown(page), "net_{h1}")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Enter")
        found.first.wait_for(state="hidden")
        arrived = page.locator("tr.claim:target")
        expect(arrived).to_be_in_viewport()
        assert "net_{h1}" in (arrived.get_attribute("data-symbols") or "")
        expect(arrived.locator(".badge")).to_be_focused()


def test_a_solution_that_is_put_away_is_opened(visit: Visit, lesson):
    """Search finds quantities as well as claims, wherever they are worked out."""
    with visit(lesson) as page:
        found = search(page, shown(page), r"\partial net_{h1}/\partial w_1")
        found.first.click()
        arrived = page.locator(".solution:target")
        expect(arrived).to_be_in_viewport()
        expect(arrived).to_be_focused()


def test_a_printed_number_is_found(visit: Visit, lesson):
    """Whoever has the slide in hand types what it prints."""
    with visit(lesson, width="phone", touch=True) as page:
        shown(page).locator(".search input").tap()
        page.keyboard.type("1.051174")
        found = shown(page).locator(".found [role=option]")
        assert found.count() >= 1
        found.first.tap()
        expect(page.locator("tr.claim:target")).to_contain_text("1.051174")


@pytest.mark.parametrize(
    "typed",
    [
        r"\frac{\partial E_{total}}{\partial w_7}",
        r"\dfrac{\partial E}{\partial w_7}",
        r"\frac{\partial E}",
        "∂E/∂w7",
    ],
)
def test_a_derivative_is_found_as_it_is_typed_in_latex(whole: Page, typed: str):
    """Also while the formula is still being typed."""
    edition = shown(whole)
    edition.locator(".search input").fill(typed)
    first = edition.locator(".found [role=option] b").first
    expect(first).to_contain_text("∂E")
    if "7" in typed:
        expect(first).to_contain_text("∂w7")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("学习率", "try-lab"),
        ("learning rate", "try-lab"),
        ("链式法则", "slide-"),
        ("Error", "error"),
    ],
)
def test_words_find_headings_and_sentences(whole: Page, language: str, typed: str, found: str):
    """Headings in either language come first, and lead to what stands below them."""
    edition = read_in(whole, language)
    edition.locator(".search input").fill(typed)
    options = edition.locator(".found [role=option]")
    ids = options.evaluate_all("all => all.map((one) => one.entry.element.id)")
    headings = options.evaluate_all("all => all.map((one) => Boolean(one.entry.heading))")
    place = next(place for place, name in enumerate(ids) if found in name)
    assert all(headings[: place + 1])
    options.nth(place).click()
    expect(whole.locator(f'[id="{ids[place]}"]')).to_be_in_viewport()


def test_words_find_what_the_audit_says(visit: Visit, lesson):
    """A claim by the words of its sentence."""
    with visit(lesson) as page:
        edition = read_in(page, "en")
        edition.locator(".search input").fill("two neighbouring digits")
        sentences = edition.locator("tr.claim .what", has_text="two neighbouring digits").count()
        assert edition.locator(".found [role=option]").count() >= sentences


def test_nothing_found_is_said(visit: Visit, lesson):
    """In words, and Escape leaves the search."""
    with visit(lesson) as page:
        edition = read_in(page, "en")
        found = search(page, edition, "no such symbol")
        expect(found).to_have_count(0)
        expect(edition.locator(".search .count")).to_have_text("nothing found")
        page.keyboard.press("Escape")
        expect(edition.locator(".search input")).to_have_value("")


@pytest.mark.parametrize("width", WIDTHS)
def test_the_contents_follow_the_reader(visit: Visit, lesson, width: str):
    """The section that is read is the one that is marked, and its link can be seen."""
    with visit(lesson, width=width) as page:
        edition = shown(page)
        marked = edition.locator(".contents a[aria-current]")
        for slide in ("slide-12", "slide-3"):
            page.evaluate("id => document.getElementById(id).scrollIntoView()", slide)
            expect(marked).to_have_attribute("href", f"#{slide}")
        opener = edition.locator(".open-contents")
        if width != "desktop":
            opener.wait_for()
            opener.click()
            expect(marked).to_be_focused()
        else:
            opener.wait_for(state="hidden")
        expect(marked).to_be_in_viewport()


def test_the_same_place_has_the_same_mark_from_wherever_the_reader_comes(visit: Visit):
    """Far jumps as well: what they land on gets its height only then."""
    place = """(top) => new Promise((done) => {
        window.scrollTo(0, top);
        const since = performance.now();
        const look = () => {
            const links = [...document.querySelectorAll(".edition:not([hidden]) .contents a")];
            const begun = links.filter((link) => {
                const target = document.getElementById(link.getAttribute("href").slice(1));
                return target.getBoundingClientRect().top <= window.innerHeight / 4;
            });
            const marked = links.filter((link) => link.matches("[aria-current]"));
            const told = [marked, begun.slice(-1)].map((all) => all.map((one) => one.textContent));
            // The mark follows once the page is drawn, which takes a while on a busy machine.
            const wait = told[0].join() === told[1].join() ? 150 : 5000;
            if (performance.now() - since > wait) done(told);
            else setTimeout(look, 50);
        };
        look();
    })"""
    with visit() as page:
        shown(page).locator(".tools").wait_for()
        down = list(range(7000, 50_000, 7000))
        for top in [*down, 10**6, *reversed(down)]:
            marked, begun = page.evaluate(place, top)
            assert marked == begun


def test_the_contents_open_over_a_narrow_page(visit: Visit, lesson):
    """A tap opens them, a tap on a line goes there and closes them, and Escape closes them."""
    with visit(lesson, width="phone", touch=True) as page:
        edition = shown(page)
        contents, opener = edition.locator(".contents"), edition.locator(".open-contents")
        opener.tap()
        expect(contents).to_have_class("contents open")
        contents.locator("a[href='#slide-5']").tap()
        expect(contents).to_have_class("contents")
        expect(page.locator("#slide-5 h3")).to_be_in_viewport()
        opener.tap()
        page.keyboard.press("Escape")
        expect(contents).to_have_class("contents")
        expect(opener).to_be_focused()


def test_the_contents_lead_to_all_that_can_be_tried_out(visit: Visit, lesson):
    """Each by its own title, in the order of the page."""
    with visit(lesson) as page:
        edition = shown(page)
        widgets = edition.locator(".widget").evaluate_all(
            "all => all.map(one => [`#${one.id}`, one.querySelector('h4').textContent])"
        )
        links = edition.locator(".contents a[href*='try-']").evaluate_all(
            "all => all.map(one => [one.getAttribute('href'), one.textContent])"
        )
        assert links == widgets != []
