"""Slips: one local mistake that turns the right number into the printed one.

The list is data: a slip is a name, a sentence, and a function that plays the mistake on the
target in every way it can be made. Adding a slip means adding an entry, with a case that it must
catch and a twin that it must let pass (tests/cases/slips).

An explanation is offered only where chance is ruled out. The expected number of accidental hits
is the number of different values tried that lie near the printed one, times the width of the
interval that the printed digits stand for, over the width of "near".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bpreport.audit.alignment import align
from bpreport.audit.digits import fits, how_printed, significant_digits
from bpreport.audit.knowledge import Knowledge, Known
from bpreport.audit.model import Message
from bpreport.deck.claims import printed_number
from bpreport.deck.model import Claim
from bpreport.formula import MPMATH, EvaluationError, evaluate, latex, places_of, rounded
from bpreport.formula.rounding import to_decimal
from bpreport.formula.tree import (
    Apply,
    Derivative,
    Number,
    Symbol,
    Tree,
    children,
    rebuild,
    substitute,
    symbols,
    walk,
)
from bpreport.worked import Perceptron, Role, Trace

__all__ = ["MOST_CHANCE", "SLIPS", "Explanation", "Slip", "explain_number", "explain_typing"]

MOST_CHANCE = 0.01
"""Expected accidental hits past which no explanation is offered."""
MOST_TRIED = 5_000
"""Mistakes tried for one number; the search then stops and says so."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A slip that turns the right number into the printed one."""

    slip: str
    message: Message
    chance: float
    correction: str | None = None


@dataclass(frozen=True)
class Target:
    """A number that is wrong, and all that is known of what it should be."""

    claim: Claim
    knowledge: Knowledge
    printed: str
    exact: Any
    formula: Tree | None
    """How the number is computed, in quantities whose values are known."""
    values: dict[str, Any]
    trace: Trace | None
    key: str

    def role(self, tree: Tree) -> Role | None:
        if self.trace is None or not isinstance(tree, Symbol | Derivative):
            return None
        return self.trace.roles.get(tree.key)


@dataclass(frozen=True, slots=True)
class Candidate:
    """The number that one mistake would give, and how to tell of it."""

    value: Any
    message: Message
    slip: str | None = None
    """A more telling name than the slip's own, such as "bias forgotten" for a dropped term."""


@dataclass(frozen=True, slots=True)
class Slip:
    """One kind of mistake."""

    name: str
    tries: Callable[[Target], Iterable[Candidate]] = field(repr=False)
    """Every way in which the mistake can be made on a target."""


# -- mistakes in a formula


def _variants(
    tree: Tree, change: Callable[[Tree], Iterable[tuple[Tree, Message, str | None]]]
) -> Iterator[tuple[Tree, Message, str | None]]:
    """The tree with one change made at one place, for every place and change."""
    yield from change(tree)
    parts = children(tree)
    for place, part in enumerate(parts):
        for changed, message, name in _variants(part, change):
            yield rebuild(tree, (*parts[:place], changed, *parts[place + 1 :])), message, name


def _in_formula(
    change: Callable[[Target], Callable[[Tree], Iterable[tuple[Tree, Message, str | None]]]],
) -> Callable[[Target], Iterator[Candidate]]:
    def tries(target: Target) -> Iterator[Candidate]:
        if target.formula is None:
            return
        for tree, message, name in _variants(target.formula, change(target)):
            try:
                yield Candidate(evaluate(tree, target.values, MPMATH), message, name)
            except EvaluationError:
                continue

    return tries


def _without_one(parts: tuple[Tree, ...]) -> Iterator[tuple[Tree, tuple[Tree, ...]]]:
    for place, part in enumerate(parts):
        yield part, parts[:place] + parts[place + 1 :]


def _joined(operation: str, parts: tuple[Tree, ...]) -> Tree:
    return parts[0] if len(parts) == 1 else Apply(operation, parts)


def _math(tree: Tree) -> str:
    return f"${latex(tree)}$"


def _holds_role(target: Target, tree: Tree, kind: str) -> bool:
    return any((role := target.role(part)) is not None and role.kind == kind for part in walk(tree))


def _term_dropped(target: Target) -> Callable[[Tree], Any]:
    def change(tree: Tree) -> Iterator[tuple[Tree, Message, str | None]]:
        if isinstance(tree, Apply) and tree.operation == "add" and len(tree.operands) > 1:
            for term, rest in _without_one(tree.operands):
                bias = _holds_role(target, term, "bias")
                text = "the bias {term} was forgotten" if bias else "the term {term} was left out"
                yield (
                    _joined("add", rest),
                    Message(text, {"term": _math(term)}),
                    "bias forgotten" if bias else None,
                )

    return change


def _term_doubled(target: Target) -> Callable[[Tree], Any]:
    def change(tree: Tree) -> Iterator[tuple[Tree, Message, str | None]]:
        if isinstance(tree, Apply) and tree.operation == "add":
            for term in tree.operands:
                bias = _holds_role(target, term, "bias")
                yield (
                    Apply("add", (*tree.operands, term)),
                    Message("the term {term} was counted twice", {"term": _math(term)}),
                    "bias counted twice" if bias else None,
                )

    return change


def _sign_flipped(target: Target) -> Callable[[Tree], Any]:
    def change(tree: Tree) -> Iterator[tuple[Tree, Message, str | None]]:
        if not isinstance(tree, Apply):
            return
        if tree.operation == "negative":
            yield tree.operands[0], Message("a minus sign was lost"), None
        elif tree.operation == "add":
            for place, term in enumerate(tree.operands):
                flipped = (
                    term.operands[0]
                    if isinstance(term, Apply) and term.operation == "negative"
                    else Apply("negative", (term,))
                )
                rest = (*tree.operands[:place], flipped, *tree.operands[place + 1 :])
                message = Message("the sign of {term} was flipped", {"term": _math(term)})
                yield Apply("add", rest), message, None

    return change


def _factor_dropped(target: Target) -> Callable[[Tree], Any]:
    def change(tree: Tree) -> Iterator[tuple[Tree, Message, str | None]]:
        if isinstance(tree, Apply) and tree.operation == "multiply":
            for factor, rest in _without_one(tree.operands):
                name = None
                if _holds_role(target, factor, "learning rate"):
                    name = "learning rate forgotten"
                elif target.values and _is_slope_part(factor):
                    name = "activation derivative left out"
                yield (
                    _joined("multiply", rest),
                    Message("the factor {factor} was left out", {"factor": _math(factor)}),
                    name,
                )
            slopes = [p for p in tree.operands if _is_slope_part(p)]
            for factor in slopes:
                base = factor.operands[0] if isinstance(factor, Apply) else None
                pair = [
                    p for p in tree.operands if p != factor and base is not None and p in _names(factor)
                ]
                for partner in pair:
                    rest = tuple(p for p in tree.operands if p not in (factor, partner))
                    if rest:
                        both = Apply("multiply", (partner, factor), sign=r"\cdot")
                        yield (
                            _joined("multiply", rest),
                            Message("the factor {factor} was left out", {"factor": _math(both)}),
                            "activation derivative left out",
                        )

    return change


def _names(tree: Tree) -> list[Tree]:
    return list(symbols(tree))


def _is_slope_part(tree: Tree) -> bool:
    """A factor 1 - out, as the slope of a sigmoid has it."""
    return (
        isinstance(tree, Apply)
        and tree.operation == "add"
        and len(tree.operands) == 2
        and tree.operands[0] == Number("1")
    )


def _factor_doubled(target: Target) -> Callable[[Tree], Any]:
    def change(tree: Tree) -> Iterator[tuple[Tree, Message, str | None]]:
        if isinstance(tree, Apply) and tree.operation == "multiply":
            for factor in tree.operands:
                slope = _is_slope_part(factor)
                yield (
                    Apply("multiply", (*tree.operands, factor)),
                    Message("the factor {factor} was applied twice", {"factor": _math(factor)}),
                    "activation derivative applied twice" if slope else None,
                )

    return change


def _constant_factor(target: Target) -> Iterator[Candidate]:
    sizes = {"2": Decimal(2)}
    if target.trace is not None:
        for key in ("m", "n"):
            quantity = target.trace.quantities.get(key)
            if quantity is not None:
                sizes[key] = to_decimal(quantity.value)
        if "m" not in sizes and "samples" in target.trace.facts:
            sizes["m"] = Decimal(target.trace.facts["samples"])
    for name, size in sizes.items():
        factor = MPMATH.number(str(size))
        yield Candidate(
            target.exact * factor,
            Message("a factor {factor} too much", {"factor": f"${name}$"}),
        )
        yield Candidate(
            target.exact / factor,
            Message("a factor {factor} too much", {"factor": rf"$\frac{{1}}{{{name}}}$"}),
        )


def _other_symbol(target: Target) -> Callable[[Tree], Any]:
    """One symbol in the place of another that plays the same part."""

    def change(tree: Tree) -> Iterator[tuple[Tree, Message, str | None]]:
        role = target.role(tree)
        if role is None or not isinstance(tree, Symbol | Derivative) or target.trace is None:
            return
        for key, other_role in target.trace.roles.items():
            name = swap_name(role, other_role)
            if name is None or key == tree.key:
                continue
            other = target.trace.quantities[key].symbol
            message = Message(
                "{other} was used in the place of {name}",
                {"other": _math(other), "name": _math(tree)},
            )
            yield other, message, name

    return change


def swap_name(role: Role, other: Role) -> str | None:
    """What it is called when a symbol of the one role stands for one of the other."""
    old, new = role.kind.removeprefix("updated "), other.kind.removeprefix("updated ")
    if old != new:
        return None
    if role.kind != other.kind:
        same_place = (role.unit, role.source) == (other.unit, other.source)
        if role.kind == old:
            return "new for old" if same_place else "new weight of another connection"
        return "old for new" if same_place else "old weight of another connection"
    return {
        "weight": "weight of another connection",
        "updated weight": "weight of another connection",
        "target": "target swapped",
        "input": "index swapped",
        "out": "unit swapped",
        "net": "unit swapped",
        "bias": "bias of another layer",
        "error": "unit swapped",
    }.get(role.kind)


def _other_learning_rate(target: Target) -> Iterator[Candidate]:
    if target.formula is None or target.trace is None:
        return
    for key, role in target.trace.roles.items():
        if role.kind != "learning rate" or key not in target.values:
            continue
        for factor in ("0.1", "10", "0.5", "2", "0.2", "5"):
            rate = target.values[key] * MPMATH.number(factor)
            try:
                value = evaluate(target.formula, {**target.values, key: rate}, MPMATH)
            except EvaluationError:
                continue
            yield Candidate(
                value,
                Message("the learning rate was taken as {rate}", {"rate": MP_short(rate)}),
            )


def MP_short(value: Any) -> str:  # noqa: N802 - a number in a sentence
    from bpreport.audit.judge import shown

    return shown(value)


def _activation(target: Target) -> Iterator[Candidate]:
    role = target.trace.roles.get(target.key) if target.trace is not None else None
    if role is None or role.kind != "out" or target.formula is None or target.trace is None:
        return
    net = next(
        (
            quantity
            for key, quantity in target.trace.quantities.items()
            if (other := target.trace.roles.get(key)) and other.kind == "net" and other.unit == role.unit
        ),
        None,
    )
    if net is None:
        return
    yield Candidate(net.value, Message("the activation was left out"), "activation left out")
    twice = {**target.values, net.key: target.exact}
    yield Candidate(
        evaluate(target.formula, twice, MPMATH),
        Message("the activation was applied twice"),
        "activation applied twice",
    )


# -- mistakes in the course of a run


def _iteration_off(target: Target) -> Iterator[Candidate]:
    name, _, iteration = target.key.partition("@")
    if not iteration or target.trace is None:
        return
    group = "weights" if target.trace.roles[name].kind == "weight" else "outputs"
    shift = target.knowledge.shifts.get(target.trace.name, {}).get(group, 0)
    for off in (-1, 1, -2, 2):
        updates = int(iteration) + shift + off
        value = target.knowledge.after(target.trace, name, int(iteration), shift + off)
        if value is not None:
            text = "it is the value after {updates} updates, not after {wanted}"
            values = {"updates": updates, "wanted": int(iteration) + shift}
            yield Candidate(value, Message(text, values))


def _other_convention(target: Target) -> Iterator[Candidate]:
    example = target.knowledge.study.examples.get(target.trace.name) if target.trace else None
    if not isinstance(example, Perceptron) or target.trace is None:
        return
    name, _, iteration = target.key.partition("@")
    for update in ("simultaneous", "sequential"):
        if update == target.trace.conventions["update"]:
            continue
        other = example.trace(update=update, biases=target.trace.conventions["biases"])
        message = Message("it follows the {update} update", {"update": update})
        if iteration:
            value = target.knowledge.after(other, name, int(iteration))
            if value is not None:
                yield Candidate(value, message)
        elif name in other.quantities:
            yield Candidate(other.quantities[name].value, message)


# -- mistakes in rounding


def _rounded_intermediates(target: Target) -> Iterator[Candidate]:
    """Intermediates rounded or cut off at some number of places and carried on."""
    if target.formula is None:
        return
    places = places_of(target.printed)
    for mode, word in (("half-up", "rounded"), ("truncated", "cut off")):
        for kept in range(max(1, places - 4), places + 3):
            values = {
                key: _kept(value, kept, mode, key, target) for key, value in target.values.items()
            }
            if all(values[key] is target.values[key] for key in values):
                continue
            try:
                value = evaluate(target.formula, values, MPMATH)
            except EvaluationError:
                continue
            text = (
                "the intermediate values were rounded to {places} places and carried on"
                if word == "rounded"
                else "the intermediate values were cut off after {places} places and carried on"
            )
            yield Candidate(value, Message(text, {"places": kept}))


def _kept(value: Any, places: int, mode: str, key: str, target: Target) -> Any:
    if target.trace is not None:
        quantity = target.trace.quantities.get(key)
        if quantity is not None and quantity.formula is None:
            return value  # a given is what it is
    if isinstance(value, MPMATH.number("1").__class__):
        return MPMATH.number(rounded(value, places, mode).lstrip("-")) * (-1 if value < 0 else 1)
    return value


def _rounded_up(target: Target) -> Iterator[Candidate]:
    text = rounded(target.exact, places_of(target.printed), "up")
    yield from _as_typed([text], target, "it was rounded up")


def _double_rounding(target: Target) -> Iterator[Candidate]:
    places = places_of(target.printed)
    texts = [
        rounded(MPMATH.number(rounded(abs(target.exact), more)), places)
        for more in range(places + 1, places + 4)
    ]
    sign = "-" if target.exact < 0 else ""
    yield from _as_typed([sign + text for text in texts], target, "it was rounded twice")


# -- mistakes in writing digits down


def _as_typed(texts: Iterable[str], target: Target, text: str) -> Iterator[Candidate]:
    for typed in texts:
        try:
            value = Decimal(typed)
        except ArithmeticError:
            continue
        digits = f"{abs(value):f}"
        number = MPMATH.number(digits)
        yield Candidate(-number if value < 0 else number, Message(text))


def _right_digits(target: Target) -> str:
    return rounded(target.exact, places_of(target.printed))


def _digit_edits(edit: Callable[[str, int], Iterable[str]], text: str) -> Callable[[Target], Iterator[Candidate]]:
    def tries(target: Target) -> Iterator[Candidate]:
        right = _right_digits(target)
        longer = rounded(target.exact, places_of(target.printed) + 1)
        for digits in (right, longer):
            for place in range(len(digits)):
                for typed in edit(digits, place):
                    if places_of_or_none(typed) == places_of(target.printed):
                        yield from _as_typed([typed], target, text)

    return tries


def places_of_or_none(text: str) -> int | None:
    try:
        return places_of(text)
    except ArithmeticError:
        return None


def _doubled(text: str, place: int) -> Iterator[str]:
    if text[place].isdigit():
        yield text[: place + 1] + text[place:]
        yield (text[: place + 1] + text[place:])[:-1]


def _dropped(text: str, place: int) -> Iterator[str]:
    if text[place].isdigit():
        yield text[:place] + text[place + 1 :]


def _mistyped(text: str, place: int) -> Iterator[str]:
    if text[place].isdigit():
        for digit in "0123456789":
            if digit != text[place]:
                yield text[:place] + digit + text[place + 1 :]


def _swapped(text: str, place: int) -> Iterator[str]:
    pair = text[place : place + 2]
    if len(pair) == 2 and pair.isdigit() and pair[0] != pair[1]:
        yield text[:place] + pair[::-1] + text[place + 2 :]


def _point_misplaced(target: Target) -> Iterator[Candidate]:
    for power in (-2, -1, 1, 2):
        yield Candidate(
            target.exact * MPMATH.number("10") ** power, Message("the decimal point is misplaced")
        )


def _sign_lost(target: Target) -> Iterator[Candidate]:
    yield Candidate(-target.exact, Message("the sign is wrong"))


SLIPS: tuple[Slip, ...] = (
    Slip("sign lost", _sign_lost),
    Slip("iteration off", _iteration_off),
    Slip("another convention", _other_convention),
    Slip("rounded up", _rounded_up),
    Slip("double rounding", _double_rounding),
    Slip("rounding carried", _rounded_intermediates),
    Slip("constant factor", _constant_factor),
    Slip("activation", _activation),
    Slip("term dropped", _in_formula(_term_dropped)),
    Slip("sign flipped", _in_formula(_sign_flipped)),
    Slip("factor dropped", _in_formula(_factor_dropped)),
    Slip("term doubled", _in_formula(_term_doubled)),
    Slip("factor doubled", _in_formula(_factor_doubled)),
    Slip("symbol swapped", _in_formula(_other_symbol)),
    Slip("wrong learning rate", _other_learning_rate),
    Slip("digits swapped", _digit_edits(_swapped, "two neighbouring digits are swapped")),
    Slip("point misplaced", _point_misplaced),
    Slip("digit doubled", _digit_edits(_doubled, "a digit is typed twice")),
    Slip("digit dropped", _digit_edits(_dropped, "a digit is missing")),
    Slip("digit mistyped", _digit_edits(_mistyped, "one digit is mistyped")),
)
"""Every kind of slip, simplest first: the first that fits is the explanation."""


# -- the search


def explain_number(
    claim: Claim, knowledge: Knowledge, printed: str, known: Known
) -> tuple[Explanation, ...]:
    """The slips that turn the exact value of a quantity into the printed number."""
    return search(_target(claim, knowledge, printed, known))


def explain_rounding(
    claim: Claim, knowledge: Knowledge, printed: str, known: Known
) -> Message | None:
    """What rounding of intermediate values gives a number that is off in its last place."""
    for candidate in _rounded_intermediates(_target(claim, knowledge, printed, known)):
        if fits(printed, candidate.value):
            return candidate.message
    return None


def _target(claim: Claim, knowledge: Knowledge, printed: str, known: Known) -> Target:
    trace = knowledge.traces.get(known.worked) if known.worked else None
    formula = known.formula
    values: dict[str, Any] = {}
    if formula is not None:
        try:
            values = knowledge.values_for(formula, claim)
        except EvaluationError:
            formula = None
    if trace is not None:
        values = {key: q.value for key, q in trace.quantities.items()} | values
    return Target(claim, knowledge, printed, known.value, formula, values, trace, known.key)


def search(target: Target) -> tuple[Explanation, ...]:
    """Every slip that gives the printed digits and that chance does not account for."""
    seen: set[Decimal] = set()
    hits: list[tuple[str, Message, float]] = []
    for slip in SLIPS:
        for candidate in slip.tries(target):
            if len(seen) > MOST_TRIED:
                break
            value = to_decimal(candidate.value)
            seen.add(value)
            if fits(target.printed, candidate.value) and not fits(target.printed, target.exact):
                name = candidate.slip or slip.name
                hits.append((name, candidate.message, _chance(target.printed, seen)))
    return tuple(
        Explanation(name, message, chance)
        for name, message, chance in hits
        if chance <= MOST_CHANCE
    )


def _chance(printed: str, tried: set[Decimal]) -> float:
    """Expected accidental hits among the values tried so far.

    >>> round(_chance("0.5000", {Decimal("0.4"), Decimal("0.6"), Decimal("9")}), 6)
    0.000267
    """
    number = abs(Decimal(printed))
    width = Decimal(1).scaleb(int(Decimal(printed).as_tuple().exponent))
    if not number:
        return 1.0
    near = sum(number / 2 <= abs(value) <= 2 * number for value in tried)
    return float(max(near, 1) * width / (number * 3 / 2))


def explain_result(
    claim: Claim, knowledge: Knowledge, printed: str
) -> tuple[Explanation, ...]:
    """The slips that turn what a line of printed numbers gives into its printed result."""
    assert claim.left is not None
    exact = evaluate(claim.left, {}, MPMATH)
    return search(Target(claim, knowledge, printed, exact, claim.left, {}, None, ""))


def explain_line(
    claim: Claim, knowledge: Knowledge, printed: str
) -> tuple[Explanation, ...]:
    """What is wrong with a line of printed numbers whose printed result is right."""
    found = _missing_term(claim, knowledge, printed), _wrong_operand(claim, knowledge, printed)
    return tuple(explanation for kind in found for explanation in kind)


def _wrong_operand(claim: Claim, knowledge: Knowledge, printed: str) -> Iterator[Explanation]:
    """One printed operand is not the value of the symbol that it stands for."""
    assert claim.left is not None and claim.head is not None
    for form in knowledge.forms_of(claim.head, claim):
        found = align(form, claim.left, knowledge.definition_in(claim))
        if found is None or found.cost:
            continue
        for binding in found.bindings:
            owner = knowledge.known(binding.name, claim)
            if owner is None:
                continue
            digits = rounded(owner.value, max(places_of(_typed(binding.number)), 1))
            changed = _replaced(claim.left, binding.number, owner.value)
            value = evaluate(changed, {"\0": owner.value}, MPMATH)
            if how_printed(printed, value) and not fits(_typed(binding.number), owner.value):
                yield Explanation(
                    "wrong operand",
                    Message(
                        "{operand} stands for {name}, which is {right}; with it the line gives {printed}",
                        {
                            "operand": _typed(binding.number),
                            "name": _math(binding.name),
                            "right": digits,
                        },
                    ),
                    0.0,
                    correction=digits,
                )
        return


def _typed(number: Tree) -> str:
    return printed_number(number) or ""


def _replaced(tree: Tree, number: Tree, value: Any) -> Tree:
    return substitute(tree, lambda part: Symbol("\0") if part is number else None)


def _missing_term(claim: Claim, knowledge: Knowledge, printed: str) -> Iterator[Explanation]:
    """A term that the line lacks and its result does not."""
    assert claim.left is not None
    shown = evaluate(claim.left, {}, MPMATH)
    for term, value in _terms_that_may_lack(claim, knowledge):
        if value and fits(printed, shown + value):
            digits = rounded(value, 30).rstrip("0").rstrip(".")
            yield Explanation(
                "bias forgotten" if _is_bias(term, claim, knowledge) else "term dropped",
                Message(
                    "the term {term} was dropped from the line, not from the result",
                    {"term": f"{_math(term)} = {digits}"},
                ),
                10.0 ** -significant_digits(printed),
                correction=f"{claim.left_source} + {digits}",
            )
            return


def _terms_that_may_lack(claim: Claim, knowledge: Knowledge) -> Iterator[tuple[Tree, Any]]:
    """First the terms that the line's formula has and the line has not, then all givens."""
    assert claim.left is not None
    if claim.head is not None:
        for form in knowledge.forms_of(claim.head, claim):
            found = align(form, claim.left, knowledge.definition_in(claim))
            for term in () if found is None else found.dropped:
                try:
                    yield term, evaluate(term, knowledge.values_for(term, claim), MPMATH)
                except EvaluationError:
                    continue
    trace = knowledge.trace_of(claim)
    givens = knowledge.givens_of(trace) if trace is not None else knowledge.printed_givens()
    for name, value, _ in givens:
        yield name, value


def _is_bias(term: Tree, claim: Claim, knowledge: Knowledge) -> bool:
    trace = knowledge.trace_of(claim)
    if trace is None:
        return False
    roles = (trace.roles.get(part.key) for part in walk(term) if isinstance(part, Symbol))
    return any(role is not None and role.kind == "bias" for role in roles)
