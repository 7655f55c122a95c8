"""The files of `bpreport mark`: whole, each student's own, and nothing that a spreadsheet runs."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner

from bpreport.cli import main
from bpreport.deck import read
from bpreport.publish import templates
from bpreport.publish.marking import AnswerFile, mark_class
from bpreport.publish.marking.model import STATES, MarkedClass
from bpreport.publish.marking.table import defused
from bpreport.publish.sheets import Course, Manifest, manifest_text, plan
from tests.publish.marking_class import DECK, OWN, manifest_of, right_answers, sheet_of, with_digest
from tests.publish.scale import SLOPE

COURSE = plan(read(SLOPE))
STUDENTS = ["ada", "@bo", "cy"]
SHEETS = [sheet_of(COURSE, student) for student in STUDENTS]
IDS = list(SHEETS[0].answers)


def run(*words: object) -> tuple[int, str, str]:
    """Exit status, standard output and error of `bpreport mark`."""
    result = CliRunner().invoke(main, ["mark", *map(str, words)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def write_class(
    folder: Path, rows: list[dict[str, str]], extra: str = "", issued: Manifest | None = None
) -> tuple[Path, Path]:
    """A file of answers and its manifest."""
    answers, manifest = folder / "answers.csv", folder / "manifest.json"
    issued = issued or manifest_of(COURSE, *SHEETS)
    manifest.write_text(manifest_text(issued), encoding="utf-8")
    target = StringIO()
    writer = csv.DictWriter(target, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    answers.write_text(target.getvalue() + extra, encoding="utf-8")
    return answers, manifest


def full(**changes: str) -> list[dict[str, str]]:
    """All answers of the first two students, changed for the first."""
    return [
        {
            "student": sheet.student,
            **right_answers(sheet),
            **(changes if sheet is SHEETS[0] else {}),
        }
        for sheet in SHEETS[:2]
    ]


def test_marks_feedback_and_overview(tmp_path: Path) -> None:
    """One row and one page a student who answered; absent ones are named in the overview."""
    answers, manifest = write_class(tmp_path, full(**{"1a": "7.7"}))
    status, out, err = run(answers, SLOPE, "--manifest", manifest, "-o", tmp_path / "out")
    assert (status, err) == (0, "")
    assert len(out.splitlines()) == 3
    text = (tmp_path / "out/marks.csv").read_text(encoding="utf-8-sig")
    head, ada, bo = csv.reader(StringIO(text))
    assert head == ["student", *IDS, "total", "note"]
    assert (ada[0], ada[1], ada[-2]) == ("ada", "0", str(SHEETS[0].marks - 1))
    assert (bo[0], bo[-2]) == ("'@bo", str(SHEETS[0].marks))
    pages = {path.stem: path.read_text() for path in (tmp_path / "out/feedback").iterdir()}
    assert set(pages) == {"ada", "@bo"}
    overview = (tmp_path / "out/overview.html").read_text()
    assert "No answers from" in overview
    assert ">cy<" in overview


def test_marking_again_takes_stale_pages_away(tmp_path: Path) -> None:
    """The page of somebody who is not among the answers any more goes; other files stay."""
    answers, manifest = write_class(tmp_path, full())
    words = (answers, SLOPE, "--manifest", manifest, "-o", tmp_path / "out")
    assert run(*words)[0] == 0
    notes = tmp_path / "out/feedback/notes.html"
    notes.write_text("<p>by the teacher</p>", encoding="utf-8")
    write_class(tmp_path, full()[:1])
    assert run(*words)[0] == 0
    assert {path.name for path in notes.parent.iterdir()} == {"ada.html", "notes.html"}


def test_a_page_holds_nothing_of_the_others(tmp_path: Path) -> None:
    """A student's page is the same whoever else is marked, but for the ids of nobody else."""
    alone, both = tmp_path / "alone", tmp_path / "both"
    for folder, rows in ((alone, full()[:1]), (both, full())):
        folder.mkdir()
        answers, manifest = write_class(folder, rows)
        assert run(answers, SLOPE, "--manifest", manifest, "-o", folder / "out")[0] == 0
    assert (alone / "out/feedback/ada.html").read_bytes() == (
        both / "out/feedback/ada.html"
    ).read_bytes()
    assert "@bo" not in (both / "out/feedback/ada.html").read_text()


def totals(folder: Path) -> dict[str, str]:
    """The total of each student, as the table has it."""
    table = (folder / "marks.csv").read_text(encoding="utf-8-sig")
    return {row["student"]: row["total"] for row in csv.DictReader(StringIO(table))}


def test_each_is_marked_by_the_own_sheet(tmp_path: Path) -> None:
    """Wherever the row stands; the right numbers of somebody else's sheet are wrong ones."""
    own, other = map(right_answers, SHEETS[:2])
    assert all(own[name] != other[name] for name in ("1a", "1b"))
    rows = [{"student": "@bo", **other, "1a": own["1a"], "1b": own["1b"]}, full()[0]]
    answers, manifest = write_class(tmp_path, rows)
    assert run(answers, SLOPE, "--manifest", manifest, "-o", tmp_path / "out")[0] == 0
    full_marks = SHEETS[0].marks
    found = totals(tmp_path / "out")
    assert found["ada"] == str(full_marks)
    assert Decimal(found["'@bo"]) < full_marks


@pytest.mark.parametrize("spelt", ["ada", " ada ", "'ada", "Ada", "a\u0501a", "ada\u200b"])
def test_nobody_hands_in_for_another(tmp_path: Path, spelt: str) -> None:
    """A second row under somebody's id, or under one that looks like it, and nobody is marked."""
    row = ",".join([spelt, *right_answers(SHEETS[1]).values()])
    answers, manifest = write_class(tmp_path, full()[:1], f"{row}\n")
    status, out, err = run(answers, SLOPE, "--manifest", manifest, "-o", tmp_path / "out")
    assert (status, out) == (2, "")
    assert "(line 3)" in err
    assert not (tmp_path / "out").exists()


def test_what_is_typed_is_shown_as_text(tmp_path: Path) -> None:
    """Markup, formulas of spreadsheets and control characters in a cell do nothing."""
    evil = "<script>alert(1)</script>"
    answers, manifest = write_class(tmp_path, full(**{"1a": evil, "1b": '=HYPERLINK("x")'}))
    status, _, err = run(answers, SLOPE, "--manifest", manifest, "-o", tmp_path / "out")
    assert status == 2
    assert re.search(r"answers\.csv:2:2: ada: 1a, <script>", err)
    for page in (tmp_path / "out/feedback/ada.html", tmp_path / "out/overview.html"):
        assert "<script" not in page.read_text()
    table = (tmp_path / "out/marks.csv").read_text(encoding="utf-8-sig")
    for row in csv.reader(StringIO(table)):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)


def test_defused_cells() -> None:
    """Whatever a spreadsheet takes for a formula gets an apostrophe; an id gets none."""
    assert [defused(cell) for cell in ("=1", "+1", "-1", "@a", "\t=1")] == [
        "'=1", "'+1", "'-1", "'@a", "'\t=1",
    ]  # fmt: skip
    assert defused("ada-1") == "ada-1"


def test_a_malformed_row_is_told_and_the_rest_marked(tmp_path: Path) -> None:
    """Exit status 2, the line on stderr, the marks of all others written."""
    answers, manifest = write_class(tmp_path, full(), 'cy,"0.5\n')
    status, out, err = run(answers, SLOPE, "--manifest", manifest, "-o", tmp_path / "out")
    assert status == 2
    assert err.strip().endswith("answers.csv:4: the quotation marks do not match; "
                                "the row was left out")  # fmt: skip
    assert len(out.splitlines()) == 3
    assert {path.stem for path in (tmp_path / "out/feedback").iterdir()} == {"ada", "@bo"}


FAULTS = [
    "digest",
    "text",
    "answers",
    "students",
    "column",
    "version",
    "nobody",
    "examples",
    "questions",
]


@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_is_written_where_the_files_do_not_belong_together(
    tmp_path: Path, fault: str
) -> None:
    """One message, exit status 2, no folder."""
    answers, path = write_class(tmp_path, full())
    manifest = manifest_of(COURSE, *SHEETS)
    text = manifest_text(manifest)
    if fault == "digest":
        text = manifest_text(with_digest(manifest, "0" * 64))
    elif fault == "text":
        text = "{}"
    elif fault == "answers":
        text = text.replace(f'"{SHEETS[0].answers["1a"].expected}"', '"9.99999"')
    elif fault == "version":
        text = manifest_text(replace(manifest, version=99))
    elif fault == "nobody":
        text = manifest_text(replace(manifest, sheets=()))
    elif fault == "examples":
        text = text.replace('"slope"', '"slip"')
    elif fault == "questions":  # of the second student only
        sheet = manifest.sheets[1]
        fewer = {name: known for name, known in sheet.answers.items() if name != "1a"}
        sheets = (manifest.sheets[0], replace(sheet, answers=fewer), manifest.sheets[2])
        text = manifest_text(replace(manifest, sheets=sheets))
    elif fault == "students":
        text = manifest_text(manifest_of(COURSE, *SHEETS[2:]))
    path.write_text(text, encoding="utf-8")
    if fault == "column":
        answers.write_text(answers.read_text().replace("1a", "name", 1), encoding="utf-8")
    status, out, err = run(answers, SLOPE, "--manifest", path, "-o", tmp_path / "out")
    assert (status, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("place", "folder", "message"),
    [
        ("out", False, "is a file; expected a folder"),
        ("out/feedback", False, "is a file; expected a folder"),
        ("out/marks.csv", True, "is a folder; expected a file"),
        ("out/overview.html", True, "is a folder; expected a file"),
    ],
)
def test_what_stands_in_the_way_is_told_first(
    tmp_path: Path, place: str, folder: bool, message: str
) -> None:
    """Nothing is written beside it."""
    answers, manifest = write_class(tmp_path, full())
    way = tmp_path / place
    way.parent.mkdir(exist_ok=True)
    way.mkdir() if folder else way.write_text("mine", encoding="utf-8")
    before = set(tmp_path.rglob("*"))
    status, out, err = run(answers, SLOPE, "--manifest", manifest, "-o", tmp_path / "out")
    assert (status, out) == (2, "")
    assert message in err
    assert set(tmp_path.rglob("*")) == before


def test_who_cannot_be_marked_is_told_and_the_others_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong with one, the other has a page and marks; the next time she has hers."""

    def marked(course: Course, manifest: Manifest, answers: AnswerFile) -> MarkedClass:
        if any(row.student == "ada" for row in answers.rows):
            raise RuntimeError("no way to mark her")
        return mark_class(course, manifest, answers)

    answers, manifest = write_class(tmp_path, full())
    words = (answers, SLOPE, "--manifest", manifest, "-o", tmp_path / "out")
    with monkeypatch.context() as patched:
        patched.setattr("bpreport.publish.marking.lots.mark_class", marked)
        status, _, err = run(*words)
    assert status == 2
    assert "answers.csv:2: ada: RuntimeError: no way to mark her" in err
    pages = tmp_path / "out/feedback"
    assert {path.stem for path in pages.iterdir()} == {"@bo"}
    status, _, err = run(*words)
    assert (status, err) == (0, "")
    assert {path.stem for path in pages.iterdir()} == {"ada", "@bo"}


def test_both_languages(tmp_path: Path) -> None:
    """The pages are in the language asked for, without an English word left in the Chinese one."""
    sheet = sheet_of(OWN, "ada")
    row = {"student": "ada", **right_answers(sheet), "1a": "7.7", "1b": "x"}
    answers, manifest = write_class(tmp_path, [row], issued=manifest_of(OWN, sheet))
    run(answers, DECK, "--manifest", manifest, "-o", tmp_path / "zh", "--lang", "zh")
    page = (tmp_path / "zh/feedback/ada.html").read_text()
    assert 'lang="zh-Hans"' in page
    text = re.sub(r"<style.*?</style>|<math.*?</math>|<[^>]+>", " ", page, flags=re.DOTALL)
    left = set(re.findall(r"[A-Za-z]{3,}", text)) - {
        "ada",
        "Sheets",
        *sheet.fingerprint.split(),
    }
    assert {word for word in left if word not in sheet.fingerprint} == set()


def test_the_sheet_s_styles_leave_the_states_alone() -> None:
    """An answer that was not given once had the line on which a student writes through it."""
    styles = (templates.folder() / "sheets1" / "sheet.css").read_text(encoding="utf-8")
    classes = set(re.findall(r"\.([a-z]+)", styles))
    assert "gap" in classes
    assert not classes & set(STATES)
