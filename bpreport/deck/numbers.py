"""Sides that are nothing but a printed number, or a row of them."""

from __future__ import annotations

from bpreport.formula.tree import Apply, Matrix, Number, Tree, Tuple

__all__ = ["printed_number", "printed_row"]


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
