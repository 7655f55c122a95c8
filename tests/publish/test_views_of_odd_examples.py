"""Worked examples that are larger or smaller than a lecture's are told as they are, too."""

from __future__ import annotations

import pytest

from bpreport.audit import audit
from bpreport.deck import read_text
from bpreport.publish.report import report
from bpreport.publish.scrubber import MOST_ROWS, Scrubber
from bpreport.publish.stepper import Stepper
from bpreport.publish.view import ExampleView


def shown(worked: str, body: str = "# A\n") -> ExampleView:
    """The view of the example that a deck has."""
    found = audit(read_text(f"---\nlang: en\nworked:\n  one: {{{worked}}}\n---\n{body}"))
    (example,) = report(found, found.study, "en").examples
    return example


def descent(settings: str, body: str = "# A\n") -> ExampleView:
    return shown(f"kind: gradient descent, {settings}", body)


def perceptron(inputs: int, outputs: int, settings: str, body: str = "# A\n") -> ExampleView:
    weights = ", ".join(f"0.{number}" for number in range(10, 10 + inputs * outputs))
    return shown(
        f"kind: perceptron, layers: {{x: {inputs}, y: {outputs}}}, "
        f"given: {{x: {[2] * inputs}, target: {[1] * outputs}, w: [{weights}]}}, {settings}",
        body,
    )


def widgets(example: ExampleView) -> list[str]:
    return [widget.name for widget in example.widgets]


# -- descents


@pytest.mark.parametrize(
    ("objective", "end"),
    [
        ("2 x", "0.4"),  # steps of 0.2 each: 1, 0.8, 0.6, 0.4
        ("0 - x^2", "1.73"),  # longer and longer: 1, 1.2, 1.44, 1.728
    ],
)
def test_steps_that_do_not_become_shorter_approach_nothing(objective: str, end: str) -> None:
    """Such a run ends where it ends."""
    example = descent(
        f"objective: {objective}, start: 1, learning_rate: 0.1, stop: count, iterations: 3"
    )
    assert example.plots[0].picture.alt.endswith(f"in 3 iterations, ending at {end}.")


def test_counts_that_no_rule_gives_together_are_told_apart() -> None:
    """3 iterations with rate 0.75 and 40 with 0.25, which both halve the distance: no tolerance."""
    example = descent(
        "objective: (x-1)^2, runs: {fast: {learning_rate: 0.75}, slow: {learning_rate: 0.25}}, "
        "unstated: [start, tolerance, stop]",
        '# A {worked=one}\n[3]{claim="fast.iterations"} [40]{claim="slow.iterations"}\n',
    )
    assert "fast.iterations, which was left out" in example.tables[1].note


def test_a_count_that_no_rule_gives_is_said_to_be_impossible() -> None:
    """From 2 the distance is halved, so that every measure is below 0.001 after 11 updates."""
    example = descent(
        "objective: (x-1)^2, learning_rate: 0.25, start: 2, tolerance: 0.001, unstated: [stop]",
        '# A {worked=one}\n[40]{claim="run.iterations"}\n',
    )
    table = example.tables[1]
    assert {row[1].text for row in table.rows} == {"impossible"}
    assert table.note.startswith("A rule is impossible where")


def test_counts_that_every_rule_gives_need_no_word_on_the_impossible() -> None:
    """One count alone fits every rule."""
    example = descent(
        "objective: (x-1)^2, learning_rate: 0.25, unstated: [start, tolerance, stop]",
        '# A {worked=one}\n[3]{claim="run.iterations"}\n',
    )
    table = example.tables[1]
    assert {row[1].text for row in table.rows} == {"possible"}
    assert table.note.startswith("The simplest choice that gives every printed count")
    assert "impossible" not in table.note


def test_a_descent_in_two_variables_ends_at_a_point() -> None:
    """Its lab says nothing of the curvature, which is no single number."""
    example = descent(
        "objective: x^2 + 2 y^2, start: [1, 2], learning_rate: 0.1, stop: count, iterations: 5"
    )
    # x is multiplied by 0.8 each time, y by 0.6
    assert example.plots[0].picture.alt.endswith("ending at 0.328, 0.156.")
    (lab,) = example.widgets
    assert lab.data["curvature"] is None
    (lab,) = descent(
        "objective: x^2, start: 1, learning_rate: 0.1, iterations: 5, stop: count"
    ).widgets
    assert lab.data["curvature"] is not None


def test_a_run_without_an_update_has_no_pace() -> None:
    """The same is said of it at both plots."""
    example = descent("objective: x^2, start: 1, learning_rate: 0.1, stop: count, iterations: 0")
    first, second = (plot.picture.alt for plot in example.plots)
    assert first == second
    assert first.endswith("falls from 1 to 1 in 0 iterations, ending at 1.")


def test_an_ascent_has_no_lab_and_says_why() -> None:
    example = descent("objective: x^2, start: 1, learning_rate: -0.1, stop: count, iterations: 3")
    assert widgets(example) == []
    assert example.lacking.startswith("There is no learning-rate lab here")


# -- regressions


def test_features_that_say_the_same_have_no_minimiser_and_no_picture() -> None:
    """With one feature there are both."""
    end = "learning_rate: 0.01, iterations: 3"
    twice = shown(
        f"kind: linear regression, data: {{x: [[1, 2], [2, 4], [3, 6]], y: [1, 2, 3]}}, {end}"
    )
    once = shown(f"kind: linear regression, data: {{x: [1, 2, 3], y: [1, 2, 4]}}, {end}")
    last = [example.tables[0].rows[-1][0].text for example in (twice, once)]
    assert last == ["3", "exactly, from the normal equations"]
    assert len(once.plots) == len(twice.plots) + 1


# -- perceptrons


@pytest.mark.parametrize(
    ("iterations", "expected"), [(0, ["stepper"]), (1, ["stepper", "scrubber"])]
)
def test_a_network_of_few_updates(iterations: int, expected: list[str]) -> None:
    """Without an update there is nothing to go through, and after one no course to compare."""
    example = perceptron(1, 1, f"learning_rate: 0.1, iterations: {iterations}")
    assert widgets(example) == expected
    assert len(example.plots) == 4  # the network, outputs, error, weights
    assert len(perceptron(2, 2, "learning_rate: 0.1, iterations: 9").plots) >= 4


@pytest.mark.parametrize(
    ("rate", "iterations", "told"),
    [
        ("0.1", 0, "All weights have taken their step."),
        ("0.1", 3, "now gives the error"),
        ("40", 3, "the step was too long"),
    ],
)
def test_what_a_step_did_to_the_error(rate: str, iterations: int, told: str) -> None:
    """Smaller, larger, or not computed any more."""
    example = perceptron(
        1, 1, f"activation: identity, learning_rate: {rate}, iterations: {iterations}"
    )
    (stepper,) = (widget for widget in example.widgets if isinstance(widget, Stepper))
    said = " ".join(message.text for message in stepper.steps[-1].texts)
    assert told in said
    assert ("too long" in said) is (rate == "40")


def test_many_weights_are_drawn_layer_by_layer_and_without_names() -> None:
    """Of 42 weights no names could be read, and only the outputs can be gone through."""
    example = perceptron(7, 6, "learning_rate: 0.1, iterations: 3")
    (plot,) = (plot for plot in example.plots if plot.caption.startswith("Weights over"))
    assert ">42<" not in plot.picture.svg
    (scrubber,) = (widget for widget in example.widgets if isinstance(widget, Scrubber))
    assert {column.kind for column in scrubber.columns} == {"out", "error"}
    few = perceptron(2, 2, "learning_rate: 0.1, iterations: 3")
    (scrubber,) = (widget for widget in few.widgets if isinstance(widget, Scrubber))
    assert {column.kind for column in scrubber.columns} == {"out", "error", "weight"}
    assert any(plot.caption.startswith("All weights over") for plot in few.plots)


def test_of_a_long_run_not_every_row_is_kept() -> None:
    """The first, the last and those that the deck prints are."""
    example = perceptron(
        1,
        1,
        "learning_rate: 0.1, iterations: 3000",
        "# A {worked=one}\nAfter 2718 iterations $w_1 = 0.5$.\n",
    )
    (scrubber,) = (widget for widget in example.widgets if isinstance(widget, Scrubber))
    counts = scrubber.data["counts"]
    assert len(counts) <= MOST_ROWS + 2
    assert {0, 1, 2, 2718, 3000} <= set(counts)
    assert counts == sorted(set(counts))
