"""What the locks pin: distributions, versions, and what is known of their licences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageMetadata, PackageNotFoundError, files, metadata
from pathlib import Path

__all__ = ["LOCKS", "Pinned", "licence_of", "pinned"]

FOLDER = Path(__file__).parent.parent
LOCKS = (FOLDER / "requirements.lock", FOLDER / "requirements-search.lock")
"""Of the program and its tests, and of the search for what breaks it."""
PINNED = re.compile(r"^([\w.-]+)(?:\[[\w,-]+\])?==([^\s;\\]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Pinned:
    """One distribution at one version."""

    name: str
    version: str


def pinned(locks: Iterable[Path] = LOCKS) -> list[Pinned]:
    """All that the locks pin; a distribution may be there in several versions."""
    texts = [lock.read_text(encoding="utf-8") for lock in locks]
    return [Pinned(*found) for found in sorted({f for text in texts for f in PINNED.findall(text)})]


def licence_of(name: str) -> str | None:
    """What an installed distribution says of its licence; None where it is not installed."""
    try:
        known = metadata(name)
    except PackageNotFoundError:
        return None
    told = _field(known, "License-Expression") or _classified(known) or _stated(known)
    return told or _filed(name) or "not stated"


def _field(known: PackageMetadata, name: str) -> str:
    return str((known.get_all(name) or [""])[0])


def _classified(known: PackageMetadata) -> str:
    prefix = "License :: "
    found = [line for line in known.get_all("Classifier") or () if line.startswith(prefix)]
    return " and ".join(line.rpartition(" :: ")[2] for line in found)


def _stated(known: PackageMetadata) -> str:
    """The first line of the field, which may hold a whole licence."""
    return _field(known, "License").strip().partition("\n")[0][:60]


def _filed(name: str) -> str:
    """The first line of the file that holds the licence."""
    for path in files(name) or ():
        if path.name.upper().startswith("LICEN") and ".dist-info" in str(path):
            return path.read_text(encoding="utf-8").strip().partition("\n")[0][:60]
    return ""


def table(licences: Mapping[str, str]) -> str:
    """The licences as a table of Markdown.

    >>> print(table({"numpy": "BSD-3-Clause"}))
    | distribution | licence |
    |---|---|
    | numpy | BSD-3-Clause |
    """
    rows = [f"| {name} | {licence} |" for name, licence in sorted(licences.items())]
    return "\n".join(["| distribution | licence |", "|---|---|", *rows])
