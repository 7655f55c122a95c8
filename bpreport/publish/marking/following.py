"""What follows from a student's own earlier answers, for a whole class at once.

In float64 first, where most answers are told apart from afar; what lies near an end of its accepted
interval is decided at 50 digits, one student at a time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpreport.formula import EvaluationError
from bpreport.formula.tree import Tree
from bpreport.publish.sheets.screening import Screen
from bpreport.publish.sheets.template import Computed, Interval, handed_in, ways

__all__ = ["Follower", "Pin"]

Values = NDArray[np.float64]

NEAR = 1000
"""Units of the last place beyond which an answer is not looked at again: rounding reaches less far
where no number is larger than `LARGE`."""
LARGE = 1000.0
EDGE = 1e-3
"""Part of a unit that float64 may be off, by far."""


@dataclass(frozen=True, slots=True)
class Pin:
    """A value that a student goes on from."""

    given: Decimal
    low: Decimal | None = None
    high: Decimal | None = None
    """Where the right value lies, if it is that one: nobody goes on from its rounded digits."""

    def placed(self, places: int) -> tuple[Decimal, Any]:
        """The value, and the interval of what the student may have gone on with."""
        if self.low is None or self.high is None:
            return handed_in(self.given, places)
        return self.given, Interval([str(self.low), str(self.high)])


@dataclass(frozen=True)
class Follower:
    """One worked example for a class."""

    screen: Screen
    carry: int
    givens: Sequence[Mapping[str, str]]
    """Of each student."""
    pins: Sequence[Mapping[str, Pin]]
    """Of each student, by the key of the quantity."""

    @cached_property
    def own(self) -> Values:
        """The right values (quantities, students)."""
        return self._run({})[0]

    @cached_property
    def _followed(self) -> tuple[Values, Values]:
        pinned: dict[str, tuple[list[int], list[float]]] = {}
        for at, pins in enumerate(self.pins):
            for key, pin in pins.items():
                places, values = pinned.setdefault(key, ([], []))
                places.append(at)
                values.append(float(pin.given))
        return self._run(pinned)

    @property
    def theirs(self) -> Values:
        """The values that each student goes on with (quantities, students)."""
        return self._followed[0]

    @property
    def came_out(self) -> Values:
        """What each student should have got from these (quantities, students)."""
        return self._followed[1]

    def follows(self, key: str, at: int, given: Decimal) -> bool:
        """Whether a student's answer follows correctly from the earlier ones."""
        places = self.screen.places
        values = [float(way[at]) for way in self._ways[key]]
        if any(_inside(given, value, places) for value in values):
            return True
        reach = NEAR * 10.0**-places
        if self._largest[at] < LARGE and all(
            abs(float(given) - value) > reach + 1e-3 * abs(value)
            for value in values  # nan is not
        ):
            return False
        return any(low <= given <= high for low, high in self._exactly(at, key))

    @cached_property
    def _ways(self) -> dict[str, list[Values]]:
        """Of each quantity what should have come out by every way to it.

        Who wrote down a wrong factor may go on with it, or by a formula that does not read it.
        """
        found = {}
        with np.errstate(all="ignore"):
            for quantity in self.screen.template.needed:
                came_out = [self.came_out[self.screen.rows[quantity.key]]]
                if quantity.key in self.screen.template.asked:
                    came_out += map(self._by, ways(quantity)[1:])
                found[quantity.key] = came_out
        return found

    def _by(self, way: Tree) -> Values:
        """What comes out by one formula; of a sum over samples it is not known beforehand."""
        try:
            came_out = self.screen.function(way)(self.theirs)
        except (EvaluationError, TypeError, ValueError):
            came_out = np.array(np.nan)
        return np.broadcast_to(came_out, self.theirs.shape[1:])

    @cached_property
    def _largest(self) -> Values:
        """Of each student the largest number on the way."""
        needed = [self.screen.rows[quantity.key] for quantity in self.screen.template.needed]
        return np.asarray(np.abs(np.nan_to_num(self.theirs[needed], nan=np.inf)).max(axis=0))

    @cached_property
    def _kept(self) -> dict[int, Computed | None]:
        return {}

    def _exactly(self, at: int, key: str) -> tuple[tuple[Decimal, Decimal], ...]:
        """What is accepted of a quantity, by each way, from one student."""
        if at not in self._kept:
            self._kept[at] = self._computed(at, self.pins[at])
        found = self._kept[at]
        if found is None:  # A number from which nothing can be computed may stand elsewhere.
            sources = self.screen.template.sources[key]
            pins = {name: pin for name, pin in self.pins[at].items() if name in sources}
            found = self._computed(at, pins)
        return () if found is None else found.accepted_each(key, self.screen.places)

    def _computed(self, at: int, pins: Mapping[str, Pin]) -> Computed | None:
        placed = {key: pin.placed(self.screen.places) for key, pin in pins.items()}
        found = self.screen.template.compute(self.givens[at], self.carry, placed)
        try:
            return found if found.images else None
        except (EvaluationError, ArithmeticError, ValueError):
            return None

    def _run(self, pinned: Mapping[str, tuple[list[int], list[float]]]) -> tuple[Values, Values]:
        """The values gone on with, and those that came out before the students' own took over."""
        screen, template = self.screen, self.screen.template
        found = np.full((len(screen.rows), len(self.givens)), np.nan)
        for key, digits in template.own.items():
            found[screen.rows[key]] = [float(given.get(key, digits)) for given in self.givens]
        came_out = found.copy()
        with np.errstate(all="ignore"):
            for quantity in template.needed:
                assert quantity.formula is not None
                row = screen.rows[quantity.key]
                found[row] = came_out[row] = self._functions[quantity.key](found)
                if quantity.key in pinned:
                    places, values = pinned[quantity.key]
                    found[row, places] = values
        return found, came_out

    @cached_property
    def _functions(self) -> dict[str, Any]:
        return {
            quantity.key: self.screen.function(quantity.formula)
            for quantity in self.screen.template.needed
            if quantity.formula is not None
        }


def _inside(given: Decimal, value: float, places: int) -> bool:
    """Whether a number lies surely between the value cut off and the value rounded up.

    The accepted interval is at least as wide.

    >>> _inside(Decimal("0.7513"), 0.751349, 4), _inside(Decimal("0.7515"), 0.751349, 4)
    (True, False)
    """
    scaled = value * 10.0**places
    if not abs(scaled) < 1e11:  # nor is it one that is no number
        return False
    nearest = round(scaled)
    if abs(scaled - nearest) < EDGE:
        return given.scaleb(places) == nearest  # It is one of both, whichever the other may be.
    low = math.floor(scaled)
    return low <= given.scaleb(places) <= low + 1
