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
from bpreport.publish.sheets import make_all
from bpreport.publish.sheets.issuing import course_of
from bpreport.publish.sheets.students import numbered
from tests.publish.decks import CHAPTERS, CHAPTERS_WINDOW, LESSON, WORKED
from tests.publish.scale import OWN, SLOPE, files_of
from tests.publish.worlds import World, worlds
from tests.support import do_without

FORMATS = "html,pdf,slides,notebook,golden"
DECKS = {"small": WORKED + LESSON.partition("---\n# ")[2][:400]}
if os.environ.get("BPREPORT_THOROUGH"):
    DECKS |= {"builtin": builtin("zh").read_text(encoding="utf-8"), "lesson": LESSON}


FEW_SIGNS = """
from bpreport.publish.sheets import typefaces
typefaces.FORESEEN = ()
"""
"""Typefaces are cut sooner to the signs of the deck alone."""


def same(both: list[World], *names: str) -> int:
    """How many bytes are the same; what is not is named."""
    one, other = both
    count = 0
    for name in names:
        found, twin = (files_of(world.folder / name) for world in (one, other))
        assert found and found.keys() == twin.keys()
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
        # Of several decks, so that several workers have something to do.
        (world.folder / "more.md").write_text("$$a = 0.1 * 5 = 0.6$$\n", encoding="utf-8")
        check = ["check", "notes.md", "more.md", "-j", world.jobs, "--format"]
        _, *told_of = world.run(
            ["build", "notes.md", "-o", "out", "--format", FORMATS],
            *([*check, form] for form in ("json", "sarif", "text")),
            *(
                ["golden", "notes.md", "--format", form, "-o", f"out/golden.{form}"]
                for form in ("csv", "npz", "pytest")
            ),
        )
        printed.append(told_of)
    assert printed[0] == printed[1]
    assert all(printed[0][:3])
    count = same(both, "out") + sum(len(text.encode()) for text in printed[0])
    told(record_testsuite_property, f"build and check of {name}", count)


def test_two_pdfs_in_parts_are_the_same_bytes(tmp_path: Path, record_testsuite_property):
    """One world makes all parts at once; the other takes most from a build of another text."""
    both = worlds(
        tmp_path,
        "from bpreport.publish import cutting, printing\n"
        f"cutting.WINDOW = printing.WINDOW = {CHAPTERS_WINDOW}\n",
    )
    build = ["build", "notes.md", "-o", "out", "--format", "pdf", "-v"]
    other = ["build", "other.md", "-o", "other", "--format", "pdf"]
    # The front, the part with the end of the slides, and the page of numbers are other ones.
    made = ("0 as before, 6 made", "3 as before, 3 made")
    for world, commands, parts in zip(both, ([build], [other, build]), made, strict=True):
        world.folder.mkdir(parents=True)
        (world.folder / "notes.md").write_text(CHAPTERS, encoding="utf-8")
        (world.folder / "other.md").write_text(f"{CHAPTERS}\nMore.\n", encoding="utf-8")
        assert f"parts of the PDF: {parts}" in world.ended(*commands).stderr
    told(record_testsuite_property, "build of a PDF in parts", same(both, "out"))


def test_two_classes_are_the_same_bytes(tmp_path: Path, record_testsuite_property):
    """Sheets, keys, manifest and packages of a class; its marks, feedback and overview."""
    both = worlds(tmp_path, FEW_SIGNS)
    answers = answered("k", 2)
    for world in both:
        world.folder.mkdir(parents=True)
        shutil.copyfile(OWN, world.folder / "deck.md")
        (world.folder / "answers.csv").write_text(answers, encoding="utf-8")
        shutil.copyfile(SLOPE, world.folder / "slope.md")
        sheets = ["sheets", "--count", 2, "--seed", "k", "-j", world.jobs]
        mark = ["mark", "answers.csv", "deck.md", "--manifest", "class/manifest.json"]
        world.run(
            [*sheets, "deck.md", "--format", "html,moodle,qti21", "-o", "class"],
            [*sheets, "slope.md", "--format", "pdf", "-o", "printed"],
            [*mark, "-o", "marks", "-j", world.jobs],
        )
    count = same(both, "class", "printed", "marks")
    told(record_testsuite_property, "sheets and mark of a class", count)


def answered(key: str, count: int) -> str:
    """A file of answers to sheets of that deck: the right ones, but for one of each student."""
    students = numbered(count)
    sheets = list(make_all(course_of(OWN), key, students))
    asked = [[answer for question in sheet.questions for answer in question.answers]
             for sheet in sheets]  # fmt: skip
    rows = [["student", *(answer.id for answer in asked[0])]]
    for student, answers in zip(students, asked, strict=True):
        rows.append([student, "1/3", *(answer.expected for answer in answers[1:])])
    return "\n".join(map(",".join, rows))
