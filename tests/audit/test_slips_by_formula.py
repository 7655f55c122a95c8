"""Slips in formulas of a document without front matter: what was done, and to which part."""

from __future__ import annotations

from math import exp, tanh

import pytest

from tests.audit.case_files import audited

GIVEN = {"h": 0.6137, "d": 0.1379, "x": 2.317, "w": 0.4211}
H, D, X, W = GIVEN.values()
SLOPE = H * (1 - H)


@pytest.mark.parametrize(
    ("formula", "mistaken", "slip", "said"),
    [
        ("d h (1 - h) x", D * X, "activation derivative left out", "$h \\cdot (1 - h)$ was left"),
        ("d (1 - h) h x", D * X, "activation derivative left out", "$h \\cdot (1 - h)$ was left"),
        ("d h (1 - h) x", D * H * X, "factor dropped", "the factor $1 - h$ was left out"),
        ("d h (1 - h) x", D * (1 - H) * X, "factor dropped", "the factor $h$ was left out"),
        ("d h (1 - h) x", SLOPE * X, "factor dropped", "the factor $d$ was left out"),
        ("d h (1 - h) x", D * SLOPE, "factor dropped", "the factor $x$ was left out"),
        ("d (1 - h^2) x", D * X, "activation derivative left out", "the factor $1 - h^{2}$"),
        ("d (1 - h) x", D * X, "factor dropped", "the factor $1 - h$ was left out"),
        ("d (h^2 - x) w", D * W, "factor dropped", "the factor $h^{2} - x$ was left out"),
        (
            "d h (1 - h) x", D * SLOPE**2 * X, "activation derivative applied twice",
            "the factor $h \\cdot (1 - h)$ was applied twice",
        ),
        (
            "d h (1 - h) x", D * SLOPE * (1 - H) * X, "activation derivative applied twice",
            "the factor $1 - h$ was applied twice",
        ),
        ("d h (1 - h) x", D * SLOPE * H * X, "factor doubled", "the factor $h$ was applied twice"),
        ("d h (1 - h) x", D * SLOPE * X**2, "factor doubled", "the factor $x$ was applied twice"),
        ("d + h x + w", H * X + W, "term dropped", "the term $d$ was left out"),
        ("d + h x + w", D + W, "term dropped", "the term $h x$ was left out"),
        ("d + h x + w", D + H * X, "term dropped", "the term $w$ was left out"),
        ("d + h x + w", 2 * D + H * X + W, "term doubled", "the term $d$ was counted twice"),
        ("d + h x + w", D + 2 * H * X + W, "term doubled", "the term $h x$ was counted twice"),
        ("d + h x + w", D - H * X + W, "sign flipped", "the sign of $h x$ was flipped"),
        ("d - h x + w", D + H * X + W, "sign flipped", "the sign of $-h x$ was flipped"),
        ("d - h x + w", D - H * X - W, "sign flipped", "the sign of $w$ was flipped"),
        ("-d x + w", D * X + W, "sign flipped", "the sign of $-d x$ was flipped"),
        ("d (x - w) + h", D * (X + W) + H, "sign flipped", "the sign of $-w$ was flipped"),
        (r"\frac{1}{2} d x", 0.25 * D * X, "constant factor", "a factor $\\frac{1}{2}$ too much"),
        ("d x + w", 2 * (D * X + W), "constant factor", "a factor $2$ too much"),
        ("d - x w", X * W - D, "sign lost", "the sign is wrong"),
        (r"\tanh(d x + w)", tanh(D * X), "term dropped", "the term $w$ was left out"),
        ("1 - h x", 1 + H * X, "sign flipped", "the sign of $-h x$ was flipped"),
        (r"d e^{-h x}", D * exp(H * X), "sign flipped", "a minus sign was lost"),
    ],
)  # fmt: skip
def test_a_slip_is_told_with_the_part_that_it_was_made_on(formula, mistaken, slip, said):
    """The result is what the formula gives with the slip; the formula itself stands in the deck."""
    givens = ", ".join(f"${name} = {value}$" for name, value in GIVEN.items())
    found = audited(f"{givens}\n\n$$g = {formula} = {mistaken:.6f}$$").judgements[-1]
    assert (found.slip, said in str(found.message)) == (slip, True), str(found.message)


@pytest.mark.parametrize(
    ("formula", "mistaken"),
    [
        ("1 - h", 1.0),  # that is one thing; nobody forgets a part of it
        ("1 - h", -H),
        ("d x + w", 3 * (D * X + W)),
        ("d x + w", (D * X + W) / 3),
        ("d h x", D * H * X * D * X),  # two factors twice
    ],
)
def test_what_is_no_single_slip_is_wrong(formula, mistaken):
    """The twins: as much as is done to the formulas above, but not by one mistake."""
    givens = ", ".join(f"${name} = {value}$" for name, value in GIVEN.items())
    found = audited(f"{givens}\n\n$$g = {formula} = {mistaken:.6f}$$").judgements[-1]
    assert (str(found.verdict), found.slip) == ("wrong", None)


@pytest.mark.parametrize(
    ("formula", "mistaken", "said"),
    [
        # The first slip, and then -1, 2 or 1/2 times what it gives.
        ("d h x + w", -(D * H * X), "the term $w$ was left out, and the sign is wrong"),
        ("d h x + w", 2 * (D * H * X), "$w$ was left out, and there is a factor $2$ too much"),
        ("d h x + w", (D * X + W) / 2, "$h$ was left out, and there is a factor $\\frac{1}{2}$"),
        ("d h x + w", -(D * H * X + 2 * W), "$w$ was counted twice, and the sign is wrong"),
    ],
)
def test_two_slips_are_told_together(formula, mistaken, said):
    """Nine digits, since they are many: no single one gives the number."""
    givens = ", ".join(f"${name} = {value}$" for name, value in GIVEN.items())
    found = audited(f"{givens}\n\n$$g = {formula} = {mistaken:.9f}$$").judgements[-1]
    assert (found.slip, said in str(found.message)) == ("two slips", True), str(found.message)


@pytest.mark.parametrize(
    ("formula", "mistaken", "slip", "others"),
    [
        # Without the factor 1/2, x is counted once more; twice as much is d x without it, too.
        (r"d - \frac{1}{2} x", D - X, "factor dropped", {"term doubled"}),
        ("d + w + w", D + W, "term dropped", set()),
        ("d x", 2 * D * X, "constant factor", set()),
        (r"\frac{1}{2} d x", D * X, "constant factor", {"factor dropped"}),
    ],
)
def test_other_slips_that_give_the_same_number_are_told_as_well(formula, mistaken, slip, others):
    """The simplest first; each once."""
    givens = ", ".join(f"${name} = {value}$" for name, value in GIVEN.items())
    found = audited(f"{givens}\n\n$$g = {formula} = {mistaken:.6f}$$").judgements[-1]
    assert (found.slip, set(found.alternatives)) == (slip, others)
    assert len(found.alternatives) == len(others)
