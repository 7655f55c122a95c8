"""From a deck and a class to a folder of sheets, keys and manifest, whole or not at all."""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from bpreport.deck import DeckError, builtin, read
from bpreport.publish.language import translator
from bpreport.publish.sheets.course import Course, plan
from bpreport.publish.sheets.exports import BANKS, bank_path
from bpreport.publish.sheets.making import LATEST, make_again, make_all
from bpreport.publish.sheets.manifest import issued, manifest_text, read_manifest, remake
from bpreport.publish.sheets.model import Manifest
from bpreport.publish.sheets.press import FOLDERS, FORMATS, Press
from bpreport.publish.writing import write

__all__ = ["MANIFEST", "course_of", "issue", "reissue", "statistics_text"]

MANIFEST = "manifest.json"
Progress = Callable[[str], object]


def course_of(path: Path | None, lang: str | None = None) -> Course:
    """The course of the deck in a file; no path means the built-in deck."""
    return plan(read(path or builtin(lang or "zh")))


def issue(
    course: Course,
    course_key: str,
    students: Sequence[str],
    target: Path,
    formats: Sequence[str],
    lang: str,
    tell: Progress = lambda _: None,
) -> Manifest:
    """Make the sheets of a class in the folder `target`: students/, keys/, manifest.json.

    All are made beside it first, and put in place when the last is whole; a folder in which sheets
    were issued before is left alone. Raises `DeckError` and `OSError`.
    """
    _check(formats, target)
    press = Press(course, lang, formats)
    press.check(len(students))
    target.parent.mkdir(parents=True, exist_ok=True)
    statistics: Counter[str] = Counter()
    entries = []
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as name:
        folder = Path(name)
        for kind in FOLDERS:
            (folder / kind).mkdir()
        sheets = make_all(course, course_key, students, LATEST, statistics)
        for number, sheet in enumerate(sheets, 1):
            (products,) = press.products([sheet])
            entries.append(issued(sheet, products))
            for place, content in products.items():
                (folder / place).write_bytes(content)
            tell(f"{number}/{len(students)}")
        banks = []
        if press.banks:
            # Made again, which takes little: the loop before need not keep them.
            again = [make_again(course, course_key, entry.student, entry.variant, LATEST)
                     for entry in entries]  # fmt: skip
            for place, content in press.for_all(again):
                (folder / place).write_bytes(content)
                banks.append(place)
        manifest = Manifest(
            course.deck, course.digest, lang, tuple(formats), course_key, LATEST, tuple(entries),
            course.mistakes, dict(statistics),
        )  # fmt: skip
        target.mkdir(exist_ok=True)
        for kind in (*FOLDERS, *banks):
            shutil.move(folder / kind, target / kind)
        # Last, so that a folder with a manifest is whole.
        write(target / MANIFEST, manifest_text(manifest).encode())
    return manifest


def _check(formats: Sequence[str], target: Path) -> None:
    unknown = [form for form in formats if form not in FORMATS]
    if unknown:
        raise DeckError("{name!r} is none of {known}", name=unknown[0], known=", ".join(FORMATS))
    if target.exists() and not target.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "is a file; expected a folder", str(target))
    banks = [bank_path(form) for form in formats if form in BANKS]
    for name in (*FOLDERS, MANIFEST, *banks):
        if (target / name).exists():
            raise FileExistsError(
                errno.EEXIST, "is there already; choose another folder", str(target / name)
            )


def reissue(
    path: Path | None, manifest_path: Path, students: Sequence[str], target: Path
) -> list[Path]:
    """Sheets of a manifest made once more, byte for byte; returns the paths of their files."""
    manifest = read_manifest(manifest_path)
    course = course_of(path, manifest.lang).as_issued(manifest)
    press = Press(course, manifest.lang, manifest.formats)
    made = [
        (target / place, content)
        for student in students
        for place, content in remake(course, manifest, student, press)[1].items()
    ]
    for place, _ in made:
        place.parent.mkdir(parents=True, exist_ok=True)
    return [write(place, content) for place, content in made]


def statistics_text(manifest: Manifest) -> str:
    """What the screening did, a line for each reason."""
    gettext = translator(manifest.lang).gettext
    counts = Counter(manifest.statistics)
    numbers = {name: counts.pop(name, 0) for name in ("tried", "accepted")}
    lines = [gettext("%(tried)d candidates screened, %(accepted)d accepted") % numbers]
    lines += [f"{count:8d} {gettext(reason)}" for reason, count in counts.most_common() if count]
    return "\n".join(lines)
