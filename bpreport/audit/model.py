"""What the audit says: a judgement of every claim, and what it learned about the deck."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

from bpreport.deck.model import Claim, Deck, Position

if TYPE_CHECKING:
    import mpmath

    from bpreport.worked import Study, Trace

__all__ = ["Audit", "Expectation", "Finding", "Fix", "Judgement", "Message", "Verdict"]


class Verdict(StrEnum):
    """What the audit says of one claim; nothing else is ever said."""

    GIVEN = "given"
    DEFINITION = "definition"
    PROVED = "proved"
    REPRODUCED = "reproduced"
    CARRIED = "carried"
    TRUNCATED = "truncated"
    LAST_DIGIT = "last-digit"
    EXPLAINED = "explained"
    WRONG = "wrong"
    UNCHECKED = "unchecked"

    @property
    def level(self) -> str:
        """One of "right", "note", "error", "unchecked"."""
        return _LEVELS[self]

    @property
    def is_error(self) -> bool:
        """Whether it says that the deck is wrong."""
        return self.level == "error"


_LEVELS = {
    Verdict.GIVEN: "right",
    Verdict.DEFINITION: "right",
    Verdict.PROVED: "right",
    Verdict.REPRODUCED: "right",
    Verdict.CARRIED: "right",
    Verdict.TRUNCATED: "note",
    Verdict.LAST_DIGIT: "note",
    Verdict.EXPLAINED: "error",
    Verdict.WRONG: "error",
    Verdict.UNCHECKED: "unchecked",
}


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence before translation: an English text with named places, and what goes there."""

    text: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """The English sentence."""
        return self.text.format_map(self.values)


class Expectation(str):
    """What the reader of formulas would have understood; several are joined by " or "."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Fix:
    """The change of the deck's text that makes a claim right."""

    position: Position
    """Of the first character that changes."""
    old: str
    """What stands there, on one line; empty where something is missing."""
    new: str
    """What should stand there instead; empty where it is too much."""
    sure: bool = True
    """Whether the audit knows the right text beyond doubt; what it merely thinks likely is not."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The audit of one claim."""

    claim: Claim
    verdict: Verdict
    message: Message
    """One plain sentence."""
    printed: str | None = None
    """The number that is judged, as printed with its sign; None where no number is claimed."""
    exact: mpmath.mpf | None = None
    """The exact value at 50 digits."""
    correction: str | None = None
    """What should be printed, in the deck's own digits; None where nothing is to be changed."""
    worked: str | None = None
    """The worked example that knows the quantity."""
    quantity: str | None = None
    """Key of the quantity in that worked example's trace."""
    slip: str | None = None
    """The name of the slip that explains a wrong number."""
    chance: float | None = None
    """Expected number of accidental hits of the search that found the slip."""
    alternatives: tuple[str, ...] = ()
    """Other slips that would explain the number as well."""
    fix: Fix | None = None
    """The correction as a change of the deck's text; None where its place is not known exactly."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that holds for more than one claim, for the front page."""

    level: str
    """ "note" or "error"."""
    message: Message
    claims: tuple[str, ...] = ()
    """Ids of the claims it is about."""


@dataclass(frozen=True)
class Audit:
    """The whole result for one deck."""

    deck: Deck
    study: Study
    judgements: tuple[Judgement, ...]
    """One for every claim, in order of the deck."""
    findings: tuple[Finding, ...] = ()
    conventions: Mapping[str, Any] = field(default_factory=dict)
    """By worked example: what was adopted, and how many claims each alternative would lose."""
    traces: Mapping[str, Trace] = field(default_factory=dict)
    """By worked example: its trace under the adopted conventions."""

    @property
    def notes(self) -> tuple[Finding, ...]:
        """The findings that no judgement of a claim tells: conventions, settings, notation."""
        return tuple(one for one in self.findings if one.level != "error" or not one.claims)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        """By claim, which of the judgements is its own: a deck can have thousands of notes."""
        return {judgement.claim.id: number for number, judgement in enumerate(self.judgements)}

    def about(self, finding: Finding) -> tuple[Judgement, ...]:
        """The judgements of the claims that a finding is about, as the finding names them."""
        numbers = (self._numbers.get(claim) for claim in finding.claims)
        return tuple(self.judgements[number] for number in numbers if number is not None)

    def places_of(self, finding: Finding) -> tuple[Position, ...]:
        """Where the claims stand that a finding is about."""
        return tuple(judgement.claim.position for judgement in self.about(finding))

    def _repr_html_(self) -> str:
        """How a notebook shows it: the counts, and what is not right."""
        counts = ", ".join(f"{count} {escape(verdict)}" for verdict, count in self.summary.items())
        rows = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
            for cells in (
                (str(found.claim.position), str(found.verdict), str(found.message))
                for found in self.judgements
                if found.verdict.level in ("error", "note")
            )
        )
        title = escape(self.deck.title or self.deck.path)
        return f"<p><b>{title}</b>: {counts or 'no claims'}</p><table>{rows}</table>"

    @property
    def summary(self) -> dict[str, int]:
        """How many claims got each verdict; verdicts that none got are left out."""
        counts = dict.fromkeys(Verdict, 0)
        for judgement in self.judgements:
            counts[judgement.verdict] += 1
        return {str(verdict): count for verdict, count in counts.items() if count}
