"""An audit within the steps that are granted to it: what comes too late is unchecked."""

from __future__ import annotations

from bpreport.audit.conventions import Adopted, adopt
from bpreport.audit.judge import judge
from bpreport.audit.knowledge import Knowledge
from bpreport.audit.model import Judgement
from bpreport.audit.saying import unchecked
from bpreport.audit.stretches import adopt_steps
from bpreport.deck.errors import DeckError
from bpreport.deck.model import Claim, Deck
from bpreport.formula.effort import Effort, ExhaustedError, charge
from bpreport.worked import Study

__all__ = ["judged_within", "learned_within"]

PER_CLAIM = 50
"""Steps that a claim counts for beside those of its formulas: finding out what it speaks of."""


def learned_within(spent: Effort, deck: Deck, study: Study) -> tuple[Knowledge, dict[str, Adopted]]:
    """What the deck tells of itself, with the adopted conventions.

    Raises `DeckError` where the steps are used up by that alone: then nothing can be judged.
    """
    try:
        knowledge, adopted = adopt(deck, study)
        adopt_steps(knowledge)
    except ExhaustedError:
        pass
    else:
        if not spent.exhausted:
            return knowledge, adopted
    raise DeckError(
        "finding out what the deck follows takes more than {most} steps; split the deck",
        path=deck.path,
        most=spent.most,
    )


def judged_within(spent: Effort, claim: Claim, knowledge: Knowledge) -> Judgement:
    """The judgement of a claim, or why it comes too late."""
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
