"""Golden values: names, intervals, arrays, runs, and the slips that explain a wrong number."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from bpreport.audit import audit
from bpreport.deck import builtin, read_text
from bpreport.formula import FLOAT, evaluate
from bpreport.publish.golden_checks import Golden, GoldenError, UnknownNameError, load
from bpreport.publish.golden_tolerance import losses
from bpreport.worked import recompute

OTHER = """\
---
lang: en
worked:
  net:
    kind: perceptron
    layers: {x: 2, h: 2, y: 3}
    activation: {h: tanh, y: softmax}
    loss: cross-entropy
    given:
      x: [0.5, -1]
      target: [0, 1, 0]
      b: [[0.1, 0.2], [0.3, 0.1, -0.1]]
      w: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    weights: {x-h: by target, h-y: by target}
    biases: {per: unit}
    learning_rate: 0.1
    iterations: 20
  bowl:
    kind: gradient descent
    objective: x^2 + 2 y^2
    variables: [x, y]
    start: [3, 1]
    learning_rate: 0.1
    stop: count
    iterations: 12
---

# Another deck
"""


@pytest.fixture(scope="module")
def source():
    return load(builtin("en"))


@pytest.fixture
def example(source):
    """The built-in deck's example by the textbook's update, with nothing got before."""
    return replace(source, wrong={}).example("example").using(update="simultaneous")


@pytest.fixture(scope="module")
def other():
    deck = read_text(OTHER)
    study = recompute(deck)
    return Golden(audit(deck, study), study)


def told(check, *arguments, **options):
    """The message of a check that must fail."""
    with pytest.raises(GoldenError) as caught:
        check(*arguments, **options)
    return str(caught.value)


def slip(check, *arguments, **options):
    """What its last line says of the slip."""
    return told(check, *arguments, **options).splitlines()[-1].split(maxsplit=1)[1]


# -- a program like a student's


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def one_step(
    biases=(0.35, 0.65), target=(0.01, 0.99), rate=0.5, early=False, slope=True, last=sigmoid
):
    """The built-in example in plain NumPy, with switches for mistakes."""
    inputs, target = np.array([5.0, 10.0]), np.array(target)
    first = np.array([[0.1, 0.15], [0.2, 0.25], [0.3, 0.35]])
    second = np.array([[0.4, 0.5, 0.6], [0.45, 0.55, 0.65]])
    hidden = sigmoid(first @ inputs + biases[0])
    output = last(second @ hidden + biases[1])
    delta = (output - target) * output * (1 - output)
    after = second - rate * np.outer(delta, hidden)
    back = (after if early else second).T @ delta * (hidden * (1 - hidden) if slope else 1)
    gradient = np.outer(back, inputs)
    return {
        "hidden": hidden,
        "output": output,
        "error": ((target - output) ** 2).sum() / 2,
        "gradient": gradient,
        "first": first - rate * gradient,
        "second": after,
    }


def run(updates, rate=0.5, target=(0.01, 0.99), biases=(0.35, 0.65)):
    """Outputs and errors over the iterations."""
    inputs, target = np.array([5.0, 10.0]), np.array(target)
    first = np.array([[0.1, 0.15], [0.2, 0.25], [0.3, 0.35]])
    second = np.array([[0.4, 0.5, 0.6], [0.45, 0.55, 0.65]])
    outputs, errors = [], []
    for _ in range(updates + 1):
        hidden = sigmoid(first @ inputs + biases[0])
        output = sigmoid(second @ hidden + biases[1])
        outputs.append(output)
        errors.append(((target - output) ** 2).sum() / 2)
        delta = (output - target) * output * (1 - output)
        back = second.T @ delta * hidden * (1 - hidden)
        second = second - rate * np.outer(delta, hidden)
        first = first - rate * np.outer(back, inputs)
    return np.array(outputs), np.array(errors)


# -- names


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("w7^+", "w_{7}^{+}"),
        ("w_{7}^+", "w_{7}^{+}"),
        (r"\text{out}_{h_1}", "out_{h1}"),
        ("out_h1", "out_{h1}"),
        ("E", "E_{total}"),
        (r"\frac{\partial E}{\partial w_7}", r"\partial E_{total}/\partial w_{7}"),
        (r"\partial E_{total}/\partial w_{7}", r"\partial E_{total}/\partial w_{7}"),
        ("dE/dw_7", r"\partial E_{total}/\partial w_{7}"),
    ],
)
def test_any_spelling_of_a_name_will_do(example, name, key):
    trace, found = example._found(name, None)
    assert found == key
    assert example.value(name) == float(trace.quantities[key].value)


@pytest.mark.parametrize("name", ["out_{h9}", "w_99", r"\frac{\partial E}{\partial w_{99}}", "1+"])
def test_an_unknown_name_is_answered_with_the_nearest(example, name):
    with pytest.raises(UnknownNameError, match=r"is not known; the nearest names are .+, .+, "):
        example.check(name, 0.5)


def test_the_nearest_name_is_near(example):
    with pytest.raises(UnknownNameError, match=r"nearest names are out_\{h\d\}, "):
        example.check("out_{h4}", 0.5)


def test_a_name_that_several_examples_know_must_be_chosen(source):
    with pytest.raises(UnknownNameError, match=r"several .*: layers, example; .*'layers'"):
        source.check(r"\eta", 0.5)
    source.example("layers").check(r"\eta", 0.5)


@pytest.mark.parametrize(("choice", "near"), [({"update": "later"}, "update="), ({"by": "x"}, "b")])
def test_an_unknown_convention_is_answered_with_those_there_are(source, choice, near):
    with pytest.raises(UnknownNameError, match=near):
        source.using(**choice)


# -- what is accepted


@pytest.mark.parametrize(
    ("value", "right"),
    [
        (0.912934, True),
        (0.9129335000001, True),
        (0.9129344999999, True),
        (0.9129334, False),
        (0.9129346, False),
        (np.float32(0.912934), True),
        (Fraction(912934, 10**6), True),
        (np.array(0.912934), True),
        ([0.912934], True),
        (float("nan"), False),
        (float("inf"), False),
    ],
)
def test_the_interval_is_that_of_the_printed_digits(example, value, right):
    """The deck prints 0.912934: from 0.9129335 to 0.9129345."""
    if right:
        example.check("out_{h1}", value)
    else:
        told(example.check, "out_{h1}", value)


def test_where_the_deck_prints_a_wrong_digit_the_right_one_counts(source):
    """0.995275 stands there, and 0.995274287... is right."""
    source.example("example").check("out_{h3}", 0.9952744)
    text = told(source.example("example").check, "out_{h3}", 0.995275)
    assert "0.9952735 … 0.9952745" in text
    assert "where 0.995274 is right" in text


def test_other_digits_can_be_asked_for(example):
    example.check("out_{h1}", 0.9134, places=3)
    assert "0.9125 … 0.9135" in told(example.check, "out_{h1}", 0.9136, places=3)


def test_what_is_given_is_exact(example):
    """b_1 = 0.35 is no number that was rounded to 0.35."""
    example.check("b_1", 0.35)
    told(example.check, "b_1", 0.3501)


@pytest.mark.parametrize("name", ["descent", "line", "logistic", "layers", "example"])
def test_no_float_computation_of_the_formulas_is_refused(source, name):
    """The bound holds for float64, computed from floats throughout, and it is narrow."""
    trace = source.study.traces[name]
    bounds = losses(trace, source.study.examples[name])
    values: dict[str, float] = {}
    for key, quantity in trace.quantities.items():
        computed = quantity.formula is not None
        values[key] = (
            evaluate(quantity.formula, values, FLOAT) if computed else float(quantity.value)
        )
        off = abs(float(values[key] - quantity.value)) / 2.0**-52
        assert off <= bounds[key], key
    assert max(bounds.values()) <= 50 * max(map(abs, values.values()))


def test_a_program_of_its_own_is_exact(example):
    """Matrices and sums in another order agree to what floats may lose."""
    got = one_step()
    for name, part, layer in [
        ("out", "hidden", "h"), ("out", "output", "o"),
        ("w^+", "first", "h"), ("w^+", "second", "o"),
        (r"\frac{\partial E}{\partial w}", "gradient", "h"),
    ]:  # fmt: skip
        example.check(name, got[part], layer=layer, exact=True)
    example.check("E_total", got["error"], exact=True)


def test_exact_refuses_what_the_printed_digits_would_allow(example):
    example.check("out_{h1}", 0.9129342)
    text = told(example.check, "out_{h1}", 0.9129342, exact=True)
    assert "what its float type may lose" in text


def test_a_float32_may_lose_more(example):
    hidden = one_step()["hidden"].astype(np.float32)
    example.check("out", hidden, layer="h", exact=True)
    told(example.check, "out", hidden.astype(float), layer="h", exact=True)


class Tensor:
    """What a tensor of another library looks like from here."""

    def __init__(self, values, attached=True):
        self.values, self.attached = values, attached

    def detach(self):
        return Tensor(self.values, attached=False)

    def cpu(self):
        return self

    def __array__(self, dtype=None, copy=None):
        if self.attached:
            raise RuntimeError("it remembers its slopes")
        return np.array(self.values, dtype=dtype)


def test_a_tensor_is_an_array(example):
    example.check("out", Tensor(one_step()["hidden"]), layer="h")


# -- arrays


@pytest.mark.parametrize(
    ("name", "layer", "shape"),
    [
        ("w", None, (12,)), ("w", "h", (3, 2)), ("w", "o", (2, 3)), ("w", "h-o", (2, 3)),
        ("w^+", None, (12,)), ("b", None, (2,)), ("out", "h", (3,)), ("net_o", None, (2,)),
        (r"\frac{\partial E}{\partial w}", None, (12,)),
        (r"\frac{\partial E}{\partial out}", "o", (2,)),
    ],
)  # fmt: skip
def test_a_name_without_indices_is_a_family(example, name, layer, shape):
    assert example.value(name, layer=layer).shape == shape


def test_all_weights_are_in_the_order_of_their_numbers(example):
    weights = np.array([10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65]) / 100
    example.check("w", weights)
    assert slip(example.check, "w", weights[::-1].copy()) == (
        "these are the right numbers in another order"
    )


def test_a_matrix_has_a_row_for_each_unit_it_leads_to(example):
    """w_1, w_2 enter h1; w_7, w_8 leave h1."""
    example.check("w", [[0.1, 0.15], [0.2, 0.25], [0.3, 0.35]], layer="h")
    example.check("w", [[0.1, 0.2, 0.3], [0.15, 0.25, 0.35]], layer="h", rows="source")
    example.check("w", [[0.4, 0.5, 0.6], [0.45, 0.55, 0.65]], layer="o")
    text = told(example.check, "w", np.ones((2, 3)), layer="h")
    assert "has the shape (3, 2), not (2, 3)" in text
    assert 'rows="source"' in text


def test_a_transposed_matrix_is_told(other):
    """Only a square one can be: the other shapes are refused before."""
    matrix = other.value("w", layer="h")
    assert matrix.shape == (2, 2)
    assert slip(other.check, "w", matrix.T.copy(), layer="h") == "the matrix is transposed"


@pytest.mark.parametrize("value", ["0.9", None, [[0.9], [0.9, 0.8]], {}, object(), b"", True])
def test_what_is_no_number_is_told(example, value):
    assert "a number is expected" in told(example.check, "out_{h1}", value)


# -- what the message says


def test_the_message_shows_the_first_digit_that_differs(example):
    text = told(example.check, "out_{h1}", 0.9128)
    lines = text.splitlines()
    # The digits are 9, 1, 2, 9 and 9, 1, 2, 8.
    assert lines[1] == "    expected  0.91293422755972874"
    assert lines[2] == "    got       0.91279999999999994"
    assert lines[3].index("^") == lines[1].index("93422755972874")
    assert "number 4" in lines[3]


@pytest.mark.parametrize(
    ("mistake", "name", "part", "layer", "said"),
    [
        ({"biases": (0, 0.65)}, "out", "hidden", "h", "it was computed without b_1"),
        ({"biases": (0.35, 0)}, "out", "output", "o", "it was computed without b_2"),
        ({"target": (0.99, 0.01)}, "E_total", "error", None, "target_o1, target_o2 were taken in"),
        ({"target": (0.99, 0.01)}, "w^+", "first", "h", "target_o1, target_o2 were taken in"),
        ({"rate": 0.05}, "w^+", "first", "h", "the learning rate was taken as 0.05"),
        ({"rate": -0.5}, "w^+", "second", "o", "sign"),
        ({"early": True}, "w^+", "first", "h", "w_7, w_8 had been updated before"),
        ({"slope": False}, "w^+", "first", "h", "(1 − out_h1) was left out"),
        ({"last": lambda z: z}, "out", "output", "o", "the activation was left out"),
        ({"last": lambda z: z}, "E_total", "error", None, "out_o1, out_o2"),
        ({"biases": (0, 0)}, "out", "output", "o", "the same was done in all of net_h1, net_h2, "),
    ],
)  # fmt: skip
def test_a_mistake_in_code_is_named(example, mistake, name, part, layer, said):
    """Where it was made, and in what follows from it."""
    assert said in slip(example.check, name, one_step(**mistake)[part], layer=layer)


def test_what_follows_from_a_wrong_number_is_told_as_that(example):
    """A forward pass that nobody can explain; the error computed from it is right."""
    output = np.array([0.7, 0.8])
    assert slip(example.check, "out", output, layer="o").startswith("none is known")
    error = ((np.array([0.01, 0.99]) - output) ** 2).sum() / 2
    assert slip(example.check, "E_total", error) == (
        "it follows correctly from what was wrong before: out_o1, out_o2"
    )


def test_random_numbers_are_not_explained(example):
    """Of 40 numbers near the right one none is explained: chance has no part in it."""
    near = 0.9129 + np.array([(n * 0.6180339887498949) % 1 for n in range(40)]) / 1000
    found = [slip(example.check, "out_{h1}", value, exact=True) for value in near]
    assert [text for text in found if not text.startswith("none is known")] == []


def test_messages_are_in_the_language_that_was_chosen(source):
    chinese = replace(source, lang="zh", wrong={})
    text = told(chinese.check, "out_{h1}", one_step(biases=(0, 0))["hidden"][0])
    assert "应为" in text
    assert "计算时漏掉了 b_1" in text
    assert "expected" not in text


# -- runs


def test_a_run_agrees_in_every_entry(example):
    outputs, errors = run(1000)
    example.check_run("out", outputs)
    example.check_run("out_{o2}", outputs[:, 1])
    example.check_run("error", errors)
    example.check_run("E_total", errors[5:200], first=5)
    assert "differs from 700 updates on" in told(
        example.check_run, "error", errors + 1e-9 * (np.arange(1001) >= 700)
    )


def test_a_run_can_be_held_against_digits(example):
    """Four places of a thousand iterations are right, though the last digits are not."""
    outputs = run(1000)[0] + 1e-9
    told(example.check_run, "out", outputs)
    example.check_run("out", outputs, places=4)
    told(example.check_run, "out", outputs + 1e-4, places=4)


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        ({"rate": 0.05}, "the learning rate was taken as 0.05"),
        ({"target": (0.99, 0.01)}, "the targets were exchanged"),
        ({"biases": (0, 0)}, "the biases were forgotten"),
    ],
)
def test_a_mistake_in_a_run_is_named(example, mistake, said):
    assert said in slip(example.check_run, "out", run(50, **mistake)[0])


def test_a_run_by_another_convention_is_named(source):
    """The deck's own run follows the sequential update."""
    outputs = run(50)[0]
    assert "simultaneous" in slip(source.example("example").check_run, "out", outputs)


def test_a_run_that_begins_late_is_named(example):
    outputs = run(50)[0]
    assert "after 1 updates, not after 0" in slip(example.check_run, "out", outputs[1:])


def test_runs_of_descents_and_regressions(source, other):
    theta, line = [4.0], np.zeros(2)
    for _ in range(43):
        theta.append(theta[-1] - 0.25 * (theta[-1] - 0.25))
    source.check_run(r"\theta^{(slow)}", theta)
    source.check_run("slow.values", [0.5 * (one - 0.25) ** 2 for one in theta])
    assert "rate was taken as 0.25" in slip(source.check_run, "fast.iterates", theta[:20])
    x = np.stack([np.ones(7), np.arange(7) / 2], axis=1)
    y = np.array([1.1, 1.3, 2.1, 2.4, 3.2, 3.3, 4.1])
    path = [line]
    for _ in range(300):
        path.append(path[-1] - 0.05 * x.T @ (x @ path[-1] - y))
    regression = source.example("line")
    regression.check_run("parameters", path)
    regression.check_run(r"\theta_1", np.array(path)[:, 1])
    shorter = [np.zeros(2)]
    for _ in range(20):
        shorter.append(shorter[-1] - 0.05 / 7 * x.T @ (x @ shorter[-1] - y))
    assert "1/m" in slip(regression.check_run, "parameters", shorter)
    point, points = np.array([3.0, 1.0]), []
    for _ in range(13):
        points.append(point)
        point = point - 0.1 * np.array([2 * point[0], 4 * point[1]])
    other.check_run("run.iterates", points)
    other.check_run("y", np.array(points)[:, 1])


@pytest.mark.parametrize("values", [[], np.zeros((2000, 2)), np.zeros((5, 3)), 0.5, "out"])
def test_a_run_of_another_form_is_told(example, values):
    told(example.check_run, "out", values)


def test_another_deck(other):
    """Softmax, tanh, a bias for each unit, and no printed number at all."""
    inputs, target = np.array([0.5, -1.0]), np.array([0.0, 1.0, 0.0])
    first, second = (
        np.array([[0.1, 0.2], [0.3, 0.4]]),
        np.array([[0.5, 0.6], [0.7, 0.8], [0.9, 1.0]]),
    )
    hidden = np.tanh(first @ inputs + np.array([0.1, 0.2]))
    powers = np.exp(second @ hidden + np.array([0.3, 0.1, -0.1]))
    output = powers / powers.sum()
    other.check("out", hidden, layer="h")
    other.check("out", output, layer="y")
    delta = output - target
    other.check(r"\frac{\partial E}{\partial w}", np.outer(delta, hidden), layer="y")
    back = second.T @ delta
    said = slip(other.check, r"\frac{\partial E}{\partial net}", back, layer="h")
    assert said.endswith("was left out")
