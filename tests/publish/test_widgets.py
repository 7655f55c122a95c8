"""What the widgets are handed: steps, factors and expressions, without a browser."""

import math
from collections.abc import Callable

import mpmath
import pytest

from bpreport.deck import builtin, read
from bpreport.formula import EvaluationError, parse
from bpreport.formula.tree import Symbol
from bpreport.publish.expression import OPERATIONS, expression
from bpreport.publish.lab import lab
from bpreport.publish.stepper import Stepper, stepper
from bpreport.worked import GradientDescent, Perceptron, recompute
from bpreport.worked.descending import LIMIT
from bpreport.worked.descent import from_settings

HEAD = "---\nlang: en\nworked:\n  net:\n    kind: perceptron\n"
DECKS = {
    "three layers of weights": """
    layers: {x: 2, h: 2, g: 2, y: 1}
    activation: {h: tanh, g: relu, y: sigmoid}
    loss: cross-entropy
    given:
      x: [1, -2]
      target: [1]
      w: [0.5, -0.5, 0.25, 0.75, 0.3, 0.6, -0.2, 0.4, 1, -1]
      b: [0.1, 0.2, 0.3]
    weights: {x-h: by target, h-g: by target, g-y: by source}
    biases: {per: layer}
    learning_rate: 0.1
    iterations: 5
""",
    "softmax": """
    layers: {x: 2, h: 2, y: 3}
    activation: {h: sigmoid, y: softmax}
    loss: cross-entropy
    given: {x: [1, 2], target: [0, 1, 0], w: [0.1, 0.2, 0.3, 0.4, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]}
    weights: {x-h: by target, h-y: by source}
    learning_rate: 0.5
    iterations: 3
""",
    "one weight": """
    layers: {x: 1, y: 1}
    activation: identity
    given: {x: [2], target: [1], w: [1]}
    learning_rate: 0.1
    iterations: 1
""",
}


def traced(tmp_path, name: str, update: str):
    path = tmp_path / "deck.md"
    path.write_text(HEAD + DECKS[name].lstrip("\n") + "---\n# Empty\n", encoding="utf-8")
    example = recompute(read(path)).examples["net"]
    assert isinstance(example, Perceptron)
    return example, example.trace(update=update)


def made(example: Perceptron, trace) -> Stepper:
    found = stepper(trace, example)
    assert found is not None
    return found


@pytest.mark.parametrize("update", ["simultaneous", "sequential"])
@pytest.mark.parametrize("name", DECKS)
def test_every_place_of_a_step_is_drawn(tmp_path, name: str, update: str):
    """What a step lights, is about or writes a slope at is in both drawings."""
    found = made(*traced(tmp_path, name, update))
    for drawing in found.drawings:
        places = {box.place for box in drawing.boxes} | {line.place for line in drawing.lines}
        places |= {label.place for label in drawing.labels} | {
            place for place, *_ in drawing.slopes
        }
        for step in found.steps:
            assert {*step.lit, *(place for place, _ in step.factors)} <= places
            assert step.focus in places or step.focus == ""


@pytest.mark.parametrize("update", ["simultaneous", "sequential"])
@pytest.mark.parametrize("name", DECKS)
def test_every_weight_gets_its_gradient_and_its_update(tmp_path, name: str, update: str):
    """Each has one step for its slope and one for its new value, in this order."""
    example, trace = traced(tmp_path, name, update)
    found = made(example, trace)
    for key in (*example.weight_keys, *example.bias_keys):
        about = [step.chapter for step in found.steps if step.focus == key]
        assert about == ["backward", "update"]


def test_the_factors_of_a_step_multiply_to_it():
    """The chain rule: the slopes on the path to w_7 are those of its gradient."""
    study = recompute(read(builtin("en")))
    trace = study.traces["example"]
    [step] = [
        step
        for step in made(study.examples["example"], trace).steps  # type: ignore[arg-type]
        if step.focus == "w_{7}" and step.chapter == "backward"
    ]
    product = math.prod(float(value) for _, value in step.factors)
    exact = trace.quantities[r"\partial E_{total}/\partial w_{7}"].value
    assert len(step.factors) == 3
    assert product == pytest.approx(float(exact), rel=1e-3)  # the drawing has four places


def test_a_large_network_has_no_stepper():
    """Nobody would follow its steps: seven units in a layer are too many."""
    study = recompute(read(builtin("en")))
    example = study.examples["example"]
    assert isinstance(example, Perceptron)
    wide = Perceptron(**{**vars(example), "layers": (("l", 2), ("h", 7), ("o", 2))})
    assert stepper(study.traces["example"], wide) is None


def computed(data, x):
    """The value of an expression's data, written for this test alone."""
    if data == "x":
        return x
    if isinstance(data, float):
        return data
    name, *operands = data
    values = [computed(operand, x) for operand in operands]
    rows: dict[str, Callable[..., float]] = {
        "add": sum, "multiply": math.prod, "negative": lambda v: -v[0],
        "divide": lambda v: v[0] / v[1], "power": lambda v: v[0] ** v[1],
        "sin": lambda v: math.sin(v[0]), "log": lambda v: math.log(v[0]),
        "exp": lambda v: math.exp(v[0]), "sqrt": lambda v: math.sqrt(v[0]),
    }  # fmt: skip
    return rows[name](values)


@pytest.mark.parametrize(
    ("source", "function"),
    [
        (r"0.5 (x - 0.25)^2", lambda x: 0.5 * (x - 0.25) ** 2),
        (r"\sum_{i=1}^3 (x - i)^2", lambda x: (x - 1) ** 2 + (x - 2) ** 2 + (x - 3) ** 2),
        (r"e^{-x} + \pi \ln x - \frac{\sin x}{x}",
         lambda x: math.exp(-x) + math.pi * math.log(x) - math.sin(x) / x),
        (r"\sqrt{x}", math.sqrt),
    ],
)  # fmt: skip
def test_an_expression_is_the_formula(source: str, function):
    """The data mean what the formula means, at a few points."""
    data = expression(parse(source), Symbol("x"))
    for x in (0.3, 1.0, 2.7):
        assert computed(data, x) == pytest.approx(function(x), rel=1e-14)


@pytest.mark.parametrize(
    "source", [r"\|x\|", r"\begin{pmatrix} x \\ 1 \end{pmatrix}", "x + y", "f(x)"]
)
def test_what_is_no_function_of_one_number_is_refused(source: str):
    """A page must not compute something else than what is written."""
    with pytest.raises(EvaluationError):
        expression(parse(source), Symbol("x"))


def test_the_sliders_hold_the_runs_of_the_deck():
    """Both presets lie on steps of the sliders, which reach past the first rate that diverges."""
    study = recompute(read(builtin("en")))
    example = study.examples["descent"]
    assert isinstance(example, GradientDescent)
    found = lab(study.traces["descent"], example)
    assert found is not None
    for preset in found.data["presets"]:
        (start,) = preset["start"]
        sliders = ((preset["rate"], found.data["rates"]), (start, *found.data["starts"]))
        for value, slider in sliders:
            low, high, step = (slider[end] for end in ("low", "high", "step"))
            assert low <= value <= high
            assert mpmath.almosteq((value - low) / step, round((value - low) / step), 1e-9)
    assert found.data["rates"]["high"] > 2  # 2 / J''


@pytest.mark.parametrize(("most", "limit"), [({"iterations": "12"}, 12), ({}, LIMIT)])
def test_a_run_of_the_lab_is_given_up_where_the_deck_gives_it_up(most, limit):
    """After as many updates as the front matter allows beside the stopping rule."""
    example = from_settings(
        "bowl",
        {"objective": "x^2", "start": "1", "learning_rate": "0.1", "stop": "gradient",
         "tolerance": "1e-9"} | most,
    )  # fmt: skip
    found = lab(example.trace(), example)
    assert found is not None
    (preset,) = found.presets
    assert preset.limit == limit


def test_cases_are_handed_over_with_their_conditions():
    """One after the other; the last one has none."""
    data = expression(
        parse(r"\begin{cases} x^2 & x > 1 \\ 0 - x & \text{otherwise} \end{cases}"), Symbol("x")
    )
    name, (value, relation, *sides), (other,) = data
    assert (name, relation, sides) == ("cases", ">", ["x", 1.0])
    assert value == ["power", "x", 2.0]
    assert other == expression(parse("0 - x"), Symbol("x"))


def test_operations_are_those_of_the_formula_language():
    """All but those that need more than single numbers, or have no slope that a descent follows."""
    from bpreport.formula.operations import OPERATIONS as ALL

    norms = {"norm", "norm_1", "norm_infinity", "norm_F"}
    others = {"determinant", "trace", "softmax", "transpose", "floor", "ceiling", "sign"}
    assert set(ALL) - OPERATIONS == norms | others
