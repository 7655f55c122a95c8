"""From a deck and a class to a folder of sheets, keys and manifest, whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from bpreport.audit.model import Message
from bpreport.deck import DeckError, builtin, text_of
from bpreport.publish.batch import HERE, Counting, Failure, Workers, in_order
from bpreport.publish.language import translator
from bpreport.publish.sheets.apart import SHARED, set_apart
from bpreport.publish.sheets.course import Course
from bpreport.publish.sheets.designs import libraries, newest
from bpreport.publish.sheets.exports import bank_path
from bpreport.publish.sheets.lots import Lot, Printed, course_from, lots_of, press_of, print_lot
from bpreport.publish.sheets.making import LATEST, make_again
from bpreport.publish.sheets.manifest import frozen, line_of, manifest_pieces, sheet_in
from bpreport.publish.sheets.model import Manifest
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
    lots = list(lots_of(course, course_key, LATEST, lang, formats, students, mistakes))
    press_of(lots[0]).prepare()
    request = (course.digest, course.deck, course_key, LATEST, lang, tuple(formats), mistakes)
    with unfinished(target, *request) as kept:
        placing = kept.record(MANIFEST)
        if placing is None or placing["students"] != list(students):
            _check_free(target, banks)
            statistics = _made(kept, lots, workers, Counting(tell, len(students)))
            _tidy(kept, press, students)
            if shared := set_apart(kept, lots, press, course_key):
                statistics[SHARED] = shared
            manifest = Manifest(
                course.deck, course.digest, lang, tuple(formats), course_key, LATEST, (),
                course.mistakes, statistics, _make_banks(kept, press, course_key, lots),
                newest(), libraries(formats),
            )  # fmt: skip
            kept.write(MANIFEST, map(str.encode, manifest_pieces(manifest, _lines(kept, lots))))
            placing = {"students": list(students), "statistics": statistics}
            kept.keep(MANIFEST, placing)
        _place(kept, target, banks)
    forget(target)
    return dict(placing["statistics"])


@dataclass(frozen=True, slots=True)
class _Kept:
    """What came of a lot, once its files are there."""

    made: int
    """Sheets that were not there before."""
    statistics: Mapping[str, int]
    failures: Mapping[str, Message]
    """By student, why there is no sheet."""


def _made(
    kept: Records, lots: Iterable[Lot], workers: Workers, counting: Counting
) -> dict[str, int]:
    """The statistics, once the files of all sheets are there, and what the manifest has of them.

    Nothing of a sheet stays in the memory, or comes through it where another process has made it.
    """
    under_way: deque[Lot] = deque()
    statistics: Counter[str] = Counter()
    failures: dict[str, Message] = {}
    made = 0

    def missing() -> Iterator[Lot]:
        for lot in lots:
            under_way.append(replace(lot, there=_there(kept, lot)))
            yield under_way[-1]

    def known(lot: Lot) -> _Kept | None:
        whole = lot.there == set(lot.students)
        return _Kept(0, kept.recalled(lot.name)["statistics"], {}) if whole else None

    keep = partial(_keep, kept.folder)
    for outcome in in_order(print_lot, missing(), workers, known, keep=keep):
        lot = under_way.popleft()
        found = outcome
        if isinstance(outcome, Failure):
            if outcome.error is not None:  # so it is for everybody, and would be next time
                kept.remove()
                raise outcome.error
            missed = [student for student in lot.students if student not in lot.there]
            found = _Kept(0, {}, dict.fromkeys(missed, outcome.reason))
        assert isinstance(found, _Kept)
        counting.add(len(lot.there), known=True)
        statistics.update(found.statistics)
        failures |= found.failures
        made += len(lot.there) + found.made
        counting.add(found.made)
    if failures:
        raise NotAllMade(failures, made)
    return dict(statistics)


def _there(kept: Records, lot: Lot) -> frozenset[str]:
    """Whose sheets of a lot an earlier run has made, and all files are there as they were."""
    record = kept.record(lot.name) or {"lines": {}}
    entries = map(sheet_in, record["lines"].values())
    return frozenset(entry.student for entry in entries if kept.holds(entry.files))


def _keep(folder: Path, lot: Lot, found: Printed) -> _Kept:
    """Keep what was made: first its files, then that they are there."""
    kept = Records(folder)
    for place, content in found.files.items():
        kept.write(place, content)
    if found.entries:
        before = kept.recalled(lot.name)["lines"] if lot.there else {}
        made = {entry.student: line_of(entry) for entry in found.entries}
        lines = {student: line for student, line in before.items() if student in lot.there} | made
        kept.keep(lot.name, {"lines": lines, "statistics": dict(found.statistics)})
    return _Kept(len(found.entries), found.statistics, found.failures)


def _lines(kept: Records, lots: Iterable[Lot]) -> Iterator[str]:
    """What the manifest has of each sheet, in the order of the class, read lot by lot."""
    for lot in lots:
        lines = kept.recalled(lot.name)["lines"]
        yield from (lines[student] for student in lot.students)


def _tidy(kept: Records, press: Press, students: Sequence[str]) -> None:
    """Leave the files of the class only: a run that was ended may have left others."""
    known = set(students)
    for kind in FOLDERS:
        folder = kept.folder / kind
        folder.mkdir(exist_ok=True)
        places = [Path(place) for place in press.places("") if place.startswith(f"{kind}/")]
        with os.scandir(folder) as there:
            for entry in there:
                owners = {entry.name.removesuffix(place.name) for place in places}
                if known.isdisjoint(owners - {entry.name}):
                    Path(entry.path).unlink()


def _make_banks(
    kept: Records, press: Press, course_key: str, lots: Iterable[Lot]
) -> dict[str, str]:
    """The banks of the class, once all its sheets are there; their SHA-256."""
    if not press.banks:
        return {}
    # Made again, which takes little: whoever made them need not send them.
    sheets = [
        make_again(press.course, course_key, entry.student, entry.variant, LATEST)
        for entry in map(sheet_in, _lines(kept, lots))
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
