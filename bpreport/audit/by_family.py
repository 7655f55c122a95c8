"""Numbers that follow from the formulas of their line's names, and not from what is printed there.

After a typing mistake in q the line behind it is right all the same if its author went on with the
right number; so it is in q_1, which nothing but an index confirms to be the formula's.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from bpreport.audit.digits import fits, significant_digits
from bpreport.audit.examples import TELLING_DIGITS
from bpreport.audit.knowledge import Knowledge
from bpreport.audit.model import Judgement, Verdict
from bpreport.audit.names import readings
from bpreport.audit.saying import math, said
from bpreport.formula import MPMATH, EvaluationError, evaluate
from bpreport.formula.tree import Symbol, Tree

__all__ = ["unless_by_family"]


def unless_by_family(judgement: Judgement, formula: Tree | None, knowledge: Knowledge) -> Judgement:
    """The judgement of a number by a formula; right where it follows from the names' own formulas.

    Numbers of few digits may do so by accident.
    """
    claim, printed = judgement.claim, judgement.printed
    if not judgement.verdict.is_error or printed is None or formula is None:
        return judgement
    if significant_digits(printed) < TELLING_DIGITS:
        return judgement
    values: dict[str, Any] = {}
    name: Tree | None = None
    with suppress(EvaluationError):
        values |= knowledge.values_for(formula, claim)
        for one in readings(formula):
            value = _by_formula(one, judgement, knowledge)
            if value is not None:
                values[one.key], name = value, one
        if name is not None and fits(printed, evaluate(formula, values, MPMATH)):
            text = (
                "{printed} follows from the formula of {name}, not from the number printed for it"
            )
            return said(claim, Verdict.CARRIED, text, printed=printed, name=math(name))
    return judgement


def _by_formula(name: Tree, judgement: Judgement, knowledge: Knowledge) -> Any:
    """The value of a name by the formula of its family; None where it has none."""
    claim, document = judgement.claim, knowledge.document
    index = document.nearest(name.key, claim.position) if isinstance(name, Symbol) else None
    if index is None or not isinstance(name, Symbol):
        return None
    found = document.in_family(document.statements[name.key][index])
    formula = document.definition(name.key, claim) if found is None else found[1]
    if formula is None:
        return None
    with suppress(EvaluationError):
        return evaluate(formula, knowledge.values_for(formula, claim), MPMATH)
    return None
