"""A formula that is never closed is text: nothing in it is checked, and that is said."""

from __future__ import annotations

import pytest

from bpreport.audit import audit
from bpreport.deck import read_text


def places(source: str, path: str = "deck.md") -> list[str]:
    """What the notes say of places where formulas are opened."""
    notes = audit(read_text(source, path)).notes
    return [note.message.values["places"] for note in notes if "fence" in note.message.values]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("# A\n\nSo $$a = 2 * 3 = 7\n\nand $b = 2$.\n", "3:4"),
        ("Then $a = 2$ and $b = 1 + 1 = 3 follow.\n", "1:18"),
        ("$$\n\na = 2\n\n$$\n", "1:1, 5:1"),  # an empty line ends a paragraph
        ("| a | b |\n|---|---|\n| $x = 3 | 2 |\n", "3:3"),
        ("$$ a = 1\n\n" * 7, "1:1, 3:1, 5:1, 7:1, 9:1, …"),
    ],
)
def test_what_is_opened_and_not_closed_is_told(source, told):
    assert places(source) == [told]


def test_in_latex_as_well():
    assert places("\\section{A} Here $$a = 2 and so on.\n", "deck.tex") == ["1:18"]


@pytest.mark.parametrize(
    "source",
    [
        "$$a = 2 * 3 = 6$$ and $b = 2$.\n",
        "It costs $5 = 40 yuan, from $3 to $4.\n",
        "A \\$x = 3 in a shell, `$x = 3` and\n\n    $$x = 3\n",
        "Cheap $$, and no equation.\n",
    ],
)
def test_other_signs_for_dollars_are_left_alone(source):
    assert places(source) == []
