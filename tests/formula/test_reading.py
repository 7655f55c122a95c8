"""Reading formulas: every seed formula, the notations of other authors, and what is refused."""

from __future__ import annotations

import pytest

from bpreport.formula import FormulaError, describe, latex, parse
from bpreport.formula.chains import split, split_label
from bpreport.formula.names import SUPERSCRIPTS
from bpreport.formula.tree import Apply, Derivative, Number, Symbol, symbols, walk
from tests.formula.cases import FOLDER, Case, cases, reading

SEED = [
    line.strip("$")
    for line in (FOLDER / "seed-formulas.txt").read_text(encoding="utf-8").splitlines()
    if line.startswith("$")
]
ALL = cases("formulas.txt") + cases("notations.txt")
SIDES = sorted(
    {side.source for case in ALL for chain in split(case.source) for side in chain.sides}
)


def understood(source: str) -> bool:
    try:
        parse(source)
    except FormulaError:
        return False
    return source != ""


UNDERSTOOD = list(filter(understood, SIDES))


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.title)
def test_formula_is_read_as_the_case_file_shows(case: Case) -> None:
    """A formula means the chains and trees that a person has judged in the case file."""
    assert reading(case.source) == case.expected


def test_case_file_shows_every_seed_formula() -> None:
    """All 79 of them, in the order of the seed."""
    assert [case.source for case in cases("formulas.txt")] == SEED
    assert len(SEED) == 79


def test_no_seed_formula_is_refused() -> None:
    assert [case.source for case in cases("formulas.txt") if "refused" in case.expected] == []


@pytest.mark.parametrize("source", UNDERSTOOD)
def test_what_is_written_is_read_back(source: str) -> None:
    """Reading and typesetting are inverse: writing loses nothing of the meaning."""
    tree = parse(source)
    assert parse(latex(tree)) == tree


@pytest.mark.parametrize("source", UNDERSTOOD)
def test_places_in_the_source(source: str) -> None:
    """A number or symbol knows where it was typed: its first character stands there."""
    for part in walk(parse(source)):
        if isinstance(part, Number) and part.at >= 0:
            typed = source[part.at :].translate(SUPERSCRIPTS)
            assert typed.replace("{,}", "").startswith(part.text)
    for symbol in symbols(parse(source)):
        if symbol.typed and symbol.at >= 0:
            assert symbol.typed[0] == source[symbol.at] or source[symbol.at :].startswith(
                r"\mathrm{d}"
            )


@pytest.mark.parametrize(
    ("source", "offset", "token", "expected"),
    [
        ("w_1 + * x", 6, "*", "a value"),
        ("w_1 +", 5, "", "a value"),
        ("a + (b - c", 10, "", "a closing bracket"),
        (r"a + (b - c]", 10, "]", "')'"),
        (r"a + \left(b - c\right]", 21, "]", "')'"),
        (r"\frac{1}{2", 10, "", "'}'"),
        (r"\frac{1}{2}{3}", 12, "3", "a sign of multiplication"),
        (r"a \foo b", 2, r"\foo", "a command that this language knows"),
        ("1 + 5%", 5, "%", "a backslash in front of a percent sign"),
        (r"x\%", 1, r"\%", "a value or the end"),
        ("a # b", 2, "#", "a symbol, a number or an operator"),
        (r"x_{\foo + 1}", 3, r"\foo", "a command that this language knows"),
        (r"\partial w", 0, r"\partial", "a quotient around a derivative sign"),
        (r"a + \nabla_w", 4, r"\nabla", "an expression behind a derivative sign"),
        (r"\frac{\partial^2 f}{\partial x}", 6, r"\partial", "as many variables as the order says"),
        (r"\frac{\partial^5 f}{\partial x^5}", 6, r"\partial", "an order of 2 or 3"),
        (r"\frac{\partial^2 f}{\partial x^4}", 20, r"\partial", "an order of 2 or 3"),
        (r"\frac{\partial f}{\partial}", 18, r"\partial", "the variable of a derivative"),
        (r"\frac{d^2}{dx} f", 0, r"\frac", "as many variables as the order says"),
        (r"1^+", 2, "+", "a symbol in front of a mark"),
        (r"(a + b)_1", 7, "_1", "a symbol in front of a subscript"),
        (r"a/b c", 1, "/", "brackets around the divisor, as in a/(b c)"),
        (
            r"x = 1,234.5"[4:],
            1,
            ",",
            "a point in a number, or a space behind the comma between two",
        ),
        (r"\ln a b", 0, r"\ln", "brackets around the argument"),
        (r"\sin(a, b)", 4, "(", "one argument"),
        (r"\sin_2 x", 4, "_", "a function without a subscript"),
        (r"\ln^2(x)^3", 0, r"\ln", "a function with one positive exponent"),
        (r"\sum_{i \ne j} x", 8, r"\ne", "one index, as in i=1"),
        (r"\sum_{i<3} i", 7, "<", "one index, as in i=1"),
        (r"\sum_{2} i", 4, "_", "one index, as in i=1"),
        (r"a | b", 2, "|", "bars in pairs; the value at a point is not read"),
        (r"(a \quad b)", 3, r"\quad", "one formula, without a gap"),
        (r"\Delta{w}", 6, "{", r"a symbol behind \Delta"),
        (r"\operatorname{a+b}(x)", 0, r"\operatorname{a+b}", "a name of letters and digits"),
        ("（a ＋ ＊）", 5, "＊", "a value"),
    ],
)
def test_refusal_tells_place_token_and_what_was_expected(
    source: str, offset: int, token: str, expected: str
) -> None:
    """What is not understood is refused at the very place; the token is what was typed there."""
    with pytest.raises(FormulaError) as refusal:
        parse(source)
    assert (refusal.value.offset, refusal.value.token, refusal.value.expected) == (
        offset,
        token,
        expected,
    )
    assert source[offset:].startswith(token)


@pytest.mark.parametrize(
    ("caught", "twin", "meaning"),
    [
        ("1,234", "1, 234", "(1, 234)"),
        ("0,5", "(0,5)", "(0, 5)"),
        ("(0,5 - 0,3)", "(0,5, -0.3)", "(0, 5, negative(0.3))"),
        ("1,234,567", "1{,}234{,}567", "1234567"),
        ("1/2m", "1/(2m)", "divide(1, multiply(2, m))"),
        ("1/2 x", "1/2 (x - y)", "multiply(divide(1, 2), add(x, negative(y)))"),
        (r"1/2m \sum_i x_i", r"1/m \sum_i x_i", "multiply(divide(1, m), sum[i](x_{i}))"),
        ("w(t)", "w(t - y)", "multiply(w, add(t, negative(y)))"),
        ("w(t+1)", "w^{(t+1)}", "w^{(t+1)}"),
        ("w(2)", "w_1(0.2)", "multiply(w_{1}, 0.2)"),
        ("p(x)", "f(x)", "call f(x)"),
        ("y(x, w)", "J(x, w)", "call J(x, w)"),
        (r"\log p (x)", r"\log p \log x", "multiply(log(p), log(x))"),
        (r"\|w\|_p", r"\|w\|_2", "norm(w)"),
        (r"\sum_{i,j} x_{ij}", r"\sum_i \sum_j x_{ij}", "sum[i](sum[j](x_{i,j}))"),
        ("2x3", "2 x_3", "multiply(2, x_{3})"),
        ("x 3", r"x \cdot 3", "multiply(x, 3)"),
        (r"\frac123", r"\frac12 a", "multiply(divide(1, 2), a)"),
        (r"\sin^{-1} x", r"\sin^2 x", "power(sin(x), 2)"),
        ("||a| - b|", "|a| - |b|", "add(abs(a), negative(abs(b)))"),
        (r"\left. x \right|_{x=2}", r"\left| x \right|", "abs(x)"),
        (r"\frac{\partial}{\partial w}", r"\frac{\partial}{\partial w} L", "derivative(L, w)"),
        ("2^3^4", "2^{3^4}", "power(2, power(3, 4))"),
    ],
)
def test_ambiguous_spelling_is_refused_and_its_twin_is_read(
    caught: str, twin: str, meaning: str
) -> None:
    """Where two readers could differ the formula is refused; the clear spelling has one meaning."""
    with pytest.raises(FormulaError):
        parse(caught)
    assert describe(parse(twin)) == meaning


def test_declared_names_decide_between_call_and_product() -> None:
    """A letter is a function where a deck declares it, and a factor everywhere else."""
    assert describe(parse("q(z)", functions={"q"})) == "call q(z)"
    assert describe(parse("out_{o1}(1 - out_{o1})")).startswith("multiply")
    assert describe(parse("h_1(1 - h_1)")) == "multiply(h_{1}, add(1, negative(h_{1})))"
    assert describe(parse("h_1(z)", functions={"h_{1}"})) == "call h_{1}(z)"


def test_a_number_behind_a_sum_in_brackets_is_a_factor() -> None:
    """(1 - 0.69) 0.69 can mean nothing else; "x 2", "(1) 2" and "f(1 - x) 2" might."""
    assert describe(parse("(0.5 - a)(1 - b) 0.69^2")) == (
        "multiply(add(0.5, negative(a)), add(1, negative(b)), power(0.69, 2))"
    )
    assert describe(parse("(1 - b) 2 x")) == "multiply(add(1, negative(b)), 2, x)"
    for unclear in ("x 2", "(1) 2", "(-1) 2", "(1, 2 + 3) 4", "f(1 - x) 2", r"\sin(1 - x) 2"):
        with pytest.raises(FormulaError):
            parse(unclear, {"f"})


def test_a_function_that_is_also_a_value_is_a_factor_in_front_of_1_less_itself() -> None:
    """In f(1 - f) both are the value; in f(1 - f(z)) both are called, and f(1 - g) is a call."""
    declared = {"f", "g"}
    assert describe(parse("f (1 - f)", declared)) == "multiply(f, add(1, negative(f)))"
    assert describe(parse("f(1 - f(z))", declared)).startswith("call f(")
    assert describe(parse("f(1 - g)", declared)).startswith("call f(")


def test_declared_names_decide_between_a_word_and_a_product() -> None:
    assert describe(parse("hid")) == "multiply(h, i, d)"
    assert describe(parse("hid", names={"hid"})) == "hid"


def test_names_of_one_parse_do_not_leak_into_the_next() -> None:
    """One parser serves all decks; what a deck declares goes with each call."""
    assert describe(parse("q(1 - z)", functions={"q"})) == "call q(add(1, negative(z)))"
    assert describe(parse("q(1 - z)")) == "multiply(q, add(1, negative(z)))"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"\text{out}_{o1}", "out_{o_1}"),
        ("w8", "w_8"),
        ("w_{8}", r"\mathbf{w}_8"),
        (r"\mathrm{net}_{h1}", "net_{h1}"),
        (r"w^{\text{new}}", "w^+"),
        (r"\theta^\star", r"\theta^*"),
        (r"x^{(i)}_j", "x_j^{(i)}"),
        (r"\widehat{y}", r"\hat y"),
        ("θ₁", r"\theta_1"),
        (r"\Delta w_7", "Δw_7"),
        ("2 × 3 − 1", r"2 \times 3 - 1"),
    ],
)
def test_typographic_variants_are_one_tree(one: str, other: str) -> None:
    assert parse(one) == parse(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("w_7", "w_7^+"), ("w_7", "W_7"), ("0.5", "0.50"), ("x_{12}", "x_{1,2}"), ("w^{(1)}", "w^1")],
)
def test_what_differs_is_two_trees(one: str, other: str) -> None:
    assert parse(one) != parse(other)


def test_label_in_front_of_a_formula() -> None:
    r"""Words are a label; a name with a script is mathematics."""
    assert split_label(r"\text{函数 } y = 2") == ("函数", 11)
    assert split_label(r"\text{out}_{o1} = 2") == ("", 0)


def test_offsets_of_sides_are_those_of_the_source() -> None:
    """Blanked layout keeps its length, so that a side is found where it was typed."""
    source = r"\begin{align} \boxed{a} &= b \tag{1} \\ &= \underbrace{c}_{d} \end{align}"
    for chain in split(source):
        for side in chain.sides:
            assert source[side.offset] == side.source[0]


def test_leading_relation_continues_the_formula_before() -> None:
    (chain,) = split("= g(z)")
    assert chain.continues
    assert [side.source for side in chain.sides] == ["", "g(z)"]


def test_key_of_a_symbol_holds_its_scripts() -> None:
    """Indices behind one another are one subscript; marks keep their brackets."""
    symbol = parse(r"x_{j,k}^{(i)}")
    assert isinstance(symbol, Symbol)
    assert symbol.key == "x_{j,k}^{(i)}"
    assert symbol.typed == ""  # its mark is a tree and is written anew


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x^2_j", "x_j^2"),  # scripts may be typed in either order
        ("f'_1", "f_1'"),
        ("f^T(x)", "(f(x))^T"),  # the value is transposed, as a power is one of the value
        (r"\frac{\partial}{\partial x} \cdot f", r"\frac{\partial f}{\partial x}"),
        (r"\nabla \cdot f", r"\nabla f"),
        ("w^{((t, 1))}", "w^{(t, 1)}"),  # brackets around nothing but brackets
        ("w_{(h_1)}", "w_{h1}"),
        ("w_{(net)}", "w_{net}"),
        ("w_{(h_a)}", "w_{h_a}"),
        ("w_{(h')}", "w_{h'}"),
        ("w_{(h_1')}", "w_{h1'}"),
        (r"\hat{\text{net}}", r"\hat{net}"),
    ],
)
def test_what_is_typed_in_another_order_or_with_more_brackets_is_the_same(
    one: str, other: str
) -> None:
    """As a reader takes it: both spellings are one tree."""
    assert parse(one) == parse(other)


@pytest.mark.parametrize(
    ("source", "offset", "token", "expected"),
    [
        ("x⁽²", 1, "⁽²", "a whole number or one sign"),
        (r"a + \hat{}", 4, r"\hat{}", "a name of letters and digits"),
        ("a + x^+^*^{(1)}", 4, "x^+^*", "at most two superscripts"),
        ("a + b^{2", 8, "", "'}'"),
    ],
)
def test_scripts_and_names_that_nobody_could_read_are_refused(
    source: str, offset: int, token: str, expected: str
) -> None:
    """With their place, as everything that is refused."""
    with pytest.raises(FormulaError) as refusal:
        parse(source)
    found = (refusal.value.offset, refusal.value.token, refusal.value.expected)
    assert found == (offset, token, expected)


def test_a_blank_between_a_number_and_a_name_makes_it_a_product() -> None:
    """2 x3 is two x_3; without the blank it could be six as well and is refused."""
    assert parse("2 x3") == parse("2 x_3")
    with pytest.raises(FormulaError, match="a sign of multiplication, or x_3"):
        parse("2x3")


def test_primes_behind_a_bracket_are_counted() -> None:
    """(x^2 + x)'' is a prime more than (x^2 + x)'."""
    once, twice = parse("(x^2 + x)'"), parse("(x^2 + x)''")
    assert isinstance(twice, Derivative)
    assert twice.body == once
    assert parse(latex(twice)) == twice


def test_the_square_of_a_gradient_in_a_program_is_that_of_one_name() -> None:
    """dw^2 is (dw)^2, and the d belongs to the name."""
    tree = parse("dw^2")
    assert [symbol.key for symbol in symbols(tree)] == ["dw"]
    assert tree == Apply("power", (Symbol("dw"), Number("2")))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("& & &= 4", [["a", "1 + 1"], ["b", "2 + 2", "4"]]),  # an empty column on the left
        (r"\\ &= 4", [["a", "1 + 1", "4"], ["b", "2 + 2"]]),  # an empty row between
        ("& &", [["a", "1 + 1"], ["b", "2 + 2"]]),  # nothing goes on
        ("c &= 4", [["a", "1 + 1"], ["b", "2 + 2"], ["c", "4"]]),  # a left side of its own
    ],
)
def test_below_two_columns_a_row_goes_on_where_it_stands(
    row: str, expected: list[list[str]]
) -> None:
    """Below a = 1 + 1 and b = 2 + 2, the marks tell whose next side it is."""
    source = rf"\begin{{aligned}} a &= 1 + 1 & b &= 2 + 2 \\ {row} \end{{aligned}}"
    assert [[side.source.strip() for side in chain.sides] for chain in split(source)] == expected


@pytest.mark.parametrize("name", ["aligned", "cases"])
def test_a_brace_around_a_system_is_layout_and_one_around_values_is_not(name: str) -> None:
    """Behind it stand equations, or cases with their conditions, or nothing that is claimed."""

    def sides(inside: str) -> list[list[str]]:
        source = rf"\left\{{\begin{{{name}}} {inside} \end{{{name}}}\right."
        return [[side.source.strip() for side in chain.sides] for chain in split(source)]

    assert sides(r"a &= 1 \\ b &= 2") == [["a", "1"], ["b", "2"]]
    ((whole,),) = sides("a + b")
    assert whole.startswith(r"\left\{")
