"""Rounding: what each mode does to the last digits, and what is said of it.

The cases are lines whose operands are exact, so that only the last step rounds.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpreport.audit.digits import correction, fits, how_printed, significant_digits
from bpreport.audit.slips.candidates import Target
from bpreport.audit.slips.in_run import rounded_intermediates
from bpreport.formula import MP, parse
from tests.audit.case_files import Expected, parameters, read_cases, said

CASES = read_cases("rounding.txt")


@pytest.mark.parametrize("case", parameters(CASES))
def test_what_is_said_of_the_last_digits(case):
    assert said(case) == []


@pytest.mark.parametrize("mode", ["half-even", "truncated", "up", "double rounding", "last digit"])
def test_every_mode_has_a_case_and_a_twin(mode):
    titles = [case.title for case in CASES]
    assert [title for title in titles if title.startswith(f"{mode}: ")]
    assert [title for title in titles if title.startswith(f"not {mode}: ")]


def test_rounding_to_nearest_and_truncation_are_never_errors():
    for case in CASES:
        if case.title.startswith(("half-", "truncated", "zero", "dust")):
            for line in case.expected:
                assert Expected.read(line).verdict in ("reproduced", "truncated")


numbers = st.decimals(min_value=-1000, max_value=1000, places=9)
places = st.integers(min_value=0, max_value=7)


def printed_as(number: Decimal, kept: int, rounding: str) -> str:
    """The digits of a number by Python's decimal module, which the audit's tables do not use."""
    text = f"{number.quantize(Decimal(1).scaleb(-kept), rounding=rounding):f}"
    return text.removeprefix("-") if not Decimal(text) else text


@given(numbers, places, st.sampled_from(["ROUND_HALF_UP", "ROUND_HALF_EVEN", "ROUND_HALF_DOWN"]))
@settings(max_examples=100)
def test_whatever_is_rounded_to_nearest_fits(number, kept, rounding):
    digits = printed_as(number, kept, rounding)
    assert fits(digits, MP.mpf(str(number)))
    assert how_printed(digits, MP.mpf(str(number))) == "rounded"


@given(numbers, places)
@settings(max_examples=100)
def test_whatever_is_cut_off_is_rounded_or_truncated(number, kept):
    digits = printed_as(number, kept, "ROUND_DOWN")
    assert how_printed(digits, MP.mpf(str(number))) in ("rounded", "truncated")


@given(numbers, places, st.integers(min_value=2, max_value=50).flatmap(
    lambda units: st.sampled_from([units, -units])
))  # fmt: skip
@settings(max_examples=100)
def test_two_units_off_are_nothing_that_rounding_does(number, kept, units):
    """Whatever the mode, a printed number is less than two units from its value."""
    nearest = Decimal(printed_as(number, kept, "ROUND_HALF_UP"))
    digits = f"{nearest + units * Decimal(1).scaleb(-kept):f}"
    assert how_printed(digits, MP.mpf(str(number))) is None


@given(numbers, places)
@settings(max_examples=100)
def test_a_correction_has_the_printed_places_and_fits(number, kept):
    digits = correction(printed_as(Decimal("1.5"), kept, "ROUND_DOWN"), MP.mpf(str(number)))
    plain = printed_as(number, kept, "ROUND_HALF_UP")
    if digits != plain:  # which would leave one digit of it at most, or nothing
        assert significant_digits(plain) == 1
        assert abs(Decimal(digits) - number) < abs(Decimal(plain) - number)


@pytest.mark.parametrize(("printed", "value"), [("20", "19"), ("18", "19"), ("0.3", "0.2")])
def test_one_unit_of_a_count_or_of_one_digit_is_an_error(printed, value):
    assert how_printed(printed, MP.mpf(value)) is None


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ({}, "the intermediate values were cut off after 5 places and carried on"),
        ({"o": "0.53742"}, "the intermediate values were cut off after 5 places and carried on"),
        ({"o": "0.5374"}, "the intermediate values were cut off after 5 places and carried on"),
        ({"o": "0.537430"}, None),
        ({"o": "0.53743"}, None),
    ],
)
def test_no_value_is_said_to_be_carried_on_that_the_line_does_not_show(shown, said):
    """For o = 0.5374298, o (1 - o) is 0.2485990; 0.53742 * 0.46258 = 0.2485997, one unit up.

    No other way to keep five or six places gives that: 0.53743 * 0.46257 = 0.2485990.
    """
    values = {"o": MP.mpf("0.5374298")}
    unused = cast("Any", None)
    target = Target(
        unused, unused, "0.248600", MP.mpf("0.2485990"), parse("o (1 - o)"), values, None, "d",
        shown,
    )  # fmt: skip
    found = [
        str(one.message) for one in rounded_intermediates(target) if fits("0.248600", one.value)
    ]
    assert found == ([said] if said else [])
