"""Numbers in running text: annotated with a bracketed span, or a count named by a known phrase."""

import pytest

from bpreport.deck import read_text
from tests.deck.reading import loose, refused

COUNTS = [
    "第10次迭代",
    "第 10 次更新后",
    "第 10 轮训练",
    "第10迭代",
    "迭代10次",
    "训练 10 轮",
    "第**10**次迭代",
    "after 10 iterations",
    "After 10 updates",
    "at the 10th iteration",
    "in 10 steps",
    "the 10th epoch",
    "iteration 10",
    "Epoch 10:",
    "after *10*\niterations",
    "第 [10]{.iteration} 回",
    'count [10]{.iteration claim="run.iterations"}',
]
WORDS = [
    "After two updates",
    "after two epochs",
    "After the second update",
    "at the end of the second iteration",
    "after the first two steps",
    "two iterations later",
    "两次更新后",
    "第二次更新后",
    "更新两次之后",
    "经过二轮训练以后",
    "at the end of the run",
    "训练结束后",
]
NO_WORDS = [
    "First we compute",
    "First update the bias",
    "In the second step",
    "After the second step, the backward pass",
    "Before the second update",
    "the second update takes the first sample again",
    "After the second minute",
    "第二步",
    "每两次更新后",
    "第二次更新前",
    "After one update and after two updates",
]
RUN = """---
worked:
  line:
    kind: linear regression
    data: {x: [1, 2], y: [2, 3]}
    learning_rate: 0.1
    iterations: 2
---
"""
NO_COUNTS = [
    "after 10 minutes",
    "10 iterations",
    "第10页",
    "iteration",
    "iteration 10.5",
    "stepped 10",
    "after `10` iterations",
    "after $10$ iterations",
    "[10](http://iteration.x)",
    "after 1234567890 iterations",
]


def iterations(source):
    return [(claim.text, claim.iteration) for claim in read_text(source).claims if claim.formula]


@pytest.mark.parametrize("phrase", COUNTS)
def test_count_of_iterations_is_a_figure_and_holds_for_its_paragraph(phrase):
    deck = read_text(f"{phrase}: $O = 1$\n\n$P = 2$\n")
    assert [(figure.text, figure.iteration) for figure in deck.figures] == [("10", True)]
    assert [claim.iteration for claim in deck.claims if claim.formula] == [10, None]
    assert loose(deck) == []


@pytest.mark.parametrize("phrase", NO_COUNTS)
def test_other_numbers_are_no_counts(phrase):
    deck = read_text(f"{phrase}: $O = 1$\n")
    assert deck.figures == ()
    assert [claim.iteration for claim in deck.claims if claim.text == "O = 1"] == [None]


@pytest.mark.parametrize("phrase", WORDS)
def test_words_count_the_iterations_of_a_worked_example(phrase):
    """Without one they count nothing: no number of the deck is an iteration's then."""
    text = f"{phrase}: $O = 1$\n\n$P = 2$\n"
    assert iterations(RUN + text) == [("O = 1", 2), ("P = 2", None)]
    assert iterations(text) == [("O = 1", None), ("P = 2", None)]
    assert read_text(RUN + text).figures == ()


@pytest.mark.parametrize("phrase", NO_WORDS)
def test_other_words_count_nothing(phrase):
    """An entry of a list is no step, and what an update reads is of the state before it."""
    assert iterations(f"{RUN}{phrase}: $O = 1$\n") == [("O = 1", None)]


def test_iterations_later_count_on_from_the_last_that_was_named():
    """3 + 2 = 5, 5 + 1 = 6."""
    source = "After 3 updates $O = 1$.\n\nTwo updates later $P = 2$.\n\n再更新一次后 $Q = 3$.\n"
    assert iterations(RUN + source) == [("O = 1", 3), ("P = 2", 5), ("Q = 3", 6)]


@pytest.mark.parametrize(("stop", "last"), [("stop: count, ", 7), ("", None)])
def test_end_of_a_descent_is_counted_where_its_count_ends_it(stop, last):
    """A descent with a tolerance ends before."""
    run = f"{{kind: gradient descent, objective: x^2, start: 1, {stop}iterations: 7}}"
    run = run.replace("start", "learning_rate: 0.1, start")
    source = f"---\nworked:\n  bowl: {run}\n---\nAt the end of the run $x = 0$\n"
    assert iterations(source) == [("x = 0", last)]


def test_mark_goes_before_a_phrase():
    source = "From step 5 to [10]{.iteration}: $O = 1$"
    assert iterations(source) == [("O = 1", 10)]


def test_of_several_counts_none_holds():
    """It cannot be known which of them a formula follows."""
    assert iterations("after 5 updates or after 10 updates: $O = 1$") == [("O = 1", None)]


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("$A = 1$, and after 5 steps it ends", [None]),
        ("$A = 1$; after 5 steps it ends at $B = 2$", [None, 5]),
        ("it is $A = 1$. After 5 steps it ends", [None]),
        ("先得 $A = 1$，迭代5次后结束", [None]),
        ("$A = 1$ after 5 steps", [5]),
        ("$A = 1$, after 5 steps", [5]),
        ("$A = 1$, which it reaches after 5 steps", [5]),
        ("$A = 1$ at first, later $B = 2$ after 5 steps", [None, 5]),
        ("$A = 1$, $B = 2$ and $C = 3$ after 5 steps", [5, 5, 5]),
        ("$A = 1$ at first, and $B = 2$ after 5 steps", [None, 5]),
        ("After 5 steps $A = 1$. Then we have $B = 2$", [5, 5]),
        ("At first $A = 1$. After 1 step $B = 2$, after 5 steps $C = 3$", [None, 1, 5]),
        ("$A = 1$ after 1 step $B = 2$, after 5 steps $C = 3$", [None, None, None]),
    ],
)
def test_count_holds_for_its_own_clause_and_what_follows(text, held):
    assert [count for _, count in iterations(text)] == held


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ('[1]{claim="a"}, and after 5 steps it ends at [2]{claim="b"}', [None, 5]),
        ('[1]{claim="a"} and [2]{claim="b"} after 5 steps', [5, 5]),
    ],
)
def test_count_holds_for_marked_numbers_as_for_formulas(text, held):
    figures = read_text(text).figures
    assert [figure.count for figure in figures if figure.claim] == held


def test_count_is_announced_to_the_formulas_that_follow():
    """Up to the next text: a paragraph without formulas speaks of the display formulas below it."""
    source = "after 10 updates:\n\n$$O = 1$$\n\n$$P = 2$$\n\nthen\n\n$$Q = 3$$\n"
    assert iterations(source) == [("O = 1", 10), ("P = 2", 10), ("Q = 3", None)]


def test_heading_announces_nothing_and_ends_what_was_announced():
    assert iterations("after 10 updates:\n\n# A\n\n$$O = 1$$\n") == [("O = 1", None)]
    assert iterations("# After 10 updates\n\n$$O = 1$$\n") == [("O = 1", None)]


def test_heading_counts_for_its_own_formula():
    assert iterations("# After 10 updates $O = 1$\n") == [("O = 1", 10)]


@pytest.mark.parametrize(
    ("typed", "text"),
    [("19", "19"), ("0.250", "0.250"), ("-1.5", "-1.5"), ("−1.5", "-1.5"), ("1e-10", "1e-10"),
     ("+2", "+2"), (".5", ".5"), (" 7 ", "7"), ("1,5", None), ("x", None), ("", None),
     ("about 19", None), ("**19**", None), ("$19$", "19"), ("`19`", None), ("19%", "0.19"),
     ("25.0 %", "0.250"), (r"$-2.5\%$", "-0.025"), ("1/4", "0.25"), ("-1/4", "-0.25"),
     (r"$\frac{1}{4}$", "0.25"), (r"\(0.5\)", "0.5"), ("1/0", None), ("1/4 %", None), ("$x$", None),
     ("$1$ $2$", None), ("$1 + 2$", None), ("²", None), ("1\n9", None)],
)  # fmt: skip
def test_span_holds_one_number(typed, text):
    source = f'so [{typed}]{{claim="run.minimum"}}'
    if text is None:
        message = refused(source)
        assert message.startswith(
            "notes.md:1:5: the claim 'run.minimum' expects a number in its brackets, found "
        )
    else:
        (figure,) = read_text(source).figures
        assert (figure.text, figure.claim, figure.iteration) == (text, "run.minimum", False)


def test_a_number_of_a_span_stands_where_its_digits_do():
    """Behind the dollar of a formula, which is then none, and in front of the sign for percent."""
    deck = read_text('so [$0.25$]{claim="a"} and [25 %]{claim="a"} and [$\\frac14$]{claim="a"}')
    assert [str(figure.position) for figure in deck.figures] == ["1:6", "1:29", "1:52"]
    assert deck.formulas == ()
    assert len(deck.numerals) == 3


@pytest.mark.parametrize(
    ("attributes", "typed", "meant"),
    [
        ('clam="x"', "clam", 'claim="..."'),
        ('.red claims="x"', "claims", 'claim="..."'),
        ("Claim=x", "Claim", 'claim="..."'),
        ('claim=""', 'claim=""', 'claim="..."'),
        ("claim=' '", 'claim=""', 'claim="..."'),
        (".iterations", ".iterations", ".iteration"),
        (".big .itertion", ".itertion", ".iteration"),
    ],
)
def test_a_slip_of_the_pen_in_a_mark_is_told(attributes, typed, meant):
    """Otherwise the number would claim nothing, and nobody would be told; so in every place."""
    column = 8 + max(attributes.find(typed.partition("=")[0]), 0)
    for before in ("", "> ", "# "):
        found = refused(f"{before}so [3]{{{attributes}}}")
        place = f"notes.md:1:{len(before) + column}: "
        assert found == f"{place}expected {meant} in the braces behind the brackets, found {typed}"


@pytest.mark.parametrize(
    "attributes", [".red", "#id", "lang=en", "class=x", "key=7", ".iterative", ".claim", "aim=x"]
)
def test_attributes_of_others_are_none_of_ours(attributes):
    deck = read_text(f"so [3 of them]{{{attributes}}}, [so]{{.iterations}} and [3]{{lang=en}}")
    assert deck.figures == ()


@pytest.mark.parametrize("typed", ["x", "1.5", "-3", "²", "9999999999"])
def test_iteration_mark_holds_a_whole_number(typed):
    assert refused(f"第 [{typed}]{{.iteration}}") == (
        f"notes.md:1:4: the mark .iteration expects a whole number in its brackets, found '{typed}'"
    )


@pytest.mark.parametrize(
    ("typed", "claim"),
    [
        ('claim="out_{h1}"', "out_{h1}"),
        ("claim='out_{h1}'", "out_{h1}"),
        ("claim=out_{h1}", "out_{h1}"),
        ("claim=fast.iterations", "fast.iterations"),
        (r'claim="\partial E_{total}/\partial w_7"', r"\partial E_{total}/\partial w_{7}"),
        (r'claim="\frac{\partial E}{\partial w_{1}}"', r"\partial E/\partial w_{1}"),
        ('.big claim="w_{7}^{+}" #first', "w_{7}^{+}"),
        (r'claim="\text{out}_{h_1}"', "out_{h1}"),
        ("claim=w7", "w_{7}"),
        ('claim="a_1^{(2)}"', "a_{1}^{(2)}"),
        ('claim="a^{(2)}_1"', "a_{1}^{(2)}"),
        ("claim=O_1@10", "O_{1}@10"),
    ],
)
def test_claim_may_be_any_symbol_however_it_is_typed(typed, claim):
    """Kept under the key by which the quantities of worked examples are known."""
    (figure,) = read_text(f"so [0.5]{{{typed}}}.").figures
    assert (figure.text, figure.claim) == ("0.5", claim)


@pytest.mark.parametrize(
    "braces",
    [
        "{}",
        "{claim}",
        "{claim=}",
        '{claim="a}',
        "{claim=a",
        "{x, y}",
        "{ .}",
        '{claim="a"b}',
        "{{a}}",
    ],
)
def test_braces_that_are_no_attributes_are_text(braces):
    deck = read_text(f"so [0.5]{braces}.")
    assert deck.figures == ()
    assert loose(deck) == ["0.5"]


def test_other_spans_are_text():
    deck = read_text("[a note]{.wide} and [19]{.big} and [19]{#id} and [20]{x=y}")
    assert deck.figures == ()
    assert loose(deck) == ["19", "19", "20"]


def test_figures_are_numbered_in_order_of_their_places():
    deck = read_text("after 7 updates [1]{claim=a} then [2]{claim=b} and step 3")
    assert [(figure.number, figure.text) for figure in deck.figures] == [
        (1, "7"), (2, "1"), (3, "2"), (4, "3"),
    ]  # fmt: skip
    assert [claim.id for claim in deck.claims] == ["t1", "t2", "t3", "t4"]


def test_span_marks_the_number_that_it_holds_and_not_its_twin():
    deck = read_text("19 then [19]{claim=a} then 19")
    assert [str(figure.position) for figure in deck.figures] == ["1:10"]
    assert [str(n.position) for n in deck.numerals if not n.claims] == ["1:1", "1:28"]
