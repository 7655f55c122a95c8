"""Rounding against Python's `decimal`, and the interval that printed digits stand for."""

from __future__ import annotations

import decimal
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bpreport.formula import MP, EvaluationError, places_of, rounded, stands_for, to_decimal
from bpreport.formula.rounding import MODES

DECIMALS = st.builds(
    lambda digits, places: Decimal(digits).scaleb(-places),
    st.integers(-(10**9), 10**9),
    st.integers(0, 9),
)


@given(DECIMALS, st.integers(0, 7), st.sampled_from(sorted(MODES)))
@example(Decimal("0.4581365"), 6, "half-up")
@example(Decimal("-0.4581365"), 6, "half-up")
@example(Decimal("0.5"), 0, "half-even")
@example(Decimal("-1.5"), 0, "half-even")
@example(Decimal("2.5"), 0, "half-down")
@example(Decimal("-0.04"), 1, "truncated")
@example(Decimal("-0.01"), 1, "up")
def test_rounded_is_what_decimal_rounds(value: Decimal, places: int, mode: str) -> None:
    """Ties and negative numbers included; zero is printed without a sign."""
    unit = Decimal(1).scaleb(-places)
    expected = value.quantize(unit, rounding=MODES[mode].rounding)
    shown = rounded(value, places, mode)
    assert Decimal(shown) == expected
    assert places_of(shown) == places
    assert not (expected == 0 and shown.startswith("-"))


@pytest.mark.parametrize(
    ("mode", "printed"),
    [
        ("half-up", ["0.3", "0.2", "-0.3", "0.3"]),
        ("half-even", ["0.2", "0.2", "-0.2", "0.3"]),
        ("half-down", ["0.2", "0.2", "-0.2", "0.3"]),
        ("truncated", ["0.2", "0.2", "-0.2", "0.2"]),
        ("up", ["0.3", "0.3", "-0.3", "0.3"]),
    ],
)
def test_modes_at_a_tie_and_around_it(mode: str, printed: list[str]) -> None:
    """0.25 is a tie, 0.24 lies below it, 0.26 above."""
    shown = [rounded(Decimal(text), 1, mode) for text in ("0.25", "0.24", "-0.25", "0.26")]
    assert shown == printed


@given(DECIMALS, st.integers(0, 6), st.sampled_from(sorted(MODES)))
def test_a_number_lies_in_what_its_digits_stand_for(value: Decimal, places: int, mode: str) -> None:
    """Whatever rounds to some digits lies in their interval, ends as the mode says."""
    low, high, low_closed, high_closed = stands_for(rounded(value, places, mode), mode)
    assert low < value or (low_closed and low == value)
    assert value < high or (high_closed and high == value)


@given(DECIMALS, st.integers(0, 6), st.sampled_from(sorted(MODES)))
def test_ends_belong_to_the_interval_as_told(value: Decimal, places: int, mode: str) -> None:
    """An end rounds to the printed digits where it is closed, and to others where it is open."""
    shown = rounded(value, places, mode)
    low, high, low_closed, high_closed = stands_for(shown, mode)
    for end, closed in ((low, low_closed), (high, high_closed)):
        assert (rounded(end, places, mode) == shown) is closed


@pytest.mark.parametrize(
    ("text", "mode", "expected"),
    [
        ("0.50", "half-up", ("0.495", "0.505", True, False)),
        ("0.5", "half-up", ("0.45", "0.55", True, False)),
        ("-0.5", "half-up", ("-0.55", "-0.45", False, True)),
        ("0.4", "half-even", ("0.35", "0.45", True, True)),
        ("0.5", "half-even", ("0.45", "0.55", False, False)),
        ("0.5", "half-down", ("0.45", "0.55", False, True)),
        ("0.5", "truncated", ("0.5", "0.6", True, False)),
        ("-0.5", "truncated", ("-0.6", "-0.5", False, True)),
        ("0.5", "up", ("0.4", "0.5", False, True)),
        ("0.0", "half-up", ("-0.05", "0.05", False, False)),
        ("0.0", "truncated", ("-0.1", "0.1", False, False)),
        ("19", "half-up", ("18.5", "19.5", True, False)),
        ("1.5e-5", "half-up", ("1.45e-5", "1.55e-5", True, False)),
    ],
)
def test_interval_of_printed_digits(
    text: str, mode: str, expected: tuple[str, str, bool, bool]
) -> None:
    low, high, low_closed, high_closed = stands_for(text, mode)
    assert (low, high) == (Decimal(expected[0]), Decimal(expected[1]))
    assert (low_closed, high_closed) == expected[2:]


def test_dust_of_the_last_digits_is_no_digit() -> None:
    """A tie computed at 50 digits is seen as a tie: 0.5 - 0.5 * 0.083727 is 0.4581365."""
    value = MP.mpf("0.5") - MP.mpf("0.5") * MP.mpf("0.083727")
    assert to_decimal(value) == Decimal("0.4581365")
    assert rounded(value, 6) == "0.458137"
    assert rounded(value, 6, "half-even") == "0.458136"


@given(st.integers(-(10**12), 10**12), st.integers(-30, 30))
def test_to_decimal_keeps_40_digits(digits: int, exponent: int) -> None:
    exact = Decimal(digits).scaleb(exponent)
    with decimal.localcontext(prec=60):
        assert abs(to_decimal(MP.mpf(str(exact))) - exact) <= abs(exact) * Decimal("1e-39")


def test_forty_digits_stand_for_an_interval_of_their_own():
    """Python's decimal keeps 28 digits unless it is told otherwise."""
    low, high, _, _ = stands_for("0.1234567890123456789012345678901234567890")
    assert low == Decimal("0.12345678901234567890123456789012345678895")
    assert high == Decimal("0.12345678901234567890123456789012345678905")


@pytest.mark.parametrize(
    ("value", "message"),
    [((MP.mpf(1), MP.mpf(2)), "row or matrix"), (MP.inf, "too large"), (MP.nan, "too large")],
)
def test_what_is_not_one_finite_number_has_no_digits(value: object, message: str) -> None:
    """It is refused, and never printed as something else."""
    with pytest.raises(EvaluationError, match=message):
        to_decimal(value)
