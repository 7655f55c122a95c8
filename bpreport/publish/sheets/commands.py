"""What `bpreport sheets` was asked for, checked as a whole before anything is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bpreport.deck import DeckError
from bpreport.publish.sheets.issuing import MANIFEST, course_of, issue, reissue, statistics_text
from bpreport.publish.sheets.students import numbered, read_roster

__all__ = ["Request", "run"]


@dataclass(frozen=True, slots=True)
class Request:
    """The options of the command; what was not given is None."""

    deck: Path | None
    count: int | None
    roster: Path | None
    seed: str | None
    output: Path
    formats: str
    manifest: Path | None
    students: tuple[str, ...]
    lang: str | None


def run(request: Request, tell: Callable[[str], object]) -> list[str]:
    """Do it; returns lines for the standard output. Raises `DeckError` and `OSError`."""
    if request.manifest is not None:
        if not request.students or request.count is not None or request.roster is not None:
            raise DeckError("--manifest makes issued sheets again: say whose with --student")
        made = reissue(request.deck, request.manifest, request.students, request.output)
        return [str(path) for path in made]
    if request.students:
        raise DeckError("--student goes with --manifest")
    if (request.count is None) == (request.roster is None):
        raise DeckError("expected either --count or --roster")
    if not request.seed:
        raise DeckError("expected --seed, the course key")
    students = (
        numbered(request.count) if request.count is not None
        else read_roster(request.roster or Path())
    )  # fmt: skip
    tell("worked examples")
    course = course_of(request.deck, request.lang)
    formats = list(dict.fromkeys(request.formats.split(",")))
    manifest = issue(
        course, request.seed, students, request.output, formats, request.lang or course.lang, tell
    )
    return [str(request.output / MANIFEST), statistics_text(manifest)]
