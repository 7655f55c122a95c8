"""How far the audit looks: each bound with what lies just within it and what lies just past it."""

from __future__ import annotations

from math import exp

import pytest

from tests.audit.case_files import audited


def said_last(source: str) -> str:
    """The sentence on the last claim of a deck."""
    return str(audited(source).judgements[-1].message)


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (40, "Every number stands in the place of its symbol"),
        (41, "The line has the value 12.71"),  # 41 * (0.11 + 0.51) / 2
    ],
)
def test_lines_of_up_to_forty_terms_are_held_against_their_formula_term_by_term(count, said):
    """A longer one by its value alone; v_k is 0.10 + 0.01 k."""
    names = [f"v_{{{k}}}" for k in range(1, count + 1)]
    numbers = [f"0.{k}" for k in range(11, count + 11)]
    givens = ", ".join(f"${name} = {text}$" for name, text in zip(names, numbers, strict=True))
    assert said_last(f"{givens}\n\n$$y = {' + '.join(names)} = {' + '.join(numbers)}$$") == said


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (12, "Both sides agree at random points, to 40 digits"),
        (13, "It defines $a_{13}$ otherwise than before"),
    ],
)
def test_names_are_followed_through_up_to_twelve_definitions(count, said):
    """a_n is 2 a_{n-1} + 1, so that it is 2^{n-1} x + 2^n - 1."""
    chain = "".join(f"$$a_{{{n}}} = 2 a_{{{n - 1}}} + 1$$\n\n" for n in range(2, count + 1))
    last = f"$$a_{{{count}}} = {2 ** (count - 1)} x + {2**count - 1}$$"
    assert said_last(f"$$a_{{1}} = x + 1$$\n\n{chain}{last}") == said


@pytest.mark.parametrize(
    ("factors", "numbers", "said"),
    [
        ("h w_1", "0.28", "Every number stands in the place of its symbol"),
        ("h w_1 w_2 (1 - w_2)", "0.0588", "Every number stands in the place of its symbol"),
        # One more factor 0.7, and the line is right by its value 3 * 0.04116 only.
        ("h w_1 w_2 w_1 (1 - w_2)", "0.04116", "The line has the value 0.12348"),
    ],
)
def test_a_number_may_stand_for_up_to_four_factors(factors, numbers, said):
    """Of h = 0.4, w_1 = 0.7, w_2 = 0.3: 0.4 * 0.7 * 0.3 * 0.7 = 0.0588."""
    given = "$h = 0.4$, $w_1 = 0.7$, $w_2 = 0.3$\n\n"
    assert said_last(f"{given}$$n = 3 {factors} = 3 * {numbers}$$") == said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("0.28 + 0.27 + 5", "The term $3 a$ is missing from the substituted line"),
        ("0.28 + 0.27", "The shape of the line follows from no formula of the deck"),
        # 0.4 * 0.7 + 0.3 * 0.9 + 3 * 0.4 + 5 = 6.75
        ("0.4 * 0.7", "The line has the value 0.28, but it should be 6.75"),
    ],
)
def test_a_line_that_lacks_up_to_two_terms_is_one_of_its_formula(line, said):
    """With one it is told which, with two it is left open, with three it is another line."""
    given = "$a = 0.4$, $b = 0.7$, $c = 0.3$, $d = 0.9$\n\n"
    assert said_last(f"{given}$$y = a b + c d + 3 a + 5 = {line}$$") == said


@pytest.mark.parametrize(
    ("power", "slip"),
    [(3, None), (2, "point misplaced"), (1, "point misplaced"), (-1, "point misplaced"),
     (-2, "point misplaced"), (-3, None)],
)  # fmt: skip
def test_a_point_is_up_to_two_places_off(power, slip):
    """1.57079 * 4 = 6.28316; ten digits, so that chance has no part in it."""
    printed = f"{6.28316 * 10**power:.9f}"
    assert audited(f"$$1.57079 * 4 = {printed}$$").judgements[-1].slip == slip


@pytest.mark.parametrize(
    ("names", "told"),
    [("c + d + f + g", 6), ("c + d + f + g + h", 6), ("c", 3)],
)
def test_a_counterexample_tells_up_to_six_names(names, told):
    """Those of a and b, and of what both sides have; what is left out is three points."""
    found = said_last(f"$$(a + 2)(b + 1) + {names} = (a + 2)(b + 2) + {names}$$")
    assert found.count(" = 0.") == told
    assert ("$, ..., the" in found) == ("h" in names)


@pytest.mark.parametrize(("printed", "said"), [
    ("0.59688", "0.59688 is 0.59688438, rounded"),
    ("0.5969", r"The deck does not define all that $\mathrm{out}_{h2}$ depends on"),
])  # fmt: skip
def test_five_digits_tell_how_names_count_on(printed, said):
    """0.25 * 0.05 + 0.3 * 0.1 + 0.35 = 0.3925, whose sigmoid it is: w_3 and w_4 for w_1 and w_2."""
    deck = (
        "$x_1 = 0.05$, $x_2 = 0.1$, $w_1 = 0.15$, $w_2 = 0.2$, $w_3 = 0.25$, $w_4 = 0.3$, "
        "$b = 0.35$\n\n$$net_{h1} = w_1 x_1 + w_2 x_2 + b = 0.3775$$\n\n"
        r"$$out_{h1} = \sigma(net_{h1}) = 0.593270$$"
    )
    assert said_last(f"{deck}\n\n$$out_{{h2}} = {printed}$$") == said


COLUMNS = {
    "$x$": lambda x: x, "$a = x / 4$": lambda x: x / 4, "$b = 2 a$": lambda x: x / 2,
    "$c = b + 1$": lambda x: x / 2 + 1, "$d = c^2$": lambda x: (x / 2 + 1) ** 2,
    "$f = d - 1$": lambda x: (x / 2 + 1) ** 2 - 1, "$g = 2 f$": lambda x: 2 * (x / 2 + 1) ** 2 - 2,
}  # fmt: skip
"""Headings, each of which is computed from the one before, and what is printed below them."""


@pytest.mark.parametrize(("width", "right"), [(6, "11.2500"), (7, None)])
def test_up_to_five_columns_are_computed_one_from_the_other(width, right):
    """Then it is known how a wrong number should read; with one more, only that it is wrong.

    In the last row x is 5: 1.25, 2.5, 3.5, 12.25, 11.25, 22.5, of which the last is one more.
    """
    columns = list(COLUMNS.items())[:width]
    rows = [[str(column(x)) for _, column in columns] for x in (1, 2, 3, 5)]
    for row, x in zip(rows, (1, 2, 3, 5), strict=True):
        row[-1] = f"{columns[-1][1](x) + (x == 5):.4f}"
    table = [[heading for heading, _ in columns], ["---"] * width, *rows]
    found = audited("\n".join(f"| {' | '.join(row)} |" for row in table)).judgements
    levels = [one.verdict.level for one in found[-width:]]
    assert levels == ["right"] * (width - 1) + ["error"]
    assert found[-1].correction == right


ONE_UNIT = """---
worked:
  net:
    kind: perceptron
    layers: {x: 1, o: 1}
    given: {x: [1], target: [1], w: [0.5]}
    biases: {trained: false}
    learning_rate: 2
    iterations: COUNT
---

## Training {worked=net}

"""
"""The weight is 0.5 and its input 1, so that the pre-activation is the weight."""


def weight_after(updates: int) -> float:
    """The weight after some updates w + 2 (1 - o) o (1 - o), where o is the sigmoid of w."""
    weight = 0.5
    for _ in range(updates):
        output = 1 / (1 + exp(-weight))
        weight += 2 * (1 - output) * output * (1 - output)
    return weight


def output_after(updates: int) -> float:
    """The output after some updates."""
    return 1 / (1 + exp(-weight_after(updates)))


@pytest.mark.parametrize(
    ("iteration", "verdict"),
    [(3, "reproduced"), (5, "reproduced"), (6, "unchecked"), (7, "unchecked"), (51, "unchecked")],
)
@pytest.mark.parametrize(
    ("symbol", "value"), [("w_1", weight_after), ("out_{o1}", output_after), ("E", None)]
)
def test_up_to_two_iterations_past_the_last_are_known(symbol, value, iteration, verdict):
    """Of three here; further on nothing is said of the numbers, right or wrong."""
    number = value(iteration) if value else (1 - output_after(iteration)) ** 2 / 2
    deck = ONE_UNIT.replace("COUNT", "3")
    found = audited(f"{deck}After iteration {iteration}: ${symbol} = {number:.6f}$.").judgements[-1]
    assert str(found.verdict) == verdict


@pytest.mark.parametrize(("iteration", "verdict"), [(200, "reproduced"), (201, "unchecked")])
def test_what_only_a_step_knows_is_known_up_to_two_hundred_updates(iteration, verdict):
    """Of a pre-activation that is; the weight beside it is known for every iteration."""
    weight = f"{weight_after(iteration):.6f}"
    line = f"After iteration {iteration}: $w_1 = {weight}$ and $net_{{o1}} = {weight}$."
    found = audited(ONE_UNIT.replace("COUNT", "220") + line).judgements
    assert [str(one.verdict) for one in found[-2:]] == ["reproduced", verdict]


@pytest.mark.parametrize(
    ("updates", "digits", "verdict"),
    [
        (1, 3, "reproduced"),
        (10, 3, "reproduced"),
        (11, 3, "unchecked"),
        (11, 4, "reproduced"),
        (59, 3, "unchecked"),
        (59, 4, "reproduced"),
        (59, 6, "reproduced"),
        (2, 2, "unchecked"),
    ],
)
def test_a_sentence_about_several_steps_may_mean_any_that_the_digits_tell(updates, digits, verdict):
    """Where it prints one name twice, and 0.622459 is the sigmoid of 0.5.

    Three digits tell one of the first ten steps, four one of a hundred; else it may be an accident.
    """
    number = f"{output_after(updates):.{digits}f}"
    line = f"It was $out_{{o1}} = 0.622459$ and became $out_{{o1}} = {number}$."
    found = audited(ONE_UNIT.replace("COUNT", "220") + line).judgements[-1]
    assert str(found.verdict) == verdict
    assert verdict == "unchecked" or f"updates done before: {updates}" in str(found.message)


@pytest.mark.parametrize("number", ["0.663196", "0.98"])
def test_a_number_of_no_step_is_wrong_in_a_sentence_about_several(number):
    """It is 0.663169 after one update, and grows with each up to less than 0.97 after the last."""
    assert output_after(1) < 0.6632 < output_after(2) and output_after(62) < 0.97
    line = f"It was $out_{{o1}} = 0.622459$ and became $out_{{o1}} = {number}$."
    found = audited(ONE_UNIT.replace("COUNT", "220") + line).judgements[-1]
    assert found.verdict.level == "error"


@pytest.mark.parametrize(
    ("updates", "verdict", "said"),
    [
        (5, "carried", "elsewhere as well, where it is right"),
        (4, "wrong", "updates done before: 20"),
        (6, "wrong", "updates done before: 20"),
        (19, "reproduced", "updates done before: 19"),
        (20, "reproduced", "updates done before: 20"),
        (21, "reproduced", "updates done before: 21"),
    ],
)
def test_a_number_of_another_step_is_right_if_that_is_near_or_was_printed(updates, verdict, said):
    """Behind iteration 20, those next to it are near; 5 was printed, and 4 and 6 were not."""
    rows = "".join(
        f"After iteration {count}: $out_{{o1}} = {output_after(count):.6f}$.\n\n"
        for count in (5, 20)
    )
    line = f"## In short {{worked=net}}\n\nIt was $out_{{o1}} = {output_after(updates):.6f}$."
    found = audited(ONE_UNIT.replace("COUNT", "30") + rows + line).judgements[-1]
    assert (str(found.verdict), said in str(found.message)) == (verdict, True)


@pytest.mark.parametrize(
    ("number", "verdict"),
    [("0.500000", "reproduced"), ("0.677447", "reproduced"), ("0.827927", "unchecked")],
)
def test_iteration_one_may_be_told_by_the_state_that_it_starts_from(number, verdict):
    """The weight is 0.5 before any update, then 0.677447, then 0.827927, which is of iteration 2.

    With 2 (1 - 0.622459) 0.622459 (1 - 0.622459) = 0.177447 for the first update.
    """
    line = f"In iteration 1 it is $net_{{o1}} = {number}$."
    found = audited(ONE_UNIT.replace("COUNT", "30") + line).judgements[-1]
    assert str(found.verdict) == verdict
