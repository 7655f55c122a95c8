"""The iteration scrubber: every iteration of a perceptron, by both update conventions.

The numbers are those of the trace's series, rounded to the places that the page shows; of the
error, which may come to less, there is the logarithm as well, for the chart.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bpreport.formula import latex, rounded
from bpreport.publish.context import Context
from bpreport.publish.labels import label
from bpreport.publish.language import VERDICTS
from bpreport.publish.numbers import shown, signed
from bpreport.publish.packing import deflated
from bpreport.publish.view import Badge
from bpreport.worked.perceptron import Perceptron
from bpreport.worked.trace import Role, Trace

__all__ = ["Column", "Printed", "Scrubber", "packed", "scrubber"]

MOST_ROWS = 2000
"""Iterations that are kept; of more those that lie evenly on a logarithmic scale."""
MOST_WEIGHTS = 30
"""Of a network with more, outputs and error are shown alone."""
PLACES = 8
LOWEST = -20.0
"""Logarithm of an error that is 0."""

SHIFTS = {"k-1 updates": -1, "k updates": 0, "k+1 updates": 1}
"""Updates done beyond the iteration that a deck names, in the words of the audit."""

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Printed:
    """A number that the deck prints for an iteration."""

    updates: int
    digits: str
    badge: Badge


@dataclass(frozen=True, slots=True)
class Column:
    """One quantity over the iterations."""

    kind: str
    """ "out", "error", "weight" or "bias"; "logarithm" for the chart alone."""
    symbol: str
    """LaTeX."""
    name: str
    """The same as `labels` writes it."""
    target: str
    """Of an output, else empty."""
    joins: tuple[str, ...]
    """The units that a weight joins, or the unit or layer of a bias; else empty."""
    cells: tuple[str, ...]
    """After the last iteration, by each convention."""
    difference: str
    printed: tuple[Printed, ...]


@dataclass(frozen=True, slots=True)
class Scrubber:
    """What the page needs to show any iteration."""

    name: ClassVar[str] = "scrubber"
    id: str
    conventions: tuple[str, ...]
    """ "simultaneous", "sequential", or the one that is the same as the other."""
    adopted: str
    last: int
    """The deck's last iteration."""
    columns: tuple[Column, ...]
    printed: Mapping[int, int]
    """For what iteration the deck prints something, by the updates done then."""
    shifted: tuple[tuple[str, int, int], ...]
    """Of "outputs" and "weights" that come out after another number of updates than the deck's
    iteration: which, the iteration and the updates."""
    data: dict[str, Any]


def scrubber(
    example: Perceptron, both: Mapping[str, Trace], context: Context, adopted: Trace
) -> Scrubber | None:
    """The scrubber of a perceptron; None where no update is made."""
    if example.iterations < 1:
        return None
    keys, kinds = _columns(example, adopted)
    runs = {update: _run(trace, len(keys)) for update, trace in both.items()}
    first, *others = runs.values()
    if all(np.array_equal(first, other) for other in others):
        runs = {adopted.conventions["update"]: first}
    found = _printed(example, context)
    iterations = {
        printed.updates: iteration
        for places in found.values()
        for iteration, printed in places
        if printed.updates < len(first)
    }
    length = max([example.iterations, *iterations]) + 1
    kept = _kept(length, iterations)
    last = example.iterations
    columns = tuple(
        Column(
            kind,
            latex(adopted.quantities[key].symbol),
            label(latex(adopted.quantities[key].symbol)),
            _target(key, adopted) if kind == "out" else "",
            _joins(adopted.roles[key]) if kind in ("weight", "bias") else (),
            tuple(signed(rounded(run[last, place], PLACES)) for run in runs.values()),
            _difference([run[last, place] for run in runs.values()]),
            tuple(printed for _, printed in found.get(key, ())),
        )
        for place, (key, kind) in enumerate(zip(keys, kinds, strict=True))
    )
    data = {
        "counts": kept,
        "series": {update: packed(run[kept]) for update, run in runs.items()},
        "kinds": [*kinds, "logarithm"],
        "targets": [float(column.target) if column.target else None for column in columns],
        "adopted": adopted.conventions["update"],
        "printed": sorted(iterations),
        "last": last,
    }
    return Scrubber(
        f"scrubber-{adopted.name}", tuple(runs), adopted.conventions["update"], last,
        columns, dict(sorted(iterations.items())), _shifted(example, found), data,
    )  # fmt: skip


def _columns(example: Perceptron, trace: Trace) -> tuple[list[str], list[str]]:
    """Keys and kinds of all columns, in the order of `_run`."""
    outs = [(key, role.layer) for key, role in trace.roles.items() if role.kind == "out"]
    final = max(layer for _, layer in outs)
    outputs = [key for key, layer in outs if layer == final]
    error = next(key for key, role in trace.roles.items() if role.kind == "error" and not role.unit)
    keys, kinds = [*outputs, error], [*["out"] * len(outputs), "error"]
    if len(example.weight_keys) <= MOST_WEIGHTS:
        keys += example.weight_keys
        kinds += ["weight"] * len(example.weight_keys)
        if trace.conventions["biases"] == "trained":
            keys += example.bias_keys
            kinds += ["bias"] * len(example.bias_keys)
    return keys, kinds


def _run(trace: Trace, columns: int) -> Values:
    """All columns over the iterations, as many as are wanted."""
    run = trace.facts["run"]
    whole = np.column_stack([run["out"], run["error"], run["weights"], run["biases"]])
    with np.errstate(divide="ignore"):
        logarithm = np.maximum(np.log10(run["error"]), LOWEST)
    return np.column_stack([whole[:, :columns], logarithm])


def _printed(example: Perceptron, context: Context) -> dict[str, list[tuple[int, Printed]]]:
    """What the deck prints of iterations, by key: the iteration, and the number."""
    found: dict[str, list[tuple[int, Printed]]] = defaultdict(list)
    shifts = {
        group: SHIFTS.get(str(context.adopted.get(f"{group} after", "k updates")), 0)
        for group in ("outputs", "weights")
    }
    for judgement in context.judgements:
        key, _, iteration = (judgement.quantity or "").partition("@")
        if not iteration.isdigit() or judgement.printed is None:
            continue
        verdict = judgement.verdict
        badge = Badge(str(verdict), verdict.level, context.gettext(VERDICTS[verdict][0]))
        updates = int(iteration) + shifts[_group(example, key)]
        found[key].append((int(iteration), Printed(updates, judgement.printed, badge)))
    return found


def _shifted(
    example: Perceptron, found: Mapping[str, list[tuple[int, Printed]]]
) -> tuple[tuple[str, int, int], ...]:
    places = {
        (_group(example, key), iteration, printed.updates)
        for key, printed_there in found.items()
        for iteration, printed in printed_there
        if printed.updates != iteration
    }
    return tuple(sorted(places))


def _group(example: Perceptron, key: str) -> str:
    """What the audit calls those that a deck counts in the same way."""
    return "weights" if key in example.weight_keys + example.bias_keys else "outputs"


def _joins(role: Role) -> tuple[str, ...]:
    return tuple(filter(None, (role.source, role.unit)))


def _target(key: str, trace: Trace) -> str:
    unit = trace.roles[key].unit
    return next(
        shown(trace.quantities[other].value)
        for other, role in trace.roles.items()
        if role.kind == "target" and role.unit == unit
    )


def _difference(values: list[float]) -> str:
    return signed(rounded(values[1] - values[0], PLACES)) if len(values) > 1 else ""


def _kept(length: int, wanted: Mapping[int, int]) -> list[int]:
    """Counts of updates that are kept, in order."""
    if length <= MOST_ROWS:
        return list(range(length))
    spread = np.geomspace(1, length, MOST_ROWS).astype(int) - 1
    return sorted({*map(int, spread), *wanted, length - 1})


def packed(rows: Values) -> dict[str, Any]:
    """Rows of numbers as text, column after column.

    Each column is scaled to whole numbers of 32 bits, and loses places where it is large. They
    change evenly, so that the differences of their differences are small, and deflate well.

    >>> packed(np.array([[0.25], [0.5]])) == {  # the differences are 0.25, 0.25; theirs 0.25, 0
    ...     "places": [8], "values": deflated(np.array([0.25e8, 0], "<i4").tobytes()),
    ... }
    True
    """
    largest = np.abs(rows).max(axis=0)
    places = [min(math.floor(math.log10((2**31 - 1) / (size or 1.0))), PLACES) for size in largest]
    scaled = np.rint(rows * 10.0 ** np.array(places, dtype=float)).astype(np.int64)
    for _ in range(2):
        scaled = np.diff(scaled, axis=0, prepend=0)
    # What overflows comes round again when the page adds the differences up.
    return {"places": places, "values": deflated(scaled.T.astype("<i4").tobytes())}
