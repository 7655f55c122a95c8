"""Reading a class's answers: spellings of numbers, and what is wrong with rows and files."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from bpreport.deck import DeckError
from bpreport.publish.language import render
from bpreport.publish.marking import AnswerFile, number, read_answers
from bpreport.publish.marking.numerals import letter

KINDS = {"1a": "number", "1b": "number", "2a": "choice", "3a": "count"}
STUDENTS = ["ada", "bo", "赵"]
HEAD = "student,1a,1b,2a,3a\n"


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("0.5", "0.5"), ("0,5", "0.5"), (".5", "0.5"), ("5.", "5"), ("+0.5", "0.5"),
        ("-0.5", "-0.5"), ("\u22120.5", "-0.5"), ("\u20130.5", "-0.5"), ("\uff0d0.5", "-0.5"),
        ("5e-1", "0.5"), ("5E-1", "0.5"), ("5,0e-1", "0.5"), ("5*10^-1", "0.5"),
        ("5 \u00d7 10^{-1}", "0.5"), ("5\u00b710\u207b\u00b9", "0.5"), ("1/2", "0.5"),
        ("-3/4", "-0.75"), ("3 / -4", "-0.75"), ("1,5/3", "0.5"), ("\uff10\uff0e\uff15", "0.5"),
        (" 0.5\u00a0", "0.5"),
    ],
)  # fmt: skip
def test_spellings_of_numbers(typed: str, value: str) -> None:
    """Each spelling is the number that it stands for."""
    assert number(typed) == Decimal(value)


@pytest.mark.parametrize(
    "typed",
    ["", "abc", "50%", "50 \uff05", "1.234,5", "1,234.5", "1/0", "1/2/3", "0x1f", "1_000", "nan",
     "inf", "=0.5", "1e99", "1e9999999999", "--1", "0.5 0.6", "9" * 100, "1/", "²"],
)  # fmt: skip
def test_what_is_no_number(typed: str) -> None:
    """What is not clear is refused, and nothing is computed with what is absurd."""
    with pytest.raises(ValueError, match=r"\w"):
        number(typed)


def test_letters() -> None:
    """An option by its letter, and nothing else."""
    assert [letter(typed) for typed in ("B", "b", "(b)", "B.", "b)", "\uff22")] == ["B"] * 6
    for typed in ("AB", "1", "?"):
        with pytest.raises(ValueError, match="letter"):
            letter(typed)


def read(folder: Path, content: str | bytes) -> AnswerFile:
    """The answers in a file with this content."""
    path = folder / "answers.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_answers(path, KINDS, STUDENTS)


def told(found: AnswerFile) -> list[tuple[int, int, str, str]]:
    """The problems in words."""
    return [(p.line, p.column, p.student, render(p.message, "en")) for p in found.problems]


def values(found: AnswerFile) -> dict[str, list[str]]:
    """What was typed, by student."""
    return {
        row.student: [] if row.cells is None else [row.cells[name].typed for name in KINDS]
        for row in found.rows
    }


TABLE = 'student,3a,name,1b,1a,2A\n赵,19,"Zhao, Li","0,25",1/4,b\nada,,,,,\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encodings_and_orders_of_columns(tmp_path: Path, encoding: str) -> None:
    """Columns in any order, others beside them, in every usual encoding."""
    found = read(tmp_path, TABLE.encode(encoding))
    assert values(found) == {"赵": ["1/4", "0,25", "b", "19"], "ada": ["", "", "", ""]}
    assert found.problems == ()
    cells = found.rows[0].cells
    assert cells is not None
    assert (cells["1a"].number, cells["1b"].number, cells["2a"].letter) == (
        Decimal("0.25"), Decimal("0.25"), "B",
    )  # fmt: skip


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_delimiters_and_line_endings(tmp_path: Path, ending: str, delimiter: str) -> None:
    """Semicolons and tabs leave the decimal comma alone; a line for spreadsheets is passed over."""
    rows = ["sep=" + delimiter, HEAD.strip().replace(",", delimiter),
            delimiter.join(["bo", "0,5", "1e-3", "C", "4"])]  # fmt: skip
    found = read(tmp_path, ending.join(rows))
    assert values(found) == {"bo": ["0,5", "1e-3", "C", "4"]}


def test_a_malformed_cell_loses_nothing_else(tmp_path: Path) -> None:
    """It is told with line and column; the student's other answers and all others count."""
    found = read(tmp_path, HEAD + "ada,0.5,half,A,3\nbo,1,2,Q!,4\n")
    assert told(found) == [
        (2, 3, "ada", "1b, half: not a number"),
        (3, 4, "bo", "2a, Q!: not the letter of an option"),
    ]
    assert values(found)["ada"] == ["0.5", "half", "A", "3"]


@pytest.mark.parametrize(
    ("row", "student", "part"),
    [
        ('ada,"0.5,1,A,3', "", "quotation marks"),
        ("ada,0,5,1,A,3", "ada", "6 cells, expected 5"),
        ("ada,0.5", "ada", "2 cells, expected 5"),
        (",1,2,A,3", "", "without a student"),
    ],
)
def test_a_malformed_row_loses_no_other(tmp_path: Path, row: str, student: str, part: str) -> None:
    """It is left out and told with its line; the rows before and behind it count."""
    found = read(tmp_path, f"{HEAD}bo,1,2,A,3\n{row}\n\n赵,4,5,B,6\n")
    ((line, _, who, sentence),) = told(found)
    assert (line, who) == (3, student)
    assert part in sentence
    assert {name for name, cells in values(found).items() if cells} == {"bo", "赵"}


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ("", "no answers in the file"),
        ("name,1a,1b,2a,3a\n", "expected a column 'student'"),
        ('\nstudent,"1a,1b,2a,3a\n', "2:1: the quotation marks of the row"),
        ("student,1a,2a\n", "columns are missing: '1b', '3a'"),
        ("student,1a,1a,1b,2a,3a\n", "2 columns '1a'"),
        ("student,1a,1b,2a,3a,4c\n", "do not belong to the manifest"),
        (HEAD + "ada,1,2,A,3\neve,1,2,A,3\n", "does not have: 'eve' (line 3)"),
        (HEAD + ",,,,\n", "no answers in the file"),
        (HEAD + "eve,1,2,A,3\n", "it has none of their students"),
        (HEAD + "ada,1,2,A,3\nbo,1,2,A,3\nada,1,2,A,3\n", "'ada' (line 2), 'ada' (line 4)"),
        (b"\xff\xff\xff", "not text in UTF-8, UTF-16 or GB18030"),
        (b"student\0", "NUL"),
    ],
)
def test_a_file_that_is_not_of_this_class(tmp_path: Path, content: str | bytes, part: str) -> None:
    """One clear message."""
    with pytest.raises(DeckError) as caught:
        read(tmp_path, content)
    assert part in str(caught.value)
