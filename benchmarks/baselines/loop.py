"""One perceptron of the deck's size by a plain loop over NumPy arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

INPUTS, TARGETS = np.array([5.0, 10.0]), np.array([0.01, 0.99])
HIDDEN = np.array([[0.1, 0.15], [0.2, 0.25], [0.3, 0.35]])
OUTPUT = np.array([[0.4, 0.5, 0.6], [0.45, 0.55, 0.65]])
BIASES = (0.35, 0.65)
RATE = 0.5


def sigmoid(values: Any) -> Any:
    return 1 / (1 + np.exp(-values))


def perceptron(iterations: int) -> Any:
    """One perceptron, one iteration after the other: its outputs and error before each update."""
    hidden, output = HIDDEN.copy(), OUTPUT.copy()
    trace = np.empty((iterations, 3))
    for step in range(iterations):
        inner = sigmoid(hidden @ INPUTS + BIASES[0])
        out = sigmoid(output @ inner + BIASES[1])
        trace[step] = *out, 0.5 * ((TARGETS - out) ** 2).sum()
        slope = (out - TARGETS) * out * (1 - out)
        back = output.T @ slope * inner * (1 - inner)
        output -= RATE * np.outer(slope, inner)
        hidden -= RATE * np.outer(back, INPUTS)
    return trace
