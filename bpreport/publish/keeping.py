"""Keeping what takes long to make, from one run of a command to the next.

A function that is decorated with `kept` is asked once for each content of its arguments, while
`keeping` is on. What it returns is told apart by the arguments and by the release, which is all of
bpreport's own files with the versions of all libraries, and by the fonts of the machine.
"""

from __future__ import annotations

import io
import os
import pickle
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from bpreport.publish.fonts import machine
from bpreport.publish.release import release
from bpreport.publish.store import Store, digest

__all__ = ["Gained", "Keeping", "Pieces", "current", "folder", "keeping", "kept", "passing"]

P = ParamSpec("P")
T = TypeVar("T")


def folder() -> Path:
    """Where things are kept: in the folder that BPREPORT_CACHE names, or else in the user's cache.

    Where that is, the system says: below XDG_CACHE_HOME on Linux, in ~/Library/Caches on macOS.
    """
    if named := os.environ.get("BPREPORT_CACHE"):
        return Path(named)
    from platformdirs import user_cache_path

    return user_cache_path("bpreport", appauthor=False)


@dataclass
class Pieces:
    """How many pieces of each kind were there, and how many had to be made."""

    found: Counter[str] = field(default_factory=Counter)
    made: Counter[str] = field(default_factory=Counter)

    def add(self, other: Pieces) -> None:
        """Count those of another process, too."""
        self.found += other.found
        self.made += other.made


@dataclass(frozen=True, slots=True)
class Gained:
    """What a copy of this process has made that is to be kept."""

    values: Mapping[bytes, bytes]
    pieces: Pieces


class Keeping:
    """A store for what this release makes, and a count of what was found in it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.pieces = Pieces()
        self._before: set[bytes] = set()

    def key(self, kind: str, content: bytes) -> bytes:
        """A name for what this release makes of a content, with the fonts of this machine."""
        return digest(release().encode(), machine().encode(), kind.encode(), content)

    def parted(self) -> None:
        """Begin to count anew, in a copy of the process."""
        self._before, self.pieces = set(self.store.waiting), Pieces()

    def gained(self) -> Gained:
        """What was made since then."""
        new = self.store.waiting.items()
        return Gained({key: value for key, value in new if key not in self._before}, self.pieces)

    def gain(self, other: Gained) -> None:
        """Keep, and count, what was made elsewhere."""
        for key, value in other.values.items():
            self.store.put(key, value)
        self.pieces.add(other.pieces)


_current: ContextVar[Keeping | None] = ContextVar("keeping", default=None)


def current() -> Keeping | None:
    """What is kept at present, and where; None where nothing is."""
    return _current.get()


@contextmanager
def keeping(place: Path | None) -> Iterator[Keeping | None]:
    """Keep things in a folder meanwhile; None keeps nothing."""
    if place is None:
        yield None
        return
    store = Store(place)
    now = Keeping(store)
    token = _current.set(now)
    try:
        yield now
    finally:
        _current.reset(token)
        store.close()


class _Passing(Keeping):
    """What is kept until the end of the command alone: nothing else decides then."""

    def key(self, kind: str, content: bytes) -> bytes:
        return digest(kind.encode(), content)


@contextmanager
def passing() -> Iterator[None]:
    """Keep pieces meanwhile, so that copies of this process can make them for it."""
    if current() is not None:
        yield
        return
    token = _current.set(_Passing(Store(None)))
    try:
        yield
    finally:
        _current.reset(token)


def kept(
    kind: str, pack: Callable[[T], bytes], unpack: Callable[[bytes], T]
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """A decorator for a function of plain data, whose result `pack` and `unpack` carry as bytes.

    Nothing is unpickled, so a store that someone else has written can at worst hold wrong data.
    Errors are not kept.

    >>> from tempfile import TemporaryDirectory
    >>> @kept("doubled", pack=str.encode, unpack=bytes.decode)
    ... def doubled(text):
    ...     print("doubling")
    ...     return 2 * text
    >>> with TemporaryDirectory() as name, keeping(Path(name)):
    ...     doubled("ab"), doubled("ab")
    doubling
    ('abab', 'abab')
    """

    def decorate(make: Callable[P, T]) -> Callable[P, T]:
        @wraps(make)
        def recall(*args: P.args, **named: P.kwargs) -> T:
            now = current()
            if now is None:
                return make(*args, **named)
            key = now.key(kind, _content((*args, *sorted(named.items()))))
            value = now.store.get(key)
            if value is not None:
                now.pieces.found[kind] += 1
                return unpack(value)
            made = make(*args, **named)
            now.pieces.made[kind] += 1
            now.store.put(key, pack(made))
            return made

        return recall

    return decorate


def _content(args: Iterable[Any]) -> bytes:
    """Arguments as bytes that are the same in all processes."""
    target = io.BytesIO()
    pickler = pickle.Pickler(target, protocol=5)
    # Otherwise a string that stands twice is told otherwise than two that are equal.
    pickler.fast = True
    # The order of a set differs from process to process.
    pickler.dump([sorted(one) if isinstance(one, frozenset) else one for one in args])
    return target.getvalue()
