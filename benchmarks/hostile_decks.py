r"""The kinds of decks that `benchmarks.hostile` measures: what is repeated until it is long enough.

>>> KINDS["right lines"](40)
'$$x = 0 * 0 = 0$$\n\n$$x = 1 * 1 = 1$$\n\n$$x = 2 * 2 = 4$$\n\n'
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

__all__ = ["ENDS", "KINDS"]


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


def formula_of(source: Callable[[int], str]) -> Callable[[int], str]:
    """A display formula over and over, made from its number."""

    def text(size: int) -> str:
        parts: list[str] = []
        length = 0
        while length < size:
            parts.append(f"$${source(len(parts))}$$\n\n")
            length += len(parts[-1])
        return "".join(parts)

    return text


def notebook(source: str) -> Callable[[int], str]:
    """A notebook with a cell over and over."""

    def text(size: int) -> str:
        cell = {"cell_type": "markdown", "metadata": {}, "source": [source]}
        body = numbered(json.dumps(cell) + ",\n")(size)
        return f'{{"nbformat": 4, "nbformat_minor": 5, "metadata": {{}}, "cells": [{body[:-2]}]}}'

    return text


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


def _unstated_networks(size: int) -> str:
    """Networks that leave all to be found out, and as many printed numbers as there is room for."""
    net = (
        "kind: perceptron, layers: {x: 2, h: 2, y: 2}, given: {x: [2, 3], target: [1, 0], "
        "w: [0.5, 0.4, 0.3, 0.2, 0.1, 0.6, 0.7, 0.8]}, iterations: 100, learning_rate: 0.1, "
        "weights: {x-h: by target, h-y: by source}, unstated: [update, counting]"
    )
    front = worked(*(f"n{i}: {{{net}}}" for i in range(100)))(0)
    lines = "$$w_{%k} = 0.%a, \\quad w_1^+ = 0.%b, \\quad out_{y1} = 0.%a%b$$\n\n"
    parts = [
        f"## S {{worked=n{i}}}\n\n" + numbered(lines)((size - len(front)) // 100)
        for i in range(100)
    ]
    return front + "".join(parts)


def _unstated_descents(_size: int) -> str:
    """Descents whose start, tolerance and rule are solved for, from counts that take longest."""
    runs = ", ".join(f"r{i}: {{learning_rate: 0.00{i + 1:02}}}" for i in range(99))
    front = worked(
        *(
            f"d{i}: {{kind: gradient descent, objective: (x - {i})^2, runs: {{{runs}}}, "
            "unstated: [start, tolerance, stop]}"
            for i in range(40)
        )
    )(0)
    counts = "".join(f'[9{i:03}]{{claim="r{i}.iterations"}}\n\n' for i in range(99))
    return front + "".join(f"## D {{worked=d{i}}}\n\n{counts}" for i in range(40))


NET = (
    "kind: perceptron, layers: {x: 1, y: 1}, given: {x: [2], target: [1], w: [0.5]}, "
    "weights: {x-y: by target}, learning_rate: 0.1"
)
FIT = "data: {x: [1, 2, 3], y: [0, 1, 1]}, learning_rate: 0.01, iterations: 1000000"
CHAIN = "=".join(["1+1"] * 4000)
SLOW = (
    "kind: gradient descent, objective: x^2, start: 1, tolerance: 1e-300, stop: step, "
    "iterations: 1000000"
)
DESCENTS = worked(*(f"d{i}: {{{SLOW}, learning_rate: 0.00{i + 10}}}" for i in range(2)))(0)

KINDS: Mapping[str, Callable[[int], str]] = {
    "right lines": formula("x = %a * %b = %c"),
    "wrong lines": formula("x = %a * %b + 0.25 = %c.5"),
    "many names": formula("x_{%k} = %a * %b = %c"),
    "many wrong names": formula("x_{%k} = x_{%a} y + %b = %c.7"),
    "identities": formula("f_{%k} = (a+%a)(b+%b) = a b + %a b + %b a + %c"),
    "wrong identities": formula("f_{%k} = (a+%a)(b+%b) = a b + %a b + %b a + 1%c"),
    "one name defined": formula("f = g + %a = h^2 + %b"),
    "long chains": formula(CHAIN),
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
    "slides": numbered("## Slide %k\n\n$x_{%k} = %a$\n\n"),
    "headings with attributes": numbered("## H%k {worked=none .c%k key=%a}\n\n"),
    "claims in text": numbered('[%a.5]{claim="r.x_%k"} and [%b]{claim="x_%a"}\n\n'),
    "nested environments": formula(
        "x_{%k} = " + r"\begin{aligned} 1 + " * 25 + "%a" + r"\end{aligned}" * 25 + " = %b"
    ),
    "nested cases": formula(
        "x_{%k} = " + r"\begin{cases} 1 & x < 2 \\ " * 15 + "%a" + r"\end{cases}" * 15 + " = %b"
    ),
    "branches": formula(
        r"f_{%k}(x) = \begin{cases}" + "".join(rf"{i} & x < {i} \\ " for i in range(900))
        + r"%a & x > 900 \end{cases}$$" + "\n\n$$f_{%k}(899.5) = %b"
    ),
    "matrices multiplied": formula(
        f"A = {_matrix(30, 30, '1.5')} {_matrix(30, 30, '2')} {_matrix(30, 30, '3')} = %a"
    ),
    "rows of thousands": formula(
        f"x = ({', '.join(map(str, range(3000)))})"
    ),
    "sums of rows": formula(
        f"x = ({', '.join(['1'] * 2000)}) + ({', '.join(['2'] * 2000)}) = "
        f"({', '.join(['4'] * 2000)})"
    ),
    "powers in tables": behind(
        "| $k$ | $x_k$ | $y_k$ |\n|---|---|---|\n", numbered("| %k | 1e9999 | $9^{9999}+%b$ |\n")
    ),
    "cases in tables": behind(
        "| $a$ | $b$ | $c = a b + a$ |\n|---|---|---|\n", numbered("| %a | %b | %c.5 |\n")
    ),
    "tables with totals": numbered(
        "| | $a$ | $b$ |\n|---|---|---|\n" + "| x | %a | 3 |\n" * 40 + "| total | %b | 121 |\n\n"
    ),
    "a long total": lambda size: numbered("| x | %a |\n")(size).join(
        ("| | $a$ |\n|---|---|\n", "| total | 3 |\n")
    ),
    "small tables": numbered("| $a$ | $b$ |\n|-|-|\n| %a | %b |\n\n"),
    "empty cells": behind("|a|b|c|d|\n|-|-|-|-|\n", numbered("|||||\n")),
    "one spelling and another": formula(
        r"w%k = \text{w}_{%k} + 1 = %a$$" + "\n\n$$" + r"\mathrm{w}_{(%k)} = w_{%k} = {w}_%k"
    ),
    "definitions forwards": formula_of(lambda k: f"f_{{{k + 1}}} = f_{{{k}}} + 1"),
    "definitions backwards": formula_of(lambda k: f"f_{{{99_999 - k}}} = f_{{{99_998 - k}}} + 1"),
    "definitions with numbers": formula_of(
        lambda k: f"f_{{{k + 1}}} = f_{{{k}}} + 1 = {k + 1}.5"
    ),
    "the same wrong number": formula("x = 3 y + 0.25 * 7 - 2^3 = 7.36"),
    "wrong numbers of many operands": formula(
        "x_{%k} = " + " + ".join(f"0.{i} * 1.{i}" for i in range(10, 22)) + " = %a.%b"
    ),
    "digits of other scripts": formula("x_{%k} = ٣%a + ４ = ７७.５"),
    "combining marks": numbered("a" + "\u0301" * 2000 + " $x" + "\u0301" * 50 + " = %a$\n\n"),
    "inline formulas": numbered("$a$ " * 12_000 + "\n\n"),
    "inline claims": numbered("$a_{%k}=%a.5+%b=%c$ " + "$b=2*3=7$ " * 4_000 + "\n\n"),
    "nested links": numbered("[" * 400 + "x" + "](y)" * 400 + "\n\n"),
    "open brackets": numbered("[" * 9_000 + "$" * 900 + "`" * 901 + "\n\n"),
    "footnotes": numbered("a[^%k] $b = %a$\n\n[^%k]: $c_{%k} = %b$\n\n"),
    "references": numbered("[r%k]: http://x/%a\n[r%a] [r%k][r%b]\n\n"),
    "lists": numbered("- a\n  - $x_{%k} = %a$\n    - b\n"),
    "attributes": numbered("[%a]{" + " ".join(f"k{i}=%b" for i in range(300)) + "}\n\n"),
    "empty headings": numbered("#\n"),
    "empty items": numbered("-\n"),
    "short paragraphs": numbered("a\n\n"),
    "small emphasis": numbered("*a*b" * 9_000 + "\n\n"),
    "small formulas": numbered("$%a$ " * 9_000 + "\n\n"),
    "deep subscripts": formula("x" + "_{a" * 40 + "}" * 40 + " = %a = %b"),
    "long names": formula(r"\text{" + "abcd" * 2_000 + "%k} = %a + 1 = %b"),
    "inequalities": formula("x_{%k} < " + " < ".join(map(str, range(2000)))),
    "bars": formula("x_{%k} = " + "|1 - " * 40 + "%a" + "|" * 40 + " = %b"),
    "sines of large numbers": formula(r"s_{%k} = \sin(10^{290000} + %a) = 0.%b"),
    "roots": formula(r"r_{%k} = \sqrt[99999]{%a.5} + \sqrt{\sqrt{\sqrt{%b}}} = 1.%a"),
    "factorials": formula(r"n_{%k} = 100000! = %a"),
    "minimisers of long sums": formula(
        r"\arg\min_x " + " + ".join(f"(x-{i})^2" for i in range(400)) + " = %a"
    ),
    "derivatives of products": formula(
        r"\frac{d}{dx} " + " ".join(rf"\sin({i} x)" for i in range(1, 120)) + " = %a x"
    ),
    "gradients by every name": formula(
        r"\frac{\partial E}{\partial w_{%k}} = 2 (w_{%k} - %a) \cdot 0.5 = %b.5"
    ),
    "likes of a name": formula("a_{%k} = b_{%k} c_{%k} + %a = %b.25$$\n\n$$b_{%k} = %a.5"),
    "changes of a name": formula("w = %a.5$$\n\n$$y = w x + w^2 = %b.25$$\n\n$$x = %b"),
    "a wide regression": worked(
        "r: {kind: linear regression, learning_rate: 1e-9, iterations: 1, data: {x: ["
        + ", ".join("[" + ",".join(str((i * j) % 7) for j in range(280)) + "]" for i in range(300))
        + "], y: [" + ",".join(["1"] * 300) + "]}}"
    ),
    "a regression of many samples": worked(
        "r: {kind: logistic regression, learning_rate: 1e-9, iterations: 9999, data: {x: ["
        + ",".join(str(i % 9) for i in range(48_000)) + "], y: [" + ",".join("01" * 24_000) + "]}}"
    ),
    "wide networks": worked(
        *(
            f"n{i}: {{kind: perceptron, layers: {{x: 40, h: 40, y: 4}}, "
            f"given: {{x: [{','.join('1' * 40)}], target: [1,0,1,0], "
            f"w: [{','.join('1' * 1760)}]}}, "
            "weights: {x-h: by target, h-y: by target}, learning_rate: 0.1, iterations: 1}"
            for i in range(40)
        )
    ),
    "networks with unstated conventions": _unstated_networks,
    "a long objective": worked(
        "d: {kind: gradient descent, start: 1, stop: count, iterations: 200, objective: '"
        + " + ".join(f"(x - {i})^2" for i in range(500)) + "', runs: {"
        + ", ".join(f"r{i}: {{learning_rate: 0.00{i + 1:02}}}" for i in range(99)) + "}}"
    ),
    "unstated settings": _unstated_descents,
    "many examples and long chains": behind(
        DESCENTS,
        formula(CHAIN),
    ),
    "many examples and sums of rows": behind(
        DESCENTS,
        formula(f"x = ({', '.join(['1'] * 2000)}) + ({', '.join(['2'] * 2000)}) = 4"),
    ),
    "many examples and claims in text": behind(
        DESCENTS,
        numbered("$a_{%k}=%a.5+%b=%c$ " + "$b=2*3=7$ " * 4_000 + "\n\n"),
    ),
    "LaTeX: lines": numbered("\\[ x_{%k} = %a * %b + 1 = %c \\]\n"),
    "LaTeX: sections": numbered("\\section{S%k} $x_{%k} = %a$\n"),
    "LaTeX: macros": numbered("\\newcommand{\\m%k}[1]{\\m%a{#1}\\m%b{#1}}\n$\\m%k{2} = %a$\n"),
    "LaTeX: environments": numbered(
        "\\begin{itemize}\\item " * 20 + "$x = %a$" + "\\end{itemize}" * 20 + "\n"
    ),
    "LaTeX: braces": numbered("{" * 900 + "\\begin{align}" * 40 + "% $x$\n" + "\\verb|" * 90),
    "notebook: cells": notebook("$$x_{%k} = %a * %b + 1 = %c$$"),
    "notebook: empty cells": notebook(""),
}  # fmt: skip
"""From a name to the text of a deck of about so many characters."""

ENDS: Mapping[str, str] = {"LaTeX": ".tex", "notebook": ".ipynb"}
"""How the file is called, by what stands before the colon of a kind; else it is Markdown."""
