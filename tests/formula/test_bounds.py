"""No formula hangs the reader or the evaluation: each bound has a message."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bpreport.formula import (
    FLOAT,
    INTERVAL,
    MPMATH,
    EvaluationError,
    FormulaError,
    Function,
    evaluate,
    parse,
    unroll,
)
from bpreport.formula.chains import split
from bpreport.formula.evaluation import MOST_STEPS
from bpreport.formula.parser import DEEPEST, LONGEST
from bpreport.formula.terms import LONGEST_SUM
from bpreport.formula.tree import Symbol, walk


@contextmanager
def soon(seconds: float = 20) -> Iterator[None]:
    """What is inside ends soon, even on a busy machine."""
    start = time.process_time()
    yield
    assert time.process_time() - start < seconds


def test_longest_formula() -> None:
    """One of the greatest length is read; one character more is refused."""
    source = "1+" * (LONGEST // 2 - 1) + "1+"
    with soon():
        assert len(list(walk(parse(source[:-1])))) == LONGEST // 2 + 1
        with pytest.raises(FormulaError, match=f"at most {LONGEST} characters"):
            parse(source + "1")


def test_nested_brackets() -> None:
    parse("(" * DEEPEST + "x" + ")" * DEEPEST)
    with pytest.raises(FormulaError, match="nested brackets") as refusal:
        parse("(" * (DEEPEST + 1) + "x" + ")" * (DEEPEST + 1))
    assert refusal.value.offset == DEEPEST


@pytest.mark.parametrize(
    "source",
    ["x" + "'" * 9000, "1" + "/2*3" * 4000, r"\ln" * 6000 + " x", r"\sum" * 4000 + " x",
     r"\nabla " * 2000 + "x", "x" + "^T" * 9000],
    ids=["primes", "quotients", "logarithms", "sums", "nablas", "transposes"],
)  # fmt: skip
def test_nesting_without_brackets(source: str) -> None:
    with soon(), pytest.raises(FormulaError, match="nested operations"):
        parse(source)


@pytest.mark.parametrize("piece", ["(", "{", "[", "|", r"\frac", "_{", "^{", r"\begin{cases}", "&"])
def test_long_rows_of_one_piece(piece: str) -> None:
    with soon(), pytest.raises(FormulaError):
        parse((piece * LONGEST)[:LONGEST])


@pytest.mark.parametrize("piece", [" ", "=", "a=", r"\\", "{", r"\boxed{", ",", ";", ".", r"\left",
                                   r"\begin{align}", r"\text{a b}", "a , ", "& "])  # fmt: skip
def test_splitting_is_linear(piece: str) -> None:
    """A span of 200,000 characters, ten times what a side may have, is split in seconds."""
    with soon():
        split(piece * (200_000 // len(piece)))


@pytest.mark.parametrize("arithmetic", [FLOAT, MPMATH, INTERVAL], ids=lambda a: a.name)
@pytest.mark.parametrize(
    "source",
    ["9^{9^{9^9}}", "9^{9^{9^{9^9}}}", "2^{1e9}", "0.5^{1e30}", "e^{e^{e^{9}}}", r"\exp(1e9)",
     "(1e300)^{1e300}"],
)  # fmt: skip
def test_towers_of_powers(source: str, arithmetic: Any) -> None:
    """A number that fills a library is refused, or overflows, with a message."""
    with soon(), pytest.raises((EvaluationError, FormulaError)):
        evaluate(parse(source), {}, arithmetic)


@pytest.mark.parametrize("power", ["2^{1000}", "1.0001^{10000}", "0.5^{60}", "0^5", "(-3)^{5}"])
def test_ordinary_powers_pass(power: str) -> None:
    """The twin: powers that decks print are computed."""
    value = evaluate(parse(power), {}, MPMATH)
    assert float(value) == pytest.approx(evaluate(parse(power), {}, FLOAT), rel=1e-12)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (rf"\sum_{{i=1}}^{{{LONGEST_SUM + 1}}} i", f"a sum of more than {LONGEST_SUM} terms"),
        (r"\sum_{i=1}^{1e30} i", f"a sum of more than {LONGEST_SUM} terms"),
        (
            r"\sum_{i=1}^{100000} \sum_{j=1}^{100000} i j",
            f"a value that takes more than {MOST_STEPS} steps",
        ),
        (r"\sum_{i=1}^{m} 1", "m has no value"),
        (r"\sum_{i=1}^{2.5} i", "whole numbers"),
        (r"\sum_i x_i", "without a range"),
    ],
)
def test_sums_are_bounded(source: str, message: str) -> None:
    """One sum by its terms; sums of sums by all that is computed."""
    with soon(), pytest.raises(EvaluationError, match=message):
        evaluate(parse(source), {})


def test_long_sum_within_the_bound() -> None:
    """1 + 2 + ... + 50000 = 50000 * 50001 / 2."""
    assert evaluate(parse(r"\sum_{i=1}^{50000} i"), {}) == 50000 * 50001 / 2


def test_unrolled_sums_are_bounded_together() -> None:
    with soon(60), pytest.raises(EvaluationError, match="sums of more than"):
        unroll(parse(r"\sum_{i=1}^{1000} \sum_{j=1}^{1000} w_{ij}"), {})


@pytest.mark.parametrize(
    "values",
    [
        {"a": parse("b + 1"), "b": parse("a + 1")},
        {"a": parse("f(1)"), "f": Function((Symbol("x"),), parse("f(x) + 1"))},
    ],
    ids=["values", "function"],
)
def test_definition_that_leads_back_to_itself(values: dict[str, Any]) -> None:
    with pytest.raises(EvaluationError, match="back to itself"):
        evaluate(parse("a"), values)
