"""Plots as SVG: one palette, direct labels, little ink; text stays text."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bpreport.publish.labels import spread, width
from bpreport.publish.numbers import signed
from bpreport.publish.picture import PALETTE, Picture, axes_in_a_row, planned

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "HUES",
    "STROKES",
    "Line",
    "columns",
    "contours",
    "curve",
    "dumbbells",
    "lines",
    "number",
    "scatter",
    "stacked",
]

Values = NDArray[np.float64]

HUES = ("blue", "orange", "green", "purple", "rose", "olive")
POINTS = 160
"""Most points of one line: more would not be seen, and each costs time in the PDF."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a plot."""

    label: str
    """Written at its end, as `labels` writes it."""
    x: Values
    y: Values
    hue: str
    dots: bool = False
    """Mark every point."""
    stroke: int = 0
    """How it is dashed, as a place in `STROKES`: lines differ in print without colours, too."""


STROKES: tuple[Any, ...] = ("-", (0, (4, 1.6)), (0, (1, 1.4)), (0, (5, 1.4, 1, 1.4)))


@planned
def curve(
    objective: tuple[Values, Values],
    runs: Sequence[Line],
    titles: Sequence[str],
    names: tuple[str, str],
    alt: str,
) -> Picture:
    """Descent runs on the curve of their objective, one panel a run.

    A `Line` of `runs` holds the iterates and the objective there; `names` label the axes.
    """
    with axes_in_a_row(2.4, max(len(runs), 1), top=0.3) as (panels, picture):
        for axes, run, title in zip(panels, runs, titles, strict=True):
            axes.plot(*objective, color=PALETTE["soft"], linewidth=1.0)
            axes.plot(run.x, run.y, color=PALETTE[run.hue], linewidth=0.7, alpha=0.75)
            axes.plot(run.x, run.y, "o", color=PALETTE[run.hue], markersize=3.2)
            axes.set_title(title, fontsize=8.5, loc="left", color=PALETTE[run.hue])
            axes.set_xlabel(names[0])
        panels[0].set_ylabel(names[1])
        return picture(alt)


@planned
def contours(
    objective: tuple[Values, Values, Values],
    runs: Sequence[Line],
    titles: Sequence[str],
    names: tuple[str, str],
    alt: str,
) -> Picture:
    """Descent runs on lines of equal height of their objective, one panel a run.

    The objective is told by x, y and its heights, a row for each y. The lines are closer to one
    another towards the lowest.
    """
    x, y, heights = objective
    finite = heights[np.isfinite(heights)]
    least, most = float(finite.min()), float(finite.max())
    levels = least + (most - least) * ((np.arange(11) + 0.5) / 11) ** 3
    with axes_in_a_row(2.8, max(len(runs), 1), top=0.3) as (panels, picture):
        for axes, run, title in zip(panels, runs, titles, strict=True):
            if most > least:
                grey = PALETTE["soft"]
                axes.contour(x, y, heights, levels, colors=grey, linewidths=0.5, alpha=0.6)
            axes.plot(run.x, run.y, color=PALETTE[run.hue], linewidth=0.9)
            axes.plot(run.x, run.y, "o", color=PALETTE[run.hue], markersize=2.8)
            axes.set_title(title, fontsize=8.5, loc="left", color=PALETTE[run.hue])
            axes.set_xlabel(names[0])
            axes.set_xlim(x[0], x[-1])
            axes.set_ylim(y[0], y[-1])
        panels[0].set_ylabel(names[1])
        return picture(alt)


@planned
def lines(
    drawn: Sequence[Line],
    names: tuple[str, str],
    alt: str,
    *,
    log: str = "",
    levels: Sequence[tuple[float, str]] = (),
    height: float = 2.4,
) -> Picture:
    """Lines with their labels at their right ends.

    `log` names the logarithmic axes, "x", "y" or "xy"; `levels` are values of y to be marked.
    """
    with axes_in_a_row(height, right=_room(drawn)) as ((axes,), picture):
        if "x" in log:
            axes.set_xscale("symlog", linthresh=1)
        if "y" in log:
            axes.set_yscale("log")
            axes.yaxis.set_major_formatter(lambda value, _: _power(value))
            ends = _ends(drawn)
            if math.floor(math.log10(ends[1])) < math.log10(ends[0]):  # no power of ten is in it
                axes.set_yticks(ends, [number(end) for end in ends])
        # Ticks between those with numbers have no size, and are made all the same.
        axes.minorticks_off()
        for value, label in levels:
            axes.axhline(value, color=PALETTE["soft"], linewidth=0.8, linestyle=(0, (4, 3)))
            axes.annotate(
                label,
                (0, value),
                (3, 3),
                xycoords=("axes fraction", "data"),
                textcoords="offset points",
                color=PALETTE["soft"],
                fontsize=7.5,
            )
        for line in drawn:
            x, y = _thinned(line.x, line.y, "x" in log)
            axes.plot(
                x,
                y,
                color=PALETTE[line.hue],
                marker="o" if line.dots else None,
                markersize=2.6,
                linestyle=STROKES[line.stroke],
            )
        axes.set_xlabel(names[0])
        axes.set_ylabel(names[1])
        axes.margins(x=0.01, y=0.09)
        if "x" in log:
            last = max((float(line.x[-1]) for line in drawn), default=1.0)
            ticks = [0.0, *(10.0**power for power in range(7) if 10**power <= last)]
            axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        _end_labels(axes, drawn)
        return picture(alt)


@planned
def scatter(
    points: Sequence[tuple[Values, Values, str, str]],
    fits: Sequence[Line],
    names: tuple[str, str],
    alt: str,
) -> Picture:
    """Data (x, y, marker, hue) with fitted lines."""
    with axes_in_a_row(2.5, right=_room(fits)) as ((axes,), picture):
        for line in fits:
            axes.plot(
                line.x,
                line.y,
                color=PALETTE[line.hue],
                linestyle=STROKES[line.stroke],
            )
        for x, y, marker, hue in points:
            axes.plot(x, y, marker, color=PALETTE[hue], markersize=4.5, clip_on=False)
        axes.set_xlabel(names[0])
        axes.set_ylabel(names[1])
        axes.margins(x=0.02)
        _end_labels(axes, fits)
        return picture(alt)


@planned
def dumbbells(
    labels: Sequence[str],
    sets: Mapping[str, Values],
    name: str,
    alt: str,
) -> Picture:
    """Two or more values of each of several quantities on a line each, to be compared."""
    height = 0.75 + 0.2 * len(labels)
    with axes_in_a_row(height, top=0.32) as ((axes,), picture):
        rows = np.arange(len(labels), dtype=float)
        stacked = np.array(list(sets.values()))
        axes.hlines(
            rows, stacked.min(axis=0), stacked.max(axis=0), color=PALETTE["soft"], linewidth=1
        )
        for (label, values), hue, marker in zip(sets.items(), HUES, "osD^v*", strict=False):
            axes.plot(values, rows, marker, color=PALETTE[hue], markersize=4.5, label=label)
        axes.set_yticks(rows, labels)
        # Half a row of room above and below, so that no marker stands on an edge.
        axes.set_ylim(len(labels) - 0.5, -0.5)
        axes.margins(x=0.05)
        axes.grid(visible=False, axis="y")
        axes.set_xlabel(name)
        _legend_above(axes, len(sets), handletextpad=0.3)
        return picture(alt)


@planned
def columns(at: Values, heights: Values, width: float, names: tuple[str, str], alt: str) -> Picture:
    """How often each value: columns of equal width that begin at `at`."""
    with axes_in_a_row(2.0) as ((axes,), picture):
        axes.bar(at, heights, 0.86 * width, align="center", color=PALETTE["blue"])
        axes.set_xlabel(names[0])
        axes.set_ylabel(names[1])
        axes.grid(visible=False, axis="x")
        axes.margins(x=0.01)
        axes.locator_params(integer=True)
        return picture(alt)


@planned
def stacked(labels: Sequence[str], sets: Mapping[str, Values], name: str, alt: str) -> Picture:
    """The parts of a whole, a bar for each label; the last set is the least of interest."""
    height = 0.75 + 0.17 * len(labels)
    hues = ("green", "olive", "rose", "rule", "soft")
    with axes_in_a_row(height, top=0.32) as ((axes,), picture):
        rows = np.arange(len(labels), dtype=float)
        left = np.zeros(len(labels))
        for (label, values), hue in zip(sets.items(), hues, strict=False):
            axes.barh(rows, values, 0.72, left=left, color=PALETTE[hue], label=label)
            left = left + values
        axes.set_yticks(rows, labels)
        axes.set_ylim(len(labels) - 0.5, -0.5)
        axes.grid(visible=False, axis="y")
        axes.margins(x=0)
        axes.set_xlabel(name)
        _legend_above(axes, len(sets), handletextpad=0.4, handlelength=1)
        return picture(alt)


def _legend_above(axes: Axes, sets: int, **spacing: float) -> None:
    """What each set is, in one line above the axes."""
    axes.legend(loc="lower left", bbox_to_anchor=(-0.01, 1), ncols=sets, frameon=False, **spacing)


def _thinned(x: Values, y: Values, logarithmic: bool) -> tuple[Values, Values]:
    """At most `POINTS` points, evenly spaced as they will be seen."""
    if len(x) <= POINTS:
        return x, y
    if logarithmic:
        chosen = np.unique(np.geomspace(1, len(x), POINTS).astype(int) - 1)
    else:
        chosen = np.unique(np.linspace(0, len(x) - 1, POINTS).astype(int))
    return x[chosen], y[chosen]


def _end_labels(axes: Axes, drawn: Sequence[Line]) -> None:
    """Labels beside the right ends of lines, moved apart where they would touch."""
    last = max((line.x[-1] for line in drawn), default=0.0)
    labelled = []
    for line in drawn:
        if line.label and line.x[-1] < 0.9 * last:  # it ends inside, where there is room
            axes.annotate(
                line.label,
                (line.x[-1], line.y[-1]),
                (6, 0),
                textcoords="offset points",
                va="center",
                color=PALETTE[line.hue],
                fontsize=8,
            )
        elif line.label:
            labelled.append(line)
    if not labelled:
        return
    axes.autoscale_view()  # Until then it is not known where the ends are.
    ends = [axes.transData.transform((line.x[-1], line.y[-1]))[1] for line in labelled]
    height = axes.get_window_extent().height
    bottom = axes.get_window_extent().y0
    apart = (11 if any("}^{" in line.label for line in labelled) else 9.5) * axes.figure.dpi / 72
    order = sorted(range(len(ends)), key=ends.__getitem__)
    placed = spread([ends[index] for index in order], apart, bottom + apart / 2, bottom + height)
    for index, y in zip(order, placed, strict=True):
        line = labelled[index]
        axes.annotate(
            line.label,
            (1, (y - bottom) / height),
            (5, 0),
            xycoords="axes fraction",
            textcoords="offset points",
            va="center",
            color=PALETTE[line.hue],
            fontsize=8,
        )


def _ends(drawn: Sequence[Line]) -> tuple[float, float]:
    """The smallest and the largest value of all lines."""
    return min(float(line.y.min()) for line in drawn), max(float(line.y.max()) for line in drawn)


def _room(drawn: Sequence[Line]) -> float:
    """Inches for the labels at the right ends."""
    return 0.22 + max((width(line.label, 8.0) for line in drawn), default=0) / 72


def _power(value: float) -> str:
    """A power of ten as text, which is drawn faster and better than matplotlib's mathematics.

    >>> _power(1e-10), _power(1), _power(10)
    ('10⁻¹⁰', '1', '10')
    """
    exponent = round(math.log10(value)) if value > 0 else 0
    if exponent in (0, 1):
        return f"{value:g}"
    return "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def number(value: Any, digits: int = 3) -> str:
    """A value in the words of an alternative text."""
    return signed(f"{float(value):.{digits}g}")
