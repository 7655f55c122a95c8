"""The last rows of tables: sums and means of the numbers above them."""

from __future__ import annotations

import pytest

from bpreport.audit import audit
from bpreport.deck import read_text

HEAD = "# Data\n\n| item | cost | weight | size |\n|---|---|---|---|\n"
ROWS = "| a | 12 | -3 | 0.5 |\n| b | 5 | 9 | 0.25 |\n| c | 7 | 4 | 2 |\n"


def judged(table: str, path: str = "notes.md") -> list[tuple[str, str, str | None]]:
    result = audit(read_text(table, path))
    return [(j.claim.text, str(j.verdict), j.correction) for j in result.judgements]


@pytest.mark.parametrize("label", ["Total", "**Sum**", r"$\sum$", "Σ", "合计"])
def test_right_sums(label: str) -> None:
    assert judged(HEAD + ROWS + f"| {label} | 24 | 10 | 2.75 |\n") == [
        ("24", "reproduced", None),
        ("10", "reproduced", None),
        ("2.75", "reproduced", None),
    ]


@pytest.mark.parametrize("label", ["mean", "平均值", "Avg."])
def test_right_means(label: str) -> None:
    table = HEAD + ROWS + f"| {label} | 8 | 3.33 | 0.917 |\n"
    assert [verdict for _, verdict, _ in judged(table)] == ["reproduced"] * 3


def test_a_wrong_sum_beside_right_ones_is_told_with_its_correction() -> None:
    table = HEAD + ROWS + "| Total | 24 | 16 | 2.75 |\n"
    result = audit(read_text(table))
    wrong = [j for j in result.judgements if j.verdict.level == "error"]
    assert [(j.claim.text, j.correction) for j in wrong] == [("16", "10")]
    assert "numbers above" in wrong[0].message.text


def test_a_wrong_mean_names_the_row_that_was_left_out() -> None:
    table = HEAD + ROWS + "| mean | 8 | 3.33 | 0.833 |\n"
    (wrong,) = [j for j in audit(read_text(table)).judgements if j.verdict.level == "error"]
    assert (wrong.claim.text, wrong.slip) == ("0.833", "term dropped")


@pytest.mark.parametrize(
    "row",
    [
        "| Total | 99 | 88 | 77 |",  # of other things than the table shows
        "| Total | 99 | | |",  # alone
    ],
)
def test_a_row_that_takes_other_things_together_is_unchecked(row: str) -> None:
    assert {verdict for _, verdict, _ in judged(HEAD + ROWS + row + "\n")} == {"unchecked"}


@pytest.mark.parametrize(
    "row",
    [
        "| mean squared error | 3 | 4 | 5 |",  # a name of a thing
        "| Total | of all | | |",
        "| d | 24 | 10 | 2.75 |",
    ],
)
def test_other_rows_are_no_totals(row: str) -> None:
    assert judged(HEAD + ROWS + row + "\n") == []


def test_columns_with_gaps_or_words_have_no_sum() -> None:
    rows = "| a | 12 | | 0.5 |\n| b | 5 | 9 | few |\n"
    assert judged(HEAD + rows + "| Total | 17 | 12 | 2 |\n") == [("17", "reproduced", None)]


def test_rounded_shares_need_not_add_up_to_one() -> None:
    rows = "| a | 1 | 0.33 | 1.2 |\n| b | 1 | 0.33 | 1.3 |\n| c | 1 | 0.33 | 1.4 |\n"
    assert judged(HEAD + rows + "| Total | 3 | 1.00 | 3.9 |\n") == [
        ("3", "reproduced", None),
        ("1.00", "carried", None),
        ("3.9", "reproduced", None),
    ]


def test_one_place_is_exact() -> None:
    rows = "| a | 1 | 0.3 | 1.2 |\n| b | 1 | 0.3 | 1.3 |\n"
    assert ("0.7", "wrong", "0.6") in judged(HEAD + rows + "| Total | 2 | 0.7 | 2.5 |\n")


def test_rows_above_keep_their_names() -> None:
    """A row of sums does not keep a column from counting."""
    table = (
        "# Data\n\n| $i$ | $x_i$ | $y_i$ |\n|---|---|---|\n| 1 | 2 | 3 |\n| 2 | 4 | 5 |\n"
        "| $\\Sigma$ | 6 | 8 |\n\n$$x_1 y_2 = 2 \\cdot 5 = 10$$\n"
    )
    found = judged(table)
    assert ("6", "reproduced", None) in found
    assert ("x_1 y_2 = 2 \\cdot 5", "reproduced", None) in found


def test_sums_of_a_latex_table() -> None:
    table = (
        "\\section{Data}\n\\begin{tabular}{lrr}\n item & cost & weight \\\\ \\hline\n"
        "a & 12 & 3 \\\\\nb & 5 & 9 \\\\ \\hline\ntotal & 17 & 13 \\\\\n\\end{tabular}\n"
    )
    assert judged(table, "notes.tex") == [("17", "reproduced", None), ("13", "wrong", "12")]
