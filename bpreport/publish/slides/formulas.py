r"""Formulas as slides show them: marked where they are corrected, and broken into lines that fit.

Widths are those of the drawings that the PDF shows, so both formats have the same lines. Lines
become rows of LaTeX's `aligned`, which both typeset.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bpreport.deck.model import Formula, Position
from bpreport.publish.breaking import sides, terms
from bpreport.publish.drawing import SIZE, drawing
from bpreport.publish.formulas import TypesettingError, mathml
from bpreport.publish.slides.corrections import Correction

__all__ = ["SetFormula", "placed", "set_formula", "size"]

SMALLEST = 0.4
"""A formula that no break makes narrow enough is scaled down, but no further."""
SPARE = 1.04
"""Browsers set some formulas wider than they are drawn."""
ROWS = 1.11
"""They set the rows of a matrix further apart."""
CALL = 1.3
"""Width of what leads to a footnote, in em of the formula."""
INDENT = 2.0
"""How far lines stand in that follow a long first side, in em."""

_NEGATIVE = re.compile(r"-\d+(?:\.\d+)?")
_COMMANDS = {True: r"\textcolor{Mulberry}", False: r"\textcolor{WildStrawberry}"}
"""By whether the deck was changed; `drawing.MARKS` knows their colours."""
_STEPS = tuple(itertools.product(range(3), (False, True)))
"""Depth of brackets down to which a side is cut, and whether products are cut as well."""


@dataclass(frozen=True, slots=True)
class SetFormula:
    """A formula of the corrected deck, ready to be typeset."""

    source: str
    """LaTeX, with marks and lines."""
    width: float
    """In em, unscaled."""
    height: float
    """Of all its lines, in em, unscaled."""
    scale: float
    """What its type is scaled by."""
    notes: tuple[int, ...]
    """Numbers of the corrections in it."""
    continues: bool
    """It begins with a relation: its first side stands in the formula before."""


def set_formula(
    formula: Formula, remarks: Iterable[Correction], room: float, tallest: float
) -> SetFormula:
    """A formula marked, and broken or scaled to `room` em across and `tallest` em down."""
    found = [
        (offset, one) for one in remarks if (offset := placed(formula, one.position)) is not None
    ]
    source = _marked(formula.source, found)
    if formula.display:
        room -= CALL * len(found)
        source = _lines(source, room)
    width, height = size(source, formula.display)
    scale = max(min(1.0, room / max(width, 0.1), tallest / max(height, 0.1)), SMALLEST)
    return SetFormula(
        source,
        width,
        height,
        math.floor(scale * 100) / 100,
        tuple(one.number for _, one in found),
        any(chain.continues for chain in formula.chains[:1]),
    )


def placed(formula: Formula, position: Position) -> int | None:
    r"""Where in a formula's source a place of the deck is; None where it is outside.

    >>> from bpreport.deck import read_text
    >>> placed(read_text("$$a = 0.1$$").formulas[0], Position(1, 7))
    4
    """
    offset = 0
    for start, line in zip(formula.starts, formula.source.split("\n"), strict=False):
        across = position.column - start.column
        if (start.cell, start.line) == (position.cell, position.line) and 0 <= across <= len(line):
            return offset + across
        offset += len(line) + 1
    return None


def _marked(source: str, found: Sequence[tuple[int, Correction]]) -> str:
    marked = source
    for offset, one in sorted(found, key=lambda pair: -pair[0]):
        end = offset + len(one.text)
        if not one.text.strip() or source[offset:end] != one.text:
            continue
        # A sign between two terms keeps its space only behind something.
        between = one.text.lstrip()[0] in "+-" and not _NEGATIVE.fullmatch(one.text)
        inner = "{}" + one.text if between and offset else one.text
        changed = f"{marked[:offset]}{_COMMANDS[one.made]}{{{inner}}}{marked[end:]}"
        try:
            mathml(changed)
        except TypesettingError:
            continue  # it stands where LaTeX lets no colour be named
        marked = changed
    return marked


def size(source: str, display: bool) -> tuple[float, float]:
    """Width and height of a formula in em; guessed where it cannot be typeset."""
    try:
        drawn = drawing(source, display)
    except TypesettingError:
        return 0.6 * len(source), 1.4 * (1 + source.count("\n"))
    rows = ROWS if "matrix}" in source else 1.0
    return drawn.width * SPARE / SIZE, (drawn.height + drawn.depth) * rows / SIZE


def _lines(source: str, room: float) -> str:
    """The formula as rows of an environment; as it is where it fits or cannot be broken."""
    fixed = any(sign in source for sign in (r"\begin", r"\\", r"\quad"))
    if fixed or size(source, True)[0] <= room:
        return source
    head, *rest = sides(source)
    if head.lstrip().startswith("="):
        head, rest = "", [head, *rest]
    margin = size(head, True)[0] if head.strip() else 0.0
    hanging = margin > room / 3
    if hanging and rest:
        head, rest, margin = "", [head + rest[0], *rest[1:]], INDENT
    rows = _rows(rest or [head], margin, room)
    if len(rows) < 2:
        return source
    lines = []
    for number, row in enumerate(rows):
        goes_on = hanging or not row[0].lstrip("{} ").startswith("=")
        first = head if rest and not number else ""
        inset = r"\quad " if number and goes_on else ""
        lines.append(f"{first} & {inset}{' '.join(row)}")
    return r"\begin{aligned} " + r" \\ ".join(lines) + r" \end{aligned}"


def _rows(found: Sequence[str], margin: float, room: float) -> list[list[str]]:
    """Sides in rows, as many in one as fit behind the margin."""
    rows: list[list[str]] = [[]]
    filled = margin
    for side in found:
        for number, piece in enumerate(_pieces(side, room - margin - INDENT)):
            wide = size(_joined(piece), True)[0]
            whole = number == 0 and len(found) > 1  # a side begins a row rather than be cut
            if rows[-1] and (filled + wide > room or (whole and not _fits(side, room - filled))):
                rows.append([])
                filled = margin + (INDENT if number else 0)
            rows[-1].append(_joined(piece) if number or not rows[-1] else piece)
            filled += wide
    return rows


def _fits(side: str, room: float) -> bool:
    return size(_joined(side), True)[0] <= room


def _joined(piece: str) -> str:
    """A piece that begins with an operation or a relation, which keeps its space."""
    return (
        "{}" + piece
        if piece.lstrip().startswith(("+", "-", "=", "*", r"\cdot", r"\times"))
        else piece
    )


def _pieces(part: str, room: float, step: int = 0) -> list[str]:
    """A side that is too wide, cut at its terms from the outside in."""
    if step == len(_STEPS) or size(_joined(part), True)[0] <= room:
        return [part]
    return [piece for term in terms(part, *_STEPS[step]) for piece in _pieces(term, room, step + 1)]
