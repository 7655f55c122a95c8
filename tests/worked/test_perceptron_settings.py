"""Front matter that does not fit its network: each fault caught, with its key."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from bpreport.deck.errors import DeckError
from bpreport.worked.perceptron_settings import from_settings
from tests.worked.examples import BP, INDEXED, NETWORKS, SOFTMAX

PER_UNIT = BP | {"biases": {"per": "unit"}}
PLAIN = INDEXED | {
    "biases": {"per": "layer"},
    "given": {
        **INDEXED["given"],
        "v": INDEXED["given"]["v"][1:],
        "w": INDEXED["given"]["w"][1:],
        "b": ["0.1", "0.2"],
    },
}
"""Indexed weights, and no bias among them."""

CASES: list[tuple[dict[str, Any], tuple[Any, ...], Any, str]] = [
    (BP, ("given", "w"), ["0.1"] * 11, "expected 12 numbers (one for each connection: 2 * 3 + 3"),
    (BP, ("given", "w"), "many", "expected a list of numbers"),
    (BP, ("given", "w"), ["0.1"] * 11 + ["w"], "expected a number, found 'w'"),
    (BP, ("given", "w"), None, "the key 'w' is missing"),
    (BP, ("given", "l"), ["5"], "expected 2 numbers (one for each input unit), found 1"),
    (BP, ("given", "target"), ["0", "1", "2"], "expected 2 numbers"),
    (BP, ("given", "target"), [["0", "1"], ["1", "0"]], "expected a target for each of the 1"),
    (BP, ("given", "b"), ["0.35"], "expected 2 numbers (one for each layer but the first)"),
    (BP, ("learning_rate",), "0", "the learning rate is 0"),
    (BP, ("learning_rate",), None, "the key 'learning_rate' is missing"),
    (BP, ("learning_rate",), "nan", "expected a number"),
    (BP, ("iterations",), "-1", "expected a whole number from 0"),
    (BP, ("update",), "parallel", "expected one of simultaneous, sequential"),
    (BP, ("unstated",), ["rounding"], "expected one of update, counting, biases"),
    (BP, ("activation",), "softplus", "expected one of sigmoid"),
    (BP, ("activation",), {"k": "tanh"}, "expected one of h, o"),
    (BP, ("activation",), {"h": "softmax"}, "softmax can only stand in the output layer"),
    (BP, ("activation",), "softmax", "softmax can only stand in the output layer"),
    (BP, ("loss",), "hinge", "expected one of half squared error, cross-entropy"),
    (SOFTMAX, ("loss",), "half squared error", "softmax outputs need the loss cross-entropy"),
    (SOFTMAX, ("activation",), "tanh", "cross-entropy needs sigmoid or softmax outputs"),
    (BP, ("weights", "h-l"), "by target", "expected one of l-h, h-o"),
    (BP, ("weights", "l-h"), "by chance", "expected 'by target', 'by source' or a pattern"),
    (BP, ("biases", "per"), "index", "needs indexed weights such as w_{jk}"),
    (BP, ("biases", "trained"), "maybe", "expected true or false"),
    (BP, ("layers",), {"l": "2"}, "expected at least two layers"),
    (BP, ("layers",), {"l": "100", "h": "50"}, "the layers have 5000 connections"),
    (BP, ("layers", "h"), "0", "expected a whole number from 1"),
    (BP, ("notation",), {"net": ""}, "expected a symbol, found ''"),
    (PER_UNIT, ("given", "b"), [["0.1", "0.2", "0.3"]], "expected 2 rows, one for each layer"),
    (PER_UNIT, ("given", "b"), [["0.1"], ["0.2"]], "expected 3 numbers (one a unit), found 1"),
    (PER_UNIT, ("given", "b"), ["0.1"] * 4, "expected 5 numbers (one for each unit behind the"),
    (PLAIN, ("given", "v"), [["0.1"] * 3] * 3, "expected 2 rows, one for each source unit"),
    (BP, ("notation",), {"units": "greek"}, "expected one of name, number, layer"),
    (INDEXED, ("given", "v"), [["0.1"] * 3] * 2, "expected 3 rows, one for each source unit, the"),
    (INDEXED, ("given", "w"), [["0.1"] * 3] * 4, "expected 2 numbers (one for each target unit)"),
    (INDEXED, ("weights", "x-y"), "v_{ii}", "a pattern such as v_{ij}"),
    (BP, ("given", "q"), ["1"], "unknown key; expected one of 'l', 'target', 'w', 'b'"),
    (BP, ("given", "v"), [["1"]], "unknown key; expected one of 'l', 'target', 'w', 'b'"),
    (INDEXED, ("given", "b"), ["1"], "unknown key; expected one of 'x', 'target', 'v', 'w'"),
    (BP | {"update": "sequential"}, ("unstated",), ["update"], "'update' is"),
    (BP, ("notation",), {"net": "z", "out": "z"}, "z_{h1} would be a pre-activation and also an"),
    (BP, ("notation",), {"net": "out"}, "out_{h1} would be a pre-activation and also an output"),
    (BP, ("notation",), {"units": "number", "target": "b"}, "b_{1} would be a bias and also a"),
    (BP, ("notation",), {"learning_rate": "E", "units": "number"}, "an error and also the learn"),
]


@pytest.mark.parametrize(("settings", "path", "value", "message"), CASES)
def test_caught(settings: dict[str, Any], path: tuple[Any, ...], value: Any, message: str) -> None:
    """One message that says what was expected, at the key that is wrong or above it."""
    changed = copy.deepcopy(settings)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    with pytest.raises(DeckError) as caught:
        from_settings("example", changed)
    assert message in str(caught.value)
    assert caught.value.key_path[:2] == ("worked", "example")
    missing = "is missing" in message
    named = caught.value.key_path[2:]
    # "softmax needs cross-entropy" may name either of the two keys that do not go together.
    assert missing or named[: len(path)] == path or named[:1] in {("activation",), ("loss",)}


def test_two_matrices_of_one_name() -> None:
    """Of two matrices w_{ij} and w_{jk} nobody could tell whose w_{1,2} is meant."""
    square = {
        "layers": {"x": "2", "h": "2", "o": "2"},
        "given": {"x": ["1", "2"], "target": ["0", "1"], "w": [["0.1", "0.2"], ["0.3", "0.4"]]},
        "weights": {"x-h": "w_{ij}", "h-o": "w_{jk}"},
        "learning_rate": "0.1",
    }
    with pytest.raises(DeckError, match="would be a weight and also another one") as caught:
        from_settings("square", square)
    assert caught.value.key_path == ("worked", "square", "weights", "h-o")


TWINS = NETWORKS | {
    "rows of biases": PER_UNIT
    | {"given": BP["given"] | {"b": [["0.1", "0.2", "0.3"], ["0.4", "0.5"]]}},
    "biases numbered through": PER_UNIT | {"given": BP["given"] | {"b": ["0.1"] * 5}},
    "indices without a bias": PLAIN,
    "what is not stated": BP | {"unstated": ["counting", "update"], "biases": {"trained": False}},
    "biases that may be trained": BP | {"unstated": ["biases"], "biases": {"per": "layer"}},
    "names that differ in an index": BP | {"notation": {"learning_rate": "E", "net": "z"}},
}


@pytest.mark.parametrize("name", TWINS)
def test_twin_that_passes(name: str) -> None:
    network = from_settings(name, TWINS[name])
    assert network.name == name


def test_pattern_with_target_first() -> None:
    """w_{kj}: the later letter is the target, so unit 2 to unit 1 is w_{1,2}."""
    weights = {"x-y": "v_{ij}", "y-O": "w_{kj}"}
    network = from_settings("layers", INDEXED | {"weights": weights})
    assert network.connections[1].symbols[1][0].key == "w_{1,2}"


def test_pattern_with_a_mark() -> None:
    """w^{(1)} and w^{(2)} share a letter; their values stand under the marked names."""
    given = {key: value for key, value in INDEXED["given"].items() if key not in "vw"}
    given |= {"w^{(1)}": INDEXED["given"]["v"], "w^{(2)}": INDEXED["given"]["w"]}
    weights = {"x-y": "w^{(1)}_{ij}", "y-O": "w^{(2)}_{jk}"}
    network = from_settings("layers", INDEXED | {"given": given, "weights": weights})
    assert network.connections[0].symbols[0][2].key == "w_{1,3}^{(1)}"
    assert network.trace().series["out"].shape == (21, 2)


@pytest.mark.parametrize(("units", "told"), [(9, True), (10, False)])
def test_indices_without_a_comma(units: int, told: bool) -> None:
    """w_{12} is w_{1,2} while no unit has a number of two digits; then it could be w_{12,...}."""
    network = from_settings(
        "wide",
        {
            "layers": {"x": str(units), "y": "2"},
            "given": {"x": ["1"] * units, "target": ["0", "1"], "w": [["0.1", "0.2"]] * units},
            "weights": {"x-y": "w_{ij}"},
            "learning_rate": "0.1",
            "iterations": "1",
        },
    )
    aliases = network.trace().facts["aliases"]
    assert aliases.get("w_{12}") == ("w_{1,2}" if told else None)
