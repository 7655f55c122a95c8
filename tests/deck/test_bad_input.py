"""What cannot be read gets one message: the file, the line, the column, what was expected."""

import os
import sys

import pytest
from click.testing import CliRunner

from bpreport.cli import main
from bpreport.deck import DeckError, read


def refused(path):
    with pytest.raises(DeckError) as caught:
        read(path)
    return str(caught.value)


def test_missing_file(tmp_path):
    path = tmp_path / "none.md"
    assert refused(path) == f"{path}: cannot be read: no such file or directory"


def test_folder(tmp_path):
    assert refused(tmp_path) == f"{tmp_path}: is a folder; expected a file"


def test_path_with_nul():
    assert refused("a\0b.md") == "a\0b.md: cannot be read: embedded null byte"


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read it all")
def test_file_without_permission(tmp_path):
    path = tmp_path / "closed.md"
    path.write_text("x")
    path.chmod(0)
    assert refused(path) == f"{path}: cannot be read: permission denied"


@pytest.mark.parametrize(
    ("data", "place", "byte"),
    [
        ("# 一\r\n二三 ".encode() + b"\xff\xfe", "2:4", "ff"),  # a column counts characters
        ("中文".encode("gb18030"), "1:1", "d6"),
        ("# x".encode("utf-16"), "1:1", "ff"),
        (b"a\nb\n\xe4\xb8", "3:1", "e4"),
        (b"\xef\xbb\xbfa\xff", "1:2", "ff"),
    ],
)
def test_file_that_is_not_utf8(tmp_path, data, place, byte):
    path = tmp_path / "notes.md"
    path.write_bytes(data)
    assert refused(path) == (
        f"{path}:{place}: not UTF-8 text: byte 0x{byte}; save the deck as UTF-8"
    )


@pytest.mark.parametrize("characters", [4_000_001, 17_000_000])
def test_file_that_is_too_large(tmp_path, characters):
    path = tmp_path / "notes.md"
    path.write_text("x" * characters)
    assert refused(path) == f"{path}: more than 4000000 characters; split the deck"


def test_formula_that_is_too_long(tmp_path):
    path = tmp_path / "notes.md"
    path.write_text("text $" + "1+" * 10_001 + "1$")
    assert refused(path) == f"{path}:1:7: a formula of 20003 characters; expected at most 20000"


def test_paragraph_that_is_too_long(tmp_path):
    path = tmp_path / "notes.md"
    path.write_text("# A\n\n" + "word " * 10_001)
    assert refused(path) == (f"{path}:3:1: a paragraph of 50004 characters; expected at most 50000")


def test_nesting_that_is_too_deep(tmp_path):
    """markdown-it would drop what stands deeper, and a claim would be lost without a word."""
    path = tmp_path / "notes.md"
    path.write_text("text\n\n" + "> " * 25 + "$a = 1$")
    assert refused(path) == f"{path}:3:1: lists and quotes are nested more than 20 deep"


@pytest.mark.parametrize(
    "source", ["---\nlang: french\n---\n", "---\n[\n---\n", "# A {worked=b}\n", "[x]{claim=a}\n"]
)
def test_command_ends_with_status_2_and_one_line(tmp_path, source):
    path = tmp_path / "notes.md"
    path.write_text(source)
    result = CliRunner().invoke(main, ["check", str(path)])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith(f"bpreport: {path}:")
    assert result.stderr.count("\n") == 1


def test_formula_that_does_not_parse_is_no_error(tmp_path):
    """It becomes a claim that says what was not understood, and where."""
    path = tmp_path / "notes.md"
    path.write_text("so $a = 1 +* 2$")
    (claim,) = read(path).claims
    assert claim.refusal
    assert claim.formula
    assert claim.refusal.expected
    assert str(claim.formula.position(claim.refusal.offset)) == "1:12"
