"""Which printed numbers are held to a formula with an index.

A number may be another example's, which is given anew. So the formula counts where the number
follows from it; and where that is so of two at least on a slide, and of most, the others are held
to it as well. So they are where one given number of a table is all that is wrong with them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from bpreport.audit.at_odds import at_odds
from bpreport.audit.digits import how_printed, number
from bpreport.audit.document import Document
from bpreport.audit.families import Family
from bpreport.audit.statements import Statement, place_of
from bpreport.formula import EvaluationError
from bpreport.formula.tree import Tree

__all__ = ["confirmed_members"]

FEWEST = 2
"""Numbers that follow from a formula for it to be held against others."""


def confirmed_members(document: Document) -> Iterator[Statement]:
    """The statements whose names are computed by the formula of their family."""
    formulas: dict[Statement, Tree] = {}
    members: dict[tuple[Family, int], list[Statement]] = defaultdict(list)
    stated = (statement for known in document.statements.values() for statement in known)
    for statement in sorted(stated, key=place_of):
        found = document.in_family(statement)
        if found is None or statement.trees or statement.text is None or statement.restates:
            continue
        family, formulas[statement] = found
        members[family, statement.claim.slide].append(statement)
    document.confirm(formulas)
    for statements in (one for found in members.values() for one in _sequences(found)):
        follows = {one: _follows(one, formulas[one], document) for one in statements}
        held = [one for one in statements if follows[one] is not None]
        following = [one for one in held if follows[one]]
        missed = [one for one in held if not follows[one]]
        wrong = at_odds(missed, held, formulas, document)
        if wrong is not None:
            document.correct(wrong[0].key, wrong[0].claim, number(wrong[1]))
            following = held
        # A number that is printed again, as one of a table in the text below, counts once.
        names, right = ({one.key for one in told} for told in (held, following))
        sure = len(right) >= FEWEST and 2 * len(right) > len(names)
        yield from held if sure else following


def _sequences(statements: list[Statement]) -> Iterator[list[Statement]]:
    """The statements up to where one of the names is printed with another number: a new run."""
    sequence: list[Statement] = []
    for statement in statements:
        if any(one.key == statement.key and one.text != statement.text for one in sequence):
            yield sequence
            sequence = []
        sequence.append(statement)
    yield sequence


def _follows(statement: Statement, formula: Tree, document: Document) -> bool | None:
    """Whether a number follows from what is printed before it, or from where its family starts.

    None where the formula has no value, as it has none for where its family starts.
    """
    assert statement.text is not None
    try:
        exact = document.value(statement.key, statement.position).value
        carried = document.could_print(formula, statement.text, statement.claim)
    except EvaluationError:
        return None
    return carried or how_printed(statement.text, exact) is not None
