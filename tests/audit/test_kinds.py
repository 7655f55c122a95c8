"""Formulas whose values are rows, matrices or beyond every number end no audit."""

import random

import pytest

from bpreport.audit import audit
from bpreport.deck import read_text
from bpreport.formula import EvaluationError, to_decimal

FORMULAS = (
    r"y = (1,2) * (3,4) = 11",
    r"y = \begin{bmatrix}1\\2\end{bmatrix}\begin{bmatrix}3\\4\end{bmatrix} = 12",
    r"x = \max((1,2),(3,4)) = 4",
    r"(0, 0.0) = \max(5, 2)",
    r"(0.6, 0.8) = \frac{1}{5} \cdot 5",
    r"E = 0^{-0.7} = 2",
    r"E = \ln(0^{\ln 0.5}) = 2",
    r"a = 1e400 = 2",
    r"y = \begin{cases} 1 & (1,2) > 0 \\ 0 & x = 0 \end{cases} = 1",
)


@pytest.mark.parametrize("formula", FORMULAS)
def test_what_is_no_number_is_left_unchecked_and_the_next_claim_is_judged(formula):
    judgements = audit(read_text(f"$${formula}$$\n\n$$c = 0.5 * 3 = 1.5$$")).judgements
    assert "unchecked" in {judgement.verdict.value for judgement in judgements[:-2]}
    assert judgements[-1].verdict.value == "reproduced"


def test_a_number_is_asked_for():
    with pytest.raises(EvaluationError, match="row or matrix"):
        to_decimal((1, 2))
    with pytest.raises(EvaluationError, match="too large"):
        to_decimal(float("inf"))


@pytest.mark.parametrize("seed", range(40))
def test_formulas_of_vectors_zeros_and_infinities_are_judged(seed):
    chance = random.Random(seed)
    for _ in range(10):
        lines = [f"$$y = {_expression(chance)} = {_expression(chance)}$$" for _ in range(2)]
        deck = read_text("\n\n".join(lines))
        assert len(audit(deck).judgements) == len(deck.claims)


def _expression(chance: random.Random, depth: int = 0) -> str:
    atoms = ["0", "-1", "0.5", "1e-3", r"\infty", "10^{400}", "x", "w_1", "y"]
    if depth > 2 or chance.random() < 0.2:
        return chance.choice(atoms)
    a, b, c, d = (_expression(chance, depth + 1) for _ in range(4))
    return chance.choice(
        [
            f"{a} + {b}",
            f"({a}) * ({b})",
            rf"\frac{{{a}}}{{{b}}}",
            rf"({a})^{{{b}}}",
            rf"\ln({a})",
            rf"\max({a}, {b})",
            f"({a}, {b})",
            rf"\begin{{bmatrix}}{a} & {b}\\{c} & {d}\end{{bmatrix}}",
            rf"\begin{{pmatrix}}{a}\\{b}\end{{pmatrix}}",
            rf"\sum_{{i=1}}^{{3}} {a}",
        ]
    )
