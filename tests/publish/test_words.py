"""Formulas in words: right, whole, free of LaTeX, and in the reader's language."""

import re

import pytest
from hypothesis import given

from bpreport.audit import audit
from bpreport.deck import builtin, read, read_text
from bpreport.formula import MP, latex
from bpreport.formula.operations import OPERATIONS as COMPUTED
from bpreport.formula.tree import Apply, Symbol
from bpreport.publish.examples import examples
from bpreport.publish.language import translator
from bpreport.publish.report import names
from bpreport.publish.setting import HtmlSetter, PdfSetter
from bpreport.publish.solution import solve
from bpreport.publish.vocabulary import NAMES, OPERATIONS, SIGNS
from bpreport.publish.words import spoken, told
from bpreport.worked import Quantity, Trace
from tests.formula.trees import TREES
from tests.publish.decks import DECKS

BUILTIN = read(builtin("zh"))
FORMULAS = BUILTIN.formulas


@pytest.mark.parametrize(
    ("source", "english", "chinese"),
    [
        (
            r"\frac{\partial E_{total}}{\partial w_7} = 0.5",
            "partial E total over partial w 7 equals 0.5",
            "E 总对 w 7 的偏导数等于 0.5",
        ),
        (r"w_7^+ = w_7 - \eta", "w 7 superscript plus equals w 7 minus eta",
         "w 7 上标加等于 w 7 减 η"),
        (r"0.4 - (-0.5)", "0.4 minus negative 0.5", "0.4 减负 0.5"),
        (r"\frac{1}{2}(d - O)^2",
         "1 over 2 times open bracket d minus O close bracket squared",
         "2 分之 1 乘左括号 d 减 O 右括号的平方"),
        (r"e^{-net_{h1}}", "e to the power negative net h1", "e 的负 net h1 次方"),
        (r"\sum_{i=1}^m x^{(i)}", "the sum over i from 1 to m of x superscript i",
         "对 i 从 1 到 m 求和 x 上标 i"),
        (r"\theta^* = \arg\min_\theta J(\theta)",
         "theta star equals the theta with the smallest J of theta",
         "θ 星号等于使 J 在 θ 处最小的 θ"),
        (r"w^{10} = (0.2, -0.4)",
         "w superscript 10 equals open bracket 0.2, negative 0.4 close bracket",
         "w 上标 10 等于左括号 0.2、负 0.4 右括号"),
        (r"w^{10} = 0.2", "w to the power 10 equals 0.2", "w 的 10 次方等于 0.2"),
        (r"\hat{y} \approx 2 \cdot 10^{-11}", "y hat is about 2 times 10 to the power negative 11",
         "y 帽约等于 2 乘 10 的负 11 次方"),
        (r"\text{函数 } y = a = b", "函数 y equals a, equals b", "函数 y 等于 a，等于 b"),
        (r"\sum_{i=1} x_i", "the sum over i equals 1 of x i", "对 i 等于 1 求和 x i"),
        (r"\frac{\partial^2 f}{\partial x \partial y}", "the derivative of order 2 of f by x, y",
         "f 对 x、y 的 2 阶导数"),
        (r"\lim_{x \to 0} f \star g", "lim x goes to 0 f ⋆ g", "lim x 趋于 0 f ⋆ g"),
        (r"a = 1; b = 2", "a equals 1; b equals 2", "a 等于 1；b 等于 2"),
        (r"\begin{pmatrix} 1 & 2 \end{pmatrix}",
         "a matrix of 1 rows and 2 columns: row 1: 1, 2; end of matrix",
         "1 行 2 列的矩阵：第 1 行：1、2；矩阵完"),
    ],
)  # fmt: skip
def test_a_formula_is_read_aloud(source, english, chinese):
    """As a lecturer would read it out, with brackets where they are needed and only there."""
    assert spoken(source, "en") == english
    assert spoken(source, "zh") == chinese


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("formula", FORMULAS, ids=lambda formula: str(formula.number))
def test_every_formula_of_the_deck_is_read_whole(formula, lang):
    """Every number is heard, in its order but for fractions, and no sign of LaTeX is left."""
    words = spoken(formula.source, lang)
    printed = re.findall(r"\d+\.\d+", formula.source)
    assert sorted(printed) == sorted(re.findall(r"\d+\.\d+", words))
    assert re.findall(r"[\\{}_^&=]", words) == []
    assert words.count("open bracket") == words.count("close bracket")
    assert words.count("左括号") == words.count("右括号")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a * (b + c)", "a * b + c"),
        ("(a + b)^2", "a + b^2"),
        ("e^{-a} * b", "e^{-a * b}"),
        (r"\frac{a + b}{c} + d", r"\frac{a}{c} + b + d"),
        (r"\frac{a}{b + c}", r"\frac{a}{b} + c"),
        ("f(x) * y", "f(x * y)"),
        ("a - (b - c)", "a - b - c"),
        (r"\sqrt{a + b}", r"\sqrt{a} + b"),
        (r"\sum_{i=1}^m (x_i + b)", r"\sum_{i=1}^m x_i + b"),
        ("w_7^+", "w_7 + 1"),
    ],
)
def test_what_differs_is_heard_to_differ(one, other):
    """Two formulas that mean different things are not read alike."""
    for lang in ("en", "zh"):
        assert spoken(one, lang) != spoken(other, lang)


def test_what_has_no_tree_is_read_sign_by_sign():
    """An integral is none of the formula language, and is read all the same."""
    assert spoken(r"\int x dx = 1", "en") == "the integral of x d x equals 1"
    assert spoken(r"\int_0^1 x dx", "en") == "the integral from 0 to 1 of x d x"
    assert spoken(r"a \pm \theta", "zh") == "a 加减 θ"


def test_words_of_the_deck_join_what_they_stand_between():
    """A pause is made only where nothing else parts two statements."""
    assert spoken(r"a = 3 \text{ where } n > 2", "en") == "a equals 3 where n is greater than 2"


def test_what_the_deck_calls_by_one_name_is_one_name():
    r"""The run "bad" of a descent is no product in \theta^{(bad)}, nor is f(x) for a function f."""
    names = frozenset({"bad"})
    assert spoken(r"\theta^{(bad)}", "en", names=names) == "theta superscript bad"
    assert spoken("q(a)", "en", frozenset({"q"})) == "q of a"
    assert spoken("q(a)", "en") != "q of a"


def test_what_cannot_be_typeset_is_spelt():
    """No alternative text is empty: PDF readers would skip the formula."""
    assert spoken(r"\nosuchcommand{x}", "en") == r"\nosuchcommand{x}"
    assert spoken(r"\text{ }", "zh") != ""


def test_every_operation_has_its_words():
    """A row in the table of operations without one here would be read as an error."""
    assert set(COMPUTED) - set(OPERATIONS) == {"add", "multiply", "divide"}
    assert set(OPERATIONS) - set(COMPUTED) == set()


def test_names_and_signs_are_said_in_chinese():
    """The alphabet of formulas is in the catalogue."""
    say = translator("zh").gettext
    assert [word for word in (*NAMES, *SIGNS.values()) if say(word) == word] == []


@given(TREES)
def test_any_formula_is_read_whole(tree):
    """Whatever operations it is made of, each of its numbers is heard."""
    source = latex(tree)
    for lang in ("en", "zh"):
        words = spoken(source, lang)
        assert sorted(re.findall(r"\d+\.\d+", words)) == sorted(re.findall(r"\d+\.\d+", source))


@given(TREES)
def test_a_tree_is_told_as_its_latex_is(tree):
    """There is one way to tell a formula, whether it comes as a tree or has to be read first."""
    for lang in ("en", "zh"):
        functions = frozenset({"f", "g"})
        assert told([tree], lang) == spoken(latex(tree), lang, functions)


@pytest.mark.parametrize("name", ["builtin", "perceptron", "descent", "marked", "deep"])
def test_a_solution_is_told_as_it_is_shown(name):
    """Its trees with their numbers are the chain that stands on the page, side by side."""
    result = audit(BUILTIN if name == "builtin" else read_text(DECKS[name]))
    known = result.deck.functions, names(result)
    solved = [
        solution
        for example in examples(result, result.study, "en")
        for stage in example.stages
        for solution in stage.solutions
    ]
    assert solved
    for solution in solved:
        for lang in ("en", "zh"):
            words = spoken(" ".join(solution.steps), lang, *known)
            assert told(solution.sides, lang) == words


def test_a_tree_knows_what_its_latex_does_not_say():
    """A name that was given to a run is one name, and an operation is none that is called."""
    run = Symbol(r"\theta", ("1",), ("(run-b)",))
    assert told([run], "en") == "theta 1 superscript run-b"
    assert spoken(latex(run), "en") != told([run], "en")
    relu = Apply("relu", (Symbol("z"),))
    assert told([relu], "en") == "the rectifier of z"


def test_small_numbers_of_a_solution_are_products():
    """2.5e-11 in the place of a symbol, negative or not, as in the result; e - 11 is none."""
    a, b = Symbol("a"), Symbol("b")
    quantities = [
        Quantity(a, MP.mpf("2.5e-11")),
        Quantity(b, MP.mpf("-4e-11")),
        Quantity(Symbol("c"), MP.mpf("-1.5e-11"), a + b, sources=("a", "b")),
    ]
    trace = Trace("sums", "perceptron", {quantity.key: quantity for quantity in quantities})
    solution = solve(quantities[2], trace)
    assert solution.steps[2] == r"= 2.5 \cdot 10^{-11} + (-4 \cdot 10^{-11})"
    assert told(solution.sides, "en") == (
        "c equals a plus b, equals 2.5 times 10 to the power negative 11"
        " minus 4 times 10 to the power negative 11,"  # as 0.5 + (-0.4) is told
        " equals negative 1.5 times 10 to the power negative 11"
    )


def test_a_root_that_has_no_tree_is_read_whole():
    r"""MathML has the parts of a \sqrt side by side, without a row around them."""
    assert spoken(r"\int \sqrt{a + b}", "en") == "the integral of the square root of a plus b"


def test_each_format_tells_a_solution_from_its_trees():
    """In a formula, in the place of one that stands in another language, and in the PDF's."""
    run = Symbol("J", (), ("(run-b)",))
    trace = Trace("runs", "gradient descent", {run.key: Quantity(run, MP.mpf("2.5"))})
    solution = solve(trace.quantities[run.key], trace)
    words = "J superscript run-b equals 2.5"
    html, other, pdf = HtmlSetter("en"), HtmlSetter("en", prefix="en."), PdfSetter("en")
    assert f'aria-label="{words}"' in html.given(solution)
    assert f'aria-label="{words}"' in html.solution(solution)
    assert f'data-words="{words}"' in other.solution(solution)
    assert f'alt="{words}"' in pdf.solution(solution)
    assert 'alt="J superscript run-b"' in pdf.symbol(solution)
    assert pdf.words == {words, "J superscript run-b"}
