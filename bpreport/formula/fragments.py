"""What is only part of something larger, until a tree can be made of it.

A bracket may hold a value, an argument or an index; a derivative sign waits for its quotient. They
travel between the rules of the grammar as the nodes below, and `whole` makes a tree of them or
refuses them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, cast

from lark import Token

from bpreport.formula.errors import FormulaError
from bpreport.formula.tree import Apply, Derivative, Symbol, Tree, Tuple

__all__ = [
    "Bare",
    "Condition",
    "Group",
    "Lower",
    "Mark",
    "Open",
    "Operator",
    "Partial",
    "Primed",
    "Scripts",
    "is_power",
    "place",
    "primed",
    "unwrapped",
    "whole",
]


@dataclass(frozen=True, slots=True)
class Group:
    """A bracket in the source, until it is known what it is for."""

    items: tuple[Any, ...]
    fence: str
    offset: int


@dataclass(frozen=True, slots=True)
class Partial:
    r"""The \partial or d of a quotient, until the quotient is complete."""

    order: int
    body: Any
    sign: str
    offset: int


@dataclass(frozen=True, slots=True)
class Operator:
    r"""\frac{\partial}{\partial w} or \nabla_w, waiting for what stands behind it."""

    by: tuple[Any, ...]
    kind: str
    sign: str
    offset: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A superscript sign: the + of an updated weight, the * of a minimiser."""

    sign: str
    offset: int


@dataclass(frozen=True, slots=True)
class Bare:
    """A bracket as superscript without braces around it, as in e^(-x), which LaTeX sets wrongly."""

    group: Group


@dataclass(frozen=True, slots=True)
class Primed:
    r"""A bracket with primes behind it, which are those of the function before it: \tanh(x)'."""

    group: Group
    primes: int


@dataclass(frozen=True, slots=True)
class Scripts:
    """Two superscripts in one: the [1] and the T of A^{[1]T}."""

    parts: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Open:
    r"""A function without brackets, as in \ln x: what stands behind it may still belong to it."""

    tree: Tree
    sign: str
    offset: int


@dataclass(frozen=True, slots=True)
class Lower:
    """What stands below a sum or a logarithm."""

    name: Any
    relation: Token | None
    first: Any
    offset: int


@dataclass(frozen=True, slots=True)
class Condition:
    """The condition of one branch of cases; None means otherwise."""

    condition: tuple[str, Tree, Tree] | None


def whole(part: Any) -> Tree:
    """A finished tree; what only makes sense inside something larger is refused."""
    match part:
        case Group(items=(single,), fence="(" | "[" | "{"):
            return whole(single)
        case Group(items=items, fence=fence):
            return Tuple(tuple(map(whole, items)), fence)
        case Bare(group=group):
            return whole(group)
        case Primed(group=group, primes=primes):
            tree = whole(group)
            for _ in range(primes):
                tree = Derivative(tree, (), kind="prime")
            return tree
        case Open(tree=inner):
            return inner
        case Mark(sign=sign, offset=offset):
            raise FormulaError(offset, sign, "a symbol in front of a mark")
        case Scripts(parts=parts):
            return Apply("multiply", tuple(map(whole, parts)), sign="")
        case Partial(sign="d", body=Symbol() | Apply() as body):
            return _change(body, part.offset)
        case Partial(sign=sign, offset=offset) | (Partial(sign=sign, offset=offset), *_):
            raise FormulaError(offset, sign, "a quotient around a derivative sign")
        case Operator(sign=sign, offset=offset):
            raise FormulaError(offset, sign, "an expression behind a derivative sign")
    return cast("Tree", part)


def primed(base: Any) -> Any:
    """A base with a prime more."""
    if isinstance(base, Group):
        return Primed(base, 1)
    if isinstance(base, Primed):
        return replace(base, primes=base.primes + 1)
    return Derivative(whole(base), (), kind="prime")


def _change(body: Symbol | Apply, offset: int) -> Tree:
    """The dw of notes on programming, which is one name; its square in dw^2."""
    if isinstance(body, Apply):
        inner, exponent = body.operands
        return replace(body, operands=(_change(cast("Symbol", inner), offset), exponent))
    typed = f"d{body.typed}"
    if body.base.isdigit():  # as in d1, which is d_1
        return replace(body, base="d", indices=(body.base, *body.indices), typed=typed, at=offset)
    return replace(body, base=f"d{body.base}", typed=typed, at=offset)


def unwrapped(part: Any) -> Any:
    """A part without brackets that hold nothing but another pair: ((t, 1)) is (t, 1)."""
    while isinstance(part, Group) and len(part.items) == 1 and isinstance(part.items[0], Group):
        part = part.items[0]
    return part


def is_power(part: Any) -> bool:
    """Whether a part is a tree that raises something to a power."""
    return isinstance(part, Apply) and part.operation == "power"


def place(token: Token) -> int:
    """Where a token stands in the source."""
    return token.start_pos or 0
