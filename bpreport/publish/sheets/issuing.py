"""From a deck and a class to a folder of sheets, keys and manifest, whole or not at all."""

from __future__ import annotations

import errno
import hashlib
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bpreport.audit.model import Message
from bpreport.deck import DeckError, builtin, text_of
from bpreport.publish.batch import HERE, Counting, Failure, Workers, in_order
from bpreport.publish.language import translator
from bpreport.publish.sheets.course import Course
from bpreport.publish.sheets.designs import libraries, newest
from bpreport.publish.sheets.exports import bank_path
from bpreport.publish.sheets.lots import Lot, Printed, course_from, lots_of, print_lot
from bpreport.publish.sheets.making import LATEST, make_again
from bpreport.publish.sheets.manifest import (
    entry_of,
    frozen,
    line_of,
    manifest_pieces,
    read_manifest,
    sheet_in,
    sheet_of,
)
from bpreport.publish.sheets.model import Issued, Manifest
from bpreport.publish.sheets.press import FOLDERS, FORMATS, Press
from bpreport.publish.unfinished import Records, forget, unfinished

__all__ = ["MANIFEST", "NotAllMade", "course_of", "issue", "statistics_text"]

MANIFEST = "manifest.json"
Progress = Callable[[str], object]


def course_of(path: Path | None, lang: str | None = None) -> Course:
    """The course of the deck in a file; no path means the built-in deck."""
    place = path or builtin(lang or "zh")
    return course_from(text_of(place), str(place))


class NotAllMade(Exception):  # noqa: N818 - it is what became of the class
    """Some sheets could not be made; the others are kept for the next run."""

    def __init__(self, failures: Mapping[str, Message], made: int) -> None:
        super().__init__(f"{len(failures)} sheets could not be made")
        self.failures = failures
        """By student, why."""
        self.made = made
        """How many were made."""


def issue(
    course: Course,
    course_key: str,
    students: Sequence[str],
    target: Path,
    formats: Sequence[str],
    lang: str,
    tell: Progress = lambda _: None,
    workers: Workers = HERE,
) -> Mapping[str, int]:
    """Make the sheets of a class in the folder `target`: students/, keys/, banks, manifest.json.

    Returns what the screening did, as `Manifest.statistics`.

    All are made beside it first, and put in place when the last is whole; a folder in which sheets
    were issued before is left alone. What a run that was ended has made of the same is not made
    again. Raises `NotAllMade`, `DeckError` and `OSError`.
    """
    _check(formats, target)
    course = course.at(LATEST)
    press = Press(course, lang, formats)  # refuses what a format cannot hold
    press.check(len(students))
    banks = [bank_path(form) for form in press.banks]
    mistakes = frozen(course.mistakes)
    lots = lots_of(course, course_key, LATEST, lang, formats, students, mistakes)
    request = (course.digest, course.deck, course_key, LATEST, lang, tuple(formats), mistakes)
    statistics: Mapping[str, int] | None = None
    with unfinished(target, *request) as kept:
        placing = kept.record(MANIFEST)
        if placing is None or placing["students"] != list(students):
            _check_free(target, banks)
            lines, statistics = _made(kept, lots, workers, Counting(tell, len(students)))
            _tidy(kept, lines)
            manifest = Manifest(
                course.deck, course.digest, lang, tuple(formats), course_key, LATEST, (),
                course.mistakes, statistics, _make_banks(kept, press, course_key, lines),
                newest(), libraries(formats),
            )  # fmt: skip
            kept.write(MANIFEST, map(str.encode, manifest_pieces(manifest, lines)))
            kept.keep(MANIFEST, {"students": list(students)})
        _place(kept, target, banks)
    forget(target)
    return statistics or read_manifest(target / MANIFEST).statistics


def _made(
    kept: Records, lots: Iterable[Lot], workers: Workers, counting: Counting
) -> tuple[list[str], dict[str, int]]:
    """The lines of all sheets for the manifest and the statistics, once the files are there.

    As lines they take a seventh of the memory that `Issued` takes: 3 kB a student.
    """
    under_way: deque[tuple[Lot, dict[str, Issued]]] = deque()
    statistics: Counter[str] = Counter()
    lines: list[str] = []
    failures: dict[str, Message] = {}

    def missing() -> Iterator[Lot]:
        for lot in lots:
            there = _there(kept, lot)
            under_way.append((lot, there))
            yield replace(lot, there=frozenset(there))

    def known(lot: Lot) -> Printed | None:
        whole = lot.there == set(lot.students)
        return Printed((), (kept.record(lot.name) or {})["statistics"], {}, {}) if whole else None

    for outcome in in_order(print_lot, missing(), workers, known):
        lot, there = under_way.popleft()
        found = outcome
        if isinstance(outcome, Failure):
            if outcome.error is not None:  # so it is for everybody, and would be next time
                kept.remove()
                raise outcome.error
            missed = [student for student in lot.students if student not in there]
            found = Printed((), {}, {}, dict.fromkeys(missed, outcome.reason))
        assert isinstance(found, Printed)
        counting.add(len(there), known=True)
        there |= _kept(kept, lot, there, found)
        lines += [line_of(there[student]) for student in lot.students if student in there]
        statistics.update(found.statistics)
        failures |= found.failures
        counting.add(len(found.entries))
    if failures:
        raise NotAllMade(failures, len(lines))
    return lines, dict(statistics)


def _there(kept: Records, lot: Lot) -> dict[str, Issued]:
    """By student what an earlier run made of a lot, where all files are there as they were."""
    record = kept.record(lot.name) or {"entries": []}
    entries = map(sheet_of, record["entries"])
    return {entry.student: entry for entry in entries if kept.holds(entry.files)}


def _kept(
    kept: Records, lot: Lot, there: Mapping[str, Issued], found: Printed
) -> dict[str, Issued]:
    """Keep what was made: first its files, then that they are there."""
    for place, content in found.files.items():
        kept.write(place, content)
    made = {entry.student: entry for entry in found.entries}
    if made:
        entries = [entry_of(entry) for entry in {**there, **made}.values()]
        kept.keep(lot.name, {"entries": entries, "statistics": dict(found.statistics)})
    return made


def _tidy(kept: Records, lines: Iterable[str]) -> None:
    """Leave the files of the manifest only: a run that was ended may have left others."""
    wanted = {place for line in lines for place in sheet_in(line).files}
    for kind in FOLDERS:
        (kept.folder / kind).mkdir(exist_ok=True)
        for path in (kept.folder / kind).iterdir():
            if f"{kind}/{path.name}" not in wanted:
                path.unlink()


def _make_banks(
    kept: Records, press: Press, course_key: str, lines: Iterable[str]
) -> dict[str, str]:
    """The banks of the class, once all its sheets are there; their SHA-256."""
    if not press.banks:
        return {}
    # Made again, which takes little: whoever made them need not send them.
    sheets = [
        make_again(press.course, course_key, entry.student, entry.variant, LATEST)
        for entry in map(sheet_in, lines)
    ]
    found = {}
    try:
        for place, content in press.for_all(sheets):
            kept.write(place, content)
            found[place] = hashlib.sha256(content).hexdigest()
    except DeckError:  # it would be so next time
        kept.remove()
        raise
    return found


def _place(kept: Records, target: Path, banks: Sequence[str]) -> None:
    """Put in place what is whole; what an earlier run has put there stays."""
    target.mkdir(exist_ok=True)
    # The manifest is last, so that a folder with a manifest is whole.
    for name in (*FOLDERS, *banks, MANIFEST):
        if (kept.folder / name).exists():
            (kept.folder / name).rename(target / name)
    kept.remove()


def _check(formats: Sequence[str], target: Path) -> None:
    unknown = [form for form in formats if form not in FORMATS]
    if unknown:
        raise DeckError("{name!r} is none of {known}", name=unknown[0], known=", ".join(FORMATS))
    if target.exists() and not target.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "is a file; expected a folder", str(target))


def _check_free(target: Path, banks: Sequence[str]) -> None:
    for name in (*FOLDERS, MANIFEST, *banks):
        if (target / name).exists():
            raise FileExistsError(
                errno.EEXIST, "is there already; choose another folder", str(target / name)
            )


def statistics_text(statistics: Mapping[str, int], lang: str) -> str:
    """What the screening did, a line for each reason."""
    gettext = translator(lang).gettext
    counts = Counter(statistics)
    numbers = {name: counts.pop(name, 0) for name in ("tried", "accepted")}
    lines = [gettext("%(tried)d candidates screened, %(accepted)d accepted") % numbers]
    lines += [f"{count:8d} {gettext(reason)}" for reason, count in counts.most_common() if count]
    return "\n".join(lines)
