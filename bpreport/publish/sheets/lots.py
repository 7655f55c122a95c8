"""Students whose sheets are made together, by whoever is to work.

A lot is made from what it says alone, the deck's text among it, so that it can be sent anywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from bpreport.audit.model import Message
from bpreport.deck import read_text
from bpreport.publish.batch import Failure
from bpreport.publish.sheets.course import Course, plan
from bpreport.publish.sheets.making import LATEST, make_again, make_all
from bpreport.publish.sheets.manifest import issued, thawed
from bpreport.publish.sheets.model import Issued, Sheet, Variant
from bpreport.publish.sheets.press import Press

__all__ = ["Lot", "Printed", "course_from", "lots_of", "press_of", "print_lot"]

SLOW, SIZE, SMALL = "pdf", 64, 4
"""Candidates are screened the faster the more students there are, but what is lost with a process
should be little: a PDF takes longer than all else together."""


@dataclass(frozen=True, slots=True)
class Lot:
    """What decides over a lot, and nothing else."""

    path: str
    source: str
    """Of the deck."""
    course_key: str
    version: int
    lang: str
    formats: tuple[str, ...]
    mistakes: bytes
    """The expected mistakes, frozen: whoever works takes these, and plays no slips."""
    students: tuple[str, ...]
    there: frozenset[str] = frozenset()
    """Students whose sheets are made already."""
    design: int | None = None
    """None is the newest."""
    variants: tuple[Variant, ...] = ()
    """Of issued sheets: the numbers of each student. Without any they are drawn."""

    @property
    def name(self) -> str:
        """A name that no other lot of the same class has."""
        return "\n".join(("lot", *self.students))


@dataclass(frozen=True, slots=True)
class Printed:
    """What came of a lot."""

    entries: tuple[Issued, ...]
    """Of those that were made."""
    statistics: Mapping[str, int]
    files: Mapping[str, bytes]
    failures: Mapping[str, Message]
    """By student, why there is no sheet."""


@lru_cache(maxsize=4)
def course_from(source: str, path: str, version: int = LATEST, mistakes: bytes = b"") -> Course:
    """The course of a deck's text, with the mistakes that were frozen; each process makes it once.

    Without any the audit's slips are played.
    """
    if version == LATEST and not mistakes:
        return plan(read_text(source, path))
    recorded = thawed(mistakes) if mistakes else None
    return replace(course_from(source, path), version=version, recorded=recorded)


def press_of(lot: Lot) -> Press:
    """The press for a lot, and for all others of the same class."""
    return _press(
        lot.source, lot.path, lot.version, lot.mistakes, lot.lang, lot.formats, lot.design
    )


@lru_cache(maxsize=2)
def _press(
    source: str, path: str, version: int, mistakes: bytes, lang: str, formats: tuple[str, ...],
    design: int | None,
) -> Press:  # fmt: skip
    return Press(course_from(source, path, version, mistakes), lang, formats, design)


def lots_of(
    course: Course, course_key: str, version: int, lang: str, formats: Sequence[str],
    students: Sequence[str], mistakes: bytes, design: int | None = None,
    variants: Sequence[Variant] = (),
) -> Iterator[Lot]:  # fmt: skip
    """A class in lots; which are made together does not depend on who works.

    The mistakes are those of the course, frozen, which takes a while.
    """
    size = SMALL if SLOW in formats else SIZE
    for at in range(0, len(students), size):
        yield Lot(
            course.path, course.source, course_key, version, lang, tuple(formats),
            mistakes, tuple(students[at : at + size]), frozenset(), design,
            tuple(variants[at : at + size]),
        )  # fmt: skip


def _sheets(lot: Lot, course: Course, statistics: Counter[str]) -> Iterator[Sheet]:
    if not lot.variants:
        return make_all(course, lot.course_key, lot.students, lot.version, statistics)
    issued = zip(lot.students, lot.variants, strict=True)
    return (
        make_again(course, lot.course_key, student, variant, lot.version)
        for student, variant in issued
    )


def print_lot(lot: Lot) -> Printed:
    """Make the sheets; one that cannot be printed costs the others nothing.

    Raises `DeckError` where the deck has no numbers for somebody.
    """
    press = press_of(lot)
    statistics: Counter[str] = Counter()
    entries, files, failures = [], {}, {}
    for sheet in _sheets(lot, press.course, statistics):
        if sheet.student in lot.there:
            continue
        try:
            (products,) = press.products([sheet])
        except Exception as error:  # noqa: BLE001 - whatever it is, the other sheets are made
            failures[sheet.student] = Failure.of(error).reason
            continue
        entries.append(issued(sheet, products))
        files.update(products)
    return Printed(tuple(entries), dict(statistics), files, failures)
