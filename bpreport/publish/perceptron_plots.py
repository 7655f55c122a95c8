"""The plots of a perceptron: the network, and what training does to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from bpreport.formula import latex
from bpreport.publish import network
from bpreport.publish.context import Context, updates
from bpreport.publish.labels import label
from bpreport.publish.language import COMMA, SEMICOLON, closed_up
from bpreport.publish.numbers import shown, signed
from bpreport.publish.plots import HUES, STROKES, Line, dumbbells, lines, number
from bpreport.publish.view import Plot
from bpreport.publish.words import told
from bpreport.worked.trace import Trace

__all__ = ["outputs", "plots", "symbol", "total"]

MOST_LINES = 24
"""Weights past which each pair of layers has a plot of its own."""
MOST_NAMES = 40
"""Weights of one plot past which they are no longer named."""

Values = NDArray[np.float64]


def outputs(trace: Trace) -> list[str]:
    """Keys of the outputs of the last layer, in order."""
    found = {key: role for key, role in trace.roles.items() if role.kind == "out"}
    last = max((role.layer for role in found.values()), default=0)
    return [key for key, role in found.items() if role.layer == last]


def total(trace: Trace) -> str:
    """The key of the error of the whole network."""
    return next(key for key, role in trace.roles.items() if role.kind == "error" and not role.unit)


def symbol(trace: Trace, key: str) -> str:
    """What the deck calls a quantity, as LaTeX."""
    return latex(trace.quantities[key].symbol)


def plots(trace: Trace, both: dict[str, Trace], context: Context) -> Iterator[Plot]:
    """The network, its outputs, error and weights over the updates, and both conventions.

    `both` holds the traces by the names of their update conventions.
    """
    yield _network(trace, context)
    yield _outputs(trace, context)
    yield _error(trace, context)
    yield from _weights(trace, context)
    yield from _conventions(both, trace, context)


def _network(trace: Trace, context: Context) -> Plot:
    gettext = context.gettext
    values = (
        f"{_aloud(trace, key, context)} = {signed(shown(trace.quantities[key].value, 4))}"
        for key, role in trace.roles.items()
        if role.kind in ("weight", "bias")
    )
    alt = gettext("Network of %(layers)s units in its layers. Weights and biases: %(values)s") % {
        "layers": "–".join(map(str, network.sizes(trace))),
        "values": gettext(COMMA).join(values),
    }
    return Plot(
        network.draw(trace, alt),
        gettext(
            "The network before training: in each unit its output, at each line its weight,"
            " biases in grey."
        ),
    )


def _outputs(trace: Trace, context: Context) -> Plot:
    gettext, keys, values = context.gettext, outputs(trace), trace.series["out"]
    targets: dict[float, list[str]] = defaultdict(list)
    for key, role in trace.roles.items():
        if role.kind == "target":
            targets[float(trace.quantities[key].value)].append(label(symbol(trace, key)))
    drawn = lines(
        _lines(trace, keys, values),
        (gettext("updates"), gettext("output")),
        gettext("Outputs over %(updates)s: %(ends)s") % _told(trace, keys, values, context),
        log="x",
        levels=[(value, ", ".join(names)) for value, names in targets.items()],
    )
    return Plot(drawn, gettext("The outputs approach their targets (dashed)."))


def _error(trace: Trace, context: Context) -> Plot:
    gettext, key, values = context.gettext, total(trace), trace.series["error"][:, None]
    drawn = lines(
        [replace(line, hue="rose") for line in _lines(trace, [key], values)],
        (gettext("updates"), gettext("error")),
        gettext("Error over %(updates)s: %(ends)s") % _told(trace, [key], values, context),
        log="xy",
        height=2.3,
    )
    caption = gettext("The error %(symbol)s on logarithmic scales.")
    return Plot(drawn, caption % {"symbol": f"${symbol(trace, key)}$"})


def _weights(trace: Trace, context: Context) -> Iterator[Plot]:
    """All weights, in one plot where their names can be read in it."""
    gettext, keys = context.gettext, list(trace.facts["weights"])
    groups = [list(group) for _, group in groupby(keys, lambda key: trace.roles[key].layer)]
    told = [_joined(trace, group, context) for group in groups]
    caption = gettext("All weights over the updates: %(weights)s.")
    if len(keys) <= MOST_LINES:
        groups, told = [keys], [gettext(SEMICOLON).join(told)]
    else:
        caption = gettext("Weights over the updates: %(weights)s.")
    for group, weights in zip(groups, told, strict=True):
        values = trace.series["weights"][:, [keys.index(key) for key in group]]
        drawn = [
            replace(line, stroke=place % len(STROKES))
            for place, line in enumerate(_lines(trace, group, values))
        ]
        if len(group) > MOST_NAMES:
            drawn = [replace(line, label="") for line in drawn]
        plot = lines(
            drawn,
            (gettext("updates"), gettext("weight")),
            gettext("Weights over %(updates)s: %(ends)s") % _told(trace, group, values, context),
            log="x",
            height=max(3.3, 0.6 + 0.153 * sum(bool(line.label) for line in drawn)),
        )
        yield Plot(plot, caption % {"weights": weights})


def _joined(trace: Trace, keys: list[str], context: Context) -> str:
    """Which layers weights join: $w_{1}$ to $w_{6}$ from layer l to layer h."""
    first, last = (f"${symbol(trace, key)}$" for key in (keys[0], keys[-1]))
    role = trace.roles[keys[0]]
    source, target = (unit.rstrip("0123456789") for unit in (role.source, role.unit))
    text = (
        context.gettext("%(first)s to %(last)s lead from layer %(source)s to layer %(target)s")
        if len(keys) > 1
        else context.gettext("%(first)s leads from layer %(source)s to layer %(target)s")
    )
    return text % {"first": first, "last": last, "source": source, "target": target}


def _lines(trace: Trace, keys: list[str], values: Values) -> list[Line]:
    steps = np.arange(len(values), dtype=float)
    return [
        Line(label(symbol(trace, key)), steps, values[:, place], HUES[place % len(HUES)])
        for place, key in enumerate(keys)
    ]


def _told(trace: Trace, keys: list[str], values: Values, context: Context) -> dict[str, str]:
    """Over how many updates, and where each series begins and ends: w 1 from 0.1 to 0.215."""
    gettext = context.gettext
    ends = gettext(COMMA).join(
        gettext("%(name)s from %(start)s to %(end)s")
        % {
            "name": _aloud(trace, key, context),
            "start": number(column[0]),
            "end": number(column[-1]),
        }
        for key, column in zip(keys, values.T, strict=True)
    )
    return {"updates": updates(len(values) - 1, context), "ends": closed_up(ends)}


def _aloud(trace: Trace, key: str, context: Context) -> str:
    """A name as it is read aloud: w_1 is "w 1"."""
    return told([trace.quantities[key].symbol], context.lang)


def _conventions(both: dict[str, Trace], trace: Trace, context: Context) -> list[Plot]:
    """How far the two update conventions part, where they do."""
    gettext, keys = context.gettext, list(trace.facts["weights"])
    first, second = (trace.series["weights"] for trace in both.values())
    if len(first) < 3:  # After one update there is no course to be shown.
        return []
    changes = {name: trace.series["weights"][1] - trace.series["weights"][0]
               for name, trace in both.items()}  # fmt: skip
    apart = np.abs(first[1] - second[1])
    differing = [place for place in range(len(keys)) if apart[place] > 0]
    if not differing:
        return []
    worst = max(differing, key=apart.__getitem__)
    steps = np.arange(len(first), dtype=float)
    between = np.abs(np.subtract(*(trace.series["out"] for trace in both.values()))).max(axis=1)
    spread = np.abs(first - second).max(axis=1)
    floor = 1e-17  # Before the first update nothing differs, which a logarithm cannot show.
    return [
        Plot(
            dumbbells(
                [label(symbol(trace, keys[place])) for place in differing],
                {name: change[differing] for name, change in changes.items()},
                gettext("change in the first update"),
                gettext(
                    "First change of %(count)d weights by both update conventions; they differ"
                    " most at %(name)s, by %(apart)s"
                )
                % {
                    "count": len(differing),
                    "name": _aloud(trace, keys[worst], context),
                    "apart": number(apart[worst]),
                },
            ),
            gettext(
                "The two update conventions side by side: only the weights of the earlier layers"
                " change differently in the first update."
            ),
        ),
        Plot(
            lines(
                [
                    Line(gettext("weights"), steps[1:], np.maximum(spread[1:], floor), "purple"),
                    Line(gettext("outputs"), steps[1:], np.maximum(between[1:], floor), "green"),
                ],
                (gettext("updates"), gettext("largest difference")),
                gettext(
                    "Largest difference between the two update conventions: outputs at most"
                    " %(outputs)s, weights at most %(weights)s"
                )
                % {"outputs": number(between.max()), "weights": number(spread.max())},
                log="xy",
                height=2.3,
            ),
            gettext("How far the two conventions lie apart over the updates."),
        ),
    ]
