r"""Slopes: the derivative of a tree, as a tree.

>>> from bpreport.formula.evaluation import evaluate
>>> from bpreport.formula.parser import parse
>>> half_square = parse(r"0.5 (\theta - 0.25)^2")
>>> evaluate(slope(half_square, parse(r"\theta")), {r"\theta": 4})
3.75
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bpreport.formula.effort import charge
from bpreport.formula.errors import EvaluationError
from bpreport.formula.limits import limit
from bpreport.formula.operations import FUNCTION_MEANINGS, ONE, OPERATIONS, ZERO
from bpreport.formula.tree import (
    Apply,
    Call,
    Cases,
    Derivative,
    Function,
    Gap,
    Matrix,
    Number,
    Reduce,
    Symbol,
    Tree,
    Tuple,
    children,
    rebuild,
    substitute,
    walk,
)

__all__ = ["expand", "simplify", "slope"]

STEPS_A_CALL = 10
"""Steps that a call written out takes besides: two trees are walked for it and built anew."""
NODES_A_STEP = 4
"""Nodes that are written out in the time of one step of a value."""
LARGEST = limit("slope_nodes")
"""Nodes of a tree with its definitions written out, past which it is refused."""


def slope(node: Tree, by: Symbol) -> Tree:
    """The derivative of `node` by the symbol `by`, lightly simplified.

    Calls must have been expanded (see `expand`) unless they mean the same everywhere. Raises
    `EvaluationError` where a slope does not exist as a tree.
    """
    return simplify(_slope(node, by))


def _slope(node: Tree, by: Symbol) -> Tree:
    if not _depends(node, by):
        return ZERO
    match node:
        case Symbol():
            return ONE
        case Apply(operation="transpose", operands=(operand,)):
            return Apply("transpose", (_slope(operand, by),))
        case Apply(operation=operation, operands=operands):
            outer = OPERATIONS[operation].slopes(*operands)
            terms = tuple(
                Apply("multiply", (factor, _slope(operand, by)))
                for factor, operand in zip(outer, operands, strict=True)
                if _depends(operand, by)
            )
            return terms[0] if len(terms) == 1 else Apply("add", terms)
        case Reduce(operation="sum"):
            return Reduce("sum", node.index, node.lower, node.upper, _slope(node.body, by))
        case Call(function=function, arguments=(argument,), primes=primes):
            if primes == 0 and node.own is None and function.key in FUNCTION_MEANINGS:
                inner = Apply(FUNCTION_MEANINGS[function.key], (argument,))
                return _slope(inner, by)
            outer_slope = replace(node, primes=primes + 1)
            return Apply("multiply", (outer_slope, _slope(argument, by)))
        case Cases(branches=branches):
            return Cases(tuple((_slope(value, by), condition) for value, condition in branches))
        case Tuple(items=items, fence=fence):
            return Tuple(tuple(_slope(item, by) for item in items), fence)
        case Matrix(rows=rows):
            return Matrix(tuple(tuple(_slope(entry, by) for entry in row) for row in rows))
        case Derivative(body=body, by=variables):
            return Derivative(body, (*variables, by))
        case Number() | Gap():
            return ZERO
    raise EvaluationError("an expression whose slope is not known")


def _depends(node: Tree, by: Symbol) -> bool:
    if isinstance(node, Reduce):
        if node.index == by:
            return False
        _check_entries(node, by)
    return node == by or any(_depends(child, by) for child in children(node))


def _check_entries(node: Reduce, by: Symbol) -> None:
    """The slope of a sum of w_j x_j by w_3, or by another w_k, needs the sum written out."""
    for part in walk(node.body):
        if not isinstance(part, Symbol) or part.base != by.base or part == by:
            continue
        if len(part.indices) != len(by.indices) or len(part.marks) != len(by.marks):
            continue
        scripts = [one for one in (*part.indices, *part.marks) if not isinstance(one, str)]
        if node.index in [part for script in scripts for part in walk(script)]:
            raise EvaluationError("the slope of a sum by one of its entries: write it out first")


def expand(node: Tree, definitions: Mapping[str, Any]) -> Tree:
    """The tree with calls of defined functions replaced by their bodies.

    `definitions` holds `Function`s by the key of their name; other values are passed over.
    """
    sizes: dict[int, tuple[Tree, int]] = {}

    def body(part: Tree) -> Tree | None:
        found = written_out(part)
        if found is None:
            return None
        size = _size(found, sizes)
        charge(STEPS_A_CALL + size // NODES_A_STEP)
        if size > LARGEST:
            raise EvaluationError("definitions that are too long when written out")
        return found

    def written_out(part: Tree) -> Tree | None:
        if not isinstance(part, Call):
            return None
        definition, primes = definitions.get(part.function.key), part.primes
        if primes and definition is None:
            definition, primes = definitions.get(part.name), 0
        if not isinstance(definition, Function):
            definition, primes = part.own, part.primes
        if definition is None or primes:
            return None
        arguments = [expand(argument, definitions) for argument in part.arguments]
        bound = dict(zip(definition.arguments, arguments, strict=False))
        return substitute(
            expand(definition.body, {k: v for k, v in definitions.items() if v is not definition}),
            lambda inner: bound.get(inner) if isinstance(inner, Symbol) else None,
        )

    return substitute(node, body)


def _size(tree: Tree, sizes: dict[int, tuple[Tree, int]]) -> int:
    """The nodes of a tree. Parts that it has several times are counted so, but walked once."""
    known = sizes.get(id(tree))
    if known is None:
        size = 1 + sum(_size(child, sizes) for child in children(tree))
        sizes[id(tree)] = known = tree, size  # the tree is kept, so that nobody gets its identity
    return known[1]


def simplify(node: Tree) -> Tree:
    """The tree without zeros added, ones multiplied, and nested signs; never reordered.

    >>> x = Symbol("x")
    >>> simplify((x * 1 + 0) * Number("2")) == x * Number("2")
    True
    """
    parts = tuple(map(simplify, children(node)))
    if not isinstance(node, Apply):
        return rebuild(node, parts) if parts else node
    match node.operation:
        case "add":
            terms = _flattened("add", (part for part in parts if not _is(part, "0")))
            return _joined("add", terms, ZERO)
        case "negative":
            (inner,) = parts
            if isinstance(inner, Apply) and inner.operation == "negative":
                return inner.operands[0]
            return ZERO if _is(inner, "0") else Apply("negative", parts)
        case "multiply":
            if any(_is(part, "0") for part in parts):
                return ZERO
            return _simple_product(_flattened("multiply", parts))
        case "divide" if _is(parts[0], "0"):
            return ZERO
        case "divide" if _is(parts[1], "1"):
            return parts[0]
        case "power" if _is(parts[1], "1"):
            return parts[0]
        case "power" if _is(parts[1], "0"):
            return ONE
    return Apply(node.operation, parts, sign=node.sign)


def _simple_product(factors: tuple[Tree, ...]) -> Tree:
    negative = False
    kept: list[Tree] = []
    for factor in factors:
        inner = factor
        while isinstance(inner, Apply) and inner.operation == "negative":
            negative = not negative
            inner = inner.operands[0]
        if not _is(inner, "1"):
            kept.append(inner)
    product = _joined("multiply", tuple(kept), ONE)
    return Apply("negative", (product,)) if negative else product


def _flattened(operation: str, parts: Any) -> tuple[Tree, ...]:
    flat: list[Tree] = []
    for part in parts:
        same = isinstance(part, Apply) and part.operation == operation
        flat.extend(part.operands if same else (part,))
    return tuple(flat)


def _joined(operation: str, parts: tuple[Tree, ...], neutral: Tree) -> Tree:
    if not parts:
        return neutral
    return parts[0] if len(parts) == 1 else Apply(operation, parts)


def _is(node: Tree, digits: str) -> bool:
    return isinstance(node, Number) and node.text == digits
