"""Opening a report in a real browser, and what every visit must keep to."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from importlib.resources import files
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

__all__ = ["WIDTHS", "Visit", "violations"]

WIDTHS = {"phone": 360, "tablet": 768, "desktop": 1440}
"""CSS pixels of the screens that a report is made for."""

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


def violations(page: Page, within: str = "html") -> list[str]:
    """What axe finds wrong on the page as it stands, a line each: the rule and the element."""
    script = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    page.evaluate(script)
    found = page.evaluate("within => axe.run(within, {resultTypes: ['violations']})", within)
    return [
        f"{violation['id']}: {' '.join(map(str, node['target']))}: {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
