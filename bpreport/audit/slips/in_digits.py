"""Mistakes in rounding a number and in writing it down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal, InvalidOperation

from bpreport.audit.model import Message
from bpreport.audit.slips.candidates import Candidate, Target
from bpreport.formula import MP, MPMATH, places_of, rounded

__all__ = [
    "digit_doubled",
    "digit_dropped",
    "digit_mistyped",
    "digits_swapped",
    "double_rounding",
    "point_misplaced",
    "rounded_up",
    "sign_lost",
]


def sign_lost(target: Target) -> Iterator[Candidate]:
    """The right number with the other sign."""
    yield Candidate(-target.exact, Message("the sign is wrong"))


def point_misplaced(target: Target) -> Iterator[Candidate]:
    """The right digits with the point one or two places off."""
    for power in (-2, -1, 1, 2):
        value = target.exact * MPMATH.number("10") ** power
        yield Candidate(value, Message("the decimal point is misplaced"))


def rounded_up(target: Target) -> Iterator[Candidate]:
    """Away from zero, whatever the digits behind."""
    text = rounded(target.exact, places_of(target.printed), "up")
    yield Candidate(MP.mpf(text), Message("it was rounded up"))


def double_rounding(target: Target) -> Iterator[Candidate]:
    """Rounded to more places first, and then again."""
    places = places_of(target.printed)
    for more in range(places + 1, places + 4):
        text = rounded(MP.mpf(rounded(target.exact, more)), places)
        yield Candidate(MP.mpf(text), Message("it was rounded twice"))


def _edits(
    text: str, *, changes_length: bool = False
) -> Callable[[Callable[[str, int], Iterable[str]]], Callable[[Target], Iterator[Candidate]]]:
    """The edit made at every place of the right digits, kept where the places still fit.

    One that `changes_length` leaves a number that ends there with more digits than it has, or fewer.
    """

    def decorate(
        edit: Callable[[str, int], Iterable[str]],
    ) -> Callable[[Target], Iterator[Candidate]]:
        def tries(target: Target) -> Iterator[Candidate]:
            places = places_of(target.printed)
            seen: set[str] = set()
            near = range(max(0, places - 1), places + 2)
            texts = {rounded(target.exact, some) for some in near}
            ends = rounded(target.exact, places)
            whole = changes_length and MPMATH.number(ends) == target.exact
            for right in {ends} if whole else texts:
                for place in range(len(right)):
                    found = edit(right, place)
                    seen.update(one for one in found if not whole or len(one) != len(ends))
            for typed in sorted(seen):
                if _is_number(typed) and places_of(typed) == places:
                    yield Candidate(MP.mpf(f"{Decimal(typed):f}"), Message(text))  # "-.0" is none

        return tries

    return decorate


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


@_edits("a digit is typed twice", changes_length=True)
def digit_doubled(text: str, place: int) -> Iterator[str]:
    """A digit typed twice; the last one may have been lost over it."""
    if text[place].isdigit():
        doubled = text[: place + 1] + text[place:]
        yield doubled
        yield doubled[:-1]


@_edits("a digit is missing", changes_length=True)
def digit_dropped(text: str, place: int) -> Iterator[str]:
    """A digit left out."""
    if text[place].isdigit():
        yield text[:place] + text[place + 1 :]


@_edits("one digit is mistyped")
def digit_mistyped(text: str, place: int) -> Iterator[str]:
    """One digit for another."""
    if text[place].isdigit():
        for digit in "0123456789":
            if digit != text[place]:
                yield text[:place] + digit + text[place + 1 :]


@_edits("two neighbouring digits are swapped")
def digits_swapped(text: str, place: int) -> Iterator[str]:
    """Two neighbours in the wrong order."""
    pair = text[place : place + 2]
    if len(pair) == 2 and pair.isdigit() and pair[0] != pair[1]:
        yield text[:place] + pair[::-1] + text[place + 2 :]
