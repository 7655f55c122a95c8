"""From a worked example to a deck as a lecturer would write it: blocks, and their text.

The numbers are computed exactly and printed rounded half up. A planted slip replaces a block.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from benchmarks.audit.descents import descent_run, random_descent
from benchmarks.audit.examples import Example, kind
from benchmarks.audit.expressions import Expression, Value, decimal, half_up, names, typeset
from benchmarks.audit.notation import Notation, of_descent, of_perceptron, of_regression
from benchmarks.audit.perceptrons import Perceptron, perceptron_step, random_perceptron, train
from benchmarks.audit.regressions import random_regression, regression_step

__all__ = ["Block", "Deck", "Figure", "Line", "Prose", "Row", "random_deck"]

MOST_PLACES = 14


@dataclass(frozen=True)
class Prose:
    """Text that claims nothing of interest, givens included."""

    text: str
    in_table: bool = False
    """A row of a table follows on the next line."""


@dataclass(frozen=True)
class Line:
    """A quantity: its symbol, and any of formula, line of numbers and result."""

    key: str
    printed: str
    formula: Expression | None = None
    line: Expression | None = None
    operands: Mapping[str, str] = field(default_factory=dict)
    """Digits in the line that differ from those which the deck prints for the name."""
    apart: bool = False
    """The formula stands in a display formula of its own."""


@dataclass(frozen=True)
class Row:
    """Values after some iterations, in one row or one by one."""

    iteration: int
    keys: tuple[str, ...]
    printed: tuple[str, ...]
    head: str
    """What the row is called; empty where every value has its own symbol."""
    layout: str
    """ "paragraph", "table" or "marked": w^{10}."""
    in_table: bool = False
    """Another row of the table follows on the next line."""


@dataclass(frozen=True)
class Figure:
    """A number in running text."""

    before: str
    printed: str
    claim: str
    key: str


Block = Prose | Line | Row | Figure


@dataclass
class Deck:
    """A worked example, written down."""

    example: Example
    notation: Notation
    places: int
    trimmed: bool
    """0.5, not 0.500000, where that is exact."""
    chinese: bool
    aligned: bool
    """Long chains stand in align environments."""
    blocks: list[Block] = field(default_factory=list)
    values: dict[str, Value] = field(default_factory=dict)
    """What is printed, before rounding."""
    states: list[dict[str, Value]] = field(default_factory=list)
    """Of a network: after 0, 1, ... updates."""
    other_states: dict[str, list[dict[str, Value]]] = field(default_factory=dict)
    """The same under another convention."""
    other_values: dict[str, Value] = field(default_factory=dict)
    """The quantities of the step under the other order of updates."""
    shift: int = 0
    """Updates done beyond the printed count of iterations."""

    def digits(self, key: str) -> str:
        """As the deck prints a quantity."""
        if key in self.example.givens:
            return self.example.givens[key]
        return self.rounded(self.values[key])

    def rounded(self, value: Value) -> str:
        exact = decimal(value)
        places = self.places
        if exact and exact.adjusted() < 2 - places:  # three significant digits at least
            places = min(2 - exact.adjusted(), MOST_PLACES)
        plain = exact.normalize()
        if self.trimmed and -plain.as_tuple().exponent <= places:  # type: ignore[operator]
            return f"{plain:f}"
        return half_up(exact, places)

    def write(self, front: bool) -> tuple[str, list[range]]:
        """The deck's text, and the lines (from 1) on which each block stands."""
        lines = self._front_matter() if front else []
        spans = []
        for block in self.blocks:
            written = self._written(block).split("\n")
            spans.append(range(len(lines) + 1, len(lines) + 1 + len(written)))
            lines += written
            lines += [] if isinstance(block, Row | Prose) and block.in_table else [""]
        return "\n".join(lines) + "\n", spans

    def _front_matter(self) -> list[str]:
        settings = [f"    {line}" for line in self.notation.front_matter]
        lang = "zh" if self.chinese else "en"
        return ["---", f"lang: {lang}", "worked:", "  sample:", *settings, "---", ""]

    def _written(self, block: Block) -> str:
        match block:
            case Prose():
                return block.text
            case Figure():
                return f'{block.before}[{block.printed}]{{claim="{block.claim}"}}'
            case Row():
                return self._row(block)
            case Line():
                return self._line(block)

    def _line(self, block: Line) -> str:
        symbols, look = self.notation.symbols, (self.notation.dot, self.notation.sigmoid)
        own = symbols[block.key]
        sides = []
        if block.line is not None:
            shown = typeset(
                block.line, lambda key: block.operands.get(key) or self.digits(key), *look
            )
            if shown != block.printed:
                sides.append(shown)
        sides.append(block.printed)
        if block.formula is None:
            return self._chain([own, *sides])
        formula = typeset(block.formula, symbols.__getitem__, *look)
        if block.apart:
            return f"$${own} = {formula}$$\n\n{self._chain([own, *sides])}"
        return self._chain([own, formula, *sides])

    def _chain(self, sides: Sequence[str]) -> str:
        if self.aligned and len(sides) > 3:
            rows = " \\\\\n".join(f"&= {side}" for side in sides[1:])
            return f"\\begin{{align}}\n{sides[0]} {rows}\n\\end{{align}}"
        return f"$${' = '.join(sides)}$$"

    def _row(self, block: Row) -> str:
        values = f"({', '.join(block.printed)})"
        if block.head:
            head = f"{block.head}^{{{block.iteration}}}" if block.layout == "marked" else block.head
            formula = f"${head} = {values}$"
        else:
            pairs = zip(block.keys, block.printed, strict=True)
            shown = ", ".join(f"${self.notation.symbols[k]} = {v}$" for k, v in pairs)
            formula = shown
        count = f"第 {block.iteration} 次迭代" if self.chinese else f"iteration {block.iteration}"
        if block.layout == "table":
            return f"| {count} | {formula} |"
        if block.layout == "marked":
            return f"$${formula.strip('$')}$$"
        lead = f"{count}：" if self.chinese else f"After {count}: "
        return lead + formula

    # -- what the text determines

    def determined(self, key: str) -> bool:
        """Whether the formulas and givens that the deck prints are enough to compute it."""
        defined = {b.key for b in self.blocks if isinstance(b, Line) and b.formula is not None}

        def known(name: str) -> bool:
            if name in self.example.givens:
                return True
            return name in defined and all(map(known, names(self.example.formulas[name])))

        return known(key)


# -- random decks


def random_deck(random: Random) -> Deck:
    """A worked example in a random notation, written down without any slip."""
    makers = (_perceptron_deck, _perceptron_deck, _perceptron_deck, _regression_deck, _descent_deck)
    return random.choice(makers)(random)


def _deck(example: Example, notation: Notation, random: Random) -> Deck:
    return Deck(
        example=example,
        notation=notation,
        places=random.randint(3, 8),
        trimmed=random.random() < 0.5,
        chinese=random.random() < 0.5,
        aligned=random.random() < 0.3,
        values=dict(example.values),
    )


def _say(deck: Deck, chinese: str, english: str) -> None:
    deck.blocks.append(Prose(chinese if deck.chinese else english))


def _givens(deck: Deck, groups: Iterable[Sequence[str]]) -> None:
    for group in groups:
        shown = [f"{deck.notation.symbols[key]} = {deck.example.givens[key]}" for key in group]
        deck.blocks.append(Prose(", ".join(f"${formula}$" for formula in shown)))
    deck.blocks += [Prose(f"$${formula}$$") for formula in deck.notation.declarations]


def _lines(deck: Deck, keys: Sequence[str], random: Random, fully: float) -> None:
    """Quantities, the first of them with formula and line, others with a chance of `fully`."""
    apart = random.random() < 0.3
    for place, key in enumerate(keys):
        block = Line(key, deck.digits(key))
        if place == 0 or random.random() < fully:
            formula = deck.example.formulas[key]
            shown = random.random() < 0.8
            block = replace(block, formula=formula, line=formula if shown else None, apart=apart)
        deck.blocks.append(block)


def _by_kind(example: Example, *kinds: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {wanted: [] for wanted in kinds}
    for key in (*example.givens, *example.formulas):
        if kind(key) in found:
            found[kind(key)].append(key)
    return found


def _perceptron_deck(random: Random) -> Deck:
    net = random_perceptron(random)
    example = perceptron_step(net)
    unstated = random.random() < 0.4
    deck = _deck(example, of_perceptron(net, example, random, unstated), random)
    _say(deck, "# 反向传播的一个例子", "# Backpropagation by example")
    _say(deck, "## 网络与初始值", "## The network and its initial values")
    found = _by_kind(example, "out", "t", "w", "b")
    inputs = [key for key in found["out"] if key in example.givens]
    _say(deck, "输入、目标、权重和学习率如下。", "Inputs, targets, weights and learning rate:")
    _givens(deck, filter(None, (inputs, found["t"], found["w"], found["b"], ["rate"])))
    if net.update == "sequential":
        _say(
            deck,
            "求隐层的梯度时，用的是已经更新过的权重。",
            "The gradients of a hidden layer use the weights behind it as already updated.",
        )
    _say(deck, "## 正向传播", "## The forward pass")
    for depth in range(1, net.last + 1):
        for what in ("net", "out"):
            units = [f"{what}/{depth}/{unit}" for unit in range(net.sizes[depth])]
            _lines(deck, units, random, 0.5)
    _say(deck, "## 误差", "## The error")
    errors = [f"error/{net.last}/{unit}" for unit in range(net.sizes[-1])]
    _lines(deck, errors, random, 0.5)
    _lines(deck, ["total"], random, 1)
    _backward(deck, net, random)
    _iterations(deck, net, random, unstated)
    other = replace(net, update={"simultaneous": "sequential"}.get(net.update, "simultaneous"))
    deck.other_values = perceptron_step(other).values
    return deck


def _backward(deck: Deck, net: Perceptron, random: Random) -> None:
    formulas = deck.example.formulas
    _say(deck, "## 反向传播", "## The backward pass")
    later: list[str] = []
    for depth in range(net.last, 0, -1):
        units = range(net.sizes[depth])
        paths = [key for key in formulas if kind(key) == "path"] if depth == net.last - 1 else []
        _lines(deck, paths, random, 0.4)
        for what in ("by-out", "slope", "by-net"):
            keys = [key for unit in units if (key := f"{what}/{depth}/{unit}") in formulas]
            _lines(deck, keys, random, 0.4)
        weights = [f"{depth}/{s}/{t}" for s in range(net.sizes[depth - 1]) for t in units]
        biases = [key[5:] for key in formulas if key.startswith(f"by-b/{depth}/")]
        chosen = sorted(random.sample(weights, min(len(weights), 5)))
        _lines(deck, [f"by-w/{place}" for place in chosen], random, 0.5)
        _lines(deck, [f"by-b/{place}" for place in biases], random, 0.5)
        updates = [f"new-w/{place}" for place in chosen]
        updates += [f"new-b/{place}" for place in biases]
        if net.update == "sequential" and depth > 1:
            # The gradients of the layer before read every one of them.
            updates += [f"new-w/{place}" for place in weights if place not in chosen]
            _lines(deck, updates, random, 0.3)
        else:
            later += updates
    _say(deck, "## 更新权重", "## The update")
    _lines(deck, later, random, 0.5)


def _iterations(deck: Deck, net: Perceptron, random: Random, unstated: bool) -> None:
    """A table of outputs, of the error or of the weights over the iterations."""
    if random.random() < 0.3:
        return
    counts = random.choice(((1, 2, 3), (2, 5, 10), (1, 5, 10, 20)))
    deck.states = train(net, counts[-1] + 3)
    if net.biases:
        deck.other_states["biases"] = train(replace(net, trained=not net.trained), counts[-1] + 3)
    other = {"simultaneous": "sequential"}.get(net.update, "simultaneous")
    deck.other_states["update"] = train(replace(net, update=other), counts[-1] + 3)
    deck.shift = random.choice((0, -1)) if unstated else 0
    _say(deck, "## 多次迭代", "## Many iterations")
    layout = random.choice(("paragraph", "paragraph", "table"))
    if layout == "table":
        head = "| 迭代 | 结果 |" if deck.chinese else "| count | result |"
        deck.blocks.append(Prose(f"{head}\n|---|---|", in_table=True))
    outputs = tuple(f"out/{net.last}/{unit}" for unit in range(net.sizes[-1]))
    one_by_one = net.sizes[-1] == 1 or random.random() < 0.4
    for count in counts:
        state = deck.states[count + deck.shift]
        printed = tuple(deck.rounded(state[key]) for key in outputs)
        head = "" if one_by_one else deck.notation.rows["outputs"]
        in_table = layout == "table" and count != counts[-1]
        deck.blocks.append(Row(count, outputs, printed, head, layout, in_table))
    if layout != "table" and random.random() < 0.5:
        for count in counts:
            printed = (deck.rounded(deck.states[count + deck.shift]["total"]),)
            deck.blocks.append(Row(count, ("total",), printed, "", "paragraph"))
    weights = tuple(key for key in deck.example.givens if kind(key) == "w")
    if layout != "table" and "weights" in deck.notation.rows and len(weights) > 1:
        keys = tuple(sorted(weights, key=lambda key: _number(deck.notation.symbols[key])))
        state = deck.states[counts[-1] + deck.shift]
        printed = tuple(deck.rounded(state[key]) for key in keys)
        deck.blocks.append(Row(counts[-1], keys, printed, deck.notation.rows["weights"], "marked"))


def _number(symbol: str) -> int:
    return int("".join(filter(str.isdigit, symbol)))


def _regression_deck(random: Random) -> Deck:
    given = random_regression(random)
    example = regression_step(given)
    deck = _deck(example, of_regression(given, example, random), random)
    _say(deck, "# 回归的一步", "# One step of a regression")
    _say(deck, "## 数据", "## The data")
    found = _by_kind(example, "x", "y", "theta", "z", "h", "by-theta", "new-theta")
    _givens(deck, (found["x"], found["y"], found["theta"], ["rate"], ["m"]))
    _say(deck, "## 模型", "## The model")
    _lines(deck, found["z"], random, 0.5)
    _lines(deck, found["h"], random, 0.5)
    _say(deck, "## 损失与梯度", "## The loss and its gradient")
    _lines(deck, ["J"], random, 1)
    _lines(deck, found["by-theta"], random, 0.7)
    _say(deck, "## 更新", "## The update")
    _lines(deck, found["new-theta"], random, 0.7)
    return deck


def _descent_deck(random: Random) -> Deck:
    given = random_descent(random)
    example = descent_run(given)
    deck = _deck(example, of_descent(given, random), random)
    _say(deck, "# 梯度下降", "# Gradient descent")
    _say(deck, "## 函数", "## The function")
    _givens(deck, (["step/0"], ["rate"]))
    _say(deck, "## 迭代", "## The iterations")
    if random.random() < 0.6:
        for k in range(given.steps + 1):
            _lines(deck, [f"step/{k}"] if k else [], random, 1)
            _lines(deck, [f"value/{k}"], random, 1)
    else:
        _lines(deck, [f"step/{k}" for k in range(1, given.steps + 1)], random, 0.2)
        _lines(deck, [f"value/{k}" for k in range(given.steps + 1)], random, 0.2)
    after = "最后得到 " if deck.chinese else "The run ends at "
    last = f"step/{given.steps}"
    deck.blocks.append(Figure(after, deck.digits(last), "slow.minimiser", last))
    return deck


def printed_blocks(deck: Deck) -> Iterator[tuple[int, Line | Row | Figure]]:
    """The blocks that print a computed number, with their places."""
    for place, block in enumerate(deck.blocks):
        if not isinstance(block, Prose):
            yield place, block
