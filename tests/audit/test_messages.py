"""Sentences: every place filled, and one literal each, so that they can be translated."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from string import Formatter

import pytest

from bpreport.audit import Audit, Message, audit
from bpreport.deck import builtin, read
from tests.audit.case_files import audited, read_cases
from tests.support import ROOT

FILES = (
    "verdicts.txt", "verdicts-worked.txt", "rounding.txt", "slips/perceptron.txt",
    "slips/regression.txt", "slips/sequential.txt", "slips/plain.txt",
)  # fmt: skip


def results() -> Iterator[Audit]:
    yield audit(read(builtin("en")))
    for file in FILES:
        for case in read_cases(file):
            if not case.title.startswith("not "):  # what is right says little
                yield audited(case.deck)


def parts(message: Message) -> Iterator[Message]:
    """A message and those among its values."""
    yield message
    for value in message.values.values():
        if isinstance(value, Message):
            yield from parts(value)


@pytest.fixture(scope="module")
def messages() -> list[Message]:
    """Everything that the audit says of all decks of the case files."""
    found = []
    for result in results():
        found += [judgement.message for judgement in result.judgements]
        found += [finding.message for finding in result.findings]
    return found


@cache
def literals() -> frozenset[str]:
    """Every string that stands as one literal in the source of the audit, or of the formulas."""
    return frozenset(
        node.value
        for room in ("audit", "formula")
        for path in (ROOT / "bpreport" / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def test_every_sentence_is_one_literal_of_the_source(messages):
    texts = {part.text for message in messages for part in parts(message)}
    assert texts - literals() == set()
    assert len(texts) > 40  # the case files reach most of what can be said


def test_every_place_is_filled(messages):
    """A value for each place, and none of them None."""
    for message in messages:
        for part in parts(message):
            names = {name for _, name, _, _ in Formatter().parse(part.text) if name}
            assert names <= part.values.keys(), part.text
            assert [name for name in names if part.values[name] is None] == [], part.text


def test_no_place_is_left_in_a_sentence(messages):
    """Braces of LaTeX stay between dollars, within quotes or in a name's subscript."""
    for message in messages:
        text = re.sub(r"\$[^$]*\$", "", str(message))
        assert re.findall(r"(?<![_^}\\\w])\{\w+\}", text) == [], str(message)


def test_a_judgement_is_one_plain_sentence(messages):
    """One line without blanks at its ends; the page adds the full stop."""
    for message in messages:
        text = str(message)
        assert text == text.strip()
        assert "\n" not in text
        assert "  " not in text
        assert not text.endswith((".", ":", ","))
        assert len(text) > 8


def test_nothing_of_python_shows(messages):
    for text in map(str, messages):
        assert not re.search(r"\bNone\b|mpf\(|Decimal\(|<class|object at", text), text


def test_dollars_pair(messages):
    """Mathematics in a sentence is between dollars, for the report to typeset."""
    for message in messages:
        assert str(message).count("$") % 2 == 0, str(message)


def test_a_message_prints_its_values():
    """The checks above would see a planted fault."""
    assert str(Message("prints {printed}", {"printed": "0.5"})) == "prints 0.5"
    with pytest.raises(KeyError):
        str(Message("prints {printed}", {}))
