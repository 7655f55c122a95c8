"""docs/security.md names tests that exist, bounds that hold, and commands that there are."""

from __future__ import annotations

import ast
import re
import subprocess
import sys

import pytest

from bpreport.formula.limits import LIMITS, PREFIX
from tests.support import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))


def part(heading: str) -> str:
    """What stands under a heading of the second level."""
    return PAGE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_the_named_tests_exist(file, name):
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert name in {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}


def test_each_threat_names_a_test():
    rows = [line for line in part("Threats").splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 15
    assert [row for row in rows if "::test_" not in row] == []


def test_the_bounds_are_all_told():
    rows = re.findall(r"^\| `(\w+)` \| ([\d,]+) \| (.+) \|$", part("Bounds"), re.MULTILINE)
    assert rows == [
        (PREFIX + name.upper(), f"{bound:,}", what) for name, (bound, what) in LIMITS.items()
    ]


def test_the_targets_of_make_exist():
    """Each command of the page that make runs."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`make ([a-z-]+)", PAGE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_so_many_tests_try_to_break_out():
    """At least as many as the page says are collected."""
    (count,) = re.findall(r"\| (\d+) tests \| `pytest tests/publish/test_hostile.py`", PAGE)
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "--numprocesses=0"]
    ended = subprocess.run(
        [*command, "tests/publish/test_hostile.py"], cwd=ROOT, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert sum("::test_" in line for line in ended.stdout.splitlines()) >= int(count) > 0


def test_settings_of_the_commands_exist():
    """Each that the page gives to make is one of the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    settings = re.findall(r"[` ]([A-Z]+)=", part("What was tried"))
    assert "LONGEST" in settings
    for setting in settings:
        assert re.search(rf"^{setting} \?=", makefile, re.MULTILINE), setting
