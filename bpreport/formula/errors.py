"""What can go wrong with a formula; the deck reader adds the place in the deck."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["EvaluationError", "FormulaError"]


@dataclass
class FormulaError(ValueError):
    """A formula that the language does not understand.

    >>> str(FormulaError(4, ")", "a value"))
    "at ')': expected a value"
    """

    offset: int
    """Where in the source the reader stopped, counted from 0."""
    token: str
    """What stood there; empty at the end of the source."""
    expected: str
    """What would have been understood there, in plain words."""

    def __str__(self) -> str:
        where = f"at {self.token!r}" if self.token else "at the end"
        return f"{where}: expected {self.expected}"


class EvaluationError(ArithmeticError):
    """A tree that has no value: an unknown symbol, a division by zero, a number too large.

    Its text may name places for its values, so that it can be said in another language.

    >>> str(EvaluationError("{name} has no value", name="w_3"))
    'w_3 has no value'
    """

    def __init__(self, text: str, **values: object) -> None:
        super().__init__(text.format_map(values) if values else text)
        self.text = text
        self.values = values
