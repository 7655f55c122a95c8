"""What was made before, by a digest of all that decided over it: a file in the user's cache folder.

The file is a database of SQLite, so that several processes can read and write it at once, and what
was put in is there whole or not at all. Each value carries a digest of its own, which is looked at
when it is read. A store never fails: where it cannot be used, nothing is found and nothing kept.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

__all__ = ["LIMIT", "Store", "digest"]

T = TypeVar("T")

LIMIT = 256_000_000
"""Bytes of values past which those that were used least lately go."""
NAME = "store-1.sqlite"
PATIENCE = 2.0
"""Seconds to wait for another process that is writing."""
FRESH = 3600
"""Seconds in which a further use of a value is not written down again."""


def digest(*parts: bytes) -> bytes:
    """A digest of some bytes, in their order.

    >>> digest(b"a", b"bc") == digest(b"ab", b"c")
    False
    """
    found = hashlib.sha256()
    for part in parts:
        found.update(b"%d:" % len(part))
        found.update(part)
    return found.digest()


class Store:
    """The values in a folder; what is put in is written when the store is closed.

    Without a folder it is remembered until then.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     store = Store(Path(name))
    ...     store.put(b"key", b"value")
    ...     store.close()
    ...     Store(Path(name)).get(b"key"), Store(Path(name)).get(b"other")
    (b'value', None)
    """

    def __init__(self, folder: Path | None, limit: int = LIMIT) -> None:
        self.path = (folder or Path()) / NAME
        self._limit = limit
        self._database: sqlite3.Connection | None = None
        self._unusable = folder is None
        self._new: dict[bytes, bytes] = {}
        self._used: set[bytes] = set()

    def get(self, key: bytes) -> bytes | None:
        """The value as it was put in; None where there is none, or not all of it any more."""
        if key in self._new:
            return self._new[key]
        row = self._tried(
            lambda database: database.execute(
                "SELECT value, digest, used FROM entry WHERE key = ?", (key,)
            ).fetchone()
        )
        if row is None:
            return None
        value, told, used = row
        # SQLite keeps what it is given: a row that was damaged may hold values of any type.
        if not isinstance(value, bytes) or digest(key, value) != told or not isinstance(used, int):
            return None
        if used < time.time() - FRESH:
            self._used.add(key)
        return value

    def put(self, key: bytes, value: bytes) -> None:
        """Keep a value, in the place of an earlier one."""
        if len(value) <= self._limit // 4:
            self._new[key] = value

    @property
    def waiting(self) -> Mapping[bytes, bytes]:
        """What was put in and is not written yet."""
        return self._new

    def close(self) -> None:
        """Write down what is new, and let go of what is too much."""
        if self._new or self._used:
            self._tried(self._write)
        self._new, self._used = {}, set()
        self.rest()

    def rest(self) -> None:
        """Close the file until it is wanted again: two copies of a process must not share it."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def clear(self) -> int:
        """Forget everything; returns the bytes that this frees."""
        size = 0
        for path in self._files():
            with suppress(OSError):
                size += path.stat().st_size
                path.unlink()
        return size

    def size(self) -> tuple[int, int]:
        """How many values there are, and their bytes."""
        row = self._tried(
            lambda database: database.execute("SELECT count(*), sum(size) FROM entry").fetchone()
        )
        return (0, 0) if row is None else (row[0], row[1] or 0)

    def _files(self) -> list[Path]:
        return [self.path.with_name(NAME + ending) for ending in ("", "-wal", "-shm")]

    def _tried(self, action: Callable[[sqlite3.Connection], T]) -> T | None:
        """What an action gives; None where the file cannot be used. A broken file is begun anew."""
        for _ in range(2):
            if self._unusable:
                return None
            try:
                return action(self._opened())
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode == sqlite3.SQLITE_ERROR:  # its tables are not ours
                    self._drop()
                else:  # it is locked, or the disk is full or read-only
                    self._unusable = True
            except sqlite3.DatabaseError:
                self._drop()
            except OSError:
                self._unusable = True
        return None

    def _opened(self) -> sqlite3.Connection:
        if self._database is None:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._database = database = sqlite3.connect(
                self.path, timeout=PATIENCE, isolation_level=None
            )
            database.execute("PRAGMA auto_vacuum = INCREMENTAL")
            database.execute("PRAGMA journal_mode = WAL")  # who reads need not wait for who writes
            database.execute("PRAGMA synchronous = NORMAL")
            database.execute(
                "CREATE TABLE IF NOT EXISTS entry (key BLOB PRIMARY KEY, value BLOB NOT NULL, "
                "digest BLOB NOT NULL, used INTEGER NOT NULL, size INTEGER NOT NULL)"
            )
            database.execute("CREATE INDEX IF NOT EXISTS age ON entry (used, size)")
        return self._database

    def _write(self, database: sqlite3.Connection) -> None:
        now = int(time.time())
        rows = [
            (key, value, digest(key, value), now, len(value)) for key, value in self._new.items()
        ]
        database.execute("BEGIN IMMEDIATE")
        try:
            database.executemany("INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?, ?)", rows)
            database.executemany(
                "UPDATE entry SET used = ? WHERE key = ?", [(now, key) for key in self._used]
            )
            removed = self._make_room(database)
            database.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                database.execute("ROLLBACK")
            raise
        if removed:
            database.execute("PRAGMA incremental_vacuum").fetchall()

    def _make_room(self, database: sqlite3.Connection) -> bool:
        """Remove what was used least lately, until a fifth of the room is free again."""
        (total,) = database.execute("SELECT coalesce(sum(size), 0) FROM entry").fetchone()
        if total <= self._limit:
            return False
        leaving = []
        for key, size in database.execute("SELECT key, size FROM entry ORDER BY used, rowid"):
            if total <= self._limit * 4 // 5:
                break
            leaving.append((key,))
            total -= size
        database.executemany("DELETE FROM entry WHERE key = ?", leaving)
        return True

    def _drop(self) -> None:
        """Remove a file that is no database, or not whole."""
        if self._database is not None:
            with suppress(sqlite3.Error):
                self._database.close()
            self._database = None
        self.clear()
