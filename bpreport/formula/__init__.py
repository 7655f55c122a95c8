"""One language for reading, computing and showing formulas.

The same small tree is parsed from LaTeX, evaluated in float64, at 50 digits or in intervals,
differentiated, and written back as LaTeX, so that what is shown is what was computed.
"""

from bpreport.formula.arithmetic import (
    DECIMAL,
    DIGITS,
    FLOAT,
    INTERVAL,
    MP,
    MPMATH,
    Arithmetic,
    decimals,
)
from bpreport.formula.errors import EvaluationError, FormulaError
from bpreport.formula.evaluation import evaluate, part_values
from bpreport.formula.operations import TREES
from bpreport.formula.parser import parse
from bpreport.formula.preparing import prepared
from bpreport.formula.rounding import places_of, rounded, stands_for, to_decimal
from bpreport.formula.slopes import expand, simplify, slope
from bpreport.formula.terms import instantiate
from bpreport.formula.tree import Function
from bpreport.formula.typesetting import describe, latex
from bpreport.formula.unrolling import unroll

__all__ = [
    "DECIMAL",
    "DIGITS",
    "FLOAT",
    "INTERVAL",
    "MP",
    "MPMATH",
    "TREES",
    "Arithmetic",
    "EvaluationError",
    "FormulaError",
    "Function",
    "decimals",
    "describe",
    "evaluate",
    "expand",
    "instantiate",
    "latex",
    "parse",
    "part_values",
    "places_of",
    "prepared",
    "rounded",
    "simplify",
    "slope",
    "stands_for",
    "to_decimal",
    "unroll",
]
