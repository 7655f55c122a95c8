"""The numbers of a deck's tables by their rows, their lines and their columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bpreport.deck.model import Claim, Figure
from bpreport.formula.tree import Tree

__all__ = ["Tables"]


class Tables:
    """All numbers of tables that are printed for something."""

    def __init__(self, claims: Iterable[Claim]) -> None:
        self._lines: dict[tuple[int, ...], list[Claim]] = {}
        self._rows: dict[tuple[int, ...], list[Claim]] = {}
        self._columns: dict[tuple[int, Tree | str | None], list[Claim]] = {}
        for claim in claims:
            figure = claim.figure
            if figure is None or figure.name is None:
                continue
            self._lines.setdefault(_line(claim), []).append(claim)
            self._rows.setdefault(_row(claim, figure), []).append(claim)
            for head in {figure.heading, _head(figure)}:
                self._columns.setdefault((claim.slide, head), []).append(claim)

    def line(self, claim: Claim, offset: int = 0) -> Sequence[Claim]:
        """The numbers on a claim's line, or so many lines further down."""
        return self._lines.get(_line(claim, offset), ())

    def row(self, claim: Claim) -> Sequence[Claim]:
        """The numbers of a claim's row, its own among them.

        Rows of a slide that count the same are one. It is empty where nothing counts a row, nor is
        it a case of its own.
        """
        figure = claim.figure
        if figure is None or figure.name is None or figure.count is figure.case is None:
            return ()
        return self._rows[_row(claim, figure)]

    def column(self, claim: Claim) -> Sequence[Claim]:
        """The numbers of a claim's slide that have its heading, or are after the update, too."""
        assert claim.figure is not None
        return self._columns[claim.slide, _head(claim.figure)]


def _line(claim: Claim, offset: int = 0) -> tuple[int, ...]:
    return claim.slide, claim.position.cell, claim.position.line + offset


def _row(claim: Claim, figure: Figure) -> tuple[int, ...]:
    return _line(claim) if figure.count is None else (claim.slide, figure.count)


def _head(figure: Figure) -> Tree | str | None:
    return figure.state or figure.heading
