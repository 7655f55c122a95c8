r"""From the front matter of a deck to a `Perceptron`.

Weights are numbered or indexed. Numbered ones, `w: [0.1, ...]`, are one list for all connections
in order; `by target` numbers all that enter the first unit, then the second (w_1 and w_2 enter
h1), `by source` all that leave the first unit (w_7 and w_8 leave h1). Indexed ones, `v: [[..],
..]` with `x-y: "v_{ij}"`, have a row for each source unit; the letter that comes first in the
alphabet is the source.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from bpreport.deck.errors import DeckError, Phrase
from bpreport.formula.limits import limit
from bpreport.formula.tree import Symbol
from bpreport.worked.name_clashes import refuse_clashes
from bpreport.worked.network import ACTIVATIONS, LOSSES, UPDATES
from bpreport.worked.perceptron import Connection, Notation, Perceptron
from bpreport.worked.settings import (
    KeyPath,
    choice,
    count,
    learning_rate,
    numbers,
    required,
    row_or_rows,
    unneeded,
)

__all__ = ["WIRINGS", "from_settings"]

MOST_WEIGHTS = limit("network_weights")
"""Every weight gets its own worked solution; nobody reads more."""
WIRINGS = ("by target", "by source")
BIASES = ("layer", "unit", "index")
COUNTINGS = ("updates done", "updates before")
UNSTATED = ("update", "counting", "biases")
UNIT_STYLES = ("name", "number", "layer")

_INDEXED = re.compile(
    r"(?P<base>\\?[A-Za-z]+)(?:\^\{?(?P<mark>[^{}_]+)\}?)?_\{(?P<first>[a-z]),?\s*(?P<second>[a-z])\}"
    r"(?:\^\{?(?P<late>[^{}_]+)\}?)?"
)

Matrix = tuple[tuple[str, ...], ...]
BiasRows = tuple[tuple[tuple[Symbol, str], ...], ...]


def from_settings(name: str, settings: Mapping[str, Any]) -> Perceptron:
    """The perceptron of the worked example of that name.

    Raises `DeckError` with the path of keys to whatever does not fit the layers.
    """
    path: KeyPath = ("worked", name)
    layers = _layers(settings, path)
    activations = _activations(settings, layers, path)
    loss = choice(settings.get("loss", LOSSES[0]), LOSSES, (*path, "loss"))
    _check_loss(loss, activations[-1], path)
    notation = _notation(settings.get("notation") or {}, (*path, "notation"))
    given = required(settings, "given", path)
    inputs = row_or_rows(
        required(given, layers[0][0], (*path, "given")),
        (*path, "given", layers[0][0]),
        layers[0][1],
        Phrase("one for each input unit"),
    )
    targets = row_or_rows(
        required(given, "target", (*path, "given")),
        (*path, "given", "target"),
        layers[-1][1],
        Phrase("one for each output unit"),
    )
    if len(targets) != len(inputs):
        raise DeckError(
            "expected a target for each of the {count} samples, found {found}",
            (*path, "given", "target"),
            count=len(inputs),
            found=len(targets),
        )
    connections, biases, trained = _parameters(settings, given, layers, path)
    perceptron = Perceptron(
        name=name,
        layers=layers,
        activations=activations,
        loss=loss,
        connections=connections,
        biases=biases,
        inputs=inputs,
        targets=targets,
        learning_rate=learning_rate(
            required(settings, "learning_rate", path), (*path, "learning_rate")
        ),
        iterations=count(settings.get("iterations", "1"), (*path, "iterations")),
        trained_biases=trained,
        update=choice(settings.get("update", UPDATES[0]), UPDATES, (*path, "update")),
        counting=choice(settings["counting"], COUNTINGS, (*path, "counting"))
        if "counting" in settings
        else None,
        unstated=tuple(
            choice(entry, UNSTATED, (*path, "unstated", place))
            for place, entry in enumerate(settings.get("unstated") or ())
        ),
        notation=notation,
    )
    refuse_clashes(perceptron, settings)
    for place, entry in enumerate(perceptron.unstated):
        # Under "biases" it also stands whose they are.
        if entry != "biases" and settings.get(entry) is not None:
            raise unneeded(entry, (*path, "unstated", place))
    return perceptron


def _layers(settings: Mapping[str, Any], path: KeyPath) -> tuple[tuple[str, int], ...]:
    stated = required(settings, "layers", path)
    if not isinstance(stated, Mapping) or len(stated) < 2:
        raise DeckError("expected at least two layers, name: number of units", (*path, "layers"))
    layers = tuple(
        (str(layer), count(size, (*path, "layers", layer), least=1))
        for layer, size in stated.items()
    )
    weights = sum(before * after for (_, before), (_, after) in pairwise(layers))
    if weights > MOST_WEIGHTS:
        raise DeckError(
            "the layers have {weights} connections; a worked example has at most {most}",
            (*path, "layers"),
            weights=weights,
            most=MOST_WEIGHTS,
        )
    return layers


def _activations(
    settings: Mapping[str, Any], layers: Sequence[tuple[str, int]], path: KeyPath
) -> tuple[str, ...]:
    stated = settings.get("activation", "sigmoid")
    path = (*path, "activation")
    names = [layer for layer, _ in layers[1:]]
    if not isinstance(stated, Mapping):
        stated = dict.fromkeys(names, stated)
    for layer in stated:
        choice(layer, names, (*path, layer))
    found = tuple(
        choice(stated.get(layer, "sigmoid"), tuple(ACTIVATIONS), (*path, layer)) for layer in names
    )
    if "softmax" in found[:-1]:
        raise DeckError("softmax can only stand in the output layer", path)
    return found


def _check_loss(loss: str, last: str, path: KeyPath) -> None:
    if loss == "cross-entropy" and last not in ("sigmoid", "softmax"):
        raise DeckError(
            "cross-entropy needs sigmoid or softmax outputs; the output layer has {last}",
            (*path, "loss"),
            last=last,
        )
    if last == "softmax" and loss != "cross-entropy":
        raise DeckError("softmax outputs need the loss cross-entropy", (*path, "loss"))


def _notation(stated: Mapping[str, Any], path: KeyPath) -> Notation:
    fields = Notation.__dataclass_fields__
    for key, value in stated.items():
        choice(key, tuple(fields), (*path, key))
        if not isinstance(value, str) or not value:
            raise DeckError("expected a symbol, found {value!r}", (*path, key), value=value)
    if "units" in stated:
        choice(stated["units"], UNIT_STYLES, (*path, "units"))
    return Notation(**stated)


def _parameters(
    settings: Mapping[str, Any],
    given: Mapping[str, Any],
    layers: Sequence[tuple[str, int]],
    path: KeyPath,
) -> tuple[tuple[Connection, ...], BiasRows, bool]:
    """Weights and biases, and whether the biases are trained."""
    stated = settings.get("biases") or {}
    per = choice(stated.get("per", "layer"), BIASES, (*path, "biases", "per"))
    trained = stated.get("trained", True)
    if not isinstance(trained, bool):
        raise DeckError(
            "expected true or false, found {trained!r}",
            (*path, "biases", "trained"),
            trained=trained,
        )
    wiring = dict(settings.get("weights") or {})
    pairs = [f"{before}-{after}" for (before, _), (after, _) in pairwise(layers)]
    for pair in wiring:
        choice(pair, pairs, (*path, "weights", pair))
    wirings = [str(wiring.get(pair, WIRINGS[0])).strip() for pair in pairs]
    for pair, way in zip(pairs, wirings, strict=True):
        found = _INDEXED.fullmatch(way)
        if way not in WIRINGS and (not found or found["first"] == found["second"]):
            raise DeckError(
                "expected 'by target', 'by source' or a pattern such as v_{{ij}}; found {way!r}",
                (*path, "weights", pair),
                way=way,
            )
    sizes = [(before + (per == "index"), after) for (_, before), (_, after) in pairwise(layers)]
    numbered = [sizes[place] for place, way in enumerate(wirings) if way in WIRINGS]
    if per == "index" and numbered:
        raise DeckError(
            "a bias as weight with index 0 needs indexed weights such as w_{jk}",
            (*path, "biases", "per"),
        )
    matrices = [_given_key(way, given) for way in wirings if way not in WIRINGS]
    _check_given(given, [layers[0][0], "target", *(["w"] if numbered else []), *matrices,
                         *([] if per == "index" else ["b"])], path)  # fmt: skip
    flat: list[str] = []
    if numbered:
        flat = list(
            numbers(
                required(given, "w", (*path, "given")),
                (*path, "given", "w"),
                sum(before * after for before, after in numbered),
                Phrase(
                    "one for each connection: {sum}",
                    sum=" + ".join(f"{before} * {after}" for before, after in numbered),
                ),
            )
        )
    connections, biases, start = [], [], 1
    for way, (before, after) in zip(wirings, sizes, strict=True):
        if way in WIRINGS:
            connections.append(_numbered(way, before, after, start, flat))
            start += before * after
            continue
        connection, bias = _indexed(way, before, after, per == "index", given, path)
        connections.append(connection)
        biases.append(bias)
    if per != "index":
        return tuple(connections), _biases(per, given, layers, path), trained
    return tuple(connections), tuple(biases), trained


def _check_given(given: Mapping[str, Any], known: Sequence[str], path: KeyPath) -> None:
    for key in given:
        if key not in known:
            raise DeckError(
                "unknown key; expected one of {known}",
                (*path, "given", key),
                known=", ".join(map(repr, known)),
            )


def _numbered(way: str, before: int, after: int, start: int, flat: Sequence[str]) -> Connection:
    def place(source: int, target: int) -> int:
        offset = target * before + source if way == "by target" else source * after + target
        return start + offset

    return Connection(
        tuple(
            tuple(Symbol("w", (str(place(source, target)),)) for target in range(after))
            for source in range(before)
        ),
        tuple(
            tuple(flat[place(source, target) - 1] for target in range(after))
            for source in range(before)
        ),
    )


def _indexed(
    pattern: str,
    rows: int,
    columns: int,
    bias_row: bool,
    given: Mapping[str, Any],
    path: KeyPath,
) -> tuple[Connection, tuple[tuple[Symbol, str], ...]]:
    found = _INDEXED.fullmatch(pattern)
    assert found is not None  # whoever calls has refused what does not match
    base, mark = found["base"], found["mark"] or found["late"]
    key = _given_key(pattern, given)
    stated = required(given, key, (*path, "given"))
    given_path = (*path, "given", key)
    if not isinstance(stated, Sequence) or isinstance(stated, str) or len(stated) != rows:
        if bias_row:
            raise DeckError(
                "expected {rows} rows, one for each source unit, the first for the bias",
                given_path,
                rows=rows,
            )
        raise DeckError("expected {rows} rows, one for each source unit", given_path, rows=rows)
    values: Matrix = tuple(
        numbers(row, (*given_path, place), columns, Phrase("one for each target unit"))
        for place, row in enumerate(stated)
    )
    source_first = found["first"] < found["second"]
    marks = (mark,) if mark else ()
    start = 0 if bias_row else 1

    def symbol(source: int, target: int) -> Symbol:
        pair = (str(source), str(target))
        return Symbol(base, pair if source_first else pair[::-1], marks)

    symbols = tuple(
        tuple(symbol(start + row, 1 + column) for column in range(columns)) for row in range(rows)
    )
    if not bias_row:
        return Connection(symbols, values, pattern), ()
    biases = tuple(zip(symbols[0], values[0], strict=True))
    return Connection(symbols[1:], values[1:], pattern), biases


def _given_key(pattern: str, given: Mapping[str, Any]) -> str:
    """The key of a matrix of weights: two may share a letter, as w^{(1)} and w^{(2)} do."""
    found = _INDEXED.fullmatch(pattern)
    assert found is not None  # whoever calls has refused what does not match
    base, mark = found["base"], found["mark"] or found["late"]
    return next((key for key in (f"{base}^{{{mark}}}", f"{base}^{mark}") if key in given), base)


def _biases(
    per: str, given: Mapping[str, Any], layers: Sequence[tuple[str, int]], path: KeyPath
) -> BiasRows:
    stated = given.get("b")
    if stated is None:
        return ()
    path = (*path, "given", "b")
    following = layers[1:]
    if per == "layer":
        values = numbers(stated, path, len(following), Phrase("one for each layer but the first"))
        return tuple(((Symbol("b", (str(k),)), value),) for k, value in enumerate(values, 1))
    if isinstance(stated, Sequence) and stated and isinstance(stated[0], str):
        # A flat list numbers the biases through: b_1 ... b_5.
        units = sum(size for _, size in following)
        values = numbers(stated, path, units, Phrase("one for each unit behind the input layer"))
        rows, start = [], 0
        for _, size in following:
            rows.append(
                tuple(
                    (Symbol("b", (str(start + unit + 1),)), values[start + unit])
                    for unit in range(size)
                )
            )
            start += size
        return tuple(rows)
    if not isinstance(stated, Sequence) or len(stated) != len(following):
        raise DeckError("expected {count} rows, one for each layer", path, count=len(following))
    return tuple(
        tuple(
            (Symbol("b", (f"{layer}{unit}",)), value)
            for unit, value in enumerate(
                numbers(row, (*path, place), size, Phrase("one a unit")), 1
            )
        )
        for place, (row, (layer, size)) in enumerate(zip(stated, following, strict=True))
    )
