r"""The worked solution of a quantity: symbolic, substituted, result.

Each line recomputes from what it shows. Where the digits shown would round to another result
than the one that full precision gives, the solution is marked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import mpmath

from bpreport.formula import MPMATH, EvaluationError, latex, prepared
from bpreport.formula.tree import Number, Tree
from bpreport.publish.numbers import shown
from bpreport.worked.memory import remembered
from bpreport.worked.trace import Quantity, Trace

__all__ = ["Solution", "anchor", "solutions", "solve"]


@dataclass(frozen=True, slots=True)
class Solution:
    """One quantity as the report works it out."""

    id: str
    """Its anchor on the page."""
    key: str
    symbol: str
    """LaTeX."""
    steps: tuple[str, ...]
    """LaTeX of the solution: the symbol, then each side with its equals sign."""
    result: str
    carried: bool
    """The digits shown do not give the result; full precision was carried."""


def solve(
    quantity: Quantity, trace: Trace, variant: str = "", digits: Mapping[str, str] | None = None
) -> Solution:
    """The worked solution of a quantity, from the values of its trace.

    `variant` sets its anchor apart where a page works the same quantity out twice; `digits` are
    the values as they are shown, for who has them already.
    """
    name = anchor(trace.name, *filter(None, [variant]), quantity.key)
    symbol, result = _symbolic(quantity.symbol), _result(quantity, digits)
    if quantity.formula is None and not quantity.forms:
        return Solution(name, quantity.key, symbol, (symbol, f"= {_number(result)}"), result, False)
    lines = [_symbolic(form) for form in quantity.forms]
    carried = False
    if quantity.formula is not None:
        known = {
            key: shown(trace.quantities[key].value) if digits is None else digits[key]
            for key in quantity.sources
            if key in trace.quantities
        }
        lines += [_symbolic(quantity.formula), latex(quantity.formula, _inserted(known))]
        carried = not _recomputes(quantity.formula, known, result)
    lines.append(_number(result))
    different = [
        line for line, before in zip(lines, [symbol, *lines], strict=False) if line != before
    ]
    steps = (symbol, *(f"= {line}" for line in different))
    return Solution(name, quantity.key, symbol, steps, result, carried)


@remembered(most=64)
def solutions(trace: Trace, keys: Sequence[str], variant: str = "") -> tuple[Solution, ...]:
    """The worked solutions of quantities of a trace, in the order of their keys."""
    return tuple(solve(trace.quantities[key], trace, variant) for key in keys)


def _result(quantity: Quantity, digits: Mapping[str, str] | None) -> str:
    return shown(quantity.value) if digits is None else digits[quantity.key]


@lru_cache(maxsize=4096)
def _symbolic(tree: Tree) -> str:
    """The LaTeX of a formula without numbers, which many solutions share."""
    return latex(tree)


@lru_cache(maxsize=4096)
def _prepared(tree: Tree) -> Callable[[Mapping[str, Any]], Any]:
    return prepared(tree, MPMATH)


def _inserted(digits: Mapping[str, str]) -> dict[str, str | Tree]:
    return {key: _number(text) if "e" not in text else Number(text) for key, text in digits.items()}


def _number(text: str) -> str:
    r"""Digits as LaTeX.

    >>> _number("2.5e-11")
    '2.5 \\cdot 10^{-11}'
    """
    mantissa, mark, power = text.partition("e")
    return rf"{mantissa} \cdot 10^{{{int(power)}}}" if mark else text


def _recomputes(formula: Tree, digits: Mapping[str, str], result: str) -> bool:
    """Whether the formula, given the digits shown, has the result shown."""
    values: dict[str, Any] = {key: mpmath.mpf(text) for key, text in digits.items()}
    try:
        return shown(_prepared(formula)(values)) == result
    except EvaluationError:
        return False


def anchor(*names: str) -> str:
    r"""An id for HTML from names, the same for the same names.

    >>> anchor("example", r"\partial E_{total}/\partial w_{7}")
    'example-partial-E_total-partial-w_7'
    """
    words = re.findall(r"[\w+*']+", "-".join(names).replace("{", "").replace("}", ""))
    return "-".join(words).replace("^", "").replace("'", "prime").replace("*", "star")
