"""The series of a trace at 50 digits: the same values on every processor.

Those of the trace itself are float64, computed for many variants at once; the last of their digits
hang on the processor's own exponentials and products of matrices.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import count, islice
from typing import Any

from bpreport.formula import MPMATH, EvaluationError, prepared
from bpreport.formula.arithmetic import MP
from bpreport.worked.descent import GradientDescent
from bpreport.worked.exact_descent import iterates
from bpreport.worked.linear_regression import LinearRegression
from bpreport.worked.logistic_regression import LogisticRegression
from bpreport.worked.perceptron import Perceptron
from bpreport.worked.trace import Trace

__all__ = ["LONGEST", "exact_series"]

LONGEST = 10_000
"""Updates up to which series are computed: a second or two for what decks do."""

Example = GradientDescent | LinearRegression | LogisticRegression | Perceptron


def exact_series(
    example: Example, trace: Trace, wanted: Collection[int]
) -> dict[str, dict[int, Any]]:
    """Each series of a trace with its values after the wanted numbers of updates.

    A value is a number, or a list of them. What is left out are updates that the trace does not
    have, those past LONGEST, and those from which on a value is beyond all bounds or is none.

    >>> from bpreport.worked.descent import from_settings
    >>> descent = from_settings("d", {"objective": "x^2", "start": "1", "tolerance": "0.1",
    ...     "stop": "objective", "learning_rate": "0.3"})
    >>> found = exact_series(descent, descent.trace(), (0, 1, 2, 3))
    >>> {count: str(value) for count, value in found["run.iterates"].items()}  # 1 - 0.3 * 2
    {0: '1.0', 1: '0.4', 2: '0.16'}
    """
    if isinstance(example, Perceptron):
        return gathered(trace, "", wanted, _network(example, trace))
    if isinstance(example, GradientDescent):
        found: dict[str, dict[int, Any]] = {}
        for name, run in trace.facts["runs"].items():
            found |= gathered(trace, f"{name}.", wanted, _descent(example, run))
        return found
    return gathered(trace, "", wanted, _regression(example, trace))


Step = Callable[[], Mapping[str, Any]]
"""What the series have after some number of updates, by their names; asked for where wanted."""


def gathered(
    trace: Trace, prefix: str, wanted: Collection[int], steps: Iterator[Step]
) -> dict[str, dict[int, Any]]:
    """The series of that prefix, up to a step without a value, which floats may have missed."""
    names = [name for name in trace.series if name.startswith(prefix)]
    found: dict[str, dict[int, Any]] = {name: {} for name in names}
    most = min(len(trace.series[names[0]]) - 1, LONGEST, max(wanted, default=-1))
    try:
        for updates, step in enumerate(islice(steps, most + 1)):
            if updates in wanted:
                values = step()
                for name in names:
                    found[name][updates] = values[name.removeprefix(prefix)]
    except (ArithmeticError, EvaluationError):
        pass
    return found


def _network(example: Perceptron, trace: Trace) -> Iterator[Step]:
    def step(updates: int) -> Mapping[str, Any]:
        state = example.after(updates, **trace.conventions)
        return {
            "out": list(state.out),
            "error": state.error,
            "weights": [state.weights[key] for key in example.weight_keys],
            "biases": [state.biases[key] for key in example.bias_keys],
        }

    return (partial(step, updates) for updates in count())


def _descent(example: GradientDescent, run: Mapping[str, Any]) -> Iterator[Step]:
    objective = prepared(example.objective, MPMATH)
    for point in iterates(example, run["learning_rate"], run["start"], MPMATH):
        values = list(point.values())
        yield partial(
            dict, iterates=values if len(values) > 1 else values[0], values=objective(point)
        )


def _regression(example: LinearRegression | LogisticRegression, trace: Trace) -> Iterator[Step]:
    samples = example.samples
    rows = [[MP.mpf(entry) for entry in row] for row in samples.rows]
    labels = [MP.mpf(label) for label in samples.labels]
    columns = list(zip(*rows, strict=True))
    logistic = isinstance(example, LogisticRegression)
    share = MP.mpf(1)
    if not logistic and trace.conventions["loss"] != "half sum":
        share /= samples.count
    rate = MP.mpf(samples.learning_rate)
    theta = [MP.mpf(entry) for entry in samples.start]
    while True:
        nets = [MP.fdot(row, theta) for row in rows]
        outs = [1 / (1 + MP.exp(-net)) for net in nets] if logistic else nets
        residuals = [out - label for out, label in zip(outs, labels, strict=True)]
        objective = share * MP.fsum(residuals, squared=True) / 2
        if logistic:
            objective = _loss(nets, labels)
        yield partial(dict, parameters=theta, objective=objective)
        theta = [
            value - rate * share * MP.fdot(residuals, column)
            for value, column in zip(theta, columns, strict=True)
        ]


def _loss(nets: Sequence[Any], labels: Sequence[Any]) -> Any:
    """The sum of -y ln h - (1 - y) ln(1 - h), which are ln(1 + e^z) - y z."""
    pairs = zip(nets, labels, strict=True)
    return MP.fsum(MP.log(1 + MP.exp(net)) - label * net for net, label in pairs)
