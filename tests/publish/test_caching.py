"""What was made before is taken again only where nothing has changed that decides over it.

Where it is the program or the machine that changes, a copy of the program's files is run.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import jinja2
import matplotlib as mpl
import pytest

from bpreport.deck import builtin
from bpreport.publish import release, templates
from tests.publish.scale import commanded
from tests.support import ROOT

DECK = """\
---
title: A descent
lang: en
worked:
  descent:
    kind: gradient descent
    objective: (x - 1)^2
    runs: {slow: {learning_rate: 0.25}}
    start: 4
    stop: count
    iterations: 12
---
# The objective {worked=descent}

![A picture](picture.png)

$$J(x) = (x - 1)^2$$

$$a = 0.1 * 5 + 0.35 = 0.95$$
"""


PROGRAM = ("bpreport", "templates")


class Here:
    """A deck, and what this process makes of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.deck = folder / "notes.md"
        self.changed: list[str] = []

    def begin(self) -> None:
        """Put the deck there."""
        self.deck.write_text(DECK)
        (self.folder / "picture.png").write_bytes(b"a picture")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(arguments, *commanded(*arguments))

    def build(self, form: str = "html", *more: str) -> tuple[dict[str, bytes], str]:
        """The products, and what is told of the format."""
        finished = self.run("build", "notes.md", "-o", "out", "--format", form, "-v", *more)
        assert finished.returncode == 0, finished.stderr
        told = re.search(rf"^bpreport: {form}: (.*)$", finished.stderr, re.MULTILINE)
        assert told is not None
        return {path.name: path.read_bytes() for path in map(Path, self.paths(finished))}, told[1]

    def paths(self, finished: subprocess.CompletedProcess[str]) -> list[Path]:
        return [self.folder / line for line in finished.stdout.splitlines()]

    def replace(self, path: str, old: str, new: str) -> None:
        """Change a file in a place that is there."""
        file = self.folder / path
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
        self.changed.append(path)


class Copy(Here):
    """A deck beside a copy of the program, which processes of its own run."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(folder),
            "PYTHONDONTWRITEBYTECODE": "",  # what is compiled is kept, as for any user
            "BPREPORT_CACHE": str(folder / "cache"),
        }

    def begin(self) -> None:
        super().begin()
        for name in PROGRAM:
            shutil.copytree(ROOT / name, self.folder / name)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.python("from bpreport.cli import main; main()", *arguments)

    def python(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", program, *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )


@pytest.fixture
def here(tmp_path, monkeypatch):
    place = Here(tmp_path)
    place.begin()
    monkeypatch.chdir(tmp_path)
    return place


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A copy that has built both formats, one after the other, and what it got."""
    first = Copy(tmp_path_factory.mktemp("built"))
    first.begin()
    found = {form: first.build(form) for form in ("html", "pdf")}
    assert {told for _, told in found.values()} == {"made for the first time"}
    kept = shutil.copytree(first.folder, tmp_path_factory.mktemp("kept") / "as it was")
    return first.folder, kept, {form: products for form, (products, _) in found.items()}


@pytest.fixture
def copy(built):
    """It, as it was then: in the same folder, by which it is known what was made for it."""
    folder, kept, _ = built
    place = Copy(folder)
    yield place
    for path in place.changed:
        shutil.copy2(kept / path, folder / path)
    for path in folder.iterdir():
        if path.is_file():
            path.unlink()
        elif path.name not in PROGRAM:
            shutil.rmtree(path)
    ignored = shutil.ignore_patterns(*PROGRAM)
    shutil.copytree(kept, folder, ignore=ignored, dirs_exist_ok=True)


@pytest.fixture
def before(built):
    """What was built before, by the format."""
    return built[2]


def test_nothing_changed_is_as_before_byte_for_byte(copy, before):
    assert copy.build() == (before["html"], "as before")
    assert copy.build("html", "--no-cache") == (before["html"], "made without the cache")


DECK_CHANGES = {"deck": ("= 0.95", "= 0.85"), "front matter": ("start: 4", "start: 5")}


@pytest.mark.parametrize("change", DECK_CHANGES)
def test_whatever_changes_in_the_deck_changes_the_product(here, change):
    """And what is made then is what would have been made without anything from before."""
    before, told = here.build()
    assert told == "made for the first time"
    here.replace("notes.md", *DECK_CHANGES[change])
    after, told = here.build()
    assert told == "made again: of what it is made, this has changed: the deck"
    assert after == here.build("html", "--no-cache")[0]
    assert after != before


CHANGES = {
    "template": ("templates/report.html.j2", "<h1", "<h1 data-new", "the templates"),
    "code": ("bpreport/publish/picture.py", '"#0a5fa5"', '"#0a5fa6"', "bpreport"),
    "grammar": ("bpreport/formula/grammar.lark", "\n", "\n\n", "bpreport"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_in_the_program_changes_the_product(copy, before, change):
    """As does the deck."""
    path, old, new, what = CHANGES[change]
    copy.replace(path, old, new)
    after, told = copy.build()
    assert told == f"made again: of what it is made, this has changed: {what}"
    if change == "grammar":  # an empty line means nothing
        assert after == before["html"]
    else:
        assert after != before["html"]
        assert after == copy.build("html", "--no-cache")[0]


def test_another_language_is_another_product(here):
    english, _ = here.build()
    chinese, told = here.build("html", "--lang", "zh")
    assert told == "重新制作，因为有改动：语言"
    assert chinese != english
    assert here.build("html", "--lang", "zh")[1] == "与之前相同"
    assert here.build()[0] == english


def test_another_version_of_a_library_finds_nothing(copy, before):
    told = copy.folder / "jinja2-99.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: Jinja2\nVersion: 99.0\n")
    again, told = copy.build()
    assert told == "made again: of what it is made, this has changed: the libraries"
    assert again == before["html"]  # jinja2 itself is the one that was there


def test_other_fonts_change_the_pdf(copy, before):
    fonts = copy.folder / "fonts"
    fonts.mkdir()
    shutil.copy(Path(mpl.get_data_path()) / "fonts/ttf/DejaVuSerif.ttf", fonts)
    settings = copy.folder / "fonts.conf"
    settings.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">'
        f"<fontconfig><dir>{fonts}</dir><cachedir>{copy.folder}/fc</cachedir></fontconfig>"
    )
    copy.environment["FONTCONFIG_FILE"] = str(settings)
    after, told = copy.build("pdf")
    assert told == "made again: of what it is made, this has changed: the fonts"
    assert after != before["pdf"]
    assert copy.build("pdf")[1] == "as before"


def test_a_picture_of_the_deck_is_shown_by_its_description_so_its_file_does_not_count(here):
    first, _ = here.build()
    (here.folder / "picture.png").write_bytes(b"another picture")
    again, told = here.build()
    assert (again, told) == (first, "as before")
    assert again == here.build("html", "--no-cache")[0]
    assert b"A picture" in first["report.html"]


def test_a_users_settings_of_matplotlib_change_nothing(copy, before):
    settings = copy.folder / "matplotlibrc"
    settings.write_text("lines.marker: x\nfont.size: 20\naxes.labelsize: 20\nxtick.labelsize: 20\n")
    copy.environment["MATPLOTLIBRC"] = str(settings)
    assert copy.build("html", "--no-cache")[0] == before["html"]


def test_the_same_deck_under_another_name_is_another_product(here):
    first, _ = here.build()
    here.deck.rename(here.folder / "lecture.md")
    finished = here.run("build", "lecture.md", "-o", "out", "--format", "html")
    assert finished.returncode == 0
    assert (here.folder / "out/report.html").read_bytes() != first["report.html"]


def test_the_parts_of_a_product_are_taken_again_after_a_change(copy):
    copy.replace("notes.md", "= 0.95", "= 0.96")
    finished = copy.run("build", "notes.md", "-o", "out", "--format", "pdf", "-v")
    told = re.search(r"plots: (\d+) as before, (\d+) made", finished.stderr)
    assert told is not None
    assert int(told[1]) > 0
    assert told[2] == "0"


def test_a_broken_store_is_made_anew(here):
    first, _ = here.build()
    (store,) = Path(os.environ["BPREPORT_CACHE"]).glob("*.sqlite")
    store.write_bytes(b"broken" + store.read_bytes()[6:])
    again, told = here.build()
    assert (again, told) == (first, "made for the first time")
    assert here.build()[1] == "as before"


def test_check_and_golden_take_what_they_made_before(copy):
    """The second time they print the same, and do not even load the audit."""
    for command in (["check", "notes.md"], ["golden", "notes.md"]):
        first = copy.run(*command)
        assert first.stdout
        program = (
            "import sys; from bpreport.cli import main\n"
            "try:\n    main()\n"
            "finally:\n    assert 'bpreport.audit.judge' not in sys.modules"
        )
        again = copy.python(program, *command)
        assert (again.stdout, again.returncode) == (first.stdout, first.returncode)
        assert again.stderr == first.stderr == ""
        copy.replace("notes.md", "start: 4", "start: 7")
        copy.replace("notes.md", "= 0.95", "= 0.97")
        assert copy.run(*command).stdout != first.stdout
        copy.deck.write_text(DECK)


def test_two_formats_made_at_once_are_those_made_one_by_one(copy, before):
    finished = copy.run("build", "notes.md", "-o", "out", "--format", "html,pdf", "--no-cache")
    found = {path.name: path.read_bytes() for path in copy.paths(finished)}
    assert found == before["html"] | before["pdf"]


def test_the_cache_is_told_of_and_cleared(here):
    here.build()
    told = here.run("cache").stdout
    cache = re.escape(os.environ["BPREPORT_CACHE"])
    assert re.match(rf"{cache}: [1-9]\d* entries, [\d.]+ MB", told)
    assert "removed" in here.run("cache", "--clear").stdout
    assert here.run("cache").stdout.endswith(": 0 entries, 0.0 MB\n")
    assert here.build()[1] == "made for the first time"


def test_the_built_in_deck_is_kept_as_well(here):
    finished = here.run("check", "--lang", "en")
    assert finished.stdout
    assert finished.stdout == here.run("check", str(builtin("en"))).stdout


@pytest.fixture
def compiling(monkeypatch, tmp_path):
    """Which templates were compiled, where none is in memory and a folder of the test's is used."""
    monkeypatch.setattr(templates, "compiled", lambda source: tmp_path / "kept")
    found = []
    compile_ = jinja2.Environment.compile

    def compiling(environment, source, name, *rest, **named):
        found.append(name)
        return compile_(environment, source, name, *rest, **named)

    monkeypatch.setattr(jinja2.Environment, "compile", compiling)

    def start():
        monkeypatch.setattr(templates, "_COMPILED", templates._Compiled())
        found.clear()
        return templates.environment.__wrapped__("en"), found

    return start


def test_templates_are_compiled_once_for_all_starts(compiling, tmp_path):
    environment, compiled = compiling()
    first = environment.get_template("macros.html.j2").render()
    assert compiled == ["macros.html.j2"]
    environment, compiled = compiling()
    assert environment.get_template("macros.html.j2").render() == first
    assert compiled == []
    (file,) = tmp_path.glob("*.template")
    whole = file.read_bytes()
    for length in (0, 15, 20, 40, 62, 63, 200, len(whole) - 1):  # a disk that broke
        file.write_bytes(whole[:length])
        environment, compiled = compiling()
        assert environment.get_template("macros.html.j2").render() == first
        assert compiled == ["macros.html.j2"]


def test_templates_are_compiled_anew_by_other_settings_or_another_jinja(compiling, monkeypatch):
    for change in (
        lambda: monkeypatch.setitem(templates._SETTINGS, "trim_blocks", False),
        lambda: monkeypatch.setattr(templates, "version", lambda name: "99.0"),
    ):
        compiling()[0].get_template("macros.html.j2")
        change()
        environment, compiled = compiling()
        environment.get_template("macros.html.j2")
        assert compiled == ["macros.html.j2"]


def test_templates_are_compiled_where_nothing_can_be_kept(compiling, monkeypatch, tmp_path):
    for place in (tmp_path / "not there/kept", None):
        monkeypatch.setattr(templates, "compiled", lambda source, place=place: place)
        for _ in range(2):
            environment, compiled = compiling()
            environment.get_template("macros.html.j2")
            assert compiled == ["macros.html.j2"]
    assert list(tmp_path.iterdir()) == []


def test_libraries_of_an_older_kind_of_package_count_as_well(monkeypatch, tmp_path):
    """Debian's packages have a folder .egg-info with other names of files."""
    told = tmp_path / "oldlib-1.0.egg-info"
    told.mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    (told / "requires.txt").write_text("click\n")
    for version in ("1.0", "2.0"):
        (told / "PKG-INFO").write_text(
            f"Metadata-Version: 2.1\nName: oldlib\nVersion: {version}\n\nWhat it is.\n"
        )
        found = release._libraries("oldlib")
        assert found["oldlib"] == version
        assert "click" in found
