"""A line of numbers with a part too much, or one too little, for its formula."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from bpreport.audit.alignment import Alignment
from bpreport.audit.binding import (
    best_alignment,
)
from bpreport.audit.fixes import number_fix, placed, with_part, without_part
from bpreport.audit.knowledge import Knowledge
from bpreport.audit.model import Fix, Judgement, Verdict
from bpreport.audit.names import is_numeric
from bpreport.audit.saying import math, said
from bpreport.deck.model import Claim
from bpreport.formula import (
    FormulaError,
    latex,
    parse,
)
from bpreport.formula.tree import Derivative, Symbol, Tree, walk

__all__ = ["mend", "uneven"]


def uneven(claim: Claim, knowledge: Knowledge, found: Alignment) -> Judgement:
    """Terms without a counterpart, or a constant that changed."""
    assert claim.right is not None
    mended = mend(claim, knowledge, claim.right, claim.right_source)
    line, fix = mended if mended is not None else (None, None)
    if found.dropped:
        return said(
            claim,
            Verdict.EXPLAINED,
            "The term {terms} is missing from the substituted line"
            if found.of_sum
            else "The factor {terms} is missing from the substituted line",
            terms=", ".join(map(math, found.dropped)),
            slip="bias forgotten" if _has_bias(found, claim, knowledge) else "term dropped",
            chance=0.0,
            correction=line,
            fix=fix,
        )
    if found.added:
        return said(
            claim,
            Verdict.EXPLAINED,
            "The substituted line has {terms} too much",
            terms=", ".join(map(math, found.added)),
            slip=_surplus(found, claim, knowledge),
            chance=0.0,
            correction=line,
            fix=fix,
        )
    (before, after), *_ = found.changed
    return said(
        claim,
        Verdict.EXPLAINED,
        "The constant {before} became {after} in the substituted line",
        before=math(before),
        after=math(after),
        slip="constant changed",
        chance=0.0,
        correction=latex(before),
        fix=number_fix(claim, knowledge.deck, after, latex(before)),
    )


def _surplus(found: Alignment, claim: Claim, knowledge: Knowledge) -> str:
    """What it is called that a line has a part too much: mostly it stands there twice."""
    twice = [b.name for b in found.bindings if b.number in found.added]
    if not twice:
        return "term added"
    if any(knowledge.has_role(name, "bias", claim) for name in twice):
        return "bias counted twice"
    return "term doubled" if found.of_sum else "factor doubled"


def _has_bias(found: Alignment, claim: Claim, knowledge: Knowledge) -> bool:
    return any(
        knowledge.has_role(part, "bias", claim) for term in found.dropped for part in walk(term)
    )


def _as_printed(term: Tree, claim: Claim, knowledge: Knowledge) -> str:
    """A term with the deck's own digits for its names, as LaTeX."""
    values = {
        part.key: text
        for part in walk(term)
        if isinstance(part, Symbol | Derivative)
        and (text := knowledge.as_printed(part, claim)) is not None
    }
    return latex(term, values)


MOST_MENDED = 40
"""Changed lines that are tried before a line is left as it is."""


def mend(
    claim: Claim, knowledge: Knowledge, side: Tree, source: str
) -> tuple[str, Fix | None] | None:
    """A numeric side with the one part put back that it lacks, or without the one too much.

    Returns the whole side as LaTeX, and the change of the deck; None where no change at the top
    level of the side makes it follow from its formula, which is tried out.
    """
    on_left = side is claim.left
    found = best_alignment(claim, knowledge, side if on_left else None)
    if found is None or found.cost != 1 or found.changed:
        return None
    factor = not found.of_sum
    edits = (
        with_part(source, _as_printed(found.dropped[0], claim, knowledge), factor=factor)
        if found.dropped
        else without_part(source, factor=factor)
    )
    for edit in islice(edits, MOST_MENDED):
        offset, old, new = edit
        line = source[:offset] + new + source[offset + len(old) :]
        try:
            typed = parse(line, knowledge.deck.functions)
            tree = knowledge.meanings.put_in(typed, claim, knowledge.trace_of(claim))
        except FormulaError:
            continue
        if not is_numeric(tree):
            return None  # a name whose number is printed nowhere
        changed = replace(claim, left=tree) if on_left else replace(claim, right=tree)
        again = best_alignment(changed, knowledge, tree if on_left else None)
        if again is not None and not again.cost and not again.misfits:
            return line, placed(claim, knowledge.deck, side, edit, sure=True)
    return None
