"""How many operations were computed, and an end to them.

Time would be the simpler bound, but then a busy machine would say something else of a deck than a
quiet one. So operations are counted: the same deck takes the same number everywhere.

>>> from bpreport.formula import evaluate, parse
>>> with effort(2) as spent:
...     evaluate(parse("1 + 2"), {})
Traceback (most recent call last):
    ...
bpreport.formula.effort.ExhaustedError: all of this takes more than 2 steps
>>> spent.exhausted
True
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from bpreport.formula.errors import EvaluationError

__all__ = ["Effort", "ExhaustedError", "charge", "effort", "part"]


class ExhaustedError(EvaluationError):
    """More operations than were granted."""


@dataclass(slots=True)
class Effort:
    """Operations so far, and how many are granted."""

    most: int
    spent: int = 0

    @property
    def exhausted(self) -> bool:
        """Whether more were asked for than are granted."""
        return self.spent > self.most


_CURRENT: ContextVar[Effort | None] = ContextVar("effort", default=None)


@contextmanager
def effort(most: int, spent: int = 0) -> Iterator[Effort]:
    """Count all that is computed inside; from so many operations on nothing is computed there.

    Those spent before count among them. Whoever asks for a value then gets `ExhaustedError`, an
    `EvaluationError`.
    """
    granted = Effort(most, spent)
    token = _CURRENT.set(granted)
    try:
        yield granted
    finally:
        _CURRENT.reset(token)


@contextmanager
def part() -> Iterator[Effort]:
    """Count what is computed inside by itself; it counts for whoever counts outside as well.

    >>> with effort(100) as whole, part() as inside:
    ...     charge(30)
    >>> inside.spent, whole.spent
    (30, 30)
    """
    whole = _CURRENT.get()
    left = sys.maxsize if whole is None else max(whole.most - whole.spent, 0)
    try:
        with effort(left) as inside:
            yield inside
    finally:
        if whole is not None:
            whole.spent += inside.spent


def charge(steps: int) -> None:
    """Count so many operations."""
    current = _CURRENT.get()
    if current is not None:
        current.spent += steps
        if current.spent > current.most:
            raise ExhaustedError("all of this takes more than {most} steps", most=current.most)
