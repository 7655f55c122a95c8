r"""Gradient descent on an objective that the deck writes as a formula, in one or two variables.

>>> example = from_settings("descent", {
...     "objective": r"0.5 (\theta - 0.25)^2", "start": "4", "tolerance": "1e-10",
...     "stop": "change of objective", "learning_rate": "1.5",
... })
>>> trace = example.trace()
>>> trace.facts["runs"]["run"]["iterations"]
19
>>> print(float(trace.quantities["run.minimiser"].value))
0.24999284744262695
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bpreport.deck.errors import DeckError, Phrase
from bpreport.formula import MPMATH, TREES, EvaluationError, FormulaError, evaluate, parse, slope
from bpreport.formula.effort import charge
from bpreport.formula.tree import Matrix, Symbol, Tree, Tuple, free_symbols, walk
from bpreport.worked.arrays import array_function
from bpreport.worked.descending import LIMIT, OUTCOMES, STOPS, Paths, descend
from bpreport.worked.descent_trace import trace
from bpreport.worked.exact_descent import is_near, updates_made
from bpreport.worked.memory import remembered
from bpreport.worked.misprints import solve_without_misprints
from bpreport.worked.settings import (
    KeyPath,
    choice,
    count,
    learning_rate,
    number,
    numbers,
    required,
    text,
    unneeded,
)
from bpreport.worked.trace import Trace
from bpreport.worked.unstated import Problem, Unstated

__all__ = ["GradientDescent", "Run", "SettledRun", "from_settings"]

KIND = "gradient descent"
UNSTATED = ("start", "tolerance", "stop")
START, TOLERANCE, STOP = "1", "1e-10", "change of objective"
"""Assumed where a deck neither states a setting nor prints a count to solve it from; the start
is that of every variable."""
ALONE = "run"
"""Name of the only run of a deck that does not name its runs."""

A_THOUSAND = 1000
"""Points for which an operation of NumPy takes twice as long as for one: measured."""
OF_A_STEP = 5
"""Operations of NumPy in the time of a step of an audit, which is one at 50 digits."""
BESIDE = 10
"""Operations of an update beside those of the objective and of its gradient."""

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Run:
    """One descent; what is None is unstated."""

    name: str
    learning_rate: str
    start: tuple[str, ...] | None = None
    tolerance: str | None = None
    stop: str | None = None
    iterations: int | None = None
    """How many updates to make with the stop "count"; otherwise at most."""


@dataclass(frozen=True, slots=True)
class SettledRun:
    """One descent with nothing left open."""

    name: str
    learning_rate: str
    start: tuple[str, ...]
    tolerance: str
    stop: str
    iterations: int | None


@dataclass(frozen=True)
class GradientDescent:
    """The givens of one objective and the runs on it."""

    name: str
    objective: Tree
    variables: tuple[Symbol, ...]
    runs: tuple[Run, ...]
    unstated: tuple[str, ...] = ()

    def __getstate__(self) -> dict[str, Any]:
        """What makes it equal to another; functions made of it have no content to be told by."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @cached_property
    def gradient(self) -> tuple[Tree, ...]:
        """The partial derivatives of the objective, one a variable."""
        return tuple(slope(self.objective, variable) for variable in self.variables)

    def value_at(self, points: Values) -> Values:
        """The objective at points (variables, S); shape (S,)."""
        # Once an update, for its gradient and stopping rule as well.
        charge(self._operations * (A_THOUSAND + points.shape[-1]) // A_THOUSAND // OF_A_STEP)
        return self._functions[0](points)

    def gradient_at(self, points: Values) -> Values:
        """Its gradient at points (variables, S); shape (variables, S)."""
        return np.stack([function(points) for function in self._functions[1:]])

    @cached_property
    def _operations(self) -> int:
        """Those of NumPy for one update."""
        trees = (self.objective, *self.gradient)
        return BESIDE + sum(1 for tree in trees for _ in walk(tree))

    @cached_property
    def _functions(self) -> list[Callable[[Values], Values]]:
        return [array_function(part, self.variables) for part in (self.objective, *self.gradient)]

    def descend(
        self,
        starts: ArrayLike,
        learning_rates: ArrayLike,
        tolerance: ArrayLike = 1e-10,
        stop: str = "change of objective",
        limit: int = LIMIT,
        keep: bool = False,
    ) -> Paths:
        """Any number of settings at once, in float64.

        `starts` has shape (S,), or (S, 2) with two variables; it, `learning_rates` and
        `tolerance` are spread over one another as NumPy does.

        >>> example = from_settings("q", {"objective": "x^2", "learning_rate": "0.25"})
        >>> example.descend([1.0, -8.0], 0.25, 1.0).points  # halved: 1, 0.5 and -8, ..., -0.5
        array([[ 0.5, -0.5]])
        """
        points = np.asarray(starts, dtype=float)
        columns = [points] if len(self.variables) == 1 else list(np.moveaxis(points, -1, 0))
        *columns, rates, goals = np.broadcast_arrays(
            *columns,
            np.asarray(learning_rates, dtype=float),
            np.asarray(tolerance, dtype=float),
        )
        if not rates.all():
            raise ValueError("a learning rate is 0: nothing would change from step to step")
        return descend(
            self.value_at,
            self.gradient_at,
            np.stack([np.atleast_1d(column).ravel() for column in columns]),
            np.atleast_1d(rates).ravel(),
            choice(stop, STOPS, ("stop",)),
            np.atleast_1d(goals).ravel(),
            limit,
            keep,
        )

    @remembered(most=16)
    def solve_unstated(
        self,
        counts: Mapping[str, int],
        results: Mapping[str, Mapping[str, tuple[float, float]]] | None = None,
        counting: str = "updates",
    ) -> Unstated:
        """Every start and tolerance that reproduces the printed counts, by stopping rule.

        Where there is none, figures are left out until there is, as few as will do.

        `counts` are numbers of iterations by run; `results` optionally what the printed
        "minimiser" and "minimum" of a run allow, as (low, high). Settings that the deck states
        are kept. `counting` "checks" asks the same where the check of the start was counted.
        """
        runs = {run.name: run for run in self.runs}
        unknown = sorted(counts.keys() - runs.keys())
        if unknown:
            raise ValueError(f"{self.name} has no run {unknown[0]!r}; it has {', '.join(runs)}")
        first = next((runs[name] for name in counts), self.runs[0])
        if first.stop == "count" and "stop" not in self.unstated:
            raise ValueError("a run that stops by count has no tolerance to solve for")
        return solve_without_misprints(
            Problem(
                self.value_at,
                self.gradient_at,
                len(self.variables),
                {name: float(runs[name].learning_rate) for name in counts},
                counts,
                results or {},
                None if "start" in self.unstated else first.start,
                None if "tolerance" in self.unstated else first.tolerance,
                None if "stop" in self.unstated else first.stop,
                counting,
            )
        )

    @remembered(most=16)
    def trace(
        self,
        start: Sequence[str] | None = None,
        tolerance: str | None = None,
        stop: str | None = None,
    ) -> Trace:
        """All iterates of all runs; the arguments settle what the deck leaves unstated.

        What is settled by neither is assumed, and named in the trace's facts. Raises `DeckError`
        for a run that diverges, whose objective has no value, or that does not come to an end.
        """
        assumed: dict[str, None] = {}
        settled = []
        for run in self.runs:
            begin = run.start or (tuple(start) if start else None)
            rule, goal = run.stop or stop, run.tolerance or tolerance
            if begin is None:
                assumed["start"] = None
            if rule is None:
                assumed["stop"] = None
            if goal is None and rule != "count":
                assumed["tolerance"] = None
            settled.append(
                SettledRun(
                    run.name,
                    run.learning_rate,
                    begin or (START,) * len(self.variables),
                    goal or TOLERANCE,
                    rule or STOP,
                    run.iterations,
                )
            )
        paths, tied = {}, set()
        for one in settled:
            paths[one.name], near = self._descend_one(one)
            tied |= {one.name} if near else set()
        return trace(self, settled, paths, frozenset(tied), tuple(assumed))

    def _descend_one(self, run: SettledRun) -> tuple[Paths, bool]:
        """All iterates, and whether only 50 digits can tell after which of them the run stops."""
        limit = LIMIT if run.iterations is None else run.iterations
        starts = np.array([float(entry) for entry in run.start])
        rates, goals = np.array([float(run.learning_rate)]), np.array([float(run.tolerance)])
        alone = partial(descend, self.value_at, self.gradient_at, starts[:, None], rates)
        paths = alone(run.stop, goals, limit)
        near = run.stop != "count" and is_near(run, paths, self.gradient_at)
        if near:
            made = updates_made(self, run, limit)
            if made is not None and made != paths.counts[0]:
                paths = alone("count", goals, made)
        outcome, done = OUTCOMES[paths.outcomes[0]], int(paths.counts[0])
        path: KeyPath = ("worked", self.name)
        rate_path = (*path, "learning_rate")
        if run.name != ALONE:
            rate_path = (*path, "runs", run.name, "learning_rate")
        if outcome == "not finite":
            at = ", ".join(run.start)
            raise DeckError(
                "the objective has no finite value at the start {at}", (*path, "objective"), at=at
            )
        if outcome == "diverged":
            raise DeckError(
                "the run diverges: after {done} updates with learning rate {rate} the objective "
                "has grown beyond all bounds",
                rate_path,
                done=done,
                rate=run.learning_rate,
            )
        if outcome == "unfinished" and run.iterations is None:
            raise DeckError(
                "the run does not stop: {stop} stays above {tolerance} for {limit} updates",
                rate_path,
                stop=run.stop,
                tolerance=run.tolerance,
                limit=limit,
            )
        return paths, near


def from_settings(name: str, settings: Mapping[str, Any]) -> GradientDescent:
    """The descent of the worked example of that name; raises `DeckError`."""
    path: KeyPath = ("worked", name)
    objective, variables = _objective(settings, path)
    stated = settings.get("runs")
    if stated is None:
        runs: tuple[Run, ...] = (_read_run(ALONE, settings, {}, len(variables), path),)
    elif isinstance(stated, Mapping) and stated:
        runs = tuple(
            _read_run(str(run), entry or {}, settings, len(variables), (*path, "runs", run))
            for run, entry in stated.items()
        )
    else:
        raise DeckError("expected runs by name, each with its learning rate", (*path, "runs"))
    unstated = tuple(
        choice(entry, UNSTATED, (*path, "unstated", place))
        for place, entry in enumerate(settings.get("unstated") or ())
    )
    for place, entry in enumerate(unstated):
        if all(getattr(run, entry) is not None for run in runs):
            raise unneeded(entry, (*path, "unstated", place))
    return GradientDescent(name, objective, variables, runs, unstated)


def _in_entries(objective: Tree, free: Mapping[str, Symbol], where: KeyPath) -> Tree:
    """An objective of vectors or matrices as a formula of their entries: one number, x x + y y."""
    if not any(isinstance(part, Tuple | Matrix) for part in walk(objective)):
        return objective
    written: Tree | tuple[Tree, ...] = evaluate(objective, free, TREES)
    if isinstance(written, tuple):
        raise DeckError("the objective is a vector or a matrix; expected one number", where)
    return written


def _objective(settings: Mapping[str, Any], path: KeyPath) -> tuple[Tree, tuple[Symbol, ...]]:
    where = (*path, "objective")
    source = text(required(settings, "objective", path), where)
    try:
        objective = parse(source)
    except FormulaError as error:
        raise DeckError("the objective is not understood: {error}", where, error=error) from None
    free = {
        key: symbol for key, symbol in free_symbols(objective).items() if key not in ("e", r"\pi")
    }
    named = settings.get("variables")
    if named is None:
        variables = tuple(free.values())
    else:
        variables = tuple(
            _variable(entry, (*path, "variables", place)) for place, entry in enumerate(named)
        )
        extra = sorted(free.keys() - {variable.key for variable in variables})
        if extra:
            raise DeckError("the objective's symbol {name} is not a variable", where, name=extra[0])
    if not 1 <= len(variables) <= 2:
        raise DeckError("expected one or two variables, found {found}", where, found=len(variables))
    try:
        objective = _in_entries(objective, free, where)
        _check_slopes(objective, variables, where)
        probe = {variable.key: MPMATH.number("0.5") for variable in variables}
        evaluate(objective, probe, MPMATH)
    except EvaluationError as error:
        # A point outside the domain is no fault; a name without a value is.
        if "has no value" in str(error) or "not defined" in str(error):
            raise DeckError(
                "the objective cannot be computed: {error}", where, error=error
            ) from None
    return objective, variables


def _check_slopes(objective: Tree, variables: tuple[Symbol, ...], where: KeyPath) -> None:
    try:
        for variable in variables:
            slope(objective, variable)
    except EvaluationError as error:
        raise DeckError("the objective has no derivative: {error}", where, error=error) from None


def _variable(value: Any, path: KeyPath) -> Symbol:
    try:
        found = parse(text(value, path))
    except FormulaError as error:
        raise DeckError("the variable is not understood: {error}", path, error=error) from None
    if not isinstance(found, Symbol):
        raise DeckError("expected the name of a variable, found {value!r}", path, value=value)
    return found


def _read_run(
    name: str,
    settings: Mapping[str, Any],
    shared: Mapping[str, Any],
    variables: int,
    path: KeyPath,
) -> Run:
    def stated(key: str) -> tuple[Any, KeyPath]:
        if settings.get(key) is not None:
            return settings[key], (*path, key)
        return shared.get(key), (*path[:2], key)

    rate, rate_path = stated("learning_rate")
    if rate is None:
        raise DeckError("the key 'learning_rate' is missing", path)
    start, start_path = stated("start")
    tolerance, tolerance_path = stated("tolerance")
    stop, stop_path = stated("stop")
    iterations, iterations_path = stated("iterations")
    if isinstance(start, str | int | float):
        start = [start]
    run = Run(
        name,
        learning_rate(rate, rate_path),
        None
        if start is None
        else numbers(start, start_path, variables, Phrase("one for each variable")),
        None if tolerance is None else number(tolerance, tolerance_path),
        None if stop is None else choice(stop, STOPS, stop_path),
        None if iterations is None else count(iterations, iterations_path),
    )
    if run.stop == "count" and run.iterations is None:
        raise DeckError("the stop 'count' needs the key 'iterations'", stop_path)
    return run
