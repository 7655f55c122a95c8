"""The ledger of printed numbers: each belongs to a claim, or is left over and seen to be so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bpreport.deck.model import Claim, Formula, Numeral, Position

__all__ = ["ledger", "printed_numerals"]

_PARTS = re.compile(
    r"(?P<name>_\s*\{(?:[^{}=]|\{[^{}]*\})*\}|_\s*\w+"  # a subscript is part of a name
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
    by_formula: dict[int, list[Claim]] = {}
    for claim in claims:
        if claim.formula is not None:
            by_formula.setdefault(claim.formula.number, []).append(claim)
        elif claim.figure is not None:
            entries.append(Numeral(claim.text, claim.position, (claim.id,)))
    for formula in formulas:
        owners = by_formula.get(formula.number, [])
        for text, offset in printed_numerals(formula.source):
            here = formula.position(offset)
            holding = tuple(
                claim.id
                for claim in owners
                if any(start <= offset < end for start, end in claim.extents)
            )
            entries.append(Numeral(text, here, holding))
    return tuple(sorted(entries, key=lambda numeral: numeral.position))

