"""The report in a browser: what holds of the whole page."""

import pytest

from tests.publish.browser.browsing import WIDTHS, Visit, violations


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_screen(visit: Visit, width: str):
    """What is wide scrolls in a box of its own; the page only scrolls down."""
    with visit(width=width) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[width]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing(visit: Visit, dark: bool):
    """In either look: contrast, names, order of headings, and all else that axe knows."""
    with visit(dark=dark) as page:
        assert violations(page) == []


def test_it_can_be_read_without_scripting(visit: Visit):
    """Every claim is there."""
    with visit(scripting=False) as page:
        assert page.locator("tr.claim").first.is_visible()


def test_the_watch_hears_and_axe_sees(visit: Visit, tmp_path):
    """The guards of these tests themselves, on a page with a fault of each kind."""
    path = tmp_path / "bad.html"
    path.write_text("<img src='https://example.org/x.png'><script>console.log('said')</script>")
    with pytest.raises(AssertionError, match=r"request: https://example\.org"), visit(path) as page:
        assert any(found.startswith("image-alt") for found in violations(page))
    with pytest.raises(AssertionError, match="log: said"), visit(path):
        pass
