"""A course: what all sheets of a deck have in common, made once."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import PurePath
from typing import Any

from bpreport.deck import DeckError
from bpreport.deck.model import Deck
from bpreport.deck.settings import PLACES
from bpreport.publish.sheets.descents import one_run
from bpreport.publish.sheets.forms import FORMS
from bpreport.publish.sheets.mistakes import Slipped
from bpreport.publish.sheets.model import Manifest
from bpreport.publish.sheets.questions import LATEST, Pick, Row, rows_of
from bpreport.publish.sheets.ranges import grids
from bpreport.publish.sheets.screening import Screen
from bpreport.publish.sheets.template import Template, with_next_pass
from bpreport.worked import GradientDescent, Perceptron, Study, recompute

__all__ = ["Asked", "Course", "plan"]

CARRY = 8
"""Decimal places that intermediate results have at the least, where the deck does not say."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A row of the table of questions, for one worked example."""

    row: Row
    pick: Pick
    screen: Screen


@dataclass(frozen=True)
class Course:
    """The questions of a deck's sheets, without any student's numbers."""

    deck: str
    """The file name of the deck."""
    digest: str
    """SHA-256 of its text."""
    title: str
    lang: str
    places: int
    carry: int
    bases: tuple[tuple[Template, Mapping[str, Any]], ...]
    """The worked examples, and the ranges that the deck declares for their givens."""
    path: str = ""
    source: str = ""
    """Of the deck, so that others can make the same course of it."""
    version: int = LATEST
    """Of the generator: it decides which questions there are."""
    recorded: Mapping[str, Mapping[str, tuple[Slipped, ...]]] | None = None
    """Expected mistakes by worked example and quantity, as they were when sheets were issued;
    None plays the audit's slips."""

    @cached_property
    def screens(self) -> tuple[Screen, ...]:
        """One for each worked example of the sheet."""
        return tuple(self._screen(template, ranges) for template, ranges in self.bases)

    @cached_property
    def asked(self) -> tuple[Asked, ...]:
        """In the order of the sheet."""
        rows = [
            Asked(row, row.pick(screen.template.trace), screen)
            for screen in self.screens
            for row in rows_of(screen.template.trace.kind, self.version)
        ]
        return tuple(
            entry for entry in rows if FORMS[entry.row.form].possible(entry.pick, entry.screen)
        )

    @cached_property
    def templates(self) -> dict[str, Template]:
        """The worked examples by name."""
        return {screen.template.name: screen.template for screen in self.screens}

    @property
    def mistakes(self) -> Mapping[str, Mapping[str, tuple[Slipped, ...]]]:
        """The expected mistakes, for the manifest."""
        return {screen.template.name: screen.mistakes for screen in self.screens}

    def at(self, version: int) -> Course:
        """The same by another version of the generator."""
        return self if version == self.version else replace(self, version=version)

    def as_issued(self, manifest: Manifest) -> Course:
        """As it was when the sheets of a manifest were made; the slips may be others now."""
        if self.recorded is manifest.mistakes:
            return self.at(manifest.version)
        return replace(self, version=manifest.version, recorded=manifest.mistakes)

    def _screen(self, template: Template, ranges: Mapping[str, Any]) -> Screen:
        picks = [
            (row, row.pick(template.trace)) for row in rows_of(template.trace.kind, self.version)
        ]
        asked, planted = (
            dict.fromkeys(
                key for row, pick in picks if (row.form == "mistake") == wanted for key in pick.keys
            )
            for wanted in (False, True)
        )
        worked = dict.fromkeys(key for _, pick in picks for key in pick.worked)
        full = replace(template, asked=tuple(asked), worked=tuple(worked), planted=tuple(planted))
        recorded = None if self.recorded is None else self.recorded.get(template.name, {})
        grid = grids(template, ranges, ("sheets", "examples", template.name), self.version)
        return Screen(full, grid, self.places, recorded)


def plan(deck: Deck, study: Study | None = None) -> Course:
    """The course of a deck; raises `DeckError` where no sheet can be made of it."""
    try:
        return _plan(deck, recompute(deck) if study is None else study)
    except DeckError as error:
        raise error.placed(deck.path, deck.places) from None


def _plan(deck: Deck, study: Study) -> Course:
    settings = deck.settings.get("sheets") or {}
    places = int(settings.get("places", PLACES))
    carry = int(settings.get("carry", max(CARRY, places + 2)))
    bases = [(_template(study, name), ranges) for name, ranges in _examples(deck, study, settings)]
    course = Course(
        PurePath(deck.path).name,
        hashlib.sha256(deck.source.encode()).hexdigest(),
        deck.title,
        deck.lang,
        places,
        carry,
        tuple(bases),
        deck.path,
        deck.source,
    )
    if not study.examples:
        raise DeckError(
            "sheets are made of a worked example; expected one in the front matter, below 'worked'"
        )
    if not course.asked:
        raise DeckError("the deck has no worked example that a sheet could be made of")
    return course


def _examples(
    deck: Deck, study: Study, settings: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Names and declared ranges of the worked examples that the sheets are made of."""
    stated = settings.get("examples")
    if stated is None:
        yield from ((name, {}) for name in _chosen(deck, study))
        return
    yield from ((name, ranges or {}) for name, ranges in stated.items())


def _chosen(deck: Deck, study: Study) -> list[str]:
    """Where the deck does not say: of each kind the example that most slides follow.

    Regressions are asked for where there is nothing else.
    """
    slides = Counter(slide.worked for slide in deck.slides)
    found: dict[str, str] = {}
    for name, trace in study.traces.items():
        if trace.kind not in found or slides[name] > slides[found[trace.kind]]:
            found[trace.kind] = name
    chosen = [found[kind] for kind in ("perceptron", "gradient descent") if kind in found]
    return chosen or list(found.values())[:1]


def _template(study: Study, name: str) -> Template:
    example = study.examples[name]
    if isinstance(example, Perceptron):
        # The sheet says in which order weights are updated; the other order is a mistake.
        trace = with_next_pass(example.trace(update="simultaneous"))
        return Template(
            example, trace, other_traces={"sequential": example.trace(update="sequential")}
        )
    if isinstance(example, GradientDescent):
        single, settings = one_run(example, study.traces[name])
        return Template(single, single.trace(), settings=settings)
    return Template(example, study.traces[name])
