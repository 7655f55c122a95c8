"""Evaluation prepared once for a tree that is evaluated many times, with other values each time.

What `evaluate` finds out by walking the tree is settled beforehand; the values come from the same
table of operations. Nodes of other kinds are left to `evaluate`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from decimal import DecimalException
from functools import reduce
from typing import Any

from bpreport.formula.arithmetic import Arithmetic
from bpreport.formula.errors import EvaluationError
from bpreport.formula.evaluation import evaluate
from bpreport.formula.operations import OPERATIONS, Row
from bpreport.formula.tree import Apply, Derivative, Number, Symbol, Tree, Tuple, walk

__all__ = ["prepared"]

Prepared = Callable[[Mapping[str, Any]], Any]

OF_NUMBERS: Mapping[str, Callable[[list[Any]], Any]] = {
    "add": lambda found: reduce(operator.add, found),
    "multiply": lambda found: reduce(operator.mul, found),
    "negative": lambda found: -found[0],
}
"""What the table does with numbers, once it has seen that none of them is a vector."""


OF_TWO: Mapping[str, Callable[[Any, Any], Any]] = {"add": operator.add, "multiply": operator.mul}
"""The same of two numbers, which most operations have: half the time of a list of them."""
_VECTORS = frozenset({tuple, Row})

_FAULTS = (OverflowError, ValueError, ZeroDivisionError, TypeError, DecimalException)


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
            return _operation(operation, operands, arithmetic)
    return lambda values: evaluate(tree, values, arithmetic)


def _operation(operation: str, operands: tuple[Tree, ...], arithmetic: Arithmetic) -> Prepared:
    parts = [_prepared(operand, arithmetic) for operand in operands]
    of_numbers = OF_NUMBERS.get(operation)
    compute = OPERATIONS[operation].value
    if len(parts) == 2 and operation in OF_TWO:
        first, second = parts
        return _of_two(OF_TWO[operation], compute, first, second, arithmetic)

    def value(values: Mapping[str, Any]) -> Any:
        try:
            found = [part(values) for part in parts]
            if of_numbers is None or tuple in map(type, found) or Row in map(type, found):
                return compute(arithmetic, *found)
            return of_numbers(found)
        except _FAULTS as error:
            raise EvaluationError("it has no value: {cause}", cause=error) from None

    return value


def _of_two(
    join: Callable[[Any, Any], Any], compute: Callable[..., Any], first: Prepared,
    second: Prepared, arithmetic: Arithmetic,
) -> Prepared:  # fmt: skip
    def value(values: Mapping[str, Any]) -> Any:
        try:
            left, right = first(values), second(values)
            if type(left) in _VECTORS or type(right) in _VECTORS:
                return compute(arithmetic, left, right)
            return join(left, right)
        except _FAULTS as error:
            raise EvaluationError("it has no value: {cause}", cause=error) from None

    return value
