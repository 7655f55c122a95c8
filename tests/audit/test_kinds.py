"""Formulas whose values are rows, matrices or beyond every number end no audit."""

import random

import pytest

from bpreport.audit import audit, judge
from bpreport.deck import read_text
from bpreport.formula import EvaluationError, Function, evaluate, parse, to_decimal
from bpreport.formula.tree import Symbol

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
    r"\sigma(-2, 0.1) = -0.02",
    r"\sum_{i=(1,2)}^{3} a_i = a_1 + a_2",
    r"\sum_{i=1e400}^m a_i = 3",
    r"a = 1e-1000 = 2",
    r"2 \begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix} x = 2",
    r"\exp(1000) * 0.5 = 6.667",
)


@pytest.mark.parametrize("formula", FORMULAS)
def test_what_is_no_number_is_left_unchecked_and_the_next_claim_is_judged(formula):
    judgements = audit(read_text(f"$${formula}$$\n\n$$c = 0.5 * 3 = 1.5$$")).judgements
    assert "unchecked" in {judgement.verdict.value for judgement in judgements[:-2]}
    assert judgements[-1].verdict.value == "reproduced"


DECKS = (
    # What is larger than 10^59 has more digits than are computed.
    r"$x_0 = 3$ and $x_{k+1} = x_k - 2^{2^{10}} x_k$. $x_1 = 5$, $x_2 = 7$, $x_3 = 9$.",
    r"$p = 2/3$. $$d = \exp(1000) p = \exp(1000) * 0.667 = 6.667$$",
    "$$0.05 * 0.01 = 1e400$$",  # past the floats in which slips are counted
    r"$a = (1, 2, 3)$ and $b = 0.35$. $$c = a b + d = 2 * 3 = 7.5$$",
    r"$b = (1, 2)$. $$net = w x + b = 0.4 * e = 0.2$$",
)


@pytest.mark.parametrize("source", DECKS)
def test_what_is_no_number_among_what_is_known_ends_no_audit(source):
    judgements = audit(read_text(f"{source}\n\n$$u = 0.5 * 3 = 1.5$$")).judgements
    assert judgements[-1].verdict.value == "reproduced"


def test_a_mistake_of_ours_is_not_told_as_one_of_the_deck(monkeypatch):
    """Errors of Python's are none that a deck can cause: they end the audit, and are seen."""

    def mistaken(claim, knowledge):
        raise TypeError("a mistake of ours")

    monkeypatch.setattr(judge, "_pair", mistaken)
    with pytest.raises(TypeError, match="a mistake of ours"):
        audit(read_text("$$a = 2$$"))


def test_a_function_is_no_number():
    """Where f(x) = 2x, the f of f + 1 has no value."""
    doubled = Function((Symbol("x"),), parse("2x"))
    with pytest.raises(EvaluationError, match="f has no value"):
        evaluate(parse("f + 1"), {"f": doubled})
    assert evaluate(parse("f(3) + 1"), {"f": doubled}) == 7  # 2 * 3 + 1


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
