"""Quotients of differentials, as derivatives or as operators on what stands behind them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lark import Token

from bpreport.formula.errors import FormulaError
from bpreport.formula.fragments import Operator, Partial, is_power, place, whole
from bpreport.formula.tree import Apply, Derivative, Number, Symbol, Tree

__all__ = ["differentials", "is_d", "operator", "order_of_d", "quotient", "variables_of"]


def is_d(part: Any) -> bool:
    """Whether a part is a bare d."""
    return isinstance(part, Symbol) and part.key == "d"


def order_of_d(part: Any) -> int:
    """The order of a d that stands alone above a fraction; 0 where something else stands there."""
    if is_d(part):
        return 1
    if is_power(part) and is_d(part.operands[0]):
        exponent = part.operands[1]
        return int(exponent.text) if isinstance(exponent, Number) and exponent.text in "23" else 0
    return 0


def differentials(part: Any) -> tuple[Partial, ...]:
    r"""The \partial w or d w of a quotient; none where the part is something else."""
    match part:
        case Partial():
            return (part,)
        case tuple():
            return part
        case Apply(operation="multiply", operands=(first, *rest), sign=""):
            if order := order_of_d(first):
                body = rest[0] if len(rest) == 1 else Apply("multiply", tuple(rest), sign="")
                symbol: Any = first.operands[0] if isinstance(first, Apply) else first
                return (Partial(order, body, "d", symbol.at),)
    return ()


def variables_of(partials: tuple[Partial, ...]) -> tuple[Tree, ...]:
    """The variables below a quotient, each as often as its order says."""
    variables: list[Tree] = []
    for part in partials:
        variable, order = part.body, part.order
        if variable is None:
            raise FormulaError(part.offset, part.sign, "the variable of a derivative")
        if is_power(variable):
            variable, exponent = variable.operands
            if not (isinstance(exponent, Number) and exponent.text in ("2", "3")):
                raise FormulaError(part.offset, part.sign, "an order of 2 or 3")
            order = int(exponent.text)
        variables += [whole(variable)] * order
    return tuple(variables)


def _layer_of(partials: tuple[Partial, ...]) -> tuple[Tree, ...]:
    r"""The variable of \partial C / \partial W^2, a first derivative: its superscript is a mark."""
    match partials:
        case (
            Partial(body=Apply(operation="power", operands=(Symbol() as name, Number(text=text)))),
        ):
            return (replace(name, marks=(*name.marks, text), typed=""),) if text.isdigit() else ()
    return ()


def operator(by: tuple[Tree, ...], order: int, sign: Token) -> Operator:
    """A d over the d of its variables, which works on what stands behind it."""
    if order != len(by):
        raise FormulaError(place(sign), str(sign), "as many variables as the order says")
    return Operator(by, "total", str(sign), place(sign))


def quotient(above: Partial, below: tuple[Partial, ...]) -> Any:
    """A derivative, or an operator where nothing stands above but the sign."""
    by = _layer_of(below) if above.order == 1 else ()
    by = by or variables_of(below)
    if above.order != len(by):
        raise FormulaError(above.offset, above.sign, "as many variables as the order says")
    kind = "total" if above.sign == "d" else "partial"
    if above.body is None:
        return Operator(by, kind, above.sign, above.offset)
    return Derivative(whole(above.body), by, kind=kind)
