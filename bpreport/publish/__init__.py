"""Showing an audit: the report in HTML and PDF, golden values, and the output of `check`."""

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
