"""From a worked example's settings, as the deck reader hands them over, to numbers.

The reader keeps every number as the text that its author typed, and so do the givens: "0.50"
stays "0.50" until it is computed with. Whatever does not fit raises `DeckError` with the path of
keys to it; the reader knows the line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from bpreport.deck.errors import DeckError, Phrase
from bpreport.formula.limits import limit

__all__ = [
    "KeyPath", "choice", "count", "number", "numbers", "required", "row_or_rows", "text",
    "unneeded",
]  # fmt: skip

KeyPath = tuple[str | int, ...]

MOST = limit("iterations")
"""Most iterations of one run; a deck that asks for more has a typing error."""


def number(value: Any, path: KeyPath) -> str:
    """The digits of a finite number, as typed.

    >>> number("0.50", ("worked", "example", "learning_rate"))
    '0.50'
    >>> number("half", ("worked", "example", "learning_rate"))
    Traceback (most recent call last):
        ...
    bpreport.deck.errors.DeckError: expected a number, found 'half'
    """
    digits = str(value).strip()
    try:
        finite = not isinstance(value, bool) and Decimal(digits).is_finite()
    except InvalidOperation:
        finite = False
    if not finite:
        raise DeckError("expected a number, found {value!r}", path, value=value)
    return digits


def learning_rate(value: Any, path: KeyPath) -> str:
    """A learning rate as typed; zero is refused, for nothing would ever be learned."""
    digits = number(value, path)
    if Decimal(digits) == 0:
        raise DeckError("the learning rate is 0: nothing would change from step to step", path)
    return digits


def count(value: Any, path: KeyPath, least: int = 0) -> int:
    """A whole number of units, iterations or updates."""
    digits = number(value, path)
    amount = Decimal(digits)
    if amount != amount.to_integral_value() or not least <= amount <= MOST:
        raise DeckError(
            "expected a whole number from {least} to {most}, found {digits}",
            path,
            least=least,
            most=MOST,
            digits=digits,
        )
    return int(amount)


def numbers(value: Any, path: KeyPath, length: int, what: Phrase) -> tuple[str, ...]:
    """A row of numbers as typed, of the given length; `what` says what each is for."""
    if isinstance(value, str | bytes) or not isinstance(value, Sequence):
        raise DeckError("expected a list of numbers, found {value!r}", path, value=value)
    if len(value) != length:
        raise DeckError(
            "expected {length} numbers ({purpose}), found {found}",
            path,
            length=length,
            purpose=what,
            found=len(value),
        )
    return tuple(number(entry, (*path, place)) for place, entry in enumerate(value))


def row_or_rows(
    value: Any, path: KeyPath, length: int, what: Phrase
) -> tuple[tuple[str, ...], ...]:
    """One row of numbers or several; one row becomes the only one.

    >>> unit = Phrase("one for each unit")
    >>> row_or_rows(["5", "10"], (), 2, unit), row_or_rows([["5", "10"], ["1", "2"]], (), 2, unit)
    ((('5', '10'),), (('5', '10'), ('1', '2')))
    """
    if isinstance(value, Sequence) and value and isinstance(value[0], list | tuple):
        return tuple(numbers(row, (*path, place), length, what) for place, row in enumerate(value))
    return (numbers(value, path, length, what),)


def required(settings: Mapping[str, Any], key: str, path: KeyPath) -> Any:
    """What stands under a key that cannot be left out."""
    if settings.get(key) is None:
        raise DeckError("the key {key!r} is missing", path, key=key)
    return settings[key]


def choice(value: Any, options: Sequence[str], path: KeyPath) -> str:
    """One of a few words.

    >>> choice("relu", ("sigmoid", "relu"), ())
    'relu'
    """
    if value not in options:
        raise DeckError(
            "expected one of {options}; found {value!r}",
            path,
            options=", ".join(options),
            value=value,
        )
    return str(value)


def unneeded(key: str, path: KeyPath) -> DeckError:
    """What is wrong where a key is stated, and named among those that are not."""
    return DeckError("expected what is not stated; {key!r} is", path, key=key)


def text(value: Any, path: KeyPath) -> str:
    """A name or a formula, as typed."""
    if not isinstance(value, str) or not value.strip():
        raise DeckError("expected some text, found {value!r}", path, value=value)
    return value.strip()


def is_name(value: str) -> bool:
    r"""Whether a word can be the base of a symbol: letters, or a LaTeX command.

    >>> is_name("out"), is_name(r"\hat{y}"), is_name("w_1")
    (True, True, False)
    """
    return re.fullmatch(r"\\?[A-Za-z]+(\{\\?[A-Za-z]+\})?", value) is not None
