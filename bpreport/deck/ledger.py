"""The ledger of printed numbers: each belongs to a claim, or is left over and seen to be so."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from bpreport.deck.model import Claim, Formula, Numeral, Position

__all__ = ["ledger", "printed_numerals"]

_PARTS = re.compile(
    r"(?P<name>_\s*\{(?:[^{}=]|\{[^{}]*\})*\}|_\s*\w+"  # a subscript is part of a name
    r"|\\(?:label|tag|ref|eqref|hspace|vspace)\*?\s*\{[^{}]*\}|\\\\\s*\[[^\[\]]*\]"
    r"|\\(?:begin|end)\s*\{[^{}]*\}|\\[A-Za-z]+|[A-Za-z]+\d*)"
    r"|(?P<numeral>(?:[1-9]\d{0,2}(?:\{,\}\d{3})+(?!\d|\{,\}\d)|\d+)(?:\.\d+)?|\.\d+)"
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
        holding = _holding(offsets, by_formula[formula.number])
        entries.extend(
            Numeral(text, formula.position(offset), ids)
            for (text, offset), ids in zip(printed, holding, strict=True)
        )
    return tuple(sorted(entries, key=lambda numeral: numeral.position))


def _holding(offsets: Sequence[int], claims: Sequence[Claim]) -> Iterator[tuple[str, ...]]:
    """Of each number, the claims whose text holds it.

    The thousands of entries of a row are claims that all hold the thousands of numbers before the
    row, so the numbers of one stretch share what is found for it.
    """
    claimed: dict[tuple[int, int], dict[int, str]] = defaultdict(dict)
    for order, claim in enumerate(claims):
        for extent in claim.extents:
            claimed[extent][order] = claim.id
    stretches: list[list[tuple[int, int]]] = [[] for _ in offsets]
    for start, end in claimed:
        for place in range(bisect_left(offsets, start), bisect_left(offsets, end)):
            stretches[place].append((start, end))
    found: dict[tuple[tuple[int, int], ...], tuple[str, ...]] = {}
    for about in map(tuple, stretches):
        if about not in found:
            ids = {order: name for stretch in about for order, name in claimed[stretch].items()}
            found[about] = tuple(ids[order] for order in sorted(ids))
        yield found[about]
