"""From source to `Deck`: the Markdown, the front matter, the formulas and their claims."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from bpreport.deck.capitals import names_in_capitals
from bpreport.deck.chains import Room, declared_functions, read_chains
from bpreport.deck.claims import claims_of
from bpreport.deck.counts import Count
from bpreport.deck.document import Document, Span, unix
from bpreport.deck.errors import DeckError, Phrase
from bpreport.deck.ledger import ledger
from bpreport.deck.markdown import parse_markdown
from bpreport.deck.model import Deck, Figure, Formula, Position, Side, Slide
from bpreport.deck.numbers import in_decimals
from bpreport.deck.settings import KeyPath, read_settings
from bpreport.deck.tables import Entry
from bpreport.formula import FormulaError, instantiate, parse
from bpreport.formula.chains import split_label
from bpreport.formula.names import read_base
from bpreport.formula.tree import (
    Call,
    Derivative,
    Matrix,
    Symbol,
    Tree,
    Tuple,
    free_symbols,
)

__all__ = ["read_source"]


def _latex(source: str) -> Document:
    from bpreport.deck.latex import parse_latex  # few decks are LaTeX

    return parse_latex(source)


def _notebook(source: str) -> Document:
    from bpreport.deck.notebook import parse_notebook  # nor notebooks

    return parse_notebook(source)


_NO_PROSE = re.compile(
    r"\A---[ \t]*\n.*?^---[ \t]*$|(?<!\$)\$++[^$]++\$++|\\[A-Za-z]+", re.DOTALL | re.MULTILINE
)
"""The front matter, a formula, or a command of LaTeX: their letters are of no language."""

READERS: Mapping[str, Callable[[str], Document]] = {
    ".tex": _latex,
    ".ltx": _latex,
    ".ipynb": _notebook,
}
"""By the end of the file's name; everything else is Markdown."""


def read_source(source: str, path: str) -> Deck:
    """The deck of a source."""
    try:
        return _read(unix(source), path)
    except DeckError as error:
        stated = re.search(r"^(?:% *)?---\s*\n(?:.*\n)*?(?:% *)?lang: *([a-z]{2,3})\s", source)
        error.lang = stated[1] if stated else language(source)
        raise error.placed(path, {}) from None


def _read(source: str, path: str) -> Deck:
    document = READERS.get(Path(path).suffix.lower(), parse_markdown)(source)
    settings: dict[str, Any] = {}
    places: dict[KeyPath, Position] = {}
    if document.front_matter is not None:
        settings, places = read_settings(document.front_matter, document.front_matter_start)
    slides = _slides(document, settings.get("worked") or {})
    functions = declared_functions(span.source for span in document.math)
    functions |= {read_base(name)[0] for name in settings.get("functions", ())}
    names = frozenset(settings.get("names", ())) | _notation_names(settings)
    names |= names_in_capitals(span.source for span in document.math)
    formulas = _formulas(document, functions, names)
    computed = _names_computed(formulas)
    worked = [(settings.get("worked") or {}).get(slide.worked) for slide in slides]
    read = [
        _figure(span, functions, names, computed, worked[span.section - 1])
        if span.entry is not None or not span.claim
        else _marked(span, functions, names, slides[span.section - 1].worked, settings)
        for span in document.spans
    ]
    figures = tuple(figure for figure in read if figure is not None)
    claimed = {figure.position for figure in figures}
    stray = [(span.text, span.position) for span in document.spans if span.position not in claimed]
    iterations = [
        _iteration(span.iteration, slides[span.section - 1].worked, settings)
        for span in document.math
    ]
    claims = claims_of(formulas, iterations, figures)
    return Deck(
        path=path,
        source=source,
        title=settings.get("title") or document.title or _first_title(slides) or Path(path).stem,
        lang=settings.get("lang") or _language(document, source),
        slides=slides,
        formulas=formulas,
        figures=figures,
        claims=claims,
        numerals=ledger(formulas, claims, [*document.numerals, *stray]),
        settings=settings,
        places=places,
        functions=functions,
        names=names,
        cells=document.cells,
        unclosed=document.unclosed,
    )


def _figure(
    span: Span,
    functions: frozenset[str],
    names: frozenset[str],
    computed: frozenset[str],
    worked: Mapping[str, Any] | None,
) -> Figure | None:
    """A marked number, with the name that its table has for it; None where that is no name.

    `worked` is the example that its slide follows. A descent has no samples, which the rows of a
    table could be; without one, something in them must be computed.
    """
    name: Tree | None = None
    heading: Tree | None = None
    count = case = None
    if span.entry is not None and _is_case(span.entry, functions, names, computed, worked):
        name = heading = _tree(span.entry.heading, functions, names)
        case = span.position.line
        if name is None or isinstance(name, Tuple | Matrix):
            return None
    elif span.entry is not None and span.entry.beside and span.entry.count is None:
        return None
    elif span.entry is not None and span.entry.total:
        name, case = _tree(span.entry.heading, functions, names), span.position.line
    elif span.entry is not None:
        heading = _tree(span.entry.heading, functions, names)
        if isinstance(heading, Tuple) and span.entry.place is not None:
            heading = heading.items[span.entry.place] if _are_names(heading) else None
        if heading is None or isinstance(heading, Tuple | Matrix) or not free_symbols(heading):
            return None
        name, count = _counted(span.entry, heading)
        if span.entry.state and not isinstance(name, Symbol):
            return None
        if span.entry.state == "after" and isinstance(name, Symbol):
            name = replace(name, marks=(*name.marks, "+"))
        if not isinstance(name, Symbol | Derivative | Call):
            if worked is not None or span.entry.count is None:
                return None
            case = span.position.line if count is None else None
    return Figure(
        span.number,
        span.section,
        span.text,
        span.position,
        iteration=span.iteration,
        name=name,
        count=count,
        case=case,
        percent=span.entry is not None and span.entry.percent,
        heading=heading,
        state="" if span.entry is None else span.entry.state,
    )


def _is_case(
    entry: Entry,
    functions: frozenset[str],
    names: frozenset[str],
    computed: frozenset[str],
    worked: Mapping[str, Any] | None,
) -> bool:
    """Whether the row of a number is a case of its own, or a sample, whatever counts it."""
    headings = [_tree(one, functions, names) for one in entry.beside]
    if worked is None:
        return entry.count is None and any(_is_computed(one, computed) for one in headings)
    if worked["kind"] == "gradient descent":
        return False
    return bool(headings) and (entry.count is None or _name_inputs(headings, worked))


def _name_inputs(headings: Sequence[Tree | None], worked: Mapping[str, Any]) -> bool:
    """Whether headings name what is put in: a network of one sample has that in each step."""
    inputs = ["x"]
    if worked["kind"] == "perceptron":
        inputs = list(worked["layers"])[:1]
        given = worked["given"].get(inputs[0]) or [""]
        if not isinstance(given[0], list):
            return False
    return any(isinstance(one, Symbol) and one.base in inputs for one in headings)


def _marked(
    span: Span, functions: frozenset[str], names: frozenset[str], worked: str | None,
    settings: Mapping[str, Any],
) -> Figure:  # fmt: skip
    """A number whose mark says what it claims; of a name, at the iteration that its text names."""
    marked = Figure(
        span.number, span.section, in_decimals(span.text, span.percent), span.position, span.claim,
        span.iteration, paragraph=span.paragraph,
    )  # fmt: skip
    typed, at, iteration = span.claim.partition("@")
    name = _tree(typed, functions, names)
    if not isinstance(name, Symbol | Derivative) or (at and not iteration.isdecimal()):
        return marked
    count = int(iteration) if at else _iteration(span.named, worked, settings)
    return replace(marked, claim=f"{name.key}{at}{iteration}", marked=name, count=count)


def _are_names(row: Tuple) -> bool:
    return all(isinstance(item, Symbol) for item in row.items)


def _counted(entry: Entry, heading: Tree) -> tuple[Tree, int | None]:
    """What a number of a table is printed for, and at which iteration."""
    name = heading
    if entry.count is not None and entry.letter:
        letter = parse(entry.letter)
        name = instantiate(heading, {letter.key: entry.count} if isinstance(letter, Symbol) else {})
    return name, entry.count if name == heading else None


@lru_cache(maxsize=1024)
def _tree(source: str, functions: frozenset[str], names: frozenset[str]) -> Tree | None:
    """What stands above a column, or in a mark; None where it is not understood."""
    try:
        return parse(source, functions, names)
    except FormulaError:
        return None


def _is_computed(heading: Tree | None, computed: frozenset[str]) -> bool:
    """Whether what stands above a column is computed, in the heading or elsewhere in the deck."""
    if isinstance(heading, Symbol):
        return heading.key in computed or _any_of(heading) in computed
    return heading is not None and not isinstance(heading, Tuple)


def _any_of(name: Symbol) -> str:
    """What stands for all names that differ from one in their index alone."""
    return replace(name, indices=("",) * len(name.indices)).key


def _names_computed(formulas: Sequence[Formula]) -> frozenset[str]:
    """The names that some formula computes from others."""
    computed = set()
    for chain in (chain for formula in formulas for chain in formula.chains):
        name, *others = [side.tree for side in chain.sides]
        if isinstance(name, Symbol) and any(tree and free_symbols(tree) for tree in others):
            computed.add(name.key)
            updated = any(tree and name.key in free_symbols(tree) for tree in others)
            if updated and len(name.indices) == 1 and isinstance(name.indices[0], Symbol):
                computed.add(_any_of(name))  # w_i = w_i + a x_i e computes w_1
    return frozenset(computed)


def _formulas(
    document: Document, functions: frozenset[str], names: frozenset[str]
) -> tuple[Formula, ...]:
    formulas: list[Formula] = []
    before: tuple[int, Side] | None = None  # section and last side of the formula before
    room = Room()
    for span in document.math:
        last = before[1] if before and before[0] == span.section and span.display else None
        chains = read_chains(span.source, functions, names, last, room)
        formulas.append(
            Formula(
                number=span.number,
                slide=span.section,
                source=span.source,
                display=span.display,
                chains=chains,
                label=split_label(span.source)[0],
                starts=span.starts,
                escaped=span.escaped,
                paragraph=span.paragraph,
                wanted=span.wanted,
                after_update=span.iteration is not None and span.iteration.of_update,
            )
        )
        if chains and span.display:
            before = (span.section, chains[-1].sides[-1])
    return tuple(formulas)


def _iteration(count: Count | None, worked: str | None, settings: Mapping[str, Any]) -> int | None:
    """The iteration that a formula or a marked number speaks of, of a worked example or of none.

    Words tell it of worked examples alone: elsewhere nothing says what an iteration comes to. What
    is called a step is an iteration of a descent; of a network it may be the backward pass.
    """
    if count is not None and count.of_update:
        return None
    if count is not None and count.is_step and worked is not None:
        return None if settings["worked"][worked]["kind"] == "perceptron" else count.number
    if count is None or not count.in_words:
        return None if count is None else count.number
    if worked is None or count.number is not None:
        return None if worked is None else count.number
    example = settings["worked"][worked]
    stated = str(example.get("iterations", ""))
    until = "count" if example["kind"] != "gradient descent" else example.get("stop")
    return int(stated) if until == "count" and stated.isdecimal() else None


def _slides(document: Document, known: Mapping[str, Any]) -> tuple[Slide, ...]:
    slides: list[Slide] = []
    worked: str | None = next(iter(known)) if len(known) == 1 else None
    level = 0  # of the heading that named the worked example
    for number, section in enumerate(document.sections, 1):
        named = section.attributes.get("worked")
        if named not in (None, "none", *known):
            expected = ", ".join(map(repr, known)) or Phrase("one that the front matter describes")
            raise DeckError(
                "the heading names the worked example {named!r}; expected {expected}",
                position=section.attributes_at,
                named=named,
                expected=expected,
            )
        if named is not None:
            worked, level = (None if named == "none" else named), section.level
        elif section.level < level:
            worked, level = None, 0
        slides.append(
            Slide(
                number=number,
                title=section.title,
                line=section.position.line,
                level=section.level,
                worked=worked,
                tokens=tuple(section.tokens),
                cell=section.position.cell,
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


def _language(document: Document, source: str) -> str:
    """Chinese where Han characters are a sizeable part of the letters, else English."""
    return language("\n".join(document.cells.values()) if document.cells else source)


def language(text: str) -> str:
    """Chinese where Han characters are a sizeable part of the letters of the prose."""
    prose = _NO_PROSE.sub(" ", text)
    if not any(map(str.isalpha, prose)):
        prose = text  # words may stand in formulas alone
    han = len(re.findall(r"[\u4e00-\u9fff]", prose))
    return "zh" if han * 10 > len(re.findall(r"[A-Za-z]", prose)) else "en"
