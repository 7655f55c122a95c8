r"""Numbers of a table that follow from their row and the row before it: w = w - \eta g beside w.

Where a table tells what an iteration, or a sample, makes of the weights, a row starts from those of
the row before. What else its rule reads may stand in the same row or in that one as well. A table
may be another example's, so a number is called wrong only where two others of its column follow,
and most of them; the first row of a table starts from what the deck tells, which may be another
start.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from bpreport.audit.before_and_after import update_rule
from bpreport.audit.digits import can_be, interval, range_of
from bpreport.audit.knowledge import Knowledge
from bpreport.audit.members import FEWEST
from bpreport.audit.model import Judgement, Verdict
from bpreport.audit.names import is_numeric, readings
from bpreport.audit.saying import said
from bpreport.audit.table_rows import (
    OF_A_RANGE,
    ROUNDED_FROM,
    does_not_follow,
    formula_of,
    judge_in_row,
    range_in_row,
    rule_beside,
    written_out,
)
from bpreport.deck.model import Claim
from bpreport.deck.numbers import printed_number
from bpreport.formula import INTERVAL, MP, EvaluationError, evaluate, parse, places_of
from bpreport.formula.arithmetic import IV
from bpreport.formula.effort import charge
from bpreport.formula.tree import Derivative, Symbol, Tree, substitute

__all__ = ["judge_by_rows"]

WAYS = ("own", "before")
"""In which row, beside the weights of the row before, the rest stands that a rule reads."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A formula in the numbers of two rows."""

    tree: Tree
    numbers: Mapping[str, Claim]
    """By the names that it reads, the numbers of both rows."""
    starts: bool
    """It is the first row, which starts from what the deck tells."""


def judge_by_rows(claim: Claim, knowledge: Knowledge, printed: str) -> Judgement | None:
    """The judgement of a number by its row, or by that and the one before it.

    None where they say nothing.
    """
    own = judge_in_row(claim, knowledge, printed)
    if own is not None and not own.verdict.is_error:
        return own
    earlier = _judge_by_row_before(claim, knowledge)
    if earlier is not None and not earlier.verdict.is_error:
        return earlier
    wrong = own or earlier
    return None if wrong is None or _starts_from_weights(claim, knowledge) else wrong


def _starts_from_weights(claim: Claim, knowledge: Knowledge) -> bool:
    """Whether a number of a first row may be computed with weights that the table does not show."""
    if not knowledge.tables.row(claim) or not knowledge.document.tells_of_updates:
        return False
    line = _line(claim, knowledge, "own")
    return line is not None and line.starts


def _judge_by_row_before(claim: Claim, knowledge: Knowledge) -> Judgement | None:
    """The judgement of a number by its row and the one before; None where they say nothing."""
    if not knowledge.tables.row(claim) or knowledge.trace_of(claim) is not None:
        return None
    printed = printed_number(claim.right)
    if printed is None or not knowledge.document.tells_of_updates:
        return None
    wrong: Judgement | None = None  # unless it follows in the other way
    for way in WAYS:
        line = _line(claim, knowledge, way)
        for taken in ("exact", "rounded"):
            if line is None:
                break
            found = _range(line, claim, knowledge, taken)
            follows = partial(_follows, knowledge=knowledge, way=way, taken=taken)
            following, held = knowledge.following(claim, f"{way} {taken}", follows)
            if found is None or following < FEWEST:
                continue
            if can_be(printed, found):
                text = "{printed} follows from the numbers of its row and of the row before it"
                return said(claim, Verdict.CARRIED, text, printed=printed)
            if 2 * following > held and not line.starts:
                wrong = wrong or _wrong(line, claim, knowledge, way, found)
                break
    return wrong


def _wrong(
    line: _Line, claim: Claim, knowledge: Knowledge, way: str, found: tuple[Any, Any]
) -> Judgement:
    """The judgement of a number that does not follow, unless it does from right numbers."""
    printed = printed_number(claim.right) or ""
    mended = _range(line, claim, knowledge, "mended", way)
    if mended is not None and can_be(printed, mended):
        text = "{printed} follows from the right numbers of its row and of the row before it"
        return said(claim, Verdict.CARRIED, text, printed=printed)
    text = (
        "{printed} is printed, but from the numbers of its row and of the row before it "
        "is about {exact}"
    )

    def shown(part: Tree) -> Tree | None:
        if not isinstance(part, Symbol | Derivative):
            return None
        if part.key in line.numbers:
            return line.numbers[part.key].right
        digits = knowledge.as_printed(part, claim)
        return None if digits is None else parse(digits)

    numbers = substitute(line.tree, shown)
    sum_of = numbers if is_numeric(numbers) else None
    return does_not_follow(claim, knowledge, found, text, sum_of)


def _follows(claim: Claim, knowledge: Knowledge, way: str, taken: str) -> bool | None:
    """Whether a number speaks for a way, or against it; None where it does neither.

    What is as it was before follows in every way, and what follows from the right number in the
    place of a wrong one is right.
    """
    text = printed_number(claim.right)
    line = _line(claim, knowledge, way)
    if text is None or line is None or line.starts:
        return None
    ends = _range(line, claim, knowledge, taken)
    if ends is None:
        return None
    if can_be(text, ends):
        own = line.numbers.get(claim.left.key) if isinstance(claim.left, Symbol) else None
        return None if own is not None and own.right == claim.right else True
    mended = _range(line, claim, knowledge, "mended", way)
    return None if mended is not None and can_be(text, mended) else False


def _line(claim: Claim, knowledge: Knowledge, way: str) -> _Line | None:
    """The rule of a number, or its formula if that reads what rules update, in its two rows."""
    charge(OF_A_RANGE)
    if rule_beside(claim, knowledge) is not None:
        return None  # its row has what it starts from
    rule = update_rule(claim.left, claim, knowledge)
    formula = formula_of(claim, knowledge) if rule is None else rule
    if formula is None or (rule is None and way == "before"):
        return None
    own, before = knowledge.tables.line(claim), knowledge.tables.line(claim, -1)
    if before and None not in (own[0].iteration, before[0].iteration):
        if own[0].iteration != (before[0].iteration or 0) + 1:
            return None
    elif way == "before" and not before:
        return None
    beside = [one for one in (own if way == "own" else before) if one.left != claim.left]
    tree, numbers = written_out(formula, beside, claim, knowledge)
    updated = [
        part.key for part in readings(tree) if update_rule(part, claim, knowledge) is not None
    ]
    earlier = {one.left.key: one for one in before if isinstance(one.left, Symbol)}
    if not updated or (before and not earlier.keys() >= set(updated)):
        return None
    numbers |= {key: earlier[key] for key in updated if before}
    for key in () if before else updated:
        numbers.pop(key, None)
    return _Line(tree, numbers, starts=not before)


def _range(
    line: _Line, claim: Claim, knowledge: Knowledge, taken: str, way: str = ""
) -> tuple[Any, Any] | None:
    """Between which values a number lies by its line.

    Numbers with two places or more that are computed are taken as rounded, or with "rounded" all
    that have any, or with "mended" also what they should be instead of what is printed.
    """
    charge(OF_A_RANGE)
    values: dict[str, Any] = dict(knowledge.document.functions.at(claim.position))
    for name in readings(line.tree):
        one = line.numbers.get(name.key)
        if one is not None:
            values[name.key] = _taken(one, knowledge, taken, way)
            continue
        if not line.starts and not _is_constant(name, line, claim, knowledge):
            return None
        try:
            known = knowledge.document.value(name.key, claim.position)
        except EvaluationError:
            return None
        values[name.key] = known.value
    try:
        low, high = range_of(line.tree, values)
    except EvaluationError:
        return None
    return (low, high) if MP.isfinite(low) and MP.isfinite(high) else None


def _is_constant(
    name: Symbol | Derivative, line: _Line, claim: Claim, knowledge: Knowledge
) -> bool:
    """Whether what stands in no row is the same for all rows.

    It has one number ahead of the table, or on its slide; and where the rows have more than the
    weights, it is a rate or the like: x may be that of one sample of many.
    """
    told = [
        one
        for one in knowledge.document.statements.get(name.key, ())
        if one.position < claim.position and not one.bound
    ]
    here = [one for one in told if one.claim.slide == claim.slide]
    greek = isinstance(name, Symbol) and name.base.startswith("\\")
    read = [line.numbers[one.key] for one in readings(line.tree) if one.key in line.numbers]
    alone = all(update_rule(one.left, claim, knowledge) is not None for one in read)
    return len({one.text for one in here or told}) == 1 and (greek or alone)


def _taken(claim: Claim, knowledge: Knowledge, taken: str, way: str) -> Any:
    """What a number of a row is taken for, as an interval."""
    text = printed_number(claim.right)
    if text is None:
        assert claim.right is not None
        return evaluate(claim.right, {}, INTERVAL)
    if taken == "mended":
        line = _line(claim, knowledge, way)
        ends = knowledge.mended.get(claim.id) or range_in_row(claim, knowledge, "exact")
        if ends is None and line is not None:
            ends = _range(line, claim, knowledge, "exact")
        if ends is not None and not can_be(text, ends):
            return IV.mpf([str(end) for end in ends])
    computed = formula_of(claim, knowledge) or update_rule(claim.left, claim, knowledge)
    places = places_of(text)
    rounded = computed is not None and places >= ROUNDED_FROM
    return interval(text, rounded=places > 0 if taken == "rounded" else rounded)
