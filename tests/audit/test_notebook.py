"""An audit that shows itself in a notebook."""

from bpreport.audit import audit
from bpreport.deck import read_text


def test_it_shows_counts_and_what_is_wrong():
    """A table of what is not right, with its place; what is right is only counted."""
    shown = audit(read_text("# Notes\n\n$$a = 0.1 * 5 = 0.75$$"))._repr_html_()
    assert "1 given, 1 wrong" in shown
    assert "<td>3:15</td><td>wrong</td>" in shown
    assert "0.75" in shown


def test_what_a_deck_says_is_escaped():
    """A title is text, whatever it holds."""
    shown = audit(read_text("---\ntitle: <script>alert(1)</script>\n---\n"))._repr_html_()
    assert "<script" not in shown
    assert "no claims" in shown
