"""An audit within the steps that are granted to it: what comes too late is unchecked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bpreport.audit.conventions import Adopted, adopt
from bpreport.audit.judge import judge
from bpreport.audit.knowledge import Knowledge
from bpreport.audit.model import Judgement
from bpreport.audit.sample_rows import adopt_sample_rows
from bpreport.audit.saying import unchecked
from bpreport.audit.stretches import adopt_steps
from bpreport.deck.errors import DeckError
from bpreport.deck.model import Claim, Deck
from bpreport.formula.effort import Effort, ExhaustedError, charge, effort
from bpreport.formula.limits import limit
from bpreport.worked import Study

__all__ = ["Premises", "judged_within", "judgements", "premises"]

PER_CLAIM = 50
"""Steps that a claim counts for beside those of its formulas: finding out what it speaks of."""


@dataclass(frozen=True, slots=True)
class Premises:
    """What a deck tells of itself as a whole, before its claims are judged."""

    deck: Deck
    study: Study
    knowledge: Knowledge
    adopted: Mapping[str, Adopted]
    steps: int
    """Those that were taken so far, with those of the study."""

    @property
    def conventions(self) -> dict[str, dict[str, Any]]:
        """What was adopted for each worked example, as plain data."""
        return {name: found.plain() for name, found in self.adopted.items()}


def premises(deck: Deck, study: Study) -> Premises:
    """What the deck tells of itself, with the adopted conventions.

    Raises `DeckError` where the steps are used up by that alone: then nothing can be judged.
    """
    with effort(limit("audit_steps"), study.steps) as spent:
        try:
            knowledge, adopted = adopt(deck, study)
            adopt_steps(knowledge)
            adopt_sample_rows(knowledge)
        except ExhaustedError:
            pass
        else:
            if not spent.exhausted:
                return Premises(deck, study, knowledge, adopted, spent.spent)
    raise DeckError(
        "finding out what the deck follows takes more than {most} steps; split the deck",
        path=deck.path,
        most=spent.most,
    )


def judgements(found: Premises) -> tuple[Judgement, ...]:
    """The judgement of each claim, or why it comes too late."""
    knowledge = found.knowledge
    with effort(limit("audit_steps"), found.steps) as spent:
        return tuple(judged_within(spent, claim, knowledge) for claim in knowledge.claims)


def judged_within(spent: Effort, claim: Claim, knowledge: Knowledge) -> Judgement:
    """The judgement of one claim, or why it comes too late."""
    try:
        charge(PER_CLAIM)
        judgement = judge(claim, knowledge)
    except ExhaustedError:
        pass
    else:
        # What was tried in vain, because nothing is computed any more, must not decide.
        if not spent.exhausted:
            return judgement
    text = "The audit of the deck takes more than {most} steps; split the deck"
    return unchecked(claim, text, most=spent.most)
