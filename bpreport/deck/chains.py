"""From math spans to chains of sides that are read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from bpreport.deck.model import Chain, Refusal, Side
from bpreport.deck.numbers import printed_number, printed_row
from bpreport.formula.chains import RawChain, RawSide, split
from bpreport.formula.errors import FormulaError
from bpreport.formula.limits import limit
from bpreport.formula.names import read_base
from bpreport.formula.parser import parse
from bpreport.formula.tree import Apply, Call, Derivative, Matrix, Number, Symbol, Tree, Tuple, walk

__all__ = [
    "ARROWS",
    "Room",
    "counted",
    "declared_functions",
    "follows_in_time",
    "read_chains",
    "value_before",
]

ARROWS = (r"\to", r"\rightarrow", r"\longrightarrow", "→")
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
    r"""The chain, in two where one statement leads to another: x = -2 \to q = 3.

    In w \to w' = w - 0.1 all that is said is said of w'.
    """
    for place, relation in enumerate(chain.relations[:-1]):
        before, behind = (side.tree for side in chain.sides[place : place + 2])
        told = place > 0 and printed_number(before) is not None and isinstance(behind, Symbol)
        anew = (
            place == 0
            and not chain.continues
            and before is not None
            and value_before(behind) == before
        )
        if (told or anew) and relation in ARROWS and chain.relations[place + 1] not in ARROWS:
            if told:
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


def value_before(name: Tree | None) -> Tree | None:
    """What a name with a prime or a plus may be the new value of: w of w' and w^{+}."""
    match name:
        case Derivative(body=body, kind="prime"):
            return body
        case Symbol(marks=(*marks, "+")):
            return replace(name, marks=tuple(marks))
    return None


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


def follows_in_time(relation: str, left: Tree | None, right: Tree | None) -> bool:
    r"""Whether a number, a line or a row of them is what another becomes: w = 0.5 \to 0.36.

    Both are their name's, and they need not be equal.
    """
    return relation in ARROWS and all(
        side is not None and not any(isinstance(part, Symbol | Call) for part in walk(side))
        for side in (left, right)
    )
