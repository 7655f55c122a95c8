"""Random descents on a parabola: all iterates."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from random import Random

from benchmarks.audit.examples import Example, typed
from benchmarks.audit.expressions import (
    call,
    multiply,
    name,
    number,
    subtract,
)


@dataclass(frozen=True)
class Descent:
    """Gradient descent on factor (theta - centre)^2 for a stated number of updates."""

    factor: str
    centre: str
    start: str
    rate: str
    steps: int


def random_descent(random: Random) -> Descent:
    factor = random.choice(("0.5", "2", "1.5", "3"))
    rate = random.choice(("0.1", "0.25", "0.05", "0.2", "0.3"))
    return Descent(
        factor, typed(random, 0.1, 3, 2), typed(random, -4, 6, 1), rate, random.randint(3, 8)
    )


def descent_run(given: Descent) -> Example:
    """All iterates and the objective at each."""
    example = Example("gradient descent")
    example.give("step/0", given.start)
    example.give("rate", given.rate)
    twice = f"{(2 * Decimal(given.factor)).normalize():f}"
    for k in range(given.steps + 1):
        away = subtract(name(f"step/{k}"), number(given.centre))
        if k:
            before = subtract(name(f"step/{k - 1}"), number(given.centre))
            slope = multiply(number(twice), before) if twice != "1" else before
            example.define(
                f"step/{k}", subtract(name(f"step/{k - 1}"), multiply(name("rate"), slope))
            )
        example.define(f"value/{k}", multiply(number(given.factor), call("square", away)))
    return example
