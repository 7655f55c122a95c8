"""Numbers in running text that are annotated with what they are of a worked example."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from bpreport.audit.digits import fits
from bpreport.audit.elsewhere import in_another_state
from bpreport.audit.examples import STOPPING_RULES
from bpreport.audit.knowledge import Knowledge, Known
from bpreport.audit.model import Judgement, Verdict
from bpreport.audit.printed import judge_against, judge_given
from bpreport.audit.saying import said, unchecked
from bpreport.deck.model import Claim, Figure
from bpreport.formula import places_of, rounded
from bpreport.worked import Trace

__all__ = ["judge_annotated"]


def judge_annotated(claim: Claim, knowledge: Knowledge, figure: Figure) -> Judgement:
    """A number in text that says what it is: [19]{claim="fast.iterations"}."""
    trace = knowledge.trace_of(claim)
    if trace is None:
        return unchecked(claim, "The slide follows no worked example")
    name, told, _ = figure.claim.partition("@")
    known = None
    if claim.iteration is not None:
        known = knowledge.claimed(trace, f"{name}@{claim.iteration}")
    if not told:
        known = known or knowledge.claimed(trace, name)
    if known is None:
        return _unknown(claim, trace, figure.claim)
    elsewhere = in_another_state(claim, knowledge, figure.text, known)
    if elsewhere is not None:
        return elsewhere
    if known.given:
        return judge_given(claim, known, figure.text)
    solved = knowledge.study.unstated.get(trace.name)
    if solved is not None and figure.claim in solved.doubtful:
        text = "Either {printed} or another printed result of the runs is wrong: they do not fit"
        return unchecked(claim, text, printed=figure.text)
    if trace.kind == "gradient descent" and figure.claim.endswith(".iterations"):
        return _count(claim, knowledge, trace, known)
    return _in_its_places(judge_against(claim, knowledge, figure.text, known), trace)


def _in_its_places(judgement: Judgement, trace: Trace) -> Judgement:
    """The judgement of what a run comes to, which may be 0 in as many places as are printed."""
    role = trace.roles.get(judgement.quantity or "")
    if role is None or role.kind != "minimum" or judgement.printed is None:
        return judgement
    if judgement.correction is None:
        return judgement
    right = rounded(judgement.exact, places_of(judgement.printed))
    return replace(judgement, correction=right)


def _unknown(claim: Claim, trace: Trace, name: str) -> Judgement:
    """A number that is said to be what the worked example does not have."""
    alike = get_close_matches(name, trace.quantities, 3)
    if not alike:
        text = "The worked example {worked} has no {name}"
        return unchecked(claim, text, worked=trace.name, name=name)
    base = name.partition("_")[0]
    near = next((key for key in alike if key.partition("_")[0] == base), alike[0])
    text = "The worked example {worked} has no {name}; is {near} meant?"
    return unchecked(claim, text, worked=trace.name, name=name, near=near)


def _count(claim: Claim, knowledge: Knowledge, trace: Trace, known: Known) -> Judgement:
    """A printed count of iterations, which is right or is not: rounding has no part in it."""
    assert claim.figure is not None
    printed = claim.figure.text
    if not fits(printed, known.value):
        return judge_against(claim, knowledge, printed, known)
    run = trace.facts["runs"][known.key.rpartition(".")[0]]
    text = "{printed} is the count of a run from {start} that ends after so many updates"
    if run["outcome"] == "stopped" and run["stop"] in STOPPING_RULES:
        text = (
            "{printed} is the count of a run from {start} that stops when the "
            "{stop} is at most {tolerance}"
        )
    settled: dict[str, Any] = {
        "start": ", ".join(run["start"]),
        "tolerance": str(run["tolerance"]),
        "stop": STOPPING_RULES.get(run["stop"]),
    }
    return said(claim, Verdict.REPRODUCED, text, known=known, printed=printed, **settled)
