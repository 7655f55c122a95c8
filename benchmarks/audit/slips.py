"""The list of slips that are planted, and what the detector may call each.

A kind of slip is one entry of `KINDS`. Every planting says whether the bare text determines the
right number, so that without front matter only those count that could be found at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmarks.audit import digit_slips, formula_slips, run_slips
from benchmarks.audit.planting import Plant

__all__ = ["DIGITS", "KINDS", "Kind"]


@dataclass(frozen=True)
class Kind:
    """A kind of slip."""

    name: str
    plant: Plant = field(repr=False)
    names: tuple[str, ...]
    """What the detector may call it."""
    bare: tuple[str, ...] = ()
    """What it may also be called without front matter, where no symbol has a part to play."""


ROUNDING = ("truncated", "last-digit")
"""Verdicts that name a slip by themselves."""
DIGITS = frozenset(
    {
        *ROUNDING,
        "digit doubled",
        "digit dropped",
        "digit mistyped",
        "digits swapped",
        "double rounding",
        "point misplaced",
        "rounded up",
        "sign lost",
    }
)
"""Names that claim nothing but an error of writing: no false explanation of random digits."""

SWAPPED = ("symbol swapped", "symbol swapped everywhere", "wrong operand")

KINDS: tuple[Kind, ...] = (
    Kind(
        "term dropped",
        formula_slips.in_formula(formula_slips.term_dropped(bias=False)),
        # An iterate without its step is the one before, a difference without its target one to 0.
        ("term dropped", "iteration off", "target rounded"),
    ),
    Kind(
        "term doubled",
        formula_slips.in_formula(formula_slips.term_doubled(bias=False)),
        ("term doubled", "term added"),
    ),
    Kind(
        "sign flipped",
        formula_slips.in_formula(formula_slips.sign_flipped),
        ("sign flipped", "sign lost"),
    ),
    Kind(
        "factor 2, 1/2, m, 1/m",
        formula_slips.in_formula(formula_slips.constant_factor),
        ("constant factor", "factor dropped", "factor added", "constant changed", "term added"),
    ),
    Kind(
        "index or unit swapped",
        formula_slips.in_formula(
            formula_slips.renamed(
                formula_slips.same_kind("x", "y", "out", "net", "h", "by-net", "by-out")
            )
        ),
        ("index swapped", "unit swapped"),
        SWAPPED,
    ),
    Kind(
        "weight of another connection",
        formula_slips.in_formula(formula_slips.renamed(formula_slips.same_kind("w"))),
        ("weight of another connection",),
        SWAPPED,
    ),
    Kind(
        "new for old",
        formula_slips.in_formula(formula_slips.new_for_old),
        ("new for old",),
        SWAPPED,
    ),
    Kind(
        "old for new",
        formula_slips.in_formula(formula_slips.renamed(formula_slips.not_updated)),
        ("old for new", "another convention"),
        SWAPPED,
    ),
    Kind(
        "bias forgotten",
        formula_slips.in_formula(formula_slips.term_dropped(bias=True)),
        ("bias forgotten",),
        ("term dropped",),
    ),
    Kind(
        "bias counted twice",
        formula_slips.in_formula(formula_slips.term_doubled(bias=True)),
        ("bias counted twice",),
        ("term doubled", "term added"),
    ),
    Kind(
        "target swapped",
        formula_slips.in_formula(formula_slips.renamed(formula_slips.same_kind("t"))),
        ("target swapped",),
        SWAPPED,
    ),
    Kind(
        "target rounded",
        formula_slips.in_formula(formula_slips.target_rounded),
        ("target rounded",),
        SWAPPED,
    ),
    Kind(
        "activation left out",
        formula_slips.in_formula(formula_slips.activation("not")),
        ("activation left out",),
    ),
    Kind(
        "activation twice",
        formula_slips.in_formula(formula_slips.activation("twice")),
        ("activation applied twice",),
    ),
    Kind(
        "derivative left out",
        formula_slips.in_formula(formula_slips.slope("not")),
        ("activation derivative left out",),
        ("factor dropped", "term dropped"),
    ),
    Kind(
        "derivative twice",
        formula_slips.in_formula(formula_slips.slope("twice")),
        ("activation derivative applied twice",),
        ("factor doubled", "term added", "factor added"),
    ),
    Kind(
        "wrong learning rate",
        formula_slips.in_formula(formula_slips.other_rate),
        ("wrong learning rate", "learning rate forgotten"),
        SWAPPED,
    ),
    Kind("iteration off", run_slips.iteration_off, ("iteration off",), ("index swapped",)),
    Kind(
        "another convention",
        run_slips.other_convention,
        ("another convention", "new for old", "old for new"),
    ),
    Kind("carried from rounded", run_slips.carried(cut=False), ("rounding carried",)),
    Kind("carried from cut off", run_slips.carried(cut=True), ("rounding carried",)),
    Kind("truncated", digit_slips.in_digits(digit_slips.cut, rounding=True), ("truncated",)),
    Kind(
        "rounded up",
        digit_slips.in_digits(digit_slips.up, rounding=True),
        ("rounded up", "last-digit"),
    ),
    Kind(
        "double rounding",
        digit_slips.in_digits(digit_slips.twice, rounding=True),
        ("double rounding", "last-digit"),
    ),
    Kind(
        "last digit",
        digit_slips.in_digits(digit_slips.last_digit, rounding=True),
        ("last-digit", "truncated"),
    ),
    Kind("digit doubled", digit_slips.in_digits(digit_slips.doubled_digit), ("digit doubled",)),
    Kind("digit dropped", digit_slips.in_digits(digit_slips.dropped_digit), ("digit dropped",)),
    Kind("digit mistyped", digit_slips.in_digits(digit_slips.mistyped), ("digit mistyped",)),
    Kind("digits swapped", digit_slips.in_digits(digit_slips.swapped), ("digits swapped",)),
    Kind(
        "point misplaced", digit_slips.in_digits(digit_slips.point_misplaced), ("point misplaced",)
    ),
    Kind("sign lost", digit_slips.in_digits(digit_slips.sign_lost), ("sign lost",)),
    Kind("inherited", run_slips.inherited, ("inherited",)),
    Kind("digits at random", digit_slips.in_digits(digit_slips.random_digits), ()),
)
"""Every kind of slip; the last one has no explanation."""
