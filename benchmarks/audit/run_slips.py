"""Slips in the course of a computation: counting, conventions, rounding, errors carried on."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from benchmarks.audit.decks import Block, Deck, Figure, Line, Row, printed_blocks
from benchmarks.audit.digit_slips import mistyped
from benchmarks.audit.examples import kind
from benchmarks.audit.expressions import MP, cut_off, evaluate, half_up, names
from benchmarks.audit.planting import (
    LEAST_DIGITS,
    Plant,
    Planted,
    determined_of,
    downstream,
    plant_result,
    significant,
    targets,
    units_apart,
)


def iteration_off(deck: Deck, random: Random) -> Planted | None:
    for place, entry, block, key in targets(deck, random):
        if isinstance(block, Row):
            offs = [-2, -1, 1, 2]
            random.shuffle(offs)
            for off in offs:
                updates = block.iteration + deck.shift + off
                if updates >= 0 and (
                    planted := plant_result(
                        deck, place, entry, key, deck.rounded(deck.states[updates][key])
                    )
                ):
                    return planted
        elif kind(key) == "step" and int(key.split("/")[1]) > 1 and not _shows_line(block):
            before = f"step/{int(key.split('/')[1]) - random.choice((1, 2))}"
            if before in deck.values and (
                planted := plant_result(deck, place, entry, key, deck.digits(before))
            ):
                return planted
    return None


def _shows_line(block: Block) -> bool:
    return isinstance(block, Line) and block.line is not None


def other_convention(deck: Deck, random: Random) -> Planted | None:
    for place, entry, block, key in targets(deck, random):
        if isinstance(block, Row):
            which = random.choice([*deck.other_states])
            value = deck.other_states[which][block.iteration + deck.shift][key]
        elif key in deck.other_values:
            value = deck.other_values[key]
        else:
            continue
        planted = plant_result(deck, place, entry, key, deck.rounded(value))
        if planted is not None and planted.visible:
            return replace(planted, determined=False)
    return None


def carried(cut: bool) -> Plant:
    """Computed from operands that were rounded, or cut off, to fewer places than are printed."""

    def plant(deck: Deck, random: Random) -> Planted | None:
        for place, entry, block, key in targets(deck, random):
            if not isinstance(block, Line) or key not in deck.example.formulas:
                continue
            kept = max(1, deck.places - random.choice((1, 2, 3)))
            shorten = cut_off if cut else half_up
            formula = deck.example.formulas[key]
            values = {
                operand: MP.mpf(shorten(deck.values[operand], kept))
                if operand in deck.example.formulas
                else deck.values[operand]
                for operand in names(formula)
            }
            try:
                value = evaluate(formula, values)
            except ZeroDivisionError:
                continue
            planted = plant_result(deck, place, entry, key, deck.rounded(value))
            if planted is not None and planted.visible:
                return planted
        return None

    return plant


def inherited(deck: Deck, random: Random) -> Planted | None:
    """A digit of an early result is mistyped, and all that follows is computed from it."""
    for place, entry, block, key in targets(deck, random):
        early = kind(key) in ("net", "out", "h", "z", "step") and not isinstance(block, Figure)
        if not (early and isinstance(block, Line)) or key not in deck.example.formulas:
            continue
        if significant(block.printed) < LEAST_DIGITS:
            continue
        wrong = mistyped(block.printed, deck.values[key], random)
        planted = plant_result(deck, place, entry, key, wrong)
        if planted is None or not planted.visible:
            continue
        values = deck.example.recomputed({key: MP.mpf(wrong)})
        carried = replace(planted.deck, values=values)
        carried.blocks[place] = replace(block, printed=wrong)
        changed = []
        for other, later in printed_blocks(carried):
            if other != place and isinstance(later, Line | Figure):
                printed = carried.digits(later.key)
                if units_apart(later.printed, printed) > 1:
                    changed.append(other)
                carried.blocks[other] = replace(later, printed=printed)
        if changed:
            return replace(
                planted,
                deck=carried,
                follow_on=tuple(changed),
                follow_on_determined=determined_of(deck, key, changed),
                touched=downstream(deck, key),
            )
    return None
