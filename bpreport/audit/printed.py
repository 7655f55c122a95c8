"""Printed numbers, held against the exact value of what they are printed for."""

from __future__ import annotations

from typing import Any

from bpreport.audit.binding import within_printed
from bpreport.audit.carrying import follows_printed
from bpreport.audit.digits import How, correction, how_printed, number, same, to_be_judged
from bpreport.audit.explaining import (
    Explanation,
    explain_number,
    explain_rounding,
)
from bpreport.audit.knowledge import Knowledge, Known
from bpreport.audit.model import Judgement, Verdict
from bpreport.audit.names import readings
from bpreport.audit.parts import follows_from_parts
from bpreport.audit.saying import math, said, unchecked
from bpreport.deck.model import Claim
from bpreport.formula import rounded
from bpreport.formula.tree import Tree

__all__ = [
    "CARRIED",
    "CARRIED_WITHIN",
    "CUT_OFF",
    "LAST_DIGIT",
    "WITHIN_ROUNDING",
    "carried",
    "explained",
    "faulty_name",
    "inherited",
    "judge_against",
    "judge_given",
    "reproduced",
    "stale",
]

CUT_OFF = "{printed} is {exact} with the digits cut off; rounded it is {correction}"
LAST_DIGIT = "{printed} is one unit off in the last place ({exact} rounds to {correction})"

CARRIED = "{printed} is right from the printed numbers; unrounded it is {exact}"
CARRIED_WITHIN = "{printed} is right from the printed numbers within their rounding"
WITHIN_ROUNDING = (
    "{printed} follows from the printed numbers within their rounding; "
    "from their digits it is {exact}"
)


def judge_given(claim: Claim, known: Known, printed: str) -> Judgement:
    """A number that is given: it must be the same wherever it is printed."""
    if same(number(printed), to_be_judged(printed, known.value)):
        return said(claim, Verdict.GIVEN, "{printed} is given", known=known, printed=printed)
    right = correction(printed, known.value)
    if not same(number(right), known.value):  # a given is not rounded
        right = rounded(known.value, 30).rstrip("0").rstrip(".")
    return said(
        claim,
        Verdict.WRONG,
        "{printed} is printed, but the value that is given elsewhere is {exact}",
        known=known,
        printed=printed,
        correction=right,
    )


def judge_against(claim: Claim, knowledge: Knowledge, printed: str, known: Known) -> Judgement:
    """A printed number against the exact value of the quantity that it is printed for."""
    how = how_printed(printed, to_be_judged(printed, known.value))
    if how is How.ROUNDED:
        return reproduced(claim, printed, known.value, known)
    near = how is not None or known.rounded
    if near and _is_carried(claim, knowledge, printed, known, long_givens=True):
        return said(claim, Verdict.CARRIED, CARRIED_WITHIN, known=known, printed=printed)
    if known.formula is not None and follows_from_parts(known.formula, printed, claim, knowledge):
        return said(claim, Verdict.CARRIED, CARRIED, known=known, printed=printed)
    if known.stale:
        return stale(claim, printed)
    right = correction(printed, known.value)
    if how is How.TRUNCATED:
        return said(
            claim, Verdict.TRUNCATED, CUT_OFF, known=known, printed=printed, correction=right
        )
    if how is How.LAST_DIGIT:
        cause = explain_rounding(claim, knowledge, printed, known)
        return said(
            claim,
            Verdict.LAST_DIGIT,
            LAST_DIGIT,
            known=known,
            printed=printed,
            correction=right,
            reason=cause,
        )
    if _is_carried(claim, knowledge, printed, known):
        return carried(claim, knowledge, printed, known, CARRIED)
    if follows_printed(claim, knowledge, printed, known):
        return said(claim, Verdict.CARRIED, CARRIED, known=known, printed=printed)
    found = explain_number(claim, knowledge, printed, known)
    if not found:
        return said(
            claim,
            Verdict.WRONG,
            "{printed} is printed, but it is {exact}; no single slip explains the difference",
            known=known,
            printed=printed,
            correction=right,
        )
    return explained(claim, "{printed} is printed, but it is {exact}", found, printed, right, known)


def stale(claim: Claim, printed: str) -> Judgement:
    """A number that depends on what may be other numbers by now."""
    text = "It depends on numbers that may have changed since they were printed"
    return unchecked(claim, text, printed=printed)


def reproduced(claim: Claim, printed: str, exact: Any, known: Known | None) -> Judgement:
    """A number that is right to its last digit."""
    whole = same(number(printed), exact)
    text = "{printed} is exact" if whole else "{printed} is {exact}, rounded"
    return said(claim, Verdict.REPRODUCED, text, known=known, exact=exact, printed=printed)


def carried(
    claim: Claim,
    knowledge: Knowledge,
    printed: str,
    known: Known | None,
    text: str,
    exact: Any = None,
) -> Judgement:
    """A number that follows from what is printed: right, unless a wrong figure was carried on."""
    if known is not None and not known.rounded and how_printed(printed, known.value) is None:
        source = faulty_name(knowledge, known)
        if source is not None:
            return inherited(claim, printed, known, source)
    named = known if exact is None else None
    return said(claim, Verdict.CARRIED, text, known=named, exact=exact, printed=printed)


def faulty_name(knowledge: Knowledge, known: Known) -> Tree | None:
    """A name for which a wrong number was found, among those that a value is computed from."""
    if known.worked is not None or known.formula is None:
        return None
    names = readings(known.formula)
    return next((name for name in names if name.key in knowledge.faulty), None)


def inherited(claim: Claim, printed: str, known: Known, source: Tree) -> Judgement:
    """The judgement of a number that is right but for an earlier wrong figure."""
    return said(
        claim,
        Verdict.EXPLAINED,
        "{printed} is what the line gives, but it should be {exact}: the error comes from {source}",
        known=known,
        printed=printed,
        correction=correction(printed, known.value),
        slip="inherited",
        chance=0.0,
        source=math(source),
    )


def explained(
    claim: Claim,
    opening: str,
    found: tuple[Explanation, ...],
    printed: str,
    right: str | None,
    known: Known | None,
    **values: Any,
) -> Judgement:
    """The judgement of a number for which slips were found, the likeliest first."""
    best = found[0]
    others = dict.fromkeys(other.slip for other in found[1:] if other.slip != best.slip)
    return said(
        claim,
        Verdict.EXPLAINED,
        opening,
        known=known,
        printed=printed,
        correction=best.correction or right,
        slip=best.slip,
        chance=best.chance,
        alternatives=tuple(others),
        reason=best.message,
        fix=best.fix,
        **values,
    )


def _is_carried(
    claim: Claim,
    knowledge: Knowledge,
    printed: str,
    known: Known,
    *,
    long_givens: bool = False,
) -> bool:
    """Whether a formula of the document gives the number from what is printed for its names."""
    if known.worked is not None or known.formula is None:
        return False
    return within_printed(known.formula, printed, claim, knowledge, long_givens=long_givens)
