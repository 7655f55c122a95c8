"""The question banks: what a learning management system reads in them is what the sheet says."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from bpreport.cli import main
from bpreport.deck import DeckError, builtin, read
from bpreport.formula import rounded
from bpreport.publish.sheets import Answer, Course, Press, Sheet, make, make_all, plan

QTI21 = "{http://www.imsglobal.org/xsd/imsqti_v2p1}"
QTI12 = "{http://www.imsglobal.org/xsd/ims_qtiasiv1p2}"
MATHML = "{http://www.w3.org/1998/Math/MathML}"
DECK = (Path(__file__).parent.parent / "cases" / "sheets" / "deck.md").read_text(encoding="utf-8")
HOSTILE = "a</text></category><x>&amp;' \\\" ]]> $course$/top/../b \\u000b {{ 7 * 7 }}"
FORMATS = {"moodle": "moodle.xml", "qti21": "qti21.zip", "qti12": "qti12.zip"}


@pytest.fixture(scope="module")
def builtin_course() -> Course:
    """The built-in deck, whose answers have 6 places."""
    return plan(read(builtin("en")))


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A deck whose answers have 4 places, and whose title is hostile."""
    text = re.sub(r"(?m)^  places: .*\n", "", DECK)
    text = text.replace("sheets:\n", "sheets:\n  places: 4\n", 1)
    text = re.sub(r"(?m)^title: .*$", lambda _: f'title: "{HOSTILE}"', text, count=1)
    path = tmp_path_factory.mktemp("deck") / "deck.md"
    path.write_text(text, encoding="utf-8")
    course = plan(read(path))
    assert course.places == 4
    assert course.title.startswith("a</text>")
    return course


@pytest.fixture(scope="module")
def two(short: Course) -> list[Sheet]:
    """The sheets of two students, made together: the second is not made first."""
    return list(make_all(short, "k", ["bo", "ada"]))


SHEETS: dict[tuple[int, str], Sheet] = {}


def made(course: Course, form: str, student: str = "ada", lang: str = "en") -> tuple[Sheet, bytes]:
    """A sheet and its bank. The sheet, which takes long, is made once for all banks of a course."""
    key = id(course.screens), student
    if key not in SHEETS:
        SHEETS[key] = make(course, "k", student)
    sheet = SHEETS[key]
    (files,) = Press(course, lang, [form]).products([sheet])
    assert list(files) == [f"keys/{student}.{FORMATS[form]}"]  # a bank holds its key
    return sheet, files[f"keys/{student}.{FORMATS[form]}"]


def opened(content: bytes) -> dict[str, bytes]:
    """The files of a package."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert package.testzip() is None
        return {name: package.read(name) for name in package.namelist()}


def text(node: ET.Element | None) -> str:
    """The text of an element that must be there."""
    assert node is not None
    return node.text or ""


def html(source: str) -> ET.Element:
    """HTML out of a text element; it is well-formed."""
    return ET.fromstring(f"<div>{source}</div>")


def beside(answer: Answer) -> list[tuple[Decimal, bool]]:
    """Numbers at the ends of the accepted interval and next to them, and whether they are right."""
    assert answer.low is not None
    assert answer.high is not None
    small = Decimal(1).scaleb(-answer.places - 3)
    ends = [answer.low, answer.high, Decimal(answer.expected)]
    return [(end, True) for end in ends] + [
        (answer.low - small, False),
        (answer.high + small, False),
    ]


def exact_in_the_trace(course: Course, sheet: Sheet, answer: Answer) -> Decimal | None:
    """The value computed from the student's givens again, where the trace has it."""
    template = course.templates[answer.example]
    computed = template.compute(sheet.variant.givens[answer.example], course.carry)
    value = computed.values.get(answer.key)
    return None if value is None else Decimal(rounded(value, 30))


def check_trace(course: Course, sheet: Sheet, answer: Answer, low: Decimal, high: Decimal) -> None:
    """What is accepted holds the exact value, to within a unit of the last place."""
    value = exact_in_the_trace(course, sheet, answer)
    if value is not None:
        assert low <= value <= high
        assert high - low <= 5 * Decimal(1).scaleb(-answer.places)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_moodle(builtin_course: Course, lang: str) -> None:
    """Value and tolerance give the interval exactly; Moodle's float64 arithmetic judges by it."""
    sheet, content = made(builtin_course, "moodle", lang=lang)
    root = ET.fromstring(content)
    category, *questions = root.findall("question")
    assert text(category.find("category/text")).endswith("/ada")
    assert len(questions) == len(sheet.answers)
    for question, answer in zip(questions, sheet.answers.values(), strict=True):
        assert text(question.find("name/text")).startswith(answer.id + " ")
        assert text(question.find("defaultgrade")) == str(answer.marks)
        html(text(question.find("generalfeedback/text")))
        asked = html(text(question.find("questiontext/text")))
        files = {
            entry.get("name"): base64.b64decode(text(entry), validate=True)
            for entry in question.findall("questiontext/file")
        }
        used = {image.get("src") for image in asked.iter("img")}
        assert used == {f"@@PLUGINFILE@@/{name}" for name in files}
        assert all(ET.fromstring(drawn).tag.endswith("svg") for drawn in files.values())
        assert all(image.get("alt") for image in asked.iter("img"))
        if answer.choices:
            assert question.get("type") == "multichoice"
            grades = [entry.get("fraction") for entry in question.findall("answer")]
            right = [choice.name for choice in answer.choices].index(answer.right)
            assert grades == ["100" if at == right else "0" for at in range(len(grades))]
            continue
        assert question.get("type") == "numerical"
        (entry,) = question.findall("answer")
        value, tolerance = (Fraction(text(entry.find(name))) for name in ("text", "tolerance"))
        low, high = answer.low, answer.high
        assert low is not None
        assert high is not None
        assert (value - tolerance, value + tolerance) == (Fraction(low), Fraction(high))
        check_trace(builtin_course, sheet, answer, low, high)
        slack = float(tolerance) + 1e-14 * max(1, abs(float(value)))  # as Moodle has it
        for given, expected in beside(answer):
            accepted = float(value) - slack <= float(given) <= float(value) + slack
            assert accepted == expected


def test_moodle_formulas_are_the_sheet_s(builtin_course: Course) -> None:
    r"""Every formula of a question stands in its text between \( and \)."""
    sheet, content = made(builtin_course, "moodle")
    texts = {
        text(question.find("name/text")).split()[0]: "".join(
            html(text(question.find("questiontext/text"))).itertext()
        )
        for question in ET.fromstring(content).findall("question")[1:]
    }
    for question in sheet.questions:
        for answer in question.answers:
            for chain in question.formulas:
                # Numbers side by side stand in running text, formulas on lines of their own.
                assert rf"{' '.join(chain[:2])}\)" in texts[answer.id]
            for name, digits in sheet.variant.givens[answer.example].items():
                if question.kind != "mistake" and answer.example and "olerance" not in name:
                    assert f"= {digits}\\)" in texts[answer.id]


def outcome(item: ET.Element, response: str | float) -> float:
    """The score that QTI 2.1's response processing gives, as far as our items use it."""

    def value(node: ET.Element) -> str | float:
        match node.tag.removeprefix(QTI21):
            case "variable":
                return response
            case "correct":
                return text(item.find(f"{QTI21}responseDeclaration/*/{QTI21}value"))
            case "baseValue":
                return float(text(node))
        raise AssertionError(node.tag)

    def holds(node: ET.Element) -> bool:
        first, second = node
        match node.tag.removeprefix(QTI21):
            case "and":
                return holds(first) and holds(second)
            case "gte":
                return float(value(first)) >= float(value(second))
            case "lte":
                return float(value(first)) <= float(value(second))
            case "match":
                return value(first) == value(second)
        raise AssertionError(node.tag)

    condition = item.find(f"{QTI21}responseProcessing/{QTI21}responseCondition")
    assert condition is not None
    then, otherwise = condition
    branch = list(then)[1] if holds(then[0]) else otherwise[0]
    assert branch.get("identifier") == "SCORE"
    return float(text(branch[0]))


def test_qti21(builtin_course: Course) -> None:
    """The package is whole, its items are judged as the sheet says, formulas are MathML."""
    sheet, content = made(builtin_course, "qti21")
    files = opened(content)
    manifest = ET.fromstring(files["imsmanifest.xml"])
    named = {node.get("href") for node in manifest.iter() if node.tag.endswith("}file")}
    assert named == set(files) - {"imsmanifest.xml"}
    resources = {node.get("identifier"): node for node in manifest.iter() if "href" in node.attrib
                 and node.tag.endswith("}resource")}  # fmt: skip
    for node in manifest.iter():
        if node.tag.endswith("}dependency"):
            assert node.get("identifierref") in resources
    test = ET.fromstring(files["test.xml"])
    order = [node.get("href", "") for node in test.iter(f"{QTI21}assessmentItemRef")]
    assert len(order) == len(sheet.answers)
    for name, answer in zip(order, sheet.answers.values(), strict=True):
        item = ET.fromstring(files[name])
        identifier = item.get("identifier", "")
        assert re.fullmatch(r"[A-Za-z_][\w.-]*", identifier)  # an NCName
        assert identifier in resources
        parts = [child.tag.removeprefix(QTI21) for child in item]
        assert parts == [
            "responseDeclaration", "outcomeDeclaration", "outcomeDeclaration", "itemBody",
            "responseProcessing", "modalFeedback",
        ]  # fmt: skip
        # No formula is left as its source, and every name is that of QTI or of MathML.
        assert item.find(f".//{QTI21}code") is None
        assert all(node.tag.startswith((QTI21, MATHML)) for node in item.iter())
        assert any(node.tag == f"{MATHML}math" for node in item.iter())
        inside = {
            node.get("href")
            for node in resources[identifier]
            if node.tag.endswith("}file") and node.get("href") != name
        }
        assert {image.get("src") for image in item.iter(f"{QTI21}img")} == inside
        if answer.choices:
            names = [node.get("identifier") for node in item.iter(f"{QTI21}simpleChoice")]
            assert names == [choice.name for choice in answer.choices]
            for choice in answer.choices:
                expected = answer.marks if choice.name == answer.right else 0
                assert outcome(item, choice.name) == expected
            continue
        ends = [Decimal(text(node)) for node in list(item.iter(f"{QTI21}baseValue"))[:2]]
        assert ends == [answer.low, answer.high]
        check_trace(builtin_course, sheet, answer, *ends)
        for given, right in beside(answer):
            assert outcome(item, float(given)) == (answer.marks if right else 0)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_qti12(short: Course, lang: str) -> None:
    """Canvas reads both ends of a range from vargte and varlte; pictures are in the package."""
    sheet, content = made(short, "qti12", lang=lang)
    files = opened(content)
    manifest = ET.fromstring(files["imsmanifest.xml"])
    named = {node.get("href") for node in manifest.iter() if node.tag.endswith("}file")}
    assert named == set(files) - {"imsmanifest.xml"}
    items = list(ET.fromstring(files["questions.xml"]).iter(f"{QTI12}item"))
    assert len(items) == len(sheet.answers)
    for item, answer in zip(items, sheet.answers.values(), strict=True):
        fields = {text(field[0]): text(field[1]) for field in item.iter(f"{QTI12}qtimetadatafield")}
        assert fields["points_possible"] == str(answer.marks)
        bodies = [html(text(node)) for node in item.iter(f"{QTI12}mattext")]
        equations = 0
        for image in (image for body in bodies for image in body.iter("img")):
            source = image.get("src", "")
            assert image.get("alt")
            if image.get("class") == "equation_image":
                equations += 1
                assert image.get("alt") == f"LaTeX: {image.get('data-equation-content')}"
            else:
                assert source.removeprefix("%24IMS-CC-FILEBASE%24/") in files
        assert equations
        if answer.choices:
            assert fields["question_type"] == "multiple_choice_question"
            (right,) = item.iter(f"{QTI12}varequal")
            assert text(right) == answer.right
            labels = [node.get("ident") for node in item.iter(f"{QTI12}response_label")]
            assert labels == [choice.name for choice in answer.choices]
            continue
        assert fields["question_type"] == "numerical_question"
        ends = [Decimal(text(node)) for name in ("vargte", "varlte")
                for node in item.iter(f"{QTI12}{name}")]  # fmt: skip
        assert ends == [answer.low, answer.high]
        check_trace(short, sheet, answer, *ends)
        # Canvas rounds what is entered to four places: nothing that is right becomes wrong.
        for given, accepted in beside(answer):
            if accepted:
                assert ends[0] <= Decimal(rounded(given, 4)) <= ends[1]


def test_what_canvas_would_round_is_refused(builtin_course: Course) -> None:
    """Six places cannot be held by Canvas; the message says why and which setting helps."""
    told = "rounds what students enter to 4 decimal places. Set sheets.places to 4 or fewer"
    with pytest.raises(DeckError, match=told):
        Press(builtin_course, "en", ["qti12"])


@pytest.mark.parametrize("form", list(FORMATS))
def test_a_hostile_title_stays_text(short: Course, form: str) -> None:
    """A deck's title adds no element, no path, and no character that XML forbids."""
    _, content = made(short, form)
    files = opened(content) if content[:2] == b"PK" else {"moodle.xml": content}
    assert not any("/" in name or ".." in name for name in files)
    for name, data in files.items():
        assert b"\x0b" not in data
        root = ET.fromstring(data)
        assert root.find(".//x") is None
        shown = "".join(root.itertext()) + "".join(root.attrib.values())
        assert "{{ 7 * 7 }}" in shown or name not in ("test.xml", "moodle.xml")
    whole = b"".join(files.values()).decode()
    assert re.search("a&lt;//?text&gt;&lt;//?category&gt;&lt;x&gt;&amp;amp;", whole)


@pytest.mark.parametrize("title", [HOSTILE, "/a/", "a/b/", "///", "a//b", " "])
def test_a_title_does_not_nest_categories(short: Course, title: str) -> None:
    """Moodle parts categories at single slashes; a title is one level, whatever is in it."""
    _, content = made(replace(short, title=title), "moodle")
    category = text(ET.fromstring(content).find("question/category/text"))
    levels = re.split(r"(?<!/)/(?!/)", category)
    assert (levels[:2], len(levels), levels[3]) == (["$course$", "top"], 4, "ada")


@pytest.mark.parametrize("form", list(FORMATS))
def test_the_same_bytes(short: Course, two: list[Sheet], form: str) -> None:
    """A bank is a function of the sheet, whatever was made before it."""
    _, first = made(short, form)
    press = Press(short, "en", [form])
    *_, second = press.products(two)
    assert second[f"keys/ada.{FORMATS[form]}"] == first


def test_banks_go_to_the_keys(tmp_path: Path) -> None:
    """`bpreport sheets --format` writes banks beside the keys, and they can be made again."""
    deck = tmp_path / "deck.md"
    deck.write_text(DECK, encoding="utf-8")
    out, again = tmp_path / "out", tmp_path / "again"
    words = ["--count", "2", "--seed", "k", "--format", "moodle,qti21", "-o", str(out)]
    result = CliRunner().invoke(main, ["sheets", str(deck), *words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert not list((out / "students").iterdir())
    assert {path.name for path in (out / "keys").iterdir()} == {
        f"s000{number}.{suffix}" for number in (1, 2) for suffix in ("moodle.xml", "qti21.zip")
    }
    words = ["--manifest", str(out / "manifest.json"), "--student", "s0002", "-o", str(again)]
    result = CliRunner().invoke(main, ["sheets", str(deck), *words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    for path in (again / "keys").iterdir():
        assert path.read_bytes() == (out / "keys" / path.name).read_bytes()
