"""The likely mistake of a wrong answer: the audit's slips, played on the student's numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any, TypeGuard

import numpy as np

from bpreport.audit.model import Message
from bpreport.audit.slips import SLIPS, Target
from bpreport.formula import MP, latex
from bpreport.formula.tree import Apply, Tree
from bpreport.publish.language import mark
from bpreport.publish.marking.following import Follower, Values
from bpreport.publish.sheets.mistakes import Slipped
from bpreport.publish.sheets.screening import Screen
from bpreport.worked.steps import read_keys

__all__ = ["Named", "name_count", "name_mistakes", "name_writing"]

WRITING = ("point misplaced", "digits swapped", "digit dropped", "digit doubled")
"""Slips of who knew the right number; to mistype any digit would explain too much."""
FEW = 2
"""Decimal places that an answer must have at least to be known for the right one cut short."""


@dataclass(frozen=True, slots=True)
class Named:
    """A mistake and how to tell of it."""

    slip: str
    message: Message


def name_mistakes(
    follower: Follower, key: str, places: Sequence[int], given: Sequence[Decimal]
) -> list[Named | None]:
    """The mistakes of the students at these places, who gave wrong values for a quantity.

    A slip is played on the values that the student goes on with, then on the right ones; the
    simplest that gives the answer is named.
    """
    found: list[Named | None] = [None] * len(places)
    screen = follower.screen
    typed = np.array([float(value) for value in given])
    unit = 10.0**-screen.places
    for values in (follower.theirs, follower.own):
        own = values[:, list(places)]
        for slip in (*screen.mistakes.get(key, ()), *_flipped(screen, key)):
            left = [at for at, named in enumerate(found) if named is None]
            if not left:
                return found
            wrong = _played(screen, slip, own[:, left])
            # Whoever rounds or cuts off is off by less than a unit, and so is a value gone on from.
            near = np.abs(typed[left] - wrong) <= 1.5 * unit + 1e-9 * np.abs(wrong)
            for at in np.flatnonzero(near):
                found[left[at]] = _told(screen, key, slip)
    return found


def _played(screen: Screen, slip: Slipped, values: Values) -> Values:
    with np.errstate(all="ignore"):
        return np.broadcast_to(screen.function(slip.tree)(values), values.shape[1:])


def _flipped(screen: Screen, key: str) -> list[Slipped]:
    """Each term of the formula with the other sign, as in a step up the hill."""
    formula = screen.template.trace.quantities[key].formula
    if not isinstance(formula, Apply) or formula.operation != "add":
        return []
    found = []
    for term in formula.operands:
        other = term.operands[0] if _is_negative(term) else -term
        tree = replace(formula, operands=tuple(other if o is term else o for o in formula.operands))
        message = Message("the sign of {term} was flipped", {"term": f"${latex(term)}$"})
        found.append(Slipped("sign flipped", message, tree))
    return found


def _is_negative(term: Tree) -> TypeGuard[Apply]:
    return isinstance(term, Apply) and term.operation == "negative"


EARLY = mark("you updated {names} before using it")


def _told(screen: Screen, key: str, slip: Slipped) -> Named:
    """The audit's sentence, or that a weight was updated too early, where that is the slip."""
    quantities = screen.template.trace.quantities
    formula = quantities[key].formula
    read = () if formula is None else read_keys(formula)
    early = [
        f"${latex(quantities[before].symbol)}$"
        for name in read_keys(slip.tree)
        if name.endswith("^{+}") and name not in read
        and (before := name.removesuffix("^{+}")) in quantities
    ]  # fmt: skip
    if early and slip.slip == "another convention":
        return Named("updated too early", Message(EARLY, {"names": ", ".join(early)}))
    return Named(slip.slip, slip.message)


FEWER = mark("right to {given} decimal places; {asked} were asked for")


def name_writing(given: Decimal, right: Sequence[Decimal], places: int) -> Named | None:
    """How a right number was written down wrongly; `right` are those that would be."""
    exponent = given.as_tuple().exponent
    digits = -exponent if isinstance(exponent, int) else 0
    for exact in right:
        if FEW <= digits < places:
            unit = Decimal(1).scaleb(-digits)
            if given in (exact.quantize(unit, mode) for mode in (ROUND_HALF_UP, ROUND_DOWN)):
                values: Mapping[str, Any] = {"given": digits, "asked": places}
                return Named("too few places", Message(FEWER, values))
    half = 0.5 * 10.0**-places
    for exact in right:
        for name in WRITING:
            for candidate in _BY_NAME[name].tries(_target(given, exact, places)):
                if abs(float(candidate.value) - float(given)) < half:
                    return Named(name, candidate.message)
    return None


_BY_NAME = {slip.name: slip for slip in SLIPS}


def _target(given: Decimal, exact: Decimal, places: int) -> Target:
    nothing: Any = None
    printed = f"{given:.{places}f}"
    return Target(nothing, nothing, printed, MP.mpf(str(exact)), None, {}, None, "")


def name_count(given: Decimal, exact: Decimal) -> Named | None:
    """One too many or too few."""
    if abs(given - exact) == 1:
        return Named("iteration off", Message(mark("the checks were counted, not the updates")))
    return None
