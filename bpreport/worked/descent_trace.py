"""Descent runs as a trace: iterates defined by trees at 50 digits, all of them as series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bpreport.formula.tree import Symbol, Tree, substitute
from bpreport.worked.descending import LIMIT, OUTCOMES, Paths
from bpreport.worked.steps import Steps, product
from bpreport.worked.trace import Role, Trace

if TYPE_CHECKING:
    from bpreport.worked.descent import GradientDescent, SettledRun

__all__ = ["DEFINED", "trace"]

DEFINED = 200
"""Updates of one run that become quantities; a longer run is told by its series alone, and its
result then has the digits of float64."""


def trace(
    descent: GradientDescent,
    settled: Sequence[SettledRun],
    paths: Mapping[str, Paths],
    tied: frozenset[str],
    assumed: tuple[str, ...],
) -> Trace:
    """The trace of all runs, whose numbers `paths` holds.

    Of the runs that are `tied`, float64 cannot tell after which update they stop.
    """
    steps = Steps()
    roles: dict[str, Role] = {}
    series, runs = {}, {}
    for run in settled:
        found = paths[run.name]
        done = int(found.counts[0])
        iterates = found.iterates[:, :, 0]
        series[f"{run.name}.iterates"] = iterates[:, 0] if iterates.shape[1] == 1 else iterates
        series[f"{run.name}.values"] = found.objectives[:, 0]
        runs[run.name] = {
            "iterations": done,
            "most": LIMIT if run.iterations is None else run.iterations,
            "tied": run.name in tied,
            "outcome": OUTCOMES[found.outcomes[0]],
            "learning_rate": run.learning_rate,
            "start": run.start,
            "tolerance": run.tolerance,
            "stop": run.stop,
            "exact": done <= DEFINED,
        }
        _quantities(descent, run, found, done, steps, roles)
    first = settled[0]
    conventions = {"stop": first.stop, "counting": "updates"}
    facts: dict[str, Any] = {
        "runs": runs,
        "objective": descent.objective,
        "gradient": descent.gradient,
        "variables": tuple(variable.key for variable in descent.variables),
        "assumed": assumed,
        "unstated": descent.unstated,
    }
    return Trace(
        descent.name, "gradient descent", steps.quantities, conventions, series, facts, roles
    )


def _quantities(
    descent: GradientDescent,
    run: SettledRun,
    found: Paths,
    done: int,
    steps: Steps,
    roles: dict[str, Role],
) -> None:
    mark = (f"({run.name})",) if len(descent.runs) > 1 else ()
    rate = steps.given(Symbol(r"\alpha", (), mark), run.learning_rate)
    roles[rate.key] = Role("learning rate", run.name)

    def iterate(variable: Symbol, n: int) -> Symbol:
        return Symbol(variable.base, (*variable.indices, str(n)), (*variable.marks, *mark))

    def value(n: int) -> Symbol:
        return Symbol("J", (str(n),), mark)

    def at(tree: Tree, n: int) -> Tree:
        names = {variable.key: iterate(variable, n) for variable in descent.variables}
        return substitute(
            tree, lambda part: names.get(part.key) if isinstance(part, Symbol) else None
        )

    for variable, digits in zip(descent.variables, run.start, strict=True):
        roles[steps.given(iterate(variable, 0), digits).key] = Role("start", run.name)
    steps.define(value(0), at(descent.objective, 0), "iterate")
    roles[value(0).key] = Role("value", run.name)
    for n in range(1, min(done, DEFINED) + 1):
        for variable, gradient in zip(descent.variables, descent.gradient, strict=True):
            before = iterate(variable, n - 1)
            after = before - product(rate, at(gradient, n - 1))
            steps.define(iterate(variable, n), after, "iterate")
            roles[iterate(variable, n).key] = Role("iterate", run.name)
        steps.define(value(n), at(descent.objective, n), "iterate")
        roles[value(n).key] = Role("value", run.name)

    def named(what: str) -> Symbol:
        return Symbol(f"{run.name}.{what}")

    steps.define(named("learning_rate"), rate, "given")
    if run.stop != "count":
        steps.given(named("tolerance"), run.tolerance)
    steps.result(named("iterations"), done, "result")
    whole = done <= DEFINED
    for place, variable in enumerate(descent.variables):
        suffix = f".{place + 1}" if len(descent.variables) > 1 else ""
        name = named(f"minimiser{suffix}")
        if whole:
            steps.define(name, iterate(variable, done), "result")
        else:
            steps.result(name, float(found.points[place, 0]), "result")
        roles[name.key] = Role("minimiser", run.name)
    if whole:
        steps.define(named("minimum"), value(done), "result")
    else:
        steps.result(named("minimum"), float(found.values[0]), "result")
    for what in ("iterations", "minimum"):
        roles[named(what).key] = Role(what, run.name)
