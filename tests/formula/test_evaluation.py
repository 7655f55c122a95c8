"""Values of trees: vectors, functions, sums, cases, and slopes of whole trees."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bpreport.formula import (
    FLOAT,
    INTERVAL,
    MP,
    MPMATH,
    TREES,
    EvaluationError,
    Function,
    evaluate,
    expand,
    instantiate,
    parse,
    part_values,
    simplify,
    slope,
    unroll,
)
from bpreport.formula.arithmetic import IV, interval_ends
from bpreport.formula.tree import Apply, Number, Symbol, Tree, rebuild

x, y = Symbol("x"), Symbol("y")


def value(source: str, **values: Any) -> Any:
    return evaluate(parse(source), values)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("0.4 * 0.912934 + 0.5 * 0.979164 + 0.6 * 0.995275 + 0.65", 2.1019206),
        (r"\frac{1}{2} (0.01 - 0.5)^2", 0.12005),  # 0.49^2 / 2
        (r"\sum_{i=1}^{3} i^2", 14.0),  # 1 + 4 + 9
        (r"\prod_{i=1}^{4} i", 24.0),
        (r"\max_{i=1}^{4} (3 - i)^2", 4.0),  # at i = 1: (3 - 1)^2
        (r"\sum_{i=1}^{0} i + \prod_{i=1}^{0} i", 1.0),  # 0 + 1
        (r"\log_2 8", 3.0),
        (r"\sqrt[3]{8}", 2.0),
        ("-2^2", -4.0),
        ("1/2 (3 - 1)", 1.0),
        ("-0.5 - -0.3", -0.2),
        (r"\max(0, -2) + \min(1, 2) + |-3|", 4.0),
        (r"\|(3, 4)\|", 5.0),
        (r"\frac{d}{dx} x^3", 12.0),  # 3 x^2 at x = 2
        (r"\frac{\partial^2}{\partial x^2} x^3", 12.0),  # 6 x
        ("(x^2 + 1)'", 4.0),
        (r"\sigma'(0)", 0.25),
        (r"tanh''(0)", 0.0),
        (r"\begin{cases} x & x > 1 \\ 0 & \text{otherwise} \end{cases}", 2.0),
        (r"\begin{cases} 5 & x \lt 1 \\ 7 & x \neq 1 \end{cases}", 7.0),
    ],
)
def test_value(source: str, expected: float) -> None:
    assert value(source, x=2) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("W v", (17.0, 39.0)),  # 1*5 + 2*6, 3*5 + 4*6
        ("v^T v", 61.0),  # 25 + 36
        ("v v^T", ((25.0, 30.0), (30.0, 36.0))),
        ("v^T W", (23.0, 34.0)),  # 5*1 + 6*3, 5*2 + 6*4
        ("[5, 6] W", (23.0, 34.0)),
        ("W W", ((7.0, 10.0), (15.0, 22.0))),
        ("W^T v", (23.0, 34.0)),
        (r"v \odot v", (25.0, 36.0)),
        (r"(1, 2) \cdot (3, 4)", 11.0),
        (r"2 \cdot (1, 2) \cdot (3, 4)", 22.0),
        (r"(1, 2) * (3, 4)", (3.0, 8.0)),
        (r"\begin{bmatrix} 1 & 2 \end{bmatrix} \begin{bmatrix} 3 \\ 4 \end{bmatrix}", 11.0),
        (r"\begin{bmatrix} 1 & 2 \end{bmatrix} W", (7.0, 10.0)),
        (r"W \odot W", ((1.0, 4.0), (9.0, 16.0))),
        ("2 v + 1", (11.0, 13.0)),
        ("([1, 2]^T)", (1.0, 2.0)),  # a column that is typed as a row
        ("W [5, 6]^T", (17.0, 39.0)),
    ],
)
def test_vectors_and_matrices(source: str, expected: Any) -> None:
    r"""Rows times columns; entry by entry only where \odot says so."""
    assert value(source, W=(("1", "2"), ("3", "4")), v=("5", "6")) == expected


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("v + u", "different lengths"),
        ("W u", "do not fit"),
        ("W v^T", "do not fit"),
        ("u^T W", "do not fit"),
        ("softmax(0.3)", "softmax"),
        ("q", "q has no value"),
        ("f(2)", "f is not defined"),
        ("w'", "prime does not say"),
        ("(x + y)'", "prime does not say"),
        (r"\frac{\partial x}{\partial (2)}", "not a symbol"),
        (r"\arg\min_w w^2", "minimiser"),
        (r"(1, \dots, 3)", "dots"),
        (r"\begin{cases} 1 & x > 5 \\ 2 & x > 6 \end{cases}", "no case"),
        ("g(x, y)", "g takes 1 arguments"),
        ("f'(2)", "f is not defined"),
        ("g'(x, y)", "a prime on a function of several arguments"),
        (r"\begin{cases} 1 & v > 0 \\ 0 & x < 1 \end{cases}", "compares numbers"),
        ("u^T v", "different lengths"),
        ("C^2", "not square"),
        ("D^{-1}", "more than 4 rows"),
    ],
)
def test_value_that_cannot_be_told(source: str, message: str) -> None:
    values = {
        "W": (("1", "2"), ("3", "4")), "v": ("5", "6"), "u": ("1", "2", "3"), "x": 1, "y": 2,
        "C": (("1", "2"), ("3", "4"), ("5", "6")), "D": ((1,) * 5,) * 5,
        "w": 3, "g": Function((x,), x * x),
    }  # fmt: skip
    with pytest.raises(EvaluationError, match=message):
        evaluate(parse(source, functions={"f", "g"}), values)


def test_condition_that_an_interval_does_not_decide() -> None:
    tree = parse(r"\begin{cases} 1 & x > 0 \\ 2 & x \le 0 \end{cases}")
    wide = INTERVAL.number("1") - INTERVAL.functions["maximum"](0, 1)
    wide = wide * 0 + INTERVAL.functions["exp"](INTERVAL.number("0")) - 1
    assert interval_ends(evaluate(tree, {"x": wide}, INTERVAL))[0] == 2  # exactly zero decides


def test_function_defined_by_a_deck() -> None:
    """f(z) = z^2 + w: its argument is bound, the other symbols are those outside."""
    values = {"f": Function((Symbol("z"),), parse("z^2 + w")), "w": "0.5"}
    assert evaluate(parse("f(3)"), values) == 9.5
    assert evaluate(parse("f'(3)"), values) == 6.0
    assert evaluate(expand(parse("f(x) + f(2)"), values), {**values, "x": 1}) == 6.0


def test_values_may_be_digits_numbers_and_trees() -> None:
    assert value("a + b + c", a="-0.5", b=2, c=parse("a + 1")) == 2.0


def test_value_of_a_derivative_may_be_given() -> None:
    tree = parse(r"0.4 - 0.5 \frac{\partial E}{\partial w}")
    assert evaluate(tree, {r"\partial E/\partial w": "0.2"}) == pytest.approx(0.3)


def test_instantiate_puts_numbers_into_names() -> None:
    r"""Indices are replaced in values, in subscripts, in marks and in calls; bound ones stay."""
    tree = instantiate(parse(r"w_{jk} x_j^{(j)} + j f(net_{j+1}) + \sum_{j=1}^2 j"), {"j": 2})
    expected = parse(r"w_{2k} x_2^{(2)} + 2 \cdot f(net_3) + \sum_{j=1}^2 j")
    assert instantiate(tree, {"k": 3}) == instantiate(expected, {"k": 3})


def test_unrolled_sum_has_the_value_of_the_sum() -> None:
    tree = parse(r"\sum_{i=1}^{m} \prod_{j=1}^{2} (x + i j)")
    assert unroll(tree, {"m": 3}) != tree
    values = {"m": 3, "x": "0.5"}
    assert evaluate(unroll(tree, {"m": 3}), values) == evaluate(tree, values)


SMOOTH = st.recursive(
    st.one_of(st.sampled_from(["0.3", "2", "1.7"]).map(Number), st.just(x), st.just(y)),
    lambda parts: st.one_of(
        st.builds(Apply, st.sampled_from(["add", "multiply"]), st.tuples(parts, parts)),
        st.builds(Apply, st.just("divide"), st.tuples(parts, parts)),
        st.builds(
            Apply,
            st.sampled_from(["negative", "exp", "sin", "cos", "tanh", "sigmoid", "sinh", "cosh"]),
            st.tuples(parts),
        ),
        st.builds(lambda base: Apply("power", (base, Number("2"))), parts),
    ),
    max_leaves=8,
)


@settings(max_examples=150)
@given(SMOOTH)
def test_slope_of_any_tree_is_its_difference_quotient(tree: Tree) -> None:
    """d/dx f is (f(x + h) - f(x - h)) / 2h at 50 digits, to 20 digits."""
    point = {"x": MP.mpf("0.4"), "y": MP.mpf("-0.6")}
    step = MP.mpf("1e-16")
    try:
        exact = evaluate(slope(tree, x), point, MPMATH)
        above, below = (
            evaluate(tree, {**point, "x": point["x"] + h}, MPMATH) for h in (step, -step)
        )
    except EvaluationError:
        assume(False)
        return
    assume(max(abs(above), abs(exact)) < 1e6)
    assert abs((above - below) / (2 * step) - exact) < MP.mpf("1e-12") * (1 + abs(exact))


@settings(max_examples=150)
@given(SMOOTH)
def test_simplifying_keeps_the_value(tree: Tree) -> None:
    point = {"x": "0.4", "y": "-0.6"}
    try:
        before = evaluate(tree, point, MPMATH)
    except EvaluationError:
        assume(False)
        return
    assert abs(evaluate(simplify(tree), point, MPMATH) - before) <= abs(before) * MP.mpf("1e-45")


@settings(max_examples=150)
@given(SMOOTH)
def test_interval_encloses_the_value_at_50_digits_and_float64_is_near(tree: Tree) -> None:
    point = {"x": "0.4", "y": "-0.6"}
    try:
        exact = evaluate(tree, point, MPMATH)
        low, high = interval_ends(evaluate(tree, point, INTERVAL))
        near = evaluate(tree, point, FLOAT)
    except EvaluationError:
        assume(False)
        return
    assume(abs(exact) < 1e12)
    assert low - abs(low) * MP.mpf("1e-49") <= exact <= high + abs(high) * MP.mpf("1e-49")
    assume(high - low < MP.mpf("1e-40"))  # well conditioned
    assert abs(near - exact) <= MP.mpf("1e-6") * (1 + abs(exact))


@pytest.mark.parametrize("by", ["w_3", "w_k"])
def test_slope_of_a_sum_by_one_of_its_entries_is_refused(by: str) -> None:
    r"""\sum_j w_j x_j depends on w_3: its slope is x_3 and never zero."""
    tree = parse(r"\sum_{j=1}^3 w_j x_j")
    variable = parse(by)
    assert isinstance(variable, Symbol)
    with pytest.raises(EvaluationError, match="write it out"):
        slope(tree, variable)
    # The twin: written out, or by a symbol of another name.
    third = parse("w_3")
    assert isinstance(third, Symbol)
    assert simplify(slope(unroll(tree, {}), third)) == parse("x_3")
    assert slope(tree, Symbol("v", ("3",))) == Number("0")


@pytest.mark.parametrize("exponent", ["2", "0", "1", "0.5", "1e1"])
def test_slope_of_a_power(exponent: str) -> None:
    """It is n x^(n - 1), whatever the spelling of n."""
    tree = Apply("power", (x, Number(exponent)))
    n = float(exponent)
    assert evaluate(slope(tree, x), {"x": 3}) == pytest.approx(n * 3 ** (n - 1))


def test_a_changed_copy_is_computed_from_the_parts_it_shares():
    """Known parts are neither used for other operands nor inside a function's own arguments."""
    tree = parse("f(a + 1) + (a + 1)(b + 2)")
    assert isinstance(tree, Apply)
    call, product = tree.operands
    assert isinstance(product, Apply)
    shared = product.operands[0]
    values = {"a": 2, "b": 3, "f": Function((Symbol("a"),), shared)}
    parts = part_values(tree, values, MPMATH)
    assert parts[id(tree)] == 19  # (3 + 1) + 3 * 5
    changed = rebuild(tree, (call, rebuild(product, (shared, Symbol("b")))))
    assert evaluate(changed, values, MPMATH, parts) == 13  # 4 + 3 * 3
    assert evaluate(changed, values, MPMATH) == 13


@pytest.mark.parametrize(
    ("source", "written"),
    [
        (r"\sum_{i=1}^{0} x_i", "0"),
        (r"\prod_{i=1}^{0} x_i", "1"),
        (r"\sum_{i=2}^{2} x_i", "x_2"),
        (r"\prod_{i=2}^{2} x_i", "x_2"),
        (r"\sum_{i=1}^{2} x_{2 \cdot i + 1}", "x_3 + x_5"),
    ],
)
def test_a_sum_is_written_out_whatever_its_length(source: str, written: str) -> None:
    """Nothing added is 0, nothing multiplied is 1, and one term stands alone."""
    assert unroll(parse(source), {}) == parse(written)


def test_an_index_with_a_letter_in_it_stays_an_expression() -> None:
    r"""Of \sum_i x_{i+k} the terms are x_{1+k} and x_{2+k}: which ones these are, only k tells."""
    tree = unroll(parse(r"\sum_{i=1}^{2} x_{i+k}"), {})
    values = {"x_{3}": "0.5", "x_{4}": "0.25"}
    assert evaluate(instantiate(tree, {"k": 2}), values) == 0.75  # x_3 + x_4
    with pytest.raises(EvaluationError, match="has no value"):
        evaluate(tree, values)


def test_an_interval_on_both_sides_of_a_condition_decides_nothing() -> None:
    """Of x in [-1, 1] nobody can say whether it is above 0; of x in [1, 2] it is."""
    tree = parse(r"\begin{cases} 1 & x > 0 \\ 2 & \text{otherwise} \end{cases}")
    with pytest.raises(EvaluationError, match="cannot be decided"):
        evaluate(tree, {"x": IV.mpf([-1, 1])}, INTERVAL)
    assert interval_ends(evaluate(tree, {"x": IV.mpf([1, 2])}, INTERVAL)) == (1, 1)


@pytest.mark.parametrize(
    ("exponent", "expected"),
    [
        ("2", "(a a + b c, a b + b d)"),  # the first row times both columns
        ("n", "((a)^n, (b)^n)"),  # entry by entry, as nobody knows n
        ("2 n", "(a^{2 n}, b^{2 n})"),
    ],
)
def test_the_power_of_a_matrix_of_names(exponent: str, expected: str) -> None:
    """As formulas of its entries: at any numbers they have the same value."""
    names = {"A": ((Symbol("a"), Symbol("b")), (Symbol("c"), Symbol("d"))), "n": Symbol("n")}
    found = evaluate(parse(f"A^{{{exponent}}}"), names, TREES)
    numbers = {"a": 0.5, "b": 2.0, "c": 3.0, "d": 0.25, "n": 3.0}
    wanted = evaluate(parse(expected), numbers, FLOAT)
    assert [evaluate(entry, numbers, FLOAT) for entry in found[0]] == pytest.approx(list(wanted))


@pytest.mark.parametrize("name", ["w_{3,k}", "w^{(3)}"])
def test_an_entry_of_another_shape_is_none_of_a_sum_s(name: str) -> None:
    r"""\sum_j w_j x_j does not depend on w_{3,k}, which only shares a letter with w_j."""
    variable = parse(name)
    assert isinstance(variable, Symbol)
    tree = parse(r"\sum_{j=1}^3 w_j x_j")
    assert simplify(slope(tree, variable)) == Number("0")
