"""Descents on a sheet: one run of a student, its number of updates, and rates that diverge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpreport.worked import GradientDescent, Trace
from bpreport.worked.descending import OUTCOMES
from bpreport.worked.descent import ALONE, Run

__all__ = ["Settings", "one_run", "outcomes", "updates"]

STEPS = 3
"""Updates whose iterates become quantities of the template."""
LONGEST = 2000
"""Updates after which a run is not for a sheet."""
FEWEST, MOST = 3, 60
"""Numbers of updates that a sheet asks for."""
EDGE = 1e-6
"""A tolerance that is off by this part must not change the number of updates."""

Settings = Mapping[str, Any]
"""Of one run: "start", "learning_rate", "tolerance", "stop"."""


def one_run(example: GradientDescent, trace: Trace) -> tuple[GradientDescent, Settings]:
    """The descent with one run, of a few updates, and what the deck's first run was set to.

    A run that is given up before its tolerance is met counts its updates: nobody would meet it.
    """
    settings = next(iter(trace.facts["runs"].values()))
    if settings["outcome"] == "unfinished":
        settings = {**settings, "stop": "count"}
    run = Run(ALONE, settings["learning_rate"], tuple(settings["start"]), None, "count", STEPS)
    return replace(example, runs=(run,), unstated=()), settings


def updates(
    example: GradientDescent, starts: NDArray[np.float64], rates: NDArray[np.float64],
    settings: Settings,
) -> NDArray[np.int64]:  # fmt: skip
    """The number of updates of each run, shape (runs,); 0 where a sheet should not ask for it.

    `starts` has shape (variables, runs). A sheet does not ask for runs that diverge, that do not
    end, that are too short or too long, or that nearly stop one update earlier or later.
    """
    if settings["stop"] == "count":
        return np.zeros(rates.shape, np.int64)
    points = starts[0] if len(starts) == 1 else np.moveaxis(starts, 0, -1)
    tolerance, stop = float(settings["tolerance"]), settings["stop"]
    exact, *near = (
        example.descend(points, rates, tolerance * (1 + off), stop, LONGEST)
        for off in (0.0, -EDGE, EDGE)
    )
    good = exact.outcomes == OUTCOMES.index("stopped")
    good &= (exact.counts >= FEWEST) & (exact.counts <= MOST)
    for other in near:
        good &= other.counts == exact.counts
    return np.where(good, exact.counts, 0)


RATES = ("0.01", "0.02", "0.05", "0.1", "0.2", "0.3", "0.5", "0.8", "1.2", "1.6", "1.9", "2.2",
         "2.5", "3", "4", "6", "10", "20", "50")  # fmt: skip
"""Learning rates among which some may diverge; 2 is none of them, for it often does neither."""


@lru_cache(maxsize=4096)
def outcomes(
    example: GradientDescent, start: tuple[str, ...], tolerance: float, stop: str
) -> tuple[list[str], list[str]]:
    """The rates that converge and those that diverge, from a start."""
    points = np.tile(np.array([float(entry) for entry in start])[:, None], (1, len(RATES)))
    found = example.descend(
        points[0] if len(start) == 1 else np.moveaxis(points, 0, -1),
        np.array([float(rate) for rate in RATES]),
        tolerance,
        stop,
        LONGEST,
    )
    of = dict(zip(RATES, (OUTCOMES[outcome] for outcome in found.outcomes), strict=True))
    return (
        [rate for rate in RATES if of[rate] == "stopped"],
        [rate for rate in RATES if of[rate] == "diverged"],
    )
