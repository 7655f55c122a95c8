"""A tree prepared once has the values that walking it gives."""

import pytest

from bpreport.deck import builtin, read
from bpreport.formula import INTERVAL, MPMATH, EvaluationError, evaluate, parse, prepared
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
