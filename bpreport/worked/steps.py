"""Building a trace: each quantity is defined by a tree over those before it, and evaluated."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from bpreport.formula import MPMATH, evaluate
from bpreport.formula.arithmetic import MP
from bpreport.formula.tree import Apply, Derivative, Number, Symbol, Tree, children
from bpreport.worked.trace import Quantity

__all__ = ["HALF", "ONE", "ZERO", "Steps", "by", "exp", "ln", "product", "read_keys", "total"]

Name = TypeVar("Name", Symbol, Derivative)

ZERO = Number("0")
ONE = Number("1")
HALF = Apply("divide", (Number("1"), Number("2")), sign=r"\frac")


class Steps:
    """Quantities in the making, each at 50 digits as soon as it is defined.

    >>> steps = Steps()
    >>> x = steps.given(Symbol("x"), "0.5")
    >>> y = steps.define(Symbol("y"), x * x + 1, "model")
    >>> print(steps.values["y"], steps.quantities["y"].sources)
    1.25 ('x',)
    """

    def __init__(self) -> None:
        self.quantities: dict[str, Quantity] = {}
        self.values: dict[str, Any] = {}

    def given(self, symbol: Name, digits: str, stage: str = "given") -> Name:
        """A value as the deck states it."""
        return self._add(symbol, Quantity(symbol, MPMATH.number(digits), stage=stage))

    def define(
        self, symbol: Name, formula: Tree, stage: str, *forms: Tree, others: tuple[Tree, ...] = ()
    ) -> Name:
        """A value computed from earlier ones; `forms` lead to its formula, `others` give it too."""
        value = evaluate(formula, self.values, MPMATH)
        known = Quantity(symbol, value, formula, forms, others, read_keys(formula), stage)
        return self._add(symbol, known)

    def result(self, symbol: Name, value: Any, stage: str, *forms: Tree) -> Name:
        """A value found by iteration or by solving equations, at 50 digits."""
        return self._add(symbol, Quantity(symbol, MP.mpf(str(value)), None, forms, stage=stage))

    def _add(self, symbol: Name, quantity: Quantity) -> Name:
        self.quantities[quantity.key] = quantity
        self.values[quantity.key] = quantity.value
        return symbol


def read_keys(formula: Tree) -> tuple[str, ...]:
    r"""Keys of the values that a formula reads, in reading order, each once.

    >>> read_keys(Symbol("a") * by(Symbol("E"), Symbol("w")) + Symbol("a"))
    ('a', '\\partial E/\\partial w')
    """
    match formula:
        case Symbol(key=key) | Derivative(key=key):
            return (key,)
    found = (key for child in children(formula) for key in read_keys(child))
    return tuple(dict.fromkeys(found))


def by(body: Tree, variable: Tree) -> Derivative:
    r"""The partial derivative \partial body / \partial variable, as a name."""
    return Derivative(body, (variable,))


def total(terms: Iterable[Tree]) -> Tree:
    """The sum of one or more trees; a single one stays as it is."""
    first, *rest = terms
    if not rest:
        return first
    parts: list[Tree] = []  # added one by one, each sum would be copied into the next
    for term in (first, *rest):
        match term:
            case Apply(operation="add", operands=operands):
                parts.extend(operands)
            case _:
                parts.append(term)
    return Apply("add", tuple(parts))


def product(*factors: Tree) -> Tree:
    """The product of one or more trees, none of them merged into another."""
    return factors[0] if len(factors) == 1 else Apply("multiply", factors, sign=r"\cdot")


def exp(value: Tree) -> Apply:
    """E to the power of a tree."""
    return Apply("exp", (value,))


def ln(value: Tree) -> Apply:
    """The natural logarithm of a tree."""
    return Apply("log", (value,))
