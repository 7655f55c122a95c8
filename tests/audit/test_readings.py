"""Whole readings of decks: nothing that the audit says of them changes unseen.

Verdicts and slips of the case files were set by hand; sentences, chances and fixes are held as they
were when the files in `tests/cases/readings` were made. `make readings` writes them anew and prints
what changed.
"""

from __future__ import annotations

import pytest

from tests.audit.readings import FOLDER, STEPS, blocks, steps

BLOCKS = [block for path in sorted(FOLDER.glob("*.txt")) for block in blocks(path)]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: f"{block.file}: {block.title}")
def test_all_is_said_that_was_said_and_nothing_else(block):
    assert block.reading().split("\n") == block.expected.split("\n")


def test_a_reading_takes_the_steps_that_it_took():
    """What is computed twice, or for nothing, is seen as work, though it changes no verdict.

    Steps are counted and not timed, so they are the same on every machine.
    """
    known = dict(line.split("\t") for line in STEPS.read_text(encoding="utf-8").splitlines())
    assert known == steps()
