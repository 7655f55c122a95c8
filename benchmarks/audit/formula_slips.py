"""Slips in a formula: a term, a sign, a factor, a name that stands for another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from random import Random

from benchmarks.audit.decks import Deck, Line
from benchmarks.audit.examples import kind
from benchmarks.audit.expressions import (
    Expression,
    evaluate,
    half_up,
    multiply,
    name,
    names,
    negative,
    number,
    places_of,
    ratio,
    variants,
)
from benchmarks.audit.planting import (
    Plant,
    Planted,
    could_be_rounded,
    plant_result,
    put,
    targets,
    units_apart,
)

Change = Callable[[Expression, Deck], Iterable[Expression]]


def in_formula(change: Change) -> Plant:
    """The change made at one place of a formula; it shows in the result, the line, or both."""

    def plant(deck: Deck, random: Random) -> Planted | None:
        for place, _, block, key in targets(deck, random):
            if not isinstance(block, Line) or key not in deck.example.formulas:
                continue
            options = list(change(deck.example.formulas[key], deck))
            random.shuffle(options)
            for changed in options:
                planted = _miscalculated(deck, place, key, changed, random)
                if planted is not None:
                    return planted
        return None

    return plant


def _miscalculated(
    deck: Deck, place: int, key: str, changed: Expression, random: Random
) -> Planted | None:
    block = deck.blocks[place]
    assert isinstance(block, Line)
    value = evaluate(changed, deck.values)
    printed = deck.rounded(value)
    planted = plant_result(deck, place, 0, key, printed)
    if planted is None or block.line is None:
        return planted
    shown = random.choice(("result", "line", "line only", "throughout"))
    if shown == "line only" and _is_reshaped(changed):
        shown = "line"
    if shown == "result":
        return planted
    block = replace(block, line=changed)
    determined = block.formula is not None
    visible = planted.visible
    if shown == "line only":
        right = block.printed
        visible = units_apart(half_up(value, places_of(right)), right) > 1
        determined = determined or not could_be_rounded(deck, block, right, bare=True)
    if shown != "line only":
        block = replace(block, printed=printed)
    if shown == "throughout" and block.formula is not None:
        block, determined = replace(block, formula=changed), False
    return replace(planted, deck=put(deck, place, block), determined=determined, visible=visible)


def _is_reshaped(changed: Expression) -> bool:
    """Whether nothing is left to substitute: a lone number or name is no line."""
    return changed.operation in ("name", "number")


RATES = ("0.001", "0.01", "0.05", "0.1", "0.2", "0.3", "0.5", "1")


def _terms(part: Expression) -> tuple[Expression, ...]:
    """Terms of a sum that a hand may lose: not those of 1 - out."""
    plain = part.operation == "sum" and all(term.operation != "number" for term in part.operands)
    return part.operands if plain else ()


def _is_bias(term: Expression) -> bool:
    return term.operation == "name" and kind(term.text) == "b"


def _joined(terms: tuple[Expression, ...]) -> Expression:
    return terms[0] if len(terms) == 1 else Expression("sum", terms)


def term_dropped(bias: bool) -> Change:
    def change(formula: Expression, _deck: Deck) -> Iterator[Expression]:
        def drop(part: Expression) -> Iterator[Expression]:
            terms = _terms(part)
            for place, term in enumerate(terms):
                if _is_bias(term) == bias:
                    yield _joined(terms[:place] + terms[place + 1 :])

        return variants(formula, drop)

    return change


def term_doubled(bias: bool) -> Change:
    def change(formula: Expression, _deck: Deck) -> Iterable[Expression]:
        if "rate" in names(formula):
            return ()  # the same number as twice the learning rate, which one would rather say

        def double(part: Expression) -> Iterator[Expression]:
            terms = _terms(part)
            for place, term in enumerate(terms):
                if _is_bias(term) == bias:
                    yield Expression("sum", (*terms[: place + 1], *terms[place:]))

        return variants(formula, double)

    return change


def sign_flipped(formula: Expression, _deck: Deck) -> Iterator[Expression]:
    def flip(part: Expression) -> Iterator[Expression]:
        if part.operation == "negative":
            yield part.operands[0]
        elif part.operation == "sum":
            for place, term in enumerate(part.operands):
                # Behind a minus the sign itself is the variant above.
                if term.operation != "negative" and place:
                    flipped = negative(term)
                    yield replace(
                        part,
                        operands=(*part.operands[:place], flipped, *part.operands[place + 1 :]),
                    )

    return variants(formula, flip)


def constant_factor(formula: Expression, deck: Deck) -> Iterator[Expression]:
    if formula.operation == "product" and formula.operands[0].operation == "ratio":
        yield multiply(*formula.operands[1:])
    two = number("2")
    yield multiply(two, formula)
    yield multiply(ratio(number("1"), two), formula)
    if "m" in deck.values and kind(next(iter(names(formula)), "")) == "h":
        yield multiply(ratio(number("1"), name("m")), formula)


def renamed(swap: Callable[[str, Deck], Iterable[str]]) -> Change:
    """One name stands for another at one place."""

    def change(formula: Expression, deck: Deck) -> Iterator[Expression]:
        def rename(part: Expression) -> Iterator[Expression]:
            if part.operation == "name":
                for other in swap(part.text, deck):
                    if other != part.text and other in deck.values:
                        yield name(other)

        return variants(formula, rename)

    return change


def same_kind(*kinds: str) -> Callable[[str, Deck], Iterable[str]]:
    def swap(key: str, deck: Deck) -> Iterator[str]:
        if kind(key) in kinds:
            depth = key.split("/")[1]
            for other in deck.values:
                same_layer = kind(other) == kind(key) and other.split("/")[1] == depth
                if same_layer or (kind(key) == kind(other) and kind(key) in ("w", "x", "y", "h")):
                    yield other

    return swap


def new_for_old(formula: Expression, deck: Deck) -> Iterable[Expression]:
    """Not in the update itself, where it gives the same number as twice the learning rate."""

    def updated(key: str, _deck: Deck) -> Iterable[str]:
        return (f"new-{key}",) if kind(key) in ("w", "b", "theta") else ()

    return () if "rate" in names(formula) else renamed(updated)(formula, deck)


def not_updated(key: str, _deck: Deck) -> Iterable[str]:
    return (key.removeprefix("new-"),) if key.startswith("new-") else ()


def target_rounded(formula: Expression, deck: Deck) -> Iterator[Expression]:
    def rounded(part: Expression) -> Iterator[Expression]:
        if part.operation == "name" and kind(part.text) == "t":
            whole = half_up(deck.values[part.text], 0)
            if Decimal(whole) != Decimal(deck.example.givens[part.text]):
                yield number(whole)

    return variants(formula, rounded)


def activation(applied: str) -> Change:
    def change(formula: Expression, _deck: Deck) -> Iterator[Expression]:
        if formula.operation in ("sigmoid", "tanh"):
            twice = Expression(formula.operation, (formula,))
            yield formula.operands[0] if applied == "not" else twice

    return change


def slope(applied: str) -> Change:
    def change(formula: Expression, _deck: Deck) -> Iterator[Expression]:
        factors = formula.operands if formula.operation == "product" else ()
        for place, factor in enumerate(factors):
            if factor.operation == "name" and kind(factor.text) == "slope":
                if applied == "not":
                    yield multiply(*factors[:place], *factors[place + 1 :])
                else:
                    yield multiply(*factors, factor)

    return change


def other_rate(formula: Expression, _deck: Deck) -> Iterator[Expression]:
    def other(part: Expression) -> Iterator[Expression]:
        if part.operation == "name" and part.text == "rate":
            yield from (number(text) for text in RATES)

    return variants(formula, other)
