r"""The value of a tree, in float64, at 50 digits, or as an interval: same tree, same code.

>>> from bpreport.formula.parser import parse
>>> from bpreport.formula.arithmetic import FLOAT, MPMATH
>>> evaluate(parse(r"0.4 * 0.912934 + 0.65"), {}, FLOAT)
1.0151736
>>> evaluate(parse(r"\sum_{i=1}^m x_i^2"), {"m": 3, "x_{1}": 1, "x_{2}": 2, "x_{3}": 3}, FLOAT)
14.0
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import reduce
from itertools import pairwise
from types import MappingProxyType
from typing import Any, cast

from bpreport.formula.arithmetic import FLOAT, Arithmetic, difference
from bpreport.formula.effort import charge
from bpreport.formula.errors import EvaluationError
from bpreport.formula.limits import limit
from bpreport.formula.operations import (
    FUNCTION_MEANINGS,
    FUNCTIONS,
    OPERATIONS,
    Row,
    entrywise,
    entrywise_power,
)
from bpreport.formula.terms import terms
from bpreport.formula.tree import (
    Apply,
    Call,
    Cases,
    Derivative,
    Function,
    Gap,
    Matrix,
    Node,
    Number,
    Reduce,
    Symbol,
    Tree,
    Tuple,
    free_symbols,
    walk,
)

__all__ = ["MOST_STEPS", "evaluate", "part_values"]

MOST_STEPS = limit("value_steps")
"""Nodes computed for one value past which it is refused: sums of sums multiply."""

DEEPEST = limit("value_depth")
"""Nested nodes, definitions included, past which a value is refused: f may call itself."""


def evaluate(
    node: Tree,
    values: Mapping[str, Any],
    arithmetic: Arithmetic = FLOAT,
    parts: Mapping[int, Any] = MappingProxyType({}),
) -> Any:
    r"""The value of `node` with its symbols' values taken from `values`, by key.

    A value may be a number of the arithmetic, an int, a string of digits, a `Tree`, a tuple for a
    vector, and for the name of a function a `Function` or a Python callable. `parts` are values of
    parts of the tree that are known already, from `part_values`. A function is the one among the
    values, or else the call's own, or else what its name means everywhere. Raises `EvaluationError`
    where a symbol has no value or the value does not exist.

    >>> from dataclasses import replace
    >>> from bpreport.formula.parser import parse
    >>> call, z = parse(r"\sigma(2)"), Symbol("z")
    >>> own = replace(call, own=Function((z,), parse("2 z")))
    >>> [round(evaluate(tree, {}), 4) for tree in (call, own)]
    [0.8808, 4.0]
    """
    evaluator = _Evaluator(values, arithmetic, parts)
    charge(1)
    try:
        return evaluator.value(node)
    finally:
        charge(evaluator.steps)


def part_values(
    node: Tree, values: Mapping[str, Any], arithmetic: Arithmetic = FLOAT
) -> dict[int, Any]:
    """The values of a tree's operations by identity: a changed copy of it shares most of them.

    They hold as long as the tree lives, for the same values and arithmetic.

    >>> from bpreport.formula import parse
    >>> tree = parse("(a + 1) (b + 1)")
    >>> sorted(part_values(tree, {"a": 1, "b": 2}).values())
    [2.0, 3.0, 6.0]
    """
    found: dict[int, Any] = {}
    for part in reversed(list(walk(node))):  # the operands of an operation before itself
        if isinstance(part, Apply):
            with suppress(EvaluationError):
                found[id(part)] = evaluate(part, values, arithmetic, found)
    return found


class _Evaluator:
    def __init__(
        self, values: Mapping[str, Any], arithmetic: Arithmetic, parts: Mapping[int, Any]
    ) -> None:
        self.values = values
        self.arithmetic = arithmetic
        self.parts = parts
        self.shared: dict[int, tuple[Tree, Any]] = {}
        """Values of operations by identity, for the present values: a slope, or a definition that
        is written out, has the same part in several places. The part is kept, so that no other
        gets its identity."""
        self.steps = 0
        self.depth = 0

    def value(self, node: Tree) -> Any:
        """The value of a node, within the bounds on steps and depth."""
        self.steps += 1  # a known part is looked up, and then computed with
        if id(node) in self.parts:
            return self.parts[id(node)]
        if self.steps > MOST_STEPS:
            raise EvaluationError("a value that takes more than {most} steps", most=MOST_STEPS)
        if self.depth >= DEEPEST:
            raise EvaluationError("a definition that leads back to itself, or is nested too deeply")
        self.depth += 1
        try:
            return self._value(node)
        finally:
            self.depth -= 1

    def _value(self, node: Tree) -> Any:
        match node:
            case Number(text=text):
                return self.arithmetic.number(text)
            case Symbol():
                return self._symbol(node)
            case Apply(operation=operation, operands=operands):
                if id(node) in self.shared:
                    return self.shared[id(node)][1]
                if _is_typed_column(node):
                    return self.value(operands[0])
                parts = [self.value(operand) for operand in operands]
                compute = OPERATIONS[operation].value
                if operation == "multiply" and node.sign == r"\odot":
                    compute = entrywise
                elif operation == "power" and _is_of_function(operands[0]):
                    compute = entrywise_power
                elif operation == "multiply" and any(map(_is_vector, parts)):
                    parts = _scalar_products(node, parts)
                try:
                    value = compute(self.arithmetic, *parts)
                except ZeroDivisionError:
                    raise EvaluationError("a division by zero") from None
                except (OverflowError, ValueError, TypeError) as error:
                    raise EvaluationError(
                        "{operation}: {cause}", operation=operation, cause=error
                    ) from None
                self.shared[id(node)] = node, value
                return value
            case Reduce():
                return self._reduce(node)
            case Call():
                return self._call(node)
            case Derivative():
                return self._derivative(node)
            case Tuple(items=items):
                return tuple(map(self.value, items))
            case Matrix(rows=rows):
                return self._matrix(rows)
            case Cases(branches=branches):
                return self._cases(branches)
            case Gap():
                raise EvaluationError("dots stand for values that are not written")

    def _symbol(self, symbol: Symbol) -> Any:
        key = symbol.key
        if key in self.values and not isinstance(self.values[key], Function):
            return self._given(self.values[key])
        if key in ("e", r"\pi"):
            return self.arithmetic.constants[key.lstrip("\\")]
        raise EvaluationError("{name} has no value", name=key)

    def _given(self, value: Any) -> Any:
        if isinstance(value, str | int):
            text = str(value)
            if text.startswith("-"):
                return -self.arithmetic.number(text[1:])
            return self.arithmetic.number(text)
        if isinstance(value, Node) and not self.arithmetic.symbolic:
            return self.value(cast("Tree", value))
        if isinstance(value, tuple):
            return type(value)(map(self._given, value))  # a row stays a row
        return value

    def _matrix(self, rows: tuple[tuple[Tree, ...], ...]) -> Any:
        entries = tuple(tuple(map(self.value, row)) for row in rows)
        if all(len(row) == 1 for row in entries):
            return tuple(row[0] for row in entries)  # a column is a vector
        return Row(entries[0]) if len(entries) == 1 else entries

    def _reduce(self, node: Reduce) -> Any:
        if node.operation in ("argmin", "argmax"):
            raise EvaluationError("a minimiser is not computed here")
        values = [self.value(term) for term in terms(node, self.value)]
        if not values:
            return self.arithmetic.number("1" if node.operation == "product" else "0")
        name = {"sum": "add", "product": "multiply", "max": "maximum", "min": "minimum"}
        operation = OPERATIONS[name[node.operation]]
        return reduce(lambda a, b: operation.value(self.arithmetic, a, b), values)

    def _call(self, node: Call) -> Any:
        arguments = tuple(map(self.value, node.arguments))
        definition, primes = self.values.get(node.function.key), node.primes
        if not isinstance(definition, Function) and not callable(definition):
            stated = self.values.get(node.name) if primes else None
            known = isinstance(stated, Function)
            definition, primes = (stated, 0) if known else (node.own, primes)
        if isinstance(definition, Function) and not primes:
            names = [argument.key for argument in definition.arguments]
            if len(names) != len(arguments):
                raise EvaluationError(
                    "{name} takes {count} arguments", name=node.function.key, count=len(names)
                )
            return self._applied(definition.body, names, arguments)
        if primes:
            variable, slope = _primed(node, definition)
            one = not any(map(_is_of_rows, walk(slope)))
            return self._applied(slope, [variable.key], arguments, entrywise=one)
        if callable(definition):
            return definition(*arguments)
        name = node.function.key
        meaning = FUNCTION_MEANINGS.get(name)
        if meaning is None:
            raise EvaluationError("the function {name} is not defined", name=name)
        if len(arguments) != 1 and meaning != "softmax":
            raise EvaluationError("{name} takes {count} arguments", name=name, count=1)
        return OPERATIONS[meaning].value(self.arithmetic, *arguments)

    def _applied(
        self, body: Tree, names: list[str], arguments: tuple[Any, ...], *, entrywise: bool = False
    ) -> Any:
        """The value of a function's body; of a vector, cases are taken entry by entry."""
        vector = arguments[0] if len(arguments) == 1 and isinstance(arguments[0], tuple) else None
        if vector is not None and (
            entrywise or any(isinstance(part, Cases) for part in walk(body))
        ):
            return type(vector)(
                self._applied(body, names, (entry,), entrywise=entrywise) for entry in vector
            )
        outside, parts, shared = self.values, self.parts, self.shared
        self.values = {**outside, **dict(zip(names, arguments, strict=True))}
        self.parts, self.shared = {}, {}  # they are known for the values outside
        try:
            return self.value(body)
        finally:
            self.values, self.parts, self.shared = outside, parts, shared

    def _derivative(self, node: Derivative) -> Any:
        if node.key in self.values:
            return self._given(self.values[node.key])
        # Slopes build on values; here a value is a slope's.
        from bpreport.formula.slopes import expand, slope

        body = expand(node.body, self.values)
        by = node.by
        if not by:  # a prime: the variable is the only symbol
            names = free_symbols(body)
            if len(names) != 1 or isinstance(body, Symbol):
                raise EvaluationError("a prime does not say by which of the symbols")
            by = tuple(names.values())
        for variable in by:
            if not isinstance(variable, Symbol):
                raise EvaluationError("a derivative by something that is not a symbol")
            body = slope(body, variable)
        return self.value(body)

    def _cases(self, branches: tuple[Any, ...]) -> Any:
        if self.arithmetic.symbolic:
            return Cases(tuple(map(self._branch, branches)))
        for value, condition in branches:
            if condition is None or self._holds(*condition):
                return self.value(value)
        raise EvaluationError("no case applies")

    def _branch(self, branch: tuple[Tree, tuple[str, Tree, Tree] | None]) -> tuple[Tree, Any]:
        """A case computed with trees, of which nobody knows whether it applies."""
        value, condition = branch
        typed = () if condition is None else condition[1:]
        parts = [self.value(part) for part in (value, *typed)]
        if any(isinstance(part, tuple) for part in parts):
            raise EvaluationError("the condition of a case compares numbers")
        return parts[0], None if condition is None else (condition[0], parts[1], parts[2])

    def _holds(self, relation: str, left: Tree, right: Tree) -> bool:
        sides = self.value(left), self.value(right)
        if any(isinstance(side, tuple) for side in sides):
            raise EvaluationError("the condition of a case compares numbers")
        below = difference(*sides)
        tests: dict[str, Callable[[], bool]] = {
            "<": lambda: below < 0, ">": lambda: below > 0, "=": lambda: below == 0,
            r"\le": lambda: below <= 0, r"\ge": lambda: below >= 0, r"\ne": lambda: below != 0,
        }  # fmt: skip
        short = {r"\leq": r"\le", r"\geq": r"\ge", r"\neq": r"\ne"}.get(relation, relation)
        decided: bool | None = None
        with suppress(ValueError):  # of intervals that overlap; mpmath 1.3 gives None for them
            decided = tests[short]()
        if decided is None:
            raise EvaluationError("the condition of a case cannot be decided")
        return bool(decided)


def _scalar_products(product: Apply, values: list[Any]) -> list[Any]:
    r"""The values of factors, with a row before a column as a row, for their scalar product.

    They are typed q \cdot k, or (1, 2)(3, 4)^T.
    """
    dotted = product.sign == r"\cdot"
    scalar = [
        _is_vector(row)
        and _is_vector(column)
        and (dotted or (isinstance(typed, Tuple) and _is_typed_column(behind)))
        for (typed, behind), (row, column) in zip(
            pairwise(product.operands), pairwise(values), strict=True
        )
    ]
    found = [Row(v) if before else v for v, before in zip(values, [*scalar, False], strict=True)]
    for place, (typed, behind) in enumerate(pairwise(product.operands)):
        row = isinstance(behind, Tuple) and behind.fence == "["
        if isinstance(typed, Matrix) and row and all(map(_is_vector, values[place : place + 2])):
            # A column times [1, 2].
            found[place : place + 2] = values[place], Row(values[place + 1])
    return found


def _is_vector(value: Any) -> bool:
    """Whether a value is a column of numbers."""
    return type(value) is tuple and bool(value) and not isinstance(value[0], tuple)


def _is_typed_column(node: Tree) -> bool:
    """Whether a vector is typed as a row with the T of a transpose behind its bracket."""
    match node:
        case Apply(operation="transpose", operands=(Tuple(),), sign="("):
            return True
    return False


def _is_of_function(node: Tree) -> bool:
    """Whether a tree is the value of a function, and no product, say."""
    return isinstance(node, Call) or (isinstance(node, Apply) and node.operation in FUNCTIONS)


def _is_of_rows(node: Tree) -> bool:
    """Whether a part makes sense of vectors only: then a function of it is none of one number."""
    return isinstance(node, Tuple | Matrix) or (
        isinstance(node, Apply) and node.operation == "transpose"
    )


def _primed(node: Call, definition: Any) -> tuple[Symbol, Tree]:
    """The variable of a function with primes, and its slope."""
    from bpreport.formula.slopes import slope

    if len(node.arguments) != 1:
        raise EvaluationError("a prime on a function of several arguments")
    if isinstance(definition, Function):
        variable, body = definition.arguments[0], definition.body
    elif node.function.key in FUNCTION_MEANINGS:
        variable = Symbol("\0")
        body = Apply(FUNCTION_MEANINGS[node.function.key], (variable,))
    else:
        raise EvaluationError("the function {name} is not defined", name=node.function.key)
    for _ in range(node.primes):
        body = slope(body, variable)
    return variable, body
