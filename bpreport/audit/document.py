"""The symbol table of a document: what its own formulas define, give and print, and where.

A name may be given again further on (another example, another step), so a value is always asked
for at a place: what counts is the nearest chain before it that is about the name. Where a name is
computed once more, to another number, a new round begins: a second sample, the next iteration.
What was given before may be other numbers in it, though the document does not print them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import chain
from typing import Any

from bpreport.audit.digits import can_be, entries_of, interval, number, range_of, same
from bpreport.audit.names import digits_in, named, readings, told
from bpreport.audit.operands import LEAST_PLACES
from bpreport.audit.statements import (
    LOOKED_THROUGH,
    Statement,
    Value,
    are_apart,
    place_of,
    start_of,
)
from bpreport.audit.symbol_table import SymbolTable
from bpreport.deck.model import Claim, Position
from bpreport.formula import (
    MPMATH,
    EvaluationError,
    evaluate,
    places_of,
)
from bpreport.formula.effort import charge
from bpreport.formula.tree import (
    Derivative,
    Symbol,
    Tree,
    Tuple,
    free_symbols,
)

__all__ = ["Document"]

_STARTS = (("0",), ("max",), ("min",), ("init",))
"""Last indices of names from which others are computed."""


class Document(SymbolTable):
    """Names and their values, by what the document tells of them."""

    def __init__(self) -> None:
        super().__init__()
        self._values: dict[Statement, Value] = {}
        self._readers: dict[str, set[Statement]] = {}
        """By name, the statements whose value was computed from it."""
        self.changes = 0
        """How often something was learned after the claims were read."""
        self.corrected: set[str] = set()
        """Names of which a printed number was found wrong, and is known better."""
        self._confirmed: set[Statement] = set()
        """Statements of names that are computed by the formula of their family."""

    def confirm(self, members: Iterable[Statement]) -> None:
        """Take note of statements whose names are computed by the formula of their family."""
        self._confirmed = set(members)
        self._values.clear()

    def begin_round(self, claim: Claim) -> None:
        """Take note that what was given before a claim's formula may be other numbers in it."""
        self.changes += 1
        self._rounds.begin(start_of(claim), start_of(claim))
        self._values.clear()

    def bind(self, key: str, text: str, claim: Claim) -> None:
        """Take note of a number that stands in a name's place in a line."""
        self.changes += 1
        known = self.statements.setdefault(key, [])
        position = start_of(claim)
        place = bisect_right(known, position, key=place_of)
        if self.updates(key, claim):  # then the number is that of the name before
            place -= 1
            position = known[place].position
        known.insert(place, Statement(key, position, claim, text=text, bound=True))
        self._forget(key, position)

    def correct(self, key: str, claim: Claim, value: Any) -> None:
        """Take note that a printed number was found wrong, and what is right by its line instead.

        That of a given number is right by what others tell of it.
        """
        statement = self._own(key, claim)
        if statement is not None and statement.text is not None:
            self.changes += 1
            statement.corrected = value
            self.corrected.add(key)
            self._values.pop(statement, None)
            self._forget(key, statement.position)

    def is_at_odds(self, key: str, claim: Claim) -> bool:
        """Whether a claim gives a number that was found wrong by what is computed from it."""
        statement = self._own(key, claim)
        return statement is not None and statement.corrected is not None and not statement.lines

    def _forget(self, key: str, at: Position) -> None:
        """Values from a place on that depend on a name that is known better now."""
        waiting = [key]
        while waiting:
            name = waiting.pop()
            for reader in [one for one in self._readers.get(name, ()) if one.position >= at]:
                self._readers[name].discard(reader)
                if self._values.pop(reader, None) is not None:
                    waiting.append(reader.key)

    def value(self, key: str, at: Position, *, before: bool = False) -> Value:
        """What a name is at a place, by the document's own definitions and givens.

        `before` asks for what it was until the statement about it that stands there. Raises
        `EvaluationError` where the document does not determine it.
        """
        index = self.nearest(key, at)
        if index is None or (before and index == 0):
            raise EvaluationError("{name} has no value in this document", name=key)
        statement = self.statements[key][index - before]
        found = self._value_of(statement, index - before, frozenset())
        # An update that begins a round starts from what its name was in the round before.
        since = self.statements[key][index].position if before else at
        stale = found.stale or self._rounds.is_stale(statement, since, until=before)
        return replace(found, later=statement.position > at, stale=stale)

    def _value_of(self, statement: Statement, index: int, open_: frozenset[Statement]) -> Value:
        if statement in self._values:
            return self._values[statement]
        if statement in open_ or len(open_) > 200:
            raise EvaluationError("{name} is defined by itself", name=statement.key)
        if statement.restates is not None:
            earlier = self.statements[statement.key].index(statement.restates)
            return self._value_of(statement.restates, earlier, open_)
        tree = self.definition_at(statement.key, index)
        found = None
        if tree is not None:
            try:
                found = self._evaluate(tree, statement, index, open_ | {statement})
            except EvaluationError:
                if statement.text is None and statement.row is None:
                    raise
        told = (statement.row or statement.line) if statement.text is None else None
        if found is None and told is not None:
            found = Value(evaluate(told, {}, MPMATH), given=tree is None)
        if found is None:
            if statement.text is None:
                raise EvaluationError("{name} has no value in this document", name=statement.key)
            head = statement.claim.head
            computed = isinstance(head, Derivative) or self.is_result(head, statement.position)
            rounded = (statement.lines or computed) and not _is_whole(statement)
            if statement.bound:
                rounded = places_of(statement.text) >= LEAST_PLACES
            value = statement.corrected
            if value is None:
                value = number(statement.text)
            found = Value(value, given=tree is None, rounded=rounded)
        self._values[statement] = found
        return found

    def by_rule(self, name: Tree, at: Position) -> Value | None:
        r"""What a name that is stated nowhere is by a rule of numbers: of \eta_k = 0.5 / k.

        The rule may read what is given once in the document, and nothing that is computed.
        """
        if not isinstance(name, Symbol) or name.key in self.statements:
            return None
        found = self.families.of(name, at)
        values: dict[str, Any] = {}
        for part in readings(found[1]) if found else ():
            known = self.statements.get(part.key, ())
            if len(known) != 1 or known[0].text is None or known[0].computes:
                return None
            values[part.key] = number(known[0].text)
        try:
            return None if found is None else Value(evaluate(found[1], values, MPMATH), found[1])
        except EvaluationError:
            return None

    def is_result(self, name: Tree | None, at: Position) -> bool:
        """Whether a name is of a family that is computed: h_2 behind h_1 = ..., but no weight.

        On another slide a short number starts another example.
        """
        if not isinstance(name, Symbol):
            return False
        computed = self.computed_like(name)
        index = self.nearest(name.key, at)
        if not any(first < at for first in computed.values()) or self._is_start(name, at):
            return False
        stated = None if index is None else self.statements[name.key][index]
        if stated is not None and stated.is_wanted:
            return False
        if stated is None or computed.get(stated.claim.slide, at) < at:
            return True
        return stated.text is not None and places_of(stated.text) >= LEAST_PLACES

    def _is_start(self, name: Symbol, at: Position) -> bool:
        """Whether a name is the first of its family: the formula for the others starts from it."""
        known = self.statements.get(name.key, ())
        if name.indices[-1:] in _STARTS and not any(one.trees or one.lines for one in known):
            return True
        found = self.families.of(name, at)
        if found is None:
            return False
        before = (part for part in named(found[1]) if part.base == name.base)
        return any(part.key not in self.statements for part in before)

    def definition_at(self, key: str, index: int) -> Tree | None:
        """The formula behind a statement: its own, or the one that the slide gave before."""
        known = self.statements[key]
        statement = known[index]
        if statement.trees:
            return statement.trees[0]
        if statement.is_wanted:
            return None
        if statement.lines:  # whatever was printed since
            earlier = next(self._formulas_before(key, statement.position), None)
        else:
            earlier = self._told_again(statement, index)
        if earlier is not None and earlier.claim.slide == statement.claim.slide:
            return earlier.trees[0]
        found = self.in_family(statement) if statement in self._confirmed else None
        return None if found is None else found[1]

    def _told_again(self, statement: Statement, index: int) -> Statement | None:
        """The statement with the formula of which one only prints the value once more."""
        for place in range(index - 1, -1, -1):
            if not place % LOOKED_THROUGH:
                charge(1)
            earlier = self.statements[statement.key][place]
            if earlier.claim.slide != statement.claim.slide:
                return None
            if earlier.is_wanted and _is_finer(statement.text, earlier.text):
                continue  # what comes out has digits behind the point that a label has not
            if earlier.text not in (None, statement.text):  # another step's value, or given anew
                told = earlier.trees and self._is_told_anew(earlier, statement)
                return earlier if told else None
            if earlier.trees:
                return None if earlier.updates else earlier  # it was updated once
            if not earlier.lines:
                return None  # given anew
        return None

    def update_before(self, key: str, at: Position) -> Statement | None:
        """The last formula before a place that computes a name from what it was."""
        charge(len(self._formulas.get(key, ())) // LOOKED_THROUGH)
        before = self._formulas_before(key, at)
        return next((statement for statement in before if statement.updates), None)

    def _formulas_before(self, key: str, at: Position) -> Iterator[Statement]:
        """The statements before a place that have a formula for a name, the nearest first."""
        formulas = self._formulas.get(key, [])
        behind = bisect_left(formulas, at, key=place_of)
        return (formulas[place] for place in range(behind - 1, -1, -1))

    def _is_told_anew(self, earlier: Statement, statement: Statement) -> bool:
        """Whether all else that a formula reads was told since it was computed before."""
        names = [name for name in readings(earlier.trees[0]) if name.key != statement.key]
        places = [self.nearest(name.key, statement.position) for name in names]
        return bool(names) and all(
            place is not None and self.statements[name.key][place].position > earlier.position
            for name, place in zip(names, places, strict=True)
        )

    def _evaluate(
        self, tree: Tree, statement: Statement, index: int, open_: frozenset[Statement]
    ) -> Value:
        values: dict[str, Any] = dict(self.functions.at(statement.position))
        rounded = stale = False
        for part in readings(tree):
            own = part.key == statement.key
            place = index - 1 if own else self.nearest(part.key, statement.position)
            if place is None and (ruled := self.by_rule(part, statement.position)) is not None:
                values[part.key] = ruled.value
                continue
            if place is None or place < 0:
                raise EvaluationError("{name} has no value in this document", name=told(part))
            source = self.statements[part.key][place]
            found = self._value_of(source, place, open_)
            self._readers.setdefault(part.key, set()).add(statement)
            values[part.key] = found.value
            rounded |= found.rounded
            stale |= found.stale or (not own and self._rounds.is_stale(source, statement.position))
        value = evaluate(tree, values, MPMATH)
        return Value(value, tree, rounded=rounded, stale=stale)

    def forms(self, key: str, at: Position, *, later: bool = True) -> Iterator[Tree]:
        """Symbolic sides that a name is set equal to, the nearest before a place first."""
        known = self.statements.get(key, [])
        index = self.nearest(key, at)
        if index is None:
            return
        formulas = self._formulas.get(key, [])
        charge(len(formulas) // LOOKED_THROUGH)
        behind = bisect_right(formulas, known[index].position, key=place_of)
        for place in chain(range(behind - 1, -1, -1), range(behind, len(formulas))):
            if later or formulas[place].position <= at:
                yield from formulas[place].trees
        if known[index] in self._confirmed and (found := self.in_family(known[index])):
            yield found[1]

    def definition(self, key: str, claim: Claim) -> Tree | None:
        """The formula of a name where a claim stands, other than the one that the claim states."""
        known = self.statements.get(key, [])
        before = bisect_right(known, claim.position, key=place_of)
        given: str | None = None
        charge(len(known) // LOOKED_THROUGH)
        for place in chain(range(before - 1, -1, -1), range(before, len(known))):
            statement = known[place]
            here = statement.claim.slide == claim.slide
            if not here and (place >= before > 0 or are_apart(statement.text, given)):
                return None  # what another example or another step says of it
            if isinstance(claim.head, Tuple) and statement.claim.formula is claim.formula:
                continue  # it says of an entry what the claim says of all
            for tree in statement.trees:
                if tree is not claim.right and key not in free_symbols(tree):
                    return tree
            if statement.text is not None and not statement.computes:
                given = given or statement.text
        return None

    def printed_next(self, key: str, claim: Claim) -> str | None:
        """The number that is printed for a name next, on the slide of a claim and behind it."""
        known = self.statements.get(key, [])
        for place in range(bisect_right(known, claim.position, key=place_of), len(known)):
            statement = known[place]
            if statement.claim.slide != claim.slide:
                return None
            if statement.text is not None and statement.claim is not claim:
                return statement.text
        return None

    def is_given_behind(self, key: str, claim: Claim) -> bool:
        """Whether the first number that is told for a name stands in a later paragraph of text."""
        known = self.statements.get(key, ())
        formula = claim.formula
        return (
            bool(known)
            and formula is not None
            and all(
                one.position > claim.position
                and (
                    one.claim.formula is None or one.claim.formula.paragraph > formula.paragraph > 0
                )
                for one in known
            )
        )

    def is_defined_before(self, key: str, claim: Claim) -> bool:
        """Whether an earlier chain gives a formula for the name."""
        return any(
            statement.trees and statement.claim.position < claim.position
            for statement in self.statements.get(key, ())
        )

    def printed_range(
        self, tree: Tree, claim: Claim, *, long_givens: bool = False
    ) -> tuple[Any, Any]:
        """Between which values a tree lies by the numbers that are printed for its names.

        In an update, that is the number that its name had before.

        A result stands for every number that rounds to it, a given for itself; with `long_givens`,
        those of many places are taken as rounded as well. Raises `EvaluationError` where a name
        has no printed number.
        """
        values: dict[str, Any] = dict(self.functions.at(claim.position))
        for part in readings(tree):
            before = self.updates(part.key, claim) or self._updates_entry(part.key, claim)
            text = self.printed_text(part, claim.position, before=before)
            if text is None and (ruled := self.by_rule(part, claim.position)) is not None:
                values[part.key] = ruled.value
                continue
            if text is None:
                raise EvaluationError("{name} is not printed", name=part.key)
            exact = self.is_exact(part.key, text, claim.position, before=before)
            rounded = not exact and self._is_rounded(part, claim.position, before=before)
            if long_givens and places_of(text) >= LEAST_PLACES:
                rounded |= not exact
            values[part.key] = interval(text, rounded=rounded)
        return range_of(tree, values)

    def could_print(
        self, tree: Tree, text: str, claim: Claim, *, long_givens: bool = False
    ) -> bool:
        """Whether the numbers that are printed for a tree's names can give the printed digits.

        Raises `EvaluationError` where a name has no printed number.
        """
        return can_be(text, self.printed_range(tree, claim, long_givens=long_givens))

    def _is_rounded(self, name: Symbol | Derivative, at: Position, *, before: bool) -> bool:
        if isinstance(name, Derivative) or self.is_result(name, at):
            return True
        index = self.nearest(name.key, at)
        if index is None:
            return False
        statement = self.statements[name.key][max(index - before, 0)]
        return bool(statement.lines or statement.trees)

    def is_exact(self, key: str, text: str, at: Position, *, before: bool = False) -> bool:
        """Whether printed digits are all of a number that the document computes or gives.

        A given with many places may be the result of what is not shown.
        """
        try:
            found = self.value(key, at, before=before)
        except EvaluationError:
            return False
        if isinstance(found.value, tuple):
            return False
        if (entry := self._computed_entry(key, at, before=before)) is not None:
            return same(entry, number(text))
        short = places_of(text) < LEAST_PLACES
        whole = short if found.formula is None else same(found.value, number(text))
        return whole and not found.rounded

    def _computed_entry(self, key: str, at: Position, *, before: bool) -> Any:
        """The value of an entry of a row that exact numbers give; None where none is known."""
        index = self.nearest(key, at)
        claim = None if index is None else self.statements[key][max(index - before, 0)].claim
        if claim is None or claim.component is None or not isinstance(claim.head, Symbol):
            return None
        with suppress(EvaluationError):
            row = self.value(claim.head.key, claim.position)
            entries = list(entries_of(row.value)) if isinstance(row.value, tuple) else []
            computed = row.formula is not None and any(named(row.formula))
            if computed and not row.rounded and claim.component < len(entries):
                return entries[claim.component]
        return None

    def printed_text(
        self, name: Symbol | Derivative, at: Position, *, before: bool = False
    ) -> str | None:
        """The number that is printed for a name nearest before a place.

        With `before`, that of the statement before the one that stands there.
        """
        known = self.statements.get(name.key, [])
        index = max(bisect_right(known, at, key=place_of) - before, 0)
        for place in chain(range(index - 1, -1, -1), range(index, len(known))):
            text: str | None = known[place].text
            if text is not None:
                return text
        return None


def _is_finer(text: str | None, other: str | None) -> bool:
    """Whether a printed number has more places than another."""
    return text is not None and other is not None and places_of(text) > places_of(other)


def _is_whole(statement: Statement) -> bool:
    """Whether a line of short numbers is exactly what is printed behind it: 3/4 = 0.75."""
    if statement.line is None or statement.text is None:
        return False
    short = all(places_of(text) <= 1 for text in digits_in(statement.line))
    return short and same(evaluate(statement.line, {}, MPMATH), number(statement.text))
