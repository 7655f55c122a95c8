"""Showing an audit: the report in HTML and PDF, golden values, and the output of `check`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bpreport.publish.batch import Workers
    from bpreport.publish.checking import check_json, check_text
    from bpreport.publish.commands import build_deck, golden_of, progress
    from bpreport.publish.decks import Outcome, check
    from bpreport.publish.golden_values import golden
    from bpreport.publish.writing import build, write

__all__ = [
    "Outcome",
    "Workers",
    "build",
    "build_deck",
    "check",
    "check_json",
    "check_text",
    "golden",
    "golden_of",
    "progress",
    "write",
]

_PLACES = {
    "Outcome": "decks",
    "Workers": "batch",
    "build": "writing",
    "build_deck": "commands",
    "check": "decks",
    "check_json": "checking",
    "check_text": "checking",
    "golden": "golden_values",
    "golden_of": "commands",
    "progress": "commands",
    "write": "writing",
}


def __getattr__(name: str) -> Any:
    # Each is imported when it is first asked for: what is as before takes a tenth of a second, and
    # importing all that could have made it would take three more.
    if name in _PLACES:
        return getattr(import_module(f"bpreport.publish.{_PLACES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
