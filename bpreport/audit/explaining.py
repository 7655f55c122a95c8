"""The search for the slip behind a wrong number.

An explanation is offered only where chance is ruled out. The expected number of accidental hits
is the number of different values tried that lie near the printed one, times the width of the
interval that the printed digits stand for, over the width of "near".
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from bpreport.audit.binding import best_alignment
from bpreport.audit.digits import fits, how_printed, significant_digits
from bpreport.audit.document import number
from bpreport.audit.fixes import number_fix
from bpreport.audit.knowledge import Knowledge, Known
from bpreport.audit.model import Fix, Message
from bpreport.audit.saying import math
from bpreport.audit.slips import SLIPS, Candidate, Target
from bpreport.audit.slips.in_digits import double_rounding
from bpreport.audit.slips.in_run import rounded_intermediates
from bpreport.audit.substitution import mend
from bpreport.deck.claims import printed_number
from bpreport.deck.model import Claim
from bpreport.formula import MPMATH, EvaluationError, evaluate, places_of, rounded
from bpreport.formula.tree import Derivative, Symbol, Tree, substitute, walk

__all__ = [
    "MOST_CHANCE",
    "Explanation",
    "explain_formula",
    "explain_line",
    "explain_number",
    "explain_result",
    "explain_rounding",
    "inherited_from",
]

MOST_CHANCE = 0.01
"""Expected accidental hits past which no explanation is offered."""
MOST_TRIED = 5_000
"""Different values tried for one number; the search then stops."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A slip that turns the right number into the printed one."""

    slip: str
    message: Message
    chance: float
    """Expected number of accidental hits of the search up to here."""
    correction: str | None = None
    """What should stand there, where that is not the number itself."""
    fix: Fix | None = None
    """The same as a change of the deck's text."""


def explain_number(
    claim: Claim, knowledge: Knowledge, printed: str, known: Known
) -> tuple[Explanation, ...]:
    """The slips that turn the exact value of a quantity into the printed number."""
    return _search(_target(claim, knowledge, printed, known))


def explain_result(
    claim: Claim, knowledge: Knowledge, printed: str, known: Known | None
) -> tuple[Explanation, ...]:
    """The slips that turn what a line of printed numbers gives into its printed result.

    Where the line follows a formula, the mistakes are played on the formula with the printed
    numbers for its names, so that they can be called by what the names are.
    """
    assert claim.left is not None
    exact = evaluate(claim.left, {}, MPMATH)
    plain = Target(claim, knowledge, printed, exact, claim.left, {}, None, "")
    aligned = best_alignment(claim, knowledge, claim.left)
    if aligned is None or aligned.cost or aligned.form is None:
        return _search(plain)
    target = plain if known is None else _target(claim, knowledge, printed, known)
    values = dict(target.values)
    for binding in aligned.bindings:
        text = printed_number(binding.number)
        if text is not None and isinstance(binding.name, Symbol | Derivative):
            values[binding.name.key] = number(text)
    named = replace(target, exact=exact, formula=aligned.form, values=values)
    return _search(named) or _search(plain)


def explain_formula(claim: Claim, knowledge: Knowledge, known: Known) -> tuple[Explanation, ...]:
    """The slips that turn the worked example's formula into the one that the deck states."""
    assert claim.right is not None
    try:
        stated = evaluate(claim.right, knowledge.values_for(claim.right, claim), MPMATH)
    except EvaluationError:
        return ()
    return _search(_target(claim, knowledge, rounded(stated, 25), known))


def explain_rounding(
    claim: Claim, knowledge: Knowledge, printed: str, known: Known
) -> Message | None:
    """What rounding of intermediate values gives a number that is off in its last place."""
    target = _target(claim, knowledge, printed, known)
    for candidate in (*rounded_intermediates(target), *double_rounding(target)):
        if fits(printed, candidate.value):
            return candidate.message
    return None


def _target(claim: Claim, knowledge: Knowledge, printed: str, known: Known) -> Target:
    trace = knowledge.traces.get(known.worked) if known.worked else None
    formula = known.formula
    values: dict[str, Any] = {}
    if trace is not None:
        values = {key: quantity.value for key, quantity in trace.quantities.items()}
    if formula is not None:
        try:
            values |= knowledge.values_for(formula, claim)
        except EvaluationError:
            formula = None
    return Target(claim, knowledge, printed, known.value, formula, values, trace, known.key)


def _search(target: Target) -> tuple[Explanation, ...]:
    """Every slip that gives the printed digits and that chance does not account for."""
    seen: set[float] = set()
    near = _neighbourhood(target.printed)
    found: list[Explanation] = []
    for slip in SLIPS:
        hits: list[tuple[Candidate, int]] = []
        for candidate in slip.tries(target):
            if len(seen) > MOST_TRIED:
                return tuple(found)
            if isinstance(candidate.value, tuple):
                continue  # a scalar product that lost a factor is a vector
            value = float(candidate.value)
            seen.add(value)
            if not near[0] <= value <= near[1]:
                continue  # judging digits is a hundred times dearer than this comparison
            how = how_printed(target.printed, candidate.value)
            if how in ("rounded", "truncated"):
                hits.append((candidate, 1 if how == "rounded" else 2))
        # Any hit of this slip would have been taken, so all that it tried counts.
        chance = _chance(target.printed, seen) if hits else 1.0
        found += [
            Explanation(candidate.slip or slip.name, candidate.message, chance * ways)
            for candidate, ways in hits
            if chance * ways <= MOST_CHANCE
        ]
    return tuple(found)


def _neighbourhood(printed: str) -> tuple[float, float]:
    """Two last places to either side: nothing further off prints these digits."""
    value = Decimal(printed)
    reach = Decimal(2).scaleb(int(value.as_tuple().exponent))
    return float(value - reach), float(value + reach)


def _chance(printed: str, tried: set[float]) -> float:
    """Expected accidental hits among the values tried so far.

    >>> round(_chance("0.5000", {0.4, 0.6, 9.0}), 6)
    0.000267
    """
    size = abs(float(printed))
    width = 10.0 ** int(Decimal(printed).as_tuple().exponent)
    if not size:
        return 1.0
    near = sum(size / 2 <= abs(value) <= 2 * size for value in tried)
    return max(near, 1) * width / (size * 1.5)


# -- lines of printed numbers whose result is right


def explain_line(claim: Claim, knowledge: Knowledge, printed: str) -> tuple[Explanation, ...]:
    """What is wrong with a line of printed numbers whose printed result is right."""
    return (*_missing_term(claim, knowledge, printed), *_wrong_operand(claim, knowledge, printed))


def _missing_term(claim: Claim, knowledge: Knowledge, printed: str) -> Iterator[Explanation]:
    """A term that the line lacks and its result does not."""
    assert claim.left is not None
    gives = evaluate(claim.left, {}, MPMATH)
    terms = list(_terms_that_may_lack(claim, knowledge))
    chance = len(terms) * 10.0 ** -significant_digits(printed)
    for term, value in terms if chance <= MOST_CHANCE else ():
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
    """The terms that the line's formula has and the line has not; failing a formula, givens."""
    found = best_alignment(claim, knowledge, claim.left)
    if found is None:
        yield from knowledge.givens_for(claim)
        return
    for term in found.dropped:
        with suppress(EvaluationError):
            yield term, evaluate(term, knowledge.values_for(term, claim), MPMATH)


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
        if known.worked is not None or known.key in knowledge.faulty:
            return binding.name
    return None
