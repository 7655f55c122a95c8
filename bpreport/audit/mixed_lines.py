r"""Lines in which numbers stand beside names: 0.8 - 0.7 \delta_{o1} out_{h1}."""

from __future__ import annotations

from bpreport.audit.binding import tree_of
from bpreport.audit.knowledge import Knowledge
from bpreport.audit.model import Judgement, Verdict
from bpreport.audit.names import digits_in, readings
from bpreport.audit.operands import could_give
from bpreport.audit.saying import said
from bpreport.deck.model import Claim
from bpreport.formula import MPMATH, EvaluationError, evaluate, parse
from bpreport.formula.tree import Tree, substitute

__all__ = ["judge_mixed"]


def judge_mixed(claim: Claim, knowledge: Knowledge) -> Judgement | None:
    r"""The judgement of a line in which numbers stand beside names: 0.8 - 0.7 \delta out_{h1}.

    None where it is none, or does not hold within the rounding of its numbers.
    """
    left, right = claim.left, claim.right
    if left is None or right is None or not any("." in digits for digits in digits_in(right)):
        return None
    try:
        value = evaluate(left, knowledge.values_for(left, claim), MPMATH)
        result = tree_of(value)
    except EvaluationError:
        return None
    numbers: dict[Tree, Tree] = {}
    exact = knowledge.given_texts()
    for name in readings(right):
        known, printed = knowledge.operand(name, claim), knowledge.printed_for(name, claim)
        if known is None or isinstance(known.value, tuple):
            return None
        if known.worked is None and printed:
            numbers[name] = parse(printed[0])
        else:
            numbers[name] = tree_of(known.value)
            exact |= digits_in(numbers[name])
    line, results = substitute(right, numbers.get), knowledge.results_for(right, claim)
    if not could_give(line, result, results, frozenset(exact)):
        return None
    text = "Both sides agree within the rounding of the printed numbers"
    return said(claim, Verdict.CARRIED, text, exact=value)
