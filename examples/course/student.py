"""One hidden layer, trained by gradient descent: as a student handed it in."""

import numpy as np


def sigmoid(z):
    """The activation of every unit."""
    return 1 / (1 + np.exp(-z))


def forward(inputs, hidden_weights, hidden_bias, output_weights, output_bias):
    """Outputs of the hidden and of the output layer; matrices have a row for each target unit."""
    hidden = sigmoid(hidden_weights @ inputs)
    return hidden, sigmoid(output_weights @ hidden + output_bias)


def gradients(inputs, hidden, output, target, output_weights):
    """The gradients of the half squared error by both weight matrices."""
    output_delta = output - target
    hidden_delta = (output_weights.T @ output_delta) * hidden * (1 - hidden)
    return np.outer(hidden_delta, inputs), np.outer(output_delta, hidden)


def step(inputs, hidden, output, target, hidden_weights, output_weights, rate):
    """Both weight matrices after one update."""
    output_delta = (output - target) * output * (1 - output)
    output_weights = output_weights - rate * np.outer(output_delta, hidden)
    hidden_delta = (output_weights.T @ output_delta) * hidden * (1 - hidden)
    hidden_weights = hidden_weights - rate * np.outer(hidden_delta, inputs)
    return hidden_weights, output_weights
