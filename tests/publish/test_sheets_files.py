"""The files of `bpreport sheets`: whole or not at all, the same again, and without the key."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from bpreport.cli import main
from bpreport.deck import builtin, read
from bpreport.publish.numbers import signed
from bpreport.publish.setting import HtmlSetter
from bpreport.publish.sheets import LATEST, Course, Press, Sheet, make, plan, typefaces
from bpreport.publish.sheets.setting import HtmlSheetSetter
from tests.publish.pdfs import text_of
from tests.publish.scale import SLOPE

DECK = Path(__file__).parent.parent / "cases" / "sheets" / "deck.md"
OWN = plan(read(DECK))
BUILTIN = plan(read(builtin("en")))


def run(*words: object) -> tuple[int, str, str]:
    """Exit status, standard output and error of `bpreport sheets`."""
    result = CliRunner().invoke(main, ["sheets", *map(str, words)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def without_key(sheet: Sheet) -> Sheet:
    """The same sheet with everything gone that the student must not know."""
    return replace(
        sheet,
        questions=tuple(
            replace(
                question,
                answers=tuple(
                    replace(answer, value=None, low=None, high=None, after=(), mistakes=(),
                            right="A" if answer.choices else "", key="")
                    for answer in question.answers
                ),
                solution=(),
                scheme=tuple((name, marks, question.title) for name, marks, _ in question.scheme),
                remarks=(),
            )
            for question in sheet.questions
        ),
    )  # fmt: skip


@pytest.mark.usefixtures("uncut_typefaces")
@pytest.mark.parametrize("form", ["html", "pdf"])
def test_the_student_s_file_knows_no_answer(form: str) -> None:
    """With the key taken out of a sheet, the student's file is the same, byte for byte."""
    sheet = make(BUILTIN, "k", "ada")
    press = Press(BUILTIN, "en", [form])
    (full,) = press.products([sheet])
    (bare,) = press.products([without_key(sheet)])
    assert full[f"students/ada.{form}"] == bare[f"students/ada.{form}"]
    assert full[f"keys/ada.{form}"] != bare[f"keys/ada.{form}"]


def numbers_of_the_key(sheet: Sheet) -> set[str]:
    """Every answer as it could be printed, but for those that are a given, or a rate to choose."""
    givens = {Decimal(text) for given in sheet.variant.givens.values() for text in given.values()}
    found = set()
    for answer in sheet.answers.values():
        if answer.places and answer.value is not None and answer.value not in givens:
            found |= {answer.expected, str(answer.low), str(answer.high), f"{answer.value:.8f}"}
            found |= {f"{mistake.value:.{answer.places}f}" for mistake in answer.mistakes}
    return {text.lstrip("-") for text in found if len(text.strip("-0.")) > 4}


def all_in(path: Path) -> str:
    """Whatever a PDF says anywhere, without spaces."""
    text = text_of(path)
    with pikepdf.open(path) as pdf:
        assert not pdf.attachments
        for entry in pdf.objects:  # alternative texts, metadata, names
            if isinstance(entry, pikepdf.Dictionary):
                text += " ".join(str(value) for value in entry.values())
            if isinstance(entry, pikepdf.Stream) and "/Metadata" in str(entry.get("/Type")):
                text += entry.read_bytes().decode()
    return "".join(text.split())


@pytest.mark.usefixtures("uncut_typefaces")
@pytest.mark.parametrize(("course", "lang"), [(OWN, "en"), (BUILTIN, "zh")], ids=["own", "builtin"])
def test_no_answer_can_be_found(course: Course, lang: str, tmp_path: Path) -> None:
    """No number of the key is in the student's HTML or PDF: text, attributes, metadata, files."""
    for student, forms in {"ada": ["html", "pdf"], "bo": ["html"]}.items():
        press = Press(course, lang, forms)
        sheet = make(course, "k", student)
        (made,) = press.products([sheet])
        wanted = numbers_of_the_key(sheet)
        assert len(wanted) > 15
        page = made[f"students/{student}.html"].decode()
        key = made[f"keys/{student}.html"].decode()
        path = tmp_path / "student.pdf"
        path.write_bytes(made.get(f"students/{student}.pdf", b""))
        printed = all_in(path) if "pdf" in forms else ""
        assert ("pdf" in forms) == (len(printed) > 1000)
        # What the line with the planted mistake shows is the mistake's, and rounds to no answer.
        for number in wanted:
            assert number not in page, number
            assert number not in printed, number
        assert all(signed(answer.expected) in key for answer in sheet.answers.values())
        assert "keys/" not in page
        assert not re.search(r"<(a|script|link|iframe)\b", page)


def test_issuing_and_making_again(tmp_path: Path) -> None:
    """Students' files and keys stand apart; any of them can be made again byte for byte."""
    out = tmp_path / "class"
    status, told, _ = run(DECK, "--count", 3, "--seed", "autumn", "-o", out, "--format", "html")
    assert status == 0
    assert "candidates screened" in told
    names = {str(path.relative_to(out)) for path in out.rglob("*.*")}
    assert names == {
        *(f"students/s000{number}.html" for number in (1, 2, 3)),
        *(f"keys/s000{number}.html" for number in (1, 2, 3)),
        "manifest.json",
    }
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["version"], manifest["course_key"]) == (LATEST, "autumn")
    again = tmp_path / "again"
    words = ("--manifest", out / "manifest.json", "--student", "s0002", "-o", again)
    assert run(DECK, *words)[0] == 0
    for kind in ("students", "keys"):
        name = f"{kind}/s0002.html"
        assert (again / name).read_bytes() == (out / name).read_bytes()
    changed = tmp_path / "changed.md"
    changed.write_text(DECK.read_text(encoding="utf-8") + "\nMore.\n", encoding="utf-8")
    status, _, message = run(changed, *words)
    assert (status, "another text of deck.md" in message) == (2, True)
    status, _, message = run(DECK, *words[:3], "s0009", "-o", again)
    assert (status, "no student 's0009'" in message) == (2, True)


def test_a_class_is_not_written_over(tmp_path: Path) -> None:
    """Where sheets were issued before, nothing is touched."""
    words = (DECK, "--count", 1, "--seed", 1, "-o", tmp_path / "out", "--format", "html")
    assert run(*words)[0] == 0
    before = (tmp_path / "out" / "manifest.json").read_bytes()
    status, _, message = run(*words)
    assert (status, "choose another folder" in message) == (2, True)
    assert (tmp_path / "out" / "manifest.json").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--seed", "1"], "either --count or --roster"),
        (["--count", "2"], "--seed"),
        (["--count", "0", "--seed", "1"], "from 1 to 100000 sheets, not 0"),
        (["--count", "10000000", "--seed", "1"], "not 10000000"),
        (["--count", "1", "--seed", "1", "--format", "docx"], "'docx' is none of"),
        (["--count", "1", "--seed", "1", "--student", "x"], "--student goes with --manifest"),
        (["--manifest", str(DECK), "--student", "x"], "not a manifest"),
        (["--manifest", str(DECK), "--count", "2"], "it goes with --student only"),
        (["--manifest", "missing.json", "--student", "x"], "no such file"),
    ],
)
def test_a_request_that_cannot_be_met(words: list[str], message: str, tmp_path: Path) -> None:
    """One message, status 2, and nothing is left behind."""
    status, _, told = run(DECK, *words, "-o", tmp_path / "out")
    assert (status, message in told, told.count("\n")) == (2, True, 1), told
    assert list(tmp_path.iterdir()) == []


def test_a_class_needs_a_folder(tmp_path: Path) -> None:
    """A file of that name is left as it is."""
    target = tmp_path / "out"
    target.write_text("mine", encoding="utf-8")
    status, _, told = run(DECK, "--count", "1", "--seed", "1", "-o", target)
    assert (status, "is a file; expected a folder" in told) == (2, True), told
    assert target.read_text(encoding="utf-8") == "mine"


def test_a_class_has_a_largest_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the roster as by the count."""
    monkeypatch.setattr("bpreport.publish.sheets.students.MOST", 2)
    roster = tmp_path / "roster.csv"
    roster.write_bytes(b"student\nada\nbo\ncy\n")
    status, _, told = run(DECK, "--roster", roster, "--seed", 1, "-o", tmp_path / "out")
    assert (status, "more than 2 students" in told) == (2, True), told


ROSTERS = [
    (b"student,name\nli.wei,Li Wei\nzoe-1,Zoe\n", ["li.wei", "zoe-1"]),
    (b"\xef\xbb\xbfid;name\r\n7;A\r\n8;B\r\n", ["7", "8"]),
    ("学号,姓名\n王-1,王\n".encode(), ["王-1"]),
    (b"ada\nbo\n", ["ada", "bo"]),
    ("学号,姓名\n王-1,王\n".encode("gb18030"), ["王-1"]),
    ("student\nada\n".encode("utf-16"), ["ada"]),
    (b'sep=;\nid;name\n7;"A;"\n', ["7"]),
]
BAD_ROSTERS = [
    (b"student\n../x\n", "2:1: the student id '../x'"),
    (b"student\nada\n\nada\n", "4:1: the student id 'ada' stands in line 2 already"),
    (b"student\nAda\nada\n", "stands in line 2 already"),
    (b"student,name\n,Li\n", "2:1: an empty student id"),
    (b"student\n" + b"a" * 65 + b"\n", "more than 64 characters"),
    (b"student\n..\n", "'..'"),
    (b"student\n/etc/passwd\n", "'/etc/passwd'"),
    (b"student\n\x81\x20\n", "not text in UTF-8, UTF-16 or GB18030"),
    (b'student,name\nada,"Li"x\n', "2:1: the quotation marks of the row"),
    (b'student,name\nbo,"B\nb"\n\nada,"Li\nzoe,Zoe\n', "5:1: the quotation marks of the row"),
    (b'student,name\nbo,"B\nb"\n../x,Li\n', "4:1: the student id '../x'"),
    (b"", "without a student"),
    (b"student\n", "without a student"),
    (b"\n \n\n", "without a student"),
    (b"name,mark\nLi,3\n", "expected a column 'student' or 'id'"),
    (b"student\na\x00b\n", "NUL"),
]


@pytest.mark.parametrize(("data", "students"), ROSTERS)
def test_rosters(data: bytes, students: list[str], tmp_path: Path) -> None:
    """Commas or semicolons, with or without a byte order mark, or one id a line."""
    roster = tmp_path / "roster.csv"
    roster.write_bytes(data)
    words = (DECK, "--roster", roster, "--seed", 1, "-o", tmp_path / "out", "--format", "html")
    assert run(*words)[0] == 0
    assert sorted(path.stem for path in (tmp_path / "out" / "keys").iterdir()) == sorted(students)


@pytest.mark.parametrize(("data", "message"), BAD_ROSTERS)
def test_rosters_that_cannot_be_used(data: bytes, message: str, tmp_path: Path) -> None:
    """One message with the line, status 2, nothing written."""
    roster = tmp_path / "roster.csv"
    roster.write_bytes(data)
    words = (DECK, "--roster", roster, "--seed", 1, "-o", tmp_path / "out", "--format", "html")
    status, _, told = run(*words)
    assert (status, message in told, told.count("\n")) == (2, True, 1), told
    assert not (tmp_path / "out").exists()


DECIMALS = st.decimals(Decimal("0.0001"), Decimal("99.9999"), places=4).map(str)
SIDES = st.sampled_from([
    (r"out_{h1}", r"= \frac{1}{1 + e^{-net_{h1}}}", r"= \frac{1}{1 + e^{-%s}}", "= %s"),
    ("E", r"= \frac{1}{2} (target - out)^{2}", r"= \frac{1}{2} (%s - (-%s))^{2}", "= %s"),
    ("w^{+}", r"= w - \eta \cdot g", r"= -%s - %s \cdot \left(-%s \cdot 10^{-5}\right)", "= %s"),
    (r"x^{%s}", r"= \text{%s or} \max(%s, 0.0)", r"\approx %s"),
])  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(sides=SIDES, numbers=st.lists(DECIMALS, min_size=6, max_size=6))
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_mould_gives_what_setting_each_formula_gives(
    lang: str, sides: tuple[str, ...], numbers: list[str]
) -> None:
    """Formulas of a class differ in numbers: those filled in stand as those that are set."""
    left = iter(numbers)
    filled = [re.sub("%s", lambda _: next(left), side) for side in sides]
    moulded, plain = HtmlSheetSetter(lang), HtmlSetter(lang)
    moulded.math(" ".join(sides).replace("%s", "3.14"))  # the mould is there already
    for display in (False, True):
        source = " ".join(filled)
        assert moulded.math(source, display) == plain.math(source, display)
    assert moulded.chain(filled) == plain.chain(filled)
    assert moulded.chain(filled[:2]) == plain.chain(filled[:2])


def fonts_of(content: bytes) -> set[str]:
    """The typefaces of a PDF, without the six letters that tell of a subset."""
    with pikepdf.open(BytesIO(content)) as pdf:
        return {
            str(entry["/BaseFont"]).partition("+")[2]
            for entry in pdf.objects
            if isinstance(entry, pikepdf.Dictionary) and "/DescendantFonts" in entry
        }


def test_typefaces_are_cut_for_a_course(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """The text is as with the machine's typefaces; a sign that was not foreseen has these."""
    course = plan(read(SLOPE))
    monkeypatch.setattr(typefaces, "FORESEEN", (range(0x20, 0x100), *typefaces.FORESEEN[2:]))

    def printed(student: str) -> tuple[str, bytes]:
        (made,) = Press(course, "en", ["pdf"]).products([make(course, "k", student)])
        path = tmp_path / "sheet.pdf"
        path.write_bytes(made[f"keys/{student}.pdf"])
        return text_of(path), made[f"keys/{student}.pdf"]

    text, content = printed("ada")
    assert {name.partition("-")[0] for name in fonts_of(content)} == {"bpreport"}
    named, foreign = printed("王伟")
    assert "王伟" in named
    assert any("CJK" in name for name in fonts_of(foreign))
    request.getfixturevalue("uncut_typefaces")
    plain, larger = printed("ada")
    assert (plain, any("bpreport" in name for name in fonts_of(larger))) == (text, False)
    assert len(content) < len(larger) / 2
