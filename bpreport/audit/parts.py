"""Numbers that follow from the digits printed for parts of their formula, which have no names.

Who computes a softmax by hand writes down the exponentials, and adds what stands on the paper.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from bpreport.audit.digits import fits, number, same
from bpreport.audit.knowledge import Knowledge
from bpreport.deck.claims import printed_number
from bpreport.deck.model import Claim, Position
from bpreport.formula import MPMATH, EvaluationError, evaluate
from bpreport.formula.effort import charge
from bpreport.formula.tree import Apply, Call, Number, Tree, substitute

__all__ = ["follows_from_parts"]

_JOINING = ("add", "multiply", "divide", "negative")
"""Operations whose results are not looked for: what they join is."""


def follows_from_parts(tree: Tree, printed: str, claim: Claim, knowledge: Knowledge) -> bool:
    """Whether a formula gives the printed digits with those that its slide prints for its parts."""
    told = _told_before(claim, knowledge)
    if not told:
        return False
    try:
        values = knowledge.values_for(tree, claim)
        by_paper = substitute(tree, lambda part: _as_told(part, values, told))
        return by_paper != tree and fits(printed, evaluate(by_paper, values, MPMATH))
    except EvaluationError:
        return False


def _as_told(part: Tree, values: dict[str, Any], told: list[tuple[Any, str]]) -> Tree | None:
    """The digits that are printed for a part, if any are."""
    if not _is_part(part):
        return None
    value = evaluate(part, values, MPMATH)
    charge(len(told))
    text = next((text for exact, text in told if same(exact, value)), None)
    if text is None:
        return None
    return -Number(text[1:]) if text.startswith("-") else Number(text)


def _is_part(tree: Tree) -> bool:
    return isinstance(tree, Call) or (isinstance(tree, Apply) and tree.operation not in _JOINING)


def _told_before(claim: Claim, knowledge: Knowledge) -> list[tuple[Any, str]]:
    """Exact values of parts and the digits that the slide has printed for them before a claim."""
    if claim.slide not in knowledge.parts:
        knowledge.parts[claim.slide] = list(_told_on(claim.slide, knowledge))
    told = knowledge.parts[claim.slide]
    return [(value, text) for at, value, text in told if at < claim.position]


def _told_on(slide: int, knowledge: Knowledge) -> Iterator[tuple[Position, Any, str]]:
    for claim in knowledge.claims:
        text = printed_number(claim.right)
        if claim.slide != slide or text is None or claim.left is None or not _is_part(claim.left):
            continue
        with suppress(EvaluationError):
            value = evaluate(claim.left, knowledge.values_for(claim.left, claim), MPMATH)
            if fits(text, value) and not same(number(text), value):
                yield claim.position, value, text
