"""Which numbers a student may get: ranges that the deck declares, or that its own givens suggest.

A number comes from a grid of short decimals, and which one is drawn follows from the course key,
the student and the version alone, by SHAKE-256: unlike the generators of Python and NumPy it is a
published standard (FIPS 202) and gives the same for ever.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import gcd
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpreport.deck import DeckError
from bpreport.formula.tree import Symbol
from bpreport.publish.sheets.template import Template

__all__ = ["Grid", "draw", "grids", "stream"]


@dataclass(frozen=True, slots=True)
class Grid:
    """The numbers that one given may be.

    >>> Grid(Decimal("0.2"), Decimal("0.1"), 3).digits(2)
    '0.4'
    """

    start: Decimal
    step: Decimal
    count: int

    def digits(self, place: int) -> str:
        """One of them, as it is shown."""
        return f"{(self.start + place * self.step).normalize():f}"

    def finer(self) -> Grid:
        """The same range with the next shorter step; a single number stays alone.

        >>> Grid(Decimal("0.2"), Decimal("0.1"), 3).finer()
        Grid(start=Decimal('0.2'), step=Decimal('0.05'), count=5)
        """
        step = _next_step(self.step)
        return Grid(self.start, step, int((self.count - 1) * self.step / step) + 1)


def grids(
    template: Template, declared: Mapping[str, Any], path: Sequence[str], version: int
) -> dict[str, Grid]:
    """The grid of each given that differs from student to student, by its key.

    Raises `DeckError` with the path of a declared range that is none of the example's.
    """
    groups = _groups(template)
    for name in declared:
        if name not in groups:
            raise DeckError(
                "the worked example has no givens {name!r}; it has {known}",
                (*path, name),
                name=name,
                known=", ".join(groups),
            )
    found = {}
    for name, keys in groups.items():
        own = [Decimal(template.own[key]) for key in keys]
        kind = template.trace.roles[keys[0]].kind
        if name in declared:
            grid = _declared(declared[name], (*path, name))
        elif version >= 2 and kind in ZEROS and not any(own):
            grid = ZEROS[kind]
        elif kind in SMALL and max(map(abs, own)) > SATURATING and _saturates(template):
            grid = SMALL[kind]
        elif kind in SUGGESTIONS:
            large = kind == "input" and max(map(abs, own)) > LARGE
            grid = _suggested(own, *SUGGESTIONS["large input" if large else kind])
        else:
            continue
        found.update(dict.fromkeys(keys, grid))
    return {key: found[key] for key in template.own if key in found}


def _saturates(template: Template) -> bool:
    return not {"sigmoid", "tanh", "softmax"}.isdisjoint(
        getattr(template.example, "activations", ())
    )


SATURATING = 5
"""Weights and biases beyond it saturate a sigmoid that reads an input of 1."""
SMALL = {
    "weight": Grid(Decimal("-0.9"), Decimal("0.1"), 19),
    "bias": Grid(Decimal("-0.5"), Decimal("0.1"), 11),
}
"""Instead of those around numbers as large as this."""

LARGE = 2
"""Inputs beyond it saturate the sigmoids of most networks."""

SUGGESTIONS = {
    "input": ("0.5", "1.5"),
    "large input": ("0.1", "0.3"),
    "weight": ("1", "1"),
    "bias": ("0.6", "1.4"),
    "learning rate": ("0.5", "1.5"),
    "parameter": ("0.5", "1.5"),
    "start": ("0.5", "1.5"),
}
"""How far a range that is not declared reaches: factors of the least and of the largest of the
deck's own numbers. What has no row here stays as the deck has it."""


ZEROS = {
    "input": Grid(Decimal("0.1"), Decimal("0.1"), 9),
    "weight": Grid(Decimal("0.1"), Decimal("0.1"), 9),
    "bias": Grid(Decimal("0.1"), Decimal("0.1"), 5),
    "parameter": Grid(Decimal("-0.5"), Decimal("0.1"), 11),
    "start": Grid(Decimal(-2), Decimal("0.5"), 9),
}
"""Where all of the deck's own numbers are 0; with these, all students would get the same."""


def _groups(template: Template) -> dict[str, list[str]]:
    """Keys of the givens by the name under which a range is declared."""
    found: dict[str, list[str]] = defaultdict(list)
    for key in template.own:
        role = template.trace.roles.get(key)
        symbol = template.trace.quantities[key].symbol
        if role is None or not isinstance(symbol, Symbol):
            continue
        name = NAMES.get(role.kind) or symbol.base
        found[name].append(key)
    return dict(found)


NAMES = {
    "learning rate": "learning_rate",
    "target": "target",
    "start": "start",
    "parameter": "start",
}
"""What a range is called where that is not the letter of the symbols."""


def _declared(stated: Mapping[str, str], path: Sequence[str]) -> Grid:
    low, high, step = (Decimal(stated[key]) for key in ("from", "to", "step"))
    count = int((high - low) / step) + 1
    if count > MOST:
        raise DeckError("a range of more than {most} numbers", path, most=MOST)
    return Grid(low, step, count)


MOST = 1_000_000


def _suggested(own: Sequence[Decimal], below: str, above: str) -> Grid:
    """A grid about as fine as the deck's own numbers, on which there is room for all of them.

    >>> _suggested([Decimal("0.1"), Decimal("0.15"), Decimal("0.65")], "1", "1")
    Grid(start=Decimal('0.1'), step=Decimal('0.05'), count=12)
    >>> _suggested([Decimal(-4)], "0.5", "1.5")  # from -6 to -2
    Grid(start=Decimal('-6'), step=Decimal('1'), count=5)
    """
    low, high = min(own), max(own)
    if low == high and (below, above) == ("1", "1"):
        below, above = "0.5", "1.5"
    low *= Decimal(below if low > 0 else above)
    high *= Decimal(above if high > 0 else below)
    places = max(0, *(-int(value.as_tuple().exponent) for value in own))
    unit = gcd(*(abs(int(value.scaleb(places))) for value in own)) or 1
    step = Decimal(unit).scaleb(-places)
    shorter = iter(range(40))
    while (high - low) / step + 1 < ROOM * len(own) and next(shorter, None) is not None:
        step = _next_step(step)
    low = (low / step).to_integral_value() * step
    return Grid(low.normalize(), step.normalize(), int((high - low) / step) + 1)


ROOM = 4
"""Numbers of a grid for each given that takes one of them."""


def _next_step(step: Decimal) -> Decimal:
    """The next shorter one of 1, 2 and 5 with any power of ten.

    >>> [str(_next_step(Decimal(step))) for step in ("5", "2", "1", "0.7")]
    ['2', '1', '0.5', '0.5']
    """
    power = Decimal(1).scaleb(step.adjusted())
    for factor in (5, 2, 1):
        if power * factor < step:
            return power * factor
    return power / 2


def stream(size: int, *words: str | int) -> bytes:
    """So many bytes that follow from these words alone.

    >>> stream(4, "autumn", "s1").hex() == stream(8, "autumn", "s1")[:4].hex()
    True
    """
    text = b"\0".join(str(word).encode() for word in ("bpreport sheets", *words))
    return hashlib.shake_256(text).digest(size)


def draw(grid: Iterable[Grid], count: int, *words: str | int) -> NDArray[np.int64]:
    """Places in each grid, shape (grids, count), that follow from the words.

    >>> draw([Grid(Decimal(0), Decimal(1), 10)], 5, "autumn", "s1", 1).tolist()
    [[1, 3, 4, 9, 8]]
    """
    counts = np.array([entry.count for entry in grid], dtype=np.int64)
    data = stream(len(counts) * count * 4, *words)
    numbers = np.frombuffer(data, dtype="<u4").reshape(count, len(counts)).T
    # Of 2^32 numbers: a grid has at most a millionth as many, so none is seen to be preferred.
    return numbers.astype(np.int64) % counts[:, None]
