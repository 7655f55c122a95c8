"""Slips in rounding a number and in writing it down."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from random import Random

from benchmarks.audit.decks import Deck
from benchmarks.audit.expressions import MP, Value, cut_off, decimal, half_up, places_of, rounded_up
from benchmarks.audit.planting import (
    LEAST_DIGITS,
    Plant,
    Planted,
    plant_result,
    printed_of,
    significant,
    targets,
    true_value,
)


def in_digits(edit: Callable[[str, Value, Random], str], *, rounding: bool = False) -> Plant:
    def plant(deck: Deck, random: Random) -> Planted | None:
        for place, entry, block, key in targets(deck, random):
            right = printed_of(block, entry)
            if key in deck.example.givens or significant(right) < LEAST_DIGITS:
                continue
            wrong = edit(right, true_value(deck, block, key), random)
            planted = plant_result(deck, place, entry, key, wrong, rounding=rounding)
            if planted is not None and planted.visible:
                return planted
        return None

    return plant


def _digit_places(text: str) -> list[int]:
    return [place for place, letter in enumerate(text) if letter.isdigit()]


def _significant_places(text: str) -> list[int]:
    """Behind the first digit; a zero right behind the point, typed twice, moves the point."""
    return [place for place in _digit_places(text)[1:] if text[:place].strip("-0.")]


def doubled_digit(text: str, _value: Value, random: Random) -> str:
    place = random.choice(_significant_places(text))
    return text[: place + 1] + text[place:]


def dropped_digit(text: str, _value: Value, random: Random) -> str:
    place = random.choice(_significant_places(text))
    shorter = text[:place] + text[place + 1 :]
    return shorter.rstrip(".") if shorter.lstrip("-") else text


def mistyped(text: str, _value: Value, random: Random) -> str:
    place = random.choice(_digit_places(text)[1:])
    return text[:place] + random.choice("0123456789") + text[place + 1 :]


def swapped(text: str, _value: Value, random: Random) -> str:
    places = [place for place in _digit_places(text) if text[place + 1 : place + 2].isdigit()]
    if not places:
        return text
    place = random.choice(places)
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def point_misplaced(text: str, value: Value, random: Random) -> str:
    if places_of(text) < 2:
        return text
    power = random.choice((-1, 1, 2))
    return half_up(value * MP.mpf(10) ** power, places_of(text) - max(0, power))


def sign_lost(text: str, _value: Value, _random: Random) -> str:
    return text[1:] if text.startswith("-") else f"-{text}"


def cut(text: str, value: Value, _random: Random) -> str:
    return cut_off(value, places_of(text))


def up(text: str, value: Value, _random: Random) -> str:
    return rounded_up(value, places_of(text))


def twice(text: str, value: Value, random: Random) -> str:
    places = places_of(text)
    return half_up(decimal(MP.mpf(half_up(value, places + random.choice((1, 2))))), places)


def last_digit(text: str, _value: Value, random: Random) -> str:
    unit = Decimal(1).scaleb(-places_of(text))
    return f"{Decimal(text) + random.choice((-1, 1)) * unit:f}"


def random_digits(text: str, _value: Value, random: Random) -> str:
    """Two digits or more replaced, the first significant one or any behind it."""
    places = [
        place for place in _digit_places(text) if text[:place].strip("-0.") or text[place] != "0"
    ]
    chosen = random.sample(places, random.randint(2, len(places)))
    typed = [*text]
    for place in chosen:
        typed[place] = random.choice([digit for digit in "0123456789" if digit != text[place]])
    return "".join(typed)
