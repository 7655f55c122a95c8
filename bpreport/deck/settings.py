"""Front matter: YAML, read safely, held against a schema, with the place of every key.

Numbers keep the digits that were typed, because "0.50" claims two places; a schema sees them as
numbers all the same.
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any, Self

import yaml

from bpreport.deck.errors import DeckError, Phrase
from bpreport.deck.model import Position
from bpreport.formula.limits import limit

__all__ = ["PLACES", "KeyPath", "phrase", "read_settings", "schema"]

KeyPath = tuple[str | int, ...]
DEEPEST = limit("front_matter_depth")
"""Nesting past which front matter is refused."""
LONGEST = limit("front_matter_characters")
"""Characters past which front matter is refused."""

_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?\Z", re.ASCII)


_ZERO_IN_FRONT = re.compile(r"[-+]?0[0-9]")
PLACES = 6
"""Decimal places of the answers of sheets, where the front matter does not say."""


class _Digits(float):
    """A number that remembers how it was typed."""

    text: str

    def __new__(cls, text: str) -> Self:
        number = super().__new__(cls, text)
        number.text = text
        return number


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a deck's front matter.

    >>> schema()["$defs"]["perceptron"]["required"]
    ['kind', 'layers', 'given', 'learning_rate']
    """
    text = resources.files("bpreport.deck").joinpath("schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def read_settings(
    source: str,
    start: Position = Position(2, 1),  # noqa: B008 - it cannot be changed
) -> tuple[dict[str, Any], dict[KeyPath, Position]]:
    r"""The settings of a front matter block and the place of each key.

    `start` is where the block begins in the deck. Raises `DeckError`.

    >>> settings, places = read_settings("title: Notes\nlang: en\n")
    >>> settings["title"], str(places["lang",])
    ('Notes', '3:1')
    """
    return _Reading(source, start).settings()


class _Reading:
    """One front matter block on its way to settings."""

    def __init__(self, source: str, start: Position) -> None:
        self.source = source
        self.start = start
        self.places: dict[KeyPath, Position] = {(): start}

    def settings(self) -> tuple[dict[str, Any], dict[KeyPath, Position]]:
        try:
            self._bound()
            node = yaml.compose(self.source, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = self._place(mark) if mark else self.start
            problem = error.problem or error.context
            raise DeckError(
                "front matter is not YAML: {problem}", position=place, problem=problem
            ) from None
        except yaml.reader.ReaderError as error:
            code = error.character if isinstance(error.character, int) else ord(error.character)
            before = self.source[: error.position]
            number = self.start.line + before.count("\n")
            raise DeckError(
                "front matter is not YAML: it has the character U+{code:04X}",
                position=replace(self.start, line=number, column=len(before) - before.rfind("\n")),
                code=code,
            ) from None
        value = {} if node is None else self._value(node, ())
        if not isinstance(value, dict):
            raise DeckError(
                "front matter must be keys and values, as in 'title: Notes'", position=self.start
            )
        _validate(value, self.places)
        try:
            _check_sheets(value.get("sheets") or {}, value.get("worked") or {})
        except DeckError as error:
            raise error.placed("", self.places) from None
        return _typed(value), self.places

    def _place(self, mark: Any) -> Position:
        line = self.start.line + mark.line
        return replace(self.start, line=line, column=mark.column + 1)

    def _bound(self) -> None:
        """Refuse what could grow without end, before anything is built from it."""
        if len(self.source) > LONGEST:
            raise DeckError(
                "front matter of more than {most} characters", position=self.start, most=LONGEST
            )
        depth = 0
        for event in yaml.parse(self.source, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                # A few of them make a short text expand to billions of entries.
                raise DeckError(
                    "aliases (*name) are not allowed in front matter",
                    position=self._place(event.start_mark),
                )
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > DEEPEST:
                raise DeckError(
                    "front matter is nested more than {most} deep",
                    position=self._place(event.start_mark),
                    most=DEEPEST,
                )

    def _value(self, node: yaml.Node, path: KeyPath) -> Any:
        self.places.setdefault(path, self._place(node.start_mark))
        if isinstance(node, yaml.MappingNode):
            mapping: dict[str, Any] = {}
            for key_node, value_node in node.value:
                place = self._place(key_node.start_mark)
                if not isinstance(key_node, yaml.ScalarNode):
                    raise DeckError("a key must be a word", position=place)
                key = str(key_node.value)
                if key in mapping:
                    raise DeckError("the key {key!r} stands here twice", position=place, key=key)
                self.places[*path, key] = place
                mapping[key] = self._value(value_node, (*path, key))
            return mapping
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, (*path, number)) for number, item in enumerate(node.value)]
        if not isinstance(node, yaml.ScalarNode):
            return None
        value = _scalar(node)
        if path and path[0] in ("worked", "sheets") and node.style is None:
            _check_number(node.value, path, self.places)
        return value


def _check_number(text: str, path: KeyPath, places: dict[KeyPath, Position]) -> None:
    """Refuse a number that would be read as another one than was typed."""
    if not _NUMBER.match(text):
        return
    size, least, most = abs(float(text)), sys.float_info.min, sys.float_info.max
    if not (least <= size <= most or Decimal(text) == 0):
        raise DeckError(
            "expected 0 or a number from {least} to {most} in size, found {found}",
            path,
            least=f"{least:.1e}",
            most=f"{most:.1e}",
            found=text,
        ).placed("", places)
    if _ZERO_IN_FRONT.match(text):
        # YAML 1.1 reads 010 as 8, YAML 1.2 as 10.
        raise DeckError(
            "expected a number without a 0 in front of its digits, found {found}", path, found=text
        ).placed("", places)


def _scalar(node: yaml.ScalarNode) -> Any:
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
    import jsonschema  # 60 ms, and most notes have no front matter

    error = jsonschema.exceptions.best_match(
        jsonschema.Draft202012Validator(schema()).iter_errors(value)
    )
    if error is None:
        return
    path: KeyPath = tuple(error.absolute_path)
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        path = (*path, next(key for key in error.instance if key not in known))
        raise DeckError("unknown key; expected one of {known}", path, known=_listed(known)).placed(
            "", places
        )
    if "propertyNames" in error.absolute_schema_path:
        path = (*path, error.instance)
    if error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        raise DeckError("missing key {key}", path, key=_listed(missing)).placed("", places)
    found = _shown(error.instance)
    found = found if len(found) <= 60 else found[:57] + "..."
    wanted = _wanted(error)
    raise DeckError("expected {wanted}, found {found}", path, wanted=wanted, found=found).placed(
        "", places
    )


def _check_sheets(sheets: Mapping[str, Any], worked: Mapping[str, Any]) -> None:
    """Refuse what the schema cannot see: what depends on two keys of the front matter."""
    least = int(sheets.get("places", PLACES)) + 2
    if "carry" in sheets and sheets["carry"] < least:
        raise DeckError(
            "expected at least two places more than the answers have, {least}",
            ("sheets", "carry"),
            least=least,
        )
    for name, ranges in (sheets.get("examples") or {}).items():
        path = ("sheets", "examples", name)
        if name not in worked:
            raise DeckError(
                "the deck has no worked example {name!r}; it has {known}",
                path,
                name=name,
                known=", ".join(worked) or Phrase("none"),
            )
        for given, stated in (ranges or {}).items():
            if stated["to"] < stated["from"]:
                raise DeckError("expected 'to' at or above 'from'", (*path, given, "to"))


def phrase(description: str) -> Phrase:
    """What the schema says of a value, as it stands within a sentence.

    >>> str(phrase("A number."))
    'a number'
    """
    return Phrase(description[0].lower() + description[1:].rstrip("."))


def _wanted(error: Any) -> object:
    """What the schema wanted there, in plain words."""
    if error.validator == "enum":
        return Phrase("one of {known}", known=_listed(error.validator_value))
    if "description" in error.schema:
        return phrase(error.schema["description"])
    bounds = {
        "type": Phrase("a value of type {bound}", bound=error.validator_value),
        "minimum": Phrase("at least {bound}", bound=error.validator_value),
        "maximum": Phrase("at most {bound}", bound=error.validator_value),
        "exclusiveMinimum": Phrase("more than {bound}", bound=error.validator_value),
        "minItems": Phrase("at least {bound} entries", bound=error.validator_value),
        "minProperties": Phrase("at least {bound} keys", bound=error.validator_value),
    }
    return bounds.get(error.validator, str(error.message))


def _shown(value: Any) -> str:
    """A value as it could be typed."""
    if isinstance(value, _Digits):
        return value.text
    if isinstance(value, list):
        return f"[{', '.join(map(_shown, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_shown(item)}' for key, item in value.items())}}}"
    return json.dumps(value, ensure_ascii=False)


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
