r"""From a typed name to what a worked example knows: one quantity, or a family of them.

A family is all that bear the same name with different indices: `w` is every weight, `out` with
the layer "h" the outputs of that layer, `\frac{\partial E}{\partial w}` every gradient by a weight.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bpreport.audit.examples import total_of
from bpreport.audit.names import spellings
from bpreport.formula import FormulaError, parse
from bpreport.formula.tree import Derivative, Symbol, Tree
from bpreport.worked import Trace

__all__ = ["Family", "find", "nearest", "typed_name"]

FEW = 3
"""How many of the nearest names an unknown one is answered with."""


@dataclass(frozen=True, slots=True)
class Family:
    """Keys of several quantities as they lie in an array."""

    keys: tuple[str, ...]
    """In order; of a matrix row by row."""
    shape: tuple[int, ...]

    @property
    def transposed(self) -> Family:
        """Rows and columns exchanged."""
        if len(self.shape) < 2:
            return self
        rows, columns = self.shape
        keys = tuple(self.keys[row * columns + column]
                     for column in range(columns) for row in range(rows))  # fmt: skip
        return Family(keys, (columns, rows))


def typed_name(name: str) -> Symbol | Derivative | None:
    r"""A name as the reader of decks understands it, an index of several letters unbraced as well.

    >>> [typed_name(name).key for name in ("w7^+", "out_h1", "E_total", r"\text{out}_{h_1}")]
    ['w_{7}^{+}', 'out_{h1}', 'E_{total}', 'out_{h1}']
    >>> typed_name("w_1 + w_2") is None
    True
    """
    try:
        found = parse(re.sub(r"_([A-Za-z0-9]{2,})", r"_{\1}", name))
    except FormulaError:
        return None
    return found if isinstance(found, Symbol | Derivative) else None


def find(trace: Trace, name: str, layer: str | None = None) -> str | Family | None:
    """The key of one quantity, or a family; None where the worked example knows neither."""
    if layer is None and name in trace.quantities:
        return name
    typed = typed_name(name)
    if typed is None:
        return None
    if layer is None:
        aliases = trace.facts.get("aliases", {})
        for key in spellings(typed, total_of(trace)):
            known = aliases.get(key, key)
            if known in trace.quantities:
                return str(known)
    return _family(trace, typed, layer)


def _family(trace: Trace, typed: Symbol | Derivative, layer: str | None) -> Family | None:
    if layer is None and (ending := _layer_of(trace, typed)) is not None:
        typed, layer = ending
    if _has_index(typed):
        return None
    keys = [key for key in _members(trace, typed) if layer is None or _enters(trace, key, layer)]
    if not keys:
        return None
    order = {key: place for place, key in enumerate(_canonical(trace))}
    if layer is not None:
        by_unit: dict[str, list[str]] = {}
        for key in keys:
            by_unit.setdefault(trace.roles[key].unit, []).append(key)
        widths = {len(row) for row in by_unit.values()}
        if len(widths) == 1 and widths != {1}:
            rows = [
                sorted(row, key=lambda key: _number(trace.roles[key].source))
                for _, row in sorted(by_unit.items(), key=lambda item: _number(item[0]))
            ]
            return Family(tuple(key for row in rows for key in row), (len(rows), widths.pop()))
    keys.sort(key=lambda key: order.get(_weight_in(key), len(order)))
    return Family(tuple(keys), (len(keys),))


def _has_index(name: Tree) -> bool:
    """Whether one quantity is meant: that it is not known is no reason to take others."""
    if isinstance(name, Derivative):
        return any(map(_has_index, name.by))
    return isinstance(name, Symbol) and bool(name.indices)


def _layer_of(trace: Trace, typed: Symbol | Derivative) -> tuple[Symbol | Derivative, str] | None:
    """`out_h` is `out` in the layer h."""
    layers = {re.sub(r"\d+$", "", role.unit) for role in trace.roles.values() if role.layer >= 0}
    if isinstance(typed, Symbol) and len(typed.indices) == 1:
        index = typed.indices[0]
        name = index if isinstance(index, str) else index.key if isinstance(index, Symbol) else ""
        if name in layers:
            return Symbol(typed.base, (), typed.marks), name
    return None


def _members(trace: Trace, typed: Symbol | Derivative) -> Iterator[str]:
    """Keys of all that bear the name, whatever their indices."""
    wanted = {_bare(one) for one in _respelled(typed)}
    found = [
        quantity.symbol
        for key, quantity in trace.quantities.items()
        if _bare(quantity.symbol) in wanted and _bare(quantity.symbol) != key
    ]
    if isinstance(typed, Derivative) and isinstance(typed.body, Symbol):
        bodies = set(spellings(typed.body, total_of(trace)))  # E is E_{total}, not E_{o1} as well
        same = [one for one in found if isinstance(one, Derivative)
                and isinstance(one.body, Symbol) and one.body.key in bodies]  # fmt: skip
        found = list(same or found)
    yield from (one.key for one in found)


def _respelled(typed: Symbol | Derivative) -> Iterator[Tree]:
    yield typed
    if isinstance(typed, Symbol) and len(typed.base) == 1:
        yield Symbol(typed.base.lower(), (), typed.marks)


def _bare(name: Tree) -> str:
    """A name without its indices: that of its family. What is differentiated keeps no index."""
    match name:
        case Derivative(body=body, by=by):
            return rf"\partial {_bare(body)}/" + "".join(rf"\partial {_bare(part)}" for part in by)
        case Symbol(base=base, marks=marks):
            kept = tuple(mark for mark in marks if not _is_count(mark))
            return Symbol(base, (), kept).key
    return ""


def _is_count(mark: str | Tree) -> bool:
    """Whether a mark counts samples or layers: (1)."""
    text = mark if isinstance(mark, str) else Symbol("", (mark,)).key.strip("_{}")
    return re.fullmatch(r"\(\d+\)", text) is not None


def _enters(trace: Trace, key: str, layer: str) -> bool:
    """Whether a quantity is of a unit of the layer, or leads into it."""
    role = trace.roles.get(key)
    name = layer.rpartition("-")[2]  # l-h, as in the front matter
    return role is not None and re.sub(r"\d+$", "", role.unit) == name


def _canonical(trace: Trace) -> Sequence[str]:
    return (*trace.facts.get("weights", ()), *trace.facts.get("biases", ()))


def _weight_in(key: str) -> str:
    r"""The weight that a key is about: w_{7} of w_{7}^{+} and of \partial E/\partial w_{7}."""
    name = key.rpartition(r"\partial ")[2].removeprefix(r"\Delta ")
    return name.removesuffix("^{+}")


def _number(unit: str) -> int:
    digits = re.search(r"\d+$", unit)
    return int(digits[0]) if digits else 0


def nearest(known: Sequence[str], name: str) -> tuple[str, ...]:
    """The known names that are most like one that is not.

    >>> nearest(["out_{h1}", "out_{h2}", "w_{7}"], "out_{g1}")[0]
    'out_{h1}'
    """
    plain = {re.sub(r"[\\{}\s]", "", key).lower(): key for key in reversed(known)}
    like = difflib.get_close_matches(re.sub(r"[\\{}\s]", "", name).lower(), plain, FEW, 0.0)
    return tuple(plain[one] for one in like)
