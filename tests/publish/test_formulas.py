"""Typesetting formulas for both formats, and breaking those that are too wide."""

import re
import unicodedata

import pytest

from bpreport.deck import builtin, read
from bpreport.publish.breaking import chain, filled, sides, terms
from bpreport.publish.drawing import SIZE, drawing, outline
from bpreport.publish.formulas import TypesettingError, mathml, plain
from bpreport.publish.labels import label

FORMULAS = read(builtin("zh")).formulas


@pytest.mark.parametrize("formula", FORMULAS, ids=lambda formula: str(formula.number))
def test_every_formula_of_the_deck_is_typeset_whole(formula):
    """The MathML holds every digit of the source, and the drawing has no missing glyph."""
    digits = sorted(re.findall(r"\d", formula.source))
    assert sorted(re.findall(r"\d", re.sub(r"<[^>]*>", "", mathml(formula.source)))) == digits
    drawn = drawing(formula.source)
    assert drawn.width > 0
    assert drawn.height + drawn.depth > 0
    assert 0 not in [glyph for glyph, *_ in drawn.glyphs]  # glyph 0 is the empty box


def test_han_words_are_drawn_with_a_font_that_has_them():
    r"""The words of a \text are text in the picture, an em wide each."""
    drawn = drawing(r"\text{函数 } y")
    assert [word for word, *_ in drawn.words] == ["函", "数"]
    (_, first, *_), (_, second, *_) = drawn.words
    assert second - first == pytest.approx(SIZE, abs=0.01)
    assert "函</text>" in drawn.svg()


def test_tall_brackets_are_drawn_as_tall_as_what_they_hold():
    """Brackets of four rows are assembled from parts, and reach from top to bottom."""
    rows = r" \\ ".join("12" for _ in range(6))
    drawn = drawing(rf"w = \begin{{pmatrix}} {rows} \end{{pmatrix}}")
    digits = {glyph for glyph, *_ in drawing("12").glyphs}
    parts = [placed for placed in drawn.glyphs if placed[0] not in digits][2:]  # less "w ="
    assert len(parts) >= 4  # two brackets of two parts or more
    heights = [
        y - points[place] * size / 1000
        for glyph, _, y, size in parts
        for _, points in outline(glyph)
        for place in range(1, len(points), 2)
    ]
    assert max(heights) - min(heights) > 0.9 * (drawn.height + drawn.depth)
    assert max(heights) <= drawn.depth + 0.1
    assert min(heights) >= -drawn.height - 0.1


def test_a_bracket_that_nothing_stretches_is_as_tall_as_one_that_fits():
    """Rows measure their parts only where a bracket stretches; there they still do."""

    def height(source):
        return drawing(source).height

    assert height(r"\left( x \right)") == pytest.approx(height("(x)"), abs=0.1)
    assert height(r"\left( \frac{a}{\frac{b}{c}} \right)^2") > 2 * height("(x)^2")


def test_what_cannot_be_drawn_is_no_half_formula():
    r"""The stroke of a \cancel is no bar and no glyph; a box is four bars."""
    with pytest.raises(TypesettingError, match="Diagonal"):
        drawing(r"\cancel{x}")
    assert len(drawing(r"\boxed{x}").bars) == 4


def test_a_phantom_takes_its_room_and_shows_nothing():
    """The glyphs of a b, as far apart as those of a xyz b; what it hides is shown elsewhere."""
    for letters in ("xyz", "uvw"):  # parts are laid out once: whichever of the two comes first
        sources = [f"a {letters} b", rf"a \phantom{{{letters}}} b"]
        drawn = [drawing(source) for source in (sources if letters == "xyz" else sources[::-1])]
        whole, found = drawn if letters == "xyz" else drawn[::-1]
        assert len(whole.glyphs) == 5
        assert [glyph for glyph, *_ in found.glyphs] == [
            glyph for glyph, *_ in drawing("a b").glyphs
        ]
        assert found.glyphs[-1][1] == whole.glyphs[-1][1]


@pytest.mark.parametrize("source", ["x^{2}", "w^{+}", "w^{(1)}", "w_{7}^{+}", "x_{j}"])
def test_a_label_keeps_the_scripts_of_its_symbol(source):
    """As LaTeX has them, so that a drawing can raise and lower them."""
    assert label(source) == source


def test_what_cannot_be_typeset_is_refused():
    """An error of LaTeX is an error here, and no picture of half a formula."""
    for source in (r"\frac{1", r"\nosuchcommand{x}", r"\left(" * 300 + "x" + r"\right)" * 300):
        with pytest.raises(TypesettingError):
            drawing(source)


def test_markup_in_a_formula_stays_text():
    """Nothing that an author types becomes an element."""
    found = mathml(r"\text{<script>alert(1)</script>}")
    assert "<script" not in found
    assert "&lt;script&gt;" in found


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (r"g'(z) = e^{-z}", "g′(z) = e^−z"),
        (r"w_7^+ = 0.4", "w_7^+ = 0.4"),
        (r"\frac{\partial E}{\partial w_7}", "(∂E)/(∂w_7)"),
        (r"-(0.01 - 0.89) \cdot -1", "−(0.01 − 0.89) ⋅ −1"),
        (r"\hat{y}_1", "y\u0302_1"),
        (r"\sqrt{x + 1}", "√(x + 1)"),
        (r"\sqrt[3]{x}", "root 3 of (x)"),
        (r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}", "(1 2; 3 4)"),
    ],
)
def test_a_formula_reads_as_one_line(source, line):
    """The alternative text keeps signs, scripts and grouping."""
    assert plain(source) == line


WIDE = r"a = " + r" + ".join(rf"(x_{{{i}}} - y_{{{i}}}) \cdot z_{{{i}}}" for i in range(30))


def test_a_wide_formula_is_broken_and_nothing_of_it_is_lost():
    """Every glyph of the whole stands in the broken formula, and no line is wider than asked."""
    whole, broken = drawing(WIDE), filled(WIDE, 300)
    assert broken is not None
    assert whole.width > 300 >= broken.width
    assert sorted(glyph for glyph, *_ in broken.glyphs) == sorted(g for g, *_ in whole.glyphs)


def test_a_narrow_chain_stays_on_one_line():
    """Breaking is for what does not fit."""
    assert chain(["a", "= b", "= c"], 300).depth < SIZE


def test_terms_of_a_bracket_that_does_not_fit_are_cut():
    r"""The outermost cut comes first; a sign that belongs to a number is no place to cut."""
    assert sides("a = (b = c) = d") == ["a ", "= (b = c) ", "= d"]
    assert terms("= a + 2 (b + c)") == ["= a ", "+ 2 (b + c)"]
    assert terms(r"= a \cdot (-2) - b", 1) == [r"= a \cdot (-2) ", "- b"]


def test_parts_that_are_laid_out_once_look_as_if_laid_out_each_time(monkeypatch):
    """Of all formulas of the built-in deck, in both kinds of style."""
    lay_out = drawing.__wrapped__
    sources = {formula.source for formula in read(builtin("zh")).formulas}
    sources |= {rf"\frac{{x_{{1}}}}{{{source}}}" for source in sources if "\\\\" not in source}
    cases = [(source, display) for source in sorted(sources) for display in (True, False)]
    shared = [attempt(lay_out, *case) for case in cases]
    monkeypatch.setattr("bpreport.publish.drawing._SHARED", ())
    assert shared == [attempt(lay_out, *case) for case in cases]


def attempt(lay_out, source, display):
    try:
        return lay_out(source, display)
    except TypesettingError:
        return None


@pytest.mark.parametrize(
    "source", ["a", "abc", r"a \quad = b", r"\begin{aligned} a &= b \end{aligned}", ""]
)
def test_what_has_no_place_to_break_is_not_broken(source):
    """One term, a gap between two formulas, and what has lines of its own."""
    assert filled(source, 10) is None


def test_a_formula_may_begin_with_its_relation():
    """It continues the one before; a part of nothing takes no room."""
    assert filled("= a + b", 300) == chain(["", "= a + b"], 300)
    assert chain(["", " ", "= b"], 300) == chain(["", "= b"], 300)


@pytest.mark.parametrize("mark", ["vec", "overline", "underline", "widehat", "widetilde", "hat"])
def test_marks_of_letters_are_characters_of_their_own(mark):
    """A browser sets a combining character left of its place: there is no letter before it."""
    leaves = re.findall(r">([^<]+)<", mathml(rf"\{mark}{{c}}_t"))
    assert [leaf for leaf in leaves if unicodedata.combining(leaf[0])] == []
    told = plain(rf"\{mark}{{c}}_t")
    assert (told[0], told[2:]) == ("c", "_t")
    assert unicodedata.combining(told[1])
