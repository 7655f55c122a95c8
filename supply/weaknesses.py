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

__all__ = ["known_of"]


def known_of(distributions: Iterable[Pinned], database: Path) -> Iterator[tuple[Pinned, str, str]]:
    """Each weakness of a distribution at its version: which, its name, and what it is."""
    wanted: dict[str, list[Pinned]] = {}
    for one in distributions:
        wanted.setdefault(canonicalize_name(one.name), []).append(one)
    for path in sorted(database.rglob("*.json")):
        entry = json.loads(path.read_text(encoding="utf-8"))
        if entry.get("withdrawn"):
            continue
        for affected in entry.get("affected", ()):
            package = affected.get("package", {})
            if package.get("ecosystem") != "PyPI":
                continue
            for one in wanted.get(canonicalize_name(package.get("name", "")), ()):
                if _has(one.version, affected):
                    yield one, entry["id"], entry.get("summary", "")


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

    >>> _within(Version("1.5"), [{"introduced": "0"}, {"fixed": "1.6"}])
    True
    >>> _within(Version("1.6"), [{"introduced": "0"}, {"fixed": "1.6"}])
    False
    >>> _within(Version("2.1"), [{"introduced": "2.0"}, {"last_affected": "2.1"}])
    True
    """
    for begun, ended in pairwise([*events, {}]):
        low = _version(begun.get("introduced"))
        if low is None or version < low:
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
