"""What is wrong with a line of printed numbers whose printed result is right."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from bpreport.audit.binding import best_alignment
from bpreport.audit.digits import fits, how_printed, number, same
from bpreport.audit.explaining import (
    LEAST_DIGITS,
    MOST_CHANCE,
    MOST_TRIED,
    Explanation,
    chance_of,
    in_units,
)
from bpreport.audit.fixes import number_fix
from bpreport.audit.knowledge import Knowledge
from bpreport.audit.mistyped import with_operands_retyped
from bpreport.audit.model import Message
from bpreport.audit.operands import could_be
from bpreport.audit.saying import math
from bpreport.audit.uneven import mend
from bpreport.deck.model import Claim
from bpreport.deck.numbers import printed_number
from bpreport.formula import MPMATH, EvaluationError, evaluate, places_of, rounded
from bpreport.formula.effort import charge
from bpreport.formula.tree import Number, Symbol, Tree, substitute, walk

__all__ = ["explain_line", "explain_operand", "inherited_from"]


def explain_line(claim: Claim, knowledge: Knowledge, printed: str) -> tuple[Explanation, ...]:
    """What is wrong with a line of printed numbers whose printed result is right."""
    return (*_missing_term(claim, knowledge, printed), *_wrong_operand(claim, knowledge, printed))


def _missing_term(claim: Claim, knowledge: Knowledge, printed: str) -> Iterator[Explanation]:
    """A term that the line lacks and its result does not."""
    assert claim.left is not None
    gives = evaluate(claim.left, {}, MPMATH)
    typed = [number(part.text) for part in walk(claim.left) if isinstance(part, Number)]
    lacking = list(_terms_that_may_lack(claim, knowledge))
    charge(len(lacking) * len(typed))
    terms = [
        (term, value)
        for term, value in lacking
        if not isinstance(value, tuple)
        and not any(same(abs(value), one) for one in typed)  # the line has it, with another sign
    ]
    unit = 10.0 ** -places_of(printed)
    tried = {in_units(float(gives + value), unit) for _, value in terms}
    chance = chance_of(printed, tried) if terms else 1.0
    if chance > MOST_CHANCE["computing"] and best_alignment(claim, knowledge, claim.left):
        chance = 0.0  # the line shows what it lacks of its formula
    for term, value in terms if chance <= MOST_CHANCE["computing"] else ():
        if value and fits(printed, gives + value):
            digits = rounded(value, 30).rstrip("0").rstrip(".")
            bias = any(knowledge.has_role(part, "bias", claim) for part in walk(term))
            mended = mend(claim, knowledge, claim.left, claim.left_source)
            yield Explanation(
                "bias forgotten" if bias else "term dropped",
                Message(
                    "the term {term} was dropped from the line, not from the result",
                    {"term": f"{math(term)} = {digits}"},
                ),
                chance,
                correction=mended[0] if mended else f"{claim.left_source} + {digits}",
                fix=mended[1] if mended else None,
            )
            return


def _terms_that_may_lack(claim: Claim, knowledge: Knowledge) -> Iterator[tuple[Tree, Any]]:
    """The terms that the line's formula has and the line has not; failing a formula, givens.

    A given of one or two digits is the difference of many numbers by accident.
    """
    found = best_alignment(claim, knowledge, claim.left)
    if found is None:
        for name, value in knowledge.givens_for(claim):
            own = name == claim.head  # the printed result is no part of what leads to it
            if not (own or isinstance(value, tuple)) and len(_digits(value)) >= LEAST_DIGITS:
                yield name, value
        return
    for term in found.dropped:
        with suppress(EvaluationError):
            yield term, evaluate(term, knowledge.values_for(term, claim), MPMATH)


def _digits(value: Any) -> str:
    """The significant digits of a given."""
    return rounded(abs(value), 30).replace(".", "").strip("0")


def _wrong_operand(claim: Claim, knowledge: Knowledge, printed: str) -> Iterator[Explanation]:
    """One printed operand is not the value of the symbol that it stands for."""
    assert claim.left is not None
    found = best_alignment(claim, knowledge, claim.left)
    if found is None or found.cost:
        return
    for binding in found.bindings:
        operand = printed_number(binding.number)
        known = knowledge.known(binding.name, claim)
        if operand is None or known is None or how_printed(operand, known.value) is not None:
            continue
        if known.worked is None and known.key not in knowledge.faulty:
            continue  # the document alone does not say which of the two is right
        line = _with_stand_in(claim.left, binding.number)
        if how_printed(printed, evaluate(line, {STAND_IN.key: known.value}, MPMATH)):
            right = knowledge.as_printed(binding.name, claim) if known.given else None
            right = right or rounded(known.value, max(places_of(operand), 1))
            yield Explanation(
                "wrong operand",
                Message(
                    "{operand} stands for {name}, which is {right}; "
                    "with it the line gives {printed}",
                    {
                        "operand": operand,
                        "name": math(binding.name),
                        "right": right,
                        "printed": printed,
                    },
                ),
                0.0,
                correction=right,
                fix=number_fix(
                    claim, knowledge.deck, binding.number, right, sure=known.worked is not None
                ),
            )


def explain_operand(claim: Claim, knowledge: Knowledge, printed: str) -> tuple[Explanation, ...]:
    """One printed operand has a digit wrong, or two swapped, beside its like elsewhere.

    This is asked where the result itself is right, or is no slip of the pen.
    """
    unit = 10.0 ** -places_of(printed)
    wanted = in_units(float(printed), unit)
    reached: set[int] = set()
    hits = []
    for operand, right, line in with_operands_retyped(claim, knowledge):
        results = knowledge.results_beside(line, claim)
        try:
            ends = could_be(line, results, knowledge.exact_digits, knowledge.drifted)
        except EvaluationError:
            continue
        low, high = (in_units(float(end), unit) for end in ends)
        if high - low > MOST_TRIED:
            return ()  # it could be anything
        reached.update(range(low, high + 1))
        if low <= wanted <= high:
            hits.append((operand, right))
    chance = chance_of(printed, reached)
    if len(hits) != 1 or chance > MOST_CHANCE["computing"]:
        return ()
    operand, right = hits[0]
    found = Explanation(
        "wrong operand",
        Message(
            "{operand} stands where {right} should, which is printed elsewhere; "
            "with it the line gives {printed}",
            {"operand": operand.text, "right": right, "printed": printed},
        ),
        chance,
        correction=right,
        fix=number_fix(claim, knowledge.deck, operand, right, sure=False),
    )
    return (found,)


STAND_IN = Symbol("\0")


def _with_stand_in(line: Tree, operand: Tree) -> Tree:
    """The line with a name in the place of one of its numbers."""
    return substitute(line, lambda part: STAND_IN if part is operand else None)


def inherited_from(claim: Claim, knowledge: Knowledge) -> Tree | None:
    """The name whose wrong value a line of printed numbers carries on."""
    assert claim.left is not None
    found = best_alignment(claim, knowledge, claim.left)
    for binding in () if found is None else found.bindings:
        known = knowledge.known(binding.name, claim)
        operand = printed_number(binding.number)
        if known is None or operand is None or how_printed(operand, known.value):
            continue
        if known.key not in knowledge.faulty and knowledge.stands(known.key, operand, claim):
            continue  # it was rounded step by step
        if known.worked is not None or known.key in knowledge.faulty:
            return binding.name
    return None
