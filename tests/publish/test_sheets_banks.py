"""The bank of a whole class, and every bank against the schemas that were published for it."""

from __future__ import annotations

import os
import re
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from bpreport.cli import main
from bpreport.deck import builtin, read, read_text
from bpreport.publish.sheets import Course, Press, Sheet, make_all, plan
from tests.publish.test_sheets_exports import QTI12, QTI21, opened, text

CASES = Path(__file__).parent.parent / "cases" / "sheets"
COURSE = plan(
    read_text((CASES / "deck.md").read_text(encoding="utf-8").replace("places: 5", "places: 4"))
)
STUDENTS = ["ada", "bo", "cy"]
SHEETS = list(make_all(COURSE, "k", STUDENTS))
SCHEMAS = os.environ.get("QTI_SCHEMAS", "")
"""A folder with the schemas of QTI, which their licence keeps out of this project."""


def class_bank(form: str, course: Course = COURSE, sheets: list[Sheet] = SHEETS) -> bytes:
    """The bank of a class."""
    ((_, content),) = Press(course, "en", [f"{form}-bank"]).for_all(sheets)
    return content


def test_moodle_has_a_category_for_each_part() -> None:
    """A category has one variant a student, with that student's interval; names tell whose."""
    found: dict[str, list[ET.Element]] = {}
    category = ""
    for question in ET.fromstring(class_bank("moodle")):
        if question.get("type") == "category":
            category = text(question.find("category/text"))
            continue
        found.setdefault(category, []).append(question)
    assert [path.split("/")[-1] for path in found] == list(SHEETS[0].answers)
    assert {path.split("/")[2] for path in found} == {"Sheets"}
    names = set()
    for path, questions in found.items():
        assert len(questions) == len(STUDENTS)
        for question, sheet in zip(questions, SHEETS, strict=True):
            answer = sheet.answers[path.split("/")[-1]]
            assert text(question.find("name/text")).endswith(f"· {sheet.student}")
            names.add(text(question.find("idnumber")))
            if not answer.choices:
                middle, off = (
                    Decimal(text(question.find(f"answer/{name}"))) for name in ("text", "tolerance")
                )
                assert (middle - off, middle + off) == (answer.low, answer.high)
    assert len(names) == len(STUDENTS) * len(found)


def test_qti21_selects_one_variant_of_each_part() -> None:
    """Each section selects one of all students' items, and every file that is named is there."""
    files = opened(class_bank("qti21"))
    test = ET.fromstring(files["test.xml"])
    sections = [
        section for section in test.iter(f"{QTI21}assessmentSection")
        if section.find(f"{QTI21}selection") is not None
    ]  # fmt: skip
    assert len(sections) == len(SHEETS[0].answers)
    for section in sections:
        assert [node.get("select") for node in section.iter(f"{QTI21}selection")] == ["1"]
        items = [node.get("href", "") for node in section.iter(f"{QTI21}assessmentItemRef")]
        assert len(items) == len(STUDENTS)
        assert set(items) <= set(files)
        for name in items:
            for image in ET.fromstring(files[name]).iter(f"{QTI21}img"):
                assert image.get("src") in files
    manifest = ET.fromstring(files["imsmanifest.xml"])
    named = {node.get("href") for node in manifest.iter() if node.tag.endswith("}file")}
    assert named == set(files) - {"imsmanifest.xml"}


def test_qti12_has_a_group_for_each_part() -> None:
    """Of each section that selects, Canvas makes a group that shows one question of many."""
    files = opened(class_bank("qti12"))
    root = ET.fromstring(files["questions.xml"])
    outer = root.find(f"{QTI12}assessment/{QTI12}section")
    assert outer is not None
    assert len(outer) == len(SHEETS[0].answers)
    for section, name in zip(outer, SHEETS[0].answers, strict=True):
        assert [text(node) for node in section.iter(f"{QTI12}selection_number")] == ["1"]
        assert [node.get("title", "").split()[0] for node in section.iter(f"{QTI12}item")] == [
            name
        ] * len(STUDENTS)
        points = {
            text(field[1])
            for field in section.iter(f"{QTI12}qtimetadatafield")
            if text(field[0]) == "points_possible"
        }
        assert points == {str(SHEETS[0].answers[name].marks)}  # the group takes it over
    pictures = {node.get("href") for node in ET.fromstring(files["imsmanifest.xml"]).iter()
                if node.tag.endswith("}file")}  # fmt: skip
    assert pictures == set(files) - {"imsmanifest.xml"}


def test_a_bank_goes_beside_the_manifest(tmp_path: Path) -> None:
    """`--format moodle-bank` writes one file for the class; another run leaves it alone."""
    out = tmp_path / "out"
    words = ["sheets", str(CASES / "deck.md"), "--count", "2", "--seed", "k", "-o", str(out)]
    result = CliRunner().invoke(main, [*words, "--format", "moodle-bank,html"])
    assert result.exit_code == 0, result.output
    assert {path.name for path in out.iterdir()} == {
        "students", "keys", "manifest.json", "bank.moodle.xml",
    }  # fmt: skip
    assert not list((out / "keys").glob("*.xml"))
    course = plan(read(CASES / "deck.md"))
    sheets = list(make_all(course, "k", ["s0001", "s0002"]))
    assert (out / "bank.moodle.xml").read_bytes() == class_bank("moodle", course, sheets)
    # A sheet is made again without the bank.
    words = ["sheets", str(CASES / "deck.md"), "--manifest", str(out / "manifest.json")]
    again = ["--student", "s0002", "-o", str(tmp_path / "again")]
    result = CliRunner().invoke(main, [*words, *again])
    assert result.exit_code == 0, result.output
    assert not (tmp_path / "again/bank.moodle.xml").exists()


def test_too_many_sheets_for_a_bank(tmp_path: Path) -> None:
    """A bank that no system would take is refused in one sentence before anything is made."""
    words = ["sheets", str(CASES / "deck.md"), "--count", "501", "--seed", "k"]
    target = ["--format", "qti21-bank", "-o", str(tmp_path / "out")]
    result = CliRunner().invoke(main, [*words, *target])
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "a question bank of more than 500 sheets" in result.stderr
    assert list(tmp_path.iterdir()) == []


def schema(name: str) -> Path:
    """A file of the folder with schemas."""
    if not SCHEMAS:
        pytest.skip("QTI_SCHEMAS names no folder with the schemas of QTI")
    found = sorted(Path(SCHEMAS).rglob(name))
    if not found:
        pytest.skip(f"no {name} in {SCHEMAS}")
    return found[0]


COURSES = {"own": COURSE, "zh": plan(read(builtin("zh")))}


@pytest.mark.parametrize("course", COURSES.values(), ids=list(COURSES))
def test_qti21_is_valid(course: Course) -> None:
    """Items, tests of a student and of a class are valid by the published schema."""
    path = schema("imsqti_v2p1.xsd")
    etree: Any = pytest.importorskip("lxml.etree")
    parser = etree.XMLParser(no_network=True)
    validator = etree.XMLSchema(etree.parse(str(path), parser))
    sheets = list(make_all(course, "k", STUDENTS))
    (product,) = Press(course, course.lang, ["qti21"]).products(sheets[:1])
    for package in (*product.values(), class_bank("qti21", course, sheets)):
        for name, content in opened(package).items():
            if name.endswith(".xml") and name != "imsmanifest.xml":
                validator.validate(etree.fromstring(content, parser))
                assert [error.message for error in validator.error_log] == []


def test_qti12_is_valid() -> None:
    """Questions of a student and of a class are valid by the published DTD, but for namespaces."""
    path = schema("ims_qtiasiv1p2p1.dtd")
    etree: Any = pytest.importorskip("lxml.etree")
    validator = etree.DTD(str(path))
    (product,) = Press(COURSE, "en", ["qti12"]).products(SHEETS[:1])
    for package in (*product.values(), class_bank("qti12")):
        plain = re.sub(rb"<questestinterop [^>]*>", b"<questestinterop>",
                       opened(package)["questions.xml"])  # fmt: skip
        validator.validate(etree.fromstring(plain))
        assert [error.message for error in validator.error_log] == []


def test_a_class_comes_out_again_with_its_banks(tmp_path: Path) -> None:
    """Of no student means of all: every file, byte for byte; a changed one is told."""
    out, again = tmp_path / "out", tmp_path / "again"
    words = ["sheets", str(CASES / "deck.md")]
    forms = ["--format", "moodle-bank,qti21-bank,html"]
    result = CliRunner().invoke(
        main, [*words, "--count", "3", "--seed", "k", *forms, "-o", str(out)]
    )
    assert result.exit_code == 0, result.output
    more = ["--manifest", str(out / "manifest.json"), "-o", str(again)]
    result = CliRunner().invoke(main, [*words, *more])
    assert (result.exit_code, result.stderr) == (0, "")
    made = {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*.*")}
    del made["manifest.json"]
    assert len(made) == 8  # 3 sheets, 3 keys, 2 banks
    assert {str(path.relative_to(again)): path.read_bytes() for path in again.rglob("*.*")} == made
    # As if another version had printed the bank and a sheet.
    manifest = out / "manifest.json"
    text = manifest.read_text(encoding="utf-8")
    for place in ("bank.moodle.xml", "students/s0002.html"):
        text = re.sub(rf'("{place}": ")[0-9a-f]{{64}}', r"\g<1>" + "0" * 64, text)
    manifest.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(main, [*words, *more])
    assert result.exit_code == 2
    assert [line.split(" is not the same")[0] for line in result.stderr.splitlines()] == [
        "bpreport: students/s0002.html", "bpreport: bank.moodle.xml",
        "bpreport: another version of bpreport prints it otherwise",
    ]  # fmt: skip
    # What is in the place of a file is left alone.
    (again / "bank.moodle.xml").write_text("mine", encoding="utf-8")
    result = CliRunner().invoke(main, [*words, *more])
    assert (result.exit_code, "is there already" in result.stderr) == (2, True)
    assert (again / "bank.moodle.xml").read_text(encoding="utf-8") == "mine"
    assert {path.name for path in tmp_path.iterdir()} == {"out", "again"}
