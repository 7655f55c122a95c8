"""The definitions that hold where a claim stands, and trees closed by them.

A closed tree has definitions applied, sums written out at small sizes, and derivatives taken:
what it still reads has no value in the deck.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bpreport.audit.knowledge import Knowledge
from bpreport.audit.names import CONSTANTS, named
from bpreport.audit.points import SIZE
from bpreport.audit.primes import is_new_value
from bpreport.deck.model import Claim
from bpreport.formula import EvaluationError, Function, expand, slope, unroll
from bpreport.formula.limits import limit
from bpreport.formula.operations import FUNCTION_MEANINGS
from bpreport.formula.tree import (
    Call,
    Derivative,
    Number,
    Reduce,
    Symbol,
    Tree,
    Tuple,
    free_symbols,
    substitute,
    walk,
)

__all__ = ["Scope", "opaque"]

ONE = Number("1")
ARGUMENT = Symbol("x")
"""Of a function that means the same everywhere."""

MOST_APPLIED = limit("definitions_applied")
"""Definitions past which two sides are not compared: one in another, their number multiplies."""

MOST_TERMS = 40
"""Samples of a worked example up to which its sums are written out whole."""


class Scope:
    """The definitions that hold where a claim stands."""

    def __init__(self, claim: Claim, knowledge: Knowledge) -> None:
        self.claim = claim
        self.knowledge = knowledge
        self.trace = knowledge.trace_of(claim)
        own_body = claim.right if claim.left == claim.head else None
        self.functions = knowledge.document.functions.at(claim.position, other_than=own_body)
        self.assumed = False
        """A slope took names as independent of which the deck does not say so."""
        self.vectors = _vector_bases(claim)
        """Bases of names that stand with an index in the claim: bare, they are vectors."""
        self.one_feature = False
        """Read a sample x^{(i)} of the worked example as its only feature, not as its row."""
        self._applied = 0
        """Definitions applied so far."""
        self._closed: dict[tuple[object, ...], tuple[Tree, int]] = {}
        """Closed bodies of names, and how many definitions each took: a unit is read many times."""

    def is_worked(self, name: Tree) -> bool:
        """Whether a worked example says what the name is."""
        return (
            self.trace is not None
            and isinstance(name, Symbol | Derivative)
            and self._worked_formula(name) is not None
        )

    def is_defined(self, name: Tree) -> bool:
        """Whether a worked example, or an earlier formula, says what the name is."""
        if isinstance(name, Call):
            key = name.function.key
            known = self.knowledge.document.functions.is_defined_before(key, self.claim)
            if known or self.knowledge.meanings.defines(self.claim):
                return known
            return key in FUNCTION_MEANINGS and not name.primes
        if not isinstance(name, Symbol | Derivative):
            return False
        if isinstance(name, Derivative) and not self.is_new_value(name):
            return False
        if self.is_worked(name):
            return True
        return self.knowledge.document.is_defined_before(name.key, self.claim)

    def is_new_value(self, name: Tree) -> bool:
        """Whether a name with a prime is what the deck says of it, and no slope."""
        return is_new_value(name, self.claim, self.knowledge)

    def definition(self, name: Symbol | Derivative) -> Tree | None:
        """The formula of a name: the worked example's, or else the deck's own."""
        worked = self._worked_formula(name)
        if worked is not None:
            return worked
        return self.knowledge.document.definition(name.key, self.claim)

    def _worked_formula(self, name: Symbol | Derivative) -> Tree | None:
        if self.trace is None:
            return None
        for key in self.knowledge.spellings(name, self.claim):
            quantity = self.trace.quantities.get(key)
            if quantity is not None:
                return quantity.formula
        return None

    def is_grounded(self, sides: list[Tree]) -> bool:
        """Whether all that the sides read is given by the worked example."""
        if self.trace is None:
            return False
        keys = {key for side in sides for key in opaque(side)}
        return all(
            key in self.trace.quantities and self.trace.quantities[key].formula is None
            for key in keys
        )

    def closed(
        self, tree: Tree, stop: frozenset[str] = frozenset(), depth: int = 0, size: int = SIZE
    ) -> Tree:
        """The tree with definitions applied, sums written out and derivatives taken."""
        if depth > 12:
            raise EvaluationError("definitions that go round in a circle")
        tree = expand(tree, self.functions)
        tree = unroll(tree, {key: self.size_of(key, size) for key in _bounds(tree)})

        def applied(part: Tree) -> Tree | None:
            if isinstance(part, Derivative) and self.is_new_value(part):
                return self._new_value(part, stop, depth, size)
            if isinstance(part, Derivative):
                return self._slope(part, stop, depth)
            if isinstance(part, Call) and self.has_slope(part):
                return self.closed(self._primed(part), stop, depth + 1)
            if isinstance(part, Symbol):
                part = self.knowledge.respelled(part, self.claim)
                if part.key in stop or part.key in CONSTANTS:
                    return part
                if self._is_put_in_front(part):
                    return ONE
                return self._closed_name(part, stop, depth, size)
            return None

        return substitute(tree, applied)

    def _new_value(self, name: Derivative, stop: frozenset[str], depth: int, size: int) -> Tree:
        """The closed body of a name with a prime that is no slope; else a name for it."""
        body = self.definition(name)
        self._apply(body is not None)
        if body is not None:
            return self.closed(body, stop, depth + 1, size)
        assert isinstance(name.body, Symbol)
        return replace(name.body, marks=(*name.body.marks, "'"), typed="")

    def _closed_name(self, name: Symbol, stop: frozenset[str], depth: int, size: int) -> Tree:
        """The closed body of a name that is defined, or its entries; else itself."""
        asked = name, stop, size, self.one_feature
        known = self._closed.get(asked)
        if known is None:
            body, before = self.definition(name), self._applied
            self._apply(body is not None)
            if body is None:
                body = self._vector(name)
            closed = name if body == name else self.closed(body, stop, depth + 1, size)
            self._closed[asked] = closed, self._applied - before
            return closed
        closed, count = known
        self._apply(count)
        return closed

    def _apply(self, count: int) -> None:
        """Count definitions that were put in."""
        self._applied += count
        if self._applied > MOST_APPLIED:
            raise EvaluationError("more than {most} definitions", most=MOST_APPLIED)

    def size_of(self, key: str, size: int) -> int:
        """How many terms a sum up to this symbol has: as many as in the worked example."""
        quantity = None if self.trace is None else self.trace.quantities.get(key)
        if quantity is None or quantity.formula is not None or quantity.value > MOST_TERMS:
            return size
        return int(quantity.value)

    def _vector(self, name: Symbol) -> Tree:
        """A bare name whose entries are known by an index, as the vector of them."""
        if name.indices:
            return name
        if self.trace is not None:
            if name.key in self.trace.quantities:
                return name
            entries = [
                quantity.symbol
                for quantity in self.trace.quantities.values()
                if isinstance(quantity.symbol, Symbol)
                and quantity.symbol.base == name.base
                and len(quantity.symbol.indices) == 1
                and replace(quantity.symbol, indices=()).key == name.key
            ]
            if self.one_feature and self._is_put_in_front(entries[0] if entries else name):
                return entries[1]
            if entries:
                return Tuple(tuple(entries))
        if name.base not in self.vectors:
            return name
        return Tuple(tuple(replace(name, indices=(str(n + 1),)) for n in range(SIZE)))

    def _is_put_in_front(self, name: Symbol) -> bool:
        """Whether a name is the x_0 = 1 of a sample, which textbooks mostly do not write."""
        if name.indices != ("0",) or not name.marks or self.trace is None:
            return False
        role = self.trace.roles.get(name.key)
        sample = role is not None and role.kind == "sample"
        return sample and bool(self.trace.quantities[name.key].value == 1)

    def has_one_feature(self) -> bool:
        """Whether the samples of the worked example are single numbers behind their x_0."""
        roles = () if self.trace is None else self.trace.roles.values()
        rows = [role.unit for role in roles if role.kind == "sample"]
        return bool(rows) and len(rows) == 2 * len(set(rows))

    def has_slope(self, call: Call) -> bool:
        """Whether a function with primes is the derivative of one that is known."""
        meant = (*self.functions, *self.knowledge.meant_functions)
        return bool(call.primes) and (call.own is not None or call.function.key in meant)

    def _primed(self, call: Call) -> Tree:
        """The derivative of a function of one argument, at its argument."""
        function = self.functions.get(call.function.key, call.own)
        if function is None:
            function = Function((ARGUMENT,), Call(call.function, (ARGUMENT,)))
        if len(function.arguments) != 1 or len(call.arguments) != 1:
            raise EvaluationError("a prime on a function of several arguments")
        variable, body = function.arguments[0], expand(function.body, self.functions)
        for _ in range(call.primes):
            body = slope(body, variable)
        return substitute(body, lambda part: call.arguments[0] if part == variable else None)

    def _slope(self, node: Derivative, stop: frozenset[str], depth: int) -> Tree:
        body = node.body
        by = tuple(
            self.knowledge.respelled(v, self.claim) if isinstance(v, Symbol) else v for v in node.by
        )
        if isinstance(body, Symbol):
            body = self.definition(self.knowledge.respelled(body, self.claim)) or body
        if not by and isinstance(body, Symbol):
            raise EvaluationError("a prime does not say by which of the symbols")
        if not by:
            names = free_symbols(expand(body, self.functions))
            names = {key: name for key, name in names.items() if key not in CONSTANTS}
            if len(names) != 1:
                raise EvaluationError("a prime does not say by which of the symbols")
            by = tuple(names.values())
        keys = frozenset(variable.key for variable in by if isinstance(variable, Symbol))
        result = self.closed(body, keys, depth + 1)
        for variable in by:
            if not isinstance(variable, Symbol):
                raise EvaluationError("a derivative by something that is not a symbol")
            if not self._reaches(result, variable):
                raise EvaluationError("nothing says how the one depends on the other")
            result = slope(result, variable)
        # Nothing else is open than the variables, and nothing defines them, mostly.
        open_ = any(self.closed(variable, stop, depth + 1) != variable for variable in by)
        return self.closed(result, stop, depth + 1) if open_ else result

    def _reaches(self, tree: Tree, variable: Symbol) -> bool:
        """Whether a derivative of zero would be a finding and not a gap in the deck."""
        if self.trace is not None:
            return variable.key in free_symbols(tree) or self.is_grounded([tree, variable])
        # What is printed without its formula may depend on the variable as well.
        at, document = self.claim.position, self.knowledge.document
        self.assumed |= any(
            document.is_result(name, at) for name in named(tree) if name != variable
        )
        return variable.key in free_symbols(tree)


def opaque(tree: Tree, functions: frozenset[str] = frozenset()) -> frozenset[str]:
    """What a closed tree still reads: symbols, and functions other than those that are known."""
    called = {part.function.key for part in walk(tree) if isinstance(part, Call)}
    calls = {f"{key}()" for key in called - functions}
    return frozenset(free_symbols(tree)) - frozenset(CONSTANTS) | calls


def _vector_bases(claim: Claim) -> frozenset[str]:
    """Bases of names that stand with an index letter, as the d of d_k."""
    return frozenset(
        part.base
        for side in (claim.left, claim.right)
        if side is not None
        for part in walk(side)
        if isinstance(part, Symbol) and any(isinstance(index, Symbol) for index in part.indices)
    )


def _bounds(tree: Tree) -> Iterator[str]:
    """Keys of the symbols that bound a sum."""
    for part in walk(tree):
        if isinstance(part, Reduce) and part.upper is not None:
            yield from free_symbols(part.upper)
