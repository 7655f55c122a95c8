"""Small decks of other kinds than the built-in one."""

__all__ = ["DECKS", "ERRORS"]

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

PERCEPTRON = """\
---
worked:
  net:
    kind: perceptron
    layers: {x: 1, y: 1}
    given: {x: [2], target: [1], w: [0.5]}
    weights: {x-y: by target}
    learning_rate: 0.1
    iterations: 3
---
# Notes {worked=net}

$$net_{y1} = 0.5 * 2 = 1$$
"""

DESCENT = """\
---
worked:
  descent: {kind: gradient descent, objective: x^2, learning_rate: 0.25, start: 1, tolerance: 0.01,
            stop: objective}
---
# Descent
"""

DECKS = {
    "errors": ERRORS,
    "perceptron": PERCEPTRON,
    "descent": DESCENT,
    "words": "# Nothing but words\n\nNo formula here.\n",
    "empty": "",
}
