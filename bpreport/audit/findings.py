"""What holds for more than one claim: for the front page of the report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bpreport.audit.conventions import Adopted
from bpreport.audit.model import Finding, Judgement, Message, Verdict
from bpreport.deck.model import Deck
from bpreport.worked import Study

__all__ = ["findings"]


def findings(
    deck: Deck, judgements: Sequence[Judgement], adopted: Mapping[str, Adopted], study: Study
) -> tuple[Finding, ...]:
    """Errors first, in order of the deck; then the conventions that were found out."""
    errors = [
        Finding("error", judgement.message, (judgement.claim.id,))
        for judgement in judgements
        if judgement.verdict.level == "error"
    ]
    return (*errors, *_conventions(adopted), *_unstated(study))


def _conventions(adopted: Mapping[str, Adopted]) -> Iterator[Finding]:
    for name, found in adopted.items():
        if not found.of:
            continue
        if found.losses and "update" in found.conventions:
            yield Finding(
                "note",
                Message(
                    "{worked}: the weights are updated by the {update} rule; it reproduces "
                    "{reproduced} of {of} values",
                    {
                        "worked": name,
                        "update": found.conventions["update"],
                        "reproduced": found.reproduced,
                        "of": found.of,
                    },
                ),
            )
        for group, shift in found.shifts.items():
            if shift:
                yield Finding(
                    "note",
                    Message(
                        "{worked}: the {group} printed for iteration k are those after "
                        "{updates} updates",
                        {"worked": name, "group": group, "updates": f"k{shift:+d}"},
                    ),
                )


def _unstated(study: Study) -> Iterator[Finding]:
    for name, solved in study.unstated.items():
        possible = [rule for rule, fit in solved.rules.items() if fit.possible]
        if solved.simplest is None:
            yield Finding(
                "error",
                Message(
                    "{worked}: no start and tolerance give all printed counts", {"worked": name}
                ),
            )
            continue
        yield Finding(
            "note",
            Message(
                "{worked}: start, tolerance and stopping rule are not stated; of the stopping "
                "rules {possible} fits, for example from {start} with tolerance {tolerance}",
                {
                    "worked": name,
                    "possible": ", ".join(possible),
                    "start": ", ".join(solved.simplest.start),
                    "tolerance": solved.simplest.tolerance,
                },
            ),
        )
