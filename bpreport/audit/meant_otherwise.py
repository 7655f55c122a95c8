r"""What looks wrong and may be meant otherwise.

An equation that is posed, such as w x + b = 0 of a boundary, asserts nothing of the values that its
names have elsewhere; nor need sides be equal that have other units, 90 \text{ s} = 1.5 \text{ min}.
"""

from __future__ import annotations

import re

from bpreport.audit.model import Judgement, Message
from bpreport.audit.names import is_numeric
from bpreport.audit.saying import unchecked
from bpreport.deck.model import Claim
from bpreport.formula.tree import Call, Derivative, Symbol

__all__ = ["unless_meant_otherwise"]

_UNIT = re.compile(r"[^\W\d_]{1,12}")


def unless_meant_otherwise(judgement: Judgement) -> Judgement:
    """The judgement of a claim; unchecked where it does not hold, and need not.

    One that holds for the values at hand is right, whatever it is meant for.
    """
    claim = judgement.claim
    if judgement.verdict.level not in ("note", "error"):
        return judgement
    if _may_be_posed(claim):
        text = "With the values at hand it is {exact}; this may be an equation to be solved"
        return unchecked(claim, text, exact=judgement.exact)
    if _changes_unit(claim):
        text = "The sides have other units, {left} and {right}"
        left, right = (unit or Message("none") for unit in claim.units)
        return unchecked(claim, text, left=left, right=right)
    return judgement


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


def _changes_unit(claim: Claim) -> bool:
    left, right = claim.units
    return _UNIT.fullmatch(left) is not None and left != right
