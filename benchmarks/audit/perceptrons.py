"""Random networks: the quantities of one step of training, and the course of many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from benchmarks.audit.examples import Example, typed
from benchmarks.audit.expressions import (
    HALF,
    MP,
    ONE,
    Expression,
    Value,
    add,
    call,
    multiply,
    name,
    negative,
    ratio,
    subtract,
)

Matrix = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Perceptron:
    """The givens of a network; layer 0 are the inputs."""

    sizes: tuple[int, ...]
    activations: tuple[str, ...]
    """Of layers 1, 2, ...: sigmoid, tanh, identity or softmax."""
    loss: str
    """ "half squared error" or "cross-entropy"."""
    inputs: tuple[str, ...]
    targets: tuple[str, ...]
    weights: tuple[Matrix, ...]
    """weights[d][s][t] joins unit s of layer d to unit t of layer d + 1."""
    biases: tuple[tuple[str, ...], ...]
    """For each layer behind the inputs one digit string, or one for each unit; or no biases."""
    trained: bool
    rate: str
    update: str
    """ "simultaneous" or "sequential"."""

    @property
    def last(self) -> int:
        return len(self.sizes) - 1

    def bias(self, depth: int, unit: int) -> str | None:
        """The key of the bias of a unit."""
        if not self.biases:
            return None
        return f"b/{depth}/{unit if len(self.biases[depth - 1]) > 1 or self.per_unit else 0}"

    @property
    def per_unit(self) -> bool:
        return all(len(row) == size for row, size in zip(self.biases, self.sizes[1:], strict=True))


def random_perceptron(random: Random) -> Perceptron:
    layers = random.choice((1, 2, 2, 2, 3, 4))
    sizes = tuple(random.randint(1, 5 if layers < 3 else 3) for _ in range(layers + 1))
    per_unit, some = random.random() < 0.5, random.random() < 0.9
    hidden = random.choice(("sigmoid", "sigmoid", "tanh"))
    last, loss = random.choice(
        (("sigmoid", "half squared error"),) * 4
        + (("identity", "half squared error"), ("sigmoid", "cross-entropy"))
        + ((("softmax", "cross-entropy"),) if sizes[-1] > 1 else ())
    )
    if last == "softmax":
        hot = random.randrange(sizes[-1])
        targets = tuple("1" if unit == hot else "0" for unit in range(sizes[-1]))
    elif loss == "cross-entropy":
        targets = tuple(random.choice("01") for _ in range(sizes[-1]))
    else:
        targets = tuple(typed(random, 0.01, 0.99, 2) for _ in range(sizes[-1]))
    places = random.choice((1, 2, 2))
    return Perceptron(
        sizes=sizes,
        activations=(hidden,) * (layers - 1) + (last,),
        loss=loss,
        inputs=tuple(typed(random, -2, 3, random.choice((0, 1, 2))) for _ in range(sizes[0])),
        targets=targets,
        weights=tuple(
            tuple(tuple(typed(random, -1, 1, places) for _ in range(after)) for _ in range(before))
            for before, after in pairwise(sizes)
        ),
        biases=tuple(
            tuple(typed(random, -1, 1, 2) for _ in range(size if per_unit else 1))
            for size in sizes[1:]
        )
        if some
        else (),
        trained=random.random() < 0.5,
        rate=random.choice(("0.1", "0.5", "0.2", "0.05", "1", "0.3")),
        update=random.choice(("simultaneous", "sequential")),
    )


def perceptron_step(net: Perceptron) -> Example:
    """The first step of training with all its quantities."""
    example = Example("perceptron")
    for unit, digits in enumerate(net.inputs):
        example.give(f"out/0/{unit}", digits)
    for unit, digits in enumerate(net.targets):
        example.give(f"t/{net.last}/{unit}", digits)
    for depth, matrix in enumerate(net.weights):
        for source, row in enumerate(matrix):
            for unit, digits in enumerate(row):
                example.give(f"w/{depth + 1}/{source}/{unit}", digits)
    for depth, biases in enumerate(net.biases, 1):
        for unit, digits in enumerate(biases):
            example.give(f"b/{depth}/{unit}", digits)
    example.give("rate", net.rate)
    for depth in range(1, net.last + 1):
        _forward(net, depth, example)
    _errors(net, example)
    for depth in range(net.last, 0, -1):
        _gradients(net, depth, example)
        if net.update == "sequential":
            _updates(net, depth, example)
    if net.update == "simultaneous":
        for depth in range(net.last, 0, -1):
            _updates(net, depth, example)
    return example


def _forward(net: Perceptron, depth: int, example: Example) -> None:
    for unit in range(net.sizes[depth]):
        terms = [
            multiply(name(f"w/{depth}/{source}/{unit}"), name(f"out/{depth - 1}/{source}"))
            for source in range(net.sizes[depth - 1])
        ]
        bias = net.bias(depth, unit)
        if bias is not None:
            terms.append(name(bias))
        example.define(f"net/{depth}/{unit}", add(*terms))
    activation = net.activations[depth - 1]
    for unit in range(net.sizes[depth]):
        before = name(f"net/{depth}/{unit}")
        if activation == "softmax":
            powers = [call("exp", name(f"net/{depth}/{k}")) for k in range(net.sizes[depth])]
            formula = ratio(powers[unit], add(*powers))
        else:
            formula = before if activation == "identity" else call(activation, before)
        example.define(f"out/{depth}/{unit}", formula)


def _errors(net: Perceptron, example: Example) -> None:
    units = range(net.sizes[-1])
    for unit in units:
        target, out = name(f"t/{net.last}/{unit}"), name(f"out/{net.last}/{unit}")
        if net.loss == "half squared error":
            share = multiply(HALF, call("square", subtract(target, out)))
        elif net.activations[-1] == "softmax":
            share = negative(multiply(target, call("ln", out)))
        else:
            share = subtract(
                negative(multiply(target, call("ln", out))),
                multiply(subtract(ONE, target), call("ln", subtract(ONE, out))),
            )
        example.define(f"error/{net.last}/{unit}", share)
    example.define("total", add(*(name(f"error/{net.last}/{unit}") for unit in units)))


def _gradients(net: Perceptron, depth: int, example: Example) -> None:
    for unit in range(net.sizes[depth]):
        out, by_net = name(f"out/{depth}/{unit}"), f"by-net/{depth}/{unit}"
        target = name(f"t/{net.last}/{unit}")
        if net.activations[depth - 1] == "softmax":
            example.define(by_net, subtract(out, target))
        else:
            by_out = example.define(f"by-out/{depth}/{unit}", _by_out(net, depth, unit, example))
            factors = [by_out]
            if net.activations[depth - 1] != "identity":
                slope = multiply(out, subtract(ONE, out))
                if net.activations[depth - 1] == "tanh":
                    slope = subtract(ONE, call("square", out))
                factors.append(example.define(f"slope/{depth}/{unit}", slope))
            example.define(by_net, multiply(*factors))
        for source in range(net.sizes[depth - 1]):
            example.define(
                f"by-w/{depth}/{source}/{unit}",
                multiply(name(by_net), name(f"out/{depth - 1}/{source}")),
            )
    if net.biases and net.trained:
        for unit in range(len(net.biases[depth - 1])):
            shared = range(net.sizes[depth]) if len(net.biases[depth - 1]) == 1 else (unit,)
            shares = add(*(name(f"by-net/{depth}/{k}") for k in shared))
            example.define(f"by-b/{depth}/{unit}", shares)


def _by_out(net: Perceptron, depth: int, unit: int, example: Example) -> Expression:
    out, target = name(f"out/{depth}/{unit}"), name(f"t/{net.last}/{unit}")
    if depth == net.last:
        if net.loss == "half squared error":
            return negative(subtract(target, out))
        return add(negative(ratio(target, out)), ratio(subtract(ONE, target), subtract(ONE, out)))
    weight = "new-w" if net.update == "sequential" else "w"
    ways = range(net.sizes[depth + 1])
    through = [
        multiply(name(f"by-net/{depth + 1}/{k}"), name(f"{weight}/{depth + 1}/{unit}/{k}"))
        for k in ways
    ]
    if depth + 1 == net.last and net.activations[-1] != "softmax":
        # The error of one output unit depends on that unit alone: its path has a name.
        for k, way in enumerate(through):
            example.define(f"path/{net.last}/{k}/{unit}", way)
        return add(*(name(f"path/{net.last}/{k}/{unit}") for k in ways))
    return add(*through)


def _updates(net: Perceptron, depth: int, example: Example) -> None:
    def update(old: str, gradient: str) -> None:
        step = multiply(name("rate"), name(gradient))
        example.define(f"new-{old}", subtract(name(old), step))

    for source in range(net.sizes[depth - 1]):
        for unit in range(net.sizes[depth]):
            update(f"w/{depth}/{source}/{unit}", f"by-w/{depth}/{source}/{unit}")
    if net.biases and net.trained:
        for unit in range(len(net.biases[depth - 1])):
            update(f"b/{depth}/{unit}", f"by-b/{depth}/{unit}")


def train(net: Perceptron, updates: int) -> list[dict[str, Value]]:
    """Values of weights, outputs and error after 0, 1, ... updates.

    Sequential: a layer's gradients read the weights behind it as already updated.
    """
    weights = [[[MP.mpf(digits) for digits in row] for row in matrix] for matrix in net.weights]
    biases = [
        [MP.mpf(row[unit if len(row) > 1 else 0]) for unit in range(size)]
        for row, size in zip(net.biases or (("0",),) * net.last, net.sizes[1:], strict=True)
    ]
    rate = MP.mpf(net.rate)
    states = []
    for _ in range(updates + 1):
        outs = [[MP.mpf(digits) for digits in net.inputs]]
        for depth in range(1, net.last + 1):
            before = outs[-1]
            nets = [
                MP.fsum(w[unit] * o for w, o in zip(weights[depth - 1], before, strict=True))
                + biases[depth - 1][unit]
                for unit in range(net.sizes[depth])
            ]
            outs.append(_activated(nets, net.activations[depth - 1]))
        states.append(_state(net, weights, biases, outs))
        _train_once(net, weights, biases, outs, rate)
    return states


def _activated(nets: Sequence[Value], activation: str) -> list[Value]:
    if activation == "softmax":
        whole = MP.fsum(map(MP.exp, nets))
        return [MP.exp(value) / whole for value in nets]
    function = {"sigmoid": lambda z: 1 / (1 + MP.exp(-z)), "tanh": MP.tanh, "identity": MP.mpf}
    return [function[activation](value) for value in nets]


def _state(
    net: Perceptron, weights: list[list[list[Value]]], biases: list[list[Value]],
    outs: list[list[Value]],
) -> dict[str, Value]:  # fmt: skip
    state = {f"out/{net.last}/{unit}": value for unit, value in enumerate(outs[-1])}
    for depth, matrix in enumerate(weights, 1):
        for source, row in enumerate(matrix):
            for unit, value in enumerate(row):
                state[f"w/{depth}/{source}/{unit}"] = value
    if net.biases:
        for depth, row in enumerate(biases, 1):
            state |= {f"b/{depth}/{unit}": value for unit, value in enumerate(row)}
    targets = [MP.mpf(digits) for digits in net.targets]
    pairs = list(zip(targets, outs[-1], strict=True))
    if net.loss == "half squared error":
        state["total"] = MP.fsum((t - o) ** 2 for t, o in pairs) / 2
    elif net.activations[-1] == "softmax":
        state["total"] = -MP.fsum(t * MP.ln(o) for t, o in pairs if t)
    else:
        state["total"] = -MP.fsum(MP.ln(o if t else 1 - o) for t, o in pairs)
    return state


def _train_once(
    net: Perceptron, weights: list[list[list[Value]]], biases: list[list[Value]],
    outs: list[list[Value]], rate: Value,
) -> None:  # fmt: skip
    slopes: dict[str, Callable[[Value], Value]] = {
        "sigmoid": lambda o: o * (1 - o),
        "tanh": lambda o: 1 - o * o,
        "identity": lambda _: MP.mpf(1),
    }
    deltas: list[Value] = []
    kept: list[list[Value]] = []
    """The weights behind a layer, before they are updated."""
    for depth in range(net.last, 0, -1):
        slope = slopes.get(net.activations[depth - 1])
        if depth == net.last:
            deltas = [o - MP.mpf(t) for o, t in zip(outs[-1], net.targets, strict=True)]
            if net.loss == "half squared error" and slope is not None:
                deltas = [d * slope(o) for d, o in zip(deltas, outs[-1], strict=True)]
        else:
            used = weights[depth] if net.update == "sequential" else kept
            errors = [MP.fsum(w * d for w, d in zip(row, deltas, strict=True)) for row in used]
            assert slope is not None
            deltas = [e * slope(o) for e, o in zip(errors, outs[depth], strict=True)]
        kept = [list(row) for row in weights[depth - 1]]
        for source, row in enumerate(weights[depth - 1]):
            for unit, delta in enumerate(deltas):
                row[unit] -= rate * delta * outs[depth - 1][source]
        if net.biases and net.trained:
            shared = len(net.biases[depth - 1]) == 1
            for unit, delta in enumerate(deltas):
                biases[depth - 1][unit] -= rate * (MP.fsum(deltas) if shared else delta)
