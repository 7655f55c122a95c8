"""Numbers in the places of names: how a line follows from a formula, and whether it fits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from itertools import product
from typing import Any

from bpreport.audit.alignment import Alignment, Binding, align
from bpreport.audit.digits import NOTHING, fits, how_printed, number, same, significant_digits
from bpreport.audit.knowledge import Knowledge
from bpreport.audit.names import is_numeric
from bpreport.audit.operands import could_give
from bpreport.deck.model import Claim
from bpreport.deck.numbers import printed_number
from bpreport.formula import (
    MPMATH,
    EvaluationError,
    evaluate,
    places_of,
    rounded,
    to_decimal,
)
from bpreport.formula.operations import ZERO
from bpreport.formula.tree import Call, Derivative, Number, Symbol, Tree, substitute

__all__ = [
    "agree_within_rounding",
    "best_alignment",
    "contradicts_result",
    "fits_binding",
    "is_known_as",
    "leaves_out_guards",
    "tree_of",
    "value_of",
    "within_printed",
]


GUARDS = (r"\epsilon", r"\varepsilon")


def best_alignment(
    claim: Claim, knowledge: Knowledge, side: Tree | None = None
) -> Alignment | None:
    """How a numeric side follows from a formula: the deck's own, or else the worked example's.

    `side` is the numeric side, by default the right one; it is aligned with the left side or,
    where that is a name or numeric itself, with the formulas of what the claim is about.
    """
    name = claim.left if side is None else claim.head
    numeric = claim.right if side is None else side
    if name is None or numeric is None:
        return None
    place = (claim.id, name, numeric)
    if place not in knowledge.alignments:
        knowledge.alignments[place] = _best_alignment(claim, knowledge, name, numeric)
    found: Alignment | None = knowledge.alignments[place]
    return found


def _best_alignment(
    claim: Claim, knowledge: Knowledge, name: Tree, numeric: Tree
) -> Alignment | None:
    definition = knowledge.definition_in(claim)
    best: Alignment | None = None
    forms: Iterable[Tree] = (name,)
    if isinstance(name, Symbol | Derivative):
        forms = tuple(knowledge.forms_of(name, claim))
    elif isinstance(name, Call):  # what its chain says of it
        before = knowledge.sides_before(numeric)
        forms = (name, *(one for one in before if not is_numeric(one)))
    seen: dict[tuple[str, str], bool] = {}

    def fits(binding: Binding) -> bool:
        text = printed_number(binding.number)
        if text is None or not isinstance(binding.name, Symbol | Derivative):
            return fits_binding(binding, claim, knowledge)
        place = binding.name.key, text
        if place not in seen:
            seen[place] = fits_binding(binding, claim, knowledge)
        return seen[place]

    def is_printed(binding: Binding) -> bool:
        text = printed_number(binding.number)
        return text is not None and text in knowledge.printed_now(binding.name, claim)

    adds_up = not contradicts_result(numeric, claim, knowledge)
    for joining, form in product((False, True) if adds_up else (False,), forms):
        found = align(form, numeric, definition, fits, is_printed, joining=joining)
        if found is None or (joining and (found.cost or found.misfits)):
            continue
        if best is None or found.cost < best.cost:
            best = replace(found, form=form)
        if not best.cost:
            break
    return best


def leaves_out_guards(found: Alignment) -> bool:
    r"""Whether all that a line leaves out is an \epsilon, which guards a division."""
    left_out = found.dropped and found.of_sum and not found.changed and not found.added
    return bool(left_out) and all(
        isinstance(term, Symbol) and term.base in GUARDS for term in found.dropped
    )


def fits_binding(binding: Binding, claim: Claim, knowledge: Knowledge) -> bool:
    """Whether a number is the value of what it stands for; True where nobody knows that."""
    value = value_of(binding.name, claim, knowledge)
    if value is None or isinstance(value, tuple) or knowledge.is_open(binding.name, claim):
        return True
    text = printed_number(binding.number)
    if text is None:  # an expression in the place of a name
        try:
            exact = tree_of(value)
        except EvaluationError:
            return True  # nobody puts in a number of which so many digits are not computed
        known = knowledge.known(binding.name, claim)
        gives = could_give(
            binding.number,
            exact,
            knowledge.results_for(binding.number, claim),
            knowledge.exact_digits,
            drifted=knowledge.drifted,
            by_hand=known is not None and known.worked is not None,
        )
        return (
            gives
            or _prints_like(binding, claim, knowledge)
            or _leads_to_the_value(binding, claim, knowledge)
        )
    known = knowledge.operand(binding.name, claim)
    result = knowledge.is_result(binding.name, claim) or (known is not None and known.rounded)
    if known is not None and known.given and not result:
        return same(value, number(text))  # a given stands with its own digits, or it is wrong
    if Decimal(text).is_zero() and not places_of(text):
        return bool(abs(value) < NOTHING)  # 0.4 rounds to 0, but nobody puts 0 in its place
    if how_printed(text, value) is not None:
        return True
    if isinstance(binding.name, Symbol | Derivative):
        if known is not None and knowledge.stands(known.key, text, claim):
            return True  # it was right for another name of the same
        typed = Decimal(text)
        return any(
            Decimal(printed) == typed for printed in knowledge.printed_now(binding.name, claim)
        )
    if isinstance(binding.name, Call):
        printed_before = knowledge.printed_call(binding.name, claim)
        if printed_before is not None and Decimal(printed_before) == Decimal(text):
            return True
    return within_printed(binding.name, text, claim, knowledge)


def _prints_like(binding: Binding, claim: Claim, knowledge: Knowledge) -> bool:
    """Whether an expression has the digits that are printed for the name: 29/24 for 1.2083.

    One digit tells nothing: 0.9 * 0.3 is no 0.3.
    """
    try:
        exact = evaluate(binding.number, {}, MPMATH)
    except EvaluationError:
        return False
    near = knowledge.printed_now(binding.name, claim)[:1]
    return any(
        significant_digits(text) > 1 and how_printed(text, exact) is not None for text in near
    )


def _leads_to_the_value(binding: Binding, claim: Claim, knowledge: Knowledge) -> bool:
    """Whether a line gives what is printed behind it, and that is the value of its name.

    What was rounded on the way to it, step by step, does not show there. Digits so few that the
    line has them with nothing in the place of the expression as well do not tell.
    """
    line, name = claim.right, claim.head
    result = None if line is None else printed_number(knowledge.result_of(line))
    known = None if name is None else knowledge.known(name, claim)
    if line is None or result is None or known is None or known.worked is None:
        return False
    if not fits(result, known.value) or contradicts_result(line, claim, knowledge):
        return False
    without = substitute(line, lambda part: ZERO if part is binding.number else None)
    try:
        return not fits(result, evaluate(without, {}, MPMATH))
    except EvaluationError:
        return True  # a quotient by it


def agree_within_rounding(left: Tree, right: Tree, claim: Claim, knowledge: Knowledge) -> bool:
    """Whether two numeric sides can be equal for some unrounded operands.

    Numbers that stand for computed names are rounded, givens and constants are exact.
    """
    aligned = best_alignment(claim, knowledge, left)
    operands: set[str] = set()
    unrounded: set[str] = set()
    for binding in () if aligned is None or aligned.cost else aligned.bindings:
        text = printed_number(binding.number)
        known = knowledge.known(binding.name, claim)
        if text is None or known is None or known.worked is None or known.given:
            continue
        whole = same(known.value, number(text))
        (unrounded if whole else operands).add(text.lstrip("-"))
    exact = (knowledge.exact_digits | unrounded) - operands
    results = knowledge.results_beside(left, claim) | operands
    return could_give(left, right, results, exact, drifted=knowledge.drifted)


def within_printed(
    tree: Tree, text: str, claim: Claim, knowledge: Knowledge, *, long_givens: bool = False
) -> bool:
    """Whether the numbers that are printed for a tree's names can give the printed number."""
    try:
        return knowledge.document.could_print(tree, text, claim, long_givens=long_givens)
    except EvaluationError:
        return False


def is_known_as(binding: Binding, claim: Claim, knowledge: Knowledge) -> bool:
    """Whether a number is what its name was before this round already."""
    known = knowledge.operand(binding.name, claim)
    text = printed_number(binding.number)
    if known is None or text is None or not known.stale:
        return False
    return how_printed(text, known.value) is not None


def tree_of(value: Any) -> Tree:
    """A value as a tree, at 40 places: with fewer, it would stand for what rounds to it.

    Raises `EvaluationError` for a row, and for a number with more digits than are computed.
    """
    number = to_decimal(value)
    text = Number(rounded(number.copy_abs(), 40))
    return -text if number < 0 else text


def value_of(name: Tree, claim: Claim, knowledge: Knowledge) -> Any:
    """The exact value of a name or expression where the claim stands; None where unknown."""
    known = knowledge.operand(name, claim)
    if known is not None or isinstance(name, Symbol | Derivative):
        return None if known is None else known.value
    try:
        return evaluate(name, knowledge.values_for(name, claim), MPMATH)
    except EvaluationError:
        return None


def contradicts_result(line: Tree, claim: Claim, knowledge: Knowledge) -> bool:
    """Whether a line of printed numbers cannot give the number that is printed behind it."""
    result = knowledge.result_of(line)
    if result is None:
        return False
    results = knowledge.results_for(line, claim)
    return not could_give(line, result, results, knowledge.exact_digits)
