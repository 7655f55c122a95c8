r"""Names with a prime: slopes, or names of their own for what is new.

A prime is a slope where its name is computed from something: y' of y = x^2. In w' = w - \eta g and
z' = w' + b it marks values after an update, and so it does in z' = (w - \eta g) + b.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bpreport.audit.digits import same
from bpreport.audit.knowledge import Knowledge
from bpreport.audit.names import readings
from bpreport.audit.points import POINTS, Point, unknowns
from bpreport.deck.model import Claim
from bpreport.formula import MPMATH, EvaluationError, evaluate
from bpreport.formula.tree import Derivative, Symbol, Tree, substitute

__all__ = ["is_new_value"]


def is_new_value(
    name: Tree, claim: Claim, knowledge: Knowledge, above: frozenset[str] = frozenset()
) -> bool:
    """Whether a name with a prime is what the deck says of it where a claim stands, and no slope.

    Without its prime it has no formula, of which there would be a slope; or it follows from such
    names: by its own formula, or where it is only told in numbers, by the formula without a prime.
    """
    if not isinstance(name, Derivative) or name.kind != "prime" or name.key in above:
        return False
    body, document = name.body, knowledge.document
    if not isinstance(body, Symbol) or body.key in document.functions.at(claim.position):
        return False
    told = [one for one in document.statements.get(name.key, ()) if one.position <= claim.position]
    above |= {name.key}
    plain = tuple(knowledge.forms_of(body, claim))
    if not plain:
        return bool(told)
    trees = [tree for one in told for tree in one.trees]
    own = [part for tree in trees for part in readings(tree)]
    if not own:
        own = list(_primed(plain)) if told else []
    if any(is_new_value(part, claim, knowledge, above) for part in own):
        return True
    new = [substitute(form, _new_values(claim, knowledge)) for form in plain]
    return any(_agree(tree, one) for tree in trees for one in new if one not in plain)


def _primed(forms: tuple[Tree, ...]) -> Iterator[Derivative]:
    """All that formulas read, with a prime."""
    for part in (part for form in forms for part in readings(form)):
        if isinstance(part, Symbol):
            yield Derivative(part, (), kind="prime")


def _new_values(claim: Claim, knowledge: Knowledge) -> Callable[[Tree], Tree | None]:
    """What the deck has computed names anew from, ahead of a claim."""

    def formula(part: Tree) -> Tree | None:
        if not isinstance(part, Symbol):
            return None
        key = Derivative(part, (), kind="prime").key
        told = knowledge.document.statements.get(key, ())
        trees = [one.trees[0] for one in told if one.trees and one.position <= claim.position]
        return trees[-1] if trees else None

    return formula


def _agree(tree: Tree, other: Tree) -> bool:
    """Whether two formulas have the same values at random points."""
    for seed in range(POINTS):
        values = Point(seed).values(unknowns(tree, other))
        try:
            if not same(evaluate(tree, values, MPMATH), evaluate(other, values, MPMATH)):
                return False
        except EvaluationError:
            return False
    return True
