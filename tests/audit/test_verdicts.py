"""The laws of the verdicts, each by a case and its twin, with and without front matter."""

from __future__ import annotations

import pytest

from bpreport.audit import Verdict
from tests.audit.case_files import Expected, audited, parameters, read_cases, said

BARE = read_cases("verdicts.txt")
WORKED = read_cases("verdicts-worked.txt")


@pytest.mark.parametrize("case", parameters(BARE))
def test_on_a_bare_document(case):
    assert said(case) == []


@pytest.mark.parametrize("case", parameters(WORKED))
def test_with_a_worked_example(case):
    assert said(case) == []


def test_every_verdict_has_a_case():
    """Rounding has case files of its own for its two notes."""
    cases = (*BARE, *WORKED, *read_cases("rounding.txt"))
    asked = {Expected.read(line).verdict for case in cases for line in case.expected}
    assert asked - {"error"} == {str(verdict) for verdict in Verdict}


def test_levels():
    """Five are right, two are notes, two are errors, one is neither."""
    assert [verdict.level for verdict in Verdict] == (
        ["right"] * 5 + ["note"] * 2 + ["error"] * 2 + ["unchecked"]
    )


def test_summary_counts_each_claim_once():
    result = audited("$$a = 2$$\n\n$$2 * 3 = 7$$\n\n$$2 * 3 = 6$$\n\n$$x + 1 = 2$$\n")
    assert result.summary == {"given": 1, "reproduced": 1, "wrong": 1, "unchecked": 1}


def test_an_empty_deck_has_an_empty_audit():
    result = audited("")
    assert (result.judgements, result.findings, result.summary) == ((), (), {})
