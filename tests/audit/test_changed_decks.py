r"""Whatever stands in a deck's formulas, each of its claims is judged, or the deck is refused.

The decks of the case files are changed where numbers and formulas stand: a number becomes a row, a
word, or larger than any; a formula becomes another deck's. An error of Python's is a mistake of
ours.
"""

from __future__ import annotations

import re
from random import Random

import pytest

from bpreport.audit import audit
from bpreport.deck import DeckError, read_text
from tests.audit.case_files import read_cases

CASES = [*read_cases("verdicts.txt"), *read_cases("verdicts-worked.txt")]
DECKS_A_SEED = 40
INSTEAD = (
    "0", "-1", "1e-3", "1e400", "10^{400}", "2^{2^{10}}", "0.000000000000000000000000000000000001",
    "123456789012345678901234567890123456789012345678", r"\infty", r"\exp(1000)", r"\frac{1}{0}",
    "0^{-1}", r"\ln 0", r"\sqrt{-1}", "x", "e", "w_1", "f(2)", "f'(x)", r"\hat y_1", r"5\%",
    "(1, 2)", "(1, 2, 3)", "(1,2)^T", r"\{0, 1\}", r"\sigma((1,2))", r"\sigma(1, 2)",
    r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}", r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}",
    r"\sum_{i=1}^{3} x_i", r"\sum_i y_i", "A^{-1}", r"\|x\|", r"\arg\min_x f(x)",
    r"\begin{cases} 1 & x > 0 \\ 0 & x = 0 \end{cases}", r"\frac{\partial L}{\partial w_1}",
)  # fmt: skip
RELATIONS = ("=", r"\approx", r"\le", r"\to", ":=", r"\in", r"\ne", "+", r"\cdot")
NUMBER, RELATION = re.compile(r"\d+(?:\.\d+)?"), re.compile(r"=|\\approx")
FORMULA = re.compile(r"\$\$.*?\$\$|\$[^$\n]+\$", re.DOTALL)


@pytest.mark.parametrize("seed", range(12))
def test_a_deck_with_changes_is_judged_or_refused(seed):
    chance = Random(seed)
    for _ in range(DECKS_A_SEED):
        case = chance.choice(CASES)
        text = case.text
        for _ in range(chance.randint(1, 3)):
            text = changed(text, chance)
        try:
            deck = read_text(f"{case.head}\n{text}\n")
            judged = audit(deck).judgements
        except DeckError:
            continue
        assert [judgement.claim.id for judgement in judged] == [claim.id for claim in deck.claims]


def changed(text: str, chance: Random) -> str:
    """A text with a number, a relation or a formula exchanged."""
    formulas = tuple(FORMULA.findall(chance.choice(CASES).text))
    kinds = ((NUMBER, INSTEAD), (RELATION, RELATIONS), (FORMULA, formulas))
    pattern, pieces = chance.choice(kinds)
    places = list(pattern.finditer(text))
    if not places or not pieces:
        return text
    place = chance.choice(places)
    return text[: place.start()] + str(chance.choice(pieces)) + text[place.end() :]
