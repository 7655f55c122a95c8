"""From source to `Deck`: the Markdown, the front matter, the formulas and their claims."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bpreport.deck.claims import claims_of, declared_functions, read_chains
from bpreport.deck.errors import DeckError
from bpreport.deck.ledger import ledger
from bpreport.deck.markdown import Document, parse_markdown
from bpreport.deck.model import Deck, Figure, Formula, Position, Side, Slide
from bpreport.deck.settings import KeyPath, read_settings
from bpreport.formula.chains import split_label
from bpreport.formula.names import read_base

__all__ = ["read_source"]

_UNCLOSED = re.compile(r"---[ \t]*\n(?![\s\S]*?\n(?:---|\.\.\.)[ \t]*(?:\n|\Z))")


def read_source(source: str, path: str) -> Deck:
    """The deck of a source with Unix line ends."""
    if re.match(r"---[ \t]*\n[ \t]*\w+:", source) and _UNCLOSED.match(source):
        raise DeckError(
            "front matter is not closed; expected a line '---' behind it",
            path=path,
            position=Position(1, 1),
        )
    document = parse_markdown(source)
    settings: dict[str, Any] = {}
    places: dict[KeyPath, Position] = {}
    if document.front_matter is not None:
        try:
            settings, places = read_settings(document.front_matter, document.front_matter_line)
        except DeckError as error:
            raise error.placed(path, {(): Position(1, 1)}) from None
    functions = declared_functions(span.source for span in document.math)
    functions |= {read_base(name)[0] for name in settings.get("functions", ())}
    names = frozenset(settings.get("names", ())) | _notation_names(settings)
    slides = _slides(document, settings, places, path)
    formulas = _formulas(document, functions, names)
    figures = tuple(
        Figure(span.number, span.section + 1, span.text, span.position, span.claim, span.iteration)
        for span in document.spans
    )
    claims = claims_of(formulas, [span.iteration for span in document.math], figures)
    stray = [(text, position) for text, _, position in document.numerals]
    return Deck(
        path=path,
        source=source,
        title=settings.get("title") or _first_title(slides) or Path(path).stem,
        lang=settings.get("lang") or _language(source),
        slides=slides,
        formulas=formulas,
        figures=figures,
        claims=claims,
        numerals=ledger(formulas, claims, stray),
        settings=settings,
        places=places,
        functions=functions,
    )


def _formulas(
    document: Document, functions: frozenset[str], names: frozenset[str]
) -> tuple[Formula, ...]:
    formulas: list[Formula] = []
    before: tuple[int, Side] | None = None  # section and last side of the formula before
    for span in document.math:
        last = before[1] if before and before[0] == span.section and span.display else None
        chains = read_chains(span.source, functions, names, last)
        label, _ = split_label(span.source)
        formulas.append(
            Formula(
                number=span.number,
                slide=span.section + 1,
                source=span.source,
                display=span.display,
                chains=chains,
                label=label,
                starts=span.starts,
            )
        )
        if chains and span.display:
            before = (span.section, chains[-1].sides[-1])
    return tuple(formulas)


def _slides(
    document: Document, settings: Mapping[str, Any], places: Mapping[KeyPath, Position], path: str
) -> tuple[Slide, ...]:
    known = settings.get("worked") or {}
    slides: list[Slide] = []
    worked: str | None = next(iter(known)) if len(known) == 1 else None
    level = 0
    for number, section in enumerate(document.sections, 1):
        named = section.attributes.get("worked")
        if named is not None and named != "none" and named not in known:
            expected = ", ".join(map(repr, known)) or "one that the front matter describes"
            raise DeckError(
                f"the heading names the worked example {named!r}; expected {expected}",
                path=path,
                position=Position(section.line, 1),
            )
        if named is not None:
            worked, level = (None if named == "none" else named), section.level
        elif section.level < level:
            worked, level = None, 0
        slides.append(
            Slide(
                number, section.title, section.line, section.level, worked, tuple(section.tokens)
            )
        )
    return tuple(slides)


def _notation_names(settings: Mapping[str, Any]) -> frozenset[str]:
    """Runs of letters that the front matter uses as names, such as a layer called "hid"."""
    found: set[str] = set()
    for example in (settings.get("worked") or {}).values():
        for key in ("layers", "given", "notation"):
            part = example.get(key) or {}
            words = part.values() if key == "notation" else part
            found.update(str(word) for word in words if str(word).isalpha())
    return frozenset(found)


def _first_title(slides: tuple[Slide, ...]) -> str:
    return next((slide.title for slide in slides if slide.title), "")


def _language(source: str) -> str:
    """Chinese where Han characters are a sizeable part of the letters, else English."""
    han = len(re.findall(r"[\u4e00-\u9fff]", source))
    return "zh" if han * 10 > len(re.findall(r"[A-Za-z]", source)) else "en"
