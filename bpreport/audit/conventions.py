"""Conventions: every combination is tried, and the one that reproduces most claims is adopted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from bpreport.audit.digits import How, how_printed
from bpreport.audit.knowledge import Knowledge, output_keys
from bpreport.audit.stretches import adopt_steps
from bpreport.deck.model import Claim, Deck
from bpreport.deck.numbers import printed_number
from bpreport.worked import GradientDescent, Perceptron, Study, Trace

__all__ = ["Adopted", "adopt"]

SHIFTS = (0, -1, 1)
"""What the k-th iteration may show: the network after k, k - 1 or k + 1 updates."""


FEWEST_SHIFTED = 3
"""Numbers that tell a way of counting of which the front matter says nothing."""


@dataclass(frozen=True, slots=True)
class Adopted:
    """What was adopted for one worked example."""

    conventions: Mapping[str, str]
    """By dimension: {"update": "sequential"}."""
    shifts: Mapping[str, int]
    """For "outputs" and "weights": updates done beyond the printed count."""
    reproduced: int
    """Claims that depend on a convention and that this combination reproduces."""
    of: int
    """Claims that depend on a convention."""
    losses: Mapping[str, int] = field(default_factory=dict)
    """By alternative, "update: simultaneous": how many of these claims it would lose."""

    def plain(self) -> dict[str, Any]:
        """As plain data, for JSON."""
        return {
            **self.conventions,
            **{f"{group} after": f"k{shift:+d} updates" if shift else "k updates"
               for group, shift in self.shifts.items()},
            "reproduced": self.reproduced,
            "of": self.of,
            "losses": dict(self.losses),
        }  # fmt: skip


def adopt(deck: Deck, study: Study) -> tuple[Knowledge, dict[str, Adopted]]:
    """What the audit knows under the adopted conventions, and what these are."""
    traces = dict(study.traces)
    adopted: dict[str, Adopted] = {}
    shifts: dict[str, Mapping[str, int]] = {}
    plain = Knowledge(deck, study, traces)
    for trace in study.traces.values():
        plain.keep(trace)
    for name, example in study.examples.items():
        if isinstance(example, Perceptron):
            claims = [c for c in deck.claims if deck.slides[c.slide - 1].worked == name]
            best, trace = _adopt_perceptron(example, study.traces[name], claims, plain)
            traces[name], adopted[name], shifts[name] = trace, best, best.shifts
        elif isinstance(example, GradientDescent) and name in study.unstated:
            simplest = study.unstated[name].simplest
            if simplest is not None:
                settings = {
                    "start": ", ".join(simplest.start),
                    "tolerance": simplest.tolerance,
                    "stop": simplest.stop,
                }
                held, total = _descent_score(deck, name, traces[name])
                adopted[name] = Adopted(settings, {}, held, total)
    # The same table of symbols, now that it is known what the deck's choices are.
    return plain.adopting(traces, shifts), adopted


def _descent_score(deck: Deck, name: str, trace: Trace) -> tuple[int, int]:
    """How many of a descent's printed results come out under its settings, and of how many."""
    scores = [
        _score(claim.figure.text, trace.quantities[claim.figure.claim].value)
        for claim in deck.claims
        if claim.figure is not None
        and deck.slides[claim.slide - 1].worked == name
        and claim.figure.claim in trace.quantities
        and trace.quantities[claim.figure.claim].stage != "given"
    ]
    return sum(score.held for score in scores), len(scores)


@dataclass(frozen=True, slots=True)
class Score:
    """How many printed values a combination of conventions reproduces."""

    held: int = 0
    """Rounded, cut off, or off in the last digit."""
    rounded: int = 0
    """Rounded as they should be."""

    @property
    def worth(self) -> tuple[int, int]:
        """What decides between combinations: a value that only nearly comes out counts half.

        Else one wrong figure could win a combination for which many others are off by a digit.
        """
        return self.held + self.rounded, self.held

    def __add__(self, other: Score) -> Score:
        return Score(self.held + other.held, self.rounded + other.rounded)


def _score(text: str, value: Any) -> Score:
    how = how_printed(text, value)
    return Score(how is not None, how is How.ROUNDED)


def _adopt_perceptron(
    example: Perceptron, stated: Trace, claims: list[Claim], knowledge: Knowledge
) -> tuple[Adopted, Trace]:
    tried = _combinations(example)
    traces = [knowledge.trace_under(stated, **{**stated.conventions, **one}) for one in tried]
    single = _single_values(claims, knowledge, stated)
    scored: list[tuple[Score, dict[str, str], dict[str, int], Trace]] = []
    tables = {
        group: _table_values(claims, knowledge, stated, group) for group in ("outputs", "weights")
    }
    scores = _scores(single, traces, knowledge)
    for given, trace, in_steps in zip(tried, traces, scores, strict=True):
        score = in_steps
        best_shifts: dict[str, int] = {}
        for group, values in tables.items():
            counts = {
                shift: _reproduced(knowledge, trace, values, shift) for shift in _shifts(example)
            }
            best = max((found.worth, -abs(shift), shift) for shift, found in counts.items())
            best_shifts[group] = best[-1] if _is_sure(best[-1], counts, example) else 0
            score += counts[best_shifts[group]]
        scored.append((score, given, best_shifts, trace))
    likeliest = max(scored, key=lambda entry: entry[0].worth)
    score, given, best_shifts, trace = likeliest
    losses = {
        ", ".join(
            f"{dimension}: {choice}"
            for dimension, choice in other.items()
            if choice != given[dimension]
        ): max(0, score.held - other_score.held)
        for other_score, other, _, _ in (entry for entry in scored if entry is not likeliest)
    }
    for group, values in tables.items():
        if not values:
            del best_shifts[group]
            continue
        right = _reproduced(knowledge, trace, values, best_shifts[group])
        for shift in _shifts(example):
            if shift != best_shifts[group]:
                lost = max(0, right.held - _reproduced(knowledge, trace, values, shift).held)
                losses[
                    f"{group}: after k{shift:+d} updates" if shift else f"{group}: after k updates"
                ] = lost
    total = len(single) + sum(map(len, tables.values()))
    conventions = {**trace.conventions, **given}
    return Adopted(conventions, best_shifts, score.held, total, losses), trace


def _combinations(example: Perceptron) -> list[dict[str, str]]:
    """All choices of what the front matter leaves unstated."""
    choices = {
        "update": ("simultaneous", "sequential"),
        "biases": ("trained", "fixed"),
    }
    unstated = [dimension for dimension in choices if dimension in example.unstated]
    return [
        dict(zip(unstated, chosen, strict=True))
        for chosen in product(*(choices[dimension] for dimension in unstated))
    ]


def _shifts(example: Perceptron) -> Iterable[int]:
    if example.counting is None:
        return SHIFTS
    return (-1,) if example.counting == "updates before" else (0,)


def _is_sure(shift: int, counts: Mapping[int, Score], example: Perceptron) -> bool:
    """Whether a shift is adopted: where the deck does not ask for it, only beyond doubt."""
    if "counting" in example.unstated or 0 not in counts:
        return True
    return counts[shift].held >= FEWEST_SHIFTED and not counts[0].held


def _single_values(
    claims: list[Claim], knowledge: Knowledge, trace: Trace
) -> list[tuple[str, str, Claim]]:
    """Keys and printed digits of the single step's quantities."""
    found = []
    for claim in claims:
        text = printed_number(claim.right)
        if claim.kind != "equation" or text is None or claim.head is None or claim.iteration:
            continue
        known = knowledge.known(claim.head, claim)
        if known is not None and known.worked == trace.name and not known.given:
            found.append((known.key, text, claim))
    return found


def _scores(
    single: list[tuple[str, str, Claim]], traces: list[Trace], knowledge: Knowledge
) -> list[Score]:
    """How many values each trace reproduces: of its first step, or of later ones if any are left.

    Which step a stretch of the deck is about depends on the conventions, too.
    """
    first = [
        sum((_holds(text, key, trace) for key, text, _ in single), Score()) for trace in traces
    ]
    if len(traces) == 1 or max(score.held for score in first) == len(single):
        return first
    return [_in_steps(single, trace, knowledge) for trace in traces]


def _in_steps(single: list[tuple[str, str, Claim]], trace: Trace, knowledge: Knowledge) -> Score:
    """The score of a trace where each stretch of the deck is about its likeliest step."""
    tried = knowledge.trying(trace)
    adopt_steps(tried, {claim.id for *_, claim in single})
    total = Score()
    for _, text, claim in single:
        known = None if claim.head is None else tried.known(claim.head, claim)
        if known is not None and known.worked == trace.name:
            total += _score(text, known.value)
    return total


def _table_values(
    claims: list[Claim], knowledge: Knowledge, trace: Trace, group: str
) -> list[tuple[str, int, str]]:
    """Key, printed iteration and printed digits of a table over the iterations."""
    outputs = set(output_keys(trace))
    found = []
    for claim in claims:
        text = printed_number(claim.right)
        if text is None:
            continue
        key = knowledge.component_key(claim) if claim.component is not None else _head(claim)
        name, _, iteration = (key or "").partition("@")
        of_outputs = (
            name in outputs
            or trace.roles.get(name, None) is None
            or (trace.roles[name].kind == "error")
        )
        if iteration and int(iteration) > 0 and (group == "outputs") == of_outputs:
            found.append((name, int(iteration), text))
    return found


def _head(claim: Claim) -> str | None:
    if claim.iteration is None or claim.head is None or not hasattr(claim.head, "key"):
        return None
    return f"{claim.head.key}@{claim.iteration}"


def _holds(text: str, key: str, trace: Trace) -> Score:
    quantity = trace.quantities.get(key)
    return Score() if quantity is None else _score(text, quantity.value)


def _reproduced(
    knowledge: Knowledge, trace: Trace, values: list[tuple[str, int, str]], shift: int
) -> Score:
    total = Score()
    for key, iteration, text in values:
        value = knowledge.roughly_after(trace, key, iteration, shift)
        if value is not None:
            total += _score(text, value)
    return total
