"""Whoever builds the same deck gets the same files, byte for byte.

Two worlds differ in folder, day, workers, locale, time zone, hash seed, threads and the
instructions of the processor that NumPy and its BLAS may use.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from bpreport.deck import builtin
from tests.publish.decks import CHAPTERS, LESSON, WORKED
from tests.publish.scale import OWN, files_of
from tests.publish.worlds import World, worlds
from tests.support import do_without

FORMATS = "html,pdf,slides,notebook,golden"
BANKS = "html,pdf,moodle,qti21"
DECKS = {"small": WORKED + LESSON.partition("---\n# ")[2][:400]}
if os.environ.get("BPREPORT_THOROUGH"):
    DECKS |= {"builtin": builtin("zh").read_text(encoding="utf-8"), "lesson": LESSON}


def same(both: list[World], *names: str) -> int:
    """How many bytes are the same; what is not is named."""
    one, other = both
    count = 0
    for name in names:
        found, twin = (files_of(world.folder / name) for world in (one, other))
        assert found.keys() == twin.keys()
        assert [path for path, content in found.items() if content != twin[path]] == []
        count += sum(map(len, found.values()))
    return count


def told(record_testsuite_property, name: str, count: int) -> None:
    record_testsuite_property(name, count)


def test_one_world_writes_a_decimal_comma(tmp_path: Path):
    """Whoever asks the system for the form of a number gets 0.5 in one world, 0,5 in the other."""
    both = worlds(tmp_path)
    if "LOCPATH" not in both[1].settings:
        do_without("localedef and the sources of de_DE, which make a locale, are not there")
    asking = "import locale; locale.setlocale(locale.LC_ALL, ''); print(locale.str(0.5))"
    assert [world.python(asking).stdout for world in both] == ["0.5\n", "0,5\n"]


@pytest.mark.parametrize("name", DECKS)
def test_two_builds_are_the_same_bytes(tmp_path: Path, name: str, record_testsuite_property):
    """All formats of `build`, and what `check` prints."""
    both = worlds(tmp_path)
    printed = []
    for world in both:
        world.folder.mkdir(parents=True)
        (world.folder / "notes.md").write_text(DECKS[name], encoding="utf-8")
        world.run("build", "notes.md", "-o", "out", "--format", FORMATS)
        for form in ("csv", "npz", "pytest"):
            world.run("golden", "notes.md", "--format", form, "-o", f"out/golden.{form}")
        # Of several decks, so that several workers have something to do.
        (world.folder / "more.md").write_text("$$a = 0.1 * 5 = 0.6$$\n", encoding="utf-8")
        check = ["check", "notes.md", "more.md", "-j", world.jobs, "--format"]
        printed.append([world.run(*check, form) for form in ("json", "sarif", "text")])
    assert printed[0] == printed[1]
    count = same(both, "out") + sum(len(text.encode()) for text in printed[0])
    told(record_testsuite_property, f"build and check of {name}", count)


def test_two_pdfs_in_parts_are_the_same_bytes(tmp_path: Path, record_testsuite_property):
    """One world makes all parts at once; the other takes most from a build of another text."""
    both = worlds(tmp_path)
    for world, texts in zip(both, ([CHAPTERS], [f"{CHAPTERS}\nMore.\n", CHAPTERS]), strict=True):
        world.folder.mkdir(parents=True)
        for text in texts:
            (world.folder / "notes.md").write_text(text, encoding="utf-8")
            world.run("build", "notes.md", "-o", "out", "--format", "pdf")
    told(record_testsuite_property, "build of a PDF in parts", same(both, "out"))


def test_two_classes_are_the_same_bytes(tmp_path: Path, record_testsuite_property):
    """Sheets, keys, manifest and packages of a class; its marks, feedback and overview."""
    both = worlds(tmp_path)
    for world in both:
        world.folder.mkdir(parents=True)
        shutil.copyfile(OWN, world.folder / "deck.md")
        world.run(
            "sheets", "deck.md", "--count", 2, "--seed", "k", "-o", "class", "--format", BANKS,
            "-j", world.jobs,
        )  # fmt: skip
        answers = world.folder / "answers.csv"
        answers.write_text(answered(world.folder / "class" / "manifest.json"), encoding="utf-8")
        world.run(
            "mark", "answers.csv", "deck.md", "--manifest", "class/manifest.json", "-o", "marks",
            "-j", world.jobs,
        )  # fmt: skip
    count = same(both, "class", "marks")
    told(record_testsuite_property, "sheets and mark of a class", count)


def answered(manifest: Path) -> str:
    """A file of answers: the right ones, but for one of each student."""
    from bpreport.publish.sheets import read_manifest

    sheets = read_manifest(manifest).sheets
    rows = [["student", *sheets[0].answers]]
    for sheet in sheets:
        given = [answer["expected"] for answer in sheet.answers.values()]
        rows.append([sheet.student, "1/3", *given[1:]])
    return "\n".join(map(",".join, rows))
