r"""What looks wrong and may be meant otherwise.

An equation that is posed, such as w x + b = 0 of a boundary or f(x) = x^2 - 2 = 0 of a root,
asserts nothing of the values that its names have elsewhere; nor need sides be equal that have other
units, 90 \text{ s} = 1.5 \text{ min}.
What a line predicts, h(5), may be meant with the parameters that its regression comes to;
the system A \theta = b is that of the solution.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from bpreport.audit.digits import (
    entries_of,
    fits,
    how_printed,
    interval,
    range_of,
    significant_digits,
)
from bpreport.audit.examples import TELLING_DIGITS
from bpreport.audit.knowledge import Knowledge
from bpreport.audit.model import Judgement, Message, Verdict
from bpreport.audit.names import is_numeric, readings
from bpreport.audit.printed import reproduced
from bpreport.audit.saying import said, unchecked
from bpreport.deck.model import Claim
from bpreport.deck.numbers import printed_number
from bpreport.formula import MPMATH, EvaluationError, evaluate, expand
from bpreport.formula.tree import Call, Derivative, Symbol, Tree
from bpreport.worked import Trace, from_parameters

__all__ = ["in_posed_system", "posed", "unless_meant_otherwise"]

_UNIT = re.compile(r"[^\W\d_]{1,12}")


def unless_meant_otherwise(judgement: Judgement, knowledge: Knowledge) -> Judgement:
    """The judgement of a claim; unchecked where it does not hold, and need not.

    One that holds for the values at hand is right, whatever it is meant for.
    """
    claim = judgement.claim
    if judgement.verdict.level == "right":
        return judgement
    if _is_solved_behind(claim, knowledge):
        return said(claim, Verdict.DEFINITION, "It poses an equation")
    if judgement.verdict.level == "unchecked":
        return judgement
    if _is_given_behind(claim, knowledge):
        text = "What it depends on is given further on, perhaps for another example"
        return unchecked(claim, text, exact=judgement.exact)
    if _may_be_posed(claim):
        text = "With the values at hand it is {exact}; this may be an equation to be solved"
        return unchecked(claim, text, exact=judgement.exact)
    if _changes_unit(claim):
        text = "The sides have other units, {left} and {right}"
        left, right = (unit or Message("none") for unit in claim.units)
        return unchecked(claim, text, left=left, right=right)
    return _predicted(claim, knowledge) or judgement


def posed(claim: Claim, knowledge: Knowledge) -> Judgement | None:
    """The judgement of an equation that is posed for what has no value; None of other claims.

    Without a function that it is of, none of its names may have one: y (w x + b) = 0 may be what a
    sample comes to.
    """
    if claim.left is None or not _may_be_posed(claim):
        return None
    known = [knowledge.known(name, claim) is not None for name in readings(claim.left)]
    if any(known) and (all(known) or not _is_of_any(claim.head)):
        return None
    return said(claim, Verdict.DEFINITION, "It poses an equation")


def _is_given_behind(claim: Claim, knowledge: Knowledge) -> bool:
    """Whether a formula depends on a given that no paragraph up to the claim's own has told."""
    if knowledge.trace_of(claim) is not None or claim.left is None:
        return False
    names, seen = list(readings(claim.left)), set[str]()
    while names:
        name = names.pop()
        known = None if name.key in seen else knowledge.known(name, claim)
        seen.add(name.key)
        if known is None:
            continue
        if known.given and known.later and knowledge.document.is_given_behind(name.key, claim):
            return True
        names += () if known.formula is None else readings(known.formula)
    return False


def _is_solved_behind(claim: Claim, knowledge: Knowledge) -> bool:
    """Whether a formula has the number beside it with what its slide goes on to print for a name.

    So it poses the equation that this solves: x + y = 4, hence x = 2.5 and y = 1.5.
    """
    left, right = claim.left, claim.right
    if knowledge.trace_of(claim) is not None or claim.relation != "=" or right is None:
        return False
    if left is None or isinstance(left, Symbol | Derivative) or not is_numeric(right):
        return False
    behind = {
        name.key: interval(text, rounded="." in text)  # a whole number is no rounded one
        for name in readings(left)
        if (text := knowledge.document.printed_next(name.key, claim)) is not None
    }
    if not behind:
        return False
    with suppress(EvaluationError):
        values = knowledge.values_for(left, claim) | behind
        value = evaluate(right, {}, MPMATH)
        if any(isinstance(one, tuple) for one in (value, *values.values())):
            return False
        low, high = range_of(left, values)
        return bool(low <= value <= high)
    return False


FITTED = (
    "{printed} is {exact}, rounded, with the parameters that the regression comes to in the end"
)


def in_posed_system(claim: Claim, knowledge: Knowledge) -> Judgement | None:
    r"""The judgement of an entry of b in A \theta = b, which the parameters that are least solve.

    None where a claim is no such equation.
    """
    trace, left, place = knowledge.trace_of(claim), claim.left, claim.component
    if trace is None or left is None or place is None or isinstance(left, Symbol):
        return None
    least = [key for key, role in trace.roles.items() if role.kind == "minimiser"]
    names = readings(left)
    if not least or len(names) != 1 or not isinstance(names[0], Symbol):
        return None
    if names[0] != Symbol(names[0].base) or f"{names[0].base}_" not in least[0]:
        return None
    solution = tuple(trace.quantities[key].value for key in least)
    entries = list(entries_of(evaluate(left, {names[0].key: solution}, MPMATH)))
    printed = claim.right_source
    if place >= len(entries):
        return None
    if how_printed(printed, entries[place]) is None:
        text = "With the solution it is {exact}; this may be another equation to be solved"
        return unchecked(claim, text, exact=entries[place])
    return reproduced(claim, printed, entries[place], None)


def _predicted(claim: Claim, knowledge: Knowledge) -> Judgement | None:
    """The judgement of a prediction that is right once a regression is done."""
    trace, printed = knowledge.trace_of(claim), printed_number(claim.right)
    if printed is None or trace is None or not trace.kind.endswith("regression"):
        return None
    for parameters in _fitted(trace, knowledge):
        with suppress(EvaluationError):
            value = _value_with(parameters, claim, knowledge, trace, printed)
            if value is not None and fits(printed, value):
                return said(claim, Verdict.REPRODUCED, FITTED, printed=printed, exact=value)
    return None


def _value_with(
    parameters: dict[str, Any], claim: Claim, knowledge: Knowledge, trace: Trace, printed: str
) -> Any:
    """What a claim's prediction, or an estimate of a parameter, is with other parameters."""
    name = claim.left
    if isinstance(name, Call) and name.own is not None:
        return evaluate(expand(name, {}), parameters, MPMATH)
    known = None if name is None else knowledge.known(name, claim)
    role = None if known is None else trace.roles.get(known.key)
    if known is None or role is None or significant_digits(printed) < TELLING_DIGITS:
        return None
    if role.kind == "minimiser" and isinstance(name, Symbol) and name.key != known.key:
        return list(parameters.values())[int(role.unit)]
    if role.kind != "model":
        return None
    return from_parameters(trace, parameters).quantities[known.key].value


def _fitted(trace: Trace, knowledge: Knowledge) -> Iterator[dict[str, Any]]:
    """The parameters where the objective is least, and those after the last update."""
    keys = [key for key, role in trace.roles.items() if role.kind == "parameter"]
    least = [key for key, role in trace.roles.items() if role.kind == "minimiser"]
    if least:
        yield {key: trace.quantities[best].value for key, best in zip(keys, least, strict=True)}
    last = trace.facts["iterations"]
    yield {key: knowledge.after(trace, key, last) for key in keys}


def _may_be_posed(claim: Claim) -> bool:
    """Whether a chain is a formula with names, and a bare 0; perhaps with what the formula is of.

    That is a function of any argument, or a slope: f(x) = x^2 - 2 = 0, J'(w) = 2 w - 6 = 0.
    """
    if claim.formula is None or claim.right_source != "0" or claim.relation != "=":
        return False
    if claim.left is None or isinstance(claim.left, Symbol | Derivative | Call):
        return False
    alone = any(
        (len(chain.sides) == 2 or _is_of_any(chain.sides[0].tree))
        and not chain.continues
        and chain.sides[-1].tree is claim.right
        for chain in claim.formula.chains
    )
    return alone and not is_numeric(claim.left)


def _is_of_any(tree: Tree | None) -> bool:
    """Whether a side is a function of any argument, or a slope."""
    if isinstance(tree, Call):
        return all(isinstance(part, Symbol) and not part.indices for part in tree.arguments)
    return isinstance(tree, Derivative)


def _changes_unit(claim: Claim) -> bool:
    left, right = claim.units
    return _UNIT.fullmatch(left) is not None and left != right
