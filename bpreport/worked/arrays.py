"""NumPy arrays as an arithmetic: one tree evaluated at any number of points at once."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpreport.formula import Arithmetic, evaluate
from bpreport.formula.preparing import prepared
from bpreport.formula.tree import Cases, Symbol, Tree, substitute, walk

__all__ = ["ARRAY", "array_function"]

Array = NDArray[np.float64]

RELATIONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
    r"\le": operator.le,
    r"\leq": operator.le,
    r"\ge": operator.ge,
    r"\geq": operator.ge,
    r"\ne": operator.ne,
    r"\neq": operator.ne,
}

ARRAY = Arithmetic(
    name="float64 arrays",
    number=float,
    functions={
        "exp": np.exp,
        "log": np.log,
        "sqrt": np.sqrt,
        "power": np.power,
        "sin": np.sin,
        "cos": np.cos,
        "tan": np.tan,
        "tanh": np.tanh,
        "abs": np.abs,
        "floor": np.floor,
        "sign": np.sign,
        "maximum": np.maximum,
        "minimum": np.minimum,
    },
    constants={"e": np.e, "pi": np.pi},
)


def array_function(tree: Tree, variables: Sequence[Symbol]) -> Callable[[Array], Array]:
    """A tree as a function of points, shape (variables, points) to (points,).

    Outside its domain it gives nan or inf, without a warning.

    >>> x = Symbol("x")
    >>> array_function(x * x + 1, [x])(np.array([[0.0, 2.0]]))
    array([1., 5.])
    """
    branching = any(isinstance(part, Cases) for part in walk(tree))
    keys = [variable.key for variable in variables]
    plain = prepared(tree, ARRAY)  # a descent asks for a million values

    def function(points: Array) -> Array:
        values = dict(zip(keys, points, strict=True))
        with np.errstate(all="ignore"):
            found = _value(tree, values) if branching else plain(values)
        return np.broadcast_to(np.asarray(found, dtype=np.float64), points.shape[1:])

    return function


def _value(tree: Tree, values: Mapping[str, Any]) -> Any:
    # A condition holds at some points and not at others: the branches are computed everywhere
    # and stand in the tree under names of their own.
    known = dict(values)

    def named(part: Tree) -> Tree | None:
        if not isinstance(part, Cases):
            return None
        name = Symbol(f"\0{len(known)}")
        known[name.key] = _choose(part, values)
        return name

    return evaluate(substitute(tree, named), known, ARRAY)


def _choose(cases: Cases, values: Mapping[str, Any]) -> Any:
    chosen: Any = np.nan
    for value, condition in reversed(cases.branches):
        branch = _value(value, values)
        if condition is None:
            chosen = branch
            continue
        relation, left, right = condition
        chosen = np.where(RELATIONS[relation](_value(left - right, values), 0), branch, chosen)
    return chosen
