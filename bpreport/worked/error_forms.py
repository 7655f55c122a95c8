r"""The error of a network written as seen from each of its layers.

At the output layer E is a sum over d_k and O_k; opening O_k = f(net_k) shows the weights and
outputs of the layer before, and so on down to the input layer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpreport.formula.tree import Call, Number, Reduce, Symbol, Tree, substitute
from bpreport.worked.activations import ACTIVATION_TREES
from bpreport.worked.steps import HALF, ONE, product, total

if TYPE_CHECKING:
    from bpreport.worked.perceptron import Perceptron
    from bpreport.worked.perceptron_names import Names

__all__ = ["LETTERS", "general_forms", "instantiated_forms"]

LETTERS = ((r"i", "n"), (r"j", "m"), (r"k", r"\ell"))
"""Running index and last index of the input, hidden and output layer, as the deck writes them."""


def instantiated_forms(perceptron: Perceptron, names: Names) -> dict[str, Tree]:
    """E in the quantities of each layer, by the name of the layer, output layer first.

    The form of a layer reads the outputs of that layer, the targets, and the weights and biases
    behind it; the form of the input layer reads givens only. Empty for other losses than the
    half squared error, whose error is not written this way.
    """
    if perceptron.loss != "half squared error":
        return {}
    last = names.last
    form = total(
        product(HALF, (names.target(unit) - names.out(last, unit)) ** Number("2"))
        for unit in range(names.layers[last][1])
    )
    forms = {names.layers[last][0]: form}
    for depth in range(last, 0, -1):
        form = _opened(form, _units(perceptron, names, depth))
        forms[names.layers[depth - 1][0]] = form
    return forms


def _opened(form: Tree, units: dict[str, Tree]) -> Tree:
    return substitute(form, lambda part: units.get(part.key) if isinstance(part, Symbol) else None)


def _units(perceptron: Perceptron, names: Names, depth: int) -> dict[str, Tree]:
    """The outputs of a layer, by key, written in those of the layer before."""
    activation = ACTIVATION_TREES[perceptron.activations[depth - 1]][0]
    found = {}
    for unit in range(names.layers[depth][1]):
        terms: list[Tree] = [
            product(
                perceptron.connections[depth - 1].symbols[source][unit],
                names.out(depth - 1, source),
            )
            for source in range(names.layers[depth - 1][1])
        ]
        if perceptron.biases:
            row = perceptron.biases[depth - 1]
            terms.append(row[unit if len(row) > 1 else 0][0])
        found[names.out(depth, unit).key] = activation(total(terms))
    return found


def general_forms(perceptron: Perceptron, names: Names) -> tuple[Tree, ...]:
    r"""E as sums over running indices, for three layers with indexed weights.

    From the output layer inwards: (d_k - O_k), (d_k - f(net_k)), net_k as a sum over the hidden
    outputs y_j, these as f(net_j), and net_j as a sum over the inputs x_i. Sums begin at 0 where
    the bias is the weight of a unit with index 0, and at 1 otherwise.
    """
    patterns = [connection.pattern for connection in perceptron.connections]
    if len(perceptron.layers) != 3 or not all(patterns) or perceptron.loss != "half squared error":
        return ()
    notation = names.notation
    (i, n), (j, m), (k, last) = ((Symbol(letter), Symbol(bound)) for letter, bound in LETTERS)
    f = Symbol(notation.activation)
    indexed = any(
        symbol.indices and "0" in symbol.indices for row in perceptron.biases for symbol, _ in row
    )
    start = Number("0") if indexed else ONE
    v, w = (connection.symbols[0][0].base for connection in perceptron.connections)
    x, y = Symbol(names.layers[0][0], (i,)), Symbol(names.layers[1][0], (j,))
    net_j, net_k = Symbol(notation.net, (j,)), Symbol(notation.net, (k,))
    inner = Reduce("sum", i, start, n, product(Symbol(v, (i, j)), x))

    def hidden(y: Tree) -> Tree:
        return Call(f, (Reduce("sum", j, start, m, product(Symbol(w, (j, k)), y)),))

    out = Symbol(names.layers[2][0] if notation.out == "layer" else notation.out, (k,))
    outputs: tuple[Tree, ...] = (
        out,
        Call(f, (net_k,)),
        hidden(y),
        hidden(Call(f, (net_j,))),
        hidden(Call(f, (inner,))),
    )
    target = Symbol(notation.target, (k,))
    return tuple(
        product(HALF, Reduce("sum", k, ONE, last, (target - output) ** Number("2")))
        for output in outputs
    )
