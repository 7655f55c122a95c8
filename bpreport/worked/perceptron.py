r"""The perceptron: layers of units, trained by stochastic gradient descent, one sample a step.

The givens of a deck become a `Perceptron`; `trace` walks through one step of it with every
chain-rule product, `iterate` runs it in float64 over any number of variants at once, and `after`
tells what it is at 50 digits once k updates are done.

>>> from bpreport.worked.perceptron_settings import from_settings
>>> example = from_settings("example", {
...     "layers": {"l": "2", "h": "1"}, "weights": {"l-h": "by target"},
...     "biases": {"per": "layer", "trained": False}, "learning_rate": "0.5",
...     "given": {"l": ["1", "2"], "target": ["1"], "b": ["0.5"], "w": ["0.5", "-0.5"]},
... })
>>> [connection.keys for connection in example.connections]
[(('w_{1}',), ('w_{2}',))]
>>> example.iterate(0)["out"]  # 0.5 * 1 - 0.5 * 2 + 0.5 = 0, and the sigmoid of 0 is one half
array([[0.5]])
>>> print(example.trace().quantities["net_{h1}"].value)
0.0
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bpreport.formula.arithmetic import MP
from bpreport.formula.tree import Symbol
from bpreport.worked.memory import remembered
from bpreport.worked.network import Exact, Shape, run
from bpreport.worked.perceptron_trace import trace
from bpreport.worked.trace import Trace

__all__ = ["Connection", "Notation", "Perceptron", "State"]

KIND = "perceptron"
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Notation:
    """What the deck calls the quantities of a network."""

    net: str = "net"
    """Pre-activation of a unit."""
    out: str = "out"
    """Output of a unit; "layer" where a unit's output bears its layer's name: y_1."""
    error: str = "E"
    target: str = "target"
    learning_rate: str = r"\eta"
    units: str = "name"
    """How a unit is written below: "name" out_{h1}, "number" y_1, or "layer" a_1^{(2)}."""
    activation: str = "f"
    """The activation function in general formulas."""


@dataclass(frozen=True, slots=True)
class Connection:
    """The weights from one layer to the next."""

    symbols: tuple[tuple[Symbol, ...], ...]
    """A row for each source unit, an entry for each target unit."""
    values: tuple[tuple[str, ...], ...]
    """As typed, laid out like `symbols`."""
    pattern: str = ""
    r"""The typed name of an indexed matrix, such as "v_{ij}"; empty for numbered weights."""

    @property
    def keys(self) -> tuple[tuple[str, ...], ...]:
        """The keys of `symbols`, laid out like them."""
        return tuple(tuple(symbol.key for symbol in row) for row in self.symbols)


@dataclass(frozen=True, slots=True)
class State:
    """A perceptron after some number of updates, at 50 digits."""

    updates: int
    out: tuple[Any, ...]
    """Outputs of the last layer."""
    error: Any
    weights: Mapping[str, Any]
    """By the key of the weight; for numbered weights in the order of their numbers."""
    biases: Mapping[str, Any]


@dataclass(frozen=True)
class Perceptron:
    """The givens of one network, as its deck states them."""

    name: str
    layers: tuple[tuple[str, int], ...]
    """Name and number of units of each layer, input layer first."""
    activations: tuple[str, ...]
    """One for every layer but the first."""
    loss: str
    connections: tuple[Connection, ...]
    biases: tuple[tuple[tuple[Symbol, str], ...], ...]
    """Symbol and value as typed, by layer; one entry for a bias that the whole layer shares."""
    inputs: tuple[tuple[str, ...], ...]
    """One row a sample."""
    targets: tuple[tuple[str, ...], ...]
    learning_rate: str
    iterations: int
    trained_biases: bool = True
    update: str = "simultaneous"
    """The stated update order, or the textbook's where it is unstated."""
    counting: str | None = None
    """What the deck's k-th iteration shows: the network after k updates ("updates done") or
    before its k-th ("updates before"); None where the front matter does not say. Nothing here
    depends on it, the audit does."""
    unstated: tuple[str, ...] = ()
    """What the audit shall find out: "update", "counting", "biases"."""
    notation: Notation = field(default_factory=Notation)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Units per layer."""
        return tuple(size for _, size in self.layers)

    @property
    def weight_keys(self) -> tuple[str, ...]:
        """Keys of all weights; numbered ones in the order of their numbers.

        This is the order of the "weights" of `iterate`.
        """
        return tuple(self._weight_places)

    @property
    def bias_keys(self) -> tuple[str, ...]:
        """Keys of all biases by layer, each once."""
        return tuple(symbol.key for row in self.biases for symbol, _ in row)

    @property
    def _weight_places(self) -> dict[str, tuple[int, int, int]]:
        """Connection, source unit and target unit of each weight, in the order of the keys."""
        places = {
            key: (depth, source, target)
            for depth, connection in enumerate(self.connections)
            for source, row in enumerate(connection.keys)
            for target, key in enumerate(row)
        }
        ranks = {
            symbol.key: _rank(symbol)
            for connection in self.connections
            for row in connection.symbols
            for symbol in row
        }
        return dict(sorted(places.items(), key=lambda item: (ranks[item[0]], item[1])))

    def shape(self, update: str | None = None, biases: str | None = None) -> Shape:
        """What the numerical loops need, under the given conventions."""
        return Shape(
            self.sizes,
            self.activations,
            self.loss,
            self.trained_biases if biases is None else biases == "trained",
            update or self.update,
        )

    @remembered(most=16)
    def trace(self, update: str | None = None, biases: str | None = None) -> Trace:
        """One step with all its quantities, and the series of all iterations.

        `update` is "simultaneous" or "sequential" and `biases` "trained" or "fixed"; what is not
        given is taken as the deck states it.
        """
        return trace(self, self.shape(update, biases))

    def iterate(
        self,
        iterations: int | None = None,
        *,
        update: str | None = None,
        biases: str | None = None,
        variants: Mapping[str, ArrayLike] | None = None,
        keep_weights: bool = True,
    ) -> dict[str, Values]:
        """All iterations in float64, for this network or any number of variants of it at once.

        `variants` replaces givens for each of B variants: "weights" (B, all) in the order of
        `weight_keys`, "biases" (B, all) in that of `bias_keys`, "inputs" (B, units) or
        (B, samples, units), "targets" likewise, "learning_rate" (B,). What is left out is as in
        the deck.

        Returns "out" (k+1, units), "error" (k+1,), and where kept "weights" (k+1, all) and
        "biases" (k+1, all); with variants each has a leading axis of length B.
        """
        given = {name: np.asarray(value, float) for name, value in (variants or {}).items()}
        count = max((len(value) for value in given.values()), default=1)
        columns = {
            "weights": np.array([float(self._typed[key]) for key in self.weight_keys]),
            "biases": np.array([float(self._typed[key]) for key in self.bias_keys]),
            "inputs": np.array(self.inputs, dtype=float),
            "targets": np.array(self.targets, dtype=float),
            "learning_rate": np.array(float(self.learning_rate)),
        }
        unknown = sorted(given.keys() - columns.keys())
        if unknown:
            raise ValueError(f"variants can be of {', '.join(columns)}; not of {unknown[0]}")
        for name, stated in given.items():
            wanted = columns[name].shape
            value = stated
            if name in ("inputs", "targets") and stated.ndim == 2:
                value = stated[:, None, :]
            if value.shape[0] != count or value.shape[1:] != wanted:
                raise ValueError(
                    f"variants of {name} have shape {value.shape}, not {(count, *wanted)}"
                )
            columns[name] = np.moveaxis(value, 0, -1)
        spread = {
            name: value
            if name in given
            else np.broadcast_to(value[..., None], (*value.shape, count))
            for name, value in columns.items()
        }
        found = run(
            self.shape(update, biases),
            self._by_layer(spread["weights"]),
            self._bias_rows(spread["biases"]),
            spread["inputs"],
            spread["targets"],
            spread["learning_rate"],
            self.iterations if iterations is None else iterations,
            keep_weights,
        )
        if keep_weights:
            found["weights"] = found["weights"][:, self._from_layers]
        if variants is None:
            return {name: np.ascontiguousarray(value[..., 0]) for name, value in found.items()}
        return {name: np.moveaxis(value, -1, 0) for name, value in found.items()}

    def after(self, updates: int, update: str | None = None, biases: str | None = None) -> State:
        """Outputs, error, weights and biases at 50 digits once that many updates are done.

        >>> from bpreport.worked.perceptron_settings import from_settings
        >>> line = from_settings("line", {
        ...     "layers": {"x": "1", "y": "1"}, "activation": "identity", "learning_rate": "0.1",
        ...     "given": {"x": ["2"], "target": ["1"], "w": ["1"]},
        ... })
        >>> print(line.after(1).weights["w_{1}"])  # 1 - 0.1 * (2 - 1) * 2
        0.8
        """
        exact = _exact(self, self.shape(update, biases))
        exact.reach(updates)
        layers, offsets = exact.weights[updates], exact.biases[updates]
        weights = {
            key: MP.mpf(str(layers[depth][target][source]))
            for key, (depth, source, target) in self._weight_places.items()
        }
        values = [value for row in offsets for value in row]
        return State(
            updates,
            tuple(MP.mpf(str(value)) for value in exact.outs[updates]),
            MP.mpf(str(exact.errors[updates])),
            weights,
            {key: MP.mpf(str(value)) for key, value in zip(self.bias_keys, values, strict=True)},
        )

    @property
    def _typed(self) -> dict[str, str]:
        """Values as typed of all weights and biases, by key."""
        typed = {
            key: value
            for connection in self.connections
            for keys, values in zip(connection.keys, connection.values, strict=True)
            for key, value in zip(keys, values, strict=True)
        }
        return typed | {symbol.key: value for row in self.biases for symbol, value in row}

    @property
    def _from_layers(self) -> list[int]:
        """Where each weight, in the order of the keys, stands in the loops' order."""
        starts = [0]
        for before, after in pairwise(self.sizes):
            starts.append(starts[-1] + before * after)
        return [
            starts[depth] + target * self.sizes[depth] + source
            for depth, source, target in self._weight_places.values()
        ]

    def _by_layer(self, weights: Values) -> list[Values]:
        ordered = np.empty(weights.shape)
        ordered[self._from_layers] = weights
        layers, start = [], 0
        for before, after in pairwise(self.sizes):
            part = ordered[start : start + before * after]
            layers.append(part.reshape(after, before, *weights.shape[1:]))
            start += before * after
        return layers

    def _bias_rows(self, biases: Values) -> list[Values]:
        rows, start = [], 0
        for row in self.biases:
            rows.append(biases[start : start + len(row)])
            start += len(row)
        return rows


def _rank(symbol: Symbol) -> tuple[str, int]:
    """Numbered weights by their number; others keep their place."""
    only = symbol.indices[0] if len(symbol.indices) == 1 else ""
    return (symbol.base, int(only)) if isinstance(only, str) and only.isdigit() else ("", 0)


@lru_cache(maxsize=16)
def _exact(perceptron: Perceptron, shape: Shape) -> Exact:
    decimals = [
        [[Decimal(row[target]) for row in connection.values] for target in range(size)]
        for connection, size in zip(perceptron.connections, perceptron.sizes[1:], strict=True)
    ]
    return Exact(
        shape,
        decimals,
        [[Decimal(value) for _, value in row] for row in perceptron.biases],
        _decimals(perceptron.inputs),
        _decimals(perceptron.targets),
        Decimal(perceptron.learning_rate),
    )


def _decimals(rows: Sequence[Sequence[str]]) -> list[list[Decimal]]:
    return [[Decimal(value) for value in row] for row in rows]
