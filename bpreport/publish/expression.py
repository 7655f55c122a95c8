r"""A formula tree as plain data that a page can compute with.

The page evaluates no text as code: its script walks this data and looks each operation up in a
table of its own, which has the rows named in `OPERATIONS`. Objective, slope and curvature go the
same way, so that what the page iterates is what the report's own numbers come from.
"""

from __future__ import annotations

import math
from typing import Any

from bpreport.formula import EvaluationError, unroll
from bpreport.formula.operations import FUNCTION_MEANINGS
from bpreport.formula.tree import Apply, Call, Cases, Number, Reduce, Symbol, Tree

__all__ = ["OPERATIONS", "expression"]

Expression = Any
"""A number; "x" or "y" for a variable; or a list of an operation and its operands. Cases are a list
["cases", [value, relation, left, right], ..., [value]], the last without a condition."""

OPERATIONS = frozenset({
    "abs", "add", "cos", "cosh", "divide", "exp", "identity", "log", "log10", "maximum", "minimum",
    "multiply", "negative", "power", "relu", "sigmoid", "sin", "sinh", "sqrt", "tan", "tanh",
})  # fmt: skip
"""Operations of the formula language on single numbers that have a slope: the page's script knows
them all."""

CONSTANTS = {"e": math.e, r"\pi": math.pi}

RELATIONS = {
    "<": "<", ">": ">", "=": "=", r"\le": "<=", r"\leq": "<=", r"\ge": ">=", r"\geq": ">=",
    r"\ne": "!=", r"\neq": "!=",
}  # fmt: skip


def expression(node: Tree, *variables: Symbol) -> Expression:
    r"""The tree as data, a function of one or two variables.

    Raises `EvaluationError` where it is no function of single numbers.

    >>> from bpreport.formula import parse
    >>> expression(parse(r"0.5 (\theta - 0.25)^2"), parse(r"\theta"))
    ['multiply', 0.5, ['power', ['add', 'x', ['negative', 0.25]], 2.0]]
    """
    match node:
        case Number(text=text):
            return float(text)
        case Symbol(key=key) if key in (keys := [variable.key for variable in variables]):
            return "xy"[keys.index(key)]
        case Symbol(key=key) if key in CONSTANTS:
            return CONSTANTS[key]
        case Apply(operation=operation, operands=operands) if operation in OPERATIONS:
            return [operation, *(expression(operand, *variables) for operand in operands)]
        case Call(function=function, arguments=arguments, primes=0):
            meaning = FUNCTION_MEANINGS.get(function.key, "")
            return expression(Apply(meaning, arguments), *variables)
        case Reduce(operation="sum" | "product"):
            return expression(unroll(node, {}), *variables)
        case Cases(branches=branches):
            return ["cases", *(_branch(*branch, *variables) for branch in branches)]
    raise EvaluationError("a row or matrix where one number is expected")


def _branch(
    value: Tree, condition: tuple[str, Tree, Tree] | None, *variables: Symbol
) -> list[Expression]:
    found = [expression(value, *variables)]
    if condition is None:
        return found
    relation, left, right = condition
    sides = [expression(side, *variables) for side in (left, right)]
    return [*found, RELATIONS[relation], *sides]
