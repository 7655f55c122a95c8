"""Places are lines and columns of the file, counted from 1, wherever a formula or number stands."""

import pytest

from bpreport.deck import read, read_text
from bpreport.deck.model import Position
from tests.deck.reading import begins, sources, where

PLACES = [
    ("$a = 1$", "1:2"),
    ("text $a = 1$", "1:7"),
    ("结果是 $a = 1$", "1:6"),  # characters, not bytes
    ("😀 $a = 1$", "1:4"),
    ("$$a = 1$$", "1:3"),
    ("  $$a = 1$$", "1:5"),
    ("first\nsecond $a = 1$", "2:9"),
    ("first\n   indented $a = 1$", "2:14"),
    ("## Heading $a = 1$", "1:13"),
    ("##  Heading $a = 1$ ##", "1:14"),
    ("Heading $a = 1$\n=======", "1:10"),
    ("## $a = 1$ {worked=none}", "1:5"),
    ("- item $a = 1$", "1:9"),
    ("- item\n\n  later $a = 1$", "3:10"),
    ("1. item\n   - inner $a = 1$", "2:13"),
    ("- item\nlazy $a = 1$", "2:7"),
    ("> quote $a = 1$", "1:10"),
    ("> > quote\n> > more $a = 1$", "2:11"),
    ("> quote\nlazy $a = 1$", "2:7"),
    ("> - $$a = 1$$", "1:7"),
    (">\t$$a = 1$$", "1:5"),
    ("| x | y |\n|---|---|\n| 1 | $a = 1$ |", "3:8"),
    ("> | x | y |\n> |---|---|\n> | 1 | $a = 1$ |", "3:10"),
    ("- | x | y |\n  |---|---|\n  | 1 | $a = 1$ |", "3:10"),
    ("x | y\n--|--\n2 | $a = 1$ is", "3:6"),
    ("| x | y |\n|---|---|\n| $\\|b\\|$ | $a = 1$ |", "3:14"),
    ("```math\na = 1\n```", "2:1"),
    ("  ~~~ math\n  a = 1\n  ~~~", "2:3"),
    ("> ```math\n> a = 1\n> ```", "2:3"),
    ("text $`a = 1`$", "1:8"),
    (r"text \(a = 1\)", "1:8"),
    (r"\[a = 1\]", "1:3"),
    ("text `$b$` then $a = 1$", "1:18"),
    ("text [$b](http://$c) then $a = 1$", "1:28"),
    (r"costs \$5 and $a = 1$", "1:16"),
    ("&amp; and $a = 1$", "1:12"),
    ("*a* **b** __c__ ~~d~~ $a = 1$", "1:24"),
    ("![$b$](c.png) $a = 1$", "1:16"),
    ("[x]: http://a.b\n\n$a = 1$", "3:2"),
    ("---\ntitle: x\n---\n$a = 1$", "4:2"),
    ("---\n---\n$a = 1$", "3:2"),
    ("$a = 1$ and again $b = 1$", "1:2"),
    ("<b>$a = 1$</b>", "1:5"),
]


@pytest.mark.parametrize(("source", "place"), PLACES)
def test_place_of_a_formula(source, place):
    """The first character of `a = 1`, and the claim two further on, at its equals sign."""
    deck = read_text(source)
    formula = next(formula for formula in deck.formulas if formula.source == "a = 1")
    assert str(formula.position()) == place
    line, column = map(int, place.split(":"))
    assert where(deck, "a = 1") == [f"{line}:{column + 2}"]
    assert deck.line_at(formula.position())[column - 1 :].startswith("a = 1")


def test_same_formula_twice_has_two_places():
    deck = read_text("$a = 1$, `$a = 1$`, $a = 1$\n\n$$a = 1$$\n")
    assert begins(deck) == ["1:2", "1:22", "3:3"]


def test_lines_of_a_display_formula():
    """Each line has a place of its own, here in a list within a quote."""
    deck = read_text("> - text\n>\n>   $$\n>   a = 1\n>     + 2 \\\\\n>   = 3\n>   $$\n")
    (formula,) = deck.formulas
    assert [str(start) for start in formula.starts[1:4]] == ["4:3", "5:3", "6:3"]
    assert str(formula.position(formula.source.index("+"))) == "5:7"
    assert [str(claim.position) for claim in deck.claims] == ["4:7", "6:5"]


def test_lines_of_an_environment():
    deck = read_text("Text:\n\\begin{align}\n  y &= 3 * 4 \\\\\n    &= 12\n\\end{align}\n")
    assert where(deck, "y = 3 * 4") == ["3:6"]
    assert where(deck, "3 * 4 = 12") == ["4:6"]


def test_lines_of_inline_mathematics():
    deck = read_text("> so $a\n> = 1$ it is\n")
    assert [str(start) for start in deck.formulas[0].starts] == ["1:7", "2:3"]
    assert str(deck.claims[0].position) == "2:3"


def test_place_of_each_entry_of_a_row():
    deck = read_text("so $w = \\begin{pmatrix} 0.1, & -0.2 \\\\ 0.30 & 1 \\end{pmatrix}$")
    assert [(claim.text, claim.position.column) for claim in deck.claims] == [
        ("0.1", 25),
        ("-0.2", 33),  # the place of its digits
        ("0.30", 40),
        ("1", 47),
    ]


def test_place_of_bounds():
    deck = read_text(r"$E = \sum_{k=1}^m d_k$")
    assert where(deck, "k=1") == ["1:12"]


FIGURES = [
    ('[19]{claim="a.b"}', "1:2"),
    ('学习率：**[19]{claim="a.b"}**', "1:8"),
    ('- x\n- > [19]{claim="a.b"}', "2:6"),
    ('| n |\n|---|\n| [19]{claim="a.b"} |', "3:4"),
    ('## Heading [19]{claim="a.b"}', "1:13"),
    ('after `[19]{claim="a.b"}`, $19$ and 19: [19]{claim="a.b"}', "1:42"),
    ("In step 19 it is", "1:9"),
    ("第19次迭代", "1:2"),
    ("text\n> &amp; 第 *19* 次迭代", "2:12"),
]


@pytest.mark.parametrize(("source", "place"), FIGURES)
def test_place_of_a_figure(source, place):
    deck = read_text(source)
    assert [(figure.text, str(figure.position)) for figure in deck.figures] == [("19", place)]
    assert [str(claim.position) for claim in deck.claims if claim.kind == "figure"] == [place]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_byte_order_mark_move_nothing(tmp_path, end, mark):
    lines = ["---", "title: 一", "---", "# T", "", "$$", "a = 1", "$$", "", "n $b = 2$"]
    path = tmp_path / "notes.md"
    path.write_bytes((mark + end.join(lines)).encode())
    deck = read(path)
    assert (deck.title, sources(deck)) == ("一", ["\na = 1\n", "b = 2"])
    assert where(deck, "a = 1") == ["7:3"]
    assert where(deck, "b = 2") == ["10:6"]
    assert str(deck.places["title",]) == "2:1"


def test_claims_and_numerals_stand_in_order():
    deck = read_text("$b = 2$ [3]{claim=x} $a = 1$\n\nat 4 $$c = 5$$\n")
    for places in (
        [claim.position for claim in deck.claims],
        [numeral.position for numeral in deck.numerals],
    ):
        assert places == sorted(places)
    assert [numeral.text for numeral in deck.numerals] == ["2", "3", "1", "4", "5"]


def test_line_beyond_the_end_is_empty():
    assert read_text("one").line_at(Position(5, 1)) == ""


@pytest.mark.parametrize("wide", ["\u3000", "\u3000\u3000"])
def test_a_line_of_wide_spaces_moves_nothing(wide):
    """Markdown drops it from the paragraph; what stands below is told by its own line."""
    deck = read_text(f"{wide}\nso $a = 1$ and\n{wide}\n$b = 2$\n")
    assert where(deck, "a = 1") == ["2:7"]
    assert where(deck, "b = 2") == ["4:4"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("It costs $5 and $6.", []),  # a digit behind the second one
        ("It costs 5$, or 6$ with $a = 1$.", ["a = 1"]),  # a digit in front
        ("$$ $$", []),
        ("$$\n\u3000\n$$", []),
        ("> $$a = 1\n\nnot quoted $$", []),  # a quote ends, and what began in it
        ("> $$a = 1$$\n\nnot quoted", ["a = 1"]),
    ],
)
def test_dollars_that_frame_no_formula(source, expected):
    """Prices, nothing, and what is not closed where it was opened: they are text."""
    assert sources(read_text(source)) == expected
