"""A symbolic side beside a numeric side, and whether every number stands where it belongs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from itertools import islice, product
from typing import Any

from bpreport.audit.alignment import Alignment, Binding, align
from bpreport.audit.digits import correction, how_printed, same
from bpreport.audit.document import number
from bpreport.audit.fixes import number_fix, placed, with_part, without_part
from bpreport.audit.knowledge import Knowledge
from bpreport.audit.model import Fix, Judgement, Message, Verdict
from bpreport.audit.names import is_numeric
from bpreport.audit.operands import could_give
from bpreport.audit.saying import math, said, shown, unchecked, uncomputable
from bpreport.audit.slips.candidates import swap_name
from bpreport.deck.claims import printed_number
from bpreport.deck.model import Claim
from bpreport.formula import (
    MPMATH,
    EvaluationError,
    FormulaError,
    evaluate,
    latex,
    parse,
    rounded,
    stands_for,
    to_decimal,
)
from bpreport.formula.tree import Derivative, Number, Symbol, Tree, walk

__all__ = ["best_alignment", "fits_binding", "judge_substitution", "mend"]


def judge_substitution(claim: Claim, knowledge: Knowledge) -> Judgement:
    """The judgement of `w_1 - a g = 0.1 - 0.5 * 0.011204` and its like."""
    found = best_alignment(claim, knowledge)
    if found is None:
        return _by_value(claim, knowledge)
    if found.cost:
        # A line whose value is right follows another form of the formula.
        return (
            _right_value(claim, knowledge)
            or _without_zeros(claim, knowledge, found)
            or _left_open(claim, knowledge, found)
            or _uneven(claim, knowledge, found)
        )
    misfits = [b for b in found.bindings if not fits_binding(b, claim, knowledge)]
    if misfits and not _are_given_anew(misfits, claim, knowledge):
        return _misplaced(misfits[0], claim, knowledge)
    if misfits:
        knowledge.document.begin_round(claim)
    new = [
        binding
        for binding in found.bindings
        if isinstance(binding.name, Symbol | Derivative)
        and knowledge.is_open(binding.name, claim)
        and not _is_known_as(binding, claim, knowledge)
    ]
    for binding in new:
        knowledge.bind(binding.name, binding.number, claim)
    if new:
        listed = dict.fromkeys(f"${latex(b.name)} = {latex(b.number)}$" for b in new)
        text = "It puts in numbers: {listed}"
        return said(claim, Verdict.GIVEN, text, listed=", ".join(listed))
    return said(claim, Verdict.REPRODUCED, "Every number stands in the place of its symbol")


def _are_given_anew(misfits: Sequence[Binding], claim: Claim, knowledge: Knowledge) -> bool:
    """Whether several numbers of a line are other than before: the next step has other weights.

    A slip is one number that stands in a wrong place; it may be another name's, or stand twice.
    """
    if knowledge.trace_of(claim) is not None or len({b.name for b in misfits}) < 2:
        return False
    for binding in misfits:
        text = printed_number(binding.number)
        if text is None or not isinstance(binding.name, Symbol):
            return False
        owner = knowledge.owner_of(text, binding.name, claim)
        if not isinstance(owner, Symbol) or owner.base != binding.name.base:
            continue
        if owner.indices != binding.name.indices:
            return False
    return True


def best_alignment(
    claim: Claim, knowledge: Knowledge, side: Tree | None = None
) -> Alignment | None:
    """How a numeric side follows from a formula: the deck's own, or else the worked example's.

    `side` is the numeric side, by default the right one; it is aligned with the left side or,
    where that is a name or numeric itself, with the formulas of what the claim is about.
    """
    name = claim.left if side is None else claim.head
    numeric = claim.right if side is None else side
    if name is None or numeric is None:
        return None
    place = (claim.id, name, numeric)
    if place not in knowledge.alignments:
        knowledge.alignments[place] = _best_alignment(claim, knowledge, name, numeric)
    found: Alignment | None = knowledge.alignments[place]
    return found


def _best_alignment(
    claim: Claim, knowledge: Knowledge, name: Tree, numeric: Tree
) -> Alignment | None:
    definition = knowledge.definition_in(claim)
    best: Alignment | None = None
    forms: Iterable[Tree] = (name,)
    if isinstance(name, Symbol | Derivative):
        forms = tuple(knowledge.forms_of(name, claim))
    seen: dict[tuple[str, str], bool] = {}

    def fits(binding: Binding) -> bool:
        text = printed_number(binding.number)
        if text is None or not isinstance(binding.name, Symbol | Derivative):
            return fits_binding(binding, claim, knowledge)
        place = binding.name.key, text
        if place not in seen:
            seen[place] = fits_binding(binding, claim, knowledge)
        return seen[place]

    adds_up = not _contradicts_result(numeric, knowledge)
    for joining, form in product((False, True) if adds_up else (False,), forms):
        found = align(form, numeric, definition, fits, joining=joining)
        if found is None or (joining and (found.cost or found.misfits)):
            continue
        if best is None or found.cost < best.cost:
            best = replace(found, form=form)
        if not best.cost:
            break
    return best


def fits_binding(binding: Binding, claim: Claim, knowledge: Knowledge) -> bool:
    """Whether a number is the value of what it stands for; True where nobody knows that."""
    value = _value_of(binding.name, claim, knowledge)
    if value is None or knowledge.is_open(binding.name, claim):
        return True
    text = printed_number(binding.number)
    if text is None:  # an expression in the place of a name
        return could_give(binding.number, tree_of(value), knowledge.results, knowledge.exact_digits)
    known = knowledge.operand(binding.name, claim)
    result = knowledge.is_result(binding.name, claim) or (known is not None and known.rounded)
    if known is not None and known.given and not result:
        return same(value, number(text))  # a given stands with its own digits, or it is wrong
    if how_printed(text, value) is not None:
        return True
    if isinstance(binding.name, Symbol | Derivative):
        typed = Decimal(text)
        return any(
            Decimal(printed) == typed for printed in knowledge.printed_for(binding.name, claim)
        )
    return within_printed(binding.name, text, claim, knowledge)


def agree_within_rounding(
    left: Tree | None, right: Tree | None, claim: Claim, knowledge: Knowledge
) -> bool:
    """Whether two numeric sides can be equal for some unrounded operands.

    Numbers that stand for computed names are rounded, givens and constants are exact.
    """
    aligned = None if left is None else best_alignment(claim, knowledge, left)
    operands: set[str] = set()
    for binding in () if aligned is None or aligned.cost else aligned.bindings:
        text = printed_number(binding.number)
        known = knowledge.known(binding.name, claim)
        if text is None or known is None or known.worked is None or known.given:
            continue
        if not same(known.value, number(text)):
            operands.add(text.lstrip("-"))
    exact = knowledge.exact_digits - operands
    return could_give(left, right, knowledge.results | operands, exact)


def within_printed(
    tree: Tree, text: str, claim: Claim, knowledge: Knowledge, *, long_givens: bool = False
) -> bool:
    """Whether the numbers that are printed for a tree's names can give the printed number."""
    try:
        low, high = knowledge.document.printed_range(tree, claim.position, long_givens=long_givens)
    except EvaluationError:
        return False
    least, most = (
        MPMATH.number(str(abs(end))) * (-1 if end < 0 else 1) for end in stands_for(text)[:2]
    )
    return bool(low <= most and least <= high)


def _is_known_as(binding: Binding, claim: Claim, knowledge: Knowledge) -> bool:
    """Whether a number is what its name was before this round already."""
    known = knowledge.operand(binding.name, claim)
    text = printed_number(binding.number)
    if known is None or text is None or not known.stale:
        return False
    return how_printed(text, known.value) is not None


def tree_of(value: Any) -> Tree:
    """A value as a tree, at 40 places."""
    number = to_decimal(value)
    text = Number(rounded(number.copy_abs(), 40))
    return -text if number < 0 else text


def _value_of(name: Tree, claim: Claim, knowledge: Knowledge) -> Any:
    """The exact value of a name or expression where the claim stands; None where unknown."""
    known = knowledge.operand(name, claim)
    if known is not None or isinstance(name, Symbol | Derivative):
        return None if known is None else known.value
    try:
        return evaluate(name, knowledge.values_for(name, claim), MPMATH)
    except EvaluationError:
        return None


def _misplaced(binding: Binding, claim: Claim, knowledge: Knowledge) -> Judgement:
    """A number that is not the value of its symbol."""
    known = knowledge.operand(binding.name, claim)
    value = _value_of(binding.name, claim, knowledge)
    text = printed_number(binding.number)
    if text is None:
        return said(
            claim,
            Verdict.WRONG,
            "It puts {expression} in the place of {name}, which is {exact}",
            known=known,
            exact=value,
            expression=math(binding.number),
            name=math(binding.name),
        )
    right = knowledge.as_printed(binding.name, claim) or correction(text, value)
    worked = known is not None and known.worked is not None
    sentence = "It puts {printed} in the place of {name}, which is {right}"
    found = partial(
        said,
        claim,
        known=known,
        exact=value,
        printed=text,
        name=math(binding.name),
        right=right,
        correction=right,
    )
    mending = partial(number_fix, claim, knowledge.deck, binding.number, right)
    if same(-number(text), value):
        return found(
            Verdict.EXPLAINED,
            sentence,
            slip="sign flipped",
            chance=0.0,
            reason=Message("the sign is wrong"),
            fix=mending(),
        )
    if knowledge.has_role(binding.name, "learning rate", claim):
        return found(Verdict.EXPLAINED, sentence, slip="wrong learning rate", chance=0.0)
    owner = knowledge.owner_of(text, binding.name, claim)
    if owner is None:
        return found(Verdict.WRONG, sentence, fix=mending(sure=worked))
    return found(
        Verdict.EXPLAINED,
        "It puts {printed} in the place of {name}, which is {right}: {printed} is {owner}",
        owner=math(owner),
        slip=_swap(binding.name, owner, claim, knowledge),
        chance=0.0,
        fix=mending(sure=worked),
    )


def _swap(name: Tree, owner: Tree, claim: Claim, knowledge: Knowledge) -> str:
    """What it is called that the one stands in the place of the other."""
    if not (isinstance(name, Symbol) and isinstance(owner, Symbol)):
        return "symbol swapped"
    trace = knowledge.trace_of(claim)
    if trace is not None and name.key in trace.roles and owner.key in trace.roles:
        found = swap_name(trace.roles[name.key], trace.roles[owner.key])
        if found is not None:
            return found
    if (name.base, name.indices) == (owner.base, owner.indices):
        if "+" in owner.marks and "+" not in name.marks:
            return "new for old"
        if "+" in name.marks and "+" not in owner.marks:
            return "old for new"
    return "symbol swapped"


def _uneven(claim: Claim, knowledge: Knowledge, found: Alignment) -> Judgement:
    """Terms without a counterpart, or a constant that changed."""
    assert claim.right is not None
    mended = mend(claim, knowledge, claim.right, claim.right_source)
    line, fix = mended if mended is not None else (None, None)
    if found.dropped:
        return said(
            claim,
            Verdict.EXPLAINED,
            "The term {terms} is missing from the substituted line",
            terms=", ".join(map(math, found.dropped)),
            slip="bias forgotten" if _has_bias(found, claim, knowledge) else "term dropped",
            chance=0.0,
            correction=line or _completed(claim, knowledge, found),
            fix=fix,
        )
    if found.added:
        return said(
            claim,
            Verdict.EXPLAINED,
            "The substituted line has {terms} too much",
            terms=", ".join(map(math, found.added)),
            slip=_surplus(found, claim, knowledge),
            chance=0.0,
            correction=line,
            fix=fix,
        )
    (before, after), *_ = found.changed
    return said(
        claim,
        Verdict.EXPLAINED,
        "The constant {before} became {after} in the substituted line",
        before=math(before),
        after=math(after),
        slip="constant changed",
        chance=0.0,
        correction=latex(before),
        fix=number_fix(claim, knowledge.deck, after, latex(before)),
    )


def _surplus(found: Alignment, claim: Claim, knowledge: Knowledge) -> str:
    """What it is called that a line has a part too much: mostly it stands there twice."""
    twice = [b.name for b in found.bindings if b.number in found.added]
    if not twice:
        return "term added"
    if any(knowledge.has_role(name, "bias", claim) for name in twice):
        return "bias counted twice"
    return "term doubled" if found.of_sum else "factor doubled"


def _has_bias(found: Alignment, claim: Claim, knowledge: Knowledge) -> bool:
    return any(
        knowledge.has_role(part, "bias", claim) for term in found.dropped for part in walk(term)
    )


def _completed(claim: Claim, knowledge: Knowledge, found: Alignment) -> str:
    """The substituted line with the dropped terms put back, as LaTeX."""
    terms = (_as_printed(term, claim, knowledge) for term in found.dropped)
    return " + ".join((claim.right_source, *terms))


def _as_printed(term: Tree, claim: Claim, knowledge: Knowledge) -> str:
    """A term with the deck's own digits for its names, as LaTeX."""
    values = {
        part.key: text
        for part in walk(term)
        if isinstance(part, Symbol | Derivative)
        and (text := knowledge.as_printed(part, claim)) is not None
    }
    return latex(term, values)


MOST_MENDED = 40
"""Changed lines that are tried before a line is left as it is."""


def mend(
    claim: Claim, knowledge: Knowledge, side: Tree, source: str
) -> tuple[str, Fix | None] | None:
    """A numeric side with the one part put back that it lacks, or without the one too much.

    Returns the whole side as LaTeX, and the change of the deck; None where no change at the top
    level of the side makes it follow from its formula, which is tried out.
    """
    on_left = side is claim.left
    found = best_alignment(claim, knowledge, side if on_left else None)
    if found is None or found.cost != 1 or found.changed:
        return None
    factor = not found.of_sum
    edits = (
        with_part(source, _as_printed(found.dropped[0], claim, knowledge), factor=factor)
        if found.dropped
        else without_part(source, factor=factor)
    )
    for edit in islice(edits, MOST_MENDED):
        offset, old, new = edit
        line = source[:offset] + new + source[offset + len(old) :]
        try:
            tree = parse(line, knowledge.deck.functions)
        except FormulaError:
            continue
        if not is_numeric(tree):
            return None  # a name whose number is printed nowhere
        changed = replace(claim, left=tree) if on_left else replace(claim, right=tree)
        again = best_alignment(changed, knowledge, tree if on_left else None)
        if again is not None and not again.cost and not again.misfits:
            return line, placed(claim, knowledge.deck, side, edit, sure=True)
    return None


def _without_zeros(claim: Claim, knowledge: Knowledge, found: Alignment) -> Judgement | None:
    """The judgement of a line that leaves out what is nothing, or whose shape proves nothing."""
    values = [_value_of(term, claim, knowledge) for term in found.dropped]
    nothing = all(value is not None and not value for value in values)
    if values and nothing and found.of_sum and not found.changed:
        return said(claim, Verdict.REPRODUCED, "The terms that are left out are 0")
    sure = found.cost == 1 and not found.misfits and len(found.bindings) > 1
    if knowledge.trace_of(claim) is None and not sure:
        return unchecked(claim, "The shape of the line follows from no formula of the deck")
    return None


def _left_open(claim: Claim, knowledge: Knowledge, found: Alignment) -> Judgement | None:
    """The judgement of a line whose numbers may be right for other shapes of its names.

    What a name stands for may be a product, a sum, one or nothing; so an uneven line is wrong only
    where everything is known that its unevenness depends on, or where it contradicts its result.
    """
    assert claim.right is not None
    parts = found.dropped or ((found.form,) if found.form is not None else ())
    if not any(knowledge.is_open(part, claim) for part in parts):
        return None
    if _contradicts_result(claim.right, knowledge):
        return None
    return said(claim, Verdict.GIVEN, "It puts in numbers")


def _contradicts_result(line: Tree, knowledge: Knowledge) -> bool:
    """Whether a line of printed numbers cannot give the number that is printed behind it."""
    result = knowledge.result_of(line)
    if result is None:
        return False
    return not could_give(line, result, knowledge.results, knowledge.exact_digits)


def _right_value(claim: Claim, knowledge: Knowledge) -> Judgement | None:
    """The judgement of a line that has the right value, whatever its shape."""
    assert claim.left is not None and claim.right is not None
    try:
        exact = evaluate(claim.left, knowledge.values_for(claim.left, claim), MPMATH)
    except EvaluationError:
        return None
    if not agree_within_rounding(claim.right, tree_of(exact), claim, knowledge):
        return None
    return said(claim, Verdict.REPRODUCED, "The line has the value {exact}", exact=exact)


def _by_value(claim: Claim, knowledge: Knowledge) -> Judgement:
    """A numeric side whose shape follows from no formula: only its value can be judged."""
    assert claim.left is not None and claim.right is not None
    known = knowledge.known(claim.left, claim)
    named = isinstance(claim.left, Symbol | Derivative)
    if named and (known is None or (known.worked is None and known.formula is None)):
        # The line itself is how the name is computed.
        return said(claim, Verdict.GIVEN, "It puts in numbers")
    value = evaluate(claim.right, {}, MPMATH)
    try:
        exact = evaluate(claim.left, knowledge.values_for(claim.left, claim), MPMATH)
    except EvaluationError as error:
        return uncomputable(claim, error)
    close = agree_within_rounding(claim.right, tree_of(exact), claim, knowledge)
    if same(value, exact) or close:
        return said(claim, Verdict.REPRODUCED, "The line has the value {exact}", exact=exact)
    if claim.relation == "=" and knowledge.is_determined(claim.left, claim):
        text = "The line has the value {line}, but it should be {exact}"
        return said(claim, Verdict.WRONG, text, exact=exact, line=shown(value))
    return unchecked(claim, "The shape of the line follows from no formula of the deck")
