"""The built-in decks carry the formulas and the printed figures of the lecturer's slides.

The slides' formulas and figures are listed in `tests/cases/seed-formulas.txt`, in order, one a
line: a display formula between `$$`, an inline formula between `$`, or a figure of running text.
"""

import re
from functools import cache

import pytest

from bpreport.deck import Deck, builtin, read
from tests.support import ROOT

LANGUAGES = ("zh", "en")
NUMERAL = re.compile(r"[A-Za-z]*\d+(?:\.\d+)*")
"""Digits, with the letters of the name that they may belong to."""
LABEL = re.compile(r"\\text\{[^}]* \}")
"""Words before a formula: they end with a space, unlike the names in `\\text{net}`."""
NAMES = ["W7", "W7", "W7", "W7", "W1", "w7", "W1"]
"""Weights named in headings and in a note, in order; all other numerals of the text are figures."""


@cache
def deck_in(lang: str) -> Deck:
    return read(builtin(lang))


@cache
def seed() -> list[str]:
    return (ROOT / "tests/cases/seed-formulas.txt").read_text(encoding="utf-8").splitlines()


def printed(lang: str) -> list[str]:
    """Formulas and figures in order of their places, written as in the list of the seed."""
    deck = deck_in(lang)
    places = [(figure.position, figure.text) for figure in deck.figures]
    for formula in deck.formulas:
        fence = "$$" if formula.display else "$"
        places.append((formula.starts[0], f"{fence}{formula.source}{fence}"))
    return [text for _, text in sorted(places)]


def test_seed_has_76_display_and_3_inline_formulas_and_11_figures():
    display = [line for line in seed() if line.startswith("$$")]
    inline = [line for line in seed() if line.startswith("$") and line not in display]
    assert (len(display), len(inline)) == (76, 3)
    assert len(seed()) - 76 - 3 == 11  # twice four of the descent, three counts


def test_chinese_deck_prints_what_the_seed_prints():
    """Each formula once and each figure, in order, to the character."""
    assert printed("zh") == seed()


def test_english_deck_prints_what_the_seed_prints_but_for_words():
    """Only the words of a label are translated."""
    english = printed("en")
    labels = [label for part in english for label in LABEL.findall(part)]
    assert [LABEL.sub("", part) for part in english] == [LABEL.sub("", part) for part in seed()]
    assert labels == [r"\text{function }"] * 2


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_formula_is_understood(lang):
    refused = [claim.text for claim in deck_in(lang).claims if claim.refusal]
    assert refused == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_numeral_stands_in_the_text_but_figures_and_names(lang):
    """A ledger accounts for every numeral, so prose writes its own numbers in words."""
    loose = []
    for slide in deck_in(lang).slides:
        loose += NUMERAL.findall(slide.title)
        for token in slide.tokens:
            figure = False
            for child in token.children or ():
                if child.type == "text" and not figure:
                    loose += NUMERAL.findall(child.content)
                figure = child.type == "span_open"
    assert loose == NAMES


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_figure_says_what_it_claims(lang):
    run = ("learning_rate", "minimiser", "minimum", "iterations")
    descent = [f"{name}.{quantity}" for name in ("fast", "slow") for quantity in run]
    figures = deck_in(lang).figures
    assert [figure.claim for figure in figures] == [*descent, "", "", ""]
    assert [figure.text for figure in figures if figure.iteration] == ["10", "100", "1000"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_outputs_are_those_of_the_iteration_before_them(lang):
    """The count in a line of running text belongs to the formula of that line alone."""
    claims = [claim for claim in deck_in(lang).claims if claim.iteration is not None]
    outputs = [(claim.iteration, claim.left_source) for claim in claims]
    assert set(outputs) == {(10, "O"), (100, "O"), (1000, "O")}


def test_both_decks_have_the_same_slides():
    """The same number of slides at the same levels, following the same worked examples."""
    chinese, english = ([(s.level, s.worked) for s in deck_in(lang).slides] for lang in LANGUAGES)
    assert chinese == english


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_slide_has_its_own_title(lang):
    titles = [slide.title for slide in deck_in(lang).slides]
    assert len(titles) == len(set(titles)) == 23  # the slides of the seed


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_worked_example_is_followed_by_a_slide(lang):
    deck = deck_in(lang)
    followed = {slide.worked for slide in deck.slides if slide.worked}
    assert followed == set(deck.settings["worked"])


def test_front_matter_differs_in_title_and_language_only():
    chinese, english = (dict(deck_in(lang).settings) for lang in LANGUAGES)
    assert (chinese.pop("lang"), english.pop("lang")) == LANGUAGES
    assert chinese.pop("title") != english.pop("title")
    assert chinese == english
