"""What the audit knows where a claim stands: values, printed figures, and what was wrong so far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from bpreport.audit.digits import correction, fits, how_printed, number, same, significant_digits
from bpreport.audit.examples import FIRST, TELLING_DIGITS, Known, Step, output_keys
from bpreport.audit.learned import Printed
from bpreport.audit.model import Judgement
from bpreport.audit.names import digits_in, entry_name, is_numeric, named, readings
from bpreport.audit.statements import are_apart
from bpreport.audit.values import Values
from bpreport.deck.model import Claim, Position
from bpreport.deck.numbers import printed_number
from bpreport.formula import MP, MPMATH, EvaluationError, evaluate
from bpreport.formula.effort import charge
from bpreport.formula.operations import FUNCTION_MEANINGS
from bpreport.formula.tree import Call, Derivative, Symbol, Tree, Tuple
from bpreport.worked import Trace, trained

__all__ = ["Knowledge", "Known", "Printed", "Told", "output_keys"]


Told = dict[str, list[tuple[Position, str]]]
"""By the digits of exact values, the digits that are printed for them, and where."""

ENTRIES_A_STEP = 10
"""Printed numbers of one name that are looked through in the time of a step."""


@dataclass
class Knowledge(Values):
    """All of it, by the key of the name and the claim that asks."""

    faulty: set[str] = field(default_factory=set)
    """Keys for which a wrong number was found so far."""
    confirmed_lines: set[int] = field(default_factory=set)
    """By identity, the lines of numbers of which each stands in the place of its symbol."""
    faulty_lines: dict[int, Judgement] = field(default_factory=dict)
    """By the identity of a line of numbers, why it does not follow."""
    stood: dict[tuple[str, str], set[tuple[int, int]]] = field(default_factory=dict)
    """Of the worked examples, keys and the digits that were right for them: in which steps."""
    corrections: set[str] = field(default_factory=set)
    """Digits that wrong results should have: who goes on with them goes on with rounded numbers."""
    drifted: dict[str, str] = field(default_factory=dict)
    """Digits that were right from rounded numbers, and those of the exact value; without signs."""
    stopped: set[str] = field(default_factory=set)
    """Claims for which the search for a slip was cut short."""
    alignments: dict[tuple[str, Tree, Tree], Any] = field(default_factory=dict)
    """By claim, name and numeric side, how the side follows from a formula; found once."""
    rules: dict[tuple[str, int, int], Tree | None] = field(default_factory=dict)
    """By name, cell and line of a table, how an update computes the name from what it was."""
    mended: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    """By claim, a number of a table that was found wrong: between which values it should lie."""
    parts: dict[int, Told] = field(default_factory=dict)
    """By slide, the numbers that are printed for what has no name."""
    counts_done: dict[str, bool] = field(default_factory=dict)
    """By worked example, whether the deck's iteration k is the state after k updates."""
    states_beside: dict[tuple[int, str], list[tuple[Tree | None, int]]] = field(
        default_factory=dict
    )
    """By paragraph and worked example, the updates after which numbers of it are right, and the
    names that they are printed for."""
    _sources: dict[tuple[str, int, int], dict[str, str]] = field(default_factory=dict)
    """By step of a worked example, the wrong figures so far that come from no earlier one."""
    _carried: dict[tuple[str, int, int, str], dict[str, Any]] = field(default_factory=dict)

    def adopting(
        self, traces: Mapping[str, Trace], shifts: Mapping[str, Mapping[str, int]]
    ) -> Knowledge:
        """The same knowledge under the conventions that were adopted."""
        adopted = Knowledge(self.deck, self.study, traces, shifts)
        adopted._alternatives = self._alternatives
        return adopted

    def trying(self, trace: Trace) -> Knowledge:
        """The same knowledge with one worked example alone, of whose steps nothing is known yet."""
        tried = copy(self)
        tried.traces, tried.shifts = {trace.name: trace}, {}
        tried.steps, tried.unplaced, tried.alignments = {}, set(), {}
        tried._later = {}  # noqa: SLF001 - of a copy of its own
        return tried

    # -- wrong figures

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
            functions = dict(self.document.functions.at(claim.position))
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

    @cached_property
    def meant_functions(self) -> frozenset[str]:
        r"""Functions that nobody defines and that mean what they mean everywhere.

        Those with a name of their own do; \sigma may be any activation until a number that the
        deck prints for one is that of the logistic function.
        """
        told = {key for key in FUNCTION_MEANINGS if key.isalpha()}
        for claim in self.claims:
            text = printed_number(claim.right)
            if text is None or claim.left is None or significant_digits(text) < TELLING_DIGITS:
                continue
            known = self.known(claim.left, claim)
            formula = claim.left if known is None else known.formula
            if not isinstance(formula, Call) or formula.function.key not in FUNCTION_MEANINGS:
                continue
            if formula.own is not None:
                continue
            # Many functions that squash have these values, at 0 or far from it.
            if formula.function.key in told or any(fits(text, MP.mpf(n) / 2) for n in (0, 1, 2)):
                continue
            with suppress(EvaluationError):
                if fits(text, evaluate(formula, self.values_for(formula, claim), MPMATH)):
                    told.add(formula.function.key)
        return frozenset(told)

    # -- printed figures

    def stand(self, key: str, text: str, claim: Claim) -> None:
        """Take note of digits that a claim has right for a key."""
        self.stood.setdefault((key, text), set()).add(self._place_of(claim))

    def stands(self, key: str, text: str, claim: Claim) -> bool:
        """Whether digits were right for a key in the step that a claim is about."""
        return self._place_of(claim) in self.stood.get((key, text), ())

    def _place_of(self, claim: Claim) -> tuple[int, int]:
        """The step that a claim is about, whatever numbers it starts from."""
        step = self.steps.get(claim.id, FIRST)
        return step.updates, step.sample

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

    def printed_now(self, name: Tree, claim: Claim) -> list[str]:
        """Those of the digits that a name may be meant with where the claim stands.

        Without a worked example, those of a number that it was computed to be before are another
        pass's; only an update leaves it open which is meant.
        """
        found = self.printed_for(name, claim)
        if self.trace_of(claim) is not None or not isinstance(name, Symbol):
            return found
        index = self.document.nearest(name.key, claim.position)
        latest = None if index is None else self.document.statements[name.key][index]
        if latest is None or not latest.computes or latest.updates or latest.bound:
            return found
        return [text for text in found if not are_apart(text, latest.text)]

    def printed_in(self, step: Step, key: str, *, before: Claim | None = None) -> list[str]:
        """The digits that the claims about a step print for a key, or those before a claim."""
        entries = self.printed.get(key, ())
        charge(len(entries) // ENTRIES_A_STEP)
        return [
            entry.text
            for entry in entries
            if self.steps.get(entry.claim.id, FIRST) == step
            and (before is None or entry.claim.position < before.position)
        ]

    def as_printed(self, name: Tree, claim: Claim) -> str | None:
        """The digits that a name has in the deck, or in its front matter."""
        printed = self.printed_for(name, claim)
        known = self.known(name, claim)
        if printed and known is not None and self._is_wrong(printed[0], known):
            return correction(printed[0], known.value)
        if printed:
            return printed[0]
        if known is None or not known.given or isinstance(known.value, tuple):
            return None
        sign = "-" if known.value < 0 else ""
        return sign + _plain_digits(known.value)

    def _is_wrong(self, printed: str, known: Known) -> bool:
        """Whether digits are not those of what the worked example, or the deck, computes."""
        if known.key in self.document.corrected:
            return True
        judged = known.worked is not None or known.key in self.faulty
        return judged and how_printed(printed, known.value) is None

    def owner_of(self, text: str, instead_of: Tree, claim: Claim) -> Tree | None:
        """The name for which the deck prints these digits, or whose value they are."""
        base = instead_of.base if isinstance(instead_of, Symbol) else None
        owners = [
            owner
            for key, entries in self.printed.items()
            for entry in entries
            if entry.text == text and "@" not in key
            if (owner := _owner(entry.claim)) is not None
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
        return self._told_digits[0] | self.corrections

    def results_for(self, line: Tree, claim: Claim) -> frozenset[str]:
        """The same, and those of a claim's line to which a line before it came without a name."""
        unnamed = self._told_digits[2]
        known = digits_in(line) & unnamed.keys()
        told = {text for text in known if unnamed[text] < claim.position}
        return self.results | told if told else self.results

    def results_beside(self, line: Tree, claim: Claim) -> frozenset[str]:
        """The same but for operands of a claim's line that nothing but its own result has.

        In w = 0.1 (1, 2) = (0.1, 0.3) a number does not vouch for itself, wherever w is printed.
        """
        head, results = claim.head, self.results_for(line, claim)
        if not isinstance(head, Symbol | Derivative):
            return results
        alone = {text for text in digits_in(line) if self._names_of.get(text) == {head.key}}
        result = claim.row or claim.right
        if not alone or result is None:
            return results
        return results - (alone & digits_in(result))

    @cached_property
    def _names_of(self) -> dict[str, set[str]]:
        """By digits, the names that they, or rows with them, are printed for."""
        found: dict[str, set[str]] = {}
        for key, entries in self.printed.items():
            for entry in entries:
                head = entry.claim.head
                name = head.key if isinstance(head, Symbol | Derivative) else key
                found.setdefault(entry.text.lstrip("-"), set()).add(name)
        return found

    @property
    def exact_digits(self) -> frozenset[str]:
        """Digits of givens, of results that needed no rounding, and of constants in formulas."""
        return self._told_digits[1]

    @cached_property
    def _told_digits(self) -> tuple[frozenset[str], frozenset[str], dict[str, Position]]:
        """The digits that are rounded, those that are exact, and those of what has no name."""
        rounded_: set[str] = set()
        given = self.given_texts()
        whole: set[str] = set()
        for key, entries in self.printed.items():
            # Told first and computed later, a number is rounded all the same.
            computed = {entry.text for entry in entries if not self._means_itself(entry)}
            for entry in entries:
                digits = entry.text.lstrip("-")
                (rounded_ if entry.text in computed else given).add(digits)
                if self.document.is_exact(key, entry.text, entry.claim.position):
                    whole.add(digits)
        unnamed = self._results_without_name()
        exact = self.given_texts() | (whole - rounded_ - unnamed.keys()) | self._constants()
        unnamed = {text: place for text, place in unnamed.items() if text not in given}
        return frozenset(rounded_ - given), frozenset(exact), unnamed

    def _results_without_name(self) -> dict[str, Position]:
        """The digits of what lines of numbers come to once it is rounded, and where they first do.

        Without a name to tell them by, they are rounded in the lines behind alone. One digit tells
        nothing: another 0.5 is another number.
        """
        found: dict[str, Position] = {}
        for claim in self.claims:
            text = printed_number(claim.right)
            if claim.head is not None or text is None or claim.left is None:
                continue
            if significant_digits(text) < 2:
                continue
            with suppress(EvaluationError):
                value = evaluate(claim.left, {}, MPMATH) if is_numeric(claim.left) else None
                if value is not None and fits(text, value) and not same(number(text), value):
                    found.setdefault(text.lstrip("-"), claim.position)
        return found

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
        return known is None or (known.given and not known.rounded)

    def given_texts(self) -> set[str]:
        """The digits of what the worked examples are given."""
        return {
            _plain_digits(quantity.value)
            for trace in self.traces.values()
            for quantity in trace.quantities.values()
            if quantity.stage == "given"
        }

    def _constants(self) -> set[str]:
        """The digits of numbers in formulas."""
        # The entries of a row are claims that share their left side.
        sides = {id(side): side for claim in self.claims for side in (claim.left, claim.right)}
        return {
            text
            for side in sides.values()
            if side is not None and any(named(side)) and not is_numeric(side)
            for text in digits_in(side)
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


def _owner(claim: Claim) -> Tree | None:
    """The name that a claim prints a number for; of a row, that of the entry."""
    head, row = claim.head, claim.row
    if claim.component is None or not isinstance(head, Symbol) or not isinstance(row, Tuple):
        return head if claim.component is None else None
    return entry_name(head, (str(claim.component + 1),))


def _plain_digits(value: Any) -> str:
    """A given in plain digits, without sign."""
    return str(MP.nstr(abs(value), 30, min_fixed=-30, max_fixed=30)).removesuffix(".0")
