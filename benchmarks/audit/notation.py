r"""How notes write a worked example: the symbol of every key, and the front matter that says so.

Four ways to write a network: net/out with weights numbered through; z/a with a mark for the layer
and weights w^{(1)}_{ij}; z/h and \hat{y}; and v_{ij}, w_{jk} with outputs y and O.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random

from benchmarks.audit.descents import Descent
from benchmarks.audit.examples import Example
from benchmarks.audit.perceptrons import Perceptron
from benchmarks.audit.regressions import Regression

__all__ = ["Notation", "of_descent", "of_perceptron", "of_regression"]


@dataclass
class Notation:
    """What a deck calls its quantities, and how it sets a product and the sigmoid."""

    style: str
    symbols: dict[str, str]
    """LaTeX by key."""
    dot: str
    sigmoid: str = ""
    r"""A function's name such as \sigma, or empty: the fraction is written out."""
    declarations: tuple[str, ...] = ()
    """Formulas that say what a function is."""
    front_matter: list[str] = field(default_factory=list)
    """Of the worked example, without its name."""
    rows: dict[str, str] = field(default_factory=dict)
    """Head of a row of values, by "outputs" and "weights"."""


def _partial(above: str, below: str) -> str:
    return rf"\frac{{\partial {above}}}{{\partial {below}}}"


def _looks(random: Random, letter: str) -> tuple[str, str, tuple[str, ...]]:
    """Sign of a product; the sigmoid's name and what declares it."""
    dot = random.choice((" * ", r" \cdot ", r" \times "))
    sigmoid = random.choice(("", "", r"\sigma"))
    fraction = rf"\sigma({letter}) = \frac{{1}}{{1 + e^{{-{letter}}}}}"
    return dot, sigmoid, (fraction,) if sigmoid else ()


# -- perceptrons


@dataclass(frozen=True)
class _Style:
    """One way to write a network."""

    layers: Callable[[int], list[str]]
    """Names of the layers, by the number of the last one."""
    keys: dict[str, str]
    """The key `notation` of the front matter."""
    indexed: bool
    """Weights with two indices, not one number."""
    rows: str
    """What a row of the outputs is called."""


def _letters(first: str, hidden: str, last: str) -> Callable[[int], list[str]]:
    return lambda count: [first, *hidden[: count - 1], last]


_STYLES = {
    "net/out": _Style(_letters("l", "hpq", "o"), {}, False, "O"),
    "z/a": _Style(
        _letters("x", "hpq", "y"),
        {"net": "z", "out": "a", "units": "layer", "error": "C", "target": "t"},
        True,
        "a",
    ),
    r"\hat{y}": _Style(
        _letters("x", "hgk", r"\hat{y}"),
        {"net": "z", "out": "layer", "units": "number", "error": "L", "target": "y"},
        False,
        r"\hat{y}",
    ),
    "v/w": _Style(
        _letters("x", "y", "O"),
        {"out": "layer", "units": "number", "target": "d"},
        True,
        "O",
    ),
}


def of_perceptron(net: Perceptron, example: Example, random: Random, unstated: bool) -> Notation:
    """A random notation for a network; `unstated`: update order and counting are left open."""
    names = [name for name in _STYLES if name != "v/w" or net.last <= 2]
    name = random.choice(names)
    style = _STYLES[name]
    layers = style.layers(net.last)
    keys = dict(style.keys)
    keys["learning_rate"] = random.choice((r"\eta", r"\alpha"))
    dot, sigmoid, declarations = _looks(random, keys.get("net", "z"))
    if "sigmoid" not in net.activations:
        sigmoid, declarations = "", ()
    nests = name == r"\hat{y}" and random.random() < 0.7
    symbols: dict[str, str] = {"rate": keys["learning_rate"]}
    error = keys.get("error", "E")
    symbols["total"] = error if "units" in keys else rf"{error}_{{total}}"
    for depth, size in enumerate(net.sizes):
        for unit in range(size):
            place = f"{depth}/{unit}"
            unit_name = f"{layers[depth]}{unit + 1}"
            layered = keys.get("units") == "layer"
            mark = f"_{unit + 1}^{{({depth + 1})}}" if layered else f"_{{{unit_name}}}"
            # Both are typed: z_{\hat{y}1} and z_{\hat{y}_1}.
            nested = f"_{{{layers[depth]}_{unit + 1}}}" if nests and not layered else mark
            symbols[f"net/{place}"] = keys.get("net", "net") + nested
            by_layer = depth == 0 or keys.get("out") == "layer"
            symbols[f"out/{place}"] = (
                f"{layers[depth]}_{unit + 1}" if by_layer else keys.get("out", "out") + mark
            )
            plain = f"_{unit + 1}" if "units" in keys else mark
            symbols[f"t/{place}"] = keys.get("target", "target") + plain
            symbols[f"error/{place}"] = error + plain
    weights = _weights(net, style, name, layers, symbols, random)
    biases = _biases(net, layers, symbols, random)
    _derived(net, example, symbols, random)
    settings = [
        "kind: perceptron",
        f"layers: {{{_pairs(zip(layers, map(str, net.sizes), strict=True))}}}",
        f"activation: {{{_pairs(zip(layers[1:], net.activations, strict=True))}}}",
        f"loss: {net.loss}",
        "given:",
        f"  {layers[0]}: {_row(net.inputs)}",
        f"  target: {_row(net.targets)}",
        *weights[0],
        *biases[0],
        f"weights: {{{weights[1]}}}",
        *biases[1],
        f"notation: {{{_pairs(keys.items())}}}",
        f"learning_rate: {net.rate}",
        "iterations: 120",
        "unstated: [update, counting]" if unstated else f"update: {net.update}",
    ]
    rows = {"outputs": style.rows}
    if not style.indexed:
        rows["weights"] = "w"
    return Notation(name, symbols, dot, sigmoid, declarations, settings, rows)


def _pairs(pairs: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{_quoted(key)}: {_quoted(value)}" for key, value in pairs)


def _quoted(text: str) -> str:
    """As YAML needs it: a backslash or a brace stands in quotes."""
    return f"'{text}'" if set("\\{}") & set(text) else text


def _row(digits: Iterable[str]) -> str:
    return f"[{', '.join(digits)}]"


def _weights(
    net: Perceptron, style: _Style, name: str, layers: list[str], symbols: dict[str, str],
    random: Random,
) -> tuple[list[str], str]:  # fmt: skip
    """Lines of `given`, and the value of `weights`; enters the symbols."""
    given, wiring = [], []
    flat: list[str] = []
    for depth, matrix in enumerate(net.weights, 1):
        before, after = net.sizes[depth - 1], net.sizes[depth]
        pair = f"{layers[depth - 1]}-{layers[depth]}"
        if not style.indexed:
            way = random.choice(("by target", "by source"))
            places = [(s, t) for s in range(before) for t in range(after)]
            if way == "by target":
                places.sort(key=lambda place: place[::-1])
            for source, unit in places:
                flat.append(matrix[source][unit])
                symbols[f"w/{depth}/{source}/{unit}"] = (
                    f"w_{len(flat)}" if len(flat) < 10 else f"w_{{{len(flat)}}}"
                )
            wiring.append((pair, way))
            continue
        letter = "w" if name == "z/a" or depth == net.last else "v"
        mark = f"^{{({depth})}}" if name == "z/a" else ""
        letters = random.choice(("ij", "ji")) if name == "z/a" else ("ij", "jk")[letter == "w"]
        for source in range(before):
            for unit in range(after):
                pair_of = f"{source + 1}{unit + 1}"
                index = pair_of if letters != "ji" else pair_of[::-1]
                symbols[f"w/{depth}/{source}/{unit}"] = f"{letter}{mark}_{{{index}}}"
        rows = ", ".join(map(_row, matrix))
        given.append(f"  {letter}{mark}: [{rows}]")
        wiring.append((pair, f"{letter}{mark}_{{{letters}}}"))
    if flat:
        given.append(f"  w: {_row(flat)}")
    return given, ", ".join(f"'{pair}': '{way}'" for pair, way in wiring)


def _biases(
    net: Perceptron, layers: list[str], symbols: dict[str, str], random: Random
) -> tuple[list[str], list[str]]:
    if not net.biases:
        return [], []
    trained = f"trained: {str(net.trained).lower()}"
    if not net.per_unit:
        for depth, _ in enumerate(net.biases, 1):
            symbols[f"b/{depth}/0"] = f"b_{depth}"
        return [f"  b: {_row(row[0] for row in net.biases)}"], [
            f"biases: {{per: layer, {trained}}}"
        ]
    numbered = random.random() < 0.5
    flat: list[str] = []
    for depth, row in enumerate(net.biases, 1):
        for unit, digits in enumerate(row):
            flat.append(digits)
            symbols[f"b/{depth}/{unit}"] = (
                f"b_{{{len(flat)}}}" if numbered else f"b_{{{layers[depth]}{unit + 1}}}"
            )
    rows = _row(flat) if numbered else f"[{', '.join(map(_row, net.biases))}]"
    return [f"  b: {rows}"], [f"biases: {{per: unit, {trained}}}"]


def _derived(net: Perceptron, example: Example, symbols: dict[str, str], random: Random) -> None:
    """Symbols of gradients and of what is updated."""
    new = random.choice(("+", "+", "{new}", r"{\text{new}}"))
    error = symbols["total"]
    for key in example.formulas:
        what, _, place = key.partition("/")
        if what == "slope":
            symbols[key] = _partial(symbols[f"out/{place}"], symbols[f"net/{place}"])
        elif what == "path":
            _, last, unit, source = key.split("/")
            symbols[key] = _partial(
                symbols[f"error/{last}/{unit}"], symbols[f"out/{net.last - 1}/{source}"]
            )
        elif what.startswith("by-"):
            symbols[key] = _partial(error, symbols[f"{what[3:]}/{place}"])
        elif what.startswith("new-"):
            old = symbols[key[4:]]
            symbols[key] = f"{{{old}}}^{new}" if "^" in old else f"{old}^{new}"


# -- regressions and descents


def of_regression(given: Regression, example: Example, random: Random) -> Notation:
    dot, sigmoid, declarations = _looks(random, "z")
    if not given.logistic:
        sigmoid, declarations = "", ()
    model = random.choice(("h^{{({})}}", r"h_\theta(x^{{({})}})", r"\hat{{y}}^{{({})}}"))
    single = len(given.start) == 2 and random.random() < 0.5
    objective = random.choice(("loss", "J")) if given.logistic else "J"
    new = random.choice(("+", "{new}"))
    symbols = {"rate": r"\alpha", "m": "m", "J": objective}
    for i in range(len(given.y)):
        symbols[f"h/{i}"] = model.format(i + 1)
        symbols[f"z/{i}"] = f"z^{{({i + 1})}}"
        symbols[f"y/{i}"] = f"y^{{({i + 1})}}"
        for j in range(1, len(given.start)):
            symbols[f"x/{i}/{j}"] = f"x^{{({i + 1})}}" if single else f"x_{j}^{{({i + 1})}}"
    for j in range(len(given.start)):
        symbols[f"theta/{j}"] = rf"\theta_{j}"
        symbols[f"by-theta/{j}"] = _partial(objective, rf"\theta_{j}")
        symbols[f"new-theta/{j}"] = rf"\theta_{j}^{new}"
    settings = [
        f"kind: {example.kind}",
        "data:",
        f"  x: [{', '.join(map(_row, given.x))}]",
        f"  y: {_row(given.y)}",
        *([] if given.logistic else [f"loss: half {'mean' if given.mean else 'sum'}"]),
        f"start: {_row(given.start)}",
        f"learning_rate: {given.rate}",
        "iterations: 20",
    ]
    return Notation(model, symbols, dot, sigmoid, declarations, settings)


def of_descent(given: Descent, random: Random) -> Notation:
    dot, _, _ = _looks(random, "z")
    variable, function = random.choice(((r"\theta", "J"), ("x", "f"), ("w", "L")))
    called = random.random() < 0.7
    rate = random.choice((r"\alpha", r"\eta"))
    symbols = {"rate": rate}
    for k in range(given.steps + 1):
        symbols[f"step/{k}"] = f"{variable}_{{{k}}}" if k > 9 else f"{variable}_{k}"
        symbols[f"value/{k}"] = (
            f"{function}({symbols[f'step/{k}']})" if called else f"{function}_{k}"
        )
    objective = f"{given.factor} ({variable} - {given.centre})^2"
    settings = [
        "kind: gradient descent",
        f"objective: {objective}",
        f"variables: ['{variable}']",
        f"start: {given.start}",
        "stop: count",
        f"iterations: {given.steps}",
        f"runs: {{slow: {{learning_rate: {given.rate}}}}}",
    ]
    declared = (f"{function}({variable}) = {objective}",)
    return Notation(f"{function}({variable})", symbols, dot, "", declared, settings)
