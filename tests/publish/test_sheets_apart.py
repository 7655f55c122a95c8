"""Sheets of one class: nobody has another's numbers while there are others to be had."""

import json
from pathlib import Path
from typing import Any

import pytest

from bpreport.deck import read_text
from bpreport.publish.sheets import Course, issue, make, plan
from bpreport.publish.sheets.apart import SHARED
from bpreport.publish.sheets.students import numbered

DECK = """---
lang: en
worked:
  bowl:
    kind: gradient descent
    objective: 0.5 (x - 3)^2 + 1
    start: -1
    learning_rate: 0.2
    stop: change of objective
    tolerance: 1e-4
sheets:
  places: 4
  examples:
    bowl:
---

# A bowl
"""
RANGES = (
    "      learning_rate: {from: 0.2, to: 0.4, step: 0.1}\n      start: {from: 1, to: 1, step: 1}\n"
)
"""Three numbers and no more."""


def course(source: str) -> Course:
    return plan(read_text(source, "bowl.md"))


def issued(source: str, count: int, folder: Path) -> tuple[dict[str, Any], list[str]]:
    """The manifest of a class, and the numbers of each of its sheets."""
    issue(course(source), "autumn", numbered(count), folder, ["html"], "en")
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    return manifest, [json.dumps(sheet["givens"]) for sheet in manifest["sheets"]]


def test_all_sheets_of_a_class_differ(tmp_path: Path) -> None:
    """Also where the suggested ranges hold fewer good numbers than the class has students."""
    count = 40
    manifest, givens = issued(DECK, count, tmp_path / "a")
    assert len(set(givens)) == count
    assert SHARED not in manifest["statistics"]
    alone = [make(course(DECK), "autumn", student).variant.givens for student in numbered(count)]
    drawn = [json.dumps(one) for one in alone]
    assert len(set(drawn)) < count  # each by itself, some have the same
    kept = [was for was, found in zip(drawn, givens, strict=True) if was == found]
    assert len(kept) == len(set(drawn))  # and the first of them has kept it


def test_the_files_are_those_of_the_numbers_in_the_manifest(tmp_path: Path) -> None:
    """A sheet that was made anew shows its own numbers, and another run makes the same."""
    manifest, _ = issued(DECK, 12, tmp_path / "a")
    assert issued(DECK, 12, tmp_path / "b")[0] == manifest
    for sheet in manifest["sheets"]:
        page = (tmp_path / "a" / "students" / f"{sheet['student']}.html").read_text("utf-8")
        assert sheet["givens"]["bowl"][r"\alpha"] in page
        assert sheet["fingerprint"] in page


@pytest.mark.parametrize(("count", "shared"), [(3, 0), (5, 2)])
def test_a_class_larger_than_its_ranges_is_told(count: int, shared: int, tmp_path: Path) -> None:
    """Ranges that the deck declares are kept: of three numbers two students share some."""
    source = DECK.replace("    bowl:\n---", f"    bowl:\n{RANGES}---")
    manifest, givens = issued(source, count, tmp_path / "a")
    assert len(set(givens)) == 3
    assert manifest["statistics"].get(SHARED, 0) == shared
