"""A third language, added as `docs/translate.md` says: files only, no code."""

import re
import shutil
import subprocess
import sys
from html import unescape

import pytest
from babel.messages.pofile import read_po, write_po

from tests.publish.decks import WORKED
from tests.support import ROOT

DECK = WORKED + "\n$$a = 0.1 * 5 + 0.35 = 0.95$$\n"


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the package with a catalogue in which every sentence stands between marks."""
    folder = tmp_path_factory.mktemp("copy")
    for name in ("bpreport", "templates"):
        shutil.copytree(ROOT / name, folder / name)
    source = folder / "bpreport" / "locale" / "de" / "LC_MESSAGES" / "bpreport.po"
    source.parent.mkdir(parents=True)
    source.touch()
    run(folder, "-m", "bpreport.publish.catalogue")
    with source.open("rb") as file:
        catalogue = read_po(file, locale="de")
    for message in catalogue:
        if message.id:
            ids = [message.id] if isinstance(message.id, str) else message.id
            marked = tuple(f"⟦{text}⟧" for text in ids)
            message.string = marked[0] if isinstance(message.id, str) else marked
    with source.open("wb") as file:
        write_po(file, catalogue)
    run(folder, "-m", "bpreport.publish.catalogue")
    (folder / "notes.md").write_text(DECK, encoding="utf-8")
    return folder


def run(folder, *arguments):
    """Run Python in the copy, which comes before the installed package."""
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


MAIN = "from bpreport.cli import main; main()"


def test_the_report_speaks_it(copy):
    """Every sentence of the page is the catalogue's; what is none is the deck's, or a number."""
    run(copy, "-c", MAIN, "build", "notes.md", "--lang", "de", "--format", "html", "-o", "out")
    page = (copy / "out" / "report.html").read_text(encoding="utf-8")
    assert 'lang="de"' in page
    assert "⟦Main findings⟧" in page
    edition = page.partition('<div class="edition" lang="de">')[2].partition(
        '<div class="edition"'
    )[0]
    body = re.sub(r"<(style|math|svg|script)\b.*?</\1>", " ", edition, flags=re.DOTALL)
    text = unescape(re.sub(r"<[^>]*>", " ", body))
    while (inner := re.sub("⟦[^⟦⟧]*⟧", " ", text)) != text:
        text = inner
    text = re.sub(r"\{\w+\}", " ", text)  # what a script will fill in
    symbols = {"out", "total"}
    names = {"deck", "notes", "Notes", "descent", "net", "run", "English"}
    assert set(re.findall(r"[A-Za-z]{3,}", text)) <= names | symbols


def test_check_speaks_it(copy):
    """The commands know the language by its catalogue."""
    told = run(copy, "-c", MAIN, "check", "notes.md", "--lang", "de")
    assert "⟦2 claims⟧: ✓ ⟦given⟧ 1, × ⟦wrong⟧ 1" in told


def test_a_deck_says_that_it_is_in_it(copy):
    """`lang: de` in the front matter is enough, and where no catalogue is there it is English."""
    lines = {"de": "⟦2 claims⟧: ✓ ⟦given⟧ 1", "fr": "2 claims: ✓ given 1"}
    for lang, line in lines.items():
        (copy / f"{lang}.md").write_text(DECK.replace("---", f"---\nlang: {lang}", 1))
        assert line in run(copy, "-c", MAIN, "check", f"{lang}.md")


def test_formulas_are_told_in_it(copy):
    """The alphabet and the operations of formulas are sentences like others."""
    code = r"from bpreport.publish.words import spoken; print(spoken(r'\theta + 1', 'de'))"
    assert run(copy, "-c", code).strip() == "⟦⟦theta⟧ plus 1⟧"
