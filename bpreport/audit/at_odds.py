r"""A given number of a table with which the numbers that are computed from it are at odds.

Beside $\Delta L_k = L_k - L_{k-1}$ one mistyped $L_3$ makes two differences wrong. Each tells by
itself what it should be; where they tell the same, and with that all of the column follow, the
given number is the mistake.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bpreport.audit.digits import how_printed, number
from bpreport.audit.document import Document
from bpreport.audit.names import readings
from bpreport.audit.statements import Statement
from bpreport.formula import MPMATH, EvaluationError, evaluate, places_of, rounded
from bpreport.formula.tree import Tree

__all__ = ["at_odds"]

FEWEST = 2
"""Numbers at odds with a given one, which must tell the same of it."""
STEPS = 6
"""Steps towards what a given number should be: one would do for a difference."""


def at_odds(
    missed: Sequence[Statement],
    column: Sequence[Statement],
    formulas: Mapping[Statement, Tree],
    document: Document,
) -> tuple[Statement, str] | None:
    """The given number that makes some of a column wrong, and what it should be.

    There must be others in the column: all of them may be another example's.
    """
    if not FEWEST <= len(missed) < len(column):
        return None
    for given in _read_by_all(missed, formulas, document):
        assert given.text is not None
        told = {_solved(one, formulas[one], given, document) for one in missed}
        right = [
            text
            for text in told - {None, given.text}
            if text and all(_follows(one, formulas[one], given, text, document) for one in column)
        ]
        if len(right) == 1:
            return given, right[0]
    return None


def _read_by_all(
    statements: Sequence[Statement], formulas: Mapping[Statement, Tree], document: Document
) -> Iterator[Statement]:
    """The numbers of tables, given and told once, that all of some formulas read."""
    keys = [{name.key for name in readings(formulas[one])} for one in statements]
    for key in sorted(set.intersection(*keys)):
        match document.statements.get(key):
            case [Statement(text=str(), trees=[], lines=False) as told] if told.claim.figure:
                yield told


def _solved(one: Statement, formula: Tree, given: Statement, document: Document) -> str | None:
    """The digits of a given number with which a formula comes to the number printed for it."""
    assert one.text is not None and given.text is not None
    wanted, first = number(one.text), number(given.text)
    second = first + 1
    try:
        off_first = _with(first, one, formula, given, document) - wanted
        for _ in range(STEPS):
            off_second = _with(second, one, formula, given, document) - wanted
            if off_second == off_first:
                break
            slope = (off_second - off_first) / (second - first)
            first, off_first, second = second, off_second, second - off_second / slope
        return rounded(second, places_of(given.text))
    except EvaluationError:
        return None


def _follows(
    one: Statement, formula: Tree, given: Statement, text: str, document: Document
) -> bool:
    """Whether a number follows with other digits for a given one."""
    assert one.text is not None
    try:
        exact = _with(number(text), one, formula, given, document)
        return how_printed(one.text, exact) is not None
    except EvaluationError:
        return False


def _with(value: Any, one: Statement, formula: Tree, given: Statement, document: Document) -> Any:
    """What a formula comes to with a value for a given number."""
    values: dict[str, Any] = dict(document.functions.at(one.position))
    for name in readings(formula):
        own = name.key == given.key
        values[name.key] = value if own else document.value(name.key, one.position).value
    return evaluate(formula, values, MPMATH)
