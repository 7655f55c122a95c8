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
