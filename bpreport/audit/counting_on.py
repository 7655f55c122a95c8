r"""Lines of numbers for a name without a formula, by that of the name before: m_2 by that of m_1.

Decks write the first step out in names and go on in numbers. How the indices of the formula count
on is not known: \beta_1 stays, m_0 and g_1 are m_1 and g_2. So all ways are tried, and a line is
called wrong only where all of its numbers but one confirm a way, and no way is without a misfit.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from bpreport.audit.alignment import Binding
from bpreport.audit.analogy import counted_on, name_before, ways
from bpreport.audit.binding import (
    best_alignment,
    fits_binding,
    leaves_out_guards,
    value_of,
)
from bpreport.audit.knowledge import Knowledge
from bpreport.audit.misfits import misplaced
from bpreport.audit.model import Judgement, Verdict
from bpreport.audit.names import named
from bpreport.audit.saying import math, said
from bpreport.deck.model import Claim
from bpreport.formula.effort import charge
from bpreport.formula.tree import Symbol, Tree

__all__ = ["judge_counted_on"]

MOST_WAYS = 50
LEAST_KNOWN = 2
"""Numbers of a line that must be those of their names, for another to be held to its name."""
PER_WAY = 10
"""Steps that a way counts for."""


def judge_counted_on(claim: Claim, knowledge: Knowledge) -> Judgement | None:
    """The judgement of a line by the formula of the name before; None where that proves nothing."""
    name = claim.left
    before = name_before(name) if isinstance(name, Symbol) else None
    if before is None or knowledge.trace_of(claim) is not None:
        return None
    formula = knowledge.document.definition(before.key, claim)
    if formula is None or not knowledge.document.is_defined_before(before.key, claim):
        return None
    wrong: dict[tuple[Tree, Tree], Binding] = {}
    for way in islice(ways(formula, 1), MOST_WAYS):
        charge(PER_WAY)
        misfits = _misfits(formula, counted_on(formula, way), claim, knowledge)
        if misfits is None:
            continue
        if not misfits:
            text = "Every number stands as in the formula of {name}, counted on"
            return said(claim, Verdict.REPRODUCED, text, name=math(before))
        wrong |= {(one.name, one.number): one for one in misfits}
    if len(wrong) != 1:
        return None
    return misplaced(next(iter(wrong.values())), claim, knowledge)


def _misfits(
    formula: Tree, counted: Tree, claim: Claim, knowledge: Knowledge
) -> tuple[Binding, ...] | None:
    """The numbers of a line that are not what their names are, one at most.

    None where the line does not have the form, or too few of its numbers confirm it.
    """
    line = replace(claim, left=counted)
    found = best_alignment(line, knowledge)
    if found is None or (found.cost and not leaves_out_guards(found)):
        return None
    known = [
        binding
        for binding in found.bindings
        if value_of(binding.name, line, knowledge) is not None
        and not knowledge.is_open(binding.name, line)
    ]
    misfits = [one for one in known if not fits_binding(one, line, knowledge)]
    own = {name.key for name in named(formula)}
    fitting = [one for one in known if one not in misfits]
    confirmed = any(_is_counted(one, own) for one in fitting)
    if len(fitting) < LEAST_KNOWN or not confirmed or len(misfits) > 1:
        return None
    if any(not _is_counted(one, own) for one in misfits):
        return None  # another rate, or another example
    return tuple(misfits)


def _is_counted(binding: Binding, own: set[str]) -> bool:
    """Whether a number stands for a name that the formula has with another index."""
    return isinstance(binding.name, Symbol) and binding.name.key not in own
