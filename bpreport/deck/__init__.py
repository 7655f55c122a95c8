"""Reading decks: Markdown with LaTeX formulas to slides, formulas and claims."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from bpreport.deck.errors import DeckError
from bpreport.deck.model import Deck, Position

__all__ = ["LARGEST", "Deck", "DeckError", "builtin", "read", "read_text"]

LARGEST = 4_000_000
"""Characters past which a deck is refused."""

LANGUAGES = ("zh", "en")


def builtin(lang: str = "zh") -> Path:
    """The path of the deck that ships with bpreport, in Chinese ("zh") or English ("en").

    >>> builtin("en").name
    'bp.en.md'
    """
    return Path(str(resources.files("bpreport"))) / "decks" / f"bp.{lang}.md"


def read(path: str | Path) -> Deck:
    """The deck in a file; raises `DeckError` with file, line and column.

    >>> read(builtin("en")).lang
    'en'
    """
    path = Path(path)
    try:
        source = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        line = before.count(b"\n") + 1
        column = error.start - (before.rfind(b"\n") + 1) + 1
        raise DeckError(
            f"not UTF-8 text: byte 0x{error.object[error.start]:02x}; save the deck as UTF-8",
            path=str(path),
            position=Position(line, column),
        ) from None
    except IsADirectoryError:
        raise DeckError("is a folder; expected a Markdown file", path=str(path)) from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise DeckError(f"cannot be read: {reason}", path=str(path)) from None
    return read_text(source, str(path))


def read_text(source: str, path: str = "deck.md") -> Deck:
    """The deck in a string; `path` is what messages call it.

    >>> deck = read_text("$$net = 0.1 * 5 + 0.35 = 0.85$$")
    >>> [(claim.id, claim.text) for claim in deck.claims]
    [('f1.1', 'net = 0.1 * 5 + 0.35'), ('f1.2', '0.1 * 5 + 0.35 = 0.85')]
    """
    if len(source) > LARGEST:
        raise DeckError(f"more than {LARGEST} characters; split the deck", path=path)
    from bpreport.deck.reader import read_source  # Markdown and the grammar load only here

    return read_source(source.replace("\r\n", "\n").replace("\r", "\n"), path)
