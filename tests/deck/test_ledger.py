"""The ledger of printed numbers: each belongs to a claim, or is left over and told of."""

import pytest

from bpreport.deck import builtin, read, read_text
from bpreport.deck.ledger import printed_numerals
from tests.deck.reading import loose

BARE = r"""# Descent

$$\text{函数 } y = 0.5 * (\theta - 0.25)^2;$$

学习率: 1.500; 最终解: (0.250, 0.000); 迭代次数: 19

学习率: 0.250; 最终解: (0.250, 0.000); 迭代次数: 43
"""


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_numeral_of_the_builtin_deck_belongs_to_a_claim(lang):
    """The slides print 270 numerals, and the three counts 10, 100 and 1000 in their text.

    A numeral is a run of digits with its decimals, in a formula or as a figure of running text.
    Digits of a name are none: the 7 of w_7, the 1 of h1. Exponents and bounds of sums are.
    """
    deck = read(builtin(lang))
    assert loose(deck) == []
    counts = [figure.text for figure in deck.figures if figure.iteration]
    assert counts == ["10", "100", "1000"]
    assert len(deck.numerals) - len(counts) == 270
    in_formulas = sum(len(printed_numerals(formula.source)) for formula in deck.formulas)
    assert (in_formulas, len(deck.figures) - len(counts)) == (262, 8)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_ledger_names_claims_that_exist_and_hold_the_numeral(lang):
    deck = read(builtin(lang))
    claims = {claim.id: claim for claim in deck.claims}
    for numeral in deck.numerals:
        for name in numeral.claims:
            assert numeral.text in claims[name].text or claims[name].kind == "component"
            assert claims[name].position.line <= numeral.position.line + 3


def test_unannotated_figures_are_left_over():
    deck = read_text(BARE)
    assert loose(deck) == ["1.500", "0.250", "0.000", "19", "0.250", "0.250", "0.000", "43"]
    assert [str(n.position) for n in deck.numerals if not n.claims][:3] == ["5:6", "5:19", "5:26"]


def test_annotating_them_leaves_none():
    source = BARE.replace("1.500", '[1.500]{claim="fast.learning_rate"}')
    assert "1.500" not in loose(read_text(source))


@pytest.mark.parametrize(
    ("formula", "numerals"),
    [
        ("w_7 + w_{12} + w7", []),
        ("w_7^2 + 0.50", ["2", "0.50"]),
        (r"\frac12 + \frac{1}{2}", ["12", "1", "2"]),
        (r"\sum_{i=1}^m x_{i-1}", ["1"]),
        (r"1{,}000.5 + .5", ["1{,}000.5", ".5"]),
        (r"0{,}739", ["0", "739"]),
        (r"w^{1000} = 2", ["1000", "2"]),
        (r"a = 1 \tag{5} \label{eq:6} \\[2pt] b", ["1"]),
        (r"\begin{array2}{3}", ["3"]),
        (r"x_{a_{1}} = 2", ["2"]),
    ],
)
def test_numerals_of_a_formula(formula, numerals):
    found = printed_numerals(formula)
    assert [text for text, _ in found] == numerals
    assert all(formula[offset:].startswith(text) for text, offset in found)


@pytest.mark.parametrize(
    ("text", "numerals"),
    [
        ("w7, h1, W_7 and x2y", []),
        ("1.2.3", []),
        ("3, 4.5, .5 and 6.", ["3", "4.5", ".5", "6"]),
        ("共3个", ["3"]),
        ("**7** _8_ ~~9~~", ["7", "8", "9"]),
        ("`1` ![2](3) [4](5) <http://a.b/6>", ["4"]),
        (r"\$5 and 6\%", ["5", "6"]),
        ("1. item 2\n2. item 3", ["2", "3"]),
        ("| 1 | 2 |\n|---|---|\n| 3 | 4 |", ["1", "2", "3", "4"]),
    ],
)
def test_numerals_of_running_text(text, numerals):
    """What the reader of the page sees as a number; links' addresses, code and names are none."""
    assert loose(read_text(text)) == numerals


def test_number_in_a_formula_that_claims_nothing_is_left_over():
    assert loose(read_text("about $0.5$, or $a = 1$")) == ["0.5"]


def test_left_side_of_a_continued_chain_is_counted_once():
    deck = read_text("$$a = 1 + 1$$\n\n$$= 2$$\n")
    assert [(n.text, n.claims) for n in deck.numerals] == [
        ("1", ("f1.1",)), ("1", ("f1.1",)), ("2", ("f2.1",)),
    ]  # fmt: skip


def test_the_entries_of_a_row_share_what_they_hold():
    """Three numbers before a row of two are each held by both entries: one tuple, not three."""
    deck = read_text("$(1, 2, 3) = (4, 5)$")
    held = [numeral.claims for numeral in deck.numerals]
    assert held == [("f1.1.1", "f1.1.2")] * 3 + [("f1.1.1",), ("f1.1.2",)]
    assert held[0] is held[1] is held[2]
