"""Small decks: each has one thing that the built-in deck has among much else."""

__all__ = [
    "CHAPTERS",
    "CHAPTERS_WINDOW",
    "DECKS",
    "DEEP",
    "DESCENT",
    "ERRORS",
    "LESSON",
    "MARKED",
    "PERCEPTRON",
    "TABLES",
    "WORKED",
]

ERRORS = """\
# Notes

Some *prose* with $a = 0.1 * 5 + 0.35 = 0.95$ in it, and $b = 1.5$.

## A second slide

$$b = \\frac{1}{1 + e^{-2.35}} = 0.912934$$

## A third slide

$$c = 0.733020 (1 - 0.733020) = 0.195072$$

$$x \\star y = 3$$

| a | b |
|---|---|
| 1 | 2 |
"""
"""Right and wrong claims, one that is not understood, and no front matter."""

_DESCENT = """\
  descent: {kind: gradient descent, objective: x^2, learning_rate: 0.25, start: 1, tolerance: 0.01,
            stop: objective}
"""
_NET = """\
  net:
    kind: perceptron
    layers: {x: 1, y: 1}
    given: {x: [2], target: [1], w: [0.5]}
    weights: {x-y: by target}
    learning_rate: 0.1
    iterations: 3
"""

DESCENT = f"---\nworked:\n{_DESCENT}---\n# Descent\n"

PERCEPTRON = f"---\nworked:\n{_NET}---\n# Notes {{worked=net}}\n\n$$net_{{y1}} = 0.5 * 2 = 1$$\n"

WORKED = f"---\nworked:\n{_DESCENT}{_NET}---\n# Notes\n"
"""Both, and a deck that claims nothing."""

CHAPTERS = f"""---
title: Notes & more
author: A. Teacher
lang: en
worked:
{_DESCENT}{_NET}---
# Notes {{worked=net}}

[Nowhere](#nowhere), [elsewhere](https://example.org/), and [the last](#slide-14).

""" + "".join(
    f"## Slide {number}\n\nAs [before](#slide-{number - 1}), with other numbers:\n\n"
    f"$$a_{{{number}}} = {number} * 0.5 = {number / 2 + 0.05 * (number == 5)}$$\n\n"
    + "These words take a line.\\\n" * 7
    + "So does this.\n\n"
    for number in range(2, 15)
)
"""Slides on several pages, of which the fifth has a digit twice, and two worked examples."""

CHAPTERS_WINDOW = 660
"""With so many tags laid out at once its slides are two parts, and its examples are one."""

LESSON = r"""---
title: 一节小课
lang: zh
worked:
  net:
    kind: perceptron
    layers: {l: 2, h: 1, o: 1}
    given: {l: [5, 10], target: [0.01], b: [0.35, 0.65], w: [0.1, 0.15, 0.4]}
    weights: {l-h: by target, h-o: by target}
    learning_rate: 0.5
    iterations: 10
---
# 一节小课 {worked=net}

一个**小网络**，两个输入，一个隐层单元，一个输出。

## 初值

$$w_1 = 0.1, \quad w_2 = 0.15, \quad b_1 = 0.35$$

## 隐层

$$net_{h1} = w_1 * l_1 + w_2 * l_2 + b_1 = 0.1 * 5 + 0.15 * 10 = 2.35$$

$$out_{h1} = \frac{1}{1 + e^{-net_{h1}}} = \frac{1}{1 + e^{-2.35}} = 0.912935$$

## 输出层

$$net_{o1} = w_3 * out_{h1} + b_2 = 0.4 * 0.912934 + 0.65 = 1.051174$$

其中 $w_3 = 0.4$，$b_2 = 0.65$。

""" + "".join(
    f"## 第 {number} 页\n\n再看一遍：\n\n$$w_3 = 0.4$$\n\n$$w_1 * l_1 = 0.1 * 5 = 0.5$$\n\n"
    for number in range(5, 15)
)
"""Chinese, with errors of several kinds, a worked example, and slides enough to scroll."""

MARKED = r"""---
title: Layers as marks
worked:
  net:
    kind: perceptron
    layers: {x: 2, h: 3, y: 2}
    given:
      x: [0.5, 1]
      target: [0.9, 0.1]
      W^{[1]}: [[0.1, 0.2, 0.3], [0.4, -0.2, 0.5]]
      W^{[2]}: [[0.1, 0.3], [0.5, -0.4], [-0.5, 0.25]]
      b: [[0.1, 0.2, 0.3], [0.05, -0.05]]
    weights: {x-h: "W^{[1]}_{ij}", h-y: "W^{[2]}_{jk}"}
    biases: {per: unit}
    notation: {net: z, out: a, units: layer, error: C, target: t, learning_rate: \alpha}
    learning_rate: 0.5
    iterations: 100
---
# Layers as marks {worked=net}

The first hidden unit gives [0.63]{claim="a_1^{(2)}"}.
"""
"""A network in z and a, whose symbols have a subscript and the mark of their layer."""


def _matrix(sign: int) -> str:
    rows = [[0.1 * row + 0.01 * column for column in range(1, 6)] for row in range(1, 6)]
    return str([[round(sign * value, 2) for value in row] for row in rows])


DEEP = f"""---
title: Four layers of five
worked:
  net:
    kind: perceptron
    layers: {{x: 5, h: 5, g: 5, y: 5}}
    activation: tanh
    given:
      x: [0.5, 1, -1, 0.25, 0.75]
      target: [0.9, 0.1, 0.5, -0.5, 0.5]
      w^{{(1)}}: {_matrix(1)}
      w^{{(2)}}: {_matrix(-1)}
      w^{{(3)}}: {_matrix(1)}
    weights: {{x-h: "w^{{(1)}}_{{ij}}", h-g: "w^{{(2)}}_{{jk}}", g-y: "w^{{(3)}}_{{kl}}"}}
    notation: {{net: z, out: a, units: layer}}
    learning_rate: 0.1
    iterations: 20
---
# Four layers of five {{worked=net}}
"""
"""More weights than one plot has room to name."""

TABLES = """\
# Tables

A drop from -1.5 to -2, in 3-5 steps, `-7`, **x**-1, and [-3.5]{claim="start"}.

| step | x | loss | remark |
|---|---|---|---|
| 0 | -1.5 | 10.25 | start |
| 1 | 0.25 | 3 | then |
| 10 | [12.125]{.figure} | 0.5 | end |

| left | centre | right |
|:---|:---:|---:|
| 0.5 | 0.5 | 0.5 |
| -12.25 | -12.25 | -12.25 |
| 3 | 3 | 3 |

| name | $k$ | $x_k$ |
|---|---|---|
| $w_1$ | 0 | $-1.5$ |
| $w_2$ | 1 | $10.25$ |
| $w_3$ | 2 | $0.125$ |
"""
"""Numbers of several widths in columns of all alignments, and hyphens of several kinds."""

DECKS = {
    "tables": TABLES,
    "lesson": LESSON,
    "errors": ERRORS,
    "perceptron": PERCEPTRON,
    "descent": DESCENT,
    "marked": MARKED,
    "deep": DEEP,
    "words": "# Nothing but words\n\nNo formula here.\n",
    "empty": "",
}
