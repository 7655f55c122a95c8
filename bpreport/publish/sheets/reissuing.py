"""Issued sheets once more, from their manifest: those of some students, or all with their banks."""

from __future__ import annotations

import errno
import hashlib
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bpreport.audit.model import Message
from bpreport.deck import DeckError
from bpreport.publish.batch import Counting
from bpreport.publish.language import mark
from bpreport.publish.sheets.course import Course
from bpreport.publish.sheets.issuing import course_of
from bpreport.publish.sheets.making import GENERATORS, make_again
from bpreport.publish.sheets.manifest import digests, issued, read_manifest
from bpreport.publish.sheets.model import Manifest, Sheet
from bpreport.publish.sheets.press import Press
from bpreport.publish.writing import write

__all__ = ["Reissued", "reissue", "remake"]


@dataclass(frozen=True, slots=True)
class Reissued:
    """What came of it."""

    paths: tuple[Path, ...]
    """Of the files, in their places."""
    differing: tuple[Message, ...]
    """Which files are not the same, byte for byte, and why."""
    lang: str
    """Of the sheets."""


def reissue(
    path: Path | None,
    manifest_path: Path,
    students: Sequence[str],
    target: Path,
    tell: Callable[[str], object] = lambda _: None,
) -> Reissued:
    """Files of a manifest made once more: of some students, or of none, which means of the class.

    With the class come its question banks. All are made beside the folder `target` before the
    first is put in place. Raises `DeckError` where a sheet does not come out as it was issued, and
    `OSError`, also where another file is in the place of one.
    """
    manifest = read_manifest(manifest_path)
    course = course_of(path, manifest.lang).as_issued(manifest)
    press = Press(course, manifest.lang, manifest.formats)
    wanted = students or [sheet.student for sheet in manifest.sheets]
    counting = Counting(tell, len(wanted))
    found: dict[str, str] = {}
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as beside:

        def keep(files: Mapping[str, bytes]) -> None:
            for place, content in files.items():
                Path(beside, place).parent.mkdir(exist_ok=True)
                write(Path(beside, place), content)
            found.update(digests(files))

        sheets: list[Sheet] = []
        for student in wanted:
            sheet, files = remake(course, manifest, student, press)
            keep(files)
            if press.banks and not students:
                sheets.append(sheet)
            counting.add(1)
        if sheets:
            keep(dict(press.for_all(sheets)))
        _check_free(target, found)
        for place in found:
            (target / place).parent.mkdir(parents=True, exist_ok=True)
            Path(beside, place).replace(target / place)
    expected = dict(manifest.banks)
    for entry in manifest.sheets:
        expected.update(entry.files)
    differing = (place for place, digest in found.items() if digest != expected.get(place))
    return Reissued(
        tuple(target / place for place in found),
        tuple(Message(DIFFERS, {"place": place}) for place in differing),
        manifest.lang,
    )


def _check_free(target: Path, found: Mapping[str, str]) -> None:
    """A file that is there stays, unless it is the same."""
    for place, digest in found.items():
        path = target / place
        if path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            raise FileExistsError(
                errno.EEXIST, "is there already; choose another folder", str(path)
            )


DIFFERS = mark(
    "{place} is not the same byte for byte: another version of bpreport, its libraries or the "
    "fonts prints it otherwise. Its numbers and answers are those that were issued"
)


def remake(
    course: Course, manifest: Manifest, student: str, press: Press
) -> tuple[Sheet, dict[str, bytes]]:
    """An issued sheet and its files once more.

    Raises `DeckError` where the sheet does not come out with the numbers and answers that the
    manifest has; of its files that is for the caller to see.
    """
    if course.digest != manifest.digest:
        raise DeckError(
            "the sheets were made of another text of {deck}, whose SHA-256 is {digest}",
            deck=manifest.deck,
            digest=manifest.digest,
        )
    if manifest.version not in GENERATORS:
        raise DeckError("no generator has the version {version}", version=manifest.version)
    entry = next((sheet for sheet in manifest.sheets if sheet.student == student), None)
    if entry is None:
        raise DeckError("the manifest has no student {student!r}", student=student)
    course = course.as_issued(manifest)
    sheet = make_again(course, manifest.course_key, student, entry.variant, manifest.version)
    (products,) = press.products([sheet])
    if replace(issued(sheet, products), files=entry.files) != entry:
        raise DeckError(
            "the sheet of {student!r} does not come out as the manifest has it", student=student
        )
    return sheet, products
