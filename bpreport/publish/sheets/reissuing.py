"""Issued sheets once more, from their manifest: those of some students, or all with their banks."""

from __future__ import annotations

import errno
import hashlib
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bpreport.audit.model import Message
from bpreport.deck import DeckError
from bpreport.publish.batch import HERE, Counting, Failure, Workers, in_order
from bpreport.publish.language import mark
from bpreport.publish.sheets.course import Course
from bpreport.publish.sheets.designs import differing
from bpreport.publish.sheets.issuing import course_of
from bpreport.publish.sheets.lots import Lot, Printed, lots_of, print_lot
from bpreport.publish.sheets.making import GENERATORS, make_again
from bpreport.publish.sheets.manifest import digests, frozen, issued, read_manifest
from bpreport.publish.sheets.model import Issued, Manifest, Sheet
from bpreport.publish.sheets.press import Press
from bpreport.publish.writing import write

__all__ = ["Reissued", "reissue", "remake"]


@dataclass(frozen=True, slots=True)
class Reissued:
    """What came of it."""

    paths: tuple[Path, ...]
    """Of the files, in their places."""
    differing: tuple[Message, ...]
    """Which sheets could not be made, and which files are not the same, byte for byte, and why."""
    lang: str
    """Of the sheets."""


def reissue(
    path: Path | None,
    manifest_path: Path,
    students: Sequence[str],
    target: Path,
    tell: Callable[[str], object] = lambda _: None,
    workers: Workers = HERE,
) -> Reissued:
    """Files of a manifest made once more: of some students, or of none, which means of the class.

    With the class come its question banks. All are made beside the folder `target` before the
    first is put in place. Raises `DeckError` where a sheet does not come out as it was issued, and
    `OSError`, also where another file is in the place of one.
    """
    manifest = read_manifest(manifest_path)
    course = course_of(path, manifest.lang).as_issued(manifest)
    _check(course, manifest)
    press = Press(course, manifest.lang, manifest.formats, manifest.design)
    wanted = _wanted(manifest, students)
    counting = Counting(tell, len(wanted))
    found: dict[str, str] = {}
    failing: list[Message] = []
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as beside:

        def keep(files: Mapping[str, bytes]) -> None:
            for place, content in files.items():
                Path(beside, place).parent.mkdir(exist_ok=True)
                write(Path(beside, place), content)
            found.update(digests(files))

        for printed in _printed(course, manifest, wanted, workers):
            keep(printed.files)
            failing += [
                Message("{student}: {reason}", {"student": student, "reason": reason})
                for student, reason in printed.failures.items()
            ]
            counting.add(len(printed.entries))
        if press.banks and not students:
            sheets = [_again(course, manifest, entry) for entry in manifest.sheets]
            keep(dict(press.for_all(sheets)))
        _check_free(target, found)
        for place in found:
            (target / place).parent.mkdir(parents=True, exist_ok=True)
            Path(beside, place).replace(target / place)
    return Reissued(
        tuple(target / place for place in found),
        (*failing, *_differences(manifest, found)),
        manifest.lang,
    )


def _wanted(manifest: Manifest, students: Sequence[str]) -> list[Issued]:
    """What the manifest says of some students, or of all."""
    entries = {entry.student: entry for entry in manifest.sheets}
    for student in students:
        if student not in entries:
            raise DeckError("the manifest has no student {student!r}", student=student)
    return [entries[student] for student in dict.fromkeys(students or entries)]


def _printed(
    course: Course, manifest: Manifest, wanted: Sequence[Issued], workers: Workers
) -> Iterator[Printed]:
    """The files of sheets that have come out as the manifest has them, lot by lot."""
    entries = {entry.student: entry for entry in wanted}
    waiting: deque[Lot] = deque()
    lots = lots_of(
        course, manifest.course_key, manifest.version, manifest.lang, manifest.formats,
        list(entries), frozen(course.mistakes), manifest.design,
        [entry.variant for entry in wanted],
    )  # fmt: skip

    def begun() -> Iterator[Lot]:
        for lot in lots:
            waiting.append(lot)
            yield lot

    for outcome in in_order(print_lot, begun(), workers):
        lot = waiting.popleft()
        if isinstance(outcome, Failure):
            if outcome.error is not None:
                raise outcome.error
            yield Printed((), {}, {}, dict.fromkeys(lot.students, outcome.reason))
            continue
        for made in outcome.entries:
            _check_same(made, entries[made.student])
        yield outcome


def _differences(manifest: Manifest, found: Mapping[str, str]) -> Iterator[Message]:
    """Which of the files made are not those that were issued; behind them, why."""
    expected = dict(manifest.banks)
    for entry in manifest.sheets:
        expected.update(entry.files)
    others = [place for place, digest in found.items() if digest != expected.get(place)]
    for place in others:
        yield Message(DIFFERS, {"place": place})
    if others:
        yield from list(differing(manifest.libraries)) or [Message(PROGRAM)]


def _check_free(target: Path, found: Mapping[str, str]) -> None:
    """A file that is there stays, unless it is the same."""
    for place, digest in found.items():
        path = target / place
        if path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            raise FileExistsError(
                errno.EEXIST, "is there already; choose another folder", str(path)
            )


DIFFERS = mark(
    "{place} is not the same byte for byte, but its numbers and answers are those that were issued"
)
PROGRAM = mark("another version of bpreport prints it otherwise")


def _check(course: Course, manifest: Manifest) -> None:
    """Raise `DeckError` where a manifest is of another deck, or of a later generator."""
    if course.digest != manifest.digest:
        raise DeckError(
            "the sheets were made of another text of {deck}, whose SHA-256 is {digest}",
            deck=manifest.deck,
            digest=manifest.digest,
        )
    if manifest.version not in GENERATORS:
        raise DeckError("no generator has the version {version}", version=manifest.version)


def _check_same(made: Issued, entry: Issued) -> None:
    """Raise `DeckError` where a sheet has other numbers or answers; of files the caller tells."""
    if replace(made, files=entry.files) != entry:
        raise DeckError(
            "the sheet of {student!r} does not come out as the manifest has it",
            student=entry.student,
        )


def _again(course: Course, manifest: Manifest, entry: Issued) -> Sheet:
    return make_again(course, manifest.course_key, entry.student, entry.variant, manifest.version)


def remake(
    course: Course, manifest: Manifest, student: str, press: Press
) -> tuple[Sheet, dict[str, bytes]]:
    """An issued sheet and its files once more.

    Raises `DeckError` where the sheet does not come out with the numbers and answers that the
    manifest has; of its files that is for the caller to see.
    """
    _check(course, manifest)
    (entry,) = _wanted(manifest, [student])
    sheet = _again(course.as_issued(manifest), manifest, entry)
    (products,) = press.products([sheet])
    _check_same(issued(sheet, products), entry)
    return sheet, products
