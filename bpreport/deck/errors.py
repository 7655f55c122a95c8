"""What makes a deck unusable: one clear message, with its place once the reader knows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

from bpreport.deck.model import Position

__all__ = ["DeckError", "Phrase", "joined"]


class Phrase:
    """Words of ours within a message, said in the reader's language; `str` of it is English.

    >>> str(Phrase("one of {known}", known="'a', 'b'"))
    "one of 'a', 'b'"
    """

    def __init__(self, text: str, **values: object) -> None:
        self.text = text
        self.values = values

    def __str__(self) -> str:
        return self.text.format_map(self.values) if self.values else self.text


def joined(joint: str, phrases: Sequence[Phrase]) -> Phrase:
    """A list of phrases, with what stands between them.

    >>> str(joined(", ", [Phrase("a"), Phrase("{name}", name="b"), Phrase("c")]))
    'a, b, c'
    >>> str(joined(", ", []))
    ''
    """
    if not phrases:
        return Phrase("{nothing}", nothing="")
    found = phrases[-1]
    for phrase in reversed(phrases[:-1]):
        found = Phrase("{first}{joint}{rest}", first=phrase, joint=Phrase(joint), rest=found)
    return found


class DeckError(Exception):
    """A deck that cannot be used; `str` of it is the whole message, in English.

    Its text may name places for its values, so that it can be said in another language. Whoever
    finds the fault names the key of the front matter; `placed` adds file, line and column.

    >>> error = DeckError("expected 6 numbers, found {found}", ("worked", "net", "w"), found=5)
    >>> places = {("worked", "net", "w"): Position(9, 10)}
    >>> print(error.placed("deck.md", places))
    deck.md:9:10: worked.net.w: expected 6 numbers, found 5
    """

    def __init__(
        self,
        text: str,
        key_path: Sequence[str | int] = (),
        *,
        path: str = "",
        position: Position | None = None,
        **values: object,
    ) -> None:
        super().__init__(text)
        self.message = Phrase(text, **values)
        self.key_path = tuple(key_path)
        self.path = path
        self.position = position
        self.lang = ""
        """The language of the deck, where so much of it could be read."""

    def __str__(self) -> str:
        return f"{self.place}{self.message}"

    @property
    def place(self) -> str:
        """Where it is, for the beginning of the message; empty if nobody knows."""
        place = f"{self.position}: " if self.position else ""
        source = f"{self.path}:{place}" if place else f"{self.path}: " if self.path else ""
        key = f"{'.'.join(map(str, self.key_path))}: " if self.key_path and source else ""
        return f"{source}{key}"

    def placed(self, path: str, places: Mapping[tuple[str | int, ...], Position]) -> Self:
        """The same error with the place of its key, or of the nearest key around it."""
        if self.position is None:
            for length in range(len(self.key_path), -1, -1):
                if self.key_path[:length] in places:
                    self.position = places[self.key_path[:length]]
                    break
        self.path = self.path or path
        return self
