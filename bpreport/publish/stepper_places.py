"""Places of the stepper's drawing, and the paths from the error back to each of them.

A place is a name that drawing and steps share: "h1.net" and "h1.out" are the halves of a unit,
"h1.slope" lies between them; the key of a weight or bias is its connection or label; "E.o1" is a
unit's share in the error, "E" the error; "o1>E.o1" and "E.o1>E" are the lines that lead there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from bpreport.formula.tree import Derivative, Symbol, Tree
from bpreport.worked.trace import Role, Trace

__all__ = ["Places"]


class Places:
    """Where the quantities of a perceptron's trace stand."""

    def __init__(self, trace: Trace) -> None:
        self.roles = trace.roles
        self.layers: dict[int, list[str]] = defaultdict(list)
        """Units by layer, input layer first."""
        self.weights: dict[tuple[str, str], str] = {}
        """Keys of weights by the units that they join."""
        self.biases: dict[str, str] = {}
        """Keys of biases by unit, or by the name of a layer that shares one."""
        self.keys: dict[str, str] = {}
        """What stands at a place."""
        for key, role in trace.roles.items():
            if role.kind in ("input", "out"):
                self.layers[role.layer].append(role.unit)
            elif role.kind == "weight":
                self.weights[role.source, role.unit] = key
            elif role.kind == "bias":
                self.biases[role.unit] = key
            if place := self.of(key):
                self.keys.setdefault(place, key)
        self.last = max(self.layers, default=0)
        self.shared_net = any(
            isinstance(quantity.symbol, Derivative)
            and self._kinds(quantity.symbol) == ("out", "net")
            and self._unit(quantity.symbol.body) != self._unit(quantity.symbol.by[0])
            for quantity in trace.quantities.values()
        )
        """Each output depends on the pre-activations of its whole layer: softmax."""

    def of(self, key: str) -> str:
        """The place of a quantity; empty where the drawing does not show it."""
        role = self.roles.get(key)
        if role is None:
            return ""
        match role.kind:
            case "input" | "out":
                return f"{role.unit}.out"
            case "net":
                return f"{role.unit}.net"
            case "error":
                return f"E.{role.unit}" if role.unit else "E"
            case "target":
                return f"target.{role.unit}"
            case "weight" | "bias":
                return key
            case "updated weight":
                return self.weights[role.source, role.unit]
            case "updated bias":
                return self.biases[role.unit]
        return ""

    def layer(self, key: str) -> str:
        """The name of the layer that a quantity belongs to: its units' names without numbers."""
        units = self.layers.get(self.roles[key].layer, [])
        return units[0][:-1] if units else ""

    def links(self, key: str) -> list[str]:
        """The lines of the drawing that lead to a share in the error, or to the error."""
        role = self.roles[key]
        if role.kind != "error":
            return []
        if role.unit:
            return [f"{role.unit}>E.{role.unit}"]
        return [f"E.{unit}>E" for unit in self.layers[self.last]]

    def is_step(self, name: Symbol | Derivative) -> bool:
        """Whether a slope is a step of its own: those of a single connection are not."""
        if not isinstance(name, Derivative):
            return False
        body, variable = self._kinds(name)
        if body == "net":
            return False
        if body == "out":
            return not self.shared_net or self._layer(name.body) != self.last
        share = bool(self._unit(name.body))
        return not (share and variable == "out" and self._layer(name.by[0]) == self.last)

    def path(self, name: Derivative) -> tuple[str, ...]:
        """Every place between what changes and what it changes, from the error backwards."""
        variable = name.by[0]
        kind, unit = self._kinds(name)[1], self._unit(variable)
        if self._kinds(name)[0] == "out":
            return (f"{unit}.out", f"{unit}.net")
        role = self._role(variable)
        share = self._unit(name.body)
        if kind == "out":
            found = [*self._back(unit, share), f"{unit}.out"]
        elif kind == "net":
            found = [*self._to_net(unit, share)]
        elif unit in self.layers[role.layer]:
            source = [f"{role.source}.out"] if role.source else []
            found = [*self._to_net(unit, share), self.of(_key(variable)), *source]
        else:  # a bias that the whole layer shares
            units = self.layers[role.layer]
            found = [place for one in units for place in self._to_net(one, share)]
            found.append(self.of(_key(variable)))
        return tuple(dict.fromkeys(found))

    def _to_net(self, unit: str, share: str) -> Iterator[str]:
        if self.shared_net and unit in self.layers[self.last]:
            for one in self.layers[self.last]:
                yield from (*self._back(one, share), f"{one}.out")
        else:
            yield from (*self._back(unit, share), f"{unit}.out")
        yield f"{unit}.net"

    def _back(self, unit: str, share: str) -> Iterator[str]:
        """From the error, or from one unit's share in it, to where a unit's output arrives."""
        layer = next(layer for layer, units in self.layers.items() if unit in units)
        if layer == self.last:
            if not share:
                yield from ("E", f"E.{unit}>E")
            yield from (f"E.{unit}", f"{unit}>E.{unit}")
            return
        for after in self.layers[layer + 1]:
            if share and layer + 1 == self.last and after != share:
                continue
            yield from self._to_net(after, share)
            yield self.weights[unit, after]

    def slope(self, name: Derivative) -> str:
        """Where the value of a slope is written."""
        body, variable = self._kinds(name)
        unit, by = self._unit(name.by[0]), name.by[0]
        if body == "net":
            if variable == "out":
                return self.weights[unit, self._unit(name.body)]
            return self.of(_key(by))
        if body == "out":
            return f"{unit}.slope"
        if variable != "out":
            return self.of(_key(by))
        if self._layer(by) == self.last:
            return f"{unit}>E.{unit}"
        share = self._unit(name.body)
        return self.weights.get((unit, share), f"{unit}.out")

    def _role(self, name: Tree) -> Role:
        return self.roles[_key(name)]

    def _kinds(self, name: Derivative) -> tuple[str, str]:
        """What is differentiated and by what: ("error", "weight")."""
        return self._role(name.body).kind, self._role(name.by[0]).kind

    def _unit(self, name: Tree) -> str:
        return self._role(name).unit

    def _layer(self, name: Tree) -> int:
        return self._role(name).layer


def _key(name: Tree) -> str:
    assert isinstance(name, Symbol)
    return name.key
