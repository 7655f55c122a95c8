r"""The formula tree: one small immutable tree for reading, computing and showing.

Every other room speaks in these nodes. A tree is built by the parser from LaTeX, or in Python
with ordinary operators:

    >>> from bpreport.formula.tree import Number, Symbol
    >>> w, x, b = Symbol("w", ("7",)), Symbol("out", ("h1",)), Symbol("b", ("2",))
    >>> net = w * x + b * 1
    >>> net.operation
    'add'
    >>> [symbol.key for symbol in symbols(net)]
    ['w_{7}', 'out_{h1}', 'b_{2}']

Two trees are equal when they mean the same thing, whatever their typed form: how a symbol or a
product sign was written is remembered in fields that do not take part in comparison.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import cast

__all__ = [
    "Apply",
    "Call",
    "Cases",
    "Derivative",
    "Function",
    "Gap",
    "Matrix",
    "Node",
    "Number",
    "Reduce",
    "Symbol",
    "Tree",
    "Tuple",
    "children",
    "free_symbols",
    "rebuild",
    "substitute",
    "symbols",
    "tree",
    "walk",
]


class Node:
    """What all nodes share: arithmetic written with Python's operators builds a tree."""

    __slots__ = ()

    def __add__(self, other: Tree | int | str) -> Apply:
        return Apply("add", (*_terms(self), *_terms(tree(other))))

    def __radd__(self, other: int | str) -> Apply:
        return tree(other) + _node(self)

    def __sub__(self, other: Tree | int | str) -> Apply:
        return Apply("add", (*_terms(self), Apply("negative", (tree(other),))))

    def __rsub__(self, other: int | str) -> Apply:
        return tree(other) - _node(self)

    def __mul__(self, other: Tree | int | str) -> Apply:
        return Apply("multiply", (*_factors(self), *_factors(tree(other))), sign=r"\cdot")

    def __rmul__(self, other: int | str) -> Apply:
        return tree(other) * _node(self)

    def __truediv__(self, other: Tree | int | str) -> Apply:
        return Apply("divide", (_node(self), tree(other)), sign=r"\frac")

    def __rtruediv__(self, other: int | str) -> Apply:
        return tree(other) / _node(self)

    def __pow__(self, other: Tree | int | str) -> Apply:
        return Apply("power", (_node(self), tree(other)))

    def __neg__(self) -> Apply:
        return Apply("negative", (_node(self),))


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A printed number."""

    text: str
    """Digits exactly as printed, without sign: "0.50" claims two places, "0.5" one."""
    at: int = field(default=-1, compare=False)
    """Offset of the first digit in the formula's source; -1 where nothing was printed."""

    @property
    def places(self) -> int:
        """Printed decimal places.

        >>> Number("0.50").places, Number("19").places
        (2, 0)
        """
        return len(self.text.partition(".")[2])


@dataclass(frozen=True, slots=True)
class Symbol(Node):
    r"""A named value, such as w_7^+ or x_j^{(i)}.

    >>> Symbol("w", ("7",), ("+",)).key
    'w_{7}^{+}'
    >>> Symbol("w", ("j", "k")).key
    'w_{j,k}'
    """

    base: str
    r"""The name without scripts: "w", "net", r"\theta", r"\hat{y}", r"\Delta w"."""
    indices: tuple[str | Tree, ...] = ()
    """Subscripts: a name ("h1", "total"), a number ("7"), or an index expression (a tree)."""
    marks: tuple[str | Tree, ...] = ()
    """Superscript marks that are not powers: "+", "*", "1000", or a tree: (i), [2], l - 1."""
    typed: str = field(default="", compare=False)
    r"""How the author wrote it, as LaTeX; empty for a symbol that was made in Python."""
    at: int = field(default=-1, compare=False)
    """Offset in the formula's source; -1 where it was made in Python."""

    key: str = field(init=False, compare=False, repr=False)
    """The one spelling under which all typed variants of this symbol are looked up."""

    def __post_init__(self) -> None:
        # An audit asks a name for its key ten times on average: made once, a fifth is saved.
        key = self.base
        if self.indices:
            key += f"_{{{','.join([_script(one) for one in self.indices])}}}"
        if self.marks:
            key += "".join([f"^{{{_script(one)}}}" for one in self.marks])
        object.__setattr__(self, "key", key)


@dataclass(frozen=True, slots=True)
class Apply(Node):
    """An operation of the table in `operations`, applied to its operands."""

    operation: str
    """A key of `operations.OPERATIONS`: "add", "multiply", "divide", "power", "exp", ..."""
    operands: tuple[Tree, ...]
    """Operands in order; "add" and "multiply" take any number of them."""
    sign: str = field(default="", compare=False)
    r"""How it was typed where there is a choice: "*", r"\cdot", "" (juxtaposed), "/", r"\frac"."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function that a deck defines: the names of its arguments and its body."""

    arguments: tuple[Symbol, ...]
    body: Tree
    in_numbers: bool = False
    """A call of it with printed numbers is a number by itself: nothing else has a part in it."""


@dataclass(frozen=True, slots=True)
class Call(Node):
    r"""A declared function applied to arguments: f(net_k), h_\theta(x), g'(z)."""

    function: Symbol
    """The function's name; its subscripts are parameters, as in h_theta."""
    arguments: tuple[Tree, ...]
    primes: int = 0
    """How many primes stand behind the name: 1 in g'(z)."""
    own: Function | None = None
    """What the deck means here with a name that others use for something else; parsed, none."""

    @property
    def name(self) -> str:
        """The name alone, with its primes.

        >>> Call(Symbol("g"), (Symbol("z"),), primes=1).name
        "g'"
        """
        return self.function.key + "'" * self.primes

    @property
    def key(self) -> str:
        """The name with its arguments.

        >>> Call(Symbol("g"), (Symbol("z"),), primes=1).key
        "g'(z)"
        """
        return _script(self)


@dataclass(frozen=True, slots=True)
class Reduce(Node):
    r"""A sum, product, maximum or minimum over an index: \sum_{i=1}^m body."""

    operation: str
    """ "sum", "product", "max", "min", "argmax" or "argmin"."""
    index: Symbol
    """The bound index, or the variable of an \\arg\\min."""
    lower: Tree | None
    """First value of the index; None where the source gives no range."""
    upper: Tree | None
    """Last value, included; None where the source gives no range."""
    body: Tree
    at: int = field(default=-1, compare=False)
    """Offset of the sign in the formula's source."""


@dataclass(frozen=True, slots=True)
class Derivative(Node):
    r"""A derivative: \frac{\partial E}{\partial w}, or a primed expression (...)'."""

    body: Tree
    by: tuple[Tree, ...]
    """Variables, one per order; empty for a prime, whose variable the expression itself tells."""
    kind: str = field(default="partial", compare=False)
    """How it was typed: "partial", "total" (d) or "prime"."""

    @property
    def key(self) -> str:
        r"""The spelling under which a worked example knows this derivative.

        >>> Derivative(Symbol("E", ("total",)), (Symbol("w", ("7",)),)).key
        '\\partial E_{total}/\\partial w_{7}'
        """
        below = "".join(rf"\partial {_script(variable)}" for variable in self.by)
        return rf"\partial {_script(self.body)}/{below}"


@dataclass(frozen=True, slots=True)
class Tuple(Node):
    """Values in a row: (0.35, 0.65), or the range 0, 1, 2, ..., m with a `Gap` in it."""

    items: tuple[Tree, ...]
    fence: str = field(default="(", compare=False)
    """Opening bracket as typed; empty for a bare enumeration."""


@dataclass(frozen=True, slots=True)
class Matrix(Node):
    """Rows of entries, as between pmatrix fences."""

    rows: tuple[tuple[Tree, ...], ...]
    fence: str = field(default="pmatrix", compare=False)


@dataclass(frozen=True, slots=True)
class Cases(Node):
    """Values with their conditions, as in a cases environment."""

    branches: tuple[tuple[Tree, tuple[str, Tree, Tree] | None], ...]
    """Pairs of a value and its condition (relation, left, right); None means otherwise."""


@dataclass(frozen=True, slots=True)
class Gap(Node):
    r"""Dots in an enumeration: 1, 2, \dots, m."""

    typed: str = field(default=r"\dots", compare=False)


Tree = Number | Symbol | Apply | Call | Reduce | Derivative | Tuple | Matrix | Cases | Gap


def tree(value: Tree | int | str) -> Tree:
    """A tree as it is; an integer or the digits of a number as a `Number`.

    >>> tree("0.50")
    Number(text='0.50', at=-1)
    >>> tree(-1)
    Apply(operation='negative', operands=(Number(text='1', at=-1),), sign='')
    """
    if isinstance(value, Node):
        return _node(value)
    text = str(value)
    return -Number(text[1:]) if text.startswith("-") else Number(text)


def children(node: Tree) -> tuple[Tree, ...]:
    """The subtrees that are computed with; the indices of a symbol are part of its name."""
    match node:  # what trees have most of comes first: they are walked over and over
        case Symbol() | Number():
            return ()
        case Apply(operands=operands):
            return operands
        case Call(arguments=arguments):
            return arguments
        case Reduce(lower=lower, upper=upper, body=body):
            return tuple(part for part in (lower, upper, body) if part is not None)
        case Derivative(body=body, by=by):
            return (body, *by)
        case Tuple(items=items):
            return items
        case Matrix(rows=rows):
            return tuple(entry for row in rows for entry in row)
        case Cases(branches=branches):
            return tuple(
                part
                for value, condition in branches
                for part in ((value,) if condition is None else (value, *condition[1:]))
            )
    return ()


def rebuild(node: Tree, parts: tuple[Tree, ...]) -> Tree:
    """The same node over other subtrees, given in the order of `children`."""
    match node:
        case Apply(operation=operation, sign=sign):
            return Apply(operation, parts, sign)
        case Call():
            return replace(node, arguments=parts)
        case Reduce(lower=lower, upper=upper):
            rest = iter(parts)
            return replace(
                node,
                lower=None if lower is None else next(rest),
                upper=None if upper is None else next(rest),
                body=next(rest),
            )
        case Derivative():
            return replace(node, body=parts[0], by=parts[1:])
        case Tuple():
            return replace(node, items=parts)
        case Matrix(rows=rows):
            rest = iter(parts)
            return replace(node, rows=tuple(tuple(next(rest) for _ in row) for row in rows))
        case Cases(branches=branches):
            rest = iter(parts)
            return replace(
                node,
                branches=tuple(
                    (
                        next(rest),
                        None if condition is None else (condition[0], next(rest), next(rest)),
                    )
                    for _, condition in branches
                ),
            )
    return node


def walk(node: Tree) -> Iterator[Tree]:
    """Every node of a tree, parents first, left to right."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        yield part
        waiting.extend(reversed(children(part)))


def symbols(node: Tree) -> list[Symbol]:
    """Every symbol of a tree in reading order, repetitions included."""
    return [part for part in walk(node) if isinstance(part, Symbol)]


def free_symbols(node: Tree) -> dict[str, Symbol]:
    """Symbols by key, without the indices that a sum binds."""
    if isinstance(node, Symbol):
        return {node.key: node}
    found: dict[str, Symbol] = {}
    for child in children(node):
        found.update(free_symbols(child))
    if isinstance(node, Reduce):
        found.pop(node.index.key, None)
    return found


def substitute(node: Tree, replacement: Callable[[Tree], Tree | None]) -> Tree:
    """The tree with every subtree replaced for which `replacement` has an answer, outermost first.

    >>> x = Symbol("x")
    >>> substitute(x + 1, lambda part: Number("2") if part == x else None).operands
    (Number(text='2', at=-1), Number(text='1', at=-1))
    """
    answer = replacement(node)
    if answer is not None:
        return answer
    parts = children(node)
    if not parts:
        return node
    changed = tuple([substitute(part, replacement) for part in parts])
    unchanged = all(map(operator.is_, changed, parts))
    return node if unchanged else rebuild(node, changed)


def _node(value: Node) -> Tree:
    return cast("Tree", value)  # every kind of node is one of the union


def _terms(node: Node) -> tuple[Tree, ...]:
    return node.operands if isinstance(node, Apply) and node.operation == "add" else (_node(node),)


def _factors(node: Node) -> tuple[Tree, ...]:
    if isinstance(node, Apply) and node.operation == "multiply":
        return node.operands
    return (_node(node),)


_CLOSING = {"(": ")", "[": "]", "{": "}", "": ""}


def _script(part: str | Tree) -> str:
    """A subscript, mark or variable as it stands in a key."""
    if isinstance(part, str):
        return part
    match part:
        case Symbol() | Derivative():
            return part.key
        case Number(text=text):
            return text
        case Call(function=function, primes=primes, arguments=arguments):
            inner = ",".join(map(_script, arguments))
            return f"{function.key}{chr(39) * primes}({inner})"
        case Tuple(items=items, fence=fence):
            inner = ",".join(map(_script, items))
            return f"{fence}{inner}{_CLOSING[fence]}"
        case Apply(operation=operation, operands=operands):
            if operation == "negative":
                return "-" + _script(operands[0])
            joint = {"add": "+", "multiply": "*", "divide": "/", "power": "^"}.get(operation, ",")
            joined = joint.join(map(_script, operands)).replace("+-", "-")
            return joined if joint != "," else f"{operation}({joined})"
        case Gap():
            return "..."
    return repr(part)
