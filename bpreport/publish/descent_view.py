"""Descent runs as the report shows them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain, pairwise
from typing import Any

import numpy as np

from bpreport.formula import rounded
from bpreport.formula.tree import Symbol
from bpreport.publish.context import NEXT, Context, Shown, iterations, passage
from bpreport.publish.formulas import plain
from bpreport.publish.lab import lab
from bpreport.publish.language import COMMA, SEMICOLON, mark
from bpreport.publish.lowest import lowest
from bpreport.publish.numbers import exact
from bpreport.publish.plots import HUES, Line, contours, curve, lines, number
from bpreport.publish.view import Cell, Plot, Table
from bpreport.worked.descent import GradientDescent
from bpreport.worked.trace import Trace
from bpreport.worked.unstated import Approach, Unstated

__all__ = ["RULES", "later_iterates", "show"]

Gettext = Callable[..., str]

RULES = {
    "change of objective": mark("the objective changes by at most the tolerance"),
    "objective": mark("the objective is at most the tolerance"),
    "gradient": mark("the gradient is at most the tolerance"),
    "step": mark("the step is at most the tolerance"),
    "count": mark("a fixed number of updates"),
}


def show(example: GradientDescent, trace: Trace, context: Context) -> Shown:
    """Tables, plots, and all iterates for the appendix."""
    gettext = context.gettext
    runs = trace.facts["runs"]
    tables = [_summary(trace, runs, gettext)]
    if context.unstated is not None:
        tables.append(_fits(context.unstated, gettext))
    widgets = tuple(filter(None, [lab(trace, example)]))
    return Shown(
        tables=tuple(tables),
        plots=tuple(plots(example, trace, context)),
        appendix=tuple(_iterates(trace, run, gettext) for run in runs),
        widgets=widgets,
        lacking="" if widgets else gettext(NO_LAB),
    )


SIMPLEST = mark(
    "The simplest choice that gives every printed count: start %(start)s, tolerance"
    " %(tolerance)s, and a run stops when %(rule)s."
)
SIMPLEST_BUT = mark(
    "The simplest choice that gives all that is printed but %(left_out)s, which was left out:"
    " start %(start)s, tolerance %(tolerance)s, and a run stops when %(rule)s."
)
NO_LAB = mark(
    "There is no learning-rate lab here: it is for a learning rate above 0 and an objective of"
    " single numbers."
)

WORKED_OUT = 2
"""Updates of each run whose computation is shown; the others repeat it with other numbers."""


def later_iterates(trace: Trace) -> frozenset[str]:
    """Keys of the iterates that only the appendix shows."""
    found = set()
    for quantity in trace.quantities.values():
        last = quantity.symbol.indices[-1:] if isinstance(quantity.symbol, Symbol) else ()
        if quantity.stage == "iterate" and last and int(str(last[0])) > WORKED_OUT:
            found.add(quantity.key)
    return frozenset(found)


def _fits(unstated: Unstated, gettext: Gettext) -> Table:
    """What the printed counts say of each stopping rule."""
    rows = []
    for rule in unstated.rules.values():
        bounds = ""
        if rule.scaled is not None:
            low, high = rule.scaled
            sign = "(%s, %s]" if low < high else gettext("above %s and at most %s")
            bounds = sign % (f"{low:.4g}", f"{high:.4g}")
        starts = gettext(SEMICOLON).join(
            _range(region.low, region.high, gettext) for region in rule.regions
        )
        rows.append(
            (
                Cell(gettext(RULES[rule.stop]), head=True),
                Cell(gettext("possible") if rule.possible else gettext("impossible"), words=True),
                Cell(bounds, words=True),
                Cell(starts if rule.possible else _apart(rule.nearest, gettext), words=True),
            )
        )
    best = unstated.simplest
    note = ""
    if best is not None:
        note = gettext(SIMPLEST_BUT if unstated.left_out else SIMPLEST) % {
            "left_out": gettext(COMMA).join(chain.from_iterable(unstated.left_out[:1])),
            "start": ", ".join(best.start),
            "tolerance": best.tolerance,
            "rule": gettext(RULES[best.stop]),
        }
    if not all(rule.possible for rule in unstated.rules.values()):
        impossible = gettext(
            "A rule is impossible where no tolerance gives every count, whatever the start. Shown"
            " is the start from which the tolerances that the runs need come nearest to meeting."
        )
        told = {"first": note, "then": impossible}
        note = gettext(NEXT) % told if note else impossible
    return Table(
        gettext("What the printed numbers of iterations allow"),
        (
            Cell(gettext("Stops when")),
            Cell(gettext("Verdict"), words=True),
            Cell(gettext("objective at the start / tolerance"), words=True),
            Cell(gettext("Starts, or why there are none"), words=True),
        ),
        tuple(rows),
        note=note,
    )


def _apart(nearest: Approach, gettext: Gettext) -> str:
    """The tolerances that each run would need, where they come nearest to meeting."""
    needed = gettext(SEMICOLON).join(
        gettext("%(run)s needs %(range)s") % {"run": run, "range": _range(low, high, gettext)}
        for run, (low, high) in nearest.intervals.items()
    )
    start = ", ".join(f"{value:.4g}" for value in nearest.start)
    return gettext("from %(start)s: %(needed)s") % {"start": start, "needed": needed}


def _range(low: float, high: float, gettext: Gettext) -> str:
    return gettext("%(low)s to %(high)s") % {"low": f"{low:.4g}", "high": f"{high:.4g}"}


def _summary(trace: Trace, runs: dict[str, Any], gettext: Gettext) -> Table:
    def value(name: str) -> str:
        quantity = trace.quantities.get(name)
        return "" if quantity is None else exact(quantity.value, 9)

    many = len(trace.facts["variables"]) > 1
    minima = [f".{place + 1}" for place in range(len(trace.facts["variables"]))] if many else [""]
    rows = [
        (gettext("Learning rate"), [run["learning_rate"] for run in runs.values()]),
        (gettext("Start"), [", ".join(run["start"]) for run in runs.values()]),
        (gettext("Stops when"), [gettext(RULES[run["stop"]]) for run in runs.values()]),
        (
            gettext("Tolerance"),
            ["–" if run["stop"] == "count" else run["tolerance"] for run in runs.values()],
        ),
        (gettext("Iterations"), [str(run["iterations"]) for run in runs.values()]),
        (
            gettext("Minimiser found"),
            [", ".join(value(f"{run}.minimiser{part}") for part in minima) for run in runs],
        ),
        (gettext("Objective there"), [value(f"{run}.minimum") for run in runs]),
    ]
    assumed = trace.facts["assumed"]
    return Table(
        gettext("The descent runs"),
        (Cell(""), *(Cell(run, words=True) for run in runs)),
        tuple(  # each row is of another kind, so nothing is to be aligned in a column
            (Cell(name, head=True), *(Cell(entry, words=True) for entry in entries))
            for name, entries in rows
        ),
        note=gettext("Not stated by the deck, and chosen to fit what it prints: %s.")
        % gettext(COMMA).join(
            gettext(_SETTINGS[setting]) for setting in assumed or trace.facts["unstated"]
        )
        if assumed or trace.facts["unstated"]
        else "",
    )


_SETTINGS = {
    "start": mark("start"),
    "tolerance": mark("tolerance"),
    "stop": mark("stopping rule"),
}


def _iterates(trace: Trace, run: str, gettext: Gettext) -> Table:
    iterates, values = trace.series[f"{run}.iterates"], trace.series[f"{run}.values"]
    columns = iterates[:, None] if iterates.ndim == 1 else iterates
    names = trace.facts["variables"]
    return Table(
        gettext("All iterates of the run %(run)s (learning rate %(rate)s)")
        % {"run": run, "rate": trace.facts["runs"][run]["learning_rate"]},
        (
            Cell(gettext("Iteration")),
            *(Cell(name, math=True) for name in names),
            Cell(_objective(trace), math=True),
        ),
        tuple(
            (
                Cell(str(count), head=True),
                *(Cell(rounded(entry, 10)) for entry in row),
                Cell(f"{value:.6e}"),
            )
            for count, (row, value) in enumerate(zip(columns, values, strict=True))
        ),
    )


def _objective(trace: Trace) -> str:
    return f"J({', '.join(trace.facts['variables'])})"


def plots(example: GradientDescent, trace: Trace, context: Context) -> list[Plot]:
    """The objective with the way of each run, and how fast they come down."""
    gettext, runs = context.gettext, trace.facts["runs"]
    objective = plain(_objective(trace))
    labels = {run: f"α = {facts['learning_rate']}" for run, facts in runs.items()}
    found = [_landscape(example, trace, runs, context)]
    least = lowest(trace, example)
    levels = {
        float(facts["tolerance"]): gettext("tolerance") + f" {facts['tolerance']}"
        for facts in runs.values()
        if facts["stop"] != "count" and least == 0
    }
    drawn = []
    for run, hue in zip(runs, _hues(runs), strict=True):
        above = trace.series[f"{run}.values"] - least
        seen = np.flatnonzero(above > 0)  # where it is at its lowest, a logarithm has no place
        if least == 0:
            above, seen = np.maximum(np.abs(above), 1e-300), np.arange(len(above))
        if len(seen):
            drawn.append(Line(labels[run], seen.astype(float), above[seen], hue, dots=True))
    height = objective if least == 0 else f"{objective} − {number(least, 4)}"
    if least < 0:
        height = f"{objective} + {number(-least, 4)}"
    told = passage(
        (_pace(trace, run, facts, context, least) for run, facts in runs.items()), context
    )
    if not drawn:
        return found
    found.append(
        Plot(
            lines(
                drawn, (gettext("iteration"), height), told, log="y", levels=list(levels.items())
            ),
            gettext("Convergence on a logarithmic scale.")
            if least == 0
            else gettext(
                "How far the objective is above its lowest value, on a logarithmic scale."
            ),
        )
    )
    return found


def _landscape(
    example: GradientDescent, trace: Trace, runs: dict[str, Any], context: Context
) -> Plot:
    """The runs on the curve of the objective, or on its lines of equal height."""
    gettext = context.gettext
    names = [plain(variable) for variable in trace.facts["variables"]]
    points = np.concatenate([_rows(trace, run) for run in runs])
    points = points[np.isfinite(points).all(axis=1)]
    low, high = points.min(axis=0), points.max(axis=0)
    room = np.where(high > low, 0.08 * (high - low), 1.0)
    titles = [
        gettext("%(rate)s: %(iterations)s")
        % {
            "rate": f"α = {facts['learning_rate']}",
            "iterations": iterations(facts["iterations"], context),
        }
        for facts in runs.values()
    ]
    told = passage((_told(trace, run, facts, context) for run, facts in runs.items()), context)
    hues = _hues(runs)
    if len(names) == 1:
        across = np.linspace(float(low[0] - room[0]), float(high[0] + room[0]), 121)
        drawn = [
            Line(run, trace.series[f"{run}.iterates"], trace.series[f"{run}.values"], hue)
            for run, hue in zip(runs, hues, strict=True)
        ]
        curved = (across, example.value_at(across[None, :]))
        picture = curve(curved, drawn, titles, (names[0], plain(_objective(trace))), told)
        return Plot(picture, gettext("The descent runs on the curve of the objective."))
    x, y = (np.linspace(low[axis] - room[axis], high[axis] + room[axis], 61) for axis in (0, 1))
    grid = np.stack(np.meshgrid(x, y)).reshape(2, -1)
    heights = example.value_at(grid).reshape(len(y), len(x))
    drawn = [
        Line(run, rows[:, 0], rows[:, 1], hue)
        for run, hue, rows in zip(runs, hues, (_rows(trace, run) for run in runs), strict=True)
    ]
    picture = contours((x, y, heights), drawn, titles, (names[0], names[1]), told)
    return Plot(picture, gettext("The descent runs on lines of equal height of the objective."))


def _rows(trace: Trace, run: str) -> Any:
    """The iterates of a run, a row each."""
    iterates = trace.series[f"{run}.iterates"]
    return iterates.reshape(len(iterates), -1)


def _hues(runs: dict[str, Any]) -> list[str]:
    return [HUES[place % len(HUES)] for place in range(len(runs))]


def _told(trace: Trace, run: str, facts: dict[str, Any], context: Context) -> str:
    """A run in one sentence, from its data."""
    values, iterates = trace.series[f"{run}.values"], trace.series[f"{run}.iterates"]
    grows = not values[-1] <= values[0]
    sentences = _GROWING if grows else _FALLING
    return context.gettext(sentences[_course(iterates)]) % {
        "rate": facts["learning_rate"],
        "objective": plain(_objective(trace)),
        "start": number(values[0]),
        "end": number(values[-1], 2),
        "iterations": iterations(facts["iterations"], context),
        "place": ", ".join(number(entry, 3) for entry in np.atleast_1d(_limit(iterates))),
    }


_FALLING = {
    "alternating": mark(
        "With learning rate %(rate)s, %(objective)s falls from %(start)s to %(end)s in"
        " %(iterations)s, alternating around %(place)s."
    ),
    "one side": mark(
        "With learning rate %(rate)s, %(objective)s falls from %(start)s to %(end)s in"
        " %(iterations)s, approaching %(place)s from one side."
    ),
    "": mark(
        "With learning rate %(rate)s, %(objective)s falls from %(start)s to %(end)s in"
        " %(iterations)s, ending at %(place)s."
    ),
}
_GROWING = dict.fromkeys(
    _FALLING,
    mark(
        "With learning rate %(rate)s, %(objective)s grows from %(start)s to %(end)s in"
        " %(iterations)s: the run diverges."
    ),
)
"""A run in one sentence, by its course."""


def _pace(trace: Trace, run: str, facts: dict[str, Any], context: Context, least: float) -> str:
    """How fast a run comes down to its lowest value, which is what a logarithmic scale shows."""
    values, count = trace.series[f"{run}.values"], facts["iterations"]
    first, last = values[0] - least, values[-1] - least
    if count == 0 or not first > 0 or not 0 < last < np.inf:
        return _told(trace, run, facts, context)
    sentence = context.gettext(
        "With learning rate %(rate)s, %(objective)s goes from %(start)s to %(end)s in"
        " %(iterations)s: each multiplies it by %(factor)s on average."
    )
    if least:
        sentence = context.gettext(
            "With learning rate %(rate)s, %(objective)s goes from %(start)s to %(end)s in"
            " %(iterations)s: each multiplies what is above the lowest value, %(least)s, by"
            " %(factor)s on average."
        )
    return sentence % {
        "rate": facts["learning_rate"],
        "objective": plain(_objective(trace)),
        "start": number(values[0]),
        "end": number(values[-1], 2),
        "iterations": iterations(count, context),
        "factor": number((last / first) ** (1 / count)),
        "least": number(least, 4),
    }


def _limit(iterates: Any) -> Any:
    """Where a run in one variable leads to, by Aitken's rule; else its last iterate."""
    if not _course(iterates):
        return iterates[-1]
    before, last = np.diff(iterates)[-2:]
    return iterates[-1] - last**2 / (last - before)


def _course(iterates: Any) -> str:
    """How a run in one variable comes to its end; empty where it is neither of the two."""
    if iterates.ndim > 1 or len(iterates) < 3:
        return ""
    turns = {bool(before * after < 0) for before, after in pairwise(np.diff(iterates))}
    if turns == {True}:
        return "alternating"
    # Steps that do not become shorter lead nowhere. Each iterate may be off by a unit in the last
    # place, the difference of two steps by four, and as much again for how the steps were computed.
    before, last = np.abs(np.diff(iterates)[-2:])
    slows = before - last > 8 * np.spacing(np.abs(iterates).max())
    return "one side" if turns == {False} and slows else ""
