"""Conventions that a deck leaves unstated are found out from what it prints.

Each deck is written by a computation of its own (`tests/audit/decks.py`) under one combination of
conventions; the audit must come to that combination, and every number must be right under it.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import product

import pytest

from bpreport.worked.descending import RULES
from tests.audit.case_files import audited
from tests.audit.decks import Network, deck, equation

UPDATES = ("simultaneous", "sequential")
BIASES = ("fixed", "trained")
SHIFTS = (0, -1, 1)
COUNTS = (5, 10)
"""Iterations for which the tables are printed."""


def network(trained: bool = False) -> Network:
    return Network(
        x=[0.8, 1.5],
        target=[0.1, 0.9],
        v=[[0.3, -0.2], [0.5, 0.4]],
        w=[[0.7, 0.6], [-0.4, 0.2]],
        b=[0.25, 0.45],
        rate=0.8,
        trained=trained,
    )


def row(values: list[float], places: int = 6) -> str:
    return ", ".join(f"{value:.{places}f}" for value in values)


def tables(update: str, biases: str, outputs: int, weights: int) -> list[str]:
    """The tables of outputs and weights, counted with the given shifts."""
    formulas = []
    for count in COUNTS:
        after = {}
        for shift in (outputs, weights):
            net = network(biases == "trained")
            for _ in range(count + shift):
                net.step(update == "sequential")
            after[shift] = net
        out = row(after[outputs].forward()[3])
        formulas.append(f"Iteration [{count}]{{.iteration}}: $o = ({out})$\n")
        formulas.append(f"$$w^{{{count}}} = ({row(after[weights].weights())})$$\n")
    return formulas


def single_step(update: str, biases: str) -> list[str]:
    net = network(biases == "trained")
    found = net.quantities(update == "sequential")
    return [equation(symbol, f"{value:.8f}") for symbol, value in found.items()]


def after(shift: int) -> str:
    return f"k{shift:+d} updates" if shift else "k updates"


def stated(biases: str) -> dict[str, str]:
    return {"biases": f"{{per: layer, trained: {str(biases == 'trained').lower()}}}"}


@pytest.mark.parametrize(
    ("update", "biases", "outputs", "weights"), list(product(UPDATES, BIASES, SHIFTS, SHIFTS))
)
def test_the_order_and_the_counting_that_were_planted_are_adopted(update, biases, outputs, weights):
    """Every number is right under them, and another count of updates would lose all of a table."""
    formulas = tables(update, biases, outputs, weights)
    source = deck(network(), formulas, {"unstated": "[update, counting]", **stated(biases)})
    result = audited(source)
    adopted = result.conventions["net"]
    assert (adopted["update"], adopted["biases"]) == (update, biases)
    assert (adopted["outputs after"], adopted["weights after"]) == (after(outputs), after(weights))
    assert [j for j in result.judgements if j.verdict.level != "right"] == []
    # 2 * 2 outputs and 2 * 8 weights are in the tables; no other count of updates gives any
    for group, shift, cells in (("outputs", outputs, 4), ("weights", weights, 16)):
        lost = {
            choice: count
            for choice, count in adopted["losses"].items()
            if choice.startswith(f"{group}: ")
        }
        assert lost == {f"{group}: after {after(s)}": cells for s in SHIFTS if s != shift}
    assert adopted["reproduced"] == adopted["of"] == 4 + 16


@pytest.mark.parametrize(("update", "biases"), list(product(UPDATES, BIASES)))
def test_order_and_biases_are_found_out_together(update, biases):
    """Trained biases show in the tables only: a step's gradients do not depend on them."""
    formulas = single_step(update, biases) + tables(update, biases, 0, 0)
    result = audited(deck(network(), formulas, {"unstated": "[update, biases]"}))
    adopted = result.conventions["net"]
    assert (adopted["update"], adopted["biases"]) == (update, biases)
    assert [j for j in result.judgements if j.verdict.level != "right"] == []


@pytest.mark.parametrize("biases", BIASES)
def test_trained_or_fixed_biases_are_found_out(biases):
    formulas = tables("simultaneous", biases, 0, 0)
    result = audited(deck(network(), formulas, {"unstated": "[biases]"}))
    adopted = result.conventions["net"]
    (other,) = {"trained", "fixed"} - {biases}
    assert adopted["biases"] == biases
    assert adopted["losses"][f"biases: {other}"] == 4 + 16
    assert [j for j in result.judgements if j.verdict.level != "right"] == []


@pytest.mark.parametrize("forward", [True, False], ids=["forward", "whole"])
@pytest.mark.parametrize(("update", "biases"), list(product(UPDATES, BIASES)))
def test_biases_are_found_out_from_a_second_step_under_the_old_names(update, biases, forward):
    """No number of the first step depends on whether they are trained, and all later ones do."""
    formulas = single_step(update, biases)
    after_one = network(biases == "trained")
    after_one.step(update == "sequential")
    formulas.append("## The second pass\n")
    for symbol, value in after_one.quantities(update == "sequential").items():
        if not forward or not ("partial" in symbol or "+" in symbol):
            formulas.append(equation(symbol, f"{value:.6f}"))
    result = audited(deck(network(), formulas, {"unstated": "[update, biases]"}))
    adopted = result.conventions["net"]
    assert (adopted["update"], adopted["biases"]) == (update, biases)
    assert [j for j in result.judgements if j.verdict.level != "right"] == []


def test_one_wrong_number_of_a_second_step_is_found_where_the_biases_are_found_out():
    """The twin: all numbers but one tell that the biases stay as they are."""
    after_one, otherwise = network(), network(trained=True)
    after_one.step()
    otherwise.step()
    found = after_one.quantities() | {"out_{o1}": otherwise.forward()[3][0]}
    formulas = [*single_step("simultaneous", "fixed"), "## The second pass\n"]
    formulas += [equation(symbol, f"{value:.6f}") for symbol, value in found.items()]
    result = audited(deck(network(), formulas, {"unstated": "[biases]"}))
    (wrong,) = [j for j in result.judgements if j.verdict.level != "right"]
    assert result.conventions["net"]["biases"] == "fixed"
    assert wrong.verdict.is_error and wrong.claim.left_source == "out_{o1}"


@pytest.mark.parametrize("update", UPDATES)
def test_losses_are_counted_by_hand(update):
    """Without tables only the hidden layer tells the update orders apart.

    4 of its gradients and 4 of its updated weights; the output layer has the same under both.
    """
    source = deck(network(), single_step(update, "fixed"), {"unstated": "[update]"})
    adopted = audited(source).conventions["net"]
    (other,) = {"simultaneous", "sequential"} - {update}
    assert adopted["losses"] == {f"update: {other}": 8}
    total = len(network().quantities())
    assert adopted["reproduced"] == adopted["of"] == total
    (note,) = [str(found.message) for found in audited(source).findings]
    assert f"({update} update)" in note and f"the {other} update would lose 8 of them" in note
    assert f"reproduces {total} of {total} values" in note


@pytest.mark.parametrize("order", UPDATES)
@pytest.mark.parametrize("printed", UPDATES)
def test_what_is_stated_is_not_adopted_otherwise(order, printed):
    """The twin: where the deck says it, printing the other order is an error, and is named.

    The four gradients are to blame; the four updated weights follow from them, or from the
    convention itself where the last printed place of a gradient was rounded.
    """
    result = audited(deck(network(), single_step(printed, "fixed"), {"update": order}))
    assert result.conventions["net"]["update"] == order
    wrong = Counter(j.slip for j in result.judgements if j.verdict.level == "error")
    assert wrong.total() == (0 if order == printed else 8)
    assert wrong.keys() <= {"another convention", "inherited"}
    assert wrong["another convention"] >= 4 or order == printed


def test_one_wrong_number_does_not_turn_the_conventions():
    """The most claims win: a wrong gradient among right ones stays wrong."""
    formulas = single_step("sequential", "fixed")
    place = next(i for i, text in enumerate(formulas) if r"\partial w_{1}" in text)
    simultaneous = network().quantities()[r"\frac{\partial E_{total}}{\partial w_{1}}"]
    formulas[place] = re.sub(r"= .*\$\$", lambda _: f"= {simultaneous:.8f}$$", formulas[place])
    result = audited(deck(network(), formulas, {"unstated": "[update]"}))
    assert result.conventions["net"]["update"] == "sequential"
    (wrong,) = [j for j in result.judgements if j.verdict.level == "error"]
    assert wrong.slip == "another convention"


def test_before_any_update_nobody_counts():
    """w^0 is given, whatever the k-th iteration counts."""
    formulas = [f"$$w^{{0}} = ({row(network().weights(), 1)})$$\n"]
    formulas += tables("simultaneous", "fixed", 1, 1)
    result = audited(deck(network(), formulas, {"unstated": "[counting]", **stated("fixed")}))
    assert [str(j.verdict) for j in result.judgements[:8]] == ["given"] * 8
    assert result.summary.keys() == {"given", "reproduced"}


# -- descents


def counts_of(rates, start, tolerance, stop, slope=2.0, minimiser=3.0):
    """Updates until a descent on slope/2 * (t - minimiser)^2 stops, by a loop of its own."""
    counts = []
    for rate in rates:
        t, done = start, 0
        while done < 10_000:
            before, value = t, slope / 2 * (t - minimiser) ** 2
            t -= rate * slope * (t - minimiser)
            done += 1
            now = slope / 2 * (t - minimiser) ** 2
            measured = {
                "change of objective": abs(now - value),
                "objective": abs(now),
                "gradient": abs(slope * (t - minimiser)),
                "step": abs(t - before),
            }[stop]
            if measured <= tolerance:
                break
        counts.append(done)
    return counts


DESCENT = r"""---
worked:
  descent:
    kind: gradient descent
    objective: (\theta - 3)^2
    runs: {fast: {learning_rate: 0.9}, slow: {learning_rate: 0.05}}
    unstated: [start, tolerance, stop]
---

## Two runs {worked=descent}

The fast run takes [FAST]{claim="fast.iterations"} steps, the slow one
[SLOW]{claim="slow.iterations"}.
"""


def descent(fast, slow):
    return audited(DESCENT.replace("FAST", str(fast)).replace("SLOW", str(slow)))


@pytest.mark.parametrize("stop", ["change of objective", "objective", "gradient", "step"])
@pytest.mark.parametrize(("start", "tolerance"), [(5.0, 1e-6), (-1.0, 1e-8)])
def test_the_stopping_rule_that_was_planted_is_among_the_possible(stop, start, tolerance):
    """Another objective, other rates, other counts: both counts are right under what is adopted."""
    fast, slow = counts_of((0.9, 0.05), start, tolerance, stop)
    result = descent(fast, slow)
    possible = [r for r, fit in result.study.unstated["descent"].rules.items() if fit.possible]
    assert stop in possible
    assert result.summary == {"reproduced": 2}
    adopted = result.conventions["descent"]
    again = counts_of(
        (0.9, 0.05), float(adopted["start"]), float(adopted["tolerance"]), adopted["stop"]
    )
    assert again == [fast, slow]
    notes = [str(found.message) for found in result.findings]
    assert len(notes) == 1
    assert "start, tolerance and stopping rule are not stated" in notes[0]
    assert ("several" in notes[0]) == (len(possible) > 1)


def test_counts_that_no_setting_gives_are_an_error():
    """The fast run cannot need a hundred steps where the slow one needs three."""
    result = descent(100, 3)
    assert result.summary == {"unchecked": 2}  # either may be the wrong one
    told = [found for found in result.findings if "no start and tolerance" in str(found.message)]
    assert [found.level for found in told] == ["error"]
    assert set(result.study.unstated["descent"].rules) <= set(RULES)


LEFT_OUT = r"""---
worked:
  runs:
    kind: gradient descent
    objective: \frac12 (x - 3)^2 + 1
    runs: {s: {learning_rate: 0.1}, m: {learning_rate: 0.5}, l: {learning_rate: 1.8}}
    unstated: [start, tolerance, stop]
---
# Runs

COUNTS{claim="s.iterations"} to [2.9972]{claim="s.minimiser"},
[13]{claim="m.iterations"} to [2.9995]{claim="m.minimiser"},
[35]{claim="l.iterations"} to [3.0016]{claim="l.minimiser"}.
"""


def test_one_wrong_count_makes_no_other_number_wrong():
    """It is left out, and held to what the others give."""
    result = audited(LEFT_OUT.replace("COUNTS", "[70]"))
    assert [str(one.verdict) for one in result.judgements] == ["wrong", *["reproduced"] * 5]
    assert result.judgements[0].correction == "69"
    assert any("s.iterations is left out" in str(f.message) for f in result.findings)
    twin = audited(LEFT_OUT.replace("COUNTS", "[69]"))
    assert twin.summary == {"reproduced": 6}
