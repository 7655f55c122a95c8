"""The folder of a batch that is not finished: what is done is kept there until all is.

Its name holds a digest of all that decides over the results, so that what another request, another
deck or another release has made is never taken for a part of this batch.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from bpreport.deck import DeckError
from bpreport.publish.release import release
from bpreport.publish.writing import write

__all__ = ["Records", "forget", "name_of", "unfinished"]


class Records:
    """What is done of a batch, in a folder: records and files, each written whole."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._records = folder / "records"

    def record(self, name: str) -> dict[str, Any] | None:
        """What was kept under a name; None where nothing was, or not all of it is there."""
        try:
            return self.recalled(name)
        except OSError:
            return None

    def recalled(self, name: str) -> dict[str, Any]:
        """What was kept under a name; raises `OSError` where it is not there as it was."""
        path = self._path(name)
        try:
            found = json.loads(path.read_bytes())
            whole = found["digest"] == _digest(found["record"])
        except (ValueError, KeyError, TypeError):
            whole = False
        if not whole:
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))
        return dict(found["record"])

    def keep(self, name: str, record: Mapping[str, Any]) -> None:
        """Keep what JSON knows under a name."""
        self._records.mkdir(parents=True, exist_ok=True)
        told = {"digest": _digest(record), "record": record}
        write(self._path(name), json.dumps(told, ensure_ascii=False).encode())

    def write(self, place: str, content: bytes | Iterable[bytes]) -> None:
        """Keep a file at its place, in one or in pieces; whether it is whole its record tells.

        So it need not be written beside its place first, which would take four times as long.
        """
        path = self.folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        with _anew(path) as file:
            file.writelines([content] if isinstance(content, bytes) else content)

    def holds(self, files: Mapping[str, str]) -> bool:
        """Whether each of these files is there, with this SHA-256."""
        try:
            return all(
                hashlib.sha256((self.folder / place).read_bytes()).hexdigest() == digest
                for place, digest in files.items()
            )
        except OSError:
            return False

    def remove(self) -> None:
        """Remove the folder with all that is in it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _path(self, name: str) -> Path:
        return self._records / f"{_digest(name)}.json"


def _anew(path: Path) -> BinaryIO:
    """A new file in the place of what may be there, which is never written through."""
    try:
        return path.open("xb")
    except FileExistsError:
        path.unlink()
        return path.open("xb")


def _digest(record: object) -> str:
    text = json.dumps(record, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def name_of(*request: object) -> str:
    """A name for what comes of a request, whose `repr` tells it fully, in this release."""
    return _digest([release(), *map(repr, request)])


@contextmanager
def unfinished(target: Path, *request: object) -> Iterator[Records]:
    """The batch of this request for the folder `target`; its folder stays until it is removed.

    `request` is all that decides over the results, whose `repr` tells it fully. Raises `DeckError`
    where another run is at it.
    """
    folder = target.parent / f".{target.name}.{name_of(*request)[:16]}.unfinished"
    if folder.is_symlink():
        raise FileExistsError(errno.EEXIST, "is there already", str(folder))
    with _locked(folder, make=True) as alone:
        if not alone:
            raise DeckError("another run is making the same; wait for it", path=str(target))
        try:
            yield Records(folder)
        finally:
            with suppress(OSError):  # where nothing was done, nothing is left behind
                folder.rmdir()


def forget(target: Path) -> None:
    """Remove what other requests have left for a folder that has been filled now."""
    name = re.compile(rf"\.{re.escape(target.name)}\.[0-9a-f]{{16}}\.unfinished")
    for folder in target.parent.iterdir():
        if name.fullmatch(folder.name) and folder.is_dir() and not folder.is_symlink():
            with _locked(folder) as alone:
                if alone:
                    Records(folder).remove()


@contextmanager
def _locked(folder: Path, *, make: bool = False) -> Iterator[bool]:
    """Whether this process has the folder alone; the lock ends with the process.

    A folder that is not there is made, or else nobody has it.
    """
    try:
        import fcntl
    except ModuleNotFoundError:  # on Windows
        if make:
            folder.mkdir(parents=True, exist_ok=True)
        yield True
        return
    while True:
        if make:
            folder.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(folder, os.O_RDONLY)
        except FileNotFoundError:  # another run has just removed it
            if make:
                continue
            yield False
            return
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
                return
            there = os.fstat(handle).st_nlink > 0  # else it was removed before it was locked
            if there or not make:
                yield there
                return
        finally:
            os.close(handle)
