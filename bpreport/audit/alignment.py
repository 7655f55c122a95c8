r"""A symbolic side beside a numeric side, term by term.

    w_7 * out_{h1} + w_9 * out_{h2} + b_2 * 1
    0.4 * 0.912934 + 0.5 * 0.979164

binds w_7 to 0.4 and so on, and shows that the term b_2 was dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from bpreport.audit.digits import same
from bpreport.audit.names import is_numeric
from bpreport.formula import MPMATH, EvaluationError, evaluate, simplify
from bpreport.formula.tree import Apply, Call, Derivative, Number, Symbol, Tree

__all__ = ["Alignment", "Binding", "align", "negated"]


@dataclass(frozen=True, slots=True)
class Binding:
    """A name, or an expression that was computed on the way, and the number in its place."""

    name: Tree
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
    of_sum: bool = True
    """Whether what is left over are terms of a sum, and not factors of a product."""
    form: Tree | None = None
    """The symbolic side that was aligned."""
    misfits: int = 0
    """Bindings whose number is not the value of what it stands for."""

    @property
    def cost(self) -> int:
        """How far the shape is from a plain substitution."""
        return len(self.dropped) + len(self.added) + len(self.changed)

    @property
    def distance(self) -> tuple[int, int, int]:
        """Few faults of any kind first; then the shape's; then as much bound as can be."""
        return self.cost + self.misfits, self.cost, -len(self.bindings)

    def __or__(self, other: Alignment) -> Alignment:
        return Alignment(
            self.bindings + other.bindings,
            self.dropped + other.dropped,
            self.added + other.added,
            self.changed + other.changed,
            self.of_sum and other.of_sum,
            misfits=self.misfits + other.misfits,
        )


NOTHING = Alignment()
MOST = 2
"""Faults in one line past which two sides are no longer called a substitution."""
MOST_DEPTH = 60
MOST_JOINED = 4
"""Parts side by side that may stand for one."""
LONGEST = 40
"""Terms past which a row is not aligned: the search grows with their square."""


def align(
    symbolic: Tree,
    numeric: Tree,
    definition: Callable[[Tree], Tree | None] = lambda _: None,
    fits: Callable[[Binding], bool] = lambda _: True,
    is_printed: Callable[[Binding], bool] = lambda _: False,
    *,
    joining: bool = False,
) -> Alignment | None:
    """The best alignment, or None where the sides have different shapes.

    A name that faces an expression is looked up with `definition`; `fits` tells whether a number
    is the value of what it stands for, and decides between alignments; where they are as good,
    `is_printed`, which tells whether a name has that number elsewhere, does. With `joining`, parts
    side by side may stand for one: 2 x for 6.4, or a name for 0.2 * 0.3.

    >>> from bpreport.formula import parse, describe
    >>> found = align(parse("w_7 * o + b_2 * 1"), parse("0.4 * 0.9"))
    >>> [(b.name.key, b.number.text) for b in found.bindings], list(map(describe, found.dropped))
    ([('w_{7}', '0.4'), ('o', '0.9')], ['b_{2}'])
    """
    found = _Aligner(definition, fits, is_printed, joining=joining).align(symbolic, numeric, 0)
    return found if found is not None and found.cost <= MOST else None


class _Aligner:
    def __init__(
        self,
        definition: Callable[[Tree], Tree | None],
        fits: Callable[[Binding], bool],
        is_printed: Callable[[Binding], bool],
        *,
        joining: bool,
    ) -> None:
        self.definition = definition
        self.fits = fits
        self.is_printed = is_printed
        self.joining = joining

    def align(self, symbolic: Tree, numeric: Tree, depth: int) -> Alignment | None:
        if is_numeric(symbolic):
            return _constant(symbolic, numeric)
        if isinstance(_unsigned(numeric), Number) and depth > 0:
            return self._bound(symbolic, numeric)
        if isinstance(symbolic, Symbol | Derivative):
            return self._by_definition(symbolic, numeric, depth)
        if isinstance(symbolic, Call):
            if isinstance(numeric, Call) and numeric.function == symbolic.function:
                return self._all(symbolic.arguments, numeric.arguments, depth)
            return self._by_definition(symbolic, numeric, depth)
        if not isinstance(symbolic, Apply):
            return None
        if symbolic.operation in ("add", "multiply"):
            if depth > MOST_DEPTH:
                return None
            return self._rows(symbolic, numeric, depth)
        if isinstance(numeric, Apply) and numeric.operation == symbolic.operation:
            return self._all(symbolic.operands, numeric.operands, depth)
        if symbolic.operation == "negative":
            return self._rows(symbolic, numeric, depth)  # the sign went to a factor
        return None

    def _bound(self, name: Tree, number: Tree) -> Alignment:
        binding = Binding(name, number)
        return Alignment((binding,), misfits=0 if self.fits(binding) else 1)

    def _distance(self, found: Alignment) -> tuple[tuple[int, int, int], int]:
        # Which of two parts is missing is told by the numbers that the others have elsewhere.
        printed = sum(map(self.is_printed, found.bindings)) if found.cost else 0
        return found.distance, -printed

    def _by_definition(self, name: Tree, numeric: Tree, depth: int) -> Alignment | None:
        """A name that faces an expression: its definition is aligned, or its value bound."""
        body = self.definition(name) if depth < 4 else None
        found = None if body is None else self.align(body, numeric, depth + 1)
        inside = depth > 0 or isinstance(_unsigned(numeric), Number)
        if inside and (found is None or (found.cost and found.misfits)):
            return self._bound(name, numeric)
        return found

    def _all(self, left: tuple[Tree, ...], right: tuple[Tree, ...], depth: int) -> Alignment | None:
        if len(left) != len(right):
            return None
        total = NOTHING
        for one, other in zip(left, right, strict=True):
            found = self.align(one, other, depth + 1)
            if found is None:
                return None
            total |= found
        return total

    def _rows(self, symbolic: Apply, numeric: Tree, depth: int) -> Alignment | None:
        """Terms of sums, or factors of products, in order, with as few left over as can be.

        In a product a minus sign may stand anywhere: in front of it, at a factor, or inside the
        number that a name stands for. So each number may be bound with either sign, as long as
        the signs agree over the whole product.
        """
        of_sum = symbolic.operation == "add"
        left, left_sign = _parts(symbolic, of_sum=of_sum)
        right, right_sign = _parts(numeric, of_sum=of_sum)
        if max(len(left), len(right)) > LONGEST or abs(len(left) - len(right)) > MOST + 2:
            return None
        if len(left) == len(right) and left_sign == right_sign:
            straight = self._all(tuple(left), tuple(right), depth)
            if straight is not None and not straight.cost and not straight.misfits:
                return straight  # as most lines are written
        left_neutral, right_neutral = (
            [_is_neutral(part, of_sum=of_sum) for part in parts] for parts in (left, right)
        )
        turned = left_sign != right_sign
        signs = (False,) if of_sum else (False, True)
        # A minus in front of the numbers alone is that of the first one.
        at_first = signs[::-1] if turned and numeric is not _unsigned(numeric) else signs

        @cache
        def pair(i: int, j: int, flipped: bool) -> Alignment | None:
            other = right[j]
            if flipped:
                if not _is_typed_number(_unsigned(other)):
                    return None
                other = negated(other)
            return self.align(left[i], other, depth + 1)

        @cache
        def joined(i: int, j: int) -> tuple[tuple[Binding, int, int], ...]:
            several = range(2, MOST_JOINED + 1)
            steps = [(n, 1) for n in several if i + n <= len(left) and j < len(right)]
            steps += [(1, n) for n in several if i < len(left) and j + n <= len(right)]
            found = (
                (
                    Binding(
                        _join(left[i : i + m], of_sum=of_sum),
                        _join(right[j : j + n], of_sum=of_sum),
                    ),
                    m,
                    n,
                )
                for m, n in steps
                if n > 1 or isinstance(_unsigned(right[j]), Number)
            )
            return tuple(one for one in found if self.fits(one[0]))

        @cache
        def best(i: int, j: int, sign: bool) -> Alignment | None:
            if i == len(left) and j == len(right):
                return NOTHING if sign == turned else None
            options: list[Alignment] = []
            if i < len(left) and j < len(right):
                for flipped in signs if j else at_first:
                    found = pair(i, j, flipped)
                    rest = None if found is None else best(i + 1, j + 1, sign != flipped)
                    if found is not None and rest is not None:
                        options.append(found | rest)
            for binding, step_left, step_right in joined(i, j) if self.joining else ():
                if (rest := best(i + step_left, j + step_right, sign)) is not None:
                    options.append(Alignment((binding,)) | rest)
            if i < len(left) and (rest := best(i + 1, j, sign)) is not None:
                lost = () if left_neutral[i] else (simplify(left[i]),)
                options.append(Alignment(dropped=lost, of_sum=of_sum) | rest)
            if j < len(right) and (rest := best(i, j + 1, sign)) is not None:
                surplus = () if right_neutral[j] else (right[j],)
                options.append(Alignment(added=surplus, of_sum=of_sum) | rest)
            # One that lost a part and gained another has another shape.
            possible = [
                o for o in options if o.cost <= MOST and not (o.dropped and (o.added or o.changed))
            ]
            return min(possible, key=self._distance, default=None)

        return best(0, 0, False)


def _is_typed_number(tree: Tree) -> bool:
    """Whether a tree is a number, or a fraction of two."""
    match tree:
        case Number() | Apply(operation="divide", operands=(Number(), Number())):
            return True
    return False


def _constant(symbolic: Tree, numeric: Tree) -> Alignment | None:
    try:
        equal = same(evaluate(symbolic, {}, MPMATH), evaluate(numeric, {}, MPMATH))
    except EvaluationError:
        return None
    return NOTHING if equal else Alignment(changed=((symbolic, numeric),))


def _operation(*, of_sum: bool) -> str:
    return "add" if of_sum else "multiply"


def _parts(tree: Tree, *, of_sum: bool) -> tuple[list[Tree], bool]:
    """The terms of a sum, or the factors of a product and whether a minus sign stands over it.

    The sign of a printed number stays with the number.
    """
    if isinstance(tree, Apply) and tree.operation == _operation(of_sum=of_sum):
        parts: list[Tree] = []
        negative = False
        for operand in tree.operands:
            inner, sign = _parts(operand, of_sum=of_sum)
            parts += inner
            negative ^= sign
        return parts, negative
    inside = _unsigned(tree)
    if not of_sum and inside is not tree and not isinstance(inside, Number):
        parts, negative = _parts(inside, of_sum=of_sum)
        return parts, not negative
    return [tree], False


def _is_neutral(tree: Tree, *, of_sum: bool) -> bool:
    """A term 0 or a factor 1, which is written or not as the author likes."""
    wanted = Number("0" if of_sum else "1")
    return is_numeric(tree) and _constant(wanted, tree) == NOTHING


def _join(parts: list[Tree], *, of_sum: bool) -> Tree:
    if len(parts) == 1:
        return parts[0]
    return Apply(_operation(of_sum=of_sum), tuple(parts), sign=r"\cdot")


def negated(tree: Tree) -> Tree:
    """A tree with the other sign: without its minus, or with one."""
    inside = _unsigned(tree)
    return -tree if inside is tree else inside


def _unsigned(tree: Tree) -> Tree:
    match tree:
        case Apply(operation="negative", operands=(operand,)):
            return operand
    return tree
