"""Writing trees: what the author typed stays, and what is shown recomputes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpreport.formula import EvaluationError, evaluate, latex, parse
from bpreport.formula.tree import Apply, Derivative, Gap, Number, Symbol, Tree

PRIME = Derivative(Symbol("f"), (), kind="prime")
w, a, b = Symbol("w", ("7",), ("+",)), Symbol("a"), Symbol("b")


@pytest.mark.parametrize(
    ("source", "values", "shown"),
    [
        ("a - b", {"b": "-0.4505"}, "a - (-0.4505)"),
        ("a + b", {"b": "-0.4505"}, "a + (-0.4505)"),
        ("b + a", {"b": "-0.4505"}, "-0.4505 + a"),
        (r"a \cdot b", {"b": "-2"}, r"a \cdot (-2)"),
        ("a b", {"a": "0.5", "b": "0.25"}, r"0.5 \cdot 0.25"),
        ("a b", {"a": "-0.5"}, "(-0.5) b"),
        ("b^2", {"b": "-0.3"}, "(-0.3)^{2}"),
        ("(b^{(1)})^2", {"b^{(1)}": "-0.3"}, "(-0.3)^{2}"),
        ("(b^{(1)})^2", {"b^{(1)}": "0.3"}, "0.3^{2}"),
        ("-b", {"b": "-0.3"}, "-(-0.3)"),
        ("e^{-b}", {"b": "-0.3"}, "e^{-(-0.3)}"),
        (r"\frac{1}{b}", {"b": "-0.3"}, r"\frac{1}{-0.3}"),
        ("f(b)", {"b": "-0.3"}, "f(-0.3)"),
        ("a / b", {"b": "-0.3"}, "a / (-0.3)"),
        ("2 a b", {"a": "3"}, r"2 \cdot 3 \cdot b"),
        ("a b", {"a": parse("x + 1")}, "(x + 1) b"),
        (r"0.5 \frac{\partial E}{\partial w}", {r"\partial E/\partial w": "0.2"}, r"0.5 \cdot 0.2"),
        (r"a - \frac{\partial E}{\partial w}", {r"\partial E/\partial w": "-1"}, "a - (-1)"),
        (r"\frac{\partial E}{\partial w}", {"w": "0.4", "E": "2"}, None),
    ],
)
def test_numbers_in_the_place_of_symbols(
    source: str, values: dict[str, str | Tree], shown: str | None
) -> None:
    """A negative number behind an operator gets its brackets, and two numbers a sign between."""
    assert latex(parse(source), values) == (shown or latex(parse(source)))


@pytest.mark.parametrize("digits", ["0.50", "0.1500", "0.891090", "19", "007", "1.5e-5", ".5"])
def test_typed_digits_are_never_reformatted(digits: str) -> None:
    assert latex(parse(digits)) == digits
    assert latex(parse("w x"), {"w": digits}).startswith(digits)


@pytest.mark.parametrize(
    ("tree", "shown"),
    [
        (a * b * 1, r"a \cdot b \cdot 1"),
        (w * a, r"w_{7}^{+} \cdot a"),
        (w**2, "(w_{7}^{+})^{2}"),
        ((a + b) * a, r"(a + b) \cdot a"),
        (Apply("add", (a, Apply("add", (b, a)))), "a + (b + a)"),
        (Apply("add", (Apply("add", (a, b)), a)), "(a + b) + a"),
        (a - (b - a), "a - (b - a)"),
        (-(a + b), "-(a + b)"),
        ((a / b) ** 2, r"\left(\frac{a}{b}\right)^{2}"),
        ((a**b) ** 2, "(a^{b})^{2}"),
        (a ** (b**2), "a^{b^{2}}"),
        (Apply("multiply", (Symbol("y"), 1 - Symbol("y")), sign=""), "y(1 - y)"),
        (Apply("multiply", (a, b), sign=r"\odot"), r"a \odot b"),
        (Symbol("out", ("h1",)), r"\mathrm{out}_{h1}"),
        (Symbol("E", ("total",)), r"E_{\mathrm{total}}"),
        (Symbol("w", (Symbol("j"), Symbol("k"))), "w_{jk}"),
        (Symbol("w", ("1", "2")), "w_{1,2}"),
        (Symbol(r"\Delta w", ("7",)), r"\Delta w_{7}"),
        (Derivative(Symbol("f"), (a, a)), r"\frac{\partial^2 f}{\partial a \partial a}"),
        (Derivative(Symbol("f"), (a, a), kind="total"), r"\frac{d^2 f}{d a^2}"),
        (parse(r"\sum_{i=1}^m x_i - b"), r"\sum_{i=1}^{m} x_{i} - b"),
        (parse(r"(\sum_{i=1}^m x_i) b"), r"\left(\sum_{i=1}^{m} x_{i}\right) b"),
        (Apply("multiply", (Symbol("h"), a - b), sign=""), r"h \cdot (a - b)"),  # else a call
        (Apply("multiply", (PRIME, a - b), sign=""), r"f' \cdot (a - b)"),  # else one as well
        (Symbol("z") ** (Symbol("t") + 1), "(z)^{t + 1}"),  # else z of the step t + 1
        (Symbol("2e"), r"\text{2e}"),  # no product of 2 and e
        (Symbol("w", (Apply("multiply", (a, b), sign=""),)), r"w_{a \cdot b}"),  # no two indices
        (a * Gap(r"\dots"), r"a \cdot \dots"),
    ],
)
def test_brackets_and_signs(tree: Tree, shown: str) -> None:
    """Brackets stand where the tree would be read otherwise, and nowhere else."""
    assert latex(tree) == shown


@pytest.mark.parametrize("name", ["max", "min", "if", "otherwise"])
def test_a_name_that_upright_would_be_a_function_or_a_condition_is_not_set_upright(
    name: str,
) -> None:
    """Others of several letters are: a name such as net, which is no product."""
    assert latex(Symbol(name)) == name
    assert latex(Symbol("net")) == r"\mathrm{net}"


EXPRESSIONS = st.recursive(
    st.sampled_from([a, b, Number("2"), Number("0.5")]),
    lambda parts: st.one_of(
        st.builds(Apply, st.sampled_from(["add", "multiply"]), st.tuples(parts, parts)),
        st.builds(Apply, st.just("divide"), st.tuples(parts, parts), st.sampled_from(["/", ""])),
        st.builds(Apply, st.just("negative"), st.tuples(parts)),
        st.builds(lambda base: Apply("power", (base, Number("2"))), parts),
    ),
    max_leaves=7,
)


@settings(max_examples=300)
@given(EXPRESSIONS, st.sampled_from(["-0.3", "1.25"]), st.sampled_from(["-2", "3.5"]))
def test_what_is_shown_recomputes(tree: Tree, one: str, other: str) -> None:
    """The line with numbers put in has the value of the tree: every sign has its brackets."""
    values = {"a": one, "b": other}
    shown = parse(latex(tree, values))
    try:
        expected = evaluate(tree, values)
    except EvaluationError:
        return
    assert evaluate(shown, {}) == pytest.approx(expected, rel=1e-12, abs=1e-300)
