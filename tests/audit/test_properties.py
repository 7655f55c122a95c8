"""A deck that prints what it computes has no error; one printed digit changed is an error there.

The decks are random perceptrons, written by a computation of their own.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from math import exp

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bpreport.audit.digits import fits
from bpreport.formula import MP
from tests.audit.case_files import audited
from tests.audit.decks import Network, deck, equation


def tenths(low: int, high: int) -> st.SearchStrategy[float]:
    """Numbers of one or two places, as lecturers choose them; never zero."""
    return st.integers(low, high).filter(bool).map(lambda n: n / 20)


def rows(count: int, width: int) -> st.SearchStrategy[list[list[float]]]:
    row = st.lists(tenths(-30, 30), min_size=width, max_size=width)
    return st.lists(row, min_size=count, max_size=count)


@st.composite
def networks(draw: st.DrawFn) -> Network:
    inputs, hidden, outputs = (draw(st.integers(1, 3)) for _ in range(3))
    (x,) = draw(rows(1, inputs))
    return Network(
        x=x,
        target=[draw(st.sampled_from([0.01, 0.1, 0.5, 0.9, 0.99])) for _ in range(outputs)],
        v=draw(rows(hidden, inputs)),
        w=draw(rows(outputs, hidden)),
        b=[draw(tenths(-20, 20)), draw(tenths(-20, 20))],
        rate=draw(st.sampled_from([0.1, 0.25, 0.5, 1.0])),
    )


@dataclass
class Written:
    """A deck in pieces: what it prints, in order."""

    network: Network
    symbols: list[str]
    digits: list[str]
    settings: dict[str, str]

    @property
    def source(self) -> str:
        formulas = [equation(*pair) for pair in zip(self.symbols, self.digits, strict=True)]
        return deck(self.network, formulas, self.settings, iterations=3)


@st.composite
def decks(draw: st.DrawFn, stated: bool) -> Written:
    network = draw(networks())
    update = draw(st.sampled_from(["simultaneous", "sequential"]))
    found = network.quantities(update == "sequential")
    places = draw(st.integers(4, 9))
    return Written(
        network,
        list(found),
        [f"{value:.{places}f}" for value in found.values()],
        {"update": update} if stated else {"unstated": "[update]"},
    )


@given(decks(stated=True))
@settings(max_examples=40)
def test_a_right_deck_has_no_error(written):
    """Rounded to nearest, so that there is not even a note."""
    result = audited.__wrapped__(written.source)
    assert len(result.judgements) == len(written.symbols)
    assert [str(j.message) for j in result.judgements if j.verdict.level != "right"] == []
    assert result.findings == ()


@given(decks(stated=False))
@settings(max_examples=25)
def test_a_right_deck_of_unstated_update_has_no_error(written):
    """Of few digits, what one order rounds to may be what the other has cut off: that is a note."""
    result = audited.__wrapped__(written.source)
    assert [str(j.message) for j in result.judgements if j.verdict.level == "error"] == []


@given(decks(stated=True), st.data())
@settings(max_examples=40)
def test_one_result_changed_beyond_rounding_is_an_error_there(written, data):
    """Two units or more in the last place; all other claims stay right."""
    place = data.draw(st.integers(0, len(written.digits) - 1))
    units = data.draw(st.integers(2, 5000).flatmap(lambda n: st.sampled_from([n, -n])))
    digits = written.digits[place]
    places = len(digits.partition(".")[2])
    written.digits[place] = f"{float(digits) + units * 10.0**-places:.{places}f}"
    result = audited.__wrapped__(written.source)
    levels = [judgement.verdict.level for judgement in result.judgements]
    assert levels == ["right"] * place + ["error"] + ["right"] * (len(levels) - place - 1)
    assert result.judgements[place].correction is not None
    # Of what rounds to 0.0000 the correction keeps a digit.
    assert fits(digits, MP.mpf(result.judgements[place].correction))


@st.composite
def rounds(draw: st.DrawFn) -> Written:
    """Three steps of training, one after the other under the same names."""
    network = draw(networks())
    update = draw(st.sampled_from(["simultaneous", "sequential"]))
    places = draw(st.integers(6, 9))
    running = deepcopy(network)
    symbols: list[str] = []
    digits: list[str] = []
    for _ in range(3):
        found = running.quantities(update == "sequential")
        symbols += found
        digits += [f"{value:.{places}f}" for value in found.values()]
        running.step(update == "sequential")
    settings = {"update": update, "biases": "{trained: false}"}
    return Written(network, symbols, digits, settings)


@given(rounds())
@settings(max_examples=10)
def test_right_rounds_under_the_old_names_have_no_error(written):
    """Each round is held against the weights that the one before has left."""
    result = audited.__wrapped__(written.source)
    assert [str(j.message) for j in result.judgements if j.verdict.level == "error"] == []
    last = result.judgements[-1].message
    assert "updates done before: 2" in str(last)


@given(rounds(), st.data())
@settings(max_examples=10)
def test_one_result_of_a_later_round_changed_is_an_error_there(written, data):
    """Ten units or more in the last place; what is right stays so.

    The number of another round may be told again: the deck does not say of which round it speaks.
    """
    third = len(written.digits) // 3
    place = data.draw(st.integers(third, len(written.digits) - 1))
    units = data.draw(st.integers(10, 5000).flatmap(lambda n: st.sampled_from([n, -n])))
    digits = written.digits[place]
    places = len(digits.partition(".")[2])
    changed = f"{float(digits) + units * 10.0**-places:.{places}f}"
    assume(changed not in written.digits[place % third :: third])
    written.digits[place] = changed
    result = audited.__wrapped__(written.source)
    wrong = [n for n, j in enumerate(result.judgements) if j.verdict.level == "error"]
    assert wrong == [place]
    assert result.judgements[place].correction == digits


def shown(value: float | str) -> str:
    """A number inside a line: a negative one in parentheses."""
    text = str(value)
    return f"({text})" if text.startswith("-") else text


def lines(network: Network, places: int) -> list[str]:
    """Every unit worked out: the formula, the numbers put in, the result; no front matter.

    Results are computed from the numbers as printed, so that each line follows from the last.
    """
    formulas = []
    source, layer, number = [str(value) for value in network.x], "x", 1
    for name, rows_of, bias in (("h", network.v, network.b[0]), ("o", network.w, network.b[1])):
        outs = []
        for unit, weights in enumerate(rows_of, 1):
            terms = " + ".join(
                rf"w_{{{number + place}}} * {layer}_{{{place + 1}}}"
                for place in range(len(weights))
            )
            number += len(weights)
            numbers = " + ".join(
                f"{shown(a)} * {shown(q)}" for a, q in zip(weights, source, strict=True)
            )
            exact = sum(a * float(q) for a, q in zip(weights, source, strict=True)) + bias
            net = f"{exact:.{places}f}"
            inside = f"({net})" if net.startswith("-") else net
            out = f"{1 / (1 + exp(-float(net))):.{places}f}"
            sigmoid = r"\frac{1}{1 + e^{-%s}}"
            net_name, out_name = rf"net_{{{name}{unit}}}", rf"{name}_{{{unit}}}"
            formulas += [
                equation(net_name, rf"{terms} + b_{{{name}}}"),
                equation(net_name, f"{numbers} + {shown(bias)} = {net}"),
                equation(
                    out_name,
                    f"{sigmoid % net_name} = {sigmoid % inside} = {out}",
                ),
            ]
            outs.append(out)  # with its last zeros, which tell how far it is rounded
        source, layer = outs, name
    return formulas


@given(networks(), st.integers(4, 8))
@settings(max_examples=25)
def test_a_right_document_without_front_matter_has_no_error(network, places):
    """Definitions, substitutions and results alone; nothing in them is called wrong."""
    result = audited.__wrapped__("\n".join(lines(network, places)))
    wrong = [j for j in result.judgements if j.verdict.level in ("error", "note")]
    assert [(j.claim.text, str(j.message)) for j in wrong] == []


@given(networks(), st.integers(5, 8), st.data())
@settings(max_examples=25)
def test_a_result_changed_in_a_document_without_front_matter_is_an_error(network, places, data):
    """The line that no longer gives its result is found."""
    formulas = lines(network, places)
    place = data.draw(st.sampled_from(range(1, len(formulas), 3)))  # a substituted net
    line, _, result = formulas[place].rstrip("$\n").rpartition(" = ")
    units = data.draw(st.integers(5, 5000).flatmap(lambda n: st.sampled_from([n, -n])))
    wrong = f"{float(result) + units * 10.0**-places:.{places}f}"
    formulas[place] = f"{line} = {wrong}$$\n"
    judged = audited.__wrapped__("\n".join(formulas)).judgements
    claims = [j for j in judged if j.claim.right_source == wrong and j.claim.left is not None]
    assert "error" in {j.verdict.level for j in claims}
