"""Numbers of a worked example that follow from other printed numbers, digit for digit.

Who computes by hand goes on from what stands on the paper: the error in a row of a table from the
output in it, a parameter from its row before. Such a number is right, though full precision gives
another; it must follow from the digits as they are, and from right ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from bpreport.audit.digits import fits, how_printed, number
from bpreport.audit.examples import FIRST, Known, Step
from bpreport.audit.knowledge import Knowledge
from bpreport.audit.names import readings
from bpreport.deck.model import Claim
from bpreport.formula import MPMATH, EvaluationError, evaluate
from bpreport.worked import Trace, from_parameters, trained

__all__ = ["follows_printed"]


def follows_printed(claim: Claim, knowledge: Knowledge, printed: str, known: Known) -> bool:
    """Whether a number is what its formula gives from the digits printed for what it reads."""
    trace = knowledge.trace_of(claim)
    if trace is None or known.worked is None:
        return False
    name, _, iteration = known.key.partition("@")
    if not iteration:
        step = knowledge.steps.get(claim.id, FIRST)
        here = {key: knowledge.printed_in(step, key) for key in trace.quantities}
        return _gives(name, trace, here, printed)
    count, shift = int(iteration), knowledge.shift_of(trace, name)
    now = _printed_at(count, trace, knowledge)
    at = knowledge.trace_at(trace, Step(count + shift)) if count + shift >= 0 else None
    if at is not None and _gives(name, at, now, printed):
        return True
    before = knowledge.trace_at(trace, Step(count + shift - 1)) if count + shift > 0 else None
    after = None if before is None else dict(trained(before)).get(name)
    if before is None or after is None:
        return False
    moved = _from(before, _printed_at(count - 1, trace, knowledge))
    return moved is not None and fits(printed, moved.quantities[after].value)


def _printed_at(count: int, trace: Trace, knowledge: Knowledge) -> dict[str, list[str]]:
    """The digits that tables print for an iteration."""
    return {
        key: [entry.text for entry in knowledge.printed.get(f"{key}@{count}", ())]
        for key in trace.quantities
    }


def _gives(name: str, trace: Trace, here: Mapping[str, list[str]], printed: str) -> bool:
    """Whether a quantity has the digits by those that are printed for others.

    Either all that is printed is taken from the paper, or what one of its formulas reads.
    """
    quantity = trace.quantities.get(name)
    if quantity is None or quantity.formula is None:
        return False
    right = _right(trace, {key: texts for key, texts in here.items() if key != name})
    if not right:
        return False
    exact = {key: one.value for key, one in trace.quantities.items()}
    with suppress(EvaluationError):
        if fits(printed, _on_paper(name, trace, right)):
            return True
    for form in (quantity.formula, *quantity.forms, *quantity.others):
        read = {one.key: right[one.key] for one in readings(form) if one.key in right}
        with suppress(EvaluationError):
            value = evaluate(form, exact | read, MPMATH)
            if read and fits(printed, value):
                return True
    return False


def _on_paper(name: str, trace: Trace, right: Mapping[str, Any]) -> Any:
    """What a quantity is where each printed digit was taken for all that follows."""
    values: dict[str, Any] = {}
    for key, quantity in trace.quantities.items():
        values[key] = right.get(key, quantity.value)
        if key not in right and quantity.formula is not None:
            values[key] = evaluate(quantity.formula, values, MPMATH)
        if key == name:
            break
    return values[name]


def _from(trace: Trace, here: Mapping[str, list[str]]) -> Trace | None:
    """The step from the parameters as they are printed; None where none of them is."""
    printed = _right(trace, {key: here.get(key, []) for key, _ in trained(trace)})
    if not printed:
        return None
    own = {key: trace.quantities[key].value for key, _ in trained(trace)}
    with suppress(EvaluationError):
        return from_parameters(trace, own | printed)
    return None


def _right(trace: Trace, here: Mapping[str, list[str]]) -> dict[str, Any]:
    """The values of the right digits among those that are printed for names, the last of each."""
    found: dict[str, Any] = {}
    for key, texts in here.items():
        quantity = trace.quantities.get(key)
        right = [text for text in texts if quantity and how_printed(text, quantity.value)]
        if right:
            found[key] = number(right[-1])
    return found
