r"""The terms of a sum or a product: what stands behind its sign, with numbers for the index.

>>> from bpreport.formula.parser import parse
>>> [term.key for term in terms(parse(r"\sum_{i=2}^3 x_i"), lambda bound: bound)]
['x_{2}', 'x_{3}']
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import reduce
from typing import Any, cast

from bpreport.formula.arithmetic import interval_ends
from bpreport.formula.errors import EvaluationError
from bpreport.formula.limits import limit
from bpreport.formula.tree import (
    Apply,
    Call,
    Node,
    Number,
    Reduce,
    Symbol,
    Tree,
    Tuple,
    substitute,
    tree,
)

__all__ = ["LONGEST_SUM", "instantiate", "terms"]

LONGEST_SUM = limit("sum_terms")
"""Terms of one sum past which it is refused."""


def terms(node: Reduce, value: Callable[[Tree], Any]) -> Iterator[Tree]:
    """The terms of a sum, or of what else has an index; `value` computes its bounds."""
    if node.lower is None or node.upper is None:
        raise EvaluationError("a sum without a range")
    first, last = (_whole_value(value(bound)) for bound in (node.lower, node.upper))
    if last - first >= LONGEST_SUM:
        raise EvaluationError("a sum of more than {most} terms", most=LONGEST_SUM)
    for place in range(first, last + 1):
        yield instantiate(node.body, {node.index.key: place})


def _whole_value(value: Any) -> int:
    """A bound of a sum, from its value."""
    whole = _whole_number(cast("Tree", value)) if isinstance(value, Node) else value
    with suppress(OverflowError, ValueError):  # of infinity
        low, high = (None, None) if whole is None else interval_ends(whole)
        if low is not None and low == high == int(low):
            return int(low)
    raise EvaluationError("the bounds of a sum are whole numbers")


def instantiate(node: Tree, bindings: Mapping[str, int]) -> Tree:
    r"""The tree with indices replaced by whole numbers, in values and in the names of symbols.

    >>> from bpreport.formula.parser import parse
    >>> instantiate(parse(r"w_{jk} y_j"), {"j": 1, "k": 2}).operands[0].key
    'w_{1,2}'
    """

    def script(part: str | Tree) -> str | Tree:
        if isinstance(part, str):
            return part
        if isinstance(part, Tuple):  # the mark of x^{(t+1)}
            return replace(part, items=tuple(map(counted, part.items)))
        done = instantiate(part, bindings)
        if done is part:
            return part
        whole = _whole_number(done)
        return done if whole is None else str(whole)

    def counted(item: Tree) -> Tree:
        done = script(item)
        return Number(done) if isinstance(done, str) else done

    def replaced(part: Tree) -> Tree | None:
        if isinstance(part, Symbol):
            if part.key in bindings:
                return tree(bindings[part.key])
            if any(not isinstance(one, str) for one in (*part.indices, *part.marks)):
                changed = replace(
                    part,
                    indices=tuple(map(script, part.indices)),
                    marks=tuple(map(script, part.marks)),
                    typed="",
                )
                return part if changed == part else changed
        if isinstance(part, Call):
            function = replaced(part.function)
            arguments = tuple(instantiate(one, bindings) for one in part.arguments)
            keeps = function if isinstance(function, Symbol) else part.function
            return replace(part, function=keeps, arguments=arguments)
        if isinstance(part, Reduce) and part.index.key in bindings:
            inner = {key: value for key, value in bindings.items() if key != part.index.key}
            return instantiate(part, inner) if inner else part
        return None

    return substitute(node, replaced) if bindings else node


def _whole_number(node: Tree) -> int | None:
    match node:
        case Number(text=text) if text.isdigit():
            return int(text)
        case Apply(operation="negative", operands=(inner,)):
            value = _whole_number(inner)
            return None if value is None else -value
        case Apply(operation="add" | "multiply", operands=operands):
            values = [_whole_number(operand) for operand in operands]
            if any(value is None for value in values):
                return None
            combine = (lambda a, b: a + b) if node.operation == "add" else (lambda a, b: a * b)
            return reduce(combine, [value for value in values if value is not None])
    return None
