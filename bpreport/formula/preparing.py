"""Evaluation prepared once for a tree that is evaluated many times, with other values each time.

What `evaluate` finds out by walking the tree is settled beforehand; the values come from the same
table of operations. Nodes of other kinds are left to `evaluate`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bpreport.formula.arithmetic import Arithmetic
from bpreport.formula.errors import EvaluationError
from bpreport.formula.evaluation import evaluate
from bpreport.formula.operations import OPERATIONS
from bpreport.formula.tree import Apply, Derivative, Number, Symbol, Tree, Tuple, walk

__all__ = ["prepared"]

Prepared = Callable[[Mapping[str, Any]], Any]


def prepared(tree: Tree, arithmetic: Arithmetic) -> Prepared:
    """The tree as a function of the values of its symbols, by key: numbers of the arithmetic.

    >>> from bpreport.formula import FLOAT, parse
    >>> prepared(parse("0.5 * x + b"), FLOAT)({"x": 4.0, "b": 1.0})
    3.0
    """
    if any(isinstance(part, Tuple) for part in walk(tree)):
        return lambda values: evaluate(tree, values, arithmetic)
    return _prepared(tree, arithmetic)


def _prepared(tree: Tree, arithmetic: Arithmetic) -> Prepared:
    match tree:
        case Number(text=text):
            value = arithmetic.number(text)
            return lambda _values: value
        case Symbol(key=key) | Derivative(key=key):
            return lambda values: (
                values[key] if key in values else evaluate(tree, values, arithmetic)
            )
        case Apply(operation=operation, operands=operands) if tree.sign != r"\odot":
            return _operation(OPERATIONS[operation].value, operands, arithmetic)
    return lambda values: evaluate(tree, values, arithmetic)


def _operation(
    compute: Callable[..., Any], operands: tuple[Tree, ...], arithmetic: Arithmetic
) -> Prepared:
    parts = [_prepared(operand, arithmetic) for operand in operands]

    def value(values: Mapping[str, Any]) -> Any:
        try:
            return compute(arithmetic, *[part(values) for part in parts])
        except (OverflowError, ValueError, ZeroDivisionError, TypeError) as error:
            raise EvaluationError("it has no value: {cause}", cause=error) from None

    return value
