"""Fixtures of the tests that open the report in a browser.

A worker starts the browser once and builds the built-in report once. Each visit is a fresh
context; when it ends, the page must have said nothing on its console and asked for nothing.
"""

from collections.abc import Callable
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from bpreport.audit import audit
from bpreport.deck import read_text
from bpreport.publish import build
from tests.publish.browser.browsing import SILENT_FLAGS, WIDTHS, Visit, Watch
from tests.publish.decks import DECKS
from tests.support import require_program


@pytest.fixture(scope="session")
def browser():
    """Chromium, as the machine has it."""
    path = require_program("chromium", "chromium-browser")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(SILENT_FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def small_report(once) -> Callable[[str], Path]:
    """The report of a small deck in HTML, by its name; it opens in the deck's language."""

    @cache
    def made(name: str) -> Path:
        def make(folder: Path) -> list[Path]:
            result = audit(read_text(DECKS[name]))
            return build(result, result.study, folder, ["html"], result.deck.lang)

        path: Path
        (path,) = once(f"report-{name}", make)
        return path

    return made


@pytest.fixture(scope="session")
def lesson(small_report) -> Path:
    """The report of a short Chinese deck that has some of everything."""
    path: Path = small_report("lesson")
    return path


@pytest.fixture(scope="session")
def visit(browser: Browser, request: pytest.FixtureRequest) -> Visit:
    """How a test opens a page: of the built-in report, or of another file.

    `width` is a name of WIDTHS or a number; `dark`, `touch`, `scripting` and whatever else a
    context of Playwright takes may be said.
    """

    @contextmanager
    def opened(
        path: Path | None = None,
        *,
        width: str | int = "desktop",
        dark: bool = False,
        touch: bool = False,
        scripting: bool = True,
        fragment: str = "",
        **options: Any,
    ):
        path = path or request.getfixturevalue("html")
        wide = WIDTHS[width] if isinstance(width, str) else width
        context = browser.new_context(
            viewport={"width": wide, "height": 900},
            color_scheme="dark" if dark else "light",
            has_touch=touch,
            java_script_enabled=scripting,
            **options,
        )
        context.set_default_timeout(20_000)
        page = context.new_page()
        watch = Watch(page, path)
        page.goto(path.as_uri() + fragment)
        yield page
        context.close()
        assert watch.heard == []

    return opened
