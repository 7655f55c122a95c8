"""float64 against 50 digits: `python -m benchmarks.numbers`.

Random networks are trained and elementary functions computed by both routes. Told are the errors of
float64 in units in the last place (ulp) of the value at 50 digits.
"""

from __future__ import annotations

import argparse
import math
from decimal import Decimal
from itertools import pairwise
from random import Random

import numpy as np
from numpy.typing import NDArray

from bpreport.formula import FLOAT, MP, MPMATH, EvaluationError
from bpreport.worked.network import Exact, Shape, run

FUNCTIONS = {
    "exp": (-50, 50), "log": (1e-6, 1e6), "sqrt": (0, 1e6), "tanh": (-5, 5), "sin": (-100, 100),
    "cos": (-100, 100), "tan": (-1.5, 1.5), "power": (0.01, 20),
}  # fmt: skip
"""By name, the range from which arguments are drawn."""
ITERATIONS = (0, 1, 10, 100, 1000)


def ulps(near: float, exact: object) -> float:
    """How far off a float64 is, in units in the last place of the exact value.

    >>> ulps(1.0 + 2**-52, 1)
    1.0
    """
    value = MP.mpf(str(exact)) if isinstance(exact, Decimal) else MP.mpf(exact)
    return float(abs(MP.mpf(near) - value) / MP.mpf(math.ulp(float(value))))


def of_functions(chance: Random, samples: int) -> dict[str, list[float]]:
    """Errors of each elementary function at random arguments, the same for both routes."""
    found: dict[str, list[float]] = {name: [] for name in FUNCTIONS}
    for name, (low, high) in FUNCTIONS.items():
        for _ in range(samples):
            arguments = [chance.uniform(low, high) for _ in range(1 + (name == "power"))]
            try:
                exact = MPMATH.functions[name](*map(MP.mpf, arguments))
                found[name].append(ulps(FLOAT.functions[name](*arguments), exact))
            except EvaluationError:
                continue
    return found


def of_networks(chance: Random, networks: int) -> dict[int, list[float]]:
    """Errors of all outputs, by the updates that were done before."""
    found: dict[int, list[float]] = {count: [] for count in ITERATIONS}

    def row(count: int) -> list[str]:
        return [f"{chance.uniform(-1, 1):.2f}" for _ in range(count)]

    for _ in range(networks):
        sizes = tuple(chance.randint(1, 3) for _ in range(3))
        update = chance.choice(["simultaneous", "sequential"])
        shape = Shape(sizes, ("sigmoid", "sigmoid"), update=update)
        weights = [[row(before) for _ in range(after)] for before, after in pairwise(sizes)]
        biases, inputs, rate = [row(1), row(1)], row(sizes[0]), chance.choice(["0.1", "0.5", "1"])
        targets = [chance.choice(["0.01", "0.5", "0.99"]) for _ in range(sizes[2])]
        near = run(
            shape, [np.stack(list(map(floats, matrix)))[..., None] for matrix in weights],
            [floats(bias)[:, None] for bias in biases], floats(inputs)[None, :, None],
            floats(targets)[None, :, None], floats([rate]), ITERATIONS[-1], keep_weights=False,
        )["out"]  # fmt: skip
        exact = Exact(
            shape, [list(map(digits, matrix)) for matrix in weights], list(map(digits, biases)),
            [digits(inputs)], [digits(targets)], Decimal(rate),
        )  # fmt: skip
        exact.reach(ITERATIONS[-1])
        for count in ITERATIONS:
            found[count] += [
                ulps(float(near[count, unit, 0]), value)
                for unit, value in enumerate(exact.outs[count])
            ]
    return found


def floats(values: list[str]) -> NDArray[np.float64]:
    """Typed numbers for the one route."""
    return np.array([float(value) for value in values])


def digits(values: list[str]) -> list[Decimal]:
    """The same for the other."""
    return [Decimal(value) for value in values]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.numbers", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--networks", type=int, default=100)
    parser.add_argument("--samples", type=int, default=20_000, help="arguments of each function")
    asked = parser.parse_args()
    chance = Random(asked.seed)
    print("| what | values | median (ulp) | largest (ulp) |\n|---|---:|---:|---:|")
    rows = {f"`{name}`": errors for name, errors in of_functions(chance, asked.samples).items()}
    for count, errors in of_networks(chance, asked.networks).items():
        rows[f"outputs of networks after {count} updates"] = errors
    for name, errors in rows.items():
        print(f"| {name} | {len(errors):,} | {np.median(errors):.2f} | {max(errors):.4g} |")


if __name__ == "__main__":
    main()
