"""Numbers in the last rows of tables: the sums, or the means, of the numbers above them.

Such a row may take other things together than the table shows. So a number is called wrong only
where others of its row are what it says: at least one, and half of them.
"""

from __future__ import annotations

from dataclasses import replace

from bpreport.audit.knowledge import Knowledge
from bpreport.audit.lines import judge_line
from bpreport.audit.model import Judgement, Message
from bpreport.audit.names import is_numeric
from bpreport.audit.saying import unchecked
from bpreport.deck.model import Claim
from bpreport.deck.numbers import printed_number
from bpreport.formula import MPMATH, evaluate

__all__ = ["is_total", "judge_total"]


def is_total(claim: Claim) -> bool:
    """Whether a number of a table is the sum or the mean of those above it."""
    return claim.figure is not None and claim.left is not None and is_numeric(claim.left)


def judge_total(claim: Claim, knowledge: Knowledge) -> Judgement:
    """The judgement of a sum or a mean by the numbers above it."""
    judgement = _by_line(claim, knowledge)
    if not judgement.verdict.is_error:
        return judgement
    totals = knowledge.tables.row(claim)
    right = sum(not _by_line(one, knowledge).verdict.is_error for one in totals)
    if right and 2 * right >= len(totals):
        text = "Of the numbers above it: {statement}"
        return replace(judgement, message=Message(text, {"statement": judgement.message}))
    text = "The numbers above it do not give {printed}, nor do those beside it follow from theirs"
    return unchecked(claim, text, printed=judgement.printed or claim.text)


def _by_line(claim: Claim, knowledge: Knowledge) -> Judgement:
    """The judgement of the numbers above, taken together, with the printed one."""
    assert claim.left is not None
    printed = printed_number(claim.right) or claim.text
    return judge_line(claim, knowledge, printed, evaluate(claim.left, {}, MPMATH), shown=True)
