r"""A worked example at a later step: the same formulas, from the parameters that its updates left.

>>> from bpreport.worked.linear_regression import from_settings
>>> line = from_settings("line", {
...     "data": {"x": ["1"], "y": ["2"]}, "learning_rate": "0.25", "start": ["0", "0"],
... })
>>> later = later_step(line, line.trace(), updates=1)
>>> print(later.quantities[r"\theta_{0}"].value)  # 0 - 0.25 (0 - 2)
0.5
>>> print(later.quantities["h^{(1)}"].value, later.updates)  # 0.5 + 0.5 * 1
1.0 1
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bpreport.formula import MPMATH, evaluate
from bpreport.formula.tree import Symbol
from bpreport.worked.perceptron import Perceptron
from bpreport.worked.perceptron_names import updated
from bpreport.worked.trace import Quantity, Trace

if TYPE_CHECKING:
    from bpreport.worked import Example

__all__ = ["from_parameters", "later_step", "trained"]


def later_step(example: Example, first: Trace, updates: int, sample: int = 0) -> Trace:
    """The step that begins once so many updates are done.

    `first` is the example's trace under the conventions that count. A perceptron takes its samples
    in turn, one a step; `sample`, counted from 0, says which one this step is of.
    """
    if isinstance(example, Perceptron):
        other = first
        if sample:
            inputs, targets = (example.inputs[sample],), (example.targets[sample],)
            # All but its first step is that of `first`.
            one = replace(example, inputs=inputs, targets=targets, iterations=0)
            other = one.trace(**first.conventions)
        state = example.after(updates, **first.conventions)
        found = from_parameters(other, {**state.weights, **state.biases}) if updates else other
    else:
        found = first
        for _ in range(updates):
            found = from_parameters(found, _updated(found))
    return replace(found, series=first.series, facts=first.facts, updates=updates, sample=sample)


def from_parameters(trace: Trace, parameters: Mapping[str, Any]) -> Trace:
    """The same step from other values of what its update changes, at 50 digits.

    Such a value is computed: it is not given any more.
    """
    quantities: dict[str, Quantity] = {}
    values: dict[str, Any] = {}
    for key, quantity in trace.quantities.items():
        found = quantity
        if quantity.formula is not None:
            found = replace(quantity, value=evaluate(quantity.formula, values, MPMATH))
        elif key in parameters:
            found = replace(quantity, value=parameters[key], stage="update")
        quantities[key] = found
        values[key] = found.value
    return replace(trace, quantities=quantities)


def trained(trace: Trace) -> Iterator[tuple[str, str]]:
    """The keys of what the step's update changes, each with that of what it becomes."""
    for key, quantity in trace.quantities.items():
        if isinstance(quantity.symbol, Symbol):
            after = updated(quantity.symbol).key
            if after in trace.quantities:
                yield key, after


def _updated(trace: Trace) -> dict[str, Any]:
    return {before: trace.quantities[after].value for before, after in trained(trace)}
