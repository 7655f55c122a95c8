r"""From math spans to chains, and from chains to claims.

Each adjacent pair of a chain is a claim; a printed row of values claims each of its entries; the
bounds of an index claim its range; an annotated number claims what its span names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Context, Decimal
from itertools import count

from bpreport.deck.model import Chain, Claim, Figure, Formula, Refusal, Side
from bpreport.formula.chains import RawChain, RawSide, split
from bpreport.formula.errors import FormulaError
from bpreport.formula.limits import limit
from bpreport.formula.names import read_base
from bpreport.formula.parser import parse
from bpreport.formula.tree import (
    Apply,
    Call,
    Derivative,
    Gap,
    Matrix,
    Number,
    Reduce,
    Symbol,
    Tree,
    Tuple,
    walk,
)

__all__ = [
    "ARROWS",
    "Room",
    "claims_of",
    "counted",
    "declared_functions",
    "follows_in_time",
    "printed_number",
    "printed_row",
    "read_chains",
]

_BOUNDS = re.compile(r"_\s*(?:\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}|(\S))")
ARROWS = (r"\to", r"\rightarrow", r"\longrightarrow", "→")
_DECIMALS = Context(prec=12)
"""For 1/3: more digits than are printed for a result."""
_NAMED = re.compile(
    r"(?P<name>[^:=]*[^:=\s])\s*(?P<colon>:)\s*"
    r"(?P<number>[-\d.]+|[-\d.]*\\[dt]?frac\{[\d.]+\}\{[\d.]+\}|\([-\d., ]+\))\s*"
)
_DECLARATION = re.compile(
    r"\s*(?P<name>\\(?:text|mathrm|operatorname)\s*\{[A-Za-z]+\}|\\mathcal\s*\{[A-Z]\}"
    r"|\\[A-Za-z]+|[A-Za-z]+)"
    r"(?:_(?:\{[^{}]*\}|\\?\w+))?'*\s*(?:\\left\s*)?[(\[]"
    r"(?P<arguments>[^()\[\]+\-*/=0-9][^()\[\]+*/=]*)(?:\\right\s*)?[)\]]\s*\Z"
)


def declared_functions(sources: Iterable[str]) -> frozenset[str]:
    r"""Names that some formula defines as a function: the f of `f(x) = ...`.

    >>> sorted(declared_functions([r"g(z) = \frac{1}{1+e^{-z}}", "E = h(1 - h)"]))
    ['g']
    """
    found = set()
    for source in sources:
        for chain in split(source):
            if not chain.relations:
                continue
            declaration = _DECLARATION.match(chain.sides[0].source)
            if declaration and not declaration["name"].startswith((r"\frac", r"\left")):
                found.add(read_base(declaration["name"])[0])
    return frozenset(found)


@dataclass(slots=True)
class Room:
    """How many more sides of a deck are read; each number of a printed row counts as one."""

    left: int = field(default_factory=lambda: limit("deck_sides"))

    def side(
        self, source: str, offset: int, functions: frozenset[str], names: frozenset[str]
    ) -> Side:
        """A side, read if there is room for it."""
        if self.left <= 0:
            return Side(source, offset, None, Refusal(offset, "", "", limit("deck_sides")))
        side = _side(source, offset, functions, names)
        self.left -= len(printed_row(side.tree) or (side,))
        return side


def read_chains(
    source: str,
    functions: frozenset[str],
    names: frozenset[str],
    before: Side | None,
    room: Room | None = None,
) -> tuple[Chain, ...]:
    """The chains of a span; `before` is the side that a leading relation continues.

    `room` is what there is left for sides in the deck; what finds none is refused.
    """
    chains: list[Chain] = []
    room = room or Room()
    for raw in map(_with_name_in_front, split(source)):
        sides = [
            replace(room.side(one.source, one.offset, functions, names), words=one.words)
            for one in raw.sides
        ]
        chain = _chain(raw, sides, before)
        if chain is not None:
            chains.extend(_parted(chain))
            before = chain.sides[-1]
    return tuple(chains)


def _with_name_in_front(raw: RawChain) -> RawChain:
    r"""L: 25 \to 1 says L = 25 first, and then what it becomes."""
    named = None
    if raw.relations[:1] and raw.relations[0] in ARROWS:
        named = _NAMED.fullmatch(raw.sides[0].source)
    if named is None:
        return raw
    start = raw.sides[0].offset
    sides = [RawSide(named[part], start + named.start(part)) for part in ("name", "number")]
    return replace(
        raw,
        sides=(*sides, *raw.sides[1:]),
        relations=(":", *raw.relations),
        offsets=(start + named.start("colon"), *raw.offsets),
    )


def _chain(raw: RawChain, sides: list[Side], before: Side | None) -> Chain | None:
    if not raw.continues:
        return Chain(tuple(_marked(sides)), raw.relations, raw.offsets)
    if before is not None:
        return Chain((before, *sides[1:]), raw.relations, raw.offsets, continues=True)
    if len(sides) < 2:
        return None
    return Chain(tuple(sides[1:]), raw.relations[1:], raw.offsets[1:])


def _parted(chain: Chain) -> Iterator[Chain]:
    r"""The chain, in two where one statement leads to another: x = -2 \to q = 3."""
    for place, relation in enumerate(chain.relations[:-1]):
        before, behind = (side.tree for side in chain.sides[place : place + 2])
        told = place > 0 and printed_number(before) is not None and isinstance(behind, Symbol)
        if told and relation in ARROWS and chain.relations[place + 1] not in ARROWS:
            yield replace(
                chain,
                sides=chain.sides[: place + 1],
                relations=chain.relations[:place],
                offsets=chain.offsets[:place],
            )
            further = Chain(
                chain.sides[place + 1 :],
                chain.relations[place + 1 :],
                chain.offsets[place + 1 :],
            )
            yield from _parted(further)
            return
    yield chain


def _side(source: str, offset: int, functions: frozenset[str], names: frozenset[str]) -> Side:
    if not source:
        return Side(source, offset, None)
    try:
        return Side(source, offset, parse(source, functions, names))
    except FormulaError as error:
        refusal = Refusal(offset + error.offset, error.token, error.expected)
        return Side(source, offset, None, refusal)


def _marked(sides: list[Side]) -> list[Side]:
    if len(sides) < 2:
        return sides
    first, *rest = sides
    tree = named_row(counted(first.tree, rest[0].tree), rest[0].tree)
    return [replace(first, tree=tree), *rest]


def counted(tree: Tree | None, given: Tree | None) -> Tree | None:
    r"""A power that is given a row of values is no power: w^{1000} is w after 1000 iterations.

    >>> counted(parse("w^{1000}"), parse("(0.2, 0.4)")).marks
    ('1000',)
    >>> counted(parse("w^{2}"), parse("9")).operation
    'power'
    """
    match tree, given:
        case (
            Apply(operation="power", operands=(Symbol() as symbol, Number() as count)),
            Matrix() | Tuple(),
        ) if count.text.isdecimal():
            return replace(symbol, marks=(*symbol.marks, count.text))
    return tree


def named_row(tree: Tree | None, given: Tree | None) -> Tree | None:
    r"""A matrix of names that is given a number for each, as the row of these names.

    >>> names = parse(r"\begin{pmatrix} w_1 & w_2 \end{pmatrix}")
    >>> [name.key for name in named_row(names, parse("(0.1, 0.2)")).items]
    ['w_{1}', 'w_{2}']
    """
    row = tree.operands[0] if isinstance(tree, Apply) and tree.operation == "transpose" else tree
    values = printed_row(given)
    if values is None or row is None or not isinstance(row, Matrix | Tuple):
        return tree
    if isinstance(row, Matrix) and isinstance(given, Matrix) and len(row.rows) != len(given.rows):
        return tree
    names = (
        row.items if isinstance(row, Tuple) else tuple(name for line in row.rows for name in line)
    )
    if len(names) != len(values) or not all(isinstance(name, Symbol) for name in names):
        return tree
    return Tuple(names)


def printed_row(tree: Tree | None) -> tuple[Tree, ...] | None:
    """The entries of a printed row of values, in reading order; None for anything else.

    A vector may be typed as a row with the T of a transpose behind it.

    >>> [entry.text for entry in printed_row(parse("(0.35, 0.65)^T"))]
    ['0.35', '0.65']
    """
    match tree:
        case Apply(operation="transpose", operands=(Tuple() | Matrix(rows=(_,)) as typed,)):
            return printed_row(typed)
    if isinstance(tree, Tuple):
        entries = tree.items
    elif isinstance(tree, Matrix):
        entries = tuple(entry for row in tree.rows for entry in row)
    else:
        return None
    return entries if len(entries) > 1 and all(map(printed_number, entries)) else None


def printed_number(tree: Tree | None) -> str | None:
    """The digits of a tree that is a printed number, sign included; None for anything else.

    >>> printed_number(parse("-1.48972")), printed_number(parse("2 * 3"))
    ('-1.48972', None)
    """
    match tree:
        case Number(text=text):
            return text
        case Apply(operation="negative", operands=(Number(text=text),)):
            return f"-{text}"
    return None


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
            if not chain.continues:
                head = _name(chain.sides[0].tree)
            claims.extend(_chain_claims(formula, chain, head, iteration, numbers))
        claims.extend(_index_ranges(formula))
        if formula.display and formula.chains:
            displayed = head
    claims.extend(map(_figure_claim, figures))
    return tuple(sorted(claims, key=lambda claim: claim.position))


def _figure_claim(figure: Figure) -> Claim:
    return Claim(
        id=f"t{figure.number}",
        kind="figure",
        slide=figure.slide,
        position=figure.position,
        text=figure.text,
        figure=figure,
        head=_name(figure.name),
        left=figure.name,
        right=None if figure.name is None else parse(_stands_for(figure)),
        right_source="" if figure.name is None else figure.text,
        iteration=figure.count,
    )


def _stands_for(figure: Figure) -> str:
    """The number of a table as a formula: 0.10 for 10 %, and 0.25 for 1/4.

    A fraction in a row that is a case of its own is exact, and no decimals of so many places.
    """
    text = figure.text.removeprefix("+")
    if figure.percent:
        return f"{Decimal(f'{text}e-2'):f}"
    above, _, below = text.partition("/")
    if not below or figure.case is not None:
        return text
    return f"{_DECIMALS.divide(Decimal(above), Decimal(below)):f}"


def _name(tree: Tree | None) -> Tree | None:
    """A side that only names something, or several things in a row; None for an expression."""
    if isinstance(tree, Tuple) and all(isinstance(item, Symbol) for item in tree.items):
        return tree
    return tree if isinstance(tree, Symbol | Derivative | Call) else None


def _chain_claims(
    formula: Formula,
    chain: Chain,
    head: Tree | None,
    iteration: int | None,
    numbers: Iterator[int],
) -> Iterator[Claim]:
    pairs = zip(chain.sides, chain.sides[1:], chain.relations, chain.offsets, strict=False)
    for left, right, relation, offset in pairs:
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


def follows_in_time(relation: str, left: Tree | None, right: Tree | None) -> bool:
    r"""Whether a number, a line or a row of them is what another becomes: w = 0.5 \to 0.36.

    Both are their name's, and they need not be equal.
    """
    return relation in ARROWS and all(
        side is not None and not any(isinstance(part, Symbol | Call) for part in walk(side))
        for side in (left, right)
    )


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
