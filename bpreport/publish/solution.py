r"""The worked solution of a quantity: symbolic, substituted, result.

Each line recomputes from what it shows. Where the digits shown would round to another result
than the one that full precision gives, the solution is marked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import pairwise, repeat
from typing import Any

from bpreport.formula import DECIMAL, EvaluationError, decimals, latex, prepared
from bpreport.formula.tree import Derivative, Number, Symbol, Tree, substitute, tree
from bpreport.publish.numbers import shown
from bpreport.worked.memory import remembered_with
from bpreport.worked.trace import Quantity, Trace

__all__ = ["Outline", "Solution", "anchor", "solutions", "solve"]


@dataclass(frozen=True)
class Solution:
    """One quantity as the report works it out."""

    id: str
    """Its anchor on the page."""
    key: str
    symbol: str
    """LaTeX."""
    steps: tuple[str, ...]
    """LaTeX of the solution: the symbol, then each side with its equals sign."""
    written: tuple[tuple[Tree, Mapping[str, str]], ...]
    """What each step was written from: a tree, and the digits in the place of its symbols."""
    result: str
    carried: bool
    """The digits shown do not give the result; full precision was carried."""

    @cached_property
    def sides(self) -> tuple[Tree, ...]:
        """The steps as trees, for whoever tells them in words."""
        return tuple(_filled(tree, digits) if digits else tree for tree, digits in self.written)


class Outline:
    """The solution of a quantity without its numbers, for whoever works it out with many.

    It looks nothing up by a tree: to hash one takes as long as to fill in its numbers.
    """

    def __init__(self, quantity: Quantity) -> None:
        self.symbol = _symbolic(quantity.symbol)
        self.forms = [_symbolic(form) for form in quantity.forms]
        self.formula = quantity.formula
        self._patterns: dict[tuple[tuple[str, bool], ...], tuple[str, ...]] = {}

    @cached_property
    def line(self) -> str:
        """The formula in names."""
        assert self.formula is not None
        return _symbolic(self.formula)

    @cached_property
    def _function(self) -> Callable[[Mapping[str, Any]], Any]:
        assert self.formula is not None
        return prepared(self.formula, DECIMAL)

    def with_numbers(self, digits: Mapping[str, str]) -> str:
        """The LaTeX of the formula with digits in the place of its symbols."""
        assert self.formula is not None
        if any("e" in text or "n" in text for text in digits.values()):  # 2.5e-11, or infinite
            values = {key: _value(text) if "e" in text else text for key, text in digits.items()}
            return latex(self.formula, values)
        signs = tuple([(key, text[0] == "-") for key, text in digits.items()])
        if signs not in self._patterns:
            self._patterns[signs] = _pattern(self.formula, signs)
        first, *rest = self._patterns[signs]
        return first + "".join(
            [digits[piece] if place % 2 == 0 else piece for place, piece in enumerate(rest)]
        )

    def recomputes(self, digits: Mapping[str, str], result: str) -> bool:
        """Whether the formula, given the digits shown, has the result shown."""
        values = {key: Decimal(text) for key, text in digits.items()}
        try:
            with decimals():
                return shown(self._function(values)) == result
        except EvaluationError:
            return False


def solve(
    quantity: Quantity, trace: Trace, variant: str = "",
    digits: Mapping[str, str] | None = None, outline: Outline | None = None,
) -> Solution:  # fmt: skip
    """The worked solution of a quantity, from the values of its trace.

    `variant` sets its anchor apart where a page works the same quantity out twice; `digits` are
    the values as they are shown, and `outline` is the solution without them, for who has them
    already.
    """
    key = quantity.key
    name = anchor(trace.name, *filter(None, [variant]), key)
    outline = outline or Outline(quantity)
    symbol = outline.symbol
    result = shown(quantity.value) if digits is None else digits[key]
    sides: list[tuple[str, Tree, Mapping[str, str]]] = [(symbol, quantity.symbol, {})]
    sides += zip(outline.forms, quantity.forms, repeat({}))
    carried = False
    if quantity.formula is not None:
        known = {
            key: shown(trace.quantities[key].value) if digits is None else digits[key]
            for key in quantity.sources
            if key in trace.quantities
        }
        sides.append((outline.line, quantity.formula, {}))
        sides.append((outline.with_numbers(known), quantity.formula, known))
        carried = not outline.recomputes(known, result)
    sides.append((_number(result), quantity.symbol, {key: result}))
    different = [side for before, side in pairwise(sides) if side[0] != before[0]]
    steps = (symbol, *[f"= {line}" for line, _, _ in different])
    written = tuple([side[1:] for side in (sides[0], *different)])
    return Solution(name, key, symbol, steps, written, result, carried)


@remembered_with
def solutions(trace: Trace, keys: tuple[str, ...], variant: str = "") -> tuple[Solution, ...]:
    """The worked solutions of quantities of a trace, in the order of their keys."""
    return tuple(solve(trace.quantities[key], trace, variant) for key in keys)


@lru_cache(maxsize=4096)
def _symbolic(tree: Tree) -> str:
    """The LaTeX of a formula without numbers, which many solutions share."""
    return latex(tree)


def _pattern(tree: Tree, negative: tuple[tuple[str, bool], ...]) -> tuple[str, ...]:
    """What stands between the numbers, and the keys of these: of digits only the sign matters."""
    # Digits first, as in the numbers; what is no sign of LaTeX tells them apart.
    stands = {
        key: f"-0\1{at}\3" if minus else f"0\2{at}\3" for at, (key, minus) in enumerate(negative)
    }
    pieces = re.split(r"(?:-0\x01|0\x02)(\d+)\x03", latex(tree, stands))
    return tuple(
        negative[int(piece)][0] if place % 2 else piece for place, piece in enumerate(pieces)
    )


def _filled(formula: Tree, digits: Mapping[str, str]) -> Tree:
    """A formula with numbers in the place of its symbols."""

    def number(part: Tree) -> Tree | None:
        match part:
            case Symbol() | Derivative(by=(_, *_)) if part.key in digits:
                return _value(digits[part.key])
            case Derivative(by=(_, *_)):  # what it is taken of and by keeps its name
                return part
        return None

    return substitute(formula, number)


def _value(text: str) -> Tree:
    """Digits as a tree."""
    if text.startswith("-"):
        return -_value(text[1:])
    mantissa, mark, power = text.partition("e")
    return Number(mantissa) * Number("10") ** tree(int(power)) if mark else Number(text)


def _number(text: str) -> str:
    r"""Digits as LaTeX.

    >>> _number("2.5e-11")
    '2.5 \\cdot 10^{-11}'
    """
    mantissa, mark, power = text.partition("e")
    return rf"{mantissa} \cdot 10^{{{int(power)}}}" if mark else text


@lru_cache(maxsize=4096)
def anchor(*names: str) -> str:
    r"""An id for HTML from names, the same for the same names.

    >>> anchor("example", r"\partial E_{total}/\partial w_{7}")
    'example-partial-E_total-partial-w_7'
    """
    words = re.findall(r"[\w+*']+", "-".join(names).replace("{", "").replace("}", ""))
    return "-".join(words).replace("^", "").replace("'", "prime").replace("*", "star")
