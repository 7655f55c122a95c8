"""Worked examples as the deck reader hands them over: numbers are text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpreport.formula import MPMATH, evaluate
from bpreport.worked.trace import Trace

BP: dict[str, Any] = {
    "layers": {"l": "2", "h": "3", "o": "2"},
    "given": {
        "l": ["5", "10"],
        "target": ["0.01", "0.99"],
        "b": ["0.35", "0.65"],
        "w": [
            "0.1",
            "0.15",
            "0.2",
            "0.25",
            "0.3",
            "0.35",
            "0.4",
            "0.45",
            "0.5",
            "0.55",
            "0.6",
            "0.65",
        ],
    },
    "weights": {"l-h": "by target", "h-o": "by source"},
    "biases": {"per": "layer", "trained": False},
    "learning_rate": "0.5",
    "iterations": "1000",
    "unstated": ["update", "counting"],
}
"""The 2-3-2 example of the BP slides."""

DESCENT: dict[str, Any] = {
    "objective": r"0.5 * (\theta - 0.25)^2",
    "runs": {"fast": {"learning_rate": "1.5"}, "slow": {"learning_rate": "0.25"}},
    "unstated": ["start", "tolerance", "stop"],
}

INDEXED: dict[str, Any] = {
    "layers": {"x": "2", "y": "3", "O": "2"},
    "given": {
        "x": ["0.5", "-0.25"],
        "target": ["0.2", "0.8"],
        "v": [["0.1", "0.2", "0.3"], ["0.4", "-0.5", "0.6"], ["0.7", "0.8", "-0.9"]],
        "w": [["0.1", "0.2"], ["0.3", "-0.4"], ["0.5", "0.6"], ["-0.7", "0.8"]],
    },
    "weights": {"x-y": "v_{ij}", "y-O": "w_{jk}"},
    "biases": {"per": "index", "trained": True},
    "notation": {"out": "layer", "target": "d", "units": "number"},
    "learning_rate": "0.3",
    "iterations": "20",
}
"""The three-layer perceptron of the BP slides, with a bias unit of index 0."""

DEEP: dict[str, Any] = {
    "layers": {"x": "2", "a": "3", "c": "2", "o": "2"},
    "activation": {"a": "tanh", "c": "relu", "o": "identity"},
    "given": {
        "x": ["1.0", "-2.0"],
        "target": ["0.5", "-0.5"],
        "b": [["0.1", "-0.1", "0.2"], ["0.3", "0.4"], ["0.05", "-0.05"]],
        "w": [
            "0.3",
            "-0.2",
            "0.5",
            "0.1",
            "-0.4",
            "0.2",
            "0.6",
            "0.7",
            "0.1",
            "-0.3",
            "0.9",
            "0.4",
            "0.2",
            "-0.1",
            "0.8",
            "0.5",
        ],
    },
    "weights": {"x-a": "by target", "a-c": "by source", "c-o": "by target"},
    "biases": {"per": "unit", "trained": True},
    "learning_rate": "0.05",
    "iterations": "50",
}

SOFTMAX: dict[str, Any] = {
    "layers": {"x": "2", "h": "2", "o": "3"},
    "activation": {"h": "sigmoid", "o": "softmax"},
    "loss": "cross-entropy",
    "given": {
        "x": ["0.5", "1.5"],
        "target": ["0", "1", "0"],
        "b": ["0.1", "0.2"],
        "w": ["0.1", "0.2", "0.3", "0.4", "0.5", "-0.6", "0.7", "0.8", "0.9", "-1.0"],
    },
    "weights": {"x-h": "by target", "h-o": "by target"},
    "biases": {"per": "layer", "trained": True},
    "learning_rate": "0.5",
    "iterations": "30",
}

CROSS_ENTROPY: dict[str, Any] = {
    "layers": {"x": "2", "h": "2", "o": "1"},
    "loss": "cross-entropy",
    "given": {
        "x": [["0", "0"], ["0", "1"], ["1", "0"], ["1", "1"]],
        "target": [["0"], ["1"], ["1"], ["0"]],
        "b": ["0.1", "-0.2", "0.3"],
        "w": ["0.5", "-0.4", "0.3", "0.9", "-0.7", "0.6"],
    },
    "weights": {"x-h": "by target", "h-o": "by target"},
    "biases": {"per": "unit", "trained": True},
    "learning_rate": "0.8",
    "iterations": "40",
}
"""XOR, four samples in turn."""

SINGLE: dict[str, Any] = {
    "layers": {"x": "3", "y": "1"},
    "given": {"x": ["1", "2", "3"], "target": ["1"], "w": ["0.1", "0.2", "-0.3"]},
    "weights": {"x-y": "by target"},
    "learning_rate": "0.1",
    "iterations": "5",
}
"""No hidden layer and no bias."""

NETWORKS: dict[str, dict[str, Any]] = {
    "bp": BP,
    "indexed": INDEXED,
    "deep": DEEP,
    "softmax": SOFTMAX,
    "cross-entropy": CROSS_ENTROPY,
    "single": SINGLE,
}


def recomputed(trace: Trace, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Values of forward pass and error at 50 digits, with some givens changed."""
    values: dict[str, Any] = {}
    for key, quantity in trace.quantities.items():
        if key in changes:
            values[key] = changes[key]
        elif quantity.formula is None:
            values[key] = quantity.value
        elif quantity.stage in ("forward", "error", "model", "objective"):
            values[key] = evaluate(quantity.formula, values, MPMATH)
    return values
