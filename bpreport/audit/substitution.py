"""A symbolic side beside a numeric side, and whether every number stands where it belongs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bpreport.audit.alignment import Alignment, Binding, negated
from bpreport.audit.binding import (
    agree_within_rounding,
    best_alignment,
    contradicts_result,
    fits_binding,
    is_known_as,
    leaves_out_guards,
    tree_of,
    value_of,
)
from bpreport.audit.by_rule import judge_by_rule
from bpreport.audit.counting_on import judge_counted_on
from bpreport.audit.digits import number, same
from bpreport.audit.fixes import number_fix
from bpreport.audit.knowledge import Knowledge
from bpreport.audit.left_behind import are_of_next_pass, left_behind
from bpreport.audit.misfits import (
    are_exchanged,
    are_given_anew,
    is_called_rate,
    is_in_another_order,
    is_of_another_sample,
    is_short_for_another,
    misplaced,
    stand_for_each,
    turned_round,
    without_sign,
)
from bpreport.audit.model import Judgement, Verdict
from bpreport.audit.names import digits_in
from bpreport.audit.operands import could_give
from bpreport.audit.saying import math, said, shown, unchecked, uncomputable
from bpreport.audit.targets import judge_by_target
from bpreport.audit.uneven import mend, uneven
from bpreport.deck.model import Claim
from bpreport.deck.numbers import printed_number
from bpreport.formula import (
    MPMATH,
    EvaluationError,
    evaluate,
    latex,
    parse,
    places_of,
)
from bpreport.formula.tree import Apply, Derivative, Symbol, Tree, walk

__all__ = ["judge_substitution"]

PUTS_IN = "It puts in numbers: {listed}"
SHAPELESS = "The shape of the line follows from no formula of the deck"


def judge_substitution(claim: Claim, knowledge: Knowledge) -> Judgement:
    """The judgement of `w_1 - a g = 0.1 - 0.5 * 0.011204` and its like."""
    found = best_alignment(claim, knowledge)
    if found is None:
        return _by_value(claim, knowledge)
    if found.cost:
        # A line whose value is right follows another form of the formula.
        return (
            _by_rule_alone(claim, knowledge)
            or _right_value(claim, knowledge)
            or judge_by_target(claim, knowledge, judge_substitution)
            or _without_zeros(claim, knowledge, found)
            or _left_open(claim, knowledge, found)
            or uneven(claim, knowledge, found)
        )
    late = left_behind(found.bindings, claim, knowledge)
    if late is not None:
        for binding in found.bindings:
            knowledge.bind(binding.name, binding.number, claim)
        knowledge.bind(late[0].name, parse(late[1]), claim)
        return _from_before(*late, claim, knowledge)
    misfits = [b for b in found.bindings if not fits_binding(b, claim, knowledge)]
    anew = are_of_next_pass(misfits, claim, knowledge) or are_given_anew(misfits, claim, knowledge)
    if misfits and not anew:
        return _of_misfits(misfits, found, claim, knowledge)
    if misfits:
        knowledge.document.begin_round(claim)
    open_ = [
        binding
        for binding in found.bindings
        if isinstance(binding.name, Symbol | Derivative) and knowledge.is_open(binding.name, claim)
    ]
    again = [binding for binding in open_ if is_known_as(binding, claim, knowledge)]
    new = [binding for binding in open_ if binding not in again]
    for binding in again:  # in this round, too, a given is what it was
        if not knowledge.is_result(binding.name, claim):
            knowledge.bind(binding.name, binding.number, claim)
    new = _with_signs_of_gradients(new)
    backwards = [b for b in new if _is_negative_rate(b)]
    if backwards:
        name, text = backwards[0].name, without_sign(backwards[0])[1]
        return said(
            claim,
            Verdict.EXPLAINED,
            "It puts {printed} in the place of {name}, which is not negative: the sign is wrong",
            printed=text,
            name=math(name),
            slip="sign flipped",
            chance=0.0,
        )
    for binding in new:
        knowledge.bind(binding.name, binding.number, claim)
    if new:
        listed = dict.fromkeys(f"${latex(b.name)} = {latex(b.number)}$" for b in new)
        return said(claim, Verdict.GIVEN, PUTS_IN, listed=", ".join(listed))
    return said(claim, Verdict.REPRODUCED, "Every number stands in the place of its symbol")


def _is_negative_rate(binding: Binding) -> bool:
    """Whether a number below zero stands for a learning rate: then a sign before it is wrong."""
    name, text = without_sign(binding)
    return is_called_rate(name) and text is not None and number(text) < 0


def _of_misfits(
    misfits: Sequence[Binding], found: Alignment, claim: Claim, knowledge: Knowledge
) -> Judgement:
    """The judgement of a line with numbers that are not what their names are."""
    apart = stand_for_each(misfits, claim, knowledge)
    if apart or is_of_another_sample(misfits, claim, knowledge):
        for binding in misfits:
            knowledge.bind(binding.name, binding.number, claim)
        listed = f"${latex(misfits[0].name)} = {latex(misfits[0].number)}$"
        return said(claim, Verdict.GIVEN, PUTS_IN, listed=listed)
    if (turned := turned_round(misfits, found, claim, knowledge)) is not None:
        knowledge.bind(turned.name, turned.number, claim)
        listed = f"${latex(turned.name)} = {latex(turned.number)}$"
        return said(claim, Verdict.GIVEN, PUTS_IN, listed=listed)
    if _is_another_line(misfits, found, claim, knowledge):
        return said(claim, Verdict.GIVEN, "It puts in numbers")
    # A factor of one need not be written, and the square of a difference has no sign.
    free = [isinstance(b.name, Apply) for b in misfits]
    two = len({b.name for b in misfits}) > 1  # a difference turned round in a square
    if two and are_exchanged(misfits, claim, knowledge):
        two = is_in_another_order(misfits, claim)
    if all(free) or two or any(value_of(b.name, claim, knowledge) == 1 for b in misfits):
        right = _right_value(claim, knowledge)
        if right is not None:
            return right
    if is_short_for_another(misfits, found, claim, knowledge):
        name, text = without_sign(misfits[0])
        return said(claim, Verdict.GIVEN, PUTS_IN, listed=f"${latex(name)} = {text}$")
    return misplaced(misfits[0], claim, knowledge)


def _is_another_line(
    misfits: Sequence[Binding], found: Alignment, claim: Claim, knowledge: Knowledge
) -> bool:
    """Whether sums stand in the places of numbers, in a line that another slide's formula is for.

    A name there may be another: x = (4 + 1) / 2 is no x = a / 2.
    """
    if knowledge.trace_of(claim) is not None or not isinstance(claim.left, Symbol):
        return False
    if any(printed_number(one.number) is not None for one in misfits):
        return False
    stated = knowledge.document.statements.get(claim.left.key, ())
    here = [tree for one in stated if one.claim.slide == claim.slide for tree in one.trees]
    return not any(tree is found.form for tree in here)


def _with_signs_of_gradients(new: list[Binding]) -> list[Binding]:
    """With the sign of a rate times a gradient at the gradient, where nobody knows that one."""
    rate = next((binding for binding in new if _is_negative_rate(binding)), None)
    gradient = next((one for one in new if isinstance(one.name, Derivative)), None)
    if rate is None or gradient is None:
        return new
    return [
        replace(one, number=negated(one.number)) if one is rate or one is gradient else one
        for one in new
    ]


def _from_before(binding: Binding, after: str, claim: Claim, knowledge: Knowledge) -> Judgement:
    """A number that was its symbol's before the update."""
    return said(
        claim,
        Verdict.EXPLAINED,
        "It puts {printed} in the place of {name}, which is {right} after the update",
        printed=printed_number(binding.number),
        name=math(binding.name),
        right=after,
        correction=after,
        slip="old for new",
        chance=0.0,
        fix=number_fix(claim, knowledge.deck, binding.number, after, sure=False),
    )


def _without_zeros(claim: Claim, knowledge: Knowledge, found: Alignment) -> Judgement | None:
    """The judgement of a line that leaves out what is nothing, or whose shape proves nothing."""
    values = [value_of(term, claim, knowledge) for term in found.dropped]
    nothing = all(value is not None and not value for value in values)
    if values and nothing and found.of_sum and not found.changed:
        return said(claim, Verdict.REPRODUCED, "The terms that are left out are 0")
    if values and found.of_sum and not found.changed and _is_negligible(found, claim, knowledge):
        return said(
            claim, Verdict.REPRODUCED, "The terms that are left out are too small to be seen"
        )
    sure = found.cost == 1 and not found.misfits and len(found.bindings) > 1
    if knowledge.trace_of(claim) is None and not sure:
        return unchecked(claim, SHAPELESS)
    return None


def _is_negligible(found: Alignment, claim: Claim, knowledge: Knowledge) -> bool:
    r"""Whether a line leaves out an \epsilon below its last place, which guards a division."""
    assert claim.right is not None
    result = printed_number(knowledge.result_of(claim.right))
    places = max(map(places_of, digits_in(claim.right) if result is None else (result,)), default=0)
    values = [value_of(term, claim, knowledge) for term in found.dropped]
    return leaves_out_guards(found) and all(
        value is not None and abs(value) * 2 < number("0.1") ** places for value in values
    )


def _left_open(claim: Claim, knowledge: Knowledge, found: Alignment) -> Judgement | None:
    """The judgement of a line whose numbers may be right for other shapes of its names.

    What a name stands for may be a product, a sum, one or nothing; so an uneven line is wrong only
    where everything is known that its unevenness depends on, or where it contradicts its result.
    """
    assert claim.right is not None
    parts = found.dropped or ((found.form,) if found.form is not None else ())
    if not any(knowledge.is_open(part, claim) for part in parts):
        return None
    # A line of entries has none of the vector itself, whatever its result.
    of_vector = any(_is_transposed(part) for whole in parts for part in walk(whole))
    contradicted = not of_vector and contradicts_result(claim.right, claim, knowledge)
    if contradicted and (not found.added or _gives_without(claim, knowledge)):
        return None
    return said(claim, Verdict.GIVEN, "It puts in numbers")


def _gives_without(claim: Claim, knowledge: Knowledge) -> bool:
    """Whether a line without its part too much gives its result, which may be wrong itself."""
    assert claim.right is not None
    mended = mend(claim, knowledge, claim.right, claim.right_source)
    result = knowledge.result_of(claim.right)
    if mended is None or result is None:
        return mended is None
    line = parse(mended[0], knowledge.deck.functions)
    results = knowledge.results_for(line, claim)
    return could_give(line, result, results, knowledge.exact_digits)


def _is_transposed(part: Tree) -> bool:
    return isinstance(part, Apply) and part.operation == "transpose"


def _right_value(claim: Claim, knowledge: Knowledge) -> Judgement | None:
    """The judgement of a line that has the right value, whatever its shape."""
    assert claim.left is not None and claim.right is not None
    if _is_known_by_itself(claim, knowledge):
        return None
    try:
        exact = evaluate(claim.left, knowledge.values_for(claim.left, claim), MPMATH)
    except EvaluationError:
        return None
    if not _is_worth(claim.right, exact, claim, knowledge):
        return None
    return said(claim, Verdict.REPRODUCED, "The line has the value {exact}", exact=exact)


def _is_worth(line: Tree, exact: Any, claim: Claim, knowledge: Knowledge) -> bool:
    """Whether a line of numbers has a value, as far as its printed digits tell."""
    if same(evaluate(line, {}, MPMATH), exact):
        return True
    return agree_within_rounding(line, tree_of(exact), claim, knowledge)


def _by_rule_alone(claim: Claim, knowledge: Knowledge) -> Judgement | None:
    """The judgement by a rule of a line for a name that nothing else computes."""
    if not _is_known_by_itself(claim, knowledge):
        return None
    return judge_by_rule(claim, knowledge, judge_substitution)


def _is_known_by_itself(claim: Claim, knowledge: Knowledge) -> bool:
    """Whether a line is for a name of which no formula has a value: the line itself computes it.

    It may have a formula all the same: the a b of w = a b, of which nobody knows a and b.
    """
    if not isinstance(claim.left, Symbol | Derivative):
        return False
    known = knowledge.known(claim.left, claim)
    return known is None or (known.worked is None and known.formula is None)


def _by_value(claim: Claim, knowledge: Knowledge) -> Judgement:
    """A numeric side whose shape follows from no formula: only its value can be judged."""
    assert claim.left is not None and claim.right is not None
    if _is_known_by_itself(claim, knowledge):
        return (
            _by_rule_alone(claim, knowledge)
            or judge_counted_on(claim, knowledge)
            or said(claim, Verdict.GIVEN, "It puts in numbers")
        )
    value = evaluate(claim.right, {}, MPMATH)
    try:
        exact = evaluate(claim.left, knowledge.values_for(claim.left, claim), MPMATH)
    except EvaluationError as error:
        return uncomputable(claim, error)
    if _is_worth(claim.right, exact, claim, knowledge):
        return said(claim, Verdict.REPRODUCED, "The line has the value {exact}", exact=exact)
    if (counted := judge_by_target(claim, knowledge, judge_substitution)) is not None:
        return counted
    if claim.relation == "=" and knowledge.is_determined(claim.left, claim):
        text = "The line has the value {line}, but it should be {exact}"
        return said(claim, Verdict.WRONG, text, exact=exact, line=shown(value))
    return unchecked(claim, SHAPELESS)
