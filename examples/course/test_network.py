"""The course's tests: what the lecture's example says, function by function.

Each function is given the lecture's values of what comes before it, so that a mistake is told
where it was made.
"""

import numpy as np
import pytest

pytestmark = pytest.mark.golden(example="example", update="simultaneous")


@pytest.fixture
def givens(golden):
    """Inputs, targets, weights and biases of the lecture's example."""
    return {
        "inputs": golden.value("l"),
        "target": golden.value("target"),
        "hidden_weights": golden.value("w", layer="h"),
        "hidden_bias": golden.value("b_1"),
        "output_weights": golden.value("w", layer="o"),
        "output_bias": golden.value("b_2"),
        "rate": golden.value(r"\eta"),
    }


def chosen(givens, *names):
    """Some of the givens."""
    return {name: givens[name] for name in names}


def test_forward(network, golden, givens):
    """The outputs of both layers, to the digits that the lecture prints."""
    layers = ("hidden_weights", "hidden_bias", "output_weights", "output_bias")
    hidden, output = network.forward(**chosen(givens, "inputs", *layers))
    golden.check("out", hidden, layer="h")
    golden.check("out", output, layer="o")


def test_gradients(network, golden, givens):
    """The gradients by all weights, as exact as floats are."""
    by_hidden, by_output = network.gradients(
        **chosen(givens, "inputs", "target", "output_weights"),
        hidden=golden.value("out", layer="h"),
        output=golden.value("out", layer="o"),
    )
    golden.check(r"\frac{\partial E}{\partial w}", by_output, layer="o", exact=True)
    golden.check(r"\frac{\partial E}{\partial w}", by_hidden, layer="h", exact=True)


def test_step(network, golden, givens):
    """All weights after one update."""
    hidden_weights, output_weights = network.step(
        **chosen(givens, "inputs", "target", "hidden_weights", "output_weights", "rate"),
        hidden=golden.value("out", layer="h"),
        output=golden.value("out", layer="o"),
    )
    golden.check("w^+", output_weights, layer="o")
    golden.check("w^+", hidden_weights, layer="h")


def test_training(network, golden, givens):
    """The lecture's thousand iterations; right only once all the functions are."""
    biases = chosen(givens, "hidden_bias", "output_bias")
    samples = chosen(givens, "inputs", "target")
    hidden_weights, output_weights = givens["hidden_weights"], givens["output_weights"]
    outputs = []
    for _ in range(1001):
        hidden, output = network.forward(
            givens["inputs"],
            hidden_weights=hidden_weights,
            output_weights=output_weights,
            **biases,
        )
        outputs.append(output)
        hidden_weights, output_weights = network.step(
            **samples,
            hidden=hidden,
            output=output,
            hidden_weights=hidden_weights,
            output_weights=output_weights,
            rate=givens["rate"],
        )
    golden.check_run("out", np.array(outputs))
