"""A course: what all sheets of a deck have in common, made once."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from bpreport.deck import DeckError
from bpreport.deck.model import Deck
from bpreport.publish.sheets.descents import one_run
from bpreport.publish.sheets.forms import FORMS
from bpreport.publish.sheets.questions import QUESTIONS, Pick, Row
from bpreport.publish.sheets.ranges import grids
from bpreport.publish.sheets.screening import Screen
from bpreport.publish.sheets.template import Template, with_next_pass
from bpreport.worked import GradientDescent, Perceptron, Study, recompute

__all__ = ["Asked", "Course", "plan"]

PLACES, CARRY = 6, 8
"""Decimal places that answers have, and that intermediate results have at the least, where the
deck does not say."""


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
    screens: tuple[Screen, ...]
    """One for each worked example of the sheet."""
    asked: tuple[Asked, ...]
    """In the order of the sheet."""
    path: str = ""
    source: str = ""
    """Of the deck, so that others can make the same course of it."""

    @property
    def templates(self) -> dict[str, Template]:
        """The worked examples by name."""
        return {screen.template.name: screen.template for screen in self.screens}


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
    if carry < places + 2:
        raise DeckError(
            f"expected at least two places more than the answers have, {places + 2}",
            ("sheets", "carry"),
        )
    screens, asked = [], []
    for name, ranges in _examples(deck, study, settings):
        template = _template(study, name)
        picks = [
            (row, row.pick(template.trace)) for row in QUESTIONS if template.trace.kind in row.of
        ]
        of_form = {
            planted: dict.fromkeys(
                key
                for row, pick in picks
                if (row.form == "mistake") == planted
                for key in pick.keys
            )
            for planted in (False, True)
        }
        worked = dict.fromkeys(key for _, pick in picks for key in pick.worked)
        template = replace(
            template, asked=tuple(of_form[False]), worked=tuple(worked),
            planted=tuple(of_form[True]),
        )  # fmt: skip
        screen = Screen(template, grids(template, ranges, ("sheets", "examples", name)), places)
        screens.append(screen)
        asked += [Asked(row, pick, screen) for row, pick in picks if _can_ask(row, pick, screen)]
    if not asked:
        raise DeckError("the deck has no worked example that a sheet could be made of")
    return Course(
        PurePath(deck.path).name,
        hashlib.sha256(deck.source.encode()).hexdigest(),
        deck.title,
        deck.lang,
        places,
        carry,
        tuple(screens),
        tuple(asked),
        deck.path,
        deck.source,
    )


def _examples(
    deck: Deck, study: Study, settings: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Names and declared ranges of the worked examples that the sheets are made of."""
    stated = settings.get("examples")
    if stated is None:
        yield from ((name, {}) for name in _chosen(deck, study))
        return
    for name, ranges in stated.items():
        if name not in study.traces:
            known = ", ".join(study.traces) or "none"
            raise DeckError(
                f"the deck has no worked example {name!r}; it has {known}",
                ("sheets", "examples", name),
            )
        yield name, ranges or {}


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


def _can_ask(row: Row, pick: Pick, screen: Screen) -> bool:
    """Whether the example has what a row asks for."""
    return FORMS[row.form].possible(pick, screen)
