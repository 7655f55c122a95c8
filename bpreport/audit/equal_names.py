"""Names that one number or row is given for, all in a chain: w_1 = w_2 = 0.5."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bpreport.audit.names import CONSTANTS
from bpreport.deck.model import Claim
from bpreport.deck.numbers import printed_number
from bpreport.deck.relations import are_equal
from bpreport.formula.tree import Symbol
from bpreport.worked import Trace

__all__ = ["with_equal_names"]


def with_equal_names(claims: Sequence[Claim], traces: Sequence[Trace | None]) -> tuple[Claim, ...]:
    """The claims, with the number of such a chain for each of its names.

    A name that was computed before is no start value: then the chain says what it is called, too.
    """
    done = list(claims)
    told: set[str] = set()
    begin = 0
    names: list[Symbol] = []
    for end, claim in enumerate(claims):
        if claim.component:  # its first entry has told whose the row is
            done[end] = replace(claim, head=done[end - 1].head)
            continue
        if not are_equal(claim.relation):
            begin, names = end + 1, []
            continue
        if claim.left == claim.head or claim.left is not claims[end - 1].right:
            begin, names = end, []
        if isinstance(claim.left, Symbol) and claim.left.key not in CONSTANTS:
            names.append(claim.left)
        given = traces[end] is None and len(names) == end - begin + 1 > 1
        if given and claim.component is not None:  # the row is the last name's, and so the others'
            done[end] = replace(claim, head=claim.left)
        given = given and claim.component is None and printed_number(claim.right) is not None
        if given and told.isdisjoint(name.key for name in names[1:]):
            for place, one in enumerate(claims[begin : end + 1], begin):
                done[place] = replace(one, head=one.left, right=claim.right)
        elif isinstance(claim.head, Symbol):
            told.add(claim.head.key)
    return tuple(done)
