"""Descent runs as the report shows them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from bpreport.formula import rounded
from bpreport.formula.tree import Symbol
from bpreport.publish.context import Context, Shown
from bpreport.publish.formulas import plain
from bpreport.publish.lab import lab
from bpreport.publish.language import mark
from bpreport.publish.numbers import exact
from bpreport.publish.plots import HUES, Line, curve, lines, number
from bpreport.publish.view import Cell, Plot, Table
from bpreport.worked.descent import GradientDescent
from bpreport.worked.trace import Trace
from bpreport.worked.unstated import Unstated

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
    return Shown(
        tables=tuple(tables),
        plots=tuple(_plots(example, trace, runs, gettext)),
        appendix=tuple(_iterates(trace, run, gettext) for run in runs),
        widgets=tuple(filter(None, [lab(example, trace)])),
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
        starts = "; ".join(
            gettext("%(low)s to %(high)s") % {"low": f"{r.low:.4g}", "high": f"{r.high:.4g}"}
            for r in rule.regions
        )
        rows.append(
            (
                Cell(gettext(RULES[rule.stop]), head=True),
                Cell(gettext("possible") if rule.possible else gettext("impossible")),
                Cell(bounds),
                Cell(starts or "–"),
            )
        )
    best = unstated.simplest
    note = ""
    if best is not None:
        note = gettext(
            "The simplest choice that gives every printed count: start %(start)s, tolerance"
            " %(tolerance)s, and a run stops when %(rule)s."
        ) % {
            "start": ", ".join(best.start),
            "tolerance": best.tolerance,
            "rule": gettext(RULES[best.stop]),
        }
    return Table(
        gettext("What the printed numbers of iterations allow"),
        (
            Cell(gettext("Stops when")),
            Cell(gettext("Verdict")),
            Cell(gettext("objective at the start / tolerance")),
            Cell(gettext("Starts")),
        ),
        tuple(rows),
        note=note,
    )


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
        (gettext("Tolerance"), [run["tolerance"] for run in runs.values()]),
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
        (Cell(""), *(Cell(run) for run in runs)),
        tuple(
            (Cell(name, head=True), *(Cell(entry) for entry in entries)) for name, entries in rows
        ),
        note=gettext("Not stated by the deck, and chosen to fit what it prints: %s.")
        % ", ".join(gettext(_SETTINGS[setting]) for setting in assumed or trace.facts["unstated"])
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


def _plots(
    example: GradientDescent, trace: Trace, runs: dict[str, Any], gettext: Gettext
) -> list[Plot]:
    variable = plain(trace.facts["variables"][0])
    objective = plain(_objective(trace))
    labels = {run: f"α = {facts['learning_rate']}" for run, facts in runs.items()}
    plots = []
    if len(trace.facts["variables"]) == 1:
        points = np.concatenate([trace.series[f"{run}.iterates"] for run in runs])
        low, high = float(points.min()), float(points.max())
        room = 0.08 * (high - low) or 1.0
        across = np.linspace(low - room, high + room, 121)
        drawn = curve(
            (across, example.value_at(across[None, :])),
            [
                Line(run, trace.series[f"{run}.iterates"], trace.series[f"{run}.values"], hue)
                for run, hue in zip(runs, _hues(runs), strict=True)
            ],
            [
                gettext("%(rate)s: %(count)d iterations")
                % {"rate": labels[run], "count": facts["iterations"]}
                for run, facts in runs.items()
            ],
            (variable, objective),
            " ".join(_told(trace, run, facts, gettext) for run, facts in runs.items()),
        )
        plots.append(Plot(drawn, gettext("The descent runs on the curve of the objective.")))
    levels = {
        float(facts["tolerance"]): gettext("tolerance") + f" {facts['tolerance']}"
        for facts in runs.values()
        if facts["stop"] != "count"
    }
    plots.append(
        Plot(
            lines(
                [
                    Line(
                        labels[run],
                        np.arange(len(trace.series[f"{run}.values"]), dtype=float),
                        np.maximum(np.abs(trace.series[f"{run}.values"]), 1e-300),
                        hue,
                        dots=True,
                    )
                    for run, hue in zip(runs, _hues(runs), strict=True)
                ],
                (gettext("iteration"), objective),
                " ".join(_told(trace, run, facts, gettext) for run, facts in runs.items()),
                log="y",
                levels=list(levels.items()),
            ),
            gettext("Convergence on a logarithmic scale."),
        )
    )
    return plots


def _hues(runs: dict[str, Any]) -> list[str]:
    return [HUES[place % len(HUES)] for place in range(len(runs))]


def _told(trace: Trace, run: str, facts: dict[str, Any], gettext: Gettext) -> str:
    """A run in one sentence, from its data."""
    values, iterates = trace.series[f"{run}.values"], trace.series[f"{run}.iterates"]
    told = {
        "rate": facts["learning_rate"],
        "start": number(values[0]),
        "end": number(values[-1], 2),
        "count": facts["iterations"],
    }
    sentence = gettext(
        "With learning rate %(rate)s the objective falls from %(start)s to %(end)s in %(count)d"
        " iterations."
    )
    if iterates.ndim == 1 and len(iterates) > 2:
        steps = np.diff(iterates)
        turns = sum(1 for before, after in pairwise(steps) if before * after < 0)
        if turns == len(steps) - 1:
            sentence = gettext(
                "With learning rate %(rate)s the objective falls from %(start)s to %(end)s in"
                " %(count)d iterations, jumping from one side of the minimum to the other."
            )
    return sentence % told
