"""Reading decks: Markdown, LaTeX and notebooks to slides, formulas and claims.

A file is read by the end of its name: `.tex` as LaTeX, `.ipynb` as a Jupyter notebook, all others
as Markdown.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from bpreport.deck.errors import DeckError, Phrase, joined
from bpreport.deck.model import Deck, Position
from bpreport.formula.limits import limit

__all__ = [
    "LARGEST",
    "Deck",
    "DeckError",
    "Phrase",
    "builtin",
    "joined",
    "read",
    "read_text",
    "text_of",
]

LARGEST = limit("deck_characters")
"""Characters past which a deck is refused."""


def builtin(lang: str = "zh") -> Path:
    """The path of the deck that ships with bpreport, in Chinese ("zh") or else in English.

    >>> builtin("en").name, builtin("de").name
    ('bp.en.md', 'bp.en.md')
    """
    decks = Path(str(resources.files("bpreport"))) / "decks"
    wanted = decks / f"bp.{lang}.md"
    return wanted if wanted.is_file() else decks / "bp.en.md"


def read(path: str | Path) -> Deck:
    """The deck in a file; raises `DeckError` with file, line and column.

    >>> read(builtin("en")).lang
    'en'
    """
    return read_text(text_of(path), str(path))


def text_of(path: str | Path) -> str:
    """What stands in a deck's file, with its byte order mark; raises `DeckError` as `read` does.

    >>> text_of(builtin("en")).startswith("---")
    True
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            data = file.read(4 * LARGEST + 1)  # no character takes more than four bytes
        return data[: 4 * LARGEST].decode("utf-8")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8").removeprefix("\ufeff")
        line = before.replace("\r\n", "\n").replace("\r", "\n").rpartition("\n")
        raise DeckError(
            "not UTF-8 text: byte 0x{byte:02x}; save the deck as UTF-8",
            path=str(path),
            position=Position(line[0].count("\n") + bool(line[1]) + 1, len(line[2]) + 1),
            byte=error.object[error.start],
        ) from None
    except IsADirectoryError:
        raise DeckError("is a folder; expected a file", path=str(path)) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise DeckError("cannot be read: {reason}", path=str(path), reason=reason.lower()) from None


def read_text(source: str, path: str = "deck.md") -> Deck:
    """The deck in a string; `path` is what messages call it.

    >>> deck = read_text("$$net = 0.1 * 5 + 0.35 = 0.85$$")
    >>> [(claim.id, claim.text) for claim in deck.claims]
    [('f1.1', 'net = 0.1 * 5 + 0.35'), ('f1.2', '0.1 * 5 + 0.35 = 0.85')]
    """
    if len(source) > LARGEST:
        raise DeckError("more than {most} characters; split the deck", path=path, most=LARGEST)
    from bpreport.deck.reader import read_source  # loads all of Markdown

    return read_source(source.removeprefix("\ufeff"), path)
