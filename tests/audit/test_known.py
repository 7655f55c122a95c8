"""What the audit knows of the names of a deck: values, how sure they are, formulas and digits.

A verdict shows one thing of many that it rests on; here they are held as they were when
`tests/cases/known.txt` was made. `make readings` writes it anew and prints what changed.
"""

from __future__ import annotations

import pytest

from tests.audit.knowing import decks, known_of, sections


@pytest.mark.parametrize(("name", "block"), decks().items(), ids=decks())
def test_all_is_known_that_was_known_and_nothing_else(name, block):
    assert known_of(block.deck()) == sections()[name]


def test_no_deck_is_left_over():
    assert list(sections()) == list(decks())
