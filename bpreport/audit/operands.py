"""Whether printed operands could have produced a printed result under some rounding."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from bpreport.audit.digits import range_of
from bpreport.audit.names import digits_in
from bpreport.deck.numbers import printed_number
from bpreport.formula import MP, EvaluationError, stands_for
from bpreport.formula.arithmetic import IV
from bpreport.formula.tree import Number, Symbol, Tree, substitute

__all__ = ["LEAST_PLACES", "could_be", "could_give"]

LEAST_PLACES = 4
"""Places from which on a printed operand may be a rounded one; 0.5 and 2.35 mean themselves.

Numbers that the deck prints as results are taken as rounded whatever their places.
"""


def could_give(
    left: Tree,
    right: Tree,
    results: frozenset[str] = frozenset(),
    exact: frozenset[str] = frozenset(),
    least_places: int = LEAST_PLACES,
    *,
    drifted: Mapping[str, str] = MappingProxyType({}),
    on_the_way: bool = False,
    by_hand: bool = False,
) -> bool:
    """Whether the two numeric sides can be equal for some unrounded operands.

    `results` are the digits that the deck prints as results, which are rounded; so may be any
    other operand with `least_places` or more that is not one of the `exact` givens. `drifted` are
    digits that were right as printed, with those of the exact value, from which they have come away
    step by step: the operand may be either, but for one of the `exact`. Where the right side is a
    line that was reached `on_the_way`, what is new in it was computed, and so it is rounded as
    well. `by_hand` each result may be a unit off in its last place, as those are that come from
    results which were rounded or cut off themselves.

    >>> from bpreport.formula import parse
    >>> could_give(parse("0.8811 * 0.097049 * 0.912934"), parse("0.078064"))
    True
    >>> could_give(parse("0.1 - 0.5 * 0.011204"), parse("0.094534"))
    False
    >>> could_give(parse("0.1 - 0.5 * 0.011204"), parse("0.094534"), drifted={"0.011204": "0.0109"})
    True
    >>> could_give(parse("2 * e^2"), parse("2 * 7.389"), on_the_way=True)
    True
    >>> line, results = parse("0.9 * 0.116 * 0.637"), frozenset({"0.116", "0.637"})
    >>> exact = parse("0.06695903")  # from 0.11668 and 0.63761, cut off
    >>> could_give(line, exact, results), could_give(line, exact, results, by_hand=True)
    (False, True)
    """
    printed = printed_number(right)
    try:
        low, high = _range(left, results, exact, least_places, drifted, by_hand=by_hand)
        if printed is None:
            new = digits_in(right) - digits_in(left) if on_the_way else frozenset()
            other_low, other_high = _range(right, results | new, exact - new, least_places, drifted)
        else:
            ends = stands_for(printed)
            other_low, other_high = ends[0], ends[1]
            return bool(low <= _exact(other_high) and _exact(other_low) <= high)
    except EvaluationError:
        return False
    return bool(low <= other_high and other_low <= high)


def could_be(
    line: Tree, results: frozenset[str], exact: frozenset[str], drifted: Mapping[str, str]
) -> tuple[Any, Any]:
    """The least and the greatest value of a line for any unrounded operands.

    >>> from bpreport.formula import parse
    >>> low, high = could_be(parse("2 * 0.15"), frozenset({"0.15"}), frozenset(), {})
    >>> float(low), float(high)
    (0.29, 0.31)
    """
    return _range(line, results, exact, LEAST_PLACES, drifted)


def _exact(value: Any) -> Any:
    return MP.mpf(str(value))


def _range(
    tree: Tree,
    results: frozenset[str],
    exact: frozenset[str],
    least_places: int,
    drifted: Mapping[str, str],
    *,
    by_hand: bool = False,
) -> tuple[Any, Any]:
    values: dict[str, Any] = {}

    def uncertain(part: Tree) -> Tree | None:
        if not isinstance(part, Number):
            return None
        away = drifted.get(part.text)
        told = part.text in results and part.places > 0
        if part.text in exact or (away is None and part.places < least_places and not told):
            return None
        low, high, _, _ = stands_for(part.text)
        if away is not None:
            other_low, other_high, _, _ = stands_for(away)
            low, high = min(low, other_low), max(high, other_high)
        if by_hand:
            low, high = low - (high - low) / 2, high + (high - low) / 2
        values[part.text] = IV.mpf([str(low), str(high)])
        return Symbol(part.text)

    return range_of(substitute(tree, uncertain), values)
