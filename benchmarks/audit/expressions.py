r"""Formulas of the generator: a small tree that is evaluated, changed and written as LaTeX.

>>> net = add(multiply(name("w"), name("x")), name("b"))
>>> typeset(net, {"w": "0.4", "x": "-2", "b": "0.65"}.__getitem__, r" \cdot ")
'0.4 \\cdot (-2) + 0.65'
>>> half_up(evaluate(net, {"w": MP.mpf("0.4"), "x": MP.mpf(-2), "b": MP.mpf("0.65")}), 3)
'-0.150'
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal, localcontext
from typing import Any

import mpmath

MP = mpmath.MPContext()
MP.dps = 50

Value = Any
"""A number of 50 digits; mpmath carries no types."""


@dataclass(frozen=True, slots=True)
class Expression:
    """An operation on operands; a number or a name has a text instead."""

    operation: str
    operands: tuple[Expression, ...] = ()
    text: str = ""


def number(text: str) -> Expression:
    return Expression("number", text=text)


def name(key: str) -> Expression:
    return Expression("name", text=key)


def add(*terms: Expression) -> Expression:
    return terms[0] if len(terms) == 1 else Expression("sum", terms)


def multiply(*factors: Expression) -> Expression:
    return factors[0] if len(factors) == 1 else Expression("product", factors)


def negative(term: Expression) -> Expression:
    return Expression("negative", (term,))


def subtract(left: Expression, right: Expression) -> Expression:
    return add(left, negative(right))


def ratio(above: Expression, below: Expression) -> Expression:
    return Expression("ratio", (above, below))


def call(operation: str, operand: Expression) -> Expression:
    """One of "square", "sigmoid", "tanh", "ln", "exp"."""
    return Expression(operation, (operand,))


ONE = number("1")
HALF = ratio(ONE, number("2"))

_CALLS: Mapping[str, Callable[[Value], Value]] = {
    "negative": lambda x: -x,
    "square": lambda x: x * x,
    "sigmoid": lambda x: 1 / (1 + MP.exp(-x)),
    "tanh": MP.tanh,
    "ln": MP.ln,
    "exp": MP.exp,
}


def evaluate(expression: Expression, values: Mapping[str, Value]) -> Value:
    """The value at 50 digits."""
    if expression.operation == "number":
        return MP.mpf(expression.text)
    if expression.operation == "name":
        return values[expression.text]
    operands = [evaluate(operand, values) for operand in expression.operands]
    if expression.operation == "sum":
        return MP.fsum(operands)
    if expression.operation == "product":
        return MP.fprod(operands)
    if expression.operation == "ratio":
        return operands[0] / operands[1]
    return _CALLS[expression.operation](operands[0])


def names(expression: Expression) -> list[str]:
    """The names that it reads, each once."""
    return list(dict.fromkeys(part.text for part in parts(expression) if part.operation == "name"))


def parts(expression: Expression) -> Iterator[Expression]:
    yield expression
    for operand in expression.operands:
        yield from parts(operand)


def variants(
    expression: Expression, change: Callable[[Expression], Iterable[Expression]]
) -> Iterator[Expression]:
    """The expression with the change made at one place, for every place."""
    yield from change(expression)
    for place, operand in enumerate(expression.operands):
        for changed in variants(operand, change):
            operands = list(expression.operands)
            operands[place] = changed
            yield replace(expression, operands=tuple(operands))


# -- typesetting

_SUM, _PRODUCT, _ATOM = range(3)


def typeset(expression: Expression, say: Callable[[str], str], dot: str, sigmoid: str = "") -> str:
    r"""LaTeX, with names as `say` has them: symbols or digits.

    `dot` stands between factors; `sigmoid` is a function's name, or empty for the fraction.
    """
    return _write(expression, say, dot, sigmoid)[0]


def _write(
    expression: Expression, say: Callable[[str], str], dot: str, sigmoid: str
) -> tuple[str, int]:
    if expression.operation in ("number", "name"):
        text = expression.text if expression.operation == "number" else say(expression.text)
        return text, _SUM if text.startswith("-") else _ATOM
    written = [_write(operand, say, dot, sigmoid) for operand in expression.operands]
    first, rank = written[0]
    match expression.operation:
        case "sum":
            text = first
            for operand, (piece, piece_rank) in zip(
                expression.operands[1:], written[1:], strict=True
            ):
                if operand.operation == "negative":
                    text += f" - {piece[1:]}"
                else:
                    text += f" + {_guarded(piece, piece_rank)}"
            return text, _SUM
        case "product":
            pieces = [first if first.startswith("-") and rank == _SUM
                      and expression.operands[0].operation in ("name", "number", "negative")
                      else _guarded(first, rank)]  # fmt: skip
            pieces += [_guarded(piece, piece_rank) for piece, piece_rank in written[1:]]
            if expression.operands[0].operation == "ratio" and not pieces[1][0].isdigit():
                return f"{pieces[0]} {dot.join(pieces[1:])}", _PRODUCT
            return dot.join(pieces), _SUM if pieces[0].startswith("-") else _PRODUCT
        case "negative":
            return f"-{_guarded(first, rank)}", _SUM
        case "ratio":
            return rf"\frac{{{first}}}{{{written[1][0]}}}", _PRODUCT
        case "square":
            plain = rank == _ATOM and "^" not in first
            return f"{first if plain else f'({first})'}^2", _ATOM
        case "exp":
            return f"e^{{{first}}}", _ATOM
        case "sigmoid" if sigmoid:
            return f"{sigmoid}({first})", _ATOM
        case "sigmoid":
            return rf"\frac{{1}}{{1 + e^{{-{_guarded(first, rank)}}}}}", _PRODUCT
    return rf"\{expression.operation}({first})", _ATOM


def _guarded(text: str, rank: int) -> str:
    return f"({text})" if rank == _SUM else text


# -- digits


def decimal(value: Value) -> Decimal:
    with localcontext() as context:
        context.prec = 60
        return Decimal(MP.nstr(value, 45, min_fixed=-MP.inf, max_fixed=MP.inf))


def _quantized(value: Value | Decimal, places: int, mode: str) -> str:
    exact = value if isinstance(value, Decimal) else decimal(value)
    with localcontext() as context:
        context.prec = 60
        text = f"{exact.quantize(Decimal(1).scaleb(-places), rounding=mode):f}"
    return text.lstrip("-") if not Decimal(text) else text


def half_up(value: Value | Decimal, places: int) -> str:
    return _quantized(value, places, ROUND_HALF_UP)


def cut_off(value: Value, places: int) -> str:
    return _quantized(value, places, ROUND_DOWN)


def rounded_up(value: Value, places: int) -> str:
    """Away from zero."""
    return _quantized(value, places, ROUND_UP)


def places_of(text: str) -> int:
    return len(text.partition(".")[2])
