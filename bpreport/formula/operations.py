"""The table of operations: value and slopes of each, one row each.

Adding an operation means adding a row here (and, where it has a shape of its own on paper, a row
in typesetting.py). Values are computed in any arithmetic; slopes are trees.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any

from bpreport.formula.arithmetic import MPMATH, Arithmetic, interval_ends
from bpreport.formula.effort import charge
from bpreport.formula.errors import EvaluationError
from bpreport.formula.tree import Apply, Cases, Node, Number, Symbol, Tree

__all__ = [
    "FUNCTIONS",
    "FUNCTION_MEANINGS",
    "OPERATIONS",
    "TREES",
    "Operation",
    "Row",
    "entrywise",
    "entrywise_power",
]

Slopes = Callable[..., tuple[Tree, ...]]


@dataclass(frozen=True, slots=True)
class Operation:
    """What an operation does to numbers, and how it changes with each operand."""

    value: Callable[..., Any]
    """`value(arithmetic, *operands)`; scalars, or vectors as tuples where that makes sense."""
    slopes: Slopes
    """The partial derivative by each operand, as trees in the operands."""


ONE, ZERO = Number("1"), Number("0")


class Row(tuple[Any, ...]):
    """A row of a matrix, or a transposed vector: times a vector it is a scalar product."""

    __slots__ = ()


def _elementwise(function: Callable[..., Any]) -> Callable[..., Any]:
    """Lift a function of scalars to vectors: entry by entry, scalars repeated."""

    def lifted(arithmetic: Arithmetic, *operands: Any) -> Any:
        if not any(isinstance(operand, tuple) for operand in operands):
            return function(arithmetic, *operands)
        lengths = {len(operand) for operand in operands if isinstance(operand, tuple)}
        if len(lengths) > 1:
            raise EvaluationError("vectors of different lengths")
        (length,) = lengths
        charge(length)
        shape = next(type(operand) for operand in operands if isinstance(operand, tuple))
        return shape(
            lifted(arithmetic, *(o[entry] if isinstance(o, tuple) else o for o in operands))
            for entry in range(length)
        )

    return lifted


def _call(name: str) -> Callable[..., Any]:
    return _elementwise(lambda arithmetic, *operands: arithmetic.functions[name](*operands))


def _add(arithmetic: Arithmetic, *operands: Any) -> Any:
    return reduce(lambda a, b: _sum(arithmetic, a, b), operands)


def _sum(arithmetic: Arithmetic, left: Any, right: Any) -> Any:
    """The sum of two; a row is added to each row of a matrix, as X W + b has it."""
    for row, matrix in ((left, right), (right, left)):
        if isinstance(row, Row) and _is_matrix(matrix) and len(row) == len(matrix[0]):
            return tuple(_ADD(arithmetic, line, row) for line in matrix)
    return _ADD(arithmetic, left, right)


def _is_matrix(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and isinstance(value[0], tuple)


def entrywise(arithmetic: Arithmetic, *operands: Any) -> Any:
    r"""The product of vectors entry by entry, as written with \odot."""
    return reduce(lambda a, b: _MULTIPLY(arithmetic, a, b), operands)


def entrywise_power(arithmetic: Arithmetic, base: Any, exponent: Any) -> Any:
    r"""A power entry by entry, of a matrix as well: what \tanh^2(Z) means."""
    return _POWER(arithmetic, base, exponent)


def _dot(arithmetic: Arithmetic, left: Any, right: Any) -> Any:
    charge(len(left))
    return _add(arithmetic, *(_product(arithmetic, a, b) for a, b in zip(left, right, strict=True)))


def _product(arithmetic: Arithmetic, left: Any, right: Any) -> Any:
    if not isinstance(left, tuple) or not isinstance(right, tuple):
        return _MULTIPLY(arithmetic, left, right)
    if isinstance(left, Row) and not isinstance(right, Row):
        if _is_matrix(right):
            return Row(_combined(arithmetic, left, right))
        if len(left) != len(right):
            raise EvaluationError("vectors of different lengths")
        return _dot(arithmetic, left, right)
    if _is_matrix(left):
        if isinstance(right, Row):
            raise EvaluationError("a matrix and a row that do not fit")
        if any(len(row) != len(right) for row in left):
            if _is_matrix(right):
                raise EvaluationError("two matrices that do not fit")
            raise EvaluationError("a matrix and a vector that do not fit")
        return tuple(_dot(arithmetic, row, right) for row in left)
    if _is_matrix(right):
        return _combined(arithmetic, left, right)  # a row typed in brackets, times a matrix
    if isinstance(right, Row):
        return tuple(tuple(_product(arithmetic, a, b) for b in right) for a in left)
    return _MULTIPLY(arithmetic, left, right)


def _combined(arithmetic: Arithmetic, row: Any, matrix: Any) -> Any:
    """A row times a matrix: the sum of the matrix's rows, each times its entry."""
    if len(row) != len(matrix):
        raise EvaluationError("a row and a matrix that do not fit")
    return _dot(arithmetic, tuple(row), matrix)


def _multiply(arithmetic: Arithmetic, *operands: Any) -> Any:
    return reduce(lambda a, b: _product(arithmetic, a, b), operands)


def _quotient(_arithmetic: Arithmetic, above: Any, below: Any) -> Any:
    try:
        return above / below
    except ZeroDivisionError:
        raise EvaluationError("a division by zero") from None


def _transpose(_arithmetic: Arithmetic, operand: Any) -> Any:
    if not isinstance(operand, tuple):
        return operand
    if _is_matrix(operand):
        return tuple(zip(*operand, strict=True))
    return tuple(operand) if isinstance(operand, Row) else Row(operand)


def _power(arithmetic: Arithmetic, base: Any, exponent: Any) -> Any:
    """A power entry by entry; of a matrix, a whole power is a product, and -1 its inverse."""
    count = _whole(exponent) if _is_matrix(base) else None
    if count is None or not -1 <= count <= LARGEST_POWER or count == 0:
        return _POWER(arithmetic, base, exponent)
    if any(len(row) != len(base) for row in base):
        raise EvaluationError("a power of a matrix that is not square")
    return _inverse(arithmetic, base) if count == -1 else _multiply(arithmetic, *[base] * count)


LARGEST_POWER = 10
"""Power up to which a matrix is multiplied out."""
LARGEST_INVERSE = 4
"""Rows up to which a matrix is inverted: by its cofactors, which needs no pivots and so serves
intervals and trees as well."""


def _whole(exponent: Any) -> int | None:
    match exponent:
        case Number(text=text):
            return int(text) if text.isdecimal() else None
        case Apply(operation="negative", operands=(Number(text=text),)):
            return -int(text) if text.isdecimal() else None
        case Node():
            return None
    low, high = interval_ends(exponent)
    return int(low) if low == high == int(low) else None


def _inverse(arithmetic: Arithmetic, matrix: Any) -> Any:
    if len(matrix) > LARGEST_INVERSE:
        raise EvaluationError(
            "the inverse of a matrix of more than {most} rows", most=LARGEST_INVERSE
        )
    whole = _determinant(arithmetic, matrix)

    def entry(row: int, column: int) -> Any:
        minor = _determinant(arithmetic, _without(matrix, column, row))
        return _quotient(arithmetic, minor if (row + column) % 2 == 0 else -minor, whole)

    places = range(len(matrix))
    return tuple(tuple(entry(row, column) for column in places) for row in places)


def _determinant_of(arithmetic: Arithmetic, operand: Any) -> Any:
    if not isinstance(operand, tuple):
        return operand
    if not _is_matrix(operand) or any(len(row) != len(operand) for row in operand):
        raise EvaluationError("the determinant of a matrix that is not square")
    if len(operand) > LARGEST_INVERSE:
        raise EvaluationError(
            "the determinant of a matrix of more than {most} rows", most=LARGEST_INVERSE
        )
    return _determinant(arithmetic, operand)


def _trace_of(arithmetic: Arithmetic, operand: Any) -> Any:
    if not isinstance(operand, tuple):
        return operand
    if not _is_matrix(operand) or any(len(row) != len(operand) for row in operand):
        raise EvaluationError("the trace of a matrix that is not square")
    return _add(arithmetic, *(row[place] for place, row in enumerate(operand)))


def _absolute(arithmetic: Arithmetic, operand: Any) -> Any:
    """An absolute value entry by entry; bars around a matrix mean its determinant."""
    if _is_matrix(operand):
        return _determinant_of(arithmetic, operand)
    return _ABSOLUTE(arithmetic, operand)


def _determinant(arithmetic: Arithmetic, matrix: Any) -> Any:
    """The determinant by the cofactors of the first row."""
    if not matrix:
        return arithmetic.number("1")
    terms = (
        _multiply(arithmetic, first, _determinant(arithmetic, _without(matrix, 0, column)))
        for column, first in enumerate(matrix[0])
    )
    return _add(arithmetic, *(term if n % 2 == 0 else -term for n, term in enumerate(terms)))


def _without(matrix: Any, row: int, column: int) -> Any:
    """A matrix without a row and a column."""
    rows = (entries for place, entries in enumerate(matrix) if place != row)
    return tuple(entries[:column] + entries[column + 1 :] for entries in rows)


def _norm(arithmetic: Arithmetic, operand: Any) -> Any:
    # A power keeps the square of an interval around zero from reaching below it.
    two, power = arithmetic.number("2"), arithmetic.functions["power"]
    return arithmetic.functions["sqrt"](
        _add(arithmetic, *(power(x, two) for x in _entries(operand)))
    )


def _sum_norm(arithmetic: Arithmetic, operand: Any) -> Any:
    return _add(arithmetic, *map(arithmetic.functions["abs"], _entries(operand)))


def _maximum_norm(arithmetic: Arithmetic, operand: Any) -> Any:
    sizes = [arithmetic.functions["abs"](entry) for entry in _entries(operand)]
    return reduce(arithmetic.functions["maximum"], sizes)


def _frobenius_norm(arithmetic: Arithmetic, operand: Any) -> Any:
    rows = operand if _is_matrix(operand) else (operand,)
    return _norm(arithmetic, tuple(entry for row in rows for entry in _entries(row)))


def _entries(vector: Any) -> tuple[Any, ...]:
    if _is_matrix(vector):
        raise EvaluationError("a norm that is of another kind for matrices")
    return vector if isinstance(vector, tuple) else (vector,)


def _logarithm(arithmetic: Arithmetic, operand: Any) -> Any:
    try:
        return arithmetic.functions["log"](operand)
    except (ValueError, ZeroDivisionError):
        raise EvaluationError("the logarithm of a number that is not positive") from None


def _sigmoid(arithmetic: Arithmetic, operand: Any) -> Any:
    one, exp = arithmetic.number("1"), arithmetic.functions["exp"]
    try:
        return one / (one + exp(-operand))
    except OverflowError:  # float64 far below zero, where 1 + exp(-x) and exp(-x) are the same
        return exp(operand)


def _cosh(arithmetic: Arithmetic, operand: Any) -> Any:
    exp = arithmetic.functions["exp"]
    return (exp(operand) + exp(-operand)) / 2


def _sinh(arithmetic: Arithmetic, operand: Any) -> Any:
    # The difference of the exponentials would lose the digits of a small operand.
    return arithmetic.functions["tanh"](operand) * _cosh(arithmetic, operand)


def _softmax(arithmetic: Arithmetic, *operands: Any) -> Any:
    operand = operands if len(operands) > 1 else operands[0]  # softmax(1, 2, 3)
    if not isinstance(operand, tuple):
        raise EvaluationError("softmax of a single number")
    exp = arithmetic.functions["exp"]
    try:
        powers = tuple(map(exp, operand))
    except OverflowError:  # float64: the same quotients, with the largest power at one
        largest = max(operand)
        powers = tuple(exp(entry - largest) for entry in operand)
    total = _add(arithmetic, *powers)
    return tuple(power / total for power in powers)


_ADD = _elementwise(lambda _, a, b: a + b)
_MULTIPLY = _elementwise(lambda _, a, b: a * b)
_POWER = _call("power")
_ABSOLUTE = _call("abs")

FUNCTIONS = frozenset(
    {"exp", "log", "log10", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sigmoid", "relu", "abs"}
)
"""Operations that are functions of one number."""


def _product_slopes(*factors: Tree) -> tuple[Tree, ...]:
    def without(place: int) -> Tree:
        rest = factors[:place] + factors[place + 1 :]
        return rest[0] if len(rest) == 1 else Apply("multiply", rest)

    return tuple(map(without, range(len(factors))))


def _power_slopes(base: Tree, exponent: Tree) -> tuple[Tree, ...]:
    by_exponent = Apply("power", (base, exponent)) * Apply("log", (base,))
    if isinstance(exponent, Number) and exponent.text.isdigit():
        lowered = Number(str(max(int(exponent.text) - 1, 0)))
        return exponent * Apply("power", (base, lowered)), by_exponent
    return exponent * Apply("power", (base, exponent - ONE)), by_exponent


def _step(operand: Tree, above: Tree, below: Tree) -> Tree:
    return Cases(((above, (">", operand, ZERO)), (below, None)))


def _fixed(value: Tree) -> Slopes:
    return lambda *operands: (value,) * len(operands)


def _sigmoid_slope(x: Tree) -> tuple[Tree]:
    value = Apply("sigmoid", (x,))
    return (value * (1 - value),)


def _extreme_slopes(relation: str) -> Slopes:
    def slopes(*operands: Tree) -> tuple[Tree, ...]:
        if len(operands) != 2:
            raise EvaluationError("the slope of a maximum of other than two values")
        left, right = operands
        chosen = (relation, left, right)
        return Cases(((ONE, chosen), (ZERO, None))), Cases(((ZERO, chosen), (ONE, None)))

    return slopes


def _no_slope(*_operands: Tree) -> tuple[Tree, ...]:
    raise EvaluationError("an operation whose slope is not a number")


OPERATIONS: dict[str, Operation] = {
    "add": Operation(_add, _fixed(ONE)),
    "negative": Operation(_elementwise(lambda _, a: -a), _fixed(-ONE)),
    "multiply": Operation(_multiply, _product_slopes),
    "divide": Operation(
        _elementwise(_quotient), lambda a, b: (1 / b, -(a / Apply("power", (b, Number("2")))))
    ),
    "power": Operation(_power, _power_slopes),
    "sqrt": Operation(_call("sqrt"), lambda a: (1 / (2 * Apply("sqrt", (a,))),)),
    "exp": Operation(_call("exp"), lambda a: (Apply("exp", (a,)),)),
    "log": Operation(_elementwise(_logarithm), lambda a: (1 / a,)),
    "log10": Operation(
        _elementwise(lambda ar, a: _logarithm(ar, a) / _logarithm(ar, ar.number("10"))),
        lambda a: (1 / (a * Apply("log", (Number("10"),))),),
    ),
    "sin": Operation(_call("sin"), lambda a: (Apply("cos", (a,)),)),
    "cos": Operation(_call("cos"), lambda a: (-Apply("sin", (a,)),)),
    "tan": Operation(_call("tan"), lambda a: (1 / Apply("cos", (a,)) ** 2,)),
    "sinh": Operation(
        _elementwise(_sinh),
        lambda a: (Apply("cosh", (a,)),),
    ),
    "cosh": Operation(
        _elementwise(_cosh),
        lambda a: (Apply("sinh", (a,)),),
    ),
    "tanh": Operation(_call("tanh"), lambda a: (1 - Apply("tanh", (a,)) ** 2,)),
    "sigmoid": Operation(_elementwise(_sigmoid), _sigmoid_slope),
    "relu": Operation(
        _elementwise(lambda ar, a: ar.functions["maximum"](a, ar.number("0"))),
        lambda a: (_step(a, ONE, ZERO),),
    ),
    "identity": Operation(lambda _, a: a, _fixed(ONE)),
    "softmax": Operation(_softmax, _no_slope),
    "abs": Operation(_absolute, lambda a: (_step(a, ONE, -ONE),)),
    "floor": Operation(_call("floor"), _no_slope),
    "sign": Operation(_call("sign"), _no_slope),
    "ceiling": Operation(
        _elementwise(lambda ar, a: -ar.functions["floor"](-a)),
        _no_slope,
    ),
    "maximum": Operation(_call("maximum"), _extreme_slopes(">")),
    "minimum": Operation(_call("minimum"), _extreme_slopes("<")),
    "transpose": Operation(_transpose, _fixed(ONE)),
    "determinant": Operation(_determinant_of, _no_slope),
    "trace": Operation(_trace_of, _no_slope),
    "norm": Operation(_norm, _no_slope),
    "norm_1": Operation(_sum_norm, _no_slope),
    "norm_infinity": Operation(_maximum_norm, _no_slope),
    "norm_F": Operation(_frobenius_norm, _no_slope),
}


def _applied(name: str) -> Callable[..., Tree]:
    return lambda *operands: Apply(name, operands)


NORMS = {
    "2": "norm",
    "1": "norm_1",
    r"\infty": "norm_infinity",
    "∞": "norm_infinity",
    "F": "norm_F",
}
"""By what stands below its bars, the norm; without anything it is the Euclidean one."""

TREES = Arithmetic(
    name="trees",
    number=Number,
    functions={name: _applied(name) for name in MPMATH.functions},
    constants={"e": Symbol("e"), "pi": Symbol(r"\pi")},
    symbolic=True,
)
"""Computing with trees in the place of numbers: what the entries of a product of matrices are."""

FUNCTION_MEANINGS = {
    "sigmoid": "sigmoid",
    r"\sigma": "sigmoid",
    "sig": "sigmoid",
    "tanh": "tanh",
    "relu": "relu",
    "ReLU": "relu",
    "softmax": "softmax",
    "sign": "sign",
    "sgn": "sign",
}
"""Names of functions that mean the same everywhere unless the deck defines them."""
