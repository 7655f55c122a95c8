"""Random points: values for all that two sides read, the same for the same name."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bpreport.audit.names import CONSTANTS
from bpreport.formula import MP, Function
from bpreport.formula.effort import charge
from bpreport.formula.operations import FUNCTION_MEANINGS
from bpreport.formula.tree import Apply, Call, Number, Symbol, Tree, walk

__all__ = ["COUNTS", "POINTS", "SIZE", "Point", "counterexample", "random_value", "unknowns"]

POINTS = 3
"""Random points at which two sides must agree."""
COUNTS = ("m", "n", "N", r"\ell")
"""Symbols that stand for a count wherever they are left over."""
STEPS_A_VALUE = 3
"""Steps for a random value of 50 digits, which is made of a hash of its name."""
SIZE = 2
"""Upper bound that is put in the place of m, n, l where sums are written out."""


@lru_cache(maxsize=10_000)
def random_value(seed: int, name: str) -> Any:
    """A value between 0.1 and 0.9, always the same for the same seed and name."""
    digest = hashlib.sha256(f"{seed}:{name}".encode()).digest()
    return MP.mpf(int.from_bytes(digest[:16])) / MP.mpf(2) ** 128 * MP.mpf("0.8") + MP.mpf("0.1")


def unknowns(*trees: Tree) -> dict[str, bool]:
    """Keys of the symbols and the undefined functions of trees, and whether they are called."""
    found: dict[str, bool] = {}
    for tree in trees:
        for part in walk(tree):
            if isinstance(part, Symbol) and part.key not in CONSTANTS:
                found[part.key] = False
            elif isinstance(part, Call) and part.function.key not in FUNCTION_MEANINGS:
                found[part.function.key] = True
    return found


@dataclass
class Point:
    """Values for everything that has none, the same for the same name."""

    seed: int
    size: int = SIZE
    counts: Callable[[str, int], int] | None = None

    def number(self, name: str) -> Any:
        """A value between 0.1 and 0.9."""
        return random_value(self.seed, name)

    def values(self, names: Mapping[str, bool]) -> dict[str, Any]:
        """A value for every unknown: a number, or a function."""
        charge(STEPS_A_VALUE * len(names))
        return {
            key: self.function(key) if called else self._count(key) or self.number(key)
            for key, called in names.items()
        }

    def _count(self, key: str) -> int | None:
        """What stands for a symbol that is a count wherever it is left over."""
        if key not in COUNTS:
            return None
        return self.size if self.counts is None else self.counts(key, self.size)

    def function(self, name: str) -> Function:
        """A smooth function that nobody would guess, in the place of an undefined one."""
        x = Symbol("\0")
        body = Apply("sin", (x * _digits(self.number(name + "a")),)) + x * _digits(
            self.number(name + "b")
        )
        return Function((x,), body)


def _digits(value: Any) -> Number:
    return Number(MP.nstr(value, 20, min_fixed=-30, max_fixed=30))


MOST_NAMES = 6
"""Names of a counterexample that are told; more would not be read."""


def counterexample(point: Point, sides: list[Tree], left: Any, right: Any) -> dict[str, str]:
    """A point at which two sides differ, and their values there, to be told."""
    values = point.values(unknowns(*sides))
    named = [
        f"${key} = {MP.nstr(MP.mpf(value), 4)}$"
        for key, value in sorted(values.items())
        if not isinstance(value, Function)
    ]
    told = named if len(named) <= MOST_NAMES else [*named[:MOST_NAMES], "..."]
    return {
        "point": ", ".join(told),
        "left": str(MP.nstr(left, 8)),
        "right": str(MP.nstr(right, 8)),
    }
