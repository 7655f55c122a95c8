"""Sums and products written out, term by term."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bpreport.formula.effort import charge
from bpreport.formula.errors import EvaluationError
from bpreport.formula.evaluation import evaluate
from bpreport.formula.terms import LONGEST_SUM, terms
from bpreport.formula.tree import Apply, Number, Reduce, Tree, substitute

__all__ = ["unroll"]

STEPS_A_TERM = 3
"""Steps for a term of a sum that is written out: it is built, and walked for the sums in it."""


def unroll(node: Tree, sizes: Mapping[str, int]) -> Tree:
    r"""The tree with every sum written out; upper bounds are looked up in `sizes` by key.

    Raises `EvaluationError` where a sum has no range, or all sums together too many terms.

    >>> from bpreport.formula.parser import parse
    >>> len(unroll(parse(r"\sum_{k=1}^\ell O_k"), {r"\ell": 3}).operands)
    3
    """
    written = 0

    def counted(part: Reduce) -> Iterator[Tree]:
        nonlocal written
        for term in terms(part, lambda bound: evaluate(bound, sizes)):
            written += 1
            if written > LONGEST_SUM:
                raise EvaluationError("sums of more than {most} terms together", most=LONGEST_SUM)
            charge(STEPS_A_TERM)
            yield substitute(term, write_out)

    def write_out(part: Tree) -> Tree | None:
        if not isinstance(part, Reduce) or part.operation not in ("sum", "product"):
            return None
        found = tuple(counted(part))
        if not found:
            return Number("1" if part.operation == "product" else "0")
        if len(found) == 1:
            return found[0]
        return Apply("add" if part.operation == "sum" else "multiply", found)

    return substitute(node, write_out)
