"""One claim, one judgement: what kind of claim it is decides who judges it."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from typing import Any

from bpreport.audit.annotated import judge_annotated
from bpreport.audit.before_and_after import is_of_an_example, judge_before_or_after
from bpreport.audit.by_family import unless_by_family
from bpreport.audit.components import judge_component
from bpreport.audit.convolutions import as_convolution
from bpreport.audit.digits import correction, fits, how_printed, number, same
from bpreport.audit.elsewhere import from_before_update
from bpreport.audit.examples import FIRST
from bpreport.audit.explaining import MOST_TRIED, explain_formula, explain_substitution
from bpreport.audit.fixes import result_fix
from bpreport.audit.identities import Identity, compare
from bpreport.audit.knowledge import Knowledge
from bpreport.audit.lines import judge_line, judge_value
from bpreport.audit.meant_otherwise import in_posed_system, posed, unless_meant_otherwise
from bpreport.audit.mixed_lines import judge_mixed
from bpreport.audit.model import Expectation, Judgement, Message, Verdict
from bpreport.audit.names import is_numeric, is_row_of_numbers, readings
from bpreport.audit.operands import could_give
from bpreport.audit.printed import CARRIED
from bpreport.audit.row_before import judge_by_rows
from bpreport.audit.rows import in_entries, judge_row
from bpreport.audit.sample_rows import is_of_samples, judge_of_sample
from bpreport.audit.saying import said, shown, unchecked, uncomputable
from bpreport.audit.stretches import in_step, rounded_start
from bpreport.audit.substitution import SHAPELESS, judge_substitution
from bpreport.audit.sums import is_endless
from bpreport.audit.table_rows import judge_in_case
from bpreport.audit.totals import is_total, judge_total
from bpreport.deck.chains import follows_in_time
from bpreport.deck.model import Claim
from bpreport.deck.numbers import printed_number
from bpreport.deck.relations import INEQUALITIES, WITHOUT_VALUE
from bpreport.formula import MPMATH, EvaluationError, evaluate
from bpreport.formula.tree import (
    Apply,
    Call,
    Derivative,
    Number,
    Symbol,
    Tree,
)

__all__ = ["judge"]

_PLAIN = re.compile(r"-?\d+\.\d+")
_UPDATES = "{statement}; updates done before: {count}"


def judge(claim: Claim, knowledge: Knowledge) -> Judgement:
    """The judgement of one claim; claims are judged in the order of the deck."""
    try:
        judgement = unless_meant_otherwise(_judge(claim, knowledge), knowledge)
    except EvaluationError as error:
        return posed(claim, knowledge) or uncomputable(claim, error)
    if judgement.verdict.level in ("note", "error"):
        judgement = _from_rounded_start(judgement, knowledge) or judgement
    elif judgement.verdict.level == "right":
        judgement = from_before_update(judgement, knowledge) or judgement
    if claim.id in knowledge.convolved:
        judgement = as_convolution(judgement, knowledge.convolved[claim.id])
    return _taken_note_of(judgement, knowledge)


def _from_rounded_start(judgement: Judgement, knowledge: Knowledge) -> Judgement | None:
    """The judgement of what is right in a step that starts from numbers as they are printed."""
    claim = judgement.claim
    step, own = rounded_start(claim, knowledge), knowledge.steps.get(claim.id, FIRST)
    if step is None:
        return None
    again = None
    knowledge.steps[claim.id] = step
    knowledge.alignments.clear()  # they were found for the claim's own step
    with suppress(EvaluationError):
        again = _judge(in_step(claim, step, knowledge), knowledge)
    knowledge.steps[claim.id] = own
    knowledge.alignments.clear()
    if again is None or again.verdict.level != "right":
        return None
    printed, exact = judgement.printed, judgement.exact
    numbers = again.printed is not None and printed is not None and exact is not None
    message = again.message
    if numbers:
        message = Message(CARRIED, {"printed": printed, "exact": shown(exact, beside=printed)})
    return replace(again, claim=claim, verdict=Verdict.CARRIED, message=message, exact=exact)


def _taken_note_of(judgement: Judgement, knowledge: Knowledge) -> Judgement:
    """A judgement with all that belongs to it, once it is known for the claims that follow."""
    claim = judgement.claim
    if judgement.verdict is Verdict.WRONG and claim.id in knowledge.stopped:
        message = Message(
            "{statement} (the search stopped after {count} values)",
            {"statement": judgement.message, "count": MOST_TRIED},
        )
        judgement = replace(judgement, message=message)
    printed, exact = judgement.printed, judgement.exact
    if not judgement.verdict.is_error and judgement.quantity and printed:
        if judgement.verdict.level == "right":
            knowledge.stand(judgement.quantity.partition("@")[0], printed, claim)
        if judgement.worked is not None and not fits(printed, exact):
            # Digits that were cut off are carried on as well.
            knowledge.drifted[printed.lstrip("-")] = correction(printed, exact).lstrip("-")
    step = knowledge.steps.get(claim.id, FIRST)
    if step != FIRST and judgement.quantity is not None and "@" not in judgement.quantity:
        later = f"{judgement.quantity}@{step.updates}" if not step.sample else None
        judgement = replace(judgement, quantity=later)
        if step.updates and _UPDATES not in judgement.message.text:
            values = {"statement": judgement.message, "count": step.updates}
            judgement = replace(judgement, message=Message(_UPDATES, values))
    judgement = _with_fix(judgement, knowledge)
    right = judgement.correction
    rounded = right is not None and _PLAIN.fullmatch(right) and judgement.exact is not None
    if right and rounded and judgement.verdict.is_error and not _is_exact(right, judgement.exact):
        knowledge.corrections.add(right.lstrip("-"))
    if judgement.verdict is Verdict.REPRODUCED and claim.right is not None and not printed:
        knowledge.confirmed_lines.add(id(claim.right))
    if judgement.verdict.is_error and claim.right is not None and claim.component is None:
        knowledge.faulty_lines[id(claim.right)] = judgement
    if judgement.verdict.is_error and judgement.printed is not None:
        name = claim.head
        if name is not None and not _is_right(judgement, name, knowledge):
            if isinstance(name, Symbol | Derivative):
                knowledge.faulty.add(name.key)
            known = knowledge.known(name, claim)
            if known is not None and known.worked and judgement.slip != "inherited":
                knowledge.blame(known.key, judgement.printed, claim)
    return judgement


def _is_exact(text: str, value: Any) -> bool:
    return not isinstance(value, tuple) and same(number(text), value)


def _with_fix(judgement: Judgement, knowledge: Knowledge) -> Judgement:
    if judgement.correction is None or judgement.fix is not None:
        return judgement
    return replace(judgement, fix=result_fix(judgement, knowledge))


def _is_right(judgement: Judgement, name: Tree, knowledge: Knowledge) -> bool:
    """Whether a printed number is its name's, so that only the line that leads to it is wrong."""
    known = knowledge.known(name, judgement.claim)
    if known is None or judgement.printed is None or (known.given and known.worked is None):
        return False
    return how_printed(judgement.printed, known.value) is not None


def _judge(claim: Claim, knowledge: Knowledge) -> Judgement:
    if claim.refusal is not None and claim.refusal.beyond is not None:
        text = "The formulas of the deck have more than {most} sides; split the deck"
        return unchecked(claim, text, most=claim.refusal.beyond)
    if claim.refusal is not None:
        return unchecked(
            claim,
            "It is not understood at {token!r}: expected {expected}",
            token=claim.refusal.token or Message("the end"),
            expected=Expectation(claim.refusal.expected),
        )
    if claim.kind == "figure":
        return _figure(claim, knowledge)
    if claim.kind == "range":
        return said(claim, Verdict.DEFINITION, "It states the range of an index")
    if claim.component is not None:
        posed = in_posed_system(claim, knowledge)
        return posed or judge_component(claim, knowledge, claim.component)
    return _pair(claim, knowledge)


def _pair(claim: Claim, knowledge: Knowledge) -> Judgement:
    """Two sides of a chain: names, numbers or expressions."""
    left, right = claim.left, claim.right
    if left is None or right is None:
        return unchecked(claim, "It has only one side")
    if claim.relation in INEQUALITIES:
        return _inequality(claim, knowledge)
    if claim.relation in WITHOUT_VALUE:
        return said(claim, Verdict.DEFINITION, "It introduces a symbol")
    if follows_in_time(claim.relation, left, right):
        printed = printed_number(right)
        if printed is None:
            return said(claim, Verdict.GIVEN, "It puts in numbers")
        return said(claim, Verdict.GIVEN, "{printed} is given", printed=printed)
    if is_endless(left) or is_endless(right):
        return _without_end(claim, knowledge)
    in_percent = _in_percent(left, right)
    if in_percent is not None:
        scaled = replace(claim, head=in_percent[0], left=in_percent[0], right=in_percent[1])
        return replace(_with_fix(_pair(scaled, knowledge), knowledge), claim=claim)
    printed = printed_number(right)
    if printed is not None:
        shown_line = is_numeric(left)  # a function of numbers, \sigma(0.4), is one, too
        if isinstance(left, Symbol | Derivative | Call) and not shown_line:
            return judge_value(claim, knowledge, printed)
        values = {} if shown_line else knowledge.values_for(left, claim)
        computed = evaluate(left, values, MPMATH)
        claim = replace(claim, left=in_entries(left, values, claim, knowledge))
        by_line = judge_line(claim, knowledge, printed, computed, shown=shown_line)
        return unless_by_family(by_line, claim.left, knowledge)
    if is_numeric(right):
        if is_numeric(left):
            return _two_lines(claim, knowledge)
        claim = _in_entries(claim, knowledge)
        return _by_its_slip(judge_substitution(claim, knowledge), knowledge)
    if is_row_of_numbers(right):
        row = judge_row(claim, knowledge)
        if row is not None:
            return row
    found = compare(claim, knowledge)
    if found.outcome == "different" and _is_primed_after_update(claim):
        return unchecked(claim, "The prime may stand for a slope or for the value after the update")
    if found.outcome == "different":
        return judge_mixed(claim, knowledge) or _refuted(claim, knowledge, found)
    return said(claim, _OUTCOMES[found.outcome], found.text, **found.values)


def _without_end(claim: Claim, knowledge: Knowledge) -> Judgement:
    """A sum that never ends, or what one comes to: a name may be defined by it."""
    if isinstance(claim.left, Symbol | Derivative | Call):
        found = compare(claim, knowledge)
        if found.outcome == "definition":
            return said(claim, Verdict.DEFINITION, found.text, **found.values)
    return unchecked(claim, "What goes on to infinity is not computed")


def _in_percent(left: Tree, right: Tree) -> tuple[Tree, Tree] | None:
    """Both sides times 100 where a result is printed in percent, so that its digits are judged."""
    if isinstance(left, Symbol | Derivative):
        return None
    match right:
        case Apply(operation="divide", operands=(Number() as number, _), sign=r"\%"):
            return Number("100") * left, number
        case Apply(operation="negative", operands=(share,)):
            found = _in_percent(left, share)
            return None if found is None else (found[0], -found[1])
    return None


def _in_entries(claim: Claim, knowledge: Knowledge) -> Claim:
    """A claim with the vectors of its formula in entries, as a line of numbers has them."""
    if claim.left is None or claim.left == claim.head:
        return claim
    try:
        values = knowledge.values_for(claim.left, claim)
        return replace(claim, left=in_entries(claim.left, values, claim, knowledge))
    except EvaluationError:
        return claim


def _is_primed_after_update(claim: Claim) -> bool:
    """Whether a primed name is set equal to what is computed from updated parameters."""
    primed = isinstance(claim.head, Derivative) and not claim.head.by
    names = () if claim.right is None else readings(claim.right)
    return primed and any("+" in name.marks for name in names if isinstance(name, Symbol))


PLAIN = (None, "constant changed", "factor doubled", "symbol swapped", "term added", "term dropped")
"""Names of slips in a line of numbers that do not tell what part the numbers play."""


def _by_its_slip(judgement: Judgement, knowledge: Knowledge) -> Judgement:
    """The judgement of a wrong line of numbers, with the slip in its formula that gives it."""
    shapeless = judgement.message.text == SHAPELESS
    if (not judgement.verdict.is_error and not shapeless) or judgement.slip not in PLAIN:
        return judgement
    found = explain_substitution(judgement.claim, knowledge)
    if found is None or found.slip == judgement.slip:
        return judgement
    statement = Message("The line does not follow") if shapeless else judgement.message
    message = Message("{statement}: {reason}", {"statement": statement, "reason": found.message})
    return replace(
        judgement, verdict=Verdict.EXPLAINED, slip=found.slip, message=message, chance=0.0
    )


def _refuted(claim: Claim, knowledge: Knowledge, found: Identity) -> Judgement:
    """A symbolic side that is not equal to the other, and the slip that would make it so."""
    known = None if claim.left is None else knowledge.known(claim.left, claim)
    if known is not None and known.worked is not None and known.formula is not None:
        slips = explain_formula(claim, knowledge, known)
        if slips:
            best = slips[0]
            return said(
                claim,
                Verdict.EXPLAINED,
                found.text,
                slip=best.slip,
                chance=best.chance,
                alternatives=tuple(dict.fromkeys(s.slip for s in slips[1:] if s.slip != best.slip)),
                reason=best.message,
                **found.values,
            )
    return said(claim, Verdict.WRONG, found.text, **found.values)


_OUTCOMES = {
    "equal": Verdict.PROVED,
    "definition": Verdict.DEFINITION,
    "unknown": Verdict.UNCHECKED,
}


def _inequality(claim: Claim, knowledge: Knowledge) -> Judgement:
    r"""How two sides compare, in numbers; of a name, the one that its chain has for it.

    In 0.3 < J_0 = 0.5 that is 0.5. Without one it is a condition, which need not hold there.
    """
    assert claim.left is not None and claim.right is not None
    sides = [
        side if is_numeric(side) else knowledge.result_of(side)
        for side in (claim.left, claim.right)
    ]
    if None in sides:
        return said(claim, Verdict.DEFINITION, "It states a condition")
    left, right = (evaluate(side, {}, MPMATH) for side in sides if side is not None)
    if same(left, right):
        if sides != [claim.left, claim.right]:  # of rounded values, nobody knows which is less
            return said(claim, Verdict.DEFINITION, "It states a condition")
        left = right  # 0.1 + 0.2 is 0.3, whatever its 51st digit
    if INEQUALITIES[claim.relation](left, right):
        return said(claim, Verdict.PROVED, "It holds for the printed numbers")
    return _does_not_hold(claim, left, right)


def _two_lines(claim: Claim, knowledge: Knowledge) -> Judgement:
    """Two lines of printed numbers."""
    assert claim.left is not None and claim.right is not None
    left, right = (evaluate(side, {}, MPMATH) for side in (claim.left, claim.right))
    if same(left, right):
        return said(claim, Verdict.PROVED, "Both sides are {exact}", exact=left)
    results = knowledge.results_for(claim.left, claim)
    if could_give(claim.left, claim.right, results, knowledge.exact_digits, on_the_way=True):
        return said(
            claim,
            Verdict.CARRIED,
            "Both sides agree within the rounding of the printed numbers",
            exact=left,
        )
    return _does_not_hold(claim, left, right, exact=left)


def _does_not_hold(claim: Claim, left: Any, right: Any, exact: Any = None) -> Judgement:
    text = "It does not hold: {left} on the left, {right} on the right"
    left, right = shown(left), shown(right)
    return said(claim, Verdict.WRONG, text, left=left, right=right, exact=exact)


def _figure(claim: Claim, knowledge: Knowledge) -> Judgement:
    """An annotated number in running text."""
    figure = claim.figure
    assert figure is not None
    printed = printed_number(claim.right) or figure.text
    if is_total(claim):
        return judge_total(claim, knowledge)
    by_rows = judge_by_rows(claim, knowledge, printed)
    if by_rows is not None:
        return by_rows
    if is_of_samples(claim, knowledge):
        return judge_of_sample(claim, knowledge, printed)
    named = isinstance(claim.left, Symbol | Derivative | Call)
    if figure.case is not None or (claim.left is not None and not named):
        return judge_in_case(claim, knowledge, printed)
    if figure.state and not is_of_an_example(claim, knowledge):
        return judge_before_or_after(claim, knowledge, printed)
    if claim.left is not None and printed_number(claim.right) is None:  # 1/2, or 10 %
        return _pair(claim, knowledge)
    if claim.left is not None:
        return judge_value(claim, knowledge, printed)
    if figure.iteration:
        text = "It counts the iterations of the values beside it"
        if any(one.id in knowledge.samples for one in knowledge.tables.line(claim)):
            text = "It counts the samples"
        return said(claim, Verdict.GIVEN, text, printed=figure.text)
    return judge_annotated(claim, knowledge, figure)
