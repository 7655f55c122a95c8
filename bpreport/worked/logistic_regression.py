r"""Logistic regression: p = g(\theta^T x) with the sigmoid g, fitted by gradient descent.

loss(\theta) = -\ell(\theta) is the sum over the samples of -y ln h - (1 - y) ln(1 - h); because
g' = g (1 - g), its gradient by \theta_j is the sum of (h - y) x_j, and the update may be written
with a plus: \theta_j + \alpha \sum (y - h) x_j. The second route to the minimiser is Newton's
method with the Hessian X^T diag(h (1 - h)) X.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpreport.deck.errors import DeckError
from bpreport.formula.arithmetic import MP
from bpreport.formula.tree import Number, Symbol
from bpreport.worked.memory import remembered
from bpreport.worked.samples import Samples, read_samples
from bpreport.worked.steps import Steps, by, exp, ln, product, total
from bpreport.worked.trace import Role, Trace

__all__ = ["LogisticRegression", "from_settings"]

KIND = "logistic regression"
NEWTON_STEPS = 100

Values = NDArray[np.float64]


@dataclass(frozen=True)
class LogisticRegression:
    """The givens of one regression; labels are 0 or 1."""

    samples: Samples

    @property
    def name(self) -> str:
        """What the front matter calls it."""
        return self.samples.name

    def objective_at(self, parameters: Values) -> Values:
        """The loss of parameters (..., features); shape (...)."""
        _, y = self.samples.arrays
        z = self.samples.scores(parameters)
        # -y ln g(z) - (1 - y) ln(1 - g(z)) = ln(1 + e^z) - y z, which overflows nowhere.
        return np.asarray((np.logaddexp(0.0, z) - y * z).sum(axis=-1))

    def gradient_at(self, parameters: Values) -> Values:
        """The gradient of the loss at parameters (..., features); the same shape."""
        _, y = self.samples.arrays
        return self.samples.gathered(_sigmoid(self.samples.scores(parameters)) - y)

    def newton(self) -> Values | None:
        """The minimiser by Newton's method; None where the data have none.

        Data that a line separates have no minimiser: the parameters grow for ever.
        """
        exact = self._exact_newton(digits=15)
        return None if exact is None else np.array([float(value) for value in exact])

    @remembered(most=16)
    def trace(self) -> Trace:
        """One step with all its quantities, the descent as series, and Newton's solution.

        Raises `DeckError` when the descent diverges.
        """
        samples = self.samples
        steps = Steps()
        roles: dict[str, Role] = {}
        names = samples.givens(steps, roles)
        theta = names.parameters
        for i in range(samples.count):
            terms = [product(theta[j], names.feature(i, j)) for j in range(samples.features)]
            z, model = Symbol("z", (), (f"({i + 1})",)), names.model(i)
            steps.define(z, total(terms), "model")
            roles[z.key] = Role("net", str(i + 1))
            steps.define(model, 1 / (1 + exp(-z)), "model")
            roles[model.key] = Role("model", str(i + 1))
            slope = by(model, z)
            power = exp(-z)
            form = power / (1 + power) ** Number("2")
            steps.define(slope, product(model, 1 - model), "gradient", form)
            roles[slope.key] = Role("gradient", str(i + 1))
        likelihoods = [
            product(names.label(i), ln(names.model(i)))
            + product(1 - names.label(i), ln(1 - names.model(i)))
            for i in range(samples.count)
        ]
        # Both forms of the deck: minus the sum, and the sum of terms with minus.
        losses = [
            -product(names.label(i), ln(names.model(i)))
            - product(1 - names.label(i), ln(1 - names.model(i)))
            for i in range(samples.count)
        ]
        loss = Symbol("loss")
        steps.define(loss, total(losses), "objective", -total(likelihoods))
        roles[loss.key] = Role("objective")
        for j in range(samples.features):
            slopes = [
                product(names.model(i) - names.label(i), names.feature(i, j))
                for i in range(samples.count)
            ]
            steps.define(by(loss, theta[j]), total(slopes), "gradient")
            roles[by(loss, theta[j]).key] = Role("gradient", str(j))
        for j in range(samples.features):
            rises = total(
                [
                    product(names.label(i) - names.model(i), names.feature(i, j))
                    for i in range(samples.count)
                ]
            )
            steps.define(
                names.updated(j),
                theta[j] + product(names.learning_rate, rises),
                "update",
                theta[j] - product(names.learning_rate, by(loss, theta[j])),
            )
            roles[names.updated(j).key] = Role("updated parameter", str(j))
        solution = self._exact_newton()
        samples.minimiser(steps, roles, solution or ())
        return Trace(
            self.name,
            KIND,
            steps.quantities,
            {},
            samples.descend(self.objective_at, self.gradient_at),
            {"iterations": samples.iterations, "separable": solution is None},
            roles,
        )

    def _exact_newton(self, digits: int = MP.dps) -> list[Any] | None:
        x, y = self.samples.exact(MP)
        theta = MP.zeros(self.samples.features, 1)
        for _ in range(NEWTON_STEPS):
            h = (x * theta).apply(lambda z: 1 / (1 + MP.exp(-z)))
            weights = MP.diag([value * (1 - value) for value in h])
            try:
                step = MP.lu_solve(x.T * weights * x, x.T * (h - y))
            except ZeroDivisionError:
                return None
            theta -= step
            size = MP.norm(theta, MP.inf)
            if size > 1e6:
                return None
            if MP.norm(step, MP.inf) <= MP.mpf(10) ** -(digits - 3) * (1 + size):
                return list(theta)
        return None


def _sigmoid(z: Values) -> Values:
    with np.errstate(over="ignore"):
        return np.asarray(1.0 / (1.0 + np.exp(-z)))


def from_settings(name: str, settings: Mapping[str, Any]) -> LogisticRegression:
    """The regression of the worked example of that name; raises `DeckError`."""
    samples = read_samples(name, settings)
    for place, label in enumerate(samples.labels):
        if float(label) not in (0.0, 1.0):
            raise DeckError(
                "expected the label 0 or 1, found {label}",
                ("worked", name, "data", "y", place),
                label=label,
            )
    return LogisticRegression(samples)
