"""A perceptron as code: one step quantity by quantity, and all iterations with matrices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bpreport.formula import latex
from bpreport.formula.tree import Symbol
from bpreport.publish.notebook.cells import Cell, solution
from bpreport.publish.notebook.code import expression, literal, quoted
from bpreport.publish.notebook.script import Gettext, Part, Script, named, parts_of, prefix_of
from bpreport.publish.numbers import exact
from bpreport.worked import Perceptron, Quantity, Trace
from bpreport.worked.activations import ACTIVATION_TREES
from bpreport.worked.perceptron_trace import BEYOND

__all__ = ["script"]

LOSSES = {
    ("half squared error", False): "0.5 * np.sum((target - out) ** 2)",
    ("half squared error", True): "0.5 * np.sum((target - out) ** 2)",
    ("cross-entropy", True): "-np.sum(target * np.log(out))",
    ("cross-entropy", False): "-np.sum(target * np.log(out) + (1 - target) * np.log(1 - out))",
}
"""The error of a sample, by loss and whether the outputs are a softmax."""


def script(example: Perceptron, trace: Trace, ending: str, gettext: Gettext) -> Script:
    """The code of a perceptron under the conventions of its trace."""
    names = named((quantity.symbol for quantity in trace.quantities.values()), ending)

    def group(quantity: Quantity) -> tuple[str, str]:
        role = trace.roles.get(quantity.key)
        if role is None or quantity.stage in ("given", "error"):
            return quantity.stage, ""
        # Each output of a softmax depends on its whole layer.
        whole = example.activations[-1] == "softmax" and role.layer == len(example.layers) - 1
        if quantity.stage == "backward" and not whole:
            return quantity.stage, role.unit
        layer = example.layers[role.layer][0] if role.layer >= 0 else ""
        return quantity.stage, layer

    parts = parts_of(trace, names, _typed(example, trace), group, gettext)
    run = _Run(example, trace, names, gettext)
    return Script((*parts, run.part()), run.value, names)


def _typed(example: Perceptron, trace: Trace) -> dict[str, str]:
    """What is given, in the digits that were typed."""
    found = {
        symbol.key: digits
        for connection in example.connections
        for symbols, values in zip(connection.symbols, connection.values, strict=True)
        for symbol, digits in zip(symbols, values, strict=True)
    }
    found |= {symbol.key: digits for row in example.biases for symbol, digits in row}
    for kind, digits in (("input", example.inputs[0]), ("target", example.targets[0])):
        keys = [key for key, role in trace.roles.items() if role.kind == kind]
        found |= dict(zip(keys, digits, strict=True))
    rest = (q for q in trace.quantities.values() if q.stage == "given" and q.key not in found)
    found |= {quantity.key: exact(quantity.value, 30) for quantity in rest}
    return {key: literal(digits) for key, digits in found.items()}


class _Run:
    """All iterations: a function with matrices, what holds its results, and a plot of them."""

    def __init__(
        self, example: Perceptron, trace: Trace, names: Mapping[str, str], gettext: Gettext
    ) -> None:
        self.example, self.trace, self.names, self.gettext = example, trace, names, gettext
        self.name = prefix_of(example.name)
        self.softmax = example.activations[-1] == "softmax"
        self.trained = trace.conventions["biases"] == "trained" and bool(example.biases)
        self.sequential = trace.conventions["update"] == "sequential"

    def part(self) -> Part:
        """The cells."""
        label = f"{self.example.name}-run"
        call = (
            f"{self.name}_out, {self.name}_error, {self.name}_weights, {self.name}_biases = "
            f"{self.name}_train({self.example.iterations})"
        )
        train = Cell("\n".join([*self._function(), "", "", call]), "solution", label)
        check = Cell(
            "\n".join(["# " + self.gettext("One update is the step that was computed above."),
                       *self._first_step()]), "check", f"{label}-step",
        )  # fmt: skip
        plot = Cell("\n".join(self._plot()), "code", f"{label}-plot")
        cells = (train, check, plot) if self.example.iterations else (train, plot)
        return Part("run", label, ("@",), cells)

    # -- the function

    def _function(self) -> list[str]:
        told = self.gettext("Outputs, error, weights and biases after 0, 1, … updates.")
        return [
            *self._activations(),
            f"def {self.name}_train(updates):",
            f'    """{told}"""',
            *self._given(),
            *solution(self._loop(), "    "),
        ]

    def _activations(self) -> list[str]:
        """The activations and their slopes, written in the outputs, from their trees."""
        lines = []
        z, a = Symbol("z"), Symbol("a")
        for name in dict.fromkeys(self.example.activations):
            if name == "softmax":
                lines += ["def softmax(z):", "    return np.exp(z) / np.sum(np.exp(z))", "", ""]
                continue
            value, slope = ACTIVATION_TREES[name]
            function = expression(value(z), {"z": "z"})
            # Of a rectified unit, the output is positive where the pre-activation is.
            derivative = expression(slope(a, a), {"a": "a"})
            ones = "np.ones_like(a)" if derivative == "1" else derivative
            lines += [f"def {name}(z):", f"    return {function}", "", ""]
            lines += [f"def {name}_slope(a):", f"    return {ones}", "", ""]
        return lines

    def _given(self) -> list[str]:
        example, names = self.example, self.names
        lines = [f"    inputs = {_rows(self._samples('input', example.inputs))}",
                 f"    targets = {_rows(self._samples('target', example.targets))}",
                 "    W = ["]  # fmt: skip
        for connection in example.connections:
            targets = range(len(connection.symbols[0]))
            rows = [[names[row[unit].key] for row in connection.symbols] for unit in targets]
            lines.append(f"        {_rows(rows)},")
        lines += ["    ]", "    b = ["]
        for depth in range(len(example.connections)):
            row = example.biases[depth] if example.biases else ()
            entries = ", ".join(names[symbol.key] for symbol, _ in row) or "0"
            lines.append(f"        np.array([{entries}]),")
        rate = next(names[key] for key, role in self.trace.roles.items()
                    if role.kind == "learning rate")  # fmt: skip
        return [*lines, "    ]", f"    rate = {rate}"]

    def _samples(self, kind: str, typed: Sequence[Sequence[str]]) -> list[list[str]]:
        """The samples: the first by the names that its numbers have."""
        keys = [key for key, role in self.trace.roles.items() if role.kind == kind]
        return [
            [self.names[key] for key in keys],
            *([literal(digits) for digits in row] for row in typed[1:]),
        ]

    def _loop(self) -> list[str]:
        example = self.example
        functions = ", ".join(example.activations)
        slopes = ", ".join(f"{name}_slope" for name in example.activations[:-1])
        back = "        back = W[layer].T @ delta"
        update = "        W[layer] = W[layer] - rate * np.outer(delta, layers[layer])"
        after = "  # " + self.gettext("with the new weights")
        steps = [update, back + after] if self.sequential else [back, update]
        if self.trained:
            shared = "        b[layer] = b[layer] - rate * {}"
            steps.append(shared.format(
                "(delta.sum() if len(b[layer]) < len(delta) else delta)"
            ))  # fmt: skip
        lines = [
            "outs, errors, weights, biases = [], [], [], []",
            "for k in range(updates + 1):",
            "    layers = [inputs[k % len(inputs)]]",
            "    target = targets[k % len(targets)]",
            f"    for matrix, bias, f in zip(W, b, [{functions}]):",
            "        layers.append(f(matrix @ layers[-1] + bias))",
            "    out = layers[-1]",
            "    outs.append(out)",
            f"    errors.append({LOSSES[example.loss, self.softmax]})",
            "    weights.append(list(W))",
            "    biases.append(list(b))",
            f"    delta = {self._delta()}",
            "    for layer in reversed(range(len(W))):",
            *(f"    {step}" if not step.startswith("        ") else step for step in steps),
        ]
        if slopes:
            chosen = f"[{slopes}][layer - 1](layers[layer])"
            lines += ["        if layer:", f"            delta = back * {chosen}"]
        return [*lines, "return np.array(outs), np.array(errors), weights, biases"]

    def _delta(self) -> str:
        """The derivative of the error by the pre-activations of the last layer."""
        if self.softmax:
            return "out * target.sum() - target"
        if self.example.loss == "cross-entropy":
            return "out - target"
        return f"(out - target) * {self.example.activations[-1]}_slope(out)"

    # -- its results

    def _first_step(self) -> list[str]:
        lines = []
        for depth, connection in enumerate(self.example.connections):
            targets = range(len(connection.symbols[0]))
            rows = [[self.names[f"{row[unit].key}^{{+}}"] for row in connection.symbols]
                    for unit in targets]  # fmt: skip
            lines += [
                "assert np.allclose(",
                f"    {self.name}_weights[1][{depth}],",
                "    [",
                *(f"        [{', '.join(row)}]," for row in rows),
                "    ],",
                ")",
            ]
        return lines

    def value(self, key: str, right: Any) -> str | None:
        """The expression for a key."""
        name, _, iteration = key.partition("@")
        if not iteration:
            return self.names.get(name) if name in self.trace.quantities else None
        place = self._place(name)
        if place is None:
            return None
        series, column, code = place
        for updates in (int(iteration), int(iteration) - 1, int(iteration) + 1):
            values = self.trace.facts["run"][series]
            last = min(self.example.iterations + 1, len(values) - BEYOND)
            if 0 <= updates < last:
                found = values[updates] if column is None else values[updates][column]
                if abs(float(found) - float(right)) <= 1e-9 * max(abs(float(right)), 1e-9):
                    return code.format(updates=updates)
        return None

    def _place(self, key: str) -> tuple[str, int | None, str] | None:
        """The series of the trace that a key is in, its column, and the code for it."""
        role = self.trace.roles.get(key)
        if key in self.trace.facts["weights"]:
            column = self.trace.facts["weights"].index(key)
            for depth, connection in enumerate(self.example.connections):
                for source, row in enumerate(connection.keys):
                    if key in row:
                        where = f"[{{updates}}][{depth}][{row.index(key)}, {source}]"
                        return "weights", column, f"{self.name}_weights{where}"
        if key in self.trace.facts["biases"]:
            column = self.trace.facts["biases"].index(key)
            for depth, row_of in enumerate(self.example.biases):
                own = [symbol.key for symbol, _ in row_of]
                if key in own:
                    where = f"[{{updates}}][{depth}][{own.index(key)}]"
                    return "biases", column, f"{self.name}_biases{where}"
        if role is not None and role.kind == "error" and not role.unit:
            return "error", None, f"{self.name}_error[{{updates}}]"
        outs = [one for one, found in self.trace.roles.items()
                if found.kind == "out" and found.layer == len(self.example.layers) - 1]  # fmt: skip
        if key in outs:
            column = outs.index(key)
            return "out", column, f"{self.name}_out[{{updates}}, {column}]"
        return None

    def _plot(self) -> list[str]:
        last = len(self.example.layers) - 1
        outs = [latex(self.trace.quantities[key].symbol) for key, role in self.trace.roles.items()
                if role.kind == "out" and role.layer == last]  # fmt: skip
        whole = next(self.trace.quantities[key].symbol for key, role in self.trace.roles.items()
                     if role.kind == "error" and not role.unit)  # fmt: skip
        labels = ", ".join(quoted(f"${out}$") for out in outs)
        return [
            'figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.5), layout="constrained")',
            f"left.plot({self.name}_error)",
            f'left.set(xlabel="$k$", ylabel={quoted(f"${latex(whole)}$")})',
            f"right.plot({self.name}_out, label=[{labels}])",
            'right.set(xlabel="$k$")',
            "right.legend()",
            "plt.show()",
        ]


def _rows(rows: Sequence[Sequence[str]]) -> str:
    return f"np.array({_nested(rows)})"


def _nested(rows: Sequence[Sequence[str]]) -> str:
    return "[" + ", ".join(f"[{', '.join(row)}]" for row in rows) + "]"
