"""The schema and the worked examples accept the same front matter.

Neither is written from the other, so they are held together here: the keys that the schema lists
are those that the settings of a worked example are asked for, and no others.
"""

import copy
from typing import Any

import jsonschema
import pytest

from bpreport.deck import read_text
from bpreport.deck.settings import schema
from bpreport.worked import (
    KINDS,
    descending,
    descent,
    linear_regression,
    network,
    perceptron,
    perceptron_settings,
)

DATA = {"x": ["0", "1", "2"], "y": ["0", "1", "1"]}
DESCENT = {"objective": "x^2 + y^2", "variables": ["x", "y"]}
RUN = {
    "learning_rate": "0.1",
    "start": ["1", "1"],
    "tolerance": "0.1",
    "stop": "count",
    "iterations": "3",
}
FULL: dict[str, dict[str, Any]] = {
    "descent": {**DESCENT, **RUN, "runs": {"a": {}}, "unstated": []},
    "linear": {"data": DATA, "loss": "half mean", "learning_rate": "0.1", "iterations": "3",
               "start": ["0", "0"], "intercept": True},
    "logistic": {"data": DATA, "learning_rate": "0.1", "iterations": "3", "start": ["0"],
                 "intercept": False},
    "perceptron": {
        "layers": {"l": "1", "h": "2"},
        "activation": {"h": "tanh"},
        "loss": "half squared error",
        "given": {"l": ["1"], "target": ["0", "1"], "w": ["1", "2"], "b": ["1"]},
        "weights": {"l-h": "by target"},
        "biases": {"per": "layer", "trained": False},
        "notation": {"net": "z", "out": "a", "error": "C", "target": "t", "units": "number",
                     "learning_rate": r"\alpha", "activation": r"\sigma"},
        "learning_rate": "0.1",
        "iterations": "3",
        "update": "sequential",
        "counting": "updates before",
        "unstated": [],
    },
}  # fmt: skip
KIND = {
    "descent": "gradient descent",
    "linear": "linear regression",
    "logistic": "logistic regression",
    "perceptron": "perceptron",
}


class Asked(dict[str, Any]):
    """A mapping that notes which keys it is asked for."""

    def __init__(self, values):
        super().__init__(values)
        self.asked = set()

    def __getitem__(self, key):
        self.asked.add(key)
        return super().__getitem__(key)

    def get(self, key, default=None):
        self.asked.add(key)
        return super().get(key, default)


def definition(name):
    return schema()["$defs"][name]


def example(name):
    return {"kind": KIND[name], **copy.deepcopy(FULL[name])}


def yaml(value):
    """Settings as one line of YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}": {yaml(item)}' for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(yaml, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return value if value.replace(".", "").isdigit() else "'" + value + "'"


def accept(settings):
    """Through the reader, with the schema, to the worked example."""
    deck = read_text(f"---\nworked: {{e: {yaml(settings)}}}\n---\n")
    assert deck.settings["worked"]["e"] == settings
    return KINDS[settings["kind"]]("e", deck.settings["worked"]["e"])


def test_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(schema())
    assert schema()["additionalProperties"] is False


def test_kinds_are_those_of_the_worked_examples():
    kinds = definition("example")["properties"]["kind"]["enum"]
    assert sorted(kinds) == sorted(KINDS) == sorted(KIND.values())


@pytest.mark.parametrize("name", KIND)
def test_example_with_every_key_is_accepted(name):
    """The full example has all keys that the schema knows, so none is left untried."""
    assert set(example(name)) == set(definition(name)["properties"])
    accept(example(name))


@pytest.mark.parametrize("name", KIND)
def test_example_is_asked_for_every_key_of_the_schema_and_for_no_other(name):
    settings = Asked(example(name))
    KINDS[KIND[name]]("e", settings)
    assert settings.asked | {"kind"} == set(definition(name)["properties"])


@pytest.mark.parametrize("name", KIND)
def test_only_required_keys_are_required(name):
    """Without any key that the schema does not require, the example is still accepted."""
    required = set(definition(name)["required"])
    settings = {key: value for key, value in example(name).items() if key in required}
    if name == "descent":
        settings["learning_rate"] = "0.1"  # here, where there are no runs
    accept(settings)


@pytest.mark.parametrize("name", KIND)
def test_required_keys_are_required_by_both(name):
    for key in set(definition(name)["required"]) - {"kind"}:
        settings = example(name)
        del settings[key]
        with pytest.raises(Exception, match=key):
            read_text(f"---\nworked: {{e: {yaml(settings)}}}\n---\n")
        with pytest.raises(Exception, match=key):
            KINDS[KIND[name]]("e", settings)


@pytest.mark.parametrize("key", RUN)
def test_setting_of_a_run_may_stand_in_it_or_beside_the_runs(key):
    inside = accept({"kind": KIND["descent"], **DESCENT, "runs": {"a": RUN}})
    rest = {name: value for name, value in RUN.items() if name != key}
    beside = accept({"kind": KIND["descent"], **DESCENT, key: RUN[key], "runs": {"a": rest}})
    assert inside.runs == beside.runs


def test_run_is_asked_for_every_key_of_the_schema_and_for_no_other():
    run = Asked(RUN)
    descent.from_settings("e", {**DESCENT, "runs": {"a": run}})
    assert run.asked == set(definition("run")["properties"])


def test_words_to_choose_from_are_the_same():
    properties = definition("perceptron")["properties"]
    assert set(definition("stop")["enum"]) == set(descending.STOPS)
    unstated = definition("descent")["properties"]["unstated"]["items"]["enum"]
    assert set(unstated) == set(descent.UNSTATED)
    loss = definition("linear")["properties"]["loss"]["enum"]
    assert set(loss) == set(linear_regression.LOSSES)
    assert set(definition("activation")["enum"]) == set(network.ACTIVATIONS)
    for key, words in (
        ("loss", network.LOSSES),
        ("update", network.UPDATES),
        ("counting", perceptron_settings.COUNTINGS),
    ):
        assert set(properties[key]["enum"]) == set(words), key
    assert set(properties["unstated"]["items"]["enum"]) == set(perceptron_settings.UNSTATED)
    biases = properties["biases"]["properties"]["per"]["enum"]
    assert set(biases) == set(perceptron_settings.BIASES)
    notation = properties["notation"]["properties"]
    assert set(notation) == set(perceptron.Notation.__dataclass_fields__)
    assert set(notation["units"]["enum"]) == set(perceptron_settings.UNIT_STYLES)


@pytest.mark.parametrize("name", ["net", "out", "error", "target", "learning_rate", "activation"])
def test_notation_is_taken_over(name):
    settings = example("perceptron")
    assert getattr(accept(settings).notation, name) == settings["notation"][name]


def test_every_part_says_what_is_expected():
    """A message is made of the description of what was not met."""

    def undescribed(part, path=()):
        if isinstance(part, dict):
            if "type" in part and path[-2:-1] != ("items",) and "description" not in part:
                yield path
            for key, item in part.items():
                yield from undescribed(item, (*path, key))

    exempt = {"example", "descent", "linear", "logistic", "perceptron"}
    found = [path for path in undescribed(schema()) if path and path[-1] not in exempt]
    assert [path for path in found if path[-1] != "items"] == []
