r"""What decks call the quantities of regressions and descents.

A worked example has one name for each quantity; decks write h_\theta(x^{(1)}), \hat{y}^{(1)} or
f(x^{(1)}) for the same prediction, and L, E or J(\theta) for the same objective.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from bpreport.audit.digits import how_printed
from bpreport.audit.layers import Layers
from bpreport.audit.names import CONSTANTS, is_numeric, named, respellings
from bpreport.deck.model import Claim
from bpreport.deck.numbers import printed_number
from bpreport.deck.relations import INEQUALITIES
from bpreport.formula import MPMATH, evaluate, latex
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
    free_symbols,
    substitute,
    walk,
)
from bpreport.worked import Trace
from bpreport.worked.memory import remembered_with
from bpreport.worked.perceptron_names import updated

__all__ = [
    "OBJECTIVES",
    "in_names_of",
    "shared",
    "with_own_names",
    "with_sides",
    "with_value_names",
]

T = TypeVar("T")

PREDICTIONS = frozenset({"h", r"\hat{y}", "f", "p", "a", "g"})
OBJECTIVES = frozenset({"J", "L", "E", "C", "loss", "f", r"\mathcal{L}", "MSE"})


def with_own_names(claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
    r"""The claims with a name of its own for what the deck defines as e or \pi: e = t - y.

    Alone, or to a power that is counted, e is then that; e^{-z} is the exponential all the same.
    """
    own = {
        claim.left.key
        for claim in claims
        if isinstance(claim.left, Symbol)
        and claim.left.key in CONSTANTS
        and claim.left == claim.head
        and claim.relation in ("=", ":=")
        and not _is_constant(claim)
    }

    def renamed(part: Tree) -> Tree | None:
        match part:
            case Symbol(key=key) if key in own:
                return replace(part, base=f"{{{part.base}}}")
            case Apply(operation="exp", operands=(Number() as power,), sign="e") if "e" in own:
                return Apply("power", (Symbol("{e}"), power))
        return None

    return tuple(with_sides(claim, renamed) for claim in claims) if own else claims


def with_value_names(
    claims: tuple[Claim, ...], traces: Sequence[Trace | None]
) -> tuple[Claim, ...]:
    r"""The claims with P(A), H(D) and \sigma^2 as the names of values, where the deck has them so.

    P(A) = 0.01 says nothing of a function P where A is no value and P is computed from none;
    \sigma^2 = 6.5 names a variance where the deck never speaks of \sigma alone; y_1^k = 1 is an
    entry of sample k; and W^1 may be the weights of the first layer.
    """
    free = [claim for claim, trace in zip(claims, traces, strict=True) if trace is None]
    named_calls, squares = _calls_as_names(free), _squares_as_names(free)
    layers, samples = Layers(free), _samples_by_letter(free)
    if not named_calls and not squares and not layers and not samples:
        return claims

    def renamed(part: Tree) -> Tree | None:
        match part:
            case Call() if part in named_calls:
                return Symbol(latex(part), at=part.function.at)
            case Apply(operation="power", operands=(Symbol() as name, _)) if part in squares:
                return replace(name, marks=("2",), typed="")
            case Apply(operation="power", operands=(Symbol() as name, Symbol() as letter)) if (
                _by_letter(part) in samples
            ):
                return replace(name, marks=(letter,), typed="")
        return layers.named(part)

    whole = shared(lambda side: substitute(side, renamed))
    done: list[Claim] = []
    for claim, trace in zip(claims, traces, strict=True):
        found = claim if trace is not None else with_sides(claim, whole)
        if claim.head is None and claim.left is not found.left and isinstance(found.left, Symbol):
            found = replace(found, head=found.left)
        elif found.head is None and done and _goes_on(found, done[-1]):
            found = replace(found, head=done[-1].head)
        done.append(found)
    return tuple(done)


def _goes_on(claim: Claim, before: Claim) -> bool:
    """Whether a claim is of the chain, or of the row, of the one before."""
    if claim.left is None or before.relation in INEQUALITIES:
        return False
    return claim.left is before.right or claim.left is before.left


def _calls_as_names(claims: Sequence[Claim]) -> frozenset[Call]:
    """Calls that the deck gives a number, of functions that it computes from nothing."""
    told: set[str] = set()
    rows: set[str] = set()
    for claim in claims:
        if isinstance(claim.head, Symbol):
            (told if claim.component is None else rows).add(claim.head.key)
    computed: set[tuple[str, ...]] = {(name,) for name in FUNCTION_MEANINGS}
    calls: set[Call] = set()
    valued = set()
    for claim in claims:
        call, right = claim.head, claim.right
        if not isinstance(call, Call) or right is None:
            continue
        if not all(isinstance(one, Symbol) and one.key not in told for one in call.arguments):
            computed.add((call.function.key,))
        elif is_numeric(right):
            valued.add(call.function.key)
        elif call.primes or not (rows | free_symbols(right).keys()).isdisjoint(
            one.key
            for one in named(call)  # of a row, a formula reads the entries
        ):
            computed.add((call.function.key,))
        elif any(name.indices for one in call.arguments for name in named(one)):
            computed.add(_family(call))
        calls.add(call)
    given = {call for call in calls if call.function.key in valued}
    return frozenset(
        call for call in given if computed.isdisjoint({(call.function.key,), _family(call)})
    )


def _family(call: Call) -> tuple[str, ...]:
    """What h(x_1) and h(x_2) have in common: if one is computed, the other is not given."""
    return (call.function.key, *(one.base for one in call.arguments if isinstance(one, Symbol)))


def _squares_as_names(claims: Sequence[Claim]) -> frozenset[Tree]:
    """Squares that the deck gives, of names that it never has alone."""
    squares: dict[Tree, Symbol] = {}
    for claim in claims:
        name = _squared(claim.left)
        if claim.head is None and claim.left and name and name.key not in CONSTANTS:
            squares[claim.left] = name
    alone: set[str] = set()

    def note(part: Tree) -> Tree | None:
        if isinstance(part, Symbol):
            alone.add(part.key)
        return part if part in squares else None

    for side in (side for claim in claims for side in (claim.left, claim.right)):
        if squares and side is not None:
            substitute(side, note)
    return frozenset(square for square, name in squares.items() if name.key not in alone)


def _samples_by_letter(claims: Sequence[Claim]) -> frozenset[_Shape | None]:
    """What is raised to a letter by which the deck counts samples, as it gives some of them.

    Neither the letter nor the name alone has a value, or stands anywhere but in an index.
    """
    told = {claim.head.key for claim in claims if isinstance(claim.head, Symbol)}
    given: set[_Shape] = set()
    for claim in claims:
        shape = _by_letter(claim.left) if claim.head is None else None
        if shape and claim.relation == "=" and claim.right and is_numeric(claim.right):
            given.add(shape)
    if not given:
        return frozenset()
    alone: set[tuple[str, int] | str] = set(told)

    def note(part: Tree) -> Tree | None:
        if isinstance(part, Symbol):
            alone.update(((part.base, len(part.indices)), part.key))
        return part if _by_letter(part) is not None else None

    for side in (side for claim in claims for side in (claim.left, claim.right)):
        if side is not None:
            substitute(side, note)
    return frozenset(one for one in given if alone.isdisjoint({one[:2], one[2]}))


_Shape = tuple[str, int, str]
"""The base of a name, how many indices it has, and the letter that it is raised to."""


def _by_letter(tree: Tree | None) -> _Shape | None:
    match tree:
        case Apply(
            operation="power",
            operands=(Symbol(marks=()) as name, Symbol(indices=(), marks=()) as n),
        ) if name.indices and re.fullmatch("[ijklmnpst]", n.key):
            return name.base, len(name.indices), n.key
    return None


def _squared(tree: Tree | None) -> Symbol | None:
    match tree:
        case Apply(operation="power", operands=(Symbol() as name, Number(text="2"))):
            return name
    return None


def _is_constant(claim: Claim) -> bool:
    """Whether a claim prints e or pi as what they are everywhere: e = 2.718."""
    printed = printed_number(claim.right)
    if printed is None or claim.left is None:
        return False
    return how_printed(printed, evaluate(claim.left, {}, MPMATH)) is not None


def in_names_of(trace: Trace, claim: Claim) -> Claim:
    """The claim with the names that the worked example has for its quantities."""
    claim = with_sides(claim, lambda part: _primed_parameter(part, trace))
    if trace.kind == "gradient descent" and claim.iteration is not None:
        claim = _at_iterate(trace, claim, str(claim.iteration))
    if trace.kind == "perceptron" or _is_general(claim, trace):
        return claim
    changes = claim.iteration is None
    return with_sides(claim, lambda part: _renamed(part, trace, changes=changes))


def own_name(tree: Tree, trace: Trace) -> Tree:
    r"""A name of the deck's as the worked example has it: J for J(\theta)."""
    return substitute(tree, lambda part: _renamed(part, trace))


def _renamed(part: Tree, trace: Trace, *, changes: bool = False) -> Tree | None:
    """What the worked example has for a part; with `changes`, for a parameter's as well."""
    for name in _names(part, trace):
        if name.key in trace.quantities:
            return name
    return _change(part, trace) if changes else None


def _change(part: Tree, trace: Trace) -> Tree | None:
    r"""A parameter's change \Delta\theta_1, which a regression has no name of its own for."""
    if not isinstance(part, Symbol) or part.marks or not part.base.startswith(r"\Delta "):
        return None
    before = Symbol(part.base.removeprefix(r"\Delta "), part.indices)
    after = trace.quantities.get(updated(before).key)
    return None if after is None else after.symbol - before


def _at_iterate(trace: Trace, claim: Claim, count: str) -> Claim:
    """A claim of an iteration that is counted, in the names of its iterate: x_3 for x."""
    variables = trace.facts["variables"]

    def renamed(part: Tree) -> Tree | None:
        match part:
            case Symbol(base=base, indices=indices, marks=marks) if part.key in variables:
                return Symbol(base, (*indices, count), marks)
            case Call(function=Symbol(base=base), arguments=arguments, primes=0):
                own = all(isinstance(one, Symbol) and one.key in variables for one in arguments)
                return Symbol("J", (count,)) if own and base in OBJECTIVES else None
            case Symbol(base=base, indices=(), marks=()) if base in OBJECTIVES:
                return Symbol("J", (count,))
        return None

    found = with_sides(claim, renamed)
    known = isinstance(found.head, Symbol) and found.head.key in trace.quantities
    return replace(found, iteration=None) if known and found.head != claim.head else claim


def _primed_parameter(part: Tree, trace: Trace) -> Tree | None:
    """What w' is: nobody takes the slope of a weight, so it is the weight after the update."""
    match part:
        case Derivative(body=Symbol() as name, by=()):
            for spelled in (name, *respellings(name)):
                after = trace.quantities.get(updated(spelled).key)
                if after is not None and spelled.key in trace.quantities:
                    return after.symbol
    return None


def shared(found: Callable[[Tree], T]) -> Callable[[Tree], T]:
    """The same of a side, found once: claims of a chain share it, and what it becomes as well."""
    sides: dict[int, tuple[Tree, T]] = {}

    def once(side: Tree) -> T:
        if id(side) not in sides:
            sides[id(side)] = side, found(side)  # it is kept, so that nobody gets its identity
        return sides[id(side)][1]

    return once


def with_sides(claim: Claim, renamed: Callable[[Tree], Tree | None]) -> Claim:
    """The claim with other names on all its sides."""

    def side(tree: Tree | None) -> Tree | None:
        return None if tree is None else substitute(tree, renamed)

    left, right = side(claim.left), side(claim.right)
    head = left if claim.head == claim.left else side(claim.head)
    if left is claim.left and right is claim.right and head is claim.head:
        return claim
    return replace(claim, head=head, left=left, right=right)


@remembered_with
def _families(trace: Trace) -> frozenset[str]:
    """What names with an index are called in a worked example."""
    return frozenset(
        quantity.symbol.base
        for quantity in trace.quantities.values()
        if isinstance(quantity.symbol, Symbol) and quantity.symbol.indices
    )


def _is_general(claim: Claim, trace: Trace) -> bool:
    """Whether a claim speaks of every sample or parameter, by a sum, a letter or a bare vector."""
    families = _families(trace)
    sides = [side for side in (claim.head, claim.left, claim.right) if side is not None]
    if any(isinstance(part, Reduce) for side in sides for part in walk(side)):
        return True
    if claim.right is not None and is_numeric(claim.right):
        sides = [substitute(side, _of_values) for side in sides]
    for name in (name for side in sides for name in named(side)):
        scripts = (*name.indices, *name.marks)
        if any(not isinstance(script, str) and any(named(script)) for script in scripts):
            return True
        if not scripts and name.base in families and name.base not in OBJECTIVES:
            return True
    return False


def _of_values(part: Tree) -> Tree | None:
    r"""A call beside numbers, without what it says in general: J(\theta), h_\theta(x^{(1)})."""
    match part:
        case Call(function=Symbol(base=base)) if base in OBJECTIVES:
            return Symbol("J")
        case Call(function=function, arguments=(Symbol(base="x", marks=marks),)) if marks:
            return Symbol(function.base, (), marks)
    return None


def _names(part: Tree, trace: Trace) -> Iterator[Symbol | Derivative]:
    if isinstance(part, Derivative):
        if part.key not in trace.quantities and isinstance(part.body, Symbol | Call):
            for body in _names(part.body, trace):
                if isinstance(body, Symbol):
                    yield replace(part, body=body)
        return
    if isinstance(part, Symbol) and part.key in trace.quantities:
        return
    if trace.kind == "gradient descent":
        yield from _in_descent(part)
    elif isinstance(part, Symbol | Call):
        yield from _in_regression(part, trace)


def _in_descent(part: Tree) -> Iterator[Symbol]:
    r"""f(x_3), f_3 and J(\theta_3) are the value of the objective at the third iterate."""
    match part:
        case Call(
            function=Symbol(indices=()), arguments=(Symbol(indices=(str() as count,)),), primes=0
        ):
            yield Symbol("J", (count,))
        case Symbol(base=base, indices=(str() as count,), marks=()) if base in OBJECTIVES:
            yield Symbol("J", (count,))


def _in_regression(part: Symbol | Call, trace: Trace) -> Iterator[Symbol]:
    match part:
        case Call(function=function, arguments=(Symbol(base="x", marks=marks),)) if marks:
            if function.base in PREDICTIONS:
                yield Symbol("h", (), marks)
        case Call(function=Symbol(base=base)) if base in OBJECTIVES:
            yield from _objectives(trace)
        case Symbol(base="x", indices=(), marks=marks) if marks:
            yield Symbol("x", ("1",), marks)
        case Symbol(base=base, indices=(), marks=marks) if marks and base in PREDICTIONS:
            yield Symbol("h", (), marks)
        case Symbol(base=base, indices=(), marks=()) if base in OBJECTIVES:
            yield from _objectives(trace)


def keys_of(symbol: Symbol, trace: Trace, run: str | None = None) -> Iterator[str]:
    r"""Keys under which a descent or a regression may know a name of another convention.

    \eta is the learning rate, and \hat\theta_1 where J is least; x^{(2)} is the second iterate of a
    descent, \theta_1^{(2)} that of a parameter, and \hat y_2 the prediction for the second sample.
    Of several descents, `run` is the one that is meant.
    """
    count, role = _counted(symbol), trace.roles.get(symbol.key)
    if trace.kind == "perceptron" or role is not None:
        return
    plain = replace(symbol, marks=(), typed="")
    rate = Symbol(r"\alpha")
    if trace.kind == "gradient descent":
        names = [rate] if symbol.key in (r"\eta", rate.key) else [symbol]
        if count and plain.key in trace.facts["variables"]:
            names = [replace(plain, indices=(*plain.indices, count))]
        marks = () if run is None else (f"({run})",)
        yield from (replace(name, marks=(*name.marks, *marks), typed="").key for name in names)
        return
    if count and plain.key in trace.roles and trace.roles[plain.key].kind == "parameter":
        yield f"{plain.key}@{count}"
    elif not symbol.marks and len(symbol.indices) == 1:
        (index,) = symbol.indices
        if symbol.base == r"\hat{\theta}":
            yield Symbol(r"\theta", (index,), ("*",)).key
        elif symbol.base == r"\hat{y}" or (symbol.base == "p" and trace.kind.startswith("log")):
            yield Symbol("h", (), (f"({index})",)).key
    if symbol.key == r"\eta":
        yield rate.key


def _counted(symbol: Symbol) -> str:
    """The digits in brackets that are the only mark of a name: the 2 of x^{(2)}."""
    match symbol.marks:
        case (Tuple(items=(Number(text=text),)),) if text.isdigit():
            return text
    return ""


def _objectives(trace: Trace) -> Iterator[Symbol]:
    for name in ("J", "loss"):
        if name in trace.quantities:
            yield Symbol(name)
