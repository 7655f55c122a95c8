"""From Lark's rules to tree nodes: one method a rule."""

# ruff: noqa: D102 - each public method has the name of its rule in grammar.lark

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from lark import Token, Transformer, v_args

from bpreport.formula.derivatives import differentials, operator, order_of_d, quotient, variables_of
from bpreport.formula.errors import FormulaError
from bpreport.formula.fragments import (
    Bare,
    Condition,
    Group,
    Lower,
    Mark,
    Open,
    Operator,
    Partial,
    Primed,
    Scripts,
    place,
    primed,
    whole,
)
from bpreport.formula.joining import divide, juxtaposed, multiply
from bpreport.formula.names import read_base, read_value_name
from bpreport.formula.scripts import is_transpose, raised, subscripted
from bpreport.formula.tree import (
    Apply,
    Call,
    Cases,
    Derivative,
    Gap,
    Matrix,
    Number,
    Reduce,
    Symbol,
    Tree,
    Tuple,
)

__all__ = ["Builder"]

_RELATIONS = {
    r"\leq": r"\le", r"\leqslant": r"\le", "≤": r"\le", r"\geq": r"\ge", r"\geqslant": r"\ge",
    "≥": r"\ge", r"\neq": r"\ne", "≠": r"\ne", r"\lt": "<", r"\gt": ">",
}  # fmt: skip
"""One spelling of each relation."""

MOST_EXPONENT_DIGITS = 3
"""Digits of the power of ten of a number: 1e400 is read, and compared with others."""


@v_args(inline=True)
class Builder(Transformer[Token, Tree]):
    """Makes tree nodes of Lark's rules."""

    def __init__(self) -> None:
        super().__init__(visit_tokens=False)

    # -- sums and products

    def start(self, *items: Any) -> Tree:
        trees = tuple(map(whole, items))
        return trees[0] if len(trees) == 1 else Tuple(trees, fence="")

    def expression(self, *parts: Any) -> Any:
        if len(parts) == 1 or (len(parts) == 2 and parts[0] == "+"):
            return parts[-1]  # as a bracket it may still be an index or arguments
        terms: list[Tree] = []
        negative = False
        for part in parts:
            if isinstance(part, Token):
                negative ^= part == "-"
                continue
            terms.append(Apply("negative", (whole(part),)) if negative else whole(part))
            negative = False
        return terms[0] if len(terms) == 1 else Apply("add", tuple(terms))

    signed = expression

    def sign(self, sign: Token) -> Token:
        return sign

    def product(self, result: Any, *rest: Any) -> Any:
        for sign, factor in zip(rest[::2], rest[1::2], strict=True):
            join = divide if sign.type == "DIVIDE_SIGN" else multiply
            result = join(result, factor, sign)
        return result

    def implicit(self, *factors: Any) -> Any:
        parts = list(factors)
        for position in range(len(parts) - 2, -1, -1):
            waiting = parts[position]
            if isinstance(waiting, Operator):  # works on all factors behind it
                body = whole(juxtaposed(parts[position + 1 :]))
                parts[position:] = [Derivative(body, waiting.by, waiting.kind)]
        return juxtaposed(parts)

    def large(self, sign: Token, *parts: Any) -> Tree:
        *scripts, body = parts
        word = re.sub(r"operatorname|mathrm|text|[^a-z]", "", sign)
        operation = {"prod": "product", "": "product" if sign == "∏" else "sum"}.get(word, word)
        index, lower, upper, below = Symbol(""), None, None, None
        for script in scripts:
            if isinstance(script, Lower):
                below = _only(below, script, sign)
                index, lower = _index(script)
            elif not isinstance(script, Token):
                upper = _only(upper, whole(script), sign)
        return Reduce(operation, index, lower, upper, whole(body), at=place(sign))

    def lower(self, opening: Token, name: Any, *rest: Any) -> Lower:
        relation, first = (rest[0], rest[1]) if len(rest) == 3 else (None, None)
        return Lower(name, relation, first, place(opening))

    def base(self, opening: Token, name: Any, closing: Token) -> Lower:
        return self.lower(opening, name, closing)

    # -- powers, scripts, primes

    def number(self, digits: Token, *script: Any) -> Any:
        power = digits.lower().partition("e")[2]
        if len(power.lstrip("+-0")) > MOST_EXPONENT_DIGITS:
            raise FormulaError(place(digits), str(digits), "an exponent of three digits at most")
        value = Number(digits.replace("{,}", ""), at=place(digits))
        return self.power(value, *script) if script else value

    def percent(self, digits: Token, sign: Token) -> Apply:
        return Apply("divide", (self.number(digits), Number("100")), sign=str(sign))

    def power(self, base: Any, *scripts: Any) -> Any:
        for script in scripts:
            if not isinstance(script, Token):
                base = raised(base, script)
            elif script.type == "SUBSCRIPT":
                base = subscripted(base, script)
            elif script.type == "PRIME":
                base = primed(base)
        return base

    def mark(self, sign: Token) -> Mark:
        return Mark("*" if sign.type == "MULTIPLY_SIGN" else str(sign), place(sign))

    def marked(self, script: Any, sign: Token) -> Scripts:
        """Two superscripts in one: w^{(2)+} is the weight of layer 2 after the update."""
        return Scripts((script, self.mark(sign)))

    def bare(self, group: Group) -> Bare:
        return Bare(group)

    def braces(self, inner: Any) -> Any:
        return inner

    # -- atoms

    def symbol(self, name: Token) -> Symbol:
        base, indices = read_base(name)
        return Symbol(base, indices, typed=str(name), at=place(name))

    def value_name(self, name: Token) -> Symbol:
        return Symbol(read_value_name(name), typed=str(name), at=place(name))

    def function(self, name: Token, *scripts: Any) -> tuple[Symbol, int, Tree | None]:
        symbol: Any = self.symbol(name)
        primes, exponent = 0, None
        for script in scripts:
            if not isinstance(script, Token):
                marked = raised(symbol, script)
                if isinstance(marked, Symbol):
                    symbol = marked
                else:
                    exponent = _only(exponent, whole(script), name)
            elif script.type == "SUBSCRIPT":
                symbol = subscripted(symbol, script)
            elif script.type == "PRIME":
                primes += 1
        return symbol, primes, exponent

    def arguments(self, *parts: Any) -> tuple[Tree, ...]:
        return tuple(whole(part) for part in parts if not isinstance(part, Token))

    row = arguments

    def call(self, function: tuple[Symbol, int, Tree | None], arguments: tuple[Tree, ...]) -> Tree:
        symbol, primes, exponent = function
        value = Call(symbol, arguments, primes)
        if is_transpose(exponent):
            return Apply("transpose", (value,))
        return value if exponent is None else Apply("power", (value, exponent))

    def application(self, name: Token, *parts: Any) -> Any:
        *scripts, argument = parts
        word = re.sub(r"\\\w+\*?\s*\{|[^a-z]", "", name.lower())  # \mathrm{exp} is exp
        # The bracket belongs to the function: \ln(x)^2 is the square of the logarithm.
        outer: Apply | None = None
        primes = 0
        if isinstance(argument, Primed):
            primes, argument = argument.primes, argument.group
        if isinstance(argument, Apply) and argument.sign == "(" and argument.operation in _OUTER:
            outer, argument = argument, Group((argument.operands[0],), "(", place(name))
        exponent = base = None
        for script in scripts:
            if isinstance(script, Lower):
                base = _only(base, script, name)
            elif not isinstance(script, Token):
                exponent = _only(exponent, whole(script), name)
        inverse = exponent == -Number("1") or is_transpose(exponent)
        if (outer is not None and exponent is not None) or inverse:
            raise FormulaError(place(name), str(name), "a function with one positive exponent")
        value: Tree = _applied(word, argument, base)
        if exponent is not None:
            value = Apply("power", (value, exponent))
        if outer is not None:
            value = replace(outer, operands=(value, *outer.operands[1:]), sign="")
        if primes:
            value = whole(Primed(Group((value,), "(", place(name)), primes))
        bracketed = isinstance(argument, Group) or word in _EXTREMES
        return value if bracketed else Open(value, str(name), place(name))

    def fraction(self, sign: Token, above: Any, below: Any) -> Any:
        variables = differentials(below)
        if variables and (order := order_of_d(above)):
            return operator(variables_of(variables), order, sign)
        if variables and (functions := differentials(above)):
            return quotient(functions[0], variables)
        return Apply("divide", (whole(above), whole(below)), sign=str(sign))

    def root(self, _sign: Token, *parts: Any) -> Tree:
        *degree, radicand = (whole(part) for part in parts if not isinstance(part, Token))
        if degree:
            return Apply("power", (radicand, 1 / degree[0]), sign=r"\sqrt")
        return Apply("sqrt", (radicand,))

    def group(self, opening: Token, *parts: Any) -> Group:
        *items, closing = parts
        fence = {r"\{": "{", r"\lbrack": "["}.get(opening, str(opening))
        wanted = {"(": ")", "[": "]", "{": r"\}"}[fence]
        if closing.replace(r"\rbrack", "]") != wanted:
            raise FormulaError(place(closing), str(closing), f"'{wanted}'")
        return Group(tuple(items), fence, place(opening))

    def absolute(self, _opening: Token, inner: Any, _closing: Token) -> Tree:
        return Apply("abs", (whole(inner),))

    def norm(self, _opening: Token, inner: Any, _closing: Token) -> Tree:
        return Apply("norm", (whole(inner),))

    def floor(self, _opening: Token, inner: Any, _closing: Token) -> Tree:
        return Apply("floor", (whole(inner),))

    def ceiling(self, _opening: Token, inner: Any, _closing: Token) -> Tree:
        return Apply("ceiling", (whole(inner),))

    def partial(self, sign: Token, *parts: Any) -> Partial:
        rest = list(parts)
        order = 1
        if rest and isinstance(rest[0], Token):
            exponent = rest[1]
            if not (isinstance(exponent, Number) and exponent.text in ("2", "3")):
                raise FormulaError(place(sign), str(sign), "an order of 2 or 3")
            order, rest = int(exponent.text), rest[2:]
        return Partial(order, rest[0] if rest else None, str(sign), place(sign))

    def nabla(self, sign: Token, *below: Lower) -> Operator:
        by = tuple(whole(part.name) for part in below)
        if any(isinstance(variable, Number) for variable in by):
            raise FormulaError(place(sign), str(sign), "the variable of a derivative")
        return Operator(by, "nabla", str(sign), place(sign))

    def gap(self, dots: Token) -> Gap:
        return Gap(typed=str(dots))

    def matrix(self, opening: Token, *parts: Any) -> Tree:
        rows = tuple(row for row in parts if isinstance(row, tuple) and row)
        kind = re.search(r"[pbvBV]matrix", opening)
        matrix = Matrix(rows, fence=kind[0] if kind else "pmatrix")
        return Apply("determinant", (matrix,)) if matrix.fence == "vmatrix" else matrix

    def cases(self, *parts: Any) -> Tree:
        return Cases(tuple(part for part in parts if isinstance(part, tuple)))

    def branch(self, value: Any, *parts: Any) -> Any:
        return (whole(value), *(part.condition for part in parts if isinstance(part, Condition)))

    def condition(self, *parts: Any) -> Condition:
        relations = [part for part in parts if isinstance(part, Token) and part.type == "RELATION"]
        if not relations:
            return Condition(None)
        left, right = (whole(part) for part in parts if not isinstance(part, Token))
        return Condition((_RELATIONS.get(relations[0], str(relations[0])), left, right))


_OUTER = frozenset({"power", "transpose"})
_EXTREMES = frozenset({"max", "min"})
_OTHERWISE = {"ln": "log", "lg": "log10", "det": "determinant", "tr": "trace"}
"""What functions of the table are called there that have another name in formulas."""


def _applied(word: str, argument: Any, base: Lower | None) -> Apply:
    """A function of the table applied to its argument; a logarithm to any base."""
    items = argument.items if isinstance(argument, Group) else (argument,)
    arguments = tuple(map(whole, items))
    if word in _EXTREMES:
        first = arguments[0]
        entries = first.items if len(items) == 1 and isinstance(first, Tuple) else arguments
        return Apply(f"{word}imum", entries)
    if len(items) > 1:
        raise FormulaError(argument.offset, argument.fence, "one argument")
    if base is not None and word != "log":
        raise FormulaError(base.offset, "_", "a function without a subscript")
    function = _OTHERWISE.get(word, word)
    value = Apply(function, arguments, sign="(" if isinstance(argument, Group) else "")
    if base is None:
        return value
    return Apply("divide", (value, Apply("log", (whole(base.name),))), sign="/")


def _only(before: Any, script: Any, sign: Token) -> Any:
    """A script of which there can be one."""
    if before is not None:
        raise FormulaError(place(sign), str(sign), "one subscript and one superscript")
    return script


def _index(lower: Lower) -> tuple[Symbol, Tree | None]:
    index, relation = lower.name, lower.relation
    if relation is not None and relation not in ("=", r"\in", "∈"):
        raise FormulaError(place(relation), str(relation), "one index, as in i=1")
    if not isinstance(index, Symbol):
        raise FormulaError(lower.offset, "_", "one index, as in i=1")
    return index, whole(lower.first) if relation == "=" else None
