r"""The numbers of a perceptron, by two routes that share no arithmetic.

`run` is vectorised NumPy over any number of variants at once; `Exact` is a scalar loop over
`decimal.Decimal`, for the digits that an audit needs. Both hold weights by target unit: row j of
a layer's matrix is what enters its unit j.

With net_j = sum_i w_ji out_i + b_j and out_j = f(net_j), one iteration of gradient descent is

    delta_j = dE/dnet_j,   w_ji <- w_ji - eta delta_j out_i,   b_j <- b_j - eta delta_j
    delta_i = f'(net_i) sum_j w_ji delta_j          (Rumelhart, Hinton and Williams, 1986)

where the last sum takes the weights before this iteration's update ("simultaneous") or after it
("sequential").
"""

from __future__ import annotations

import decimal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from operator import mul
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from bpreport.formula.arithmetic import DIGITS

__all__ = ["ACTIVATIONS", "LOSSES", "UPDATES", "Activation", "Exact", "Shape", "run"]

Array = NDArray[np.float64]
Matrix = list[list[Decimal]]

UPDATES = ("simultaneous", "sequential")
LOSSES = ("half squared error", "cross-entropy")

BLOCK = 2048
"""Variants computed together: large enough that NumPy's calls cost little, small enough that
weights and gradients stay in the cache; with 1024, 10,000 variants take twice as long."""
NOTHING = Decimal(10) ** (2 - DIGITS)
"""What is less than this is 0 at the digits at which numbers are judged; the slope of the
rectifier at 0 is 0."""
GUARD = 10
"""Digits carried beyond those asked for; rounding over 1000 iterations costs about four."""


@dataclass(frozen=True, slots=True)
class Activation:
    """An activation function, for arrays and for decimal numbers."""

    apply: Callable[[Array], object]
    """From pre-activations to outputs, in place; shape (units, variants)."""
    slope: Callable[[Array], Array]
    """f'(net), written in the outputs."""
    exact: Callable[[list[Decimal]], list[Decimal]]
    """All outputs of a layer."""
    exact_slope: Callable[[Decimal], Decimal]


def _sigmoid(net: Array) -> None:
    # Far to the left exp gives inf, and 1 / inf is the right limit.
    np.negative(net, out=net)
    np.exp(net, out=net)
    net += 1.0
    np.reciprocal(net, out=net)


def _softmax(net: Array) -> None:
    net -= net.max(axis=0)
    np.exp(net, out=net)
    net /= net.sum(axis=0)


def _exact_softmax(nets: list[Decimal]) -> list[Decimal]:
    powers = [net.exp() for net in nets]
    total = sum(powers, Decimal(0))
    return [power / total for power in powers]


def _exact_tanh(net: Decimal) -> Decimal:
    power = (-2 * abs(net)).exp()
    return ((1 - power) / (1 + power)).copy_sign(net)


ACTIVATIONS: Mapping[str, Activation] = {
    "sigmoid": Activation(
        _sigmoid,
        lambda out: out * (1.0 - out),
        lambda nets: [1 / (1 + (-net).exp()) for net in nets],
        lambda out: out * (1 - out),
    ),
    "tanh": Activation(
        lambda net: np.tanh(net, out=net),
        lambda out: 1.0 - out * out,
        lambda nets: [_exact_tanh(net) for net in nets],
        lambda out: 1 - out * out,
    ),
    "relu": Activation(
        lambda net: np.maximum(net, 0.0, out=net),
        lambda out: (out > 0.0).astype(np.float64),
        lambda nets: [net if net > NOTHING else Decimal(0) for net in nets],
        lambda out: Decimal(int(out > 0)),
    ),
    "identity": Activation(
        lambda net: net,
        np.ones_like,
        list,
        lambda _out: Decimal(1),
    ),
    # Its slopes are never asked for: softmax stands only with cross-entropy, as `Shape` demands.
    "softmax": Activation(_softmax, np.ones_like, _exact_softmax, lambda _out: Decimal(1)),
}


@dataclass(frozen=True, slots=True)
class Shape:
    """What the loops need to know of a network, without any name or number in it.

    Cross-entropy stands with sigmoid or softmax outputs, softmax only with cross-entropy.
    """

    sizes: tuple[int, ...]
    """Units per layer, input layer first."""
    activations: tuple[str, ...]
    """One for every layer but the first."""
    loss: str = "half squared error"
    trained_biases: bool = True
    update: str = "simultaneous"

    @property
    def short_slope(self) -> bool:
        """Whether dE/dnet of the outputs is out - target: the slope of f cancels."""
        return self.loss == "cross-entropy"


def run(
    shape: Shape,
    weights: Sequence[Array],
    biases: Sequence[Array],
    inputs: Array,
    targets: Array,
    learning_rate: Array,
    iterations: int,
    keep_weights: bool = True,
) -> dict[str, Array]:
    """Gradient descent of any number of variants B at once, one sample an iteration.

    Shapes: `weights` a layer (units, units before, B), `biases` a layer (1 or units, B), a row
    of one meaning one bias for the whole layer; `inputs` (samples, units, B); `targets`
    (samples, units, B); `learning_rate` (B,). Sample k mod samples makes the (k+1)-th update.

    Returns "out" (k+1, units, B), "error" (k+1, B) and, where kept, "weights" (k+1, all, B) by
    layer and target unit and "biases" (k+1, all, B); the first axis counts the updates done.
    Nothing is raised when values overflow: they become inf or nan, as the caller may test.

    >>> one = lambda *values: np.array(values, dtype=float)
    >>> found = run(
    ...     Shape((1, 1), ("identity",)), [one(1).reshape(1, 1, 1)], [], one(2).reshape(1, 1, 1),
    ...     one(1).reshape(1, 1, 1), one(0.1), 1,
    ... )
    >>> float(found["out"][0, 0, 0]), float(found["error"][0, 0])  # 1 * 2, (1 - 2)^2 / 2
    (2.0, 0.5)
    >>> float(found["weights"][1, 0, 0])  # 1 - 0.1 * (2 - 1) * 2
    0.8
    """
    variants = learning_rate.shape[0]
    kept = iterations + 1
    series = {
        "out": np.empty((kept, shape.sizes[-1], variants)),
        "error": np.empty((kept, variants)),
    }
    if keep_weights:
        count = sum(before * after for before, after in pairwise(shape.sizes))
        series["weights"] = np.empty((kept, count, variants))
        series["biases"] = np.empty((kept, sum(len(bias) for bias in biases), variants))
    with np.errstate(all="ignore"):
        for start in range(0, variants, BLOCK):
            part = slice(start, start + BLOCK)
            _run_block(
                shape,
                # Copies: the loop changes them in place.
                [np.array(weight[..., part], order="C") for weight in weights],
                [np.array(bias[..., part], order="C") for bias in biases],
                np.ascontiguousarray(inputs[..., part]),
                np.ascontiguousarray(targets[..., part]),
                learning_rate[part],
                {name: values[..., part] for name, values in series.items()},
            )
    return series


def _run_block(
    shape: Shape,
    weights: list[Array],
    biases: list[Array],
    inputs: Array,
    targets: Array,
    rate: Array,
    series: Mapping[str, Array],
) -> None:
    depth = len(weights)
    layers = range(depth)
    functions = [ACTIVATIONS[name] for name in shape.activations]
    products = [np.empty_like(weight) for weight in weights]
    outs = [np.empty((weight.shape[0], rate.shape[0])) for weight in weights]
    sequential = shape.update == "sequential"
    last = len(series["out"]) - 1
    samples = len(inputs)

    for k in range(last + 1):
        x, target = inputs[k % samples], targets[k % samples]
        for layer in layers:
            before = outs[layer - 1] if layer else x
            np.multiply(weights[layer], before, out=products[layer])
            np.add.reduce(products[layer], axis=1, out=outs[layer])
            if biases:
                outs[layer] += biases[layer]
            if shape.activations[layer] == "relu":
                _settle_zeros(outs[layer], products[layer], biases[layer] if biases else 0.0)
            functions[layer].apply(outs[layer])
        out = outs[-1]
        series["out"][k] = out
        series["error"][k] = _loss(shape, out, target)
        if "weights" in series:
            _store(series["weights"][k], weights)
            _store(series["biases"][k], biases)
        if k == last:
            return

        delta = _output_delta(shape, out, target)
        for layer in reversed(layers):
            before = outs[layer - 1] if layer else x
            if layer and not sequential:
                upper = _back(weights[layer], delta, products[layer])
            np.multiply((delta * rate)[:, None], before, out=products[layer])
            weights[layer] -= products[layer]
            if layer and sequential:
                upper = _back(weights[layer], delta, products[layer])
            if biases and shape.trained_biases:
                shared = len(biases[layer]) < len(delta)
                biases[layer] -= rate * (np.add.reduce(delta, axis=0) if shared else delta)
            if layer:
                delta = upper
                delta *= functions[layer - 1].slope(before)


def _settle_zeros(net: Array, products: Array, bias: Array | float) -> None:
    """Make 0 what rounding alone keeps from it: there the slope of the rectifier has its step.

    A sum of n terms is off by n units of the last place of what their sizes sum up to, at most.
    """
    size = np.abs(products).sum(axis=1) + np.abs(bias)
    net[np.abs(net) <= (products.shape[1] + 1) * np.finfo(float).eps * size] = 0.0


def _back(weight: Array, delta: Array, product: Array) -> Array:
    np.multiply(weight, delta[:, None], out=product)
    back: Array = np.add.reduce(product, axis=0)
    return back


def _store(row: Array, parts: Sequence[Array]) -> None:
    start = 0
    for part in parts:
        flat = part.reshape(-1, part.shape[-1])
        row[start : start + len(flat)] = flat
        start += len(flat)


def _output_delta(shape: Shape, out: Array, target: Array) -> Array:
    delta = out - target
    if shape.activations[-1] == "softmax":
        delta = out * target.sum(axis=0) - target
    if not shape.short_slope:
        delta *= ACTIVATIONS[shape.activations[-1]].slope(out)
    return delta


def _loss(shape: Shape, out: Array, target: Array) -> Array:
    if shape.loss == "half squared error":
        difference = target - out
        difference *= difference
        total: Array = np.add.reduce(difference, axis=0)
        total *= 0.5
        return total
    terms = _cross_terms(target, out)
    if shape.activations[-1] != "softmax":
        terms = terms + _cross_terms(1.0 - target, 1.0 - out)
    return -np.asarray(terms.sum(axis=0))


def _cross_terms(target: Array, out: Array) -> Array:
    """Target * ln(out), with 0 * ln(0) = 0 as its limit."""
    return np.where(target == 0.0, 0.0, target * np.log(out))


class Exact:
    """The iterations of one perceptron in decimal digits, as many as were asked for.

    Index k of what it holds means after k updates.
    """

    def __init__(
        self,
        shape: Shape,
        weights: Sequence[Sequence[Sequence[Decimal]]],
        biases: Sequence[Sequence[Decimal]],
        inputs: Sequence[Sequence[Decimal]],
        targets: Sequence[Sequence[Decimal]],
        learning_rate: Decimal,
        digits: int = 50,
    ) -> None:
        self.digits = digits
        """Digits that hold; a few more are carried."""
        self.outs: list[list[Decimal]] = []
        self.errors: list[Decimal] = []
        self.weights: list[list[Matrix]] = []
        """By layer, then target unit, then source unit."""
        self.biases: list[list[list[Decimal]]] = []
        self._start: tuple[list[Matrix], list[list[Decimal]]] = (
            [[list(row) for row in matrix] for matrix in weights],
            [list(row) for row in biases],
        )
        self._layers: list[list[Decimal]] = []
        """Outputs of all layers in the last iteration."""
        self._alone = Lock()  # of several threads: each state is made from the one before
        self._shape = shape
        self._inputs = inputs
        self._targets = targets
        self._rate = learning_rate

    def __len__(self) -> int:
        return len(self.outs)

    def reach(self, updates: int) -> None:
        """Go on until so many updates are done; those that were done are not done again.

        Raises ArithmeticError when a value grows beyond all bounds.
        """
        # libmpdec is C and comes with Python: 1001 iterations of a 2-3-2 network take 0.1 s, most
        # of it exp; the same loop over mpmath numbers takes 0.25 s.
        with self._alone, decimal.localcontext() as context:
            context.prec = self.digits + GUARD
            for k in range(len(self), updates + 1):
                layers, offsets = self._start
                if k:
                    before = self.weights[-1], self.biases[-1], self._layers, self._target(k - 1)
                    layers, offsets = _exact_update(self._shape, *before, self._rate)
                inputs = list(self._inputs[k % len(self._inputs)])
                outs = _exact_forward(self._shape, layers, offsets, inputs)
                error = _exact_loss(self._shape, outs[-1], self._target(k))
                # All of them or, where one is beyond all bounds, none.
                self._layers = outs
                self.weights.append(layers)
                self.biases.append(offsets)
                self.errors.append(error)
                self.outs.append(outs[-1])

    def _target(self, k: int) -> Sequence[Decimal]:
        return self._targets[k % len(self._targets)]


def _exact_forward(
    shape: Shape, layers: list[Matrix], offsets: list[list[Decimal]], x: list[Decimal]
) -> list[list[Decimal]]:
    outs = [x]
    for depth, (rows, name) in enumerate(zip(layers, shape.activations, strict=True)):
        nets = [sum(map(mul, row, outs[-1]), Decimal(0)) for row in rows]
        if offsets:
            bias = offsets[depth]
            shared = len(bias) < len(nets)
            nets = [net + bias[0 if shared else j] for j, net in enumerate(nets)]
        outs.append(ACTIVATIONS[name].exact(nets))
    return outs


def _exact_update(
    shape: Shape,
    layers: list[Matrix],
    offsets: list[list[Decimal]],
    outs: list[list[Decimal]],
    target: Sequence[Decimal],
    rate: Decimal,
) -> tuple[list[Matrix], list[list[Decimal]]]:
    new_layers, new_offsets = list(layers), list(offsets)
    delta = _exact_output_delta(shape, outs[-1], target)
    for depth in reversed(range(len(layers))):
        before = outs[depth]
        steps = [rate * value for value in delta]
        new_layers[depth] = [
            [weight - step * value for weight, value in zip(row, before, strict=True)]
            for row, step in zip(layers[depth], steps, strict=True)
        ]
        if offsets and shape.trained_biases:
            bias = offsets[depth]
            moves = [sum(steps)] if len(bias) < len(steps) else steps
            new_offsets[depth] = [value - move for value, move in zip(bias, moves, strict=True)]
        if depth:
            rows = new_layers[depth] if shape.update == "sequential" else layers[depth]
            slope = ACTIVATIONS[shape.activations[depth - 1]].exact_slope
            delta = [
                sum(map(mul, column, delta), Decimal(0)) * slope(value)
                for column, value in zip(zip(*rows, strict=True), before, strict=True)
            ]
    return new_layers, new_offsets


def _exact_output_delta(
    shape: Shape, out: Sequence[Decimal], target: Sequence[Decimal]
) -> list[Decimal]:
    name = shape.activations[-1]
    if name == "softmax":
        total = sum(target, Decimal(0))
        return [value * total - goal for value, goal in zip(out, target, strict=True)]
    if shape.short_slope:
        return [value - goal for value, goal in zip(out, target, strict=True)]
    slope = ACTIVATIONS[name].exact_slope
    return [(value - goal) * slope(value) for value, goal in zip(out, target, strict=True)]


def _exact_loss(shape: Shape, out: Sequence[Decimal], target: Sequence[Decimal]) -> Decimal:
    if shape.loss == "half squared error":
        return (
            sum(((goal - value) ** 2 for value, goal in zip(out, target, strict=True)), Decimal(0))
            / 2
        )
    pairs = list(zip(target, out, strict=True))
    if shape.activations[-1] != "softmax":
        pairs += [(1 - goal, 1 - value) for goal, value in pairs]
    return -sum((goal * value.ln() for goal, value in pairs if goal), Decimal(0))
