"""What is made of a deck, kept from one build to the next by all that decides over it.

A deck is one file: pictures in it are shown by their descriptions, and nothing else is read. So
its text, the path that it is called by, the language that was asked for, bpreport's own files, the
libraries and the fonts decide over every byte.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bpreport.deck.errors import Phrase, joined
from bpreport.publish.fonts import machine
from bpreport.publish.keeping import Keeping, Pieces
from bpreport.publish.language import COMMA, mark
from bpreport.publish.release import parts
from bpreport.publish.store import digest

__all__ = ["Kept", "Shelf", "told"]

PARTS = {
    "deck": mark("the deck"),
    "path": mark("its path"),
    "language": mark("the language"),
    "code": mark("bpreport"),
    "templates": mark("the templates"),
    "libraries": mark("the libraries"),
    "limits": mark("the limits"),
    "fonts": mark("the fonts"),
}
"""What decides over a product, in the words in which a change of it is told."""

PIECES = {
    "words": mark("formulas in words"),
    "formulas": mark("drawn formulas"),
    "chains": mark("drawn chains"),
    "plots": mark("plots"),
    "pages": mark("parts of the PDF"),
    "math font": mark("math fonts"),
}
"""What products are put together from, as far as it is kept on its own."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One format's files, as they were made before."""

    files: Mapping[str, bytes]
    lang: str
    """The language that they are in."""


@dataclass
class Shelf:
    """The products of one deck; without `keeping`, nothing is found and nothing kept."""

    keeping: Keeping | None
    path: Path
    source: str
    lang: str | None
    _parts: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        deck = digest(self.source.encode("utf-8", "surrogatepass")).hex()
        asked = {"deck": deck, "path": str(self.path), "language": self.lang or ""}
        known = {} if self.keeping is None else {**parts(), "fonts": machine()}
        self._parts = asked | known

    def find(self, form: str) -> Kept | None:
        """What was made in a format of the very same; None where that is not there as a whole."""
        if self.keeping is None:
            return None
        told = self.keeping.store.get(self._key(form))
        if told is None:
            return None
        index = json.loads(told)
        files = {name: self.keeping.store.get(self._key(form, name)) for name in index["files"]}
        whole = {name: content for name, content in files.items() if content is not None}
        return Kept(whole, index["lang"]) if len(whole) == len(files) else None

    def keep(self, form: str, files: Mapping[str, bytes], lang: str) -> None:
        """Keep the files of a format, and what they were made of."""
        if self.keeping is None:
            return
        for name, content in files.items():
            self.keeping.store.put(self._key(form, name), content)
        index = {"files": list(files), "lang": lang}
        self.keeping.store.put(self._key(form), json.dumps(index).encode())
        self.keeping.store.put(self._last(form), json.dumps(self._parts).encode())

    def why(self, form: str) -> Phrase:
        """Why the files of a format are not there."""
        if self.keeping is None:
            return Phrase(mark("made without the cache"))
        told = self.keeping.store.get(self._last(form))
        if told is None:
            return Phrase(mark("made for the first time"))
        before = json.loads(told)
        changed = [
            Phrase(words) for part, words in PARTS.items() if before.get(part) != self._parts[part]
        ]
        if not changed:
            return Phrase(mark("made again: the cache has it no more"))
        return Phrase(
            mark("made again: of what it is made, this has changed: {what}"),
            what=joined(COMMA, changed),
        )

    def _key(self, *about: str) -> bytes:
        return digest(b"product", json.dumps([self._parts, *about], sort_keys=True).encode())

    def _last(self, form: str) -> bytes:
        """Of the path and the format alone, so that it is found after any change."""
        return digest(b"last", str(self.path.absolute()).encode(), form.encode())


def told(pieces: Pieces) -> Iterator[Phrase]:
    """Of each kind of piece how many were as before, and how many were made."""
    for kind, words in PIECES.items():
        before, new = (
            sum(count for name, count in counted.items() if name.partition(".")[0] == kind)
            for counted in (pieces.found, pieces.made)
        )
        if before or new:
            yield Phrase(
                mark("{kind}: {before} as before, {new} made"),
                kind=Phrase(words),
                before=before,
                new=new,
            )
