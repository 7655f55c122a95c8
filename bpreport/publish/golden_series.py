"""Series over the iterations: which one a name means, and what floats may lose in it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpreport.formula.tree import Symbol
from bpreport.publish.golden_names import Family, find, typed_name
from bpreport.publish.golden_tolerance import losses, losses_after
from bpreport.worked import GradientDescent, Perceptron, Trace

__all__ = ["run_losses", "series_of"]

Values = NDArray[np.float64]


def series_of(trace: Trace, name: str) -> tuple[str, int | None] | None:
    """The series of a name and the column of it; no column where the whole series is meant."""
    if name in trace.series:
        return name, None
    typed = typed_name(name)
    if isinstance(typed, Symbol) and trace.kind == "gradient descent":
        marks = [mark if isinstance(mark, str) else Symbol("", (mark,)).key.strip("_{}")
                 for mark in typed.marks]  # fmt: skip
        run = marks[0].strip("()") if marks else next(iter(trace.facts["runs"]))
        what = {**dict.fromkeys(trace.facts["variables"], "iterates"), "J": "values"}
        series = f"{run}.{what.get(Symbol(typed.base, typed.indices).key, '')}"
        place = list(trace.facts["variables"])
        own = Symbol(typed.base, typed.indices).key
        several = series.endswith("iterates") and len(place) > 1
        found = (series, place.index(own) if several else None)
        return found if series in trace.series else None
    key = find(trace, name)
    if isinstance(key, Family):
        for series, keys in _columns(trace).items():
            if list(key.keys) == list(keys):
                return series, None
    for series, keys in _columns(trace).items():
        if key in keys:
            return series, None if series in ("error", "objective") else keys.index(str(key))
    return None


def _columns(trace: Trace) -> dict[str, list[str]]:
    """Keys of the columns of each series."""
    outs = {key: role for key, role in trace.roles.items() if role.kind == "out"}
    last = max((role.layer for role in outs.values()), default=-1)
    kinds = {
        "out": [key for key, role in outs.items() if role.layer == last],
        "weights": list(trace.facts.get("weights", ())),
        "biases": list(trace.facts.get("biases", ())),
        "error": [
            key for key, role in trace.roles.items() if role.kind == "error" and not role.unit
        ],
        "parameters": [key for key, role in trace.roles.items() if role.kind == "parameter"],
        "objective": [key for key, role in trace.roles.items() if role.kind == "objective"],
    }
    return {series: keys for series, keys in kinds.items() if series in trace.series}


def _of_kind(trace: Trace, kind: str) -> list[str]:
    """Keys of what belongs to the worked example as a whole."""
    return [key for key, role in trace.roles.items() if role.kind == kind and not role.unit]


def run_losses(trace: Trace, series: str, example: Any) -> Values:
    """What one step may lose of each column of a series, in units of epsilon."""
    if isinstance(example, GradientDescent):
        run, _, what = series.rpartition(".")
        kind = "iterate" if what == "iterates" else "value"
        known = losses(trace)
        keys = [key for key, role in trace.roles.items()
                if role.unit == run and role.kind in (kind, "start")]  # fmt: skip
        return np.array(max((known[key] for key in keys), default=0.0))
    updated = {
        key: f"{key}^{{+}}" for key in trace.quantities if f"{key}^{{+}}" in trace.quantities
    }
    known = losses_after(trace, updated)
    if isinstance(example, Perceptron):
        found = [known[key] for key in _columns(trace)[series]]
        return np.array(found if series not in ("error", "objective") else found[0])
    stepped = [known.get(key, 0.0) for key in _columns(trace)[series]]
    return np.array(stepped if series == "parameters" else stepped[0])
