"""An audit ends within the steps that are granted to it, and says what it did not come to."""

from __future__ import annotations

import pytest

from bpreport.audit import audit, table_rows
from bpreport.audit.bounded import premises
from bpreport.audit.examples import FIRST
from bpreport.audit.points import Point
from bpreport.deck import DeckError, read_text
from bpreport.formula import MPMATH, Function, evaluate, expand, parse, unroll
from bpreport.formula.effort import effort
from bpreport.formula.tree import Symbol
from bpreport.worked import recompute

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
    """Its conventions would be unknown; what its examples took is not granted again."""
    taken = recompute(read_text(SEQUENTIAL)).steps
    assert taken > 20
    assert recompute(read_text(SEQUENTIAL)).steps == taken  # this time from memory
    monkeypatch.setenv("BPREPORT_LIMIT_AUDIT_STEPS", str(taken + 1))
    with pytest.raises(DeckError, match=f"more than {taken + 1} steps; split the deck"):
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


def test_sides_that_come_too_late_are_not_read(monkeypatch):
    """Each number of a printed row counts as a side; what is not read is unchecked, and says so."""
    monkeypatch.setenv("BPREPORT_LIMIT_DECK_SIDES", "5")
    found = audit(read_text("$$a = (1, 2, 3)$$\n\n$$b = 2 = 1 + 1 = 2$$")).judgements
    messages = [str(one.message) for one in found]
    late = "The formulas of the deck have more than 5 sides; split the deck"
    assert [message == late for message in messages] == [False] * 3 + [True] * 3
    # a (1), its row (3), b (1) are five sides; of "b = 2" the right side is the sixth


def test_products_of_matrices_are_counted():
    """A matrix of n rows times another has n^3 products, and as many steps at least."""
    spent = []
    for size in (4, 8):
        row = " & ".join(["2"] * size)
        matrix = r"\begin{pmatrix}" + r" \\ ".join([row] * size) + r"\end{pmatrix}"
        with effort(10**6) as counted:
            evaluate(parse(matrix + matrix), {}, MPMATH)
        spent.append(counted.spent - 2 * size**2)  # its entries are read, one step each
    assert spent[0] >= 4**3
    assert spent[1] >= 8**3


def test_a_column_is_counted_once(monkeypatch):
    """Each wrong number is held against its column, but twice the rows are twice the work."""

    def ranges(rows):
        found = []

        def counted(*asked):
            found.append(asked)
            return range_of(*asked)

        monkeypatch.setattr(table_rows, "range_in_row", counted)
        lines = "".join(f"| {n} | {n + 1} | {n * (n + 1) + (n % 3 == 0)} |\n" for n in range(rows))
        table = f"| $a$ | $b$ | $c = a b$ |\n|---|---|---|\n{lines}"
        audit(read_text(f"$$c = a b$$\n\n{table}"))
        return len(found)

    range_of = table_rows.range_in_row
    few, many = ranges(30), ranges(60)
    assert few > 30
    assert many <= 2 * few


def test_random_values_are_counted():
    """The values of a point for n names are n times three steps."""
    with effort(10**6) as counted:
        Point(1).values({f"x_{{{n}}}": False for n in range(40)})
    assert counted.spent == 120  # 3 * 40


def test_terms_that_are_written_out_are_counted():
    """A sum of n terms is n times three steps."""
    spent = []
    for terms in (10, 50):
        with effort(10**6) as counted:
            unroll(parse(rf"\sum_{{i=1}}^{{{terms}}} x_i"), {})
        spent.append(counted.spent)
    assert spent[1] - spent[0] == 120  # 3 * (50 - 10)


def test_calls_that_are_written_out_are_counted():
    """However short the body is, a call takes ten steps."""
    tree = parse(" + ".join(["f(x)"] * 50), functions=["f"])
    body = Function((Symbol("x"),), Symbol("x"))
    with effort(10**6) as counted:
        expand(tree, {"f": body})
    assert counted.spent >= 50 * 10


def test_looking_through_printed_numbers_is_counted():
    """Of a name that is printed 200 times each look is 200 // 10 = 20 steps."""
    deck = read_text("$$x = 2$$\n\n" * 200)
    knowledge = premises(deck, recompute(deck)).knowledge
    with effort(10**6) as counted:
        assert len(knowledge.printed_in(FIRST, "x")) == 200
    assert counted.spent == 20
