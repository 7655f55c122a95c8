"""A worked example as code: the parts that compute its quantities, and what its run is called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from bpreport.formula.tree import Derivative, Symbol, Tree, walk
from bpreport.publish.identifiers import identifier, identifiers
from bpreport.publish.notebook.cells import Cell, solution
from bpreport.publish.notebook.code import WIDTH, assignment
from bpreport.worked import Quantity, Trace
from bpreport.worked.steps import read_keys

__all__ = [
    "Part",
    "Script",
    "array",
    "chosen_form",
    "named",
    "parts_of",
    "prefix_of",
    "to_compute",
    "wrapped",
]

Gettext = Callable[[str], str]
Value = Callable[[str, Any], str | None]


@dataclass(frozen=True, slots=True)
class Part:
    """Some lines of code that belong together."""

    stage: str
    name: str
    """For the gradebook."""
    keys: tuple[str, ...]
    """What they compute; "@" stands for the run."""
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Script:
    """All parts of a worked example in order of computation."""

    parts: tuple[Part, ...]
    value: Value
    """The expression for a key, given the exact value, which tells the iteration that is meant;
    None where the code does not compute it. "@10" behind a key is iteration 10."""
    names: Mapping[str, str] = field(default_factory=dict)


LOCALS = frozenset({
    "X", "curve", "figure", "fitted", "grid", "hessian", "high", "left", "line", "low", "margin",
    "model", "path", "points", "right",
})  # fmt: skip
"""Names that plots and helpers use: a symbol of the deck that is called so is not to be lost."""


def prefix_of(name: str) -> str:
    """What the functions and results of a worked example begin with."""
    return identifier(Symbol(name)).rstrip("_") or "example"


def named(symbols: Iterable[Symbol | Derivative], ending: str) -> dict[str, str]:
    """The name of each quantity in the notebook, by key."""
    return {
        key: f"{name}{ending}" if ending or name not in LOCALS else f"{name}_"
        for key, name in identifiers(symbols).items()
    }


def chosen_form(quantity: Quantity, known: Iterable[str]) -> Tree | None:
    """The form that a student would compute: the chain rule's product, where all of it is known."""
    before = set(known)
    for form in quantity.forms:
        reads = read_keys(form)
        by_chain_rule = any(isinstance(part, Derivative) for part in walk(form))
        if by_chain_rule and set(reads) <= before:
            return form
    return quantity.formula


def parts_of(
    trace: Trace,
    names: Mapping[str, str],
    given: Mapping[str, str],
    group: Callable[[Quantity], tuple[str, str]],
    gettext: Gettext,
) -> list[Part]:
    """The quantities of a trace in cells, by stage and what `group` puts together."""
    parts: list[Part] = []
    known: list[str] = []
    for (stage, what), found in groupby(trace.quantities.values(), key=group):
        lines, keys = [], []
        for quantity in found:
            form = chosen_form(quantity, known)
            name = names[quantity.key]
            if stage == "given" or form is None:
                if quantity.key in given:
                    lines.append(f"{name} = {given[quantity.key]}")
                    keys.append(quantity.key)
            else:
                lines += assignment(name, form, names).split("\n")
                keys.append(quantity.key)
            known.append(quantity.key)
        if lines:
            label = "-".join(filter(None, (trace.name, stage, what)))
            cell = Cell("\n".join(lines), "code", label)
            if stage != "given":
                cell = to_compute([names[key] for key in keys], lines, label, gettext)
            parts.append(Part(stage, label, tuple(keys), (cell,)))
    return parts


def to_compute(names: Sequence[str], lines: Sequence[str], label: str, gettext: Gettext) -> Cell:
    """A cell in which a student computes what has these names."""
    told = gettext("Compute {names}.").format(names=", ".join(names))
    head = wrapped(told, "# ")
    return Cell("\n".join([*head, *solution(lines)]), "solution", label)


def wrapped(text: str, mark: str) -> list[str]:
    """A text on lines that are not too long, each with a mark in front."""
    lines, line = [], ""
    for word in text.split(" "):
        if line and len(mark) + len(line) + 1 + len(word) > WIDTH:
            lines.append(mark + line)
            line = ""
        line = f"{line} {word}" if line else word
    return [*lines, mark + line]


def array(entries: Sequence[str]) -> str:
    """An array of numbers or names, on several lines where it is long."""
    flat = f"np.array([{', '.join(entries)}])"
    if len(flat) <= WIDTH - 12:
        return flat
    inner = "\n".join(wrapped(f"{', '.join(entries)},", "    "))
    return f"np.array([\n{inner}\n])"
