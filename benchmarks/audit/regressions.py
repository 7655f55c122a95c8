"""Random linear and logistic regressions: the quantities of one step."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from benchmarks.audit.examples import Example, typed
from benchmarks.audit.expressions import (
    HALF,
    ONE,
    add,
    call,
    multiply,
    name,
    negative,
    number,
    ratio,
    subtract,
)


@dataclass(frozen=True)
class Regression:
    """The givens of a linear or logistic regression."""

    logistic: bool
    mean: bool
    """J with 1/(2m), not 1/2."""
    x: tuple[tuple[str, ...], ...]
    """Features without the intercept."""
    y: tuple[str, ...]
    start: tuple[str, ...]
    rate: str


def random_regression(random: Random) -> Regression:
    logistic = random.random() < 0.5
    features, samples = random.choice((1, 1, 2)), random.randint(2, 5)
    y = tuple(random.choice("01") if logistic else typed(random, -1, 5, 1) for _ in range(samples))
    return Regression(
        logistic=logistic,
        mean=not logistic and random.random() < 0.5,
        x=tuple(
            tuple(typed(random, -2, 4, random.choice((0, 1))) for _ in range(features))
            for _ in range(samples)
        ),
        y=y,
        start=tuple(typed(random, -1, 1, 1) for _ in range(features + 1)),
        rate=random.choice(("0.1", "0.05", "0.01", "0.2", "0.5")),
    )


def regression_step(given: Regression) -> Example:
    """The first step of a regression with all its quantities."""
    example = Example("logistic regression" if given.logistic else "linear regression")
    samples, parameters = range(len(given.y)), range(len(given.start))
    for i in samples:
        for j, digits in enumerate(given.x[i], 1):
            example.give(f"x/{i}/{j}", digits)
        example.give(f"y/{i}", given.y[i])
    for j, digits in enumerate(given.start):
        example.give(f"theta/{j}", digits)
    example.give("rate", given.rate)
    example.give("m", str(len(given.y)))
    for i in samples:
        terms = [multiply(name(f"theta/{j}"), name(f"x/{i}/{j}")) for j in parameters[1:]]
        model = add(name("theta/0"), *terms)
        if given.logistic:
            model = call("sigmoid", example.define(f"z/{i}", model))
        example.define(f"h/{i}", model)
    residuals = [subtract(name(f"h/{i}"), name(f"y/{i}")) for i in samples]
    if given.logistic:
        shares = [
            subtract(
                negative(multiply(name(f"y/{i}"), call("ln", name(f"h/{i}")))),
                multiply(subtract(ONE, name(f"y/{i}")), call("ln", subtract(ONE, name(f"h/{i}")))),
            )
            for i in samples
        ]
        # -a - b + (-c - d) is written -a - b - c - d.
        example.define("J", add(*(term for share in shares for term in share.operands)))
    else:
        factor = ratio(ONE, multiply(number("2"), name("m"))) if given.mean else HALF
        example.define("J", multiply(factor, add(*(call("square", r) for r in residuals))))
    for j in parameters:
        terms = [multiply(r, name(f"x/{i}/{j}")) if j else r for i, r in enumerate(residuals)]
        slopes = add(*terms)
        formula = multiply(ratio(ONE, name("m")), slopes) if given.mean else slopes
        example.define(f"by-theta/{j}", formula)
    for j in parameters:
        step = multiply(name("rate"), name(f"by-theta/{j}"))
        example.define(f"new-theta/{j}", subtract(name(f"theta/{j}"), step))
    return example
