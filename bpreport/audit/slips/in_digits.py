"""Mistakes in rounding a number and in writing it down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal, InvalidOperation

from bpreport.audit.digits import number, same
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
    message: Message, of_same_length: Message | None = None
) -> Callable[[Callable[[str, int], Iterable[str]]], Callable[[Target], Iterator[Candidate]]]:
    """The edit made at every place of the right digits, kept where the places still fit.

    With a message for what is `of_same_length` as the right number, an edit that comes to one digit
    for another is none of these, unless it is made of the exact number without zeros: 2.55 for 2.5.
    """

    def decorate(
        edit: Callable[[str, int], Iterable[str]],
    ) -> Callable[[Target], Iterator[Candidate]]:
        def tries(target: Target) -> Iterator[Candidate]:
            places = places_of(target.printed)
            seen: set[str] = set()
            near = range(max(0, places - 1), places + 2)
            for right in {rounded(target.exact, some) for some in near}:
                for place in range(len(right)):
                    seen.update(edit(right, place))
            right = rounded(target.exact, places)
            zeros = "." in right and right.endswith("0")
            short = right.rstrip("0") if zeros and same(number(right), target.exact) else ""
            plain = {typed for place in range(len(short)) for typed in edit(short, place)}
            for typed in sorted(seen):
                if not _is_number(typed) or places_of(typed) != places:
                    continue
                told = message
                if of_same_length and len(typed) == len(right) and typed not in plain:
                    told = of_same_length
                    if sum(one != other for one, other in zip(typed, right, strict=True)) < 2:
                        continue
                yield Candidate(MP.mpf(f"{Decimal(typed):f}"), told)  # "-.0" is none

        return tries

    return decorate


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


@_edits(
    Message("a digit is typed twice"),
    Message("a digit is typed twice, in the place of the last one"),
)
def digit_doubled(text: str, place: int) -> Iterator[str]:
    """A digit typed twice; the last one may have been lost over it."""
    if text[place].isdigit():
        doubled = text[: place + 1] + text[place:]
        yield doubled
        yield doubled[:-1]


@_edits(
    Message("a digit is missing"), Message("a digit is missing, and another one stands at the end")
)
def digit_dropped(text: str, place: int) -> Iterator[str]:
    """A digit left out."""
    if text[place].isdigit():
        yield text[:place] + text[place + 1 :]


@_edits(Message("one digit is mistyped"))
def digit_mistyped(text: str, place: int) -> Iterator[str]:
    """One digit for another."""
    if text[place].isdigit():
        for digit in "0123456789":
            if digit != text[place]:
                yield text[:place] + digit + text[place + 1 :]


@_edits(Message("two neighbouring digits are swapped"))
def digits_swapped(text: str, place: int) -> Iterator[str]:
    """Two neighbours in the wrong order."""
    pair = text[place : place + 2]
    if len(pair) == 2 and pair.isdigit() and pair[0] != pair[1]:
        yield text[:place] + pair[::-1] + text[place + 2 :]
