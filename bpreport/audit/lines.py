"""Printed numbers behind a name, or behind the line that leads to them."""

from __future__ import annotations

from typing import Any

from bpreport.audit.alignment import Alignment
from bpreport.audit.analogy import by_analogy
from bpreport.audit.binding import agree_within_rounding, best_alignment, tree_of, within_printed
from bpreport.audit.digits import How, correction, fits, how_printed, number, to_be_judged
from bpreport.audit.elsewhere import in_another_state
from bpreport.audit.explaining import (
    Explanation,
    explain_number,
    explain_result,
    explain_rounding,
)
from bpreport.audit.knowledge import Knowledge, Known
from bpreport.audit.left_behind import are_old
from bpreport.audit.logarithms import BASES, is_of_no_base, to_base
from bpreport.audit.model import Judgement, Verdict
from bpreport.audit.operands import could_give
from bpreport.audit.parts import follows_from_parts
from bpreport.audit.printed import (
    CARRIED,
    CARRIED_WITHIN,
    CUT_OFF,
    LAST_DIGIT,
    WITHIN_ROUNDING,
    carried,
    explained,
    faulty_name,
    inherited,
    judge_against,
    judge_given,
    reproduced,
    stale,
)
from bpreport.audit.saying import math, said, unchecked
from bpreport.audit.wrong_lines import explain_line, explain_operand, inherited_from
from bpreport.deck.model import Claim
from bpreport.formula import MPMATH, EvaluationError, evaluate, expand
from bpreport.formula.tree import Call, Derivative, Symbol

__all__ = ["judge_line", "judge_value"]

UNTOLD = "The deck does not say how iteration {count} is computed"
FROM_OLD = "{printed} is right with the numbers from before the update; after it, it is {exact}"


def judge_value(claim: Claim, knowledge: Knowledge, printed: str) -> Judgement:
    """A name with a printed number: `out_{h1} = 0.912934`, or one entry of a row."""
    name = claim.head if claim.component is not None else claim.left
    assert name is not None
    if isinstance(name, Call):
        if claim.iteration is not None and knowledge.trace_of(claim) is None:
            return unchecked(claim, UNTOLD, count=claim.iteration)
        value = evaluate(name, knowledge.values_for(name, claim), MPMATH)
        return judge_line(claim, knowledge, printed, value, shown=False)
    known = knowledge.known(name, claim)
    if known is None:
        return unchecked(
            claim,
            "Nothing in the deck says how {name} is computed",
            printed=printed,
            name=math(name),
        )
    if (elsewhere := in_another_state(claim, knowledge, printed, known)) is not None:
        return elsewhere
    if known.worked is None and known.formula is None and knowledge.restates(name, claim):
        return _restated(claim, knowledge, printed, known)
    if known.given and knowledge.is_counted(name, claim) and known.worked is None:
        return unchecked(claim, UNTOLD, count=claim.iteration)
    if known.worked is None and knowledge.document.is_at_odds(known.key, claim):
        return _at_odds(claim, knowledge, printed, known)
    if known.given and (known.worked is not None or not knowledge.is_result(name, claim)):
        return judge_given(claim, known, printed)
    if known.worked is None and known.formula is None and claim.iteration is not None:
        return _of_iteration(claim, knowledge, printed, claim.iteration)
    if known.worked is None and known.formula is None:
        like = by_analogy(claim, knowledge, printed)
        if like is not None:
            return judge_against(claim, knowledge, printed, like)
        again = _printed_again(claim, knowledge, printed, known)
        if again is not None:
            return again
        return unchecked(
            claim,
            "The deck does not define all that {name} depends on",
            printed=printed,
            name=math(name),
        )
    return judge_against(claim, knowledge, printed, known)


def _at_odds(claim: Claim, knowledge: Knowledge, printed: str, known: Known) -> Judgement:
    """The judgement of a given number from which others do not follow that are computed from it."""
    text = "{printed} is printed, but what is computed from it follows from {exact}"
    found = explain_number(claim, knowledge, printed, known)
    right = correction(printed, known.value)
    if found:
        return explained(claim, text, found, printed, right, known)
    return said(claim, Verdict.WRONG, text, known=known, printed=printed, correction=right)


def _printed_again(
    claim: Claim, knowledge: Knowledge, printed: str, known: Known
) -> Judgement | None:
    r"""The judgement of a number that a line led to before, behind another name: dC/db = \delta.

    On another slide it may be another sample's, unless a slip of the pen tells that it is not.
    """
    if not isinstance(claim.left, Symbol) or claim.left == claim.head or known.stale:
        return None
    latest = knowledge.document.latest(claim.left.key, claim.position)
    if latest is None or not latest.lines or latest.bound:
        return None
    if latest.text == printed:
        text = "{printed} is printed for {name} before, behind a line that gives it"
        return said(claim, Verdict.CARRIED, text, printed=printed, name=math(claim.left))
    found = judge_against(claim, knowledge, printed, known)
    told = found.verdict is not Verdict.WRONG or latest.claim.slide == claim.slide
    return found if told else None


def _of_iteration(claim: Claim, knowledge: Knowledge, printed: str, count: int) -> Judgement:
    """The judgement of a number of an iteration of which the deck tells no formula."""
    assert claim.head is not None
    if printed in knowledge.printed_for(claim.head, claim):
        text = "{printed} is printed for {name} outside of the table as well"
        return said(claim, Verdict.CARRIED, text, printed=printed, name=math(claim.head))
    return unchecked(claim, UNTOLD, printed=printed, count=count)


def _restated(claim: Claim, knowledge: Knowledge, printed: str, known: Known) -> Judgement:
    """The judgement of a number that a line has led to before."""
    corrected = known.key in knowledge.document.corrected
    if not corrected and not fits(printed, known.value):
        return said(claim, Verdict.CARRIED, CARRIED_WITHIN, printed=printed)
    found = judge_against(claim, knowledge, printed, known)
    if corrected and found.verdict is Verdict.WRONG:
        text = "It is printed before behind a line that gives {exact}"
        return unchecked(claim, text, printed=printed, exact=known.value)
    return found


def judge_line(
    claim: Claim, knowledge: Knowledge, printed: str, computed: Any, *, shown: bool
) -> Judgement:
    """A computed side with a printed number: `0.4 - 0.5 * 0.078064 = 0.360968`.

    `shown` says that the side is made of printed numbers, so that the line itself must add up.
    """
    assert claim.left is not None and claim.right is not None
    known = _head_value(claim, knowledge)
    how = how_printed(printed, to_be_judged(printed, computed))
    if how is How.ROUNDED:
        return _adds_up(claim, knowledge, printed, computed, known, shown=shown)
    within = not shown or agree_within_rounding(claim.left, claim.right, claim, knowledge)
    if within and known is not None and how_printed(printed, known.value) is not None:
        return judge_against(claim, knowledge, printed, known)
    if within and shown and _is_worked(known):
        return _adds_up(claim, knowledge, printed, computed, known, shown=shown)
    if shown and known is not None and _is_near(claim, knowledge, printed, known):
        return judge_against(claim, knowledge, printed, known)
    symbolic = not shown and not _is_worked(known)
    if symbolic and within_printed(claim.left, printed, claim, knowledge):
        exact = known or Known(computed, "", formula=claim.left)
        return carried(claim, knowledge, printed, exact, CARRIED_WITHIN, computed)
    if within and shown:
        return carried(claim, knowledge, printed, known, WITHIN_ROUNDING, computed)
    if follows_from_parts(claim.left, printed, claim, knowledge):
        return carried(claim, knowledge, printed, known, CARRIED, computed)
    if how is not None and not _is_worked(known) and _by_rounding(claim, knowledge):
        return said(
            claim,
            Verdict.CARRIED,
            WITHIN_ROUNDING,
            exact=computed,
            printed=printed,
        )
    if how is not None:
        return said(
            claim,
            Verdict.TRUNCATED if how is How.TRUNCATED else Verdict.LAST_DIGIT,
            CUT_OFF if how is How.TRUNCATED else LAST_DIGIT,
            exact=computed,
            printed=printed,
            correction=correction(printed, computed),
            reason=explain_rounding(claim, knowledge, printed, Known(computed, "")),
        )
    if not shown and knowledge.is_open(claim.left, claim):
        return stale(claim, printed)
    based = _to_another_base(claim, knowledge, printed)
    if based is not None:
        return based
    if not shown:
        target = known or Known(computed, "", None, formula=claim.left)
        return judge_against(claim, knowledge, printed, target)
    return _does_not_add_up(claim, knowledge, printed, computed, known)


def _to_another_base(claim: Claim, knowledge: Knowledge, printed: str) -> Judgement | None:
    """The judgement of a line that is right with its logarithms to the base 2 or 10."""
    if not is_of_no_base(claim.left_source):
        return None
    assert claim.left is not None
    values = knowledge.values_for(claim.left, claim)
    for base in BASES:
        value = evaluate(to_base(claim.left, base), values, MPMATH)
        if fits(printed, value):
            text = "{printed} is {exact}, rounded, with logarithms to the base {base}"
            return said(claim, Verdict.REPRODUCED, text, exact=value, printed=printed, base=base)
    return None


def _adds_up(
    claim: Claim,
    knowledge: Knowledge,
    printed: str,
    computed: Any,
    known: Known | None,
    *,
    shown: bool,
) -> Judgement:
    """The line gives what is printed; its printed operands may still be the wrong ones."""
    assert claim.left is not None
    if known is None and shown:
        found_wrong = _near_value(claim, knowledge)
        source = None if found_wrong is None else inherited_from(claim, knowledge)
        wrong = found_wrong is not None and how_printed(printed, found_wrong.value) is None
        if found_wrong is not None and source is not None and wrong:
            return inherited(claim, printed, found_wrong, source)
    if known is None or not shown:
        return reproduced(claim, printed, computed, None)
    if fits(printed, known.value):
        return reproduced(claim, printed, known.value, known)
    if agree_within_rounding(claim.left, tree_of(known.value), claim, knowledge):
        return said(claim, Verdict.CARRIED, CARRIED, known=known, printed=printed)
    source = inherited_from(claim, knowledge) or faulty_name(knowledge, known)
    if source is not None:
        return inherited(claim, printed, known, source)
    if (aligned := _as_printed(claim, knowledge)) is not None:
        old = are_old(aligned.bindings, claim, knowledge)
        return said(
            claim, Verdict.CARRIED, FROM_OLD if old else CARRIED, known=known, printed=printed
        )
    opening = "{printed} is what the line gives, but it should be {exact}"
    right = correction(printed, known.value)
    found = explain_number(claim, knowledge, printed, known)
    if found:
        return explained(claim, opening, found, printed, right, known)
    line = knowledge.faulty_lines.get(id(claim.left))
    if line is not None:
        return said(
            claim,
            Verdict.EXPLAINED,
            "{printed} is what the line gives, but it should be {exact}: the line is wrong",
            known=known,
            printed=printed,
            correction=right,
            slip=line.slip or "inherited",
            chance=0.0,
        )
    return said(claim, Verdict.WRONG, opening, known=known, printed=printed, correction=right)


def _as_printed(claim: Claim, knowledge: Knowledge) -> Alignment | None:
    """How a line follows its formula with the numbers that were printed for the names, if it does.

    Rounded at every step of a long computation, they come to differ from the exact ones by more
    than the rounding of one line.
    """
    found = best_alignment(claim, knowledge, claim.left)
    if found is None or found.cost or found.misfits:
        return None
    if any(knowledge.is_open(binding.name, claim) for binding in found.bindings):
        return None
    return found


def _does_not_add_up(
    claim: Claim, knowledge: Knowledge, printed: str, computed: Any, known: Known | None
) -> Judgement:
    """The printed result is not what the printed line gives."""
    gives = correction(printed, computed)
    if known is None:
        near = _near_value(claim, knowledge)
        known = near if near is not None and fits(printed, near.value) else None
    is_near = known is not None and how_printed(printed, known.value) is not None
    found: tuple[Explanation, ...] = ()
    if is_near and known is not None and _is_cut_off(claim, knowledge, printed, known):
        return judge_against(claim, knowledge, printed, known)
    if known is None or is_near or _nearly(printed, computed, known.value):
        found = explain_line(claim, knowledge, printed)
    result = printed
    if known is not None and is_near and not found and not fits(printed, known.value):
        result = correction(printed, known.value)
        found = explain_line(claim, knowledge, result)
    if is_near and not found:
        found = explain_operand(claim, knowledge, result)
    if found or is_near:
        return _line_is_wrong(claim, found, printed, result, known, computed)
    found = explain_result(claim, knowledge, printed, known)
    if not found and known is None:
        operand = explain_operand(claim, knowledge, printed)
        if operand:
            return _line_is_wrong(claim, operand, printed, printed, None, computed)
    right = correction(printed, computed if known is None else known.value)
    name = claim.head
    if known is None and claim.component is None and isinstance(name, Symbol | Derivative):
        # What follows is held against the right number, not against the one just found wrong.
        knowledge.document.correct(name.key, claim, computed)
    opening = "{printed} is printed, but the line gives {computed}"
    if not found:
        return said(
            claim,
            Verdict.WRONG,
            opening,
            printed=printed,
            computed=gives,
            exact=computed,
            correction=right,
        )
    return explained(claim, opening, found, printed, right, known, exact=computed, computed=gives)


def _is_cut_off(claim: Claim, knowledge: Knowledge, printed: str, known: Known) -> bool:
    """Whether a result is cut off, and the line gives it from numbers that are cut off as well."""
    assert claim.left is not None
    if how_printed(printed, known.value) != "truncated" or isinstance(known.value, tuple):
        return False
    results, exact = knowledge.results_for(claim.left, claim), knowledge.exact_digits
    return could_give(claim.left, tree_of(known.value), results, exact, by_hand=True)


def _line_is_wrong(
    claim: Claim,
    found: tuple[Explanation, ...],
    printed: str,
    result: str,
    known: Known | None,
    computed: Any,
) -> Judgement:
    """The judgement of a line that does not give the right result, which is printed, or nearly."""
    opening = "As shown, the line gives {computed}, but {result} is right"
    gives = correction(printed, computed)
    if found:
        return explained(
            claim,
            opening,
            found,
            printed,
            None,
            known,
            exact=computed,
            computed=gives,
            result=result,
        )
    return said(
        claim,
        Verdict.WRONG,
        opening,
        known=known,
        printed=printed,
        correction=None if result == printed else result,
        computed=gives,
        result=result,
    )


def _is_near(claim: Claim, knowledge: Knowledge, printed: str, known: Known) -> bool:
    """Whether a line follows from the exact values, and its result but for the last digit."""
    assert claim.left is not None
    if how_printed(printed, known.value) is None:
        return False
    return agree_within_rounding(claim.left, tree_of(known.value), claim, knowledge)


def _nearly(printed: str, computed: Any, exact: Any) -> bool:
    """Whether the printed result is so much nearer the exact value that the line is to blame."""
    return bool(abs(number(printed) - exact) * 100 < abs(computed - exact))


def _by_rounding(claim: Claim, knowledge: Knowledge) -> bool:
    """Whether operands with two places or more, if they are rounded, explain the last digit."""
    assert claim.left is not None and claim.right is not None
    results = knowledge.results_for(claim.left, claim)
    return could_give(claim.left, claim.right, results, knowledge.exact_digits, least_places=2)


def _is_worked(known: Known | None) -> bool:
    return known is not None and known.worked is not None


def _head_value(claim: Claim, knowledge: Knowledge) -> Known | None:
    """The exact value of what the chain is about."""
    if isinstance(claim.head, Call):
        return _value_of_call(claim.head, claim, knowledge)
    if not isinstance(claim.head, Symbol | Derivative):
        return None
    known = knowledge.known(claim.head, claim)
    if known is None or (known.worked is None and known.formula is None):
        return None  # the document only prints it, which proves nothing
    if isinstance(known.value, tuple):
        return None  # what is a row elsewhere is one number here
    return None if known.rounded or known.stale else known


def _near_value(claim: Claim, knowledge: Knowledge) -> Known | None:
    """What the chain is about, by its formula from what may be rounded."""
    if not isinstance(claim.head, Symbol | Derivative):
        return None
    known = knowledge.known(claim.head, claim)
    return None if known is None or known.formula is None or known.stale else known


def _value_of_call(call: Call, claim: Claim, knowledge: Knowledge) -> Known | None:
    """The exact value of a function of the deck where all that it reads is known exactly."""
    functions = knowledge.document.functions.at(claim.position)
    if call.function.key not in functions or call.primes or knowledge.trace_of(claim) is not None:
        return None
    try:
        if not knowledge.is_determined(expand(call, functions), claim):
            return None
        value = evaluate(call, knowledge.values_for(call, claim), MPMATH)
    except EvaluationError:
        return None
    return None if isinstance(value, tuple) else Known(value, call.key, formula=call)
