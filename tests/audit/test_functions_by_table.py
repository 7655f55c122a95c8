"""Small functions of the audit by a table of what goes in and what comes out.

A row of `tests/cases/functions.txt` is the name of a function here, its arguments and its result,
with ` | ` between them; several results are separated by `;`. That they are right shows in the row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from bpreport.audit.digits import can_be, correction, fits, how_printed, number, significant_digits
from bpreport.audit.families import Families, Family
from bpreport.audit.fixes import with_part, without_part
from bpreport.audit.names import (
    is_numeric,
    is_row_of_numbers,
    readings,
    respellings,
    spellings,
)
from bpreport.audit.operands import could_give
from bpreport.audit.saying import math, shown
from bpreport.audit.slips import Target, in_digits
from bpreport.audit.statements import are_apart
from bpreport.deck.model import Position
from bpreport.formula import MP, latex, parse
from tests.support import ROOT

ROWS = [
    row.split(" | ")
    for row in (ROOT / "tests/cases/functions.txt").read_text(encoding="utf-8").splitlines()
]


def tree(text: str) -> Any:
    """A formula, whichever kind of node a function asks for."""
    return parse(text)


def joined(found: Iterable[Any]) -> str:
    return "; ".join(map(str, found)) or "nothing"


def edited(source: str, edits: Iterable[tuple[int, str, str]]) -> str:
    """The lines that the edits of a line make."""
    return joined(source[:offset] + new + source[offset + len(old) :] for offset, old, new in edits)


def digits_of(text: str) -> frozenset[str]:
    return frozenset(text.split(", ")) - {"none"}


def written(slip: str, printed: str, value: str) -> str:
    """The numbers that a slip of writing makes of a value, at the places of a printed number."""
    nobody: Any = None
    target = Target(
        claim=nobody, knowledge=nobody, printed=printed, exact=MP.mpf(value),
        formula=None, values={}, trace=None, key="",
    )  # fmt: skip
    return joined(MP.nstr(one.value, 12, min_fixed=-9) for one in getattr(in_digits, slip)(target))


def member(head: str, formula: str, name: str) -> str:
    """What the formula of a family says of a name."""
    found = Family(tree(head), tree(formula), Position(1, 1)).formula_of(tree(name))
    return "no member" if found is None else latex(found)


def last_of(rules: str, name: str) -> str:
    """What the last rule ahead of line 9 says of a name; each rule stands on a line of its own."""
    families = Families()
    for line, rule in enumerate(rules.split("; "), 8):
        head, formula = rule.split(" := ")
        families.learn(tree(head), tree(formula), Position(line, 1))
    found = families.of(tree(name), Position(9, 1))
    return "no member" if found is None else latex(found[1])


FUNCTIONS: dict[str, Callable[..., str]] = {
    "with term": lambda line, part: edited(line, with_part(line, part, factor=False)),
    "with factor": lambda line, part: edited(line, with_part(line, part, factor=True)),
    "without term": lambda line: edited(line, without_part(line, factor=False)),
    "without factor": lambda line: edited(line, without_part(line, factor=True)),
    "how printed": lambda printed, value: str(how_printed(printed, MP.mpf(value))),
    "fits": lambda printed, value: str(fits(printed, MP.mpf(value))),
    "correction": lambda printed, value: correction(printed, MP.mpf(value)),
    "significant digits": lambda printed: str(significant_digits(printed)),
    "can be": lambda printed, low, high: str(can_be(printed, (MP.mpf(low), MP.mpf(high)))),
    "number": lambda text: MP.nstr(number(text), 6),
    "apart": lambda one, other: str(are_apart(one, other)),
    "numeric": lambda text: str(is_numeric(tree(text))),
    "row of numbers": lambda text: str(is_row_of_numbers(tree(text))),
    "reads": lambda text: joined(part.key for part in readings(tree(text))),
    "spellings": lambda text: joined(spellings(tree(text))),
    "respellings": lambda text: joined(one.key for one in respellings(tree(text))),
    "shown": lambda value: shown(MP.mpf(value)),
    "in a sentence": lambda text: math(tree(text)),
    "could give": lambda line, result, results, exact: str(
        could_give(tree(line), tree(result), digits_of(results), digits_of(exact))
    ),
    "could give on the way": lambda line, result: str(
        could_give(tree(line), tree(result), on_the_way=True)
    ),
    "could give drifted": lambda line, result, exact, digits, away: str(
        could_give(tree(line), tree(result), exact=digits_of(exact), drifted={digits: away})
    ),
    "member": member,
    "last of": last_of,
    **{
        name.replace("_", " "): lambda printed, value, name=name: written(name, printed, value)
        for name in in_digits.__all__
    },
}


@pytest.mark.parametrize("row", ROWS, ids=" | ".join)
def test_a_function_gives_what_its_row_says(row):
    name, *arguments, result = row
    assert FUNCTIONS[name](*arguments) == result


def test_every_function_has_rows():
    assert {row[0] for row in ROWS} == set(FUNCTIONS)
