"""What the audit knows where a claim stands: from the worked example, or from the document.

A worked example knows a value exactly. What no worked example knows may still be defined or
given by the document itself; then that is the value to hold printed digits against.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from typing import Any

from bpreport.audit.aliases import in_names_of, with_own_names, with_value_names
from bpreport.audit.digits import correction, fits, same
from bpreport.audit.document import Document, number
from bpreport.audit.examples import FIRST, Known, Step, output_keys
from bpreport.audit.members import confirmed_members
from bpreport.audit.model import Judgement
from bpreport.audit.names import is_numeric, readings
from bpreport.audit.naming import Naming
from bpreport.audit.sums import with_sums_written_out, with_terms_written_out
from bpreport.audit.updates import in_names_after_updates
from bpreport.deck.claims import printed_number
from bpreport.deck.model import Claim
from bpreport.formula import MP, MPMATH, EvaluationError, Function, evaluate, expand, parse
from bpreport.formula.operations import FUNCTION_MEANINGS
from bpreport.formula.tree import (
    Call,
    Derivative,
    Number,
    Symbol,
    Tree,
    Tuple,
    free_symbols,
    substitute,
    walk,
)
from bpreport.worked import Trace, trained

__all__ = ["Knowledge", "Known", "Printed", "output_keys", "row_of"]

_STATING = ("equation", "component")
"""Kinds of claims that say what a name is; a number of a table does so, too."""

Row = tuple[int | None, int | None]
"""Of a table: the iteration that it counts, or its line where it is a case of its own."""

_SIGMOID = parse(r"\frac{1}{1 + e^{-x}}")
_BODIES = {"sigmoid": _SIGMOID}
"""How functions that mean the same everywhere are written out."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A value that the deck prints for a name."""

    text: str
    claim: Claim


@dataclass
class Knowledge(Naming):
    """Values, definitions and printed figures, by the key of the name and the claim that asks."""

    document: Document = field(default_factory=Document)
    printed: dict[str, list[Printed]] = field(default_factory=dict)
    """All printed values by key; "@10" behind a key is iteration 10."""
    faulty: set[str] = field(default_factory=set)
    """Keys for which a wrong number was found so far."""
    _sources: dict[tuple[str, int, int], dict[str, str]] = field(default_factory=dict)
    """By step of a worked example, the wrong figures so far that come from no earlier one."""
    faulty_lines: dict[int, Judgement] = field(default_factory=dict)
    """By the identity of a line of numbers, why it does not follow."""
    stood: set[tuple[str, str]] = field(default_factory=set)
    """Of the worked examples, keys and the digits that were right for them in some step."""
    stopped: set[str] = field(default_factory=set)
    """Claims for which the search for a slip was cut short."""
    alignments: dict[tuple[str, Tree, Tree], Any] = field(default_factory=dict)
    """By claim, name and numeric side, how the side follows from a formula; found once."""

    _carried: dict[tuple[str, int, int, str], dict[str, Any]] = field(default_factory=dict)
    _following: dict[int, Tree | None] = field(default_factory=dict)
    """By the identity of a side, the side that follows in its chain."""

    claims: tuple[Claim, ...] = ()
    """The deck's claims, in the names that their worked examples have for things."""

    def __post_init__(self) -> None:
        traces = [self.trace_of(claim) for claim in self.deck.claims]
        claims = with_value_names(with_own_names(self.deck.claims), traces)
        renamed = [
            claim if trace is None else in_names_of(trace, with_terms_written_out(trace, claim))
            for claim, trace in zip(claims, traces, strict=True)
        ]
        claims = in_names_after_updates(renamed, traces)
        told = {key for claim in claims if (key := self._key_of(claim)) is not None}
        written_out = with_sums_written_out(claims, told)
        self.claims = tuple(
            written if trace is None else claim
            for claim, written, trace in zip(claims, written_out, traces, strict=True)
        )
        for claim in self.claims:
            named = claim.kind == "figure" and claim.left is not None and not _is_of_case(claim)
            if named or (claim.kind in _STATING and claim.relation not in ("<", ">")):
                self._learn(claim)
            if claim.left is not None:
                self._following[id(claim.left)] = claim.right
        for _, slide in groupby(self.claims, key=lambda claim: claim.slide):
            self._begin_example(tuple(slide))
        self.document.confirm(tuple(confirmed_members(self.document)))

    def _begin_example(self, claims: tuple[Claim, ...]) -> None:
        """A slide whose lines have other numbers for all names from before is another example."""
        if self.trace_of(claims[0]) is not None:
            return
        other = False
        for formula, line in filter(None, map(_formula_and_line, claims)):
            numbers = {Decimal(part.text) for part in walk(line) if isinstance(part, Number)}
            for name in readings(formula):
                text = self.document.brought_along(name.key, claims[0], claims[-1])
                if text is None:
                    continue
                if abs(Decimal(text)) in numbers - {0, 1}:  # these two may be anyone's
                    return
                other = True
        if other:
            self.document.begin_round(claims[0])

    def rows_of(self, slide: int) -> Mapping[Row, Sequence[Claim]]:
        """The numbers of a slide's tables by their rows."""
        return self._rows.get(slide, {})

    @cached_property
    def _rows(self) -> dict[int, dict[Row, list[Claim]]]:
        found: dict[int, dict[Row, list[Claim]]] = {}
        for claim in self.claims:
            if (row := row_of(claim)) is not None:
                found.setdefault(claim.slide, {}).setdefault(row, []).append(claim)
        return found

    def tells_of_several(self, claim: Claim) -> bool:
        """Whether the line of text that a claim stands in prints its name with several numbers."""
        if claim.formula is None or claim.formula.display or not isinstance(claim.head, Symbol):
            return False
        place = claim.position
        texts = {
            entry.text
            for suffix in ("", f"@{claim.iteration}")
            for entry in self.printed.get(claim.head.key + suffix, ())
            if (entry.claim.position.cell, entry.claim.position.line) == (place.cell, place.line)
        }
        return len(texts) > 1

    def result_of(self, line: Tree) -> Tree | None:
        """The number that is printed behind a line; None where there is none."""
        following = self._following.get(id(line))
        return None if printed_number(following) is None else following

    def _learn(self, claim: Claim) -> None:
        self.document.learn_function(claim)
        if claim.component == 0 and claim.iteration is None and isinstance(claim.head, Symbol):
            self.document.learn(claim.head.key, replace(claim, component=None, right=claim.row))
        key = self._key_of(claim)
        if key is None:
            return
        self.document.learn(key, claim)
        text = printed_number(claim.right)
        if text is not None:
            self.printed.setdefault(key, []).append(Printed(text, claim))

    def _key_of(self, claim: Claim) -> str | None:
        """The key of what a claim's chain is about; "@10" behind it is iteration 10."""
        if claim.component is not None:
            name = _entry_name(claim)
            return self.component_key(claim) if name is None else name.key
        if not isinstance(claim.head, Symbol | Derivative):
            return None
        key = claim.head.key
        return key if claim.iteration is None else f"{key}@{claim.iteration}"

    # -- values

    def known(self, tree: Tree, claim: Claim) -> Known | None:
        """The value of a symbol, derivative or entry of a row where the claim stands."""
        trace = self.trace_of(claim)
        if claim.component is not None and tree is claim.head:
            key = self.component_key(claim)
            if key is None:
                return None
            found = None if trace is None else self.in_trace(trace, key)
            return found or (None if "@" in key else self._in_document(key, claim))
        if not isinstance(tree, Symbol | Derivative):
            return None
        suffix = "" if claim.iteration is None else f"@{claim.iteration}"
        if trace is not None:
            for key in self.spellings(tree, claim):
                found = self.in_trace(trace, key + suffix)
                if found is not None:
                    return found
            if suffix and claim.id in self.steps:  # the iteration's step is known
                for key in self.spellings(tree, claim):
                    found = self.in_trace(trace, key)
                    if found is not None:
                        return found
        own = suffix if tree == claim.head else ""
        return self._in_document(tree.key + own, claim)

    def operand(self, tree: Tree, claim: Claim) -> Known | None:
        """The value of a name that is computed with: in w = w - a g, that of w before."""
        own = isinstance(tree, Symbol) and tree == claim.head and self.trace_of(claim) is None
        if isinstance(tree, Symbol) and own and self.document.updates(tree.key, claim):
            return self._in_document(tree.key, claim, before=True)
        return self.known(tree, claim)

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
        functions = self.document.functions_at(claim.position)
        for call in (part for part in walk(tree) if isinstance(part, Call)):
            if not _applies_to(functions, call):
                del functions[call.function.key]
            known = call.function.key in (*functions, *FUNCTION_MEANINGS)
            if not known and self.trace_of(claim) is None:  # what it is of is no matter then
                text = "the function {name} is not defined"
                raise EvaluationError(text, name=call.function.key)
        values: dict[str, Any] = dict(functions)
        if any(isinstance(part, Call) for part in walk(tree)):
            values |= self._read_by_functions(tree, claim, functions)
        for part in readings(tree):
            found = self.operand(part, claim)
            if found is None:
                raise EvaluationError("{name} has no value here", name=part.key)
            values[part.key] = found.value
        return values

    def adopting(
        self, traces: Mapping[str, Trace], shifts: Mapping[str, Mapping[str, int]]
    ) -> Knowledge:
        """The same knowledge under the conventions that were adopted."""
        adopted = Knowledge(self.deck, self.study, traces, shifts)
        adopted._alternatives = self._alternatives
        return adopted

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

    def blame(self, key: str, printed: str, claim: Claim) -> None:
        """Take note of a wrong figure that comes from no earlier one."""
        trace = self.trace_of(claim)
        if trace is not None:
            self.sources_of(trace).setdefault(key, printed)

    def sources_of(self, trace: Trace) -> dict[str, str]:
        """The wrong figures of a step so far that come from no earlier one, by key.

        Those among the updates of the step before are what this one starts from.
        """
        place = (trace.name, trace.updates, trace.sample)
        if place not in self._sources:
            before = self._sources.get((trace.name, trace.updates - 1, trace.sample), {})
            self._sources[place] = {
                key: before[after] for key, after in trained(trace) if after in before
            }
        return self._sources[place]

    def carried_on(self, trace: Trace, source: str, claim: Claim) -> dict[str, Any]:
        """The values that follow from a wrong figure, of all quantities that depend on it.

        A quantity with several formulas follows from the first that reads something changed: one
        who has a wrong gradient by net computes that by a weight from it, and does not start anew.
        """
        place = (trace.name, trace.updates, trace.sample, source)
        if place not in self._carried:
            exact = {key: quantity.value for key, quantity in trace.quantities.items()}
            changed = {source: MP.mpf(self.sources_of(trace)[source])}
            functions = dict(self.document.functions_at(claim.position))
            for key, quantity in trace.quantities.items():
                for form in () if key in changed else self.forms_of(quantity.symbol, claim):
                    if changed.keys().isdisjoint(name.key for name in readings(form)):
                        continue
                    with suppress(EvaluationError):
                        changed[key] = evaluate(form, {**functions, **exact, **changed}, MPMATH)
                        break
            del changed[source]
            self._carried[place] = changed
        return self._carried[place]

    # -- formulas

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
        functions = self.document.functions_at(claim.position)

        def definition(name: Tree) -> Tree | None:
            if isinstance(name, Symbol | Derivative):
                return next(self.forms_of(name, claim), None)
            if not isinstance(name, Call):
                return None
            function = functions.get(name.function.key + "'" * name.primes)
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

    # -- printed figures

    def bind(self, name: Tree, tree: Tree, claim: Claim) -> None:
        """Take note of a number that stands in a name's place."""
        text = printed_number(tree)
        if text is not None and isinstance(name, Symbol | Derivative):
            self.document.bind(name.key, text, claim)

    def printed_for(self, name: Tree, claim: Claim) -> list[str]:
        """The digits that the deck prints for a name, anywhere."""
        if not isinstance(name, Symbol | Derivative):
            return []
        step = self.steps.get(claim.id, FIRST)
        found = [text for key in self.spellings(name, claim) for text in self.printed_in(step, key)]
        own = name == claim.head and self.document.updates(name.key, claim)
        near = self.document.printed_text(name, claim.position, before=own)
        return found if near is None else [near, *found]

    def printed_in(self, step: Step, key: str, *, before: Claim | None = None) -> list[str]:
        """The digits that the claims about a step print for a key, or those before a claim."""
        return [
            entry.text
            for entry in self.printed.get(key, ())
            if self.steps.get(entry.claim.id, FIRST) == step
            and (before is None or entry.claim.position < before.position)
        ]

    def as_printed(self, name: Tree, claim: Claim) -> str | None:
        """The digits that a name has in the deck, or in its front matter."""
        printed = self.printed_for(name, claim)
        known = self.known(name, claim)
        if printed and known is not None and known.key in self.document.corrected:
            return correction(printed[0], known.value)
        if printed:
            return printed[0]
        if known is None or not known.given:
            return None
        sign = "-" if known.value < 0 else ""
        return sign + _plain_digits(known.value)

    def owner_of(self, text: str, instead_of: Tree, claim: Claim) -> Tree | None:
        """The name for which the deck prints these digits, or whose value they are."""
        base = instead_of.base if isinstance(instead_of, Symbol) else None
        owners = [
            entry.claim.head
            for key, entries in self.printed.items()
            for entry in entries
            if entry.text == text and "@" not in key and entry.claim.component is None
        ]
        owners.sort(key=lambda owner: not (isinstance(owner, Symbol) and owner.base == base))
        if owners:
            return owners[0]
        trace = self.trace_of(claim)
        if trace is None or len(text.lstrip("-0.")) < 2:
            return None
        for quantity in trace.quantities.values():
            like = isinstance(quantity.symbol, Symbol) and quantity.symbol.base == base
            if like and fits(text, quantity.value):
                return quantity.symbol
        return None

    @property
    def results(self) -> frozenset[str]:
        """Digits that the deck prints for computed quantities: these are rounded.

        Digits that are given somewhere mean themselves.
        """
        return self._told_digits[0]

    @property
    def exact_digits(self) -> frozenset[str]:
        """Digits of givens, of results that needed no rounding, and of constants in formulas."""
        return self._told_digits[1]

    @cached_property
    def _told_digits(self) -> tuple[frozenset[str], frozenset[str]]:
        """The digits that are rounded, and those that are exact."""
        rounded_: set[str] = set()
        given = self._given_texts()
        whole: set[str] = set()
        for key, entries in self.printed.items():
            for entry in entries:
                digits = entry.text.lstrip("-")
                (given if self._means_itself(entry) else rounded_).add(digits)
                if self.document.is_exact(key, entry.text, entry.claim.position):
                    whole.add(digits)
        exact = self._given_texts() | (whole - rounded_) | self._constants()
        return frozenset(rounded_ - given), frozenset(exact)

    def _means_itself(self, entry: Printed) -> bool:
        """Whether a printed number is given, or a result that needed no rounding."""
        head, claim = entry.claim.head, entry.claim
        known = None if head is None else self.known(head, claim)
        if known is not None and known.worked is not None:
            return known.given or same(known.value, number(entry.text))
        if known is not None and self.document.is_exact(known.key, entry.text, claim.position):
            return True
        if isinstance(head, Derivative) or self.document.is_result(head, claim.position):
            return False
        return known is None or known.given

    def _given_texts(self) -> set[str]:
        """The digits of what the worked examples are given."""
        return {
            _plain_digits(quantity.value)
            for trace in self.traces.values()
            for quantity in trace.quantities.values()
            if quantity.stage == "given"
        }

    def _constants(self) -> set[str]:
        """The digits of numbers in formulas."""
        return {
            part.text
            for claim in self.claims
            for side in (claim.left, claim.right)
            if side is not None and not is_numeric(side)
            for part in walk(side)
            if isinstance(part, Number)
        }

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
            if "@" in key or not isinstance(head, Symbol):
                continue
            index = self.document.nearest(key, claim.position)
            if index is not None and self.document.definition_at(key, index) is None:
                name = head if place is None else Symbol(head.base, (str(place + 1),))
                yield name, number(entries[0].text)


def row_of(claim: Claim) -> Row | None:
    """The row of a number of a table."""
    figure = claim.figure
    if figure is None or figure.name is None or figure.count is figure.case is None:
        return None
    return figure.count, figure.case


def _is_of_case(claim: Claim) -> bool:
    return claim.figure is not None and claim.figure.case is not None


def _entry_name(claim: Claim) -> Symbol | None:
    """The name of an entry where a row of names is set equal to a row: y in (x, y) = (3, 2)."""
    head, place = claim.head, claim.component
    if place is None or not isinstance(head, Tuple) or place >= len(head.items):
        return None
    name = head.items[place]
    return name if isinstance(name, Symbol) else None


def _formula_and_line(claim: Claim) -> tuple[Tree, Tree] | None:
    """A formula and the line of printed numbers that stands beside it."""
    if claim.left is None or claim.right is None or claim.component is not None:
        return None
    line = is_numeric(claim.right) and printed_number(claim.right) is None
    return (claim.left, claim.right) if line and not is_numeric(claim.left) else None


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


def _plain_digits(value: Any) -> str:
    """A given in plain digits, without sign."""
    return str(MP.nstr(abs(value), 30, min_fixed=-30, max_fixed=30)).removesuffix(".0")
