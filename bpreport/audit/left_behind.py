"""Numbers from before and after an update, in lines of which nothing says what step they are about.

A line of old numbers may be about the step before, and one of new numbers, if it computes once more
what was computed before the update, is about the next. But a line of both is about neither.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from bpreport.audit.alignment import Binding
from bpreport.audit.knowledge import Knowledge
from bpreport.audit.statements import Statement, place_of, start_of
from bpreport.deck.model import Claim, Position
from bpreport.deck.numbers import printed_number
from bpreport.formula.tree import Derivative, Symbol

__all__ = ["are_of_next_pass", "are_old", "left_behind"]


@dataclass(frozen=True, slots=True)
class Update:
    """What a name was before its update and what it is after it, as printed."""

    before: str
    after: str
    at: Position


def left_behind(
    bindings: Sequence[Binding], claim: Claim, knowledge: Knowledge
) -> tuple[Binding, str] | None:
    """A number from before its name's update, beside one from after another's; and the new one."""
    if knowledge.trace_of(claim) is not None:
        return None
    old: list[tuple[Binding, str]] = []
    new = False
    for binding, number, update in _updated(bindings, claim, knowledge):
        new |= number == Decimal(update.after)
        if number == Decimal(update.before):
            old.append((binding, update.after))
    return old[0] if old and new else None


def are_old(bindings: Sequence[Binding], claim: Claim, knowledge: Knowledge) -> bool:
    """Whether some number of a line is what its name was before its last update."""
    return any(
        number == Decimal(update.before)
        for _, number, update in _updated(bindings, claim, knowledge)
    )


def are_of_next_pass(bindings: Sequence[Binding], claim: Claim, knowledge: Knowledge) -> bool:
    """Whether numbers are all from after an update, in a line for what was computed before it."""
    if knowledge.trace_of(claim) is not None or not isinstance(claim.head, Symbol):
        return False
    updated = list(_updated(bindings, claim, knowledge))
    return len(updated) == len(bindings) and all(
        number == Decimal(update.after)
        and any(one.computes for one in _told(claim.head.key, update.at, knowledge))
        for _, number, update in updated
    )


def _updated(
    bindings: Sequence[Binding], claim: Claim, knowledge: Knowledge
) -> Iterator[tuple[Binding, Decimal, Update]]:
    """The numbers of a line that stand for names with an update, and that update."""
    for binding in bindings:
        text = printed_number(binding.number)
        update = _last_update(binding.name, claim, knowledge)
        if text is not None and update is not None:
            yield binding, Decimal(text), update


def _last_update(name: object, claim: Claim, knowledge: Knowledge) -> Update | None:
    """The last update of a name ahead of a claim.

    None where it has none, was given anew since, or came out as it was.
    """
    if not isinstance(name, Symbol):
        return None
    start = start_of(claim)
    prime, plus = Derivative(name, (), kind="prime"), replace(name, marks=(*name.marks, "+"))
    found = [
        next((one for one in _told(name.key, start, knowledge) if one.updates), None),
        *(next(_told(result.key, start, knowledge), None) for result in (prime, plus)),
    ]
    results = [one for one in found if one is not None]
    if not results:
        return None
    last = max(results, key=place_of)
    earlier = next(_told(name.key, last.position, knowledge), None)
    latest = next(_told(name.key, start, knowledge), None)
    if earlier is None or (latest is not None and latest.position > last.position):
        return None
    before, after = earlier.text or "", last.text or ""
    return None if Decimal(before) == Decimal(after) else Update(before, after, last.position)


def _told(key: str, at: Position, knowledge: Knowledge) -> Iterator[Statement]:
    """What a document's own chains print for a name ahead of a place, the last one first."""
    known = knowledge.document.statements.get(key, [])
    for place in range(bisect_left(known, at, key=place_of) - 1, -1, -1):
        if known[place].text is not None and not known[place].bound:
            yield known[place]
