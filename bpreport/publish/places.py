"""Where a claim stands, for everything that points into a deck."""

from __future__ import annotations

from pathlib import Path

from bpreport.deck.model import Claim, Position

__all__ = ["Address", "address", "end_of"]


class Address(str):
    """What `address` has made of a path: it stays so whatever the working folder."""

    __slots__ = ()


def end_of(claim: Claim) -> Position:
    """The place behind a claim: what is judged reaches from `claim.position` up to it.

    An equation is found at its relation, and what is judged is its right side.

    >>> from bpreport.deck import read_text
    >>> claim = read_text("$a = 0.5$").claims[0]
    >>> str(claim.position), str(end_of(claim))
    ('1:4', '1:9')
    """
    if claim.formula is not None and claim.extents:
        return claim.formula.position(claim.extents[-1][1])
    start = claim.position
    length = len(claim.text.split("\n", 1)[0])
    return Position(start.line, start.column + length, start.cell)


def address(path: str | Path) -> Address:
    """A deck's path for a program that knows the working folder: relative, with slashes.

    >>> address(Path.cwd() / "notes" / "bp.md")
    'notes/bp.md'
    """
    if isinstance(path, Address):
        return path
    whole = Path(path).absolute()
    folder = Path.cwd()
    return Address(
        (whole.relative_to(folder) if whole.is_relative_to(folder) else whole).as_posix()
    )
