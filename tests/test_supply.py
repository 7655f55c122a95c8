"""What is locked: every licence is known and lets us, and weaknesses that are known are found."""

from __future__ import annotations

import json

import pytest

from supply.__main__ import main
from supply.locked import licence_of, pinned

FREE = (
    "MIT", "BSD", "Apache", "Python", "PSF", "ISC", "MPL", "Mozilla", "LGPL", "HPND", "Unlicense",
    "CC0", "Zope", "ZPL", "0BSD", "OFL", "Public Domain", "SIL",
)  # fmt: skip
"""Licences under which a library can be used by a program under the MIT licence."""


@pytest.mark.parametrize("name", sorted({one.name for one in pinned()}))
def test_each_licence_is_known_and_free(name):
    """Of all that is installed here; what is for other systems only is not."""
    licence = licence_of(name)
    if licence is None:
        return
    assert any(word.lower() in licence.lower() for word in FREE), licence


def test_both_locks_are_read():
    """What the program needs, what its tests need, and what searches for defects."""
    assert {"numpy", "pytest", "atheris", "cosmic-ray"} <= {one.name for one in pinned()}


def database(folder, affected, **more):
    entry = {"id": "TEST-1", "summary": "bad", "affected": [affected], **more}
    (folder / "TEST-1.json").write_text(json.dumps(entry), encoding="utf-8")
    return ["weaknesses", "--database", str(folder)]


def range_of(*events):
    return {
        "package": {"name": "Jinja2", "ecosystem": "PyPI"},
        "ranges": [{"type": "ECOSYSTEM", "events": list(events)}],
    }


def test_a_known_weakness_is_found(tmp_path, capsys):
    """By a range of versions; the name may be spelt otherwise."""
    assert main(database(tmp_path, range_of({"introduced": "0"}, {"fixed": "9999"}))) == 1
    assert "TEST-1 bad" in capsys.readouterr().out


@pytest.mark.parametrize(
    "events",
    [
        ({"introduced": "of old"}, {"fixed": "9999"}),
        ({"introduced": "0"}, {"fixed": "some day"}),
        ({"introduced": "0"}, {"last_affected": "the newest"}),
    ],
)
def test_versions_that_cannot_be_read_count_for_the_weakness(tmp_path, events):
    """Too much is told, never too little."""
    assert main(database(tmp_path, range_of(*events))) == 1


@pytest.mark.parametrize(
    ("affected", "more"),
    [
        (range_of({"introduced": "0"}, {"fixed": "1.0"}), {}),
        (range_of({"introduced": "0"}, {"last_affected": "1.0"}), {}),
        (range_of({"introduced": "9999"}), {}),
        (range_of({"introduced": "0"}), {"withdrawn": "2020-01-01T00:00:00Z"}),
        ({"package": {"name": "other", "ecosystem": "PyPI"}, "versions": ["3.1.6"]}, {}),
    ],
)
def test_other_versions_and_packages_are_left_alone(tmp_path, affected, more):
    assert main(database(tmp_path, affected, **more)) == 0


def test_a_version_that_is_named_is_found(tmp_path):
    (version,) = {one.version for one in pinned() if one.name == "jinja2"}
    affected = {"package": {"name": "jinja2", "ecosystem": "PyPI"}, "versions": [version]}
    assert main(database(tmp_path, affected)) == 1


def test_without_a_database_it_says_that_it_could_not(tmp_path, capsys):
    """Silence would be taken for safety."""
    assert main(["weaknesses"]) == 3
    assert main(["weaknesses", "--database", str(tmp_path)]) == 3
    assert "could not be checked" in capsys.readouterr().err


@pytest.mark.parametrize(
    "content",
    [
        "{}", "[]", '"a"', '{"affected": []}', '{"name": "jinja2", "affected": [{}]}',
        '{"affected": [{"package": {"name": "jinja2", "ecosystem": "npm"}, "versions": ["1"]}]}',
    ],
)  # fmt: skip
def test_other_files_are_no_database(tmp_path, content, capsys):
    """One file of JSON, or the database of another registry, says nothing of what is locked."""
    (tmp_path / "package.json").write_text(content, encoding="utf-8")
    assert main(["weaknesses", "--database", str(tmp_path)]) == 3
    assert "could not be checked" in capsys.readouterr().err


def test_licences_are_listed(capsys):
    assert main(["licences"]) == 0
    assert "| numpy | " in capsys.readouterr().out
