"""Reports of other decks than the built-in one."""

from pathlib import Path

from bpreport.publish.commands import build_deck

__all__ = ["built"]


def built(folder: Path, text: str) -> tuple[Path, Path]:
    """The report of a deck in HTML, and the deck itself."""
    deck = folder / "deck.md"
    deck.write_text(text, encoding="utf-8")
    (path,) = build_deck(deck, folder / "out", ["html"], None, lambda _: None)
    return path, deck
