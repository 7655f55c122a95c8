"""The search for the slip behind a wrong number.

An explanation is offered only where chance is ruled out. The expected number of accidental hits
is the number of different values tried that lie near the printed one, times the width of the
interval that the printed digits stand for, over the width of "near".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from math import isfinite
from typing import Any

from bpreport.audit.alignment import align
from bpreport.audit.binding import best_alignment, fits_binding
from bpreport.audit.digits import How, fits, how_printed, number, same, significant_digits
from bpreport.audit.knowledge import Knowledge, Known
from bpreport.audit.model import Fix, Message
from bpreport.audit.names import is_numeric, readings
from bpreport.audit.slips import SLIPS, Candidate, Slip, Target
from bpreport.audit.slips.in_digits import double_rounding
from bpreport.audit.slips.in_run import rounded_intermediates
from bpreport.deck.model import Claim
from bpreport.deck.numbers import printed_number
from bpreport.formula import MPMATH, EvaluationError, evaluate, expand, rounded
from bpreport.formula.effort import charge
from bpreport.formula.limits import limit
from bpreport.formula.tree import Derivative, Symbol, Tree

__all__ = [
    "LEAST_DIGITS",
    "MOST_CHANCE",
    "MOST_TRIED",
    "Explanation",
    "chance_of",
    "explain_formula",
    "explain_number",
    "explain_result",
    "explain_rounding",
    "explain_substitution",
    "in_units",
]

MOST_CHANCE = {"computing": 0.01, "writing": 0.05, "twice": 0.001}
"""Expected accidental hits past which no explanation is offered. An error of writing claims nothing
about how the number was computed, and its correction is the exact value all the same."""
LEAST_DIGITS = 3
"""Significant digits from which on an error of writing is looked for."""
MOST_TRIED = limit("slip_values")
"""Different values tried for one number, to its last place; the search then stops."""


WAYS: dict[How | None, int] = {How.ROUNDED: 1, How.TRUNCATED: 2}
"""In how many ways a number can be the printed one: what is cut off could have been rounded."""
FURTHEST = 300
"""Powers of ten past which no slip is looked for: not much further, floats come to an end."""
PER_CANDIDATE = 10
"""Steps that a value counts for that is tried, beside those of computing it."""


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
    return _search(printed, _targets(claim, knowledge, printed, known))


def explain_result(
    claim: Claim, knowledge: Knowledge, printed: str, known: Known | None
) -> tuple[Explanation, ...]:
    """The slips that turn what a line of printed numbers gives into its printed result.

    Where the line follows a formula, the mistakes are played on the formula with the printed
    numbers for its names, so that they can be called by what the names are. Where the exact value
    is known, the mistake may have been made with it, too.
    """
    assert claim.left is not None
    exact = evaluate(claim.left, {}, MPMATH)
    line = expand(claim.left, {})  # the mistake may lie in what the line calls
    targets = [] if known is None else list(_targets(claim, knowledge, printed, known))
    aligned = best_alignment(claim, knowledge, claim.left)
    if aligned is None or aligned.cost or aligned.form is None:
        targets.insert(0, Target(claim, knowledge, printed, exact, line, {}, None, ""))
        return _search(printed, targets)
    values = dict(targets[0].values) if targets else {}
    values |= {key: number(text) for key, text in _shown(claim, knowledge).items()}
    first = targets[0] if targets else None
    trace, key = (None, "") if first is None else (first.trace, first.key)
    named = Target(claim, knowledge, printed, exact, aligned.form, values, trace, key)
    plain = Target(claim, knowledge, printed, exact, line, {}, None, "")
    return _search(printed, [named, *targets, plain])


def explain_formula(claim: Claim, knowledge: Knowledge, known: Known) -> tuple[Explanation, ...]:
    """The slips that turn the worked example's formula into the one that the deck states.

    Both are computed from random givens: in the example's own numbers, where a target may be 0,
    two different formulas can have one value.
    """
    assert claim.right is not None and known.worked is not None
    trace = knowledge.trace_of(claim)
    assert trace is not None
    values = knowledge.random_example(trace, 1)
    try:
        typed = {
            name.key: next(values[key] for key in knowledge.spellings(name, claim) if key in values)
            for name in readings(claim.right)
        }
        stated = evaluate(claim.right, values | typed, MPMATH)
        exact = values[known.key]
    except (EvaluationError, KeyError, StopIteration):
        return ()
    try:
        text = rounded(stated, 25)
    except EvaluationError:
        return ()  # a number so large has more digits than are computed
    target = Target(claim, knowledge, text, exact, known.formula, values, trace, known.key)
    return _search(text, [target], written=False)


def explain_substitution(claim: Claim, knowledge: Knowledge) -> Explanation | None:
    """The slip in a formula that gives exactly the line into which numbers were put.

    The line shows each of its operands, so that no chance has a part in it.
    """
    if claim.left is None or claim.right is None:
        return None
    value = evaluate(claim.right, {}, MPMATH)
    if isinstance(value, tuple):
        return None
    targets = list(_targets_of_line(claim, knowledge))
    if any(isinstance(target.exact, tuple) for target in targets):
        return None
    if any(target.formula and _follows(target.formula, claim, knowledge) for target in targets):
        return None  # it is the formula before it that is wrong
    for slip in SLIPS:
        for target in targets:
            for candidate in slip.tries(target) if slip.of == "computing" else ():
                if candidate.tree is None or isinstance(candidate.value, tuple):
                    continue
                if abs(candidate.value - value) > abs(value) * WITHIN_ROUNDING:
                    continue
                if _follows(candidate.tree, claim, knowledge):
                    return Explanation(candidate.slip or slip.name, candidate.message, 0.0)
    return None


def _follows(formula: Tree, claim: Claim, knowledge: Knowledge) -> bool:
    """Whether a line has the numbers of a formula's names, each in its place."""
    assert claim.right is not None
    definition = knowledge.definition_in(claim)
    found = align(
        formula, claim.right, definition, lambda binding: fits_binding(binding, claim, knowledge)
    )
    return found is not None and not found.cost and not found.misfits


WITHIN_ROUNDING = 0.05
"""Relative difference past which rounded operands are not worth a closer look."""


def _targets_of_line(claim: Claim, knowledge: Knowledge) -> Iterator[Target]:
    """The formulas that a line of numbers may follow, with the exact values of their names."""
    assert claim.left is not None
    named = isinstance(claim.left, Symbol | Derivative)
    known = knowledge.known(claim.left if named else claim.head or claim.left, claim)
    if known is not None and known.worked is not None:
        yield from _targets(claim, knowledge, "0", known)
    if not named:
        with suppress(EvaluationError):
            values = knowledge.values_for(claim.left, claim)
            exact = evaluate(claim.left, values, MPMATH)
            key = "" if known is None else known.key
            trace = knowledge.trace_of(claim)
            yield Target(claim, knowledge, "0", exact, claim.left, values, trace, key)


def explain_rounding(
    claim: Claim, knowledge: Knowledge, printed: str, known: Known
) -> Message | None:
    """What rounding of intermediate values gives a number that is off in its last place."""
    target = next(_targets(claim, knowledge, printed, known))  # by the worked example's formula
    for candidate in (*rounded_intermediates(target), *double_rounding(target)):
        if fits(printed, candidate.value):
            return candidate.message
    return None


def _targets(claim: Claim, knowledge: Knowledge, printed: str, known: Known) -> Iterator[Target]:
    """The quantity by each formula that it can be computed from; the worked example's first."""
    trace = knowledge.trace_of(claim) if known.worked else None
    values: dict[str, Any] = {}
    if trace is not None:
        values = {key: quantity.value for key, quantity in trace.quantities.items()}
    shown = _shown(claim, knowledge)
    plain = Target(claim, knowledge, printed, known.value, None, values, trace, known.key, shown)
    formulas = [] if known.formula is None else [known.formula]
    name = claim.head if claim.component is None else None
    if trace is not None and isinstance(name, Symbol | Derivative) and "@" not in known.key:
        formulas += knowledge.forms_of(name, claim)
    found = False
    for formula in dict.fromkeys(formulas):
        try:
            read = knowledge.values_for(formula, claim)
            right = formula is known.formula or same(evaluate(formula, read, MPMATH), known.value)
        except EvaluationError:
            continue
        if right:
            found = True
            yield replace(plain, formula=formula, values=values | read)
    if not found:
        yield plain


def _shown(claim: Claim, knowledge: Knowledge) -> dict[str, str]:
    """The digits that stand for names in the line that leads to a number, by key."""
    if claim.left is None or not is_numeric(claim.left):
        return {}
    aligned = best_alignment(claim, knowledge, claim.left)
    texts = {} if aligned is None else {one.name: one.number for one in aligned.bindings}
    return {
        name.key: text
        for name, tree in texts.items()
        if isinstance(name, Symbol | Derivative) and (text := printed_number(tree)) is not None
    }


def _search(
    printed: str, targets: Iterable[Target], *, written: bool = True
) -> tuple[Explanation, ...]:
    """Every slip that gives the printed digits and that chance does not account for.

    Computing can go wrong in many ways, which count together; an error of writing is one of few,
    each a search of its own, for numbers that are long enough to have one and that are written.
    """
    targets = list(targets)
    power = int(Decimal(printed).as_tuple().exponent)
    if abs(power) > FURTHEST or any(isinstance(target.exact, tuple) for target in targets):
        return ()
    unit = 10.0**power
    right = {in_units(float(target.exact), unit) for target in targets}
    found: list[Explanation] = []
    computed: set[int] = set()
    for slip in SLIPS:
        if slip.of == "twice" and found:
            break
        if slip.of == "writing" and not (written and significant_digits(printed) >= LEAST_DIGITS):
            continue
        tried = set() if slip.of == "writing" else computed
        hits = list(_hits(printed, unit, slip, targets, tried))
        # Any hit of this slip would have been taken, so all that it tried counts.
        chance = chance_of(printed, tried - right) if hits else 1.0
        found += [
            Explanation(candidate.slip or slip.name, candidate.message, chance * ways)
            for candidate, ways in sorted(hits, key=lambda hit: hit[1])
            if chance * ways <= MOST_CHANCE[slip.of]
        ]
    return tuple(found)


def _hits(
    printed: str, unit: float, slip: Slip, targets: Iterable[Target], tried: set[int]
) -> Iterator[tuple[Candidate, int]]:
    """The numbers of one slip that print like this, and in how many ways each could.

    What was tried is kept in units of the last printed place: that is all that could be told apart.
    """
    low, high = _neighbourhood(printed)
    for target in targets:
        for candidate in slip.tries(target):
            if len(tried) >= MOST_TRIED:
                target.knowledge.stopped.add(target.claim.id)
                return
            charge(PER_CANDIDATE)
            if isinstance(candidate.value, tuple):
                continue  # a scalar product that lost a factor is a vector
            value = float(candidate.value)
            tried.add(in_units(value, unit))
            if not low <= value <= high:
                continue  # judging digits is a hundred times dearer than this comparison
            ways = WAYS.get(how_printed(printed, candidate.value))
            if ways is not None:
                yield candidate, ways


def in_units(value: float, unit: float) -> int:
    """A value in units of the last printed place; 0 for one that no deck prints."""
    return round(value / unit) if isfinite(value / unit) else 0


def _neighbourhood(printed: str) -> tuple[float, float]:
    """Two last places to either side: nothing further off prints these digits."""
    value = Decimal(printed)
    reach = Decimal(2).scaleb(int(value.as_tuple().exponent))
    return float(value - reach), float(value + reach)


def chance_of(printed: str, tried: Iterable[int]) -> float:
    """Expected accidental hits among the values tried so far, in units of the last place.

    >>> round(chance_of("0.5000", {4000, 6000, 90000}), 6)
    0.000267
    """
    size = int(Decimal(printed).scaleb(-int(Decimal(printed).as_tuple().exponent)))
    if not size:
        return 1.0
    near = sum(0.5 <= value / size <= 2 for value in tried)
    return max(near, 1) / (abs(size) * 1.5)
