"""Two symbolic sides: proved equal, refuted, or a definition.

Both sides are evaluated at random points at 50 digits, with the deck's definitions applied and
its sums written out at small sizes. Two expressions that agree to 40 digits at several random
points are equal for every purpose of a lecture; one point at which they differ refutes them.
Derivatives are slopes of trees.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bpreport.audit.digits import same
from bpreport.audit.knowledge import Knowledge, row_symbols
from bpreport.deck.model import Claim
from bpreport.formula import (
    MP,
    MPMATH,
    EvaluationError,
    Function,
    evaluate,
    expand,
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
        return Identity("equal", "both sides are the same")
    if isinstance(left, Symbol) and left.key in free_symbols(right):
        return Identity("definition", "is an update rule")
    scope = _Scope(claim, knowledge)
    defines = isinstance(left, Symbol | Call) and left == claim.head
    if defines and not scope.is_defined(left):
        return Identity("definition", "defines {name}", {"name": f"${latex(left)}$"})
    equal = scope.agree(left, right)
    if equal:
        return Identity("equal", "holds: both sides agree at random points to 40 digits")
    if isinstance(left, Call) and not left.primes and not scope.is_defined(left):
        return Identity("definition", "defines {name}", {"name": f"${latex(left)}$"})
    implied = scope.implied(left, right)
    if defines and not scope.is_worked(left) and not implied:
        return scope.redefined(left, right)
    if implied:
        listed = ", ".join(f"${latex(name)} = {latex(body)}$" for name, body in implied)
        return Identity("definition", "introduces {listed}", {"listed": listed})
    if equal is None and defines:
        return Identity("definition", "defines {name}", {"name": f"${latex(left)}$"})
    if equal is None:
        return Identity("unknown", "the deck does not define all that the sides depend on")
    return Identity("different", "does not hold: {counterexample}", {"counterexample": scope.example})


class _Scope:
    """The definitions that hold where a claim stands."""

    def __init__(self, claim: Claim, knowledge: Knowledge) -> None:
        self.claim = claim
        self.knowledge = knowledge
        self.trace = knowledge.trace_of(claim)
        self.functions = dict(knowledge.functions)
        self.example = ""
        own = claim.head if claim.left == claim.head else None
        if isinstance(own, Call) and not own.primes:
            defined_here = self.functions.get(own.function.key)
            if defined_here is not None and defined_here.body == claim.right:
                del self.functions[own.function.key]

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
            return name.function.key in self.functions or name.function.key in FUNCTION_MEANINGS
        if not isinstance(name, Symbol):
            return False
        if self._worked_formula(name) is not None:
            return True
        definitions = self.knowledge.definitions.get(name.key, ())
        return any(claim.position < self.claim.position for _, claim in definitions)

    def implied(self, left: Tree, right: Tree) -> tuple[tuple[Tree, Tree], ...]:
        """Names that the pair introduces, or that it introduces beside an earlier form."""
        found = _implied(simplify(left), simplify(right))
        if found and left != self.claim.head:
            return found
        if left == self.claim.head and isinstance(left, Symbol):
            for form in self.knowledge.forms.get(left.key, ()):
                if form is right:
                    break
                if implied := _implied(simplify(form), simplify(right)):
                    return implied
        return ()

    def redefined(self, name: Tree, right: Tree) -> Identity:
        """A name that an earlier formula defines otherwise: a note, for notes do that."""
        shown = {"name": f"${latex(name)}$"}
        factor = self._factor(name, right)
        if factor is None:
            return Identity("definition", "defines {name} otherwise than before", shown)
        return Identity(
            "definition",
            "defines {name} otherwise than before: a factor {factor} apart",
            {**shown, "factor": factor},
        )

    def _factor(self, name: Tree, right: Tree) -> str | None:
        """The constant between two definitions, where there is one: "m"."""
        ratios = []
        for size in (2, 3):
            point = _Point(0, size)
            try:
                sides = [self._closed(side, size=size) for side in (name, right)]
                one, other = (evaluate(side, point.values(side), MPMATH) for side in sides)
                ratios.append(other / one)
            except (EvaluationError, ZeroDivisionError, TypeError):
                return None
        for shown, values in (("m", (2, 3)), ("2", (2, 2)), ("2m", (4, 6))):
            direct = all(same(ratio, value) for ratio, value in zip(ratios, values, strict=True))
            inverse = all(same(1 / ratio, value) for ratio, value in zip(ratios, values, strict=True))
            if direct or inverse:
                return f"${shown}$"
        return None

    def definition(self, name: Symbol) -> Tree | None:
        worked = self._worked_formula(name)
        if worked is not None:
            return worked
        for tree, claim in self.knowledge.definitions.get(name.key, ()):
            if claim is not self.claim:
                return tree
        return None

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
            sides = [self._closed(side) for side in _as_vectors(left, right)]
        except EvaluationError:
            return None
        opaque = [_opaque(side) for side in sides]
        for seed in range(POINTS):
            point = _Point(seed)
            try:
                a, b = (_scalar(evaluate(side, point.values(side), MPMATH)) for side in sides)
            except EvaluationError:
                return None
            if not same(a, b):
                self.example = _counterexample(point, sides, a, b)
                # Sides that read different unknowns may still be equal by what is not written.
                return False if opaque[0] == opaque[1] or self._is_grounded(sides) else None
        return True

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
        tree = unroll(tree, _sizes(tree, size))

        def applied(part: Tree) -> Tree | None:
            if isinstance(part, Derivative):
                return self._slope(part, stop, depth)
            if isinstance(part, Call) and part.primes and part.function.key in self.functions:
                return self._closed(self._primed(part), stop, depth + 1)
            if isinstance(part, Symbol):
                part = self.knowledge.respelled(part, self.claim)
                if part.key in stop:
                    return part
                body = self.definition(part)
                if body is None:
                    return self._vector(part)
                return self._closed(body, stop, depth + 1)
            return None

        return substitute(tree, applied)

    def _vector(self, name: Symbol) -> Tree:
        """A bare name whose entries the worked example knows, as the vector of them."""
        trace = self.trace
        if trace is None or name.key in trace.quantities or name.indices or name.marks:
            return name
        entries = row_symbols(trace, name)
        return Tuple(tuple(entries)) if entries else name

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
            names = {key: name for key, name in names.items() if key not in ("e", r"\pi")}
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
        return variable.key in free_symbols(tree) or self._is_grounded([tree, variable])


def _opaque(tree: Tree) -> frozenset[str]:
    """What a closed tree still reads: symbols, and functions that nobody defined."""
    calls = {f"{part.function.key}()" for part in walk(tree) if isinstance(part, Call)}
    return frozenset(free_symbols(tree)) - {"e", r"\pi"} | calls


def _as_vectors(left: Tree, right: Tree) -> tuple[Tree, Tree]:
    """Names that stand bare beside their own entries, as d beside d_k, written as vectors."""
    named = [part for side in (left, right) for part in walk(side) if isinstance(part, Symbol)]
    indexed = {
        name.base for name in named if any(isinstance(index, Symbol) for index in name.indices)
    }
    bare = {name for name in named if not name.indices and not name.marks and name.base in indexed}

    def vector(part: Tree) -> Tree | None:
        if not isinstance(part, Symbol) or part not in bare:
            return None
        return Tuple(tuple(replace(part, indices=(str(n + 1),)) for n in range(SIZE)))

    return substitute(left, vector), substitute(right, vector)


def _sizes(tree: Tree, size: int = SIZE) -> dict[str, int]:
    """A small size for every symbol that bounds a sum."""
    sizes = {}
    for part in walk(tree):
        if isinstance(part, Reduce) and part.upper is not None:
            sizes.update(dict.fromkeys(free_symbols(part.upper), size))
    return sizes


@dataclass
class _Point:
    """Values for everything that has none, the same for the same name."""

    seed: int
    size: int = SIZE

    def number(self, name: str) -> Any:
        digest = hashlib.sha256(f"{self.seed}:{name}".encode()).digest()
        return MP.mpf(int.from_bytes(digest[:16])) / MP.mpf(2) ** 128 * MP.mpf("0.8") + MP.mpf("0.1")

    def values(self, tree: Tree) -> dict[str, Any]:
        sizes = _sizes(tree, self.size)
        values: dict[str, Any] = {
            key: sizes.get(key) or (self.size if key in COUNTS else self.number(key))
            for key in free_symbols(tree)
            if key not in ("e", r"\pi")
        }
        for part in walk(tree):
            if isinstance(part, Call) and part.function.key not in FUNCTION_MEANINGS:
                values.setdefault(part.function.key, self.function(part.function.key))
        return values

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


def _counterexample(point: _Point, sides: list[Tree], left: Any, right: Any) -> str:
    values: dict[str, Any] = {}
    for side in sides:
        values.update(point.values(side))
    named = ", ".join(
        f"{key} = {MP.nstr(MP.mpf(value), 4)}"
        for key, value in sorted(values.items())
        if not isinstance(value, Function)
    )
    named = named if len(named) < 120 else named[:117] + "..."
    return f"{named}: {MP.nstr(left, 8)} / {MP.nstr(right, 8)}"


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
    same_call = isinstance(left, Call) and isinstance(right, Call) and left.function == right.function
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
