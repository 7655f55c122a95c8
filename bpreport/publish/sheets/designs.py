"""Designs: all that the files of sheets are made from but their content, kept as it was.

A design is a number. Its templates and styles stand in `templates/sheetsN`, its sentences, frozen,
in the catalogues `locale/LANG@sheetsN`. So a language with its design, such as "zh@sheets1", says
how a sheet is printed. Sheets are issued in the newest design, and made again in their own.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from hashlib import sha256
from importlib.metadata import version

from bpreport.audit.model import Message
from bpreport.deck import DeckError
from bpreport.publish.fonts import matching, versions
from bpreport.publish.sheets.typefaces import FAMILIES
from bpreport.publish.templates import folder

__all__ = ["designed", "designs", "differing", "libraries", "newest"]


def designs() -> tuple[int, ...]:
    """The numbers of all designs.

    >>> designs()
    (1,)
    """
    found = (re.fullmatch(r"sheets(\d+)", path.name) for path in folder().iterdir())
    return tuple(sorted(int(match[1]) for match in found if match))


def newest() -> int:
    """The design in which sheets are issued."""
    return designs()[-1]


def designed(lang: str, design: int | None = None) -> str:
    """A language with a design, by default the newest; `DeckError` where there is no such one.

    >>> designed("zh", 1)
    'zh@sheets1'
    """
    number = newest() if design is None else design
    if number not in designs():
        raise DeckError(
            "no design of sheets has the number {design}; known are {known}",
            design=number,
            known=", ".join(map(str, designs())),
        )
    return f"{lang}@sheets{number}"


TEXT = ("jinja2", "markupsafe", "math-core", "ziamath", "fonttools", "brotli")
"""Python packages that decide over the bytes of all files: ziamath brings the math font, which
fonttools cuts and brotli packs."""
PDF = ("weasyprint", "pydyf", "tinycss2", "cssselect2", "tinyhtml5")
"""Those that decide over PDF files only."""


def libraries(formats: Iterable[str]) -> dict[str, str]:
    """What decides over the bytes of files of these formats beside bpreport, as it is here.

    Python packages by their names, then libraries of the system and the typefaces.

    >>> list(libraries(["html"]))
    ['jinja2', 'markupsafe', 'math-core', 'ziamath', 'fonttools', 'brotli', 'zlib']
    """
    chosen = set(formats)
    found = {name: version(name) for name in (*TEXT, *(PDF if "pdf" in chosen else ()))}
    found["zlib"] = zlib.ZLIB_RUNTIME_VERSION
    if "pdf" in chosen:
        found |= {**versions(), **_typefaces()}
    return found


@cache
def _typefaces() -> Mapping[str, str]:
    """The typefaces that sheets are printed in, by their files."""
    found = {}
    for family in FAMILIES.values():
        for bold in (False, True):
            known = matching(family, bold=bold)
            told = "none"
            if known is not None:
                told = f"{sha256(known[0].read_bytes()).hexdigest()[:16]}:{known[1]}"
            found[f"{family}{' bold' * bold}"] = told
    return found


def differing(recorded: Mapping[str, str]) -> Iterator[Message]:
    """What decides over bytes and is another here than it was, and the command that brings it."""
    here = libraries(["pdf"] if PDF[0] in recorded else [])
    others = {name: then for name, then in recorded.items() if here.get(name) != then}
    for name, then in others.items():
        known = here.get(name, "none")
        yield Message(
            "{name} is {here} here and was {then}", {"name": name, "here": known, "then": then}
        )
    wanted = [f"{name}=={then}" for name, then in others.items() if name in (*TEXT, *PDF)]
    if wanted:
        yield Message(
            "what it was comes back with: {command}",
            {"command": f"pip install {' '.join(wanted)}"},
        )
