"""The wrong answers that are expected: slips of the audit's table, played on a formula.

A slip is played once on the formulas of a template and becomes a tree; that serves every student,
and thousands of candidates at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bpreport.audit.model import Message
from bpreport.audit.slips import SLIPS, Target, swap_name
from bpreport.formula import latex
from bpreport.formula.tree import Derivative, Tree, substitute
from bpreport.publish.language import mark
from bpreport.publish.sheets.template import Template
from bpreport.worked import Quantity, Role, Trace
from bpreport.worked.steps import read_keys

if TYPE_CHECKING:
    from bpreport.audit.slips import Candidate

__all__ = ["Slipped", "slipped"]

PLAYED = (
    "activation",
    "wrong learning rate",
    "target rounded",
    "sign flipped",
    "factor dropped",
    "term dropped",
    "term doubled",
    "factor doubled",
    "symbol swapped",
    "constant factor",
)
"""The slips whose formula differs from the right one; the others are slips of writing, or of
counting, or of one line carried to the next."""

MOST = 60
"""Mistakes that are looked for in one answer, the simplest first."""


@dataclass(frozen=True, slots=True)
class Slipped:
    """One mistake, in formulas."""

    slip: str
    message: Message
    tree: Tree
    """What is computed instead."""
    line: Tree | None = None
    """As `tree`, where a line of the solution can show it: a changed formula."""


def slipped(template: Template, quantity: Quantity) -> tuple[Slipped, ...]:
    """Every mistake that is expected where this quantity is asked for, simplest first.

    Some give the right value for certain numbers, or for all: whoever asks leaves these out.
    """
    found: dict[Tree, Slipped] = {}
    if quantity.formula is None:
        return ()
    for entry in (*_of_conventions(template, quantity), *_played(template, quantity),
                  *_of_others(template, quantity), *_signs(quantity)):  # fmt: skip
        if entry.tree != quantity.formula and _computable(template, entry.tree, quantity):
            found.setdefault(entry.tree, entry)
    return tuple(found.values())[:MOST]


@dataclass(frozen=True)
class _Played(Target):
    """A quantity of a template as the audit's slips want it; there is no deck about it."""

    @cached_property
    def roles(self) -> Any:
        """What each symbol stands for."""
        return {} if self.trace is None else self.trace.roles

    def role(self, tree: Tree) -> Role | None:
        """What part a symbol plays in the worked example."""
        found: Role | None = self.roles.get(getattr(tree, "key", None))
        return found


def _played(template: Template, quantity: Quantity) -> Iterator[Slipped]:
    values = {key: entry.value for key, entry in template.trace.quantities.items()}
    nowhere: Any = None
    target = _Played(
        nowhere,
        nowhere,
        "0",
        quantity.value,
        quantity.formula,
        values,
        template.trace,
        quantity.key,
    )
    tables = {slip.name: slip for slip in SLIPS}
    roles, quantities = template.trace.roles, template.trace.quantities
    biases = {
        f"${latex(quantities[key].symbol)}$" for key, role in roles.items() if role.kind == "bias"
    }
    for name in PLAYED:
        for candidate in tables[name].tries(target):
            if candidate.tree is not None and not _is_odd(candidate.message, biases):
                yield Slipped(
                    candidate.slip or name, candidate.message, candidate.tree, _line(candidate)
                )


def _is_odd(message: Message, biases: set[str]) -> bool:
    """Whether nobody does so: turns the sign of a bare number, or leaves the b of b * 1 out."""
    if message.text == "the sign of {term} was flipped":
        return _BARE.fullmatch(str(message.values["term"])) is not None
    return message.text == "the factor {factor} was left out" and message.values["factor"] in biases


_BARE = re.compile(r"\$-?[\d.]+\$")


def _line(candidate: Candidate) -> Tree | None:
    """The changed formula, where it is more than a name or a factor before the right one."""
    return None if "factor {factor} too much" in candidate.message.text else candidate.tree


def _signs(quantity: Quantity) -> Iterator[Slipped]:
    if quantity.formula is not None:
        yield Slipped("sign lost", Message("the sign is wrong"), -quantity.formula)


def _of_others(template: Template, quantity: Quantity) -> Iterator[Slipped]:
    """The value of another unit or weight."""
    role = template.trace.roles.get(quantity.key)
    if role is None:
        return
    for key, other in template.trace.roles.items():
        name = swap_name(role, other)
        known = template.trace.quantities.get(key)
        if (
            name is not None
            and key != quantity.key
            and known is not None
            and known.formula is not None
        ):
            text = "it is the value of {other}"
            message = Message(text, {"other": f"${latex(known.symbol)}$"})
            yield Slipped(name, message, known.formula)


CONVENTIONS = {
    "sequential": mark("it follows the sequential update"),
    "simultaneous": mark("it follows the simultaneous update"),
}


def _of_conventions(template: Template, quantity: Quantity) -> Iterator[Slipped]:
    """The quantity with the gradients of another convention in its formula."""
    for name, trace in template.other_traces.items():

        def other(part: Tree, trace: Trace = trace) -> Tree | None:
            known = trace.quantities.get(part.key) if isinstance(part, Derivative) else None
            return None if known is None else known.formula

        own = trace.quantities.get(quantity.key)
        if own is not None and own.formula is not None:
            tree = substitute(own.formula, other)
            assert quantity.formula is not None
            if tree != substitute(quantity.formula, lambda part: _formula(template, part)):
                yield Slipped("another convention", Message(CONVENTIONS[name]), tree)


def _formula(template: Template, part: Tree) -> Tree | None:
    known = template.trace.quantities.get(part.key) if isinstance(part, Derivative) else None
    return None if known is None else known.formula


def _computable(template: Template, tree: Tree, quantity: Quantity) -> bool:
    """Whether the tree reads nothing that is computed only from the quantity itself."""
    known = template.trace.quantities
    return all(
        key in known and quantity.key not in template.sources.get(key, ())
        for key in read_keys(tree)
    )
