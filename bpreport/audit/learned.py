"""What the claims of a deck say of names, taken note of before any of them is judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from itertools import groupby

from bpreport.audit.aliases import in_names_of, with_own_names, with_value_names
from bpreport.audit.convolutions import with_convolutions
from bpreport.audit.document import Document
from bpreport.audit.equal_names import with_equal_names
from bpreport.audit.logarithms import with_base
from bpreport.audit.meanings import Meanings
from bpreport.audit.members import confirmed_members
from bpreport.audit.names import digits_in, is_numeric, named, readings
from bpreport.audit.naming import Naming
from bpreport.audit.pieces import with_pieces
from bpreport.audit.runs import runs_of
from bpreport.audit.sums import with_sums_written_out, with_terms_written_out
from bpreport.audit.tables import Tables
from bpreport.audit.updates import in_names_after_updates
from bpreport.deck.chains import ARROWS
from bpreport.deck.model import Claim
from bpreport.deck.numbers import printed_number
from bpreport.deck.relations import are_equal
from bpreport.formula import TREES, EvaluationError, evaluate
from bpreport.formula.tree import Call, Derivative, Symbol, Tree, Tuple

__all__ = ["Learned", "Printed"]

_STATING = ("equation", "component")
"""Kinds of claims that say what a name is; a number of a table does so, too."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A value that the deck prints for a name."""

    text: str
    claim: Claim


@dataclass
class Learned(Naming):
    """The claims in the names that they are judged under, and what is printed for each name."""

    document: Document = field(default_factory=Document)
    printed: dict[str, list[Printed]] = field(default_factory=dict)
    """All printed values by key; "@10" behind a key is iteration 10."""
    claims: tuple[Claim, ...] = ()
    """The deck's claims, in the names that their worked examples have for things."""
    meanings: Meanings = field(init=False, repr=False)
    """What the deck means with names that others use for something else."""
    convolved: dict[str, bool] = field(default_factory=dict)
    """By claim whose left side is a convolution, whether its kernel is flipped."""
    _following_in: dict[tuple[str, str, int], tuple[int, int]] = field(default_factory=dict)
    """By a column's first number, way and what was known: how many of the column follow."""
    _following: dict[int, Tree | None] = field(default_factory=dict)
    """By the identity of a side, the side that follows in its chain."""
    _leading: dict[int, Tree] = field(default_factory=dict)
    """By the identity of a side, the side before it."""

    def __post_init__(self) -> None:
        traces = [self.trace_of(claim) for claim in self.deck.claims]
        self.runs = dict(runs_of(self.deck.claims, traces))
        claims = with_pieces(self.deck.claims, self.deck.formulas)
        claims, self.convolved = with_convolutions(with_own_names(claims))
        claims = with_base(claims, traces)
        self.meanings = Meanings(claims, self.study.examples)
        claims = tuple(map(self.meanings.put_into, claims, traces))
        claims = with_value_names(claims, traces)
        claims = with_equal_names(claims, traces)
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
            named = named and not self._is_retold(claim)
            if named or (claim.kind in _STATING and are_equal(claim.relation)):
                self._learn(claim)
            if claim.left is not None and are_equal(claim.relation):
                self._following[id(claim.left)] = claim.right
                self._leading.setdefault(id(claim.right), claim.left)
        for _, slide in groupby(self.claims, key=lambda claim: claim.slide):
            self._begin_example(tuple(slide))
        self.document.confirm(tuple(confirmed_members(self.document)))

    def _is_retold(self, claim: Claim) -> bool:
        """Whether a table of parameters before and after an update is not the first to tell one."""
        figure = claim.figure
        if figure is None or not figure.state or not isinstance(figure.heading, Symbol):
            return False
        known = self.document.statements.get(figure.heading.key, [])
        own = [one for one in known if one.position.line == claim.position.line]
        return self.trace_of(claim) is None and len(known) > len(own)

    def _begin_example(self, claims: tuple[Claim, ...]) -> None:
        """A slide whose lines have other numbers for all names from before is another example."""
        if self.trace_of(claims[0]) is not None:
            return
        other = False
        for formula, line in filter(None, map(_formula_and_line, claims)):
            numbers = _numbers_in(line) - {0, 1}  # these two may be anyone's
            for name in readings(formula):
                known = self.document.brought_along(name.key, claims[0], claims[-1])
                if known is None:
                    continue
                own = {abs(Decimal(known.text))} if known.text else _numbers_in(known.row)
                if own & numbers:
                    return
                other |= known.text is not None  # nor need a line have the entries of a row
        if other:
            self.document.begin_round(claims[0])

    @cached_property
    def tables(self) -> Tables:
        """The numbers of the deck's tables."""
        return Tables(self.claims)

    def following(
        self, claim: Claim, way: str, follows: Callable[[Claim], bool | None]
    ) -> tuple[int, int]:
        """How many numbers of a table's column follow in a way, and how many could.

        Of one that speaks neither for the way nor against it, `follows` says None. They are counted
        once for all numbers of the column, until something else is known of the deck.
        """
        column = self.tables.column(claim)
        about = column[0].id, way, self.document.changes
        if about not in self._following_in:
            found = [follows(one) for one in column]
            self._following_in[about] = found.count(True), len(found) - found.count(None)
        return self._following_in[about]

    def tells_of_several(self, claim: Claim) -> bool:
        """Whether a claim is told beside others that give its name other numbers.

        It is so in the chain that says what a number becomes, a paragraph, or a row of a table.
        """
        if not isinstance(claim.head, Symbol):
            return False
        if claim.relation in ARROWS:
            return True
        if not _text_of(claim):
            return False
        keys = (claim.head.key, f"{claim.head.key}@{claim.iteration}")
        return len(set().union(*(self._told.get((_text_of(claim), key), ()) for key in keys))) > 1

    @cached_property
    def _told(self) -> dict[tuple[int, str], set[str]]:
        """By paragraph and key, the digits that are printed there."""
        found: dict[tuple[int, str], set[str]] = {}
        for key, entries in self.printed.items():
            for entry in entries:
                found.setdefault((_text_of(entry.claim), key), set()).add(entry.text)
        return found

    def in_text_beside(self, claim: Claim) -> Sequence[Claim]:
        """The claims of the paragraph, or row of a table, that a claim stands in, if it does."""
        return self._texts.get(_text_of(claim), ())

    @cached_property
    def _texts(self) -> dict[int, list[Claim]]:
        found: dict[int, list[Claim]] = {}
        for claim in self.claims:
            if _text_of(claim):
                found.setdefault(_text_of(claim), []).append(claim)
        return found

    def stands_elsewhere(self, digits: str, claim: Claim) -> bool:
        """Whether digits are printed outside the text of a claim as well."""
        return any(claim.id not in claims for claims in self._holding.get(digits, ()))

    @cached_property
    def _holding(self) -> dict[str, list[tuple[str, ...]]]:
        """By digits, the claims that hold them, place by place."""
        found: dict[str, list[tuple[str, ...]]] = {}
        for numeral in self.deck.numerals:
            found.setdefault(numeral.text, []).append(numeral.claims)
        return found

    def printed_call(self, call: Call, claim: Claim) -> str | None:
        r"""The digits that were printed last for the value of a function: \sigma'(z) = 0.1476."""
        earlier = [
            one.text for one in self._calls.get(call, ()) if one.claim.position < claim.position
        ]
        return earlier[-1] if earlier else None

    @cached_property
    def _calls(self) -> dict[Call, list[Printed]]:
        found: dict[Call, list[Printed]] = {}
        for claim in self.claims:
            text = printed_number(claim.right)
            if isinstance(claim.head, Call) and text is not None and are_equal(claim.relation):
                found.setdefault(claim.head, []).append(Printed(text, claim))
        return found

    def sides_before(self, side: Tree) -> Iterator[Tree]:
        """The sides that lead to one in its chain, the nearest first."""
        while (before := self._leading.get(id(side))) is not None and before is not side:
            side = before
            yield side

    def result_of(self, line: Tree) -> Tree | None:
        """The number that is printed behind a line; None where there is none."""
        following = self._following.get(id(line))
        return None if printed_number(following) is None else following

    def _learn(self, claim: Claim) -> None:
        self.document.functions.learn(claim)
        name = claim.head if isinstance(claim.head, Symbol | Derivative) else None
        if claim.component == 0 and claim.iteration is None and name is not None:
            self.document.learn(name.key, replace(claim, component=None, right=claim.row))
        for entry in _by_entries(claim):
            assert isinstance(entry.left, Symbol)
            self.document.learn(entry.left.key, entry)
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


def _numbers_in(tree: Tree | None) -> set[Decimal]:
    return set() if tree is None else set(map(Decimal, digits_in(tree)))


def _text_of(claim: Claim) -> int:
    if claim.formula is not None:
        return claim.formula.paragraph
    return 0 if claim.figure is None else claim.figure.paragraph


def _is_of_case(claim: Claim) -> bool:
    return claim.figure is not None and claim.figure.case is not None


def _entry_name(claim: Claim) -> Symbol | None:
    """The name of an entry where a row of names is set equal to a row: y in (x, y) = (3, 2)."""
    head, place = claim.head, claim.component
    if place is None or not isinstance(head, Tuple) or place >= len(head.items):
        return None
    name = head.items[place]
    return name if isinstance(name, Symbol) else None


def _by_entries(claim: Claim) -> Iterator[Claim]:
    r"""What a formula for several names says of each: (x_{k+1}, y_{k+1}) = (x_k - a, y_k - b)."""
    head, right = claim.head, claim.right
    if not isinstance(head, Tuple) or claim.left != head or right is None:
        return
    names: dict[str, Tree] = {name.key: name for name in (*named(right), *readings(right))}
    if not names or any(name.key in names for name in named(head)):
        return  # numbers are held to what is said elsewhere, and (a, b) = (b, a) says nothing
    with suppress(EvaluationError):
        entries = evaluate(right, names, TREES)
        if isinstance(entries, tuple) and len(entries) == len(head.items):
            for name, entry in zip(head.items, entries, strict=True):
                if isinstance(name, Symbol) and not isinstance(entry, tuple):
                    yield replace(claim, head=name, left=name, right=entry)


def _formula_and_line(claim: Claim) -> tuple[Tree, Tree] | None:
    """A formula and the line of printed numbers that stands beside it."""
    if claim.left is None or claim.right is None or claim.component is not None:
        return None
    line = is_numeric(claim.right) and printed_number(claim.right) is None
    return (claim.left, claim.right) if line and not is_numeric(claim.left) else None
