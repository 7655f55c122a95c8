"""Which slip of computing gives the number that somebody's code got.

The audit's own slips are played, at first on the formula of the one quantity. Code makes a mistake
wherever its line applies, so each is then played on all quantities of a kind at once, and what
follows from them is computed anew. A number of 13 digits leaves nothing to chance.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpreport.audit.explaining import explain_number
from bpreport.audit.knowledge import Knowledge, Known
from bpreport.audit.model import Message
from bpreport.audit.saying import math as named
from bpreport.audit.saying import shown
from bpreport.audit.slips import SLIPS, Candidate, Target
from bpreport.audit.slips.in_formula import RATE_FACTORS, RATES
from bpreport.deck.model import Claim, Deck, Position, Slide
from bpreport.formula import FLOAT, EvaluationError, evaluate, rounded
from bpreport.formula.tree import Tree
from bpreport.publish.numbers import exact
from bpreport.worked import (
    Quantity,
    Role,
    Study,
    Trace,
)

__all__ = ["CONVENTIONS", "Slips", "other_rates", "rate_message"]

DIGITS = (13, 12)
"""Significant digits that a number is held against a slip's: with one digit fewer where rounding
in float64 went over the middle between two of them."""
ALIKE = 1e-11
"""Relative difference up to which two computations in float64 have one result."""

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Slips:
    """The search on one worked example under some conventions."""

    study: Study
    trace: Trace

    @cached_property
    def knowledge(self) -> Knowledge:
        """What the audit knows of the worked example alone, without any deck's text."""
        name = self.trace.name
        slide = Slide(1, name, 1, 1, name)
        deck = Deck("", "", "", "en", (slide,), (), (), ())
        return Knowledge(deck, self.study, {name: self.trace})

    def of_quantity(self, key: str, got: float, wrong: Mapping[str, float]) -> Message | None:
        """The slip that turns a quantity's value into the number got; None where none does.

        `wrong` are numbers that were got for other quantities before and were wrong.
        """
        quantity = self.trace.quantities[key]
        if quantity.stage == "given" or not np.isfinite(got):
            return None
        return self._follows(key, got, wrong) or self._alone(quantity, got)

    def everywhere(self, key: str, got: float) -> Message | None:
        """A slip made wherever it can be made, and so at this quantity or before it."""
        if self.trace.quantities[key].stage == "given" or not np.isfinite(got):
            return None
        return self._by_givens(key, got) or self._in_formulas(key, got)

    def _alone(self, quantity: Quantity, got: float) -> Message | None:
        """A slip made at this quantity only, as the audit finds it."""
        known = Known(quantity.value, quantity.key, self.trace.name, False, quantity.formula)
        for digits in DIGITS:
            text = _in_digits(got, digits)
            for found in explain_number(_claim(quantity), self.knowledge, text, known):
                if found.slip == "another convention":
                    return self._too_early(quantity.key, found.message)
                if found.slip not in _WRITING:
                    return found.message
        return None

    def _too_early(self, key: str, message: Message) -> Message:
        """Which weights were updated before they were used, where the update is sequential."""
        if message != CONVENTIONS["update"]["sequential"]:
            return message
        role = self.trace.roles[key]
        used = [at for at in self._before(key) if self._is_weight_behind(at, role)]
        names = ", ".join(named(self.trace.quantities[at].symbol) for at in used)
        return Message(
            "{message}: {names} had been updated before they were used",
            {"message": message, "names": names},
        )

    def _is_weight_behind(self, key: str, role: Role) -> bool:
        other = self.trace.roles.get(key)
        return other is not None and (other.kind, other.source) == ("weight", role.unit)

    def _follows(self, key: str, got: float, wrong: Mapping[str, float]) -> Message | None:
        """Whether the number is right from wrong ones that were got before."""
        sources = {one: value for one, value in wrong.items() if one in self._before(key)}
        if not sources:
            return None
        value = self._carried({}, sources, key)
        if value is None or not _alike(value, got):
            return None
        names = ", ".join(named(self.trace.quantities[one].symbol) for one in sources)
        return Message("it follows correctly from what was wrong before: {names}", {"names": names})

    def _by_givens(self, key: str, got: float) -> Message | None:
        """Givens that were taken wrongly from the start."""
        for values, message in givens_taken_wrongly(self.trace):
            value = self._carried({}, values, key)
            if value is not None and _alike(value, got):
                return message
        return None

    def _in_formulas(self, key: str, got: float) -> Message | None:
        """A slip made at every quantity of a kind on the way to this one."""
        for mistakes in self._systematic(key):
            formulas = {at: one.tree for at, one in mistakes.items() if one.tree is not None}
            value = self._carried(formulas, {}, key)
            if value is not None and _alike(value, got):
                first, *others = mistakes
                message = mistakes[first].message
                if not others:
                    name = named(self.trace.quantities[first].symbol)
                    return Message("{mistake}, in {name}", {"mistake": message, "name": name})
                names = ", ".join(named(self.trace.quantities[at].symbol) for at in mistakes)
                return Message(
                    "{mistake}, and the same was done in all of {names}",
                    {"mistake": message, "names": names},
                )
        return None

    def _systematic(self, key: str) -> Iterator[Mapping[str, Candidate]]:
        """By quantity, the same mistake everywhere in a kind; in a layer; at one quantity."""
        kinds: dict[Any, dict[str, list[Candidate]]] = defaultdict(dict)
        path = [*self._before(key), key]
        for at in path:
            role = self.trace.roles.get(at)
            if role is None:
                continue
            for (slip, name, way), candidate in self._mistakes(at):
                for layer in (None, role.layer, at):
                    kinds[layer is not None, layer == at, slip, name, way, role.kind, layer][at] = [
                        candidate
                    ]
        for _, found in sorted(kinds.items(), key=lambda item: item[0][:2]):
            yield {at: one for at, (one,) in found.items()}

    def _mistakes(self, key: str) -> list[tuple[tuple[str, str, int], Candidate]]:
        """Every mistake at a quantity, by slip, telling name, and which of that name it is."""
        if key not in self._found:
            quantity, found = self.trace.quantities[key], []
            for slip in SLIPS if quantity.formula is not None else ():
                counts: dict[str, int] = defaultdict(int)
                if slip.of != "computing":
                    continue
                for candidate in slip.tries(self._target(quantity)):
                    if candidate.tree is not None:
                        name = candidate.slip or ""
                        found.append(((slip.name, name, counts[name]), candidate))
                        counts[name] += 1
            self._found[key] = found
        return self._found[key]

    @cached_property
    def _found(self) -> dict[str, list[tuple[tuple[str, str, int], Candidate]]]:
        return {}

    def _target(self, quantity: Quantity) -> Target:
        values = {key: one.value for key, one in self.trace.quantities.items()}
        return Target(
            _claim(quantity), self.knowledge, "0", quantity.value, quantity.formula, values,
            self.trace, quantity.key,
        )  # fmt: skip

    def _before(self, key: str) -> list[str]:
        """Keys of all that a quantity is computed from, in order of computation."""
        wanted, waiting = set(), [key]
        while waiting:
            for source in self.trace.quantities[waiting.pop()].sources:
                if source in self.trace.quantities and source not in wanted:
                    wanted.add(source)
                    waiting.append(source)
        return [one for one in self.trace.quantities if one in wanted]

    def _carried(
        self, formulas: Mapping[str, Tree], values: Mapping[str, float], key: str
    ) -> float | None:
        """A quantity in float64, where others have another formula or another value."""
        numbers: dict[str, float] = {}
        with suppress(EvaluationError):
            for at in [*self._before(key), key]:
                quantity = self.trace.quantities[at]
                formula = formulas.get(at, quantity.formula)
                if at in values:
                    numbers[at] = values[at]
                elif formula is None:
                    numbers[at] = float(quantity.value)
                else:
                    # A mistake may read what the right formula does not.
                    rest = {} if at not in formulas else self._floats
                    numbers[at] = float(evaluate(formula, {**rest, **numbers}, FLOAT))
            return numbers[key]
        return None

    @cached_property
    def _floats(self) -> dict[str, float]:
        return {key: float(quantity.value) for key, quantity in self.trace.quantities.items()}


def givens_taken_wrongly(trace: Trace) -> Iterator[tuple[dict[str, float], Message]]:
    """Givens in another order or left out, as the values that are used for them."""
    by_kind: dict[tuple[str, int], list[str]] = defaultdict(list)
    for key, role in trace.roles.items():
        if key in trace.quantities and trace.quantities[key].stage == "given":
            by_kind[role.kind, role.layer].append(key)
    for (kind, layer), keys in by_kind.items():
        values = [float(trace.quantities[key].value) for key in keys]
        names = {"names": ", ".join(named(trace.quantities[key].symbol) for key in keys)}
        if kind in ("target", "input", "label") and len(keys) > 1:
            yield (
                dict(zip(keys, values[::-1], strict=True)),
                Message("{names} were taken in the reverse order", names),
            )
        if kind == "bias":
            without = Message("it was computed without {names}", names)
            yield dict.fromkeys(keys, 0.0), without
        if kind == "weight":
            yield _other_layout(trace, keys), Message(
                "{names} fill the rows of their matrix where they should fill its columns, or the "
                "other way round", names,
            )  # fmt: skip
        if kind == "learning rate" and layer < 0:
            for rate in other_rates(exact(values[0])):
                yield {keys[0]: float(rate)}, rate_message(rate)


def _other_layout(trace: Trace, keys: Sequence[str]) -> dict[str, float]:
    """The weights between two layers, read into their matrix along the wrong side."""
    roles = [trace.roles[key] for key in keys]
    order = sorted(range(len(keys)), key=lambda at: (roles[at].source, roles[at].unit))
    if order == list(range(len(keys))):
        order = sorted(range(len(keys)), key=lambda at: (roles[at].unit, roles[at].source))
    values = [float(trace.quantities[key].value) for key in keys]
    return {keys[place]: value for place, value in zip(order, values, strict=True)}


def other_rates(right: str) -> Iterator[str]:
    """Usual learning rates, and the right one with its point misplaced."""
    own = [exact(float(right) * float(factor)) for factor in RATE_FACTORS]
    yield from (rate for rate in dict.fromkeys((*own, *RATES)) if float(rate) != float(right))


def rate_message(rate: str) -> Message:
    """What is said where another learning rate was taken."""
    return Message("the learning rate was taken as {rate}", {"rate": shown(rate)})


CONVENTIONS = {
    "update": {
        "simultaneous": Message("it follows the simultaneous update"),
        "sequential": Message("it follows the sequential update"),
    },
    "biases": {
        "trained": Message("it follows from trained biases"),
        "fixed": Message("it follows from fixed biases"),
    },
}
"""What is said of code that follows another convention."""


_WRITING = frozenset(slip.name for slip in SLIPS if slip.of == "writing")


def _in_digits(got: float, digits: int) -> str:
    """A number to so many significant digits, zeros at the end included.

    >>> _in_digits(0.25, 5), _in_digits(-1234.5, 4)
    ('0.25000', '-1234')
    """
    places = digits - 1 - (math.floor(math.log10(abs(got))) if got else 0)
    return rounded(got, max(places, 0), "half-even")


def _claim(quantity: Quantity) -> Claim:
    return Claim("", "equation", 1, Position(1, 1), "", head=quantity.symbol, left=quantity.symbol)


def _alike(value: float, got: float) -> bool:
    return abs(value - got) <= ALIKE * max(abs(value), abs(got))
