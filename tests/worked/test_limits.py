"""A deck cannot ask for more than a machine can do in a minute."""

from __future__ import annotations

import pytest

from bpreport.deck import DeckError, read_text
from bpreport.worked import recompute

NET = (
    "  n{0}: {{kind: perceptron, layers: {{x: 1, y: 1}}, given: {{x: [2], target: [1], w: [0.5]}}, "
    "weights: {{x-y: by target}}, learning_rate: 0.1, iterations: {1}}}\n"
)


def refused(worked: str) -> str:
    with pytest.raises(DeckError) as raised:
        recompute(read_text(f"---\nworked:\n{worked}---\n"))
    return str(raised.value)


def test_iterations_of_all_networks_are_bounded_together() -> None:
    """5,000,000 / (1 weight + 10) = 454,545: one more is refused, and so are two times half."""
    told = refused(NET.format(1, 454_546))
    assert "worked.n1: too many iterations" in told
    assert "more than 5000000" in told
    assert "worked.n2: too many" in refused(NET.format(1, 1000) + NET.format(2, 454_000))


def test_worked_examples_are_counted() -> None:
    told = refused("".join(NET.format(number, 1) for number in range(101)))
    assert "worked: more than 100 worked examples" in told


def test_runs_are_counted() -> None:
    runs = ", ".join(f"r{number}: {{learning_rate: 0.1}}" for number in range(101))
    told = refused(
        "  d: {kind: gradient descent, objective: x^2, start: 1, tolerance: 0.1, stop: step, "
        f"runs: {{{runs}}}}}\n"
    )
    assert "worked.d.runs: more than 100 runs" in told


def steps_of(worked: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """The steps that worked examples take: with one less they are refused."""
    steps = recompute(read_text(f"---\nworked:\n{worked}---\n")).steps
    monkeypatch.setenv("BPREPORT_LIMIT_AUDIT_STEPS", str(steps - 1))
    assert f"examples up to this one take more than {steps - 1} steps" in refused(worked)
    monkeypatch.setenv("BPREPORT_LIMIT_AUDIT_STEPS", str(steps))
    assert recompute(read_text(f"---\nworked:\n{worked}---\n")).steps == steps
    monkeypatch.delenv("BPREPORT_LIMIT_AUDIT_STEPS")
    return steps


DESCENT = (
    "  d: {{kind: gradient descent, objective: x^2, start: 1, stop: count, iterations: {0}, "
    "learning_rate: 1e-9}}\n"
)
FIT = (
    "  r: {{kind: linear regression, learning_rate: 1e-9, iterations: {0}, data: {{"
    "x: [{1}], y: [{2}]}}}}\n"
)


def test_updates_of_descents_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """x^2 and its slope 2x have 6 operations, 10 are beside them: 16 // 5 = 3 steps an update.

    So a deck's runs are bounded together, however many there are: 100 more updates are 300.
    """
    few, many = (steps_of(DESCENT.format(count), monkeypatch) for count in (9_900, 10_000))
    assert many - few == 300


def test_updates_of_regressions_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A step for each, and one for each 5,000 products of samples and features."""
    few, many = (steps_of(FIT.format(n, "1, 2", "1, 3"), monkeypatch) for n in (900, 1900))
    assert many - few == 1000


def test_large_systems_of_equations_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """50 features of 50 samples, and x_0: 51^2 (50 + 51) / 5 = 52,540 steps for the closed form."""
    row = "[" + ",".join(["1"] * 50) + "]"
    taken = steps_of(FIT.format(1, ",".join([row] * 50), ",".join(["1"] * 50)), monkeypatch)
    assert taken > 52_540
