"""Judging the audit: what it says of each planted slip, and of what is right.

Caught: a claim of the planted block, or of a block that reads the wrong figure, is called an error
(`explained` or `wrong`); where the digits are off by one unit of the last place, a note is enough.
Named: the names that the claims of the planted block offer, in order of the claims, each its slip
and then its alternatives; the verdicts `truncated` and `last-digit` are names by themselves.
False alarm: an error verdict on a claim that is right. In a planted deck the planted block and the
blocks that read the wrong figure are left out, and a claim that is called inherited is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from benchmarks.audit.decks import Deck, Figure, Row, random_deck
from benchmarks.audit.planting import Planted
from benchmarks.audit.slips import DIGITS, KINDS, Kind
from bpreport.audit import Audit, Judgement, audit
from bpreport.deck import read_text

__all__ = ["Outcome", "Sheet", "judge_deck"]

NAMED_BY_VERDICT = ("truncated", "last-digit")


@dataclass
class Outcome:
    """Counts of one kind of slip."""

    planted: int = 0
    visible: int = 0
    """Changed the printed digits beyond rounding, and the text determines what is right."""
    caught: int = 0
    first: int = 0
    three: int = 0
    falsely_explained: int = 0
    """By anything but an error of writing; of interest for digits at random."""

    def add(self, other: Outcome) -> None:
        for name, count in vars(other).items():
            setattr(self, name, getattr(self, name) + count)


@dataclass
class Sheet:
    """Counts of one deck or of many, with front matter or without."""

    slips: dict[str, Outcome] = field(default_factory=dict)
    by_digits: dict[int, Outcome] = field(default_factory=dict)
    """By significant digits of the wrong number, those with a name to be found."""
    right: int = 0
    """Right claims that were judged."""
    unjudged: int = 0
    false_alarms: int = 0
    false_notes: int = 0
    """Right claims called truncated or off in the last digit."""
    crashes: int = 0
    """Decks on which the audit failed."""
    failures: list[tuple[str, str, str]] = field(default_factory=list)
    """What went wrong, in which place of which deck, and its text."""

    def add(self, other: Sheet) -> None:
        for name, outcome in other.slips.items():
            self.slips.setdefault(name, Outcome()).add(outcome)
        for digits, outcome in other.by_digits.items():
            self.by_digits.setdefault(digits, Outcome()).add(outcome)
        for name in ("right", "unjudged", "false_alarms", "false_notes", "crashes"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.failures += other.failures


def judge_deck(
    seed: int, number: int, slips: int, fronts: Sequence[bool] = (True, False)
) -> tuple[Sheet, ...]:
    """One random deck: clean, and with some kinds of slips; with front matter, and bare."""
    deck = random_deck(Random(f"{seed}/{number}"))
    sheets = tuple(Sheet() for _ in fronts)
    planted = list(_plantings(deck, seed, number, slips))
    for front, sheet in zip(fronts, sheets, strict=True):
        _judge_clean(deck, front, sheet)
        for kind, wrong in planted:
            _judge_planted(kind, wrong, front, sheet)
    return sheets


def _plantings(deck: Deck, seed: int, number: int, slips: int) -> Iterator[tuple[Kind, Planted]]:
    """Kinds in turn, so that all come up about as often; those that fit the deck."""
    left = slips
    for step in range(len(KINDS)):
        kind = KINDS[(number * slips + step) % len(KINDS)]
        planted = kind.plant(deck, Random(f"{seed}/{number}/{kind.name}"))
        if planted is not None:
            yield kind, planted
            left -= 1
        if not left:
            return


def _audited(deck: Deck, front: bool, sheet: Sheet) -> tuple[str, list[list[Judgement]]]:
    """The text, and what the audit says, block by block: nothing where it fails."""
    text, spans = deck.write(front)
    said: list[list[Judgement]] = [[] for _ in spans]
    try:
        result: Audit = audit(read_text(text))
    except Exception as error:  # noqa: BLE001 - counted, so that the others can still be judged
        sheet.crashes += 1
        sheet.failures.append(("crash", repr(error), text))
        return text, said
    owner = {line: place for place, span in enumerate(spans) for line in span}
    for judgement in result.judgements:
        place = owner.get(judgement.claim.position.line)
        if place is not None:
            said[place].append(judgement)
    return text, said


def _judge_clean(deck: Deck, front: bool, sheet: Sheet) -> None:
    text, said = _audited(deck, front, sheet)
    for judgements in said:
        _count_right(judgements, text, "clean", sheet)


def _count_right(judgements: Iterable[Judgement], text: str, kind: str, sheet: Sheet) -> None:
    for judgement in judgements:
        level = judgement.verdict.level
        if level == "unchecked":
            sheet.unjudged += 1
            continue
        sheet.right += 1
        if level == "right" or judgement.slip == "inherited":
            continue
        what = "false alarm" if level == "error" else "false note"
        sheet.false_alarms += level == "error"
        sheet.false_notes += level == "note"
        sheet.failures.append((f"{what} ({kind})", _described(judgement), text))


def _judge_planted(kind: Kind, planted: Planted, front: bool, sheet: Sheet) -> None:
    text, said = _audited(planted.deck, front, sheet)
    if kind.name == "inherited":
        for place in planted.follow_on:
            follow_on = replace(
                planted, place=place, determined=place in planted.follow_on_determined,
                last_place=False, touched=frozenset(),
            )  # fmt: skip
            outcome = _judge_place(kind, follow_on, said, text, front, sheet)
            sheet.slips.setdefault(kind.name, Outcome()).add(outcome)
        kind = next(first for first in KINDS if first.name == "digit mistyped")
    outcome = _judge_place(kind, planted, said, text, front, sheet)
    sheet.slips.setdefault(kind.name, Outcome()).add(outcome)
    for place, judgements in enumerate(said):
        if place != planted.place and place not in planted.touched:
            _count_right(judgements, text, kind.name, sheet)


def _judge_place(
    kind: Kind, planted: Planted, said: Sequence[Sequence[Judgement]], text: str,
    front: bool, sheet: Sheet,
) -> Outcome:  # fmt: skip
    outcome = Outcome(planted=1)
    if not planted.visible or not (front or planted.determined):
        return outcome
    outcome.visible = 1
    here = _of_entry(planted, said[planted.place])
    caused = [j for place in sorted(planted.touched) for j in said[place]]
    enough = ("error", "note") if planted.last_place else ("error",)
    flagged = [judgement for judgement in here if judgement.verdict.level in enough]
    outcome.caught = int(bool(flagged) or any(j.verdict.level == "error" for j in caused))
    offered = list(dict.fromkeys(name for judgement in flagged for name in _names(judgement)))
    right = {*kind.names, *(() if front else kind.bare)}
    if planted.last_place:
        right |= {*NAMED_BY_VERDICT}
    outcome.first = int(bool(right & {*offered[:1]}))
    outcome.three = int(bool(right & {*offered[:3]}))
    if right:
        sheet.by_digits.setdefault(min(planted.digits, 9), Outcome()).add(outcome)
    outcome.falsely_explained = int(any(name not in DIGITS for name in offered[:1]))
    if (
        not outcome.caught
        or (right and not outcome.first)
        or (not right and outcome.falsely_explained)
    ):
        what = "named otherwise" if outcome.caught else "missed"
        shown = " | ".join(map(_described, here))
        sheet.failures.append((f"{what} ({kind.name})", f"{offered} {shown}", text))
    return outcome


def _of_entry(planted: Planted, judgements: Sequence[Judgement]) -> list[Judgement]:
    """The judgements of the printed number that is wrong."""
    block = planted.deck.blocks[planted.place]
    if isinstance(block, Figure):
        return [j for j in judgements if j.claim.kind == "figure"]
    claims = [j for j in judgements if j.claim.kind in ("equation", "component")]
    return claims[planted.entry : planted.entry + 1] if isinstance(block, Row) else claims


def _names(judgement: Judgement) -> tuple[str, ...]:
    if judgement.slip is not None:
        return (judgement.slip, *judgement.alternatives)
    verdict = str(judgement.verdict)
    return (verdict,) if verdict in NAMED_BY_VERDICT else ()


def _described(judgement: Judgement) -> str:
    claim = judgement.claim
    return (
        f"line {claim.position.line}, {claim.text}: {judgement.verdict}"
        f" {judgement.slip or ''} -- {judgement.message}"
    )
