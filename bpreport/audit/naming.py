"""Under which names a worked example knows what a deck writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bpreport.audit.aliases import keys_of
from bpreport.audit.examples import Examples, output_keys, total_of
from bpreport.audit.names import entry_name, named, respellings, spellings
from bpreport.deck.model import Claim
from bpreport.formula.tree import Derivative, Matrix, Symbol, Tree, Tuple
from bpreport.worked import Role, Trace

__all__ = ["Naming"]

TRAINED = ("weight", "bias", "parameter")
"""Roles of what an update changes."""


LEAST = ("*",)
"""The mark of the parameters where an objective is least."""


_COMPUTED = ("forward", "error", "backward")
"""Stages of a perceptron whose quantities are neither given nor updated."""


@dataclass
class Naming(Examples):
    """Keys of symbols, of entries of rows, and of names that are not written in full."""

    def component_key(self, claim: Claim) -> str | None:
        """The key of one entry of a printed row: the third of w is w_3, that of a gradient dE/dw_3.

        Outputs and weights of an iteration are followed by "@" and its number.
        """
        head, place = claim.head, claim.component
        if not isinstance(head, Symbol | Derivative) or place is None:
            return None
        trace = self.trace_of(claim)
        if isinstance(head, Derivative) or head.indices:
            if trace is not None and (slope := _slope_in_gradient(head, place, trace)):
                return slope
            found = entry_name(head, _place_in(claim.row, place)) if trace is None else None
            if found is not None or isinstance(head, Derivative):
                return None if found is None else found.key
        iteration = _iteration(head, claim)
        suffix = f"@{iteration}" if iteration else ""  # before any update a weight is given
        keys = [] if trace is None else _keys_of_row(trace, head, iteration)
        if place < len(keys):
            return keys[place] + suffix
        key = replace(head, indices=_place_in(claim.row, place), typed="").key
        if head.indices or (trace is not None and _is_another(key, head, trace)):
            return None
        return key + suffix

    def spellings(self, name: Symbol | Derivative, claim: Claim) -> Iterator[str]:
        """Keys under which a typed name may be known where the claim stands, its own first."""
        trace = self.trace_of(claim)
        yield from spellings(name, total_of(trace))
        if isinstance(name, Symbol) and trace is not None:
            yield from keys_of(name, trace, self.runs.get(claim.id))
        if isinstance(name, Symbol) and (fuller := self._completed(name, claim)) is not None:
            yield fuller.key

    def respelled(self, symbol: Symbol, claim: Claim) -> Symbol:
        """The symbol as the worked example writes it, where it has one.

        One key may have two trees: the (2) of a^{(2)} is typed as a tuple, and made as a word.
        """
        trace = self.trace_of(claim)
        if trace is None:
            return symbol
        twins = respellings(symbol, total_of(trace))
        for other in (symbol, *twins, self._completed(symbol, claim)):
            own = None if other is None else trace.quantities.get(other.key)
            if own is not None and isinstance(own.symbol, Symbol):
                return own.symbol
        return symbol

    def role_of(self, part: Tree, claim: Claim) -> Role | None:
        """What part a name plays in the claim's worked example."""
        trace = self.trace_of(claim)
        if trace is None or not isinstance(part, Symbol | Derivative):
            return None
        known = (key for key in self.spellings(part, claim) if key in trace.roles)
        return trace.roles.get(next(known, ""))

    def has_role(self, part: Tree, kind: str, claim: Claim) -> bool:
        """Whether a name plays this part in the claim's worked example."""
        role = self.role_of(part, claim)
        return role is not None and role.kind == kind

    def is_trained(self, part: Tree, claim: Claim) -> bool:
        """Whether a name is of what an update changes, as it is before that."""
        role = self.role_of(part, claim)
        return role is not None and role.kind in TRAINED

    def is_counted(self, name: Tree, claim: Claim) -> bool:
        """Whether a name is a computed one of the worked example, told for an iteration."""
        trace = self.trace_of(claim)
        if claim.iteration is None or trace is None or not isinstance(name, Symbol | Derivative):
            return False
        role = self.role_of(name, claim)
        if role is not None and role.kind in TRAINED:
            return True
        known = (trace.quantities.get(key) for key in self.spellings(name, claim))
        return any(one is not None and one.formula is not None for one in known)

    def _completed(self, symbol: Symbol, claim: Claim) -> Symbol | None:
        """A symbol without its unit, such as `target` beside out_{o1}, with the unit put back."""
        trace = self.trace_of(claim)
        if trace is None or symbol.indices or symbol.marks:
            return None
        if trace.kind.endswith("regression"):
            return None  # a bare \theta is the vector, beside its \theta_1 as well
        units = {
            index
            for side in (claim.head, claim.left, claim.right)
            if side is not None
            for name in named(side)
            for index in name.indices
            if isinstance(index, str)
        }
        fuller = [replace(symbol, indices=(unit,)) for unit in sorted(units)]
        fuller = [candidate for candidate in fuller if candidate.key in trace.quantities]
        return fuller[0] if len(fuller) == 1 else None


def _slope_in_gradient(head: Symbol | Derivative, place: int, trace: Trace) -> str | None:
    r"""The key of an entry of \nabla J, of which a regression has one a parameter."""
    if not isinstance(head, Derivative) or head.kind != "nabla" or len(head.by) > 1:
        return None
    if not trace.kind.endswith("regression") or not isinstance(head.body, Symbol):
        return None
    objective = trace.roles.get(head.body.key)
    if objective is None or objective.kind != "objective":
        return None
    keys = [key for key, role in trace.roles.items() if role.kind == "gradient"]
    return keys[place] if place < len(keys) else None


def _iteration(head: Symbol, claim: Claim) -> int | None:
    """The iteration that a row is printed for: by its mark, or by its paragraph."""
    for mark in head.marks:
        text = mark if isinstance(mark, str) else getattr(mark, "text", "")
        if text.isdigit():
            return int(text)
    return claim.iteration


def _place_in(row: Tree | None, place: int) -> tuple[str, ...]:
    """The indices of an entry: one in a vector, row and column in a matrix."""
    if isinstance(row, Matrix) and min(len(row.rows), len(row.rows[0])) > 1:
        return tuple(str(part + 1) for part in divmod(place, len(row.rows[0])))
    return (str(place + 1),)


def _keys_of_row(trace: Trace, head: Symbol, iteration: int | None) -> list[str]:
    """The keys of the entries of a printed row, as the worked example orders them.

    None of W^{[2]}, which is of one layer or sample, nor of a net that two layers have.
    """
    if iteration is None and any(isinstance(mark, Tuple) for mark in head.marks):
        return []
    bases = {head.base, *(symbol.base for symbol in respellings(head))}
    found = {
        quantity.key: quantity.symbol
        for quantity in trace.quantities.values()
        if isinstance(quantity.symbol, Symbol)
        and quantity.symbol.base in bases
        and _is_entry(quantity.symbol, head)
        and quantity.symbol.marks == (head.marks if head.marks == LEAST else ())
    }
    if len({_layer_of(symbol) for symbol in found.values()}) > 1:
        found = {}
    if not found and iteration is not None:
        return output_keys(trace)
    return sorted(found, key=_in_order)


def _is_another(key: str, head: Symbol, trace: Trace) -> bool:
    """Whether a row is none of a network's though it has the name of what the network computes."""
    return (
        trace.kind == "perceptron"
        and key not in trace.quantities
        and any(
            quantity.stage in _COMPUTED
            and isinstance(quantity.symbol, Symbol)
            and quantity.symbol.base == head.base
            for quantity in trace.quantities.values()
        )
    )


def _layer_of(symbol: Symbol) -> str:
    """The layer that an index names: the h of net_{h1}; none of w_7."""
    unit = symbol.indices[0] if len(symbol.indices) == 1 else ""
    return unit.rstrip("0123456789") if isinstance(unit, str) else ""


def _is_entry(symbol: Symbol, head: Symbol) -> bool:
    """Whether a numbered name is of a row: net_{h1} of net, and of net_h, but not of net_y."""
    match head.indices, symbol.indices:
        case (), (_, *_):
            return True
        case (Symbol(base=layer, indices=(), marks=()),), (str() as unit,):
            return unit != layer and unit.rstrip("0123456789") == layer
    return False


def _in_order(key: str) -> tuple[int, str]:
    digits = "".join(filter(str.isdigit, key))
    return (int(digits) if digits else 0, key)
