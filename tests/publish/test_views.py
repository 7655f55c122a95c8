"""The worked examples as the report tells them: right for every deck, not for the built-in one."""

import re

import numpy as np
import pytest

from bpreport.audit import audit
from bpreport.deck import builtin, read, read_text
from bpreport.publish import check_text
from bpreport.publish.descent_view import _course
from bpreport.publish.examples import plots
from bpreport.publish.network import draw
from bpreport.publish.report import report
from bpreport.worked import recompute
from tests.publish.decks import DECKS

STUDY = recompute(read(builtin("en")))


def descent(objective="(x - 1)^2", **settings):
    """The report of a descent from 3."""
    stated = "".join(f", {key}: {value}" for key, value in settings.items())
    source = (
        "---\nworked:\n  d: {kind: gradient descent, start: 3, stop: count"
        f", objective: {objective}{stated}}}\n---\n# A\n"
    )
    found = audit(read_text(source))
    (example,) = report(found, found.study, "en").examples
    return example


@pytest.mark.parametrize(
    ("rate", "course"),
    [
        # x - 1 is multiplied by 1 - 2 * rate in each iteration: 2, -1, 1/2, -1/4
        ("0.75", "falls from 4 to 0.062 in 3 iterations, alternating around 1."),
        ("0.25", "falls from 4 to 0.062 in 3 iterations, approaching 1 from one side."),
        # 2, -4, 8, -16
        ("1.5", "grows from 4 to 2.6e+02 in 3 iterations: the run diverges."),
    ],
)
def test_a_run_is_told_as_it_went(rate, course):
    """The words come from the iterates: on which sides, towards what, down or up."""
    curve, pace = descent(learning_rate=rate, iterations=3).plots
    factor = (1 - 2 * float(rate)) ** 2  # of (x - 1)^2, in each iteration
    assert f"each multiplies it by {factor:g} on average" in pace.picture.alt
    assert curve.picture.alt == f"With learning rate {rate}, J(x) {course}"


def test_convergence_is_that_to_the_lowest_value():
    """From 4 + 2 to 1/16 + 2 in three iterations that quarter the 4; its twin comes down to 0."""
    _, above = descent("(x - 1)^2 + 2", learning_rate=0.25, iterations=3).plots
    assert above.picture.alt.endswith(
        "goes from 6 to 2.1 in 3 iterations: each multiplies what is above the lowest value, 2, by"
        " 0.25 on average."
    )
    (line,) = above.picture.named["drawn"]
    assert line.y.tolist() == [4, 1, 0.25, 0.0625]
    _, plain = descent(learning_rate=0.25, iterations=3).plots
    assert plain.picture.alt.endswith("each multiplies it by 0.25 on average.")
    _, below = descent("(x - 1)^2 - 2", learning_rate=0.25, iterations=3).plots
    (line,) = below.picture.named["drawn"]
    assert line.y.tolist() == [4, 1, 0.25, 0.0625]


def test_one_iteration_is_told_in_the_singular():
    """And has no course."""
    curve, _ = descent(learning_rate="0.25", iterations=1).plots
    assert curve.picture.alt.endswith("falls from 4 to 1 in 1 iteration, ending at 2.")


def test_a_run_that_turns_now_and_then_is_neither():
    """Three steps of which one turns back."""
    assert _course(np.array([0.0, 1.0, 0.5, 0.2])) == ""
    assert _course(np.array([0.0, 1.0, 0.5, 0.7])) == "alternating"


def test_what_is_impossible_is_shown_to_be():
    """Beside the verdict stand the tolerances that the runs need, which do not meet."""
    found = audit(read(builtin("en")))
    (example, *_) = report(found, found.study, "en").examples
    _, table = example.tables
    rows = {row[0].text: [cell.text for cell in row] for row in table.rows}
    impossible = {name: row for name, row in rows.items() if row[1] == "impossible"}
    assert len(impossible) == 3
    for row in impossible.values():
        needed = re.findall(r"(\w+) needs ([\d.e-]+) to ([\d.e-]+)", row[3])
        (_, low, high), (_, other_low, other_high) = needed
        assert float(high) <= float(other_low) or float(other_high) <= float(low)


@pytest.mark.parametrize("name", ["layers", "example"])
def test_every_bias_is_in_the_drawing(name):
    """One for each unit, or one for each layer."""
    trace = STUDY.traces[name]
    biases = [key for key, role in trace.roles.items() if role.kind == "bias"]
    drawing = draw(trace, "alt").svg
    indices = [re.sub(r"\D", "", key) for key in biases]
    drawn = [re.sub(r"\D", "", index) for index in re.findall(r"<tspan[^>]*>([^<]*)<", drawing)]
    assert biases
    assert [index for index in indices if drawn.count(index) < indices.count(index)] == []


def test_a_descent_reproduces_what_it_was_fitted_to():
    """The built-in deck prints a count, a minimiser and a minimum of each of its two runs."""
    found = audit(read(builtin("en")))
    assert found.conventions["descent"]["of"] == 6  # 3 * 2
    assert found.conventions["descent"]["reproduced"] == 6


def test_one_claim_is_no_claims():
    """Counts agree with what they count."""
    assert "  1 claim: " in check_text(audit(read_text("$$1 + 1 = 2$$")))
    assert "  2 claims: " in check_text(audit(read_text("$$1 + 1 = 2 = 3 - 1$$")))


def test_lines_of_a_plot_differ_without_colours():
    """Twelve weights in six colours: no two have the same colour and the same stroke."""
    found = audit(read(builtin("en")))
    example = report(found, found.study, "en").examples[-1]
    (plot,) = [plot for plot in example.plots if plot.caption.startswith("All weights")]
    drawn = re.findall(r'<path d="[^"]*" clip-path[^>]*style="([^"]*)"', plot.picture.svg)
    styles = [style for style in drawn if "stroke-width: 0.6" not in style]
    dashes = {re.sub(r".*?(stroke-dasharray: [^;]*|$).*", r"\1", style) for style in styles}
    assert len(dashes) >= 4
    assert len(set(styles)) >= 12


@pytest.mark.parametrize("name", ["perceptron", "descent"])
def test_the_plots_alone_are_those_of_the_report(name):
    """So that a copy of the process can draw them before the claims are judged."""
    found = audit(read_text(DECKS[name]))
    (example,) = report(found, found.study, "en").examples
    drawn = [plot.picture.svg for plot in plots(found.study, "en", found.conventions)]
    assert drawn
    assert [plot.picture.svg for plot in example.plots] == drawn
