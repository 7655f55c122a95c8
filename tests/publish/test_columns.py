"""Columns of numbers as a reader sees them: decimal points below one another, and true signs."""

import re
import subprocess

import pytest

from bpreport.audit import audit
from bpreport.audit.model import Message
from bpreport.deck import read_text
from bpreport.publish import build
from bpreport.publish.columns import aligned, aligned_claims, entries
from bpreport.publish.numbers import shown, signed
from bpreport.publish.view import Badge, Cell, ClaimView, Table
from tests.publish.decks import TABLES
from tests.support import require_program

NEGATIVE = """\
# Notes

$$a = (-1.25 - 0.5, -20.5 * 2, 3.125, -0.75 - 2) = (-1.75, -41, 3.125, -3)$$
"""


def words_of(path, first=1, last=9999):
    """Every word of a PDF, or of some of its pages: page, left, right, bottom, text."""
    pages = ["-f", str(first), "-l", str(last)]
    command = [require_program("pdftotext"), "-bbox", *pages, str(path), "-"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for page, text in enumerate(told.split("<page ")[1:], first):
        box = r'xMin="(\S+)" yMin="\S+" xMax="(\S+)" yMax="(\S+)">(.*?)</word>'
        for left, right, bottom, word in re.findall(box, text):
            yield page, float(left), float(right), float(bottom), word


def _behind(text):
    """Which part of a number's width stands behind its point: digits are alike, a point half."""
    whole, fraction = text.split(".")
    return len(fraction) / (len(whole) + len(fraction) + 0.5)


def test_decimal_points_stand_below_one_another(pdf, result):
    """The exact values of the twelve weights after 1000 iterations, which have 7 or 8 places."""
    last = max(one.claim.formula.number for one in result.judgements if one.claim.formula)
    exact = {
        signed(shown(one.exact))
        for one in result.judgements
        if one.claim.formula and one.claim.formula.number == last
    }
    assert {len(text.split(".")[1]) for text in exact} == {7, 8}
    pages = {mark.title: mark.page for mark in reversed(pdf.bookmarks())}
    first, last = pages["BP 算法例子 · 多次迭代效果"], pages["算例"]
    words = [word for word in words_of(pdf.path, first, last) if word[4] in exact]
    words = [word for word in words if word[2] > 480]
    points = [right - (right - left) * _behind(text) for _, left, right, _, text in words]
    assert len(points) == len(exact) == 12
    assert max(points) - min(points) < 1.0  # of a point; a digit is 4.4 wide


@pytest.mark.parametrize("form", ["html", "pdf"])
def test_a_negative_number_has_a_minus_sign(form, tmp_path):
    """In what was printed, in what is exact and in the sentence; and no hyphen."""
    result = audit(read_text(NEGATIVE))
    (path,) = build(result, result.study, tmp_path, [form], "en")
    if form == "pdf":
        text = "\n".join(word for *_, word in words_of(path))
    else:
        text = re.sub(r"<math.*?</math>|<[^>]*>", " ", path.read_text(encoding="utf-8"))
    assert {"−1.75", "−41", "−3", "−2.75"} <= set(re.findall(r"−[\d.]*\d", text))
    assert not re.search(r"(?<![\w.%)-])-\d", text.split("</style>")[-1].split("@media")[0])


def test_each_column_is_aligned_on_its_own():
    """The first from the left, since it names the rows; what is no number stands as it is."""
    rows = (("1", "0.5", "x"), ("10", "-12.25", "2"), ("all", "3", "1.5"))
    table = Table("", (), tuple(tuple(map(Cell, row)) for row in rows))
    words = Table("", (), tuple(tuple(Cell(text, words=True) for text in row) for row in rows))
    assert [row[1] for row in aligned(words).rows] == [
        Cell(text, words=True) for text in ("0.5", "−12.25", "3")
    ]
    spaces = [[(cell.lead, cell.trail) for cell in row] for row in aligned(table).rows]
    assert spaces == [
        [(1, 0), (0, 1), (0, 0)],
        [(0, 0), (0, 0), (0, 1.5)],  # a point and a digit
        [(0, 0), (0, 2.5), (0, 0)],
    ]
    assert [row[1].text for row in aligned(table).rows] == ["0.5", "−12.25", "3"]


@pytest.mark.parametrize("text", ["2026-05-01", "pages 3-5", "2.5e-11", "w-1", "e^{-2}", "a - 1"])
def test_other_hyphens_stay(text):
    """Dates, ranges, powers of ten as programs write them, names, LaTeX."""
    assert signed(text) == text


def test_the_deck_s_own_numbers_have_a_minus_sign(tmp_path):
    """In text, tables and marked numbers; code, ranges and what joins words keep what was typed."""
    result = audit(read_text(TABLES))
    (path,) = build(result, result.study, tmp_path, ["html"], "en")
    text = path.read_text(encoding="utf-8")
    assert "from −1.5 to −2, in 3-5 steps, <code>-7</code>, <strong>x</strong>-1" in text
    assert ">−3.5</span>" in text
    assert ">−12.25</span></td>" in text or ">−12.25</td>" in text
    assert 'data-exact="−1.5"' in text
    assert "-12.25" not in text


def test_entries_of_a_deck_s_table():
    """Numbers get space behind them, before them only where they do not end at the right."""
    tokens = read_text(TABLES).slides[0].tokens
    found = [entry for _, entry in sorted(entries(tokens).items())]
    rows = [found[n : n + 4] for n in range(0, 16, 4)]
    assert [entry.words for entry in rows[0]] == [False, False, False, True]
    # of x: -1.5, 0.25, 12.125; a point is half as wide as a digit
    assert [row[1].trail for row in rows[1:]] == [2, 1, 0]
    assert [row[1].lead for row in rows[1:]] == [0, 0, 0]
    left = found[16:][0::3][1:4]  # 0.5, -12.25, 3
    assert [(entry.lead, entry.trail) for entry in left] == [(2, 1), (0, 0), (2, 2.5)]


def test_powers_of_ten_are_not_aligned_with_other_claims():
    """Their digits behind the point would push the rest aside."""

    def claim(exact):
        return ClaimView((), Badge("", "", ""), "", 0, "", exact, None, "", Message(""), "", "")

    found = aligned_claims([claim("1.5"), claim("0.24999285"), claim("2.5579538e-11"), claim("19")])
    assert [one.trails[1] for one in found] == [7, 0, 0, 0]
