"""A regression as code: the trees of one sample, read as arrays over all samples."""

from __future__ import annotations

import re
from typing import Any

from bpreport.formula import latex
from bpreport.formula.tree import (
    Apply,
    Derivative,
    Symbol,
    Tree,
    children,
    rebuild,
    walk,
)
from bpreport.publish.notebook.cells import Cell, solution
from bpreport.publish.notebook.code import assignment
from bpreport.publish.notebook.script import (
    Gettext,
    Part,
    Script,
    array,
    named,
    prefix_of,
    to_compute,
)
from bpreport.publish.numbers import exact
from bpreport.worked import LinearRegression, LogisticRegression, Trace

__all__ = ["script"]

Regression = LinearRegression | LogisticRegression


def script(example: Regression, trace: Trace, ending: str, gettext: Gettext) -> Script:
    """The code of a regression."""
    return _Regression(example, trace, ending, gettext).script()


def folded(node: Tree, samples: int) -> Tree:
    r"""A tree over samples as one over arrays: sums over all of them become one sum.

    >>> from bpreport.formula import parse
    >>> tree = parse(r"(h^{(1)} - y^{(1)})^2 + (h^{(2)} - y^{(2)})^2")
    >>> from bpreport.formula import describe
    >>> describe(folded(tree, 2))
    'sum(power(add(h, negative(y)), 2))'
    """
    if isinstance(node, Symbol):
        return Symbol(node.base, node.indices, tuple(m for m in node.marks if not _counts(m)))
    parts = children(node)
    if isinstance(node, Apply) and node.operation == "add" and samples > 1:
        size, rest = divmod(len(parts), samples)
        chunks = [parts[at * size : (at + 1) * size] for at in range(samples)]
        if (
            size
            and not rest
            and all(_marks(chunk) == {f"({number})"} for number, chunk in enumerate(chunks, 1))
        ):
            same = {tuple(folded(part, samples) for part in chunk) for chunk in chunks}
            if len(same) == 1:
                (terms,) = same
                return Apply("sum", (terms[0] if size == 1 else Apply("add", terms),))
    return rebuild(node, tuple(folded(part, samples) for part in parts)) if parts else node


def _marks(trees: tuple[Tree, ...]) -> set[str]:
    """The samples that trees read."""
    return {
        _mark(mark)
        for tree in trees
        for part in walk(tree)
        if isinstance(part, Symbol)
        for mark in part.marks
        if _counts(mark)
    }


def _mark(mark: str | Tree) -> str:
    return mark if isinstance(mark, str) else Symbol("", (mark,)).key.strip("_{}")


def _counts(mark: str | Tree) -> bool:
    return re.fullmatch(r"\(\d+\)", _mark(mark)) is not None


class _Regression:
    def __init__(self, example: Regression, trace: Trace, ending: str, gettext: Gettext) -> None:
        self.example, self.trace, self.gettext = example, trace, gettext
        self.samples = example.samples
        self.single = self.samples.count == 1
        """One sample is no array."""
        self.name = prefix_of(example.name)
        self.folds = {
            key: self._fold(quantity.symbol) for key, quantity in trace.quantities.items()
        }
        self.names = named(self.folds.values(), ending)

    def _fold(self, symbol: Tree) -> Symbol | Derivative:
        found = folded(symbol, self.samples.count)
        assert isinstance(found, Symbol | Derivative)
        return found

    def script(self) -> Script:
        """All parts."""
        parts = [self._given(), *self._step(), self._run()]
        if any(quantity.stage == "result" for quantity in self.trace.quantities.values()):
            parts.append(self._minimiser())
        return Script(tuple(parts), self.value, self.names)

    def _given(self) -> Part:
        columns: dict[str, list[str]] = {}
        for key, quantity in self.trace.quantities.items():
            if quantity.stage == "given":
                columns.setdefault(self.folds[key].key, []).append(exact(quantity.value, 30))
        lines = []
        sampled = {self.folds[key].key for key in self.trace.quantities
                   if _marks((self.trace.quantities[key].symbol,))}  # fmt: skip
        for key, digits in columns.items():
            written = array(digits) if key in sampled and not self.single else digits[0]
            lines += f"{self.names[key]} = {written}".split("\n")
        label = f"{self.example.name}-given"
        return Part("given", label, tuple(self._keys("given")),
                    (Cell("\n".join(lines), "code", label),))  # fmt: skip

    def _keys(self, stage: str) -> list[str]:
        return [key for key, quantity in self.trace.quantities.items() if quantity.stage == stage]

    def _lines(self, stage: str) -> tuple[list[str], list[str]]:
        """The names that a stage computes, and the lines that do."""
        names, lines = [], []
        for key in self._keys(stage):
            formula = self.trace.quantities[key].formula
            name = self.names[self.folds[key].key]
            if formula is not None and name not in names:
                names.append(name)
                tree = folded(formula, self.samples.count)
                lines += assignment(name, tree, self.names).split("\n")
        return names, lines

    def _step(self) -> list[Part]:
        parts = []
        for stage in ("model", "objective", "gradient", "update"):
            names, lines = self._lines(stage)
            if names:
                label = f"{self.example.name}-{stage}"
                cell = to_compute(names, lines, label, self.gettext)
                parts.append(Part(stage, label, tuple(self._keys(stage)), (cell,)))
        return parts

    def _run(self) -> Part:
        label = f"{self.example.name}-run"
        first = self.samples.first
        thetas = [self.names[rf"\theta_{{{first + j}}}"] for j in range(self.samples.features)]
        after = [self.names[rf"\theta_{{{first + j}}}^{{+}}"]
                 for j in range(self.samples.features)]  # fmt: skip
        objective = self.names[self._objective]
        body = [line for stage in ("model", "objective") for line in self._lines(stage)[1]]
        step = [line for stage in ("gradient", "update") for line in self._lines(stage)[1]]
        loop = [
            "parameters, objective = [], []",
            "for k in range(updates + 1):",
            *(f"    {line}" for line in body),
            f"    parameters.append([{', '.join(thetas)}])",
            f"    objective.append({objective})",
            *(f"    {line}" for line in step),
            f"    {', '.join(thetas)} = {', '.join(after)}",
            "return np.array(parameters), np.array(objective)",
        ]
        told = self.gettext("Parameters and objective after 0, 1, … updates.")
        arguments = ", ".join(thetas)
        results = f"{self.name}_parameters, {self.name}_objective"
        lines = [
            f"def {self.name}_train({arguments}, updates):",
            f'    """{told}"""',
            *solution(loop, "    "),
            "",
            "",
            f"{results} = {self.name}_train({arguments}, {self.samples.iterations})",
        ]
        cells = [Cell("\n".join(lines), "solution", label)]
        if self.samples.iterations:
            told = "# " + self.gettext("One update is the step that was computed above.")
            one = f"assert np.allclose({self.name}_parameters[1], [{', '.join(after)}])"
            cells.append(Cell(f"{told}\n{one}", "check", f"{label}-step"))
        cells.append(Cell("\n".join(self._plot()), "code", f"{label}-plot"))
        return Part("run", label, ("@",), tuple(cells))

    @property
    def _objective(self) -> str:
        return next(key for key, role in self.trace.roles.items() if role.kind == "objective")

    def _columns(self) -> str:
        first = self.samples.first
        names = [self.names[rf"x_{{{first + j}}}"] for j in range(self.samples.features)]
        entries = ", ".join(names)
        return f"np.array([[{entries}]])" if self.single else f"np.stack([{entries}], axis=1)"

    def _minimiser(self) -> Part:
        """The minimiser by a second way."""
        label = f"{self.example.name}-minimiser"
        y = f"np.array([{self.names['y']}])" if self.single else self.names["y"]
        name = f"{self.name}_minimiser"
        if isinstance(self.example, LinearRegression):
            lines = [f"{name} = np.linalg.lstsq({self._columns()}, {y}, rcond=None)[0]"]
        else:
            lines = [
                f"X = {self._columns()}",
                f"{name} = np.zeros(X.shape[1])",
                "for _ in range(100):",
                f"    model = 1 / (1 + np.exp(-(X @ {name})))",
                "    hessian = (X.T * (model * (1 - model))) @ X",
                f"    {name} = {name} - np.linalg.solve(hessian, X.T @ (model - {y}))",
            ]
        cell = to_compute([name], lines, label, self.gettext)
        return Part("result", label, tuple(self._keys("result")), (cell,))

    def value(self, key: str, right: Any) -> str | None:
        """The expression for a key: an entry of an array for what a sample has of its own."""
        name, _, iteration = key.partition("@")
        role, quantity = self.trace.roles.get(name), self.trace.quantities.get(name)
        if role is None or quantity is None:
            return None
        if iteration:
            return self._after(role.kind, role.unit, int(iteration), right)
        if role.kind == "minimiser":
            return f"{self.name}_minimiser[{role.unit}]"
        written = self.names[self.folds[name].key]
        marks = _marks((quantity.symbol,))
        return (
            f"{written}[{int(marks.pop().strip('()')) - 1}]"
            if marks and not self.single
            else written
        )

    def _after(self, kind: str, unit: str, iteration: int, right: Any) -> str | None:
        for updates in (iteration, iteration - 1, iteration + 1):
            if not 0 <= updates <= self.samples.iterations:
                continue
            if kind == "parameter":
                found = self.trace.series["parameters"][updates][int(unit)]
                code = f"{self.name}_parameters[{updates}, {unit}]"
            elif kind == "objective":
                found = self.trace.series["objective"][updates]
                code = f"{self.name}_objective[{updates}]"
            else:
                return None
            if abs(float(found) - float(right)) <= 1e-9 * max(abs(float(right)), 1e-9):
                return code
        return None

    def _plot(self) -> list[str]:
        first, lines = self.samples.first, []
        objective = latex(self.trace.quantities[self._objective].symbol)
        if (
            self.samples.features - (first == 0) == 1 and not self.single
        ):  # one feature: the samples can be drawn
            x, y = self.names["x_{1}"], self.names["y"]
            model = "line" if isinstance(self.example, LinearRegression) else "curve"
            theta = f"{self.name}_parameters[-1]"
            inner = f"{theta}[0] + {theta}[1] * {model}" if first == 0 else f"{theta}[0] * {model}"
            drawn = f"left.plot({model}, fitted)"
            if model == "curve":
                drawn = f"left.plot({model}, 1 / (1 + np.exp(-fitted)))"
            lines = [f"{model} = np.linspace({x}.min(), {x}.max(), 200)",
                     f"fitted = {inner}", f'left.plot({x}, {y}, "o")', drawn,
                     'left.set(xlabel="$x$", ylabel="$y$")']  # fmt: skip
        else:
            lines = [f"left.plot({self.name}_parameters)",
                     'left.set(xlabel="$k$", ylabel=r"$\\theta$")']  # fmt: skip
        return [
            'figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.5), layout="constrained")',
            *lines,
            f"right.plot({self.name}_objective)",
            rf'right.set(xlabel="$k$", ylabel=r"${objective}$")',
            "plt.show()",
        ]
