"""What a deck left unstated, solved for: the seed's runs by hand, and others planted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import example as once_wrong
from hypothesis import given, settings
from hypothesis import strategies as st

from bpreport.worked.descending import RULES
from bpreport.worked.descent import GradientDescent, from_settings
from bpreport.worked.unstated import Unstated
from tests.worked.examples import DESCENT

COUNTS = {"fast": 19, "slow": 43}


@pytest.fixture(scope="module")
def example() -> GradientDescent:
    return from_settings("descent", DESCENT)


@pytest.fixture(scope="module")
def answer(example: GradientDescent) -> Unstated:
    return example.solve_unstated(COUNTS)


def test_only_the_change_of_the_objective_fits(answer: Unstated) -> None:
    possible = [rule for rule, fit in answer.rules.items() if fit.possible]
    assert possible == ["change of objective"]


def test_the_set_that_fits(answer: Unstated) -> None:
    """J(start)/tol lies in (4.018e10, 7.143e10], whatever the start.

    J falls by the factor 0.25 at rate 1.5 and 0.5625 at rate 0.25, so after n updates it has
    changed by J(start) * 0.75 * 0.25^(n-1) and J(start) * 0.4375 * 0.5625^(n-1).
    """
    fit = answer.rules["change of objective"]
    assert fit.scaled is not None
    high = 1 / (0.4375 * 0.5625**41)  # the slow run must not stop at 42
    low = 1 / (0.4375 * 0.5625**42)  # and must at 43; the fast run allows more on both sides
    assert high > 1 / (0.75 * 0.25**17)
    assert low < 1 / (0.75 * 0.25**18)
    assert fit.scaled == pytest.approx((high, low), rel=1e-9)
    assert fit.scaled == pytest.approx((4.018e10, 7.143e10), rel=2e-4)


def test_both_sides_of_the_minimiser_fit(answer: Unstated) -> None:
    """Every start but the minimiser itself has its tolerances."""
    left, right = answer.rules["change of objective"].regions
    assert left.high == pytest.approx(0.25, abs=1e-9)
    assert right.low == pytest.approx(0.25, abs=1e-9)
    assert left.low < -9000
    assert right.high > 9000


@pytest.mark.parametrize(
    ("rule", "ratio"),
    [
        # Fast needs [low, high), slow needs [low, high); how far the two are apart:
        ("objective", 0.5625**43 / 0.25**18),
        ("gradient", 0.75**43 / 0.5**18),
        ("step", (1.5 * 0.5**18) / (0.25 * 0.75**41)),
    ],
)
def test_the_others_need_two_ranges_that_do_not_meet(
    answer: Unstated, rule: str, ratio: float
) -> None:
    """The nearest approach is above 1, and the same at every start that is not all rounding."""
    fit = answer.rules[rule]
    assert ratio > 1
    assert fit.nearest.ratio == pytest.approx(ratio, rel=1e-6)
    low, high = fit.tolerances
    sound = np.abs(fit.starts[0] - 0.25) > 1e-2
    np.testing.assert_allclose(low[sound] / high[sound], ratio, rtol=1e-6)
    fast, slow = fit.nearest.intervals["fast"], fit.nearest.intervals["slow"]
    assert fast[1] <= slow[0] or slow[1] <= fast[0]


def test_simplest(answer: Unstated) -> None:
    """A power of ten, and then the only start of one character."""
    assert answer.simplest is not None
    assert (answer.simplest.start, answer.simplest.tolerance) == (("4",), "1e-10")
    # (0.4375 * 0.5625^42) * 7.03125 and * 0.5625^41
    assert answer.simplest.low == pytest.approx(9.8437e-11, rel=1e-4)
    assert answer.simplest.high == pytest.approx(1.74998e-10, rel=1e-4)


@pytest.mark.parametrize("start", ["4", "-3", "3.5"])
def test_starts_that_fit_with_1e_10(example: GradientDescent, start: str) -> None:
    runs = example.trace([start], "1e-10", "change of objective").facts["runs"]
    assert {name: run["iterations"] for name, run in runs.items()} == COUNTS


@pytest.mark.parametrize("start", ["3", "4.1", "-2.5", "-3.6"])
def test_starts_that_do_not(example: GradientDescent, start: str) -> None:
    runs = example.trace([start], "1e-10", "change of objective").facts["runs"]
    assert {name: run["iterations"] for name, run in runs.items()} != COUNTS


def test_a_stated_tolerance_bounds_the_starts(example: GradientDescent) -> None:
    """With 1e-10, J(start) in (4.018, 7.143] leaves |start - 0.25| in (2.835, 3.780]."""
    runs = tuple(replace(run, tolerance="1e-10") for run in example.runs)
    known = replace(example, runs=runs, unstated=("start", "stop"))
    fit = known.solve_unstated(COUNTS).rules["change of objective"]
    near, far = (2 * 4.0178928e0) ** 0.5, (2 * 7.1429205e0) ** 0.5
    ends = [end for region in fit.regions for end in (region.low, region.high)]
    assert ends == pytest.approx([0.25 - far, 0.25 - near, 0.25 + near, 0.25 + far], abs=1e-6)


def test_a_stated_start_and_rule(example: GradientDescent) -> None:
    runs = tuple(replace(run, start=("4",), stop="change of objective") for run in example.runs)
    answer = replace(example, runs=runs, unstated=("tolerance",)).solve_unstated(COUNTS)
    assert list(answer.rules) == ["change of objective"]
    assert answer.simplest is not None
    assert answer.simplest.tolerance == "1e-10"


def test_printed_results_bound_the_starts(example: GradientDescent) -> None:
    """J = 0.000 and theta = 0.250 after 43 updates: 3.75 * 0.75^43 scaled up stays below 0.0005."""
    window = {"minimiser": (0.2495, 0.2505), "minimum": (-0.0005, 0.0005)}
    fit = example.solve_unstated(COUNTS, {"fast": window, "slow": window}).rules[
        "change of objective"
    ]
    far = 0.0005 / 0.75**43
    assert fit.regions[-1].high == pytest.approx(0.25 + far, rel=1e-6)


def test_counting_checks(example: GradientDescent) -> None:
    """Had the deck counted a check of the start, |J| and |gradient| would fit as well.

    So the proof of the deck's rule rests on the convention that an iteration is an update.
    """
    answer = example.solve_unstated(COUNTS, counting="checks")
    possible = [rule for rule, fit in answer.rules.items() if fit.possible]
    assert possible == ["change of objective", "objective", "gradient"]


def test_impossible_counts(example: GradientDescent) -> None:
    """From a start and to a tolerance that are stated, one count is impossible."""
    run = replace(example.runs[0], start=("4",), tolerance="1e-10", stop="objective")
    stated = replace(example, runs=(run,), unstated=("stop",))
    answer = stated.solve_unstated({"fast": 400}, {"fast": {"minimum": (7.0, 8.0)}})
    assert answer.simplest is None
    assert not any(fit.possible for fit in answer.rules.values())


def test_two_counts_that_exclude_each_other(example: GradientDescent) -> None:
    """Either may be the wrong one, and nothing tells which."""
    answer = example.solve_unstated({"fast": 19, "slow": 60})
    assert answer.left_out == (("fast.iterations",), ("slow.iterations",))
    assert answer.doubtful == {"fast.iterations", "slow.iterations"}


THREE = {
    "objective": r"\frac{1}{2} (x - 3)^2 + 1",
    "runs": {
        "s": {"learning_rate": "0.1"},
        "m": {"learning_rate": "0.5"},
        "l": {"learning_rate": "1.8"},
    },
    "unstated": ["start", "tolerance", "stop"],
}
THREE_COUNTS = {"s": 69, "m": 13, "l": 35}
"""From -1 with 1e-6: 8 * 0.19 * 0.81^68 < 1e-6, 8 * 0.75 * 0.25^12 < 1e-6, 8 * 0.36 * 0.64^34."""
THREE_RESULTS = {  # 3 - 4 * 0.9^69, 3 - 4 * 0.5^13 and 3 + 4 * 0.8^35
    "s": {"minimiser": (2.99715, 2.99725)},
    "m": {"minimiser": (2.99945, 2.99955)},
    "l": {"minimiser": (3.00155, 3.00165)},
}


@pytest.mark.parametrize(
    ("counts", "results", "left_out"),
    [
        ({}, {}, ()),
        ({"s": 70}, {}, ((("s.iterations"),),)),
        ({}, {"l": {"minimiser": (3.00605, 3.00615)}}, (("l.minimiser",),)),
        ({"m": 31}, {"l": {"minimiser": (3.0605, 3.0615)}}, (("m.iterations", "l.minimiser"),)),
    ],
)
def test_a_misprint_is_left_out(
    counts: dict[str, int],
    results: dict[str, dict[str, tuple[float, float]]],
    left_out: tuple[tuple[str, ...], ...],
) -> None:
    """Settings that give all figures but the one or two that are wrong are the likeliest."""
    example = from_settings("three", THREE)
    answer = example.solve_unstated(THREE_COUNTS | counts, THREE_RESULTS | results)
    assert answer.left_out == left_out
    assert not answer.doubtful
    found = answer.simplest
    assert found is not None
    assert (found.stop, found.start, found.tolerance) == ("change of objective", ("-1",), "1e-6")


def test_unknown_run(example: GradientDescent) -> None:
    with pytest.raises(ValueError, match="has no run 'quick'; it has fast, slow"):
        example.solve_unstated({"quick": 3})


PLANTED = [
    ("x^4 - 3x^2 + x", ["0.02", "0.05"], ["2"]),
    (r"\ln(1 + e^{x}) - \frac{x}{3}", ["1.0", "3.0"], ["5"]),
    (r"\frac{1}{2} x^2 + 5", ["0.3", "0.1", "1.2"], ["-7"]),
    (r"(1-x)^2 + 10(y-x)^2", ["0.02", "0.03"], ["-1", "2"]),
]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(("objective", "rates", "start"), PLANTED)
def test_planted_settings_are_found(
    objective: str, rates: list[str], start: list[str], rule: str
) -> None:
    """Counts made with a planted rule, start and tolerance: the rule is found possible.

    The simplest member reproduces the counts when it is run.
    """
    givens: dict[str, Any] = {
        "objective": objective,
        "runs": {f"run{place}": {"learning_rate": rate} for place, rate in enumerate(rates)},
        "unstated": ["start", "tolerance", "stop"],
    }
    example = from_settings("planted", givens)
    tolerance = "1e-4"
    if rule == "objective" and objective != r"(1-x)^2 + 10(y-x)^2":
        pytest.skip("this objective does not come near 0")
    facts = example.trace(start, tolerance, rule).facts["runs"]
    counts = {name: run["iterations"] for name, run in facts.items()}
    answer = example.solve_unstated(counts)
    assert answer.rules[rule].possible
    found = answer.simplest
    assert found is not None
    facts = example.trace(found.start, found.tolerance, found.stop).facts["runs"]
    assert {name: run["iterations"] for name, run in facts.items()} == counts


@settings(max_examples=30)
# 1.5 ends with 1.5 * 2^-8 at most, 0.5 with 1.5 * 2^-8 at least: by the gradient, no tolerance.
@once_wrong(curvature=1, fast=15, slow=5, start=-1, exponent=2, rule="step")
@given(
    curvature=st.integers(1, 9),
    fast=st.integers(11, 18),
    slow=st.integers(1, 9),
    start=st.integers(-20, 20),
    exponent=st.integers(2, 9),
    rule=st.sampled_from(RULES),
)
def test_any_quadratic(
    curvature: int, fast: int, slow: int, start: int, exponent: int, rule: str
) -> None:
    """For any quadratic and any planted settings, every rule called possible has a witness."""
    rates = {"fast": fast / 10 / curvature, "slow": slow / 10 / curvature}
    example = from_settings(
        "q",
        {
            "objective": rf"\frac{{{curvature}}}{{2}} (x - 0.5)^2",
            "runs": {name: {"learning_rate": f"{rate:.6f}"} for name, rate in rates.items()},
            "unstated": ["start", "tolerance", "stop"],
        },
    )
    facts = example.trace([str(start)], f"1e-{exponent}", rule).facts["runs"]
    counts = {name: run["iterations"] for name, run in facts.items()}
    answer = example.solve_unstated(counts)
    assert answer.rules[rule].possible
    for name, fit in answer.rules.items():
        low, high = fit.tolerances
        inside = np.flatnonzero(fit.fits & (np.abs(fit.starts[0] - 0.5) > 0.1))
        for place in inside[:: max(1, len(inside) // 3)]:
            paths = example.descend(
                fit.starts[0, place],
                [float(run.learning_rate) for run in example.runs],
                (low[place] + high[place]) / 2,
                name,
            )
            assert dict(zip(counts, paths.counts, strict=True)) == counts
