r"""One descent at 50 digits, and after which update its stopping rule is met there.

float64 gives the same count but where a measure comes as near to the tolerance as rounding is
large: from 1 with steps of -1.1 x it makes 0.001 000 000 000 000 003 of what is 0.001.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Context, Decimal
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from bpreport.formula import DECIMAL, DIGITS, Arithmetic, EvaluationError, decimals, prepared
from bpreport.formula.effort import charge
from bpreport.formula.tree import walk
from bpreport.worked.descending import Paths, measure

if TYPE_CHECKING:
    from bpreport.worked.descent import GradientDescent, SettledRun

__all__ = ["is_near", "iterates", "updates_made"]

NEAR = 1e-6
"""A measure that is nearer to the tolerance than this share of it may owe its side to rounding."""
LOST = 1e-12
"""So may one that is nearer than this, by the size of the numbers whose difference it is."""


def iterates(
    example: GradientDescent, learning_rate: str, start: Sequence[str], arithmetic: Arithmetic
) -> Iterator[Mapping[str, Any]]:
    """The variables by key, at the start and after each update, without an end."""
    keys = [variable.key for variable in example.variables]
    gradient = [prepared(part, arithmetic) for part in example.gradient]
    rate = arithmetic.number(learning_rate)
    point = {key: arithmetic.number(digits) for key, digits in zip(keys, start, strict=True)}
    while True:
        yield point
        slopes = [part(point) for part in gradient]
        point = {key: point[key] - rate * part for key, part in zip(keys, slopes, strict=True)}


def is_near(run: SettledRun, paths: Paths, gradient: Callable[[Any], Any]) -> bool:
    """Whether rounding may decide after which update this run stops: the last, or the one before.

    `paths` are those of the run alone, all iterates kept.
    """
    done, goal = int(paths.counts[0]), float(run.tolerance)
    for n in range(max(done - 1, 1), done + 1):
        before, after = paths.iterates[n - 1], paths.iterates[n]
        values = paths.objectives[n - 1], paths.objectives[n]
        found = measure(run.stop, before, after, *values, gradient)[0]
        size = 1 + abs(values[1][0]) + np.abs(after).max()
        if abs(found - goal) <= NEAR * goal + LOST * size:
            return True
    return False


def updates_made(example: GradientDescent, run: SettledRun, most: int) -> int | None:
    """The first update after which the stopping rule is met, at 50 digits.

    None where that is none of so many updates, or where a value is none.

    >>> from bpreport.worked.descent import SettledRun, from_settings
    >>> example = from_settings("d", {"objective": "0.5 x^2", "learning_rate": "1.1"})
    >>> run = SettledRun("run", "1.1", ("1",), "1e-3", "gradient", None)
    >>> updates_made(example, run, 10)  # -0.1, 0.01, -0.001
    3
    """
    keys = [variable.key for variable in example.variables]
    objective = prepared(example.objective, DECIMAL)
    slopes = [prepared(part, DECIMAL) for part in example.gradient]
    trees = (example.objective, *example.gradient)
    operations = 2 * sum(1 for tree in trees for _ in walk(tree))
    wanted = Context(prec=DIGITS)

    def gradient(point: Any) -> Any:
        values = dict(zip(keys, point, strict=True))
        return np.array([part(values) for part in slopes], dtype=object)

    def state(point: Mapping[str, Any]) -> tuple[Any, Any]:
        charge(operations)
        return np.array(list(point.values()), dtype=object), objective(point)

    try:
        with decimals():
            goal = Decimal(run.tolerance)
            points = islice(iterates(example, run.learning_rate, run.start, DECIMAL), most + 1)
            for n, (before, after) in enumerate(pairwise(map(state, points)), 1):
                found = measure(run.stop, before[0], after[0], before[1], after[1], gradient)
                if wanted.plus(Decimal(found.item())) <= goal:
                    return n
    except (ArithmeticError, EvaluationError):
        return None
    return None
