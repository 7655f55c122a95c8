"""The lowest value of an objective that the runs of a descent come down to."""

from __future__ import annotations

import numpy as np

from bpreport.worked.descending import OUTCOMES
from bpreport.worked.descent import GradientDescent
from bpreport.worked.memory import remembered_with
from bpreport.worked.trace import Trace

__all__ = ["lowest"]

FURTHER = 2000
"""Updates that each run is taken on; one that is slower has a plot that shows it."""


@remembered_with
def lowest(trace: Trace, example: GradientDescent) -> float:
    """What the values of all runs lie above; 0 where no float tells it from 0.

    Every run goes on from its end until it moves no more. It is 0 as well where nothing comes down.

    >>> from bpreport.worked.descent import from_settings
    >>> run = {"start": "4", "learning_rate": "0.5", "stop": "count", "iterations": "3"}
    >>> above, at_zero = (
    ...     from_settings("d", {"objective": f"(x - 3)^2 {plus}", **run}) for plus in ("+ 1", "")
    ... )
    >>> lowest(above.trace(), above), lowest(at_zero.trace(), at_zero)
    (1.0, 0.0)
    """
    runs = trace.facts["runs"]
    ends = [np.atleast_1d(trace.series[f"{run}.iterates"][-1]) for run in runs]
    starts = np.array(ends) if len(example.variables) > 1 else np.array(ends)[:, 0]
    rates = np.array([float(facts["learning_rate"]) for facts in runs.values()])
    paths = example.descend(starts, rates, 0.0, "step", limit=FURTHER)
    settled = paths.outcomes != OUTCOMES.index("diverged")
    if not settled.any() or (rates < 0).any():
        return 0.0
    values = np.concatenate([
        paths.values[settled], *(trace.series[f"{run}.values"] for run in runs)
    ])  # fmt: skip
    values = values[np.isfinite(values)]
    least = float(values.min())
    # Rounding in the largest value that is subtracted on the way is all that can be left of 0.
    return 0.0 if abs(least) <= np.spacing(np.abs(values).max()) else least
