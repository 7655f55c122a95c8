"""What a worked example hands over: its quantities in order of computation, and its series."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import mpmath
import numpy as np
from numpy.typing import NDArray

from bpreport.formula.tree import Derivative, Symbol, Tree

__all__ = ["Quantity", "Role", "Trace"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """One named intermediate value of a worked example."""

    symbol: Symbol | Derivative
    """What the deck calls it."""
    value: mpmath.mpf
    """At 50 digits."""
    formula: Tree | None = None
    """Its definition in other quantities; None for a given."""
    forms: tuple[Tree, ...] = ()
    """Forms that lead to `formula`, most symbolic first: the chain-rule product of a gradient."""
    others: tuple[Tree, ...] = ()
    """Formulas by which it is computed as well, though none of them leads to `formula`."""
    sources: tuple[str, ...] = ()
    """Keys of the quantities that `formula` reads."""
    stage: str = "given"
    """ "given", "forward", "error", "backward" or "update" (perceptron); "model", "objective",
    "gradient", "update" (regressions); "iterate", "result" (descent)."""

    @property
    def key(self) -> str:
        """Under which it is looked up."""
        return self.symbol.key

    def with_value(self, value: Any) -> Quantity:
        """The same with another value; of thousands of variants, so no field is looked up."""
        return Quantity(
            self.symbol, value, self.formula, self.forms, self.others, self.sources, self.stage
        )


@dataclass(frozen=True, slots=True)
class Role:
    """What part a symbol plays in its worked example."""

    kind: str
    """ "weight", "bias", "input", "target", "net", "out", "error", "learning rate", "gradient" (of
    the error, by a weight or bias), "gradient by net", "gradient by out", "slope of out by net"
    and the like, "updated weight", "change of weight", "updated bias", "change of bias"; in a
    regression "parameter", "sample", "label", ... as its file says; of a descent "iterate" and
    "value"."""
    unit: str = ""
    """The unit it belongs to, "h1"; of a weight the unit it enters; of a shared bias its layer."""
    source: str = ""
    """The unit a weight leaves; of a derivative, the unit whose error or net it is taken of."""
    layer: int = -1
    """Layer of `unit`, the input layer being 0; -1 where it has none."""


@dataclass(frozen=True, eq=False)
class Trace:
    """All quantities of a worked example, in order of computation.

    It equals itself alone, so that what is made from it can be looked up by it.
    """

    name: str
    """What the front matter calls the worked example."""
    kind: str
    """ "gradient descent", "linear regression", "logistic regression" or "perceptron"."""
    quantities: Mapping[str, Quantity]
    """By key, in order of computation."""
    conventions: Mapping[str, str] = field(default_factory=dict)
    """The choices under which it was computed, such as {"update": "simultaneous"}."""
    series: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    """Arrays over the iterations, first axis the number of updates done."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Plain results that are not quantities of a formula: counts, "converged", "diverged"."""
    roles: Mapping[str, Role] = field(default_factory=dict)
    """What each key stands for: which weight joins which units, which unit an output is of."""
    updates: int = 0
    """Updates done before the step that `quantities` walk through."""
    sample: int = 0
    """The sample that the step is of, counted from 0."""
