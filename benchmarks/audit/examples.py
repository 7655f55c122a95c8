"""Random worked examples: every quantity with its formula, computed at 50 digits.

A quantity is known by a key such as "net/1/0": the pre-activation of the first unit of layer 1.
What stands before the first stroke is its kind:

    x t w b rate                 inputs, targets, weights, biases, learning rate
    net out                      pre-activation and output of a unit
    error total                  error of one output unit, and of all
    by-out slope by-net by-w by-b    gradients; "slope" is d out / d net
    path                         d error of one output unit / d out of a hidden unit
    new-w new-b                  after the update
    theta h z J by-theta new-theta    of a regression
    step value                   iterates of a descent, and the objective there
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from benchmarks.audit.expressions import (
    MP,
    Expression,
    Value,
    evaluate,
    name,
)


@dataclass
class Example:
    """A worked example: formulas and values by key, in order of computation."""

    kind: str
    givens: dict[str, str] = field(default_factory=dict)
    """Digits as typed."""
    formulas: dict[str, Expression] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)

    def give(self, key: str, digits: str) -> Expression:
        self.givens[key] = digits
        self.values[key] = MP.mpf(digits)
        return name(key)

    def define(self, key: str, formula: Expression) -> Expression:
        self.formulas[key] = formula
        self.values[key] = evaluate(formula, self.values)
        return name(key)

    def recomputed(self, fixed: Mapping[str, Value]) -> dict[str, Value]:
        """All values once more, with some of them taken as something else."""
        values = {key: MP.mpf(digits) for key, digits in self.givens.items()}
        for key, formula in self.formulas.items():
            values[key] = fixed[key] if key in fixed else evaluate(formula, values)
        return values


def kind(key: str) -> str:
    return key.partition("/")[0]


def typed(random: Random, low: float, high: float, places: int) -> str:
    """A random given as an author types it, never zero."""
    while True:
        digits = Decimal(repr(round(random.uniform(low, high), places))).normalize()
        if digits:
            return f"{digits:f}"
