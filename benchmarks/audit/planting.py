"""What a planted slip is, and what all plantings need."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random

from benchmarks.audit.decks import Block, Deck, Figure, Line, Prose, Row, printed_blocks
from benchmarks.audit.expressions import (
    MP,
    Value,
    decimal,
    evaluate,
    half_up,
    names,
    number,
    places_of,
)

LEAST_DIGITS = 3
"""Significant digits below which nothing is planted: any mistake gives such a number by chance."""


@dataclass(frozen=True)
class Planted:
    """A deck with a slip in it."""

    deck: Deck
    """With the blocks changed."""
    place: int
    """Number of the block that is wrong."""
    entry: int = 0
    """Which value of a row."""
    determined: bool = True
    """The bare text tells what the number should be."""
    visible: bool = True
    """The printed digits changed beyond rounding."""
    last_place: bool = False
    """They changed by one unit of the last place: it may be called a matter of rounding."""
    digits: int = 0
    """Significant digits of the wrong number."""
    follow_on: tuple[int, ...] = ()
    """Blocks that are wrong because they carry the error on."""
    follow_on_determined: frozenset[int] = frozenset()
    """Those of them whose right value the bare text tells."""
    touched: frozenset[int] = frozenset()
    """Blocks that read the wrong figure: the audit may see the contradiction there."""


Plant = Callable[[Deck, Random], Planted | None]


def targets(deck: Deck, random: Random) -> list[tuple[int, int, Line | Row | Figure, str]]:
    """All printed results in random order: block, entry, the block itself and its key."""
    found: list[tuple[int, int, Line | Row | Figure, str]] = []
    for place, block in printed_blocks(deck):
        if isinstance(block, Row):
            found += [(place, entry, block, key) for entry, key in enumerate(block.keys)]
        else:
            found.append((place, 0, block, block.key))
    random.shuffle(found)
    return found


def true_value(deck: Deck, block: Line | Row | Figure, key: str) -> Value:
    if isinstance(block, Row):
        return deck.states[block.iteration + deck.shift][key]
    return deck.values[key]


def printed_of(block: Line | Row | Figure, entry: int) -> str:
    return block.printed[entry] if isinstance(block, Row) else block.printed


def _with(block: Line | Row | Figure, entry: int, printed: str) -> Block:
    if isinstance(block, Row):
        texts = [*block.printed]
        texts[entry] = printed
        return replace(block, printed=tuple(texts))
    return replace(block, printed=printed)


def put(deck: Deck, place: int, block: Block) -> Deck:
    blocks = [*deck.blocks]
    blocks[place] = block
    return replace(deck, blocks=blocks)


def _readers(deck: Deck, key: str) -> frozenset[int]:
    """Blocks whose line reads a quantity, or that print it again."""
    return frozenset(
        place
        for place, block in printed_blocks(deck)
        if not isinstance(block, Row)
        and (block.key == key or key in names(deck.example.formulas.get(block.key, number("0"))))
    )


def determined_of(deck: Deck, key: str, places: Iterable[int]) -> frozenset[int]:
    """Those blocks whose right value the bare text tells, although one figure in it is wrong."""
    lines = {place: block for place, block in printed_blocks(deck) if isinstance(block, Line)}
    if not deck.determined(key):
        return frozenset()
    return frozenset(
        place for place in places if place in lines and deck.determined(lines[place].key)
    )


def downstream(deck: Deck, key: str) -> frozenset[int]:
    """Blocks whose value depends on a quantity."""
    reached = {key}
    for other, formula in deck.example.formulas.items():
        if reached & set(names(formula)):
            reached.add(other)
    blocks = printed_blocks(deck)
    return frozenset(
        place for place, block in blocks if not isinstance(block, Row) and block.key in reached
    )


def significant(text: str) -> int:
    """Digits without leading zeros."""
    return len(Decimal(text).as_tuple().digits)


def units_apart(right: str, wrong: str) -> Decimal:
    """By how many units of the wrong text's last place two texts differ."""
    unit = Decimal(1).scaleb(-places_of(wrong))
    return abs(Decimal(right).quantize(unit) - Decimal(wrong)) / unit


def plant_result(
    deck: Deck, place: int, entry: int, key: str, printed: str, *, rounding: bool = False
) -> Planted | None:
    """The result of a block replaced."""
    block = deck.blocks[place]
    assert not isinstance(block, Prose)
    value = true_value(deck, block, key)
    nearest = half_up(value, places_of(printed))
    units = units_apart(nearest, printed)
    digits = min(map(significant, (nearest, printed)))
    tie = abs(decimal(value) - Decimal(printed)) * 2 == Decimal(1).scaleb(-places_of(printed))
    if not units or tie or digits < LEAST_DIGITS:
        return None
    by_rounding = {
        bare: isinstance(block, Line) and could_be_rounded(deck, block, printed, bare=bare)
        for bare in (True, False)
    }
    shown = isinstance(block, Line) and block.line is not None
    return Planted(
        deck=put(deck, place, _with(block, entry, printed)),
        place=place,
        entry=entry,
        determined=isinstance(block, Line)
        and (deck.determined(key) or (shown and not by_rounding[True])),
        visible=(rounding or units > 1) and not by_rounding[False],
        last_place=units == 1,
        digits=digits,
        touched=_readers(deck, key),
    )


def could_be_rounded(deck: Deck, block: Line, printed: str, *, bare: bool) -> bool:
    """Whether the line that is shown could give the text, its operands being rounded numbers.

    Of a bare deck one cannot tell which operands are exact, unless they follow from the givens.
    """
    if block.line is None:
        return False
    operands = {operand: MP.mpf(deck.digits(operand)) for operand in names(block.line)}
    width = MP.mpf(10) ** -places_of(printed) / 2
    for operand, shown in operands.items():
        unsure = bare and operand not in deck.example.givens and not deck.determined(operand)
        if unsure or shown != deck.values[operand]:
            half = MP.mpf(10) ** -places_of(deck.digits(operand)) / 2
            ends = [evaluate(block.line, {**operands, operand: shown + d}) for d in (half, -half)]
            width += abs(ends[0] - ends[1]) / 2
    return bool(abs(evaluate(block.line, operands) - MP.mpf(printed)) <= width)
