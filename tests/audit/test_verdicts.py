"""The laws of the verdicts, each by a case and its twin, with and without front matter."""

from __future__ import annotations

import pytest

from bpreport.audit import Verdict, audit
from bpreport.deck import read_text
from tests.audit.case_files import Expected, audited, parameters, read_cases, said

BARE = read_cases("verdicts.txt")
WORKED = [*read_cases("verdicts-worked.txt"), *read_cases("rounded-steps.txt")]


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


INDEXED = r"""---
worked:
  net:
    kind: perceptron
    layers: {x: 2, h: 2, y: 1}
    given: {x: [1, 2], target: [1], W: [[0.1, 0.2], [0.3, 0.4]], V: [[0.5], [0.6]], b: [0.1, 0.2]}
    weights: {x-h: "W_{ij}", h-y: "V_{jk}"}
    learning_rate: 0.1
    iterations: 3
---
# Indices {worked=net}

"""


@pytest.mark.parametrize("typed", ["W_{11}", "W_{1,1}", "W_{1 1}", r"\mathrm{W}_{11}"])
def test_a_number_in_text_names_an_entry_with_its_indices(typed):
    """However they are written: 0.1 is given, 0.2 is not what is."""
    texts = (f'{INDEXED}It is [{printed}]{{claim="{typed}"}}.' for printed in ("0.1", "0.2"))
    verdicts = [str(audit(read_text(text)).judgements[0].verdict) for text in texts]
    assert verdicts == ["given", "wrong"]


def test_a_number_in_text_that_names_nothing():
    """The message tells the nearest name, with the same letter where there is one."""
    (found,) = audit(read_text(f'{INDEXED}It is [0.5]{{claim="V_{{12}}"}}.')).judgements
    assert str(found.message) == "The worked example net has no V_{12}; is V_{2,1} meant?"


@pytest.mark.parametrize(
    ("activation", "right", "wrong"),
    [
        ("tanh", "0.6640", "0.6900"),  # tanh 0.8
        ("relu", "0.8000", "0.6900"),
        ("sigmoid", "0.6900", "0.6640"),  # 1 / (1 + e^{-0.8})
        ("{h: tanh, y: identity}", "0.6640", "0.6900"),
        ("{h: tanh, y: sigmoid}", "0.6900", "0.6640"),  # then it is what it is everywhere
    ],
)
def test_sigma_is_the_activation_of_the_worked_example(activation, right, wrong):
    """Where its layers have no other and the deck says nothing else: 0.1 * 1 + 0.3 * 2 + 0.1."""
    head = INDEXED.replace("learning_rate", f"activation: {activation}\n    learning_rate")
    lines = (rf"{head}$$\sigma(0.8) = {printed}$$" for printed in (right, wrong))
    levels = [audit(read_text(line)).judgements[0].verdict.level for line in lines]
    assert levels == ["right", "error"]


@pytest.mark.parametrize(
    ("activation", "slope", "verdict"),
    [
        ("tanh", r"1 - \sigma(net_{h1})^2", "proved"),
        ("tanh", r"\sigma(net_{h1}) (1 - \sigma(net_{h1}))", "wrong"),
        ("sigmoid", r"\sigma(net_{h1}) (1 - \sigma(net_{h1}))", "proved"),
    ],
)
def test_the_slope_of_sigma_is_that_of_the_activation(activation, slope, verdict):
    head = INDEXED.replace("learning_rate", f"activation: {activation}\n    learning_rate")
    number = {"tanh": "0.6640", "sigmoid": "0.6900"}[activation]
    source = rf"{head}$$\sigma(0.8) = {number}$$" + "\n\n" + rf"$$\sigma'(net_{{h1}}) = {slope}$$"
    assert str(audit(read_text(source)).judgements[-1].verdict) == verdict
