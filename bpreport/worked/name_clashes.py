"""Whether a network's names tell its quantities apart: each has one of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from bpreport.deck.errors import DeckError, Phrase
from bpreport.formula.tree import Symbol
from bpreport.worked.perceptron import Perceptron
from bpreport.worked.perceptron_names import Names

__all__ = ["refuse_clashes"]

KeyPath = tuple[str | int, ...]
Named = tuple[Symbol, Phrase, KeyPath]
"""A quantity's name, what it is, and the key of the settings that names it."""


def refuse_clashes(perceptron: Perceptron, settings: Mapping[str, Any]) -> None:
    """Raise `DeckError` at the key that gives a quantity the name of another one."""
    path: KeyPath = ("worked", perceptron.name)
    stated = settings.get("notation") or {}
    known: dict[str, Named] = {}
    for symbol, kind, keys in _named(perceptron):
        if symbol.key not in known:
            known[symbol.key] = symbol, kind, keys
            continue
        _, other, before = known[symbol.key]
        # Where a default meets what the deck says, it is the latter that can be changed.
        default = keys[0] == "notation" and keys[-1] not in stated
        raise DeckError(
            "expected a name of its own; {name} would be {first} and also {second}",
            (*path, *(before if default else keys)),
            name=symbol.key,
            first=other,
            second=Phrase("another one") if other.text == kind.text else kind,
        )


def _named(perceptron: Perceptron) -> Iterator[Named]:
    names = Names(perceptron)
    for unit in range(perceptron.sizes[0]):
        yield names.out(0, unit), Phrase("an input"), ("layers", perceptron.layers[0][0])
    yield from _parameters(perceptron)
    last = names.last
    layers = [(depth, unit) for depth in range(1, last + 1)
              for unit in range(perceptron.sizes[depth])]  # fmt: skip
    outputs = range(perceptron.sizes[last])
    kinds: Sequence[tuple[str, Phrase, list[Symbol]]] = (
        ("net", Phrase("a pre-activation"), [names.net(*at) for at in layers]),
        ("out", Phrase("an output"), [names.out(*at) for at in layers]),
        ("error", Phrase("an error"), [names.total, *map(names.error, outputs)]),
        ("target", Phrase("a target"), list(map(names.target, outputs))),
        ("learning_rate", Phrase("the learning rate"), [names.learning_rate]),
    )
    for key, kind, symbols in kinds:
        for symbol in symbols:
            yield symbol, kind, ("notation", key)


def _parameters(perceptron: Perceptron) -> Iterator[Named]:
    pairs = pairwise(layer for layer, _ in perceptron.layers)
    for (before, after), connection in zip(pairs, perceptron.connections, strict=True):
        for symbol in (symbol for row in connection.symbols for symbol in row):
            yield symbol, Phrase("a weight"), ("weights", f"{before}-{after}")
    for row in perceptron.biases:
        for symbol, _ in row:
            yield symbol, Phrase("a bias"), ("given", "b")
