"""Golden values: what is told of a name, a shape or a run that does not fit."""

from __future__ import annotations

import numpy as np
import pytest

from bpreport.audit import audit
from bpreport.deck import read_text
from bpreport.formula import MP
from bpreport.publish.golden_checks import Golden, UnknownNameError
from bpreport.publish.golden_comparing import difference
from bpreport.worked import recompute
from tests.publish.test_golden import told

DECK = """\
---
lang: en
worked:
  one:
    kind: perceptron
    layers: {x: 2, h: 3, y: 2}
    given:
      x: [0.5, -1]
      target: [0, 1]
      b: [0.1, 0.2]
      w: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 0.1, 0.2]
    weights: {x-h: by target, h-y: by target}
    learning_rate: 0.1
    iterations: 5
  walk:
    kind: gradient descent
    objective: x^2 + y^2
    start: [1, 2]
    learning_rate: 0.25
    stop: count
    iterations: 3
---

# A deck
"""
TWO = DECK.replace(
    "  walk:",
    DECK[DECK.index("  one:") : DECK.index("  walk:")].replace("one:", "two:") + "  walk:",
)


def golden(source: str) -> Golden:
    deck = read_text(source)
    study = recompute(deck)
    return Golden(audit(deck, study), study)


@pytest.fixture(scope="module", name="deck")
def the_deck() -> Golden:
    return golden(DECK)


def test_a_run_that_two_examples_have_must_be_chosen() -> None:
    """As a quantity must; what one of them alone has needs no choice."""
    both = golden(TWO)
    with pytest.raises(UnknownNameError, match=r"out is in several worked examples: one, two"):
        both.check_run("out", [[0.5, 0.5]])
    with pytest.raises(UnknownNameError, match="several worked examples"):
        both.check_run("w_7", [0.5])
    both.check_run("x", [1.0, 0.5, 0.25, 0.125])  # x - 0.25 * 2 x


def test_a_run_that_is_nowhere_is_answered_with_the_nearest(deck: Golden) -> None:
    with pytest.raises(UnknownNameError, match=r"outs is not known; the nearest names are out"):
        deck.check_run("outs", [[0.5, 0.5]])
    with pytest.raises(UnknownNameError, match="z is not known"):
        deck.check_run("z", [1.0])


def test_the_first_entry_of_a_run_is_no_update_before_the_first(deck: Golden) -> None:
    with pytest.raises(ValueError, match="not negative"):
        deck.check_run("x", [1.0], first=-1)
    deck.check_run("x", [0.5, 0.25], first=1)


def test_all_weights_are_a_run_of_their_own(deck: Golden) -> None:
    """The name without an index means the series, as its own name does."""
    digits = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 0.1, 0.2]
    deck.check_run("w", [digits])
    deck.check_run("weights", [digits])
    deck.check_run("w_7", [0.7])
    told(deck.check_run, "w", [[*digits[:-1], 0.3]])


def test_an_array_is_told_from_no_array_and_from_one_of_another_shape(deck: Golden) -> None:
    """Only where turning it would do there is a hint that it may be turned."""
    assert "a number is expected, not 'many'" in told(deck.check, "w", "many", layer="h")
    turned = told(deck.check, "w", np.ones((2, 3)), layer="h")
    assert "has the shape (3, 2), not (2, 3)" in turned
    assert 'rows="source"' in turned
    other = told(deck.check, "w", np.ones((3, 3)), layer="h")
    assert "has the shape (3, 2), not (3, 3)" in other
    assert 'rows="source"' not in other
    assert "one number is expected, not an array of shape (2,)" in told(deck.check, "w_7", [1, 2])


def test_a_run_that_is_no_number_any_more_is_told_and_not_explained(deck: Golden) -> None:
    """It differs from there on; no slip gives what is not finite."""
    text = told(deck.check_run, "x", [1.0, np.nan])
    assert "it differs from 1 updates on" in text
    assert "nan" in text
    assert "none is known that gives this" in text
    assert "the first digit" not in text


def test_numbers_that_are_printed_alike_have_no_digit_that_differs() -> None:
    """A float has 17 digits at most, and more are not shown."""
    assert difference(MP.mpf("0.5"), 0.5) == ("0.5", "0.5", "", 0)
    assert difference(MP.mpf("0.5"), 0.25)[2:] == ("  ^", 1)
