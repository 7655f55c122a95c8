"""The catalogues: complete, without leftovers, compiled, and used."""

import re
import string

import pytest
from babel.messages.pofile import read_po

from bpreport.audit import audit
from bpreport.audit.model import Expectation, Message, Verdict
from bpreport.deck import read_text
from bpreport.formula import FormulaError
from bpreport.publish.catalogue import compiled, extracted
from bpreport.publish.language import LOCALE, render, said, translator

CATALOGUES = sorted(LOCALE.glob("*/LC_MESSAGES/bpreport.po"))


def catalogue(source):
    with source.open("rb") as file:
        return read_po(file)


@pytest.mark.parametrize("source", CATALOGUES, ids=lambda path: path.parent.parent.name)
class TestCatalogue:
    def test_it_has_every_sentence_and_no_other(self, source):
        """Code and templates say exactly what the catalogue translates, unless it is frozen."""
        if "@" in source.parent.parent.name:
            pytest.skip("what a design of sheets says stays as it was")
        ours = {message.id for message in extracted() if message.id}
        theirs = {message.id for message in catalogue(source) if message.id}
        assert ours - theirs == set()
        assert theirs - ours == set()
        assert not catalogue(source).obsolete

    def test_every_sentence_is_translated(self, source):
        """An empty translation would show English in the middle of the page."""
        texts = [(message.id, message.string) for message in catalogue(source) if message.id]
        empty = [text for text, ours in texts if not (ours if isinstance(ours, str) else all(ours))]
        assert empty == []

    def test_places_for_values_are_kept(self, source):
        """A translation names the same values as the sentence that it translates."""
        for message in catalogue(source):
            texts = [message.string] if isinstance(message.string, str) else list(message.string)
            ids = [message.id] if isinstance(message.id, str) else list(message.id)
            for text in texts:
                assert places(text) == places(ids[-1]), text

    def test_the_compiled_form_is_in_step(self, source):
        """What is read at run time is what the translator wrote."""
        assert source.with_suffix(".mo").read_bytes() == compiled(source)


def places(text):
    fields = {name for _, name, _, _ in string.Formatter().parse(text) if name}
    return fields | set(re.findall(r"%(?:\(\w+\))?[ds]", text))


def test_places_tell_a_lost_value():
    """The check above would see a planted fault."""
    assert places("prints {printed}, %(a)s and %d") == {"printed", "%(a)s", "%d"}
    assert places("印出 {printed}") != places("prints {exact}")


def test_an_unknown_language_reads_english():
    """A language without a catalogue is no error."""
    assert translator("xx").gettext("given") == "given"


def test_a_message_among_the_values_is_translated_too():
    """A cause inside a sentence is in the sentence's language."""
    message = Message("{cause}!", {"cause": Message("given")})
    assert render(message, "zh") == "已知!"
    assert render(message, "en") == "given!"


@pytest.mark.parametrize(
    "formula",
    [r"a = \int x", "b = ! 3", "c = * 3", "d = (3 + 4", "y = p + 0.2 = 3", r"a = \ln(0) = 1"],
)
def test_what_was_expected_is_said_in_chinese_too(formula):
    """No English words are left beside the names that the deck itself writes."""
    deck = read_text(f"$${formula}$$")
    unchecked = [j for j in audit(deck).judgements if j.verdict is Verdict.UNCHECKED]
    assert unchecked
    for judgement in unchecked:
        sentence = render(judgement.message, "zh").replace(r"\int", "")
        assert re.findall(r"[A-Za-z]{2,}", sentence) == []


def test_every_expectation_of_the_grammar_is_in_the_catalogue():
    """What several terminals could stand for is joined word by word."""
    message = Message("{expected}", {"expected": Expectation("a closing bracket or the end")})
    assert render(message, "zh") == "右括号 或 结尾"
    assert render(message, "en") == "a closing bracket or the end"


@pytest.mark.parametrize(
    ("error", "english", "chinese"),
    [
        (FormulaError(4, ")", "a value"), "at ')': expected a value", "在 ')' 处"),
        (FormulaError(4, "", "a value"), "at the end: expected a value", "在末尾"),
    ],
)
def test_what_is_said_of_a_formula_is_translated(error, english, chinese):
    """With its place, also where that is the end."""
    assert said(error, "en") == english
    told = str(said(error, "zh"))
    assert chinese in told
    assert "expected" not in told
