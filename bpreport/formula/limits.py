"""How much of anything is taken: one place for all bounds, and how they are set.

Whatever comes from outside is bounded, so that no input can take a machine's time or memory. Each
bound has a row here, and whoever meets it says so. A bound is another one where the environment
says so before the program starts: `BPREPORT_LIMIT_SUM_TERMS=1000000`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["LIMITS", "PREFIX", "changed", "check", "limit"]

PREFIX = "BPREPORT_LIMIT_"
"""What the name of a setting begins with."""

LIMITS: Mapping[str, tuple[int, str]] = MappingProxyType({
    "deck_characters": (4_000_000, "characters of a deck"),
    "paragraph_characters": (50_000, "characters of a paragraph"),
    "deck_sides": (100_000, "sides of the formulas of a deck, and numbers of their rows"),
    "table_bars": (300_000, "vertical bars of a deck with tables"),
    "list_depth": (20, "lists and quotes within each other"),
    "front_matter_characters": (200_000, "characters of front matter"),
    "front_matter_depth": (12, "keys and lists of front matter within each other"),
    "formula_characters": (20_000, "characters of a formula"),
    "formula_depth": (60, "brackets of a formula within each other"),
    "exponent_bits": (1_000_000, "binary digits of a power in front of its point"),
    "sum_terms": (100_000, "terms of a sum or a product"),
    "value_steps": (250_000, "operations for one value"),
    "value_depth": (150, "definitions and operations within each other, for one value"),
    "slope_nodes": (20_000, "nodes of a derivative with its definitions written out"),
    "definitions_applied": (2_000, "definitions applied to hold two sides against each other"),
    "slip_values": (5_000, "values tried to explain one wrong number"),
    "audit_steps": (4_000_000, "operations for the worked examples and the audit of one deck"),
    "descent_updates": (10_000, "updates of a descent for which none are asked for"),
    "iterations": (1_000_000, "iterations that a deck can ask for"),
    "training": (5_000_000, "iterations of all perceptrons of a deck, times weights and 10"),
    "worked_examples": (100, "worked examples of a deck"),
    "descent_runs": (100, "runs of a descent"),
    "network_weights": (2_000, "weights of a perceptron"),
    "roster_bytes": (20_000_000, "bytes of a roster"),
    "answers_bytes": (200_000_000, "bytes of a file of answers"),
    "manifest_bytes": (500_000_000, "bytes of a manifest"),
    "students": (100_000, "students of a class"),
})  # fmt: skip
"""By name, the bound and what it is a bound of."""


def limit(name: str) -> int:
    """The bound of this name: its row, or what the environment says instead.

    Raises `ValueError` where that is no whole number above 0.

    >>> limit("sum_terms")
    100000
    """
    typed = os.environ.get(f"{PREFIX}{name.upper()}")
    if typed is None:
        return LIMITS[name][0]
    if not typed.isascii() or not typed.isdigit() or not int(typed[:19]):
        raise ValueError(f"{PREFIX}{name.upper()} is {typed!r}; expected a whole number above 0")
    return int(typed[:19])


def changed() -> dict[str, int]:
    """The bounds that the environment has changed: other ones can give other products.

    >>> changed()
    {}
    """
    return {name: limit(name) for name, (usual, _) in LIMITS.items() if limit(name) != usual}


def check() -> None:
    """Raise `ValueError` where the environment sets a bound that there is not, or to no number."""
    for setting in sorted(os.environ):
        if setting.startswith(PREFIX) and setting.removeprefix(PREFIX).lower() not in LIMITS:
            known = ", ".join(PREFIX + name.upper() for name in LIMITS)
            raise ValueError(f"there is no limit {setting}; known are {known}")
    changed()
