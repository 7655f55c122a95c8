"""Statements: what single chains of a document say of a name, and what follows of its value."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bpreport.audit.digits import significant_digits
from bpreport.deck.model import Claim, Position
from bpreport.formula import places_of, stands_for
from bpreport.formula.tree import Tree

__all__ = [
    "LOOKED_THROUGH",
    "Statement",
    "Value",
    "are_apart",
    "is_restated",
    "place_of",
    "start_of",
]

LOOKED_THROUGH = 64
"""Entries of one name that are looked through in the time of one step of a value."""


@dataclass(slots=True, eq=False)
class Statement:
    """What one chain says of a name."""

    key: str
    position: Position
    """Where the chain begins."""
    claim: Claim
    """Its first claim about the name."""
    trees: list[Tree] = field(default_factory=list)
    """Symbolic sides that the name is set equal to, in order."""
    text: str | None = None
    """The number that is printed for the name."""
    row: Tree | None = None
    """The row, vector or matrix of numbers that is printed for the name."""
    line: Tree | None = None
    """The line of numbers that the name is set equal to: 9/14."""
    lines: bool = False
    """A line of printed numbers leads to the number."""
    bound: bool = False
    """The number was put in the name's place in the line of another."""
    corrected: Any = None
    """What the line gives, or what others follow from, where the printed number was found wrong."""
    updates: bool = False
    """It computes the name from what it was before: w = w - a g."""
    restates: Statement | None = None
    """The earlier statement whose computed number it prints again, with as many places or fewer."""

    @property
    def is_wanted(self) -> bool:
        """Whether the deck calls the number what should come out, and so computes it nowhere."""
        formula = self.claim.formula
        return formula is not None and formula.wanted and not (self.trees or self.lines)

    @property
    def computes(self) -> bool:
        """Whether a formula or a line leads to the number."""
        return self.text is not None and bool(self.trees or self.lines)


@dataclass(frozen=True, slots=True)
class Value:
    """What a name is at a place, and how well that is known."""

    value: Any
    """At 50 digits."""
    formula: Tree | None = None
    """From which it is computed; None where it is the printed number."""
    given: bool = False
    """No formula says how it is computed."""
    later: bool = False
    """Only stated behind the place."""
    rounded: bool = False
    """Depends on printed results, and so on their rounding."""
    stale: bool = False
    """Depends on what was given in an earlier round."""


def are_apart(one: str | None, other: str | None) -> bool:
    """Whether two printed numbers are not one number, rounded to more places and to fewer."""
    if one is None or other is None or one == other:
        return False
    unit = Decimal(1).scaleb(-min(places_of(one), places_of(other)))
    return abs(Decimal(one) - Decimal(other)) > unit


def is_restated(text: str, earlier: Statement, least_digits: int) -> bool:
    """Whether a printed number is one that was computed before, perhaps with fewer places.

    Very few digits would fit many a number that is given anew.
    """
    if not earlier.computes or earlier.text is None or places_of(text) > places_of(earlier.text):
        return False
    if Decimal(text) == Decimal(earlier.text):
        return True
    (low, high), (least, most) = (stands_for(one)[:2] for one in (text, earlier.text))
    return significant_digits(text) >= least_digits and low <= most and least <= high


def start_of(claim: Claim) -> Position:
    """Where the formula of a claim begins."""
    return claim.position if claim.formula is None else claim.formula.position(0)


def place_of(statement: Statement) -> Position:
    """By which statements are sorted."""
    return statement.position
