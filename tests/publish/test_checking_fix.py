"""`--fix`: only what the audit is sure of is changed, in a copy, and the copy is better."""

import json
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpreport.audit import audit
from bpreport.audit.model import Fix
from bpreport.deck import DeckError, builtin, read, read_text
from bpreport.deck.model import Position
from bpreport.publish import check
from bpreport.publish.fixing import changed, correct, in_own_lines
from tests.audit.test_properties import decks

PERCEPTRON = """\
---
worked:
  example:
    kind: perceptron
    layers: {l: 2, h: 3, o: 2}
    activation: sigmoid
    loss: half squared error
    given:
      l: [5, 10]
      target: [0.01, 0.99]
      b: [0.35, 0.65]
      w: [0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65]
    weights: {l-h: by target, h-o: by source}
    learning_rate: 0.5
---
"""


def fixed(source, path="deck.md"):
    return correct(audit(read_text(source, path)))


def text_of(source, path="deck.md"):
    return fixed(source, path).audit.deck.source


@cache
def built_in(lang):
    """The audit of the built-in deck, and the deck corrected."""
    before = audit(read(builtin(lang)))
    return before, correct(before)


# -- what is changed


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("$$a = 2 / 3 = 0.6666$$", "$$a = 2 / 3 = 0.6667$$"),  # cut off
        ("$$a = 2 / 3 = 0.6668$$", "$$a = 2 / 3 = 0.6667$$"),  # one off in the last place
        ("$$a = -2 / 3 = -0.6666$$", "$$a = -2 / 3 = -0.6667$$"),  # the sign stays
        ("text $a = 2 / 3 = 0.6666$; 0.6666", "text $a = 2 / 3 = 0.6667$; 0.6666"),
        (
            "$$net = w * x + b = 0.4 * 0.9 + 0.65 = 1.01$$\n\n$$c = 2 / 3 = 0.6666$$",
            "$$net = w * x + b = 0.4 * 0.9 + 0.65 = 1.01$$\n\n$$c = 2 / 3 = 0.6667$$",
        ),
        (  # two digits of the result swapped; the line has the number that stands before
            "$$a = 1.4660 / 2 = 0.7330$$ $$s = a (1 - a) = 0.7330 (1 - 0.7330) = 0.195171$$",
            "$$a = 1.4660 / 2 = 0.7330$$ $$s = a (1 - a) = 0.7330 (1 - 0.7330) = 0.195711$$",
        ),
        (  # the formula and the line agree against the result
            "$$w = 0.4$$ $$x = 0.9$$ $$b = 0.65$$ $$n = w * x + b = 0.4 * 0.9 + 0.65 = 1.34$$",
            "$$w = 0.4$$ $$x = 0.9$$ $$b = 0.65$$ $$n = w * x + b = 0.4 * 0.9 + 0.65 = 1.01$$",
        ),
        (  # the formula and the result agree against the line
            "$$w = 0.4$$ $$x = 0.9$$ $$b = 0.65$$ $$n = w * x + b = 0.4 * 0.9 = 1.01$$",
            "$$w = 0.4$$ $$x = 0.9$$ $$b = 0.65$$ $$n = w * x + b = 0.4 * 0.9 + 0.65 = 1.01$$",
        ),
    ],
)
def test_digits(before, after):
    assert text_of(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "$$out_{h1} = 0.912935$$",
            "$$out_{h1} = 0.912934$$",
        ),
        (
            "$$net_{h1} = 2.53$$",  # digits swapped
            "$$net_{h1} = 2.35$$",
        ),
        (
            "$$net_{h1} = w_1 * l_1 + w_2 * l_2 + b_1 = 0.1 * 5 + 0.15 * 10 = 2.35$$",
            "$$net_{h1} = w_1 * l_1 + w_2 * l_2 + b_1 = 0.1 * 5 + 0.15 * 10 + 0.35 = 2.35$$",
        ),
        (
            "$$net_{h1} = w_1 * l_1 + w_2 * l_2 + b_1 = 0.1 * 5 + 0.35 = 2.35$$",
            "$$net_{h1} = w_1 * l_1 + w_2 * l_2 + b_1 = 0.1 * 5 + 0.15 * 10 + 0.35 = 2.35$$",
        ),
        (
            "$$net_{h1} = w_1 * l_1 + w_2 * l_2 + b_1 = 0.1 * 5 + 0.25 * 10 + 0.35 = 2.35$$",
            "$$net_{h1} = w_1 * l_1 + w_2 * l_2 + b_1 = 0.1 * 5 + 0.15 * 10 + 0.35 = 2.35$$",
        ),
        (
            # The operand is wrong, and its result follows from it: both are changed.
            "$$net_{h1} = w_1 * l_1 + w_2 * l_2 + b_1 = 0.1 * 5 + 0.25 * 10 + 0.35 = 3.35$$",
            "$$net_{h1} = w_1 * l_1 + w_2 * l_2 + b_1 = 0.1 * 5 + 0.15 * 10 + 0.35 = 2.35$$",
        ),
    ],
)
def test_with_a_worked_example(before, after):
    assert text_of(PERCEPTRON + before) == PERCEPTRON + after


@pytest.mark.parametrize(
    "source",
    [
        "$$a = 0.1 * 5 + 0.35 = 0.85$$",  # right
        "$$a = 0.1 * 5 + 0.35 = 7.21$$",  # wrong, but in the line or in the result?
        "$$a = 12.3756 - 0.25 = 12.7256$$",  # a 7 for a 1, in the result or in the operand?
        "$$s = a (1 - a) = 0.7330 (1 - 0.7330) = 0.195171$$",  # the line stands for itself alone
        "$$a = 2.5132 * 7.1311 * 0.3529 = 17.9219$$",  # a factor too few, or one too many?
        "$$n = w * x + b = 0.4 * 0.9 + 0.65 = 1.34$$",  # the names have no other numbers
        "$$x = 3$$\n\n$$x = 4$$",
        # The line and its result agree against the formula.
        "$$w = 0.4$$ $$x = 0.9$$ $$b = 0.65$$ $$n = w * x + b = 0.4 * 0.9 = 0.36$$",
        "$$c = 1 +* 2$$",
        "",
    ],
)
def test_what_is_not_sure_is_left(source):
    found = fixed(source)
    assert (found.audit.deck.source, found.made) == (source, 0)


# -- what may not happen


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_built_in_deck_is_better_and_correcting_it_again_changes_nothing(lang):
    before, found = built_in(lang)
    levels = {judgement.claim.id: judgement.verdict.level for judgement in before.judgements}
    after = {j.claim.id: j.verdict.level for j in found.audit.judgements}
    assert [c for c, level in after.items() if level != "right" and levels[c] == "right"] == []
    assert list(after.values()).count("error") < list(levels.values()).count("error")
    again = correct(found.audit)
    assert (again.made, again.audit.deck.source) == (0, found.audit.deck.source)


def test_a_fix_with_which_others_would_be_wrong_is_left_out():
    """The deck's next lines follow from the updated weight that stands for the old one."""
    _, found = built_in("en")
    assert [(fix.old, fix.new) for fix in found.left] == [("0.360968", "0.4")]
    assert "* 0.360968 = 0.030866" in found.audit.deck.source


def test_nothing_but_the_fixes_is_changed():
    before, found = built_in("zh")
    changed = [
        (old, new)
        for old, new in zip(
            before.deck.source.split("\n"), found.audit.deck.source.split("\n"), strict=True
        )
        if old != new
    ]
    assert 5 < len(changed) < 15
    assert all("=" in old for old, _ in changed)


# -- files


def deck(folder, name="notes.md", text="$$a = 2 / 3 = 0.6666$$\n"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def test_the_copy_stands_beside_the_deck_and_the_deck_is_untouched(tmp_path):
    path = deck(tmp_path)
    before = path.read_bytes()
    outcome = check([path], lang="en", fix=True)
    assert path.read_bytes() == before
    copy = tmp_path / "notes.fixed.md"
    assert copy.read_text() == "$$a = 2 / 3 = 0.6667$$\n"
    assert outcome.messages == (f"{path}: 1 place corrected in the copy {copy}",)
    assert outcome.status == 0
    assert "0.6666" in outcome.text  # what is told is told of the deck, not of its copy


def test_line_ends_and_the_byte_order_mark_are_kept(tmp_path):
    path = deck(tmp_path, text="\ufeff一\r\n\r\n$$a = 2 / 3 = 0.6666$$\r\nend")
    check([path], fix=True)
    copy = (tmp_path / "notes.fixed.md").read_bytes().decode()
    assert copy == "\ufeff一\r\n\r\n$$a = 2 / 3 = 0.6667$$\r\nend"


def test_copies_of_a_folder_keep_their_places_below_another(tmp_path):
    deck(tmp_path, "notes/a.md")
    deck(tmp_path, "notes/part/b.tex", "$a = 2 / 3 = 0.6666$\n")
    check([tmp_path / "notes"], fix=True, output=tmp_path / "out")
    assert (tmp_path / "out/a.fixed.md").read_text() == "$$a = 2 / 3 = 0.6667$$\n"
    assert (tmp_path / "out/part/b.fixed.tex").read_text() == "$a = 2 / 3 = 0.6667$\n"


def test_where_nothing_is_to_be_corrected_no_copy_is_written(tmp_path):
    path = deck(tmp_path, text="$$a = 2 / 4 = 0.5$$\n")
    outcome = check([path], lang="en", fix=True)
    assert [entry.name for entry in tmp_path.iterdir()] == ["notes.md"]
    assert outcome.messages == (f"{path}: there is nothing that can be corrected for sure",)


def test_a_notebook_keeps_its_form(tmp_path):
    cells = [
        {"cell_type": "code", "source": ["x = 0.6666\n"], "outputs": []},
        {"cell_type": "markdown", "metadata": {}, "source": ["一\n", "$a = 2 / 3 = 0.6666$\n"]},
    ]
    text = json.dumps({"cells": cells, "nbformat": 4}, ensure_ascii=False, indent=1) + "\n"
    path = deck(tmp_path, "n.ipynb", text)
    check([path], fix=True)
    copy = (tmp_path / "n.fixed.ipynb").read_text(encoding="utf-8")
    assert copy == text.replace("3 = 0.6666", "3 = 0.6667")


def test_no_copy_takes_the_place_of_a_deck(tmp_path):
    one, other = deck(tmp_path), deck(tmp_path, "notes.fixed.md")
    with pytest.raises(DeckError, match=r"notes\.fixed\.md would take the place of"):
        check([one, other], fix=True)
    assert other.read_text() == "$$a = 2 / 3 = 0.6666$$\n"


def test_no_copy_takes_the_place_of_another(tmp_path):
    decks = [deck(tmp_path, "a/notes.md"), deck(tmp_path, "b/notes.md")]
    with pytest.raises(DeckError, match="would take the place of"):
        check(decks, fix=True, output=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    path = deck(tmp_path)
    (tmp_path / "out").write_text("a file")
    outcome = check([path], fix=True, output=tmp_path / "out")
    assert outcome.status == 2
    assert str(tmp_path / "out") in outcome.messages[0]
    assert (tmp_path / "out").read_text() == "a file"


@given(decks(stated=True), st.data())
@settings(max_examples=15)
def test_one_changed_result_of_any_right_deck_is_put_right(written, data):
    """Two units or more in the last place: the copy is the deck as it was, letter by letter."""
    right = written.source
    place = data.draw(st.integers(0, len(written.digits) - 1))
    units = data.draw(st.integers(2, 5000).flatmap(lambda n: st.sampled_from([n, -n])))
    digits = written.digits[place]
    places = len(digits.partition(".")[2])
    written.digits[place] = f"{float(digits) + units * 10.0**-places:.{places}f}"
    corrected = correct(audit(read_text(written.source)))
    assert (corrected.made, corrected.audit.deck.source) == (1, right)


@pytest.mark.parametrize(
    ("fixes", "expected"),
    [
        ([(1, 5, "0.1", "0.2")], "a = 0.2 + 0.3\n"),
        # From the end, so that the first change moves no other.
        ([(1, 5, "0.1", "0.25"), (1, 11, "0.3", "0.35")], "a = 0.25 + 0.35\n"),
        ([(1, 5, "0.9", "0.2")], "a = 0.1 + 0.3\n"),  # something else stands there
        ([(7, 5, "0.1", "0.2")], "a = 0.1 + 0.3\n"),  # nothing does
        ([(1, 5, "0.1", "0.1")], "a = 0.1 + 0.3\n"),
        # One within another, and two at one place.
        ([(1, 5, "0.1 + 0.3", "0.4"), (1, 11, "0.3", "0.5")], "a = 0.1 + 0.5\n"),
        ([(1, 5, "0.1", "0.2"), (1, 5, "0.1", "0.7")], "a = 0.2 + 0.3\n"),
    ],
)  # fmt: skip
def test_changes_that_do_not_fit_are_left_out(fixes, expected):
    """Of what overlaps one is made; what is not there cannot be changed."""
    source = "a = 0.1 + 0.3\n"
    made = [Fix(Position(line, column), old, new) for line, column, old, new in fixes]
    text, count = changed(source, made)
    assert text == expected
    assert count == sum(one in text and one not in source for one in {new for *_, new in fixes})


def test_a_text_with_more_lines_than_its_original_keeps_its_own_line_ends():
    """Correcting adds no lines; where a text has more, nothing says how they should end."""
    assert in_own_lines("a\nb\nc\nd", "a\r\nb") == "a\nb\nc\nd"
    assert in_own_lines("a\nc", "a\r\nb") == "a\r\nc"
