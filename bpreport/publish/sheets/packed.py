"""Mistakes with their formulas as plain data, for the manifest.

A node is an object with its class for a key, and its fields in order; what is repeated in another
version of bpreport must be the same tree, so nothing is parsed again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from string import Formatter
from typing import Any

from bpreport.audit.model import Message
from bpreport.formula import tree
from bpreport.publish.sheets.mistakes import Slipped

__all__ = ["packed", "unpacked"]

CLASSES: Mapping[str, type] = {
    kind.__name__: kind
    for kind in (
        Slipped, Message, tree.Number, tree.Symbol, tree.Apply, tree.Call, tree.Reduce,
        tree.Derivative, tree.Tuple, tree.Matrix, tree.Cases, tree.Gap,
    )
}  # fmt: skip
"""All that a manifest may hold; nothing else is ever made of it."""
LEFT_OUT = frozenset({"at", "typed"})
"""Where and how a symbol stood in the deck says nothing of what a sheet shows."""


def packed(value: Any) -> Any:
    """Numbers, words, nodes, messages, tuples and mappings as JSON has them.

    >>> packed(Message("{name} is wrong", {"name": tree.Number("0.50")}))
    {'Message': ['{name} is wrong', {'': [['name', {'Number': ['0.50']}]]}]}
    """
    if isinstance(value, tuple | list):
        return [packed(one) for one in value]
    if isinstance(value, Mapping):
        return {"": [[str(key), packed(one)] for key, one in value.items()]}
    name = type(value).__name__
    if name in CLASSES:
        return {name: [packed(getattr(value, field)) for field in _fields(CLASSES[name])]}
    return value if isinstance(value, str | int | float | None) else str(value)


def unpacked(data: Any) -> Any:
    """What was packed; raises `ValueError` for anything else.

    >>> unpacked({"Number": ["0.50"]})
    Number(text='0.50', at=-1)
    """
    if isinstance(data, list):
        return tuple(map(unpacked, data))
    if not isinstance(data, dict):
        return data
    if len(data) != 1:
        raise ValueError("a mistake is damaged")
    ((name, parts),) = data.items()
    if name == "":
        return {str(key): unpacked(one) for key, one in parts}
    if name not in CLASSES:
        raise ValueError("a mistake is damaged")
    made = CLASSES[name](**dict(zip(_fields(CLASSES[name]), map(unpacked, parts), strict=True)))
    if isinstance(made, Message):
        _check_places(made.text)
    return made


def _check_places(text: object) -> None:
    """Places for values are names and nothing else.

    "{a.b}" and "{a:{b.c}}" would print what is inside of Python's objects, and "{a:>99999999}"
    would fill the memory.
    """
    if not isinstance(text, str):
        raise ValueError("a mistake is damaged")
    for _, place, spec, conversion in Formatter().parse(text):
        if place is not None and (not place.isidentifier() or spec or conversion):
            raise ValueError("a mistake is damaged")


def _fields(kind: type) -> list[str]:
    made = [field.name for field in fields(kind) if field.init]  # a symbol's key follows from it
    return [name for name in made if name not in LEFT_OUT]
