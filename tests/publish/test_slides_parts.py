"""What slides are put together from: changes, heights, and formulas on several rows."""

from __future__ import annotations

import pytest

from bpreport.deck import read_text
from bpreport.publish.slides.corrections import differences
from bpreport.publish.slides.formulas import set_formula, size
from bpreport.publish.slides.measuring import LEADING, Measure, blocks
from tests.deck.test_notebook import cell, read


def test_a_change_in_a_notebook_has_its_cell() -> None:
    """The lines of a cell are counted from its beginning; cells that are the same have none."""
    one = read(cell("# A\n\n$a = 0.1$"), cell("$b = 0.1$\n\n$c = 0.3$"))
    other = read(cell("# A\n\n$a = 0.1$"), cell("$b = 0.1$\n\n$c = 0.4$"))
    (found,) = differences(one, other)
    assert (str(found.after), found.old, found.new) == ("cell 2:3:6", "0.3", "0.4")
    assert list(differences(one, one)) == []


def height(source: str, width: float = 30.0) -> float:
    """Of the first block below the heading."""
    (slide,) = read_text(f"# T\n\n{source}\n").slides
    tokens = next(block for block in blocks(slide.tokens) if block[0].type != "heading_open")
    return Measure({}).height(tokens, width)


def test_a_line_that_is_broken_by_hand_takes_a_line_more() -> None:
    """Two short lines are as high as text that takes two lines; a rule is one line."""
    assert height("one two") == pytest.approx(height("one"))
    assert height("one  \ntwo") == pytest.approx(2 * height("one"))
    assert height("---") == LEADING
    assert height("> one") == pytest.approx(height("one"))
    assert height("- one\n- two") > 2 * height("one")


TERMS = " + ".join(rf"w_{{{number}}} \cdot x_{{{number}}}" for number in range(1, 12))


@pytest.mark.parametrize(
    "source", [f"net = {TERMS}", f"= {TERMS}", f"{TERMS} = net", f"{TERMS} = {TERMS}"]
)
def test_a_formula_wider_than_its_room_takes_several_rows(source: str) -> None:
    """Wherever its relation stands; nothing is lost, and every row fits."""
    formula = read_text(f"$$x = 1$$\n\n$${source}$$").formulas[1]
    shown = set_formula(formula, (), 20.0, 40.0)
    assert size(source, True)[0] > 20.0
    assert shown.source.startswith(r"\begin{aligned}")
    assert shown.width * shown.scale <= 20.0
    assert shown.source.count("w_{") == source.count("w_{")
    assert shown.source.count("=") == source.count("=")
