r"""The data of a regression, the names of what is computed from them, and the descent.

Samples are rows (x_0, x_1, ..., x_n) with x_0 = 1 put in front, unless `intercept: false` says
that the rows are complete; then parameters count from 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpreport.deck.errors import DeckError, Phrase
from bpreport.formula.effort import charge
from bpreport.formula.tree import Reduce, Symbol, Tree, Tuple
from bpreport.worked.settings import KeyPath, count, learning_rate, numbers, required
from bpreport.worked.steps import ONE, Steps, product
from bpreport.worked.trace import Role

__all__ = ["Names", "Samples", "read_samples"]

A_FEW, A_THOUSANDS = 10, 5_000
"""Parameters, and multiplications of NumPy, in the time or memory of a step of an audit."""
AT_ONCE = 1_000_000
"""Products from which objectives are computed at once."""

Values = NDArray[np.float64]


class Names:
    """What the quantities of a regression are called."""

    learning_rate = Symbol(r"\alpha")
    objective = Symbol("J")

    def __init__(self, features: int, first: int) -> None:
        self.first = first
        self.parameters = [Symbol(r"\theta", (str(first + j),)) for j in range(features)]

    def updated(self, j: int) -> Symbol:
        """A parameter after the step."""
        return Symbol(r"\theta", (str(self.first + j),), ("+",))

    def feature(self, i: int, j: int) -> Symbol:
        """x_j of sample i; samples are counted from 1 in names."""
        return Symbol("x", (str(self.first + j),), (f"({i + 1})",))

    def label(self, i: int) -> Symbol:
        """What sample i should give."""
        return Symbol("y", (), (f"({i + 1})",))

    def model(self, i: int) -> Symbol:
        """What the model says of sample i."""
        return Symbol("h", (), (f"({i + 1})",))

    def objective_form(self, factor: Tree) -> Tree:
        """J as the deck writes it: factor times a sum over i of squares."""
        i, m = Symbol("i"), Symbol("m")
        # As the parser reads y^{(i)}: a mark that holds an index is a tree, for a sum to count.
        sample = (Tuple((i,)),)
        residual = Symbol("h", (), sample) - Symbol("y", (), sample)
        return product(factor, Reduce("sum", i, ONE, m, residual**2))


@dataclass(frozen=True)
class Samples:
    """Data and settings that both regressions share; numbers as typed."""

    name: str
    rows: tuple[tuple[str, ...], ...]
    """Features of each sample, x_0 = 1 included."""
    labels: tuple[str, ...]
    first: int
    """Number of the first feature: 0 with an intercept, 1 without."""
    learning_rate: str
    iterations: int
    start: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many samples there are."""
        return len(self.rows)

    @property
    def features(self) -> int:
        """Numbers in each sample, x_0 included."""
        return len(self.start)

    @property
    def arrays(self) -> tuple[Values, Values]:
        """Features (samples, features) and labels (samples,) as float64."""
        return _arrays(self.rows, self.labels)

    def scores(self, parameters: Values) -> Values:
        r"""\theta^T x of each sample, for parameters (..., features); shape (..., samples).

        A sum of NumPy, as in `gathered`: a BLAS may add in another order on another processor.
        """
        x, _ = self.arrays
        return np.asarray((parameters[..., None, :] * x).sum(axis=-1))

    def gathered(self, residuals: Values) -> Values:
        """Residuals (..., samples), each times its features, added up; shape (..., features)."""
        x, _ = self.arrays
        return np.asarray((residuals[..., None] * x).sum(axis=-2))

    def exact(self, context: Any) -> tuple[Any, Any]:
        """The same as matrices of an mpmath context."""
        rows = [[context.mpf(entry) for entry in row] for row in self.rows]
        return context.matrix(rows), context.matrix([context.mpf(entry) for entry in self.labels])

    def givens(self, steps: Steps, roles: dict[str, Role]) -> Names:
        """Enter data, start and learning rate into a trace."""
        names = Names(self.features, self.first)
        for i, (row, label) in enumerate(zip(self.rows, self.labels, strict=True)):
            for j, entry in enumerate(row):
                roles[steps.given(names.feature(i, j), entry).key] = Role("sample", str(i + 1))
            roles[steps.given(names.label(i), label).key] = Role("label", str(i + 1))
        for j, (symbol, entry) in enumerate(zip(names.parameters, self.start, strict=True)):
            roles[steps.given(symbol, entry).key] = Role("parameter", str(j))
        roles[steps.given(names.learning_rate, self.learning_rate).key] = Role("learning rate")
        steps.given(Symbol("m"), str(self.count))
        return names

    def minimiser(self, steps: Steps, roles: dict[str, Role], values: Iterable[Any]) -> None:
        """Enter the parameters where the objective is least into a trace."""
        for j, value in enumerate(values):
            symbol = Symbol(r"\theta", (str(self.first + j),), ("*",))
            steps.result(symbol, value, "result")
            roles[symbol.key] = Role("minimiser", str(j))

    def descend(
        self, objective: Callable[[Values], Values], gradient: Callable[[Values], Values]
    ) -> dict[str, Values]:
        """All iterations in float64: "parameters" (k+1, features) and "objective" (k+1,)."""
        rate = float(self.learning_rate)
        # An update costs its multiplications and, in memory, its parameters.
        many = self.features // A_FEW + self.count * self.features // A_THOUSANDS
        charge(self.iterations * (1 + many))
        path = np.empty((self.iterations + 1, self.features))
        path[0] = [float(entry) for entry in self.start]
        with np.errstate(all="ignore"):
            for k in range(self.iterations):
                path[k + 1] = path[k] - rate * gradient(path[k])
            # Of many samples there are many products for each update, too many at once.
            together = max(1, AT_ONCE // (self.count * self.features))
            values = np.concatenate(
                [
                    objective(path[begin : begin + together])
                    for begin in range(0, len(path), together)
                ]
            )
        broken = np.flatnonzero(~np.isfinite(values))
        if len(broken):
            raise DeckError(
                "the descent diverges: after {count} updates with learning rate {rate} the "
                "objective is not finite",
                ("worked", self.name, "learning_rate"),
                count=broken[0],
                rate=self.learning_rate,
            )
        return {"parameters": path, "objective": values}


@lru_cache(maxsize=4)  # each update of a descent asks for them three times
def _arrays(rows: tuple[tuple[str, ...], ...], labels: tuple[str, ...]) -> tuple[Values, Values]:
    found = np.array(rows, dtype=float), np.array(labels, dtype=float)
    for array in found:
        array.flags.writeable = False
    return found


def read_samples(name: str, settings: Mapping[str, Any]) -> Samples:
    """Data and settings of a regression; raises `DeckError` with the path to what is wrong."""
    path: KeyPath = ("worked", name)
    data = required(settings, "data", path)
    where = (*path, "data")
    stated = required(data, "x", where)
    if isinstance(stated, str) or not isinstance(stated, Sequence) or not stated:
        raise DeckError("expected a list of samples", (*where, "x"))
    nested = isinstance(stated[0], list | tuple)
    width = len(stated[0]) if nested else 1
    rows = [
        numbers(
            row if nested else [row], (*where, "x", place), width, Phrase("as in the first sample")
        )
        for place, row in enumerate(stated)
    ]
    labels = numbers(
        required(data, "y", where), (*where, "y"), len(rows), Phrase("one for each sample")
    )
    intercept = settings.get("intercept", True)
    if not isinstance(intercept, bool):
        raise DeckError(
            "expected true or false, found {intercept!r}", (*path, "intercept"), intercept=intercept
        )
    if intercept:
        rows = [("1", *row) for row in rows]
    features = width + intercept
    start = settings.get("start") or ["0"] * features
    return Samples(
        name,
        tuple(rows),
        labels,
        0 if intercept else 1,
        learning_rate(required(settings, "learning_rate", path), (*path, "learning_rate")),
        count(settings.get("iterations", "100"), (*path, "iterations")),
        numbers(start, (*path, "start"), features, Phrase("one for each parameter")),
    )
