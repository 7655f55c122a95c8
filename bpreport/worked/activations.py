"""Activation functions and their slopes as formula trees."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bpreport.formula.tree import Apply, Cases, Number, Tree
from bpreport.worked.steps import ONE, ZERO, exp, product

__all__ = ["ACTIVATION_TREES"]


def _sigmoid(net: Tree) -> Tree:
    return 1 / (1 + exp(-net))


def _step(net: Tree) -> Tree:
    return Cases(((ONE, (">", net, ZERO)), (ZERO, None)))


ACTIVATION_TREES: Mapping[str, tuple[Callable[[Tree], Tree], Callable[[Tree, Tree], Tree]]] = {
    "sigmoid": (_sigmoid, lambda _net, out: product(out, 1 - out)),
    "tanh": (lambda net: Apply("tanh", (net,)), lambda _net, out: 1 - out ** Number("2")),
    "relu": (lambda net: Apply("relu", (net,)), lambda net, _out: _step(net)),
    "identity": (lambda net: net, lambda _net, _out: ONE),
}
"""f(net), and f'(net) in net and out. Softmax looks at its whole layer and is not here."""
