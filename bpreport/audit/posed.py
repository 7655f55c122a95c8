"""Equations that are posed, such as w x + b = 0 of a boundary.

They assert nothing of the values that their names have elsewhere.
"""

from __future__ import annotations

from bpreport.audit.model import Judgement
from bpreport.audit.names import is_numeric
from bpreport.audit.saying import unchecked
from bpreport.deck.model import Claim
from bpreport.formula.tree import Call, Derivative, Symbol

__all__ = ["unless_posed"]


def unless_posed(judgement: Judgement) -> Judgement:
    """The judgement of a formula and a number; unchecked where it may be an equation to be solved.

    One that holds for the values at hand is right, whatever it is meant for.
    """
    if judgement.verdict.level not in ("note", "error") or not _may_be_posed(judgement.claim):
        return judgement
    text = "With the values at hand it is {exact}; this may be an equation to be solved"
    return unchecked(judgement.claim, text, exact=judgement.exact)


def _may_be_posed(claim: Claim) -> bool:
    """Whether a chain is a formula with names, and a bare 0."""
    if claim.formula is None or claim.right_source != "0" or claim.relation != "=":
        return False
    if claim.left is None or isinstance(claim.left, Symbol | Derivative | Call):
        return False
    alone = any(
        len(chain.sides) == 2 and not chain.continues and chain.sides[1].tree is claim.right
        for chain in claim.formula.chains
    )
    return alone and not is_numeric(claim.left)
