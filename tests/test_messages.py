"""Messages of ours can be said in another language: they are whole sentences of the catalogue."""

import ast
from pathlib import Path

import bpreport

ERRORS = ("DeckError", "EvaluationError", "Phrase", "Message")
"""Whose first argument is a sentence of the catalogue."""
SOURCES = sorted(Path(bpreport.__file__).parent.rglob("*.py"))


def put_together(source: str) -> list[int]:
    """The lines in which a message is put together of pieces, which no catalogue has."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ERRORS
        and node.args
        and isinstance(node.args[0], ast.JoinedStr | ast.BinOp)
    ]


def test_a_message_of_pieces_is_found():
    """An f-string and a sum are found; a sentence with places for its values is not."""
    assert put_together('DeckError(f"no {name}")\nDeckError("no " + name)') == [1, 2]
    assert put_together('DeckError("no {name}", name=name)\nDeckError(NOTHING)') == []


def test_messages_are_sentences():
    """No message of the package is put together of pieces."""
    found = {path.name: put_together(path.read_text(encoding="utf-8")) for path in SOURCES}
    assert {name: lines for name, lines in found.items() if lines} == {}
