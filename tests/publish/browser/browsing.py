"""Opening a report in a real browser, and what every visit must keep to."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from importlib.resources import files
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page

__all__ = [
    "HANDS",
    "LANGUAGES",
    "WIDTHS",
    "Visit",
    "activate",
    "bring",
    "empty_formulas",
    "read_in",
    "shown",
    "violations",
    "violations_in_both_looks",
]

WIDTHS = {"phone": 360, "tablet": 768, "desktop": 1440}
"""CSS pixels of the screens that a report is made for."""

HANDS = [("mouse", "desktop"), ("keyboard", "tablet"), ("touch", "phone")]
"""What a control is used with, each on a screen of another width."""

LANGUAGES = ("zh-Hans", "en")
"""As HTML names them."""

Visit = Callable[..., AbstractContextManager[Page]]
"""What the fixture `visit` gives."""

SILENT_FLAGS = ("--disable-background-networking", "--disable-component-update", "--disable-sync")
"""Chromium itself asks for nothing either."""


class Watch:
    """What a page says and asks for while it is open."""

    def __init__(self, page: Page, path: Path) -> None:
        self._own = path.as_uri()
        self.heard: list[str] = []
        page.on("console", lambda message: self.heard.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.heard.append(f"error: {error}"))
        page.on("request", self._asked)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith(("data:", self._own)):
            self.heard.append(f"request: {request.url}")


def shown(page: Page) -> Locator:
    """The page in the language that is read."""
    return page.locator(".edition:not([hidden])")


def read_in(page: Page, language: str) -> Locator:
    """The page in that language, after switching to it if need be."""
    if shown(page).get_attribute("lang") != language:
        shown(page).locator(f'button.language[lang="{language}"]').click()
    return shown(page)


def activate(page: Page, hand: str, target: Locator) -> None:
    """Use a control with the mouse, the keyboard or a finger."""
    if hand == "mouse":
        target.click()
    elif hand == "touch":
        target.tap()
    else:
        target.focus()
        page.keyboard.press("Enter")


def bring(target: Locator) -> Locator:
    """Scroll it to the middle, and wait until what came near has its layout."""
    for _ in range(3):
        target.evaluate(
            """element => new Promise((done) => {
                element.scrollIntoView({ block: "center" });
                requestAnimationFrame(() => requestAnimationFrame(done));
            })"""
        )
    return target


CONTRAST = "*:not(mi):not(mo):not(mn):not(mtext)"
"""Formulas have the colours of the text."""


def empty_formulas(page: Page) -> None:
    """Leave out what stands in them: axe would take a minute for thousands of letters."""
    page.evaluate("for (const math of document.querySelectorAll('math')) math.textContent = ''")


def violations_in_both_looks(page: Page) -> list[str]:
    """What axe finds wrong in the light; and weak contrast in the dark, which changes nothing else.

    The page is light before and afterwards.
    """
    found = violations(page)
    page.emulate_media(color_scheme="dark")
    found += violations(page, ["color-contrast"])
    page.emulate_media(color_scheme="light")
    return found


def violations(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """What axe finds wrong on the page as it stands, a line each: the rule and the element.

    Without `rules` it tries all that it knows.
    """
    script = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    page.evaluate(script)
    page.evaluate(
        "selector => axe.configure({rules: [{id: 'color-contrast', selector}]})", CONTRAST
    )
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = list(rules)
    found = page.evaluate("options => axe.run(options)", options)
    return [
        f"{violation['id']}: {' '.join(map(str, node['target']))}: {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
