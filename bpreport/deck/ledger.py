"""The ledger of printed numbers: each belongs to a claim, or is left over and seen to be so."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence

from bpreport.deck.model import Claim, Formula, Numeral, Position

__all__ = ["ledger", "printed_numerals"]

_PARTS = re.compile(
    r"(?P<name>_\s*\{(?:[^{}=]|\{[^{}]*\})*\}|_\s*\w+"  # a subscript is part of a name
    r"|\\(?:label|tag|ref|eqref|hspace|vspace)\*?\s*\{[^{}]*\}|\\\\\s*\[[^\[\]]*\]"
    r"|\\(?:begin|end)\s*\{[^{}]*\}|\\[A-Za-z]+|[A-Za-z]+\d*)"
    r"|(?P<numeral>\d+(?:\{,\}\d{3})*(?:\.\d+)?|\.\d+)"
)


def printed_numerals(source: str) -> list[tuple[str, int]]:
    r"""The numbers that a formula prints, with their offsets; the 7 of w_7 is part of a name.

    >>> printed_numerals(r"w_7^+ = 0.4 - 0.5 * 0.078064")
    [('0.4', 8), ('0.5', 14), ('0.078064', 20)]
    >>> printed_numerals(r"\sum_{i=1}^m x_i^2")
    [('1', 8), ('2', 17)]
    """
    return [
        (match["numeral"], match.start())
        for match in _PARTS.finditer(source)
        if match["numeral"] is not None
    ]


def ledger(
    formulas: Sequence[Formula], claims: Sequence[Claim], stray: Iterable[tuple[str, Position]]
) -> tuple[Numeral, ...]:
    """Every printed number in order, with the claims whose text holds it."""
    entries = [Numeral(text, position, ()) for text, position in stray]
    by_formula: dict[int, list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.formula is not None:
            by_formula[claim.formula.number].append(claim)
        elif claim.figure is not None:
            entries.append(Numeral(claim.text, claim.position, (claim.id,)))
    for formula in formulas:
        printed = printed_numerals(formula.source)
        offsets = [offset for _, offset in printed]
        holding: list[list[str]] = [[] for _ in printed]
        for claim in by_formula[formula.number]:
            held = {
                place
                for start, end in claim.extents
                for place in range(bisect_left(offsets, start), bisect_left(offsets, end))
            }
            for place in held:
                holding[place].append(claim.id)
        entries.extend(
            Numeral(text, formula.position(offset), tuple(ids))
            for (text, offset), ids in zip(printed, holding, strict=True)
        )
    return tuple(sorted(entries, key=lambda numeral: numeral.position))
