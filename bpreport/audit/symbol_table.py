"""What a document tells of its names, and where: formulas, numbers, lines and rows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import replace

from bpreport.audit.families import Families, Family
from bpreport.audit.functions import Functions
from bpreport.audit.names import is_numeric, readings
from bpreport.audit.rounds import Rounds
from bpreport.audit.statements import (
    Statement,
    are_apart,
    is_restated,
    place_of,
    start_of,
)
from bpreport.deck.chains import ARROWS, value_before
from bpreport.deck.model import Claim, Position
from bpreport.deck.numbers import printed_number, printed_row
from bpreport.formula.tree import (
    Apply,
    Derivative,
    Symbol,
    Tree,
    Tuple,
    free_symbols,
)

__all__ = ["SymbolTable"]


class SymbolTable:
    """Names and their statements, in order of the document."""

    def __init__(self) -> None:
        self.statements: dict[str, list[Statement]] = {}
        self.functions = Functions()
        self._rounds = Rounds()
        self._formulas: dict[str, list[Statement]] = {}
        """By name, the statements with a formula for it, in order."""
        self._iterated: dict[str, list[str]] = {}
        """By name, the keys under which it is known at some iteration: "x_{1}@1"."""
        self.families = Families()
        self.updates_by_index = Families(updates=True)
        self.tells_of_updates = False
        """Whether some formula computes a name from what it was, or what one is after its step."""
        self._computed: dict[str, dict[int, Position]] = {}
        """Families of names of which one, at least, is computed: from where on, by slide."""
        self._read_by_its_like: set[str] = set()
        """Bare names from which others of their family are computed: n of n_{out} = n / s."""

    # -- learning

    def learn(self, key: str, claim: Claim) -> None:
        """Take note of what a claim says of the name that its chain is about."""
        if claim.right is None:
            return
        statement = self._statement(key, claim)
        text = printed_number(claim.right)
        if text is not None:
            statement.text = text
            statement.lines |= claim.left is not None and is_numeric(claim.left)
            statement.restates = self._restated(statement, claim.relation)
        elif printed_row(claim.right) is not None:
            statement.row = claim.right
        elif not is_numeric(claim.right):
            if not statement.trees:
                self._formulas.setdefault(key, []).append(statement)
            statement.trees.append(claim.right)
            own = key in free_symbols(claim.right)
            statement.updates |= own
            self.tells_of_updates |= own or key.endswith("^{+}")
            if own and isinstance(claim.head, Symbol) and claim.left == claim.head:
                self.updates_by_index.learn(claim.head, claim.right, claim.position)
            before = _updated_by(claim)
            if before is not None:
                self.updates_by_index.learn(before, claim.right, claim.position)
            if isinstance(claim.head, Symbol) and claim.left == claim.head and not own:
                computed = self._computed.setdefault(_family(claim.head), {})
                computed.setdefault(claim.slide, claim.position)
                self._read_by_its_like |= _bare_of_its_like(claim.head, claim.right)
                self.families.learn(claim.head, claim.right, claim.position)
        else:
            statement.lines = True
            if claim.left == claim.head:
                statement.line = claim.right
        self._begin_round(key)

    def _restated(self, statement: Statement, relation: str) -> Statement | None:
        """The computed number before a statement that does no more than print it again."""
        known = self.statements[statement.key]
        if statement.text is None or statement.computes or len(known) < 2:
            return None
        if statement.is_wanted:
            return None
        earlier = known[-2].restates or known[-2]
        least = 2 if relation == "=" else 1
        return earlier if is_restated(statement.text, earlier, least) else None

    def _begin_round(self, key: str) -> None:
        known = self.statements[key]
        latest = known[-1]
        if not latest.computes:
            return
        for place in range(len(known) - 2, -1, -1):
            if known[place].computes:
                if are_apart(known[place].text, latest.text):
                    self._rounds.begin(latest.position, known[place].position)
                return

    def in_family(self, statement: Statement) -> tuple[Family, Tree] | None:
        """The formula with an index that speaks of a statement's name, and what it says of it."""
        head, place = statement.claim.head, statement.claim.component
        if not isinstance(head, Symbol) or (place is not None and head.indices):
            return None
        entry = head if place is None else replace(head, indices=(str(place + 1),))
        return self.families.of(entry, statement.position)

    def _statement(self, key: str, claim: Claim) -> Statement:
        known = self.statements.setdefault(key, [])
        own = claim.formula is not None and known and known[-1].claim.formula is claim.formula
        anew = claim.component is not None
        if own and claim.relation in ARROWS and claim.right is not None and is_numeric(claim.right):
            anew = True  # what the number before the arrow becomes
        if own and not anew:
            return known[-1]
        start = claim.position if anew else start_of(claim)
        statement = Statement(key, max(start, known[-1].position) if known else start, claim)
        known.append(statement)
        name, _, iteration = key.partition("@")
        if iteration and len(known) == 1:
            self._iterated.setdefault(name, []).append(key)
        return statement

    # -- asking

    def known_as(self, key: str) -> str:
        """The key of a name; where it is told at one iteration only, the key that it has there."""
        if key in self.statements:
            return key
        iterated = self._iterated.get(key, ())
        return iterated[0] if len(iterated) == 1 else key

    def restates(self, key: str, claim: Claim) -> bool:
        """Whether a claim only prints again what was computed before."""
        statement = self._own(key, claim)
        return statement is not None and statement.restates is not None

    def updates(self, key: str, claim: Claim) -> bool:
        """Whether a claim belongs to a chain that computes a name from what it was before."""
        statement = self._own(key, claim)
        return statement is not None and statement.updates

    def _updates_entry(self, key: str, claim: Claim) -> bool:
        """Whether a claim computes a row from what it was before, and a name is an entry of it."""
        head, left = claim.head, claim.left
        if claim.component is None or left is None or left == head or head not in readings(left):
            return False
        return self._own(key, claim) is not None

    def _own(self, key: str, claim: Claim) -> Statement | None:
        """What the chain that a claim belongs to says of a name."""
        index = self.nearest(key, claim.position)
        if index is None:
            return None
        statement = self.statements[key][index]
        return statement if statement.claim.formula is claim.formula else None

    def brought_along(self, key: str, first: Claim, last: Claim) -> Statement | None:
        """What is said of a name before some claims, which say nothing of it."""
        known = self.statements.get(key, [])
        index = bisect_right(known, start_of(first), key=place_of)
        if not index or known[index - 1].position == start_of(first):
            return None
        if index < len(known) and known[index].position <= last.position:
            return None
        return known[index - 1]

    def computed_like(self, name: Symbol) -> Mapping[int, Position]:
        """From where on, by slide, a name of the same family is computed, but not from itself."""
        return {} if name.key in self._read_by_its_like else self._computed.get(_family(name), {})

    def latest(self, key: str, at: Position) -> Statement | None:
        """What was said last of a name up to a place."""
        index = self.nearest(key, at)
        found = None if index is None else self.statements[key][index]
        return None if found is None or found.position > at else found

    def nearest(self, key: str, at: Position) -> int | None:
        """The last statement about a name up to a place; failing that, the first behind it."""
        known = self.statements.get(key)
        if not known:
            return None
        return max(bisect_right(known, at, key=place_of) - 1, 0)


def _family(name: Symbol) -> str:
    """The base of a name with its superscript marks, but for those that count: z of z_1^{(2)}."""
    marks = tuple(mark for mark in name.marks if not isinstance(mark, Tuple))
    return replace(name, indices=(), marks=marks).key


def _bare_of_its_like(head: Symbol, formula: Tree) -> set[str]:
    """The name of a family without an index, if a formula for one with an index reads it."""
    bare = replace(head, indices=())
    return {bare.key} & free_symbols(formula).keys() if head.indices else set()


def _updated_by(claim: Claim) -> Symbol | None:
    r"""The name of which a prime is said to be the new value: w_i in w_i' = w_i + \eta e x_i."""
    before = value_before(claim.head) if isinstance(claim.head, Derivative) else None
    match claim.right:
        case Apply(operation="add", operands=terms) if claim.left == claim.head and before in terms:
            return before if isinstance(before, Symbol) else None
    return None
