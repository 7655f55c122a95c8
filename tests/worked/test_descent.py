"""Descent: iterates against a plain loop, stopping rules by hand, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bpreport.deck.errors import DeckError
from bpreport.formula import MP, MPMATH, evaluate
from bpreport.worked.descending import OUTCOMES
from bpreport.worked.descent import GradientDescent, from_settings
from tests.worked.examples import DESCENT

QUADRATIC = {"objective": r"0.5 (\theta - 0.25)^2", "learning_rate": "0.25", "start": "4"}

OBJECTIVES = [
    (r"0.5 * (\theta - 0.25)^2", [r"\theta"]),
    (r"x^4 - 3x^2 + x", ["x"]),
    (r"\ln(1 + e^{x}) - \frac{x}{3}", ["x"]),
    (r"\sqrt{x^2 + 1}", ["x"]),
    (r"(1-x)^2 + 10 (y-x^2)^2", ["x", "y"]),
    (r"|x| + \max(y, 0.1)", ["x", "y"]),
    (r"\sin(x) \cos(y)", ["x", "y"]),
]


def read(**settings: Any) -> GradientDescent:
    return from_settings("d", {**QUADRATIC, **settings})


@pytest.mark.parametrize(("source", "variables"), OBJECTIVES)
def test_gradient_against_difference_quotient(source: str, variables: list[str]) -> None:
    """At 50 digits every partial derivative is the central difference quotient, to 25 digits."""
    example = read(objective=source, variables=variables, start=None)
    point = dict(zip(variables, (MP.mpf("0.7"), MP.mpf("-0.3")), strict=False))
    step = MP.mpf("1e-14")
    for variable, gradient in zip(example.variables, example.gradient, strict=True):
        above, below = (
            evaluate(example.objective, point | {variable.key: point[variable.key] + h}, MPMATH)
            for h in (step, -step)
        )
        quotient = (above - below) / (2 * step)
        assert abs(evaluate(gradient, point, MPMATH) - quotient) < MP.mpf("1e-25")


@pytest.mark.parametrize(("source", "variables"), OBJECTIVES)
def test_arrays_against_trees(source: str, variables: list[str]) -> None:
    """All iterates of many runs at once, each against the trees at 50 digits."""
    example = read(objective=source, variables=variables, start=None)
    starts = np.random.default_rng(2).uniform(-1, 1, size=(4, len(variables)))
    paths = example.descend(
        starts[:, 0] if len(variables) == 1 else starts, 0.01, stop="count", limit=20, keep=True
    )
    for place, start in enumerate(starts):
        point = {key: MP.mpf(float(x)) for key, x in zip(variables, start, strict=True)}
        for n in range(21):
            value = evaluate(example.objective, point, MPMATH)
            assert abs(paths.objectives[n, place] - value) < 1e-13
            for row, key in enumerate(variables):
                assert abs(paths.iterates[n, row, place] - point[key]) < 1e-13
            slopes = [evaluate(gradient, point, MPMATH) for gradient in example.gradient]
            point = {
                key: point[key] - MP.mpf(0.01) * gradient
                for key, gradient in zip(variables, slopes, strict=True)
            }


def test_trace_against_float64() -> None:
    """The iterates defined by trees are those of the series."""
    trace = from_settings("descent", DESCENT).trace(["4"], "1e-10", "change of objective")
    for run, count in (("fast", 19), ("slow", 43)):
        series = trace.series[f"{run}.iterates"], trace.series[f"{run}.values"]
        assert series[0].shape == series[1].shape == (count + 1,)
        for n in range(count + 1):
            point = trace.quantities[rf"\theta_{{{n}}}^{{({run})}}"].value
            value = trace.quantities[rf"J_{{{n}}}^{{({run})}}"].value
            assert abs(series[0][n] - point) < 1e-15
            assert abs(series[1][n] - value) < 1e-15


@pytest.mark.parametrize(
    ("stop", "tolerance", "count"),
    [
        # theta - 0.25 is 3.75 * 0.75^n; J is half its square, the gradient is the distance.
        ("gradient", "1", 5),  # 3.75 * 0.75^4 = 1.19, 3.75 * 0.75^5 = 0.89
        ("objective", "1", 4),  # 0.75^6 * 7.03 = 1.25, 0.75^8 * 7.03 = 0.70
        ("change of objective", "1", 3),  # 7.03 - 3.96 = 3.08; 1.73; 0.97
        ("step", "0.5", 4),  # 3.75 * 0.25 = 0.94; 0.70; 0.53; 0.40
    ],
)
def test_stopping_rules(stop: str, tolerance: str, count: int) -> None:
    """Counts are updates done, the rule being looked at after each."""
    trace = read(stop=stop, tolerance=tolerance).trace()
    assert trace.facts["runs"]["run"]["iterations"] == count


def test_tolerance_is_included() -> None:
    """A measure equal to the tolerance stops the run; anything less does not."""
    example = read(objective="x^2", learning_rate="0.25", start="1", stop="step")
    # x is halved: steps of 0.5, 0.25, 0.125
    assert example.descend([1.0], 0.25, 0.25, "step").counts[0] == 2
    assert example.descend([1.0], 0.25, np.nextafter(0.25, 0), "step").counts[0] == 3


@pytest.mark.parametrize(
    ("objective", "settings", "count"),
    [
        # x_n = (1 - 1.1)^n: |x_3| is 0.001, of which float64 makes 0.001 000 000 000 000 003
        ("0.5 x^2", ("1.1", "1", "1e-3", "gradient"), 3),
        ("0.5 x^2", ("1.1", "1", "0.00099999999999999999", "gradient"), 4),
        # J - 7 = 0.5 * 0.25^n, a change of 1.5 * 0.25^n: that of float64 is 0 after 27 updates
        ("0.5 (x - 0.1)^2 + 7", ("0.5", "1.1", "1e-18", "change of objective"), 31),
        # |x_n - 0.1| = 0.5^n, below 10^-20 for n > 20 ln 10 / ln 2 = 66.4; float64 stays above it
        ("0.5 (x - 0.1)^2 + 0 x", ("0.5", "1.1", "1e-20", "gradient"), 67),
        # x^2 + y^2 = 25 * 0.01^n: the gradient is 5 * 0.1^n long
        ("0.5 x^2 + 0.5 y^2", ("0.9", ["3", "4"], "0.05", "gradient"), 2),
        ("0.5 x^2 + 0.5 y^2", ("0.9", ["3", "4"], "0.04999999999999999999", "gradient"), 3),
    ],
)
def test_ties_are_judged_at_50_digits(
    objective: str, settings: tuple[Any, ...], count: int
) -> None:
    """Rounding of float64 neither misses a measure that is the tolerance nor stops too early."""
    rate, start, tolerance, stop = settings
    variables = ["x", "y"] if "y" in objective else ["x"]
    example = read(
        objective=objective, variables=variables, learning_rate=rate, start=start,
        tolerance=tolerance, stop=stop,
    )  # fmt: skip
    found = example.trace()
    assert found.facts["runs"]["run"]["iterations"] == count
    assert len(found.series["run.values"]) == count + 1


def test_fixed_count() -> None:
    trace = read(stop="count", iterations="7").trace()
    assert trace.facts["runs"]["run"]["iterations"] == 7
    assert "run.tolerance" not in trace.quantities
    assert trace.facts["assumed"] == ()


def test_what_is_assumed_is_told() -> None:
    assert read().trace().facts["assumed"] == ("stop", "tolerance")


def test_long_runs_are_told_by_their_series() -> None:
    """Past 200 updates the result has float64's digits, and the facts say so."""
    trace = read(learning_rate="0.01", tolerance="1e-12", stop="objective").trace()
    assert trace.facts["runs"]["run"]["iterations"] > 1000
    assert not trace.facts["runs"]["run"]["exact"]
    assert float(trace.quantities["run.minimiser"].value) == trace.series["run.iterates"][-1]


def test_two_variables() -> None:
    trace = read(objective="(x-1)^2 + 2(y+2)^2", learning_rate="0.2", start=["0", "0"]).trace()
    assert float(trace.quantities["run.minimiser.1"].value) == pytest.approx(1, abs=1e-4)
    assert float(trace.quantities["run.minimiser.2"].value) == pytest.approx(-2, abs=1e-4)
    assert trace.series["run.iterates"].shape[1] == 2


def test_many_settings() -> None:
    """Outcomes of 1,000 rates at once: those below 2 stop, those above diverge."""
    example = read()
    rates = np.linspace(0.1, 2.5, 1000)
    paths = example.descend(4.0, rates)
    outcome = np.array(OUTCOMES)[paths.outcomes]
    assert (outcome[rates < 1.99] == "stopped").all()
    assert (outcome[rates > 2.01] == "diverged").all()
    np.testing.assert_allclose(paths.points[0, rates < 1.9], 0.25, atol=1e-3)


@pytest.mark.parametrize(
    ("settings", "message", "key"),
    [
        ({"learning_rate": "0"}, "the learning rate is 0", "learning_rate"),
        ({"learning_rate": "0.00"}, "the learning rate is 0", "learning_rate"),
        ({"learning_rate": "2.5"}, "the run diverges: after 86 updates", "learning_rate"),
        ({"objective": r"\ln(\theta)", "start": "-1"}, "no finite value", "objective"),
        ({"objective": r"\frac{1}{\theta}", "start": "0"}, "no finite value", "objective"),
        ({"objective": "x + y + z"}, "expected one or two variables, found 3", "objective"),
        ({"objective": "x ("}, "the objective is not understood", "objective"),
        ({"objective": "f(x)"}, "cannot be", "objective"),
        ({"objective": "2"}, "expected one or two variables, found 0", "objective"),
        ({"objective": "x y", "variables": ["x"]}, "symbol y is not a variable", "objective"),
        ({"objective": r"\prod_{i=1}^{3} (x + i)"}, "objective has no derivative: ", "objective"),
        ({"variables": ["2"]}, "expected the name of a variable, found '2'", "variables"),
        ({"variables": [r"\foo"]}, "the variable is not understood", "variables"),
        ({"variables": [" "]}, "expected some text, found ' '", "variables"),
        ({"runs": {}}, "expected runs by name, each with its learning rate", "runs"),
        ({"objective": "(x, y)"}, "is a vector or a matrix; expected one number", "objective"),
        ({"start": ["1", "2"]}, "expected 1 numbers", "start"),
        ({"start": "four"}, "expected a number, found 'four'", "start"),
        ({"stop": "soon"}, "expected one of change of objective", "stop"),
        ({"stop": "count"}, "needs the key 'iterations'", "stop"),
        (
            {"stop": "gradient", "learning_rate": "2"},
            "does not stop: gradient stays above",
            "learning_rate",
        ),
    ],
)
def test_refused(settings: dict[str, Any], message: str, key: str) -> None:
    """One clear message that names the key."""
    with pytest.raises(DeckError) as caught:
        read(**settings).trace()
    assert message in str(caught.value)
    assert caught.value.key_path[:3] == ("worked", "d", key)


def test_an_objective_of_vectors_is_that_of_their_entries() -> None:
    """A quadratic form is its sum of products."""
    form = (
        r"\begin{pmatrix} x & y \end{pmatrix} \begin{pmatrix} 1 & 0 \\ 0 & 2 \end{pmatrix}"
        r"\begin{pmatrix} x \\ y \end{pmatrix}"
    )
    settings = {"start": ["1", "2"], "learning_rate": "0.1", "tolerance": "1e-3"}
    path, plain = (
        read(**settings, objective=objective).trace().series for objective in (form, "x^2 + 2 y^2")
    )
    assert path.keys() == plain.keys()
    for key, values in path.items():
        np.testing.assert_allclose(np.asarray(values, float), np.asarray(plain[key], float))


def test_a_rate_of_zero_in_one_run() -> None:
    """The path leads to the run at fault."""
    runs = {"fast": {"learning_rate": "1.5"}, "slow": {"learning_rate": "0.0"}}
    with pytest.raises(DeckError, match="the learning rate is 0") as caught:
        from_settings("descent", DESCENT | {"runs": runs})
    assert caught.value.key_path == ("worked", "descent", "runs", "slow", "learning_rate")


def test_a_point_outside_the_domain_is_no_fault() -> None:
    """ln(x - 5) has no value at 0.5 and is computed all the same where the run is."""
    run = read(objective=r"\ln(x - 5)", start="7", stop="count", iterations="1").trace()
    assert run.series["run.iterates"] == pytest.approx([7, 6.875])  # 7 - 0.25 / (7 - 5)


@pytest.mark.parametrize("runs", [None, {"one": {}}])
def test_a_rate_that_is_nowhere(runs: Any) -> None:
    """Neither in the run nor for all runs."""
    with pytest.raises(DeckError, match="the key 'learning_rate' is missing"):
        read(learning_rate=None, runs=runs)


def test_a_rate_of_zero_among_many() -> None:
    """Of rates that are tried together none may be 0 either."""
    with pytest.raises(ValueError, match="a learning rate is 0"):
        read().descend(4.0, [0.1, 0.0])


@pytest.mark.parametrize(
    "runs",
    [
        {"a": {"learning_rate": "0.1", "start": "1"}},
        {"a": {"learning_rate": "0.1", "start": "1"}, "b": {"learning_rate": "0.2"}},
    ],
)
def test_what_is_unstated_is_stated_by_no_more_than_some_runs(runs: dict[str, Any]) -> None:
    """A start that every run has is no unstated one; one run without it is enough."""
    settings = {"objective": "x^2", "runs": runs, "unstated": ["tolerance", "start"]}
    if len(runs) == 1:
        with pytest.raises(DeckError, match="expected what is not stated; 'start' is") as caught:
            from_settings("d", settings)
        assert caught.value.key_path == ("worked", "d", "unstated", 1)
    else:
        assert from_settings("d", settings).unstated == ("tolerance", "start")


def test_a_count_that_is_stated_leaves_no_tolerance_to_solve_for() -> None:
    example = read(stop="count", iterations="5", start=None, unstated=["start"])
    with pytest.raises(ValueError, match="stops by count"):
        example.solve_unstated({"run": 5})
