"""Decks of a perceptron, written by a plain forward and backward pass of their own.

Nothing here is shared with what computes the worked examples: loops over floats, one sample,
sigmoid units, half squared error, weights numbered by target, one bias a layer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import exp

__all__ = ["Network", "deck", "equation"]


def _sigmoid(z: float) -> float:
    return 1 / (1 + exp(-z))


@dataclass
class Network:
    """A perceptron with one hidden layer; units are counted from 0."""

    x: list[float]
    target: list[float]
    v: list[list[float]]
    """Weights into the hidden units: v[j][i] from input i."""
    w: list[list[float]]
    """Weights into the output units: w[k][j] from hidden unit j."""
    b: list[float]
    rate: float
    trained: bool = False
    """Whether the biases change as well; each unit then has its own."""
    bh: list[float] = field(init=False)
    bo: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self.bh = [self.b[0]] * len(self.v)
        self.bo = [self.b[1]] * len(self.w)

    def forward(self) -> tuple[list[float], list[float], list[float], list[float]]:
        """Pre-activations and outputs of the hidden layer, then of the output layer."""
        hidden = [
            sum(a * q for a, q in zip(row, self.x, strict=True)) + bias
            for row, bias in zip(self.v, self.bh, strict=True)
        ]
        h = [_sigmoid(z) for z in hidden]
        output = [
            sum(a * q for a, q in zip(row, h, strict=True)) + bias
            for row, bias in zip(self.w, self.bo, strict=True)
        ]
        return hidden, h, output, [_sigmoid(z) for z in output]

    def gradients(self, sequential: bool) -> tuple[list[list[float]], list[list[float]]]:
        """By v and by w; `sequential` takes the hidden ones with w already updated."""
        _, h, _, o = self.forward()
        delta = [(out - t) * out * (1 - out) for out, t in zip(o, self.target, strict=True)]
        by_w = [[d * out for out in h] for d in delta]
        w = [
            [a - self.rate * g if sequential else a for a, g in zip(row, slopes, strict=True)]
            for row, slopes in zip(self.w, by_w, strict=True)
        ]
        back = [
            sum(d * row[j] for d, row in zip(delta, w, strict=True)) * h[j] * (1 - h[j])
            for j in range(len(h))
        ]
        return [[d * q for q in self.x] for d in back], by_w

    def step(self, sequential: bool = False) -> None:
        """One update."""
        by_v, by_w = self.gradients(sequential)
        if self.trained:
            # The slope by a bias is that by a weight whose source is 1.
            bias_h = [row[0] / self.x[0] for row in by_v]
            _, h, _, _ = self.forward()
            bias_o = [row[0] / h[0] for row in by_w]
            # One bias serves all units of a layer, and so gets all their slopes.
            self.bh = [self.bh[0] - self.rate * sum(bias_h)] * len(self.bh)
            self.bo = [self.bo[0] - self.rate * sum(bias_o)] * len(self.bo)
        for rows, slopes in ((self.v, by_v), (self.w, by_w)):
            for row, slope in zip(rows, slopes, strict=True):
                row[:] = [a - self.rate * g for a, g in zip(row, slope, strict=True)]

    def quantities(self, sequential: bool = False) -> dict[str, float]:
        """What a deck prints of one step, by the symbol as it types it."""
        hidden, h, output, o = self.forward()
        by_v, by_w = self.gradients(sequential)
        found: dict[str, float] = {}
        for j, (z, out) in enumerate(zip(hidden, h, strict=True), 1):
            found[rf"net_{{h{j}}}"], found[rf"out_{{h{j}}}"] = z, out
        for k, (z, out) in enumerate(zip(output, o, strict=True), 1):
            found[rf"net_{{o{k}}}"], found[rf"out_{{o{k}}}"] = z, out
            found[rf"E_{{o{k}}}"] = (self.target[k - 1] - out) ** 2 / 2
        found["E_{total}"] = sum((t - out) ** 2 / 2 for t, out in zip(self.target, o, strict=True))
        slopes = [g for row in by_v + by_w for g in row]
        for number, (a, g) in enumerate(zip(self.weights(), slopes, strict=True), 1):
            found[rf"\frac{{\partial E_{{total}}}}{{\partial w_{{{number}}}}}"] = g
            found[rf"w_{{{number}}}^+"] = a - self.rate * g
        return found

    def weights(self) -> list[float]:
        """All weights, as they are numbered."""
        return [a for row in self.v + self.w for a in row]


def equation(symbol: str, digits: str) -> str:
    """A display formula on lines of its own."""
    return f"$${symbol} = {digits}$$\n"


def deck(
    network: Network, formulas: list[str], settings: Mapping[str, str], iterations: int = 20
) -> str:
    """The source of a deck whose slide follows the network; `settings` are further keys."""
    keys = "".join(f"    {key}: {value}\n" for key, value in settings.items())
    return (
        "---\nworked:\n  net:\n    kind: perceptron\n"
        f"    layers: {{x: {len(network.x)}, h: {len(network.v)}, o: {len(network.w)}}}\n"
        f"    given:\n      x: {network.x}\n      target: {network.target}\n"
        f"      b: {network.b}\n      w: {network.weights()}\n"
        "    weights: {x-h: by target, h-o: by target}\n"
        f"    learning_rate: {network.rate}\n    iterations: {iterations}\n{keys}---\n\n"
        "## One step {worked=net}\n\n" + "\n".join(formulas)
    )
