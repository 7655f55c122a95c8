"""The tables of the parser are made once, kept beside the bytecode, and never trusted too far."""

from pathlib import Path
from typing import Any

import lark.lark
import pytest
from lark.load_grammar import load_grammar

from bpreport.formula import FormulaError, parser, tokens
from bpreport.formula.chains import split
from bpreport.formula.compiling import compiled
from bpreport.formula.tree import Apply
from tests.formula.cases import cases

GRAMMAR = Path(parser.__file__).with_name("grammar.lark")
SIDES = [
    side.source
    for case in cases("notations.txt")
    for chain in split(case.source)
    for side in chain.sides
]


@pytest.fixture
def made(monkeypatch, tmp_path):
    """How often a grammar was read to make tables, which are kept in a folder of the test's own."""
    monkeypatch.setattr(parser, "compiled", lambda source: tmp_path / "tables")
    found = []

    def loading(*arguments, **named):
        found.append(arguments)
        return load_grammar(*arguments, **named)

    monkeypatch.setattr(lark.lark, "load_grammar", loading)
    return found


@pytest.fixture
def started(monkeypatch):
    """What begins as a new process does: with nothing in memory."""
    make = parser._lark.__wrapped__

    def start():
        fresh = make()
        monkeypatch.setattr(parser, "_lark", lambda: fresh)

    return start


def trees():
    found: list[Any] = []
    for source in SIDES:
        try:
            found.append(parser.parse(source))
        except FormulaError as error:
            found.append(str(error))
    return found


def test_tables_that_were_kept_read_as_those_that_are_made(made, started):
    started()
    first = trees()
    assert len(made) == 1
    started()
    assert trees() == first
    assert len(made) == 1


@pytest.mark.parametrize("left", [0, 1, 40, 70, 5_000, -1])
def test_tables_that_are_cut_off_are_made_anew(made, started, tmp_path, left):
    started()
    first = trees()
    whole = (tmp_path / "tables").read_bytes()
    (tmp_path / "tables").write_bytes(whole[:left])
    started()
    assert (trees(), len(made)) == (first, 2)
    started()  # and these are kept whole
    assert (trees(), len(made)) == (first, 2)


def test_another_grammar_has_tables_of_its_own(made, started, monkeypatch, tmp_path):
    started()
    assert isinstance(parser.parse("50\\%"), Apply)
    other = tmp_path / "formula"
    other.mkdir()
    text = GRAMMAR.read_text(encoding="utf-8")
    row = "       | NUMBER PERCENT                  -> percent\n"
    assert row in text
    (other / "grammar.lark").write_text(text.replace(row, ""), encoding="utf-8")
    monkeypatch.setattr(parser, "__file__", str(other / "parser.py"))
    started()
    with pytest.raises(FormulaError):
        parser.parse("50\\%")
    assert len(made) == 2


def test_tables_made_with_other_terminals_are_not_taken(made, started, monkeypatch):
    """The grammar is the same, but what the parser may let through is not."""
    accepted = tokens.Kept.always_accept
    monkeypatch.setattr(tokens.Kept, "always_accept", ())
    started()
    with pytest.raises(FormulaError):
        parser.parse("x\u00b2")
    monkeypatch.setattr(tokens.Kept, "always_accept", accepted)
    started()
    assert isinstance(parser.parse("x\u00b2"), Apply)
    assert len(made) == 2


def test_where_nothing_can_be_kept_all_is_read_as_well(made, started, monkeypatch, tmp_path):
    started()
    first = trees()
    monkeypatch.setattr(parser, "compiled", lambda source: tmp_path / "not there/tables")
    started()
    assert (trees(), len(made)) == (first, 2)
    monkeypatch.setattr(parser, "compiled", lambda source: None)
    started()
    assert (trees(), len(made)) == (first, 3)
    assert [path.name for path in tmp_path.iterdir()] == ["tables"]


def test_they_are_kept_where_python_keeps_its_bytecode(monkeypatch, tmp_path):
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    monkeypatch.setattr("sys.pycache_prefix", str(tmp_path))
    found = compiled(GRAMMAR)
    assert found is not None
    assert found.is_relative_to(tmp_path)
    assert found.parent.parts[-2:] == ("bpreport", "formula")
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    assert compiled(GRAMMAR) is None
