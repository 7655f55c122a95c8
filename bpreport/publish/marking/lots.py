"""Students who are marked together, by whoever is to work.

A lot is marked from what it says alone, the deck's text among it, so that it can be sent anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from bpreport.audit.model import Message
from bpreport.deck import DeckError
from bpreport.formula import latex
from bpreport.formula.tree import Node
from bpreport.publish.batch import Failure
from bpreport.publish.marking.answers import AnswerFile, Row
from bpreport.publish.marking.feedback import Printer
from bpreport.publish.marking.model import Mark, Marked
from bpreport.publish.marking.scoring import mark_class
from bpreport.publish.sheets import Course, Manifest
from bpreport.publish.sheets.lots import course_from
from bpreport.publish.sheets.manifest import frozen

__all__ = ["Lot", "MarkedLot", "formulas", "lots_of", "mark_lot", "marked_of"]

SIZE = 64
"""Marking is the faster the more students there are at once."""


@dataclass(frozen=True, slots=True)
class Lot:
    """What decides over a lot, and nothing else."""

    path: str
    source: str
    """Of the deck."""
    manifest: Manifest
    """With the sheets of the lot only, behind the first one of the class, and without mistakes."""
    mistakes: bytes
    """Those of the manifest, frozen: a process thaws them once."""
    rows: tuple[Row, ...]
    lang: str


@dataclass(frozen=True, slots=True)
class MarkedLot:
    """What came of a lot."""

    entries: tuple[Mapping[str, Any], ...]
    """What was marked, as JSON knows it, in the order of the rows."""
    pages: Mapping[str, bytes]
    """By student the page of feedback."""
    failures: Mapping[str, Message]
    """By student, why there are no marks."""


def lots_of(course: Course, manifest: Manifest, answers: AnswerFile, lang: str) -> Iterator[Lot]:
    """A class in lots; who are marked together does not depend on who works."""
    first, sheets = manifest.sheets[0], {sheet.student: sheet for sheet in manifest.sheets}
    mistakes = frozen(manifest.mistakes)
    for at in range(0, len(answers.rows), SIZE):
        rows = answers.rows[at : at + SIZE]
        own = [sheets[row.student] for row in rows if row.student != first.student]
        part = replace(manifest, sheets=(first, *own), mistakes={})
        yield Lot(course.path, course.source, part, mistakes, rows, lang)


def mark_lot(lot: Lot) -> MarkedLot:
    """Mark the rows and print the pages; raises `DeckError` where the manifest is damaged."""
    course = course_from(lot.source, lot.path, lot.manifest.version, lot.mistakes)
    try:
        return _marked(course, lot)
    except DeckError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the others are marked
        if len(lot.rows) == 1:
            nobody = Marked(lot.rows[0].student, "", ())
            return MarkedLot((_entry(nobody),), {}, {nobody.student: Failure.of(error).reason})
    parts = [mark_lot(replace(lot, rows=(row,))) for row in lot.rows]
    return MarkedLot(
        tuple(entry for part in parts for entry in part.entries),
        {student: page for part in parts for student, page in part.pages.items()},
        {student: reason for part in parts for student, reason in part.failures.items()},
    )


def _marked(course: Course, lot: Lot) -> MarkedLot:
    manifest = replace(lot.manifest, mistakes=course.recorded or {})
    marked = mark_class(course, manifest, AnswerFile(lot.rows))
    # What is kept is read again by the next run, and must print the same.
    entries = tuple(map(_entry, marked.students))
    marked = replace(marked, students=tuple(map(marked_of, entries)))
    printer = Printer(marked, lot.lang, formulas(course))
    return MarkedLot(entries, dict(printer.feedback()), {})


def formulas(course: Course) -> list[Message]:
    """All that a mistake may be told of: the font of the pages must have their signs."""
    digits = Message("{symbol}", {"symbol": "$0123456789 - + = .$"})
    return [digits] + [
        slip.message
        for screen in course.screens
        for slips in screen.mistakes.values()
        for slip in slips
    ]


# -- as JSON


def _entry(marked: Marked) -> dict[str, Any]:
    marks = [
        {**asdict(replace(mark, reason=None)), "reason": mark.reason and _told(mark.reason)}
        for mark in marked.marks
    ]
    return {"student": marked.student, "fingerprint": marked.fingerprint, "marks": marks}


def marked_of(entry: Mapping[str, Any]) -> Marked:
    """The student that an entry tells of."""
    marks = tuple(
        Mark(**{**mark, "reason": mark["reason"] and _message(mark["reason"])})
        for mark in entry["marks"]
    )
    return Marked(entry["student"], entry["fingerprint"], marks)


def _told(value: Any) -> Any:
    """A message, or a value in one; a formula is LaTeX between dollar signs.

    >>> _told(Message("the slip is {slip}", {"slip": Message("sign")}))
    {'text': 'the slip is {slip}', 'values': {'slip': {'text': 'sign', 'values': {}}}}
    """
    if isinstance(value, Message):
        values = {name: _told(one) for name, one in value.values.items()}
        return {"text": value.text, "values": values}
    if isinstance(value, Node):
        return f"${latex(value)}$"  # type: ignore[arg-type]
    return value if isinstance(value, str | int | float) else str(value)


def _message(told: Mapping[str, Any]) -> Message:
    """The message that was told.

    >>> str(_message({"text": "{a} and {b}", "values": {"a": 1, "b": {"text": "x", "values": {}}}}))
    '1 and x'
    """
    values = {
        name: _message(one) if isinstance(one, Mapping) else one
        for name, one in told["values"].items()
    }
    text = told["text"]
    return Message(text, values)
