"""Recomputes every number a lecture deck prints, and publishes the audited course material.

    import bpreport

    audit = bpreport.audit("notes.md")
    audit.summary
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bpreport.audit.model import Audit

__all__ = ["audit"]


def audit(path: str | Path) -> Audit:
    """The audit of a deck in a file; raises `bpreport.deck.DeckError` where it cannot be used.

    The result shows itself as a table in a notebook.

    >>> from bpreport.deck import builtin
    >>> result = audit(builtin("en"))
    >>> result.summary["explained"]
    7
    """
    from bpreport.audit import audit as judged
    from bpreport.deck import read

    return judged(read(path))
