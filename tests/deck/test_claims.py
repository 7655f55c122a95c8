"""From chains to claims: each neighbouring pair, each entry of a row, each range of an index."""

import pytest

from bpreport.deck import read_text
from bpreport.formula import latex


def claims(source, kind=None):
    return [claim for claim in read_text(source).claims if kind in (None, claim.kind)]


def texts(source):
    return [claim.text for claim in claims(source)]


def ids(source):
    return [claim.id for claim in claims(source)]


def test_each_neighbouring_pair_is_a_claim():
    assert [(claim.id, claim.left_source, claim.relation, claim.right_source)
            for claim in claims(r"$a = b \approx 0.5 \to c$")] == [
        ("f1.1", "a", "=", "b"),
        ("f1.2", "b", r"\approx", "0.5"),
        ("f1.3", "0.5", r"\to", "c"),
    ]  # fmt: skip


def test_ids_count_formulas_and_claims():
    assert ids("$a = 1$ $b$ [2]{claim=x} $c = d = 3$ [4]{claim=y}") == [
        "f1.1", "t1", "f3.1", "f3.2", "t2",
    ]  # fmt: skip


def test_formula_without_a_relation_claims_nothing():
    assert texts(r"$a + 1$ and $\text{net}_k$ and $0.5$") == []


def test_sides_are_trees():
    (claim,) = claims(r"$\text{net}_{h1} = w_1 * l_1 + b$")
    assert claim.left.key == "net_{h1}"
    assert latex(claim.right).startswith("w_{1}")
    assert claim.formula.number == 1
    assert claim.extents == ((0, 15), (18, 31))


def test_head_is_what_the_chain_is_about():
    """Each claim of a chain knows the name that the chain begins with; an expression is none."""
    heads = [claim.head and latex(claim.head) for claim in claims("$a = b + c = 2$ $1 + 1 = 2$")]
    assert heads == ["a", "a", None]
    (claim,) = claims(r"$\frac{\partial E}{\partial w_7} = 0.5$")
    assert claim.head == claim.left


CONTINUED = "$$a = b + c$$\n\nin other words\n\n$$= 5 - 1$$\n\n$$= 4$$\n"


def test_leading_relation_goes_on_from_the_display_formula_before():
    found = claims(CONTINUED)
    assert [claim.text for claim in found] == ["a = b + c", "b + c = 5 - 1", "5 - 1 = 4"]
    assert {latex(claim.head) for claim in found} == {"a"}
    # The left side stands elsewhere, so of this formula only the right one is meant.
    assert found[1].extents == ((2, 7),)
    assert [formula.chains[0].continues for formula in read_text(CONTINUED).formulas] == [
        False, True, True,
    ]  # fmt: skip


def test_inline_formula_between_does_not_interrupt():
    source = "$$a = b$$\n\nwith $h = 3$ we get\n\n$$= 5$$\n"
    found = [(claim.text, latex(claim.head)) for claim in claims(source)]
    assert found == [("a = b", "a"), ("h = 3", "h"), ("b = 5", "a")]


def test_new_slide_continues_nothing():
    assert texts("$$a = b$$\n\n# Next\n\n$$= 5 = 6$$\n") == ["a = b", "5 = 6"]


def test_leading_relation_in_running_text_continues_nothing():
    assert texts("$$a = b$$\n\nand $= 5$\n") == ["a = b"]


def test_rows_of_an_environment():
    """A row without a left side goes on; one with a left side begins anew."""
    source = r"\begin{align} a &= b \\ &= 2 \\ c &= 3 \end{align}"
    assert texts(source) == ["a = b", "b = 2", "c = 3"]
    assert texts(source.replace("align", "gather").replace("&", "")) == texts(source)


def test_line_break_outside_of_an_environment_is_only_a_line_break():
    assert texts(r"$$net = w_1 * x \\ + b = 5$$") == ["net = w_1 * x    + b", "w_1 * x    + b = 5"]


def test_statements_of_one_formula():
    assert texts(r"$$a = 1; \quad b = 2, c = 3.$$") == ["a = 1", "b = 2", "c = 3"]


def test_label_claims_nothing():
    deck = read_text(r"$$\text{函数 } y = x^2;$$")
    assert [claim.text for claim in deck.claims] == ["y = x^2"]
    assert deck.formulas[0].label == "函数"
    assert str(deck.claims[0].position) == "1:16"


def test_equation_labels_and_tags_claim_nothing():
    source = r"\begin{equation} a = 1 \label{eq:2} \tag{3} \end{equation}"
    deck = read_text(source)
    assert [claim.text for claim in deck.claims] == ["a = 1"]
    assert [numeral.text for numeral in deck.numerals] == ["1"]


@pytest.mark.parametrize(
    "row", ["(0.35, -0.65)", r"\begin{pmatrix} 0.35 & -0.65 \end{pmatrix}", "[0.35, -0.65]"]
)
def test_each_entry_of_a_printed_row_is_a_claim(row):
    found = claims(f"$b = {row}$")
    assert [(claim.id, claim.kind, claim.component, claim.text) for claim in found] == [
        ("f1.1.1", "component", 0, "0.35"),
        ("f1.1.2", "component", 1, "-0.65"),
    ]
    assert {latex(claim.left) for claim in found} == {"b"}
    for claim in found:
        start, end = claim.extents[-1]
        assert claim.formula.source[start:end] == claim.text.lstrip("-")


def test_row_that_is_not_all_numbers_is_one_claim():
    assert [claim.kind for claim in claims("$b = (0.35, x)$")] == ["equation"]


def test_power_that_is_given_a_row_is_a_mark():
    """w^{1000} is w after a thousand iterations; w^2 = 4 is a square."""
    row, square = claims("$w^{1000} = (0.1, 0.2)$ $w^2 = 4$")[1:]
    assert row.left.marks == ("1000",)
    assert getattr(square.left, "operation", "") == "power"


def test_ranges_of_an_index():
    found = claims(
        r"$$\Delta w = 0, \quad j = 0, 1, \dots, m; \quad k = 1, 2, \dots, \ell$$", "range"
    )
    assert [claim.left_source for claim in found] == ["j", "k"]


@pytest.mark.parametrize(
    ("formula", "bounds"),
    [
        (r"E = \sum_{k=1}^{\ell} d_k", ["k=1"]),
        (r"E = \sum_{j = 0}^m \sum_{i=1}^n v_{ij}", ["j = 0", "i=1"]),
        (r"E = \prod_{i=k_{1}}^n x_i", ["i=k_{1}"]),
        (r"E = \sum_k d_k", []),
    ],
)
def test_lower_bounds_are_claims_of_a_range(formula, bounds):
    found = [claim for claim in claims(f"${formula}$") if ".r" in claim.id]
    assert [claim.text for claim in found] == bounds
    assert {claim.kind for claim in found} <= {"range"}
    for claim in found:
        ((start, end),) = claim.extents
        assert claim.formula.source[start:end].strip() == claim.text


def test_side_that_is_not_understood_is_kept_with_its_place():
    first, second = claims(r"$a = b +* c = 2$")
    assert (first.right, second.left) == (None, None)
    for claim in (first, second):
        assert claim.refusal is not None
        assert claim.formula.source[claim.refusal.offset :].startswith(claim.refusal.token)
    assert second.right is not None


def test_function_is_known_from_its_definition():
    r"""`\rho(z) = ...` makes \rho a function everywhere in the deck."""
    deck = read_text("$y = \\rho(x)$\n\n$$\\rho(z) = z^2$$\n")
    assert r"\rho" in deck.functions
    assert type(deck.claims[0].right).__name__ == "Call"


def test_function_and_name_are_known_from_the_front_matter():
    bare = "$y = \\rho(x)$ and $act = 1$"
    matter = "---\nfunctions: [\\rho]\nnames: [hid]\n---\n"
    assert type(read_text(bare).claims[0].right).__name__ == "Apply"
    assert type(read_text(matter + bare).claims[0].right).__name__ == "Call"
    named = read_text(matter + "$hid = 1$").claims[0]
    assert getattr(named.left, "key", "") == "hid"


def test_layers_and_notation_of_the_front_matter_are_names():
    matter = """---
worked:
  net:
    kind: perceptron
    layers: {inp: 1, hid: 1}
    given: {inp: [1], target: [1], w: [1]}
    notation: {target: want}
    learning_rate: 1
---
"""
    keys = [
        getattr(claim.left, "key", "")
        for claim in read_text(matter + "$hid = 1$ $want_1 = 2$").claims
    ]
    assert keys == ["hid", "want_{1}"]
