"""What the search for slips works on: the target, and the numbers that mistakes would give."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bpreport.audit.knowledge import Knowledge
from bpreport.audit.model import Message
from bpreport.deck.model import Claim
from bpreport.formula.tree import Tree
from bpreport.worked import Role, Trace

__all__ = ["Candidate", "Slip", "Target", "swap_name"]


@dataclass(frozen=True)
class Target:
    """A number that is wrong, and all that is known of what it should be."""

    claim: Claim
    knowledge: Knowledge
    printed: str
    exact: Any
    """At 50 digits."""
    formula: Tree | None
    """How the number is computed, in quantities whose values are known."""
    values: dict[str, Any]
    """Exact values by key, of everything that the formula and its variants read."""
    trace: Trace | None
    key: str
    """The quantity's key in the trace; "@10" behind it is iteration 10."""
    shown: Mapping[str, str] = field(default_factory=dict)
    """By key, the digits that stand for a name in the line that leads to the number."""

    def role(self, tree: Tree) -> Role | None:
        """What part a symbol plays in the worked example."""
        return None if self.trace is None else self.knowledge.role_of(tree, self.claim)


@dataclass(frozen=True, slots=True)
class Candidate:
    """The number that one mistake would give, and how to tell of it."""

    value: Any
    message: Message
    slip: str | None = None
    """A more telling name than the slip's own, such as "bias forgotten" for a dropped term."""
    tree: Tree | None = None
    """The formula with the mistake in it, where it is one of the formula."""


@dataclass(frozen=True, slots=True)
class Slip:
    """One kind of mistake."""

    name: str
    tries: Callable[[Target], Iterable[Candidate]] = field(repr=False)
    """Every way in which the mistake can be made on a target."""
    of: str = "computing"
    """ "computing", "writing" where the right number was only written down wrongly, or "twice"."""


_SWAPS = {
    "weight": "weight of another connection",
    "target": "target swapped",
    "input": "index swapped",
    "out": "unit swapped",
    "net": "unit swapped",
    "bias": "bias of another unit",
    "error": "unit swapped",
    "gradient": "index swapped",
    "gradient by net": "unit swapped",
    "gradient by out": "unit swapped",
    "slope of out by net": "unit swapped",
    "slope of net by out": "weight of another connection",
    "slope of net by weight": "index swapped",
    "change of weight": "index swapped",
    "parameter": "index swapped",
    "sample": "index swapped",
    "label": "index swapped",
    "model": "index swapped",
}


_FAR_SWAPS = {
    "weight": "weight of another connection",
    "bias": "bias of another layer",
    "gradient": "index swapped",
    "change of weight": "index swapped",
}
"""Where the other symbol belongs to another layer."""


def swap_name(role: Role, other: Role) -> str | None:
    """What it is called when a symbol of the second role stands for one of the first.

    >>> swap_name(Role("weight", "o1", "h1"), Role("updated weight", "o1", "h1"))
    'new for old'
    """
    plain, other_plain = (part.kind.removeprefix("updated ") for part in (role, other))
    if plain != other_plain:
        return None
    if role.kind == other.kind and role.layer != other.layer:
        return _FAR_SWAPS.get(plain, "symbol of another layer") if plain in _SWAPS else None
    if role.kind == other.kind:
        return _SWAPS.get(plain)
    if (role.unit, role.source) != (other.unit, other.source):
        return None  # two mistakes at once
    return "new for old" if role.kind == plain else "old for new"
