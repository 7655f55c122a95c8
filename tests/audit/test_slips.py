"""For each slip a deck in which it must be named, and a twin in which it must not.

The titles in `tests/cases/slips/` begin with the entry of `SLIPS` that a case is about, or with
"line" for what is found by holding a substituted line against its formula; "not" marks a twin.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from bpreport.audit import explaining
from bpreport.audit.slips import SLIPS, swap_name
from bpreport.worked import Role
from tests.audit.case_files import (
    Case,
    Expected,
    audited,
    parameters,
    read_cases,
    said,
    to_be_judged,
)

FILES = ("perceptron.txt", "units.txt", "regression.txt", "sequential.txt", "plain.txt")
CASES = [case for file in FILES for case in read_cases(f"slips/{file}")]
CAUGHT = [case for case in CASES if not case.title.startswith("not ")]
TWINS = [case for case in CASES if case.title.startswith("not ")]

NAMES = {
    "inherited", "sign lost", "iteration off", "another convention", "rounded up",
    "double rounding", "rounding carried", "constant factor", "activation left out",
    "activation applied twice", "term dropped", "bias forgotten", "sign flipped", "factor dropped",
    "activation derivative left out", "learning rate forgotten", "target rounded", "term doubled",
    "bias counted twice", "factor doubled", "activation derivative applied twice", "index swapped",
    "unit swapped", "weight of another connection", "bias of another layer", "target swapped",
    "bias of another unit", "symbol of another layer", "two slips",
    "new for old", "old for new", "wrong learning rate", "point misplaced", "digits swapped",
    "digit doubled", "digit dropped", "digit mistyped", "wrong operand", "term added",
    "constant changed",
}  # fmt: skip
"""What a slip may be called; each name has a case."""

KIND = {slip.name: slip.of for slip in SLIPS}


def entry_of(case: Case) -> str:
    """The entry of SLIPS that a case is about."""
    return case.title.removeprefix("not ").partition(": ")[0]


def names_in(case: Case) -> set[str]:
    """The slips that a case asks for."""
    return {slip for line in case.expected if (slip := Expected.read(line).slip)}


@pytest.mark.parametrize("case", parameters(CAUGHT))
def test_a_planted_slip_is_named(case):
    """It comes first, with what should be printed instead."""
    assert said(case) == []


@pytest.mark.parametrize("case", parameters(TWINS))
def test_its_twin_passes(case):
    """The right number, or one that went wrong otherwise: the slip is not named."""
    assert said(case) == []
    assert entry_of(case) not in {j.slip for j in to_be_judged(audited(case.deck))}


@pytest.mark.parametrize("entry", [slip.name for slip in SLIPS] + ["line"])
def test_every_slip_has_a_case_and_a_twin(entry):
    assert [case for case in CAUGHT if entry_of(case) == entry]
    assert [case for case in TWINS if entry_of(case) == entry]


def test_every_case_is_about_a_slip():
    assert {entry_of(case) for case in CASES} <= {slip.name for slip in SLIPS} | {"line"}


def test_every_name_has_a_case():
    assert {name for case in CAUGHT for name in names_in(case)} == NAMES


def test_slips_are_listed_once():
    names = [slip.name for slip in SLIPS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("entry", [slip.name for slip in SLIPS])
def test_every_slip_earns_its_place(entry, monkeypatch):
    """Taken out of the list, some case of its own is no longer told as it must be."""
    fewer = tuple(slip for slip in SLIPS if slip.name != entry)
    monkeypatch.setattr(explaining, "SLIPS", fewer)
    audited.cache_clear()
    own = [case for case in CAUGHT if entry_of(case) == entry]
    try:
        assert any(said(case) for case in own)
    finally:
        audited.cache_clear()


@pytest.mark.parametrize("case", parameters(CASES))
def test_an_explanation_says_how_likely_chance_is(case):
    """No more than the search allows, and nothing where nothing is explained."""
    for judgement in audited(case.deck).judgements:
        if judgement.slip is None:
            assert judgement.chance is None
        else:
            assert judgement.chance is not None
            most = explaining.MOST_CHANCE[KIND.get(judgement.slip, "computing")]
            assert 0 <= judgement.chance <= most
            assert judgement.slip not in judgement.alternatives


@pytest.mark.parametrize("case", parameters(case for case in CAUGHT if entry_of(case) != "line"))
def test_with_all_corrections_made_nothing_is_wrong(case):
    """Printing what the audit says should be printed satisfies it."""
    source = case.deck
    for judgement in to_be_judged(audited(source)):
        correction, printed = judgement.correction, judgement.printed
        if correction is not None and printed is not None:
            source = source.replace(printed, correction)
    assert source != case.deck
    again = [j for j in audited(source).judgements if j.verdict.level != "right"]
    assert [(j.claim.text, str(j.message)) for j in again] == []


# -- chance


TOO_SHORT = [
    (r"net_{h1} = 0.03", "0.0275 without the bias: two digits prove nothing"),
    (r"\frac{\partial E_{total}}{\partial w_5} = 0.2", "twice 0.08: one digit proves nothing"),
    (r"E_{total} = 0.6", "twice 0.3"),
]


@pytest.mark.parametrize(("formula", "why"), TOO_SHORT)
def test_no_explanation_where_chance_would_do(formula, why):
    """Few digits fit many slips; then none is offered, and the number is simply wrong."""
    head = CASES[0].head
    (judgement,) = audited(f"{head}\n$${formula}$$\n").judgements
    assert (judgement.verdict, judgement.slip, judgement.chance) == ("wrong", None, None), why


def test_a_search_that_is_cut_short_says_so(monkeypatch):
    """Of a wrong number whose slip was not looked for to the end; errors of writing still are."""
    monkeypatch.setattr(explaining, "MOST_TRIED", 12)
    head = CASES[0].head
    audited.cache_clear()
    try:
        (cut,) = audited(f"{head}\n$$net_{{o1}} = 1.705905967$$\n").judgements
        (writing,) = audited(f"{head}\n$$net_{{o1}} = 1.150905967$$\n").judgements
    finally:
        audited.cache_clear()
    assert cut.verdict == "wrong"
    assert "(the search stopped after" in str(cut.message)
    assert writing.slip == "digits swapped"
    assert "stopped" not in str(writing.message)


def test_random_digits_are_not_explained():
    """60 numbers that nobody computed, some near the right one: none is explained.

    The digits are those of the multiples of the golden section, the same each time.
    """
    head = CASES[0].head
    formulas = []
    for number in range(1, 61):
        digits = int((number * 0.6180339887498949 % 1) * 10**8)
        formulas.append(rf"$$\frac{{\partial E_{{total}}}}{{\partial w_5}} = 0.0{digits:08d}$$")
    judged = audited(head + "\n" + "\n\n".join(formulas) + "\n").judgements
    explained = [judgement for judgement in judged if judgement.slip is not None]
    assert len(judged) == 60
    assert [(j.printed, j.slip) for j in explained] == []


WEIGHT, UPDATED = Role("weight", "h1", "x1", 1), Role("updated weight", "h1", "x1", 1)


@pytest.mark.parametrize(
    ("role", "other", "slip"),
    [
        (WEIGHT, UPDATED, "new for old"),
        (UPDATED, WEIGHT, "old for new"),
        (WEIGHT, replace(WEIGHT, source="x2"), "weight of another connection"),
        (WEIGHT, replace(WEIGHT, layer=2), "weight of another connection"),
        # Two mistakes at once: another connection, and after the update.
        (WEIGHT, replace(UPDATED, source="x2"), None),
        (WEIGHT, replace(UPDATED, source="x0"), None),
        (WEIGHT, replace(UPDATED, unit="h2"), None),
        (UPDATED, replace(WEIGHT, unit="h0"), None),
        (WEIGHT, Role("bias", "h1", "", 1), None),
        (Role("bias", "h1", "", 1), Role("bias", "h2", "", 1), "bias of another unit"),
        (Role("bias", "h1", "", 1), Role("bias", "o1", "", 2), "bias of another layer"),
        (Role("out", "h1", "", 1), Role("out", "o1", "", 2), "symbol of another layer"),
        (Role("learning rate"), Role("learning rate", layer=2), None),
    ],
)
def test_one_part_for_another_is_one_mistake(role, other, slip):
    """What it is called where a name with the second part stands for one with the first."""
    assert swap_name(role, other) == slip
