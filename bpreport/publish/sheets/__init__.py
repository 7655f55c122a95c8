"""Exercise sheets with keys: one a student, each with its own numbers.

course = plan(read("notes.md"))
sheet = make(course, "autumn", "s0001")         # the questions, the answers, the key
follow(course, sheet, {"1a": Decimal("0.71")})  # the answers of who goes on from that one
Press(course, "en", ["html"]).html(sheet)       # the page of the student, and the key
"""

from bpreport.publish.sheets.course import Course, plan
from bpreport.publish.sheets.issuing import issue
from bpreport.publish.sheets.making import GENERATORS, LATEST, Followed, follow, make, make_all
from bpreport.publish.sheets.manifest import manifest_text, read_manifest
from bpreport.publish.sheets.model import (
    Answer,
    Choice,
    Issued,
    Manifest,
    Mistake,
    Question,
    Sheet,
    Step,
    Variant,
)
from bpreport.publish.sheets.press import Press
from bpreport.publish.sheets.reissuing import reissue, remake

__all__ = [
    "GENERATORS",
    "LATEST",
    "Answer",
    "Choice",
    "Course",
    "Followed",
    "Issued",
    "Manifest",
    "Mistake",
    "Press",
    "Question",
    "Sheet",
    "Step",
    "Variant",
    "follow",
    "issue",
    "make",
    "make_all",
    "manifest_text",
    "plan",
    "read_manifest",
    "reissue",
    "remake",
]
