"""An audit ends within the steps that are granted to it, and says what it did not come to."""

from __future__ import annotations

import pytest

from bpreport.audit import audit
from bpreport.deck import DeckError, read_text

LINES = "".join(f"$$x_{{{n}}} = {n} * {n} + 0.25 = {n * n}.25$$\n\n" for n in range(12))


def levels(source):
    return [judgement.verdict.level for judgement in audit(read_text(source)).judgements]


def test_claims_that_come_too_late_are_unchecked(monkeypatch):
    """Those before are judged as ever, and each of those behind says why it is not."""
    whole = audit(read_text(LINES)).judgements
    monkeypatch.setenv("BPREPORT_LIMIT_AUDIT_STEPS", "800")
    part = audit(read_text(LINES)).judgements
    late = [
        str(one.message).startswith("The audit of the deck takes more than 800") for one in part
    ]
    judged = late.index(True)
    assert 0 < judged < len(part)
    assert late == [False] * judged + [True] * (len(part) - judged)
    assert part[:judged] == whole[:judged]
    assert {str(one.verdict) for one in part[judged:]} == {"unchecked"}


def test_it_is_the_same_every_time(monkeypatch):
    """Steps are counted, not seconds, so a busy machine says the same."""
    monkeypatch.setenv("BPREPORT_LIMIT_AUDIT_STEPS", "800")
    assert levels(LINES) == levels(LINES)


def test_a_deck_that_takes_too_much_before_its_first_claim_is_refused(monkeypatch):
    """Without the conventions that it follows nothing could be judged."""
    monkeypatch.setenv("BPREPORT_LIMIT_AUDIT_STEPS", "1")
    with pytest.raises(DeckError, match="more than 1 steps; split the deck"):
        audit(read_text(SEQUENTIAL))


SEQUENTIAL = """---
worked:
  net:
    kind: perceptron
    layers: {x: 1, h: 1, y: 1}
    given: {x: [2], target: [1], w: [0.5, 0.25]}
    weights: {x-h: by target, h-y: by target}
    learning_rate: 0.1
    unstated: [update]
---
# A {worked=net}

$$net_{h1} = 0.5 * 2 = 1, \\quad out_{h1} = 0.731059, \\quad w_1^+ = 0.5$$
"""

HOSTILE = {
    "sums": r"$$S_{{{0}}} = \sum_{{i=1}}^{{5000}} i = 12502500$$",
    "sums of sums": r"$$S_{{{0}}} = \sum_{{i=1}}^{{70}} \sum_{{j=1}}^{{70}} i j = 6175225$$",
    "powers": r"$$x_{{{0}}} = 9^{{9^{{9^9}}}} = {0}$$",
    "a sum without end": r"$$S_{{{0}}} = \sum_{{i=1}}^{{10^{{12}}}} i = {0}$$",
    "wrong numbers": r"$$x = {0} * {0} + 0.25 = {0}.5$$",
    "functions of themselves": "$$f(x) = f(x-1) + f(x-2) + {0}$$\n\n$$f({0}) = {0}$$",
}


@pytest.mark.parametrize("line", HOSTILE.values(), ids=HOSTILE)
def test_hostile_lines_end(monkeypatch, line):
    """A hundred of each; every claim has its verdict, and none costs an exception."""
    monkeypatch.setenv("BPREPORT_LIMIT_AUDIT_STEPS", "20000")
    deck = read_text("\n\n".join(line.format(n) for n in range(100)))
    assert len(audit(deck).judgements) == len(deck.claims) >= 100
