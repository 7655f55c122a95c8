"""The functions that a document defines, and where: f(x) = ..., g' as the derivative of g."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import chain
from operator import itemgetter

from bpreport.audit.names import is_numeric, is_row_of_numbers
from bpreport.audit.statements import LOOKED_THROUGH
from bpreport.deck.model import Claim, Position
from bpreport.deck.relations import APPROXIMATIONS
from bpreport.formula import Function
from bpreport.formula.effort import charge
from bpreport.formula.operations import FUNCTION_MEANINGS
from bpreport.formula.tree import Apply, Call, Symbol, Tree, walk

__all__ = ["Functions"]


def _is_numbers(body: Tree) -> bool:
    """Whether what stands beside a function's name is its value: a number, or a row of them."""
    return is_numeric(body) or is_row_of_numbers(body)


class Functions:
    """Definitions of functions, in order of the document."""

    def __init__(self) -> None:
        self._stated: dict[str, list[tuple[Position, Function]]] = {}

    def learn(self, claim: Claim) -> None:
        r"""Take note of a function that a claim defines: f(x) = ..., or -l(x) = -(...).

        What is about equal defines a function that nobody knows, but not one that is known
        everywhere: \sigma(z) \approx 0.5 + 0.25 z.
        """
        about = claim.relation in APPROXIMATIONS
        match claim.left, claim.right:
            case (
                Apply(operation="negative", operands=(Call() as call,)),
                Apply(operation="negative", operands=(body,)),
            ):
                self._function(call, body, claim.position)
            case Call() as call, _ if call.function.key in FUNCTION_MEANINGS and about:
                return
            case Call() as call, body if body is not None and not _is_numbers(body):
                self._function(call, body, claim.position)

    def _function(self, call: Call, body: Tree, position: Position) -> None:
        arguments = tuple(part for part in call.arguments if isinstance(part, Symbol))
        calls = (part for part in walk(body) if isinstance(part, Call))
        own = any(part.function == call.function for part in calls)
        if len(arguments) == len(call.arguments) and not own:
            self._stated.setdefault(call.name, []).append((position, Function(arguments, body)))

    def names(self) -> Iterable[str]:
        """All names that are defined."""
        return self._stated

    def of(self, name: str) -> Sequence[tuple[Position, Function]]:
        """The definitions of a name and their places."""
        return self._stated.get(name, ())

    def at(self, place: Position, other_than: Tree | None = None) -> dict[str, Function]:
        """The functions that are defined at a place, by name; "f'" is the derivative of f.

        A definition whose body is `other_than` is the one that is asked about, and left out.
        """
        charge(len(self._stated) // LOOKED_THROUGH)
        found = ((name, self.nearest(name, place, other_than)) for name in self._stated)
        return {name: function for name, function in found if function is not None}

    def nearest(
        self, name: str, place: Position, other_than: Tree | None = None
    ) -> Function | None:
        """What a name is defined as at a place: by the last definition before, or the first behind.

        A definition whose body is `other_than` is left out.
        """
        stated = self._stated.get(name, ())
        behind = bisect_right(stated, place, key=itemgetter(0))
        for index in chain(range(behind - 1, -1, -1), range(behind, len(stated))):
            if stated[index][1].body is not other_than:
                return stated[index][1]
        return None

    def is_defined_before(self, name: str, claim: Claim) -> bool:
        """Whether an earlier formula defines a function of that name."""
        return any(
            position < claim.position and function.body is not claim.right
            for position, function in self._stated.get(name, ())
        )
