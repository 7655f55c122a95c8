"""The files of a marked class."""

from __future__ import annotations

import errno
import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from bpreport.audit.model import Message
from bpreport.publish.batch import HERE, Counting, Failure, Workers, in_order
from bpreport.publish.marking.answers import AnswerFile, Problem
from bpreport.publish.marking.feedback import Printer
from bpreport.publish.marking.lots import Lot, MarkedLot, formulas, lots_of, mark_lot, marked_of
from bpreport.publish.marking.model import Marked, MarkedClass
from bpreport.publish.marking.overview import overview_page
from bpreport.publish.marking.pattern import pattern_of
from bpreport.publish.marking.table import marks_table
from bpreport.publish.sheets import Course, Manifest
from bpreport.publish.unfinished import Records, name_of, unfinished
from bpreport.publish.writing import write

__all__ = ["FEEDBACK", "MARKS", "OVERVIEW", "Delivered", "deliver"]

MARKS, OVERVIEW, FEEDBACK = "marks.csv", "overview.html", "feedback"


@dataclass(frozen=True, slots=True)
class Delivered:
    """What was written, and what was not."""

    paths: tuple[Path, ...]
    """Of the marks, the overview and the folder of feedback."""
    problems: tuple[Problem, ...]
    """What could not be read, and who could not be marked."""


def deliver(
    course: Course, manifest: Manifest, answers: AnswerFile, target: Path, lang: str,
    tell: Callable[[str], object] = lambda _: None, workers: Workers = HERE,
) -> Delivered:  # fmt: skip
    """Mark a class and write marks, feedback and overview into a folder; the marks come last.

    Nothing is put in place before all is marked, each file whole. What a run that was ended has
    marked of the same is not marked again. Raises `DeckError` where course and manifest do not
    belong together, and `OSError`.
    """
    _check(target)
    course = course.as_issued(manifest)
    pattern = pattern_of(course, manifest)
    lots = lots_of(course, manifest, answers, lang)
    target.parent.mkdir(parents=True, exist_ok=True)
    with unfinished(target, course.digest, lang) as kept:
        counting = Counting(tell, len(answers.rows))
        students, failures = _marked(kept, lots, workers, counting)
        lines = {row.student: row.line for row in answers.rows}
        problems = [Problem(lines[name], 0, name, reason) for name, reason in failures.items()]
        there = {row.student for row in answers.rows}
        absent = [sheet.student for sheet in manifest.sheets if sheet.student not in there]
        marked = MarkedClass(
            course.title, pattern, students, tuple(absent), (*answers.problems, *problems)
        )
        overview = overview_page(Printer(marked, lang, formulas(course)))
        _put_pages(kept, marked, target, keep=bool(failures))
        write(target / OVERVIEW, overview)
        write(target / MARKS, marks_table(marked, lang))
        _remove_stale(target / FEEDBACK, marked)
        if not failures:
            kept.remove()
    paths = (target / MARKS, target / OVERVIEW, target / FEEDBACK)
    return Delivered(paths, marked.problems)


def _marked(
    kept: Records, lots: Iterable[Lot], workers: Workers, counting: Counting
) -> tuple[tuple[Marked, ...], dict[str, Message]]:
    """All students, and who could not be marked, once the pages are there."""
    under_way: deque[tuple[Lot, str]] = deque()
    students: list[Marked] = []
    failures: dict[str, Message] = {}

    def named() -> Iterator[Lot]:
        for lot in lots:
            under_way.append((lot, name_of(replace(lot, path=""))))
            yield lot

    def known(_lot: Lot) -> MarkedLot | None:
        record = kept.record(under_way[-1][1])
        if record is None or not kept.holds(record["files"]):
            return None
        return MarkedLot(tuple(record["entries"]), {}, {})

    for outcome in in_order(mark_lot, named(), workers, known):
        lot, name = under_way.popleft()
        found = outcome
        if isinstance(outcome, Failure):
            if outcome.error is not None:  # so it is for everybody, and would be next time
                kept.remove()
                raise outcome.error
            names = [row.student for row in lot.rows]
            nobody = tuple({"student": one, "fingerprint": "", "marks": ()} for one in names)
            found = MarkedLot(nobody, {}, dict.fromkeys(names, outcome.reason))
        assert isinstance(found, MarkedLot)
        _keep(kept, name, found)
        students += map(marked_of, found.entries)
        failures |= found.failures
        counting.add(len(lot.rows), known=not found.pages)
    return tuple(students), failures


def _keep(kept: Records, name: str, found: MarkedLot) -> None:
    """Keep what was marked: first the pages, then that they are there."""
    files = {_place(student): content for student, content in found.pages.items()}
    for place, content in files.items():
        kept.write(place, content)
    if files and not found.failures:
        digests = {place: hashlib.sha256(content).hexdigest() for place, content in files.items()}
        kept.keep(name, {"entries": list(found.entries), "files": digests})


def _place(student: str) -> str:
    return f"{FEEDBACK}/{student}.html"


def _put_pages(kept: Records, marked: MarkedClass, target: Path, *, keep: bool) -> None:
    (target / FEEDBACK).mkdir(parents=True, exist_ok=True)
    for student in marked.students:
        page = kept.folder / _place(student.student)
        if student.marks and keep:
            write(target / _place(student.student), page.read_bytes())
        elif student.marks:
            page.replace(target / _place(student.student))


def _remove_stale(folder: Path, marked: MarkedClass) -> None:
    """Remove the pages of whoever has no marks any more."""
    wanted = {f"{student.student}.html" for student in marked.students if student.marks}
    for path in _ours(folder):
        if path.name not in wanted:
            path.unlink()


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
