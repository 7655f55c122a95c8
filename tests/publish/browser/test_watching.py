"""The live preview in a browser: what is saved is seen, at the same place, and errors are told."""

import contextlib

import pytest

from bpreport.deck import builtin
from bpreport.publish.watching import Preview, serving
from tests.publish.browser.browsing import violations
from tests.publish.decks import LESSON

LINES = "\n\n".join(f"## Slide {n}\n\n$$a_{{{n}}} = {n} + {n} = {2 * n}$$" for n in range(1, 40))
DECK = f"# Notes\n\n{LINES}\n"
BROKEN = "---\nworked:\n  net: {kind: perceptrom}\n---\n# Notes\n"


@pytest.fixture
def previewed(browser, tmp_path):
    """A preview and its page in the browser, which must stay silent while the server is there."""

    @contextlib.contextmanager
    def opened(text, **options):
        path = tmp_path / "notes.md"
        path.write_text(text, encoding="utf-8")
        preview = Preview(path, "en")
        preview.refresh()
        heard: list[str] = []
        context = browser.new_context(viewport={"width": 1440, "height": 900}, **options)
        context.set_default_timeout(30_000)
        page = context.new_page()
        page.on("console", lambda message: heard.append(message.text))
        page.on("pageerror", lambda error: heard.append(str(error)))
        with serving(preview) as address:
            page.on(
                "request",
                lambda request: (
                    None
                    if request.url.startswith((address, "data:"))
                    else heard.append(request.url)
                ),
            )
            page.goto(address)
            yield page, preview
            assert heard == []
            context.close()

    return opened


TOP = "document.getElementById('slide-30').getBoundingClientRect().top"


def report_in(page):
    return next(frame for frame in page.frames if "/report" in frame.url)


def saved(preview, text):
    preview.path.write_text(text, encoding="utf-8")
    assert preview.refresh()


def seen(page, version):
    page.locator(f"html[data-version='{version}']").wait_for(state="attached")


def test_what_is_saved_is_seen_where_the_reader_was(previewed):
    """The new report is scrolled to what stood at the top of the window, not to a number."""
    with previewed(DECK) as (page, preview):
        seen(page, 1)
        report = report_in(page)
        for _ in range(5):  # the heights of what comes into view settle
            report.evaluate("document.getElementById('slide-30').scrollIntoView()")
            page.wait_for_timeout(150)
        before = report.evaluate(TOP)
        assert 0 <= before < 100
        # Three more formulas above what is read.
        more = DECK.replace("## Slide 2\n", "$$b = 1 + 1 = 2$$\n\n" * 3 + "## Slide 2\n")
        saved(preview, more)
        seen(page, 2)
        report = report_in(page)
        page.wait_for_timeout(500)
        after = report.evaluate(TOP)
        assert abs(after - before) < 3
        assert len(page.frames) == 2  # the old one is gone


def test_an_error_is_told_above_the_former_report(previewed):
    """With its place; and it goes with the next save."""
    with previewed(DECK) as (page, preview):
        seen(page, 1)
        saved(preview, BROKEN)
        told = page.get_by_role("alert")
        told.get_by_text("notes.md:3:9: worked.net.kind: expected one of").wait_for()
        assert "below is its report from before" in told.inner_text()
        assert report_in(page).locator("#slide-3").count() == 1
        assert violations(page) == []
        saved(preview, DECK + "\n")
        seen(page, 2)
        assert not told.is_visible()


def test_a_deck_that_is_broken_from_the_start(previewed):
    """The page is there, says why, and shows the report once there is one."""
    with previewed(BROKEN) as (page, preview):
        page.get_by_role("alert").get_by_text("expected one of").wait_for()
        saved(preview, DECK)
        seen(page, 1)
        assert report_in(page).locator("#slide-3").count() == 1


def test_an_error_is_text(previewed):
    """What a deck says in an error message is no markup of the page."""
    broken = BROKEN.replace("perceptrom", "'<img src=x onerror=alert(1)>'")
    with previewed(broken) as (page, _):
        page.get_by_role("alert").get_by_text("<img src=x").wait_for()
        assert page.locator("img").count() == 0


def test_the_end_of_the_preview_is_told(previewed):
    """Else a reader would wait for a report that never comes."""
    with previewed(DECK) as (page, preview):
        seen(page, 1)
        preview.close()
        page.get_by_role("alert").get_by_text("The preview has ended").wait_for()


def test_without_scripting_it_shows_the_report(previewed):
    """As it was when the page was opened."""
    with previewed(DECK, java_script_enabled=False) as (page, _):
        page.frame_locator("iframe").locator("#slide-3").wait_for()


# What has changed is put in place. A mark on the window tells whether it is still the same page.

SLIDE = "## Between\n\n$$b = 0.733020 (1 - 0.733020) = 0.195072$$\n\n"
TITLE = "## 第 9 页\n"

SAVES = {
    "a digit of a formula": lambda text: text.replace("= 2.35$$", "= 2.36$$"),
    "a word": lambda text: text.replace("再看一遍", "再看两遍", 3),
    "a line above all": lambda text: text.replace("一个**小网络**", "开始。\n\n一个**小网络**"),
    "a slide more": lambda text: text.replace(TITLE, SLIDE + TITLE),
    "a slide less": lambda text: text.replace(text[text.index(TITLE) :].split("\n## ")[0], ""),
    "slides and formulas here and there": lambda text: text.replace(
        "## 隐层", f"{SLIDE}## 隐层"
    ).replace("$$w_3 = 0.4$$", "$$w_3 = 0.5$$", 2),
    "a formula that is not understood": lambda text: text.replace("b_1 = 0.35", "b_1 + = 0.35"),
}

AS_IT_IS = """() => [...document.querySelectorAll("body *")].map((element) => {
    const own = [...element.attributes].filter(({ name }) => /^(id|href|lang|data-.*)$/.test(name));
    const classes = [...element.classList].filter((name) => !/^(pointed|looked-at)$/.test(name));
    const text = element.children.length ? "" : element.textContent;
    const told = own.map(({ name, value }) => `${name}=${value}`);
    return [element.nodeName, ...told, ...classes, text];
}).filter(([name]) => name !== "SCRIPT").map((parts) => parts.join(" ").trim())"""
"""What a page says and where it leads, element by element."""

DRAWN = """() => [...document.querySelectorAll(".widget svg")].every(
    (drawing) => drawing.childElementCount || !drawing.parentElement.clientWidth
)"""
"""Whether the widgets are drawn: they wait until the browser tells them how wide they are."""


def marked(page):
    return report_in(page).evaluate("window.marked === true")


def test_what_has_changed_is_put_in_place(previewed):
    """The page stays, and says what the same report says that is loaded."""
    with previewed(LESSON) as (page, preview):
        seen(page, 1)
        report_in(page).wait_for_function(DRAWN)
        report_in(page).evaluate("window.marked = true")
        other = page.context.new_page()
        for version, (name, changed) in enumerate(SAVES.items(), 2):
            text = changed(LESSON)
            assert text != LESSON, name
            saved(preview, text)
            seen(page, version)
            assert marked(page), name
            other.goto(f"{page.url}report")
            other.wait_for_function(DRAWN)
            assert report_in(page).evaluate(AS_IT_IS) == other.evaluate(AS_IT_IS), name
            assert page.title() == other.title(), name


def test_what_is_put_in_place_works(previewed):
    """Its numbers can be looked at, it is found, filtered and in the contents."""
    with previewed(LESSON) as (page, preview):
        seen(page, 1)
        report = report_in(page)
        report.evaluate("window.marked = true")
        report.locator(".open-filter").click()
        report.locator('.choice[data-verdict="explained"]').click()
        page.keyboard.press("Escape")
        rows = report.locator("tr.claim:not([hidden])")
        before = rows.count()
        saved(preview, LESSON.replace(TITLE, SLIDE + TITLE))
        seen(page, 2)
        assert rows.count() == before + 1
        report.locator(".contents a", has_text="Between").click()
        report.locator("mn.error", has_text="0.195072").hover()
        report.locator(".card").get_by_text("0.195702").first.wait_for()
        page.keyboard.press("/")
        page.keyboard.type("Between")
        report.locator(".found [role=option]", has_text="Between").wait_for()
        assert marked(page)


def test_what_the_reader_has_open_stays_open(previewed):
    """A card tells the new, what is unfolded stays so, and a widget where it was."""
    with previewed(LESSON) as (page, preview):
        seen(page, 1)
        report = report_in(page)
        report.locator(".stepper .forward").click()
        step = report.locator(".stepper .count").inner_text()
        report.locator("details summary").first.click()
        report.locator("mn[data-claim]", has_text="2.35").first.hover()
        card = report.locator(".card")
        card.get_by_text("2.35").first.wait_for()
        saved(preview, LESSON.replace("= 2.35$$", "= 2.36$$"))
        seen(page, 2)
        card.get_by_text("2.36").first.wait_for()
        assert report.locator("details").first.evaluate("details => details.open")
        assert report.locator(".stepper .count").inner_text() == step


def test_what_scripts_work_on_is_loaded(previewed):
    """Other numbers for the stepper are another page, at the same place."""
    with previewed(LESSON) as (page, preview):
        seen(page, 1)
        report_in(page).evaluate("window.marked = true")
        saved(preview, LESSON.replace("learning_rate: 0.5", "learning_rate: 0.25"))
        seen(page, 2)
        assert not marked(page)
        assert len(page.frames) == 2
        report_in(page).locator(".stepper .forward").click()


def test_the_built_in_deck_is_changed_in_place(previewed):
    """A digit, an iteration that the scrubber shows beside its own, an error, a slide."""
    text = builtin("zh").read_text(encoding="utf-8")
    place = text.index("\n## ", len(text) // 2)
    with previewed(text) as (page, preview):
        seen(page, 1)
        report_in(page).evaluate("window.marked = true")
        saved(preview, text.replace("0.912934", "0.912935", 1))
        seen(page, 2)
        saved(preview, text.replace("0.073889, 0.945864", "0.073888, 0.945864"))
        seen(page, 3)
        scrubber = report_in(page).locator('[data-source="scrubber-example"]')
        scrubber.locator('.jumps [data-updates="100"]').click()
        assert "0.073888" in scrubber.locator(".print", has_text="0.073888").inner_text()
        saved(preview, text.replace("kind: perceptron", "kind: perceptrom", 1))
        page.get_by_role("alert").get_by_text("perceptrom").wait_for()
        saved(preview, f"{text[:place]}\n{SLIDE}{text[place:]}")
        seen(page, 4)
        report_in(page).locator("h3", has_text="Between").wait_for()
        saved(preview, text)
        seen(page, 5)
        report_in(page).locator("h3", has_text="Between").wait_for(state="detached")
        assert marked(page)
