"""A later step, against the same step of an example that is given what the updates left."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bpreport.formula import MP, rounded, to_decimal
from bpreport.worked import later_step, linear_regression
from bpreport.worked import logistic_regression as logistic
from bpreport.worked.perceptron_settings import from_settings

NET: dict[str, Any] = {
    "layers": {"x": "2", "h": "2", "o": "1"},
    "given": {
        "x": [["0.5", "0.3"], ["1", "-0.2"]],
        "target": [["1"], ["0"]],
        "w": ["0.4", "0.6", "-0.3", "0.1", "0.7", "-0.5"],
        "b": ["0.35", "0.2"],
    },
    "learning_rate": "0.5",
    "iterations": "4",
}
DATA: dict[str, Any] = {
    "data": {"x": ["1", "2", "3"], "y": ["0", "1", "1"]},
    "learning_rate": "0.1",
    "iterations": "4",
    "start": ["0.2", "-0.1"],
}
SAMPLES = [(0, 0), (1, 1), (2, 0), (1, 0)]


def typed(value: Any) -> str:
    """A value of 50 digits as a deck would have to type it."""
    digits = to_decimal(value)
    return f"{'-' if digits < 0 else ''}{rounded(digits.copy_abs(), 48)}"


@pytest.mark.parametrize("update", ["simultaneous", "sequential"])
@pytest.mark.parametrize(("updates", "sample"), SAMPLES)
def test_a_perceptron(updates, sample, update):
    """Every quantity of the step, of a network that is given the state and the sample."""
    example = from_settings("net", NET | {"update": update})
    state = example.after(updates)
    weights = [typed(state.weights[key]) for key in example.weight_keys]
    biases = [typed(state.biases[key]) for key in example.bias_keys]
    given = NET["given"] | {"w": weights, "b": biases}
    given |= {name: [NET["given"][name][sample]] for name in ("x", "target")}
    alone = from_settings("net", NET | {"update": update, "given": given}).trace()
    later = later_step(example, example.trace(), updates, sample)
    assert (later.updates, later.sample) == (updates, sample)
    assert later.quantities.keys() == alone.quantities.keys()
    for key, quantity in alone.quantities.items():
        assert abs(later.quantities[key].value - quantity.value) < MP.mpf("1e-38"), key


@pytest.mark.parametrize("room", [linear_regression, logistic])
@pytest.mark.parametrize("updates", [1, 3])
def test_a_regression(room, updates):
    """Every quantity of the step, of a regression that starts from where the descent is."""
    example = room.from_settings("line", DATA)
    later = later_step(example, example.trace(), updates)
    start = tuple(typed(later.quantities[rf"\theta_{{{j}}}"].value) for j in range(2))
    alone = replace(example, samples=replace(example.samples, start=start)).trace()
    path = example.trace().series["parameters"]
    assert [float(text) for text in start] == pytest.approx(path[updates], rel=1e-12)
    for key, quantity in alone.quantities.items():
        assert abs(later.quantities[key].value - quantity.value) < MP.mpf("1e-38"), key


def test_what_an_update_left_is_not_given():
    """The digits of a computed number are rounded, those of a given are its own."""
    example = from_settings("net", NET)
    first, later = example.trace(), later_step(example, example.trace(), 1)
    assert first.quantities["w_{1}"].stage == "given"
    assert later.quantities["w_{1}"].stage == "update"
    assert later.quantities["x_{1}"].stage == "given"
