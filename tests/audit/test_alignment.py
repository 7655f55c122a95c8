"""A symbolic side beside a numeric one, term by term: a table of pairs and what is found in each.

A row of `tests/cases/alignments.txt` is a formula, a line of numbers, how the one follows from the
other term by term, and how where parts side by side may stand for one, if not the same. Told are
the numbers in the places of names, with a `?` where they are not the names'; what is `lost`, what
is too `much`, and which constant `became` another; `of a product` where factors are left over.
"""

from __future__ import annotations

import pytest

from bpreport.audit.alignment import Alignment, Binding, align
from bpreport.audit.digits import same
from bpreport.formula import MP, MPMATH, EvaluationError, evaluate, latex, parse
from bpreport.formula.tree import Tree
from tests.support import ROOT

VALUES = {
    key: MP.mpf(value)
    for key, value in {
        "w_{1}": "0.4", "w_{2}": "0.6", "x_{1}": "0.5", "x_{2}": "2", "b": "0.1", "c": "-3",
        "t": "1", "y": "0.8", r"\eta": "0.5", "g": "0.3", "z": "1.5",
        "a_{1}": "2", "a_{2}": "3", "a_{3}": "4", "a_{4}": "5", "a_{5}": "6",
    }.items()
}  # fmt: skip
"""What the names are; nobody knows u."""
FORMULAS = {"z": parse("w_1 x_1 + w_2 x_2 + b")}
ROWS = [
    row.split(" | ")
    for row in (ROOT / "tests/cases/alignments.txt").read_text(encoding="utf-8").splitlines()
]


def fits(binding: Binding) -> bool:
    try:
        value = evaluate(binding.name, VALUES, MPMATH)
    except EvaluationError:
        return True
    return same(value, evaluate(binding.number, {}, MPMATH))


def definition(name: Tree) -> Tree | None:
    return FORMULAS.get(getattr(name, "key", ""))


def told(symbolic: str, numeric: str, *, joining: bool) -> str:
    """What an alignment finds, in one line."""
    found = align(parse(symbolic), parse(numeric), definition, fits, joining=joining)
    return "another shape" if found is None else _told(found)


def _told(found: Alignment) -> str:
    parts = [
        f"{latex(one.name)} = {latex(one.number)}{'' if fits(one) else '?'}"
        for one in found.bindings
    ]
    parts += [f"lost {latex(part)}" for part in found.dropped]
    parts += [f"much {latex(part)}" for part in found.added]
    parts += [f"{latex(one)} became {latex(other)}" for one, other in found.changed]
    parts += [] if found.of_sum else ["of a product"]
    assert found.misfits == sum(not fits(one) for one in found.bindings)
    return ", ".join(parts) or "nothing"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} and {row[1]}")
def test_numbers_are_found_in_the_places_of_names(row):
    symbolic, numeric, plain, joined = row
    assert told(symbolic, numeric, joining=False) == plain
    assert told(symbolic, numeric, joining=True) == (plain if joined == "the same" else joined)
