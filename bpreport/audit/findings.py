"""What holds for more than one claim: for the front page of the report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bpreport.audit.conventions import Adopted
from bpreport.audit.examples import STOPPING_RULES
from bpreport.audit.knowledge import Knowledge
from bpreport.audit.model import Finding, Judgement, Message
from bpreport.audit.notation import notation
from bpreport.deck.model import Deck
from bpreport.worked import Study, Unstated

__all__ = ["findings"]

MOST_PLACES = 5
"""Places that a note lists."""


def findings(
    judgements: Sequence[Judgement], adopted: Mapping[str, Adopted], knowledge: Knowledge
) -> tuple[Finding, ...]:
    """Errors first, in order of the deck; then the conventions found out, notation, and typing."""
    errors = [
        Finding("error", judgement.message, (judgement.claim.id,))
        for judgement in judgements
        if judgement.verdict.is_error
    ]
    return (
        *errors,
        *_conventions(adopted),
        *_unstated(knowledge.study),
        *notation(knowledge.deck, judgements, knowledge),
        *_unclosed(knowledge.deck),
    )


def _unclosed(deck: Deck) -> Iterator[Finding]:
    """What is not read as a formula for want of its end."""
    if not deck.unclosed:
        return
    places = [str(place) for _, place in deck.unclosed[:MOST_PLACES]]
    more = ["…"] if deck.unclosed[MOST_PLACES:] else []
    text = (
        "{fence} opens a formula and its paragraph does not close it: what follows is read as text "
        "and not checked ({places})"
    )
    told = {"fence": deck.unclosed[0][0], "places": ", ".join([*places, *more])}
    yield Finding("note", Message(text, told))


def _conventions(adopted: Mapping[str, Adopted]) -> Iterator[Finding]:
    for name, found in adopted.items():
        if not found.of:
            continue
        counted = {"worked": name, "reproduced": found.reproduced, "of": found.of}
        for choice, lost in found.losses.items():
            if choice in _CHOICES:
                yield Finding("note", Message(_CHOICES[choice], {**counted, "lost": lost}))
        for group, shift in found.shifts.items():
            if shift:
                text = _COUNTED[group]
                yield Finding("note", Message(text, {"worked": name, "updates": f"k{shift:+d}"}))


_CHOICES = {
    "update: simultaneous": "{worked}: the hidden gradients use output weights that were already "
    "updated (sequential update); this reproduces {reproduced} of {of} values, "
    "the simultaneous update would lose {lost} of them",
    "update: sequential": "{worked}: all weights are updated at once (simultaneous update); this "
    "reproduces {reproduced} of {of} values, the sequential update would lose {lost} of them",
    "biases: trained": "{worked}: the biases stay as they are; this reproduces {reproduced} of "
    "{of} values, trained biases would lose {lost} of them",
    "biases: fixed": "{worked}: the biases are trained as well; this reproduces {reproduced} of "
    "{of} values, fixed biases would lose {lost} of them",
}
"""By the alternative that was not adopted."""
_COUNTED = {
    "outputs": "{worked}: the outputs printed for iteration k are those after {updates} updates",
    "weights": "{worked}: the weights printed for iteration k are those after {updates} updates",
}


def _unstated(study: Study) -> Iterator[Finding]:
    for name, solved in study.unstated.items():
        best = solved.simplest
        if best is None:
            text = "{worked}: no start and tolerance give all printed counts"
            yield Finding("error", Message(text, {"worked": name}))
            continue
        yield from _left_out(name, solved)
        possible = [rule for rule, fit in solved.rules.items() if fit.possible]
        text = (
            "{worked}: start, tolerance and stopping rule are not stated; the "
            "printed counts fit only runs that stop by the {stop}, for example from "
            "{start} with tolerance {tolerance}"
            if len(possible) == 1
            else "{worked}: start, tolerance and stopping rule are not stated; several "
            "stopping rules fit the printed counts, for example the {stop} from "
            "{start} with tolerance {tolerance}"
        )
        yield Finding(
            "note",
            Message(
                text,
                {
                    "worked": name,
                    "stop": STOPPING_RULES[best.stop],
                    "start": ", ".join(best.start),
                    "tolerance": best.tolerance,
                },
            ),
        )


def _left_out(name: str, solved: Unstated) -> Iterator[Finding]:
    """That some figures had to be left out, or which of several may be wrong."""
    if not solved.left_out:
        return
    values = {"worked": name, "left_out": ", ".join(solved.left_out[0])}
    if not solved.doubtful:
        text = (
            "{worked}: no start and tolerance give all printed results of the runs; {left_out} "
            "is left out, without which the others fit"
        )
        yield Finding("note", Message(text, values))
        return
    text = (
        "{worked}: no start and tolerance give all printed results of the runs; without {left_out} "
        "the others fit, and so they do without {as_well}"
    )
    values["as_well"] = "; ".join(", ".join(out) for out in solved.left_out[1:])
    yield Finding("error", Message(text, values))
