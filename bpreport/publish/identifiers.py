r"""Symbols as names in code: w_{7}^{+} is `w_7_new`, and a gradient `dE_total_dw_7`."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable

from bpreport.formula.tree import Derivative, Symbol, Tree

__all__ = ["identifier", "identifiers"]

TAKEN = frozenset({*dir(builtins), *keyword.kwlist, "np", "plt"})
"""Names that mean something else in the code they are used in."""
_MARKS = {"+": "new", "*": "star"}


def identifier(name: Tree) -> str:
    r"""The name of a quantity in code.

    >>> from bpreport.formula import parse
    >>> [identifier(parse(name)) for name in (r"out_{h1}", "w_7^+", r"\Delta w_7", r"\hat{y}")]
    ['out_h1', 'w_7_new', 'Delta_w_7', 'hat_y']
    >>> identifier(parse(r"\frac{\partial E_{total}}{\partial w_7}"))
    'dE_total_dw_7'
    >>> identifier(parse(r"\lambda"))
    'lambda_'
    """
    plain = _plain(name)
    if not plain or plain[0].isdigit():
        plain = f"_{plain}"
    return f"{plain}_" if plain in TAKEN else plain


def _plain(name: Tree) -> str:
    match name:
        case Derivative(body=body, by=by):
            return "_".join([f"d{_plain(body)}", *(f"d{_plain(variable)}" for variable in by)])
        case Symbol(base=base, indices=indices, marks=marks):
            parts = [base, *map(_script, indices)]
            parts += [_MARKS.get(script, script) for script in map(_script, marks)]
            return re.sub(r"[\W_]+", "_", "_".join(parts).replace("'", "_prime")).strip("_")
    return re.sub(r"\W+", "_", getattr(name, "key", repr(name))).strip("_")


def _script(part: str | Tree) -> str:
    return part if isinstance(part, str) else Symbol("", (part,)).key


def identifiers(names: Iterable[Symbol | Derivative]) -> dict[str, str]:
    """The name in code of each key; two that would be the same are told apart by a number.

    >>> list(identifiers([Symbol("y", ("1",)), Symbol("y", (), ("(1)",))]).values())
    ['y_1', 'y_1_2']
    """
    found: dict[str, str] = {}
    used: set[str] = set()
    for name in names:
        if name.key in found:
            continue
        plain = chosen = identifier(name)
        number = 1
        while chosen in used:
            number += 1
            chosen = f"{plain}_{number}"
        used.add(chosen)
        found[name.key] = chosen
    return found
