"""Laws that no other test would have missed: each is here because a mutant of the code survived."""

from __future__ import annotations

from dataclasses import is_dataclass
from importlib import import_module
from itertools import combinations
from pkgutil import walk_packages
from typing import Any

import pytest

import bpreport.audit
from bpreport.audit.alignment import Alignment
from bpreport.audit.digits import same
from bpreport.formula.tree import Symbol
from tests.audit.case_files import audited, read_cases
from tests.audit.test_verdicts import INDEXED


def records() -> list[type]:
    """The dataclasses of the room."""
    names = [one.name for one in walk_packages(bpreport.audit.__path__, "bpreport.audit.")]
    modules = [bpreport.audit, *map(import_module, names)]
    found = (value for module in modules for value in vars(module).values())
    types = dict.fromkeys(value for value in found if isinstance(value, type))
    return [
        one for one in types if is_dataclass(one) and one.__module__.startswith("bpreport.audit")
    ]


def told(record: type) -> str:
    """The name of a record with that of its module."""
    return f"{record.__module__.rpartition('.')[2]}.{record.__name__}"


REMEMBERING = {
    "examples.Examples", "naming.Naming", "learned.Learned", "values.Values",
    "knowledge.Knowledge", "points.Point", "stretches.Stretch",
}  # fmt: skip
"""What takes note of things; all else that the audit hands on stays as it was made."""
GROWING = {"statements.Statement"}
"""What the deck goes on to say of a name is added to it."""
WHOLE = {"model.Audit", "candidates.Target"}
"""Of these there is one, so that they need no slots, and may remember what was asked of them."""


@pytest.mark.parametrize("record", records(), ids=told)
def test_a_record_stays_as_it_was_made_and_takes_little_room(record):
    """A judgement that somebody could change later would not be what was judged.

    Of most records there is one a claim or a candidate, so they have slots in the place of a
    dictionary.
    """
    name = told(record)
    assert record.__dataclass_params__.frozen is (name not in REMEMBERING | GROWING)
    assert ("__slots__" in vars(record)) is (name not in REMEMBERING | WHOLE)


def verdicts(source: str) -> list[str]:
    return [str(judgement.verdict) for judgement in audited(source).judgements]


def remarks(source: str) -> list[str]:
    return [str(finding.message) for finding in audited(source).findings]


def test_a_value_that_rounds_to_zero_ends_no_search():
    """0.0432 has no inverse with one place, but with three: 1 / 0.043 = 23.2558."""
    z = "$$z = 0.2 * 0.216 = 0.0432$$\n\n"
    judgement = audited(rf"{z}$$y = \frac{{1}}{{z}} = 23.2558$$").judgements[-1]
    assert judgement.slip == "rounding carried"
    assert "rounded to 3 places" in str(judgement.message)


def test_a_number_that_was_cut_off_as_well_is_twice_as_likely_by_chance():
    """Two ways of ending a number count twice: 3.1416 * 2.7183 is 8.53981, so 8.540 or 8.539."""
    line = "$$a = 3.1416 * 2.7183 + 0.6537 = {}$$"
    rounded, cut = (audited(line.format(end)).judgements[-1] for end in ("8.540", "8.539"))
    assert (rounded.slip, cut.slip) == ("term dropped", "term dropped")
    assert rounded.chance is not None and cut.chance is not None
    assert cut.chance / rounded.chance == pytest.approx(2 * 8540 / 8539)


def test_a_small_given_is_told_in_plain_digits():
    """x_1 is 0.00002, whatever the program would print for it."""
    head = INDEXED.replace("x: [1, 2]", "x: [0.00002, 2]")
    line = "$$net_{h1} = W_{11} x_1 + W_{21} x_2 + b_1 = 0.1 * 0.00003 + 0.3 * 2 + 0.1$$"
    found = audited(head + line).judgements[-1]
    assert (str(found.verdict), found.correction) == ("wrong", "0.00002")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("$$w_7 = 0.5$$\n\n$$W_7 + 1 = 0.5 + 1$$", ["$W_{7}$ is written where $w_{7}$ is meant"]),
        ("$$w_7 = 0.5$$\n\n$$w_7 + 1 = 0.5 + 1$$", []),
        (
            r"$w = 0.5$ and $\omega + 1 = 0.5 + 1$",
            [r"$\omega$ is written where $w$ is meant"],
        ),
        (
            "$$w8 = 0.5$$\n\n$$w_7 = 0.4$$",
            ["w8 is typed without a subscript sign, unlike its like"],
        ),
        ("$$w_8 = 0.5$$\n\n$$w_7 = 0.4$$", []),
    ],
)
def test_a_name_that_is_typed_in_two_ways_is_remarked(source, said):
    """One with another letter, one without its sign."""
    assert remarks(source) == said


def test_a_prime_is_by_the_only_symbol_there_is():
    """Of x^2 it is 2 x; x^2 + c x does not say by which of its two symbols."""
    assert verdicts("$$y = x^2$$\n\n$$y' = 2 x$$") == ["definition", "proved"]
    assert verdicts("$$y = x^2 + c x$$\n\n$$y' = 2 x + c$$") == ["definition", "definition"]
    # By both of them, one after the other, it would be 2 x.
    assert verdicts("$$y = x^2 + c x^2$$\n\n$$y' = 2 x$$") == ["definition", "definition"]


@pytest.mark.parametrize(
    ("printed", "slip"),
    [
        ("6.28378", "digit mistyped"),  # of 6.28318
        ("6.28338", "digit mistyped"),
        ("6.23818", "digits swapped"),
        ("6.82318", "digits swapped"),
    ],
)
def test_one_digit_of_many_is_wrong(printed, slip):
    """Wherever it stands."""
    judgement = audited(f"$$3.14159 * 2 = {printed}$$").judgements[-1]
    assert (judgement.slip, judgement.correction) == (slip, "6.28318")


def test_a_line_is_explained_by_what_its_formula_lost():
    """Nothing but the factor is missing, so the slip that drops a factor gives the very line."""
    given = "$$x_1 = 2$$\n\n$$x_2 = 5$$\n\n"
    line = audited(rf"{given}$$y = \frac{{1}}{{2}} x_1 x_2 = 2 * 5$$").judgements[-1]
    assert (line.slip, line.chance) == ("factor dropped", 0)
    assert str(line.message).endswith(r": the factor $\frac{1}{2}$ was left out")
    # The twin: the factor is there, and one number is another one.
    line = audited(rf"{given}$$y = \frac{{1}}{{2}} x_1 x_2 = \frac{{1}}{{2}} * 2 * 7$$").judgements[
        -1
    ]
    assert line.verdict.level == "error" and line.slip != "factor dropped"


def test_rows_are_the_same_where_all_their_numbers_are():
    """As many, and each as the other."""
    assert same((1, 2), (1, 2))
    assert not same((1, 2), (1, 3)) and not same((1, 2), (1, 2, 3)) and not same((1,), 1)


def test_two_numbers_in_one_another_s_places_are_swapped():
    """Three that are all other ones may be those of a next sample."""
    given = "$$a = 2.11$$\n\n$$b = 3.22$$\n\n$$c = 5.33$$\n\n"
    assert audited(f"{given}$$y = a + b c = 3.22 + 2.11 * 5.33$$").judgements[-1].slip == (
        "symbol swapped"
    )
    assert verdicts(f"{given}$$y = a + b c = 3.22 + 5.33 * 2.11$$")[-1] == "given"


UPDATED = """$$w_7 = 0.55$$

$$w_8 = 0.66$$

$$g = 0.25$$

$$w_7^+ = w_7 - 0.5 g = 0.55 - 0.5 * 0.25 = 0.425$$

"""


@pytest.mark.parametrize(
    ("line", "slip"),
    [
        ("v = 2 w_7 = 2 * 0.425", "new for old"),
        ("v = 2 w_7^+ = 2 * 0.55", "old for new"),
        ("v = 2 w_8 = 2 * 0.425", "symbol swapped"),  # that is w_7 after its update
        ("v = 2 w_8 = 2 * 0.55", "symbol swapped"),
    ],
)
def test_new_for_old_is_said_of_one_and_the_same_name(line, slip):
    """And no chance has a part in it: the line shows what was taken."""
    judgement = audited(f"{UPDATED}$${line}$$").judgements[-1]
    assert (judgement.slip, judgement.chance) == (slip, 0)


@pytest.mark.parametrize(
    ("relations", "holds"),
    [
        ((r"\le", r"\leq", "≤"), (True, True, False)),
        ((r"\ge", r"\geq", "≥"), (False, True, True)),
        (("<", r"\lt", r"\ll"), (True, False, False)),
        ((">", r"\gt", r"\gg"), (False, False, True)),
        ((r"\ne", r"\neq", "≠"), (True, False, True)),
    ],
)
def test_relations_of_printed_numbers_hold_or_are_wrong(relations, holds):
    """Of 0.5, 0.6 and 0.7 on the left, and 0.6 on the right."""
    for relation in relations:
        found = [verdicts(f"$${left} {relation} 0.6$$") for left in ("0.5", "0.6", "0.7")]
        assert found == [["proved" if one else "wrong"] for one in holds], relation


@pytest.mark.parametrize(
    "line", ["W_{12} = 2 W_{11} = 0.2", "W_{12} = W_{11} + 0.1 = 0.1 + 0.1 = 0.2"]
)
def test_a_weight_that_is_told_by_another_is_not_updated(line):
    """An update starts from the weight itself; 0.1 and 0.2 are what the two are given as."""
    first, *_, last = verdicts(f"{INDEXED}$${line}$$")
    assert (first, last) == ("definition", "reproduced")


def test_what_is_updated_further_on_is_not_new_before():
    """The line takes 0.425 for w, which it will be; and 0.55 is right in the update itself."""
    given = "$$w = 0.55$$\n\n$$g = 0.25$$\n\n"
    update = "$$w^+ = w - 0.5 g = 0.55 - 0.5 * 0.25 = 0.425$$"
    found = audited(f"{given}$$v = 2 w = 2 * 0.425 = 0.85$$\n\n{update}").judgements
    assert [judgement.slip for judgement in found] == [
        None, None, None, "new for old", "new for old", None, None, None
    ]  # fmt: skip


def test_a_number_of_the_round_before_is_no_accident():
    """The line shows it: the a of the first round, 0.6803, where the second has 0.6797."""
    rounds = "".join(
        f"$$a = \\sigma({at}) = {out}$$\n\n$$z = w a = 0.3 \\cdot 0.6803 = 0.2041$$\n\n"
        for at, out in (("0.755", "0.6803"), ("0.7525", "0.6797"))
    )
    found = [one for one in audited(f"$w = 0.3$.\n\n{rounds}").judgements if one.slip]
    assert [(judgement.slip, judgement.chance) for judgement in found] == [("old for new", 0)]


@pytest.mark.parametrize("before", [0, 1, 2, 4])
@pytest.mark.parametrize(
    ("update", "printed"), [("sequential", "0.000364722878"), ("simultaneous", "0.000438567734")]
)
def test_conventions_are_found_out_on_the_slides_of_the_example(before, update, printed):
    """However many slides stand in front: the gradient of w_1 tells the order of the updates."""
    head, _, slide = read_cases("slips/sequential.txt")[0].head.partition("\n## ")
    head = head.replace("    update: sequential\n", "    unstated: [update]\n")
    others = "".join(f"\n## Slide {number}\n\nText.\n" for number in range(before))
    line = rf"$$\frac{{\partial E_{{total}}}}{{\partial w_1}} = {printed}$$"
    result = audited(f"{head}\n{others}\n## {slide}\n{line}\n")
    assert result.conventions["net"]["update"] == update
    assert str(result.judgements[-1].verdict) == "reproduced"


def test_whose_number_stands_in_a_place_is_said_as_it_is():
    """The sentence ends there: the parts of the two in the example give the slip its name."""
    head = read_cases("verdicts-worked.txt")[0].head
    line = "w_1 x_1 + w_2 x_2 + b_1 = 0.15 * 0.05 + 0.25 * 0.1 + 0.35"
    found = audited(f"{head}\n$$net_{{h1}} = {line}$$").judgements[-1]
    assert found.slip == "weight of another connection"
    assert str(found.message).endswith("0.25 is $w_{3}$")


def test_each_fault_of_an_alignment_counts():
    """Whatever kind it is of: one part dropped, one too much and one changed are three."""
    a, b = Symbol("a"), Symbol("b")
    faults: tuple[dict[str, Any], ...] = (
        {"dropped": (a,)},
        {"added": (b,)},
        {"changed": ((a, b),)},
    )
    for count in (1, 2, 3):
        for chosen in combinations(faults, count):
            parts = {key: value for one in chosen for key, value in one.items()}
            assert Alignment(**parts).cost == count
    both = Alignment(dropped=(a,), misfits=1) | Alignment(dropped=(b,), added=(a,), misfits=2)
    assert (both.cost, both.misfits, both.distance) == (3, 3, (6, 3, 0))


@pytest.mark.parametrize(("last", "verdict"), [("3", "reproduced"), ("0", "explained")])
def test_an_entry_of_a_row_is_the_worked_example_s(last, verdict):
    r"""Whatever formula leads to the row, which reads W, of which the entries alone are known.

    \sigma(0.1 * 1 + 0.3 * 2 + 0.1) = \sigma(0.8) = 0.6900, \sigma(1.1) = 0.7503, and not 0.7500.
    """
    head = INDEXED.replace("    learning_rate", "    notation: {out: layer}\n    learning_rate")
    line = rf"$$h = \sigma(W^T x + b_1) = (0.6900, 0.750{last})$$"
    assert verdicts(head + line) == ["definition", "reproduced", verdict]


@pytest.mark.parametrize("typed", [r"w^{(2)}_{1,1}", r"w^{(2)}_{11}", r"w_{11}^{(2)}"])
def test_the_update_of_a_weight_with_a_mark_of_its_layer(typed):
    """It keeps that mark, and is an update rule: 0.5 + 0.1 * 0.0366956 = 0.50366956."""
    head = INDEXED.replace("W:", '"w^{(1)}":').replace("V:", '"w^{(2)}":')
    head = head.replace("W_{ij}", "w_{ij}^{(1)}").replace("V_{jk}", "w_{jk}^{(2)}")
    found = [
        verdicts(f"{head}$${typed} = {typed} + 0.1 * 0.0366956 = {printed}$$")
        for printed in ("0.50367", "0.50376")
    ]
    assert found == [["definition", "reproduced"], ["definition", "explained"]]


def test_a_perceptron_has_its_own_names_only():
    """C and L are other names for the J of a regression, but not for that of a network."""
    head = INDEXED.replace(
        "    learning_rate", "    notation: {error: J, units: number}\n    learning_rate"
    )
    # out_{y1} is 0.730103, so J is (1 - 0.730103)^2 / 2 = 0.036422.
    lines = "$$C = 7.5$$\n\n$$L = 3$$\n\n$$J = 0.036422$$"
    assert verdicts(head + lines) == ["given", "given", "reproduced"]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("net_h = (0.8, 1.1)", ["reproduced", "reproduced"]),
        ("net_h = (0.8, 1.2)", ["reproduced", "wrong"]),
        ("net = (0.8, 1.1)", ["unchecked", "unchecked"]),
        ("out^{(2)} = (0.8, 1.1)", ["unchecked", "unchecked"]),
        ("x = (1, 2)", ["given", "given"]),
        ("x = (1, 3)", ["given", "wrong"]),
        ("x^{(3)} = (1, 3)", ["given", "given"]),
        ("W^{[2]} = (0.5, 0.6)", ["given", "given"]),
    ],
)
def test_a_row_has_the_units_of_the_layer_that_it_names(row, found):
    """Of h alone: 0.1 * 1 + 0.3 * 2 + 0.1 = 0.8 and 0.2 * 1 + 0.4 * 2 + 0.1 = 1.1.

    Without a name it may be any layer's, and a mark makes it another sample's or another layer's.
    """
    assert verdicts(f"{INDEXED}$${row}$$") == found
