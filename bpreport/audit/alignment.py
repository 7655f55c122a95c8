r"""A symbolic side beside a numeric side, term by term.

    w_7 * out_{h1} + w_9 * out_{h2} + b_2 * 1
    0.4 * 0.912934 + 0.5 * 0.979164

binds w_7 to 0.4 and so on, and shows that the term b_2 was dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from bpreport.audit.digits import same
from bpreport.formula import EvaluationError, MPMATH, evaluate, simplify
from bpreport.formula.tree import Apply, Derivative, Number, Symbol, Tree, children

from bpreport.audit.knowledge import is_numeric

__all__ = ["Alignment", "Binding", "align"]

Name = Symbol | Derivative
Definition = Callable[[Name], Tree | None]


@dataclass(frozen=True, slots=True)
class Binding:
    """A symbol and the number that stands in its place."""

    name: Name
    number: Tree


@dataclass(frozen=True, slots=True)
class Alignment:
    """How a numeric side follows from a symbolic one."""

    bindings: tuple[Binding, ...] = ()
    dropped: tuple[Tree, ...] = ()
    """Symbolic terms or factors without a counterpart."""
    added: tuple[Tree, ...] = ()
    """Numeric terms or factors without a counterpart."""
    changed: tuple[tuple[Tree, Tree], ...] = ()
    """Constants that differ: the symbolic one, and what stands in its place."""

    @property
    def cost(self) -> int:
        """How far the sides are from a plain substitution."""
        return len(self.dropped) + len(self.added) + len(self.changed)

    def __or__(self, other: Alignment) -> Alignment:
        return Alignment(
            self.bindings + other.bindings,
            self.dropped + other.dropped,
            self.added + other.added,
            self.changed + other.changed,
        )


NOTHING = Alignment()
MOST = 2
"""Faults in one line past which two sides are no longer called a substitution."""


def align(
    symbolic: Tree, numeric: Tree, definition: Definition = lambda name: None
) -> Alignment | None:
    """The best alignment, or None where the sides have different shapes.

    A name that faces an expression is looked up with `definition`.

    >>> from bpreport.formula import parse, describe
    >>> found = align(parse("w_7 * o + b_2 * 1"), parse("0.4 * 0.9"))
    >>> [(b.name.key, b.number.text) for b in found.bindings], list(map(describe, found.dropped))
    ([('w_{7}', '0.4'), ('o', '0.9')], ['b_{2}'])
    """
    found = _align(simplify(symbolic), simplify(numeric), definition, 0)
    return found if found is not None and found.cost <= MOST else None


def _align(symbolic: Tree, numeric: Tree, definition: Definition, depth: int) -> Alignment | None:
    if isinstance(symbolic, Symbol | Derivative):
        return _bind(symbolic, numeric, definition, depth)
    if is_numeric(symbolic):
        return _constant(symbolic, numeric)
    if not isinstance(symbolic, Apply):
        return None
    if isinstance(numeric, Apply) and numeric.operation == symbolic.operation:
        if symbolic.operation in ("add", "multiply"):
            return _rows(symbolic, numeric, definition, depth)
        return _all(symbolic.operands, numeric.operands, definition, depth)
    # -(a - b) c may stand as -(...) or as a product with a negative factor.
    if symbolic.operation in ("add", "multiply"):
        return _rows(symbolic, numeric, definition, depth)
    return None


def _bind(name: Name, numeric: Tree, definition: Definition, depth: int) -> Alignment | None:
    plain = numeric.operands[0] if _is_negative(numeric) else numeric
    if isinstance(plain, Number):
        return Alignment((Binding(name, numeric),))
    body = definition(name) if depth < 3 else None
    if body is None:
        return Alignment((Binding(name, numeric),))
    return _align(simplify(body), numeric, definition, depth + 1)


def _constant(symbolic: Tree, numeric: Tree) -> Alignment | None:
    try:
        equal = same(evaluate(symbolic, {}, MPMATH), evaluate(numeric, {}, MPMATH))
    except EvaluationError:
        return None
    return NOTHING if equal else Alignment(changed=((symbolic, numeric),))


def _all(
    left: tuple[Tree, ...], right: tuple[Tree, ...], definition: Definition, depth: int
) -> Alignment | None:
    if len(left) != len(right):
        return None
    total = NOTHING
    for a, b in zip(left, right, strict=True):
        found = _align(a, b, definition, depth)
        if found is None:
            return None
        total |= found
    return total


def _rows(symbolic: Apply, numeric: Tree, definition: Definition, depth: int) -> Alignment | None:
    """Terms of sums, or factors of products, in order, with as few left over as can be."""
    operation = symbolic.operation
    left = _flat(symbolic, operation)
    right = _flat(numeric, operation)
    if len(left) > 40 or len(right) > 40 or abs(len(left) - len(right)) > MOST:
        return None

    @lru_cache(maxsize=None)
    def best(i: int, j: int) -> Alignment | None:
        if i == len(left) and j == len(right):
            return NOTHING
        options: list[Alignment] = []
        if i < len(left) and j < len(right):
            pair = _align(left[i], right[j], definition, depth)
            rest = best(i + 1, j + 1) if pair is not None else None
            if pair is not None and rest is not None:
                options.append(pair | rest)
        if i < len(left) and (rest := best(i + 1, j)) is not None:
            options.append(Alignment(dropped=(left[i],)) | rest)
        if j < len(right) and (rest := best(i, j + 1)) is not None:
            options.append(Alignment(added=(right[j],)) | rest)
        affordable = [option for option in options if option.cost <= MOST]
        return min(affordable, key=_preference, default=None)

    return best(0, 0)


def _preference(alignment: Alignment) -> tuple[int, int]:
    """Few faults first; then as much bound as can be."""
    return alignment.cost, -len(alignment.bindings)


def _flat(tree: Tree, operation: str) -> tuple[Tree, ...]:
    """The terms of a sum or the factors of a product, signs kept with the terms."""
    return tuple(_parts(tree, operation))


def _parts(tree: Tree, operation: str) -> Iterator[Tree]:
    if isinstance(tree, Apply) and tree.operation == operation:
        for operand in tree.operands:
            yield from _parts(operand, operation)
    elif operation == "multiply" and _is_negative(tree) and not isinstance(
        children(tree)[0], Number
    ):
        first, *rest = _parts(children(tree)[0], operation)
        yield Apply("negative", (first,))
        yield from rest
    else:
        yield tree


def _is_negative(tree: Tree) -> bool:
    return isinstance(tree, Apply) and tree.operation == "negative"
