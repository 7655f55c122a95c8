"""Front matter: YAML, read safely, held against a schema, with the place of every key.

Numbers keep the digits that were typed, because "0.50" claims two places; a schema sees them as
numbers all the same.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any

import yaml

from bpreport.deck.errors import DeckError
from bpreport.deck.model import Position

__all__ = ["KeyPath", "read_settings", "schema"]

KeyPath = tuple[str | int, ...]
DEEPEST = 12
"""Nesting past which front matter is refused."""

_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?\Z")


class _Digits(float):
    """A number that remembers how it was typed."""

    text: str

    def __new__(cls, text: str) -> _Digits:
        number = super().__new__(cls, text)
        number.text = text
        return number

    def __repr__(self) -> str:
        return self.text


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a deck's front matter.

    >>> schema()["$defs"]["perceptron"]["required"]
    ['kind', 'layers', 'given', 'weights', 'learning_rate']
    """
    text = resources.files("bpreport.deck").joinpath("schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def read_settings(source: str, first_line: int = 2) -> tuple[dict[str, Any], dict[KeyPath, Position]]:
    r"""The settings of a front matter block and the place of each key.

    `first_line` is the deck's line that the block begins on. Raises `DeckError`.

    >>> settings, places = read_settings("title: Notes\nlang: en\n")
    >>> settings["title"], places["lang",]
    ('Notes', Position(line=3, column=1))
    """
    places: dict[KeyPath, Position] = {}
    loader = yaml.SafeLoader(source)
    try:
        _refuse_aliases(source, first_line)
        node = loader.get_single_node()
        value = {} if node is None else _value(node, (), places, first_line)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Position(first_line, 1)
        if mark is not None:
            place = Position(mark.line + first_line, mark.column + 1)
        raise DeckError(f"front matter is not YAML: {error.problem}", position=place) from None
    except yaml.YAMLError as error:
        raise DeckError(
            f"front matter is not YAML: {error}", position=Position(first_line, 1)
        ) from None
    finally:
        loader.dispose()
    if not isinstance(value, dict):
        raise DeckError(
            "front matter must be keys and values, as in 'title: Notes'",
            position=Position(first_line, 1),
        )
    _validate(value, places)
    return _typed(value), places


def _refuse_aliases(source: str, first_line: int) -> None:
    """Aliases can make a short text expand without end; no front matter needs one."""
    for event in yaml.parse(source, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            place = Position(event.start_mark.line + first_line, event.start_mark.column + 1)
            raise DeckError("aliases (*name) are not allowed in front matter", position=place)


def _value(
    node: yaml.Node, path: KeyPath, places: dict[KeyPath, Position], first_line: int
) -> Any:
    mark = node.start_mark
    here = Position(mark.line + first_line, mark.column + 1)
    places.setdefault(path, here)
    if len(path) > DEEPEST:
        raise DeckError(f"front matter is nested more than {DEEPEST} deep", position=here)
    if isinstance(node, yaml.MappingNode):
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            place = Position(key_node.start_mark.line + first_line, key_node.start_mark.column + 1)
            if key in mapping:
                raise DeckError(f"the key {key!r} stands here twice", position=place)
            places[*path, key] = place
            mapping[key] = _value(value_node, (*path, key), places, first_line)
        return mapping
    if isinstance(node, yaml.SequenceNode):
        return [
            _value(item, (*path, number), places, first_line)
            for number, item in enumerate(node.value)
        ]
    return _scalar(node)


def _scalar(node: yaml.Node) -> Any:
    text: str = node.value
    if node.style is None:  # plain: not quoted
        if node.tag == "tag:yaml.org,2002:bool":
            return text.lower() in ("true", "yes", "on")
        if node.tag == "tag:yaml.org,2002:null":
            return None
        if _NUMBER.match(text) and math.isfinite(float(text)):
            return _Digits(text)
    return text


def _validate(value: dict[str, Any], places: dict[KeyPath, Position]) -> None:
    import jsonschema  # 60 ms to import, and most notes have no front matter

    validator = jsonschema.Draft202012Validator(schema())
    errors = sorted(validator.iter_errors(value), key=lambda error: list(map(str, error.path)))
    if not errors:
        return
    error = jsonschema.exceptions.best_match(errors)
    assert error is not None
    path: KeyPath = tuple(error.absolute_path)
    if error.validator in ("additionalProperties", "unevaluatedProperties"):
        known = error.schema.get("properties", {})
        unknown = next(key for key in error.instance if key not in known)
        message = f"unknown key; expected one of {_listed(known)}"
        raise DeckError(message, (*path, unknown)).placed("", places)
    if error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        raise DeckError(f"missing key {_listed(missing)}", path).placed("", places)
    raise DeckError(_expectation(error), path).placed("", places)


def _expectation(error: Any) -> str:
    """What the schema wanted there, in plain words."""
    found = json.dumps(error.instance, ensure_ascii=False, default=repr)
    found = found if len(found) <= 60 else found[:57] + "..."
    if error.validator == "enum":
        return f"expected one of {_listed(error.validator_value)}, found {found}"
    if error.validator == "const":
        return f"expected {error.validator_value!r}, found {found}"
    wanted = error.schema.get("description") or {
        "type": f"a value of type {error.validator_value}",
        "minimum": f"at least {error.validator_value}",
        "maximum": f"at most {error.validator_value}",
        "exclusiveMinimum": f"more than {error.validator_value}",
        "minItems": f"at least {error.validator_value} entries",
        "minProperties": f"at least {error.validator_value} keys",
    }.get(error.validator, str(error.message))
    return f"expected {wanted[0].lower() + wanted[1:].rstrip('.')}, found {found}"


def _listed(words: Iterable[Any]) -> str:
    return ", ".join(repr(str(word)) for word in words)


def _typed(value: Any) -> Any:
    """The same settings with every number as the text that was typed."""
    if isinstance(value, _Digits):
        return value.text
    if isinstance(value, dict):
        return {key: _typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_typed(item) for item in value]
    return value
