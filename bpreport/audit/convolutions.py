r"""Convolutions: Y = X * K of two matrices whose product is not what is printed for it.

Lectures on deep learning leave the kernel as it is and call the correlation a convolution; others
flip it. What is printed has as many zeros around the input as its size tells, and most of its
entries tell which of the two is meant. Elsewhere * is a sign of multiplication.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import reduce
from itertools import chain
from operator import add
from typing import Any

from bpreport.audit.digits import fits, same
from bpreport.audit.model import Judgement, Message
from bpreport.audit.names import entry_name, is_row_of_numbers
from bpreport.deck.model import Claim
from bpreport.deck.numbers import printed_number
from bpreport.formula import MPMATH, EvaluationError, evaluate
from bpreport.formula.effort import charge
from bpreport.formula.tree import Apply, Matrix, Symbol, Tree, Tuple

__all__ = ["as_convolution", "with_convolutions"]

_SIGNS = ("*", r"\ast")
MOST_PRODUCTS = 2000
"""Products of two entries up to which a convolution is written out."""

_Grid = list[list[Any]]
_Rows = dict[str, Tree]


def with_convolutions(claims: Sequence[Claim]) -> tuple[tuple[Claim, ...], dict[str, bool]]:
    """The claims with convolutions written out; by claim, whether the kernel is flipped."""
    rows = _rows_of(claims)
    meant: dict[Tree, tuple[Tree, bool]] = {}
    for claim in claims:
        for side, told in _sides(claim, rows):
            found = None if side in meant else _meant(side, told, rows)
            if found is not None:
                meant[side] = found
    if not meant:
        return tuple(claims), {}
    flipped: dict[str, bool] = {}
    own: dict[int, Tree] = {}  # each side that is typed is told from others by its identity

    def written(side: Tree | None) -> Tree | None:
        if side is None or side not in meant:
            return side
        return own.setdefault(id(side), replace(meant[side][0]))

    done = [replace(one, left=written(one.left), right=written(one.right)) for one in claims]
    for claim in claims:
        if claim.left in meant:
            flipped[claim.id] = meant[claim.left][1]
    return tuple(done), flipped


def as_convolution(judgement: Judgement, flipped: bool) -> Judgement:
    """A judgement whose sentence says that a convolution was computed, and which."""
    text = "{statement}; here * is a convolution whose kernel is not flipped"
    if flipped:
        text = "{statement}; here * is a convolution whose kernel is flipped"
    return replace(judgement, message=Message(text, {"statement": judgement.message}))


def _rows_of(claims: Sequence[Claim]) -> _Rows:
    """The matrices that are printed for names, but for names of several sizes."""
    rows: _Rows = {}
    several: set[str] = set()
    for claim in claims:
        if claim.component == 0 and isinstance(claim.left, Symbol) and claim.row is not None:
            before = rows.setdefault(claim.left.key, claim.row)
            if before is not claim.row and _shape(before) != _shape(claim.row):
                several.add(claim.left.key)
    return {key: row for key, row in rows.items() if key not in several}


def _shape(row: Tree) -> list[int]:
    match row:
        case Tuple(items=items):
            return [len(items)]
        case Matrix(rows=lines):
            return list(map(len, lines))
    return []


def _sides(claim: Claim, rows: _Rows) -> Iterator[tuple[Tree, Tree]]:
    """The products X * K of a claim, and the rows of numbers that are printed for them."""
    left, right = claim.left, claim.right
    if left is not None and _is_product(left):
        if claim.component == 0 and claim.row is not None:
            yield left, claim.row
        elif isinstance(right, Tuple | Matrix) and is_row_of_numbers(right):
            yield left, right
    if isinstance(left, Symbol) and left.key in rows and right is not None and _is_product(right):
        yield right, rows[left.key]


def _is_product(tree: Tree) -> bool:
    return isinstance(tree, Apply) and tree.operation == "multiply" and tree.sign in _SIGNS


def _meant(side: Tree, told: Tree, rows: _Rows) -> tuple[Tree, bool] | None:
    """A convolution written out in the names of entries, and whether its kernel is flipped.

    None where the sizes or most of the printed numbers do not speak for one.
    """
    assert isinstance(side, Apply)
    grids = [_grid(one, rows) for one in (*side.operands, told)]
    if len(grids) != 3 or None in grids:
        return None
    (names, image), (told_kernel, kernel), (told_as, result) = (grid for grid in grids if grid)
    vectors = len(image) == len(kernel) == len(result) == 1
    if not vectors and 1 in (*_size(image), *_size(kernel)):
        return None  # a matrix times a vector
    pads = [_padding(*map(size, (image, kernel, result))) for size in (len, _width)]
    is_product = _width(image) == len(kernel) and _size(result) == (len(image), _width(kernel))
    is_product |= _size(image) == _size(kernel) == _size(result)
    count = len(kernel) * _width(kernel) * len(result) * _width(result)
    if None in pads or is_product or count > MOST_PRODUCTS:
        return None
    charge(count)
    printed = list(zip(chain(*told_as), chain(*result), strict=True))
    right = []
    for weights in (kernel, _turned(kernel)):
        values = chain(*_slid(image, weights, pads, _size(result)))
        right.append(
            sum(_is_right(*one, value) for one, value in zip(printed, values, strict=True))
        )
    flipped = right[1] > right[0]
    if 2 * max(right) <= len(printed):
        return None
    written = _slid(names, _turned(told_kernel) if flipped else told_kernel, pads, _size(result))
    if isinstance(told, Tuple):
        return Tuple(tuple(written[0])), flipped
    return Matrix(tuple(map(tuple, written))), flipped


def _is_right(entry: Tree, printed: Any, value: Any) -> bool:
    text = printed_number(entry)
    return same(printed, value) if text is None else fits(text, value)


def _grid(tree: Tree, rows: _Rows) -> tuple[_Grid, _Grid] | None:
    """The entries of a matrix, or of a vector as its one row: their names and their values."""
    row = rows.get(tree.key) if isinstance(tree, Symbol) else tree
    match row:
        case Tuple(items=items):
            lines: list[tuple[Tree, ...]] = [items]
        case Matrix(rows=matrix):
            lines = list(matrix)
        case _:
            return None
    if not is_row_of_numbers(row) or len(set(map(len, lines))) != 1:
        return None
    try:
        values = [[evaluate(entry, {}, MPMATH) for entry in line] for line in lines]
    except EvaluationError:
        return None
    if any(isinstance(value, tuple) for value in chain(*values)):
        return None
    names = [list(line) for line in lines]
    if isinstance(tree, Symbol):
        for i, line in enumerate(lines, 1):
            for j, entry in enumerate(line, 1):
                place = (str(j),) if isinstance(row, Tuple) else (str(i), str(j))
                names[i - 1][j - 1] = entry_name(tree, place) or entry
    return names, values


def _width(grid: _Grid) -> int:
    return len(grid[0])


def _size(grid: _Grid) -> tuple[int, int]:
    return len(grid), _width(grid)


def _padding(size: int, kernel: int, result: int) -> int | None:
    """Zeros at each end of the input; None where no number of them gives the size of the result."""
    pad, odd = divmod(result - size + kernel - 1, 2)
    return None if odd or not 0 <= pad < kernel else pad


def _turned(grid: _Grid) -> _Grid:
    return [line[::-1] for line in grid[::-1]]


def _slid(image: _Grid, kernel: _Grid, pads: Sequence[int | None], size: tuple[int, int]) -> _Grid:
    """What a kernel gives that slides over an image, with zeros around it."""
    above, beside = (pad or 0 for pad in pads)

    def entry(i: int, j: int) -> Any:
        products = [
            image[i + u - above][j + v - beside] * weight
            for u, line in enumerate(kernel)
            for v, weight in enumerate(line)
            if 0 <= i + u - above < len(image) and 0 <= j + v - beside < _width(image)
        ]
        return reduce(add, products)

    return [[entry(i, j) for j in range(size[1])] for i in range(size[0])]
