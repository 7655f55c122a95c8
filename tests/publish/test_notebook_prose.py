"""The text of a deck in a notebook's cells says what the deck says."""

from __future__ import annotations

import pytest

from bpreport.audit import audit
from bpreport.deck import read_text
from bpreport.publish.notebook import cells
from bpreport.publish.notebook.prose import markdown


def told(source: str) -> str:
    """The text below the title of a deck of one slide."""
    deck = read_text(f"# T\n\n{source}\n")
    text = "\n\n".join(markdown(slide, deck) for slide in deck.slides)
    assert text.startswith("# T")
    return text.removeprefix("# T").strip()


@pytest.mark.parametrize(
    "source",
    [
        "```\nplain\n```",
        "````\n```\ninner\n```\n````",  # the fence is longer than those within
        "above\n\n---\n\nbelow",
        "> ## head\n> \n> text",
        "> ---",
        "so $$a = 1$$ is",
        "- a\n\n  b\n- c",
        "1. a\n2. b",
        "~~a~~ **b** *c* `d`",
        "one  \ntwo",
        "| $a$ | b |\n|---|---|\n| 1 | **2** |",
        "$$\na = 1\n$$",
    ],
)
def test_what_markdown_can_say_is_said_as_it_was_typed(source: str) -> None:
    """A deck in plain spelling comes out letter by letter."""
    assert told(source) == source


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("    code", "```\ncode\n```"),  # indented code has a fence
        ("![](x.png)", ""),  # nothing is fetched, and there are no words for it
        ("![a drawing](x.png)", "a drawing"),
        ("<div>", "&lt;div&gt;"),
        ("[text](http://example.org)", "text"),
    ],
)
def test_what_is_shown_in_another_spelling(source: str, shown: str) -> None:
    """Nothing is fetched and no HTML is let through."""
    assert told(source) == shown


def test_a_slide_without_words_has_no_cell() -> None:
    """Its heading is empty, and so is what stands under it."""
    result = audit(read_text("# T\n\ntext\n\n# \n\n## Next\n"))
    found = [cell.source for cell in cells(result, "en") if cell.kind == "markdown"]
    assert all(found)
    assert [source for source in found if source.startswith("#")] == ["# T\n\ntext", "## Next"]


def test_a_deck_without_a_title_is_called_by_its_file() -> None:
    """So that a notebook has a heading; a deck's own title is not put there twice."""
    for source, heading in (("text", "# notes"), ("# T\n\ntext", "# T\n\ntext")):
        found = list(cells(audit(read_text(source, "notes.md")), "en"))
        assert found[0].source == heading


EARLY = """---
worked:
  net:
    kind: perceptron
    layers: {x: 1, y: 1}
    activation: identity
    given: {x: [2], target: [2], w: [0.5]}
    learning_rate: 0.1
    iterations: 3
---
# Once {worked=net}

We have $net_{y1} = 1.00$, and after 2 iterations $w_1 = 0.82$.

# Again {worked=net}

After 2 iterations $w_1 = 0.82$.
"""


def test_a_number_is_asserted_where_its_code_has_run() -> None:
    """On each slide that prints it: the code comes down to what its numbers need."""
    # w_1 is 0.5 + 0.1 * (2 - 1) * 2 = 0.7, then 0.7 + 0.1 * (2 - 1.4) * 2 = 0.82
    made = list(cells(audit(read_text(EARLY)), "en"))
    (run,) = (place for place, cell in enumerate(made) if "net_train(3)" in cell.source)
    asserted = [place for place, cell in enumerate(made) if '== "0.82"' in cell.source]
    assert len(asserted) == 2  # one a slide
    for place in asserted:
        assert place > run
        assert 'assert f"{net_weights[2][0][0, 0]:.2f}" == "0.82"' in made[place].source
