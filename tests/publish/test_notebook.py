"""Notebooks that recompute a deck, and their exercise form: both run from top to bottom."""

from __future__ import annotations

import ast
import re
from functools import cache

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from bpreport.audit import audit
from bpreport.deck import builtin, read, read_text
from bpreport.formula import FLOAT, EvaluationError, evaluate, parse
from bpreport.formula.operations import OPERATIONS
from bpreport.formula.tree import Apply, Symbol
from bpreport.publish import build, notebook
from bpreport.publish.identifiers import identifiers
from bpreport.publish.notebook.cells import BEGIN, END
from bpreport.publish.notebook.code import expression
from bpreport.worked import recompute

EVERY_KIND = r"""---
title: Every *kind* of <b>example</b>
lang: en
worked:
  net:
    kind: perceptron
    layers: {x: 2, h: 2, g: 2, y: 3}
    activation: {h: tanh, g: relu, y: softmax}
    loss: cross-entropy
    given:
      x: [[0.5, -1], [1, 0.25]]
      target: [[0, 1, 0], [1, 0, 0]]
      b: [[0.1, 0.2], [0.3, 0.1], [0.3, 0.1, -0.1]]
      w: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 0.1, 0.2, 0.3, 0.4]
    weights: {x-h: by target, h-g: by source, g-y: by target}
    biases: {per: unit}
    learning_rate: 0.1
    iterations: 20
  unit:
    kind: perceptron
    layers: {x: 1, y: 1}
    activation: identity
    given: {x: [2], target: [1], w: [1]}
    learning_rate: 0.1
    iterations: 0
  binary:
    kind: perceptron
    layers: {x: 2, h: 2, y: 1}
    loss: cross-entropy
    given: {x: [2, 1], target: [1], b: [0.5, 0.25], w: [1, -0.5, 0.25, 0.75, 0.5, -1]}
    weights: {x-h: by target, h-y: by target}
    biases: {per: layer}
    learning_rate: 0.1
    iterations: 3
  bowl:
    kind: gradient descent
    objective: x^2 + 2 y^2 + \sin(x)
    variables: [x, y]
    start: [3, 1]
    learning_rate: 0.1
    stop: count
    iterations: 12
  lambda:
    kind: gradient descent
    objective: \ln(1 + e^{x}) - 0.3 x
    start: 3
    learning_rate: 0.5
    stop: gradient
    tolerance: 1e-3
  fit:
    kind: linear regression
    data: {x: [[1, 2], [2, 1], [3, 5], [0.5, 2]], y: [1, 2, 3, 4]}
    loss: half mean
    learning_rate: 0.01
    iterations: 5
  one:
    kind: linear regression
    data: {x: [2], y: [1]}
    intercept: false
    learning_rate: 0.01
    iterations: 5
  two:
    kind: logistic regression
    data: {x: [1, 2], y: [0, 1]}
    learning_rate: 0.1
    iterations: 4
---

# Every kind

Text with <script>alert(1)</script>, a * star, `code`, [link](http://example.org) and ![pic](x.png).

1. one
2. two

| a | b |
|---|---|
| $x < 1$ | 2 |

## A step {worked=net}

$$net_{h1} = 0.1 * 0.5 + 0.2 * (-1) + 0.1 = -0.05$$

## Another {worked=unit}

$$w_1^+ = 0.8$$
"""

IN_TURN = """\
---
lang: en
worked:
  a: {kind: perceptron, layers: {x: 1, y: 1}, given: {x: [2], target: [1], w: [0.5]},
      learning_rate: 0.5, iterations: 2}
  b: {kind: perceptron, layers: {x: 1, y: 1}, given: {x: [3], target: [0], w: [0.25]},
      learning_rate: 0.25, iterations: 2}
---
# In turn

## A {worked=a}

$$net_{y1} = 0.5 * 2 = 1.00$$

## B {worked=b}

$$net_{y1} = 0.25 * 3 = 0.75$$

## A again {worked=a}

$$out_{y1} = 0.731059$$

## B again {worked=b}

$$out_{y1} = 0.679179$$
"""

DECKS = {"every kind": EVERY_KIND, "in turn": IN_TURN, "no example": "$$a = 0.1 * 5 = 0.5$$",
         "empty": ""}  # fmt: skip


@cache
def audited(name):
    return audit(read(builtin(name)) if name in ("zh", "en") else read_text(DECKS[name]))


@cache
def made(name):
    """Both files of a deck."""
    result = audited(name)
    return notebook.products(result, result.deck.lang)


def opened(name, form="notebook"):
    return nbformat.reads(made(name)[f"{form}.ipynb"].decode(), as_version=4)


@pytest.fixture(scope="module")
def executed():
    """Runs a notebook from top to bottom: with no names of another, in a kernel that all share."""
    # To start a kernel and to import takes most of the time; what is imported has no name then.
    forget = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("%reset -f")])
    client = NotebookClient(forget, timeout=120, kernel_name="python3")

    def run(book):
        for client.nb in (forget, book):
            client.execute(cleanup_kc=False)
        return book

    yield run
    client.execute()  # and the kernel is ended


def code_cells(book, kind=None):
    """Code cells; those of a kind: "solution", "grade", or "given" for the others."""
    for cell in book.cells:
        if cell.cell_type == "code":
            grading = cell.metadata.nbgrader
            own = "solution" if grading.solution else "grade" if grading.grade else "given"
            if kind in (None, own):
                yield cell


# -- it runs


@pytest.mark.parametrize("name", ["zh", "en", *DECKS])
def test_a_notebook_runs_from_top_to_bottom(name, executed):
    """What it asserts holds, and each plot is drawn."""
    book = executed(opened(name))
    kinds = {output.output_type for cell in code_cells(book) for output in cell.outputs}
    assert kinds <= {"display_data"}
    plots = sum("plt.show()" in cell.source for cell in code_cells(book))
    assert plots == sum(len(cell.outputs) for cell in code_cells(book))


@pytest.mark.parametrize("name", ["en", "every kind"])
def test_the_exercise_is_the_notebook_once_the_solutions_are_filled_in(name):
    """So it runs, and its checks hold, as they are: they are the same in both."""
    exercise = opened(name, "notebook-exercise")
    solved = {cell.id: cell.source for cell in opened(name).cells}
    assert [cell.id for cell in exercise.cells] == list(solved)
    for cell in code_cells(exercise, "solution"):
        assert cell.source != solved[cell.id]
        cell.source = solved[cell.id]
    assert [cell.source for cell in exercise.cells] == list(solved.values())


def test_the_exercise_says_what_is_not_written(executed):
    with pytest.raises(CellExecutionError, match="NotImplementedError"):
        executed(opened("in turn", "notebook-exercise"))


def test_a_wrong_solution_fails_its_check(executed):
    """The bias left out: the lecture's 0.912934 is another number then."""
    book = opened("en")
    (cell,) = [cell for cell in code_cells(book, "solution") if "\nnet_h1 = " in cell.source]
    cell.source = cell.source.replace(" + b_1 * 1", "")
    with pytest.raises(CellExecutionError, match=r'== "2\.35"'):
        executed(book)


# -- what is released


@pytest.mark.parametrize("name", ["zh", "en", "every kind", "in turn"])
def test_the_released_form_holds_no_solution(name):
    """No line between the marks of a solution stands in it, but in the functions that are given."""
    exercise = opened(name, "notebook-exercise")
    released = [cell.source for cell in code_cells(exercise, "solution")]
    assert released
    text = "\n".join(cell.source for cell in exercise.cells)
    assert "SOLUTION" not in text
    for cell, left in zip(code_cells(opened(name), "solution"), released, strict=True):
        inside = cell.source.partition(BEGIN)[2].partition(END)[0]
        lines = [line.strip() for line in inside.split("\n") if " = " in line]
        assert lines or "return " in inside
        assert not set(lines) & {line.strip() for line in text.split("\n")}, cell.source
        assert "# YOUR CODE HERE" in left
        assert "raise NotImplementedError()" in left


@pytest.mark.parametrize("name", ["zh", "every kind"])
def test_nbgrader_finds_its_metadata(name):
    """As its schema, version 3, asks: which keys there are, and which belong together."""
    for form in ("notebook", "notebook-exercise"):
        book = opened(name, form)
        nbformat.validate(book)
        found = [cell.metadata.nbgrader for cell in code_cells(book)]
        keys = {"grade", "grade_id", "locked", "schema_version", "solution", "task"}
        for one in found:
            assert set(one) == keys | ({"points"} if one.grade else set())
            assert one.schema_version == 3
            assert one.task is False
            assert not (one.grade and one.solution)
            assert one.locked is not one.solution
            assert re.fullmatch(r"[A-Za-z0-9_-]+", one.grade_id)
            assert not one.grade or one.points > 0
        assert len({one.grade_id for one in found}) == len(found)


def test_every_solution_is_graded():
    """Between one solution and the next slide's there is a check."""
    graded = 0
    for cell in code_cells(opened("every kind")):
        graded += cell.metadata.nbgrader.get("points", 0)
    assert graded >= len(list(code_cells(opened("every kind"), "solution")))


# -- what stands in it


def test_it_follows_the_deck_in_order():
    """Each slide's text, then the code of what it tells, then that its numbers come out."""
    book = opened("en")
    sources = [cell.source for cell in book.cells]
    titles = [slide.title for slide in audited("en").deck.slides if slide.title]
    heads = [source.split("\n")[0].lstrip("# ") for source in sources if source.startswith("#")]
    shown = [head for head in heads if head in titles]
    assert shown == titles
    place = {title: number for number, source in enumerate(sources)
             for title in titles if source.split("\n")[0].lstrip("# ") == title}  # fmt: skip
    forward = next(number for number, source in enumerate(sources) if "\nnet_h1 = " in source)
    before = [title for title, number in place.items() if number < forward][-1]
    assert "hidden" in before or "FP" in before or "forward" in before.lower()
    assert 'assert f"{out_h1:.6f}" == "0.912934"' in sources[forward + 1]


def test_numbers_that_were_printed_wrongly_are_corrected():
    """0.011204 is 0.010931, in the text as in the checks."""
    text = made("en")["notebook.ipynb"].decode()
    assert "0.011204" in audited("en").deck.source
    assert "0.011204" not in text
    assert r"== \"0.010931\"" in text


def test_gradients_are_computed_by_the_chain_rule():
    text = "\n".join(cell.source for cell in code_cells(opened("en")))
    assert "dE_total_dw_7 = dE_total_dout_o1 * dout_o1_dnet_o1 * dnet_o1_dw_7" in text
    assert "dnet_o1_dout_h1 = w_7_new" in text  # the deck's update is sequential


def test_raw_html_of_a_deck_stays_text():
    cells = opened("every kind").cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert "&lt;script&gt;" in text
    assert not re.search(r"<[a-z/!]", text)
    assert r"a \* star" in text
    assert r"$x \lt  1$" in text
    assert "http" not in text
    assert "1. one\n2. two" in text


def test_names_of_examples_in_turn_are_told_apart():
    text = made("in turn")["notebook.ipynb"].decode()
    assert "net_y1_a" in text
    assert "net_y1_b" in text


def test_sentences_are_in_the_readers_language():
    chinese = made("zh")["notebook.ipynb"].decode()
    assert "计算 net_h1" in chinese
    assert not re.search(r"# Compute|This notebook", chinese)


@pytest.mark.parametrize("name", ["zh", "every kind"])
def test_the_bytes_are_the_same_each_time(name):
    result = audited(name)
    assert notebook.products(result, result.deck.lang) == made(name)


def test_build_writes_both_files(tmp_path):
    result = audited("in turn")
    paths = build(result, result.study, tmp_path, ["notebook", "golden"], "en")
    assert [path.name for path in paths] == [
        "notebook.ipynb", "notebook-exercise.ipynb", "golden.json"
    ]  # fmt: skip
    assert paths[0].read_bytes() == made("in turn")["notebook.ipynb"]


HOSTILE = """---
lang: en
worked:
  'a"); raise SystemExit(1) #':
    kind: gradient descent
    objective: x^2
    runs: {'b"); raise SystemExit(2) #': {learning_rate: 0.25}, "c\\n": {learning_rate: 0.5}}
    start: +7.
    stop: count
    iterations: 3
---
# Names that are code
"""


def test_names_in_a_deck_are_never_code(executed):
    """They are quoted, or brought to what a name may be; a number is one that Python reads."""
    result = audit(read_text(HOSTILE))
    book = nbformat.reads(notebook.products(result, "en")["notebook.ipynb"].decode(), as_version=4)
    executed(book)
    calls = {
        node.func.id
        for cell in code_cells(book)
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert "SystemExit" not in calls


# -- code from trees


@pytest.mark.parametrize("name", ["en", "every kind"])
def test_the_code_of_a_formula_has_the_value_of_the_formula(name):
    """Of all quantities of all worked examples."""
    deck = audited(name).deck
    for trace in recompute(deck).traces.values():
        names = identifiers(quantity.symbol for quantity in trace.quantities.values())
        values = {key: float(quantity.value) for key, quantity in trace.quantities.items()}
        scope = {"np": np, **{names[key]: value for key, value in values.items()}}
        for quantity in trace.quantities.values():
            if quantity.formula is not None:
                code = expression(quantity.formula, names)
                right = evaluate(quantity.formula, values, FLOAT)
                assert eval(code, scope) == pytest.approx(right, rel=1e-13, abs=1e-15), code


@pytest.mark.parametrize(
    "source",
    [
        r"-a^2", r"(-a)^2", r"a - (b - c)", r"a / (b c)", r"a / b / c", r"(a + b) * -c", r"2^{-a}",
        r"(a^b)^c", r"a^{b^c}", r"-(a - b)", r"\frac{a + b}{a - b}", r"\sqrt{a} \ln b", r"|a - 3|",
        r"\max(a, b) + \min(a, c)", r"\sum_{i=1}^3 i a", r"\sigma(a)", r"007 a", r"e^{-a} + \pi",
        r"\begin{cases} a & a > b \\ c & \text{otherwise} \end{cases}", r"a - b + c - (a + b)",
        r"a \cdot (b / c)", r"a / (b / c)", r"\tanh(a)", r"\cosh a - \sinh a + \tan b",
    ],
)  # fmt: skip
def test_code_means_what_the_formula_means(source):
    """Brackets and the precedence of Python's operators."""
    tree = parse(source)
    values = {"a": 0.7, "b": 1.3, "c": 2.1}
    names = {key: key for key in values}
    found = eval(expression(tree, names), {"np": np, **values})
    assert float(found) == pytest.approx(float(evaluate(tree, values, FLOAT)), rel=1e-14)


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_every_operation_on_numbers_has_code(operation):
    """Those on vectors are refused, as they are no expression of single numbers."""
    count = 2 if operation in ("divide", "power", "maximum", "minimum", "multiply", "add") else 1
    tree = Apply(operation, tuple(map(Symbol, "ab"[:count])))
    names = {"a": "a", "b": "b"}
    if operation in ("softmax", "transpose", "determinant", "trace") or operation.startswith(
        "norm"
    ):
        with pytest.raises(EvaluationError):
            expression(tree, names)
        return
    found = eval(expression(tree, names), {"np": np, "a": 0.7, "b": 1.3})
    assert found == pytest.approx(evaluate(tree, {"a": 0.7, "b": 1.3}, FLOAT), rel=1e-14)
