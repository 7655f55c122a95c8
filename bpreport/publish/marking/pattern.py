"""What the sheets of a class have in common, and whether manifest and course belong together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from bpreport.deck import DeckError
from bpreport.publish.sheets import GENERATORS, Course, Issued, Manifest, Sheet
from bpreport.publish.sheets.making import make_again
from bpreport.publish.sheets.manifest import issued

__all__ = ["Key", "key_of", "pattern_of"]


@dataclass(frozen=True, slots=True)
class Key:
    """What the manifest says of one answer of one student."""

    expected: str
    exact: Decimal | None
    low: Decimal | None
    high: Decimal | None

    def accepts(self, given: Decimal) -> bool:
        """Whether a number lies in the accepted interval."""
        return self.low is not None and self.high is not None and self.low <= given <= self.high


def pattern_of(course: Course, manifest: Manifest) -> Sheet:
    """The first sheet of the manifest; questions and marks are the same on all.

    Raises `DeckError` where the manifest is not of this course, or not of one piece.
    """
    if course.digest != manifest.digest:
        raise DeckError(
            "the sheets were made of another text of {deck}, whose SHA-256 is {digest}; name the "
            "deck that they were made of",
            deck=manifest.deck,
            digest=manifest.digest,
        )
    if manifest.version not in GENERATORS:
        raise DeckError("no generator has the version {version}", version=manifest.version)
    first = manifest.sheets[0] if manifest.sheets else None
    if first is None:
        raise DeckError("the manifest has no sheet")
    names = {name: set(givens) for name, givens in first.variant.givens.items()}
    if set(names) != set(course.templates):
        raise DeckError("the manifest has other worked examples than the deck")
    course = course.as_issued(manifest)
    try:
        pattern = make_again(
            course, manifest.course_key, first.student, first.variant, manifest.version
        )
    except (ValueError, KeyError) as error:
        raise DeckError("the manifest is damaged: {cause}", cause=error) from None
    if issued(pattern, {}).answers != first.answers:
        raise DeckError(
            "the sheet of {student!r} does not come out as the manifest has it",
            student=first.student,
        )
    for sheet in manifest.sheets:
        same = {name: set(givens) for name, givens in sheet.variant.givens.items()} == names
        if not same or set(sheet.answers) != set(first.answers):
            raise DeckError(
                "the sheet of {student!r} has other questions than that of {other!r}; what is in "
                "one manifest has the same",
                student=sheet.student,
                other=first.student,
            )
    return pattern


def key_of(sheet: Issued) -> Mapping[str, Key]:
    """The key of one student's sheet."""
    try:
        return {name: _key(entry) for name, entry in sheet.answers.items()}
    except (KeyError, InvalidOperation):
        raise DeckError(
            "the manifest is damaged at the sheet of {student!r}", student=sheet.student
        ) from None


def _key(entry: Mapping[str, str]) -> Key:
    if "exact" not in entry:
        return Key(entry["expected"], None, None, None)
    exact, low, high = (Decimal(entry[name]) for name in ("exact", "low", "high"))
    return Key(entry["expected"], exact, low, high)
