"""Numbers that follow from the digits printed for parts of their formula, which have no names.

Who computes a softmax by hand writes down the exponentials, and adds what stands on the paper.
"""

from __future__ import annotations

from bisect import bisect_left
from contextlib import suppress
from itertools import islice, takewhile
from operator import attrgetter
from typing import Any

from bpreport.audit.digits import fits, number, same
from bpreport.audit.knowledge import Knowledge, Told
from bpreport.deck.model import Claim
from bpreport.deck.numbers import printed_number
from bpreport.formula import MP, MPMATH, EvaluationError, evaluate
from bpreport.formula.rounding import JUDGED_DIGITS
from bpreport.formula.tree import Apply, Call, Tree, substitute, tree

__all__ = ["follows_from_parts"]

_JOINING = ("add", "multiply", "divide", "negative")
"""Operations whose results are not looked for: what they join is."""


def follows_from_parts(formula: Tree, printed: str, claim: Claim, knowledge: Knowledge) -> bool:
    """Whether a formula gives the printed digits with those that its slide prints for its parts."""
    told = _told_on(claim.slide, knowledge)
    if not told:
        return False
    try:
        values = knowledge.values_for(formula, claim)

        def as_told(part: Tree) -> Tree | None:
            if not _is_part(part):
                return None
            told_here = told.get(_digits(evaluate(part, values, MPMATH)), ())
            text = next((text for at, text in told_here if at < claim.position), None)
            return None if text is None else tree(text)

        by_paper = substitute(formula, as_told)
        return by_paper != formula and fits(printed, evaluate(by_paper, values, MPMATH))
    except EvaluationError:
        return False


def _is_part(part: Tree) -> bool:
    return isinstance(part, Call) or (isinstance(part, Apply) and part.operation not in _JOINING)


def _told_on(slide: int, knowledge: Knowledge) -> Told:
    """What a slide prints for parts, rounded: by their exact values, where, and the digits."""
    if slide not in knowledge.parts:
        told = knowledge.parts[slide] = {}
        first = bisect_left(knowledge.claims, slide, key=attrgetter("slide"))
        rest = islice(knowledge.claims, first, None)
        for claim in takewhile(lambda one: one.slide == slide, rest):
            text = printed_number(claim.right)
            if text is None or claim.left is None or not _is_part(claim.left):
                continue
            with suppress(EvaluationError):
                value = evaluate(claim.left, knowledge.values_for(claim.left, claim), MPMATH)
                if fits(text, value) and not same(number(text), value):
                    told.setdefault(_digits(value), []).append((claim.position, text))
    return knowledge.parts[slide]


def _digits(value: Any) -> str:
    """A value by its digits that are judged; a row has none that a part could be."""
    return "" if isinstance(value, tuple) else str(MP.nstr(value, JUDGED_DIGITS))
