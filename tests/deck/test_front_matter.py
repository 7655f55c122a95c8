"""Front matter: what is kept, where it stands, and how it is refused."""

import pytest

from bpreport.deck import DeckError, read_text
from bpreport.deck.markdown import split_front_matter
from bpreport.worked import recompute
from tests.deck.reading import refused

NET = """---
title: A net
worked:
  net:
    kind: perceptron
    layers: {l: 2, h: 3}
    given:
      l: [5, 10]
      target: [0.01, 0.99, 0.50]
      b: [0.350]
      w: [0.1, 0.15, 1e-1, .25, -0.3, +6]
    weights: {l-h: by target}
    learning_rate: 0.50
---
"""


def test_numbers_are_the_digits_that_were_typed():
    """0.50 claims two places; a float would forget the second."""
    net = read_text(NET).settings["worked"]["net"]
    assert net["learning_rate"] == "0.50"
    assert net["given"]["w"] == ["0.1", "0.15", "1e-1", ".25", "-0.3", "+6"]
    assert net["given"]["b"] == ["0.350"]
    assert net["layers"] == {"l": "2", "h": "3"}


def test_words_stay_words():
    matter = "---\ntitle: yes\nauthor: 'true'\ndate: 2024-05-01\nlang: en\nnames: ['12']\n---\n"
    with pytest.raises(DeckError, match=r"^notes.md:2:1: title: expected the title"):
        read_text(matter, "notes.md")
    settings = read_text(matter.replace("yes", '"yes"')).settings
    assert settings["title"] == "yes"
    assert settings["date"] == "2024-05-01"
    assert settings["names"] == ["12"]


def test_every_key_has_its_place():
    places = {".".join(map(str, path)): str(at) for path, at in read_text(NET).places.items()}
    assert places["title"] == "2:1"
    assert places["worked.net"] == "4:3"
    assert places["worked.net.layers"] == "6:5"
    assert places["worked.net.layers.h"] == "6:20"
    assert places["worked.net.given.w"] == "11:7"
    assert places["worked.net.given.w.2"] == "11:22"


def test_what_is_no_front_matter():
    """It begins on the first line, and a rule with a blank line behind it is none."""
    for source in (
        "\n---\na: b\n---\n",
        "---\n\na: b\n\n---\n",
        "----\na: b\n---\n",
        "---\ntext\n",
    ):
        assert split_front_matter(source) == (None, source)


def test_front_matter_leaves_the_lines_where_they_are():
    matter, rest = split_front_matter("--- \na: b\n... \n\nx\n---\n")
    assert matter == "a: b\n"
    assert rest == "\n\n\n\nx\n---\n"


DEEP = "a: " + "[" * 13
REFUSED = [
    ("title: [", "3:1", "front matter is not YAML: "),
    ("title: 'x", "3:1", "front matter is not YAML: found unexpected end of stream"),
    ("title: a: b", "2:9", "front matter is not YAML: mapping values are not allowed here"),
    ("worked:\n\tx: 1", "3:1", r"front matter is not YAML: found character '\t' that cannot"),
    ("title: x\n lang: en", "3:6", "front matter is not YAML: mapping values are not allowed"),
    ("title: x\x01", "2:9", "front matter is not YAML: it has the character U+0001"),
    ("a: &x 1\nb: *x", "3:4", "aliases (*name) are not allowed in front matter"),
    ("title: x\nlang: en\ntitle: y", "4:1", "the key 'title' stands here twice"),
    (DEEP, "2:15", "front matter is nested more than 12 deep"),
    ("? [a]\n: b", "2:3", "a key must be a word"),
    ("just text", "2:1", "front matter must be keys and values, as in 'title: Notes'"),
    ("- a\n- b", "2:1", "front matter must be keys and values, as in 'title: Notes'"),
    ("titel: x", "2:1", "titel: unknown key; expected one of 'title', 'author', 'date', 'lang'"),
    ("lang: french", "2:1", "lang: expected the language of the deck, a code of two or"),
    ("title: {a: 1, b: [2]}", "2:1", 'title: expected the title of the deck, found {a: 1, b: [2]}'),
    ("title:", "2:1", "title: expected the title of the deck, found null"),
    ("functions: f", "2:1", "functions: expected a list of names that are functions"),
    ("worked: [1]", "2:1", "worked: expected the worked examples, each under its name, found [1]"),
    ("worked:\n  e: 1", "3:3", "worked.e: expected a worked example: keys and values"),
    ("worked:\n  e: {layers: {}}", "3:3", "worked.e: missing key 'kind'"),
    ("worked:\n  e: {kind: x}", "3:7", "worked.e.kind: expected one of 'gradient descent', 'lin"),
    ("worked:\n  e:\n    kind: gradient descent", "3:3", "worked.e: missing key 'objective'"),
    ("worked:\n  e:\n    kind: gradient descent\n    objective: x\n    alpha: 2", "6:5",
     "worked.e.alpha: unknown key; expected one of 'kind', 'objective', 'variables', 'runs'"),
    ("worked:\n  e:\n    kind: gradient descent\n    objective: x\n    learning_rate: fast", "6:5",
     'worked.e.learning_rate: expected a number, found "fast"'),
    ("worked:\n  e:\n    kind: gradient descent\n    objective: x\n    tolerance: 0", "6:5",
     "worked.e.tolerance: expected a tolerance above 0, found 0"),
    ("worked:\n  e:\n    kind: gradient descent\n    objective: x\n    iterations: 1.5", "6:5",
     "worked.e.iterations: expected a whole number from 0 to 1000000, found 1.5"),
    ("worked:\n  e:\n    kind: gradient descent\n    objective: x\n    variables: [a, b, c]", "6:5",
     "worked.e.variables: expected one or two symbols that the objective depends on, found"),
]  # fmt: skip


@pytest.mark.parametrize(("matter", "place", "message"), REFUSED)
def test_bad_front_matter_is_refused_with_place_and_expectation(matter, place, message):
    found = refused(f"---\n{matter}\n---\n# A\n")
    assert found.startswith(f"notes.md:{place}: {message}")
    assert "\n" not in found


NET_REFUSED = [
    (
        "l: 2",
        "l: 0",
        "6:14",
        "worked.net.layers.l: expected a whole number of units from 1 to 1000",
    ),
    ("l: 2", "l: two", "6:14", "worked.net.layers.l: expected a whole number of units"),
    ("[5, 10]", "5", "8:7", "worked.net.given.l: expected a list of numbers, or a list of lists"),
    ("[0.350]", "[a]", "10:11", "worked.net.given.b.0: expected a number, or a list of them"),
    ("[0.350]", "[1/2]", "10:11", "worked.net.given.b.0: expected a number, or a list of them"),
    ("[0.350]", "[1e400]", "10:11", "worked.net.given.b.0: expected 0 or a number from 2.2e-308 t"),
    ("[0.350]", "[1e-400]", "10:11", "worked.net.given.b.0: expected 0 or a number from 2.2e-308 "),
    ("0.50\n---", "00.50\n---", "13:5", "worked.net.learning_rate: expected a number without a 0"),
    ("0.50\n---", "010\n---", "13:5", "worked.net.learning_rate: expected a number without a 0 i"),
    ("  net:", "  '':", "4:3", 'worked.: expected a name, found ""'),
    ("{l: 2, h", "{' ': 2, h", "6:14", 'worked.net.layers. : expected a name, found " "'),
    ("l-h: by target", "l-h: [1]", "12:15", "worked.net.weights.l-h: expected 'by target', 'by"),
    ("    layers: {l: 2, h: 3}\n", "", "4:3", "worked.net: missing key 'layers'"),
    ("    learning_rate: 0.50\n", "", "4:3", "worked.net: missing key 'learning_rate'"),
    ("learning_rate: 0.50", "biases: {per: net}", "4:3", "worked.net: missing key 'learning_rate'"),
    ("title: A net", "title: A net\nauthors: x", "3:1", "authors: unknown key; expected one of"),
]


SHEETS = """---
worked:
  line: {kind: linear regression, data: {x: [1, 2], y: [2, 3]}, learning_rate: 0.1}
sheets:
  places: 4
  carry: 6
  examples:
    line: {learning_rate: {from: 0.1, to: 0.1, step: 0.1}}
---
"""


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("carry: 6", "carry: 5", "6:3: sheets.carry: expected at least two places more"),
        ("places: 4\n  ", "", "5:3: sheets.carry: expected at least two places more than"),
        ("    line:", "    p:", "8:5: sheets.examples.p: the deck has no worked example 'p'"),
        ("to: 0.1", "to: 0.0", "8:39: sheets.examples.line.learning_rate.to: expected 'to' at"),
    ],
)
def test_what_sheets_cannot_be_made_of_is_refused_with_the_deck(right, wrong, message):
    """Whoever reads the deck is told, and not only who asks for sheets; without it all is well."""
    assert read_text(SHEETS).settings["sheets"]["carry"] == "6"
    assert right in SHEETS
    assert refused(SHEETS.replace(right, wrong, 1)).startswith(f"notes.md:{message}")


def test_zeros_in_front_where_no_number_is_meant():
    """A date or a title may begin with a 0, and so may the digits behind a point."""
    settings = read_text(NET.replace("A net", "007").replace("[0.350]", "[0.05]")).settings
    assert settings["title"] == "007"
    assert settings["worked"]["net"]["given"]["b"] == ["0.05"]


@pytest.mark.parametrize(("right", "wrong", "place", "message"), NET_REFUSED)
def test_wrong_shapes_are_refused_by_the_schema(right, wrong, place, message):
    assert right in NET
    assert refused(NET.replace(right, wrong)).startswith(f"notes.md:{place}: {message}")


UNFIT = [
    (
        (", +6]", "]"),
        "11:7: worked.net.given.w: expected 6 numbers (one for each connection: 2 * 3), found 5",
    ),
    (
        ("[5, 10]", "[5]"),
        "8:7: worked.net.given.l: expected 2 numbers (one for each input unit), found 1",
    ),
    (
        ("rate: 0.50", "rate: 0"),
        (
            "13:5: worked.net.learning_rate: the learning rate is 0: "
            "nothing would change from step to step"
        ),
    ),
    (("l-h:", "h-l:"), "12:15: worked.net.weights.h-l: expected one of l-h; found 'h-l'"),
]


@pytest.mark.parametrize(("change", "message"), UNFIT)
def test_what_does_not_fit_is_placed_by_its_key(change, message):
    """The worked example names the key at fault, and `recompute` asks the deck for its place."""
    deck = read_text(NET.replace(*change), "notes.md")
    with pytest.raises(DeckError) as caught:
        recompute(deck)
    assert str(caught.value) == f"notes.md:{message}"


def test_placing_twice_changes_nothing():
    """Whoever places an error last does no harm: it keeps its first place."""
    error = DeckError("wrong", ("worked", "net", "nothing"))
    deck = read_text(NET, "notes.md")
    once = str(error.placed(deck.path, deck.places))
    assert once == "notes.md:4:3: worked.net.nothing: wrong"  # the nearest key around it
    assert str(error.placed("other.md", {})) == once


def test_front_matter_that_is_not_closed():
    assert refused("---\ntitle: x\n\n# A\n") == (
        "notes.md:1:1: front matter is not closed; expected a line '---' behind it"
    )


def test_size_of_front_matter_is_bounded():
    assert refused(f"---\ntitle: {'x' * 200_001}\n---\n") == (
        "notes.md:2:1: front matter of more than 200000 characters"
    )
