"""Formula trees as Python: the expressions that a notebook computes with.

A table with a row for each operation, as typesetting has one for what stands on paper. What is not
in it is no function of single numbers and raises `EvaluationError`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bpreport.formula import EvaluationError, unroll
from bpreport.formula.operations import FUNCTION_MEANINGS
from bpreport.formula.tree import Apply, Call, Cases, Derivative, Number, Reduce, Symbol, Tree
from bpreport.publish.numbers import exact

__all__ = ["assignment", "expression", "literal", "quoted"]

_SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(5)
"""How strongly a piece of Python holds together; brackets go around what holds too weakly."""

CALLS = {
    "exp": "np.exp({})", "log": "np.log({})", "log10": "np.log10({})", "sin": "np.sin({})",
    "cos": "np.cos({})", "tan": "np.tan({})", "sinh": "np.sinh({})", "cosh": "np.cosh({})",
    "tanh": "np.tanh({})", "sqrt": "np.sqrt({})", "abs": "np.abs({})", "floor": "np.floor({})",
    "sign": "np.sign({})",
    "ceiling": "np.ceil({})", "relu": "np.maximum({}, 0)",
    "maximum": "np.maximum({}, {})", "minimum": "np.minimum({}, {})", "sum": "np.sum({})",
}  # fmt: skip
"""Operations that are calls. "sum" is over all entries of an array, which only notebooks write."""

CONSTANTS = {"e": "np.e", r"\pi": "np.pi"}
RELATIONS = {
    "<": "<", ">": ">", "=": "==", r"\le": "<=", r"\leq": "<=", r"\ge": ">=", r"\geq": ">=",
    r"\ne": "!=", r"\neq": "!=",
}  # fmt: skip
WIDTH = 88
"""Columns of a line past which it is broken."""

Names = Mapping[str, str]


def expression(node: Tree, names: Names) -> str:
    r"""A tree as a Python expression, with names for its symbols by their keys.

    >>> from bpreport.formula import parse
    >>> expression(parse(r"-(a - b)^2 * \frac{1}{1 + e^{-c}}"), {"a": "a", "b": "b", "c": "c"})
    '-(a - b) ** 2 * (1 / (1 + np.exp(-c)))'
    """
    return _Writer(names).write(node)[0]


def assignment(name: str, node: Tree, names: Names) -> str:
    """A line that computes a name; where it is too long, one line a term or factor.

    >>> long = Symbol("a") * Symbol("b")
    >>> print(assignment("product", long, {"a": "a" * 50, "b": "b" * 50}))
    product = (
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
        * bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
    )
    """
    writer = _Writer(names)
    line = f"{name} = {writer.write(node)[0]}"
    if len(line) <= WIDTH or not isinstance(node, Apply):
        return line
    pieces = writer.pieces(node)
    if len(pieces) < 2:
        return line
    return "\n".join([f"{name} = (", *(f"    {piece}" for piece in pieces), ")"])


class _Writer:
    def __init__(self, names: Names) -> None:
        self.names = names

    def write(self, node: Tree) -> tuple[str, int]:
        """The Python of a node and how strongly it holds together."""
        match node:
            case Number(text=text):
                return literal(text), _ATOM
            case Symbol(key=key) | Derivative(key=key):
                return self._name(key), _ATOM
            case Apply(operation=operation, operands=operands):
                return self._apply(operation, operands)
            case Call(function=function, arguments=arguments, primes=0):
                meaning = FUNCTION_MEANINGS.get(function.key, "")
                return self._apply(meaning, arguments)
            case Reduce(operation="sum" | "product"):
                return self.write(unroll(node, {}))
            case Cases(branches=branches):
                return self._cases(branches), _ATOM
        raise EvaluationError("a row or matrix where one number is expected")

    def pieces(self, node: Apply) -> list[str]:
        """The terms of a sum or the factors of a product, each with the operator before it."""
        if node.operation == "add":
            return self._terms(node.operands)
        if node.operation == "multiply":
            first, *rest = self._factors(node.operands)
            return [first, *(f"* {factor}" for factor in rest)]
        return []

    def _name(self, key: str) -> str:
        name = self.names.get(key) or CONSTANTS.get(key)
        if name is None:
            raise EvaluationError("{name} has no value here", name=key)
        return name

    def _at(self, node: Tree, strength: int) -> str:
        text, own = self.write(node)
        return text if own >= strength else f"({text})"

    def _apply(self, operation: str, operands: tuple[Tree, ...]) -> tuple[str, int]:
        match operation:
            case "add":
                return " ".join(self._terms(operands)), _SUM
            case "negative":
                own = self.write(operands[0])[1]
                return f"-{self._at(operands[0], _PRODUCT)}", _SIGN if own >= _SIGN else _PRODUCT
            case "multiply":
                return " * ".join(self._factors(operands)), _PRODUCT
            case "divide":
                above, below = operands
                return f"{self._at(above, _PRODUCT)} / {self._at(below, _POWER)}", _PRODUCT
            case "power":
                base, exponent = operands
                return f"{self._at(base, _ATOM)} ** {self._at(exponent, _SIGN)}", _POWER
            case "identity":
                return self.write(operands[0])
            case "sigmoid":
                return f"1 / (1 + np.exp(-{self._at(operands[0], _PRODUCT)}))", _PRODUCT
        if operation not in CALLS:
            raise EvaluationError("a row or matrix where one number is expected")
        return CALLS[operation].format(*(self.write(operand)[0] for operand in operands)), _ATOM

    def _terms(self, terms: tuple[Tree, ...]) -> list[str]:
        pieces = [self._at(terms[0], _SUM if not _is_sum(terms[0]) else _PRODUCT)]
        for term in terms[1:]:
            if isinstance(term, Apply) and term.operation == "negative":
                pieces.append(f"- {self._at(term.operands[0], _PRODUCT)}")
            else:
                pieces.append(f"+ {self._at(term, _PRODUCT)}")
        return pieces

    def _factors(self, factors: tuple[Tree, ...]) -> list[str]:
        return [
            self._at(factors[0], _PRODUCT),
            *(self._at(factor, _POWER) for factor in factors[1:]),
        ]

    def _cases(self, branches: tuple[tuple[Tree, tuple[str, Tree, Tree] | None], ...]) -> str:
        (value, condition), *rest = branches
        shown = self.write(value)[0]
        if condition is None:
            return shown
        relation, left, right = condition
        asked = f"{self._at(left, _SUM)} {RELATIONS[relation]} {self._at(right, _SUM)}"
        otherwise = self._cases(tuple(rest)) if rest else "np.nan"
        return f"np.where({asked}, {shown}, {otherwise})"


def _is_sum(node: Tree) -> bool:
    return isinstance(node, Apply) and node.operation == "add"


def literal(digits: str) -> str:
    """Typed digits as a number in Python: as they are, unless Python reads them otherwise.

    >>> literal("0.50"), literal("-1e-10"), literal("007"), literal("\u0663")
    ('0.50', '-1e-10', '7', '3')
    """
    return digits if _PLAIN.fullmatch(digits) else exact(digits, 30)


_PLAIN = re.compile(r"-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def quoted(text: str) -> str:
    r"""A text as a string in Python; a formula without doubled backslashes.

    >>> print(quoted(r"$\theta$"), quoted('"; import os'))
    r"$\theta$" '"; import os'
    """
    plain = '"' not in text and text.isprintable() and not text.endswith("\\")
    return repr(text) if not plain else f'r"{text}"' if "\\" in text else f'"{text}"'
