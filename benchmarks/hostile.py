r"""Decks of 1 MB that are made to be slow: `python -m benchmarks.hostile`, or `make bench-hostile`.

Each kind repeats what costs a reader or an audit most for its length. `bpreport check` has a
process of its own for each; told are its processor time, its peak of memory and its exit status.
The exit status of this program is 1 where one of them needs more than BOUND seconds or MEMORY MB.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

__all__ = ["KINDS", "measured"]

BOUND, MEMORY = 60, 1_000
SIZE = 1_000_000


def numbered(line: str) -> Callable[[int], str]:
    """A line over and over; %k is its number, %a and %b are numbers, %c is their product."""

    def text(size: int) -> str:
        parts: list[str] = []
        length = number = 0
        while length < size:
            first, second = number % 97, number % 89
            part = line.replace("%k", str(number)).replace("%a", str(first))
            part = part.replace("%b", str(second)).replace("%c", str(first * second))
            parts.append(part)
            length += len(part)
            number += 1
        return "".join(parts)

    return text


def formula(source: str) -> Callable[[int], str]:
    """A display formula over and over."""
    return numbered(f"$${source}$$\n\n")


def behind(front: str, kind: Callable[[int], str]) -> Callable[[int], str]:
    """A kind behind what it needs."""
    return lambda size: front + kind(max(size - len(front), 0))


def worked(*examples: str) -> Callable[[int], str]:
    """Front matter alone, which costs by its numbers and not by its length."""
    lines = "".join(f"  {line}\n" for line in examples)
    return lambda _size: f"---\nworked:\n{lines}---\n# D\n\n$$x = 1$$\n"


def _sum(of: Callable[[int], str], count: int) -> str:
    return " + ".join(map(of, range(count)))


def _table(columns: int, rows: int) -> str:
    lines = ["|" + "$a$|" * columns, "|" + "-|" * columns, *["|" + "1|" * columns] * rows]
    return "\n".join(lines) + "\n\n"


def _matrix(rows: int, columns: int, entry: str) -> str:
    row = " & ".join([entry] * columns)
    body = r" \\ ".join([row] * rows)
    return rf"\begin{{pmatrix}}{body}\end{{pmatrix}}"


NET = (
    "kind: perceptron, layers: {x: 1, y: 1}, given: {x: [2], target: [1], w: [0.5]}, "
    "weights: {x-y: by target}, learning_rate: 0.1"
)
FIT = "data: {x: [1, 2, 3], y: [0, 1, 1]}, learning_rate: 0.01, iterations: 1000000"
SLOW = (
    "kind: gradient descent, objective: x^2, start: 1, tolerance: 1e-300, stop: step, "
    "iterations: 1000000"
)

KINDS: Mapping[str, Callable[[int], str]] = {
    "right lines": formula("x = %a * %b = %c"),
    "wrong lines": formula("x = %a * %b + 0.25 = %c.5"),
    "many names": formula("x_{%k} = %a * %b = %c"),
    "many wrong names": formula("x_{%k} = x_{%a} y + %b = %c.7"),
    "identities": formula("f_{%k} = (a+%a)(b+%b) = a b + %a b + %b a + %c"),
    "wrong identities": formula("f_{%k} = (a+%a)(b+%b) = a b + %a b + %b a + 1%c"),
    "one name defined": formula("f = g + %a = h^2 + %b"),
    "long chains": formula("=".join(["1+1"] * 4000)),
    "sums": formula(r"S_{%k} = \sum_{i=1}^{50000} i = 1250025000"),
    "wrong sums": formula(r"S_{%k} = \sum_{i=1}^{50000} i^2 = 1250025001"),
    "sums of sums": formula(r"S_{%k} = \sum_{i=1}^{300} \sum_{j=1}^{300} i j = 2038522501"),
    "symbolic sums": formula(
        r"S_{%k} = \sum_{i=1}^{300} \sum_{j=1}^{300} x_{ij} i j = y + %a"
    ),
    "endless sums": formula(r"S = \sum_{i=1}^{10^{12}} i = %a"),
    "products": formula(r"P_{%k} = \prod_{i=1}^{100000} i = %a"),
    "towers": formula("x_{%k} = 9^{9^{9^9}} = %a"),
    "large powers": formula("x_{%k} = 9^{%k00000} - 9^{%k00000} + %a = %a"),
    "exponentials": formula("P_{%k} = e^{e^{e^{2.%a}}} = %b.5"),
    "long numbers": formula(f"x = {'9' * 9000} * {'7' * 9000} = 1"),
    "long decimals": formula(f"x = 0.{'3' * 19000} + 1 = 1.{'3' * 900}"),
    "deep fractions": formula(
        "x_{%k} = " + r"\frac{1}{1+" * 50 + "1" + "}" * 50 + " = 0.6180%a"
    ),
    "wide sums": formula(
        f"y = {_sum('x_{{{0}}} w_{{{0}}}'.format, 1100)} = "
        f"{_sum(lambda i: f'{i} * {i + 1}', 500)} = 5"
    ),
    "wide identities": formula(
        f"y = {_sum('x_{{{0}}} w_{{{0}}}'.format, 700)} = "
        f"{_sum('w_{{{0}}} x_{{{0}}}'.format, 700)} + z"
    ),
    "wide wrong lines": formula(f"y = {_sum('0.{0} * 1.{0}'.format, 500)} = 5.12345"),
    "matrices": formula(
        f"A = {_matrix(40, 40, '1.5')} {_matrix(40, 1, '2')} = {_matrix(40, 1, '2')}"
    ),
    "powers of matrices": formula(rf"A_{{%k}} = {_matrix(2, 2, '3')}^{{99999}} = %a"),
    "rows": formula("(a_{%k}, b, c) = (%a.1, %b.2, %c.3)"),
    "functions": formula("f(x) = f(x-1) + f(x-2) + %a$$\n\n$$f(%a) = %b"),
    "functions of functions": behind(
        "".join(
            f"$$f_{{{i}}}(x) = f_{{{i - 1}}}(x) f_{{{i - 1}}}(x+1)$$\n\n" for i in range(1, 200)
        ) + "$$f_{0}(x)=x$$\n\n",
        formula("f_{100}(%a) = %b"),
    ),
    "definitions upon definitions": behind(
        "".join(f"$$a_{{{i}}} = a_{{{i - 1}}} + a_{{{i - 1}}}$$\n\n" for i in range(1, 20000)),
        formula("a_{60} = %a"),
    ),
    "derivatives": formula(r"\frac{d}{dx} e^{e^{e^{x^{%a}}}} = %b"),
    "chain rules": formula(
        r"\frac{\partial E}{\partial w_{%k}} = \frac{\partial E}{\partial a} "
        r"\frac{\partial a}{\partial b} = %a.1 * %b = %c.3"
    ),
    "primes": behind(
        "$$f(x) = \\sin(e^{x^2}) \\cos(x)^{x}$$\n\n", formula("f'''''(x_{%k}) = %a")
    ),
    "minimisers": formula(r"\arg\min_x (x-%a)^2 = %b"),
    "iterates": formula(r"\theta^{(%k)} = \theta^{(%a)} - 0.5 * %b = %c.125"),
    "updates": formula("w := w - 0.1 * %a = %b.5"),
    "names in words": formula(r"\text{a%k} = \text{b%a} + 3 = %c"),
    "counts of iterations": numbered(
        "after %k iterations $x_{%k} = %a.5$ and [%b]{.iteration}\n\n"
    ),
    "long tables": behind(
        "| $k$ | $x_k$ | $y_k$ |\n|---|---|---|\n", numbered("| %k | 0.%a | $1+%b$ |\n")
    ),
    "wide tables": numbered(_table(5000, 60)),
    "headings": numbered("# H%k\n\n"),
    "quotes": numbered(f"{'> ' * 15}$a = %a$\n\n"),
    "emphasis": numbered("*a **b* c** _d_ [x](y) ![z](../../etc/passwd) <b>\n\n"),
    "markup": numbered("<script>alert(1)</script><img src=x onerror=alert(1)>\n\n"),
    "a hundred networks": worked(
        *(f"n{i}: {{{NET}, iterations: 4000}}" for i in range(100))
    ),
    "a long training": worked(f"n: {{{NET}, iterations: 400000}}"),
    "long descents": worked(
        "d: {kind: gradient descent, objective: x^2, start: 1, tolerance: 1e-300, stop: step, "
        "iterations: 1000000, runs: {"
        + ", ".join(f"r{i}: {{learning_rate: 0.0000{i + 1}}}" for i in range(100)) + "}}"
    ),
    "a slow descent": worked(f"d: {{{SLOW}, learning_rate: 1e-9}}"),
    "a long regression": worked(f"r: {{kind: linear regression, {FIT}}}"),
    "a long logistic regression": worked(f"r: {{kind: logistic regression, {FIT}}}"),
}  # fmt: skip
"""From a name to the text of a deck of about so many characters."""


def measured(text: str) -> tuple[float, float, int]:
    """Processor seconds, MB at the peak and exit status of the audit of a deck."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "notes.md"
        path.write_text(text, encoding="utf-8")
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.hostile", "--check", str(path)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        _, status, used = os.wait4(process.pid, 0)  # which tells of this one alone
        process.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, process.returncode


def check(path: str) -> None:
    """`bpreport check` of a deck in this process, which is ended at twice the bound."""
    resource.setrlimit(resource.RLIMIT_CPU, (2 * BOUND, 2 * BOUND))
    from bpreport.cli import main as bpreport

    bpreport(["check", path])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hostile", description=__doc__)
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("--size", type=int, default=SIZE, help="characters of a deck")
    parser.add_argument("--check", metavar="DECK", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.check:
        check(asked.check)
    print("| kind | characters | seconds of the processor | MB | exit status |")
    print("|---|---:|---:|---:|---:|")
    beyond = 0
    for kind in asked.kinds or KINDS:
        text = KINDS[kind](asked.size)
        seconds, memory, status = measured(text)
        beyond += seconds > BOUND or memory > MEMORY or status not in (0, 1, 2)
        print(f"| {kind} | {len(text):,} | {seconds:.1f} | {memory:.0f} | {status} |", flush=True)
    return int(beyond > 0)


if __name__ == "__main__":
    sys.exit(main())
