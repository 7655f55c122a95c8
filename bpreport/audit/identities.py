"""Two symbolic sides: proved equal, refuted, or a definition.

Both sides are evaluated at random points at 50 digits, with the deck's definitions applied and
its sums written out at small sizes. Two expressions that agree to 40 digits at several random
points are equal for every purpose of a lecture; one point at which they differ refutes them.
Derivatives are slopes of trees.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from bpreport.audit.digits import same
from bpreport.audit.knowledge import Knowledge
from bpreport.audit.names import readings
from bpreport.audit.points import POINTS, SIZE, Point, counterexample, unknowns
from bpreport.audit.scope import Scope, opaque
from bpreport.audit.updates import before_update
from bpreport.deck.model import Claim
from bpreport.formula import (
    MP,
    MPMATH,
    EvaluationError,
    evaluate,
    instantiate,
    latex,
    simplify,
)
from bpreport.formula.effort import charge
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
    walk,
)

__all__ = ["Identity", "compare"]

MOST_LABELS = 6
"""Classes up to which labels are put into a sum over them."""
MOST_MISSING = 3
"""Names without a value that are told of two sides."""
PER_FORM = 10
"""Steps that a side counts for which another one is held against, name by name."""


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
    sides = _Comparison(claim, knowledge)
    name = before_update(left, claim) if isinstance(left, Symbol) else left
    if isinstance(name, Symbol) and name.key in free_symbols(right):
        objective = sides.descends(name, right)
        if objective is None and (uphill := sides.descends(name, right, up=True)) is not None:
            text = "It goes up the gradient of {name}, not down"
            return Identity("different", text, {"name": f"${latex(uphill)}$"})
        # Numbers in the place of names make a step of this example, which its result is held to.
        numbers = any(isinstance(part, Number) and "." in part.text for part in walk(right))
        if objective is None and (name == left or numbers):
            return Identity("definition", "It is an update rule")
        if objective is not None:
            text = "It is a step down the gradient of {name}"
            return Identity("equal", text, {"name": f"${latex(objective)}$"})
    defines = isinstance(left, Symbol | Call) or sides.is_new_value(left)
    defines = defines and left == claim.head
    if isinstance(left, Call) and sides.has_slope(left):
        defines = False  # the derivative of a function is what it is
    if defines and not sides.is_defined(left):
        return Identity("definition", "It defines {name}", {"name": f"${latex(left)}$"})
    if isinstance(left, Tuple) and left == claim.head and not sides.is_told(left):
        return Identity("definition", "It defines {name}", {"name": f"${latex(left)}$"})
    equal = sides.agree_in_example(left, right) or sides.agree(left, right)
    if equal:
        return Identity("equal", "Both sides agree at random points, to 40 digits")
    if sides.agree_by_value(left, right):
        return Identity("equal", "It holds for the values of the worked example, to 40 digits")
    if isinstance(left, Call) and not left.primes and not sides.is_defined(left):
        return Identity("definition", "It defines {name}", {"name": f"${latex(left)}$"})
    implied = sides.implied(left, right)
    if defines and not sides.is_worked(left) and not implied:
        return sides.redefined(left, right)
    if implied:
        listed = ", ".join(f"${latex(name)} = {latex(body)}$" for name, body in implied)
        return Identity("definition", "It introduces {listed}", {"listed": listed})
    if equal is None and left == claim.head:
        return Identity("definition", "It defines {name}", {"name": f"${latex(left)}$"})
    if labels := sides.agree_for_labels(left, right):
        listed = ", ".join(f"${latex(name)} = {value}$" for name, value in labels.items())
        return Identity("equal", "It holds with {listed}", {"listed": listed})
    if equal is None and sides.missing:
        listed = ", ".join(f"${latex(name)}$" for name in sides.missing)
        text = "The deck does not define all that the sides depend on: {listed}"
        return Identity("unknown", text, {"listed": listed})
    if equal is None:
        return Identity("unknown", "The deck does not define all that the sides depend on")
    if not sides.counterexample["point"]:
        return Identity(
            "different",
            "It does not hold: {left} on the left, {right} on the right",
            sides.counterexample,
        )
    return Identity(
        "different",
        "It does not hold: where {point}, the left side is {left} and the right side {right}",
        sides.counterexample,
    )


class _Comparison(Scope):
    """Two sides held against each other where a claim stands."""

    def __init__(self, claim: Claim, knowledge: Knowledge) -> None:
        super().__init__(claim, knowledge)
        self.counterexample: dict[str, str] = {}
        """A point at which the sides differed, and their values there."""
        self.missing: tuple[Symbol, ...] = ()
        """Names that only one side reads, and that have no value: the first of them."""

    def is_told(self, names: Tuple) -> bool:
        """Whether something is known of several names but for what the claim says of them."""
        keys = free_symbols(names).keys()
        right = self.claim.right
        own = right is None or not keys.isdisjoint(free_symbols(right).keys())
        told = self.knowledge.document.is_defined_before
        return own or any(told(key, self.claim) for key in keys)

    def implied(self, left: Tree, right: Tree) -> tuple[tuple[Tree, Tree], ...]:
        """Names that the pair introduces, or that it introduces beside an earlier form."""
        found = _implied(simplify(left), simplify(right))
        if found and left != self.claim.head:
            return found
        if left == self.claim.head and isinstance(left, Symbol):
            for form in self.knowledge.document.forms(left.key, self.claim.position):
                if form == right:
                    continue
                charge(PER_FORM)
                implied = _implied(simplify(form), simplify(right))
                if implied and not self._are_known_apart(implied):
                    return implied
        return ()

    def _are_known_apart(self, pairs: tuple[tuple[Tree, Tree], ...]) -> bool:
        """Whether the deck gives different values for what would have to be one."""
        for pair in pairs:
            known = [self.knowledge.known(side, self.claim) for side in pair]
            if any(one is None or not one.given or one.later for one in known):
                continue
            first, second = (one.value for one in known if one is not None)
            if not same(first, second):
                return True
        return False

    def redefined(self, name: Tree, right: Tree) -> Identity:
        """A name that an earlier formula defines otherwise: a note, for notes do that."""
        shown = {"name": f"${latex(name)}$"}
        if _is_sum(right) and any(map(_is_untold_sum, self._forms(name))):
            return Identity("definition", "It defines {name}", shown)
        factor = self._factor(name, right)
        if factor is None:
            return Identity("definition", "It defines {name} otherwise than before", shown)
        return Identity(
            "definition",
            "It defines {name} otherwise than before: a factor {factor} apart",
            {**shown, "factor": factor},
        )

    def _forms(self, name: Tree) -> Iterator[Tree]:
        """What the deck has set a name equal to so far, but for what the claim says."""
        if isinstance(name, Symbol):
            forms = self.knowledge.document.forms(name.key, self.claim.position, later=False)
            yield from (form for form in forms if form is not self.claim.right)

    def _factor(self, name: Tree, right: Tree) -> str | None:
        """The constant between two definitions, where there is one: "m"."""
        ratios = []
        for size in (2, 3):
            point = Point(0, size, self.size_of)
            try:
                sides = [self.closed(side, size=size) for side in (name, right)]
                values = point.values(unknowns(*sides))
                one, other = (evaluate(side, values, MPMATH) for side in sides)
                ratios.append(other / one)
            except (EvaluationError, ZeroDivisionError, TypeError):
                return None
        if not all(ratios):
            return None
        counts = [self.size_of("m", size) for size in (2, 3)]
        for shown, factors in (("m", counts), ("2", [2, 2]), ("2m", [2 * m for m in counts])):
            pairs = list(zip(ratios, factors, strict=True))
            direct = all(same(ratio, factor) for ratio, factor in pairs)
            inverse = all(same(1 / ratio, factor) for ratio, factor in pairs)
            if direct or inverse:
                return f"${shown}$"
        return None

    def agree(self, left: Tree, right: Tree) -> bool | None:
        """Whether both sides agree at every random point; None where that cannot be said.

        A sample of one feature may be meant as that number, or as a row with x_0 in front.
        """
        found = self._agree(left, right)
        if found is not True and self.has_one_feature():
            self.one_feature = True
            as_number = self._agree(left, right)
            self.one_feature = False
            return as_number if found is False or as_number else None
        return found

    def _agree(self, left: Tree, right: Tree) -> bool | None:
        try:
            sides = [self.closed(side) for side in (left, right)]
        except EvaluationError:
            return None
        both = Tuple(tuple(sides))  # what both have of one definition is computed once
        names = unknowns(both)
        for seed in range(POINTS):
            point = Point(seed, counts=self.size_of)
            values = point.values(names)
            try:
                found = evaluate(both, values, MPMATH)
                pairs = _pairs(*found)
            except EvaluationError:
                return None
            if pairs is None:
                return None
            for a, b in pairs:
                if same(a, b):
                    continue
                self.counterexample = counterexample(point, sides, a, b)
                # Sides that read different unknowns may still be equal by what is not written.
                known = self.knowledge.meant_functions
                reads = [opaque(side, known) for side in sides]
                sure = reads[0] == reads[1] or self.is_grounded(sides)
                self.missing = self._missing(sides)
                return False if sure and not self.assumed else None
        return True

    def agree_for_labels(self, left: Tree, right: Tree) -> dict[Symbol, int]:
        r"""The labels of 0 and 1 with which both sides agree, whatever else they read is.

        What is multiplied by 0 then is left out: -\sum_i y_i \ln p_i is -\ln p_2 for y = (0, 1).
        """
        if self.trace is not None:
            return {}  # its numbers are put in by `agree_by_value`
        sums = any(isinstance(part, Reduce) for side in (left, right) for part in walk(side))
        for size in range(SIZE, MOST_LABELS + 1 if sums else SIZE + 1):
            try:
                both = Tuple(tuple(self.closed(side, size=size) for side in (left, right)))
            except EvaluationError:
                return {}
            labels = self._labels(both)
            if not labels:
                return {}
            if 1 not in labels.values() or 0 not in labels.values():
                continue
            if self._agree_with({name.key: MP.mpf(value) for name, value in labels.items()}, both):
                return labels
        return {}

    def _labels(self, tree: Tree) -> dict[Symbol, int]:
        """The names that the deck gives as 0 or 1."""
        given = {
            name: self.knowledge.known(name, self.claim) for name in free_symbols(tree).values()
        }
        return {
            name: int(known.value)
            for name, known in given.items()
            if known is not None and known.given and not known.later and known.value in (0, 1)
        }

    def _agree_with(self, held: Mapping[str, Any], both: Tuple) -> bool:
        names = unknowns(both)
        for seed in range(POINTS):
            values = {**Point(seed, counts=self.size_of).values(names), **held}
            try:
                pairs = _pairs(*evaluate(both, values, MPMATH))
            except EvaluationError:
                return False
            if pairs is None or not all(same(a, b) for a, b in pairs):
                return False
        return True

    def _missing(self, sides: list[Tree]) -> tuple[Symbol, ...]:
        """The first names that only one side reads, and that have no value in the deck."""
        first, second = map(free_symbols, sides)
        alone = [
            name for key, name in {**first, **second}.items() if (key in first) != (key in second)
        ]
        unknown = (name for name in alone if self.knowledge.known(name, self.claim) is None)
        return tuple(islice(unknown, MOST_MISSING))

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
            example = self.knowledge.random_example(self.trace, seed)
            try:
                values = {typed: example[key] for typed, key in keys.items()}
                a, b = (evaluate(side, values, MPMATH) for side in (left, right))
            except (EvaluationError, KeyError):
                return None
            if isinstance(a, tuple) or isinstance(b, tuple) or not same(a, b):
                return False
        return True

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


def _is_sum(tree: Tree) -> bool:
    return isinstance(tree, Apply) and tree.operation == "add"


def _is_untold_sum(tree: Tree) -> bool:
    """Whether a sum does not say over what: the terms of another may be those that it adds."""
    return isinstance(tree, Reduce) and tree.operation == "sum" and not tree.index.base


def _pairs(left: Any, right: Any) -> list[tuple[Any, Any]] | None:
    """What must be the same for two values to be so; None where that cannot be said.

    Of two vectors, or two matrices, these are their entries.
    """
    if not isinstance(left, tuple) or not isinstance(right, tuple):
        return [(_scalar(left), _scalar(right))]
    if len(left) != len(right):
        return None
    found: list[tuple[Any, Any]] = []
    for one, other in zip(left, right, strict=True):
        # A row and a matrix, say: what is meant, only the author knows.
        alike = isinstance(one, tuple) == isinstance(other, tuple)
        inside = _pairs(one, other) if alike else None
        if inside is None:
            return None
        found += inside
    return found


def _scalar(value: Any) -> Any:
    """A vector's entries added up: (d - O)^2 of vectors is a sum over their entries."""
    if isinstance(value, tuple):
        return sum((_scalar(entry) for entry in value), MP.mpf(0))
    return value


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
