"""Lines of numbers for names of which only a rule is told: x_{k+1} = x_k - a f'(x_k), w = w - a g.

The numbers may be another example's, so a line is called wrong only where one slip leads to it from
the rule, and other numbers of it are those of their names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from bpreport.audit.binding import best_alignment, fits_binding, value_of
from bpreport.audit.knowledge import Knowledge
from bpreport.audit.model import Judgement, Verdict
from bpreport.deck.model import Claim
from bpreport.formula.tree import Symbol, Tree, free_symbols

__all__ = ["judge_by_rule"]

LEAST_KNOWN = 2
"""Numbers of a line that must be those of their names, for the others to be held to the rule."""


def judge_by_rule(
    claim: Claim, knowledge: Knowledge, judge: Callable[[Claim, Knowledge], Judgement]
) -> Judgement | None:
    """The judgement of a line by the rule for its name; None where that proves nothing."""
    for rule in _rules(claim, knowledge):
        one = replace(claim, left=rule)
        found = best_alignment(one, knowledge)
        if found is None or found.cost > 1:
            continue
        known = [
            binding
            for binding in found.bindings
            if value_of(binding.name, one, knowledge) is not None
            and not knowledge.is_open(binding.name, one)
        ]
        misfits = {b.name for b in known if not fits_binding(b, one, knowledge)}
        fitting = {b.name for b in known} - misfits
        if len(fitting) < LEAST_KNOWN or found.cost + len(misfits) > 1:
            continue
        judgement = judge(one, knowledge)
        if judgement.verdict in (Verdict.REPRODUCED, Verdict.EXPLAINED):
            return replace(judgement, claim=claim)
    return None


def _rules(claim: Claim, knowledge: Knowledge) -> Iterator[Tree]:
    """The formula of a name's family, or the last update of it, ahead of a claim."""
    name = claim.head
    if knowledge.trace_of(claim) is not None or not isinstance(name, Symbol) or claim.left != name:
        return
    member = knowledge.document.families.of(name, claim.position)
    if member is not None:
        yield member[1]
    update = knowledge.document.update_before(name.key, claim.position)
    if update is not None:
        yield from (tree for tree in update.trees if name.key in free_symbols(tree))
