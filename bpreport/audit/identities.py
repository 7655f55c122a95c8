"""Two symbolic sides: proved equal, refuted, or a definition.

Both sides are evaluated at random points at 50 digits, with the deck's definitions applied and
its sums written out at small sizes. Two expressions that agree to 40 digits at several random
points are equal for every purpose of a lecture; one point at which they differ refutes them.
Derivatives are slopes of trees.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from bpreport.audit.digits import same
from bpreport.audit.knowledge import Knowledge
from bpreport.audit.names import named, readings
from bpreport.deck.model import Claim
from bpreport.formula import (
    MP,
    MPMATH,
    EvaluationError,
    Function,
    evaluate,
    expand,
    instantiate,
    latex,
    simplify,
    slope,
    unroll,
)
from bpreport.formula.operations import FUNCTION_MEANINGS
from bpreport.formula.tree import (
    Apply,
    Call,
    Derivative,
    Number,
    Reduce,
    Symbol,
    Tree,
    Tuple,
    children,
    free_symbols,
    substitute,
    walk,
)

__all__ = ["Identity", "compare"]

POINTS = 3
"""Random points at which two sides must agree."""
COUNTS = ("m", "n", "N", r"\ell")
"""Symbols that stand for a count wherever they are left over."""
SIZE = 2
MOST_TERMS = 40
"""Samples of a worked example up to which its sums are written out whole."""
_CONSTANTS = ("e", r"\pi")
"""Upper bound that is put in the place of m, n, l where sums are written out."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What was found of two symbolic sides."""

    outcome: str
    """ "equal", "different", "definition" or "unknown"."""
    text: str
    values: Mapping[str, Any] = field(default_factory=dict)


def compare(claim: Claim, knowledge: Knowledge) -> Identity:
    """What there is to say of a pair of symbolic sides."""
    left, right = claim.left, claim.right
    assert left is not None and right is not None
    if simplify(left) == simplify(right):
        return Identity("equal", "Both sides are the same")
    scope = _Scope(claim, knowledge)
    if isinstance(left, Symbol) and left.key in free_symbols(right):
        objective = scope.descends(left, right)
        if objective is None and (uphill := scope.descends(left, right, up=True)) is not None:
            text = "It goes up the gradient of {name}, not down"
            return Identity("different", text, {"name": f"${latex(uphill)}$"})
        if objective is None:
            return Identity("definition", "It is an update rule")
        text = "It is a step down the gradient of {name}"
        return Identity("equal", text, {"name": f"${latex(objective)}$"})
    defines = isinstance(left, Symbol | Call) and left == claim.head
    if isinstance(left, Call) and left.primes and left.function.key in scope.functions:
        defines = False  # the derivative of a function is what it is
    if defines and not scope.is_defined(left):
        return Identity("definition", "It defines {name}", {"name": f"${latex(left)}$"})
    equal = scope.agree_in_example(left, right) or scope.agree(left, right)
    if equal:
        return Identity("equal", "Both sides agree at random points, to 40 digits")
    if scope.agree_by_value(left, right):
        return Identity("equal", "It holds for the values of the worked example, to 40 digits")
    if isinstance(left, Call) and not left.primes and not scope.is_defined(left):
        return Identity("definition", "It defines {name}", {"name": f"${latex(left)}$"})
    implied = scope.implied(left, right)
    if defines and not scope.is_worked(left) and not implied:
        return scope.redefined(left, right)
    if implied:
        listed = ", ".join(f"${latex(name)} = {latex(body)}$" for name, body in implied)
        return Identity("definition", "It introduces {listed}", {"listed": listed})
    if equal is None and left == claim.head:
        return Identity("definition", "It defines {name}", {"name": f"${latex(left)}$"})
    if equal is None:
        return Identity("unknown", "The deck does not define all that the sides depend on")
    return Identity(
        "different",
        "It does not hold: where {point}, the left side is {left} and the right side {right}",
        scope.counterexample,
    )


class _Scope:
    """The definitions that hold where a claim stands."""

    def __init__(self, claim: Claim, knowledge: Knowledge) -> None:
        self.claim = claim
        self.knowledge = knowledge
        self.trace = knowledge.trace_of(claim)
        own_body = claim.right if claim.left == claim.head else None
        self.functions = knowledge.document.functions_at(claim.position, other_than=own_body)
        self.counterexample: dict[str, str] = {}
        """A point at which the sides differed, and their values there."""
        self.assumed = False
        """A slope took names as independent of which the deck does not say so."""
        self.vectors = _vector_bases(claim)
        """Bases of names that stand with an index in the claim: bare, they are vectors."""

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
            known = self.knowledge.document.is_function_before(key, self.claim)
            return known or (key in FUNCTION_MEANINGS and not name.primes)
        if not isinstance(name, Symbol):
            return False
        if self._worked_formula(name) is not None:
            return True
        return self.knowledge.document.is_defined_before(name.key, self.claim)

    def implied(self, left: Tree, right: Tree) -> tuple[tuple[Tree, Tree], ...]:
        """Names that the pair introduces, or that it introduces beside an earlier form."""
        found = _implied(simplify(left), simplify(right))
        if found and left != self.claim.head:
            return found
        if left == self.claim.head and isinstance(left, Symbol):
            for form in self.knowledge.document.forms(left.key, self.claim.position):
                if form is right:
                    continue
                if implied := _implied(simplify(form), simplify(right)):
                    return implied
        return ()

    def redefined(self, name: Tree, right: Tree) -> Identity:
        """A name that an earlier formula defines otherwise: a note, for notes do that."""
        shown = {"name": f"${latex(name)}$"}
        factor = self._factor(name, right)
        if factor is None:
            return Identity("definition", "It defines {name} otherwise than before", shown)
        return Identity(
            "definition",
            "It defines {name} otherwise than before: a factor {factor} apart",
            {**shown, "factor": factor},
        )

    def _factor(self, name: Tree, right: Tree) -> str | None:
        """The constant between two definitions, where there is one: "m"."""
        ratios = []
        for size in (2, 3):
            point = _Point(0, size, self._size)
            try:
                sides = [self._closed(side, size=size) for side in (name, right)]
                values = point.values(_unknowns(*sides))
                one, other = (evaluate(side, values, MPMATH) for side in sides)
                ratios.append(other / one)
            except (EvaluationError, ZeroDivisionError, TypeError):
                return None
        if not all(ratios):
            return None
        counts = [self._size("m", size) for size in (2, 3)]
        for shown, factors in (("m", counts), ("2", [2, 2]), ("2m", [2 * m for m in counts])):
            pairs = list(zip(ratios, factors, strict=True))
            direct = all(same(ratio, factor) for ratio, factor in pairs)
            inverse = all(same(1 / ratio, factor) for ratio, factor in pairs)
            if direct or inverse:
                return f"${shown}$"
        return None

    def definition(self, name: Symbol) -> Tree | None:
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

    def agree(self, left: Tree, right: Tree) -> bool | None:
        """Whether both sides agree at every random point; None where that cannot be said."""
        try:
            sides = [self._closed(side) for side in (left, right)]
        except EvaluationError:
            return None
        opaque = [_opaque(side) for side in sides]
        names = _unknowns(*sides)
        for seed in range(POINTS):
            point = _Point(seed, counts=self._size)
            values = point.values(names)
            try:
                a, b = (_scalar(evaluate(side, values, MPMATH)) for side in sides)
            except EvaluationError:
                return None
            if not same(a, b):
                self.counterexample = _counterexample(point, sides, a, b)
                # Sides that read different unknowns may still be equal by what is not written.
                sure = opaque[0] == opaque[1] or self._is_grounded(sides)
                return False if sure and not self.assumed else None
        return True

    def agree_in_example(self, left: Tree, right: Tree) -> bool | None:
        """Whether both sides agree in the worked example with random givens in its place.

        None where a side reads what the example does not know.
        """
        if self.trace is None or any(isinstance(p, Call) for s in (left, right) for p in walk(s)):
            return None
        keys: dict[str, str] = {}
        for part in (*readings(left), *readings(right)):
            known = (
                key
                for key in self.knowledge.spellings(part, self.claim)
                if key in self.trace.quantities
            )
            found = next(known, None)
            if found is None:
                return None
            keys[part.key] = found
        for seed in range(POINTS):
            example = self._random_example(seed)
            try:
                values = {typed: example[key] for typed, key in keys.items()}
                a, b = (evaluate(side, values, MPMATH) for side in (left, right))
            except (EvaluationError, KeyError):
                return None
            if isinstance(a, tuple) or isinstance(b, tuple) or not same(a, b):
                return False
        return True

    def _random_example(self, seed: int) -> dict[str, Any]:
        """All quantities of the worked example, computed from random givens."""
        assert self.trace is not None
        place = (self.trace.name, seed)
        if place not in self.knowledge.random_examples:
            values: dict[str, Any] = {}
            for key, quantity in self.trace.quantities.items():
                if quantity.formula is None:
                    values[key] = quantity.value if key in COUNTS else _random(seed, key)
                    continue
                with suppress(EvaluationError):
                    values[key] = evaluate(quantity.formula, values, MPMATH)
            self.knowledge.random_examples[place] = values
        return self.knowledge.random_examples[place]

    def agree_by_value(self, left: Tree, right: Tree) -> bool:
        """Whether both sides have one value in the worked example, by its own conventions.

        A sequential update makes other gradients than the derivative; what the deck then writes
        is right for its example.
        """
        if self.trace is None:
            return False
        try:
            values = [
                evaluate(side, self.knowledge.values_for(side, self.claim), MPMATH)
                for side in (left, right)
            ]
        except EvaluationError:
            return False
        return not any(isinstance(value, tuple) for value in values) and same(*values)

    def _is_grounded(self, sides: list[Tree]) -> bool:
        """Whether all that the sides read is given by the worked example."""
        if self.trace is None:
            return False
        keys = {key for side in sides for key in _opaque(side)}
        return all(
            key in self.trace.quantities and self.trace.quantities[key].formula is None
            for key in keys
        )

    def _closed(
        self, tree: Tree, stop: frozenset[str] = frozenset(), depth: int = 0, size: int = SIZE
    ) -> Tree:
        """The tree with definitions applied, sums written out and derivatives taken."""
        if depth > 12:
            raise EvaluationError("definitions that go round in a circle")
        tree = expand(tree, self.functions)
        tree = unroll(tree, {key: self._size(key, size) for key in _bounds(tree)})

        def applied(part: Tree) -> Tree | None:
            if isinstance(part, Derivative):
                return self._slope(part, stop, depth)
            if isinstance(part, Call) and part.primes and part.function.key in self.functions:
                return self._closed(self._primed(part), stop, depth + 1)
            if isinstance(part, Symbol):
                part = self.knowledge.respelled(part, self.claim)
                if part.key in stop or part.key in _CONSTANTS:
                    return part
                body = self.definition(part)
                if body is None:
                    body = self._vector(part)
                return part if body == part else self._closed(body, stop, depth + 1, size)
            return None

        return substitute(tree, applied)

    def _size(self, key: str, size: int) -> int:
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
            if entries:
                return Tuple(tuple(entries))
        if name.base not in self.vectors:
            return name
        return Tuple(tuple(replace(name, indices=(str(n + 1),)) for n in range(SIZE)))

    def descends(self, parameter: Symbol, right: Tree, *, up: bool = False) -> Symbol | Call | None:
        """The objective down (or up) whose gradient an update goes, if there is one."""
        place = {index.key: 1 for index in parameter.indices if isinstance(index, Symbol)}
        name = instantiate(parameter, place)
        step = instantiate(right, place) - name
        rates = [key for key in (r"\alpha", r"\eta") if key in free_symbols(right)]
        if not isinstance(name, Symbol) or not rates:
            return None
        for objective in self._objectives():
            slope_of = Derivative(objective, (name,))
            downhill = -(Symbol(rates[0]) * slope_of)
            if self.agree(step, -downhill if up else downhill):
                return objective
        return None

    def _objectives(self) -> Iterator[Symbol | Call]:
        """What the deck minimises, or the worked example does."""
        for key, function in self.functions.items():
            if key in ("J", "L", "E", "C"):
                yield Call(Symbol(key), function.arguments)
        for key in ("loss", "J", "L", "E", "C"):
            if self.definition(Symbol(key)) is not None:
                yield Symbol(key)

    def _primed(self, call: Call) -> Tree:
        """The derivative of a function of one argument, at its argument."""
        function = self.functions[call.function.key]
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
        if not by:
            names = free_symbols(expand(body, self.functions))
            names = {key: name for key, name in names.items() if key not in _CONSTANTS}
            if len(names) != 1:
                raise EvaluationError("a prime does not say by which of the symbols")
            by = tuple(names.values())
        keys = frozenset(variable.key for variable in by if isinstance(variable, Symbol))
        result = self._closed(body, keys, depth + 1)
        for variable in by:
            if not isinstance(variable, Symbol):
                raise EvaluationError("a derivative by something that is not a symbol")
            if not self._reaches(result, variable):
                raise EvaluationError("nothing says how the one depends on the other")
            result = slope(result, variable)
        return self._closed(result, stop, depth + 1)

    def _reaches(self, tree: Tree, variable: Symbol) -> bool:
        """Whether a derivative of zero would be a finding and not a gap in the deck."""
        if self.trace is not None:
            return variable.key in free_symbols(tree) or self._is_grounded([tree, variable])
        # What is printed without its formula may depend on the variable as well.
        at, document = self.claim.position, self.knowledge.document
        self.assumed |= any(
            document.is_result(name, at) for name in named(tree) if name != variable
        )
        return variable.key in free_symbols(tree)


def _opaque(tree: Tree) -> frozenset[str]:
    """What a closed tree still reads: symbols, and functions that nobody defined."""
    calls = {f"{part.function.key}()" for part in walk(tree) if isinstance(part, Call)}
    return frozenset(free_symbols(tree)) - frozenset(_CONSTANTS) | calls


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


@lru_cache(maxsize=10_000)
def _random(seed: int, name: str) -> Any:
    digest = hashlib.sha256(f"{seed}:{name}".encode()).digest()
    return MP.mpf(int.from_bytes(digest[:16])) / MP.mpf(2) ** 128 * MP.mpf("0.8") + MP.mpf("0.1")


def _unknowns(*trees: Tree) -> dict[str, bool]:
    """Keys of the symbols and the undefined functions of trees, and whether they are called."""
    unknowns: dict[str, bool] = {}
    for tree in trees:
        for part in walk(tree):
            if isinstance(part, Symbol) and part.key not in _CONSTANTS:
                unknowns[part.key] = False
            elif isinstance(part, Call) and part.function.key not in FUNCTION_MEANINGS:
                unknowns[part.function.key] = True
    return unknowns


@dataclass
class _Point:
    """Values for everything that has none, the same for the same name."""

    seed: int
    size: int = SIZE
    counts: Callable[[str, int], int] | None = None

    def number(self, name: str) -> Any:
        """A value between 0.1 and 0.9."""
        return _random(self.seed, name)

    def values(self, unknowns: Mapping[str, bool]) -> dict[str, Any]:
        """A value for every unknown: a number, or a function."""
        return {
            key: self.function(key) if called else self._count(key) or self.number(key)
            for key, called in unknowns.items()
        }

    def _count(self, key: str) -> int | None:
        """What stands for a symbol that is a count wherever it is left over."""
        if key not in COUNTS:
            return None
        return self.size if self.counts is None else self.counts(key, self.size)

    def function(self, name: str) -> Function:
        """A smooth function that nobody would guess, in the place of an undefined one."""
        x = Symbol("\0")
        body = Apply("sin", (x * _digits(self.number(name + "a")),)) + x * _digits(
            self.number(name + "b")
        )
        return Function((x,), body)


def _digits(value: Any) -> Number:
    return Number(MP.nstr(value, 20, min_fixed=-30, max_fixed=30))


def _scalar(value: Any) -> Any:
    """A vector's entries added up: (d - O)^2 of vectors is a sum over their entries."""
    if isinstance(value, tuple):
        return sum((_scalar(entry) for entry in value), MP.mpf(0))
    return value


MOST_NAMES = 6
"""Names of a counterexample that are told; more would not be read."""


def _counterexample(point: _Point, sides: list[Tree], left: Any, right: Any) -> dict[str, str]:
    values = point.values(_unknowns(*sides))
    named = [
        f"${key} = {MP.nstr(MP.mpf(value), 4)}$"
        for key, value in sorted(values.items())
        if not isinstance(value, Function)
    ]
    told = named if len(named) <= MOST_NAMES else [*named[:MOST_NAMES], "..."]
    return {
        "point": ", ".join(told),
        "left": str(MP.nstr(left, 8)),
        "right": str(MP.nstr(right, 8)),
    }


def _implied(left: Tree, right: Tree) -> tuple[tuple[Tree, Tree], ...]:
    """Names that must stand for expressions if the sides, alike otherwise, are equal."""
    found: dict[Tree, Tree] = {}
    for name, body in _differences(left, right):
        if name is None or body is None or found.setdefault(name, body) != body:
            return ()
    return tuple(found.items())


def _differences(left: Tree, right: Tree) -> Iterator[tuple[Tree | None, Tree | None]]:
    if left == right:
        return
    same_call = (
        isinstance(left, Call) and isinstance(right, Call) and left.function == right.function
    )
    for name, body in ((left, right), (right, left)):
        if isinstance(name, Symbol | Call) and not same_call and not isinstance(body, Number):
            inside = free_symbols(body)
            if not (isinstance(name, Symbol) and name.key in inside):
                yield name, body
                return
    a, b = children(left), children(right)
    alike = type(left) is type(right) and len(a) == len(b) and len(a) > 0
    if alike and isinstance(left, Apply) and isinstance(right, Apply):
        alike = left.operation == right.operation
    if alike and isinstance(left, Call) and isinstance(right, Call):
        alike = left.function == right.function
    if not alike:
        yield None, None
        return
    for one, other in zip(a, b, strict=True):
        yield from _differences(one, other)
