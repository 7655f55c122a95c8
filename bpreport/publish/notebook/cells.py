"""The cells of a notebook, and both its forms: with the solutions, and as nbgrader releases it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["BEGIN", "END", "Cell", "packed", "solution"]

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
STUB = ("# YOUR CODE HERE", "raise NotImplementedError()")
"""What nbgrader puts in the place of a solution."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell, with its solution in it where it has one."""

    source: str
    kind: str = "markdown"
    """ "markdown"; "code" that is given and locked; "solution", whose lines between `BEGIN` and
    `END` are the student's; "check", by which the solutions before it are graded."""
    name: str = ""
    """What it is about, for its id in the gradebook."""


def packed(cells: Iterable[Cell], lang: str, *, exercise: bool = False) -> bytes:
    """A notebook as a file; the exercise form without what the student shall write."""
    import nbformat

    listed = list(cells)
    used: set[str] = set()
    notebook = nbformat.from_dict({  # type: ignore[no-untyped-call]
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "bpreport": {"lang": lang},
        },
        "cells": [
            _cell(cell, number, used, exercise=exercise) for number, cell in enumerate(listed, 1)
        ],
    })  # fmt: skip
    nbformat.validate(notebook)
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True)
    return f"{text}\n".encode()


def _cell(cell: Cell, number: int, used: set[str], *, exercise: bool) -> dict[str, Any]:
    code = cell.kind != "markdown"
    source = _released(cell.source) if exercise else cell.source
    written: dict[str, Any] = {
        "cell_type": "code" if code else "markdown",
        "id": _unique(hashlib.sha256(cell.source.encode()).hexdigest()[:12], used),
        "metadata": {"nbgrader": _grading(cell, number)} if code else {},
        "source": source.splitlines(keepends=True),
    }
    return written | ({"execution_count": None, "outputs": []} if code else {})


def _unique(name: str, used: set[str]) -> str:
    """An id that follows from what the cell says; the second of two equal cells gets a number."""
    chosen, number = name, 1
    while chosen in used:
        number += 1
        chosen = f"{name}-{number}"
    used.add(chosen)
    return chosen


def _grading(cell: Cell, number: int) -> dict[str, Any]:
    """The metadata that nbgrader reads, version 3 of its schema."""
    plain = re.sub(r"[^A-Za-z0-9]+", "-", cell.name).strip("-")
    graded = cell.kind == "check"
    found = {
        "grade": graded,
        "grade_id": f"{plain}-{number}" if plain else f"cell-{number}",
        "locked": cell.kind != "solution",
        "schema_version": 3,
        "solution": cell.kind == "solution",
        "task": False,
    }
    return found | ({"points": cell.source.count("assert ")} if graded else {})


def _released(source: str) -> str:
    """The text of a cell with a stub in the place of each solution."""
    lines: list[str] = []
    inside = False
    for line in source.split("\n"):
        mark = line.strip()
        if mark == BEGIN:
            inside = True
            indent = line[: len(line) - len(line.lstrip())]
            lines += [indent + one for one in STUB]
        elif mark == END:
            inside = False
        elif not inside:
            lines.append(line)
    return "\n".join(lines)


def solution(lines: Sequence[str], indent: str = "") -> list[str]:
    """Lines of code between the marks of a solution."""
    return [indent + line if line else "" for line in (BEGIN, *lines, END)]
