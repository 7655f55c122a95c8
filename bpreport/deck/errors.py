"""What makes a deck unusable: one clear message, with its place once the reader knows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

from bpreport.deck.model import Position

__all__ = ["DeckError"]


class DeckError(Exception):
    """A deck that cannot be used; `str` of it is the whole message.

    Whoever finds the fault names the key of the front matter; `placed` adds file, line and column.

    >>> error = DeckError("expected 6 numbers, found 5", ("worked", "example", "given", "w"))
    >>> places = {("worked", "example", "given", "w"): Position(9, 10)}
    >>> print(error.placed("deck.md", places))
    deck.md:9:10: worked.example.given.w: expected 6 numbers, found 5
    """

    def __init__(
        self,
        message: str,
        key_path: Sequence[str | int] = (),
        *,
        path: str = "",
        position: Position | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.key_path = tuple(key_path)
        self.path = path
        self.position = position

    def __str__(self) -> str:
        place = f"{self.position}: " if self.position else ""
        source = f"{self.path}:{place}" if place else f"{self.path}: " if self.path else ""
        key = f"{'.'.join(map(str, self.key_path))}: " if self.key_path and source else ""
        return f"{source}{key}{self.message}"

    def placed(self, path: str, places: Mapping[tuple[str | int, ...], Position]) -> Self:
        """The same error with the place of its key, or of the nearest key around it."""
        if self.position is None:
            for length in range(len(self.key_path), -1, -1):
                if self.key_path[:length] in places:
                    self.position = places[self.key_path[:length]]
                    break
        self.path = self.path or path
        return self
