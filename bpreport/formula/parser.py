r"""Reading one side of a chain into a tree.

>>> parse(r"\frac{1}{2}(d - O)^2").operation
'multiply'
>>> parse(r"out_{o1}(1 - out_{o1})").operation      # a product
'multiply'
>>> parse(r"f(net_k)").function.key                 # a call
'f'

What is not understood is refused, with its place and what stood there:

>>> parse(r"w_1 + * x")
Traceback (most recent call last):
    ...
bpreport.formula.errors.FormulaError: at '*': expected a value
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from bpreport.formula.errors import FormulaError
from bpreport.formula.names import read_base, read_indices
from bpreport.formula.tokens import Refiner
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
    substitute,
)

__all__ = ["LONGEST", "parse"]

LONGEST = 20_000
"""Characters of one side past which it is refused: no formula that a person reads is longer."""

DEEPEST = 60
"""Nested brackets past which a side is refused, so that no tree is too deep to walk."""

_FULL_WIDTH = str.maketrans(
    {
        "（": "(", "）": ")", "，": ",", "＋": "+", "－": "-", "−": "-", "–": "-", "＊": "*",
        "×": "*", "·": "*", "⋅": "*", "∙": "*", "•": "*", "∗": "*", "÷": "/", "［": "[",
        "］": "]", "′": "'", "’": "'", "．": ".", "／": "/",
    }
)  # fmt: skip
"""Typographic variants, one character each, so that offsets stay."""


@dataclass(frozen=True, slots=True)
class _Group:
    """A bracket in the source, until it is known what it is for."""

    items: tuple[Any, ...]
    fence: str


@dataclass(frozen=True, slots=True)
class _Partial:
    r"""The \partial or d of a quotient, until the quotient is complete."""

    order: int
    body: Any
    token: str
    offset: int


@dataclass(frozen=True, slots=True)
class _Operator:
    r"""\frac{\partial}{\partial w} or \nabla_w, waiting for what stands behind it."""

    by: tuple[Any, ...]
    kind: str
    offset: int


@dataclass(frozen=True, slots=True)
class _Mark:
    """A superscript sign: the + of an updated weight, the * of a minimiser."""

    sign: str
    offset: int


@dataclass(frozen=True, slots=True)
class _Condition:
    """The condition of one branch of cases; None means otherwise."""

    condition: tuple[str, Tree, Tree] | None


def parse(
    source: str, functions: Iterable[str] = (), names: Iterable[str] = ()
) -> Tree:
    r"""The tree of one side of a chain, given as LaTeX.

    `functions` are keys of names that are called, as f in f(net_k); `names` are runs of letters
    that are one symbol. A few of both are known to everyone (see names.py).

    Raises `FormulaError` with the offset in `source`, the token that stood there and what was
    expected.

    >>> [symbol.key for symbol in parse("w8 * out_{h1}").operands]
    ['w_{8}', 'out_{h1}']
    """
    if len(source) > LONGEST:
        raise FormulaError(LONGEST, source[LONGEST], f"at most {LONGEST} characters in a formula")
    _check_depth(source)
    text = source.translate(_FULL_WIDTH)
    parser = _parser(frozenset(functions), frozenset(names))
    try:
        return cast("Tree", parser.parse(text))
    except UnexpectedToken as error:
        token = error.token
        at = token.start_pos if token.type != "$END" and token.start_pos is not None else len(text)
        shown = "" if token.type == "$END" else source[at : at + len(token)]
        raise FormulaError(at, shown, _expected(error.accepts or error.expected)) from None
    except UnexpectedCharacters as error:
        at = error.pos_in_stream
        shown = re.match(r"\\[A-Za-z]+|.", source[at:], re.S)
        raise FormulaError(
            at, shown[0] if shown else "", "a symbol, a number or an operator"
        ) from None
    except UnexpectedInput as error:  # pragma: no cover - Lark has no other kinds today
        raise FormulaError(error.pos_in_stream or 0, "", "a formula") from None


def _check_depth(source: str) -> None:
    depth = 0
    for match in re.finditer(r"[{(\[]|[})\]]|\\begin|\\end", source):
        depth += 1 if match[0] in ("{", "(", "[", r"\begin") else -1
        if depth > DEEPEST:
            raise FormulaError(match.start(), match[0], f"at most {DEEPEST} nested brackets")


@lru_cache(maxsize=64)
def _parser(functions: frozenset[str], names: frozenset[str]) -> Lark:
    """A parser that knows these names; the tables are made once, the rest is cheap."""
    return Lark(
        _grammar(),
        parser="lalr",
        lexer="basic",
        postlex=Refiner(functions, names),
        transformer=_Builder(functions, names),
        maybe_placeholders=False,
    )


@lru_cache(maxsize=1)
def _grammar() -> str:
    return Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")


def _expected(terminals: Iterable[str]) -> str:
    """What could have stood there, in plain words."""
    kinds = set(terminals)
    words = []
    if kinds & {"NUMBER", "SYMBOL"}:
        words.append("a value")
    elif kinds & {"MULTIPLY_SIGN", "ADD_SIGN"}:
        words.append("an operator")
    for terminal, word in (
        ("RBRACE", "'}'"),
        ("CLOSE", "a closing bracket"),
        ("ABSOLUTE_CLOSE", "'|'"),
        ("END_MATRIX", "the end of the matrix"),
        ("END_CASES", "the end of the cases"),
        ("LBRACE", "'{'"),
        ("OPEN", "'('"),
    ):
        if terminal in kinds and "a value" not in words:
            words.append(word)
    if "$END" in kinds:
        words.append("the end")
    return " or ".join(words) or "something else"


def _whole(part: Any) -> Tree:
    """A finished tree; what only makes sense inside something larger is refused."""
    match part:
        case _Group(items=(single,), fence="(" | "[" | "{"):
            return _whole(single)
        case _Group(items=items, fence=fence):
            return Tuple(tuple(map(_whole, items)), fence)
        case _Partial(token=token, offset=offset):
            raise FormulaError(offset, token, "a quotient around a derivative sign")
        case tuple((_Partial(token=token, offset=offset), *_)):
            raise FormulaError(offset, token, "a quotient around a derivative sign")
        case _Operator(offset=offset):
            raise FormulaError(offset, r"\frac", "an expression behind a derivative sign")
    return cast("Tree", part)


def _is_index(part: Any) -> bool:
    """Whether a superscript in brackets is an index or a count, not an exponent."""
    match part:
        case Number(text=text):
            return text.isdigit()
        case Symbol(indices=(), marks=()):
            return True
        case Apply(operation="add", operands=(Symbol(indices=(), marks=()), last)):
            inner = last.operands[0] if isinstance(last, Apply) else last
            return isinstance(inner, Number)
    return False


@v_args(inline=True)
class _Builder(Transformer[Token, Tree]):
    """Makes tree nodes of Lark's rules, one method a rule.

    What is only part of something larger (a bracket, a derivative sign) travels as one of the
    private nodes above until `_whole` makes a tree of it or refuses it.
    """

    def __init__(self, functions: frozenset[str], names: frozenset[str]) -> None:
        super().__init__(visit_tokens=False)
        self.functions = functions
        self.names = names

    # -- sums and products

    def start(self, *items: Any) -> Tree:
        trees = tuple(map(_whole, items))
        return trees[0] if len(trees) == 1 else Tuple(trees, fence="")

    def expression(self, *parts: Any) -> Any:
        if len(parts) == 1:
            return parts[0]
        terms: list[Tree] = []
        negative = False
        for part in parts:
            if isinstance(part, Token):
                negative ^= part == "-"
                continue
            terms.append(Apply("negative", (_whole(part),)) if negative else _whole(part))
            negative = False
        return terms[0] if len(terms) == 1 else Apply("add", tuple(terms))

    signed = expression

    def sign(self, sign: Token) -> Token:
        return sign

    def product(self, result: Any, *rest: Any) -> Any:
        for sign, factor in zip(rest[::2], rest[1::2], strict=True):
            join = _divide if sign.type == "DIVIDE_SIGN" else _multiply
            result = join(result, factor, sign)
        return result

    def implicit(self, *factors: Any) -> Any:
        for place, factor in enumerate(factors[:-1]):
            if isinstance(factor, _Operator):  # works on all factors behind it
                body = _whole(self.implicit(*factors[place + 1 :]))
                return self.implicit(*factors[:place], Derivative(body, factor.by, factor.kind))
        if len(factors) == 1:
            return factors[0]
        if all(isinstance(factor, _Partial) for factor in factors):
            return factors
        return Apply("multiply", tuple(map(_whole, factors)), sign="")

    def large(self, sign: Token, *parts: Any) -> Tree:
        *scripts, body = parts
        word = re.sub(r"operatorname|[^a-z]", "", sign)
        index, lower, upper = Symbol(""), None, None
        for script in scripts:
            if not isinstance(script, Token):
                upper = _whole(script)
            elif script.type == "SUBSCRIPT":
                index, lower = self._bounds(script)
        operation = {"prod": "product"}.get(word, word)
        return Reduce(operation, index, lower, upper, _whole(body), at=_place(sign))

    def _bounds(self, script: Token) -> tuple[Symbol, Tree | None]:
        inner = script[1:].strip()
        inner = inner[1:-1] if inner.startswith("{") else inner
        start = _place(script) + script.index(inner)
        name, relation, first = re.match(r"(.*?)(?:(=|\\in(?![A-Za-z]))(.*))?$", inner, re.S).groups()  # type: ignore[union-attr]
        index = self._inner(name, start)
        if isinstance(index, Tuple):
            index = index.items[0]
        if not isinstance(index, Symbol):
            raise FormulaError(start, name.strip(), "an index, as in i=1")
        if relation != "=":
            return index, None
        return index, self._inner(first, start + len(name) + 1)

    def _inner(self, text: str, offset: int) -> Tree:
        """A small formula that stands in a script."""
        try:
            return _shifted(parse(text, self.functions, self.names), offset)
        except FormulaError as error:
            raise FormulaError(offset + error.offset, error.token, error.expected) from None

    # -- powers, scripts, primes

    def number(self, digits: Token, *script: Any) -> Any:
        value = Number(digits.replace("{,}", ""), at=_place(digits))
        return self.power(value, *script) if script else value

    def power(self, base: Any, *scripts: Any) -> Any:
        for script in scripts:
            if not isinstance(script, Token):
                base = _raised(base, script)
            elif script.type == "SUBSCRIPT":
                base = _subscripted(base, script)
            elif script.type == "PRIME":
                base = Derivative(_whole(base), (), kind="prime")
        return base

    def mark(self, sign: Token) -> _Mark:
        return _Mark("*" if sign.type == "MULTIPLY_SIGN" else str(sign), _place(sign))

    def braces(self, inner: Any) -> Any:
        return inner

    # -- atoms

    def symbol(self, name: Token) -> Symbol:
        base, indices = read_base(name)
        return Symbol(base, indices, typed=str(name), at=_place(name))

    def function(self, name: Token, *scripts: Any) -> tuple[Symbol, int, Tree | None]:
        symbol: Any = self.symbol(name)
        primes, exponent = 0, None
        for script in scripts:
            if not isinstance(script, Token):
                raised = _raised(symbol, script)
                symbol, exponent = (
                    (raised, exponent) if isinstance(raised, Symbol) else (symbol, _whole(script))
                )
            elif script.type == "SUBSCRIPT":
                symbol = _subscripted(symbol, script)
            elif script.type == "PRIME":
                primes += 1
        return symbol, primes, exponent

    def arguments(self, *parts: Any) -> tuple[Tree, ...]:
        return tuple(_whole(part) for part in parts if not isinstance(part, Token))

    def call(self, function: tuple[Symbol, int, Tree | None], arguments: tuple[Tree, ...]) -> Tree:
        symbol, primes, exponent = function
        value = Call(symbol, arguments, primes)
        return value if exponent is None else Apply("power", (value, exponent))

    def application(self, name: Token, *parts: Any) -> Tree:
        *scripts, argument = parts
        if name in (r"\max", r"\min"):
            items = argument.items if isinstance(argument, _Group) else (argument,)
            return Apply(name[1:] + "imum", tuple(map(_whole, items)))
        function = {"ln": "log", "lg": "log10"}.get(name[1:], name[1:])
        exponent: Tree | None = None
        base: Tree | None = None
        for script in scripts:
            if not isinstance(script, Token):
                exponent = _whole(script)
            elif script.type == "SUBSCRIPT":
                base = self._inner(script[1:].strip("{} "), _place(script) + 1)
        bracketed = isinstance(argument, _Group)
        # The bracket belongs to the function: \ln(x)^2 is the square of the logarithm.
        if isinstance(argument, Apply) and argument.operation == "power" and argument.sign == "(":
            argument, exponent, bracketed = *argument.operands, True
        value: Tree = Apply(function, (_whole(argument),), sign="(" if bracketed else name)
        if base is not None:
            value = Apply("divide", (Apply("log", value.operands), Apply("log", (base,))), sign="/")
        return value if exponent is None else Apply("power", (value, exponent))

    def fraction(self, sign: Token, above: Any, below: Any) -> Any:
        variables = _differentials(below)
        if variables and _is_d(above):
            return _Operator(_variables(variables), "total", _place(sign))
        if variables and (functions := _differentials(above)):
            return _quotient(functions[0], variables)
        return Apply("divide", (_whole(above), _whole(below)), sign=str(sign))

    def root(self, sign: Token, *parts: Any) -> Tree:
        *degree, radicand = (_whole(part) for part in parts if not isinstance(part, Token))
        if degree:
            return Apply("power", (radicand, 1 / degree[0]), sign=r"\sqrt")
        return Apply("sqrt", (radicand,))

    def group(self, opening: Token, *parts: Any) -> _Group:
        *items, closing = parts
        fence = {r"\{": "{", r"\lbrack": "["}.get(opening, str(opening))
        wanted = {"(": ")", "[": "]", "{": r"\}"}[fence]
        if closing.replace(r"\rbrack", "]") != wanted:
            raise FormulaError(_place(closing), str(closing), f"'{wanted}'")
        return _Group(tuple(items), fence)

    def absolute(self, opening: Token, inner: Any, closing: Token) -> Tree:
        return Apply("abs", (_whole(inner),))

    def norm(self, opening: Token, inner: Any, closing: Token) -> Tree:
        return Apply("norm", (_whole(inner),))

    def partial(self, sign: Token, *parts: Any) -> _Partial:
        rest = list(parts)
        order = 1
        if rest and isinstance(rest[0], Token):
            exponent = rest[1]
            if not (isinstance(exponent, Number) and exponent.text in ("2", "3")):
                raise FormulaError(_place(sign), str(sign), "an order of 2 or 3")
            order, rest = int(exponent.text), rest[2:]
        return _Partial(order, rest[0] if rest else None, str(sign), _place(sign))

    def nabla(self, sign: Token, *subscript: Token) -> _Operator:
        indices = read_indices(subscript[0], _place(subscript[0]) + 1) if subscript else ()
        by = tuple(index for index in indices if not isinstance(index, str))
        return _Operator(by, "nabla", _place(sign))

    def gap(self, dots: Token) -> Gap:
        return Gap(typed=str(dots))

    def matrix(self, opening: Token, *parts: Any) -> Tree:
        rows = tuple(row for row in parts if isinstance(row, tuple) and row)
        kind = re.search(r"[pbvBV]matrix", opening)
        return Matrix(rows, fence=kind[0] if kind else "pmatrix")

    row = arguments

    def cases(self, *parts: Any) -> Tree:
        return Cases(tuple(part for part in parts if isinstance(part, tuple)))

    def branch(self, value: Any, *parts: Any) -> Any:
        return (_whole(value), *(part.condition for part in parts if isinstance(part, _Condition)))

    def condition(self, *parts: Any) -> _Condition:
        relations = [part for part in parts if isinstance(part, Token) and part.type == "RELATION"]
        if not relations:
            return _Condition(None)
        left, right = (_whole(part) for part in parts if not isinstance(part, Token))
        return _Condition((str(relations[0]), left, right))


def _place(token: Token) -> int:
    return token.start_pos or 0


def _shifted(node: Tree, offset: int) -> Tree:
    """The tree with its places moved to where it stands in a larger source."""

    def moved(part: Tree) -> Tree | None:
        return replace(part, at=part.at + offset) if isinstance(part, Number | Symbol) else None

    return substitute(node, moved)


def _multiply(left: Any, right: Any, sign: Token) -> Tree:
    if isinstance(left, _Operator):
        return Derivative(_whole(right), left.by, kind=left.kind)
    same = isinstance(left, Apply) and left.operation == "multiply" and left.sign == sign
    factors = left.operands if same else (_whole(left),)
    return Apply("multiply", (*factors, _whole(right)), sign=str(sign))


def _divide(above: Any, below: Any, sign: Token) -> Tree:
    if isinstance(above, _Partial) and isinstance(below, _Partial):
        return _quotient(above, (below,))
    above, below = _whole(above), _whole(below)
    if not (isinstance(below, Apply) and below.operation == "multiply" and below.sign == ""):
        return Apply("divide", (above, below), sign=str(sign))
    # "1/2 (a - b)" is a half of the bracket; any other "a/b c" is read in two ways.
    first, second, *_ = below.operands
    if not isinstance(above, Number) or not isinstance(first, Number) or isinstance(second, Symbol):
        raise FormulaError(_place(sign), str(sign), "brackets around the divisor, as in a/(b c)")
    quotient = Apply("divide", (above, first), sign=str(sign))
    return Apply("multiply", (quotient, *below.operands[1:]), sign="")


def _subscripted(base: Any, script: Token) -> Any:
    if isinstance(base, Symbol):
        indices = (*base.indices, *read_indices(script, _place(script) + 1))
        return replace(base, indices=indices, typed=base.typed and base.typed + script)
    if isinstance(base, Apply) and base.operation == "norm":
        return base  # the Euclidean norm, by its usual subscript 2
    if isinstance(base, Apply) and base.operation in ("power", "transpose"):
        inner, *rest = base.operands  # x^2_j for x_j^2
        return replace(base, operands=(_subscripted(inner, script), *rest))
    if isinstance(base, Derivative) and base.kind == "prime":
        return replace(base, body=_subscripted(base.body, script))  # out'_{o1}
    raise FormulaError(_place(script), str(script), "a symbol in front of a subscript")


_WORD_MARKS = {"new": "+", "old": "old", r"\star": "*", "init": "0"}
"""Words that stand in a superscript and are no exponents."""


def _raised(base: Any, script: Any) -> Any:
    """A base with a superscript: a power, a mark or a transpose."""
    if isinstance(script, _Mark):
        if not isinstance(base, Symbol):
            raise FormulaError(script.offset, script.sign, "a symbol in front of a mark")
        return _marked(base, script.sign)
    if isinstance(script, Symbol) and script.base in ("T", r"\top"):
        return Apply("transpose", (_whole(base),))
    if isinstance(base, Symbol):
        if isinstance(script, _Group) and all(map(_is_index, script.items)):
            return _marked(base, Tuple(script.items, script.fence))
        if isinstance(script, Symbol) and script.base in _WORD_MARKS:
            return _marked(base, _WORD_MARKS[script.base])
        if _is_layer(script):
            return _marked(base, script)
        if base.key == "e":
            return Apply("exp", (_whole(script),), sign="e")
    sign = "(" if isinstance(base, _Group) else ""
    return Apply("power", (_whole(base), _whole(script)), sign=sign)


def _marked(symbol: Symbol, mark: str | Tree) -> Symbol:
    typed = f"{symbol.typed}^{mark}" if isinstance(mark, str) and symbol.typed else ""
    return replace(symbol, marks=(*symbol.marks, mark), typed=typed)


def _is_d(part: Any) -> bool:
    return isinstance(part, Symbol) and part.key == "d"


def _is_layer(script: Any) -> bool:
    """A superscript l, L or l - 1: the number of a layer, as many textbooks write it."""
    first = script.operands[0] if isinstance(script, Apply) and script.operation == "add" else script
    return isinstance(first, Symbol) and first.key in ("l", "L", r"\ell")


def _differentials(part: Any) -> tuple[_Partial, ...]:
    r"""The \partial w or d w of a quotient; none where the part is something else."""
    match part:
        case _Partial():
            return (part,)
        case tuple():
            return part
        case Apply(operation="multiply", operands=(first, second), sign="") if _is_d(first):
            return (_Partial(1, second, "d", first.at),)
        case Apply(operation="multiply", operands=operands, sign="") if _is_d(operands[0]):
            body = Apply("multiply", operands[1:], sign="")
            return (_Partial(1, body, "d", operands[0].at),)
    return ()


def _variables(partials: tuple[_Partial, ...]) -> tuple[Tree, ...]:
    variables: list[Tree] = []
    for part in partials:
        variable, order = part.body, part.order
        if variable is None:
            raise FormulaError(part.offset, part.token, "the variable of a derivative")
        if isinstance(variable, Apply) and variable.operation == "power":
            variable, exponent = variable.operands
            order = int(exponent.text) if isinstance(exponent, Number) else order
        variables += [_whole(variable)] * min(order, 3)
    return tuple(variables)


def _quotient(above: _Partial, below: tuple[_Partial, ...]) -> Any:
    by = _variables(below)
    if above.order != len(by):
        raise FormulaError(above.offset, above.token, "as many variables as the order says")
    kind = "total" if above.token == "d" else "partial"
    if above.body is None:
        return _Operator(by, kind, above.offset)
    return Derivative(_whole(above.body), by, kind=kind)
