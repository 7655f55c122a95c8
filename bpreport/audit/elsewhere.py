"""Numbers that are right in another state of their worked example than the one they stand in.

A sentence compares: it was 0.6225, and after the update it is 0.6632. What tells which state is
meant is the digits, or other numbers of the same paragraph.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bpreport.audit.digits import correction, fits, how_printed, significant_digits
from bpreport.audit.examples import FIRST, TELLING_DIGITS, Elsewhere, output_keys
from bpreport.audit.knowledge import Knowledge, Known
from bpreport.audit.model import Judgement, Message, Verdict
from bpreport.audit.saying import math, said, unchecked
from bpreport.deck.model import Claim
from bpreport.deck.numbers import printed_number
from bpreport.formula.tree import Derivative, Symbol
from bpreport.worked import Trace, trained

__all__ = ["from_before_update", "in_another_state"]

_UPDATES = {
    "simultaneous": Message("simultaneous update"),
    "sequential": Message("sequential update"),
}


def in_another_state(
    claim: Claim, knowledge: Knowledge, printed: str, known: Known
) -> Judgement | None:
    """The judgement of a number that is not its name's at first, but is after the update."""
    trace = knowledge.trace_of(claim)
    if known.worked is None or trace is None or how_printed(printed, known.value) is not None:
        return None
    beside = _in_state_beside(claim, knowledge, printed, known, trace)
    if beside is not None:
        return _right_in(beside, claim, printed)
    several = knowledge.tells_of_several(claim)
    if claim.iteration and not several and _counts_updates_done(knowledge, trace):
        return None
    counted = claim.iteration is not None or "@" in known.key
    first = not counted and not trace.updates and not several
    is_trained = claim.head is not None and knowledge.is_trained(claim.head, claim)
    if first and claim.id not in knowledge.unplaced and not is_trained:
        return None  # right in a later step, among numbers of the first: it is a mistake
    found = knowledge.in_another_state(known, trace, printed, several=several)
    if found is None and is_trained and claim.iteration is None and known.given:
        # What it starts from is no correction of what it may have become.
        later = knowledge.in_another_state(known, trace, printed, several=True)
        found = replace(later, sure=False) if later is not None and later.sure else None
    stood = claim.iteration is None and (known.key, printed) in knowledge.stood
    if (found is None or not found.sure) and stood and claim.head is not None:
        text = "{printed} is printed for {name} elsewhere as well, where it is right"
        return said(claim, Verdict.CARRIED, text, printed=printed, name=math(claim.head))
    if found is None:
        return None
    if not found.sure:
        text = "It is right after {count} updates, or by accident: nothing tells what step is meant"
        return unchecked(claim, text, printed=printed, exact=found.value, count=found.updates)
    return _right_in(found, claim, printed)


_RESULTS = ("out", "error", "objective", "model")
"""Roles of what comes out in the end, which an update is made for."""


def from_before_update(judgement: Judgement, knowledge: Knowledge) -> Judgement | None:
    """The judgement of a result that its text calls one after the update that was just printed.

    It is the one from before it. None where it is not, or where nothing tells.
    """
    claim, printed = judgement.claim, judgement.printed
    trace = knowledge.trace_of(claim)
    if claim.formula is None or not claim.formula.after_update or trace is None or not printed:
        return None
    name = judgement.quantity or ""
    role = trace.roles.get(name)
    if claim.iteration is not None or role is None or role.kind not in _RESULTS:
        return None
    if role.kind == "out" and name not in output_keys(trace):
        return None
    if significant_digits(printed) < TELLING_DIGITS or knowledge.tells_of_several(claim):
        return None
    step = knowledge.steps.get(claim.id, FIRST)
    updated = (result for _, result in trained(trace))
    if not any(knowledge.printed_in(step, result, before=claim) for result in updated):
        return None
    after = knowledge.in_step(name, trace, trace.updates + 1)
    if after is None or how_printed(printed, after):
        return None
    return said(
        claim,
        Verdict.EXPLAINED,
        "{printed} is from before the update; after it, it is {exact}",
        printed=printed,
        exact=after,
        correction=correction(printed, after),
        slip="old for new",
        chance=0.0,
    )


def _right_in(found: Elsewhere, claim: Claim, printed: str) -> Judgement:
    state: dict[str, Any] = {"exact": found.value, "count": found.updates}
    text = "{printed} is {exact}, rounded; updates done before: {count}"
    if found.update:
        text = "{printed} is {exact}, rounded; updates done before: {count} ({update})"
        state["update"] = _UPDATES[found.update]
    return said(claim, Verdict.REPRODUCED, text, printed=printed, **state)


def _counts_updates_done(knowledge: Knowledge, trace: Trace) -> bool:
    """Whether the deck's iteration k is the state after k updates, as far as its numbers tell.

    Where more of them are right after one update fewer, it is the state that k starts from.
    """
    if trace.name not in knowledge.counts_done:
        balance = 0
        for claim in knowledge.claims:
            own = knowledge.trace_of(claim) if claim.iteration else None
            if own is not None and own.name == trace.name:
                balance += _for_updates_done(claim, knowledge, own)
        knowledge.counts_done[trace.name] = balance >= 0
    return knowledge.counts_done[trace.name]


def _for_updates_done(claim: Claim, knowledge: Knowledge, trace: Trace) -> int:
    """1 where a number is right after as many updates as are named, -1 if after one fewer."""
    printed = printed_number(claim.right)
    if printed is None or not isinstance(claim.head, Symbol) or claim.iteration is None:
        return 0
    known = knowledge.known(claim.head, claim)
    if known is None or "@" not in known.key:
        return 0
    before = knowledge.after(trace, known.key.partition("@")[0], claim.iteration - 1, shift=0)
    return fits(printed, known.value) - (before is not None and fits(printed, before))


def _in_state_beside(
    claim: Claim, knowledge: Knowledge, printed: str, known: Known, trace: Trace
) -> Elsewhere | None:
    """The state in which a number is right that others of its paragraph tell, if they tell one."""
    if claim.iteration is not None:
        return None
    for updates in _told_beside(claim, knowledge, trace):
        value = knowledge.in_step(known.key, trace, updates)
        if value is not None and fits(printed, value):
            return Elsewhere(value, updates)
    return None


def _told_beside(claim: Claim, knowledge: Knowledge, trace: Trace) -> list[int]:
    """After how many updates other numbers of a claim's paragraph are right, of enough digits."""
    beside = knowledge.in_text_beside(claim)
    place = (id(beside), trace.name)
    if place not in knowledge.states_beside:
        told = [(other.head, _told_by(other, knowledge)) for other in beside]
        knowledge.states_beside[place] = [
            (head, updates) for head, updates in told if updates is not None
        ]
    # A number does not vouch for itself, nor does another one for the same name.
    others = knowledge.states_beside[place]
    return sorted({updates for head, updates in others if head != claim.head})


def _told_by(claim: Claim, knowledge: Knowledge) -> int | None:
    """After how many updates a number is right that is not so where its claim stands."""
    printed, trace = printed_number(claim.right), knowledge.trace_of(claim)
    if printed is None or trace is None or not isinstance(claim.head, Symbol | Derivative):
        return None
    known = knowledge.known(claim.head, claim)
    if known is None or known.worked is None or claim.iteration is not None:
        return None
    if how_printed(printed, known.value) is not None:
        return None
    found = knowledge.in_another_state(known, trace, printed)
    return found.updates if found is not None and found.sure and not found.update else None
