"""An author who rounds at every step and goes on with what is printed makes no error."""

from __future__ import annotations

import math
import random
from decimal import ROUND_HALF_UP, Decimal

import pytest

from bpreport.audit import audit
from bpreport.deck import read_text
from bpreport.worked import recompute


class Author:
    """Works a network with two hidden units out by hand, with so many places."""

    def __init__(self, seed: int, places: int) -> None:
        dice = random.Random(seed)
        self.unit = Decimal(1).scaleb(-places)
        self.x = [Decimal(dice.randint(1, 9)) / 10 for _ in range(2)]
        self.b = [Decimal(dice.randint(1, 9)) / 10 for _ in range(2)]
        self.w = [Decimal(dice.randint(1, 9) * dice.choice([1, 1, -1])) / 10 for _ in range(6)]
        self.target = Decimal(dice.choice(["0.01", "0.99", "0.5"]))
        self.rate = Decimal(dice.choice(["0.5", "0.1", "1"]))
        self.lines: list[str] = []

    def prints(self, formula: str, value: Decimal | float) -> Decimal:
        """Print a line and its value; gives what is printed."""
        rounded = Decimal(repr(float(value))).quantize(self.unit, ROUND_HALF_UP)
        self.lines.append(f"$${formula} = {rounded}$$")
        return rounded

    def works(self) -> list[str]:
        """Forward, backward and the updates, each from the numbers before it as printed."""
        (x1, x2), (b1, b2), w, t = self.x, self.b, self.w, self.target
        out = []
        for h in (1, 2):
            one, other = w[2 * h - 2], w[2 * h - 1]
            net = self.prints(
                rf"net_{{h{h}}} = w_{2 * h - 1} x_1 + w_{2 * h} x_2 + b_1 = "
                rf"{one} \cdot {x1} + {put(other)} \cdot {x2} + {b1}",
                one * x1 + other * x2 + b1,
            )
            out.append(self.prints(rf"out_{{h{h}}} = {squash(net)}", sigmoid(net)))
        net = self.prints(
            rf"net_{{o1}} = w_5 out_{{h1}} + w_6 out_{{h2}} + b_2 = "
            rf"{w[4]} \cdot {out[0]} + {put(w[5])} \cdot {out[1]} + {b2}",
            w[4] * out[0] + w[5] * out[1] + b2,
        )
        y = self.prints(rf"out_{{o1}} = {squash(net)}", sigmoid(net))
        delta = self.prints(
            rf"{slope('net_{o1}')} = -(target_{{o1}} - out_{{o1}}) out_{{o1}} (1 - out_{{o1}})"
            rf" = -({t} - {y}) \cdot {y} \cdot (1 - {y})",
            -(t - y) * y * (1 - y),
        )
        for h in (1, 2):
            self.updates(4 + h, delta, out[h - 1])
        for h in (1, 2):
            weight, o = w[3 + h], out[h - 1]
            hidden = self.prints(
                f"{slope(f'net_{{h{h}}}')} = {slope('net_{o1}')}"
                rf" w_{4 + h} out_{{h{h}}} (1 - out_{{h{h}}})"
                rf" = {delta} \cdot {put(weight)} \cdot {o} \cdot (1 - {o})",
                delta * weight * o * (1 - o),
            )
            for i in (1, 2):
                self.updates(2 * h - 2 + i, hidden, self.x[i - 1])
        return self.lines

    def updates(self, number: int, error: Decimal, given: Decimal) -> None:
        """A gradient, and the weight after the update."""
        by, weight = slope(f"w_{number}"), self.w[number - 1]
        gradient = self.prints(rf"{by} = {error} \cdot {given}", error * given)
        self.prints(
            rf"w_{number}^+ = w_{number} - \eta {by}"
            rf" = {weight} - {self.rate} \cdot {put(gradient)}",
            weight - self.rate * gradient,
        )

    @property
    def front_matter(self) -> str:
        return (
            "---\nworked:\n  net:\n    kind: perceptron\n    layers: {x: 2, h: 2, o: 1}\n"
            "    given:\n"
            f"      x: [{listed(self.x)}]\n      target: [{self.target}]\n"
            f"      w: [{listed(self.w)}]\n      b: [{listed(self.b)}]\n"
            "    biases: {trained: false}\n"
            f"    learning_rate: {self.rate}\n---\n# Net\n"
        )

    @property
    def givens(self) -> str:
        families = {"x": self.x, "b": self.b, "w": self.w}
        told = [f"{n}_{k} = {v}" for n, row in families.items() for k, v in enumerate(row, 1)]
        told += [f"target_{{o1}} = {self.target}", rf"\eta = {self.rate}"]
        return "# Net\n\n" + ", ".join(f"${one}$" for one in told)


def listed(numbers: list[Decimal]) -> str:
    return ", ".join(map(str, numbers))


def slope(name: str) -> str:
    return rf"\frac{{\partial E}}{{\partial {name}}}"


def put(number: Decimal) -> str:
    return f"({number})" if number < 0 else str(number)


def squash(net: Decimal) -> str:
    return rf"\frac{{1}}{{1 + e^{{-{put(net)}}}}}"


def sigmoid(net: Decimal) -> float:
    return 1 / (1 + math.exp(-float(net)))


def errors_of(front: str, lines: list[str]) -> list[int]:
    """Which of the lines have an error."""
    deck = read_text("\n\n".join([front, *lines]))
    before = deck.claims[-1].position.line - 2 * (len(lines) - 1)
    found = {
        judgement.claim.position.line
        for judgement in audit(deck, recompute(deck)).judgements
        if judgement.verdict.level in ("note", "error")
    }
    return sorted((line - before) // 2 for line in found)


@pytest.mark.parametrize("places", [2, 3, 4])
def test_it_is_right_with_and_without_a_worked_example(places: int) -> None:
    for seed in range(8):
        author = Author(seed, places)
        lines = author.works()
        assert errors_of(author.front_matter, lines) == [], seed
        assert errors_of(author.givens, lines) == [], seed


def regression(seed: int, places: int) -> tuple[str, list[str]]:
    """Two updates of a line through three points: front matter, and the lines."""
    dice, unit = random.Random(seed), Decimal(1).scaleb(-places)
    rate, targets = Decimal(dice.choice(["0.1", "0.05"])), [dice.randint(1, 9) for _ in range(3)]
    theta = [Decimal(0), Decimal(0)]
    lines = []
    for count in (1, 2):
        lines.append(f"After {count} update{'s' if count > 1 else ''}:")
        errors = [
            f"({theta[0] + theta[1] * x} - {y})" for x, y in zip((1, 2, 3), targets, strict=True)
        ]
        values = [theta[0] + theta[1] * x - y for x, y in zip((1, 2, 3), targets, strict=True)]
        terms = (errors, [rf"{error} \cdot {x}" for x, error in enumerate(errors, 1)])
        sums = sum(values), sum(x * value for x, value in enumerate(values, 1))
        for j in (0, 1):
            gradient = (sums[j] / Decimal(3)).quantize(unit, ROUND_HALF_UP)
            after = (theta[j] - rate * gradient).quantize(unit, ROUND_HALF_UP)
            by = rf"\frac{{\partial J}}{{\partial \theta_{j}}}"
            lines.append(rf"$${by} = \frac{{1}}{{3}} ({' + '.join(terms[j])}) = {gradient}$$")
            lines.append(rf"$$\theta_{j} = {theta[j]} - {rate} \cdot {put(gradient)} = {after}$$")
            theta[j] = after
    front = (
        "---\nworked:\n  line:\n    kind: linear regression\n    loss: half mean\n"
        f"    data: {{x: [1, 2, 3], y: {targets}}}\n    learning_rate: {rate}\n"
        "    iterations: 2\n---\n# Line\n"
    )
    return front, lines


@pytest.mark.parametrize("places", [2, 3, 4])
def test_the_second_update_starts_from_what_the_first_one_printed(places: int) -> None:
    """Its gradients and parameters are those of the printed ones, which are rounded."""
    for seed in range(6):
        front, lines = regression(seed, places)
        assert errors_of(front, lines) == [], seed


SOFTMAX = """---
worked:
  net:
    kind: perceptron
    layers: {x: 2, h: 2, y: 2}
    activation: {h: sigmoid, y: softmax}
    loss: cross-entropy
    given:
      {x: [1.0, 0.5], target: [1, 0], w: [0.2, -0.5, 0.4, 0.3, 0.6, -0.7, 0.1, 0.8], b: [0.1, -0.2]}
    learning_rate: 0.5
---
# Forward
"""
PROBABILITY = [
    r"$$net_{y1} = 0.6 \cdot 0.5125 - 0.7 \cdot 0.6570 - 0.2 = -0.3524$$",
    r"$$net_{y2} = 0.1 \cdot 0.5125 + 0.8 \cdot 0.6570 - 0.2 = 0.3769$$",
    r"$$out_{y1} = \frac{e^{-0.3524}}{e^{-0.3524} + e^{0.3769}} = 0.3253$$",  # exactly 0.325356
]


def test_a_loss_is_that_of_the_rounded_probability() -> None:
    """-ln 0.3253 is 1.1230, and -ln 0.325356 is 1.1228; what is neither is wrong."""
    assert errors_of(SOFTMAX, [*PROBABILITY, r"$$E = -\ln 0.3253 = 1.1230$$"]) == []
    assert errors_of(SOFTMAX, [*PROBABILITY, r"$$E = -\ln 0.3253 = 1.1228$$"]) == []
    assert errors_of(SOFTMAX, [*PROBABILITY, r"$$E = -\ln 0.3253 = 1.1320$$"]) == [3]
    assert errors_of(SOFTMAX, [*PROBABILITY, r"$$E = -\ln 0.3235 = 1.1286$$"]) == [3]


def test_a_wrong_number_of_a_second_update_is_found() -> None:
    front, lines = regression(1, 3)
    line = lines[-2]
    assert line.endswith("= -2.600$$")  # (0.900 - 2 + 2 (1.500 - 5) + 3 (2.100 - 2)) / 3
    assert errors_of(front, [*lines[:-2], line.replace("-2.600", "-2.060"), lines[-1]]) == [8]


def test_a_number_that_was_right_in_the_update_before_is_found() -> None:
    """The second update with the gradient of the first: -3.333 was right there, and is not here."""
    front, lines = regression(2, 3)
    number = len(lines) - 3
    assert lines[number] == r"$$\theta_0 = 0.333 - 0.1 \cdot (-1.400) = 0.473$$"
    old = r"$$\theta_0 = 0.333 - 0.1 \cdot (-3.333) = 0.666$$"  # 0.333 + 0.3333 = 0.6663
    assert errors_of(front, [*lines[:number], old, *lines[number + 1 :]]) == [number]


def test_a_wrong_number_among_them_is_found() -> None:
    """A first digit that is another one, of each line in turn; and of a bare deck no other line."""
    author = Author(3, 3)
    lines = author.works()
    for number, line in enumerate(lines):
        front, _, printed = line.removesuffix("$$").rpartition(" = ")
        wrong = printed.replace(
            "0.", "0.5" if not printed.lstrip("-").startswith("0.5") else "0.6", 1
        )
        if wrong == printed:  # 1.016
            wrong = f"2{printed}"
        changed = [*lines[:number], f"{front} = {wrong}$$", *lines[number + 1 :]]
        assert number in errors_of(author.front_matter, changed), line
        assert errors_of(author.givens, changed) == [number], line


SOFTPLUS = r"""---
worked:
  s: {kind: gradient descent, objective: \ln(1 + e^x) - x / 4, start: 0.7, learning_rate: 0.8,
      stop: gradient, tolerance: 1e-9}
---
"""


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        # The slope is 0.418187..., so x_1 is 0.365449...; the line as it stands gives 0.365456.
        ("0.7 - 0.8 \\cdot 0.41818 = 0.36544", "truncated"),
        ("0.7 - 0.8 \\cdot 0.41810 = 0.36544", "wrong"),
        ("0.7 - 0.8 \\cdot 0.41818 = 0.36543", "explained"),
    ],
)
def test_a_result_may_be_cut_off_with_what_it_comes_from(line, verdict):
    """Then the line does not give it as shown, but does from numbers that begin as shown."""
    deck = read_text(f"{SOFTPLUS}$$x_1 = {line}$$")
    found = audit(deck, recompute(deck)).judgements[-1]
    assert found.verdict.value == verdict
