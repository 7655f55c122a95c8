"""Products and quotients: factors side by side, and what a stroke divides."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from lark import Token

from bpreport.formula.derivatives import is_d, quotient
from bpreport.formula.errors import FormulaError
from bpreport.formula.fragments import (
    Group,
    Open,
    Operator,
    Partial,
    Scripts,
    is_power,
    place,
    whole,
)
from bpreport.formula.scripts import COUNTERS, is_transpose, subtracted
from bpreport.formula.tree import Apply, Derivative, Number, Reduce, Symbol, Tree

__all__ = ["divide", "juxtaposed", "multiply"]


def juxtaposed(parts: list[Any]) -> Any:
    """Factors side by side as a product, or as the fragment that they are together."""
    parts = _with_differentials(parts)
    if len(parts) == 1:
        return parts[0]
    if all(isinstance(part, Partial) for part in parts):
        return tuple(parts)
    if len(parts) == 2 and isinstance(parts[0], Group) and is_transpose(parts[1]):
        return Scripts(tuple(parts))
    for first, second in pairwise(parts):
        _check_neighbours(first, second)
    return Apply("multiply", tuple(map(whole, parts)), sign="")


def _with_differentials(parts: list[Any]) -> list[Any]:
    """A d that is typed right in front of a symbol belongs to it: dw, but not d w."""
    done: list[Any] = []
    for part in parts:
        symbol = part.operands[0] if is_power(part) else part
        before: Any = done[-1] if done else None
        behind_d = is_d(before) and isinstance(symbol, Symbol)
        if behind_d and symbol.at == before.at + len(before.typed):
            done[-1] = Partial(1, part, "d", before.at)
        else:
            done.append(part)
    return done


def _check_neighbours(first: Any, second: Any) -> None:
    """Refuse factors side by side that are a product to some readers only."""
    number = second.operands[0] if is_power(second) and second.sign != "(" else second
    if isinstance(number, Number) and not _is_sum(first):
        raise FormulaError(number.at, number.text, "a sign of multiplication")
    if isinstance(first, Open) and not isinstance(second, Open) and not _is_function(second):
        raise FormulaError(first.offset, first.sign, "brackets around the argument")
    if isinstance(first, Symbol) and isinstance(second, Group) and _may_be_called(first, second):
        raise FormulaError(
            second.offset,
            second.fence,
            "a sign of multiplication, or a function that the deck declares, "
            "in front of the bracket",
        )


def _is_sum(part: Any) -> bool:
    """Whether it is a sum in brackets: a number behind (1 - a) can only be a factor."""
    alone = part.items[0] if isinstance(part, Group) and len(part.items) == 1 else None
    return isinstance(alone, Apply) and alone.operation == "add"


def _may_be_called(name: Symbol, group: Group) -> bool:
    """Whether w(t), y(x, w) or h(2) may be the value of a function and no product."""
    if len(group.items) > 1:
        return not name.base.startswith("\\")
    match group.items[0]:
        case Number(text=text):
            return text.isdigit() or not name.indices
        case Symbol(key=key):
            return not name.base.startswith("\\") or key in COUNTERS
        case Apply(operation="add", operands=(Symbol(key=key), last)):
            step = subtracted(last)
            counted = key in COUNTERS and isinstance(step, Number) and step.text.isdigit()
            return counted and name.base not in COUNTERS | {"m", "N", "T", "i", "j"}
    return False


def _is_function(part: Any) -> bool:
    inner = part.operands[0] if is_power(part) else part
    return isinstance(inner, Apply) and inner.operation in ("exp", "log", "sin", "cos", "tanh")


def multiply(left: Any, right: Any, sign: Token) -> Tree:
    """A product with a sign; factors with the same sign are one product."""
    if isinstance(left, Operator):
        return Derivative(whole(right), left.by, kind=left.kind)
    typed = r"\odot" if sign == "⊙" else str(sign)
    same = isinstance(left, Apply) and left.operation == "multiply" and left.sign == typed
    factors = left.operands if same else (whole(left),)
    return Apply("multiply", (*factors, whole(right)), sign=typed)


def divide(above: Any, below: Any, sign: Token) -> Tree:
    """A quotient with a stroke, where it is clear how much stands below it."""
    if isinstance(above, Partial) and isinstance(below, Partial):
        return whole(quotient(above, (below,)))
    bracketed = isinstance(below, Group)
    above, below = whole(above), whole(below)
    if bracketed or not (
        isinstance(below, Apply) and below.operation == "multiply" and below.sign == ""
    ):
        return Apply("divide", (above, below), sign=str(sign))
    # "1/2 (a - b)" is a half of the bracket, and no sum stands below a stroke without brackets;
    # any other "a/b c" is read in two ways.
    first, second, *_ = below.operands
    half = isinstance(first, Number) and not _is_plain(second)
    share = isinstance(first, Symbol) and isinstance(second, Reduce)
    if not (isinstance(above, Number) and (half or share)):
        raise FormulaError(place(sign), str(sign), "brackets around the divisor, as in a/(b c)")
    share_of = Apply("divide", (above, first), sign=str(sign))
    return Apply("multiply", (share_of, *below.operands[1:]), sign="")


def _is_plain(factor: Tree) -> bool:
    """A symbol or its power, which a number in front may be one term with: the 2m of 1/2m."""
    if isinstance(factor, Apply) and factor.operation == "power":
        return factor.sign != "("
    return isinstance(factor, Symbol | Derivative)
