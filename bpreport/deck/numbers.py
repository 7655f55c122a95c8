"""Sides that are nothing but a printed number, or a row of them."""

from __future__ import annotations

from decimal import Context, Decimal

from bpreport.formula.tree import Apply, Matrix, Number, Tree, Tuple

__all__ = ["in_decimals", "printed_number", "printed_row"]

_DECIMALS = Context(prec=12)
"""For 1/3: more digits than are printed for a result."""


def in_decimals(text: str, percent: bool) -> str:
    """The digits of a printed number that may be a fraction or in percent.

    >>> in_decimals("25.0", percent=True), in_decimals("1/4", percent=False)
    ('0.250', '0.25')
    """
    if percent:
        return f"{Decimal(f'{text}e-2'):f}"
    above, _, below = text.partition("/")
    return f"{_DECIMALS.divide(Decimal(above), Decimal(below)):f}" if below else text


def printed_row(tree: Tree | None) -> tuple[Tree, ...] | None:
    """The entries of a printed row of values, in reading order; None for anything else.

    A vector may be typed as a row with the T of a transpose behind it.

    >>> from bpreport.formula.parser import parse
    >>> [entry.text for entry in printed_row(parse("(0.35, 0.65)^T"))]
    ['0.35', '0.65']
    """
    match tree:
        case Apply(operation="transpose", operands=(Tuple() | Matrix(rows=(_,)) as typed,)):
            return printed_row(typed)
    if isinstance(tree, Tuple):
        entries = tree.items
    elif isinstance(tree, Matrix):
        entries = tuple(entry for row in tree.rows for entry in row)
    else:
        return None
    return entries if len(entries) > 1 and all(map(printed_number, entries)) else None


def printed_number(tree: Tree | None) -> str | None:
    """The digits of a tree that is a printed number, sign included; None for anything else.

    >>> from bpreport.formula.parser import parse
    >>> printed_number(parse("-1.48972")), printed_number(parse("2 * 3"))
    ('-1.48972', None)
    """
    match tree:
        case Number(text=text):
            return text
        case Apply(operation="negative", operands=(Number(text=text),)):
            return f"-{text}"
    return None
