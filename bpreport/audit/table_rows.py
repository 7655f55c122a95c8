r"""Numbers of a table that follow from the other numbers of their row: L = (w - 1)^2 beside w.

The formula is the deck's own, or the heading itself where that is f(x) or x - m. A table may be
another example's, though; so a number is called wrong only where two others of its column follow,
and most of them. Of what parameters become by a rule, one that has changed by it is enough. First
the numbers that no formula computes are taken as they are; where that does not do, as rounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeGuard

from bpreport.audit.before_and_after import update_rule
from bpreport.audit.digits import can_be, correction, fits, interval, number, range_of, same
from bpreport.audit.explaining import explain_result
from bpreport.audit.knowledge import Knowledge
from bpreport.audit.members import FEWEST
from bpreport.audit.model import Judgement, Verdict
from bpreport.audit.names import is_numeric, readings
from bpreport.audit.printed import explained
from bpreport.audit.saying import math, said, unchecked
from bpreport.deck.chains import value_before
from bpreport.deck.model import Claim
from bpreport.deck.numbers import printed_number
from bpreport.deck.tables import counts
from bpreport.formula import (
    INTERVAL,
    MP,
    MPMATH,
    EvaluationError,
    evaluate,
    expand,
    parse,
    places_of,
)
from bpreport.formula.arithmetic import IV
from bpreport.formula.effort import charge
from bpreport.formula.tree import Derivative, Symbol, Tree, substitute, walk

__all__ = [
    "OF_A_RANGE",
    "ROUNDED_FROM",
    "does_not_follow",
    "formula_of",
    "judge_in_case",
    "judge_in_row",
    "range_in_row",
    "rule_beside",
    "written_out",
]

DEPTH = 4
"""Columns that may be computed one from the other, up to the first that is exact."""
ROUNDED_FROM = 2
"""Places from which a number that an update computes is a rounded one; one of fewer may be so."""
OF_A_RANGE = 20
"""Steps that a range takes beside its evaluation: finding the numbers of the row, as intervals."""
FOLLOWS = "{printed} follows from the numbers of its row"


def judge_in_case(claim: Claim, knowledge: Knowledge, printed: str) -> Judgement:
    """The judgement of a number in a row that is a case of its own, where no other tells of it."""
    name = claim.left
    assert name is not None
    given = (
        formula_of(claim, knowledge) is None
        if isinstance(name, Symbol)
        else _is_read(claim, knowledge)
    )
    if given:
        return said(claim, Verdict.GIVEN, "{printed} is given", printed=printed)
    text = "The numbers of its row do not determine {name}"
    return unchecked(claim, text, printed=printed, name=math(name))


def judge_in_row(claim: Claim, knowledge: Knowledge, printed: str) -> Judgement | None:
    """The judgement of a number by those beside it; None where they do not determine it."""
    if not knowledge.tables.row(claim) or knowledge.trace_of(claim) is not None:
        return None
    for taken in ("exact", "rounded"):
        found = range_in_row(claim, knowledge, taken)
        if found is None:
            return None
        if _is_in(claim, found):
            return said(claim, Verdict.CARRIED, FOLLOWS, printed=printed)
        if _is_sure(claim, knowledge, taken):
            right = range_in_row(claim, knowledge, "mended")
            if right is not None and _is_in(claim, right):
                text = "{printed} follows from the right numbers of its row"
                return said(claim, Verdict.CARRIED, text, printed=printed)
            if printed_number(claim.right) is None:
                exact = (found[0] + found[1]) / 2
                text = "{fraction} is printed, but from the numbers of its row it is about {exact}"
                return said(claim, Verdict.WRONG, text, fraction=printed, exact=exact)
            text = "{printed} is printed, but from the numbers of its row it is about {exact}"
            return does_not_follow(claim, knowledge, found, text, _line(claim, knowledge))
    return None


def _is_sure(claim: Claim, knowledge: Knowledge, taken: str) -> bool:
    """Whether enough numbers follow from their rows for another to be wrong that does not.

    Of new values of parameters those count, in all columns, that are not the old ones: these follow
    where nothing is changed, whatever the rule.
    """
    follows = partial(_follows, knowledge=knowledge, taken=taken)
    following, held = knowledge.following(claim, taken, follows)
    if following >= FEWEST and 2 * following > held:
        return True
    if _beside(claim, knowledge) is None:
        return False
    changes = partial(_changes, knowledge=knowledge, taken=taken)
    counted = [
        knowledge.following(one, f"{taken} changed", changes)
        for one in knowledge.tables.line(claim)
        if _beside(one, knowledge) is not None
    ]
    changed = sum(following for following, _ in counted)
    return changed > 0 and sum(held for _, held in counted) <= 2 * changed


def _changes(claim: Claim, knowledge: Knowledge, taken: str) -> bool | None:
    """Whether a new value follows from its row, where it is another than the old one."""
    found = _follows(claim, knowledge, taken)
    old = _beside(claim, knowledge)
    return None if found and old is not None and old.right == claim.right else found


def _follows(claim: Claim, knowledge: Knowledge, taken: str) -> bool | None:
    """Whether a number follows from its row; None where that does not determine it."""
    ends = range_in_row(claim, knowledge, taken)
    return None if ends is None else _is_in(claim, ends)


def does_not_follow(
    claim: Claim, knowledge: Knowledge, ends: tuple[Any, Any], text: str, line: Tree | None
) -> Judgement:
    """The judgement of a number that others contradict, and how it came about.

    The sentence is about its {printed} digits and what is {exact}; the line has the printed numbers
    that it should follow from.
    """
    knowledge.mended[claim.id] = ends
    printed = printed_number(claim.right) or ""
    exact = (ends[0] + ends[1]) / 2
    right = correction(printed, exact)
    sure = fits(right, ends[0]) and fits(right, ends[1])
    if line is not None and sure:
        one = replace(claim, left=line, head=None)
        found = explain_result(one, knowledge, printed, None)
        if found:
            return explained(claim, text, found, printed, right, None, exact=exact)
    return said(
        claim,
        Verdict.WRONG,
        text,
        printed=printed,
        exact=exact,
        correction=right if sure else None,
    )


def _is_read(claim: Claim, knowledge: Knowledge) -> bool:
    """Whether a heading that is no name, and has no value, stands in another of its row."""
    others = (
        formula_of(one, knowledge) for one in knowledge.tables.row(claim) if one.left != claim.left
    )
    read = any(claim.left == part for tree in others if tree is not None for part in walk(tree))
    return read and range_in_row(claim, knowledge, "exact") is None


def _heading(claim: Claim) -> Tree | None:
    return None if claim.figure is None else claim.figure.heading


def _texts_of(claim: Claim, knowledge: Knowledge) -> dict[str, Claim] | None:
    """The numbers of a row by their names; None where one name has two, in two tables or runs."""
    row: dict[str, Claim] = {}
    for one in knowledge.tables.row(claim):
        if isinstance(one.left, Symbol) and one.right is not None:
            known = row.setdefault(one.left.key, one)
            if known.right != one.right:
                return None
    return row


def range_in_row(
    claim: Claim, knowledge: Knowledge, taken: str, depth: int = DEPTH
) -> tuple[Any, Any] | None:
    """Between which values a number lies by its formula and the numbers of its row.

    They are taken as "exact", but for those that a formula computes and rounds, as "rounded" all of
    them, or as "mended": what a formula gives instead of what is printed.
    """
    found = _formula_in_row(claim, knowledge)
    if found is None:
        return None
    formula, row = found
    charge(OF_A_RANGE)
    values: dict[str, Any] = dict(knowledge.document.functions.at(claim.position))
    names = readings(formula)
    count = _count(claim, formula, knowledge)
    for name in names:
        if name.key in row:
            values[name.key] = _taken(row[name.key], knowledge, taken, depth)
            continue
        if name.key in count:
            values[name.key] = interval(count[name.key], rounded=False)
            continue
        known = knowledge.operand(name, claim)
        result = taken == "rounded" and knowledge.is_result(name, claim)
        if known is None or result or (known.stale and not _is_told_once(name, knowledge)):
            return None
        values[name.key] = known.value
    instance = claim.left != _heading(claim)  # of x_i - m, of which the deck may have all numbers
    if not instance and (row.keys() | count.keys()).isdisjoint(name.key for name in names):
        return None
    try:
        ends = range_of(formula, values)
    except EvaluationError:
        return None
    low, high = (MP.mpf(str(end)) for end in ends)
    return (low, high) if MP.isfinite(low) and MP.isfinite(high) else None  # 1/0 is no number


def _is_told_once(name: Symbol | Derivative, knowledge: Knowledge) -> bool:
    """Whether a deck has one number for a name and no formula, so that no round has another."""
    told = knowledge.document.statements.get(name.key, ())
    return len({one.text for one in told}) == 1 and not any(one.trees for one in told)


def _count(claim: Claim, formula: Tree, knowledge: Knowledge) -> dict[str, str]:
    """What counts the rows, if a formula reads it: t in a / (1 + b t) beside rows of t."""
    count = None if claim.figure is None else claim.figure.count
    names = (name for name in readings(formula) if isinstance(name, Symbol))
    return {
        name.key: str(count)
        for name in names
        if count is not None and counts(name.key) and knowledge.operand(name, claim) is None
    }


def _taken(claim: Claim, knowledge: Knowledge, taken: str, depth: int) -> Any:
    """What a number of the row is taken for, as an interval."""
    formula = formula_of(claim, knowledge)
    updated = formula is None and update_rule(claim.left, claim, knowledge) is not None
    computed = updated or formula is not None
    if taken == "rounded" and not computed:
        return _stands_for(claim, rounded=not claim.text.lstrip("-").isdecimal())
    if taken == "mended" and claim.id in knowledge.mended:
        return IV.mpf([str(end) for end in knowledge.mended[claim.id]])
    ends = range_in_row(claim, knowledge, taken, depth - 1) if computed and depth else None
    if taken == "mended" and ends is not None:
        return IV.mpf([str(end) for end in ends])
    text = printed_number(claim.right)
    exact = text is not None and ends is not None and all(same(number(text), e) for e in ends)
    exact |= updated and text is not None and places_of(text) < ROUNDED_FROM
    return _stands_for(claim, rounded=computed and not exact)


def _is_in(claim: Claim, ends: tuple[Any, Any]) -> bool:
    """Whether a claim's number stands for a value of a range; a fraction is exact."""
    text = printed_number(claim.right)
    if text is not None:
        return can_be(text, ends)
    assert claim.right is not None
    value = evaluate(claim.right, {}, MPMATH)
    inside = ends[0] <= value <= ends[1]
    return inside or any(same(value, end) for end in ends)


def _stands_for(claim: Claim, *, rounded: bool) -> Any:
    """The numbers that a number of a table stands for."""
    assert claim.right is not None
    text = printed_number(claim.right)
    return evaluate(claim.right, {}, INTERVAL) if text is None else interval(text, rounded=rounded)


def _line(claim: Claim, knowledge: Knowledge) -> Tree | None:
    """The formula of a number with the printed numbers of its row in it."""
    found = _formula_in_row(claim, knowledge)
    if found is None:
        return None
    formula, row = found
    count = _count(claim, formula, knowledge)

    def printed(part: Tree) -> Tree | None:
        if not isinstance(part, Symbol):
            return None
        if part.key in row:
            return row[part.key].right
        if part.key in count:
            return parse(count[part.key])
        text = knowledge.as_printed(part, claim)
        return None if text is None else parse(text)

    line = substitute(formula, printed)
    return line if is_numeric(line) else None


def _formula_in_row(claim: Claim, knowledge: Knowledge) -> tuple[Tree, dict[str, Claim]] | None:
    """The formula of a number, and the numbers of its row by the names that it reads.

    Where a name has no value, what heads another column is one, t - o in (t - o)^2, or what the
    deck computes it from.
    """
    formula, row = formula_of(claim, knowledge), _texts_of(claim, knowledge)
    if formula is None or row is None:
        return None
    count = _count(claim, formula, knowledge)
    names = [name for name in readings(formula) if name.key not in row and name.key not in count]
    if all(knowledge.operand(name, claim) is not None for name in names):
        return formula, row
    others = [one for one in knowledge.tables.row(claim) if one.left != claim.left]
    formula, beside = written_out(formula, others, claim, knowledge)
    return formula, row | beside


def written_out(
    formula: Tree, beside: Sequence[Claim], claim: Claim, knowledge: Knowledge
) -> tuple[Tree, dict[str, Claim]]:
    """A formula in the names of a row, and the numbers of these; others by their own formulas.

    Where a name has neither, what heads a column is one: t - y.
    """
    named = {one.left.key: one for one in beside if isinstance(one.left, Symbol | Derivative)}
    columns, headed = _named_by_place(
        one for one in beside if not isinstance(one.left, Symbol | Derivative)
    )

    def written(part: Tree) -> Tree | None:
        if part in columns:
            return columns[part]
        if not isinstance(part, Symbol) or part.key in named:
            return None
        return knowledge.document.definition(part.key, claim)

    for _ in range(DEPTH):
        formula = substitute(formula, written)
    return formula, named | headed


def _named_by_place(claims: Iterable[Claim]) -> tuple[dict[Tree, Symbol], dict[str, Claim]]:
    """Names for what heads some columns and is none, and the numbers below by these names."""
    columns: dict[Tree, Symbol] = {}
    numbers: dict[str, Claim] = {}
    for claim in claims:
        if claim.left is not None:
            name = columns.setdefault(claim.left, Symbol(r"\column", (str(len(columns)),)))
            numbers[name.key] = claim
    return columns, numbers


def formula_of(claim: Claim, knowledge: Knowledge) -> Tree | None:
    """How the deck computes what a column is headed by."""
    name = claim.left
    functions = knowledge.document.functions.at(claim.position)
    try:
        if isinstance(name, Symbol) or _is_prime(name):
            formula = knowledge.document.definition(name.key, claim)
            return rule_beside(claim, knowledge) if formula is None else expand(formula, functions)
        return None if name is None else expand(name, functions)
    except EvaluationError:
        return None


def rule_beside(claim: Claim, knowledge: Knowledge) -> Tree | None:
    """The rule for w where its new value, w' or w^+, heads a column beside that of w itself."""
    old = _beside(claim, knowledge)
    return None if old is None else update_rule(old.left, claim, knowledge)


def _beside(claim: Claim, knowledge: Knowledge) -> Claim | None:
    """The number of w in the row of a new value, w' or w^+; None where there is none."""
    before = _before_update(claim.left)
    row = () if before is None else knowledge.tables.line(claim)
    return next((one for one in row if one.left == before), None)


def _is_prime(name: Tree | None) -> TypeGuard[Derivative]:
    """Whether a name has a prime, which may say that it is the new value."""
    return isinstance(name, Derivative) and name.kind == "prime" and isinstance(name.body, Symbol)


def _before_update(name: Tree | None) -> Symbol | None:
    """The name of which another one is the new value: w of w', w^+ and w_{new}."""
    if isinstance(name, Symbol) and name.indices[-1:] == ("new",) and name.marks[-1:] != ("+",):
        return replace(name, indices=name.indices[:-1])
    before = value_before(name)
    return before if isinstance(before, Symbol) else None
