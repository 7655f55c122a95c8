"""Slopes of every kind of tree, and what is left of a tree once it is simplified.

The oracle of a slope is a central difference quotient at 50 digits.
"""

from __future__ import annotations

import pytest

from bpreport.formula import (
    MP,
    MPMATH,
    EvaluationError,
    Function,
    evaluate,
    expand,
    latex,
    parse,
    simplify,
    slope,
)
from bpreport.formula.effort import effort
from bpreport.formula.tree import Apply, Call, Derivative, Gap, Number, Symbol

X = Symbol("x")
STEP = MP.mpf("1e-16")


def _numbers(value):
    return (
        [value] if not isinstance(value, tuple) else [n for part in value for n in _numbers(part)]
    )


@pytest.mark.parametrize(
    "source",
    [
        r"(x^2, 3 x, 7)",
        r"\begin{pmatrix} x & x^2 \\ 5 & \sin x \end{pmatrix}",
        r"\begin{pmatrix} x \\ x^3 \end{pmatrix}^T",
        r"\begin{cases} x^2 & x > 1 \\ -x & \text{otherwise} \end{cases}",
        r"\begin{cases} x^2 & x > 2 \\ -3 x & \text{otherwise} \end{cases}",
        r"\sum_{i=1}^{3} i x^i",
        r"\sum_{x=1}^{3} x^2",
        r"x \cdot x \cdot x",
        r"\frac{1}{1 + e^{-x}}",
        r"\sigma(2 x)",
    ],
)
@pytest.mark.parametrize("at", ["1.5", "0.25"])
def test_slope_of_what_has_several_parts(source, at):
    """Part by part it is (f(x + h) - f(x - h)) / 2h, to 25 digits."""
    tree = parse(source)
    at = MPMATH.number(at)
    exact = _numbers(evaluate(slope(tree, X), {"x": at}, MPMATH))
    above, below = (_numbers(evaluate(tree, {"x": at + h}, MPMATH)) for h in (STEP, -STEP))
    quotients = [(high - low) / (2 * STEP) for high, low in zip(above, below, strict=True)]
    if len(exact) == 1:  # a slope of nothing but zeros is one zero
        exact *= len(quotients)
    for one, other in zip(exact, quotients, strict=True):
        assert abs(one - other) < MP.mpf("1e-25")


def test_slope_of_a_function_that_is_not_written_out():
    """By the chain rule, with one more prime: f(3 x) has 3 f'(3 x), f'(x) has f''(x)."""
    call = Call(Symbol("f"), (Number("3") * X,))
    assert latex(slope(call, X)) == r"f'(3 x) \cdot 3"
    assert slope(Call(Symbol("f"), (X,), 1), X) == Call(Symbol("f"), (X,), 2)
    # The twin: a call that does not depend on x.
    assert slope(Call(Symbol("f"), (Symbol("y"),)), X) == Number("0")


def test_slope_of_a_derivative_has_a_variable_more():
    r"""By x once more: \partial E / \partial x has \partial^2 E / \partial x^2."""
    energy = Call(Symbol("E"), (X,))
    assert slope(Derivative(energy, (X,)), X) == Derivative(energy, (X, X))


def test_slope_that_is_no_tree_is_refused():
    r"""A product over an index has none here, nor has what is no number, such as a gap beside x."""
    with pytest.raises(EvaluationError, match="slope is not known"):
        slope(parse(r"\prod_{i=1}^{3} (x + i)"), X)
    assert slope(Gap(), X) == Number("0")


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("0 + x + 0", "x"),
        ("(a + b) + 0 + c", "a + b + c"),
        ("0 + 0", "0"),
        ("-(-x)", "x"),
        ("-0", "0"),
        ("1 * x * 1", "x"),
        ("1 * 1", "1"),
        ("x * 0 * y", "0"),
        ("-x * -y", r"x \cdot y"),
        ("-x * y", r"-x \cdot y"),
        ("(-x) * (-y) * (-z)", r"-x \cdot y \cdot z"),
        (r"\frac{0}{x}", "0"),
        (r"\frac{x}{1}", "x"),
        ("x^1", "x"),
        ("x^0", "1"),
        ("(x + 0, 1 * y)", "(x, y)"),
        # What is left alone: no factor 0 or 1, no exponent 0 or 1.
        (r"\frac{1}{x}", r"\frac{1}{x}"),
        ("x^2", "x^2"),
        ("0^x", "0^x"),
        ("10 * x", r"10 \cdot x"),
    ],
)
def test_what_simplifying_takes_away(source, kept):
    """Zeros that are added, ones that multiply, signs within signs; the order stays."""
    assert simplify(parse(source)) == parse(kept)


def test_expanding_writes_a_function_out_within_itself_and_once():
    """f(f(x)) of f(t) = t^2 + 1; a function whose own name is in its body ends there."""
    t = Symbol("t")
    square = Function((t,), parse("t^2 + 1"))
    assert expand(parse("f(f(x))"), {"f": square}) == parse("(x^2 + 1)^2 + 1")
    endless = Function((t,), Call(Symbol("f"), (t + Number("1"),)))
    assert expand(Call(Symbol("f"), (X,)), {"f": endless}) == Call(
        Symbol("f"), (X + Number("1"),)
    )  # once, and no further


def test_a_function_with_primes_is_not_written_out():
    """What f' is, only its slope tells."""
    known = {"f": Function((Symbol("t"),), parse("t^2"))}
    call = Call(Symbol("f"), (X,), 1)
    assert expand(Apply("add", (call, Number("1"))), known) == Apply("add", (call, Number("1")))


def test_writing_out_is_counted_as_work():
    """Ten steps a call and one for four nodes.

    A sum of 40 terms has 41 nodes, and in itself 40 times as many.
    """
    t = Symbol("t")
    known = {"f": Function((t,), Apply("add", (t,) * 40))}
    with effort(1_000_000) as once:
        expand(parse("f(x)"), known)
    with effort(1_000_000) as twice:
        expand(parse("f(f(x))"), known)
    assert once.spent == 10 + 41 // 4
    assert twice.spent == 2 * 10 + 41 // 4 + (1 + 40 * 41) // 4
