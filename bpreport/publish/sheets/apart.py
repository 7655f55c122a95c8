"""Sheets of one class that came out with the same numbers, told apart where there are others.

A student's numbers do not depend on the class, so two may draw the same. The later one in the class
then gets the next that nobody before has, with more digits where the suggested ranges are used up;
the manifest has what was given, and all is made again from there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bpreport.publish.language import mark
from bpreport.publish.sheets.course import Course
from bpreport.publish.sheets.lots import Lot
from bpreport.publish.sheets.making import BLOCK, LATEST, make_again, narrow
from bpreport.publish.sheets.manifest import issued, line_of, sheet_in
from bpreport.publish.sheets.model import Variant
from bpreport.publish.sheets.press import Press
from bpreport.publish.sheets.ranges import draw, grids
from bpreport.publish.sheets.screening import Screen
from bpreport.publish.unfinished import Records

__all__ = ["SHARED", "set_apart"]

SHARED = mark("sheets with the numbers of another: the ranges hold too few good ones for the class")
"""In the statistics, where the numbers do not suffice."""
BLOCKS = 64
"""Blocks of candidates in which others are looked for."""
LEVELS = 4
"""How often: where the suggested ranges hold too few good numbers, they get shorter steps."""

Givens = Mapping[str, Mapping[str, str]]


def set_apart(kept: Records, lots: Iterable[Lot], press: Press, course_key: str) -> int:
    """Make the sheets anew that have an earlier one's numbers; how many of them must keep them."""
    lots = list(lots)
    drawing = _Drawing(press.course, course_key)
    # What anybody has drawn is no other's, so that nobody's numbers change but those of the later.
    taken = {digest for lot in lots for digest in _digests(kept.recalled(lot.name)).values()}
    if len(taken) == sum(len(lot.students) for lot in lots):
        return 0
    seen: set[bytes] = set()
    shared = 0
    for lot in lots:
        record = kept.recalled(lot.name)
        digests = _digests(record)
        for student in lot.students:
            if digests[student] not in seen:
                seen.add(digests[student])
                continue
            variant = sheet_in(record["lines"][student]).variant
            other = drawing.another(student, variant, taken)
            if other is None:
                shared += 1
                continue
            taken.add(_digest(other.givens))
            sheet = make_again(press.course, course_key, student, other, LATEST)
            (products,) = press.products([sheet])
            for place, content in products.items():
                kept.write(place, content)
            record["lines"][student] = line_of(issued(sheet, products))
            kept.keep(lot.name, record)
    return shared


def _digests(record: Mapping[str, Any]) -> dict[str, bytes]:
    """What tells the numbers of each student of a lot."""
    entries = map(sheet_in, record["lines"].values())
    return {entry.student: _digest(entry.variant.givens) for entry in entries}


@dataclass
class _Drawing:
    """The candidates of a class, each of which is judged once."""

    course: Course
    course_key: str
    screens: dict[int, tuple[Screen, ...]] = field(default_factory=dict)
    """By how often the steps of suggested ranges were made shorter."""
    judged: dict[tuple[str, int], dict[tuple[int, ...], bool]] = field(default_factory=dict)
    """Of each worked example on each of these grids, which numbers pass."""

    def another(self, student: str, variant: Variant, taken: set[bytes]) -> Variant | None:
        """The student's next numbers, in one worked example, that nobody has."""
        for level in range(LEVELS):
            if level not in self.screens:
                self.screens[level] = tuple(
                    self._finer(screen, level) for screen in self._before(level)
                )
            for screen in self.screens[level]:
                found = self._in(screen, level, student, variant, taken)
                if found is not None:
                    return found
        return None

    def _before(self, level: int) -> tuple[Screen, ...]:
        return self.screens[level - 1] if level else self.course.screens

    def _finer(self, screen: Screen, level: int) -> Screen:
        """The same with shorter steps, where the deck declares no range."""
        if not level:
            return screen
        template = screen.template
        (ranges,) = [own for base, own in self.course.bases if base.name == template.name]
        declared = grids(template, ranges, (), self.course.version)
        suggested = grids(template, {}, (), self.course.version)
        grid = {
            key: one.finer() if declared[key] == suggested.get(key) else one
            for key, one in screen.grid.items()
        }
        return Screen(template, grid, screen.places, screen.mistakes)

    def _in(
        self, screen: Screen, level: int, student: str, variant: Variant, taken: set[bytes]
    ) -> Variant | None:
        name = screen.template.name
        passes = self.judged.setdefault((name, level), {})
        for before, candidate in enumerate(self._candidates(screen, level, student)):
            givens = {
                key: grid.digits(place)
                for (key, grid), place in zip(screen.grid.items(), candidate, strict=True)
            }
            changed = {**variant.givens, name: givens}
            if _digest(changed) in taken or not passes[candidate]:
                continue
            if narrow(self.course, screen, screen.template.compute(givens, self.course.carry)):
                return Variant(changed, before)
        return None

    def _candidates(self, screen: Screen, level: int, student: str) -> list[tuple[int, ...]]:
        """All that are drawn for a student, screened together."""
        grid = list(screen.grid.values())
        name, version = screen.template.name, self.course.version
        drawn = np.concatenate([
            draw(grid, BLOCK, self.course_key, version, student, name, block)
            for block in range(BLOCKS)
        ], axis=1)  # fmt: skip
        found = [tuple(map(int, column)) for column in drawn.T]
        known = self.judged.setdefault((name, level), {})
        new = list(dict.fromkeys(one for one in found if one not in known))
        if new:
            passed, _ = screen.judge(np.array(new, np.int64).T)
            known.update(zip(new, map(bool, passed), strict=True))
        return found


def _digest(givens: Givens) -> bytes:
    """What two sheets with the same numbers have in common, in little room."""
    return hashlib.sha256(json.dumps(givens, sort_keys=True).encode()).digest()[:16]
