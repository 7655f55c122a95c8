"""Series at 50 digits, against the trees of the steps; floats are only as good as floats."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bpreport.formula import MP, EvaluationError
from bpreport.worked import Trace, descent, later_step, linear_regression, logistic_regression
from bpreport.worked.exact_series import exact_series, gathered
from bpreport.worked.perceptron_settings import from_settings as network

NET: dict[str, Any] = {
    "layers": {"x": "2", "h": "2", "o": "1"},
    "given": {
        "x": [["0.5", "0.3"], ["1", "-0.2"]],
        "target": [["1"], ["0"]],
        "w": ["0.4", "0.6", "-0.3", "0.1", "0.7", "-0.5"],
        "b": ["0.35", "0.2"],
    },
    "learning_rate": "0.5",
    "iterations": "5",
}
DATA: dict[str, Any] = {
    "data": {"x": ["1", "2", "3"], "y": ["0", "1", "1"]},
    "learning_rate": "0.1",
    "iterations": "5",
    "start": ["0.2", "-0.1"],
}


def close(one: Any, other: Any) -> bool:
    """Whether 40 digits agree, as everywhere; a hundredth is the least that occurs here."""
    return bool(abs(one - other) < MP.mpf("1e-42"))


@pytest.mark.parametrize("update", ["simultaneous", "sequential"])
def test_a_network(update):
    """Each update is what the step before it leaves; outputs and error are those of the step."""
    example = network("net", NET | {"update": update})
    trace = example.trace()
    found = exact_series(example, trace, range(6))
    for updates in range(6):
        step = later_step(example, trace, updates, updates % 2)
        assert close(found["out"][updates][0], step.quantities["out_{o1}"].value)
        assert close(found["error"][updates], step.quantities["E_{total}"].value)
        for series, keys in (("weights", example.weight_keys), ("biases", example.bias_keys)):
            for place, key in enumerate(keys):
                assert close(found[series][updates][place], step.quantities[key].value)
                if updates < 5:
                    left = step.quantities[f"{key}^{{+}}"].value
                    assert close(found[series][updates + 1][place], left)


@pytest.mark.parametrize(
    "example",
    [
        linear_regression.from_settings("fit", DATA | {"loss": "half sum"}),
        linear_regression.from_settings("fit", DATA | {"loss": "half mean"}),
        logistic_regression.from_settings("fit", DATA),
    ],
)
def test_a_regression(example):
    trace = example.trace()
    found = exact_series(example, trace, range(6))
    (objective,) = [key for key, role in trace.roles.items() if role.kind == "objective"]
    for updates in range(6):
        step = later_step(example, trace, updates)
        assert close(found["objective"][updates], step.quantities[objective].value)
        for j, value in enumerate(found["parameters"][updates]):
            assert close(value, step.quantities[rf"\theta_{{{j}}}"].value)


def test_a_descent_of_two_runs():
    """In two variables: the iterates are the quantities of the trace."""
    example = descent.from_settings("d", {
        "objective": "(x - 1)^2 + x y + y^2", "variables": ["x", "y"], "stop": "step",
        "runs": {"fast": {"learning_rate": "0.3"}, "slow": {"learning_rate": "0.1"}},
        "start": ["2", "-1"], "tolerance": "0.01",
    })  # fmt: skip
    trace = example.trace()
    for run, facts in trace.facts["runs"].items():
        wanted = range(facts["iterations"] + 1)
        found = exact_series(example, trace, wanted)
        assert list(found[f"{run}.values"]) == list(wanted)
        for n in wanted:
            value = trace.quantities[f"J_{{{n}}}^{{({run})}}"].value
            assert close(found[f"{run}.values"][n], value)
            for variable, entry in zip("xy", found[f"{run}.iterates"][n], strict=True):
                assert close(entry, trace.quantities[f"{variable}_{{{n}}}^{{({run})}}"].value)


def test_where_only_the_floats_have_a_value():
    """From where the exact route has none, the series ends: a logarithm of what is 0 there."""

    def steps():
        yield lambda: {"values": MP.mpf(1)}
        raise EvaluationError("the logarithm of 0")

    trace = Trace("d", "gradient descent", {}, series={"run.values": np.array([1.0, 2.0])})
    assert gathered(trace, "run.", range(2), steps()) == {"run.values": {0: 1}}


@pytest.mark.parametrize("wanted", [(), (0, 3), range(3, 5)])
def test_only_what_is_wanted(wanted):
    example = linear_regression.from_settings("fit", DATA)
    found = exact_series(example, example.trace(), wanted)
    assert all(list(values) == list(wanted) for values in found.values())
    assert found.keys() == example.trace().series.keys()
