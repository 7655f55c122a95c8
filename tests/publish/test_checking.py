"""The text of `bpreport check`, and what it reads: files, folders, several at once."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from bpreport.audit import audit
from bpreport.deck import DeckError, read_text
from bpreport.publish import Workers, check, checking
from bpreport.publish.checking import WIDEST, check_text
from bpreport.publish.decks import find

RIGHT = "# Right\n\n$$a = 0.1 * 5 + 0.35 = 0.85$$\n"
WRONG = "# Wrong\n\n$$a = 0.1 * 5 + 0.35 = 0.95$$\n"
NOTE = "# Note\n\n$$a = 2 / 3 = 0.6666$$\n"


@pytest.fixture
def decks(tmp_path, monkeypatch):
    """A working folder with a few decks and what is none."""
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "notes/b.md": WRONG,
        "notes/a.markdown": RIGHT,
        "notes/part/c.tex": "\\section{One}\n$a = 2 * 3 = 7$\n",
        "notes/part/d.MD": NOTE,
        "notes/.hidden.md": WRONG,
        "notes/.git/e.md": WRONG,
        "notes/readme.txt": WRONG,
        "notes/b.fixed.md": RIGHT,
        "notes/own.fixed.md": RIGHT,
        "bad.md": "---\nlang: french\n---\n",
        "single.md": RIGHT,
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "empty").mkdir()
    return tmp_path


def paths(*names):
    return [Path(name) for name in names]


# -- finding


def test_a_folder_means_every_deck_below_it_sorted(decks):
    """Hidden files, other files and the copies that --fix wrote beside their decks are left out."""
    found, failures = find(paths("notes"))
    assert [deck.path.as_posix() for deck in found] == [
        "notes/a.markdown",
        "notes/b.md",
        "notes/own.fixed.md",  # no own.md beside it: it is a deck of that name
        "notes/part/c.tex",
        "notes/part/d.MD",
    ]
    assert failures == []


def test_a_deck_that_is_named_twice_is_checked_once(decks):
    found, _ = find(paths("notes/b.md", "notes"))
    names = [deck.path.as_posix() for deck in found]
    assert names.count("notes/b.md") == 1
    assert names[0] == "notes/b.md"


def test_a_hidden_file_that_is_named_is_checked(decks):
    found, _ = find(paths("notes/.hidden.md"))
    assert len(found) == 1


def test_a_folder_without_decks_is_told(decks):
    outcome = check(paths("empty", "single.md"))
    assert outcome.status == 2
    assert outcome.messages == ("empty: holds no deck; expected .md, .markdown, .tex, .ipynb",)
    assert "single.md" in outcome.text


# -- exit status and order


@pytest.mark.parametrize(
    ("source", "status"), [(RIGHT, 0), (NOTE, 0), (WRONG, 1), ("$x = $", 0), ("", 0)]
)
def test_status_of_one_deck(tmp_path, source, status):
    path = tmp_path / "deck.md"
    path.write_text(source)
    assert check([path]).status == status


def test_one_deck_that_cannot_be_used_does_not_stop_the_others(decks):
    outcome = check(paths("bad.md", "none.md", "notes/b.md"), lang="en")
    assert outcome.status == 2
    assert [message.partition(":")[0] for message in outcome.messages] == ["bad.md", "none.md"]
    assert outcome.text.startswith("notes/b.md\n")
    assert "0.95" in outcome.text


def test_json_is_an_object_for_one_deck_and_a_list_for_several(decks):
    single = json.loads(check(paths("single.md"), "json").text)
    assert single["deck"] == "single.md"
    several = json.loads(check(paths("single.md", "bad.md"), "json").text)
    assert [each["deck"] for each in several] == ["single.md"]
    folder = json.loads(check(paths("notes/part"), "json").text)
    assert [each["deck"] for each in folder] == ["notes/part/c.tex", "notes/part/d.MD"]
    assert check(paths("bad.md"), "json").text == ""


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_processes_do_not_change_the_output(decks, form):
    wanted = paths("notes", "bad.md", "single.md")
    assert check(wanted, form, workers=Workers(3)) == check(wanted, form)


@pytest.mark.skipif(sys.platform == "win32", reason="it has no process groups of this kind")
def test_ctrl_c_ends_all_processes_without_a_traceback(tmp_path):
    """As a terminal does it: the signal goes to the whole group."""
    program = textwrap.dedent("""
        from bpreport.cli import main
        from bpreport.publish import decks

        if __name__ == "__main__":
            print("begun", flush=True)
            main(prog_name="bpreport")
    """)
    (tmp_path / "run.py").write_text(program)
    source = "\n\n".join(f"$$a_{n} = {n} * 0.5 = {n}.123$$" for n in range(3000))
    for name in "abcd":
        (tmp_path / f"{name}.md").write_text(source)
    process = subprocess.Popen(
        [sys.executable, "run.py", "check", "-j", "2", "a.md", "b.md", "c.md", "d.md"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    time.sleep(2)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, "", "")


# -- text


def lines_of(source, **options):
    return check_text(audit(read_text(source)), "en", **options).splitlines()


def test_the_place_is_marked_under_the_source_line():
    lines = lines_of(WRONG)
    at = next(number for number, line in enumerate(lines) if "$$a" in line)
    assert lines[at + 1].index("^") == lines[at].index("= 0.95")
    assert lines[at + 1].count("^") == len("= 0.95")


def test_the_mark_stands_right_behind_wide_letters():
    """A Han character takes two columns of a terminal."""
    lines = lines_of("于是得到 $a = 0.1 * 5 + 0.35 = 0.95$\n")
    at = next(number for number, line in enumerate(lines) if "$a" in line)
    before = lines[at][: lines[at].index("= 0.95")]
    assert lines[at + 1].index("^") == len(before) + 4


def test_a_long_line_is_cut_around_its_mark():
    source = "word " * 60 + "$a = 0.1 * 5 + 0.35 = 0.95$ " + "word " * 60
    lines = lines_of(source)
    at = next(number for number, line in enumerate(lines) if "$a" in line)
    assert len(lines[at]) <= WIDEST + len("      | ")
    assert lines[at][lines[at + 1].index("^") :].startswith("= 0.95")
    assert lines[at].endswith("…")


def test_a_notebook_shows_the_line_of_its_cell():
    cell = {"cell_type": "markdown", "source": ["Text\n", "$$a = 0.1 * 5 + 0.35 = 0.95$$"]}
    source = json.dumps({"cells": [{"cell_type": "code", "source": ""}, cell]})
    lines = check_text(audit(read_text(source, "n.ipynb")), "en").splitlines()
    assert any(line.startswith("  cell 2:2:22 × ") for line in lines)
    assert "      | $$a = 0.1 * 5 + 0.35 = 0.95$$" in lines


def test_an_error_is_told_once_where_it_stands():
    lines = lines_of(WRONG)
    assert sum("0.95 is printed" in line for line in lines) == 1


def test_signs_that_a_terminal_obeys_are_not_passed_on():
    text = "\n".join(lines_of("# \x1b[31mred\n\nso \x1b[2J $a = 0.1 * 5 + 0.35 = 0.95$\n"))
    assert "\x1b" not in text


def test_colour_only_where_it_is_asked_for():
    assert "\033[" in "\n".join(lines_of(WRONG, color=True))
    assert "\033[" not in "\n".join(lines_of(WRONG))


def test_the_copy_of_the_built_in_deck_needs_a_folder():
    with pytest.raises(DeckError, match="name a folder with -o"):
        check([], fix=True)


def test_a_long_line_is_looked_at_near_the_mark_only(monkeypatch):
    """A formula of 16,000 characters has thousands of claims: what each shows costs the same."""
    looked = []
    printable = checking._printable

    def counted(text):
        looked.append(len(text))
        return printable(text)

    monkeypatch.setattr(checking, "_printable", counted)
    near, _, _ = checking._excerpt("1 + 1 = " * 2000, 8000, 8001)
    assert max(looked) <= 2 * checking.MOST_CHARACTERS
    assert near == checking._excerpt("1 + 1 = " * 4000, 8000, 8001)[0]
