"""Plots: drawn once for all languages, with captions that are put in afterwards."""

from __future__ import annotations

import re

import numpy as np

from bpreport.publish.keeping import current, passing
from bpreport.publish.plots import Line, lines

X = np.arange(4.0)
CAPTION = re.compile(r"<text [^>]*>(updates|更新次数|error|误差)</text>")


def _plot(across: str, up: str, label: str = "E", level: str = ""):
    return lines([Line(label, X, X**2, "blue")], (across, up), "", levels=[(4.0, level)])


def test_a_plot_is_drawn_once_for_all_languages():
    """Only what is written beside the axes differs."""
    with passing():
        english, chinese = _plot("updates", "error").svg, _plot("更新次数", "误差").svg
        now = current()
        assert now is not None
        made = now.pieces.made["plots.lines"]
    assert made <= 1  # none where another test of this process has drawn it
    assert CAPTION.findall(english) == ["updates", "error"]
    assert CAPTION.findall(chinese) == ["更新次数", "误差"]
    blank = "<text></text>"
    assert CAPTION.sub(blank, english) == CAPTION.sub(blank, chinese)


def test_another_label_is_another_plot():
    """The twin: a label at the end of a line takes room, so its plot is drawn anew."""
    one, other = _plot("updates", "error", "E").svg, _plot("updates", "error", "E_{total}").svg
    assert one != other and "total" in other and "total" not in one


def test_captions_are_text():
    """Whatever a deck calls its axes; scripts of names are lowered."""
    svg = _plot("<script>", "E_{total} & more", level="<b>").svg
    assert "<script>" not in svg and "<b>" not in svg
    assert "&lt;script&gt;" in svg and "&lt;b&gt;" in svg
    assert '<tspan dy="2.2" font-size="5.6">total</tspan>' in svg


def test_a_sign_of_the_deck_s_own_stays():
    """Unicode leaves U+E00F to anybody's use; there are not that many captions."""
    assert ">\ue00f</text>" in _plot("updates", "error", "\ue00f").svg
