"""Notes on notation: one quantity written in two ways, index ranges that do not agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise

from bpreport.audit.knowledge import Knowledge
from bpreport.audit.model import Finding, Judgement, Message
from bpreport.audit.names import is_total, respellings
from bpreport.audit.statements import LOOKED_THROUGH, are_apart
from bpreport.deck.model import Claim, Deck
from bpreport.formula import latex
from bpreport.formula.names import read_base
from bpreport.formula.tree import Gap, Reduce, Symbol, Tree, Tuple, walk

__all__ = ["notation"]


def notation(
    deck: Deck, judgements: Sequence[Judgement], knowledge: Knowledge
) -> Iterator[Finding]:
    """Notes on how a deck writes things; none of them makes a number wrong."""
    yield from _respelled(deck, knowledge)
    yield from _typed_otherwise(deck)
    yield from _ranges(deck)
    for judgement in judgements:
        if judgement.message.text.startswith("It defines {name} otherwise"):
            yield Finding("note", judgement.message, (judgement.claim.id,))


def _named(claim: Claim) -> Iterator[Symbol]:
    """The symbols of a claim's sides, in reading order."""
    for side in (claim.left, claim.right):
        if side is not None:
            for part in walk(side):
                if isinstance(part, Symbol):
                    yield part


def _equations(deck: Deck) -> Iterator[Claim]:
    return (claim for claim in deck.claims if claim.kind in ("equation", "range"))


def _respelled(deck: Deck, knowledge: Knowledge) -> Iterator[Finding]:
    """Names for which another name is meant: W_7 for w_7, target for target_{o1}."""
    used = {symbol.key for claim in _equations(deck) for symbol in _named(claim)}
    places: dict[tuple[str, str], list[str]] = {}
    twins: dict[str, Symbol] = {}
    for claim in _equations(deck):
        for symbol in _named(claim):
            meant = knowledge.respelled(symbol, claim)
            if meant.key == symbol.key:
                if symbol.key not in twins:
                    twins[symbol.key] = _twin(symbol, used, knowledge)
                meant = twins[symbol.key]
            if _is_another_kind(symbol, meant) or _is_read_alike(symbol, meant):
                continue
            both_total = is_total(symbol, meant) and is_total(meant, symbol)
            if meant.key != symbol.key and not both_total:
                places.setdefault((latex(symbol), latex(meant)), []).append(claim.id)
    for (written, meant_as), ids in places.items():
        text = "{written} is written where {meant} is meant"
        values = {"written": f"${written}$", "meant": f"${meant_as}$"}
        yield Finding("note", Message(text, values), tuple(dict.fromkeys(ids)))


def _twin(symbol: Symbol, used: AbstractSet[str], knowledge: Knowledge) -> Symbol:
    """The name in use for which another one may stand; itself where there is none."""
    twin = next((twin for twin in respellings(symbol) if twin.key in used), symbol)
    return symbol if _are_told_apart(symbol, twin, knowledge) else twin


def _are_told_apart(symbol: Symbol, twin: Symbol, knowledge: Knowledge) -> bool:
    """Whether a deck has numbers for both names, and none for both: G_1 and g_1 are two things."""
    first, second = (
        {entry.text for entry in knowledge.printed.get(name.key, ())[:LOOKED_THROUGH]}
        for name in (symbol, twin)
    )
    apart = all(are_apart(one, other) for one in first for other in second)
    return bool(first) and bool(second) and apart


def _is_another_kind(symbol: Symbol, meant: Symbol) -> bool:
    """A bare capital is a matrix or a random variable, of which the small letter is an entry."""
    small = symbol.base.lower() == meant.base != symbol.base
    return small and not (symbol.indices or symbol.marks)


def _is_read_alike(symbol: Symbol, meant: Symbol) -> bool:
    """Whether two names are one, as the usual v_{11} for the v_{1,1} of the front matter."""
    return latex(symbol) == latex(meant).replace(",", "")


def _typed_otherwise(deck: Deck) -> Iterator[Finding]:
    """A name typed in two ways: `w8` beside `w_7`."""
    joined: dict[str, list[str]] = {}
    subscripted: set[str] = set()
    for claim in _equations(deck):
        for symbol in _named(claim):
            typed = symbol.typed.partition("_")[0].partition("^")[0]
            if typed and symbol.indices and read_base(typed)[1]:
                joined.setdefault(typed, []).append(claim.id)
            elif symbol.indices:
                subscripted.add(symbol.base)
    for typed, ids in joined.items():
        if read_base(typed)[0] in subscripted:
            text = "{typed} is typed without a subscript sign, unlike its like"
            yield Finding("note", Message(text, {"typed": typed}), tuple(dict.fromkeys(ids)))


def _ranges(deck: Deck) -> Iterator[Finding]:
    """An index that runs from 1 in one place and from 0 in another."""
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for claim in deck.claims:
        for name, lower, bound in _ranges_of(claim):
            starts = found.setdefault((latex(name), latex(bound)), {})
            starts.setdefault(latex(lower), []).append(claim.id)
    for (index, upper), starts in found.items():
        if len(starts) < 2:
            continue
        for (first, ids), (second, other_ids) in pairwise(sorted(starts.items())):
            named_values = {
                "index": f"${index}$",
                "upper": f"${upper}$",
                "first": first,
                "second": second,
            }
            message = Message(
                "The index {index} up to {upper} begins at {first} in one place "
                "and at {second} in another",
                named_values,
            )
            yield Finding("note", message, tuple(dict.fromkeys(ids + other_ids)))


def _ranges_of(claim: Claim) -> Iterator[tuple[Tree, Tree, Tree]]:
    """Index, first and last value of every range that a claim's right side states."""
    if claim.right is None:
        return
    if claim.kind == "range" and isinstance(claim.right, Tuple) and claim.left is not None:
        first, last = claim.right.items[0], claim.right.items[-1]
        if not isinstance(last, Gap):
            yield claim.left, first, last
    elif claim.kind == "equation":
        for part in walk(claim.right):
            if isinstance(part, Reduce) and part.lower is not None and part.upper is not None:
                yield part.index, part.lower, part.upper
