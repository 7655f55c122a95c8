"""What the numbers of a substituted line stand for: each the quantity whose place it has."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bpreport.audit.alignment import Alignment, Binding, align
from bpreport.audit.digits import fits
from bpreport.audit.model import Judgement
from bpreport.audit.names import is_numeric
from bpreport.formula.errors import EvaluationError
from bpreport.formula.tree import Apply, Derivative, Number, Symbol, Tree, symbols, walk
from bpreport.worked.trace import Quantity, Trace

__all__ = ["stands_for"]


def stands_for(judgement: Judgement, trace: Trace) -> dict[int, Quantity]:
    """The quantities by the offset of their number in the claim's formula.

    Those of 0.1 * 5 + 0.35 in `net_{h1} = 0.1 * 5 + 0.35` are w_1, l_1 and b_1. A number that is
    itself the result of the line is none of them, nor is a constant of the formula.
    """
    claim = judgement.claim
    if claim.left is None or claim.right is None or claim.formula is None:
        return {}
    if is_numeric(claim.left) or not is_numeric(claim.right) or isinstance(claim.right, Number):
        return {}
    start, found = claim.extents[-1][0], {}
    for name, number in _pairs(claim.left, claim.right, trace):
        offset = start + number.at
        key = name.key
        if key in trace.quantities and claim.formula.source.startswith(number.text, offset):
            found[offset] = trace.quantities[key]
    return found


def _pairs(left: Tree, right: Tree, trace: Trace) -> Iterator[tuple[Symbol | Derivative, Number]]:
    """Names and the numbers in their places, by the form that the line follows most closely."""
    forms: list[Tree] = [left]
    if isinstance(left, Symbol | Derivative):
        quantity = trace.quantities.get(left.key)
        forms = [] if quantity is None else list(quantity.forms)
        if quantity is not None and quantity.formula is not None:
            forms.append(quantity.formula)

    def definition(name: Tree) -> Tree | None:
        found = trace.quantities.get(name.key) if isinstance(name, Symbol | Derivative) else None
        return None if found is None else found.formula

    def fitting(binding: Binding) -> bool:
        name, number = _positive(binding.name), _positive(binding.number)
        if not isinstance(name, Symbol | Derivative) or not isinstance(number, Number):
            return True
        quantity = trace.quantities.get(name.key)
        try:
            return quantity is None or fits(number.text.lstrip("-"), abs(quantity.value))
        except EvaluationError:
            return False

    aligned = [align(form, right, definition, fitting) for form in forms]
    best: Alignment | None = min(
        filter(None, aligned), key=lambda found: found.distance, default=None
    )
    if best is None:  # of another shape, but each decimal may still be the value of one name
        yield from _by_value(forms, right, fitting)
        return
    for binding in best.bindings:
        name, number = _positive(binding.name), _positive(binding.number)
        if isinstance(name, Symbol | Derivative) and isinstance(number, Number):
            yield name, number


def _by_value(
    forms: list[Tree], right: Tree, fitting: Callable[[Binding], bool]
) -> Iterator[tuple[Symbol | Derivative, Number]]:
    names = {name.key: name for form in forms for name in symbols(form)}
    for number in walk(right):
        if isinstance(number, Number) and number.places:
            found = [name for name in names.values() if fitting(Binding(name, number))]
            if len(found) == 1:
                yield found[0], number


def _positive(node: Tree) -> Tree:
    """What stands behind a minus sign."""
    negative = isinstance(node, Apply) and node.operation == "negative"
    return node.operands[0] if isinstance(node, Apply) and negative else node
