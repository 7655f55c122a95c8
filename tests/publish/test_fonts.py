"""What of the machine decides how a PDF looks, and that it is told where it is not there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bpreport.publish import fonts


@pytest.fixture(autouse=True)
def _anew():
    """Each test asks the machine itself, and leaves no answer of its own behind."""
    fonts.machine.cache_clear()
    yield
    fonts.machine.cache_clear()


def test_a_machine_without_fontconfig_knows_no_typeface(monkeypatch):
    """And a digest all the same: that of the libraries that set text."""
    with_fonts = fonts.machine()
    monkeypatch.setattr(fonts, "_loaded", lambda *_: None)
    fonts.machine.cache_clear()
    assert fonts.matching("DejaVu Sans") is None
    assert fonts.versions() == dict.fromkeys(fonts.versions(), "none")
    assert len(fonts.machine()) == len(with_fonts)
    assert fonts.machine() != with_fonts


def test_the_first_file_that_can_be_loaded_is_asked():
    """A system has a library under one of several names."""
    here = "libpango-1.0.so.0"
    found = fonts._version("pango_version_string", "no-such-library.so", here)
    assert found == fonts._version("pango_version_string", here)
    assert fonts._version("pango_version_string", "no-such-library.so") == "none"
    if found != "none":
        assert fonts._version("no_such_function", here) == "some"  # is there and does not tell


def test_a_font_that_changes_changes_the_digest(monkeypatch, tmp_path):
    """By its size or by the time of its change; one that is gone is as if it were not known."""
    font = tmp_path / "font.ttf"
    font.write_bytes(b"a")
    monkeypatch.setattr(fonts, "_known_to_fontconfig", lambda: iter([font]))
    digests = [fonts.machine()]
    for change in (lambda: font.write_bytes(b"ab"), lambda: os.utime(font, ns=(1, 1)), font.unlink):
        change()
        fonts.machine.cache_clear()
        digests.append(fonts.machine())
    assert len(set(digests)) == 4
    monkeypatch.setattr(fonts, "_known_to_fontconfig", lambda: iter(()))
    fonts.machine.cache_clear()
    assert fonts.machine() == digests[-1]


def test_fontconfig_names_files_that_are_there():
    """Of fonts, wherever it names any."""
    known = {path for path in fonts._known_to_fontconfig() if path.suffix in (".ttf", ".otf")}
    assert known == set(filter(Path.is_file, known))
