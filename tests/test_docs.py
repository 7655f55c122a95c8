"""What the docs show works: every example deck is read, computed and audited."""

import re

import pytest

from bpreport.audit import audit
from bpreport.deck import builtin, read_text
from bpreport.deck.settings import schema
from tests.support import ROOT

FORMAT = (ROOT / "docs/deck-format.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```markdown deck\n(.*?)^```$", FORMAT, re.MULTILINE | re.DOTALL)


def title(source):
    return read_text(source).title


@pytest.mark.parametrize("source", EXAMPLES, ids=title)
def test_example_is_understood_and_right(source):
    """Every formula is read, every number is accounted for, and the audit finds no error."""
    deck = read_text(source)
    assert [claim.text for claim in deck.claims if claim.refusal] == []
    assert [numeral.text for numeral in deck.numerals if not numeral.claims] == []
    wrong = [
        (str(judgement.claim.position), judgement.claim.text, judgement.verdict)
        for judgement in audit(deck).judgements
        if judgement.verdict.level == "error"
    ]
    assert wrong == []


def test_examples_cover_every_kind_of_worked_example():
    kinds = {
        example["kind"]
        for source in EXAMPLES
        for example in (read_text(source).settings.get("worked") or {}).values()
    }
    assert kinds == set(schema()["$defs"]["example"]["properties"]["kind"]["enum"])


def test_every_key_of_the_schema_is_in_the_docs():
    """A key that nobody can look up is no key; each stands in a table, in code quotes."""
    known = set(schema()["properties"]) | {
        key
        for name in ("descent", "run", "linear", "logistic", "perceptron", "data")
        for key in schema()["$defs"][name]["properties"]
    }
    known |= set(schema()["$defs"]["perceptron"]["properties"]["notation"]["properties"])
    told = set(re.findall(r"`(\w+)`", FORMAT))
    assert known - told == {"kind"} - told


def test_headings_that_are_linked_to_exist():
    headings = re.findall(r"^#+ (.+)$", FORMAT, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-") for text in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", FORMAT)) <= anchors


def test_builtin_deck_is_where_the_docs_say():
    assert (ROOT / "bpreport/decks/bp.en.md").samefile(builtin("en"))
