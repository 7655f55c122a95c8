"""A tree prepared once has the values that walking it gives."""

from decimal import Decimal

import pytest

from bpreport.deck import builtin, read
from bpreport.formula import (
    DECIMAL,
    INTERVAL,
    MP,
    MPMATH,
    EvaluationError,
    decimals,
    evaluate,
    parse,
    prepared,
)
from bpreport.worked import recompute

TRACES = recompute(read(builtin("en"))).traces


@pytest.mark.parametrize("name", TRACES)
def test_every_formula_of_the_built_in_deck(name):
    """At 50 digits and in intervals, for all quantities and all forms of theirs."""
    quantities = TRACES[name].quantities
    values = {key: quantity.value for key, quantity in quantities.items()}
    spans = {key: INTERVAL.number("1") * quantity.value for key, quantity in quantities.items()}
    for quantity in quantities.values():
        if quantity.formula is not None:
            tree = quantity.formula
            assert prepared(tree, MPMATH)(values) == evaluate(tree, values, MPMATH)
            one, other = prepared(tree, INTERVAL)(spans), evaluate(tree, spans, INTERVAL)
            assert (one.a, one.b) == (other.a, other.b)


@pytest.mark.parametrize(
    ("source", "values"), [(r"\frac{1}{x}", {"x": MPMATH.number("0")}), ("x + y", {"x": 1})]
)
def test_what_has_no_value(source, values):
    """A division by zero and a name without a value are refused as by `evaluate`."""
    tree = parse(source)
    for value in (prepared(tree, MPMATH), lambda known: evaluate(tree, known, MPMATH)):
        with pytest.raises(EvaluationError):
            value(values)


@pytest.mark.parametrize(
    "source",
    [
        "x + y - 2 x y", r"\frac{x}{y}", "x^3", "y^{x}", r"\sqrt{y}", "e^{-x}", r"\ln y",
        r"\sin x + \cos x", r"\tan x", r"\tanh x", r"\sinh x + \cosh x", r"\sigma(x)",
        r"\left| -x \right|", r"\max(x, y)", r"\min(x, y)", r"\lg y", "e + \\pi",
    ],
)  # fmt: skip
def test_decimals_are_mpmath_s(source):
    """Every operation has the same value by `decimal` and by mpmath, at 45 digits."""
    tree = parse(source)
    texts = {"x": "0.37", "y": "1.625"}
    other = evaluate(tree, {key: MPMATH.number(text) for key, text in texts.items()}, MPMATH)
    values = {key: Decimal(text) for key, text in texts.items()}
    for value in (prepared(tree, DECIMAL), lambda known: evaluate(tree, known, DECIMAL)):
        with decimals():
            found = value(values)
        assert abs(MP.mpf(str(found)) - other) < MP.mpf(10) ** -45


@pytest.mark.parametrize(
    ("source", "x"), [("1 / x", "0"), (r"\ln x", "-1"), (r"\sqrt{x}", "-1"), ("e^{x}", "1e9")]
)
def test_decimals_without_a_value(source, x):
    """What mpmath refuses, `decimal` refuses."""
    tree = parse(source)
    for arithmetic in (MPMATH, DECIMAL):
        with decimals(), pytest.raises(EvaluationError):
            prepared(tree, arithmetic)({"x": arithmetic.number(x)})


@pytest.mark.parametrize(
    ("source", "values"),
    [
        ("(x, 2 x)", {"x": MPMATH.number("3")}),
        ("a b", {"a": (1, 2), "b": MPMATH.number("2")}),
        ("a + b", {"a": (1, 2), "b": (3, 4)}),
        (r"\frac{a}{2}", {"a": (1, 2)}),
    ],
)
def test_rows_are_computed_as_by_walking(source, values):
    """Whether they are typed or the values of names."""
    tree = parse(source)
    assert prepared(tree, MPMATH)(values) == evaluate(tree, values, MPMATH)
