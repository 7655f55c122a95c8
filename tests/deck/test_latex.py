r"""LaTeX files: sections and frames are slides, and every place is one of the file."""

import pytest

from bpreport.deck import read_text
from tests.deck.reading import begins, loose, refused, sources, where

NOTES = r"""\documentclass{article}
\newcommand{\w}{w} % $no = 1$
\title{Notes on \textbf{gradients}}
\begin{document}
\maketitle
We take 3 steps. % 4 of them, $no = 2$
\section{Forward pass}\label{sec:forward}
The unit has $net = 0.1 * 5 + 0.35 = 0.85$, see~\eqref{eq:1} and \cite{a2020}.

\begin{equation}\label{eq:1}
  out = \frac{1}{1 + e^{-net}} % \\ no = 3
      = 0.7006
\end{equation}
\subsection*{Error $E_1$}
After 10 iterations:
\[
E = 0.5 * 0.4
+ 0.1 = 0.3
\]
\end{document}
$no = 4$
"""


def latex(source):
    return read_text(source, "notes.tex")


def test_notes():
    deck = latex(NOTES)
    assert deck.title == "Notes on gradients"
    assert [(slide.title, slide.line, slide.level) for slide in deck.slides] == [
        ("", 6, 0),
        ("Forward pass", 7, 2),
        ("Error $E_1$", 14, 3),
    ]
    assert where(deck, "net = 0.1 * 5 + 0.35") == ["8:19"]
    assert where(deck, r"out = \frac{1}{1 + e^{-net}}") == ["11:7"]
    assert where(deck, r"\frac{1}{1 + e^{-net}} = 0.7006") == ["12:7"]
    assert where(deck, "0.5 * 0.4\n+ 0.1 = 0.3") == ["18:7"]
    assert {claim.iteration for claim in deck.claims if claim.slide == 3 and claim.formula} == {10}
    assert not [text for text in sources(deck) if "no =" in text]
    assert loose(deck) == ["3"]


FRONT = """\
worked:
  line:
    kind: linear regression
    data: {x: [1, 2], y: [2, 3]}
    learning_rate: 0.1"""
BODY = "\\section{A line}\nFrom $a = 1$.\n"


def commented(front):
    return "".join(f"% {line}\n" for line in ["---", *front.split("\n"), "---"])


def test_front_matter_as_in_markdown_or_in_comments():
    """Either is read; formulas and slides keep their places below it."""
    for top in (f"---\n{FRONT}\n---\n", commented(FRONT)):
        deck = latex(top + BODY)
        assert deck.settings["worked"]["line"]["data"]["y"] == ["2", "3"]
        assert begins(deck) == ["9:7"]
        assert [(slide.title, slide.line) for slide in deck.slides] == [("A line", 8)]


def test_front_matter_that_is_wrong_is_refused_at_its_place():
    """Line and column are those of the file."""
    wrong = FRONT.replace("rate: 0.1", "rate: fast")
    told = "worked.line.learning_rate: expected a number"
    assert refused(f"---\n{wrong}\n---\n{BODY}", "n.tex").startswith(f"n.tex:6:5: {told}")
    assert refused(commented(wrong) + BODY, "n.tex").startswith(f"n.tex:6:7: {told}")
    unknown = commented(FRONT.replace("worked:", "wroked:"))
    assert refused(unknown + BODY, "n.tex").startswith("n.tex:2:3: wroked: unknown key")
    unclosed = commented(FRONT).rpartition("% ---")[0]
    assert "expected a line '% ---' behind it" in refused(unclosed + BODY, "n.tex")


@pytest.mark.parametrize("header", ["% ---\n% My notes\n% ---\n", "% ------\n% lang: x\n% ---\n"])
def test_a_header_of_comments_is_no_front_matter(header):
    assert not latex(header + BODY).settings


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("so $a = 1$", "1:5"),
        ("结果 $a = 1$", "1:5"),
        (r"so \(a = 1\)", "1:6"),
        ("so $$a = 1$$ is", "1:6"),
        (r"so \[a = 1\] is", "1:6"),
        (r"\begin{displaymath}a = 1\end{displaymath}", "1:20"),
        ("\\begin{itemize}\n  \\item $a = 1$", "2:10"),
        (r"costs \$5, \% and $a = 1$", "1:20"),
        ("% $b = 1$\n$a = 1$", "2:2"),
        (r"\% $a = 1$", "1:5"),
        ("\\\\% $b = 1$\n$a = 1$", "2:2"),
        (r"\section{On $a = 1$}", "1:14"),
        ("\\begin{verbatim}\n$b = 1$\n\\end{verbatim}\n$a = 1$", "4:2"),
        (r"\textbf{bold $a = 1$}", "1:15"),
        ("    deep $a = 1$", "1:11"),
        ("- no list\n# no heading\n> no quote $a = 1$", "3:13"),
    ],
)
def test_place_of_a_formula(source, place):
    deck = latex(source)
    assert begins(deck) == [place]
    assert [claim.left_source for claim in deck.claims] == ["a"]


@pytest.mark.parametrize("name", ["align", "gather", "multline", "eqnarray", "equation", "flalign"])
@pytest.mark.parametrize("star", ["", "*"])
def test_environments(name, star):
    deck = latex(rf"\begin{{{name}{star}}} a &= b \\ &= 2 \end{{{name}{star}}}")
    assert [claim.text for claim in deck.claims] == ["a = b", "b = 2"]
    assert [formula.display for formula in deck.formulas] == [True]


def test_frames_are_slides():
    source = r"""\section{Part}
\begin{frame}[fragile]{First}
$a = 1$
\end{frame}
\begin{frame}
  \frametitle{Second {\em one}}
  $b = 2$
\end{frame}
"""
    deck = latex(source)
    assert [(slide.title, slide.level) for slide in deck.slides] == [
        ("Part", 2), ("First", 3), ("Second one", 3),
    ]  # fmt: skip
    assert [formula.slide for formula in deck.formulas] == [2, 3]


def test_levels_have_no_gap():
    """Slides begin at level 2, as in Markdown, whichever commands a file uses."""
    deck = latex(r"\begin{frame}{A}\end{frame} \begin{frame}{B}\end{frame}")
    assert [slide.level for slide in deck.slides] == [2, 2]


@pytest.mark.parametrize(
    "source",
    [
        "$a = 1",
        r"\[ a = 1",
        r"\begin{align} a = 1",
        "$a\n\n= 1$",
        r"\(a = 1",
        "$$a",
        r"\$a = 1\$",
        r"$a = 1\$ b",
    ],
)
def test_what_is_not_closed_is_text(source):
    assert latex(source).formulas == ()


def test_commands_of_the_layout_print_nothing():
    source = (
        r"\vspace{3mm} \includegraphics[width=0.5\textwidth]{fig1} \ref{eq:2} \textbf{7} \\[2pt] 8"
    )
    deck = latex(source)
    assert loose(deck) == ["7", "8"]
    (paragraph,) = (token for token in deck.slides[0].tokens if token.type == "inline")
    assert [child.content.strip() for child in paragraph.children] == ["7 8"]


def test_macro_is_not_expanded_but_refused_where_it_stands():
    (claim,) = latex(r"\newcommand{\w}{w} so $a = \w + 1$").claims
    assert claim.refusal is not None
    assert claim.refusal.token == r"\w"


def test_tokens_are_those_that_a_report_shows():
    deck = latex("One $a$ two.\n\n$$b = 2$$\n\nThree.\n")
    kinds = ["paragraph_open", "inline", "paragraph_close"]
    assert [token.type for token in deck.slides[0].tokens] == [*kinds, "math_block", *kinds]
    children = deck.slides[0].tokens[1].children
    assert [(child.type, child.content) for child in children] == [
        ("text", "One "), ("math_inline", "a"), ("text", " two."),
    ]  # fmt: skip
    assert [child.meta.get("formula") for child in children] == [None, 1, None]


def test_formula_that_is_too_long():
    assert refused(f"so ${'1+' * 10_001}1$", "notes.tex") == (
        "notes.tex:1:5: a formula of 20003 characters; expected at most 20000"
    )


def test_empty_file():
    deck = latex("")
    assert (deck.slides, deck.title) == ((), "notes")


def test_a_dollar_sign_that_is_escaped_closes_nothing():
    r"""In $a = 1 \$$ it is one of the formula's; the line break in $a = 1\\$ escapes none."""
    assert sources(latex(r"so $a = 1 \$$ or $b = 2$")) == [r"a = 1 \$", "b = 2"]
    assert sources(latex("so $a = 1\\\\$ or")) == ["a = 1\\\\"]


def test_a_drawing_tells_nothing_and_a_listing_is_shown():
    """The formulas of neither are claims."""
    deck = latex("\\begin{tikzpicture}\n$a = 1$\n\\end{tikzpicture} so $b = 2$")
    assert sources(deck) == ["b = 2"]
    assert not any("a = 1" in token.content for token in deck.slides[0].tokens)
    deck = latex("\\begin{verbatim}\n$a = 1$\n\\end{verbatim} so $b = 2$")
    assert sources(deck) == ["b = 2"]
    assert any("a = 1" in token.content for token in deck.slides[0].tokens)
