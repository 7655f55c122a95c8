"""Subscripts and superscripts: indices, marks, transposes, powers."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from lark import Token

from bpreport.formula.errors import FormulaError
from bpreport.formula.fragments import Bare, Group, Mark, Scripts, place, unwrapped, whole
from bpreport.formula.names import SUBSCRIPTS, read_indices
from bpreport.formula.operations import NORMS
from bpreport.formula.tree import Apply, Derivative, Number, Symbol, Tree, Tuple

__all__ = ["COUNTERS", "is_transpose", "raised", "subscripted", "subtracted"]

_ITERATED = frozenset({"w", "W", "b", "B", "v", "V", r"\theta", r"\Theta", r"\omega"})
"""Names of what is trained: with a superscript t, k or n they are values of one iteration."""
_RAISED_TO_TIME = frozenset(
    {r"\beta", r"\gamma", r"\lambda", r"\alpha", r"\rho", r"\eta", "p", "q", "r", "e"}
)
"""Names of factors, which are raised to the power t."""
MOST_MARKS = 2
"""LaTeX itself sets no more than one."""
COUNTERS = frozenset({"t", "k", "n", r"\tau"})


def subscripted(base: Any, script: Token) -> Any:
    """A base with a subscript more."""
    if isinstance(base, Symbol):
        indices = (*base.indices, *read_indices(script, place(script)))
        plain = script if script.startswith("_") else f"_{{{script.translate(SUBSCRIPTS)}}}"
        return replace(base, indices=indices, typed=base.typed and base.typed + plain)
    if isinstance(base, Apply) and base.operation == "norm":
        norm = NORMS.get(script.strip("_{} "))
        if norm is not None:
            return replace(base, operation=norm)
    if isinstance(base, Apply) and base.operation in ("power", "transpose"):
        inner, *rest = base.operands  # x^2_j for x_j^2
        return replace(base, operands=(subscripted(inner, script), *rest))
    if isinstance(base, Derivative) and base.kind == "prime":
        return replace(base, body=subscripted(base.body, script))  # out'_{o1}
    raise FormulaError(place(script), str(script), "a symbol in front of a subscript")


_WORD_MARKS = {"new": "+", "old": "old", r"\star": "*", "init": "0"}
"""Words that stand in a superscript and are no exponents."""


def raised(base: Any, script: Any) -> Any:
    """A base with a superscript: a power, a mark or a transpose."""
    if isinstance(script, Scripts):
        for part in script.parts:
            base = raised(base, part)
        return base
    if isinstance(script, Bare):
        script = unwrapped(script.group)
        if isinstance(base, Symbol) and all(map(_is_index, script.items)):  # a power or an index
            raise FormulaError(script.offset, script.fence, "braces around the superscript")
    if isinstance(script, Mark):
        if not isinstance(base, Symbol):
            raise FormulaError(script.offset, script.sign, "a symbol in front of a mark")
        return _marked(base, script.sign)
    script = unwrapped(script)
    bracket = "(" if isinstance(base, Group) else ""
    if is_transpose(script):
        return Apply("transpose", (whole(base),), sign=bracket)
    if isinstance(base, Symbol):
        if isinstance(script, Group) and all(map(_is_index, script.items)):
            return _marked(base, Tuple(script.items, script.fence))
        if isinstance(script, Symbol) and script.base in _WORD_MARKS:
            return _marked(base, _WORD_MARKS[script.base])
        if _counts(base, script):
            return _marked(base, script)
        if base.key == "e":
            return Apply("exp", (whole(script),), sign="e")
    return Apply("power", (whole(base), whole(script)), sign=bracket)


def is_transpose(script: Any) -> bool:
    """Whether a superscript is the T of a transpose."""
    return isinstance(script, Symbol) and script.key in ("T", r"\top")


def _marked(symbol: Symbol, mark: str | Tree) -> Symbol:
    if len(symbol.marks) == MOST_MARKS:
        raise FormulaError(max(symbol.at, 0), symbol.typed, "at most two superscripts")
    typed = f"{symbol.typed}^{mark}" if isinstance(mark, str) and symbol.typed else ""
    return replace(symbol, marks=(*symbol.marks, mark), typed=typed)


def _is_index(part: Any) -> bool:
    """Whether a superscript in brackets is an index or a count, not an exponent."""
    match part:
        case Number(text=text):
            return text.isdigit()
        case Symbol(indices=(), marks=()):
            return True
        case Apply(operation="add", operands=(Symbol(indices=(), marks=()), last)):
            return isinstance(subtracted(last), Number)
    return False


def subtracted(term: Tree) -> Tree:
    """A term without its minus sign."""
    return term.operands[0] if isinstance(term, Apply) and term.operation == "negative" else term


def _counts(base: Symbol, script: Any) -> bool:
    """A superscript that counts: the layer l or L, the iteration t of anything trained.

    Many textbooks write a^{l-1} and w^{t+1} for values of another layer or iteration.
    """
    counter = script.operands[0] if isinstance(script, Apply) else script
    if not isinstance(counter, Symbol) or not _is_index(script):
        return False
    name = base.base[1:] if re.match(r"d.", base.base) else base.base  # dw is as w
    if counter.key == "t":
        return name not in _RAISED_TO_TIME
    return counter.key in ("l", "L", r"\ell") or (counter.key in COUNTERS and name in _ITERATED)
