"""From formulas and marked numbers to claims.

Each adjacent pair of a chain is a claim; a printed row of values claims each of its entries; the
bounds of an index claim its range; an annotated number claims what its span names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count

from bpreport.deck.chains import follows_in_time
from bpreport.deck.model import Chain, Claim, Figure, Formula
from bpreport.deck.numbers import in_decimals, printed_number, printed_row
from bpreport.deck.relations import INEQUALITIES
from bpreport.formula.parser import parse
from bpreport.formula.tree import (
    Call,
    Derivative,
    Gap,
    Number,
    Reduce,
    Symbol,
    Tree,
    Tuple,
    walk,
)

__all__ = ["claims_of"]

_BOUNDS = re.compile(r"_\s*(?:\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}|(\S))")


def claims_of(
    formulas: Sequence[Formula], iterations: Sequence[int | None], figures: Sequence[Figure]
) -> tuple[Claim, ...]:
    """All claims of a deck in order of their places."""
    claims: list[Claim] = []
    displayed: Tree | None = None  # what the display formula before is about: others go on from it
    for formula, iteration in zip(formulas, iterations, strict=True):
        numbers = count(1)
        head = displayed
        for chain in formula.chains:
            heads = _heads(chain, head)
            head = heads[-1]
            claims.extend(_chain_claims(formula, chain, heads, iteration, numbers))
        claims.extend(_index_ranges(formula))
        if formula.display and formula.chains:
            displayed = head
    claims.extend(map(_figure_claim, figures))
    return tuple(sorted(claims, key=lambda claim: claim.position))


def _figure_claim(figure: Figure) -> Claim:
    name = figure.name or figure.marked
    return Claim(
        id=f"t{figure.number}",
        kind="figure",
        slide=figure.slide,
        position=figure.position,
        text=figure.text,
        figure=figure,
        head=_name(name),
        left=figure.name,
        right=None if name is None else parse(_stands_for(figure)),
        right_source="" if name is None else figure.text,
        iteration=figure.count,
    )


def _stands_for(figure: Figure) -> str:
    """The number of a table as a formula: 0.10 for 10 %, and 0.25 for 1/4.

    A fraction in a row that is a case of its own is exact, and no decimals of so many places.
    """
    text = figure.text.removeprefix("+")
    if "/" in text and figure.case is not None and not figure.percent:
        return text
    return in_decimals(text, figure.percent)


def _name(tree: Tree | None) -> Tree | None:
    """A side that only names something, or several things in a row; None for an expression."""
    if isinstance(tree, Tuple) and all(isinstance(item, Symbol) for item in tree.items):
        return tree
    return tree if isinstance(tree, Symbol | Derivative | Call) else None


def _heads(chain: Chain, before: Tree | None) -> list[Tree | None]:
    """What each side of a chain is about; `before` is what the chain is that this one continues.

    In J_1 = 0.3 < J_0 = 0.5 what is less is no value of what it is less than.
    """
    heads = [before if chain.continues else _name(chain.sides[0].tree)]
    for side, relation in zip(chain.sides[1:], chain.relations, strict=True):
        heads.append(_name(side.tree) if relation in INEQUALITIES else heads[-1])
    return heads


def _chain_claims(
    formula: Formula,
    chain: Chain,
    heads: Sequence[Tree | None],
    iteration: int | None,
    numbers: Iterator[int],
) -> Iterator[Claim]:
    pairs = zip(chain.sides, chain.sides[1:], chain.relations, chain.offsets, heads, strict=False)
    for left, right, relation, offset, head in pairs:
        # The left side of a continued chain stands in the formula before.
        elsewhere = chain.continues and left is chain.sides[0]
        own = (right,) if elsewhere else (left, right)
        refused = left.refusal or right.refusal
        of = left
        if head is not None and follows_in_time(relation, left.tree, right.tree):
            of = replace(left, tree=head, source=chain.sides[0].source)
        claim = Claim(
            id=f"f{formula.number}.{next(numbers)}",
            kind="range" if _is_range(right.tree) else "equation",
            slide=formula.slide,
            position=formula.position(offset),
            text=f"{left.source} {relation} {right.source}",
            formula=formula,
            head=head,
            left=of.tree,
            right=right.tree,
            relation=relation,
            extents=tuple((side.offset, side.offset + len(side.source)) for side in own),
            left_source=of.source,
            right_source=right.source,
            iteration=iteration,
            refusal=refused,
            units=(left.words, right.words),
        )
        row = printed_row(right.tree)
        if row is None:
            yield claim
        else:
            yield from _components(formula, claim, row, right.offset)


def _components(
    formula: Formula, claim: Claim, row: tuple[Tree, ...], offset: int
) -> Iterator[Claim]:
    for place, entry in enumerate(row):
        number = next(part for part in walk(entry) if isinstance(part, Number))
        start = offset + number.at
        end = max(start + 1, start + len(number.text))
        yield replace(
            claim,
            id=f"{claim.id}.{place + 1}",
            kind="component",
            position=formula.position(start),
            text=printed_number(entry) or "",
            right=entry,
            right_source=printed_number(entry) or "",
            component=place,
            row=claim.right,
            extents=(*claim.extents[:-1], (start, end)),
        )


def _is_range(tree: Tree | None) -> bool:
    return isinstance(tree, Tuple) and any(isinstance(item, Gap) for item in tree.items)


def _index_ranges(formula: Formula) -> Iterator[Claim]:
    number = 0
    for chain in formula.chains:
        own = chain.sides[1:] if chain.continues else chain.sides
        for side in own:
            if side.tree is None:
                continue
            for part in walk(side.tree):
                if not isinstance(part, Reduce) or part.lower is None:
                    continue
                bounds = _BOUNDS.search(formula.source, side.offset + part.at)
                if bounds is not None:
                    number += 1
                    yield _range_claim(formula, part, bounds, number)


def _range_claim(formula: Formula, part: Reduce, bounds: re.Match[str], number: int) -> Claim:
    group = 1 if bounds[1] is not None else 2
    shown = bounds[group]
    name, _, first = shown.partition("=")
    return Claim(
        id=f"f{formula.number}.r{number}",
        kind="range",
        slide=formula.slide,
        position=formula.position(bounds.start(group)),
        text=shown.strip(),
        formula=formula,
        left=part.index,
        right=part.lower,
        left_source=name.strip(),
        right_source=first.strip(),
        extents=(bounds.span(group),),
    )
