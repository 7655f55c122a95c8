"""The live preview in a browser: what is saved is seen, at the same place, and errors are told."""

import contextlib
import time

import pytest

from bpreport.deck import builtin
from bpreport.publish.watching import Preview, serving
from tests.publish.browser.browsing import violations

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


def test_the_built_in_deck_is_seen_soon(previewed):
    """What is known is not computed again: building takes less than a second of the processor."""
    text = builtin("zh").read_text(encoding="utf-8")
    with previewed(text) as (page, preview):
        seen(page, 1)
        begun = time.process_time()
        saved(preview, text.replace("0.912934", "0.912935", 1))
        assert time.process_time() - begun < 1.5
        seen(page, 2)
