r"""Capitals side by side: one name, as MSE is, or a product of names of the deck, as in 2PR."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["names_in_capitals"]

_STATED = re.compile(
    r"(?:\A|[,;:，；：。&{(\s]|\\\\|\\q?quad)([A-Z]+)\s*&?\s*(?:=|:=|\\approx(?![A-Za-z]))"
    r"\s*&?\s*(\\begin\s*\{[a-zA-Z]*matrix)?"
)
"""What is set equal to something, and whether that is a matrix."""
_CALLED = re.compile(r"(?<![A-Za-z\\])([A-Z]{2,})\s*(?:\\left\s*)?[(\[]")


def names_in_capitals(sources: Iterable[str]) -> frozenset[str]:
    r"""The capitals that formulas use as names: each alone, and runs that are one name.

    A run is one name where something is said of it as a whole, unless its letters are matrices.

    >>> sorted(names_in_capitals([r"P = 0.8, R = 0.5", r"F = 2PR / (P + R)", "TP = 40"]))
    ['F', 'P', 'R', 'TP']
    >>> matrix = r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}"
    >>> sorted(names_in_capitals([f"A = {matrix}", f"B = {matrix}", "AB = BA", "IG(A) = 1"]))
    ['A', 'B', 'IG']
    """
    stated: set[str] = set()
    matrices: set[str] = set()
    called: set[str] = set()
    for source in sources:
        for match in _STATED.finditer(source):
            stated.add(match[1])
            if match[2]:
                matrices.add(match[1])
        called.update(_CALLED.findall(source))
    products = {run for run in stated if len(run) > 1 and matrices.issuperset(run)}
    return frozenset(stated - products | called)
