"""Judging: what a deck prints against what it should print."""

from __future__ import annotations

from bpreport.audit.model import Audit, Finding, Judgement, Message, Verdict
from bpreport.deck.model import Deck
from bpreport.worked import Study, recompute

__all__ = ["Audit", "Finding", "Judgement", "Message", "Verdict", "audit"]


def audit(deck: Deck, study: Study | None = None) -> Audit:
    """The judgement of every claim of a deck, and what was learned about the deck as a whole.

    >>> from bpreport.deck import read_text
    >>> result = audit(read_text("$$a = 0.1 * 5 + 0.35 = 0.95$$"))
    >>> [(str(j.verdict), j.correction) for j in result.judgements]
    [('given', None), ('wrong', '0.85')]
    """
    from bpreport.audit.conventions import adopt
    from bpreport.audit.findings import findings
    from bpreport.audit.judge import judge

    study = recompute(deck) if study is None else study
    knowledge, adopted = adopt(deck, study)
    judgements = tuple(judge(claim, knowledge) for claim in knowledge.claims)
    return Audit(
        deck=deck,
        study=study,
        judgements=judgements,
        findings=findings(judgements, adopted, knowledge),
        conventions={name: found.plain() for name, found in adopted.items()},
        traces=knowledge.traces,
    )
