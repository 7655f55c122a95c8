r"""Layers that are counted by a superscript without brackets: W^1, a^2, \delta^2.

A formula by itself cannot tell W^2 from a square. A deck does: it says what W^1 is, which nobody
writes of a power, or what both z^2 and z^3 are, and never speaks of z alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bpreport.audit.names import CONSTANTS
from bpreport.deck.model import Claim
from bpreport.formula.tree import Apply, Call, Number, Symbol, Tree, Tuple, children

__all__ = ["Layers"]

FEWEST = 2
"""Names that count layers in one deck: one alone may be a power after all."""


class Layers:
    """The names of a deck whose superscripts count layers; false where there are none."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        stated: dict[str, set[str]] = {}
        for claim in claims:
            if (raised := _raised(claim.left if claim.head is None else claim.head)) is not None:
                stated.setdefault(raised[0].key, set()).add(raised[1])
        self._keys: frozenset[str] = frozenset()
        if len(stated) < FEWEST:
            return
        sides = {id(side): side for claim in claims for side in (claim.left, claim.right)}
        alone = {key for side in sides.values() if side is not None for key in _alone(side)}
        counted = {key: layers for key, layers in stated.items() if key not in alone}
        sure = any(layers & {"0", "1"} or len(layers) > 1 for layers in counted.values())
        if sure and len(counted) >= FEWEST:
            self._keys = frozenset(counted)

    def __bool__(self) -> bool:
        """Whether the deck counts layers so."""
        return bool(self._keys)

    def named(self, part: Tree) -> Symbol | None:
        """The name of a layer's quantity that was read as a power, or as one after iterations."""
        raised = _raised(part) if self._keys else None
        if raised is None or raised[0].key not in self._keys:
            return None
        name, layer = raised
        return replace(name, marks=(*name.marks, Tuple((Number(layer),), "(")), typed="")


def _raised(tree: Tree | None) -> tuple[Symbol, str] | None:
    """A name and the whole number in its superscript; None for all else."""
    match tree:
        case Apply(operation="power", operands=(Symbol() as name, Number(text=text))):
            return (name, text) if text.isdigit() and name.key not in CONSTANTS else None
        case Symbol(marks=(*before, str() as text)) if text.isdigit():
            return replace(tree, marks=tuple(before)), text
    return None


def _alone(tree: Tree) -> Iterator[str]:
    """Keys of names that stand without a superscript; in f(x) = ... they are any number's."""
    if isinstance(tree, Symbol):
        yield tree.key
    elif _raised(tree) is None and not isinstance(tree, Call):
        for part in children(tree):
            yield from _alone(part)
