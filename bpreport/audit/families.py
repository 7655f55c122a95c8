r"""Formulas for names with an index: x_{k+1} = x_k - \eta f'(x_k) says what x_1, x_2, ... are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from bpreport.deck.model import Position
from bpreport.formula import instantiate
from bpreport.formula.tree import Number, Symbol, Tree, free_symbols, walk

__all__ = ["Families", "Family"]

_AROUND = (0, -1, 1)
"""What may stand between an index and its letter: x_k, x_{k+1}, x_{k-1}."""


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """A formula for all names of one shape."""

    head: Symbol
    formula: Tree
    position: Position

    @property
    def letters(self) -> tuple[str, ...]:
        """Keys of the letters in its scripts, for which numbers may stand."""
        return tuple(dict.fromkeys(letter.key for letter in _letters(self.head)))

    def formula_of(self, name: Symbol) -> Tree | None:
        r"""The formula with the numbers of a name in place of the letters; None if it is no member.

        >>> from bpreport.formula import latex, parse
        >>> family = Family(parse("x_{k+1}"), parse("x_k - 0.1 k"), Position(1, 1))
        >>> latex(family.formula_of(parse("x_3")))
        'x_{2} - 0.1 \\cdot 2'
        """
        numbers = {int(text) for text in _numbers(name)}
        choices = sorted({number + step for number in numbers for step in _AROUND})
        for values in product(choices, repeat=len(self.letters)):
            bound = dict(zip(self.letters, values, strict=True))
            found = instantiate(self.head, bound)
            if isinstance(found, Symbol) and found.key == name.key:
                return instantiate(self.formula, bound)
        return None


class Families:
    """All such formulas of a document, in order; or its updates, w_i = w_i - a g_i."""

    def __init__(self, *, updates: bool = False) -> None:
        self.updates = updates
        self._stated: dict[tuple[str, int, int], list[Family]] = {}

    def learn(self, head: Symbol, formula: Tree, position: Position) -> None:
        """Take note of a formula, if its name has letters for an index in its scripts."""
        family = Family(head, formula, position)
        if 0 < len(family.letters) <= 2 and self._is_one(head, formula):
            self._stated.setdefault(_shape(head), []).append(family)

    def of(self, name: Symbol, at: Position) -> tuple[Family, Tree] | None:
        """The last formula before a place of which a name is a member, and what it says of it."""
        if not any(True for _ in _numbers(name)):
            return None
        for family in reversed(self._stated.get(_shape(name), ())):
            if family.position > at:
                continue
            formula = family.formula_of(name)
            if formula is not None and self._is_one(name, formula):
                return family, formula
        return None

    def _is_one(self, name: Symbol, formula: Tree) -> bool:
        return (name.key in free_symbols(formula)) == self.updates


def _shape(name: Symbol) -> tuple[str, int, int]:
    return name.base, len(name.indices), len(name.marks)


def _scripts(name: Symbol) -> Iterator[Tree]:
    for script in (*name.indices, *name.marks):
        if not isinstance(script, str):
            yield from walk(script)


def _numbers(name: Symbol) -> Iterator[str]:
    yield from (part for part in name.indices if isinstance(part, str) and part.isdecimal())
    yield from (p.text for p in _scripts(name) if isinstance(p, Number) and p.text.isdecimal())


def _letters(name: Symbol) -> Iterator[Symbol]:
    for part in _scripts(name):
        if isinstance(part, Symbol) and part.key == part.base and len(part.base) == 1:
            yield part
