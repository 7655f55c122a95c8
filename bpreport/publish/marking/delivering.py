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
    written = set()
    for number, (student, page) in enumerate(printer.feedback(), 1):
        written.add(write(folder / f"{student}.html", page))
        tell(f"{number}/{len(marked.students)}")
    for path in _ours(folder) - written:  # of somebody who is not among the answers any more
        path.unlink()
    return [write(target / MARKS, table), write(target / OVERVIEW, overview), folder]


OURS = b'<meta name="generator" content="bpreport">'
HEAD = 1000
"""Bytes of a page within which it says who made it."""


def _ours(folder: Path) -> set[Path]:
    """The pages in a folder that an earlier marking has written; all else is left alone."""
    found = set()
    for path in folder.glob("*.html"):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                if OURS in file.read(HEAD):
                    found.add(path)
    return found


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
