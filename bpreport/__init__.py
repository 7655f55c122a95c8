"""Recomputes every number a lecture deck prints, and publishes the audited course material.

    >>> import bpreport
    >>> from bpreport.deck import builtin
    >>> audit = bpreport.audit(builtin("en"))
    >>> audit.summary["explained"]
    7

The result shows itself as a table in a notebook. A deck that cannot be used raises
`bpreport.deck.DeckError`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["audit"]  # the room of that name, which can be called


def __getattr__(name: str) -> Any:
    # Importing the room is left to its first use: `bpreport --help` has no need of it.
    if name == "audit":
        return import_module("bpreport.audit")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
