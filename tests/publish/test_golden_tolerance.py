"""What floats may lose: more than they do lose, and not much more."""

from __future__ import annotations

import numpy as np
import pytest

from bpreport.formula import FLOAT, MP, MPMATH, EvaluationError, evaluate, parse
from bpreport.publish.golden_tolerance import losses, lost
from bpreport.worked import linear_regression
from bpreport.worked import logistic_regression as logistic
from bpreport.worked.descent import from_settings as descending
from tests.worked.test_regressions import LINE, SPAM

EPSILON = float(np.finfo(float).eps)
VALUES = {"a": 0.7, "b": 1.3, "c": -2.1, "x_{1}": 0.1, "x_{2}": 0.2, "x_{3}": 0.7}
FORMULAS = [
    "a + b + c",
    "a b c",
    r"\frac{a - b}{c}",
    "a^3 - b^2",
    r"\sum_{i=1}^{3} x_i^2",
    r"\prod_{i=1}^{3} (1 + x_i)",
    r"\sigma(a b)",
    r"\tanh(c) + \exp(a)",
    r"\begin{cases} a b & a > b \\ c^2 & \text{otherwise} \end{cases}",
    r"\begin{cases} a b & a < b \\ c^2 & \text{otherwise} \end{cases}",
    "0.1 a",
    r"\ln(b) - \sqrt{a}",
]


@pytest.mark.parametrize("source", FORMULAS)
def test_floats_lose_no_more_than_the_bound(source: str) -> None:
    """Against 50 digits, with names that are exact; and the bound is no more than 40 units."""
    tree = parse(source)
    exact = evaluate(tree, {key: MP.mpf(value) for key, value in VALUES.items()}, MPMATH)
    bound = lost(tree, VALUES, {})
    off = abs(MP.mpf(float(evaluate(tree, VALUES, FLOAT))) - exact)
    assert off <= bound * EPSILON
    assert bound <= 40 * max(1, abs(float(exact)))


def test_what_was_lost_before_is_carried_on_by_the_slope() -> None:
    """3 units in a are 6 more in a^2 at a = 1: its slope is 2 a; b is in no place of it."""
    square = parse("a^2")
    once, more = lost(square, {"a": 1.0}, {}), lost(square, {"a": 1.0}, {"a": 3.0, "b": 9.0})
    assert more - once == 6.0
    # Of cases only the one that holds counts.
    cases = parse(r"\begin{cases} a^2 & a > 0 \\ b & \text{otherwise} \end{cases}")
    assert lost(cases, {"a": 1.0, "b": 1.0}, {"a": 3.0, "b": 9.0}) == more


def test_a_number_that_is_a_float_loses_nothing() -> None:
    """0.5 is one, and 0.1 is off by up to a unit of itself."""
    assert lost(parse("0.5"), {}, {}) == 0.0
    assert lost(parse("0.1"), {}, {}) == 0.1


def test_rows_have_no_bound() -> None:
    with pytest.raises(EvaluationError, match="row or matrix"):
        lost(parse("(a, b)"), VALUES, {})


def test_a_minimiser_is_as_uncertain_as_its_equations() -> None:
    """Of both regressions: what another way of solving gives differs by no more than the bound."""
    line = linear_regression.from_settings("line", LINE | {"iterations": "1"})
    spam = logistic.from_settings("spam", SPAM | {"iterations": "1"})
    newton = spam.newton()
    assert newton is not None
    for example, other in (
        (line, np.linalg.lstsq(*line.samples.arrays, rcond=None)[0]),
        (spam, newton),
    ):
        trace = example.trace()
        bound = losses(trace, example)
        minimisers = [key for key, role in trace.roles.items() if role.kind == "minimiser"]
        assert len(minimisers) == 2
        for key, found in zip(minimisers, other, strict=True):
            assert bound[key] >= 1
            assert abs(found - float(trace.quantities[key].value)) <= bound[key] * EPSILON


def test_a_count_of_updates_loses_nothing() -> None:
    """It is a whole number, and no solution of equations."""
    settings = {"objective": "x^2", "learning_rate": "0.25", "start": "1", "tolerance": "0.1",
                "stop": "step"}  # fmt: skip
    bound = losses(descending("walk", settings).trace())
    assert bound["run.iterations"] == 0.0
