"""Exercise sheets with keys: one a student, each with its own numbers."""

from bpreport.publish.sheets.model import (
    Answer,
    Choice,
    Issued,
    Manifest,
    Mistake,
    Question,
    Sheet,
    Variant,
)

__all__ = [
    "Answer",
    "Choice",
    "Issued",
    "Manifest",
    "Mistake",
    "Question",
    "Sheet",
    "Variant",
]
