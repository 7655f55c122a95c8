"""From a Jupyter notebook to a `Document`: its Markdown cells, one after the other.

Nobody sees the lines of a notebook's JSON, so places are the cell, and the line within it. Cells
of all kinds are counted, from 1.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bpreport.deck.document import Document, Gathering, unix
from bpreport.deck.errors import DeckError
from bpreport.deck.markdown import read_markdown, split_front_matter
from bpreport.deck.model import Position

__all__ = ["parse_notebook"]


def parse_notebook(source: str) -> Document:
    r"""The sections, formulas and figures of a notebook's Markdown cells.

    Front matter stands in the first cell, a raw or a Markdown one.

    >>> cell = {"cell_type": "markdown", "source": ["Here:\n", "$a = b$"]}
    >>> document = parse_notebook(json.dumps({"cells": [{"cell_type": "code"}, cell]}))
    >>> document.math[0].starts
    (Position(line=2, column=2, cell=2),)
    """
    gathering = Gathering()
    front_matter: str | None = None
    texts: dict[int, str] = {}
    for number, kind, text in _cells(source):
        try:
            readable = text
            if number == 1 and kind in ("raw", "markdown"):
                front_matter, readable = split_front_matter(text)
            if kind == "markdown":
                texts[number] = text
                read_markdown(readable, gathering, number)
        except DeckError as error:
            if error.position is not None:
                error.position = replace(error.position, cell=number)
            raise
    document = gathering.document()
    document.front_matter = front_matter
    document.front_matter_start = Position(2, 1, 1)
    document.cells = texts
    return document


def _cells(source: str) -> Iterator[tuple[int, str, str]]:
    """Number, kind and text of each cell; raises `DeckError`."""
    for number, cell in enumerate(_cell_list(source), 1):
        kind = cell.get("cell_type") if isinstance(cell, dict) else None
        if not isinstance(kind, str):
            raise DeckError("expected a cell with its 'cell_type'", position=Position(1, 1, number))
        text = cell.get("source", "")
        if isinstance(text, list) and all(isinstance(line, str) for line in text):
            text = "".join(text)
        if not isinstance(text, str):
            raise DeckError(
                "expected the cell's 'source' to be text", position=Position(1, 1, number)
            )
        yield number, kind, unix(text)


def _cell_list(source: str) -> list[Any]:
    try:
        notebook = json.loads(source)
    except json.JSONDecodeError as error:
        raise DeckError(
            "not a notebook, which is JSON: {problem}",
            position=Position(error.lineno, error.colno),
            problem=error.msg[0].lower() + error.msg[1:],
        ) from None
    except (ValueError, RecursionError):  # numbers or nesting beyond what any notebook has
        raise DeckError("not a notebook: its JSON has too many digits or levels") from None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise DeckError("not a notebook of version 4: expected a list under the key 'cells'")
    return cells
