"""Inputs that fuzzing has found are cases; the targets hold for the seeds they begin with."""

from __future__ import annotations

import random

import pytest

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
