"""Laws that no other test would have missed: each is here because a mutant of the code survived."""

from __future__ import annotations

import pytest

from bpreport.formula import FLOAT, FormulaError, evaluate, latex, parse, unroll
from bpreport.formula.chains import split, split_label
from bpreport.formula.names import split_letters
from bpreport.formula.tree import Apply, Number, Reduce, Symbol

SUM = Reduce("sum", Symbol("i"), Number("1"), Symbol("m"), Symbol("x", (Symbol("i"),)))


def test_what_ends_in_a_sum_is_divided_in_brackets() -> None:
    r"""(a \sum x_i) / 2 is not a \sum (x_i / 2) to whoever reads it back."""
    tree = Apply("divide", (Apply("multiply", (Symbol("a"), SUM)), Number("2")), sign="/")
    assert parse(latex(tree)) == tree
    # The twin: a sum in front leaves nothing open.
    tree = Apply("divide", (Apply("multiply", (SUM, Symbol("a"))), Number("2")), sign="/")
    assert parse(latex(tree)) == tree


def test_indices_that_would_be_a_word_are_kept_apart() -> None:
    """L and g side by side are the logarithm's name; j and k are j and k."""
    assert latex(Symbol("w", (Symbol("l"), Symbol("g")))) == "w_{l,g}"
    assert latex(Symbol("w", (Symbol("j"), Symbol("k")))) == "w_{jk}"
    assert latex(Symbol("w", (Symbol("y"), Symbol("i"), Symbol("j")))) == "w_{y,i,j}"


@pytest.mark.parametrize(
    ("relation", "below", "at", "above"),
    [(r"\ne", 1, 0, 1), (r"\le", 1, 1, 0), (r"\ge", 0, 1, 1), ("<", 1, 0, 0), (">", 0, 0, 1),
     ("=", 0, 1, 0)],
)  # fmt: skip
def test_relations_on_both_sides(relation: str, below: int, at: int, above: int) -> None:
    """What holds below, at and above 2."""
    tree = parse(rf"\begin{{cases}} 1 & x {relation} 2 \\ 0 & \text{{otherwise}} \end{{cases}}")
    assert [evaluate(tree, {"x": x}, FLOAT) for x in (1, 2, 3)] == [below, at, above]


def test_a_sum_that_begins_with_a_minus_has_no_brackets() -> None:
    """Only a sum that was printed inside a sum keeps them."""
    assert latex(parse("-a + b")) == "-a + b"
    assert latex(parse("(a + c) + b")) == "(a + c) + b"


def test_what_stands_above_a_sum_may_be_typed_first() -> None:
    """Braces and all; behind a function it is a mark of the name, or a power of the value."""
    assert parse(r"\sum^{n}_{i=1} x_i") == parse(r"\sum_{i=1}^{n} x_i")
    assert parse("f^{2}(x + 1)") == parse("(f(x + 1))^2")
    assert parse("f^{(2)}(x + 1)") != parse("f^{(2)} x + f^{(2)}")


def test_two_columns_of_chains_go_on_each_below_itself() -> None:
    """On the left a = 1 + 1 = 2, on the right b = 2 + 2 = 4."""
    source = r"\begin{aligned} a &= 1 + 1 & b &= 2 + 2 \\ &= 2 & &= 4 \end{aligned}"
    assert [[side.source.strip() for side in chain.sides] for chain in split(source)] == [
        ["a", "1 + 1", "2"],
        ["b", "2 + 2", "4"],
    ]


def test_an_index_is_computed() -> None:
    r"""The second term of \sum_i x_{2 i} is x_4."""
    for index, expected in (
        (r"2 \cdot i", "x_2 + x_4"),
        ("i + 2", "x_3 + x_4"),
        ("3-i", "x_2 + x_1"),
    ):
        tree = parse(rf"\sum_{{i=1}}^{{2}} x_{{{index}}}")
        assert unroll(tree, {}) == parse(expected)


@pytest.mark.parametrize(
    ("exponent", "expected"),
    [
        ("2", ((7, 10), (15, 22))),  # 1 * 1 + 2 * 3 = 7
        ("3", ((37, 54), (81, 118))),  # 7 * 1 + 10 * 3 = 37
        ("1", ((1, 2), (3, 4))),
        ("-1", ((-2, 1), (1.5, -0.5))),
        ("0", ((1, 1), (1, 1))),  # entry by entry, as what follows
        ("-2", ((1, 1 / 4), (1 / 9, 1 / 16))),
        ("-1.5", ((1, 2**-1.5), (3**-1.5, 1 / 8))),
        ("11", ((1, 2**11), (3**11, 4**11))),
    ],
)
def test_powers_of_a_matrix(exponent: str, expected: tuple[tuple[float, ...], ...]) -> None:
    """Whole ones up to 10 are products, -1 is the inverse, all others go entry by entry."""
    matrix = ((1.0, 2.0), (3.0, 4.0))
    found = evaluate(parse(f"A^{{{exponent}}}"), {"A": matrix}, FLOAT)
    for row, wanted in zip(found, expected, strict=True):
        assert row == pytest.approx(wanted)


@pytest.mark.parametrize("source", [r"\sqrt[3]{x}", r"\sqrt[n]{x + 1}", r"\sqrt[3]{x}^{2}"])
def test_a_root_of_any_degree_is_written_as_it_was_typed(source: str) -> None:
    """Though it is a power: x^{1/3}."""
    assert latex(parse(source)) == source


def test_the_base_of_a_power_gets_brackets_where_it_needs_them() -> None:
    """A name with a mark and a fraction do, a bare name does not."""
    two = Number("2")
    assert latex(Apply("power", (Symbol("x"), two))) == "x^{2}"
    assert latex(Apply("power", (Symbol("x", (), ("+",)), two))) == "(x^{+})^{2}"
    half = Apply("divide", (Symbol("x"), Symbol("y")), sign=r"\frac")
    assert latex(Apply("power", (half, two))) == r"\left(\frac{x}{y}\right)^{2}"


def test_bars_side_by_side_are_a_norm_and_a_comma_may_end_what_is_typed() -> None:
    """Also where nothing follows."""
    assert parse("||a||") == Apply("norm", (Symbol("a"),))
    assert parse("|a| |b|") == Apply(
        "multiply", (Apply("abs", (Symbol("a"),)), Apply("abs", (Symbol("b"),)))
    )
    with pytest.raises(FormulaError) as refusal:
        parse("(a,")
    assert (refusal.value.offset, refusal.value.expected) == (3, "a value")


def test_what_is_nested_too_deep_is_refused_as_a_whole() -> None:
    """No place in it is to blame."""
    with pytest.raises(FormulaError, match="at most 120 nested operations") as refusal:
        parse("1" + "/2" * 150)
    assert refusal.value.offset == 0
    assert evaluate(parse("1" + "/2" * 100), {}, FLOAT) == 2.0**-100


@pytest.mark.parametrize("before", ["", "a + ", "a + b + ", "a b + c + d + "])
def test_one_less_a_value_is_a_factor_wherever_it_stands(before: str) -> None:
    """In h(1 - h) it is one, in h(1 + h) the argument of a function."""
    assert parse(before + "h(1 - h)") == parse(before + r"h \cdot (1 - h)")
    assert parse(before + "h(1 + h)") != parse(before + r"h \cdot (1 + h)")


def test_braces_are_no_brackets_of_an_argument() -> None:
    r"""Of f\{x + 1\} nobody says that it is called."""
    assert parse(r"f\{x + 1\}") == parse(r"f \cdot (x + 1)")
    assert parse("f[x + 1]") == parse("f(x + 1)") != parse(r"f \cdot (x + 1)")


def test_a_name_of_a_value_has_one_bar_or_two_side_by_side() -> None:
    """P(a|b) and D(p||q) are names; what has more bars is none."""
    assert isinstance(parse("P(a|b)"), Symbol) and isinstance(parse("D(p||q)"), Symbol)
    assert not isinstance(parse("P(a|b|c)"), Symbol)
    with pytest.raises(FormulaError, match="bars in pairs"):
        parse("P(a||b|c)")
    # So are probabilities of what is said in a word, or by a relation.
    assert isinstance(parse("P(rain)"), Symbol) and isinstance(parse("P(x = 1)"), Symbol)


def test_a_part_of_a_fraction_without_braces_is_one_digit() -> None:
    """Also behind a part with braces that holds a fraction itself."""
    half = r"\frac{\frac{1}{2}}"
    assert parse(rf"{half}3 x") == parse(rf"{half}{{3}} x")
    assert parse(r"\frac12") == parse(r"\frac{1}{2}")
    for source, place in ((rf"{half}35", len(half) + 1), (r"\frac123", 7)):
        with pytest.raises(FormulaError) as refusal:
            parse(source)
        assert refusal.value.offset == place


def test_a_d_in_front_of_a_name_is_a_word_of_its_own() -> None:
    """However short the name is; what is no name is a product of letters."""
    names = frozenset({"ab", "net"})
    assert split_letters("dab", names) == [(0, "d"), (1, "ab")]
    assert split_letters("dnet", names) == [(0, "d"), (1, "net")]
    assert split_letters("dac", names) == [(0, "d"), (1, "a"), (2, "c")]


@pytest.mark.parametrize(
    ("source", "label"),
    [
        (r"\text{net } a = 1", "net"),
        (r"\text{ net} a = 1", "net"),
        (r"\text{net} a = 1", ""),
        (r"\text{and} a = 1", "and"),
    ],
)
def test_text_with_a_blank_is_words_for_the_reader(source: str, label: str) -> None:
    """On either side of it; without one it may be a name, but for a word that is none."""
    assert split_label(source)[0] == label


@pytest.mark.parametrize("before", ["", "a + ", "a + b + "])
def test_what_is_refused_in_an_index_has_its_place_in_the_formula(before: str) -> None:
    """However far behind the beginning."""
    source = before + r"x_{i, \foo + 1}"
    with pytest.raises(FormulaError) as refusal:
        parse(source)
    assert (refusal.value.offset, refusal.value.token) == (source.index(r"\foo"), r"\foo")
