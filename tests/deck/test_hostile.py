"""Sources made to hang or to break a reader: it ends soon, with a deck or with a `DeckError`."""

import json
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpreport.deck import DeckError, builtin, markdown, markdown_tables, read_text

SECONDS = 20
"""Far above what any of them takes (below 2 s); what is quadratic takes minutes."""

UNITS = [
    "$", "$$", "$ a", "$$ a\n", "$$ a\n\n", r"\(", r"\[", "\\[ a\n", "\\begin{align}\n",
    r"\begin{align}", "[", "]", "[[", "![", "[a](", "[a] ", "[1]{claim=a} ", "[1]{claim=",
    "{a=b ", "_", "*", "*a ", "_a ", "**a*", "~~", "`", "`a``b```", "\\", r"\$", "<", "<a href='",
    "&", "&a;", "> ", ">", "- ", "- $$ a\n", "1. ", "|", "|a|b\n|-|-\n", "```\n", "# ", "#",
    "---\n", "a: b\n", "[a]: b\n", "1", "1.", "1 ", "第10次迭代", "第", "after 1 ", "after   ",
    "\0", "\n", " \n", "\t", r"\section{", r"\begin{frame}[", r"\begin{frame}{",
    r"\begin{verbatim}", r"\title{", "%", "{", r"\textbf", r"\label{", r"\item ", r"\left(",
    r"\frac{", "= ", "a = ", "a_", "a^", r"\\", "& ",
]  # fmt: skip


def survive(source, path):
    began = time.process_time()
    try:
        read_text(source, path)
    except DeckError as error:
        assert str(error).startswith(path)  # noqa: PT017 - both ends are right
    assert time.process_time() - began < SECONDS


@pytest.mark.parametrize("unit", UNITS, ids=repr)
def test_one_thing_over_and_over(unit):
    """As one paragraph just below the bound, as a formula, and as a source of its own."""
    survive("x" + unit * (49_990 // len(unit)), "notes.md")
    survive("$$a = " + unit * (1_000 // len(unit)) + "$$", "notes.md")
    survive(unit * (60_000 // len(unit)), "notes.md")
    survive(unit * (60_000 // len(unit)), "notes.tex")


@pytest.mark.parametrize(
    "unit",
    ["[", "{", "[1,", "- ", "a: ", "&x [", "a: *b\n", "'", '"', "!!a ", "w: 1\n", "? ", ":"],
    ids=repr,
)
def test_front_matter_over_and_over(unit):
    for matter in (unit, f"title: {unit}"):
        survive(f"---\n{matter}{unit * (50_000 // len(unit))}\n---\n", "notes.md")


def test_brackets_within_brackets():
    survive("[" * 20_000 + "1" + "]" * 20_000, "notes.md")
    survive("[" * 4_000 + "1" + "]{claim=a}" * 4_000, "notes.md")
    survive("\n".join(" " * depth + "- a" for depth in range(500)), "notes.md")


@pytest.mark.parametrize(
    "slide",
    [
        "## S{0}\n\nAfter {0} steps $x_{{{0}}} = {0}$ and [0.{0}]{{claim=a}}\n\n$$y = {0}$$\n\n",
        "$a_{0} = {0}$ ",
        "```math\nx = {0}\n```\n",
        "| $a = {0}$ | {0} |\n|---|---|\n| 1 | $b = {0}$ |\n\n",
    ],
)
def test_time_grows_in_a_straight_line(slide):
    """Ten times the slides take about ten times as long; a quadratic reader takes a hundred."""

    def seconds(count):
        source = "".join(
            slide.format(number) + "\n\n" * (number % 100 == 0) for number in range(count)
        )
        began = time.process_time()
        read_text(source)
        return time.process_time() - began

    seconds(10)
    short = min(seconds(100) for _ in range(3))
    assert seconds(1000) < 40 * short


FRAGMENTS = [
    *UNITS, "a", "w_7", "w^{1000}", "0.5", "=", "+", "(1, 2)", "$a = 1$", "$$b = 2$$",
    "\n\n", "\r\n", '[19]{claim="a"}', "[10]{.iteration}", "## T\n", "---\ntitle: x\n---\n",
    "²", "１０", "\u2028", "\x0c", "&amp;", "&#49;", r"\sum_{i=1}^m", r"\sum_{i=k_{1}}",
    r"\text{函数 }", r"\end{align}", r"\]", r"\)", "}", ")", r"\begin{pmatrix}",
    r"\end{pmatrix}", r"\end{document}", ";", ",", r"\quad",
]  # fmt: skip


def faithful(deck):
    """Every place that the deck names holds what it says stands there."""
    for numeral in deck.numerals:
        line, column = deck.line_at(numeral.position), numeral.position.column
        assert line[column - 1 :].startswith(numeral.text)
    for formula in deck.formulas:
        for start, text in zip(formula.starts, formula.source.split("\n"), strict=True):
            if "|" not in text:  # in a table | is typed \|
                line = deck.line_at(start)[max(start.column - 1, 0) :]
                assert line.strip().startswith(text.strip())
    for claim in deck.claims:
        if claim.kind == "component":
            line = deck.line_at(claim.position)[claim.position.column - 1 :]
            assert line.startswith(claim.text.lstrip("-"))


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=30), st.sampled_from(["md", "tex", "ipynb"]))
def test_any_mixture_is_read_and_its_places_are_right(fragments, suffix):
    source = "".join(fragments)
    if suffix == "ipynb":
        source = json.dumps({"cells": [{"cell_type": "markdown", "source": source}] * 2})
    try:
        deck = read_text(source, f"notes.{suffix}")
    except DeckError:
        return
    if suffix == "tex":  # comments are blanked out of formulas
        return
    faithful(deck)


@given(st.text(max_size=60), st.sampled_from(["md", "tex", "ipynb"]))
def test_any_text_is_read(source, suffix):
    try:
        read_text(source, f"notes.{suffix}")
    except DeckError as error:
        assert str(error).startswith("notes.")  # noqa: PT017 - both ends are right


@given(st.text(st.sampled_from("ab:-[]{},'\"\n #&*!|>%@`1.? "), max_size=40))
def test_any_front_matter_is_read(matter):
    try:
        read_text(f"---\ntitle: x\n{matter}\n---\n$a = 1$\n", "notes.md")
    except DeckError as error:
        assert str(error).startswith("notes.md:")  # noqa: PT017 - both ends are right


def test_deck_that_lost_its_end_is_read():
    source = builtin("zh").read_text(encoding="utf-8")
    for end in random.Random(1).sample(range(len(source)), 30):
        try:
            read_text(source[:end], "notes.md")
        except DeckError as error:
            assert str(error).startswith("notes.md:")  # noqa: PT017 - both ends are right


def test_cells_of_tables_are_bounded(monkeypatch):
    """A cell of one character takes 2 kB to read: a deck with too many bars is refused."""
    monkeypatch.setattr(markdown, "MOST_BARS", 12)
    table = "|a|b|\n|-|-|\n|1|2|\n"  # nine bars
    assert read_text(table + "\n$|x|$").formulas  # and two more
    with pytest.raises(DeckError, match="tables with more than 12 bars"):
        read_text(f"{table}\n{table}")
    assert read_text("$|x|$ " * 10).formulas  # no table, no cells


def test_many_tables_are_read_in_one_pass(monkeypatch):
    """What follows a table is not looked at again for each: cells are named once."""
    named = []

    def entries(rows):
        named.append(len(rows))
        return []

    monkeypatch.setattr(markdown_tables, "entries", entries)
    read_text("|a|b|\n|-|-|\n|1|2|\n\n" * 9)
    assert named == [2] * 9
