"""Sheets that were issued come out byte for byte for ever, each in its design."""

from __future__ import annotations

import gettext
import hashlib
import json
import shutil
import subprocess
import sys
import zlib
from difflib import unified_diff
from itertools import islice
from pathlib import Path

import pytest

from bpreport.deck import DeckError, read, read_text
from bpreport.publish.batch import Workers
from bpreport.publish.language import render, translator
from bpreport.publish.sheets import (
    Course,
    Manifest,
    Press,
    Sheet,
    bank,
    issue,
    lots,
    make,
    plan,
    read_manifest,
    reissue,
    remake,
    view,
)
from bpreport.publish.sheets.designs import designed, designs, differing, newest
from bpreport.publish.words import spoken
from tests.publish.issued import CASES, CLASSES, archive, parts, unpack
from tests.publish.scale import SLOPE
from tests.support import ROOT

TO_DO = (
    "Design {design} makes {place} otherwise than it was issued. What was issued must come out for "
    "ever: keep the old way selectable by the design, and take the new one in a new design; "
    "docs/sheets.md, under Designs, says how.{libraries}\n{difference}"
)


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> dict[int, list[Path]]:
    """By design the folders of the classes that were issued in it."""
    return {number: unpack(number, tmp_path_factory.mktemp("issued")) for number in designs()}


def test_every_design_has_its_classes() -> None:
    """A design without issued classes is held by nothing: `make issued` makes them."""
    assert [number for number in designs() if not archive(number).is_file()] == []


@pytest.mark.parametrize("design", designs())
@pytest.mark.parametrize("place", range(len(CLASSES)))
def test_issued_files_come_out_again(
    design: int, place: int, classes: dict[int, list[Path]], tmp_path: Path
) -> None:
    """Pages, keys and banks of every student and of the class, in each language."""
    folder = classes[design][place]
    manifest, course = issued_in(folder)
    forms = [form for form in manifest.formats if form != "pdf"]
    press = Press(course, manifest.lang, forms, manifest.design)
    sheets: list[Sheet] = []
    made: dict[str, bytes] = {}
    for entry in manifest.sheets:
        sheet, files = remake(course, manifest, entry.student, press)
        sheets.append(sheet)
        made |= files
    made |= dict(press.for_all(sheets))
    assert len(made) == 5 * len(sheets) + 3
    expected = digests_of(manifest)
    packs_alike = manifest.libraries["zlib"] == zlib.ZLIB_RUNTIME_VERSION
    for name, content in made.items():
        if name.endswith(".html") and not packs_alike:
            continue  # the math font in it is packed by zlib
        (tmp_path / "made").with_suffix(Path(name).suffix).write_bytes(content)
        for part, bytes_ in parts((tmp_path / "made").with_suffix(Path(name).suffix)).items():
            before = (folder / f"{name}{part}").read_bytes()
            assert bytes_ == before, told(manifest, f"{name}{part}", before, bytes_)
        if not name.endswith(".zip") or packs_alike:
            assert hashlib.sha256(content).hexdigest() == expected[name], name


@pytest.mark.parametrize("design", designs())
@pytest.mark.parametrize("place", [0, -1])
def test_issued_pdf_files_come_out_again(
    design: int, place: int, classes: dict[int, list[Path]]
) -> None:
    """Where the libraries and typefaces are those that they were issued with."""
    manifest, course = issued_in(classes[design][place])
    if others := [render(message, "en") for message in differing(manifest.libraries)]:
        pytest.skip("; ".join(others))
    press = Press(course, manifest.lang, ["pdf"], manifest.design)
    student = manifest.sheets[0].student
    made = remake(course, manifest, student, press)[1]
    assert set(made) == {f"students/{student}.pdf", f"keys/{student}.pdf"}
    expected = digests_of(manifest)
    for name, content in made.items():
        assert hashlib.sha256(content).hexdigest() == expected[name], told(manifest, name)


def issued_in(folder: Path) -> tuple[Manifest, Course]:
    """The manifest of a class, and its course as it was."""
    manifest = read_manifest(folder / "manifest.json")
    return manifest, plan(read(folder / "deck.md")).as_issued(manifest)


def digests_of(manifest: Manifest) -> dict[str, str]:
    """The SHA-256 of all files."""
    found = dict(manifest.banks)
    for entry in manifest.sheets:
        found |= entry.files
    return found


def told(manifest: Manifest, place: str, before: bytes = b"", now: bytes = b"") -> str:
    """What is to be done about a file that comes out otherwise."""
    old, new = (text.decode("utf-8", "replace").splitlines() for text in (before, now))
    differences = islice(unified_diff(old, new, n=0, lineterm=""), 2, 8)
    others = "".join(f" {render(message, 'en')}." for message in differing(manifest.libraries))
    return TO_DO.format(
        design=manifest.design, place=place, libraries=others,
        difference="\n".join(line[:300] for line in differences),
    )  # fmt: skip


def test_the_difference_is_shown_with_what_to_do(classes: dict[int, list[Path]]) -> None:
    """Whoever changes a sentence reads which, and where it is said how to go on."""
    manifest, _ = issued_in(classes[1][0])
    message = told(manifest, "students/ada.html", b"<p>\n<p>Old\n", b"<p>\n<p>New\n")
    assert message.endswith("-<p>Old\n+<p>New")
    assert "Design 1 makes students/ada.html otherwise" in message
    assert "## Designs" in (ROOT / "docs" / "sheets.md").read_text(encoding="utf-8")


@pytest.mark.usefixtures("uncut_typefaces")
@pytest.mark.parametrize("form", ["html", "moodle", "qti21", "qti12", "pdf"])
def test_every_sentence_of_a_sheet_is_frozen(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """None comes from the catalogue that other pages read and translators change."""
    missed = []

    class Missed(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            missed.append(message)
            return message

        def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
            missed.append(msgid1)
            return msgid1

    deck = (CASES / "issued.md").read_text(encoding="utf-8").replace("lang: en", "lang: zh")
    course = plan(read_text(deck))
    for cached in (view._body, bank._asked, spoken):
        cached.cache_clear()
    monkeypatch.setattr(translator(designed("zh")), "_fallback", Missed())
    (files,) = Press(course, "zh", [form]).products([make(course, "other", "dee")])
    assert files
    # Letters and signs that no language has another name for.
    assert [text for text in missed if len(text) > 1] == []


OLD, NEW = "Compute the error of the outputs.", "How large is the error of the outputs?"
OLD_ZH, NEW_ZH = "计算输出的误差。", "输出的误差是多少？"


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A later version, in which a second design is begun after sheets were issued in the first."""
    folder = tmp_path_factory.mktemp("later")
    for name in ("bpreport", "templates"):
        shutil.copytree(ROOT / name, folder / name)
    # Of its worked examples the first, which has the sentence, and the second.
    deck = (CASES / "issued.md").read_text(encoding="utf-8").replace("    fit:\n    cut:\n", "")
    (folder / "deck.md").write_text(
        f"{deck.partition('  fit:')[0]}---\n\n# A net and a slope\n", encoding="utf-8"
    )
    sheets(folder, "first", "--count", "1", "--seed", "k", "--format", FORMS)
    # The new design: its templates, a sentence of the code, and how it is translated.
    design = folder / "templates" / "sheets2"
    shutil.copytree(folder / "templates" / "sheets1", design)
    edit(design / "sheet.html.j2", '<p class="rules">', "<p>")
    edit(design / "bank" / "asked.html.j2", "<p>{{ id }}", "<p>§{{ id }}")
    edit(folder / "bpreport" / "publish" / "sheets" / "questions.py", OLD, NEW)
    locale = folder / "bpreport" / "locale"
    for lang in ("zh", "zh@sheets1"):
        edit(locale / lang / "LC_MESSAGES" / "bpreport.po", OLD, NEW)
    edit(locale / "zh" / "LC_MESSAGES" / "bpreport.po", OLD_ZH, NEW_ZH)
    # The first design goes on with what the sentence was.
    kept = locale / "en@sheets1" / "LC_MESSAGES" / "bpreport.po"
    kept.parent.mkdir(parents=True)
    kept.write_text(f'msgid "{NEW}"\nmsgstr "{OLD}"\n', encoding="utf-8")
    python(folder, "-m", "bpreport.publish.catalogue")
    return folder


def test_a_later_version_makes_what_was_issued(later: Path) -> None:
    """Byte for byte by the first design, in each language and format."""
    sheets(later, "again", "--manifest", "first-{lang}/manifest.json")
    for lang in ("en", "zh"):
        first, again = (files_of(later / f"{name}-{lang}") for name in ("first", "again"))
        assert len(again) == 4
        assert again == {name: first[name] for name in again}


def test_a_later_version_issues_in_its_own_design(later: Path) -> None:
    """The changed template, sentence and translation are on new sheets, with the same numbers."""
    sheets(later, "second", "--count", "1", "--seed", "k", "--format", FORMS)
    for lang, old, new in (("en", OLD, NEW), ("zh", OLD_ZH, NEW_ZH)):
        first, second = (files_of(later / f"{name}-{lang}") for name in ("first", "second"))
        for name in ("students/s0001.html", "keys/s0001.html", "keys/s0001.moodle.xml"):
            assert (old in first[name], new in first[name]) == (True, False)
            assert (old in second[name], new in second[name]) == (False, True)
        assert "&lt;p&gt;§1a" in second["keys/s0001.moodle.xml"]
        assert '<p class="rules">' in first["students/s0001.html"]
        assert '<p class="rules">' not in second["students/s0001.html"]
        told = [json.loads(files["manifest.json"]) for files in (first, second)]
        assert [one["design"] for one in told] == [1, 2]
        assert told[0]["sheets"][0]["answers"] == told[1]["sheets"][0]["answers"]


FORMS = "html,moodle,qti21"
MAIN = """
import sys
from bpreport.cli import main
for lang in ("en", "zh"):
    words = [word.format(lang=lang) for word in sys.argv[1:]]
    try:
        main(["sheets", "deck.md", "--lang", lang, *words])
    except SystemExit as ended:
        if ended.code:
            raise
"""


def sheets(folder: Path, target: str, *words: str) -> None:
    """Run the command in the copy, in both languages."""
    python(folder, "-c", MAIN, "-o", f"{target}-{{lang}}", *words)


def python(folder: Path, *words: str) -> None:
    """Run Python in the copy, which comes before the installed package."""
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def edit(path: Path, old: str, new: str) -> None:
    """Change what stands in a file once, or broken over lines of a catalogue."""
    text = path.read_text(encoding="utf-8").replace('"\n"', "")
    assert old in text, old
    path.write_text(text.replace(old, new), encoding="utf-8")


def files_of(folder: Path) -> dict[str, str]:
    """Every file by its path, a byte a character where it is not text."""
    found = {}
    for path in folder.rglob("*.*"):
        content = path.read_bytes()
        found[path.relative_to(folder).as_posix()] = content.decode("utf-8", "surrogateescape")
    return found


def small_class(folder: Path, count: int = 2) -> Path:
    """A small class, and where its manifest is."""
    deck = folder / "deck.md"
    shutil.copy(SLOPE, deck)
    students = [f"s{number}" for number in range(count)]
    issue(plan(read(deck)), "k", students, folder / "class", ["html"], "en")
    return folder / "class" / "manifest.json"


def test_who_made_other_bytes_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which library is another one, and the command that gets what it was; else it is bpreport."""
    path = small_class(tmp_path, 1)
    text = path.read_text(encoding="utf-8")
    manifest = read_manifest(path)
    (page,) = [name for name in manifest.sheets[0].files if name.startswith("students/")]
    other = text.replace(manifest.sheets[0].files[page], "0" * 64)
    here = manifest.libraries["math-core"]

    def said(changed: str) -> list[str]:
        path.write_text(changed, encoding="utf-8")
        found = reissue(tmp_path / "deck.md", path, [], tmp_path / "again")
        return [render(message, "en") for message in found.differing]

    first = f"{page} is not the same byte for byte"
    lines = said(other.replace(f'"math-core": "{here}"', '"math-core": "0.1"'))
    assert lines[0].startswith(first)
    assert lines[1:] == [
        f"math-core is {here} here and was 0.1",
        "what it was comes back with: pip install math-core==0.1",
    ]
    lines = said(other.replace(f'"zlib": "{zlib.ZLIB_RUNTIME_VERSION}"', '"zlib": "0.1"'))
    assert lines[1:] == [f"zlib is {zlib.ZLIB_RUNTIME_VERSION} here and was 0.1"]
    assert said(other)[1:] == ["another version of bpreport prints it otherwise"]
    assert said(text) == []


def test_a_class_made_again_by_several_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files are the same as by one, and as they were issued."""
    monkeypatch.setattr(lots, "SIZE", 2)
    path = small_class(tmp_path, 5)  # in three lots
    for name, workers in (("one", Workers(1)), ("two", Workers(2))):
        made = reissue(tmp_path / "deck.md", path, [], tmp_path / name, workers=workers)
        assert (len(made.paths), made.differing) == (10, ())
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")


def test_a_design_that_is_not_there(tmp_path: Path) -> None:
    """An unknown one is refused, with those that are known."""
    path = small_class(tmp_path, 1)
    known = f'"design": {newest()}'
    path.write_text(path.read_text(encoding="utf-8").replace(known, '"design": 99'), "utf-8")
    with pytest.raises(DeckError, match="no design of sheets has the number 99; known are 1"):
        reissue(tmp_path / "deck.md", path, [], tmp_path / "again")
