"""What the audit leaves open has its reason, and beside it stands what it does judge."""

from __future__ import annotations

import pytest

from bpreport.audit import audit
from bpreport.deck import read_text
from bpreport.publish.language import render
from tests.audit.test_others_names import LINE
from tests.publish.decks import PERCEPTRON

FUNCTIONS = "---\nlang: en\nfunctions: [f]\n---\n"
TABLE = "# T\n\n$c = {}$\n\n| $a$ | $b$ | $c$ |{}\n|---|---|---|---|\n{}"


def last(source: str) -> tuple[str, str]:
    """Verdict and message of the last claim."""
    judgement = audit(read_text(source)).judgements[-1]
    return judgement.verdict.value, render(judgement.message, "en")


@pytest.mark.parametrize(
    ("row", "verdict", "message"),
    [
        ("(4, 6)", "reproduced", ""),  # 1 + 3 and 2 + 4
        ("(4, 7)", "wrong", ""),
        ("(4, 6, 7)", "unchecked", "The left side has no entry in this place"),
    ],
)
@pytest.mark.parametrize(
    "left",
    [
        "$v = (1, 2) + (3, 4) = {}$",
        "$a = 4$ $b = 6$\n\n$v = (a, b) = {}$",
        r"$v = 2 \begin{{pmatrix}} 2 & 3 \end{{pmatrix}} = {}$",
    ],
)
def test_an_entry_is_held_against_the_one_in_its_place(
    left: str, row: str, verdict: str, message: str
) -> None:
    """Where there is none, nothing can be said of it."""
    found, said = last(left.format(row))
    assert found == verdict
    assert message in said


@pytest.mark.parametrize(
    ("source", "verdict"),
    [
        ("$f(x) = x^2$\n\n$f'(x) = 2 x$", "proved"),
        ("$f(x) = x^2$\n\n$f'(x) = 3 x$", "wrong"),
        ("$f(x, y) = x y$\n\n$f'(x, y) = y$", "definition"),  # by which of the two?
        ("$y = x^2$\n\n$\\frac{\\partial y}{\\partial x} = 2 x$", "proved"),
        ("$y = x^2$\n\n$\\frac{\\partial y}{\\partial (2 x)} = x$", "definition"),
    ],
)
def test_a_slope_is_checked_where_it_is_one(source: str, verdict: str) -> None:
    """By one variable of one name; what else a deck writes is its own notation."""
    assert last(FUNCTIONS + source)[0] == verdict


def test_a_function_is_called_as_it_was_defined() -> None:
    """Of two arguments, f has no value with one."""
    found, said = last(FUNCTIONS + "$f(x, y) = x y$\n\n$f(2) = 6$")
    assert found == "unchecked"
    assert "f takes 2 arguments" in said
    assert last(FUNCTIONS + "$f(x, y) = x y$\n\n$f(2, 3) = 6$")[0] == "reproduced"
    assert last(FUNCTIONS + "$f(x, y) = x y$\n\n$f(2, 3) = 7$")[0] == "wrong"


def test_a_row_that_has_two_numbers_for_one_name_determines_nothing() -> None:
    """Where a is 2.0 and 3.0, c could be of either."""
    rows = "| 2.0 | 3.0 | 6.0 | 3.0 |\n| 2.0 | 4.0 | 8.0 | 2.0 |\n"
    found = audit(read_text(TABLE.format("a b", " $a$ |", rows))).judgements
    told = {judgement.claim.text: judgement.verdict.value for judgement in found}
    assert told["6.0"] == "unchecked"
    assert told["8.0"] != "unchecked"


def test_rows_that_do_not_follow_the_formula_are_no_cases_of_it() -> None:
    """One row of three fits c = a + b; the others may be of something else."""
    rows = "| 2.0 | 3.0 | 5.0 | |\n| 2.0 | 4.0 | 8.0 | |\n| 3.0 | 3.0 | 0.0 | |\n"
    found = audit(read_text(TABLE.format("a + b", " |", rows))).judgements
    told = {judgement.claim.text: judgement for judgement in found}
    assert told["8.0"].verdict.value == "unchecked"
    assert "do not determine c" in render(told["8.0"].message, "en")


def test_a_call_of_another_function_is_no_prediction() -> None:
    """q(x^(2)) is whatever the deck says that it is; h(x^(2)) is the regression's."""
    head = LINE.replace("[f, J, L, h]", "[f, J, L, h, q]")
    assert last(head + "$q(x^{(2)}) = 3.3$")[0] != "wrong"
    assert last(head + "$h(x^{(2)}) = 3.3$")[0] == "wrong"


@pytest.mark.parametrize("relation", [r"\in", r"\sim", r"\propto", r"\cong", r"\mapsto"])
def test_a_relation_that_equates_no_values_claims_none(relation: str) -> None:
    r"""Of 3 x \propto 2 x nothing could be wrong; 3 x = 2 x is."""
    assert last(f"$3 x {relation} 2 x$") == ("definition", "It introduces a symbol")
    assert last("$3 x = 2 x$")[0] == "wrong"


def test_iterations_that_the_example_does_not_make_are_left_open() -> None:
    """Three are made; of what is not trained, the deck says nothing after the first."""
    assert last(PERCEPTRON + "\nAfter 99 iterations $w_1 = 0.5$.") == (
        "unchecked",
        "The deck does not say how iteration 99 is computed",
    )
    assert last(PERCEPTRON + "\nAfter 2 iterations $net_{y1} = 0.5$.")[0] == "unchecked"
    assert last(PERCEPTRON + "\nAfter 2 iterations $w_1 = 0.4$.")[0] == "wrong"


def test_a_very_long_number_is_told_shortened() -> None:
    """Nobody reads seventy digits in a sentence; where they are printed they stay."""
    digits = "0." + "1234567890" * 7
    judgement = audit(read_text(f"$a = {digits} + {digits} = 0.5$")).judgements[-1]
    assert judgement.verdict.value == "wrong"
    assert digits in judgement.claim.text
    assert max(map(len, render(judgement.message, "en").split())) < 40


def test_a_prime_beside_updated_names_may_be_either() -> None:
    """Of y = w^2 the slope is 2 w; y' = 3 w^+ may be y after the update."""
    before = "$w = 2$\n\n$y = w^2$\n\n$w^+ = w - 1$\n\n"
    assert last(before + "$y' = 2 w$")[0] == "proved"
    assert last(before + "$y' = 3 w$")[0] == "wrong"
    found, said = last(before + "$y' = 3 w^+$")
    assert found == "unchecked"
    assert said.startswith("The prime may stand for a slope or for the value after the update")
