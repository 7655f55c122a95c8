"""The stepper's drawing: units as net and out, every connection, and the error behind them.

The same network is drawn from left to right, and upright for narrow pages. A template prints it,
and the page's script lights its places and fills in values as they are computed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, combinations, groupby

from bpreport.formula import latex
from bpreport.publish.labels import label, width
from bpreport.publish.numbers import short
from bpreport.publish.stepper_places import Places
from bpreport.worked.trace import Trace

__all__ = ["Drawing", "draw"]

HALF, HEIGHT = 52.0, 44.0
"""Of one half of a unit: how wide and how high."""
MARGIN = 8.0
SIZE = 11.0
"""Of the names at the connections."""


@dataclass(frozen=True, slots=True)
class Spacing:
    """How far the columns and rows of one orientation stand apart."""

    lengths: tuple[float, float, float]
    """Of an input, a unit and an error, in the direction of the forward pass."""
    gaps: tuple[float, float, float]
    """Between two layers, before the shares in the error, and before the error."""
    pitch: float
    """From one unit of a layer to the next."""
    side: float
    """From the first unit's middle to the edge."""


SPACINGS = {
    False: Spacing((56.0, 2 * HALF, 76.0), (146.0, 66.0, 40.0), 104.0, 60.0),
    True: Spacing((HEIGHT, HEIGHT, HEIGHT), (88.0, 50.0, 34.0), 112.0, 58.0),
}
"""Upright or not."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name as `labels` writes it, and its value."""

    text: str
    value: str


@dataclass(frozen=True, slots=True)
class Box:
    """A half of a unit, an input, or an error."""

    place: str
    x: float
    y: float
    width: float
    height: float
    name: Name


@dataclass(frozen=True, slots=True)
class Line:
    """A connection, or a line to the error."""

    place: str
    start: tuple[float, float]
    end: tuple[float, float]
    label: tuple[float, float]
    """Where its name stands; a line to the error has none."""
    slope: tuple[float, float]
    name: Name | None
    crowded: bool = False
    """Its name is shown while it is lit only."""


@dataclass(frozen=True, slots=True)
class Label:
    """Text that stands alone: a bias, a target, the name of a unit; `place` may be empty."""

    place: str
    x: float
    y: float
    anchor: str
    name: Name


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything in the drawing."""

    upright: bool
    width: float
    height: float
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    labels: tuple[Label, ...]
    slopes: tuple[tuple[str, float, float], ...]
    """Where the slopes of the units are written: place, x, y."""


def draw(trace: Trace, places: Places, *, upright: bool) -> Drawing:
    """The network of a trace."""
    return _Draughtsman(trace, places, upright).drawing()


class _Draughtsman:
    def __init__(self, trace: Trace, places: Places, upright: bool) -> None:
        self.trace = trace
        self.places = places
        self.upright = upright
        self.spacing = SPACINGS[upright]
        layers = len(places.layers)
        inputs, unit, error = self.spacing.lengths
        between, before_shares, before_error = self.spacing.gaps
        self.lengths = [inputs, *[unit] * (layers - 1), error, error]
        gaps = [*[between] * (layers - 1), before_shares, before_error]
        ends = accumulate(
            length + gap for length, gap in zip(self.lengths, [*gaps, 0], strict=True)
        )
        self.starts = [MARGIN, *(MARGIN + end for end in ends)]
        self.tallest = max(map(len, places.layers.values()))

    def drawing(self) -> Drawing:
        along = self.starts[-1] + MARGIN
        across = (
            2 * self.spacing.side
            - 14 * (not self.upright)
            + (self.tallest - 1) * self.spacing.pitch
        )
        return Drawing(
            self.upright,
            *self._turned(along, across),
            tuple(self._boxes()),
            (*self._connections(), *self._links()),
            tuple(self._labels()),
            tuple(
                (f"{unit}.slope", *self._below(column, unit))
                for column, units in self.places.layers.items()
                for unit in units
                if column
            ),
        )

    def _turned(self, along: float, across: float) -> tuple[float, float]:
        return (across, along) if self.upright else (along, across)

    def _across(self, column: int, unit: str) -> float:
        """Of the middle of a unit; the error itself is in the middle of all."""
        units = self.places.layers[min(column, self.places.last)]
        middle = self.spacing.side + (self.tallest - 1) * self.spacing.pitch / 2
        if column > self.places.last + 1:
            return middle
        return middle + (units.index(unit) - (len(units) - 1) / 2) * self.spacing.pitch

    def _corner(self, column: int, unit: str, width: float) -> tuple[float, float]:
        """Upper left corner of what stands in a column; its width is across where upright."""
        across = self._across(column, unit)
        if self.upright:
            return across - width / 2, self.starts[column]
        return self.starts[column], across - HEIGHT / 2

    def _below(self, column: int, unit: str) -> tuple[float, float]:
        """Where the slope of a unit's activation is written, clear of a bias of its own."""
        x, y = self._corner(column, unit, 2 * HALF)
        return x + HALF * (1.5 if unit in self.places.biases else 1), y + HEIGHT + 13

    def _port(self, column: int, unit: str, *, forward: bool) -> tuple[float, float]:
        """Where lines leave a box, or arrive."""
        along = self.starts[column] + (self.lengths[column] if forward else 0)
        return self._turned(along, self._across(column, unit))

    def _named(self, key: str, *, valued: bool = True) -> Name:
        quantity = self.trace.quantities[key]
        return Name(label(latex(quantity.symbol)), short(quantity.value) if valued else "")

    def _boxes(self) -> Iterator[Box]:
        keys, last = self.places.keys, self.places.last
        for column, units in self.places.layers.items():
            for unit in units:
                halves = ("out",) if column == 0 else ("net", "out")
                wide = 56.0 if column == 0 else HALF
                x, y = self._corner(column, unit, wide * len(halves))
                for number, half in enumerate(halves):
                    name = self._named(keys[f"{unit}.{half}"])
                    yield Box(f"{unit}.{half}", x + number * wide, y, wide, HEIGHT, name)
        for unit in self.places.layers[last]:
            x, y = self._corner(last + 1, unit, 76)
            yield Box(f"E.{unit}", x, y, 76, HEIGHT, self._named(keys[f"E.{unit}"]))
        x, y = self._corner(last + 2, "", 76)
        yield Box("E", x, y, 76, HEIGHT, self._named(keys["E"]))

    def _connections(self) -> Iterator[Line]:
        """Those between two layers are named one at a time where their names would overlap."""
        for _, group in groupby(self._lines(), lambda line: self.trace.roles[line.place].layer):
            lines = list(group)
            crowded = any(_meet(*pair) for pair in combinations(lines, 2))
            yield from (replace(line, crowded=crowded) for line in lines)

    def _lines(self) -> Iterator[Line]:
        column = {unit: n for n, units in self.places.layers.items() for unit in units}
        for (source, target), key in self.places.weights.items():
            before, after = column[source], column[target]
            start = self._port(before, source, forward=True)
            end = self._port(after, target, forward=False)
            # A label stands near the side with fewer units, where the lines spread soonest.
            spread = len(self.places.layers[before]) <= len(self.places.layers[after])
            aside = 0.48 if self.upright else 0.66
            parts = (0.27, aside) if spread else (0.73, 1 - aside)
            place, slope = (_along(start, end, part) for part in parts)
            # Upright the labels stand side by side, where there is room for the name alone.
            name = self._named(key, valued=not self.upright)
            yield Line(key, start, end, place, slope, name)

    def _links(self) -> Iterator[Line]:
        last = self.places.last
        for unit in self.places.layers[last]:
            for place, column in ((f"{unit}>E.{unit}", last), (f"E.{unit}>E", last + 1)):
                start = self._port(column, unit, forward=True)
                end = self._port(column + 1, unit, forward=False)
                # Upright the slope of the activation stands at the beginning of the line.
                slope = _along(start, end, 0.72 if self.upright else 0.5)
                yield Line(place, start, end, slope, slope, None)

    def _labels(self) -> Iterator[Label]:
        last = self.places.last
        columns = {unit: n for n, units in self.places.layers.items() for unit in units}
        for column, units in self.places.layers.items():
            for unit in units if column else ():
                x, y = self._corner(column, unit, 2 * HALF)
                yield Label("", x + 1, y - 5, "start", Name(unit, ""))
                if unit in self.places.biases:
                    name = self._named(self.places.biases[unit])
                    yield Label(self.places.biases[unit], x + 1, y + HEIGHT + 14, "start", name)
        for owner, key in self.places.biases.items():
            if owner not in columns:
                start = self.starts[self.trace.roles[key].layer]
                if self.upright:
                    yield Label(key, MARGIN / 2, start - 22, "start", self._named(key))
                else:
                    middle = start - self.spacing.gaps[0] / 2
                    yield Label(key, middle, 16, "middle", self._named(key))
        for unit in self.places.layers[last]:
            key = self.places.keys[f"target.{unit}"]
            x, y = self._corner(last + 1, unit, 76)
            name = self._named(key)
            yield Label(f"target.{unit}", x + 38, y + HEIGHT + 15, "middle", name)


def _meet(one: Line, other: Line) -> bool:
    """Whether the names of two connections overlap."""
    (left, top), (right, below) = one.label, other.label
    wide = (_wide(one.name) + _wide(other.name)) / 2 + 3
    return abs(left - right) < wide and abs(top - below) < 1.1 * SIZE


def _wide(name: Name | None) -> float:
    return 0.0 if name is None else width(f"{name.text} {name.value}".strip(), SIZE)


def _along(
    start: tuple[float, float], end: tuple[float, float], part: float
) -> tuple[float, float]:
    """A point of a line.

    >>> _along((0, 0), (10, 20), 0.25)
    (2.5, 5.0)
    """
    return (
        round(start[0] + (end[0] - start[0]) * part, 1),
        round(start[1] + (end[1] - start[1]) * part, 1),
    )
