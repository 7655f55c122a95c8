"""Operands that are a slip of the pen away from a number that the deck prints elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bpreport.audit.digits import significant_digits
from bpreport.audit.knowledge import Knowledge
from bpreport.deck.model import Claim
from bpreport.formula.effort import charge
from bpreport.formula.tree import Number, Tree, substitute, walk

__all__ = ["with_operands_retyped"]

LEAST_DIGITS = 3
"""Significant digits below which two numbers are alike by accident."""
NUMBERS_A_STEP = 50
"""Printed numbers that are compared with an operand in the time of a step."""


def with_operands_retyped(claim: Claim, knowledge: Knowledge) -> Iterator[tuple[Number, str, Tree]]:
    """Operands of a line that stand nowhere else, each with another number, and the line with it.

    That number does stand elsewhere, and one digit or two swapped ones tell it from the operand.
    """
    assert claim.left is not None
    numerals = knowledge.deck.numerals
    charge(len(numerals) // NUMBERS_A_STEP)
    elsewhere = {one.text for one in numerals if claim.id not in one.claims}
    for operand in walk(claim.left):
        if not isinstance(operand, Number) or operand.text in elsewhere:
            continue
        if significant_digits(operand.text) < LEAST_DIGITS:
            continue
        for text in sorted(one for one in elsewhere if _is_alike(operand.text, one)):
            yield operand, text, substitute(claim.left, _instead_of(operand, text))


def _instead_of(operand: Number, text: str) -> Callable[[Tree], Tree | None]:
    return lambda part: Number(text) if part is operand else None


def _is_alike(typed: str, other: str) -> bool:
    """Whether two numbers of the same length differ in one digit, or in the order of two.

    >>> [_is_alike("0.5018", other) for other in ("0.5081", "0.5017", "0.5018", "0.5180")]
    [True, True, False, False]
    """
    if len(typed) != len(other):
        return False
    places = [at for at, pair in enumerate(zip(typed, other, strict=True)) if pair[0] != pair[1]]
    if len(places) == 1:
        return typed[places[0]].isdigit() and other[places[0]].isdigit()
    if len(places) != 2 or places[1] != places[0] + 1:
        return False
    first, second = places
    return typed[first] == other[second] and typed[second] == other[first]
