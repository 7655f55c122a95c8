"""Judging: what a deck prints against what it should print.

The room can be called with the path of a deck: `bpreport.audit("notes.md")`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from bpreport.audit.model import Audit, Finding, Judgement, Message, Verdict
from bpreport.deck.model import Deck

if TYPE_CHECKING:
    from bpreport.audit.bounded import Premises
    from bpreport.worked import Study

__all__ = ["Audit", "Finding", "Judgement", "Message", "Verdict", "audit", "judged", "learn"]


def audit(deck: Deck, study: Study | None = None) -> Audit:
    """The judgement of every claim of a deck, and what was learned about the deck as a whole.

    Claims that are reached when the steps of a deck, those of its study among them, are used up
    are unchecked, and say so; raises `DeckError` where they are used up before the first.

    >>> from bpreport.deck import read_text
    >>> result = audit(read_text("$$a = 0.1 * 5 + 0.35 = 0.95$$"))
    >>> [(str(j.verdict), j.correction) for j in result.judgements]
    [('given', None), ('wrong', '0.85')]
    """
    from bpreport.worked import recompute

    return judged(learn(deck, recompute(deck) if study is None else study))


def learn(deck: Deck, study: Study) -> Premises:
    """What a deck tells of itself as a whole: its conventions, and what each claim speaks of.

    The first half of an audit, for those who have a use for it before `judged` does the second.
    """
    from bpreport.audit.bounded import premises

    return premises(deck, study)


def judged(premises: Premises) -> Audit:
    """The audit of a deck, from what was learned of it."""
    from bpreport.audit.bounded import judgements
    from bpreport.audit.findings import findings

    found = judgements(premises)
    return Audit(
        deck=premises.deck,
        study=premises.study,
        judgements=found,
        findings=findings(found, premises.adopted, premises.knowledge),
        conventions=premises.conventions,
        traces=premises.knowledge.traces,
    )


class _Room(ModuleType):
    """This room as the function that users of the library know it as."""

    def __call__(self, path: str | Path) -> Audit:
        """The audit of the deck in a file; raises `DeckError` where it cannot be used."""
        from bpreport.deck import read

        return audit(read(path))


# An imported submodule takes the place of a function of the same name in its package.
sys.modules[__name__].__class__ = _Room
