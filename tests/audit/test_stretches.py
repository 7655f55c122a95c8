"""Decks go on after an update, or with another sample, under the old names."""

from __future__ import annotations

import pytest

from tests.audit.case_files import parameters, read_cases, said


@pytest.mark.parametrize("case", parameters(read_cases("later-steps.txt")))
def test_each_stretch_is_held_against_its_own_step(case):
    assert said(case) == []
