"""What a name is where a claim stands: from the worked example, or from the document.

A worked example knows a value exactly. What no worked example knows may still be defined or
given by the document itself; then that is the value to hold printed digits against.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bpreport.audit.digits import same
from bpreport.audit.examples import Known
from bpreport.audit.learned import Learned
from bpreport.audit.names import readings, told
from bpreport.deck.model import Claim
from bpreport.formula import EvaluationError, Function, expand, parse
from bpreport.formula.operations import FUNCTION_MEANINGS
from bpreport.formula.tree import Call, Derivative, Symbol, Tree, free_symbols, substitute, walk

__all__ = ["Values"]

_SIGMOID = parse(r"\frac{1}{1 + e^{-x}}")
_BODIES = {"sigmoid": _SIGMOID}
"""How functions that mean the same everywhere are written out."""


@dataclass
class Values(Learned):
    """Values and formulas, by the name and the claim that asks."""

    def known(self, tree: Tree, claim: Claim) -> Known | None:
        """The value of a symbol, derivative or entry of a row where the claim stands."""
        trace = self.trace_of(claim)
        if claim.component is not None and tree is claim.head:
            key = self.component_key(claim)
            found = None if trace is None or key is None else self.in_trace(trace, key)
            if key is None or (isinstance(claim.head, Derivative) and found is None):
                return None  # what a gradient's entry is, its formula says
            return found or (None if "@" in key else self._in_document(key, claim))
        if not isinstance(tree, Symbol | Derivative):
            return None
        suffix = "" if claim.iteration is None else f"@{claim.iteration}"
        if trace is not None:
            for key in self.spellings(tree, claim):
                found = self.in_trace(trace, key if "@" in key else key + suffix)
                if found is not None:
                    return found
            # The step of the iteration is known, or the name counts its iterate itself: x_1.
            if suffix and (claim.id in self.steps or trace.kind == "gradient descent"):
                for key in self.spellings(tree, claim):
                    found = self.in_trace(trace, key)
                    if found is not None:
                        return found
        own = suffix if tree == claim.head else ""
        return self._in_document(tree.key + own, claim) or self._by_rule(tree, claim)

    def operand(self, tree: Tree, claim: Claim) -> Known | None:
        """The value of a name that is computed with: in w = w - a g, that of w before."""
        if isinstance(tree, Symbol) and self._is_before(tree, claim):
            return self._in_document(tree.key, claim, before=True)
        return self.known(tree, claim)

    def _is_before(self, name: Symbol, claim: Claim) -> bool:
        """Whether a name, or an entry of a row, is read for what it was before its chain."""
        if name == claim.head and self.trace_of(claim) is None:
            return self.document.updates(name.key, claim) or self.updates_itself(claim)
        entry = claim.component is not None and name.key == self.component_key(claim)
        return entry and self.updates_itself(claim)

    def _in_document(self, key: str, claim: Claim, *, before: bool = False) -> Known | None:
        try:
            key = self.document.known_as(key)
            found = self.document.value(key, claim.position, before=before)
        except EvaluationError:
            return None
        return Known(
            found.value,
            key,
            given=found.given,
            formula=found.formula,
            later=found.later,
            rounded=found.rounded,
            stale=found.stale,
        )

    def _by_rule(self, name: Symbol | Derivative, claim: Claim) -> Known | None:
        found = None if claim.iteration is not None else self.document.by_rule(name, claim.position)
        return None if found is None else Known(found.value, name.key, formula=found.formula)

    def computed(self, value: Any, formula: Tree, claim: Claim) -> Known:
        """The value that a formula has where the claim stands."""
        known = [self.operand(part, claim) for part in readings(formula)]
        rounded = any(one is not None and one.rounded for one in known)
        return Known(
            value, "", formula=formula, rounded=rounded, stale=self.is_open(formula, claim)
        )

    def is_computed(self, claim: Claim) -> bool:
        """Whether a formula or a line leads to what a chain is about."""
        if claim.left != claim.head:
            return True
        if not isinstance(claim.head, Symbol):
            return False
        return any(self.forms_of(claim.head, claim, later=False))

    def updates_itself(self, claim: Claim) -> bool:
        """Whether the left side of a claim computes what its chain is about from what that was."""
        head = claim.head
        if not isinstance(head, Symbol) or claim.left is None or claim.left == head:
            return False
        return head in readings(claim.left)

    def restates(self, name: Tree, claim: Claim) -> bool:
        """Whether a claim only prints again what the document computed before."""
        if not isinstance(name, Symbol | Derivative):
            return False
        return self.document.restates(self.document.known_as(name.key), claim)

    def is_open(self, name: Tree, claim: Claim) -> bool:
        """Whether the document leaves open what a name, or one that a tree reads, is here.

        Nobody knows it, it is only given further on, where it may be another example's, or it was
        given in an earlier round.
        """
        for part in readings(name):
            known = self.operand(part, claim)
            if known is None or known.stale or (known.later and known.given):
                return True
        return False

    def _read_by_functions(
        self, tree: Tree, claim: Claim, functions: Mapping[str, Function]
    ) -> dict[str, Any]:
        """Values, as far as they are known, of what the bodies of called functions read."""
        try:
            read = readings(expand(tree, functions))
        except EvaluationError:
            return {}
        known = {part.key: self.operand(part, claim) for part in read}
        return {key: found.value for key, found in known.items() if found is not None}

    def is_determined(self, tree: Tree, claim: Claim) -> bool:
        """Whether all that a tree reads is known exactly where the claim stands."""
        known = [self.operand(part, claim) for part in readings(tree)]
        rounded = any(one is None or one.rounded for one in known)
        return not rounded and not self.is_open(tree, claim)

    def values_for(self, tree: Tree, claim: Claim) -> dict[str, Any]:
        """Values of everything that a tree reads where the claim stands.

        Raises `EvaluationError` naming the first name that nobody knows.
        """
        functions = self.document.functions.at(claim.position)
        for call in (part for part in walk(tree) if isinstance(part, Call)):
            if not _applies_to(functions, call):
                del functions[call.function.key]
            known = {call.function.key, call.name} & {*functions, *FUNCTION_MEANINGS}
            if not known and self.trace_of(claim) is None:  # what it is of is no matter then
                text = "the function {name} is not defined"
                raise EvaluationError(text, name=call.function.key)
        values: dict[str, Any] = dict(functions)
        if any(isinstance(part, Call) for part in walk(tree)):
            values |= self._read_by_functions(tree, claim, functions)
        for part in readings(tree):
            found = self.operand(part, claim)
            if found is None:
                raise EvaluationError("{name} has no value here", name=told(part))
            values[part.key] = found.value
        return values

    def is_result(self, name: Tree, claim: Claim) -> bool:
        """Whether the document computes names of this family, though it may not say how."""
        trace = self.trace_of(claim)
        if trace is not None and any(key in trace.quantities for key in self._keys(name, claim)):
            return False
        return self.document.is_result(name, claim.position)

    def _keys(self, name: Tree, claim: Claim) -> Iterator[str]:
        if isinstance(name, Symbol | Derivative):
            yield from self.spellings(name, claim)

    def is_learning_rate(self, name: Tree, claim: Claim) -> bool:
        """Whether a name is the learning rate, which a descent knows under a name of its own."""
        trace, known = self.trace_of(claim), self.known(name, claim)
        if trace is None or known is None or self.role_of(name, claim) is not None:
            return self.has_role(name, "learning rate", claim)
        return any(
            role.kind == "learning rate" and same(trace.quantities[key].value, known.value)
            for key, role in trace.roles.items()
        )

    def forms_of(
        self, name: Symbol | Derivative, claim: Claim, *, later: bool = True
    ) -> Iterator[Tree]:
        """The formulas from which a name is computed: the deck's own first.

        Without `later`, those that the deck has told when the claim is made.
        """
        for tree in self.document.forms(name.key, claim.position, later=later):
            if name.key not in {part.key for part in readings(tree)} or tree is claim.left:
                yield tree
        trace = self.trace_of(claim)
        for key in self.spellings(name, claim) if trace is not None else ():
            quantity = trace.quantities.get(key) if trace is not None else None
            if quantity is not None and quantity.formula is not None:
                yield quantity.formula
                yield from quantity.forms
                yield from quantity.others
                return

    def definition_in(self, claim: Claim) -> Callable[[Tree], Tree | None]:
        """What a name or a call is defined as where the claim stands."""
        functions = self.document.functions.at(claim.position)

        def definition(name: Tree) -> Tree | None:
            if isinstance(name, Symbol | Derivative):
                return next(self.forms_of(name, claim), None)
            if not isinstance(name, Call):
                return None
            function = functions.get(name.name)
            if function is not None:
                bound = dict(zip(function.arguments, name.arguments, strict=False))
                return substitute(
                    function.body,
                    lambda part: bound.get(part) if isinstance(part, Symbol) else None,
                )
            body = (
                None if name.primes else _BODIES.get(FUNCTION_MEANINGS.get(name.function.key, ""))
            )
            if body is None:
                return None
            return substitute(body, lambda part: name.arguments[0] if part == Symbol("x") else None)

        return definition


def _applies_to(functions: Mapping[str, Function], call: Call) -> bool:
    """Whether what a deck defines for a function says what it is for the arguments of a call.

    h(x_1) = s(z_1) says it for x_1 alone, since z_1 is not computed from x_1 in it.
    """
    function = functions.get(call.function.key)
    if function is None or function.arguments == call.arguments:
        return True
    try:
        body = expand(function.body, functions)
    except EvaluationError:
        return True
    read = free_symbols(body)
    return any(argument.key in read for argument in function.arguments)
