"""Which of several descents on one objective a claim is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bpreport.audit.digits import number, same
from bpreport.deck.model import Claim
from bpreport.deck.numbers import printed_number
from bpreport.formula.tree import Symbol
from bpreport.worked import Trace

__all__ = ["runs_of"]

RATES = (r"\eta", r"\alpha")


def runs_of(claims: Sequence[Claim], traces: Sequence[Trace | None]) -> Iterator[tuple[str, str]]:
    r"""Claims and the run that is told for each: with \eta = 0.9 the iterates are x_1 = 0.6.

    A learning rate that is that of one run alone tells it, for what follows in its paragraph, and
    for the formulas and the table that stand behind it before there is another paragraph. Where
    several are told there, nobody knows which sentence is about which.
    """
    place = (0, 0)
    group: list[tuple[Claim, Trace]] = []
    for claim, trace in zip(claims, traces, strict=True):
        paragraph = _paragraph(claim) or place[1]
        if (claim.slide, paragraph) != place:
            yield from _runs_in(group)
            group, place = [], (claim.slide, paragraph)
        if trace is not None and len(trace.facts.get("runs", ())) > 1:
            group.append((claim, trace))
    yield from _runs_in(group)


def _runs_in(group: Sequence[tuple[Claim, Trace]]) -> Iterator[tuple[str, str]]:
    told = [_told_by(claim, trace) for claim, trace in group]
    runs = {run for run in told if run is not None}
    if len(runs) == 1 and "" not in runs:
        (run,) = runs
        for claim, _ in group[told.index(run) :]:
            yield claim.id, run


def _paragraph(claim: Claim) -> int:
    """The paragraph that a claim stands in; 0 for a formula of its own lines, or a table."""
    if claim.formula is not None:
        return 0 if claim.formula.escaped else claim.formula.paragraph
    return 0 if claim.figure is None else claim.figure.paragraph


def _told_by(claim: Claim, trace: Trace) -> str | None:
    """The run of whose learning rate a claim speaks, "" where that is not one; else None."""
    runs = trace.facts["runs"]
    if claim.figure is not None:
        name, _, what = claim.figure.claim.rpartition(".")
        return name if what == "learning_rate" and name in runs else None
    text = printed_number(claim.right)
    if text is None or not isinstance(claim.head, Symbol) or claim.head.key not in RATES:
        return None
    rates = {name: number(facts["learning_rate"]) for name, facts in runs.items()}
    found = [name for name, rate in rates.items() if same(rate, number(text))]
    return found[0] if len(found) == 1 else ""
