"""The words in which formulas are read aloud: a row for each operation, sign and name."""

from __future__ import annotations

from bpreport.publish.language import mark

SUM, PRODUCT, SIGNED, ATOM = range(4)
"""How strongly what is spoken holds together; brackets are spoken around what holds too weakly."""

OPERATIONS: dict[str, tuple[str, tuple[int, ...]]] = {
    "negative": (mark("negative {0}"), (PRODUCT,)),
    "power": (mark("{0} to the power {1}"), (ATOM, SIGNED)),
    "exp": (mark("e to the power {0}"), (SIGNED,)),
    "sqrt": (mark("the square root of {0}"), (SIGNED,)),
    "abs": (mark("the absolute value of {0}"), (SIGNED,)),
    "determinant": (mark("the determinant of {0}"), (SIGNED,)),
    "trace": (mark("the trace of {0}"), (SIGNED,)),
    "norm": (mark("the norm of {0}"), (SIGNED,)),
    "norm_1": (mark("the 1-norm of {0}"), (SIGNED,)),
    "norm_infinity": (mark("the maximum norm of {0}"), (SIGNED,)),
    "norm_F": (mark("the Frobenius norm of {0}"), (SIGNED,)),
    "floor": (mark("{0} rounded down"), (ATOM,)),
    "ceiling": (mark("{0} rounded up"), (ATOM,)),
    "sign": (mark("the sign of {0}"), (SIGNED,)),
    "transpose": (mark("{0} transposed"), (ATOM,)),
    "log": (mark("the natural logarithm of {0}"), (SIGNED,)),
    "log10": (mark("the common logarithm of {0}"), (SIGNED,)),
    "sin": (mark("the sine of {0}"), (SIGNED,)),
    "cos": (mark("the cosine of {0}"), (SIGNED,)),
    "tan": (mark("the tangent of {0}"), (SIGNED,)),
    "sinh": (mark("the hyperbolic sine of {0}"), (SIGNED,)),
    "cosh": (mark("the hyperbolic cosine of {0}"), (SIGNED,)),
    "tanh": (mark("the hyperbolic tangent of {0}"), (SIGNED,)),
    "sigmoid": (mark("the sigmoid of {0}"), (SIGNED,)),
    "relu": (mark("the rectifier of {0}"), (SIGNED,)),
    "softmax": (mark("the softmax of {0}"), (SIGNED,)),
    "identity": (mark("the identity of {0}"), (SIGNED,)),
    "maximum": (mark("the largest of {0}"), (SIGNED,)),
    "minimum": (mark("the smallest of {0}"), (SIGNED,)),
}
"""Of each operation: its words, and how strongly each operand must hold together.

Operands for which there is no place of their own are listed in the one there is."""

PLUS, MINUS = mark("{0} plus {1}"), mark("{0} minus {1}")
TIMES, ENTRYWISE = mark("{0} times {1}"), mark("{0} times, entry by entry, {1}")
OVER = mark("{0} over {1}")
PERCENT = mark("{0} percent")
FRACTION = mark("the fraction with numerator {0} and denominator {1}, end of fraction")
SQUARED, CUBED = mark("{0} squared"), mark("{0} cubed")
BRACKETS = mark("open bracket {0} close bracket")
FUNCTION, PRIME = mark("{0} of {1}"), mark("{0} prime")
SUPERSCRIPT = mark("{0} superscript {1}")
ROOT = mark("the root of degree {1} of {0}")

REDUCTIONS = {
    "sum": mark("the sum over {0} of {1}"),
    "product": mark("the product over {0} of {1}"),
    "max": mark("the maximum over {0} of {1}"),
    "min": mark("the minimum over {0} of {1}"),
    "argmax": mark("the {0} with the largest {1}"),
    "argmin": mark("the {0} with the smallest {1}"),
}
RANGE = mark("{0} from {1} to {2}")

DERIVATIVES = {
    "partial": mark("partial {0} over partial {1}"),
    "total": mark("d {0} over d {1}"),
    "prime": mark("the derivative of {0}"),
}
HIGHER = mark("the derivative of order {0} of {1} by {2}")

ACCENTS = {
    "hat": mark("{0} hat"),
    "bar": mark("{0} bar"),
    "tilde": mark("{0} tilde"),
    "dot": mark("{0} dot"),
}
SIGNS = {
    "=": mark("equals"), "≈": mark("is about"), "≃": mark("is about"), "≅": mark("is about"),
    "∼": mark("is distributed as"), "≡": mark("is identical to"), "≔": mark("is defined as"),
    ":=": mark("is defined as"), "≜": mark("is defined as"), "≠": mark("is not equal to"),
    "<": mark("is less than"), ">": mark("is greater than"), "≤": mark("is at most"),
    "≥": mark("is at least"), "≪": mark("is much less than"), "≫": mark("is much greater than"),
    "∈": mark("is in"), "∝": mark("is proportional to"), "→": mark("goes to"),
    "←": mark("becomes"), "⇒": mark("implies"), "+": mark("plus"), "−": mark("minus"),
    "·": mark("times"), "⋅": mark("times"), "×": mark("times"), "∗": mark("times"),
    "∙": mark("times"), "•": mark("times"), "/": mark("over"), "±": mark("plus or minus"),
    "(": mark("open bracket"), ")": mark("close bracket"), "[": mark("open bracket"),
    "]": mark("close bracket"), "{": mark("open brace"), "}": mark("close brace"),
    "∑": mark("the sum of"), "∏": mark("the product of"), "∫": mark("the integral of"),
    "∂": mark("partial"), "∇": mark("the gradient of"), "∞": mark("infinity"), "…": mark("dots"),
    "⋯": mark("dots"), "'": mark("prime"), "′": mark("prime"), "|": mark("bar"),
}  # fmt: skip
"""Signs in words, alone or between two sides."""

BOUNDED = {
    "∑": mark("the sum from {0} to {1} of"),
    "∏": mark("the product from {0} to {1} of"),
    "∫": mark("the integral from {0} to {1} of"),
}
"""Large signs with their bounds."""

NAMES = frozenset((
    mark("alpha"), mark("beta"), mark("gamma"), mark("delta"), mark("Delta"), mark("epsilon"),
    mark("zeta"), mark("eta"), mark("theta"), mark("iota"), mark("kappa"), mark("lambda"),
    mark("mu"), mark("nu"), mark("xi"), mark("pi"), mark("rho"), mark("sigma"), mark("tau"),
    mark("phi"), mark("chi"), mark("psi"), mark("omega"), mark("ell"), mark("total"), mark("old"),
    mark("new"), mark("star"), mark("plus"), mark("minus"),
))  # fmt: skip
"""Letters and names that are translated; all others are spoken as they are typed."""

DOTS, OTHERWISE, WHERE = mark("dots"), mark("otherwise"), mark("{0} if {1}")
MATRIX = mark("a matrix of {0} rows and {1} columns: {2}; end of matrix")
ROW = mark("row {0}: {1}")
CHAIN, AGAIN = mark("{0} {1} {2}"), mark("{0}, {1} {2}")
"""Two sides and what joins them; one side more."""

MARKUP = {
    "mfrac": FRACTION,
    "msqrt": OPERATIONS["sqrt"][0],
    "mroot": ROOT,
    "msup": SUPERSCRIPT,
    "mover": SUPERSCRIPT,
}
"""Elements of MathML whose children go into a phrase."""
