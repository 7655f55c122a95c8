"""From an audit to the slides that the template prints."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bpreport.audit.model import Audit, Judgement, Message
from bpreport.deck.model import Position, Slide
from bpreport.publish.language import mark, parts, translator
from bpreport.publish.report import badge, change, change_of, names
from bpreport.publish.slides import measuring
from bpreport.publish.slides.corrections import Correction, corrections
from bpreport.publish.slides.dividing import parts as parts_of
from bpreport.publish.slides.figures import figures
from bpreport.publish.slides.formulas import SetFormula, set_formula
from bpreport.publish.slides.formulas import size as formula_size
from bpreport.publish.slides.paging import Group, flaws, paged
from bpreport.publish.view import Badge, Change, Plot, Report

__all__ = ["Footnote", "Page", "Remark", "Slides", "slides"]

LEFT = mark("Left as printed: %(old)s; it should be %(new)s.")

TIGHTER = 1.05
"""How much more than fits may stand on a slide, a little smaller, where that saves one."""
WAYS = tuple(itertools.product((1.0, TIGHTER, 1.1, 1.15, 1.2, 1.25), (1.0, 0.6, 0.4)))
"""How much may stand on a slide, and which part of it a list may take undivided."""
LISTED = 0.74
"""Size of the type in which the corrections are listed at the end."""


@dataclass(frozen=True, slots=True)
class Footnote:
    """What a mark on a slide leads to."""

    number: int
    change: Change | None
    """What the original printed, and what should stand there."""
    message: Message
    made: bool
    """Whether the slide shows the change; else the error is left as it was printed."""
    page: int = 0
    """Number of the slide that it stands on."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A judgement of the original in the presenter's notes."""

    badge: Badge
    message: Message
    change: Change | None


@dataclass(frozen=True, slots=True)
class Page:
    """One slide."""

    number: int
    kind: str
    """ "title", "text", "figure" or "list"."""
    title: str
    part: int = 1
    of: int = 1
    """A long slide of the deck is several of ours: this is the part-th."""
    groups: tuple[Group, ...] = ()
    plot: Plot | None = None
    footnotes: tuple[Footnote, ...] = ()
    remarks: tuple[Remark, ...] = ()
    findings: tuple[Message, ...] = ()
    claims: int = 0
    """How many claims of the original stand on it."""
    right: int = 0
    foot: float = 0.0
    """Height of its footnotes, in em."""
    scale: float = 1.0
    """What its type is scaled by, where a block is higher than a slide."""


@dataclass(frozen=True)
class Slides:
    """All slides."""

    title: str
    lang: str
    source: str
    made: int
    """Places that were corrected."""
    left: int
    """Errors that could not be."""
    pages: tuple[Page, ...]
    formulas: Mapping[int, SetFormula] = field(default_factory=dict)
    figures: Mapping[int, tuple[str, tuple[int, ...]]] = field(default_factory=dict)
    """By number of a figure in running text: its class, and its footnotes."""
    functions: frozenset[str] = frozenset()
    """What the deck calls as functions."""
    names: frozenset[str] = frozenset()
    """Runs of letters that are one symbol."""
    author: str = ""


def slides(before: Audit, after: Audit, report: Report) -> Slides:
    """The slides of the corrected deck `after`, with what the audit said of its original."""
    made = _Making(before, after, report)
    pages = tuple(replace(page, number=number) for number, page in enumerate(made.pages(), 1))
    found = made.remarks
    return Slides(
        title=report.title,
        lang=report.lang,
        source=report.source,
        made=sum(one.made for one in found),
        left=sum(not one.made for one in found),
        pages=_numbered(pages),
        formulas=made.formulas,
        figures=made.spans,
        functions=after.deck.functions,
        names=names(after),
        author=report.author,
    )


def _numbered(pages: Sequence[Page]) -> tuple[Page, ...]:
    """The lists of corrections say on which slide each stands."""
    places = {
        note.number: page.number for page in pages if page.kind != "list" for note in page.footnotes
    }
    return tuple(
        replace(
            page,
            footnotes=tuple(
                replace(note, page=places.get(note.number, 0)) for note in page.footnotes
            ),
        )
        for page in pages
    )


class _Making:
    """What all pages are made from."""

    def __init__(self, before: Audit, after: Audit, report: Report) -> None:
        self.before, self.after, self.report = before, after, report
        self.lang = report.lang
        self.remarks = corrections(before, after)
        self.formulas = {
            formula.number: set_formula(
                formula,
                self.remarks,
                (measuring.LINE - 1.5) / measuring.DISPLAY
                if formula.display
                else measuring.LINE - 1,
                measuring.ROOM / measuring.DISPLAY - 2,
            )
            for formula in after.deck.formulas
        }
        self.spans = {
            figure.number: (
                "" if not notes else "corrected" if all(one.made for one in notes) else "doubtful",
                tuple(one.number for one in notes),
            )
            for figure in after.deck.figures
            if (
                notes := [one for one in self.remarks if _inside(one, figure.position, figure.text)]
            )
        }
        self.footnotes = {one.number: _footnote(one) for one in self.remarks}
        heights = {number: self._foot(note) for number, note in self.footnotes.items()}
        self.measure = measuring.Measure(
            self.formulas,
            feet={
                number: sum(heights[note] for note in one.notes)
                for number, one in self.formulas.items()
            },
            figures={
                number: sum(heights[note] for note in notes)
                for number, (_, notes) in self.spans.items()
            },
        )
        self.by_place: dict[tuple[str, int], list[Judgement]] = defaultdict(list)
        for judgement in before.judgements:
            claim = judgement.claim
            if claim.figure is not None:
                self.by_place["figure", claim.figure.number].append(judgement)
            elif claim.formula is not None:
                self.by_place["formula", claim.formula.number].append(judgement)

    def _foot(self, note: Footnote, size: float = measuring.FOOT) -> float:
        """Height of a footnote in a size of type."""
        change = "" if note.change is None else f"{note.change.old} {note.change.new}"
        words = change + " " * 8
        if not note.made:
            words += translator(self.lang).gettext(LEFT)
        if size == LISTED:  # where it stands is told as well
            words += " " * 14
        tall = 0.0
        for kind, content in parts(note.message, self.lang):
            if kind == "math":
                width, height = formula_size(content, False)
                words += " " * round(3 * width)  # a space is about a third of an em
                tall += max(0.0, height - 1.2)
            else:
                words += content
        return size * (measuring.text_lines(words, measuring.LINE / size - 2.4) * 1.4 + tall + 0.1)

    def pages(self) -> Iterator[Page]:
        """Every slide in order, not yet numbered."""
        deck = self.after.deck
        shown = figures(self.before, self.report.examples, translator(self.lang).gettext)
        rest = list(deck.slides)
        tops = [slide for slide in rest if slide.level == 1]
        first = rest.pop(0) if rest and tops == rest[:1] else None
        yield from self._title(first)
        if first is not None:
            yield from _pictures(first, shown)
        for slide in rest:
            yield from self._slide(slide)
            yield from _pictures(slide, shown)
        yield from self._list()

    def _title(self, slide: Slide | None) -> Iterator[Page]:
        title = self.report.title if slide is None or not slide.title else slide.title
        if slide is None:
            yield Page(0, "title", title)
            return
        lines = measuring.text_lines(title, measuring.LINE / measuring.HEAD)
        room = measuring.ROOM - 2.5 - 1.3 * measuring.HEAD * lines
        found = list(parts_of(slide.tokens, self.measure, room))
        fits = sum(part.height + part.foot for part in found) <= room
        pages = paged(found, room)[:1] if fits else []
        yield self._page("title", title, pages[0] if pages else [], room)
        if not fits:
            yield from self._slide(slide)

    def _slide(self, slide: Slide) -> Iterator[Page]:
        title = slide.title or self.report.title
        lines = measuring.text_lines(title, measuring.LINE / 1.25 - 2)
        room = measuring.ROOM - measuring.TITLE * (lines - 1)
        pages = self._paged(slide, room)
        for part, groups in enumerate(pages or [[]], 1):
            page = self._page("text", title, groups, room)
            told = self._of_example(slide) if part == 1 else ()
            yield replace(page, part=part, of=max(len(pages), 1), findings=(*told, *page.findings))

    def _paged(self, slide: Slide, room: float) -> list[list[Group]]:
        """As few slides as can be, on none of which a sentence is left alone.

        To prevent that a list is divided, or else the type made smaller.
        """
        best: list[list[Group]] = []
        least: tuple[float, ...] = (math.inf,)
        for tighter, lists in WAYS:
            found = parts_of(slide.tokens, self.measure, room, lists)
            pages = paged(list(found), room * tighter)
            cost = (flaws(pages, room), max(tighter, TIGHTER), -lists, len(pages))
            if cost < least:
                best, least = pages, cost
        return best

    def _page(
        self, kind: str, title: str, groups: Sequence[Group], room: float = measuring.ROOM
    ) -> Page:
        numbers: dict[str, set[int]] = {"formula": set(), "figure": set()}
        for group in groups:
            for token in measuring.deep(token for block in group.blocks for token in block):
                for key, found in numbers.items():
                    if number := (token.meta or {}).get(key, 0):
                        found.add(number)
        notes = {note for number in numbers["formula"] for note in self.formulas[number].notes}
        notes |= {
            note for number in numbers["figure"] for note in self.spans.get(number, ("", ()))[1]
        }
        judged = [
            judgement
            for key, found in numbers.items()
            for number in sorted(found)
            for judgement in self.by_place[key, number]
        ]
        foot = sum(group.foot for group in groups)
        foot += measuring.RULE * bool(foot)
        needed = sum(group.height for group in groups) + foot
        return Page(
            0,
            kind,
            title,
            groups=tuple(groups),
            footnotes=tuple(self.footnotes[note] for note in sorted(notes)),
            remarks=tuple(
                _remark(one, self.lang) for one in judged if one.verdict.level != "right"
            ),
            findings=tuple(self._of_claims({one.claim.id for one in judged})),
            claims=len(judged),
            right=sum(one.verdict.level == "right" for one in judged),
            foot=round(foot, 2),
            scale=_scale(needed - foot, room - foot),
        )

    def _of_claims(self, claims: set[str]) -> Iterator[Message]:
        """What the audit found out that concerns some of the claims."""
        for finding in self.before.findings:
            if finding.level != "error" and claims.intersection(finding.claims):
                yield finding.message

    def _of_example(self, slide: Slide) -> Iterator[Message]:
        """What it found out of a whole worked example, on the first slide that follows it."""
        same = [one.number for one in self.after.deck.slides if one.worked == slide.worked]
        if slide.worked is None or slide.number != same[0]:
            return
        for finding in self.before.findings:
            if not finding.claims and finding.message.values.get("worked") == slide.worked:
                yield finding.message

    def _list(self) -> Iterator[Page]:
        """All corrections once more."""
        title = translator(self.lang).gettext("Corrections")
        pages: list[list[Footnote]] = []
        filled = measuring.ROOM
        for note in self.footnotes.values():
            height = self._foot(note, LISTED) + 0.45 * LISTED
            if filled + height > measuring.ROOM:
                pages.append([])
                filled = 0.0
            pages[-1].append(note)
            filled += height
        for part, notes in enumerate(pages, 1):
            yield Page(0, "list", title, part=part, of=len(pages), footnotes=tuple(notes))


def _inside(one: Correction, position: Position, text: str) -> bool:
    """Whether a correction stands in a figure of running text."""
    same = (one.position.cell, one.position.line) == (position.cell, position.line)
    return same and 0 <= one.position.column - position.column <= len(text)


def _footnote(one: Correction) -> Footnote:
    shown = change(one.old, one.new) if one.old or one.new else None
    return Footnote(one.number, shown, one.message, one.made)


def _scale(needed: float, room: float) -> float:
    """What type is scaled by that needs more height than there is."""
    return 1.0 if needed <= room else max(round(room / needed, 2), 0.3)


def _remark(judgement: Judgement, lang: str) -> Remark:
    return Remark(badge(judgement.verdict, lang), judgement.message, change_of(judgement))


def _pictures(slide: Slide, shown: Mapping[int, Sequence[Plot]]) -> Iterator[Page]:
    for plot in shown.get(slide.number, ()):
        yield Page(0, "figure", slide.title, plot=plot)
