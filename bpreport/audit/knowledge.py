"""What the audit knows of a deck's symbols: from its worked examples and from its own formulas.

A worked example knows a value, exactly. What no worked example knows may still be defined or
given by the document itself; then that is the value to hold printed digits against.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

from bpreport.audit.digits import fits
from bpreport.deck.claims import printed_number, printed_row
from bpreport.deck.model import Claim, Deck
from bpreport.formula import MP, MPMATH, EvaluationError, Function, evaluate
from bpreport.formula.tree import (
    Call,
    Derivative,
    Matrix,
    Reduce,
    Symbol,
    Tree,
    Tuple,
    children,
    free_symbols,
    walk,
)
from bpreport.worked import Perceptron, Study, Trace

__all__ = ["Known", "Knowledge", "Printed", "is_numeric"]

GREEK_TWINS = {r"\omega": "w", r"\kappa": "k", r"\nu": "v", r"\vartheta": r"\theta"}
"""Letters that slides print for one another."""


@dataclass(frozen=True, slots=True)
class Known:
    """A value that is known, and where from."""

    value: Any
    """At 50 digits."""
    key: str
    worked: str | None = None
    """The worked example that knows it; None where the document's own formulas do."""
    given: bool = False
    formula: Tree | None = None


@dataclass(frozen=True, slots=True)
class Printed:
    """A value that the document prints for a symbol."""

    text: str
    claim: Claim


@dataclass
class Knowledge:
    """Values, definitions and printed figures, by the key of the symbol."""

    deck: Deck
    study: Study
    traces: Mapping[str, Trace]
    """Of every worked example, under the conventions that were adopted."""
    shifts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """By worked example, updates done beyond the printed count, for "outputs" and "weights"."""
    definitions: dict[str, list[tuple[Tree, Claim]]] = field(default_factory=dict)
    forms: dict[str, list[Tree]] = field(default_factory=dict)
    """Every symbolic side that the deck sets equal to a name, in order."""
    functions: dict[str, Function] = field(default_factory=dict)
    printed: dict[str, list[Printed]] = field(default_factory=dict)
    bound: dict[str, list[Printed]] = field(default_factory=dict)
    """Numbers put in a symbol's place where a formula was substituted."""
    _values: dict[str, Any] = field(default_factory=dict)
    _alternatives: dict[Any, Trace] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for claim in self.deck.claims:
            if claim.kind in ("equation", "component"):
                self._learn(claim)

    def _learn(self, claim: Claim) -> None:
        if claim.head is None or claim.right is None or claim.relation in ("<", ">"):
            return
        head = claim.head
        if isinstance(claim.left, Call) and not is_numeric(claim.right):
            self._define(claim.left, claim.right, claim)
        text = printed_number(claim.right)
        if claim.component is not None:
            key = self.component_key(claim)
            if key and text:
                self.printed.setdefault(key, []).append(Printed(text, claim))
            return
        if text is not None and isinstance(head, Symbol | Derivative):
            self.printed.setdefault(self._marked(head, claim), []).append(Printed(text, claim))
        elif not is_numeric(claim.right) and head.key not in free_symbols(claim.right):
            self.forms.setdefault(head.key, []).append(claim.right)
            if claim.left == head:
                self._define(head, claim.right, claim)

    def _define(self, head: Tree, right: Tree, claim: Claim) -> None:
        if isinstance(head, Call) and not head.primes:
            arguments = tuple(part for part in head.arguments if isinstance(part, Symbol))
            if len(arguments) == len(head.arguments):
                self.functions.setdefault(head.function.key, Function(arguments, right))
        if isinstance(head, Symbol):
            self.definitions.setdefault(head.key, []).append((right, claim))

    @staticmethod
    def _marked(head: Symbol | Derivative, claim: Claim) -> str:
        return head.key if claim.iteration is None else f"{head.key}@{claim.iteration}"

    # -- worked examples

    def trace_of(self, claim: Claim) -> Trace | None:
        """The trace of the worked example that the claim's slide follows."""
        worked = self.deck.slides[claim.slide - 1].worked
        return self.traces.get(worked) if worked else None

    def component_key(self, claim: Claim) -> str | None:
        """The key of one entry of a printed row: the third of w is w_3.

        Outputs and weights of an iteration are followed by "@" and its number.
        """
        head, place = claim.head, claim.component
        if not isinstance(head, Symbol) or place is None:
            return None
        iteration = _iteration(head, claim)
        suffix = f"@{iteration}" if iteration else ""  # before any update a weight is given
        trace = self.trace_of(claim)
        keys = [] if trace is None else _keys_of_row(trace, head, iteration)
        if place < len(keys):
            return keys[place] + suffix
        if head.indices:
            return None
        return Symbol(head.base, (str(place + 1),)).key + suffix

    def known(self, tree: Tree, claim: Claim) -> Known | None:
        """The value of a symbol, derivative or entry of a row where the claim stands."""
        trace = self.trace_of(claim)
        if claim.component is not None and tree is claim.head:
            key = self.component_key(claim)
            found = None if trace is None or key is None else self.in_trace(trace, key)
            return found or (self._first_printed(key) if key and "@" not in key else None)
        if not isinstance(tree, Symbol | Derivative):
            return None
        if trace is not None:
            iteration = claim.iteration
            suffix = "" if iteration is None else f"@{iteration}"
            for key in self.spellings(tree, claim):
                found = self.in_trace(trace, key + suffix)
                if found is not None:
                    return found
        return self._in_document(tree.key)

    def spellings(self, tree: Symbol | Derivative, claim: Claim) -> Iterator[str]:
        """Keys under which a typed symbol may be known where the claim stands, its own first."""
        yield from spellings(tree)
        if isinstance(tree, Symbol) and (fuller := self._completed(tree, claim)) is not None:
            yield fuller.key

    def respelled(self, symbol: Symbol, claim: Claim) -> Symbol:
        """The symbol under the name that the worked example has for it, where there is one."""
        trace = self.trace_of(claim)
        if trace is None or symbol.key in trace.quantities:
            return symbol
        for other in (*respellings(symbol), self._completed(symbol, claim)):
            if other is not None and other.key in trace.quantities:
                return other
        return symbol

    def _completed(self, symbol: Symbol, claim: Claim) -> Symbol | None:
        """A symbol without its unit, such as `target` beside out_{o1}, with the unit put back."""
        trace = self.trace_of(claim)
        if trace is None or symbol.indices or symbol.marks:
            return None
        units = {
            index
            for side in (claim.head, claim.left, claim.right)
            if side is not None
            for named in _all_symbols(side)
            for index in named.indices
            if isinstance(index, str)
        }
        fuller = [
            candidate
            for unit in sorted(units)
            if (candidate := replace(symbol, indices=(unit,))).key in trace.quantities
        ]
        return fuller[0] if len(fuller) == 1 else None

    # -- formulas

    def definition_in(self, claim: Claim) -> Callable[[Symbol | Derivative], Tree | None]:
        """What a name is defined as where the claim stands."""

        def definition(name: Symbol | Derivative) -> Tree | None:
            return next(self.forms_of(name, claim), None)

        return definition

    def forms_of(self, name: Tree, claim: Claim) -> Iterator[Tree]:
        """The formulas from which a name is computed: the deck's own first."""
        if isinstance(name, Symbol | Derivative):
            yield from self.forms.get(name.key, ())
            trace = self.trace_of(claim)
            if trace is not None:
                for key in self.spellings(name, claim):
                    quantity = trace.quantities.get(key)
                    if quantity is not None and quantity.formula is not None:
                        yield quantity.formula
                        yield from quantity.forms
                        return

    # -- printed figures

    def bind(self, name: Symbol | Derivative, number: Tree, claim: Claim) -> None:
        """Take note of a number that stands in a symbol's place."""
        text = printed_number(number)
        if text is not None:
            self.bound.setdefault(name.key, []).append(Printed(text, claim))
            self._values.clear()

    def printed_for(self, name: Symbol | Derivative, claim: Claim) -> list[Printed]:
        """What the deck prints for a name, anywhere."""
        return [
            printed for key in self.spellings(name, claim) for printed in self.printed.get(key, ())
        ]

    def as_printed(self, name: Symbol | Derivative, claim: Claim) -> str | None:
        """The digits under which a name first appears in the deck or in its front matter."""
        printed = self.printed_for(name, claim)
        if printed:
            return printed[0].text
        known = self.known(name, claim)
        if known is None or not known.given:
            return None
        text = MP.nstr(known.value, 30, min_fixed=-30, max_fixed=30)
        return str(text).removesuffix(".0")

    def owner_of(self, text: str, instead_of: Symbol | Derivative, claim: Claim) -> Tree | None:
        """The name for which the deck prints these digits, or whose value they are."""
        kinds = (instead_of.base,) if isinstance(instead_of, Symbol) else ()
        owners = [
            printed.claim.head
            for key, entries in self.printed.items()
            for printed in entries
            if printed.text == text and "@" not in key and printed.claim.component is None
        ]
        owners.sort(key=lambda owner: not (isinstance(owner, Symbol) and owner.base in kinds))
        if owners:
            return owners[0]
        trace = self.trace_of(claim)
        if trace is None or len(text.lstrip("-0.")) < 2:
            return None
        for quantity in trace.quantities.values():
            like = isinstance(quantity.symbol, Symbol) and quantity.symbol.base in kinds
            if like and fits(text, quantity.value):
                return quantity.symbol
        return None

    @property
    def results(self) -> frozenset[str]:
        """Digits that the deck prints for computed quantities: these are rounded."""
        return frozenset(
            printed.text.lstrip("-")
            for key, entries in self.printed.items()
            for printed in entries
            if printed.claim.component is None
        )

    def givens_for(self, claim: Claim) -> Iterator[tuple[Tree, Any]]:
        """Name and value of what is given where the claim stands."""
        trace = self.trace_of(claim)
        if trace is not None:
            for quantity in trace.quantities.values():
                if quantity.stage == "given":
                    yield quantity.symbol, quantity.value
            return
        for key, entries in self.printed.items():
            head, place = entries[0].claim.head, entries[0].claim.component
            if key not in self.definitions and "@" not in key and isinstance(head, Symbol):
                name = head if place is None else Symbol(head.base, (str(place + 1),))
                yield name, self._given(key)

    def has_role(self, part: Tree, kind: str, claim: Claim) -> bool:
        """Whether a symbol plays this part in the claim's worked example."""
        trace = self.trace_of(claim)
        if trace is None or not isinstance(part, Symbol | Derivative):
            return False
        role = trace.roles.get(part.key)
        return role is not None and role.kind == kind

    def trace_under(self, example: Perceptron, **conventions: str) -> Trace:
        """The trace of an example under other conventions, computed once."""
        key = (example.name, *sorted(conventions.items()))
        if key not in self._alternatives:
            self._alternatives[key] = example.trace(**conventions)
        return self._alternatives[key]

    def shift_of(self, trace: Trace, key: str) -> int:
        """Updates done beyond the count that a table prints, for this quantity."""
        role = trace.roles.get(key)
        weight = role is not None and role.kind in ("weight", "bias")
        return self.shifts.get(trace.name, {}).get("weights" if weight else "outputs", 0)

    @staticmethod
    def readings(tree: Tree) -> tuple[Symbol | Derivative, ...]:
        """What an evaluation of the tree reads, each once."""
        return tuple(dict.fromkeys(_readings(tree)))

    def settled(self, trace: Trace) -> dict[str, str]:
        """The start, tolerance and stopping rule that a descent's runs were given."""
        run = next(iter(trace.facts["runs"].values()))
        return {
            "start": ", ".join(run["start"]),
            "tolerance": str(run["tolerance"]),
            "stop": str(run["stop"]),
        }

    def in_trace(self, trace: Trace, key: str) -> Known | None:
        """The value that a worked example has under a key; "@10" behind it asks for iteration 10."""
        name, _, iteration = key.partition("@")
        if iteration:
            value = self.after(trace, name, int(iteration))
            return None if value is None else Known(value, key, trace.name)
        quantity = trace.quantities.get(name)
        if quantity is None:
            return None
        given = quantity.stage == "given"
        return Known(quantity.value, name, trace.name, given, quantity.formula)

    def after(self, trace: Trace, key: str, iteration: int, shift: int | None = None) -> Any:
        """The value of a weight, bias, output or error that a table prints for an iteration."""
        example = self.study.examples.get(trace.name)
        if not isinstance(example, Perceptron):
            return None
        if shift is None:
            shift = self.shift_of(trace, key)
        updates = iteration + shift if iteration else 0  # before any update, nobody counts
        if not 0 <= updates <= example.iterations + 2:
            return None
        state = example.after(updates, **trace.conventions)
        role = trace.roles.get(key)
        if key in state.weights:
            return state.weights[key]
        if key in state.biases:
            return state.biases[key]
        outputs = output_keys(trace)
        if key in outputs:
            return state.out[outputs.index(key)]
        if role is not None and role.kind == "error" and not role.unit:
            return state.error
        return None

    # -- the document itself

    def _first_printed(self, key: str) -> Known | None:
        """An entry of a row that nothing computes: what is printed first is given."""
        entries = self.printed.get(key)
        if not entries or key in self.definitions:
            return None
        return Known(self._given(key), key, None, given=True)

    def _in_document(self, key: str) -> Known | None:
        try:
            value = self.value_of(key)
        except EvaluationError:
            return None
        definitions = self.definitions.get(key)
        formula = definitions[0][0] if definitions else None
        return Known(value, key, None, formula is None, formula)

    def value_of(self, key: str, open_keys: frozenset[str] = frozenset()) -> Any:
        """The value of a symbol by the document's own definitions and givens.

        Raises `EvaluationError` where the document does not determine it.
        """
        if key in self._values:
            return self._values[key]
        if key in open_keys:
            raise EvaluationError(f"{key} is defined by itself")
        definitions = self.definitions.get(key)
        if definitions:
            tree = definitions[0][0]
            value = self.evaluate(tree, open_keys | {key})
        else:
            value = self._given(key)
        self._values[key] = value
        return value

    def _given(self, key: str) -> Any:
        for source in (self.printed, self.bound):
            if source.get(key):
                text = source[key][0].text
                return -MP.mpf(text[1:]) if text.startswith("-") else MP.mpf(text)
        raise EvaluationError(f"{key} has no value in this document")

    def evaluate(self, tree: Tree, open_keys: frozenset[str] = frozenset()) -> Any:
        """The value of a tree by the document's own definitions."""
        values: dict[str, Any] = dict(self.functions)
        for key in free_symbols(tree):
            if key not in ("e", r"\pi"):
                values[key] = self.value_of(key, open_keys)
        return evaluate(tree, values, MPMATH)

    def values_for(self, tree: Tree, claim: Claim) -> dict[str, Any]:
        """Values of everything that a tree reads where the claim stands.

        Raises `EvaluationError` naming the first symbol that nobody knows.
        """
        values: dict[str, Any] = dict(self.functions)
        for part in _readings(tree):
            found = self.known(part, claim)
            if found is not None:
                values[part.key] = found.value
            elif part.key not in ("e", r"\pi"):
                raise EvaluationError(f"{part.key} has no value here")
        return values


def _all_symbols(tree: Tree) -> Iterator[Symbol]:
    for part in walk(tree):
        if isinstance(part, Symbol):
            yield part


def is_numeric(tree: Tree) -> bool:
    """Whether a tree is made of printed numbers only.

    >>> from bpreport.formula import parse
    >>> is_numeric(parse("0.1 * 5 + e^{-1}")), is_numeric(parse("w_1 * 5"))
    (True, False)
    """
    for part in walk(tree):
        if isinstance(part, Symbol) and part.key not in ("e", r"\pi"):
            return False
        if isinstance(part, Call | Derivative | Tuple | Matrix):
            return False
    return True


def _readings(tree: Tree) -> Iterator[Symbol | Derivative]:
    """Symbols and derivatives that an evaluation reads, a derivative as one value."""
    if isinstance(tree, Derivative) and tree.by:
        yield tree
        return
    if isinstance(tree, Symbol):
        yield tree
        return
    for child in children(tree):
        for part in _readings(child):
            if not (isinstance(tree, Reduce) and part.key == tree.index.key):
                yield part


def spellings(tree: Symbol | Derivative) -> Iterator[str]:
    r"""The keys under which a typed symbol may be known, its own first.

    >>> list(spellings(Symbol("W", ("7",))))[:2]
    ['W_{7}', 'w_{7}']
    """
    yield tree.key
    if isinstance(tree, Derivative):
        if not isinstance(tree.body, Symbol):
            return
        for body in spellings(tree.body):
            for by in product(*(list(spellings(v)) for v in tree.by if isinstance(v, Symbol))):
                below = "".join(rf"\partial {key}" for key in by)
                if below:
                    yield rf"\partial {body}/{below}"
        return
    yield from (symbol.key for symbol in respellings(tree))


def respellings(symbol: Symbol) -> Iterator[Symbol]:
    """Other ways to write what must be the same symbol."""
    if symbol.base in GREEK_TWINS:
        yield replace(symbol, base=GREEK_TWINS[symbol.base])
    if len(symbol.base) == 1 and symbol.base.isupper():
        yield replace(symbol, base=symbol.base.lower())
    if len(symbol.indices) == 1 and isinstance(symbol.indices[0], str):
        digits = symbol.indices[0]
        if len(digits) == 2 and digits.isdigit():
            yield replace(symbol, indices=(digits[0], digits[1]))
    if symbol.base == "E" and not symbol.indices:
        yield replace(symbol, indices=("total",))


def _iteration(head: Symbol, claim: Claim) -> int | None:
    """The iteration that a row is printed for: by its mark, or by its paragraph."""
    for mark in head.marks:
        text = mark if isinstance(mark, str) else getattr(mark, "text", "")
        if text.isdigit():
            return int(text)
    return claim.iteration


def output_keys(trace: Trace) -> list[str]:
    """Keys of the outputs of a perceptron's last layer, in order."""
    outs = {key: role for key, role in trace.roles.items() if role.kind == "out"}
    last = max((role.layer for role in outs.values()), default=-1)
    return [key for key, role in outs.items() if role.layer == last]


def row_symbols(trace: Trace, head: Symbol) -> list[Symbol]:
    """The entries of a row by the name it is printed under: w_1, w_2, ... for w."""
    bases = {head.base, *(symbol.base for symbol in respellings(head))}
    entries = [
        quantity.symbol
        for quantity in trace.quantities.values()
        if isinstance(quantity.symbol, Symbol)
        and quantity.symbol.base in bases
        and quantity.symbol.indices
        and not quantity.symbol.marks
    ]
    return sorted(entries, key=lambda symbol: _in_order(symbol.key))


def _keys_of_row(trace: Trace, head: Symbol, iteration: int | None) -> list[str]:
    """The keys of the entries of a printed row, as the worked example orders them."""
    keys = [symbol.key for symbol in row_symbols(trace, head)]
    return keys or (output_keys(trace) if iteration is not None else [])


def _in_order(key: str) -> tuple[int, str]:
    digits = "".join(filter(str.isdigit, key))
    return (int(digits) if digits else 0, key)
