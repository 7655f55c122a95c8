"""The table of operations: every row in three arithmetics, and every slope.

The oracle of a value is mpmath's own function at 60 digits, or Python's `math`; the oracle of a
slope is a central difference quotient at 50 digits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpreport.formula import (
    FLOAT,
    INTERVAL,
    MP,
    MPMATH,
    EvaluationError,
    evaluate,
    latex,
    parse,
    slope,
)
from bpreport.formula.arithmetic import IV, interval_ends
from bpreport.formula.operations import FUNCTION_MEANINGS, OPERATIONS
from bpreport.formula.tree import Apply, Symbol, Tree

A, B = Symbol("a"), Symbol("b")
ORACLE = mpmath.MPContext()
ORACLE.dps = 60

SCALAR: dict[str, tuple[Callable[..., Any], list[tuple[str, ...]]]] = {
    "add": (lambda a, b: a + b, [("0.1", "-2.5"), ("3", "1e-20")]),
    "negative": (lambda a: -a, [("0.3",), ("-7",)]),
    "multiply": (lambda a, b: a * b, [("0.1", "-2.5"), ("3", "0")]),
    "divide": (lambda a, b: a / b, [("1", "3"), ("-0.2", "0.7")]),
    "power": (lambda a, b: a**b, [("2", "10"), ("0.7", "-1.3"), ("-2", "3"), ("5", "0")]),
    "sqrt": (ORACLE.sqrt, [("2",), ("0.25",)]),
    "exp": (ORACLE.exp, [("-2.35",), ("1",), ("0",), ("40",)]),
    "log": (ORACLE.log, [("0.3",), ("10",)]),
    "log10": (ORACLE.log10, [("0.3",), ("1000",)]),
    "sin": (ORACLE.sin, [("0.5",), ("-20",)]),
    "cos": (ORACLE.cos, [("0.5",), ("-20",)]),
    "tan": (ORACLE.tan, [("0.5",), ("-1.2",)]),
    "sinh": (ORACLE.sinh, [("0.5",), ("-3",), ("1e-12",)]),
    "cosh": (ORACLE.cosh, [("0.5",), ("-3",)]),
    "tanh": (ORACLE.tanh, [("0.5",), ("-20",), ("1e-12",)]),
    "sigmoid": (lambda a: 1 / (1 + ORACLE.exp(-a)), [("0.5",), ("-30",), ("2.35",)]),
    "relu": (lambda a: max(a, 0), [("0.5",), ("-3",), ("0",)]),
    "identity": (lambda a: a, [("0.5",)]),
    "abs": (abs, [("0.5",), ("-3",), ("0",)]),
    "sign": (ORACLE.sign, [("2.5",), ("-2.5",), ("1e-40",)]),
    "floor": (ORACLE.floor, [("2.5",), ("-2.5",), ("3",), ("0",)]),
    "ceiling": (ORACLE.ceil, [("2.5",), ("-2.5",), ("3",)]),
    "maximum": (max, [("0.5", "-3"), ("-1", "-0.5")]),
    "minimum": (min, [("0.5", "-3"), ("-1", "-0.5")]),
    "transpose": (lambda a: a, [("0.5",)]),
    "determinant": (lambda a: a, [("-0.5",)]),
    "trace": (lambda a: a, [("-0.5",)]),
    "norm": (abs, [("-0.5",)]),
    "norm_1": (abs, [("-0.5",)]),
    "norm_infinity": (abs, [("-0.5",)]),
    "norm_F": (abs, [("-0.5",)]),
}
"""Oracle and operands of each operation on numbers."""

POINTS = [(name, point) for name, (_, points) in SCALAR.items() for point in points]
NORMS = {"norm", "norm_1", "norm_infinity", "norm_F"}
WITHOUT_SLOPE = {*NORMS, "determinant", "trace", "softmax", "floor", "ceiling", "sign"}
KINKED = {"relu", "abs"}


def applied(name: str, point: tuple[str, ...]) -> tuple[Tree, dict[str, str]]:
    names = (A, B)[: len(point)]
    return Apply(name, names), {s.key: text for s, text in zip(names, point, strict=True)}


def test_every_operation_has_an_oracle() -> None:
    assert set(SCALAR) | {"softmax"} == set(OPERATIONS)


@pytest.mark.parametrize(("name", "point"), POINTS)
def test_value_at_50_digits(name: str, point: tuple[str, ...]) -> None:
    """The value agrees with the oracle at 60 digits to 48."""
    tree, values = applied(name, point)
    exact = SCALAR[name][0](*map(ORACLE.mpf, point))
    error = abs(ORACLE.mpf(evaluate(tree, values, MPMATH)) - exact)
    assert error <= abs(exact) * ORACLE.mpf("1e-48")


@pytest.mark.parametrize(("name", "point"), POINTS)
def test_value_in_float64(name: str, point: tuple[str, ...]) -> None:
    """The value is right to 4 units of float64."""
    tree, values = applied(name, point)
    exact = SCALAR[name][0](*(ORACLE.mpf(float(text)) for text in point))
    assert evaluate(tree, values, FLOAT) == pytest.approx(float(exact), rel=4 * 2.0**-52, abs=0)


@pytest.mark.parametrize(("name", "point"), POINTS)
def test_interval_encloses(name: str, point: tuple[str, ...]) -> None:
    """The interval holds the oracle's value, and is no wider than the digits allow."""
    tree, values = applied(name, point)
    low, high = interval_ends(evaluate(tree, values, INTERVAL))
    exact = SCALAR[name][0](*map(ORACLE.mpf, point))
    assert ORACLE.mpf(low) <= exact <= ORACLE.mpf(high)
    assert high - low <= (abs(high) + 1) * MP.mpf("1e-44")


@given(
    name=st.sampled_from(sorted(set(SCALAR) - {"power", "tan"})),
    ends=st.lists(st.integers(1, 4000), min_size=4, max_size=4),
    shares=st.lists(st.integers(0, 16), min_size=2, max_size=2),
)
def test_interval_of_intervals_encloses(name: str, ends: list[int], shares: list[int]) -> None:
    """Whatever the operands are within their intervals, the value is within the result's."""
    signed = name not in ("sqrt", "log", "log10", "divide", "sign")  # defined above 0
    count = 2 if name in ("add", "multiply", "divide", "maximum", "minimum") else 1
    wide, inside = {}, {}
    for symbol, one, other, share in zip((A, B), ends[::2], ends[1::2], shares, strict=True):
        low, high = sorted((one - 2000 * signed, other - 2000 * signed))
        wide[symbol.key] = INTERVAL.number("1") * _interval(MP.mpf(low) / 256, MP.mpf(high) / 256)
        inside[symbol.key] = MP.mpf(16 * low + share * (high - low)) / 4096
    tree = Apply(name, (A, B)[:count])
    low, high = interval_ends(evaluate(tree, wide, INTERVAL))
    value = evaluate(tree, inside, MPMATH)
    assert low - abs(low) * MP.mpf("1e-49") <= value <= high + abs(high) * MP.mpf("1e-49")


def _interval(low: Any, high: Any) -> Any:
    return IV.mpf([low, high])


@pytest.mark.parametrize(
    ("base", "exponent"), [((-2, 3), "2"), ((-2, 3), "3"), ((0, 2), "2"), ((1, 3), "-2")]
)
def test_integer_power_of_an_interval(base: tuple[int, int], exponent: str) -> None:
    """An even power of an interval around zero reaches down to zero and not below."""
    low, high = interval_ends(
        evaluate(parse("a^{b}"), {"a": _interval(*base), "b": exponent}, INTERVAL)
    )
    ends = [MP.mpf(one) ** int(exponent) for one in base]
    least = 0 if exponent == "2" and base[0] <= 0 else min(ends)
    assert abs(low - least) < MP.mpf("1e-45")
    assert abs(high - max(ends)) < MP.mpf("1e-45")


@pytest.mark.parametrize(
    ("name", "point"),
    [(name, point) for name, point in POINTS if name not in WITHOUT_SLOPE | KINKED]
    + [("relu", ("0.5",)), ("relu", ("-3",)), ("abs", ("0.5",)), ("abs", ("-3",))],
)
def test_slope_is_the_difference_quotient(name: str, point: tuple[str, ...]) -> None:
    """Each slope is (f(x + h) - f(x - h)) / 2h at 50 digits, h = 1e-16, to 25 digits."""
    tree, values = applied(name, point)
    step = MP.mpf("1e-16")
    for symbol in (A, B)[: len(point)]:
        if name == "power" and symbol is B and point[0].startswith("-"):
            continue  # (-2)^x has no real value but at whole x
        quotient = _quotient(tree, values, symbol.key, step)
        exact = evaluate(slope(tree, symbol), values, MPMATH)
        assert abs(exact - quotient) <= (1 + abs(exact)) * MP.mpf("1e-25")


def _quotient(tree: Tree, values: dict[str, str], key: str, step: Any) -> Any:
    middle = MP.mpf(values[key])
    above, below = (
        evaluate(tree, {**values, key: middle + sign * step}, MPMATH) for sign in (1, -1)
    )
    return (above - below) / (2 * step)


@pytest.mark.parametrize("name", sorted(WITHOUT_SLOPE))
def test_operation_without_a_slope_says_so(name: str) -> None:
    with pytest.raises(EvaluationError, match="slope"):
        slope(Apply(name, (A,)), A)


def test_extreme_of_three_has_no_slope() -> None:
    with pytest.raises(EvaluationError, match="slope of a maximum"):
        slope(Apply("maximum", (A, A, A)), A)


@pytest.mark.parametrize(
    "source", ["softmax([2, 1])", "softmax(2, 1)", r"softmax\begin{pmatrix} 2 & 1 \end{pmatrix}"]
)
@pytest.mark.parametrize("arithmetic", [FLOAT, MPMATH, INTERVAL], ids=lambda a: a.name)
def test_softmax(arithmetic: Any, source: str) -> None:
    """Powers of e over their sum: e^2 / (e^2 + e^1)."""
    first, second = evaluate(parse(source), {}, arithmetic)
    low, high = interval_ends(first)
    assert float(low) == pytest.approx(math.e / (math.e + 1), rel=1e-15)
    assert float(interval_ends(second)[1] + high) == pytest.approx(1, rel=1e-15)


@pytest.mark.parametrize("name", sorted(FUNCTION_MEANINGS))
def test_function_known_by_name(name: str) -> None:
    """A name of FUNCTION_MEANINGS is called without a definition, and its meaning is a row."""
    meaning = FUNCTION_MEANINGS[name]
    assert meaning in OPERATIONS
    argument = "([0.3, 0.4])" if meaning == "softmax" else "(0.3)"
    direct = evaluate(Apply(meaning, (parse(argument),)), {})
    assert evaluate(parse(rf"{name}{argument}", functions={name}), {}) == direct


@pytest.mark.parametrize(
    ("source", "value"),
    [("sigmoid(-800)", 0.0), ("sigmoid(800)", 1.0), ("sigmoid(-40)", math.exp(-40))],
)
def test_sigmoid_saturates_in_float64(source: str, value: float) -> None:
    """Far from zero it is 0 or 1, and no overflow."""
    assert evaluate(parse(source), {}, FLOAT) == pytest.approx(value, rel=1e-15)


def test_softmax_of_large_numbers_in_float64() -> None:
    assert evaluate(parse("softmax([1000, 1000])"), {}, FLOAT) == (0.5, 0.5)


@pytest.mark.parametrize("arithmetic", [FLOAT, MPMATH], ids=lambda a: a.name)
@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("1 / 0", "division by zero"),
        (r"\ln 0", "logarithm"),
        (r"\ln(-1)", "logarithm"),
        (r"\sqrt{-1}", "sqrt|square root"),
        ("(-2)^{0.5}", "fractional power"),
        ("0^{-1}", "division by zero"),
        (r"\max(1)", "maximum"),
    ],
)
def test_value_that_does_not_exist(source: str, message: str, arithmetic: Any) -> None:
    """It is an EvaluationError that names the operation, in each arithmetic."""
    with pytest.raises(EvaluationError, match=message):
        evaluate(parse(source), {}, arithmetic)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        (r"\det \begin{pmatrix} 3 & 7 \\ 7 & 21 \end{pmatrix}", 14),  # 63 - 49
        (r"\begin{vmatrix} 1 & 2 \\ 3 & 4 \end{vmatrix}", -2),  # 4 - 6
        (r"\left| \begin{array}{cc} 1 & 2 \\ 3 & 4 \end{array} \right|", -2),
        (r"\det(\begin{bmatrix} 2 & 0 & 1 \\ 1 & 3 & 0 \\ 0 & 1 & 1 \end{bmatrix})", 7),  # 6 + 1
        (r"\operatorname{det}(-3)", -3),
    ],
)
def test_the_determinant_of_a_matrix(source: str, value: int) -> None:
    """Bars around a matrix mean it as well; what is read is written so that it reads the same."""
    tree = parse(source)
    assert evaluate(tree, {}, MPMATH) == value
    assert parse(latex(tree)) == tree


@pytest.mark.parametrize(
    ("source", "value"),
    [
        (r"\operatorname{tr} \begin{pmatrix} 3 & 7 \\ 7 & 21 \end{pmatrix}", 24),  # 3 + 21
        (r"\mathrm{tr}(\begin{bmatrix} 2 & 0 & 1 \\ 1 & 3 & 0 \\ 0 & 1 & -1 \end{bmatrix})", 4),
        (r"\text{Tr}\left(-3\right)", -3),
        (r"tr(5)", 5),
    ],
)
def test_the_trace_of_a_matrix(source: str, value: int) -> None:
    tree = parse(source)
    assert evaluate(tree, {}, MPMATH) == value
    assert parse(latex(tree)) == tree


@pytest.mark.parametrize("source", [r"E_{tr}", r"E_{\text{tr}}", r"\text{tr}", r"A^{\mathrm{tr}}"])
def test_training_and_the_transpose_are_no_trace(source: str) -> None:
    assert "trace" not in repr(parse(source))


def test_only_a_square_matrix_has_a_trace() -> None:
    with pytest.raises(EvaluationError, match="not square"):
        evaluate(
            parse(r"\mathrm{tr} \begin{pmatrix} 1 & 2 \\ 3 & 4 \\ 5 & 6 \end{pmatrix}"), {}, MPMATH
        )


def test_only_a_square_matrix_has_a_determinant() -> None:
    with pytest.raises(EvaluationError, match="not square"):
        evaluate(parse(r"\det \begin{pmatrix} 1 & 2 \\ 3 & 4 \\ 5 & 6 \end{pmatrix}"), {}, MPMATH)
