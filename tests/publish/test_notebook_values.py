"""Numbers that a deck prints of a run: where the code of a notebook has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from bpreport.formula import EvaluationError, parse
from bpreport.formula.tree import Apply, Derivative, Symbol
from bpreport.publish.identifiers import identifier
from bpreport.publish.notebook import descent, perceptron, regression
from bpreport.publish.notebook.code import assignment, expression
from bpreport.publish.notebook.script import Script, array
from bpreport.worked import LinearRegression, LogisticRegression, Trace, linear_regression
from bpreport.worked import logistic_regression as logistic
from bpreport.worked.descent import from_settings as descending
from bpreport.worked.perceptron_settings import from_settings as network
from tests.worked.examples import CROSS_ENTROPY, DEEP, DESCENT, INDEXED, SINGLE, SOFTMAX
from tests.worked.test_regressions import LINE, PLANE, SPAM

Regression = LinearRegression | LogisticRegression

PER_LAYER = CROSS_ENTROPY | {
    "given": CROSS_ENTROPY["given"] | {"b": ["0.1", "-0.2"]},
    "biases": {"per": "layer"},
}
"""Biases that the units of a layer share."""

NETWORKS = {
    "a bias a layer": PER_LAYER,
    "a bias a unit": DEEP,
    "a bias as weight 0": INDEXED,
    "softmax": SOFTMAX,
    "no bias": SINGLE,
}
SHORT = {"iterations": "6"}
REGRESSIONS: dict[str, tuple[Callable[..., Regression], dict[str, Any]]] = {
    "line": (linear_regression.from_settings, LINE | SHORT),
    "plane": (linear_regression.from_settings, PLANE | SHORT),
    "one sample": (
        linear_regression.from_settings,
        LINE | SHORT | {"data": {"x": ["2"], "y": ["1"]}},
    ),
    "spam": (logistic.from_settings, SPAM | SHORT),
}


def run(script: Script) -> dict[str, Any]:
    """What is known once all code but the plots has run."""
    scope: dict[str, Any] = {"np": np}
    for part in script.parts:
        for cell in part.cells:
            if not cell.name.endswith("-plot"):
                exec(cell.source, scope)
    return scope


def made(name: str) -> tuple[Trace, Script]:
    read, settings = REGRESSIONS[name]
    example = read("example", settings)
    trace = example.trace()
    return trace, regression.script(example, trace, "", str)


@pytest.mark.parametrize("name", REGRESSIONS)
def test_parameters_and_objective_after_each_update(name: str) -> None:
    """Of all parameters and of the objective the code has the trace's values, update by update."""
    trace, script = made(name)
    scope = run(script)
    parameters = [key for key, role in trace.roles.items() if role.kind == "parameter"]
    (objective,) = (key for key, role in trace.roles.items() if role.kind == "objective")
    rows = [*zip(parameters, trace.series["parameters"].T, strict=True),
            (objective, trace.series["objective"])]  # fmt: skip
    for key, values in rows:
        assert len(values) == 7
        for updates, value in enumerate(values):
            code = script.value(f"{key}@{updates}", value)
            assert code is not None
            assert eval(code, scope) == pytest.approx(value, rel=1e-12)


def test_whichever_way_a_deck_counts_the_value_decides() -> None:
    """What iteration 3 is to a deck may be two, three or four updates; more is another number."""
    trace, script = made("line")
    values = trace.series["parameters"][:, 1]
    for updates in (2, 3, 4):
        found = script.value(r"\theta_{1}@3", values[updates])
        assert found == f"example_parameters[{updates}, 1]"
    assert script.value(r"\theta_{1}@3", values[5]) is None
    assert script.value(r"\theta_{1}@8", values[6]) is None  # 7, 8 and 9 updates were not made


def test_what_a_regression_does_not_keep_is_not_asserted() -> None:
    """The model of a sample after some updates, and what is no quantity of it."""
    trace, script = made("line")
    assert script.value("h^{(2)}@3", 1.0) is None
    assert script.value("w_{1}", 1.0) is None
    # The twin: the model before any update is an entry of an array.
    code = script.value("h^{(2)}", 1.0)
    assert code is not None
    assert eval(code, run(script)) == pytest.approx(float(trace.quantities["h^{(2)}"].value))


@pytest.mark.parametrize("name", NETWORKS)
def test_weights_biases_outputs_and_error_after_each_update(name: str) -> None:
    """The code has each of them, with the value that the trace has."""
    example = network("net", NETWORKS[name] | {"iterations": "5"})
    trace = example.trace()
    script = perceptron.script(example, trace, "", str)
    scope = run(script)
    kept = trace.facts["run"]
    outs = [key for key, role in trace.roles.items()
            if role.kind == "out" and role.layer == len(example.layers) - 1]  # fmt: skip
    columns = [(key, "weights", at) for at, key in enumerate(trace.facts["weights"])]
    columns += [(key, "biases", at) for at, key in enumerate(trace.facts["biases"])]
    columns += [(key, "out", at) for at, key in enumerate(outs)]
    assert len(columns) > len(outs)
    for key, series, at in columns:
        for updates in range(6):
            value = float(kept[series][updates][at])
            code = script.value(f"{key}@{updates}", value)
            assert code is not None
            assert float(eval(code, scope)) == pytest.approx(value, rel=1e-9)
    (error,) = (key for key, role in trace.roles.items() if role.kind == "error" and not role.unit)
    for updates in range(6):
        value = float(kept["error"][updates])
        code = script.value(f"{error}@{updates}", value)
        assert code == f"net_error[{updates}]"
        assert eval(code, scope) == pytest.approx(value, rel=1e-9)
    hidden = next(key for key, role in trace.roles.items() if role.kind == "net")
    assert script.value(f"{hidden}@2", 0.5) is None  # is not kept from update to update
    assert script.value(f"{error}@2", 1e9) is None


@pytest.mark.parametrize("several", [False, True])
def test_iterates_and_results_of_a_descent(several: bool) -> None:
    """Iterates, their values, and what a run comes to, in one variable and in two."""
    settings = DESCENT
    if several:
        settings = {
            "objective": "(x-1)^2 + 2(y+2)^2",
            "start": ["0", "1"],
            "runs": {"one": {"learning_rate": "0.2"}},
        }
    example = descending("walk", settings)
    trace = example.trace() if several else example.trace(["4"], "1e-10", "change of objective")
    script = descent.script(example, trace, "", str)
    scope = run(script)
    told = 0
    for key, quantity in trace.quantities.items():
        code = script.value(key, quantity.value)
        kind = trace.roles[key].kind if key in trace.roles else key.rpartition(".")[2]
        if kind in ("iterate", "value", "iterations", "minimum") or ".minimiser" in key:
            assert code is not None, key
            assert eval(code, scope) == pytest.approx(float(quantity.value), abs=1e-12)
            told += 1
    assert told > 2 * (1 + max(facts["iterations"] for facts in trace.facts["runs"].values()))
    given = next(key for key in trace.quantities if key.endswith(".learning_rate"))
    assert script.value(given, 0.2) is None  # is given, not computed
    assert script.value("walk", 1.0) is None


MIXED = {
    "steep": {"learning_rate": "0.3", "stop": "gradient", "tolerance": "0.01"},
    "short": {"learning_rate": "0.2", "stop": "step", "tolerance": "0.03"},
    "fixed": {"learning_rate": "0.1", "stop": "count", "iterations": "4"},
    "given up": {
        "learning_rate": "0.05",
        "stop": "gradient",
        "tolerance": "1e-9",
        "iterations": "7",
    },
    "tied": {"learning_rate": "0.55", "stop": "gradient", "tolerance": "0.0002"},
}
"""Runs with rules of their own. The last goes from a distance of 1 to -0.1 of it, four times: a
slope of 2 * 0.0001 is just its tolerance."""


@pytest.mark.parametrize("names", [list(MIXED), ["steep"], ["given up"], ["tied"]])
def test_each_run_stops_by_its_own_rule(names: list[str]) -> None:
    """Whatever the others do, and gives up where the deck does; one rule alone is not named."""
    runs = {name: MIXED[name] for name in names}
    example = descending("bowl", {"objective": "(x - 3)^2", "start": "4", "runs": runs})
    trace = example.trace()
    script = descent.script(example, trace, "", str)
    scope = run(script)
    for name, facts in trace.facts["runs"].items():
        made = eval(script.value(f"{name}.iterations", 0.0) or "", scope)
        assert made == facts["iterations"]
    code = "".join(cell.source for part in script.parts for cell in part.cells)
    assert ("stop ==" in code) == (len(names) > 1)
    assert ("Floats cannot tell" in code) == ("tied" in names)


@pytest.mark.parametrize(("least", "scale"), [("0", "log"), ("1", "linear")])
def test_a_plot_is_logarithmic_where_the_objective_comes_down_to_0(least: str, scale: str) -> None:
    """Else its values would be flat at their lowest."""
    settings = DESCENT | {"objective": f"0.5 (x - 3)^2 + {least}"}
    example = descending("bowl", settings)
    script = descent.script(example, example.trace(), "", str)
    code = "".join(cell.source for part in script.parts for cell in part.cells)
    assert f'yscale="{scale}"' in code


def test_a_long_row_of_data_is_broken_into_lines() -> None:
    """Each short enough to read, and the same numbers."""
    digits = [f"{number / 7:.12f}" for number in range(40)]
    written = array(digits)
    assert max(map(len, written.split("\n"))) <= 88
    assert eval(written, {"np": np}).tolist() == [float(one) for one in digits]
    assert array(digits[:3]).count("\n") == 0


@pytest.mark.parametrize(("iterations", "checked"), [("0", False), ("1", True)])
def test_the_first_update_is_held_against_the_step_where_there_is_one(
    iterations: str, checked: bool
) -> None:
    """A run that makes none has nothing to be held against."""
    read, settings = REGRESSIONS["line"]
    example = read("example", settings | {"iterations": iterations})
    script = regression.script(example, example.trace(), "", str)
    checks = [cell.source for part in script.parts for cell in part.cells if cell.kind == "check"]
    assert [("example_parameters[1]" in source) for source in checks] == [True] * checked
    assert run(script)["example_parameters"].shape == (1 + checked, 2)


def test_sums_over_samples_are_folded_only_where_all_terms_are_alike() -> None:
    """Two terms of one form are one sum over an array, terms of two forms are not."""
    alike = parse(r"(h^{(1)} - y^{(1)}) x^{(1)} + (h^{(2)} - y^{(2)}) x^{(2)}")
    assert regression.folded(alike, 2) == Apply("sum", (parse("(h - y) x"),))
    unlike = parse(r"h^{(1)} x^{(1)} + h^{(2)} y^{(2)}")
    assert regression.folded(unlike, 2) == parse("h x + h y")
    swapped = parse(r"h^{(2)} x^{(2)} + h^{(1)} x^{(1)}")
    assert regression.folded(swapped, 2) == parse("h x + h x")


@pytest.mark.parametrize(
    ("source", "message"),
    [("(1, 2) a", "row or matrix"), ("a q", "q has no value"), (r"\arg\min_a a", "row or matrix")],
)
def test_what_is_no_expression_of_single_numbers_has_no_code(source: str, message: str) -> None:
    """It is refused, and never written as something else."""
    with pytest.raises(EvaluationError, match=message):
        expression(parse(source), {"a": "a"})


def test_a_long_line_is_broken_where_its_operation_has_parts() -> None:
    """A sum between its terms, a product between its factors; a call stays in one piece."""
    long = {"a": "a" * 50, "b": "b" * 50}
    values = {"np": np, long["a"]: 3.0, long["b"]: 2.0}
    for source, lines, value in (("a b", 4, 6.0), ("a - b", 4, 1.0), (r"\sqrt{a + b + 4}", 1, 3.0)):
        code = assignment("c", parse(source), long)
        assert code.count("\n") == lines - 1
        exec(code, values)
        assert values["c"] == value


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        (Symbol("2e"), "_2e"),
        (Symbol(r"\\lambda"), "lambda_"),
        (Symbol("w", ("7",), ("+",)), "w_7_new"),
        (Derivative(Symbol("E"), (Symbol("w", ("7",)),)), "dE_dw_7"),
    ],
)
def test_a_quantity_has_a_name_that_python_can_read(symbol: Symbol | Derivative, name: str) -> None:
    """No digit in front, and no word of the language's own."""
    assert identifier(symbol) == name
    assert name.isidentifier()
