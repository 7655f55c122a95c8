r"""Quantities of regressions and descents under the names that others give them.

A descent on x^2 with rate 0.25 from 1 halves x: x_3 = 0.125, and its square is 0.015625. The line
of the regression predicts 0.5 + 0.5 x: 1.5 for the second sample, whose y is 3.9; the residuals
are -1.1, -2.4, -4.2, -5.3, half their squares 26.35, and the slope by theta_1 is
-1.1 - 4.8 - 12.6 - 21.2 = -39.7. The logistic one has \sigma(1.5) = 0.8176 there, and the loss
1.3133 + 1.7014 + 0.1269 + 0.0789 = 3.2205.
"""

from __future__ import annotations

import pytest

from bpreport.audit import audit
from bpreport.deck import read_text

DESCENT = """\
---
lang: en
functions: [f, J]
worked:
  walk: {kind: gradient descent, objective: x^2, learning_rate: 0.25, start: 1, stop: count,
         iterations: 5}
---
# Walk {worked=walk}

"""
LINE = """\
---
lang: en
functions: [f, J, L, h]
worked:
  line:
    kind: linear regression
    data: {x: [1, 2, 3, 4], y: [2.1, 3.9, 6.2, 7.8]}
    learning_rate: 0.05
    iterations: 5
    start: [0.5, 0.5]
---
# Line {worked=line}

"""
SPAM = LINE.replace("linear", "logistic").replace("[2.1, 3.9, 6.2, 7.8]", "[0, 0, 1, 1]")

NET = r"""---
lang: en
worked:
  net:
    kind: perceptron
    layers: {i: 2, o: 1}
    given: {i: [1, 2], target: [1], w: [0.5, -0.25]}
    learning_rate: 0.8
    notation: {error: C}
---
# Net {worked=net}

"""
NUMBERED = NET.replace("{error: C}", "{units: number}")
"""The net is 0, the output 0.5, the error 0.125, its slope by w_2 -0.5 * 0.25 * 2 = -0.25."""

CASES = [
    (DESCENT, "$f(x_3) = {}$", "0.015625"),
    (DESCENT, "$J(x_3) = {}$", "0.015625"),
    (DESCENT, "$f_3 = {}$", "0.015625"),
    (DESCENT, "$L_3 = {}$", "0.015625"),
    (DESCENT, "After 3 iterations $L = {}$.", "0.015625"),
    (DESCENT, "After 3 iterations $f(x) = {}$.", "0.015625"),
    (DESCENT, "After 3 iterations $x = {}$.", "0.125"),
    (LINE, r"$h_\theta(x^{{(2)}}) = {}$", "1.5"),
    (LINE, r"$\hat{{y}}^{{(2)}} = {}$", "1.5"),
    (LINE, r"$f(x^{{(2)}}) = {}$", "1.5"),
    (LINE, "$E = {}$", "26.35"),
    (LINE, r"$J(\theta) = {}$", "26.35"),
    (LINE, r"$\mathcal{{L}} = {}$", "26.35"),
    (LINE, r"$\frac{{\partial E}}{{\partial \theta_1}} = {}$", "-39.7"),
    (LINE, r"$\frac{{\partial L(\theta)}}{{\partial \theta_1}} = {}$", "-39.7"),
    (SPAM, "$p^{{(2)}} = {}$", "0.8176"),
    (SPAM, r"$\hat{{y}}^{{(2)}} = {}$", "0.8176"),
    (SPAM, r"$L(\theta) = {}$", "3.2205"),
    (SPAM, "$E = {}$", "3.2205"),
    (DESCENT, "$f(3) = {}$", "9"),
    (DESCENT, "$f'(3) = {}$", "6"),
    (DESCENT, r"$\nabla f(3) = {}$", "6"),
    (DESCENT, "$f'(x_3) = {}$", "0.25"),
    (DESCENT, "$x^{{(3)}} = {}$", "0.125"),
    (DESCENT, '[{}]{{claim="x^{{(3)}}"}}', "0.125"),
    (DESCENT, '[{}]{{claim="f(x_3)"}}', "0.015625"),
    ("$f'(x) = x^3 - 2$. ", "$f'(2) = {}$", "6"),
    (LINE, "$h(3) = {}$", "2"),
    (LINE, r"$h_\theta(3) = {}$", "2"),
    (LINE, r"$\hat y_2 = {}$", "1.5"),
    (LINE, r"$\Delta \theta_1 = {}$", "1.985"),  # 0.05 * 39.7
    (LINE, r"$\theta_1^{{(1)}} = {}$", "2.485"),
    (LINE, '[{}]{{claim="\\theta_1^{{(1)}}"}}', "2.485"),
    (LINE, '[{}]{{claim="J(\\theta)"}}', "26.35"),
    (LINE, '[{}]{{claim="h_\\theta(x^{{(2)}})"}}', "1.5"),
    (LINE, r"[{}]{{claim='\frac{{\partial J(\theta)}}{{\partial \theta_1}}'}}", "-39.7"),
    (SPAM, "$p_2 = {}$", "0.8176"),
    (SPAM, "$h(2) = {}$", "0.8176"),
    (NET, "$C = {}$", "0.125"),
    (NET, '[{}]{{claim="C"}}', "0.125"),
    (NET, '[{}]{{claim="C_{{total}}"}}', "0.125"),
    (NET, r"$\frac{{\partial C}}{{\partial w_2}} = {}$", "-0.250"),
    (NET, r'[{}]{{claim="\frac{{\partial C}}{{\partial w_2}}"}}', "-0.250"),
    (NUMBERED, "$E_{{total}} = {}$", "0.125"),
    (NUMBERED, r"$\frac{{\partial E_{{total}}}}{{\partial w_2}} = {}$", "-0.250"),
    (SPAM, r"$\frac{{\partial \hat{{y}}^{{(2)}}}}{{\partial z^{{(2)}}}} = {}$", "0.1491"),
]


@pytest.mark.parametrize(("deck", "line", "right"), CASES)
def test_a_quantity_is_known_under_its_other_names(deck: str, line: str, right: str) -> None:
    """The right number is reproduced, and one that is off by half is an error."""
    judgement = audit(read_text(deck + line.format(right))).judgements[-1]
    assert judgement.verdict.value == "reproduced"
    wrong = f"{float(right) * 1.5:.{len(right.partition('.')[2])}f}"
    judgement = audit(read_text(deck + line.format(wrong))).judgements[-1]
    assert judgement.verdict.level == "error"


@pytest.mark.parametrize(
    ("deck", "line"),
    [
        (LINE, "$r^{(2)} = 3.3$"),  # no name of a prediction
        (LINE, "$T = 5$"),  # nor of an objective
        (LINE, r"$q(x^{(2)}) = 3.3$"),
        (LINE, r"$\frac{\partial x^{(2)}}{\partial \theta_1} = 3.3$"),
        (DESCENT, "$q_3 = 3.3$"),
        (NET, "$E = 3.3$"),  # its error is called C
        (NET, "$C_h = 3.3$"),
    ],
)
def test_what_is_no_name_of_it_is_not_held_against_it(deck: str, line: str) -> None:
    """A name of the deck's own is as the deck gives it."""
    judgement = audit(read_text(deck + line)).judgements[-1]
    assert judgement.verdict.level != "error"


def test_data_are_known_by_their_sample() -> None:
    """x^(2) is the only feature of the second sample."""
    judgement = audit(read_text(LINE + "$x^{(2)} = 2$")).judgements[-1]
    assert (judgement.verdict.value, judgement.quantity) == ("given", "x_{1}^{(2)}")
    wrong = audit(read_text(LINE + "$x^{(2)} = 3$")).judgements[-1]
    assert wrong.verdict.level == "error"


@pytest.mark.parametrize(
    ("deck", "line", "right", "wrong"),
    [
        (DESCENT, r"$\eta = {}$", "0.25", "0.3"),
        (LINE, r"$\eta = {}$", "0.05", "0.3"),
        (LINE, '[{}]{{claim="x^{{(2)}}"}}', "2", "3"),
    ],
)
def test_a_given_is_known_under_its_other_names(
    deck: str, line: str, right: str, wrong: str
) -> None:
    """What the front matter gives is given, and another number is an error."""
    assert audit(read_text(deck + line.format(right))).judgements[-1].verdict.value == "given"
    assert audit(read_text(deck + line.format(wrong))).judgements[-1].verdict.level == "error"


def test_the_entries_of_a_gradient_are_its_slopes() -> None:
    r"""-13 = -1.1 - 2.4 - 4.2 - 5.3 and -39.7 by the parameters of a line."""
    right = audit(read_text(LINE + r"$\nabla J(\theta) = (-13, -39.7)$"))
    assert right.summary == {"reproduced": 2}
    wrong = audit(read_text(LINE + r"$\nabla J(\theta) = (-13, -37.9)$"))
    assert [one.verdict.level for one in wrong.judgements] == ["right", "error"]


@pytest.mark.parametrize(
    ("line", "level"),
    [
        # y = 0.15 + 1.94 x where J is least
        ("$h(5) = 9.85$", "right"),
        (r"$\hat y_2 = 4.03$", "right"),
        (r"$\hat\theta_1 = 1.94$", "right"),
        ("$h(5) = 9.58$", "error"),
        (r"$\hat\theta_1 = 1.49$", "error"),
        (r"$\theta_1^* = 1.94$", "right"),
        (r"$\theta_1^* = 2.48$", "error"),
    ],
)
def test_what_a_line_predicts_in_the_end(line: str, level: str) -> None:
    """A prediction may be meant with the parameters at the start, or with those of the solution."""
    assert audit(read_text(LINE + line)).judgements[-1].verdict.level == level


def test_the_front_matter_does_not_outweigh_a_definition_of_the_deck() -> None:
    """Another f of the deck's own is what it says."""
    judgement = audit(read_text(DESCENT + "$f(x) = x^3$, and $f(2) = 8$.")).judgements[-1]
    assert judgement.verdict.level == "right"


RUNS = r"""---
lang: en
worked:
  walks:
    {kind: gradient descent, objective: x^2 - 2x, start: 1.5, stop: count, iterations: 5,
     runs: {wild: {learning_rate: 1.1}, tame: {learning_rate: 0.9}}}
---
# Walks

"""


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        # 1.5 - 0.9 * 1 = 0.6, 0.6 + 0.9 * 0.8 = 1.32; 1.5 - 1.1 * 1 = 0.4
        (r"With $\eta = 0.9$ the iterates are $x_1 = 0.6$, $x_2 = 1.32$.", "rrr"),
        (r"With $\eta = 0.9$ the iterates are $x_1 = 0.4$, $x_2 = -7$.", "ree"),
        (r"With $\alpha = 0.9$, $f(x_1) = -0.84$, $J_1 = -0.48$.", "rre"),
        (r'At [0.9]{claim="tame.learning_rate"}, $x_1 = 0.4$.', "re"),
        ("With $\\eta = 1.1$:\n\n| $k$ | $x_k$ |\n|-|-|\n| 1 | 0.4 |\n| 2 | 1.27 |", "rrrre"),
        (
            r'With $\eta = 0.9$, $x_1 = 0.4$. It ends after [5]{claim="tame.iterations"} steps.',
            "rer",
        ),
        # Neither run has the rate, or both are told: nobody knows which is meant.
        (r"With $\eta = 0.8$, $x_1 = 0.7$.", "rr"),
        (r"With $\eta = 0.9$ and with $\eta = 1.1$, $x_1 = 0.5$.", "rrr"),
        ("With $\\eta = 0.9$ it is slow.\n\nThe other: $x_1 = 0.4$.", "rr"),
    ],
)
def test_a_paragraph_that_names_the_rate_of_one_run_is_about_that_run(
    text: str, levels: str
) -> None:
    """By level: right or error."""
    found = audit(read_text(RUNS + text)).judgements
    assert "".join(one.verdict.level[0] for one in found) == levels


@pytest.mark.parametrize(
    ("text", "verdicts"),
    [
        (r"$$\theta^* = (X^T X)^{-1} X^T y = (0.15, 1.94)$$", ["definition", *["reproduced"] * 2]),
        (r"$$\theta^* = (0.15, 1.49)$$", ["reproduced", "explained"]),
        # 4, 10 and 30 are the sums of 1, x and x^2; 20 and 59.7 those of y and x y.
        (
            r"$$\begin{pmatrix} 4 & 10 \\ 10 & 30 \end{pmatrix} \theta = (20.0, 59.7)^T$$",
            ["reproduced", "reproduced"],
        ),
        (r"$$\begin{pmatrix} 4 & 10 \end{pmatrix} \theta = 21$$", ["unchecked"]),
    ],
)
def test_the_closed_form(text: str, verdicts: list[str]) -> None:
    r"""\theta^* is the solution, and no state of the descent; a system may be posed."""
    found = audit(read_text(LINE + text)).judgements
    assert [one.verdict.value for one in found] == verdicts


def test_what_a_run_comes_to_is_corrected_in_the_printed_places() -> None:
    """5 halvings make 1/1024 of 1."""
    found = audit(read_text(DESCENT + '[5.0]{claim="run.minimum"}')).judgements[-1]
    assert found.correction == "0.0"
