r"""Linear regression: h_\theta(x) = \theta^T x fitted by gradient descent on a sum of squares.

J(\theta) is the sum over the m samples of (h_\theta(x^{(i)}) - y^{(i)})^2, times 1/2 ("half
sum") or 1/(2m) ("half mean"); its gradient by \theta_j is the sum of (h - y) x_j, times 1 or 1/m.
The second route to the minimiser is the closed form, the normal equations X^T X \theta = X^T y.

>>> example = from_settings("line", {
...     "data": {"x": ["0", "1", "2"], "y": ["1", "3", "5"]}, "learning_rate": "0.1",
... })
>>> found = example.trace().quantities
>>> [float(found[rf"\theta_{{{j}}}^{{*}}"].value) for j in (0, 1)]  # y = 1 + 2 x
[1.0, 2.0]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpreport.formula.arithmetic import MP
from bpreport.formula.effort import charge
from bpreport.formula.tree import Number, Symbol, Tree
from bpreport.worked.memory import remembered
from bpreport.worked.samples import Samples, read_samples
from bpreport.worked.settings import choice
from bpreport.worked.steps import HALF, ONE, Steps, by, product, total
from bpreport.worked.trace import Role, Trace

__all__ = ["LOSSES", "LinearRegression", "from_settings"]

KIND = "linear regression"
LOSSES = ("half sum", "half mean")

OF_A_STEP = 5
"""Products at 50 digits in the time of a step of an audit."""

Values = NDArray[np.float64]


@dataclass(frozen=True)
class LinearRegression:
    """The givens of one regression."""

    samples: Samples
    loss: str = "half sum"

    @property
    def name(self) -> str:
        """What the front matter calls it."""
        return self.samples.name

    def objective_at(self, parameters: Values, loss: str | None = None) -> Values:
        """J of parameters (..., features); shape (...)."""
        residuals = self._residuals(parameters)
        return np.asarray((residuals**2).sum(axis=-1) * (0.5 * self._scale(loss)))

    def gradient_at(self, parameters: Values, loss: str | None = None) -> Values:
        """The gradient of J at parameters (..., features); the same shape."""
        return self.samples.gathered(self._residuals(parameters)) * self._scale(loss)

    def _residuals(self, parameters: Values) -> Values:
        _, y = self.samples.arrays
        return self.samples.scores(parameters) - y

    def _scale(self, loss: str | None) -> float:
        return 1.0 if (loss or self.loss) == "half sum" else 1.0 / self.samples.count

    @remembered(most=16)
    def trace(self, loss: str | None = None) -> Trace:
        """One step with all its quantities, the descent as series, and the minimiser.

        Raises `DeckError` when the descent diverges.
        """
        loss = loss or self.loss
        samples = self.samples
        steps = Steps()
        roles: dict[str, Role] = {}
        names = samples.givens(steps, roles)
        m = Symbol("m")
        factor: Tree = HALF if loss == "half sum" else 1 / product(Number("2"), m)
        theta = names.parameters
        for i in range(samples.count):
            terms = [product(theta[j], names.feature(i, j)) for j in range(samples.features)]
            steps.define(names.model(i), total(terms), "model")
            roles[names.model(i).key] = Role("model", str(i + 1))
        residuals = [names.model(i) - names.label(i) for i in range(samples.count)]
        squares = total([residual ** Number("2") for residual in residuals])
        objective = names.objective
        steps.define(objective, product(factor, squares), "objective", names.objective_form(factor))
        roles[objective.key] = Role("objective")
        share: Tree | None = None if loss == "half sum" else ONE / m
        for j in range(samples.features):
            slopes = total(
                [product(residual, names.feature(i, j)) for i, residual in enumerate(residuals)]
            )
            formula = slopes if share is None else product(share, slopes)
            steps.define(by(objective, theta[j]), formula, "gradient")
            roles[by(objective, theta[j]).key] = Role("gradient", str(j))
        for j in range(samples.features):
            step = theta[j] - product(names.learning_rate, by(objective, theta[j]))
            steps.define(names.updated(j), step, "update")
            roles[names.updated(j).key] = Role("updated parameter", str(j))
        series = samples.descend(
            lambda p: self.objective_at(p, loss), lambda p: self.gradient_at(p, loss)
        )
        self._closed(steps, roles)
        return Trace(
            self.name,
            KIND,
            steps.quantities,
            {"loss": loss},
            series,
            {"iterations": samples.iterations},
            roles,
        )

    def _closed(self, steps: Steps, roles: dict[str, Role]) -> None:
        # Exact where the normal equations have one solution; otherwise nothing is claimed.
        x, y = self.samples.exact(MP)
        charge(x.cols**2 * (x.rows + x.cols) // OF_A_STEP)
        try:
            solution = MP.lu_solve(x.T * x, x.T * y)
        except ZeroDivisionError:
            return
        self.samples.minimiser(steps, roles, solution)


def from_settings(name: str, settings: Mapping[str, Any]) -> LinearRegression:
    """The regression of the worked example of that name; raises `DeckError`."""
    path = ("worked", name, "loss")
    loss = choice(settings.get("loss", LOSSES[0]), LOSSES, path)
    return LinearRegression(read_samples(name, settings), loss)
