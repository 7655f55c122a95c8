r"""Tables of what parameters are before an update and after it, without a worked example.

What a parameter is after it the deck may say in several ways: by a name of its own, w_1^+; by its
name, which an update computed anew; by a rule with an index, w_i = w_i - \eta g_i; or by its
change, \Delta w_1. The table may be about another update, though; so a number is called wrong only
by a way from which two others of its column follow, and most of them, or one that has changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial

from bpreport.audit.knowledge import Knowledge
from bpreport.audit.lines import judge_line
from bpreport.audit.members import FEWEST
from bpreport.audit.model import Judgement, Verdict
from bpreport.audit.saying import said
from bpreport.deck.model import Claim
from bpreport.deck.numbers import printed_number
from bpreport.formula import MPMATH, EvaluationError, evaluate, expand
from bpreport.formula.tree import Derivative, Symbol, Tree, free_symbols, substitute

__all__ = ["is_of_an_example", "judge_before_or_after", "update_rule"]

WAYS = ("name", "update", "rule", "change")


def is_of_an_example(claim: Claim, knowledge: Knowledge) -> bool:
    """Whether such a table is about parameters that the slide's worked example updates."""
    name = None if claim.figure is None else claim.figure.heading
    if not isinstance(name, Symbol) or knowledge.trace_of(claim) is None:
        return False
    known = knowledge.known(_updated(name), claim)
    return known is not None and known.worked is not None


def _updated(name: Symbol) -> Symbol:
    return replace(name, marks=(*name.marks, "+"))


def judge_before_or_after(claim: Claim, knowledge: Knowledge, printed: str) -> Judgement:
    """The judgement of a number of such a table."""
    after = claim.figure is not None and claim.figure.state == "after"
    for way in WAYS if after else ():
        follows = partial(_follows, knowledge=knowledge, way=way)
        following, held = knowledge.following(claim, way, follows)
        found = _by(way, claim, knowledge) if following else None
        sure = following >= FEWEST and 2 * following > held
        if found is not None and not sure and held <= 2 * following:
            changes = partial(_changes, knowledge=knowledge, way=way)
            changed, held = knowledge.following(claim, f"{way} changed", changes)
            sure = changed > 0 and held <= 2 * changed
        if found is not None and (sure or found.verdict.level == "right"):
            return found
    return said(claim, Verdict.GIVEN, "{printed} is given", printed=printed)


def _follows(claim: Claim, knowledge: Knowledge, way: str) -> bool | None:
    """Whether a number after the update follows in a way; None where the deck has none."""
    found = _by(way, claim, knowledge)
    return None if found is None else found.verdict.level == "right"


def _changes(claim: Claim, knowledge: Knowledge, way: str) -> bool | None:
    """Whether a number after the update follows in a way, where it is another than before."""
    found = _follows(claim, knowledge, way)
    return None if found and _before(claim, knowledge) == claim.right else found


def _by(way: str, claim: Claim, knowledge: Knowledge) -> Judgement | None:
    """The judgement of a number by what the deck says in one way; None where it says nothing."""
    printed = printed_number(claim.right)
    formula = _formula(way, claim, knowledge)
    if formula is None or printed is None:
        return None
    one = replace(claim, left=formula, head=None)
    try:
        value = evaluate(formula, knowledge.values_for(formula, one), MPMATH)
        found = judge_line(one, knowledge, printed, value, shown=False)
    except EvaluationError:
        return None
    return None if found.verdict is Verdict.UNCHECKED else replace(found, claim=claim)


def _formula(way: str, claim: Claim, knowledge: Knowledge) -> Tree | None:
    """What a parameter is after the update, with what the table has for it before."""
    name = None if claim.figure is None else claim.figure.heading
    if not isinstance(name, Symbol):
        return None
    document = knowledge.document
    if way == "name":
        names = (_updated(name), Derivative(name, (), kind="prime"))
        return next((one for one in names if _is_told(one, claim, knowledge)), None)
    if way == "update":
        latest = document.latest(name.key, claim.position)
        told = latest is not None and latest.position < claim.position and latest.computes
        return name if told else None
    before = _before(claim, knowledge)
    if before is None:
        return None
    if way == "rule":
        rule = next(_rules(name, claim, knowledge), None)
        return rule and substitute(rule, lambda part: before if part == name else None)
    change = replace(name, base=rf"\Delta {name.base}", typed="")
    return before + change if _is_told(change, claim, knowledge) else None


def _is_told(name: Symbol | Derivative, claim: Claim, knowledge: Knowledge) -> bool:
    """Whether the deck itself says something of a name ahead of a table."""
    statements = knowledge.document.statements.get(name.key, ())
    return any(one.claim.figure is None and one.position < claim.position for one in statements)


def _before(claim: Claim, knowledge: Knowledge) -> Tree | None:
    """What is printed for the parameter of a row before the update."""
    row = knowledge.tables.line(claim)
    return next((one.right for one in row if one.figure and one.figure.state == "before"), None)


def update_rule(name: Tree | None, claim: Claim, knowledge: Knowledge) -> Tree | None:
    """How an update computes a name from what it was."""
    if not isinstance(name, Symbol):
        return None
    about = name.key, claim.position.cell, claim.position.line
    if about not in knowledge.rules:
        rule = next(_rules(name, claim, knowledge), None)
        with suppress(EvaluationError):
            rule = rule and expand(rule, knowledge.document.functions.at(claim.position))
        knowledge.rules[about] = rule
    return knowledge.rules[about]


def _rules(name: Symbol, claim: Claim, knowledge: Knowledge) -> Iterator[Tree]:
    """The updates that the deck states ahead of a table for a name, or for all of its kind.

    They compute it from what it was, whatever they call what it becomes.
    """
    document = knowledge.document
    own = document.update_before(name.key, claim.position)
    if own is not None:
        yield from (tree for tree in own.trees if name.key in free_symbols(tree))
    ways = ((document.updates_by_index, name), (document.families, _updated(name)))
    for families, member in ways:
        found = families.of(member, claim.position)
        if found is not None and name.key in free_symbols(found[1]):
            yield found[1]
