"""A gradient descent as code: objective and gradient from their trees, and every run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bpreport.formula import latex
from bpreport.formula.tree import Symbol
from bpreport.publish.identifiers import identifier, identifiers
from bpreport.publish.language import mark
from bpreport.publish.lowest import lowest
from bpreport.publish.notebook.cells import Cell, solution
from bpreport.publish.notebook.code import expression, literal, quoted
from bpreport.publish.notebook.script import Gettext, Part, Script, prefix_of
from bpreport.worked import GradientDescent, Trace

__all__ = ["script"]

STOPS = {
    "change of objective": "abs({J}(path[-1]) - {J}(path[-2])) <= tolerance",
    "objective": "abs({J}(path[-1])) <= tolerance",
    "gradient": "np.linalg.norm({gradient}(path[-1])) <= tolerance",
    "step": "np.linalg.norm(path[-1] - path[-2]) <= tolerance",
}
"""Stopping rules; without one, a run makes as many updates as it is allowed."""
TIED = mark(
    "Floats cannot tell when this run stops, for it meets its tolerance; the count is exact."
)


def script(example: GradientDescent, trace: Trace, _ending: str, gettext: Gettext) -> Script:
    """The code of a descent with the settings of its trace."""
    name = prefix_of(example.name)
    writer = _Descent(example, trace, name, gettext)
    return Script((writer.functions(), writer.runs()), writer.value)


class _Descent:
    def __init__(self, example: GradientDescent, trace: Trace, name: str, gettext: Gettext) -> None:
        self.example, self.trace, self.name, self.gettext = example, trace, name, gettext
        self.settings: Mapping[str, Any] = trace.facts["runs"]
        self.run_names = identifiers(map(Symbol, self.settings))
        self.several = len(example.variables) > 1
        self.variables = [identifier(variable) for variable in example.variables]
        self.keys = {variable.key: one for variable, one
                     in zip(example.variables, self.variables, strict=True)}  # fmt: skip

    def functions(self) -> Part:
        """The objective and its gradient."""
        point = "point" if self.several else self.variables[0]
        unpacked = [f"    {', '.join(self.variables)} = point"] if self.several else []
        slopes = [expression(part, self.keys) for part in self.example.gradient]
        gradient = f"np.array([{', '.join(slopes)}])" if self.several else slopes[0]
        value = expression(self.example.objective, self.keys)
        told = self.gettext("The objective.")
        also_told = self.gettext("The gradient of the objective.")
        lines = [
            f"def {self.name}_J({point}):",
            f'    """{told}"""',
            *unpacked,
            f"    return {value}",
            "",
            "",
            f"def {self.name}_gradient({point}):",
            f'    """{also_told}"""',
            *unpacked,
            *solution([f"return {gradient}"], "    "),
        ]
        label = f"{self.example.name}-gradient"
        cell = Cell("\n".join(lines), "solution", label)
        return Part("objective", label, (), (cell,))

    def runs(self) -> Part:
        """The iterates of every run, and a plot."""
        label = f"{self.example.name}-runs"
        J, gradient = f"{self.name}_J", f"{self.name}_gradient"
        rules = {run: "count" if settings["tied"] else settings["stop"]
                 for run, settings in self.settings.items()}  # fmt: skip
        several = len(set(rules.values())) > 1
        step = f"path.append(path[-1] - learning_rate * {gradient}(path[-1]))"
        loop = [f"path = [{'np.array(start, dtype=float)' if self.several else 'start'}]",
                "while len(path) <= most:", f"    {step}"]  # fmt: skip
        for rule in (rule for rule in STOPS if rule in rules.values()):
            asked = f"stop == {quoted(rule)} and " if several else ""
            met = STOPS[rule].format(J=J, gradient=gradient)
            loop += [f"    if {asked}{met}:", "        break"]
        loop.append("return np.array(path)")
        told = self.gettext("All iterates from the start to the last.")
        stop = "stop, " if several else ""
        lines = [f"def {self.name}_descend(start, learning_rate, {stop}tolerance, most):",
                 f'    """{told}"""', *solution(loop, "    "), "", ""]  # fmt: skip
        for run, settings in self.settings.items():
            start = ", ".join(map(literal, settings["start"]))
            start = f"[{start}]" if self.several else start
            stop = f"{quoted(rules[run])}, " if several else ""
            most = settings["iterations"] if settings["tied"] else settings["most"]
            rate, tolerance = literal(settings["learning_rate"]), literal(settings["tolerance"])
            if settings["tied"]:
                lines.append(f"# {self.gettext(TIED)}")
            call = f"{start}, {rate}, {stop}{tolerance}, {most}"
            lines.append(f"{self._path(run)} = {self.name}_descend({call})")
        counts = [f"assert len({self._path(run)}) == {1 + settings['iterations']}"
                  for run, settings in self.settings.items()]  # fmt: skip
        cells = (
            Cell("\n".join(lines), "solution", label),
            Cell("\n".join(counts), "check", f"{label}-counts"),
            Cell("\n".join(self._plot()), "code", f"{label}-plot"),
        )
        return Part("run", label, ("@",), cells)

    def _path(self, run: str) -> str:
        return f"{self.name}_{self.run_names[run]}"

    def value(self, key: str, _right: Any) -> str | None:
        """The expression for a key: of a result of a run, or of an iterate."""
        run, _, what = key.rpartition(".")
        place = re.fullmatch(r"(.+)\.minimiser", run)
        if place and what.isdigit():
            return f"{self._path(place[1])}[-1, {int(what) - 1}]"
        if run in self.settings:
            path = self._path(run)
            found = {"iterations": f"len({path}) - 1", "minimiser": f"{path}[-1]",
                     "minimum": f"{self.name}_J({path}[-1])"}.get(what)  # fmt: skip
            return None if what == "minimiser" and self.several else found
        return self._iterate(key)

    def _iterate(self, key: str) -> str | None:
        quantity = self.trace.quantities.get(key)
        role = self.trace.roles.get(key)
        if quantity is None or role is None or not isinstance(quantity.symbol, Symbol):
            return None
        if role.kind not in ("iterate", "value"):
            return None
        *before, count = quantity.symbol.indices
        at = f"{self._path(role.unit)}[{count}]"
        if role.kind == "value":
            return f"{self.name}_J({at})"
        if not self.several:
            return at
        own = Symbol(quantity.symbol.base, tuple(before)).key
        places = [variable.key for variable in self.example.variables]
        return f"{at}[{places.index(own)}]" if own in places else None

    def _plot(self) -> list[str]:
        """The paths on the objective, and how its value falls."""
        pairs = ", ".join(f"({quoted(run)}, {self._path(run)})" for run in self.settings)
        J = f"{self.name}_J"
        lines = [
            'figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.5), layout="constrained")',
            f"for name, path in [{pairs}]:",
            *(f"    {line}" for line in self._path_lines()),
            f"    right.plot([{J}(point) for point in path], label=name)",
            *self._landscape(),
        ]
        names = [f"${latex(one)}$" for one in self.example.variables]
        x, y = names if self.several else (names[0], "$J$")
        to_zero = lowest(self.trace, self.example) == 0
        falling = to_zero and all((values > 0).all() for series, values in self.trace.series.items()
                      if series.endswith(".values"))  # fmt: skip
        return [
            *lines,
            f"left.set(xlabel={quoted(x)}, ylabel={quoted(y)})",
            f'right.set(xlabel="$k$", ylabel="$J$", yscale="{"log" if falling else "linear"}")',
            "left.legend()",
            "plt.show()",
        ]

    def _path_lines(self) -> list[str]:
        if self.several:
            return ['left.plot(path[:, 0], path[:, 1], "o-", label=name)']
        return [f'left.plot(path, [{self.name}_J(point) for point in path], "o", label=name)']

    def _landscape(self) -> list[str]:
        """The objective where the paths run."""
        paths = ", ".join(map(self._path, self.settings))
        everywhere = f"np.concatenate([{paths}])"
        if not self.several:
            return [
                f"points = {everywhere}",
                "grid = np.linspace(points.min(), points.max(), 200)",
                f'left.plot(grid, [{self.name}_J(point) for point in grid], color="grey")',
            ]
        return [
            f"points = {everywhere}",
            "low, high = points.min(axis=0), points.max(axis=0)",
            "margin = 0.2 * (high - low).max()",
            "grid = np.meshgrid(*np.linspace(low - margin, high + margin, 100).T)",
            f'left.contour(*grid, {self.name}_J(grid), levels=15, colors="grey", linewidths=0.5)',
        ]
