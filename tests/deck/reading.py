"""What the tests of the deck reader share."""

import pytest

from bpreport.deck import Deck, DeckError, read_text


def where(deck: Deck, text: str) -> list[str]:
    """The places of the claims whose text is the given one."""
    return [str(claim.position) for claim in deck.claims if claim.text == text]


def begins(deck: Deck) -> list[str]:
    """The places of the first characters of all formulas."""
    return [str(formula.starts[0]) for formula in deck.formulas]


def sources(deck: Deck) -> list[str]:
    """The formulas, as typed."""
    return [formula.source for formula in deck.formulas]


def loose(deck: Deck) -> list[str]:
    """The numerals that no claim accounts for."""
    return [numeral.text for numeral in deck.numerals if not numeral.claims]


def refused(source: str, path: str = "notes.md") -> str:
    """The message with which a source is refused."""
    with pytest.raises(DeckError) as caught:
        read_text(source, path)
    return str(caught.value)
