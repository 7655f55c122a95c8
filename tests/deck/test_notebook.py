"""Notebooks: the Markdown cells are the deck, and a place is a cell and a line of it."""

import json

import pytest

from bpreport.deck import read_text
from bpreport.deck.model import Position
from tests.deck.reading import begins, loose, refused, where


def cell(text, kind="markdown"):
    return {"cell_type": kind, "metadata": {}, "source": text}


def notebook(*cells):
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def read(*cells):
    return read_text(notebook(*cells), "notes.ipynb")


def test_places_are_cells_and_lines_of_them():
    deck = read(
        cell("# Notes\n\nso $a = 1$"),
        cell("x = 5  # $b = 2$", "code"),
        cell(["## Pass\n", "\n", "$$\n", "c = 3\n", "$$\n"]),
    )
    assert begins(deck) == ["cell 1:3:5", "cell 3:3:3"]
    assert where(deck, "c = 3") == ["cell 3:4:3"]
    assert [(slide.title, slide.cell, slide.line) for slide in deck.slides] == [
        ("Notes", 1, 1), ("Pass", 3, 1),
    ]  # fmt: skip
    assert deck.line_at(Position(4, 1, 3)) == "c = 3"
    assert deck.line_at(Position(4, 1, 2)) == ""


def test_slide_goes_on_over_cells():
    deck = read(
        cell("# A\n\n$$a = b$$"), cell("1", "code"), cell("$$= 2$$"), cell("# B\n\n$$= 3$$")
    )
    assert [claim.text for claim in deck.claims] == ["a = b", "b = 2"]
    assert [formula.slide for formula in deck.formulas] == [1, 1, 2]


def test_claims_and_numerals_are_in_the_order_of_cells():
    deck = read(cell("\n\n\n$a = 1$ and 4"), cell("$b = 2$ [3]{claim=x}"))
    assert [claim.text for claim in deck.claims] == ["a = 1", "b = 2", "3"]
    assert [numeral.text for numeral in deck.numerals] == ["1", "4", "2", "3"]
    assert loose(deck) == ["4"]


@pytest.mark.parametrize("kind", ["raw", "markdown"])
def test_front_matter_stands_in_the_first_cell(kind):
    deck = read(cell("---\ntitle: A notebook\n---\n", kind), cell("---\ntitle: no\n---\n"))
    assert deck.title == "A notebook"
    assert str(deck.places["title",]) == "cell 1:2:1"


def test_language_is_told_from_the_cells():
    assert read(cell("隐层的输出 $x$")).lang == "zh"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "notes.ipynb:1:1: not a notebook, which is JSON: expecting value"),
        ("# Notes", "notes.ipynb:1:1: not a notebook, which is JSON: expecting value"),
        ('{\n "cells": [,]}', "notes.ipynb:2:12: not a notebook, which is JSON: expecting value"),
        ("[]", "notes.ipynb: not a notebook of version 4: expected a list under the key 'cells'"),
        ("{}", "notes.ipynb: not a notebook of version 4: expected a list under the key 'cells'"),
        ('{"cells": 5}', "notes.ipynb: not a notebook of version 4: expected a list under the key"),
        ('{"cells": [5]}', "notes.ipynb:cell 1:1:1: expected a cell with its 'cell_type'"),
        ('{"cells": [{}]}', "notes.ipynb:cell 1:1:1: expected a cell with its 'cell_type'"),
        (
            notebook(cell("x"), cell(5)),
            "notes.ipynb:cell 2:1:1: expected the cell's 'source' to be",
        ),
        (
            notebook(cell(["x", 5])),
            "notes.ipynb:cell 1:1:1: expected the cell's 'source' to be text",
        ),
        ("[" * 100_000, "notes.ipynb: not a notebook: its JSON has too many digits or levels"),
        ("1" * 10_000, "notes.ipynb: not a notebook: its JSON has too many digits or levels"),
        (
            notebook(cell("---\nlang: french\n---")),
            "notes.ipynb:cell 1:2:1: lang: expected the language",
        ),
        (
            notebook(cell("x"), cell("\n[x]{claim=a}")),
            "notes.ipynb:cell 2:2:2: the claim 'a' expects",
        ),
        (notebook(cell("x"), cell("x" * 50_001)), "notes.ipynb:cell 2:1:1: a paragraph of 50001"),
        (
            notebook(cell("x"), cell("\n# A {worked=b}")),
            "notes.ipynb:cell 2:2:5: the heading names",
        ),
    ],
)
def test_bad_notebook(source, message):
    assert refused(source, "notes.ipynb").startswith(message)


def test_line_ends_and_nul_within_a_cell():
    assert begins(read(cell("a\r\nb\0 $a = 1$"))) == ["cell 1:2:5"]


def test_empty_notebook():
    assert read().slides == ()
    assert read(cell("1", "code")).slides == ()
