r"""To which base a deck means \log, where it does not say so: lines of numbers tell.

>>> from bpreport.formula import parse, latex
>>> latex(to_base(parse(r"-\log 0.25"), "2"))
'-\\frac{\\ln(0.25)}{\\ln(2)}'
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from bpreport.audit.aliases import shared
from bpreport.audit.digits import fits
from bpreport.audit.names import is_numeric
from bpreport.audit.operands import could_give
from bpreport.deck.model import Claim
from bpreport.deck.numbers import printed_number
from bpreport.deck.relations import are_equal
from bpreport.formula import MPMATH, EvaluationError, evaluate
from bpreport.formula.tree import Apply, Number, Tree, substitute
from bpreport.worked import Trace

__all__ = ["BASES", "is_of_no_base", "to_base", "with_base"]

BASES = ("2", "10")
"""To which \\log may be, beside the natural one."""
_LOG = re.compile(r"\\log(?![A-Za-z])(?!\s*_)")


def is_of_no_base(source: str) -> bool:
    r"""Whether a side has a \log that says no base; with an \ln beside it, it is not asked for."""
    return _LOG.search(source) is not None and r"\ln" not in source


def to_base(tree: Tree, base: str) -> Tree:
    """A tree with its logarithms to a base."""

    def replaced(part: Tree) -> Tree | None:
        match part:
            case Apply(operation="log", operands=(argument,)):
                return replace(part, operands=(to_base(argument, base),)) / _log(base)
        return None

    return substitute(tree, replaced)


def with_base(claims: Sequence[Claim], traces: Sequence[Trace | None]) -> tuple[Claim, ...]:
    """The claims with their logarithms to the base that the deck's lines of numbers have.

    Those of a worked example are natural.
    """
    own = [claim for claim, trace in zip(claims, traces, strict=True) if trace is None]
    bases = set(filter(None, map(_base_of, own)))
    if len(bases) != 1 or "e" in bases:
        return tuple(claims)
    (base,) = bases
    in_base = shared(lambda side: to_base(side, base))

    def whole(side: Tree | None, source: str) -> Tree | None:
        return in_base(side) if side is not None and is_of_no_base(source) else side

    return tuple(
        claim
        if trace is not None
        else replace(
            claim,
            left=whole(claim.left, claim.left_source),
            right=whole(claim.right, claim.right_source),
        )
        for claim, trace in zip(claims, traces, strict=True)
    )


def _base_of(claim: Claim) -> str | None:
    r"""The only base to which a line of numbers with \log has what stands behind it."""
    left, right = claim.left, claim.right
    if left is None or right is None or not are_equal(claim.relation):
        return None
    if not is_of_no_base(claim.left_source) or not (is_numeric(left) and is_numeric(right)):
        return None
    found = [base for base in ("e", *BASES) if _agree(left, right, base)]
    return found[0] if len(found) == 1 else None


def _agree(left: Tree, right: Tree, base: str) -> bool:
    line = left if base == "e" else to_base(left, base)
    printed = printed_number(right)
    with suppress(EvaluationError):
        if printed is not None:
            return fits(printed, evaluate(line, {}, MPMATH))
        return could_give(line, right, on_the_way=True)
    return False


def _log(base: str) -> Tree:
    return Apply("log", (Number(base),))
