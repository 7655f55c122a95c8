"""What `bpreport sheets` was asked for, checked as a whole before anything is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bpreport.deck import DeckError
from bpreport.publish.batch import HERE, Workers
from bpreport.publish.language import render, translator
from bpreport.publish.sheets.issuing import (
    MANIFEST,
    NotAllMade,
    course_of,
    issue,
    statistics_text,
)
from bpreport.publish.sheets.reissuing import reissue
from bpreport.publish.sheets.students import numbered, read_roster

__all__ = ["Outcome", "Request", "run"]


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
    workers: Workers = HERE


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the command prints and how it ends."""

    lines: tuple[str, ...]
    """For stdout."""
    messages: tuple[str, ...] = ()
    """For stderr: which sheets could not be made, or not as they were issued, and why."""

    @property
    def status(self) -> int:
        """The exit status: 2 where a sheet could not be made so."""
        return 2 if self.messages else 0


def run(request: Request, tell: Callable[[str], object]) -> Outcome:
    """Do it. Raises `DeckError` and `OSError`."""
    if request.manifest is not None:
        if request.count is not None or request.roster is not None:
            raise DeckError("--manifest makes issued sheets again: it goes with --student only")
        made = reissue(
            request.deck, request.manifest, request.students, request.output, tell, request.workers
        )
        messages = tuple(render(message, request.lang or made.lang) for message in made.differing)
        return Outcome(tuple(map(str, made.paths)), messages)
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
    lang = request.lang or course.lang
    try:
        statistics = issue(
            course, request.seed, students, request.output, formats, lang, tell, request.workers
        )
    except NotAllMade as error:
        return Outcome((), tuple(_told(error, lang)))
    return Outcome((str(request.output / MANIFEST), statistics_text(statistics, lang)))


def _told(error: NotAllMade, lang: str) -> Iterator[str]:
    for student, reason in error.failures.items():
        yield f"{student}: {render(reason, lang)}"
    made = translator(lang).ngettext(
        "%(made)d sheet is made and kept; the same command makes what is missing",
        "%(made)d sheets are made and kept; the same command makes what is missing",
        error.made,
    )
    yield made % {"made": error.made}
