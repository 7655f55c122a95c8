r"""Names of which the deck gives no formula, but one for their like: out_{h3} beside out_{h1}.

Decks work one unit of a layer out and print the results of the others. What they are computed from
follows by counting on: the unit h3 for h1, w_5 and w_6 for w_1 and w_2. How the numbers count on is
not known, so several ways are tried; one counts only if it gives the printed digits, all of them
but perhaps the last.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, product

from bpreport.audit.digits import how_printed, significant_digits
from bpreport.audit.knowledge import Knowledge, Known
from bpreport.audit.names import named
from bpreport.deck.model import Claim
from bpreport.formula import MPMATH, EvaluationError, evaluate
from bpreport.formula.tree import Symbol, Tree, substitute

__all__ = ["by_analogy", "counted_on", "name_before", "ways"]

TELLING_DIGITS = 5
"""Digits of a number that no way of counting on gives by accident."""
MOST_WAYS = 200
MOST_MODELS = 6
"""Names like the one asked for whose formulas are tried."""
DEEPEST = 6
_COUNTED = re.compile(r"([A-Za-z]*)(\d+)")


def by_analogy(claim: Claim, knowledge: Knowledge, printed: str) -> Known | None:
    """What a name is by the formula of its like, if the printed digits confirm it."""
    name = claim.head
    if not isinstance(name, Symbol) or significant_digits(printed) < TELLING_DIGITS:
        return None
    for model, distance in islice(_models(name, claim, knowledge), MOST_MODELS):
        formula = _written_out(model, claim, knowledge)
        for way in islice(ways(formula, distance), MOST_WAYS):
            changed = counted_on(formula, way)
            try:
                value = evaluate(changed, knowledge.values_for(changed, claim), MPMATH)
                fits = how_printed(printed, value) is not None
            except EvaluationError:
                continue
            if fits:
                return knowledge.computed(value, changed, claim)
    return None


def _models(name: Symbol, claim: Claim, knowledge: Knowledge) -> Iterator[tuple[Symbol, int]]:
    """Names that differ from one by a number only and have a formula, and how far it is off."""
    own = _place(name)
    if own is None:
        return
    place, letters, number = own
    for statements in knowledge.document.statements.values():
        like = statements[0].claim.head
        if not isinstance(like, Symbol) or len(like.indices) != len(name.indices):
            continue
        other = _place(like)
        if other is None or other[:2] != (place, letters) or other[2] == number:
            continue
        index = name.indices[place]
        alike = replace(like, indices=(*like.indices[:place], index, *like.indices[place + 1 :]))
        formulas = any(statement.trees for statement in statements)
        if alike == name and formulas and statements[0].position < claim.position:
            yield like, number - other[2]


def _place(name: Symbol) -> tuple[int, str, int] | None:
    """Which of its indices counts, the letters before its number, and the number."""
    for place, index in reversed(list(enumerate(name.indices))):
        match = _COUNTED.fullmatch(index) if isinstance(index, str) else None
        if match is not None:
            return place, match[1], int(match[2])
    return None


def _written_out(model: Symbol, claim: Claim, knowledge: Knowledge, depth: int = 0) -> Tree:
    """The formula of a name with those of the names in it, as far as they are of its own unit."""
    formula = knowledge.document.definition(model.key, claim)
    if formula is None or depth > DEEPEST:
        return model

    def definition(part: Tree) -> Tree | None:
        own = isinstance(part, Symbol) and part.indices == model.indices
        if not own or not isinstance(part, Symbol) or part.key == model.key:
            return None
        return _written_out(part, claim, knowledge, depth + 1)

    return substitute(formula, definition)


def name_before(name: Symbol) -> Symbol | None:
    r"""The name whose last counting index is one less.

    >>> [name_before(Symbol("m", (index,))) for index in ("1", "h3", "k")]
    [Symbol(base='m', indices=('0',), ...), Symbol(base='m', indices=('h2',), ...), None]
    """
    own = _place(name)
    if own is None or not own[2]:
        return None
    place, letters, number = own
    index = f"{letters}{number - 1}"
    return replace(name, indices=(*name.indices[:place], index, *name.indices[place + 1 :]))


Kind = tuple[str, str]
"""What counts on together: the letters of a unit, or a base with plain numbers."""


def _kind(name: Symbol, index: str | Tree) -> tuple[Kind, int] | None:
    match = _COUNTED.fullmatch(index) if isinstance(index, str) else None
    if match is None:
        return None
    kind = ("", match[1]) if match[1] else (name.base, "")
    return kind, int(match[2])


def ways(formula: Tree, distance: int) -> Iterator[dict[Kind, int]]:
    """How the numbers of a formula may count on: not, as the name's, or a whole row of them."""
    numbers: dict[Kind, set[int]] = defaultdict(set)
    for name in named(formula):
        for index in name.indices:
            found = _kind(name, index)
            if found is not None:
                numbers[found[0]].add(found[1])
    kinds = sorted(numbers)
    steps = [sorted({0, distance, distance * len(numbers[kind])}, key=abs) for kind in kinds]
    for chosen in product(*steps):
        if any(chosen):
            yield dict(zip(kinds, chosen, strict=True))


def counted_on(formula: Tree, way: dict[Kind, int]) -> Tree:
    """A formula with its numbers counted on."""

    def counted(name: Symbol, index: str | Tree) -> str | Tree:
        found = _kind(name, index)
        if found is None:
            return index
        (base, letters), number = found
        return f"{letters}{number + way[base, letters]}"

    def changed(part: Tree) -> Tree | None:
        if not isinstance(part, Symbol) or not part.indices:
            return None
        indices = tuple(counted(part, index) for index in part.indices)
        return replace(part, indices=indices, typed="")

    return substitute(formula, changed)
