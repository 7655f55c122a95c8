"""The entries of a printed row, each a claim: which are given, and who judges the others."""

from __future__ import annotations

from dataclasses import replace

from bpreport.audit.knowledge import Knowledge
from bpreport.audit.lines import judge_value
from bpreport.audit.model import Judgement, Verdict
from bpreport.audit.names import digits_in, is_row_of_numbers
from bpreport.audit.rows import judge_entry, judge_entry_of
from bpreport.audit.saying import math, said, unchecked
from bpreport.deck.model import Claim
from bpreport.formula.tree import Derivative, Matrix, Symbol, Tree, Tuple, children

__all__ = ["judge_component"]


def judge_component(claim: Claim, knowledge: Knowledge, place: int) -> Judgement:
    """One entry of a printed row: of a name, of an expression, or of a row of lines."""
    if isinstance(claim.left, Tuple | Matrix):
        found = judge_entry_of(children(claim.left), claim, knowledge, place)
        if found is not None:
            return found
    if isinstance(claim.left, Tuple) and claim.left == claim.head:
        name = claim.left.items[place] if place < len(claim.left.items) else None
        if name is not None:  # (x, y) = (3, 2) says two things
            one = replace(claim, head=name, left=name, component=None)
            return replace(judge_value(one, knowledge, claim.right_source), claim=claim)
    is_set = isinstance(claim.row, Tuple) and claim.row.fence == "{"
    if is_set and isinstance(claim.left, Symbol) and knowledge.trace_of(claim) is None:
        # A set is told in any order.
        return said(claim, Verdict.GIVEN, "{printed} is given", printed=claim.right_source)
    by_line = claim.left is not None and is_row_of_numbers(claim.left)
    if knowledge.trace_of(claim) is None and (by_line or knowledge.updates_itself(claim)):
        return judge_entry(claim, knowledge, place)
    if isinstance(claim.head, Symbol | Derivative):
        found = judge_value(claim, knowledge, claim.right_source)
        if found.verdict is Verdict.UNCHECKED and _is_given_row(claim, knowledge):
            return said(claim, Verdict.GIVEN, "{printed} is given", printed=claim.right_source)
        if found.verdict is not Verdict.UNCHECKED or not knowledge.is_computed(claim):
            return found
    if _is_told_anew(claim, knowledge):
        return said(claim, Verdict.GIVEN, "{printed} is given", printed=claim.right_source)
    found = judge_entry(claim, knowledge, place)
    if found.verdict.is_error and _is_of_another_round(claim, knowledge):
        assert claim.head is not None
        text = "The deck does not define all that {name} depends on"
        return unchecked(claim, text, name=math(claim.head))
    return found


def _is_told_anew(claim: Claim, knowledge: Knowledge) -> bool:
    """Whether a row is another than the one that a line of numbers elsewhere gave its name.

    What that line computes with are the numbers of another step.
    """
    if not isinstance(claim.head, Symbol) or claim.left != claim.head:
        return False
    if knowledge.trace_of(claim) is not None:
        return False
    forms = list(knowledge.forms_of(claim.head, claim))
    return (
        bool(forms)
        and all(map(is_row_of_numbers, forms))
        and claim.row not in _told(claim, knowledge)
    )


def _is_of_another_round(claim: Claim, knowledge: Knowledge) -> bool:
    """Whether a row has no number of the row that was computed for its name before.

    Then it is the next step's, of other numbers; one that is mistyped has the others right.
    """
    if claim.left != claim.head or knowledge.trace_of(claim) is not None:
        return False
    before = [row for row in _told(claim, knowledge) if row is not claim.row]
    own = None if claim.row is None else digits_in(claim.row)
    return (
        bool(before) and own is not None and all(own.isdisjoint(digits_in(row)) for row in before)
    )


def _told(claim: Claim, knowledge: Knowledge) -> list[Tree]:
    """The rows that are printed for a claim's name where it is computed."""
    if not isinstance(claim.head, Symbol):
        return []
    stated = knowledge.document.statements.get(claim.head.key, ())
    return [one.row for one in stated if one.trees and one.row is not None]


def _is_given_row(claim: Claim, knowledge: Knowledge) -> bool:
    """Whether a row is no more than stated: the first centroid, the weights of a layer."""
    if isinstance(claim.head, Symbol) and claim.head.marks:
        return False
    if not isinstance(claim.head, Symbol | Derivative) or claim.iteration is not None:
        return False
    if claim.left != claim.head or knowledge.trace_of(claim) is not None:
        return False
    return not knowledge.is_computed(claim) and not knowledge.is_result(claim.head, claim)
