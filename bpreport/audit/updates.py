r"""Chains that compute what a parameter is after the step, though they give it no name of its own.

Decks write w_5 := w_5 - \eta g = 0.3589 where the worked example calls the result w_5^{+}.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bpreport.audit.digits import fits
from bpreport.audit.names import is_numeric, readings, respellings, spellings
from bpreport.deck.model import Claim
from bpreport.deck.numbers import printed_number
from bpreport.deck.relations import ASSIGNMENTS
from bpreport.formula.tree import Symbol
from bpreport.worked import Trace
from bpreport.worked.perceptron_names import updated

__all__ = ["before_update", "in_names_after_updates"]


def in_names_after_updates(
    claims: Sequence[Claim], traces: Sequence[Trace | None]
) -> tuple[Claim, ...]:
    """The claims, those of an update with its result as their head; one trace for each."""
    chains: list[tuple[Trace, list[int]]] = []
    current: dict[Symbol, list[int]] = {}
    for place, (claim, trace) in enumerate(zip(claims, traces, strict=True)):
        # Of an iteration that is counted, the example knows the values by its count.
        counted = claim.iteration is not None or claim.component is not None
        if trace is None or counted or not isinstance(claim.head, Symbol):
            continue
        if claim.left == claim.head or claim.head not in current:
            current[claim.head] = []
            chains.append((trace, current[claim.head]))
        current[claim.head].append(place)
    found = list(claims)
    for trace, places in chains:
        name = _result([claims[place] for place in places], trace)
        for place in places if name is not None else ():
            claim = claims[place]
            left = name if claim.left == claim.head else claim.left
            found[place] = replace(claim, head=name, left=left)
    return tuple(found)


def before_update(name: Symbol, claim: Claim) -> Symbol:
    """The name that the deck itself gives the result of an update: w_5 for w_5^{+}.

    As its right side has it, which may be w_{11} for the w_{1,1} of the worked example.
    """
    typed = "+" in claim.left_source
    if name != claim.head or name.marks[-1:] != ("+",) or typed:
        return name
    before = replace(name, marks=name.marks[:-1])
    read = () if claim.right is None else readings(claim.right)
    own = (one for one in read if isinstance(one, Symbol) and before.key in spellings(one))
    return next(own, before)


def _result(chain: list[Claim], trace: Trace) -> Symbol | None:
    """What the worked example calls the result of a chain, if the chain is an update."""
    head = chain[0].head
    assert isinstance(head, Symbol)
    for name in (head, *respellings(head)):
        before = trace.quantities.get(name.key)
        if before is None or not isinstance(before.symbol, Symbol):
            continue
        after = trace.quantities.get(updated(before.symbol).key)
        if after is None or not isinstance(after.symbol, Symbol):
            return None
        return after.symbol if _is_update(chain, head, before.value) else None
    return None


def _is_update(chain: list[Claim], head: Symbol, before: object) -> bool:
    """Whether a chain computes its head anew: from itself, by an assignment or from numbers."""
    sides = [claim.right for claim in chain if claim.right is not None]
    if any(part.key == head.key for side in sides for part in readings(side)):
        return True
    printed = [text for side in sides if (text := printed_number(side)) is not None]
    if printed and fits(printed[-1], before):
        return False  # w_1 := 0.15 states what is given
    lines = any(is_numeric(side) and printed_number(side) is None for side in sides)
    return lines or (bool(printed) and any(claim.relation in ASSIGNMENTS for claim in chain))
