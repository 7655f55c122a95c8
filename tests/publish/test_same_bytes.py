"""Whoever builds the same deck gets the same files, byte for byte.

Two worlds differ in folder, day, workers, locale, time zone, hash seed, threads and the
instructions of the processor that NumPy and its BLAS may use.
"""

from __future__ import annotations

import os
import shutil

import pytest

from bpreport.deck import builtin
from bpreport.publish.sheets import make_all
from bpreport.publish.sheets.issuing import course_of
from bpreport.publish.sheets.students import numbered
from tests.publish.decks import CHAPTERS, CHAPTERS_WINDOW, LESSON, WORKED
from tests.publish.scale import OWN, SLOPE, files_of
from tests.publish.worlds import World, worlds
from tests.support import do_without

DECKS = {"small": WORKED + LESSON.partition("---\n# ")[2][:400]}
if os.environ.get("BPREPORT_THOROUGH"):
    DECKS |= {"builtin": builtin("zh").read_text(encoding="utf-8"), "lesson": LESSON}

BUILD = ["build", "--format", "html,pdf,slides,notebook,golden"]
PRINT = ["build", "-v", "--format", "pdf"]
CHECKS = ("json", "sarif", "text")
GOLDEN = ("csv", "npz", "pytest")

SOONER = f"""
from bpreport.publish import cutting, printing
from bpreport.publish.sheets import typefaces
cutting.WINDOW = printing.WINDOW = {CHAPTERS_WINDOW}
typefaces.FORESEEN = ()
"""
"""Decks are cut into parts that are short, and typefaces to the signs of the deck alone."""


@pytest.fixture(scope="module")
def both(tmp_path_factory) -> list[World]:
    """Two worlds, with all that the commands read."""
    found = worlds(tmp_path_factory.mktemp("worlds"), SOONER)
    texts = {f"{name}.md": text for name, text in DECKS.items()}
    texts |= {
        "more.md": "$$a = 0.1 * 5 = 0.6$$\n",  # of several decks several workers have something
        "chapters.md": CHAPTERS,
        "others.md": f"{CHAPTERS}\nMore.\n",
        "answers.csv": answered("k", 2),
    }
    for world in found:
        world.folder.mkdir(parents=True)
        for path in (OWN, SLOPE):
            shutil.copyfile(path, world.folder / path.name)
        for name, text in texts.items():
            (world.folder / name).write_text(text, encoding="utf-8")
    return found


Printed = dict[tuple[object, ...], str]


@pytest.fixture(scope="module")
def printed(both: list[World]) -> list[Printed]:
    """What is printed and told in each world, by command."""
    found: list[Printed] = []
    for world in both:
        commands = commands_in(world.jobs)
        if world is not both[0]:  # it takes most of the chapters from a build of another text
            commands.insert(0, ["build", "--format", "pdf", "others.md", "-o", "others"])
        told, messages = world.run(*commands)
        found.append({tuple(each): text for each, text in zip(commands, told, strict=True)})
        found[-1]["messages",] = messages
    return found


def commands_in(jobs: int) -> list[list[object]]:
    """All that are run, by one process."""
    found: list[list[object]] = []
    for name in DECKS:
        deck, more = f"{name}.md", ["more.md", "-j", jobs]
        found.append([*BUILD, deck, "-o", name])
        found += [["golden", deck, "--format", form, "-o", f"{name}/golden.{form}"]
                  for form in GOLDEN]  # fmt: skip
        found += [["check", deck, *more, "--format", form] for form in CHECKS]
    sheets = ["sheets", "--count", 2, "--seed", "k", "-j", jobs]
    mark = ["mark", "answers.csv", OWN.name, "--manifest", "class/manifest.json", "-j", jobs]
    return [
        *found,
        [*PRINT, "chapters.md", "-o", "chapters"],
        [*sheets, OWN.name, "--format", "html,moodle,qti21", "-o", "class"],
        [*sheets, SLOPE.name, "--format", "pdf", "-o", "printed"],
        [*mark, "-o", "marks"],
    ]


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


def test_one_world_writes_a_decimal_comma(both: list[World]):
    """Whoever asks the system for the form of a number gets 0.5 in one world, 0,5 in the other."""
    if "LOCPATH" not in both[1].settings:
        do_without("localedef and the sources of de_DE, which make a locale, are not there")
    asking = "import locale; locale.setlocale(locale.LC_ALL, ''); print(locale.str(0.5))"
    assert [world.python(asking).stdout for world in both] == ["0.5\n", "0,5\n"]


@pytest.mark.parametrize("name", DECKS)
def test_two_builds_are_the_same_bytes(both, printed, name, record_testsuite_property):
    """All formats of `build`, and what `check` prints."""
    checks = [
        {each[-1]: text for each, text in found.items() if each[:2] == ("check", f"{name}.md")}
        for found in printed
    ]
    assert set(checks[0]) == set(CHECKS)
    assert all(checks[0].values())
    assert checks[0] == checks[1]
    count = same(both, name) + sum(len(text.encode()) for text in checks[0].values())
    record_testsuite_property(f"build and check of {name}", count)


def test_two_pdfs_in_parts_are_the_same_bytes(both, printed, record_testsuite_property):
    """One world makes all parts at once; the other has most from a build of another text."""
    # The front, the part with the end of the slides, and the page of numbers are other ones.
    for found, parts in zip(printed, ("0 as before, 6 made", "3 as before, 3 made"), strict=True):
        assert f"parts of the PDF: {parts}\n" in found["messages",]
    record_testsuite_property("build of a PDF in parts", same(both, "chapters"))


def test_two_classes_are_the_same_bytes(both, printed, record_testsuite_property):
    """Sheets, keys, manifest and packages of a class; its marks, feedback and overview."""
    count = same(both, "class", "printed", "marks")
    record_testsuite_property("sheets and mark of a class", count)


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
