"""What `bpreport mark` was asked for, from paths to files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bpreport.publish.batch import HERE, Workers
from bpreport.publish.language import render
from bpreport.publish.marking.answers import Problem, read_answers
from bpreport.publish.marking.delivering import deliver
from bpreport.publish.marking.scoring import kinds_of
from bpreport.publish.sheets import read_manifest
from bpreport.publish.sheets.issuing import course_of

__all__ = ["Outcome", "run"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was written, and what could not be read or marked."""

    paths: tuple[Path, ...]
    messages: tuple[str, ...]

    @property
    def status(self) -> int:
        """The exit status: 2 where something could not be read or marked."""
        return 2 if self.messages else 0


def run(
    answers: Path, manifest_path: Path, deck: Path | None, target: Path, lang: str | None,
    tell: Callable[[str], object] = lambda _: None, workers: Workers = HERE,
) -> Outcome:  # fmt: skip
    """Mark a class. Raises `DeckError` and `OSError` before anything is written."""
    tell("manifest")
    manifest = read_manifest(manifest_path)
    course = course_of(deck, manifest.lang).as_issued(manifest)
    tell("answers")
    kinds = kinds_of(course, manifest)
    given = read_answers(answers, kinds, [sheet.student for sheet in manifest.sheets])
    tell("marks")
    shown = lang or manifest.lang
    done = deliver(course, manifest, given, target, shown, tell, workers)
    return Outcome(done.paths, tuple(_told(answers, problem, shown) for problem in done.problems))


def _told(path: Path, problem: Problem, lang: str) -> str:
    place = f"{path}:{problem.line}" + (f":{problem.column}" if problem.column else "")
    student = f"{problem.student}: " if problem.student else ""
    return f"{place}: {student}{render(problem.message, lang)}"
