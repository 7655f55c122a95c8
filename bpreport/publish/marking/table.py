"""The marks as CSV, for spreadsheets and learning platforms."""

from __future__ import annotations

import csv
from io import StringIO

from bpreport.publish.language import SEMICOLON, mark, render, translator
from bpreport.publish.marking.model import Marked, MarkedClass

__all__ = ["defused", "marks_table"]

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""
ROW = mark("the row could not be read")


def marks_table(marked: MarkedClass, lang: str) -> bytes:
    """One row a student; UTF-8 with a byte order mark, without which spreadsheets garble names."""
    target = StringIO()
    writer = csv.writer(target)
    answers = marked.pattern.answers
    writer.writerow(["student", *answers, "total", "note"])
    for student in marked.students:
        marks = [str(entry.marks) for entry in student.marks] or [""] * len(answers)
        total = str(student.total) if student.marks else ""
        cells = [student.student, *marks, total, _note(student, lang)]
        writer.writerow([defused(cell) for cell in cells])
    return target.getvalue().encode("utf-8-sig")


def _note(student: Marked, lang: str) -> str:
    if not student.marks:
        return translator(lang).gettext(ROW)
    return translator(lang).gettext(SEMICOLON).join(
        f"{entry.answer}: {render(entry.reason, lang)}"
        for entry in student.marks
        if entry.state == "unreadable" and entry.reason is not None
    )  # fmt: skip


def defused(cell: str) -> str:
    """A cell that no spreadsheet computes with.

    >>> defused("=1+1"), defused("ada")
    ("'=1+1", 'ada')
    """
    return f"'{cell}" if cell.startswith(FORMULA) else cell
