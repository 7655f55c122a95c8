"""Screening: which candidates are fit for a sheet, thousands at once in float64.

A candidate that passes is looked at once more at 50 digits when its sheet is made, where the
accepted intervals are known exactly.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpreport.formula import DECIMAL, prepared
from bpreport.formula.tree import Tree
from bpreport.publish.language import mark
from bpreport.publish.sheets.descents import updates
from bpreport.publish.sheets.mistakes import Slipped, slipped
from bpreport.publish.sheets.ranges import Grid
from bpreport.publish.sheets.template import Template
from bpreport.worked import GradientDescent
from bpreport.worked.arrays import array_function
from bpreport.worked.steps import read_keys

__all__ = ["APART", "REASONS", "Screen"]

Values = NDArray[np.float64]
Flags = NDArray[np.bool_]

APART = 3
"""Units of the last place by which an expected mistake must miss the right answer. An accepted
interval reaches less far; the sheet is not made where it does not."""
SLOPE = 0.03
"""An activation whose slope is smaller is saturated: a sigmoid beyond 0.031 and 0.969."""
VISIBLE = 20
"""Units of the last place that a gradient and an update must have at the least."""
LARGEST = 1000
"""Nobody wants to work with larger numbers by hand."""
PROBES = 64
"""Variants on which mistakes are tried."""
OFTEN = 0.9
"""The part of them on which a mistake must be wrong in order to be one: to leave out a ReLU is none
where its pre-activation is positive."""


@dataclass(frozen=True)
class Screen:
    """What candidates of one worked example are judged by."""

    template: Template
    grid: Mapping[str, Grid]
    places: int
    recorded: Mapping[str, tuple[Slipped, ...]] | None = None
    """The mistakes by quantity, where they are known from sheets that were issued."""

    @cached_property
    def rows(self) -> dict[str, int]:
        """The row of each key in an array of values."""
        return {key: row for row, key in enumerate(self.template.trace.quantities)}

    def function(self, tree: Tree) -> Callable[[Values], Values]:
        """A tree as a function of an array of values (quantities, candidates)."""
        # Marking asks for those of all slips again with each lot of students.
        if tree not in self._functions:
            self._functions[tree] = self._function(tree)
        return self._functions[tree]

    def _function(self, tree: Tree) -> Callable[[Values], Values]:
        quantities = self.template.trace.quantities
        read = [key for key in read_keys(tree) if key in quantities]
        symbols: Any = [quantities[key].symbol for key in read]
        function = array_function(tree, symbols)
        # A row more costs as much as an operation, and most trees read a few out of a hundred.
        rows = np.array([self.rows[key] for key in read], np.intp)
        return lambda values: function(values[rows])

    @cached_property
    def _functions(self) -> dict[Tree, Callable[[Values], Values]]:
        return {}

    @cached_property
    def _formulas(self) -> list[tuple[int, Callable[[Values], Values]]]:
        return [
            (self.rows[quantity.key], self.function(quantity.formula))
            for quantity in self.template.trace.quantities.values()
            if quantity.formula is not None and quantity.key in self._wanted
        ]

    @cached_property
    def _wanted(self) -> frozenset[str]:
        """Keys of all that is asked for, judged, or read by a mistake."""
        needed = {quantity.key for quantity in self.template.needed}
        return frozenset(needed)

    def values(self, places: NDArray[np.int64]) -> Values:
        """All quantities (quantities, candidates) of candidates (grids, candidates)."""
        found = np.full((len(self.rows), places.shape[1]), np.nan)
        for key, digits in self.template.own.items():
            found[self.rows[key]] = float(digits)
        for (key, grid), row in zip(self.grid.items(), places, strict=True):
            found[self.rows[key]] = float(grid.start) + row * float(grid.step)
        for at, function in self._formulas:
            found[at] = function(found)
        return found

    @cached_property
    def mistakes(self) -> dict[str, tuple[Slipped, ...]]:
        """Of each quantity that is asked for, the mistakes that differ from it for some numbers."""
        if self.recorded is not None:
            return {key: self.recorded.get(key, ()) for key in self._examined}
        places = np.array([
            np.arange(PROBES) * (7 + 2 * row) % grid.count
            for row, grid in enumerate(self.grid.values())
        ], np.int64).reshape(-1, PROBES)  # fmt: skip
        values = self.values(places)
        found = {}
        for key in self._examined:
            right = values[self.rows[key]]
            kept = []
            for slip in slipped(self.template, self.template.trace.quantities[key]):
                wrong = self.function(slip.tree)(values)
                differs = np.abs(wrong - right) > 1e-9 * (np.abs(right) + np.abs(wrong))
                if np.isfinite(wrong).any() and differs.mean() > OFTEN:
                    kept.append(slip)
            found[key] = tuple(kept)
        return found

    @property
    def _examined(self) -> tuple[str, ...]:
        return (*self.template.asked, *self.template.planted)

    @cached_property
    def written(self) -> dict[str, tuple[list[Slipped], tuple[str, ...]]]:
        """Of what mistakes are planted in, those that a line can show, and all keys that are read.

        The keys are those of the right formula first.
        """
        found = {}
        for key in self.template.planted:
            formula = self.template.trace.quantities[key].formula
            slips = [slip for slip in self.mistakes[key] if slip.line is not None]
            trees = [slip.tree for slip in slips]
            if formula is not None:
                trees.insert(0, formula)
            read = dict.fromkeys(name for tree in trees for name in read_keys(tree))
            found[key] = slips, tuple(read)
        return found

    @cached_property
    def played(self) -> dict[str, tuple[tuple[Slipped, Callable[[Mapping[str, Any]], Any]], ...]]:
        """The mistakes with what computes them, to be used within `decimals()`."""
        return {
            key: tuple((slip, prepared(slip.tree, DECIMAL)) for slip in self.mistakes[key])
            for key in self.template.asked
        }

    @cached_property
    def wrong(self) -> list[tuple[int, Callable[[Values], Values]]]:
        """Row of what is asked for, and what a mistake gives in its place."""
        return [
            (self.rows[key], self.function(slip.tree))
            for key in self.template.asked
            for slip in self.mistakes[key]
        ]

    def judge(self, places: NDArray[np.int64]) -> tuple[Flags, Counter[str]]:
        """Which candidates pass, and how many each reason rejected; the first that holds counts."""
        counted: Counter[str] = Counter(tried=places.shape[1])
        values = self.values(places)
        passed = np.ones(places.shape[1], bool)
        for reason, rejects in REASONS.items():
            with np.errstate(all="ignore"):
                # What is rejected already needs no more work.
                rejected = rejects(self, values)
            counted[reason] += int(rejected.sum())
            values = values[:, ~rejected]
            passed[np.flatnonzero(passed)[rejected]] = False
        counted["accepted"] = int(passed.sum())
        return passed, counted

    def of_kind(self, values: Values, *kinds: str, asked: bool = False) -> Values:
        """The rows of all quantities of some kinds, or of those that are asked for."""
        keys = [
            key
            for key, role in self.template.trace.roles.items()
            if role.kind in kinds
            and key in self._wanted
            and (key in self.template.asked or not asked)
        ]
        return values[[self.rows[key] for key in keys]]


def _infinite(screen: Screen, values: Values) -> Flags:
    wanted = [screen.rows[key] for key in screen.template.asked]
    bounded = np.isfinite(values[wanted]) & (np.abs(values[wanted]) < LARGEST)
    return np.asarray(~bounded.all(axis=0))


def _ugly(screen: Screen, values: Values) -> Flags:
    """A weight, an input or a rate that is 0 or 1 hides mistakes and asks for no work."""
    drawn = [
        screen.rows[key]
        for key in screen.grid
        if screen.template.trace.roles[key].kind in ("weight", "learning rate")
    ]
    given = values[drawn]
    return np.asarray(((given == 0) | (np.abs(given) == 1)).any(axis=0))


def _saturated(screen: Screen, values: Values) -> Flags:
    slopes = screen.of_kind(values, "slope of out by net")
    outs = screen.of_kind(values, "out")
    rejected = (np.abs(slopes) < SLOPE).any(axis=0)
    if set(getattr(screen.template.example, "activations", ())) <= {"sigmoid"}:
        rejected |= (np.abs(outs * (1 - outs)) < SLOPE).any(axis=0)
    return np.asarray(rejected)


def _vanishing(screen: Screen, values: Values) -> Flags:
    gradients = screen.of_kind(values, "gradient", "gradient by out", "gradient by net", asked=True)
    return np.asarray((np.abs(gradients) < VISIBLE * 10.0**-screen.places).any(axis=0))


def _invisible(screen: Screen, values: Values) -> Flags:
    rejected = np.zeros(values.shape[1], bool)
    for key in screen.template.asked:
        before = key.removesuffix("^{+}")
        if before != key and before in screen.rows:
            moved = np.abs(values[screen.rows[key]] - values[screen.rows[before]])
            rejected |= moved < VISIBLE * 10.0**-screen.places
    return rejected


def _unending(screen: Screen, values: Values) -> Flags:
    template, example = screen.template, screen.template.example
    if not isinstance(example, GradientDescent) or template.settings["stop"] == "count":
        return np.zeros(values.shape[1], bool)
    starts, rates = (
        values[[screen.rows[key] for key in template.of_kind(kind)]]
        for kind in ("start", "learning rate")
    )
    return np.asarray(updates(example, starts, rates[0], template.settings) == 0)


def _mistaken(screen: Screen, values: Values) -> Flags:
    least = APART * 10.0**-screen.places
    rejected = np.zeros(values.shape[1], bool)
    for row, wrong in screen.wrong:
        rejected |= np.abs(wrong(values) - values[row]) < least
    return rejected


REASONS: Mapping[str, Callable[[Screen, Values], Flags]] = {
    mark("ugly numbers"): _ugly,
    mark("numbers too large"): _infinite,
    mark("saturated activations"): _saturated,
    mark("vanishing gradients"): _vanishing,
    mark("updates too small to be seen"): _invisible,
    mark("a run of too few or too many updates, or one that nearly stops elsewhere"): _unending,
    mark("a known mistake gives an accepted answer"): _mistaken,
}
"""Why a candidate is rejected, in the order in which it is asked."""
