"""One hidden layer, trained by gradient descent: as it should be."""

import numpy as np


def sigmoid(z):
    """The activation of every unit."""
    return 1 / (1 + np.exp(-z))


def forward(inputs, hidden_weights, hidden_bias, output_weights, output_bias):
    """Outputs of the hidden and of the output layer; matrices have a row for each target unit."""
    hidden = sigmoid(hidden_weights @ inputs + hidden_bias)
    return hidden, sigmoid(output_weights @ hidden + output_bias)


def gradients(inputs, hidden, output, target, output_weights):
    """The gradients of the half squared error by both weight matrices."""
    output_delta = (output - target) * output * (1 - output)
    hidden_delta = (output_weights.T @ output_delta) * hidden * (1 - hidden)
    return np.outer(hidden_delta, inputs), np.outer(output_delta, hidden)


def step(inputs, hidden, output, target, hidden_weights, output_weights, rate):
    """Both weight matrices after one update."""
    by_hidden, by_output = gradients(inputs, hidden, output, target, output_weights)
    return hidden_weights - rate * by_hidden, output_weights - rate * by_output
