"""The line with a planted mistake: each student has another one, with numbers of its own."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from bpreport.audit.model import Message
from bpreport.publish.language import mark
from bpreport.publish.marking.naming import Named
from bpreport.publish.sheets import Answer, Course, Issued, Manifest
from bpreport.publish.sheets.forms import FORMS
from bpreport.publish.sheets.making import make_again
from bpreport.publish.sheets.writing import Writing

__all__ = ["name_planted"]

LEFT = mark("the mistake was left in: {mistake}")


def name_planted(
    course: Course, manifest: Manifest, sheet: Issued, answer: Answer, given: Decimal
) -> Named | None:
    """Whether the planted mistake was left in."""
    for mistake in _planted(course, manifest, sheet, answer).mistakes:
        if abs(mistake.value - given) <= Decimal(1).scaleb(-answer.places):
            return Named("mistake left in", Message(LEFT, {"mistake": mistake.message}))
    return None


def _planted(course: Course, manifest: Manifest, sheet: Issued, answer: Answer) -> Answer:
    """The answer as it is on the student's sheet."""
    number = answer.id.rstrip("abcdefghijklmnopqrstuvwxyz")
    asked = course.asked[int(number) - 1]
    template = asked.screen.template
    nothing: Any = None  # The line has numbers of its own; the student's are not read.
    writing = Writing(
        course, asked, template.trace, nothing, sheet.variant.givens[template.name], number,
        (manifest.course_key, manifest.version, sheet.student), {},
    )  # fmt: skip
    question = FORMS[asked.row.form].write(writing)
    (found,) = [entry for entry in question.answers if entry.id == answer.id]
    if found.expected == sheet.answers[answer.id]["expected"]:
        return found
    # Another version of the generator wrote it; to make the whole sheet takes longer.
    whole = make_again(course, manifest.course_key, sheet.student, sheet.variant, manifest.version)
    return whole.answers[answer.id]
