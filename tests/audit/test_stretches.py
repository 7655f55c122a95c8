"""Decks go on after an update, or with another sample, under the old names."""

from __future__ import annotations

import pytest

from bpreport.audit import audit
from bpreport.deck import read_text
from tests.audit.case_files import parameters, read_cases, said


@pytest.mark.parametrize("case", parameters(read_cases("later-steps.txt")))
def test_each_stretch_is_held_against_its_own_step(case):
    assert said(case) == []


@pytest.mark.parametrize("case", parameters(read_cases("sample-rows.txt")))
def test_a_row_with_the_inputs_of_a_sample_is_held_against_it(case):
    assert said(case) == []


def test_what_counts_samples_counts_no_iterations():
    case = next(one for one in read_cases("sample-rows.txt") if "a letter counts" in one.title)
    table, other = case.text.split("\n\n")
    said_of = [
        audit(read_text(f"{case.head}\n{text}")).judgements[0].message for text in (table, other)
    ]
    assert [str(message).partition(" ")[2] for message in said_of] == [
        "counts the samples",
        "counts the iterations of the values beside it",
    ]


TWO_LAYERS = """\
---
worked:
  net:
    kind: perceptron
    layers: {x: 1, h: 1, y: 1}
    given: {x: [1], target: [1], w: [0.5, 0.4]}
    learning_rate: 1
    iterations: 3
---

## One step {worked=net}

"""


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        # net_h = 0.5, out_h = 1 / (1 + e^-0.5) = 0.622459, net_y = 0.4 out_h = 0.248984: all of the
        # first step, whose output is 0.561926; after its update it is 0.572456.
        ("$net_{h1} = 0.5$, $out_{h1} = 0.622459$, $net_{y1} = 0.248984$", "wrong"),
        # w_2 is 0.4 + 0.438073 * 0.246165 * 0.622459 = 0.467125 then.
        ("$w_2 = 0.467125$", "reproduced"),
    ],
)
def test_a_number_does_not_vouch_for_itself(text, verdict):
    """Other numbers of its paragraph do, where they are right in the state in which it is."""
    found = audit(read_text(f"{TWO_LAYERS}{text}, $out_{{y1}} = 0.572456$.\n"))
    assert str(found.judgements[-1].verdict) == verdict
