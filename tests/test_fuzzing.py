"""Inputs that fuzzing has found are cases; the targets hold for the seeds they begin with."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

import fuzzing.__main__ as command
from fuzzing import targets
from fuzzing.__main__ import FOLDER, seeds
from fuzzing.blind import inputs
from fuzzing.targets import TARGETS

FOUND = sorted(path for path in (FOLDER / "found").glob("*/*") if path.name[0] != ".")


@pytest.mark.parametrize("path", FOUND, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_was_found_is_mended(path):
    """Each input once broke the law of its target."""
    TARGETS[path.parent.name].run(path.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
def test_what_the_search_begins_with_holds(name):
    """So that whatever is found is found by the search; half of the seeds are cut somewhere."""
    chance = random.Random(1)
    begun = seeds(name)
    assert begun
    for number, seed in enumerate(begun):
        cut = chance.randrange(len(seed)) if number % 2 else len(seed)
        TARGETS[name].run(seed[:cut])


@pytest.mark.parametrize("name", TARGETS)
def test_blind_inputs_are_the_same_every_time(name):
    """A longer run begins as a shorter one; the inputs differ from each other, and fit."""
    first, again = (list(inputs(name, seeds(name), runs)) for runs in (40, 20))
    assert first[:20] == again
    assert len(set(first)) > 20
    assert all(len(data) <= TARGETS[name].longest for data in first)


def broken(data):
    """A target that does not hold."""
    raise ZeroDivisionError


@pytest.mark.parametrize("name", TARGETS)
def test_what_a_blind_run_finds_is_kept(name, tmp_path, monkeypatch, capsys):
    """Of every target, also where nothing was found before; it is told, and the run fails."""
    monkeypatch.setattr(command, "FOLDER", tmp_path)
    monkeypatch.setattr(command, "seeds", lambda _: [b"a"])
    monkeypatch.setitem(targets.TARGETS, name, replace(TARGETS[name], run=broken))
    monkeypatch.setattr("sys.argv", ["fuzzing", name, "--blind", "--runs", "1"])
    with pytest.raises(ZeroDivisionError):
        command.main()
    (kept,) = (tmp_path / "found" / name).iterdir()
    assert str(kept) in capsys.readouterr().err


def test_a_file_of_answers_leaves_nothing(tmp_path, monkeypatch):
    """Neither one that is read nor one that is refused: a search makes hundreds a second."""
    monkeypatch.setattr(targets, "MEMORY", tmp_path)
    for data in (b"student,1a,1b,2a\nada,1,2,A\n", b"", b"\xff\xff\xff"):
        TARGETS["answers"].run(data)
    assert list(tmp_path.iterdir()) == []
