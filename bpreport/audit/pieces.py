r"""Functions that text defines piece by piece: $f(u) = 1$ for $u \ge 0$ and $0$ otherwise.

Of a sign or a step it may also tell just what it is at 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bpreport.audit.names import is_numeric, readings
from bpreport.deck.model import Claim, Formula
from bpreport.deck.relations import INEQUALITIES
from bpreport.formula import parse
from bpreport.formula.tree import Call, Cases, Number, Symbol, Tree

__all__ = ["with_pieces"]

_ELSE: dict[str, Tree] = {"step": Number("0"), "sgn": -Number("1"), "sign": -Number("1")}
"""By name, what functions are elsewhere, where no formula tells it: "and zero otherwise"."""
_NUMBER = re.compile(r"-?\d{1,9}(?:\.\d{1,9})?", re.ASCII)


def with_pieces(claims: Sequence[Claim], formulas: Sequence[Formula]) -> tuple[Claim, ...]:
    """The claims, those of a function's value under a condition with all of its definition.

    One that does not tell the function elsewhere stays as it is.
    """
    found = [_told_at_zero(claim) for claim in claims]
    place = 0
    while place < len(claims):
        pieces = list(_pieces(claims, place))
        body = _body([claims[at] for at in pieces], claims, pieces, formulas) if pieces else None
        for at in pieces if body is not None else ():
            found[at] = replace(found[at], right=body)
        place = max([place, *pieces]) + 1
    return tuple(found)


def _pieces(claims: Sequence[Claim], place: int) -> Iterator[int]:
    """Where claims of one text, from a place on, tell values of one function."""
    first = claims[place]
    if not _is_value(first):
        return
    while place < len(claims) and _is_value(claims[place]) and claims[place].left == first.left:
        if not _are_beside(first, claims[place]):
            return
        yield place
        place += 2 if _condition(claims, place) is not None else 1


def _is_value(claim: Claim) -> bool:
    """Whether a claim tells a number of a function of any argument: f(u) = 1."""
    call = claim.left
    if (
        claim.kind != "equation"
        or not isinstance(call, Call)
        or call.primes
        or claim.formula is None
    ):
        return False
    plain = len(call.arguments) == 1 and isinstance(call.arguments[0], Symbol)
    return plain and claim.relation == "=" and claim.right is not None and is_numeric(claim.right)


def _condition(claims: Sequence[Claim], place: int) -> tuple[str, Tree, Tree] | None:
    """What stands behind a value, if it is an inequality of the function's argument."""
    if place + 1 == len(claims) or not _are_beside(claims[place], claims[place + 1]):
        return None
    call, behind = claims[place].left, claims[place + 1]
    if not isinstance(call, Call) or behind.relation not in INEQUALITIES:
        return None
    if behind.left is None or behind.right is None:
        return None
    if call.arguments[0] not in (*readings(behind.left), *readings(behind.right)):
        return None
    return behind.relation, behind.left, behind.right


def _are_beside(one: Claim, other: Claim) -> bool:
    """Whether two claims stand in one formula, or in one text."""
    if one.formula is None or other.formula is None:
        return False
    if one.formula is other.formula:
        return True
    return one.formula.paragraph == other.formula.paragraph > 0


def _body(
    values: Sequence[Claim],
    claims: Sequence[Claim],
    pieces: Sequence[int],
    formulas: Sequence[Formula],
) -> Tree | None:
    """What the pieces define together; None where they leave open what the rest is."""
    branches = []
    for claim, place in zip(values, pieces, strict=True):
        assert claim.right is not None
        branches.append((claim.right, _condition(claims, place)))
    if branches[0][1] is None:
        return None
    if len(branches) > 1:
        return Cases(tuple(branches))
    call, condition = values[0].left, claims[pieces[0] + 1]
    assert isinstance(call, Call) and condition.formula is not None
    rest = _bare_number(condition.formula, formulas) or _ELSE.get(call.function.key)
    return None if rest is None else Cases((*branches, (rest, None)))


def _bare_number(before: Formula, formulas: Sequence[Formula]) -> Tree | None:
    """A formula right behind another one of its text that is nothing but a number."""
    behind = formulas[before.number] if before.number < len(formulas) else None
    if behind is None or behind.paragraph != before.paragraph or not before.paragraph:
        return None
    return parse(behind.source) if _NUMBER.fullmatch(behind.source.strip()) else None


def _told_at_zero(claim: Claim) -> Claim:
    r"""A claim with the whole function where it tells of a sign or a step at 0: \sgn(0) = 1."""
    match claim.left:
        case Call(function=function, arguments=(Number(text="0"),), primes=0):
            low = _ELSE.get(function.key)
            if low is None or claim.left != claim.head or claim.right is None:
                return claim
            if claim.relation != "=" or not is_numeric(claim.right):
                return claim
            argument = Symbol("u")
            above, at = ((relation, argument, Number("0")) for relation in (">", r"\ge"))
            body = Cases(((Number("1"), above), (claim.right, at), (low, None)))
            whole = replace(claim.left, arguments=(argument,))
            return replace(claim, head=whole, left=whole, right=body)
    return claim
