r"""Numbers of a table that follow from the other numbers of their row: L = (w - 1)^2 beside w.

The formula is the deck's own, or the heading itself where that is f(x). A table may be another
example's, though; so a number is called wrong only where two others of its column follow, and most
of them.
"""

from __future__ import annotations

from typing import Any

from bpreport.audit.digits import correction, fits
from bpreport.audit.document import interval
from bpreport.audit.knowledge import Knowledge, is_counted
from bpreport.audit.members import FEWEST
from bpreport.audit.model import Judgement, Verdict
from bpreport.audit.names import readings
from bpreport.audit.saying import said
from bpreport.deck.claims import printed_number
from bpreport.deck.model import Claim
from bpreport.formula import INTERVAL, MP, EvaluationError, evaluate, expand, stands_for
from bpreport.formula.arithmetic import interval_ends
from bpreport.formula.tree import Call, Symbol, Tree

__all__ = ["judge_in_row"]

FOLLOWS = "{printed} follows from the numbers of its row"


def judge_in_row(claim: Claim, knowledge: Knowledge, printed: str) -> Judgement | None:
    """The judgement of a number by those beside it; None where they do not determine it."""
    if not is_counted(claim) or knowledge.trace_of(claim) is not None:
        return None
    found = _range_of(claim, knowledge)
    if found is None:
        return None
    if _can_be(printed, found):
        return said(claim, Verdict.CARRIED, FOLLOWS, printed=printed)
    column = [
        _can_be(text, other)
        for one in knowledge.counted_in(claim.slide)
        if one.left == claim.left and (text := printed_number(one.right)) is not None
        if (other := _range_of(one, knowledge)) is not None
    ]
    if sum(column) < FEWEST or 2 * sum(column) <= len(column):
        return None
    exact = (found[0] + found[1]) / 2
    right = correction(printed, exact)
    sure = fits(right, found[0]) and fits(right, found[1])
    text = "{printed} is printed, but from the numbers of its row it is about {exact}"
    return said(
        claim,
        Verdict.WRONG,
        text,
        printed=printed,
        exact=exact,
        correction=right if sure else None,
    )


def _range_of(claim: Claim, knowledge: Knowledge) -> tuple[Any, Any] | None:
    """Between which values a number lies by its formula and the numbers of its row."""
    formula = _formula(claim, knowledge)
    if formula is None:
        return None
    row: dict[str, str] = {}
    for one in knowledge.counted_in(claim.slide):
        text = printed_number(one.right)
        if one.iteration != claim.iteration or not isinstance(one.left, Symbol) or text is None:
            continue
        if row.setdefault(one.left.key, text) != text:
            return None  # two tables, or two runs
    values: dict[str, Any] = dict(knowledge.document.functions_at(claim.position))
    beside = False
    for name in readings(formula):
        if name.key in row:
            beside = True
            values[name.key] = interval(row[name.key], rounded=True)
            continue
        known = knowledge.operand(name, claim)
        if known is None or known.stale or knowledge.is_result(name, claim):
            return None
        values[name.key] = known.value
    try:
        ends = interval_ends(evaluate(formula, values, INTERVAL)) if beside else None
    except EvaluationError:
        return None
    return None if ends is None else (MP.mpf(str(ends[0])), MP.mpf(str(ends[1])))


def _formula(claim: Claim, knowledge: Knowledge) -> Tree | None:
    """How the deck computes what a column is headed by."""
    name = claim.left
    try:
        if isinstance(name, Call):
            return expand(name, knowledge.document.functions_at(claim.position))
        if isinstance(name, Symbol):
            formula = knowledge.document.definition(name.key, claim)
            functions = knowledge.document.functions_at(claim.position)
            return None if formula is None else expand(formula, functions)
    except EvaluationError:
        pass
    return None


def _can_be(printed: str, ends: tuple[Any, Any]) -> bool:
    """Whether printed digits stand for a value of a range."""
    low, high = (MP.mpf(str(end)) for end in stands_for(printed)[:2])
    return bool(low <= ends[1] and ends[0] <= high)
