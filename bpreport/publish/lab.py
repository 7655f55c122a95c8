"""The learning-rate lab: gradient descent in the page, on the deck's own objective.

The page computes its runs itself, from the objective and its slope as data (see `expression`).
It does as `worked.descending` does, which tests hold it against.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from bpreport.formula import EvaluationError, FormulaError, latex, slope
from bpreport.publish.expression import expression
from bpreport.publish.formulas import plain
from bpreport.worked.descending import BEYOND, OUTCOMES
from bpreport.worked.descent import GradientDescent
from bpreport.worked.memory import remembered_with
from bpreport.worked.trace import Trace

__all__ = ["Lab", "Preset", "behaviour", "lab"]


@dataclass(frozen=True, slots=True)
class Preset:
    """A run of the deck."""

    name: str
    rate: str
    start: tuple[str, ...]
    """One for each variable."""
    stop: str
    tolerance: str
    limit: int
    """Updates after which it is given up; with the stop "count" how many it makes."""
    count: int
    """Updates that it made."""
    behaviour: str
    """ "monotone", "alternating" or "mixed"."""


@dataclass(frozen=True, slots=True)
class Lab:
    """What the page needs to descend."""

    name: ClassVar[str] = "lab"
    id: str
    variables: tuple[str, ...]
    """LaTeX, one or two."""
    letters: tuple[str, ...]
    """The same as plain text."""
    objective: str
    """LaTeX."""
    presets: tuple[Preset, ...]
    data: dict[str, Any]
    """For the page's script."""


@remembered_with
def lab(trace: Trace, example: GradientDescent) -> Lab | None:
    """The lab of a descent; None where there is nothing to set."""
    variables = example.variables
    try:
        value, *gradient = (
            expression(tree, *variables) for tree in (example.objective, *example.gradient)
        )
    except EvaluationError:  # a norm, a matrix: not of single numbers
        return None
    presets = tuple(
        Preset(
            name,
            run["learning_rate"],
            tuple(run["start"]),
            run["stop"],
            run["tolerance"],
            run["most"],
            run["iterations"],
            behaviour(trace.series[f"{name}.iterates"]),
        )
        for name, run in trace.facts["runs"].items()
    )
    if any(float(preset.rate) < 0 for preset in presets):  # an ascent: no slider goes there
        return None
    data = {
        "value": value,
        "slope": gradient,
        "curvature": _curvature(example),
        "beyond": BEYOND,
        "rates": _rates(example, presets),
        "starts": [_starts(trace, presets, axis) for axis in range(len(variables))],
        "presets": [
            {
                "rate": float(preset.rate),
                "start": list(map(float, preset.start)),
                "stop": preset.stop,
                "tolerance": float(preset.tolerance),
                "limit": preset.limit,
            }
            for preset in presets
        ],
    }
    names = tuple(map(latex, variables))
    letters = tuple(map(plain, names))
    return Lab(f"lab-{trace.name}", names, letters, latex(example.objective), presets, data)


def behaviour(iterates: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> str:
    """How a run goes: on with every update, back with every update, or some of both.

    An update goes back where it makes a blunt angle with the one before it.

    >>> behaviour(np.array([4.0, 2.0, 1.0])), behaviour(np.array([4.0, -2.0, 1.0]))
    ('monotone', 'alternating')
    >>> behaviour(np.array([[4.0, 2.0], [2.0, -1.0], [1.0, 0.5]]))
    'alternating'
    """
    moves = np.diff(iterates.reshape(len(iterates), -1), axis=0)
    size = np.abs(moves).max(axis=1, keepdims=True)
    moves = moves[size[:, 0] > 0] / size[size[:, 0] > 0]
    turns = np.count_nonzero((moves[1:] * moves[:-1]).sum(axis=1) < 0)
    if turns == 0:
        return "monotone"
    return "alternating" if turns == len(moves) - 1 else "mixed"


def _curvature(example: GradientDescent) -> Any:
    """That of an objective in one variable; without it the lab says less of how fast a run goes."""
    if len(example.variables) > 1:
        return None
    try:
        return expression(slope(example.gradient[0], example.variables[0]), example.variables[0])
    except (EvaluationError, FormulaError):
        return None


def _rates(example: GradientDescent, presets: tuple[Preset, ...]) -> dict[str, float]:
    """The slider of the learning rate: it reaches past the first rate that diverges."""
    largest = max(float(preset.rate) for preset in presets)
    tried = largest * np.geomspace(1 / 50, 50, 400)
    start = list(map(float, presets[0].start))
    starts = start if len(start) == 1 else [start]
    paths = example.descend(starts, tried, 0.0, "objective", limit=500)
    diverging = tried[paths.outcomes == OUTCOMES.index("diverged")]
    edge = float(diverging.min()) if len(diverging) else 3 * largest
    top = max(1.2 * edge, 1.1 * largest)
    step = _nice(top / 250)
    return _slider(step, top, step)


def _starts(trace: Trace, presets: tuple[Preset, ...], axis: int) -> dict[str, float]:
    """A slider of the start: around where the runs end, past every start of the deck."""
    last = [np.atleast_1d(trace.series[f"{preset.name}.iterates"][-1]) for preset in presets]
    ends = [float(end[axis]) for end in last]
    reach = max(
        (abs(float(preset.start[axis]) - end) for preset, end in zip(presets, ends, strict=True)),
        default=0.0,
    )
    reach = 1.3 * reach or 1.0
    step = _nice(2 * reach / 200)
    return _slider(min(ends) - reach, max(ends) + reach, step)


def _slider(low: float, high: float, step: float) -> dict[str, float]:
    """A slider whose ends are whole steps, without the dust of their multiplication."""
    ends = (math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step)
    low, high = (float(f"{end:.12g}") for end in ends)
    return {"low": low, "high": high, "step": step}


def _nice(size: float) -> float:
    """The next of 1, 2, 5, 10, ... times a power of ten.

    >>> _nice(0.0096), _nice(0.3), _nice(7)
    (0.01, 0.5, 10.0)
    """
    power = 10.0 ** math.floor(math.log10(size))
    return float(next(power * factor for factor in (1, 2, 5, 10) if power * factor >= size))
