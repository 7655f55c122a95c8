"""How a judgement is put into words."""

from __future__ import annotations

from typing import Any

from bpreport.audit.digits import NOTHING, number, same, significant_digits
from bpreport.audit.knowledge import Known
from bpreport.audit.model import Fix, Judgement, Message, Verdict
from bpreport.deck.model import Claim
from bpreport.formula import MP, EvaluationError, latex
from bpreport.formula.tree import Number, Tree, substitute

__all__ = ["math", "said", "shown", "unchecked", "uncomputable"]

SHOWN_DIGITS = 8
"""Significant digits of exact values in sentences; one more than printed, where that is more."""
LONGEST_TYPED = 25
"""Digits past which a number of a formula is taken for a computed value."""


def said(
    claim: Claim,
    verdict: Verdict,
    text: str,
    *,
    known: Known | None = None,
    printed: str | None = None,
    exact: Any = None,
    correction: str | None = None,
    slip: str | None = None,
    chance: float | None = None,
    alternatives: tuple[str, ...] = (),
    reason: Message | None = None,
    fix: Fix | None = None,
    **values: Any,
) -> Judgement:
    """A judgement whose sentence may name the printed, the exact and the corrected number.

    A `reason` is a sentence of its own that stands behind a colon.
    """
    value = exact if exact is not None else None if known is None else known.value
    named: dict[str, Any] = {"printed": printed, "correction": correction}
    if value is not None:
        named["exact"] = shown(value, beside=printed)
    message = Message(text, named | values)
    if reason is not None:
        message = Message("{statement}: {reason}", {"statement": message, "reason": reason})
    return Judgement(
        claim=claim,
        verdict=verdict,
        message=message,
        printed=printed,
        exact=value,
        correction=correction,
        worked=None if known is None else known.worked,
        quantity=None if known is None else known.key,
        slip=slip,
        chance=chance,
        alternatives=alternatives,
        fix=fix,
    )


def unchecked(claim: Claim, text: str, **values: Any) -> Judgement:
    """A claim that nothing can be said of, and why."""
    return said(claim, Verdict.UNCHECKED, text, **values)


def uncomputable(claim: Claim, error: EvaluationError) -> Judgement:
    """A claim with a side that has no value, and why it has none."""
    cause = Message(error.text, error.values)
    return unchecked(claim, "It cannot be computed: {cause}", cause=cause)


def shown(value: Any, beside: str | None = None) -> str:
    """A value in a sentence, at eight significant digits, or one more than the number beside it.

    There are as many as tell it from that number.

    >>> shown(MP.mpf("0.99527429123")), shown(MP.mpf("2.35"))
    ('0.99527429', '2.35')
    >>> shown(MP.mpf("0.99527429123"), beside="0.995274292")
    '0.9952742912'
    >>> shown(MP.mpf("4.90000000098"), beside="4.9")
    '4.900000001'
    """
    exact = MP.mpf(value)
    if abs(exact) < NOTHING:
        return "0"
    digits = max(SHOWN_DIGITS, 0 if beside is None else significant_digits(beside) + 1)
    told = _in_digits(exact, digits)
    while beside and number(told) == number(beside) and not same(number(told), exact):
        digits += 1  # it is not what is printed, though nearly
        told = _in_digits(exact, digits)
    return told


def _in_digits(value: Any, digits: int) -> str:
    text = MP.nstr(value, digits, min_fixed=-6, max_fixed=max(12, digits))
    return str(text).removesuffix(".0")


def math(tree: Tree) -> str:
    r"""A formula inside a sentence.

    >>> from bpreport.formula import parse
    >>> math(parse("w_7^+"))
    '$w_{7}^{+}$'
    """
    return f"${latex(substitute(tree, _shortened))}$"


def _shortened(part: Tree) -> Tree | None:
    """A number of so many digits that nobody typed it, as values are shown."""
    if isinstance(part, Number) and len(part.text) > LONGEST_TYPED:
        return Number(shown(part.text))
    return None
