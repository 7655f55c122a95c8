"""One claim, one judgement: what kind of claim it is, what is known, and what follows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from bpreport.audit.alignment import Alignment, Binding, align
from bpreport.audit.digits import correction, fits, how_printed, same
from bpreport.audit.identities import compare
from bpreport.audit.knowledge import Knowledge, Known, is_numeric
from bpreport.audit.model import Judgement, Message, Verdict
from bpreport.audit.operands import could_give
from bpreport.audit.slips import Explanation, explain_line, explain_number, explain_result, explain_rounding, swap_name
from bpreport.deck.claims import printed_number
from bpreport.deck.model import Claim
from bpreport.formula import MPMATH, EvaluationError, evaluate, latex, rounded
from bpreport.formula.tree import Call, Derivative, Number, Symbol, Tree
from bpreport.worked import Trace

__all__ = ["judge"]

SHOWN_DIGITS = 8
"""Significant digits of exact values in sentences."""

_INEQUALITIES = {
    "<": lambda a, b: a < b, ">": lambda a, b: a > b, "≤": lambda a, b: a <= b,
    "≥": lambda a, b: a >= b, r"\le": lambda a, b: a <= b, r"\leq": lambda a, b: a <= b,
    r"\ge": lambda a, b: a >= b, r"\geq": lambda a, b: a >= b, r"\lt": lambda a, b: a < b,
    r"\gt": lambda a, b: a > b, r"\ne": lambda a, b: a != b, r"\neq": lambda a, b: a != b,
    r"\ll": lambda a, b: a < b, r"\gg": lambda a, b: a > b,
}  # fmt: skip
_WITHOUT_VALUE = (r"\in", r"\sim", r"\propto", r"\cong", r"\mapsto")
"""Relations that assert no equality of two values."""


def judge(claim: Claim, knowledge: Knowledge) -> Judgement:
    """The judgement of one claim."""
    if claim.refusal is not None:
        return _unchecked(
            claim,
            "not understood at {token!r}: expected {expected}",
            token=claim.refusal.token or "the end",
            expected=claim.refusal.expected,
        )
    try:
        if claim.kind == "figure":
            return _figure(claim, knowledge)
        if claim.kind == "range":
            return _said(claim, Verdict.DEFINITION, "states the range of an index")
        if claim.component is not None:
            return _value(claim, knowledge, claim.right_source)
        return _pair(claim, knowledge)
    except EvaluationError as error:
        return _unchecked(claim, "cannot be computed: {reason}", reason=str(error))


# -- pairs of a chain


def _pair(claim: Claim, knowledge: Knowledge) -> Judgement:
    left, right = claim.left, claim.right
    if left is None or right is None:
        return _unchecked(claim, "has only one side")
    if claim.relation in _INEQUALITIES:
        return _inequality(claim)
    if claim.relation in _WITHOUT_VALUE:
        return _said(claim, Verdict.DEFINITION, "introduces a symbol")
    printed = printed_number(right)
    if printed is not None and not is_numeric(left):
        if isinstance(left, Symbol | Derivative | Call):
            return _value(claim, knowledge, printed)
        return _result(claim, knowledge, printed, _valued(left, claim, knowledge), shown=False)
    if is_numeric(left) and is_numeric(right):
        if printed is not None:
            return _result(claim, knowledge, printed, evaluate(left, {}, MPMATH), shown=True)
        return _numeric_forms(claim, knowledge)
    if is_numeric(right):
        return _substitution(claim, knowledge)
    return _symbolic(claim, knowledge)


def _inequality(claim: Claim) -> Judgement:
    assert claim.left is not None and claim.right is not None
    if not (is_numeric(claim.left) and is_numeric(claim.right)):
        return _said(claim, Verdict.DEFINITION, "states a condition")
    left, right = (evaluate(side, {}, MPMATH) for side in (claim.left, claim.right))
    if _INEQUALITIES[claim.relation](left, right):
        return _said(claim, Verdict.PROVED, "holds for the printed numbers")
    return _said(
        claim,
        Verdict.WRONG,
        "does not hold: the left side is {left}, the right side {right}",
        left=shown(left),
        right=shown(right),
    )


def _numeric_forms(claim: Claim, knowledge: Knowledge) -> Judgement:
    assert claim.left is not None and claim.right is not None
    left, right = (evaluate(side, {}, MPMATH) for side in (claim.left, claim.right))
    if same(left, right):
        return _said(claim, Verdict.PROVED, "both sides are {value}", value=shown(left), exact=left)
    if could_give(claim.left, claim.right, knowledge.results):
        return _said(
            claim,
            Verdict.CARRIED,
            "both sides agree within the rounding of the printed numbers",
            exact=left,
        )
    return _said(
        claim,
        Verdict.WRONG,
        "the sides differ: {left} on the left, {right} on the right",
        left=shown(left),
        right=shown(right),
        exact=left,
    )


def _valued(tree: Tree, claim: Claim, knowledge: Knowledge) -> Any:
    return evaluate(tree, knowledge.values_for(tree, claim), MPMATH)


# -- printed values


def _value(claim: Claim, knowledge: Knowledge, printed: str) -> Judgement:
    """A name with a printed number: `out_{h1} = 0.912934`, or one entry of a row."""
    name = claim.head if claim.component is not None else claim.left
    assert name is not None
    if isinstance(name, Call):
        return _result(claim, knowledge, printed, _valued(name, claim, knowledge), shown=False)
    known = knowledge.known(name, claim)
    if known is None:
        return _unchecked(
            claim,
            "nothing in the deck says how {name} is computed",
            printed=printed,
            name=name_of(name),
        )
    if known.given:
        return _given(claim, known, printed)
    return against(claim, knowledge, printed, known)


def _given(claim: Claim, known: Known, printed: str) -> Judgement:
    typed = Decimal(printed)
    if typed == Decimal(rounded(known.value, 30)):
        verdict, text = Verdict.GIVEN, "is given"
        return _said(claim, verdict, text, known=known, printed=printed)
    return _said(
        claim,
        Verdict.WRONG,
        "prints {printed}, but the value that is given elsewhere is {exact}",
        known=known,
        printed=printed,
        exact=known.value,
        correction=correction(printed, known.value),
    )


def against(claim: Claim, knowledge: Knowledge, printed: str, known: Known) -> Judgement:
    """A printed number against the exact value of the quantity that it is printed for."""
    how = how_printed(printed, known.value)
    if how == "rounded":
        return _said(
            claim, Verdict.REPRODUCED, "is {exact}, rounded", known=known, printed=printed
        )
    if how == "truncated":
        return _said(
            claim,
            Verdict.TRUNCATED,
            "is {exact} with the digits cut off; rounded it is {correction}",
            known=known,
            printed=printed,
            correction=correction(printed, known.value),
        )
    if how == "last-digit":
        carried = explain_rounding(claim, knowledge, printed, known)
        text = "is one unit off in the last place: {exact} rounds to {correction}"
        return _said(
            claim,
            Verdict.LAST_DIGIT,
            text if carried is None else f"{text}; {carried.text}",
            known=known,
            printed=printed,
            correction=correction(printed, known.value),
            **({} if carried is None else carried.values),
        )
    found = explain_number(claim, knowledge, printed, known)
    return _wrong(claim, known, printed, found)


def _wrong(
    claim: Claim, known: Known, printed: str, found: tuple[Explanation, ...]
) -> Judgement:
    right = correction(printed, known.value)
    if not found:
        return _said(
            claim,
            Verdict.WRONG,
            "prints {printed}, but it is {exact}; no single slip explains the difference",
            known=known,
            printed=printed,
            correction=right,
        )
    best = found[0]
    others = [other for other in found[1:] if other.slip != best.slip]
    return _said(
        claim,
        Verdict.EXPLAINED,
        "prints {printed}, but it is {exact}: " + best.message.text,
        known=known,
        printed=printed,
        correction=right,
        slip=best.slip,
        chance=best.chance,
        alternatives=tuple(other.slip for other in others),
        **best.message.values,
    )


def _result(
    claim: Claim, knowledge: Knowledge, printed: str, computed: Any, *, shown: bool
) -> Judgement:
    """A computed side with a printed number: `0.4 - 0.5 * 0.078064 = 0.360968`.

    `shown` says that the side is made of printed numbers, so that the line itself must add up.
    """
    known = _head_value(claim, knowledge)
    how = how_printed(printed, computed)
    if how == "rounded":
        if known is not None and fits(printed, known.value):
            text = "is {exact}, rounded" if shown else "is what the formula gives, rounded"
            return _said(claim, Verdict.REPRODUCED, text, known=known, printed=printed)
        if known is None or not shown:
            return _said(
                claim,
                Verdict.REPRODUCED,
                "is {exact}, rounded",
                exact=computed,
                printed=printed,
            )
        return _carried(claim, knowledge, printed, computed, known)
    if known is not None and how_printed(printed, known.value) is not None and (
        not shown or could_give(claim.left, claim.right, knowledge.results)
    ):
        return against(claim, knowledge, printed, known)
    if shown and could_give(claim.left, claim.right, knowledge.results):
        return _said(
            claim,
            Verdict.CARRIED,
            "follows from the printed numbers within their rounding; from their digits it is {exact}",
            exact=computed,
            printed=printed,
        )
    if how is not None:
        verdict = Verdict.TRUNCATED if how == "truncated" else Verdict.LAST_DIGIT
        text = (
            "is {exact} with the digits cut off; rounded it is {correction}"
            if how == "truncated"
            else "is one unit off in the last place: {exact} rounds to {correction}"
        )
        return _said(
            claim,
            verdict,
            text,
            exact=computed,
            printed=printed,
            correction=correction(printed, computed),
        )
    return _does_not_add_up(claim, knowledge, printed, computed, known)


def _carried(
    claim: Claim, knowledge: Knowledge, printed: str, computed: Any, known: Known
) -> Judgement:
    """Right from the printed numbers, though the exact value rounds otherwise."""
    if how_printed(printed, known.value) is not None:
        return _said(
            claim,
            Verdict.CARRIED,
            "is right from the printed numbers; unrounded it is {exact}",
            known=known,
            printed=printed,
        )
    return _said(
        claim,
        Verdict.CARRIED,
        "is right from the printed numbers, but these are not the right ones: it should be {exact}",
        known=known,
        printed=printed,
        correction=correction(printed, known.value),
    )


def _does_not_add_up(
    claim: Claim, knowledge: Knowledge, printed: str, computed: Any, known: Known | None
) -> Judgement:
    """The printed result is not what the printed line gives."""
    assert claim.left is not None
    found = explain_line(claim, knowledge, printed)
    if found or (known is not None and how_printed(printed, known.value) is not None):
        # The result is right, so the fault is in the line before it.
        verdict = Verdict.EXPLAINED if found else Verdict.WRONG
        text = "as shown the line gives {computed}, but {printed} is right"
        if found:
            text += ": " + found[0].message.text
        return _said(
            claim,
            verdict,
            text,
            known=known,
            printed=printed,
            computed=shown_like(printed, computed),
            exact=computed,
            slip=found[0].slip if found else None,
            chance=found[0].chance if found else None,
            correction=found[0].correction if found else None,
            **(found[0].message.values if found else {}),
        )
    found = explain_result(claim, knowledge, printed)
    target = known if known is not None else Known(computed, "", None)
    if not found and known is not None:
        found = explain_number(claim, knowledge, printed, known)
    if not found:
        return _said(
            claim,
            Verdict.WRONG,
            "prints {printed}, but the line gives {computed}",
            printed=printed,
            computed=shown_like(printed, computed),
            exact=computed,
            correction=correction(printed, computed),
        )
    best = found[0]
    return _said(
        claim,
        Verdict.EXPLAINED,
        "prints {printed}, but the line gives {computed}: " + best.message.text,
        printed=printed,
        computed=shown_like(printed, computed),
        exact=computed if known is None else target.value,
        slip=best.slip,
        chance=best.chance,
        correction=best.correction or correction(printed, computed),
        **best.message.values,
    )


def _head_value(claim: Claim, knowledge: Knowledge) -> Known | None:
    """The value of what the chain is about."""
    if not isinstance(claim.head, Symbol | Derivative):
        return None
    known = knowledge.known(claim.head, claim)
    if known is None or (known.worked is None and known.formula is None):
        return None  # the document only prints it, which proves nothing
    return known


# -- substitutions


def _substitution(claim: Claim, knowledge: Knowledge) -> Judgement:
    """A symbolic side beside a numeric side."""
    assert claim.left is not None and claim.right is not None
    found = _best_alignment(claim, knowledge)
    if found is None:
        return _unaligned(claim, knowledge)
    if found.dropped or found.added or found.changed:
        return _uneven(claim, knowledge, found)
    for binding in found.bindings:
        fault = _binding_fault(binding, claim, knowledge)
        if fault is not None:
            return fault
    new = [b for b in found.bindings if knowledge.known(b.name, claim) is None]
    for binding in new:
        knowledge.bind(binding.name, binding.number, claim)
    if new:
        listed = ", ".join(f"{name_of(b.name)} = {latex(b.number)}" for b in new)
        return _said(claim, Verdict.GIVEN, "puts in numbers: {listed}", listed=listed)
    return _said(
        claim,
        Verdict.REPRODUCED,
        "every number stands in the place of its symbol",
    )


def _best_alignment(claim: Claim, knowledge: Knowledge) -> Alignment | None:
    """How the line follows from a formula: the deck's own, or else the worked example's."""
    assert claim.left is not None and claim.right is not None
    definition = knowledge.definition_in(claim)
    own = isinstance(claim.left, Symbol | Derivative)
    forms = [*knowledge.forms_of(claim.left, claim)] if own else [claim.left]
    best: Alignment | None = None
    for form in forms:
        found = align(form, claim.right, definition)
        if found is not None and (best is None or found.cost < best.cost):
            best = found
        if best is not None and not best.cost:
            break
    return best


def _fits_binding(binding: Binding, claim: Claim, knowledge: Knowledge) -> bool:
    known = knowledge.known(binding.name, claim)
    text = printed_number(binding.number)
    if known is None:
        return True
    if text is None:  # an expression in the place of a name
        exact = Number(rounded(abs(known.value), 40))
        return could_give(binding.number, exact, knowledge.results)
    if how_printed(text, known.value) is not None:
        return True
    return any(printed.text == text for printed in knowledge.printed_for(binding.name, claim))


def _binding_fault(binding: Binding, claim: Claim, knowledge: Knowledge) -> Judgement | None:
    """The judgement where a number does not belong in its symbol's place."""
    if _fits_binding(binding, claim, knowledge):
        return None
    known = knowledge.known(binding.name, claim)
    assert known is not None
    text = printed_number(binding.number)
    if text is None:
        return _said(
            claim,
            Verdict.WRONG,
            "puts {expression} in the place of {name}, which is {exact}",
            known=known,
            expression=f"${latex(binding.number)}$",
            name=name_of(binding.name),
        )
    owner = knowledge.owner_of(text, binding.name, claim)
    right = knowledge.as_printed(binding.name, claim) or correction(text, known.value)
    if owner is None:
        return _said(
            claim,
            Verdict.WRONG,
            "puts {printed} in the place of {name}, which is {right}",
            known=known,
            printed=text,
            name=name_of(binding.name),
            right=right,
            correction=right,
        )
    return _said(
        claim,
        Verdict.EXPLAINED,
        "puts {printed} in the place of {name}, which is {right}: {printed} is {owner}",
        known=known,
        printed=text,
        name=name_of(binding.name),
        right=right,
        owner=name_of(owner),
        correction=right,
        slip=_swap(binding.name, owner, claim, knowledge),
        chance=0.0,
    )


def _swap(name: Tree, owner: Tree, claim: Claim, knowledge: Knowledge) -> str:
    """What it is called that the one stands in the place of the other."""
    trace = knowledge.trace_of(claim)
    if trace is not None and isinstance(name, Symbol) and isinstance(owner, Symbol):
        roles = trace.roles.get(name.key), trace.roles.get(owner.key)
        if roles[0] is not None and roles[1] is not None:
            found = swap_name(roles[0], roles[1])
            if found is not None:
                return found
    if isinstance(name, Symbol) and isinstance(owner, Symbol):
        if (name.base, name.indices) == (owner.base, owner.indices):
            return "old for new" if name.marks else "new for old"
    return "symbol swapped"


def _uneven(claim: Claim, knowledge: Knowledge, found: Alignment) -> Judgement:
    """Terms without a counterpart, or a constant that changed."""
    if found.dropped:
        terms = ", ".join(map(latex, found.dropped))
        return _said(
            claim,
            Verdict.EXPLAINED,
            "the term {terms} is missing from the substituted line",
            terms=terms,
            slip="term dropped",
            chance=0.0,
            correction=_completed(claim, knowledge, found),
        )
    if found.added:
        return _said(
            claim,
            Verdict.EXPLAINED,
            "the substituted line has {terms} too much",
            terms=", ".join(map(latex, found.added)),
            slip="term added",
            chance=0.0,
        )
    (before, after), *_ = found.changed
    return _said(
        claim,
        Verdict.EXPLAINED,
        "the constant {before} became {after} in the substituted line",
        before=latex(before),
        after=latex(after),
        slip="constant changed",
        chance=0.0,
        correction=latex(before),
    )


def _completed(claim: Claim, knowledge: Knowledge, found: Alignment) -> str | None:
    """The substituted line with the dropped terms put back, as LaTeX."""
    assert claim.right is not None
    pieces = [claim.right_source]
    for term in found.dropped:
        try:
            values = {
                part.key: knowledge.as_printed(part, claim) or ""
                for part in (term, *_names(term))
                if isinstance(part, Symbol | Derivative)
            }
        except EvaluationError:
            return None
        pieces.append(latex(term, {key: value for key, value in values.items() if value}))
    return " + ".join(pieces)


def _names(tree: Tree) -> list[Symbol]:
    from bpreport.formula.tree import symbols

    return symbols(tree)


def _unaligned(claim: Claim, knowledge: Knowledge) -> Judgement:
    """A numeric side whose shape follows from no formula: only its value can be judged."""
    assert claim.left is not None and claim.right is not None
    value = evaluate(claim.right, {}, MPMATH)
    known = _valued(claim.left, claim, knowledge)
    if same(value, known) or could_give(claim.right, Number(rounded(known, 40).lstrip("-"))):
        return _said(claim, Verdict.REPRODUCED, "has the value {exact}", exact=known)
    return _unchecked(claim, "the shape of the line follows from no formula of the deck")


# -- symbolic pairs


def _symbolic(claim: Claim, knowledge: Knowledge) -> Judgement:
    assert claim.left is not None and claim.right is not None
    found = compare(claim, knowledge)
    if found.outcome == "equal":
        return _said(claim, Verdict.PROVED, found.text, **found.values)
    if found.outcome == "definition":
        return _said(claim, Verdict.DEFINITION, found.text, **found.values)
    if found.outcome == "different":
        return _said(claim, Verdict.WRONG, found.text, **found.values)
    return _unchecked(claim, found.text, **found.values)


# -- annotated numbers


def _figure(claim: Claim, knowledge: Knowledge) -> Judgement:
    figure = claim.figure
    assert figure is not None
    if figure.iteration:
        return _said(
            claim, Verdict.GIVEN, "counts the iterations of the values beside it",
            printed=figure.text,
        )  # fmt: skip
    trace = knowledge.trace_of(claim)
    if trace is None:
        return _unchecked(claim, "the slide follows no worked example")
    known = knowledge.in_trace(trace, figure.claim)
    if known is None:
        return _unchecked(
            claim, "the worked example {worked} has no {name}", worked=trace.name, name=figure.claim
        )
    if known.given:
        return _given(claim, known, figure.text)
    if trace.kind == "gradient descent" and figure.claim.endswith(".iterations"):
        return _count(claim, knowledge, trace, known)
    return against(claim, knowledge, figure.text, known)


def _count(claim: Claim, knowledge: Knowledge, trace: Trace, known: Known) -> Judgement:
    """A printed count of iterations: digits are nothing to it, it is right or it is not."""
    assert claim.figure is not None
    printed = claim.figure.text
    if fits(printed, known.value):
        return _said(
            claim,
            Verdict.REPRODUCED,
            "is the count of a run from {start} that stops by {stop} at {tolerance}",
            known=known,
            printed=printed,
            **knowledge.settled(trace),
        )
    return _wrong(claim, known, printed, explain_number(claim, knowledge, printed, known))


# -- saying it


def shown(value: Any) -> str:
    """A value in a sentence: eight significant digits.

    >>> from bpreport.formula import MP
    >>> shown(MP.mpf("0.99527429123")), shown(MP.mpf("2.35"))
    ('0.99527429', '2.35')
    """
    from bpreport.formula import MP

    return str(MP.nstr(MP.mpf(value), SHOWN_DIGITS, min_fixed=-6, max_fixed=12)).removesuffix(".0")


def shown_like(printed: str, value: Any) -> str:
    """A value with the places of what is printed beside it."""
    return correction(printed, value)


def name_of(name: Tree) -> str:
    """A symbol in a sentence."""
    return f"${latex(name)}$"


def _said(
    claim: Claim,
    verdict: Verdict,
    text: str,
    *,
    known: Known | None = None,
    printed: str | None = None,
    exact: Any = None,
    correction: str | None = None,
    slip: str | None = None,
    chance: float | None = None,
    alternatives: tuple[str, ...] = (),
    **values: Any,
) -> Judgement:
    value = exact if exact is not None else None if known is None else known.value
    named = {"printed": printed, "correction": correction, **values}
    if value is not None:
        named["exact"] = shown(value)
    return Judgement(
        claim=claim,
        verdict=verdict,
        message=Message(text, named),
        printed=printed,
        exact=value,
        correction=correction,
        worked=None if known is None else known.worked,
        quantity=None if known is None else known.key,
        slip=slip,
        chance=chance,
        alternatives=alternatives,
    )


def _unchecked(claim: Claim, text: str, **values: Any) -> Judgement:
    return _said(claim, Verdict.UNCHECKED, text, **values)
