"""Which slip gives a whole run: each is played from the start, on all iterations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpreport.audit.model import Message
from bpreport.deck.errors import DeckError
from bpreport.publish.golden_slips import CONVENTIONS, other_rates, rate_message
from bpreport.publish.numbers import exact
from bpreport.worked import (
    GradientDescent,
    LinearRegression,
    LogisticRegression,
    Perceptron,
    Trace,
)
from bpreport.worked.samples import Samples

__all__ = ["run_slip"]

Values = NDArray[np.float64]


def run_slip(
    example: Any, trace: Trace, name: str, got: Values, first: int, column: int | None = None
) -> Message | None:
    """The slip that gives a whole series, or one column of it, as far as it was got.

    `first` is the number of updates that were done at its first entry.
    """
    rights = trace.facts.get("run", trace.series)
    for off in OFF:
        if _series_alike(rights[name], got, first + off, column):
            text = "it is the value after {updates} updates, not after {wanted}"
            return Message(text, {"updates": first + off, "wanted": first})
    for runs in _RUNS.get(type(example), ()):
        for values, message in runs(example, trace, name, first + len(got) - 1):
            if _series_alike(values, got, first, column):
                return message
    return None


OFF = (1, -1, 2, -2)
"""By how many updates a run may be off."""
ALIKE = 1e-9
"""Relative difference up to which a run that was computed anew is the one got."""


def _series_alike(values: Values, got: Values, first: int, column: int | None) -> bool:
    """Whether a series, or its column, has the values got."""
    values = values if column is None else values[:, column]
    if first < 0 or len(values) < first + len(got):
        return False
    there = values[first : first + len(got)]
    scale = np.maximum(np.abs(there), np.abs(got))
    return bool(np.all(np.abs(there - got) <= ALIKE * scale))


Runs = Callable[[Any, Trace, str, int], Iterator[tuple[Values, Message]]]


def _iterated(
    example: Perceptron, name: str, most: int, conventions: Mapping[str, str], **variants: Any
) -> Values:
    """A series of the run, with an axis of the variants in front where there are any."""
    with np.errstate(all="ignore"):
        found = example.iterate(
            most,
            update=conventions["update"],
            biases=conventions["biases"],
            variants=variants or None,
        )
    return found[name]


def _perceptron_rates(
    example: Perceptron, trace: Trace, name: str, most: int
) -> Iterator[tuple[Values, Message]]:
    rates = list(other_rates(example.learning_rate))
    numbers = [float(rate) for rate in rates]
    found = _iterated(example, name, most, trace.conventions, learning_rate=numbers)
    yield from zip(found, map(rate_message, rates), strict=True)


def _perceptron_givens(
    example: Perceptron, trace: Trace, name: str, most: int
) -> Iterator[tuple[Values, Message]]:
    targets = np.array(example.targets, dtype=float)
    for turn in range(1, targets.shape[1]):
        other = np.roll(targets, turn, axis=1)[None]
        (found,) = _iterated(example, name, most, trace.conventions, targets=other)
        yield found, Message("the targets were exchanged")
    if example.bias_keys:
        none = np.zeros((1, len(example.bias_keys)))
        fixed = {**trace.conventions, "biases": "fixed"}
        (found,) = _iterated(example, name, most, fixed, biases=none)
        yield found, Message("the biases were forgotten")


def _perceptron_conventions(
    example: Perceptron, trace: Trace, name: str, most: int
) -> Iterator[tuple[Values, Message]]:
    for convention, values in CONVENTIONS.items():
        for value, message in values.items():
            if trace.conventions[convention] != value:
                other = {**trace.conventions, convention: value}
                yield _iterated(example, name, most, other), message


def _perceptron_activations(
    example: Perceptron, trace: Trace, name: str, most: int
) -> Iterator[tuple[Values, Message]]:
    for layer, activation in enumerate(example.activations):
        if activation not in ("identity", "softmax"):
            changed = list(example.activations)
            changed[layer] = "identity"
            other = replace(example, activations=tuple(changed))
            text = "the activation of layer {layer} was left out"
            message = Message(text, {"layer": example.layers[layer + 1][0]})
            yield _iterated(other, name, most, trace.conventions), message


def _descent_rates(
    example: GradientDescent, trace: Trace, name: str, most: int
) -> Iterator[tuple[Values, Message]]:
    run_name, _, what = name.rpartition(".")
    run = trace.facts["runs"][run_name]
    starts = np.array([float(entry) for entry in run["start"]])
    rates = list(other_rates(run["learning_rate"]))
    signed = [*map(float, rates), -float(run["learning_rate"])]
    messages = [*map(rate_message, rates), Message("a minus sign was lost")]
    points = starts[0] if len(starts) == 1 else np.broadcast_to(starts, (len(signed), len(starts)))
    with np.errstate(all="ignore"):
        paths = example.descend(points, signed, 0.0, "count", most, keep=True)
    iterates = np.moveaxis(paths.iterates, 2, 0)
    values = {"iterates": iterates[..., 0] if len(starts) == 1 else iterates,
              "values": np.moveaxis(paths.objectives, 1, 0)}[what]  # fmt: skip
    yield from zip(values, messages, strict=True)


def _regression_rates(
    example: Any, trace: Trace, name: str, most: int
) -> Iterator[tuple[Values, Message]]:
    samples = example.samples
    wanted = trace.conventions.get("loss")
    messages: Sequence[tuple[str, Message]] = [
        *((rate, rate_message(rate)) for rate in other_rates(samples.learning_rate)),
        (exact(-float(samples.learning_rate)), Message("a minus sign was lost")),
        (exact(float(samples.learning_rate) / samples.count),
         Message("there is a factor {factor} too much", {"factor": r"$\frac{1}{m}$"})),
        (exact(float(samples.learning_rate) * samples.count),
         Message("there is a factor {factor} too much", {"factor": "$m$"})),
    ]  # fmt: skip
    for rate, message in messages:
        other = replace(samples, learning_rate=rate, iterations=most)
        with suppress(DeckError):
            yield _descended(example, other, wanted)[name], message


def _descended(example: Any, samples: Samples, loss: str | None) -> dict[str, Values]:
    """A regression's descent on the loss of the convention."""
    if loss is None:
        return samples.descend(example.objective_at, example.gradient_at)
    return samples.descend(
        lambda parameters: example.objective_at(parameters, loss),
        lambda parameters: example.gradient_at(parameters, loss),
    )


_RUNS: Mapping[type, tuple[Runs, ...]] = {
    Perceptron: (
        _perceptron_conventions,
        _perceptron_rates,
        _perceptron_givens,
        _perceptron_activations,
    ),
    GradientDescent: (_descent_rates,),
    LinearRegression: (_regression_rates,),
    LogisticRegression: (_regression_rates,),
}
"""The slips that are played on a whole run, by kind of worked example."""
