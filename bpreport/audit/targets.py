r"""Lines of numbers with the one term that a target leaves of a sum: -\ln 0.7 of an entropy."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from bpreport.audit.binding import best_alignment
from bpreport.audit.knowledge import Knowledge
from bpreport.audit.model import Judgement
from bpreport.audit.names import readings
from bpreport.deck.model import Claim
from bpreport.formula import simplify
from bpreport.formula.operations import ONE, ZERO
from bpreport.formula.tree import Derivative, Symbol, Tree, substitute

__all__ = ["judge_by_target"]


def judge_by_target(
    claim: Claim, knowledge: Knowledge, judge: Callable[[Claim, Knowledge], Judgement]
) -> Judgement | None:
    r"""The judgement of a line by its formula without the terms that a target leaves out.

    With y = (0, 0, 1), -\sum_i y_i \ln p_i is -\ln p_3. None where the line follows from none.
    """
    assert claim.left is not None
    forms: Iterable[Tree] = (claim.left,)
    if isinstance(claim.left, Symbol | Derivative):
        forms = knowledge.forms_of(claim.left, claim)
    for form in forms:
        zeros, one = _all_but_one(form, claim, knowledge)
        for known in (zeros, zeros | one) if zeros else ():  # the factor 1 is written, or is not
            short = replace(claim, left=simplify(substitute(form, known.get)))
            found = best_alignment(short, knowledge)
            if found is not None and not found.cost:
                return replace(judge(short, knowledge), claim=claim)
    return None


def _all_but_one(
    form: Tree, claim: Claim, knowledge: Knowledge
) -> tuple[dict[Tree, Tree], dict[Tree, Tree]]:
    """Names of a formula that are given as 0, and the one of their family that is given as 1."""
    families: dict[str, dict[Tree, Any]] = {}
    for name in readings(form):
        if isinstance(name, Symbol) and name.indices:
            known = knowledge.operand(name, claim)
            given = known is not None and known.given and not known.stale
            value = known.value if known is not None and given else None
            families.setdefault(replace(name, indices=()).key, {})[name] = value
    zeros: dict[Tree, Tree] = {}
    ones: dict[Tree, Tree] = {}
    for family in families.values():
        values = list(family.values())
        if values.count(1) == 1 and values.count(0) == len(values) - 1 > 0:
            zeros |= {name: ZERO for name, value in family.items() if value == 0}
            ones |= {name: ONE for name, value in family.items() if value == 1}
    return zeros, ones
