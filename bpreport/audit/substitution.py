"""A symbolic side beside a numeric side, and whether every number stands where it belongs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any

from bpreport.audit.alignment import Alignment, Binding, negated
from bpreport.audit.binding import (
    agree_within_rounding,
    best_alignment,
    contradicts_result,
    fits_binding,
    is_known_as,
    tree_of,
    value_of,
)
from bpreport.audit.by_rule import judge_by_rule
from bpreport.audit.digits import correction, in_full, number, same, significant_digits
from bpreport.audit.fixes import number_fix, placed, with_part, without_part
from bpreport.audit.knowledge import Knowledge
from bpreport.audit.left_behind import are_of_next_pass, left_behind
from bpreport.audit.model import Fix, Judgement, Verdict
from bpreport.audit.names import is_numeric
from bpreport.audit.saying import math, said, shown, unchecked, uncomputable
from bpreport.audit.slips.candidates import swap_name
from bpreport.audit.targets import judge_by_target
from bpreport.deck.claims import printed_number
from bpreport.deck.model import Claim
from bpreport.formula import (
    MPMATH,
    EvaluationError,
    FormulaError,
    evaluate,
    latex,
    parse,
)
from bpreport.formula.tree import Apply, Derivative, Symbol, Tree, substitute, walk

__all__ = ["judge_substitution", "mend"]


LEARNING_RATES = (r"\eta", r"\alpha", r"\mathrm{lr}")
"""What decks without front matter call the factor of a step, which is positive."""
PUTS_IN = "It puts in numbers: {listed}"
SHAPELESS = "The shape of the line follows from no formula of the deck"


def judge_substitution(claim: Claim, knowledge: Knowledge) -> Judgement:
    """The judgement of `w_1 - a g = 0.1 - 0.5 * 0.011204` and its like."""
    found = best_alignment(claim, knowledge)
    if found is None:
        return _by_value(claim, knowledge)
    if found.cost:
        # A line whose value is right follows another form of the formula.
        return (
            _by_rule_alone(claim, knowledge)
            or _right_value(claim, knowledge)
            or judge_by_target(claim, knowledge, judge_substitution)
            or _without_zeros(claim, knowledge, found)
            or _left_open(claim, knowledge, found)
            or _uneven(claim, knowledge, found)
        )
    late = left_behind(found.bindings, claim, knowledge)
    if late is not None:
        for binding in found.bindings:
            knowledge.bind(binding.name, binding.number, claim)
        knowledge.bind(late[0].name, parse(late[1]), claim)
        return _from_before(*late, claim, knowledge)
    misfits = [b for b in found.bindings if not fits_binding(b, claim, knowledge)]
    anew = are_of_next_pass(misfits, claim, knowledge) or _are_given_anew(misfits, claim, knowledge)
    if misfits and not anew:
        # A factor of one need not be written, and the square of a difference has no sign.
        free = [isinstance(b.name, Apply) for b in misfits]
        two = len({b.name for b in misfits}) > 1  # a difference turned round in a square
        if two and _are_exchanged(misfits, claim, knowledge):
            two = _is_in_another_order(misfits, claim)
        if all(free) or two or any(value_of(b.name, claim, knowledge) == 1 for b in misfits):
            right = _right_value(claim, knowledge)
            if right is not None:
                return right
        if _is_short_for_another(misfits, found, claim, knowledge):
            name, text = _without_sign(misfits[0])
            return said(claim, Verdict.GIVEN, PUTS_IN, listed=f"${latex(name)} = {text}$")
        return _misplaced(misfits[0], claim, knowledge)
    if misfits:
        knowledge.document.begin_round(claim)
    new = [
        binding
        for binding in found.bindings
        if isinstance(binding.name, Symbol | Derivative)
        and knowledge.is_open(binding.name, claim)
        and not is_known_as(binding, claim, knowledge)
    ]
    new = _with_signs_of_gradients(new)
    backwards = [b for b in new if _is_negative_rate(b)]
    if backwards:
        name, text = backwards[0].name, _without_sign(backwards[0])[1]
        return said(
            claim,
            Verdict.EXPLAINED,
            "It puts {printed} in the place of {name}, which is not negative: the sign is wrong",
            printed=text,
            name=math(name),
            slip="sign flipped",
            chance=0.0,
        )
    for binding in new:
        knowledge.bind(binding.name, binding.number, claim)
    if new:
        listed = dict.fromkeys(f"${latex(b.name)} = {latex(b.number)}$" for b in new)
        return said(claim, Verdict.GIVEN, PUTS_IN, listed=", ".join(listed))
    return said(claim, Verdict.REPRODUCED, "Every number stands in the place of its symbol")


def _are_given_anew(misfits: Sequence[Binding], claim: Claim, knowledge: Knowledge) -> bool:
    """Whether several numbers of a line are other than before: the next step has other weights.

    A slip is one number that stands in a wrong place; it may be another name's, or stand twice.
    """
    if knowledge.trace_of(claim) is not None or len({b.name for b in misfits}) < 2:
        return False
    if _are_exchanged(misfits, claim, knowledge):
        return False
    for binding in misfits:
        text = printed_number(binding.number)
        if text is None or not isinstance(binding.name, Symbol):
            return False
        owner = knowledge.owner_of(text, binding.name, claim)
        if not isinstance(owner, Symbol) or owner.base != binding.name.base:
            continue
        if text in ("0", "1"):  # the next target has them for other classes
            continue
        if owner.indices != binding.name.indices or _was(binding, claim, knowledge):
            return False
    return True


def _was(binding: Binding, claim: Claim, knowledge: Knowledge) -> bool:
    """Whether a number is what its name was computed to be in an earlier pass."""
    text = printed_number(binding.number)
    return text in knowledge.printed_for(binding.name, claim) and text not in (
        knowledge.printed_now(binding.name, claim)
    )


def _are_exchanged(misfits: Sequence[Binding], claim: Claim, knowledge: Knowledge) -> bool:
    """Whether two numbers of a line stand in one another's places.

    Inputs of a next sample may do so by chance: numbers of one digit, or of one family.
    """
    texts = {b.name: printed_number(b.number) or "" for b in misfits}
    own = {name: knowledge.as_printed(name, claim) or "" for name in texts}
    if len(texts) != 2 or sorted(texts.values()) != sorted(own.values()) or texts == own:
        return False
    if all(significant_digits(text) < 2 for text in own.values()):
        return False
    bases = {name.base for name in texts if isinstance(name, Symbol)}
    known = [knowledge.operand(name, claim) for name in texts]
    return len(bases) == 2 or any(one is not None and one.rounded for one in known)


def _is_in_another_order(misfits: Sequence[Binding], claim: Claim) -> bool:
    """Whether a line is worth the same with two numbers in one another's places: a b as b a."""
    assert claim.right is not None
    one = misfits[0]
    other = next(binding for binding in misfits if binding.name != one.name)
    places = {one.number: other.number, other.number: one.number}
    line = substitute(claim.right, places.get)
    return same(evaluate(line, {}, MPMATH), evaluate(claim.right, {}, MPMATH))


def _is_short_for_another(
    misfits: Sequence[Binding], found: Alignment, claim: Claim, knowledge: Knowledge
) -> bool:
    """Whether a formula writes a name short throughout: the y of y (1 - y) (t - y) for y_5.

    Then all its places have the one number that is printed for the fuller name; a number that is
    swapped by mistake stands in one place.
    """
    name, text = _without_sign(misfits[0])
    if text is None or not isinstance(name, Symbol) or name.indices:
        return False
    places = [put for one, put in map(_without_sign, found.bindings) if one == name]
    others = {one for one, _ in map(_without_sign, misfits)} - {name}
    if knowledge.trace_of(claim) is not None or others or len(places) < 2 or set(places) != {text}:
        return False
    owner = knowledge.owner_of(text, name, claim)
    return isinstance(owner, Symbol) and owner.base == name.base and bool(owner.indices)


def _is_negative_rate(binding: Binding) -> bool:
    """Whether a number below zero stands for a learning rate: then a sign before it is wrong."""
    name, text = _without_sign(binding)
    return _is_called_rate(name) and text is not None and number(text) < 0


def _with_signs_of_gradients(new: list[Binding]) -> list[Binding]:
    """With the sign of a rate times a gradient at the gradient, where nobody knows that one."""
    rate = next((binding for binding in new if _is_negative_rate(binding)), None)
    gradient = next((one for one in new if isinstance(one.name, Derivative)), None)
    if rate is None or gradient is None:
        return new
    return [
        replace(one, number=negated(one.number)) if one is rate or one is gradient else one
        for one in new
    ]


def _is_called_rate(name: Tree) -> bool:
    return isinstance(name, Symbol) and name.base in LEARNING_RATES and not name.indices


def _without_sign(binding: Binding) -> tuple[Tree, str | None]:
    """A name and the number in its place, where a minus stands before both."""
    text = printed_number(binding.number)
    match binding.name:
        case Apply(operation="negative", operands=(name,)) if text is not None:
            return name, text.removeprefix("-") if text.startswith("-") else f"-{text}"
    return binding.name, text


def _from_before(binding: Binding, after: str, claim: Claim, knowledge: Knowledge) -> Judgement:
    """A number that was its symbol's before the update."""
    return said(
        claim,
        Verdict.EXPLAINED,
        "It puts {printed} in the place of {name}, which is {right} after the update",
        printed=printed_number(binding.number),
        name=math(binding.name),
        right=after,
        correction=after,
        slip="old for new",
        chance=0.0,
        fix=number_fix(claim, knowledge.deck, binding.number, after, sure=False),
    )


def _misplaced(binding: Binding, claim: Claim, knowledge: Knowledge) -> Judgement:
    """A number that is not the value of its symbol."""
    known = knowledge.operand(binding.name, claim)
    value = value_of(binding.name, claim, knowledge)
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
    right = knowledge.as_printed(binding.name, claim) or in_full(value) or correction(text, value)
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
            "The sign in front of {digits} is wrong, which stands for {name}",
            slip="sign flipped",
            chance=0.0,
            digits=text.removeprefix("-"),
            fix=mending(),
        )
    bare = knowledge.trace_of(claim) is None
    if knowledge.is_learning_rate(binding.name, claim) or (bare and _is_called_rate(binding.name)):
        return found(Verdict.EXPLAINED, sentence, slip="wrong learning rate", chance=0.0)
    owner = knowledge.owner_of(text, binding.name, claim)
    if _was(binding, claim, knowledge):
        by_now = "It puts {printed} in the place of {name}, which is {right} by now"
        return found(
            Verdict.EXPLAINED, by_now, slip="old for new", chance=0.0, fix=mending(sure=False)
        )
    if owner is None or owner == binding.name:
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
    role, other = (knowledge.role_of(part, claim) for part in (name, owner))
    found = None if role is None or other is None else swap_name(role, other)
    if found is not None:
        return found
    if not (isinstance(name, Symbol) and isinstance(owner, Symbol)):
        return "symbol swapped"
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
            "The term {terms} is missing from the substituted line"
            if found.of_sum
            else "The factor {terms} is missing from the substituted line",
            terms=", ".join(map(math, found.dropped)),
            slip="bias forgotten" if _has_bias(found, claim, knowledge) else "term dropped",
            chance=0.0,
            correction=line,
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
            typed = parse(line, knowledge.deck.functions)
            tree = knowledge.meanings.put_in(typed, claim, knowledge.trace_of(claim))
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
    values = [value_of(term, claim, knowledge) for term in found.dropped]
    nothing = all(value is not None and not value for value in values)
    if values and nothing and found.of_sum and not found.changed:
        return said(claim, Verdict.REPRODUCED, "The terms that are left out are 0")
    sure = found.cost == 1 and not found.misfits and len(found.bindings) > 1
    if knowledge.trace_of(claim) is None and not sure:
        return unchecked(claim, SHAPELESS)
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
    if contradicts_result(claim.right, knowledge):
        return None
    return said(claim, Verdict.GIVEN, "It puts in numbers")


def _right_value(claim: Claim, knowledge: Knowledge) -> Judgement | None:
    """The judgement of a line that has the right value, whatever its shape."""
    assert claim.left is not None and claim.right is not None
    if _is_known_by_itself(claim, knowledge):
        return None
    try:
        exact = evaluate(claim.left, knowledge.values_for(claim.left, claim), MPMATH)
    except EvaluationError:
        return None
    if not _is_worth(claim.right, exact, claim, knowledge):
        return None
    return said(claim, Verdict.REPRODUCED, "The line has the value {exact}", exact=exact)


def _is_worth(line: Tree, exact: Any, claim: Claim, knowledge: Knowledge) -> bool:
    """Whether a line of numbers has a value, as far as its printed digits tell."""
    if same(evaluate(line, {}, MPMATH), exact):
        return True
    return agree_within_rounding(line, tree_of(exact), claim, knowledge)


def _by_rule_alone(claim: Claim, knowledge: Knowledge) -> Judgement | None:
    """The judgement by a rule of a line for a name that nothing else computes."""
    if not _is_known_by_itself(claim, knowledge):
        return None
    return judge_by_rule(claim, knowledge, judge_substitution)


def _is_known_by_itself(claim: Claim, knowledge: Knowledge) -> bool:
    """Whether a line is for a name of which no formula has a value: the line itself computes it.

    It may have a formula all the same: the a b of w = a b, of which nobody knows a and b.
    """
    if not isinstance(claim.left, Symbol | Derivative):
        return False
    known = knowledge.known(claim.left, claim)
    return known is None or (known.worked is None and known.formula is None)


def _by_value(claim: Claim, knowledge: Knowledge) -> Judgement:
    """A numeric side whose shape follows from no formula: only its value can be judged."""
    assert claim.left is not None and claim.right is not None
    if _is_known_by_itself(claim, knowledge):
        return _by_rule_alone(claim, knowledge) or said(claim, Verdict.GIVEN, "It puts in numbers")
    value = evaluate(claim.right, {}, MPMATH)
    try:
        exact = evaluate(claim.left, knowledge.values_for(claim.left, claim), MPMATH)
    except EvaluationError as error:
        return uncomputable(claim, error)
    if _is_worth(claim.right, exact, claim, knowledge):
        return said(claim, Verdict.REPRODUCED, "The line has the value {exact}", exact=exact)
    if (counted := judge_by_target(claim, knowledge, judge_substitution)) is not None:
        return counted
    if claim.relation == "=" and knowledge.is_determined(claim.left, claim):
        text = "The line has the value {line}, but it should be {exact}"
        return said(claim, Verdict.WRONG, text, exact=exact, line=shown(value))
    return unchecked(claim, SHAPELESS)
