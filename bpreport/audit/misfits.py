"""Numbers that are not what their names are: whether they may stand there all the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from bpreport.audit.alignment import Alignment, Binding
from bpreport.audit.binding import value_of
from bpreport.audit.digits import correction, in_full, number, same, significant_digits
from bpreport.audit.fixes import number_fix
from bpreport.audit.knowledge import Knowledge
from bpreport.audit.model import Judgement, Verdict
from bpreport.audit.names import readings
from bpreport.audit.saying import math, said
from bpreport.audit.slips.candidates import swap_name
from bpreport.deck.model import Claim
from bpreport.deck.numbers import printed_number
from bpreport.formula import MPMATH, evaluate
from bpreport.formula.tree import Apply, Symbol, Tree, substitute

__all__ = [
    "are_exchanged",
    "are_given_anew",
    "is_called_rate",
    "is_in_another_order",
    "is_of_another_sample",
    "is_short_for_another",
    "misplaced",
    "stand_for_each",
    "turned_round",
    "without_sign",
]

LEARNING_RATES = (r"\eta", r"\alpha", r"\mathrm{lr}")
"""What decks without front matter call the factor of a step, which is positive."""


def are_given_anew(misfits: Sequence[Binding], claim: Claim, knowledge: Knowledge) -> bool:
    """Whether several numbers of a line are other than before: the next step has other weights.

    A slip is one number that stands in a wrong place; it may be another name's, or stand twice.
    """
    if knowledge.trace_of(claim) is not None or len({b.name for b in misfits}) < 2:
        return False
    if are_exchanged(misfits, claim, knowledge):
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


def are_exchanged(misfits: Sequence[Binding], claim: Claim, knowledge: Knowledge) -> bool:
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


def is_in_another_order(misfits: Sequence[Binding], claim: Claim) -> bool:
    """Whether a line is worth the same with two numbers in one another's places: a b as b a."""
    assert claim.right is not None
    one = misfits[0]
    other = next(binding for binding in misfits if binding.name != one.name)
    places = {one.number: other.number, other.number: one.number}
    line = substitute(claim.right, places.get)
    return same(evaluate(line, {}, MPMATH), evaluate(claim.right, {}, MPMATH))


def is_of_another_sample(misfits: Sequence[Binding], claim: Claim, knowledge: Knowledge) -> bool:
    """Whether a name that only lines tell is another sample's, in a difference of two names.

    So is the t of t - y = 1 - 0, where y has been given anew since t - y = 0 - 1.
    """
    formula, name = claim.left, misfits[0].name
    if len(misfits) > 1 or not isinstance(formula, Apply) or formula.operation != "add":
        return False
    others = [one for one in readings(formula) if one != name]
    if len(others) != 1 or not isinstance(name, Symbol):
        return False
    own, other = (knowledge.document.latest(one.key, claim.position) for one in (name, *others))
    return own is not None and other is not None and own.bound and other.position > own.position


def turned_round(
    misfits: Sequence[Binding], found: Alignment, claim: Claim, knowledge: Knowledge
) -> Binding | None:
    """What a factor that nobody knows is where it stands in the place of one that is known.

    The line for y - a x may be 4 - 3 * 0.825, with x = 3.
    """
    name = misfits[0].name
    if len(misfits) > 1 or is_called_rate(name):
        return None
    own = knowledge.as_printed(name, claim)
    for other in found.bindings:
        swapped = printed_number(other.number) == own and knowledge.is_open(other.name, claim)
        if swapped and is_in_another_order((misfits[0], other), claim):
            return replace(other, number=misfits[0].number)
    return None


def is_short_for_another(
    misfits: Sequence[Binding], found: Alignment, claim: Claim, knowledge: Knowledge
) -> bool:
    """Whether a formula writes a name short throughout: the y of y (1 - y) (t - y) for y_5.

    Then all its places have the one number that is printed for the fuller name; a number that is
    swapped by mistake stands in one place.
    """
    name, text = without_sign(misfits[0])
    if text is None or not isinstance(name, Symbol) or name.indices:
        return False
    places = [put for one, put in map(without_sign, found.bindings) if one == name]
    others = {one for one, _ in map(without_sign, misfits)} - {name}
    if knowledge.trace_of(claim) is not None or others or len(places) < 2 or set(places) != {text}:
        return False
    owner = knowledge.owner_of(text, name, claim)
    return isinstance(owner, Symbol) and owner.base == name.base and bool(owner.indices)


def stand_for_each(misfits: Sequence[Binding], claim: Claim, knowledge: Knowledge) -> bool:
    r"""Whether a name without an index stands for another number in the line of each unit.

    So does the x of w_2 + \delta x, where no more is told of x than its number in w_1 + \delta x.
    A learning rate is one for all units, and 2.54 for 2.45 is a slip.
    """
    name, about = misfits[0].name, claim.head
    if not isinstance(name, Symbol) or name.indices or not isinstance(about, Symbol):
        return False
    if is_called_rate(name) or any(_is_permuted(one, claim, knowledge) for one in misfits):
        return False
    if knowledge.trace_of(claim) is not None or any(one.name != name for one in misfits):
        return False
    stated = knowledge.document.statements.get(name.key, ())
    others = [one.claim.head for one in stated]
    return all(one.bound for one in stated) and all(
        isinstance(other, Symbol)
        and other != about
        and replace(other, indices=()) == replace(about, indices=())
        for other in others
    )


def _is_permuted(binding: Binding, claim: Claim, knowledge: Knowledge) -> bool:
    """Whether a number has the digits of another that is printed for its name, swapped."""
    text = printed_number(binding.number) or ""
    printed = knowledge.printed_for(binding.name, claim)
    return any(other != text and sorted(other) == sorted(text) for other in printed)


def is_called_rate(name: Tree) -> bool:
    """Whether a name is what decks without front matter call a learning rate."""
    return isinstance(name, Symbol) and name.base in LEARNING_RATES and not name.indices


def without_sign(binding: Binding) -> tuple[Tree, str | None]:
    """A name and the number in its place, where a minus stands before both."""
    text = printed_number(binding.number)
    match binding.name:
        case Apply(operation="negative", operands=(name,)) if text is not None:
            return name, text.removeprefix("-") if text.startswith("-") else f"-{text}"
    return binding.name, text


def misplaced(binding: Binding, claim: Claim, knowledge: Knowledge) -> Judgement:
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
    right = knowledge.as_printed(binding.name, claim)
    if right is None or number(right) == number(text):  # what is printed for it is not its value
        right = in_full(value) or correction(text, value)
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
    if knowledge.is_learning_rate(binding.name, claim) or (bare and is_called_rate(binding.name)):
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
