"""Slips: one local mistake that turns the right number into the printed one.

The list is data: a slip is a name and a function that plays the mistake on the target in every
way in which it can be made. Adding a slip means adding an entry, with a case that it must catch
and a twin that it must let pass.
"""

from bpreport.audit.slips import in_digits, in_formula, in_run
from bpreport.audit.slips.candidates import Candidate, Slip, Target, swap_name

__all__ = ["SLIPS", "Candidate", "Slip", "Target", "swap_name"]

SLIPS: tuple[Slip, ...] = (
    Slip("inherited", in_run.inherited),
    Slip("sign lost", in_digits.sign_lost),
    Slip("iteration off", in_run.iteration_off),
    Slip("rounding carried", in_run.rounded_intermediates),
    Slip("constant factor", in_formula.constant_factor),
    Slip("activation", in_formula.activation),
    Slip("wrong learning rate", in_formula.other_learning_rate),
    Slip("target rounded", in_formula.target_rounded),
    Slip("sign flipped", in_formula.sign_flipped),
    Slip("factor dropped", in_formula.factor_dropped),
    Slip("term dropped", in_formula.term_dropped),
    Slip("term doubled", in_formula.term_doubled),
    Slip("factor doubled", in_formula.factor_doubled),
    Slip("symbol swapped", in_formula.other_symbol),
    Slip("symbol swapped everywhere", in_formula.other_symbol_everywhere),
    Slip("another convention", in_run.other_convention),
    Slip("index swapped", in_run.other_quantity),
    Slip("symbol of another layer", in_formula.far_symbol),
    Slip("double rounding", in_digits.double_rounding, "writing"),
    Slip("rounded up", in_digits.rounded_up, "writing"),
    Slip("point misplaced", in_digits.point_misplaced, "writing"),
    Slip("digits swapped", in_digits.digits_swapped, "writing"),
    Slip("digit dropped", in_digits.digit_dropped, "writing"),
    Slip("digit doubled", in_digits.digit_doubled, "writing"),
    Slip("digit mistyped", in_digits.digit_mistyped, "writing"),
    Slip("two slips", in_formula.two_slips, "twice"),
)
"""Every kind of slip, simplest first. Those of computing and those of writing are two searches;
two slips are thought of only where no single one is found."""
