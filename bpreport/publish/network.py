"""A network as a drawing: units in columns, every connection with its weight."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Literal

from markupsafe import Markup

from bpreport.formula import latex
from bpreport.formula.tree import Tree
from bpreport.publish.labels import label, width
from bpreport.publish.numbers import shown, signed
from bpreport.publish.picture import FONTS, PALETTE, Picture
from bpreport.publish.templates import environment
from bpreport.worked.trace import Trace

__all__ = ["draw", "sizes"]

Values = Literal["all", "given", "none"]
ACROSS, DOWN, MARGIN = 225.0, 96.0, 62.0
RADIUS = 27.0
"""Of a unit's circle."""
SIZE = 11.0
"""Of the letters."""
CROWDED = 16
"""More connections than this between two layers are drawn without their weights."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit and where it stands."""

    x: float
    y: float
    name: str
    """A label, as `labels` writes it."""
    value: str


@dataclass(frozen=True, slots=True)
class Edge:
    """A connection; its label stands at (x, y)."""

    start: tuple[float, float]
    end: tuple[float, float]
    x: float
    y: float
    name: str
    value: str
    width: float
    negative: bool


def draw(trace: Trace, alt: str, values: Values = "all", lang: str = "en") -> Picture:
    """The network of a perceptron's trace; an empty layer is nothing to draw.

    `values` tells of which names the values are shown: of "all", of the "given" ones, or of "none".
    There are no words in it; of the language only what is behind its @ tells which templates.
    """
    by_layer, outputs = _units(trace)
    tallest = max(map(len, by_layer.values()), default=1)
    centre = MARGIN + (tallest - 1) * DOWN / 2
    places = {
        unit: (MARGIN + layer * ACROSS, centre + (row - (len(units) - 1) / 2) * DOWN)
        for layer, units in by_layer.items()
        for row, unit in enumerate(units)
    }
    units = [Unit(*places[unit], *_label(key, trace, values)) for unit, key in outputs.items()]
    rendered = (
        environment(lang)
        .get_template("network.svg.j2")
        .render(
            units=units,
            radius=RADIUS,
            label=partial(written, lang),
            label_width=label_width,
            size=SIZE,
            edges=_edges(
                trace, places, {layer: len(row) for layer, row in by_layer.items()}, values
            ),
            biases=_biases(trace, places, values),
            width=2 * MARGIN + max(len(by_layer) - 1, 0) * ACROSS,
            height=2 * MARGIN + (tallest - 1) * DOWN,
            palette=PALETTE,
            fonts=FONTS,
        )
    )
    return Picture(rendered.strip(), alt)


def sizes(trace: Trace) -> list[int]:
    """How many units stand in each layer."""
    by_layer, _ = _units(trace)
    return [len(by_layer[layer]) for layer in sorted(by_layer)]


def _units(trace: Trace) -> tuple[dict[int, list[str]], dict[str, str]]:
    """The units of each layer, and the key of what each puts out."""
    by_layer: dict[int, list[str]] = defaultdict(list)
    outputs: dict[str, str] = {}
    for key, role in trace.roles.items():
        if role.kind in ("input", "out") and role.unit not in by_layer[role.layer]:
            by_layer[role.layer].append(role.unit)
            outputs[role.unit] = key
    return by_layer, outputs


def _biases(
    trace: Trace, places: Mapping[str, tuple[float, float]], values: Values
) -> list[tuple[float, float, str, str]]:
    """Labels: that of a unit's own bias stands below it, that of a shared one above the weights."""
    found = []
    for key, role in trace.roles.items():
        if role.kind != "bias":
            continue
        label = _label(key, trace, values)
        if role.unit in places:
            across, down = places[role.unit]
            y = down + RADIUS + 14
        else:
            across, y = MARGIN + (role.layer - 0.5) * ACROSS, 18.0
        found.append((round(across - label_width(*label) / 2, 1), y, *label))
    return found


def _edges(
    trace: Trace,
    places: Mapping[str, tuple[float, float]],
    sizes: Mapping[int, int],
    values: Values,
) -> list[Edge]:
    weights = {
        key: role
        for key, role in trace.roles.items()
        if role.kind == "weight" and role.unit in places and role.source in places
    }
    largest = max((abs(float(trace.quantities[key].value)) for key in weights), default=1.0) or 1.0
    edges = []
    for key, role in weights.items():
        start, end = places[role.source], places[role.unit]
        crowded = sizes[role.layer] * sizes[role.layer - 1] > CROWDED
        # Near the side with fewer crossings, where the lines of one unit have spread enough.
        from_left = sizes[role.layer - 1] <= sizes[role.layer]
        value = float(trace.quantities[key].value)
        name, text = ("", "") if crowded else _label(key, trace, values)
        along = _along(math.dist(start, end), label_width(name, text), from_left=from_left)
        edges.append(
            Edge(
                start,
                end,
                round(start[0] + (end[0] - start[0]) * along, 1),
                round(start[1] + (end[1] - start[1]) * along, 1),
                name,
                text,
                round(0.6 + 2.2 * abs(value) / largest, 2),
                value < 0,
            )
        )
    return edges


def _along(length: float, wide: float, *, from_left: bool) -> float:
    """Which part of a connection lies before its label, clear of the unit that it is nearest to."""
    clear = RADIUS + wide / 2 + 6
    part = min(max(0.22, clear / length), 0.5)
    return part if from_left else 1 - part


@lru_cache(maxsize=4096)
def written(lang: str, name: str, value: str, x: float, y: float, colour: str) -> Markup:
    """A name with its value, beginning at (x, y): the same in many drawings of a class."""
    template = environment(lang).get_template("network_label.svg.j2")
    made = template.render(name=name, value=value, x=x, y=y, colour=colour, fonts=FONTS, size=SIZE)
    return Markup(made + "\n")  # noqa: S704 - the template escapes


def label_width(name: str, value: str) -> float:
    """About how wide a name with its value is drawn, in the units of the drawing.

    >>> label_width("w_{1}", "0.25") == 8 + width("w_{1}", SIZE) + width("0.25", SIZE)
    True
    """
    return 8 + width(name, SIZE) + width(value, SIZE)


def _label(key: str, trace: Trace, values: Values) -> tuple[str, str]:
    """Name and, where wanted, value of a quantity."""
    quantity = trace.quantities[key]
    hidden = values == "none" or (values == "given" and quantity.formula is not None)
    value = "" if hidden else signed(shown(quantity.value, 4))
    return _name(quantity.symbol, getattr(quantity.symbol, "typed", "")), value


@lru_cache(maxsize=4096)
def _name(symbol: Tree, _typed: str) -> str:
    """A symbol as a label. Symbols are the same however they were typed, and labels are not."""
    return label(latex(symbol))
