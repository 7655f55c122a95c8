"""Known weaknesses of what is locked, from a database in a folder: nothing is asked of a network.

The database is that of OSV for PyPI, https://osv.dev: one JSON file for each weakness. Where there
is none, nothing can be said, and that is said.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from supply.locked import Pinned

__all__ = ["entries", "known_of"]


def entries(database: Path) -> list[Mapping[str, Any]]:
    """All of the database that tells of PyPI; files of anything else are passed over."""
    found = []
    for path in sorted(database.rglob("*.json")):
        entry = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(entry, dict) and any(_packages(entry)):
            found.append(entry)
    return found


def known_of(
    distributions: Iterable[Pinned], database: Iterable[Mapping[str, Any]]
) -> Iterator[tuple[Pinned, str, str]]:
    """Each weakness of a distribution at its version: which, its name, and what it is."""
    wanted: dict[str, list[Pinned]] = {}
    for one in distributions:
        wanted.setdefault(canonicalize_name(one.name), []).append(one)
    for entry in database:
        if entry.get("withdrawn"):
            continue
        for name, affected in _packages(entry):
            for one in wanted.get(canonicalize_name(name), ()):
                if _has(one.version, affected):
                    yield one, entry["id"], entry.get("summary", "")


def _packages(entry: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What an entry says of packages of PyPI, each with its name."""
    for affected in entry.get("affected", ()):
        package = affected.get("package", {})
        if package.get("ecosystem") == "PyPI" and package.get("name"):
            yield package["name"], affected


def _has(version: str, affected: Mapping[str, Any]) -> bool:
    """Whether a version is among those affected: named, or within a range."""
    if version in affected.get("versions", ()):
        return True
    return any(
        _within(Version(version), one.get("events", ()))
        for one in affected.get("ranges", ())
        if one.get("type") == "ECOSYSTEM"
    )


def _within(version: Version, events: Iterable[Mapping[str, str]]) -> bool:
    """Whether a version lies between the event that brought the weakness and that which mended it.

    An event whose version cannot be read counts for the weakness, so that none is overlooked.

    >>> _within(Version("1.5"), [{"introduced": "0"}, {"fixed": "1.6"}])
    True
    >>> _within(Version("1.6"), [{"introduced": "0"}, {"fixed": "1.6"}])
    False
    >>> _within(Version("2.1"), [{"introduced": "2.0"}, {"last_affected": "2.1"}])
    True
    >>> _within(Version("1.5"), [{"introduced": "of old"}, {"fixed": "2"}])
    True
    """
    for begun, ended in pairwise([*events, {}]):
        low = _version(begun.get("introduced"))
        if "introduced" not in begun or (low is not None and version < low):
            continue
        fixed, last = _version(ended.get("fixed")), _version(ended.get("last_affected"))
        if (fixed is None or version < fixed) and (last is None or version <= last):
            return True
    return False


def _version(text: str | None) -> Version | None:
    try:
        return None if text is None else Version(text)
    except InvalidVersion:
        return None
