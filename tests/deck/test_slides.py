"""Slides, their titles, and the worked example that each belongs to."""

import pytest

from bpreport.deck import read_text
from tests.deck.reading import refused, sources

MATTER = """---
worked:
  one: {kind: gradient descent, objective: x^2, learning_rate: 0.1}
  two: {kind: gradient descent, objective: x^2, learning_rate: 0.2}
---
"""


def slides(source):
    return [(slide.title, slide.line, slide.level) for slide in read_text(source).slides]


def worked(source):
    return [slide.worked for slide in read_text(MATTER + source).slides]


def test_each_heading_begins_a_slide():
    source = "# A\n\ntext\n\n## B **bold** `code` $x$\n\nC\n---\n\n#### D ##\n"
    assert slides(source) == [("A", 1, 1), ("B bold code $x$", 5, 2), ("C", 7, 2), ("D", 10, 4)]


def test_what_stands_before_any_heading_is_a_slide_without_title():
    assert slides("\n\ntext\n\n# A\n") == [("", 3, 0), ("A", 5, 1)]


def test_empty_deck_has_no_slides():
    for source in ("", "\n\n", "---\n---\n", "---\ntitle: x\n---\n", "[a]: b\n"):
        deck = read_text(source)
        assert (deck.slides, deck.formulas, deck.claims, deck.numerals) == ((), (), (), ())


def test_heading_in_a_quote_or_a_list_begins_no_slide():
    assert [slide[0] for slide in slides("# A\n\n> # B\n\n- # C\n")] == ["A"]


def test_formulas_and_figures_know_their_slide():
    deck = read_text("$a$\n\n# A\n\n$b$ [1]{claim=x}\n\n# B $c$\n\n$$d = 1$$\n")
    assert [(formula.source, formula.slide) for formula in deck.formulas] == [
        ("a", 1), ("b", 2), ("c", 3), ("d = 1", 3),
    ]  # fmt: skip
    assert [figure.slide for figure in deck.figures] == [2]
    assert [claim.slide for claim in deck.claims] == [2, 3]


def test_tokens_carry_the_numbers_of_formulas_and_figures():
    """That is how a report knows what to show; a token without a number is set as typed."""
    deck = read_text("# A\n\n$a = 1$ and [2]{claim=x}\n\n$$b = 2$$\n\n```math\nc = 3\n```\n")
    found = []
    for token in deck.slides[0].tokens:
        for part in (token, *(token.children or ())):
            found += [(key, part.meta[key]) for key in ("formula", "figure") if key in part.meta]
    assert found == [("formula", 1), ("figure", 1), ("formula", 2), ("formula", 3)]
    assert sources(deck) == ["a = 1", "b = 2", "c = 3"]


def test_raw_html_is_text():
    deck = read_text("<script>alert(1)</script>\n\na <b>c</b>\n")
    tokens = [token for slide in deck.slides for token in slide.tokens]
    assert {token.type for token in tokens} == {"paragraph_open", "inline", "paragraph_close"}
    assert "".join(child.content for child in tokens[1].children or ()).startswith("<script>")


@pytest.mark.parametrize(
    ("headings", "expected"),
    [
        ("## A\n", [None]),
        ("## A {worked=one}\n## B\n", ["one", "one"]),
        ("## A {worked=one}\n### B\n## C\n", ["one", "one", "one"]),  # as deep or deeper
        ("## A {worked=one}\n# B\n## C\n", ["one", None, None]),  # a higher level ends it
        ("## A {worked=one}\n## B {worked=none}\n## C\n", ["one", None, None]),
        ("## A {worked=one}\n## B {worked=two}\n## C\n", ["one", "two", "two"]),
        ("## A {worked=one}\n### B {worked=two}\n## C\n", ["one", "two", None]),
        ("# A {worked=one}\n### B {worked=none}\n### C\n# D\n", ["one", None, None, None]),
        ("A {worked=one}\n---\n", ["one"]),
        ('## A {worked="one"}\n', ["one"]),
        ("## A {#id .wide worked=one} ##\n", ["one"]),
        ("text\n\n## A {worked=one}\n", [None, "one"]),
    ],
)
def test_worked_example_of_a_slide(headings, expected):
    """A heading without the attribute keeps the example while its level is the same or deeper."""
    assert worked(headings) == expected


def test_single_worked_example_needs_no_attribute():
    matter = "".join(line for line in MATTER.splitlines(keepends=True) if "two" not in line)
    deck = read_text(f"{matter}text\n\n# A\n\n## B {{worked=none}}\n\n## C\n")
    assert [slide.worked for slide in deck.slides] == ["one", "one", None, None]


def test_attributes_are_no_part_of_the_title():
    deck = read_text(MATTER + "## The pass {worked=one}\n")
    assert deck.slides[0].title == "The pass"


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("The set {x}", "The set {x}"),
        (r"The set \{x\}", "The set {x}"),
        ("The set {x, y}", "The set {x, y}"),
        ('The value [3]{claim="a"}', "The value 3"),
    ],
)
def test_braces_that_are_no_attributes_of_the_heading_stay(typed, title):
    assert read_text(f"## {typed}\n").slides[0].title == title


def test_unknown_worked_example_is_refused_at_its_attribute():
    assert refused(f"{MATTER}\n## A {{worked=on}}\n") == (
        "notes.md:7:6: the heading names the worked example 'on'; expected 'one', 'two'"
    )
    assert refused("## A {worked=one}\n") == (
        "notes.md:1:6: the heading names the worked example 'one'; "
        "expected one that the front matter describes"
    )


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("---\ntitle: From matter\n---\n# A\n", "From matter"),
        ("---\ntitle: 2024\n---\n", "2024"),
        ("text\n\n## A\n\n# B\n", "A"),
        ("text", "notes"),
    ],
)
def test_title_of_the_deck(source, title):
    """The front matter's, else the first heading's, else the name of the file."""
    assert read_text(source, "folder/notes.md").title == title


@pytest.mark.parametrize(
    ("source", "lang"),
    [
        ("---\nlang: zh\n---\nEnglish", "zh"),
        ("---\nlang: en\n---\n中文", "en"),
        ("隐层的输出 $out_{h1} = \\frac{1}{1 + e^{-net}}$", "zh"),
        ("The output, in Chinese 输出, is $x$ and so on, with many more English words", "en"),
        (
            "更新 $w$：$$w^+ = w - \\eta \\frac{\\partial E_{total}}{\\partial out_{o1}} = 0.5$$",
            "zh",
        ),
        ("---\ntitle: Back-propagation\nworked: {}\n---\n\n误差", "zh"),
        ("The error, which is 误差 in Chinese, at $5 and \\eta", "en"),
        ("$$\\text{误差} = 1$$", "zh"),
        ("$$x = 1$$", "en"),
        ("", "en"),
    ],
)
def test_language_of_the_deck(source, lang):
    assert read_text(source).lang == lang
