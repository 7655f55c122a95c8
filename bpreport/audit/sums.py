r"""Sums and products over what a document prints by index, written out.

Where y_1, y_2 and y_3 are told, \sum_k y_k is y_1 + y_2 + y_3, whatever the sum says of its range.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import partial
from itertools import chain

from bpreport.audit.names import is_numeric, readings
from bpreport.deck.model import Claim
from bpreport.formula import instantiate
from bpreport.formula.tree import Apply, Number, Reduce, Symbol, Tree, substitute, walk
from bpreport.worked import Trace

__all__ = ["is_endless", "with_sums_written_out", "with_terms_written_out"]

_JOINED = {"sum": "add", "product": "multiply"}
MOST_TERMS = 60
"""Terms past which a sum is left as it is: nobody prints so many entries."""


def is_endless(tree: Tree) -> bool:
    r"""Whether a tree reads infinity, as the bound of a sum or as what a sum comes to.

    >>> from bpreport.formula import parse
    >>> is_endless(parse(r"2 \sum_{k=1}^\infty y_k")), is_endless(parse(r"\sum_{k=1}^m y_k"))
    (True, False)
    """
    return any(isinstance(part, Symbol) and part.base == r"\infty" for part in walk(tree))


def with_sums_written_out(claims: Sequence[Claim], told: AbstractSet[str]) -> Iterator[Claim]:
    """The claims with their sums written out, as far as all that they add is among what is told."""
    written: dict[int, Tree] = {}

    def side(tree: Tree | None) -> Tree | None:
        if tree is None:
            return None
        # The right side of one claim is the left side of the next: they stay one object.
        if id(tree) not in written:
            written[id(tree)] = _written_out(tree, told)
        return written[id(tree)]

    for claim in claims:
        left, right = side(claim.left), side(claim.right)
        same = left is claim.left and right is claim.right
        yield claim if same else replace(claim, left=left, right=right)


def with_terms_written_out(trace: Trace, claim: Claim) -> Claim:
    """A sum over samples or units beside a line of numbers, term by term.

    Beside another formula it stays what it is: both are true of any samples.
    """
    if claim.right is None or claim.left is None or not is_numeric(claim.right):
        return claim
    if not any(isinstance(part, Reduce) for part in walk(claim.left)):
        return claim
    samples = {role.unit for role in trace.roles.values() if role.kind == "sample"}
    told = {Symbol(base, (), (f"({n})",)).key for base in ("x", "y") for n in samples}
    return next(with_sums_written_out([claim], told | trace.quantities.keys()))


def _written_out(tree: Tree, told: AbstractSet[str]) -> Tree:
    r"""A tree with its sums written out, and with how many terms they have: of 1/m, 1/3.

    >>> from bpreport.formula import latex, parse
    >>> latex(_written_out(parse(r"2 \sum_k y_k"), {"y_{1}", "y_{2}"}))
    '2(y_{1} + y_{2})'
    """
    counts: dict[str, int] = {}
    """By key of a bound that is told nowhere, how many terms there are."""

    def terms_of(part: Tree) -> Tree | None:
        if not isinstance(part, Reduce) or part.operation not in _JOINED:
            return None
        terms = tuple(_terms(part, told))
        if not terms:
            return None
        if isinstance(part.upper, Symbol) and part.upper.key not in told:
            counts[part.upper.key] = len(terms)
        return terms[0] if len(terms) == 1 else Apply(_JOINED[part.operation], terms)

    written = substitute(tree, terms_of)
    return instantiate(written, counts)


def _terms(part: Reduce, told: AbstractSet[str]) -> Iterator[Tree]:
    """The terms of a sum, of which all names with its index are told; none if they are not."""
    indexed = [name for name in readings(part.body) if _counted(part.index, 1, told, name)]
    lower, upper = _count(part.lower), _count(part.upper)
    if part.upper is not None and is_endless(part):
        return  # the first of its terms are not all
    first = 1 if lower is None else lower
    last = first + MOST_TERMS if upper is None else upper
    if not indexed or last - first > MOST_TERMS or part.index.key in {n.key for n in indexed}:
        return
    terms = []
    for place in range(first, last + 1):
        counted = partial(_counted, part.index, place, told)
        names = map(counted, indexed)
        if any(name is None or name.key not in told for name in names):
            if upper is not None:
                return
            break
        terms.append(instantiate(substitute(part.body, counted), {part.index.key: place}))
    yield from terms


def _counted(index: Symbol, place: int, told: AbstractSet[str], name: Tree) -> Symbol | None:
    """A name that has an index with the index counted; None for another.

    Two indices stand side by side where the deck tells its names so: w_{12}, not w_{1,2}.
    """
    if not isinstance(name, Symbol):
        return None
    # Read by itself v_{i1} is of a unit that is called i1.
    parts = [
        (index, part[1:])
        if isinstance(part, str) and part[:1] == index.base and part[1:].isdecimal()
        else (part,)
        for part in name.indices
    ]
    found = instantiate(replace(name, indices=tuple(chain(*parts)), typed=""), {index.key: place})
    if not isinstance(found, Symbol) or found.key == name.key:
        return None
    digits = all(isinstance(part, str) and part.isdecimal() for part in found.indices)
    joined = replace(found, indices=("".join(map(str, found.indices)),))
    return joined if digits and joined.key in told else found


def _count(bound: Tree | None) -> int | None:
    return int(bound.text) if isinstance(bound, Number) and bound.text.isdecimal() else None
