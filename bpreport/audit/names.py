"""Names in a deck: which other names may be meant, and what a tree reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from bpreport.formula.operations import FUNCTION_MEANINGS
from bpreport.formula.tree import (
    Call,
    Derivative,
    Matrix,
    Number,
    Reduce,
    Symbol,
    Tree,
    Tuple,
    children,
    walk,
)

__all__ = [
    "CONSTANTS",
    "TOTAL",
    "digits_in",
    "entry_name",
    "is_numeric",
    "is_total",
    "named",
    "readings",
    "respellings",
    "spellings",
    "told",
]

CONSTANTS = ("e", r"\pi")
"""Symbols that have a value of their own."""

_TWINS = {r"\omega": "w", r"\kappa": "k", r"\nu": "v", r"\vartheta": r"\theta"}
"""Letters that slides print for one another."""


def is_numeric(tree: Tree) -> bool:
    r"""Whether a tree is made of printed numbers only.

    >>> from bpreport.formula import parse
    >>> is_numeric(parse(r"0.1 * 5 + \sigma(1.1)")), is_numeric(parse("w_1 * 5"))
    (True, False)
    """
    for part in walk(tree):
        if isinstance(part, Symbol) and part.key not in CONSTANTS:
            return False
        if isinstance(part, Derivative | Tuple | Matrix):
            return False
        if isinstance(part, Call) and not _is_number_of_numbers(part):
            return False
    return True


def _is_number_of_numbers(call: Call) -> bool:
    """Whether a call is a number where its arguments are, by what everybody or the deck means."""
    if call.primes and call.own is None:
        return False  # the deck may say itself what it is
    return call.function.key in FUNCTION_MEANINGS if call.own is None else call.own.in_numbers


def digits_in(tree: Tree) -> frozenset[str]:
    """The digits of all numbers in a tree, as they are printed."""
    return frozenset(part.text for part in walk(tree) if isinstance(part, Number))


def is_row_of_numbers(tree: Tree) -> bool:
    r"""Whether a tree computes with printed vectors or matrices, and reads no name but constants.

    >>> from bpreport.formula import parse
    >>> is_row_of_numbers(parse("2 (1, 3) + (0, e)")), is_row_of_numbers(parse("2 (1, x)"))
    (True, False)
    """
    rows = any(isinstance(part, Tuple | Matrix) for part in walk(tree))
    own = (part.own for part in walk(tree) if isinstance(part, Call) and part.own is not None)
    return (
        rows
        and all(part.key in CONSTANTS for part in named(tree))
        and all(function.in_numbers for function in own)
    )


def named(tree: Tree) -> Iterator[Symbol]:
    """Every symbol of a tree."""
    return (part for part in walk(tree) if isinstance(part, Symbol))


def told(name: Symbol | Derivative) -> str:
    r"""A name in a sentence: its key, and w' as it is typed.

    >>> told(Derivative(Symbol("w", ("1",)), (), kind="prime"))
    "w_{1}'"
    """
    match name:
        case Derivative(body=Symbol(key=key), kind="prime"):
            return f"{key}'"
    return name.key


_RUNNING = frozenset("ijklmnst")
"""Letters of indices that run."""


def _key_of(index: str | Tree) -> str:
    return index if isinstance(index, str) else getattr(index, "key", "")


def _runs(index: str | Tree) -> bool:
    told = _key_of(index)
    return told in _RUNNING or not told


def _is_counted(index: str | Tree) -> bool:
    return _key_of(index)[-1:].isdigit()


def entry_name(row: Symbol | Derivative, place: tuple[str, ...]) -> Symbol | Derivative | None:
    r"""The name of an entry of a row or matrix, or of a derivative by it; None where it has none.

    >>> from bpreport.formula import parse
    >>> entry_name(parse("w"), ("2",)).key
    'w_{2}'
    >>> entry_name(parse("O_h"), ("2",)).key, entry_name(parse("w_i"), ("2",))
    ('O_{h,2}', None)
    >>> entry_name(parse("W_1"), ("2", "3")).key
    'W_{1,[2,3]}'
    >>> entry_name(parse(r"\frac{\partial L}{\partial W}"), ("1", "2")).key
    '\\partial L/\\partial W_{1,2}'
    """
    if isinstance(row, Symbol):
        if any(map(_runs, row.indices)):
            return None  # y_i is each of several
        if any(map(_is_counted, row.indices)):
            place = (f"[{','.join(place)}]",)  # as w_1 may be a column, whose entry w_{12} is not
        return replace(row, indices=(*row.indices, *place), typed="")
    by = (
        entry_name(row.by[0], place) if len(row.by) == 1 and isinstance(row.by[0], Symbol) else None
    )
    return None if by is None else replace(row, by=(by,))


def readings(tree: Tree) -> tuple[Symbol | Derivative, ...]:
    """What an evaluation of the tree reads, each once; a derivative is one value, and so is w'."""
    return tuple(dict.fromkeys(_readings(tree)))


def _readings(tree: Tree) -> Iterator[Symbol | Derivative]:
    if isinstance(tree, Derivative) and (tree.by or isinstance(tree.body, Symbol)):
        yield tree
    elif isinstance(tree, Symbol):
        if tree.key not in CONSTANTS:
            yield tree
    else:
        for child in children(tree):
            for part in _readings(child):
                if not (isinstance(tree, Reduce) and part.key == tree.index.key):
                    yield part


TOTAL = Symbol("E", ("total",))
"""The whole error, for which E alone is written as well, where a worked example does not tell."""


def spellings(name: Symbol | Derivative, total: Symbol = TOTAL) -> Iterator[str]:
    r"""The keys under which a typed name may be known, its own first.

    `total` is what the worked example calls the whole error.

    >>> list(spellings(Symbol("W", ("7",))))[:2]
    ['W_{7}', 'w_{7}']
    """
    yield name.key
    if isinstance(name, Symbol):
        yield from (symbol.key for symbol in respellings(name, total))
    elif isinstance(name.body, Symbol):
        variables = [list(spellings(v)) for v in name.by if isinstance(v, Symbol)]
        for body in spellings(name.body, total):
            for by in product(*variables):
                below = "".join(rf"\partial {key}" for key in by)
                yield rf"\partial {body}/{below}"


def is_total(symbol: Symbol, total: Symbol = TOTAL) -> bool:
    """Whether a name is that of the whole error, or the same without its index or with it.

    >>> is_total(Symbol("E")), is_total(Symbol("C")), is_total(Symbol("E", ("o1",)))
    (True, False, False)
    """
    written = symbol.indices in ((), TOTAL.indices)
    return written and symbol.base == total.base and not symbol.marks


def respellings(symbol: Symbol, total: Symbol = TOTAL) -> Iterator[Symbol]:
    """Other ways to write what must be the same symbol."""
    if symbol.base in _TWINS:
        yield replace(symbol, base=_TWINS[symbol.base])
    if len(symbol.base) == 1 and symbol.base.isupper():
        yield replace(symbol, base=symbol.base.lower())
    if len(symbol.indices) == 1 and isinstance(symbol.indices[0], str):
        digits = symbol.indices[0]
        if len(digits) == 2 and digits.isdigit():
            yield replace(symbol, indices=(digits[0], digits[1]))
    if len(symbol.indices) == 1 and isinstance(symbol.indices[0], Symbol):
        unit = symbol.indices[0]  # z_{\hat{y}_1}: the unit of a layer that bears a symbol
        if len(unit.indices) == 1 and isinstance(unit.indices[0], str):
            yield replace(symbol, indices=(unit.base + unit.indices[0],))
    if is_total(symbol, total) and symbol.indices != total.indices:
        yield total
