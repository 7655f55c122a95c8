r"""What a deck means with f in f(0.5), or with \sigma where it is not what it is everywhere.

A line of numbers is computed without the deck, so that the functions in it must say themselves what
they are. Where the deck defines a name as what it is everywhere, there is nothing to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any

from bpreport.audit.aliases import OBJECTIVES, shared, with_sides
from bpreport.audit.digits import number, same
from bpreport.audit.functions import Functions
from bpreport.audit.names import CONSTANTS, is_numeric
from bpreport.deck.model import Claim, Position
from bpreport.deck.relations import are_equal
from bpreport.formula import MPMATH, EvaluationError, evaluate, expand, slope
from bpreport.formula.operations import FUNCTION_MEANINGS, ONE
from bpreport.formula.tree import (
    Apply,
    Call,
    Derivative,
    Function,
    Symbol,
    Tree,
    Tuple,
    free_symbols,
    substitute,
    walk,
)
from bpreport.worked import (
    Example,
    GradientDescent,
    LinearRegression,
    LogisticRegression,
    Perceptron,
    Trace,
)
from bpreport.worked.activations import ACTIVATION_TREES
from bpreport.worked.samples import Names
from bpreport.worked.steps import exp, product, total

__all__ = ["Meanings"]

_PLACES = ("-3", "-0.5", "0", "0.25", "2")
"""Where a definition is held against what the name means everywhere; two that agree there, to 40
digits, are the same for what a lecture writes."""


class Meanings:
    """The functions that the deck defines as nobody else does, or as others do not."""

    def __init__(self, claims: tuple[Claim, ...], examples: Mapping[str, Example]) -> None:
        self._stated = Functions()
        for claim in claims:
            if claim.kind == "equation" and are_equal(claim.relation):
                self._stated.learn(claim)
        told = {claim.head.key for claim in claims if isinstance(claim.head, Symbol)}
        self._own: dict[int, tuple[Function, Function]] = {}
        """By the identity of a definition, what it says with all that it calls written out: on its
        own, and in a worked example, which may go by another one's, so that a line does not."""
        self._places: set[Position] = set()
        for name in self._stated.names():
            if FUNCTION_MEANINGS.get(name) == "softmax":
                continue  # it is told by its entries, as no other function is
            for position, function in self._stated.of(name):
                whole = _own(name, function, self._stated.at(position), told)
                if whole is not None:
                    self._own[id(function)] = whole, replace(whole, in_numbers=False)
                    self._places.add(position)
        self._of_examples = {name: _functions_of(example) for name, example in examples.items()}
        self._called = shared(_called)
        self._changes: dict[tuple[int, ...], Callable[[Tree], Tree]] = {}
        """By the identities of functions, the change that puts them into sides."""

    def defines(self, claim: Claim) -> bool:
        """Whether a claim defines a name as something else than it is everywhere."""
        return claim.position in self._places

    def put_into(self, claim: Claim, trace: Trace | None) -> Claim:
        """A claim whose calls say themselves what they are, where their names do not tell it."""
        if not self._own and (trace is None or not self._of_examples.get(trace.name)):
            return claim
        return with_sides(claim, lambda side: self.put_in(side, claim, trace))

    def put_in(self, side: Tree, claim: Claim, trace: Trace | None) -> Tree:
        """A side of a claim whose calls say themselves what they are.

        A side stays one tree for both claims of a chain that share it.
        """
        found = {name: self._of(name, claim, trace) for name in self._called(side)}
        own = {name: function for name, function in found.items() if function is not None}
        if not own:
            return side
        functions = tuple(map(id, own.values()))
        if functions not in self._changes:
            self._changes[functions] = shared(lambda side: _put_in(side, own))
        return self._changes[functions](side)

    def _of(self, name: str, claim: Claim, trace: Trace | None) -> Function | None:
        """What a name is where a claim stands, unless it is what everybody thinks."""
        stated = self._stated.nearest(name, claim.position, other_than=claim.right)
        if stated is not None:
            own = self._own.get(id(stated))
            return None if own is None else own[trace is not None]
        return None if trace is None else self._of_examples.get(trace.name, {}).get(name)


def _called(side: Tree) -> tuple[str, ...]:
    """The names of the functions that a side calls."""
    return tuple(dict.fromkeys(part.function.key for part in walk(side) if isinstance(part, Call)))


def _put_in(side: Tree, own: Mapping[str, Function]) -> Tree:
    """A side whose calls say that they are of these functions."""

    def said(part: Tree) -> Tree | None:
        if isinstance(part, Derivative) and part.kind == "nabla":
            return _gradient(part, own)
        if not isinstance(part, Call) or (function := own.get(part.function.key)) is None:
            return None
        if len(part.arguments) != len(function.arguments):
            return None
        arguments = tuple(_put_in(argument, own) for argument in part.arguments)
        return replace(part, arguments=arguments, own=function)

    return substitute(side, said)


def _gradient(part: Derivative, own: Mapping[str, Function]) -> Tree | None:
    r"""The entries of \nabla f(4, 2), of a function that the deck defines; of one number, f'(4)."""
    call = part.body
    function = own.get(call.function.key) if isinstance(call, Call) and not part.by else None
    if not isinstance(call, Call) or function is None or call.primes:
        return None
    if len(call.arguments) != len(function.arguments):
        return None
    if len(call.arguments) == 1:
        number = is_numeric(call.arguments[0])
        return replace(call, primes=1, own=function) if number else None
    try:
        slopes = [slope(function.body, argument) for argument in function.arguments]
        calls = [replace(call, own=Function(function.arguments, one)) for one in slopes]
        return Tuple(tuple(expand(one, {}) for one in calls))
    except EvaluationError:
        return None


def _functions_of(example: Example) -> dict[str, Function]:
    """What a deck's functions are by its worked example, if nothing else is said of them."""
    if isinstance(example, GradientDescent):
        objective = Function(example.variables, example.objective)
        return dict.fromkeys(OBJECTIVES, objective)
    if isinstance(example, LinearRegression | LogisticRegression):
        return dict.fromkeys(MODELS, _model(example))
    activation = _activation(example) if isinstance(example, Perceptron) else None
    return {} if activation is None else {r"\sigma": activation}


MODELS = ("h", r"h_{\theta}", r"\hat{y}", "f")
"""What decks call the function that a regression fits."""


def _model(example: LinearRegression | LogisticRegression) -> Function:
    """The prediction for any features, with the parameters of the step that a claim is about."""
    samples = example.samples
    names = Names(samples.features, samples.first)
    features = [Symbol("x", parameter.indices) for parameter in names.parameters]
    terms = [product(*pair) for pair in zip(names.parameters, features, strict=True)]
    if samples.first == 0:
        terms[0], features = names.parameters[0], features[1:]
    score = total(terms)
    linear = isinstance(example, LinearRegression)
    return Function(tuple(features), score if linear else 1 / (1 + exp(-score)))


def _activation(example: Perceptron) -> Function | None:
    r"""What \sigma is in a network whose layers have another activation than the logistic one."""
    activations = set(example.activations) - {"identity", "softmax"}
    if len(activations) != 1 or "sigmoid" in activations:
        return None
    net = Symbol("net")
    return Function((net,), ACTIVATION_TREES[activations.pop()][0](net), in_numbers=True)


def _own(
    name: str, function: Function, functions: Mapping[str, Function], told: AbstractSet[str]
) -> Function | None:
    """A function, written out whole, if it is another than its name tells; else None.

    Where the deck says nothing of what it reads besides, 1 is meant: the k of 1/(1 + e^{-kz}).
    """
    try:
        whole = replace(function, body=expand(function.body, functions))
    except EvaluationError:
        return None
    arguments = {argument.key for argument in whole.arguments}
    read = free_symbols(whole.body).keys() - set(CONSTANTS)
    others = read - arguments
    if arguments.isdisjoint(read):
        return None  # \sigma(z) = a names what it is
    if not _differs(name, whole) and not (others and others <= told):
        return None
    in_numbers = not others and is_numeric(_with_ones(whole.body, arguments))
    return replace(whole, in_numbers=in_numbers)


def _with_ones(body: Tree, keys: AbstractSet[str]) -> Tree:
    """A body with the number one in the place of names."""
    return substitute(
        body, lambda part: ONE if isinstance(part, Symbol) and part.key in keys else None
    )


def _differs(name: str, function: Function) -> bool:
    """Whether a function of one number has a value somewhere, and another than its name tells.

    What it reads besides is taken for 1.
    """
    if len(function.arguments) != 1 or name not in FUNCTION_MEANINGS:
        return True
    (argument,) = function.arguments
    read = free_symbols(function.body).keys() - {argument.key, *CONSTANTS}
    body = _with_ones(function.body, read)
    usual = Apply(FUNCTION_MEANINGS[name], function.arguments)
    for text in _PLACES:
        values = {argument.key: number(text)}
        found, meant = _value(body, values), _value(usual, values)
        if found is not None and (meant is None or not same(found, meant)):
            return True
    return False


def _value(tree: Tree, values: Mapping[str, Any]) -> Any:
    """The value of a tree; None where it has none, as the logarithm of what is below zero."""
    try:
        return evaluate(tree, values, MPMATH)
    except EvaluationError:
        return None
