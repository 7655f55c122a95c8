"""Numbers of tables: what they are printed for, and where they stand."""

from __future__ import annotations

import pytest

from bpreport.deck import read_text
from bpreport.formula import latex

MARKDOWN = """# Descent

| $k$ | $x_k$ | note |
|---|---|---|
| 0 | 3 | start |
| 1 | $-2.6$ | |
"""
LATEX = r"""\section{Descent}
\begin{tabular}{c|cc} \hline
$k$ & $x_k$ & note \\ \hline
0 & 3 & start \\
1 & $-2.6$ & \\ \hline
\end{tabular}
"""


def named(source: str, path: str) -> list[tuple[str, str, str, int | None]]:
    deck = read_text(source, path)
    return [
        (str(figure.position), latex(figure.name), figure.text, figure.count)
        for figure in deck.figures
        if figure.name is not None
    ]


@pytest.mark.parametrize(
    ("source", "path", "places"),
    [(MARKDOWN, "notes.md", ("5:7", "6:8")), (LATEX, "notes.tex", ("4:5", "5:6"))],
)
def test_index_in_heading_is_counted(source, path, places):
    """Under k and x_k the row of 1 prints x_1, whether the number is typed as a formula or not."""
    first, second = places
    assert named(source, path) == [
        (first, "x_{0}", "3", None),
        (second, "x_{1}", "-2.6", None),
    ]


def test_iterations_counted_in_words():
    """Of a name without an index the count of the row is the iteration."""
    source = "# N\n\n| epoch | $w$ |\n|---|---|\n| 1 | 0.9 |\n| 2 | 0.81 |\n"
    assert [entry[1:] for entry in named(source, "n.md")] == [("w", "0.9", 1), ("w", "0.81", 2)]


@pytest.mark.parametrize(
    "table",
    [
        "| $x$ | $y$ |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n",  # no telling the rows apart
        "| $k$ | $x_k$ |\n|---|---|\n| 2 | 0.5 |\n| 1 | 0.7 |\n",  # these are no counts in order
        "| $k$ | the value $x_k$ |\n|---|---|\n| 1 | 0.5 |\n",  # words beside the formula
        "| $k$ | $2 x_k, 1$ |\n|---|---|\n| 1 | 0.5 |\n",  # several things
        "| $k$ | $x_{k$ |\n|---|---|\n| 1 | 0.5 |\n",  # not understood
        "| $k$ | $x_k$ |\n|---|---|\n| 1 | about 0.5 |\n",  # not a number alone
        "| name | gradient |\n|---|---|\n| $b$ | 0.5 |\n",  # of another quantity
    ],
)
def test_what_does_not_name_a_number(table):
    """Such a number is one of the text, and is counted as such."""
    deck = read_text(f"# N\n\n{table}", "n.md")
    assert all(figure.name is None for figure in deck.figures)
    assert any(numeral.text in ("0.5", "4") for numeral in deck.numerals)


@pytest.mark.parametrize("path", ["notes.md", "notes.tex"])
def test_a_fraction_and_a_percentage_are_numbers_of_a_table(path):
    """However they are typed; 10 % is 0.10, 1/4 is 0.25, and each stands where it is typed."""
    rows = [["0", r"10\%"], ["1", r"$\frac{1}{4}$"], ["2", "-1/2"], ["3", "about 1/2"]]
    cells = [["$k$", "$x_k$"], *rows]
    source = (
        "\\begin{tabular}{cc}\n" + "\\\\\n".join(map(" & ".join, cells)) + "\\end{tabular}"
        if path.endswith("tex")
        else "\n".join(" | ".join(row) for row in [cells[0], ["---", "---"], *rows])
    )
    claims = [claim for claim in read_text(source, path).claims if claim.left and claim.right]
    assert [(claim.text, latex(claim.right)) for claim in claims if claim.right] == [
        ("10", "0.10"),
        ("1/4", "0.25"),
        ("-1/2", "-0.5"),
    ]
    lines = source.split("\n")
    typed = [lines[c.position.line - 1][c.position.column - 1 :][:2] for c in claims]
    assert typed == ["10", r"\f", "-1"]


@pytest.mark.parametrize("path", ["notes.md", "notes.tex"])
def test_a_row_of_numbers_is_one_number_for_each_name_above(path):
    """Each stands where it is typed, and only once among the deck's numerals."""
    cells = [["$k$", "$(x_k, y_k)$"], ["0", "$(4, -2.5)$"], ["1", "(3.25, 0)"]]
    source = (
        "\\begin{tabular}{cc}\n" + "\\\\\n".join(map(" & ".join, cells)) + "\\end{tabular}"
        if path.endswith("tex")
        else "\n".join(" | ".join(row) for row in [cells[0], ["---", "---"], *cells[1:]])
    )
    assert named(source, path) == [
        ("3:7", "x_{0}", "4", None),
        ("3:10", "y_{0}", "-2.5", None),
        ("4:6", "x_{1}", "3.25", None),
        ("4:12", "y_{1}", "0", None),
    ]
    numerals = [numeral.text for numeral in read_text(source, path).numerals]
    assert numerals == ["0", "4", "-2.5", "1", "3.25", "0"]


def test_every_numeral_of_a_table_is_accounted_for_once():
    deck = read_text(MARKDOWN, "notes.md")
    found = [(numeral.text, bool(numeral.claims)) for numeral in deck.numerals]
    assert found == [("0", True), ("3", True), ("1", True), ("-2.6", True)]


def test_very_wide_tables_are_read_in_time_that_is_counted() -> None:
    """Each cell of a case is held against all headings; of 5,000 that would take hours."""
    table = "\n".join(["|" + "$a$|" * 5000, "|" + "-|" * 5000, *["|" + "1|" * 5000] * 3])
    assert named(f"# D\n\n$b = a + 1$\n\n{table}\n", "notes.md") == []


def test_a_row_of_a_sum_needs_two_numbers_to_add() -> None:
    """Below one number "total" says nothing: there is nothing to be checked."""
    head = "# N\n\n| | cost |\n|---|---|\n| a | 3 |\n"
    assert named(head + "| total | 7 |\n", "n.md") == []
    assert [entry[1:3] for entry in named(head + "| b | 4 |\n| total | 7 |\n", "n.md")] == [
        ("3 + 4", "7")
    ]


def test_a_table_without_headings_or_rows_prints_nothing_for_a_quantity() -> None:
    r"""Such as a tabular that nothing was typed into."""
    assert named(r"\begin{tabular}{c}\end{tabular}", "n.tex") == []


def test_what_a_cell_says_of_the_iteration_is_said_of_its_row() -> None:
    """Also in words: the formulas behind it are of that iteration, and those below are not."""
    source = (
        "# N\n\n| note | value |\n|---|---|\n"
        "| after 3 iterations | $w = 0.5$ |\n| at last | $w = 0.7$ |\n"
    )
    found = {claim.text: claim.iteration for claim in read_text(source).claims}
    assert found["w = 0.5"] == 3
    assert found["w = 0.7"] is None
