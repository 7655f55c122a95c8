"""The files of a marked class."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

from bpreport.audit.model import Message
from bpreport.publish.marking.feedback import Printer
from bpreport.publish.marking.model import MarkedClass
from bpreport.publish.marking.overview import overview_page
from bpreport.publish.marking.table import marks_table
from bpreport.publish.sheets import Course
from bpreport.publish.writing import write

__all__ = ["FEEDBACK", "MARKS", "OVERVIEW", "deliver"]

MARKS, OVERVIEW, FEEDBACK = "marks.csv", "overview.html", "feedback"


def deliver(
    course: Course, marked: MarkedClass, target: Path, lang: str,
    tell: Callable[[str], object] = lambda _: None,
) -> list[Path]:  # fmt: skip
    """Write marks, feedback and overview into a folder, each file whole; the marks come last.

    Returns the paths of the marks, the overview and the folder of feedback.
    """
    _check(target)
    printer = Printer(marked, lang, _formulas(course))
    overview, table = overview_page(printer), marks_table(marked, lang)
    folder = target / FEEDBACK
    folder.mkdir(parents=True, exist_ok=True)
    for number, (student, page) in enumerate(printer.feedback(), 1):
        write(folder / f"{student}.html", page)
        tell(f"{number}/{len(marked.students)}")
    return [write(target / MARKS, table), write(target / OVERVIEW, overview), folder]


def _check(target: Path) -> None:
    for path in (target, target / FEEDBACK):
        if path.exists() and not path.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "is a file; expected a folder", str(path))
    for name in (MARKS, OVERVIEW):
        if (target / name).is_dir():
            raise IsADirectoryError(
                errno.EISDIR, "is a folder; expected a file", str(target / name)
            )


def _formulas(course: Course) -> list[Message]:
    """All that a mistake may be told of: the font of the pages must have their signs."""
    digits = Message("{symbol}", {"symbol": "$0123456789 - + = .$"})
    return [digits] + [
        slip.message
        for screen in course.screens
        for slips in screen.mistakes.values()
        for slip in slips
    ]
