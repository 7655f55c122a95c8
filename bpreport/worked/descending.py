r"""Gradient descent in numbers: \theta_n = \theta_{n-1} - \alpha \nabla J(\theta_{n-1}).

Convention of counting: a run of n iterations made n updates, and its stopping rule was looked at
after each of them, the last time with success. So n is the first with measure_n <= tolerance,
where measure_n is, after update n,

    change of objective  |J(\theta_n) - J(\theta_{n-1})|
    objective            |J(\theta_n)|
    gradient             |\nabla J(\theta_n)|              (Euclidean)
    step                 |\theta_n - \theta_{n-1}|         (Euclidean)

and "count" stops after a fixed number of updates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bpreport.formula.limits import limit

__all__ = ["LIMIT", "OUTCOMES", "RULES", "STOPS", "Paths", "descend", "measure"]

Array = NDArray[np.float64]
Function = Callable[[Array], Array]

RULES = ("change of objective", "objective", "gradient", "step")
"""Stopping rules that compare a measure with a tolerance."""
STOPS = (*RULES, "count")
OUTCOMES = ("stopped", "diverged", "not finite", "unfinished")
"""By number: the rule was met; the objective grew without bound; it has no value at the start;
the limit came first."""

LIMIT = limit("descent_updates")
"""Updates after which a run is given up, unless more are asked for."""
BEYOND = 1e30
"""A run whose objective has grown this many times above 1 + |J(start)| diverges."""


@dataclass(frozen=True)
class Paths:
    """Any number of descents; axis S runs over the settings."""

    counts: NDArray[np.int64]
    """Updates done (S,)."""
    outcomes: NDArray[np.int64]
    """Places in OUTCOMES (S,)."""
    points: Array
    r"""Last \theta (variables, S)."""
    values: Array
    """Last J (S,)."""
    iterates: Array
    r"""Every \theta (longest + 1, variables, S), nan behind a run's end; unless they are kept,
    only the start (1, variables, S)."""
    objectives: Array
    """Every J (longest + 1, S), likewise."""


def measure(
    rule: str, before: Array, after: Array, value_before: Array, value_after: Array,
    gradient: Function,
) -> Array:  # fmt: skip
    """What a stopping rule compares with its tolerance, (S,)."""
    if rule == "change of objective":
        return np.asarray(np.abs(value_after - value_before))
    if rule == "objective":
        return np.asarray(np.abs(value_after))
    vector = gradient(after) if rule == "gradient" else after - before
    # One variable is by far the most common; its norm needs neither square nor root.
    if len(vector) == 1:
        return np.asarray(np.abs(vector[0]))
    return np.asarray(np.sqrt((vector * vector).sum(axis=0)))


def descend(
    value: Function,
    gradient: Function,
    starts: Array,
    learning_rates: Array,
    stop: str,
    tolerances: Array,
    limit: int = LIMIT,
    keep: bool = True,
) -> Paths:
    """All settings at once: `starts` (variables, S), `learning_rates` and `tolerances` (S,).

    With the stop "count" the runs make `limit` updates. Nothing is raised for runs that diverge;
    their outcome tells.

    >>> paths = descend(
    ...     lambda x: 0.5 * x[0] ** 2, lambda x: x, np.array([[1.0, 1.0]]), np.array([0.5, 3.0]),
    ...     "objective", np.array([0.1, 0.1]),
    ... )
    >>> [OUTCOMES[place] for place in paths.outcomes], int(paths.counts[0])  # 1/2, 1/8, 1/32
    (['stopped', 'diverged'], 2)
    """
    settings = starts.shape[1]
    counts = np.zeros(settings, dtype=np.int64)
    outcomes = np.full(settings, OUTCOMES.index("unfinished"), dtype=np.int64)
    last_points, last_values = starts.astype(float), value(starts).astype(float)
    iterates, objectives = [last_points.copy()], [last_values.copy()]

    outcomes[~np.isfinite(last_values)] = OUTCOMES.index("not finite")
    active = np.flatnonzero(np.isfinite(last_values))
    bound = BEYOND * (1 + np.abs(last_values[active]))
    points, values = last_points[:, active], last_values[active]
    rates, goals = learning_rates[active], tolerances[active]

    for n in range(1, limit + 1):
        if not len(active):
            break
        with np.errstate(all="ignore"):
            after = points - rates * gradient(points)
            value_after = value(after)
            diverged = ~(np.abs(value_after) <= bound) | ~np.isfinite(after).all(axis=0)
            if stop == "count":
                met = np.full(len(active), n == limit)
            else:
                met = measure(stop, points, after, values, value_after, gradient) <= goals
        points, values = after, value_after
        if keep:
            iterates.append(_spread(points, active, settings))
            objectives.append(_spread(values, active, settings))
        ended = met | diverged
        if ended.any() or n == limit:
            outcomes[active[met & ~diverged]] = OUTCOMES.index("stopped")
            outcomes[active[diverged]] = OUTCOMES.index("diverged")
            done = ended if n < limit else np.ones(len(active), dtype=bool)
            counts[active[done]] = n
            last_points[:, active[done]] = points[:, done]
            last_values[active[done]] = values[done]
            going = ~done
            active, points, values = active[going], points[:, going], values[going]
            rates, goals, bound = rates[going], goals[going], bound[going]
    return Paths(
        counts,
        outcomes,
        last_points,
        last_values,
        np.array(iterates),
        np.array(objectives),
    )


def _spread(values: Array, active: NDArray[np.intp], settings: int) -> Array:
    wide = np.full((*values.shape[:-1], settings), np.nan)
    wide[..., active] = values
    return wide
