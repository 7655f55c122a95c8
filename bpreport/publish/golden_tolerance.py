r"""What float64 may lose on the way to a quantity: a bound that follows from its formulas.

Convention: an operation may lose one unit in the last place of its result, 2^-52 of it (IEEE 754
loses half of one; the other half is for library functions and for formulas written another way),
and a sum of n terms n - 1 units of the sum of their sizes, in whichever order they are added. What
was lost before is carried on by the slopes of the formula, which are those of the table of
operations (Higham, Accuracy and Stability of Numerical Algorithms, sections 3.3 and 4.2).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import numpy as np

from bpreport.formula import FLOAT, EvaluationError, evaluate, unroll
from bpreport.formula.operations import FUNCTION_MEANINGS, OPERATIONS
from bpreport.formula.tree import Apply, Call, Cases, Derivative, Number, Reduce, Symbol, Tree
from bpreport.worked import LinearRegression, LogisticRegression, Trace

__all__ = ["losses", "losses_after", "lost"]


def losses(trace: Trace, example: Any = None) -> dict[str, float]:
    """By key, the most that a quantity's value can be off, in units of the float's epsilon.

    >>> from bpreport.worked.descent import from_settings
    >>> trace = from_settings("q", {"objective": "x^2", "learning_rate": "0.25", "start": "1",
    ...                             "stop": "count", "iterations": "2"}).trace()
    >>> bound = losses(trace)
    >>> bound["x_{0}"], 1 < bound["x_{1}"] < 4
    (1.0, True)
    """
    values = {key: float(quantity.value) for key, quantity in trace.quantities.items()}
    found: dict[str, float] = {}
    for key, quantity in trace.quantities.items():
        if quantity.formula is not None:
            found[key] = lost(quantity.formula, values, found)
        elif quantity.stage == "result":
            found[key] = _of_solution(example, values[key])
        else:
            found[key] = abs(values[key])
    return found


def losses_after(trace: Trace, updated: Mapping[str, str]) -> dict[str, float]:
    """The same for what depends on trained quantities, once one update is done.

    `updated` gives the key of a weight after the update by that of the weight.
    """
    values = {key: float(quantity.value) for key, quantity in trace.quantities.items()}
    bound = losses(trace)
    for key, after in updated.items():
        values[key], bound[key] = values[after], bound[after]
    for key, quantity in trace.quantities.items():
        if quantity.formula is not None and quantity.stage in ("forward", "error"):
            bound[key] = lost(quantity.formula, values, bound)
            values[key] = evaluate(quantity.formula, values, FLOAT)
    return bound


def _of_solution(example: Any, value: float) -> float:
    """What solving equations may lose: n units, times the condition of the matrix."""
    if not isinstance(example, LinearRegression | LogisticRegression):
        return 0.0  # a count
    x, _ = example.samples.arrays
    slopes = np.ones(len(x))
    if isinstance(example, LogisticRegression):
        minimiser = example.newton()
        model = 1 / (1 + np.exp(-(x @ minimiser))) if minimiser is not None else np.full(len(x), 1)
        slopes = model * (1 - model)
    return float(x.shape[1] * np.linalg.cond(x.T @ (slopes[:, None] * x)) * max(abs(value), 1))


def lost(formula: Tree, values: Mapping[str, float], before: Mapping[str, float]) -> float:
    """What a formula may lose, given what its names may have lost before."""
    walker = _Walker(values)
    walker.down(formula, 1.0)
    carried = sum(abs(slope) * before.get(key, 0.0) for key, slope in walker.slopes.items())
    return walker.own + carried


class _Walker:
    """Slopes of a formula by its parts, from the outside in."""

    def __init__(self, values: Mapping[str, float]) -> None:
        self.values = values
        self.slopes: defaultdict[str, float] = defaultdict(float)
        """By the key of each name, over all places where it stands."""
        self.own = 0.0
        """What the operations of the formula itself may lose."""

    def down(self, node: Tree, slope: float) -> None:
        """Take a part into account that the formula has this slope by."""
        match node:
            case Number(text=text):
                self.own += abs(slope * float(text)) * (not _is_exact(text))
            case Symbol(key=key) | Derivative(key=key):
                self.slopes[key] += slope
            case Apply(operation=operation, operands=operands):
                self._apply(operation, operands, slope)
            case Call(function=function, arguments=arguments):
                self._apply(FUNCTION_MEANINGS[function.key], arguments, slope)
            case Reduce():
                self.down(unroll(node, {}), slope)
            case Cases(branches=branches):
                for value, condition in branches:
                    if condition is None or self._holds(condition):
                        self.down(value, slope)
                        return
            case _:
                raise EvaluationError("a row or matrix where one number is expected")

    def _apply(self, operation: str, operands: Iterable[Tree], slope: float) -> None:
        operands = tuple(operands)
        inner = {f"\0{place}": self._value(operand) for place, operand in enumerate(operands)}
        if operation == "add":
            self.own += abs(slope) * (len(operands) - 1) * sum(map(abs, inner.values()))
        elif operation not in ("negative", "identity"):
            roundings = max(len(operands) - 1, 1)
            result = abs(float(evaluate(Apply(operation, tuple(map(Symbol, inner))), inner, FLOAT)))
            self.own += abs(slope) * roundings * result
        for operand, by in zip(operands, _slopes(operation, len(operands)), strict=True):
            if not isinstance(operand, Number) or not _is_exact(operand.text):
                self.down(operand, slope * float(evaluate(by, inner, FLOAT)))

    def _value(self, node: Tree) -> float:
        return float(evaluate(node, self.values, FLOAT))

    def _holds(self, condition: tuple[str, Tree, Tree]) -> bool:
        chosen = Cases(((Number("1"), condition), (Number("0"), None)))
        return bool(self._value(chosen))


def _is_exact(text: str) -> bool:
    """Whether a printed number is a float64: 0.5 is one, 0.1 is none."""
    from decimal import Decimal

    return Decimal(float(text)) == Decimal(text)


@cache
def _slopes(operation: str, count: int) -> tuple[Tree, ...]:
    """The slopes of an operation by each operand, in names for the operands."""
    names = tuple(Symbol(f"\0{place}") for place in range(count))
    return OPERATIONS[operation].slopes(*names)
