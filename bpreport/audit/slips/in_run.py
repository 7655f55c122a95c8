"""Mistakes in the course of a computation: counting, conventions, rounding carried on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from bpreport.audit.digits import How, how_printed, number, same
from bpreport.audit.model import Message
from bpreport.audit.names import readings
from bpreport.audit.saying import math
from bpreport.audit.slips.candidates import Candidate, Target, swap_name
from bpreport.formula import MP, MPMATH, EvaluationError, evaluate, places_of, rounded
from bpreport.formula.tree import Derivative, Symbol
from bpreport.worked import Perceptron, Trace

__all__ = [
    "inherited",
    "iteration_off",
    "other_convention",
    "other_quantity",
    "rounded_intermediates",
]


def inherited(target: Target) -> Iterator[Candidate]:
    """Wrong figures that were printed before, carried on correctly.

    Either the figures that the formula reads were taken as they are printed, all of them or only
    the wrong ones, or all was computed from the one that went wrong first, at full precision.
    """
    yield from _from_the_first(target)
    if target.formula is None:
        return
    wrong: dict[str, Any] = {}
    right: dict[str, Any] = {}
    sources = []
    for name in readings(target.formula):
        exact = _right_value(name, target)
        for entry in target.knowledge.printed.get(name.key, ()) if exact is not None else ():
            if how_printed(entry.text, exact) is None:
                wrong[name.key] = MP.mpf(entry.text)
                sources.append(name)
                break
            right[name.key] = MP.mpf(entry.text)
    listed = ", ".join(dict.fromkeys(map(math, sources)))
    for read in (wrong, right | wrong) if wrong else ():
        with suppress(EvaluationError):
            value = evaluate(target.formula, {**target.values, **read}, MPMATH)
            yield Candidate(value, Message(INHERITED, {"source": listed}))


INHERITED = "the error comes from {source}"


def _right_value(name: Symbol | Derivative, target: Target) -> Any:
    """The value of a name of which it is known that a figure of it may be wrong; None otherwise.

    That is the worked example's, or what the document gives in place of a figure found wrong. The
    numbers that stand in a line say nothing of it: they may be exchanged.
    """
    quantity = None if target.trace is None else target.trace.quantities.get(name.key)
    if quantity is not None:
        return quantity.value
    if name.key not in target.knowledge.faulty:
        return None
    known = target.knowledge.operand(name, target.claim)
    return None if known is None else known.value


def _from_the_first(target: Target) -> Iterator[Candidate]:
    """What each figure that went wrong before leads to, through all that follows from it."""
    knowledge, trace = target.knowledge, target.trace
    if trace is None:
        return
    for key in knowledge.sources_of(trace):
        if key in trace.quantities and key != target.key:
            values = knowledge.carried_on(trace, key, target.claim)
            if target.key in values:
                source = math(trace.quantities[key].symbol)
                yield Candidate(values[target.key], Message(INHERITED, {"source": source}))


def iteration_off(target: Target) -> Iterator[Candidate]:
    """The value of an iteration one or two before or after."""
    name, _, iteration = target.key.partition("@")
    if target.trace is None:
        return
    if not iteration:
        yield from _step_off(target.trace, name)
        return
    shift = target.knowledge.shift_of(target.trace, name)
    wanted = int(iteration) + shift
    for off in OFF:
        value = target.knowledge.after(target.trace, name, int(iteration), shift + off)
        if value is not None:
            yield _updates_off(value, wanted, off)


OFF = (-1, 1, -2, 2)
"""By how many iterations a count may be off."""


def _step_off(trace: Trace, key: str) -> Iterator[Candidate]:
    """The iterate, or the value of the objective, of another step of a descent."""
    quantity = trace.quantities.get(key)
    if quantity is None:
        return
    # A minimiser is the last iterate by another name.
    symbol = quantity.formula if isinstance(quantity.formula, Symbol) else quantity.symbol
    role = trace.roles.get(symbol.key)
    if role is None or role.kind not in ("iterate", "value") or not isinstance(symbol, Symbol):
        return
    *before, count = symbol.indices
    for off in OFF:
        step = int(str(count)) + off
        other = trace.quantities.get(replace(symbol, indices=(*before, str(step))).key)
        if other is not None:
            yield _updates_off(other.value, int(str(count)), off)


def _updates_off(value: Any, wanted: int, off: int) -> Candidate:
    text = "it is the value after {updates} updates, not after {wanted}"
    return Candidate(value, Message(text, {"updates": wanted + off, "wanted": wanted}))


def other_convention(target: Target) -> Iterator[Candidate]:
    """The value under another update order, or with the biases trained or fixed."""
    if target.trace is None:
        return
    example = target.knowledge.study.examples.get(target.trace.name)
    if not isinstance(example, Perceptron):
        return
    name, _, iteration = target.key.partition("@")
    for convention, values in (
        ("update", ("simultaneous", "sequential")),
        ("biases", ("trained", "fixed")),
    ):
        for value in values:
            adopted = dict(target.trace.conventions)
            if adopted[convention] == value:
                continue
            other = target.knowledge.trace_under(target.trace, **{**adopted, convention: value})
            message = Message(_CONVENTIONS[value])
            if iteration:
                shift = target.knowledge.shift_of(other, name)
                after = target.knowledge.roughly_after(other, name, int(iteration), shift)
                if after is not None:
                    yield Candidate(after, message)
            elif name in other.quantities:
                yield Candidate(other.quantities[name].value, message)


_CONVENTIONS = {
    "simultaneous": "it follows the simultaneous update",
    "sequential": "it follows the sequential update",
    "trained": "it follows from trained biases",
    "fixed": "it follows from fixed biases",
}


def other_quantity(target: Target) -> Iterator[Candidate]:
    """The value of another quantity that plays the same part: another unit, another weight."""
    if target.trace is None:
        return
    key, _, iteration = target.key.partition("@")
    role = target.trace.roles.get(key)
    if role is None:
        return
    for other, other_role in target.trace.roles.items():
        name = swap_name(role, other_role)
        if name is None or other == key or other not in target.trace.quantities:
            continue
        quantity = target.trace.quantities[other]
        value = quantity.value
        if iteration:
            value = target.knowledge.after(target.trace, other, int(iteration))
        if value is not None:
            text = "it is the value of {other}"
            yield Candidate(value, Message(text, {"other": math(quantity.symbol)}), name)


def rounded_intermediates(target: Target) -> Iterator[Candidate]:
    """Intermediate values rounded or cut off at some number of places and carried on."""
    if target.formula is None:
        return
    places = places_of(target.printed)
    for mode, text in (
        ("half-up", "the intermediate values were rounded to {places} places and carried on"),
        ("truncated", "the intermediate values were cut off after {places} places and carried on"),
    ):
        for kept in range(max(1, places - 4), places + 3):
            values = {
                name.key: _kept(name.key, kept, mode, target)
                for name in readings(target.formula)
                if not isinstance(target.values.get(name.key, ()), tuple)
            }
            if any(
                _contradicts(text, kept, mode, values.get(key))
                for key, text in target.shown.items()
            ):
                continue
            try:
                value = evaluate(target.formula, {**target.values, **values}, MPMATH)
            except EvaluationError:
                continue
            yield Candidate(value, Message(text, {"places": kept}))


def _contradicts(shown: str, places: int, mode: str, value: Any) -> bool:
    """Whether digits in a line are not those of the value that is said to be carried on in it.

    Fewer places may be shown than were kept, and more.
    """
    if value is None or same(number(shown), value):
        return False
    if places_of(shown) <= places:
        return how_printed(shown, value) not in (How.ROUNDED, How.TRUNCATED)
    return not same(MP.mpf(rounded(number(shown), places, mode)), value)


def _kept(key: str, places: int, mode: str, target: Target) -> Any:
    """A value as it was carried on; a given is what it is."""
    value = target.values[key]
    quantity = None if target.trace is None else target.trace.quantities.get(key)
    if quantity is not None and quantity.formula is None:
        return value
    return MP.mpf(rounded(value, places, mode))
