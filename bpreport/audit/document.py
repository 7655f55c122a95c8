"""The symbol table of a document: what its own formulas define, give and print, and where.

A name may be given again further on (another example, another step), so a value is always asked
for at a place: what counts is the nearest chain before it that is about the name.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from bpreport.audit.names import is_numeric, readings
from bpreport.deck.claims import printed_number
from bpreport.deck.model import Claim, Position
from bpreport.formula import (
    INTERVAL,
    MP,
    MPMATH,
    EvaluationError,
    Function,
    evaluate,
    places_of,
    stands_for,
)
from bpreport.formula.arithmetic import IV, interval_ends
from bpreport.formula.tree import Apply, Call, Derivative, Symbol, Tree, free_symbols

__all__ = ["Document", "Statement"]


@dataclass(slots=True)
class Statement:
    """What one chain says of a name."""

    position: Position
    """Where the chain begins."""
    claim: Claim
    """Its first claim about the name."""
    trees: list[Tree] = field(default_factory=list)
    """Symbolic sides that the name is set equal to, in order."""
    text: str | None = None
    """The number that is printed for the name."""
    lines: bool = False
    """A line of printed numbers leads to the number."""


class Document:
    """Names and their statements, in order of the document."""

    def __init__(self) -> None:
        self.statements: dict[str, list[Statement]] = {}
        self.functions: dict[str, list[tuple[Position, Function]]] = {}
        self._values: dict[tuple[str, int], Any] = {}
        self._typed: set[tuple[str, int]] = set()
        """Statements whose value is only what was printed."""
        self._rounded: set[tuple[str, int]] = set()
        """Statements whose value depends on a printed result, and so on its rounding."""
        self._computed: dict[str, Position] = {}
        """Families of names of which one, at least, is computed, and from where on."""

    # -- learning

    def learn(self, key: str, claim: Claim) -> None:
        """Take note of what a claim says of the name that its chain is about."""
        if claim.right is None:
            return
        statement = self._statement(key, claim)
        text = printed_number(claim.right)
        if text is not None:
            statement.text = text
            statement.lines |= claim.left is not None and is_numeric(claim.left)
        elif not is_numeric(claim.right):
            statement.trees.append(claim.right)
            own = key in free_symbols(claim.right)
            if isinstance(claim.head, Symbol) and claim.left == claim.head and not own:
                self._computed.setdefault(_family(claim.head), claim.position)
        else:
            statement.lines = True

    def learn_function(self, claim: Claim) -> None:
        """Take note of a function that a claim defines: f(x) = ..., or -l(x) = -(...)."""
        match claim.left, claim.right:
            case (
                Apply(operation="negative", operands=(Call() as call,)),
                Apply(operation="negative", operands=(body,)),
            ):
                self._function(call, body, claim.position)
            case Call() as call, body if body is not None and not is_numeric(body):
                self._function(call, body, claim.position)

    def _function(self, call: Call, body: Tree, position: Position) -> None:
        arguments = tuple(part for part in call.arguments if isinstance(part, Symbol))
        if len(arguments) == len(call.arguments):
            name = call.function.key + "'" * call.primes
            self.functions.setdefault(name, []).append((position, Function(arguments, body)))

    def bind(self, key: str, text: str, claim: Claim) -> None:
        """Take note of a number that stands in a name's place in a line."""
        known = self.statements.setdefault(key, [])
        statement = Statement(claim.position, claim, text=text)
        known.insert(bisect_right(known, claim.position, key=_place), statement)
        self._values.clear()

    def _statement(self, key: str, claim: Claim) -> Statement:
        known = self.statements.setdefault(key, [])
        if known and known[-1].claim.formula is claim.formula and claim.component is None:
            return known[-1]
        assert claim.formula is not None
        start = claim.formula.position(0) if claim.component is None else claim.position
        statement = Statement(max(start, known[-1].position) if known else start, claim)
        known.append(statement)
        return statement

    # -- asking

    def nearest(self, key: str, at: Position) -> int | None:
        """The last statement about a name up to a place; failing that, the first behind it."""
        known = self.statements.get(key)
        if not known:
            return None
        return max(bisect_right(known, at, key=_place) - 1, 0)

    def value(self, key: str, at: Position) -> Any:
        """The exact value of a name at a place, by the document's own definitions and givens.

        Raises `EvaluationError` where the document does not determine it.
        """
        index = self.nearest(key, at)
        if index is None:
            raise EvaluationError("{name} has no value in this document", name=key)
        return self._value_of(key, index, frozenset())

    def _value_of(self, key: str, index: int, open_: frozenset[tuple[str, int]]) -> Any:
        place = key, index
        if place in self._values:
            return self._values[place]
        if place in open_ or len(open_) > 200:
            raise EvaluationError("{name} is defined by itself", name=key)
        statement = self.statements[key][index]
        tree = self.definition_at(key, index)
        value = None
        if tree is not None:
            try:
                value = self._evaluate(tree, statement, key, index, open_ | {place})
            except EvaluationError:
                if statement.text is None:
                    raise
        if value is None:
            if statement.text is None:
                raise EvaluationError("{name} has no value in this document", name=key)
            value = number(statement.text)
            self._typed.add(place)
            head = statement.claim.head
            computed = isinstance(head, Derivative) or self.is_result(head, statement.position)
            if statement.lines or computed:
                self._rounded.add(place)
        self._values[place] = value
        return value

    def is_computed(self, key: str, index: int) -> bool:
        """Whether the value of a statement follows from a formula, not from its own digits.

        To be asked once the value is known.
        """
        return self.definition_at(key, index) is not None and (key, index) not in self._typed

    def is_result(self, name: Tree | None, at: Position) -> bool:
        """Whether a name is of a family that is computed: h_2 behind h_1 = ..., but no weight."""
        if not isinstance(name, Symbol):
            return False
        first = self._computed.get(_family(name))
        return first is not None and first < at

    def is_rounded(self, key: str, index: int) -> bool:
        """Whether the value of a statement depends on printed, and so on rounded, results."""
        return (key, index) in self._rounded

    def is_later(self, key: str, index: int, at: Position) -> bool:
        """Whether a statement stands behind a place."""
        return self.statements[key][index].position > at

    def definition_at(self, key: str, index: int) -> Tree | None:
        """The formula behind a statement: its own, or the one that the slide gave before."""
        known = self.statements[key]
        statement = known[index]
        if statement.trees:
            return statement.trees[0]
        for earlier in reversed(known[:index]):
            if earlier.claim.slide != statement.claim.slide:
                return None
            if earlier.text not in (None, statement.text) and not statement.lines:
                return None  # another step's value, or given anew
            if earlier.trees:
                return earlier.trees[0]
            if not (earlier.lines or statement.lines):
                return None  # given anew
        return None

    def _evaluate(
        self,
        tree: Tree,
        statement: Statement,
        key: str,
        index: int,
        open_: frozenset[tuple[str, int]],
    ) -> Any:
        values: dict[str, Any] = dict(self.functions_at(statement.position))
        for part in readings(tree):
            if part.key == key:
                if index == 0:
                    raise EvaluationError("{name} is defined by itself", name=key)
                values[key] = self._value_of(key, index - 1, open_)
                continue
            place = self.nearest(part.key, statement.position)
            if place is None:
                raise EvaluationError("{name} has no value in this document", name=part.key)
            values[part.key] = self._value_of(part.key, place, open_)
            if (part.key, place) in self._rounded:
                self._rounded.add((key, index))
        return evaluate(tree, values, MPMATH)

    def functions_at(self, at: Position, other_than: Tree | None = None) -> dict[str, Function]:
        """The functions that are defined at a place, by name; "f'" is the derivative of f.

        A definition whose body is `other_than` is the one that is asked about, and left out.
        """
        found = {}
        for name, stated in self.functions.items():
            definitions = [entry for entry in stated if entry[1].body is not other_than]
            if not definitions:
                continue
            index = max(bisect_right(definitions, at, key=lambda entry: entry[0]) - 1, 0)
            found[name] = definitions[index][1]
        return found

    def is_function_before(self, name: str, claim: Claim) -> bool:
        """Whether an earlier formula defines a function of that name."""
        return any(
            position < claim.position and function.body is not claim.right
            for position, function in self.functions.get(name, ())
        )

    def forms(self, key: str, at: Position) -> Iterator[Tree]:
        """Symbolic sides that a name is set equal to, the nearest before a place first."""
        known = self.statements.get(key, [])
        index = self.nearest(key, at)
        if index is None:
            return
        for statement in (*reversed(known[: index + 1]), *known[index + 1 :]):
            yield from statement.trees

    def definition(self, key: str, claim: Claim) -> Tree | None:
        """The formula of a name where a claim stands, other than the one that the claim states."""
        for tree in self.forms(key, claim.position):
            if tree is not claim.right and key not in free_symbols(tree):
                return tree
        return None

    def is_defined_before(self, key: str, claim: Claim) -> bool:
        """Whether an earlier chain gives a formula for the name."""
        return any(
            statement.trees and statement.claim.position < claim.position
            for statement in self.statements.get(key, ())
        )

    def printed_range(
        self, tree: Tree, at: Position, least_places: int | None = None
    ) -> tuple[Any, Any]:
        """Between which values a tree lies by the numbers that are printed for its names.

        A result stands for every number that rounds to it, a given for itself, unless it has
        `least_places` or more. Raises `EvaluationError` where a name has no printed number.
        """
        values: dict[str, Any] = dict(self.functions_at(at))
        for part in readings(tree):
            text = self.printed_text(part, at)
            if text is None:
                raise EvaluationError("{name} is not printed", name=part.key)
            long = least_places is not None and places_of(text) >= least_places
            rounded = long or self._is_rounded_text(part, at)
            values[part.key] = interval(text, rounded=rounded)
        return interval_ends(evaluate(tree, values, INTERVAL))

    def _is_rounded_text(self, name: Symbol | Derivative, at: Position) -> bool:
        if isinstance(name, Derivative) or self.is_result(name, at):
            return True
        index = self.nearest(name.key, at)
        return index is not None and bool(
            self.statements[name.key][index].lines or self.statements[name.key][index].trees
        )

    def printed_text(self, name: Symbol | Derivative, at: Position) -> str | None:
        """The number that is printed for a name nearest before a place."""
        known = self.statements.get(name.key, [])
        index = bisect_right(known, at, key=_place)
        for statement in (*reversed(known[:index]), *known[index:]):
            if statement.text is not None:
                return statement.text
        return None


def _family(name: Symbol) -> str:
    """The base of a name with its superscript marks: z^{(2)} of z_1^{(2)}."""
    return replace(name, indices=()).key


def interval(text: str, *, rounded: bool) -> Any:
    """The numbers that printed digits stand for, sign included."""
    low, high = (text, text) if not rounded else map(str, stands_for(text)[:2])
    return IV.mpf([low, high])


def number(text: str) -> Any:
    """The value of printed digits, sign included."""
    return -MP.mpf(text[1:]) if text.startswith("-") else MP.mpf(text)


def _place(statement: Statement) -> Position:
    return statement.position
