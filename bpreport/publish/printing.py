"""A long report in PDF, made in parts: by two processes, and only those that have changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any

from markupsafe import Markup

from bpreport.publish.beside import beside
from bpreport.publish.cutting import TOP, UNIT, WINDOW, Cut, Strand, cut, size
from bpreport.publish.drawing import Drawing
from bpreport.publish.joining import joined
from bpreport.publish.keeping import kept
from bpreport.publish.pdf import Bookmark, Layout, collected_once, laid_out, pdf

__all__ = ["Face", "Part", "printed"]

TRIES = 5
"""How often the front is laid out, at most, until it tells the pages that its own length leaves."""

PAGE = 260
"""About so many tags are on a page of it; where that is right, it is laid out once."""


@dataclass(frozen=True, slots=True)
class Face:
    """A typeface and what is written in it."""

    family: str
    weight: int
    slanted: bool
    lacks: bool
    """Whether signs are written in it that no typeface has: their glyphs are numbered as they come,
    and so may be others in another part."""
    glyphs: Mapping[int, tuple[float, str]]
    """Of each glyph its width, in thousandths of its size, and its text."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some pages as a PDF without its fonts, which the whole has once."""

    pdf: bytes = field(repr=False)
    pages: int
    units: int
    """How many units stand on these pages; 0 where none that follows begins a page."""
    names: Mapping[str, int]
    """On what page each name is, counted from 0."""
    bookmarks: Sequence[Bookmark]
    faces: Mapping[str, Face]
    """By the name under which the pages call them."""


Make = Callable[[str, tuple[str, ...], bool], Part]
"""What makes a part of a document, the names of its units, and whether they are the last."""


def printed(
    html: str, drawings: Mapping[str, Drawing], words: Collection[str], jobs: int = 1
) -> bytes:
    """A report as PDF; the arguments are those of `laid_out`.

    One that is long is made in parts, with more `jobs` than one in two processes. Its bytes are
    the same whoever makes them.
    """
    report = cut(html)
    if report is None:
        return pdf(html, drawings, words)

    @kept("pages", _packed, _unpacked)
    def part(source: str, units: tuple[str, ...], last: bool) -> Part:
        # The addresses of drawings are digests of them, and it shows which pictures are formulas.
        with collected_once():
            return _part(laid_out(source, drawings, words), source, units, last)

    parts = _rest(report, part, jobs)
    front = _front(report, parts, part)
    numbers = b"" if front is None else _numbers(report, [front, *parts])
    if front is None or not numbers:
        return pdf(html, drawings, words)
    return joined([front, *parts], numbers)


def _rest(report: Cut, part: Make, jobs: int) -> list[Part]:
    """All parts but the front, in their order."""
    # The larger ones first, each to who has less.
    shares: tuple[list[int], list[int]] = ([], [])
    sizes = [sum(map(size, strand.units)) for strand in report.strands]
    for number in sorted(range(len(sizes)), key=lambda number: -sizes[number]):
        min(shares, key=lambda share: sum(sizes[each] for each in share)).append(number)

    def made(share: Iterable[int]) -> dict[int, list[Part]]:
        return {number: list(_strand(report, report.strands[number], part)) for number in share}

    import weasyprint  # noqa: F401 - before there are two processes to load it

    with beside(lambda: made(shares[1]), jobs if shares[1] else 1) as others:
        found = made(shares[0])
        found |= others()
    return [each for number in sorted(found) for each in found[number]]


def _strand(report: Cut, strand: Strand, part: Make) -> Iterator[Part]:
    """The parts of a strand: each ends where a unit begins a page by itself."""
    first, room = 0, WINDOW
    while first < len(strand.units):
        beyond = _window(strand.units, first, room)
        names = strand.names(first, beyond)
        made = part(report.document(strand, first, beyond), names, beyond == len(strand.units))
        if made.pages:
            yield made
        # Of more units one will begin a page, or they are the last.
        room = WINDOW if made.units else 2 * room
        first += made.units


def _window(units: Sequence[str], first: int, room: int) -> int:
    """Up to which unit to lay out at once: up to the last where few are left behind the room."""
    beyond, taken = first, 0
    while beyond < len(units) and taken < room:
        taken += size(units[beyond])
        beyond += 1
    return beyond if sum(map(size, units[beyond:])) > room // 2 else len(units)


def _part(layout: Layout, source: str, names: Sequence[str], last: bool) -> Part:
    """The pages of a document of units of these names, or of the front, which has none.

    Where more follows, they end before the last of the units that begins a page.
    """
    begin = 1 if names else 0  # what stands before the units fills a page
    units, beyond = (len(names), len(layout.anchors)) if last else _end(layout, names)
    if beyond <= begin:
        return Part(b"", 0, units, {}, [], {})
    layout = layout.pages(begin, beyond)
    layout.forget(UNIT)
    made = layout.write(_without_file, f"{sha256(source.encode()).hexdigest()[:8]}-")
    places: dict[str, int] = {}
    for page, found in enumerate(layout.anchors):
        for name in found:
            places.setdefault(name, page)
    faces = {font.hash: _face(font) for font in layout.fonts if not font.bitmap}
    return Part(made, beyond - begin, units, places, layout.bookmarks(), faces)


def _end(layout: Layout, names: Sequence[str]) -> tuple[int, int]:
    """How many units stand before a page that the next begins, and which page that is.

    The page before is full then: where it ends cannot depend on what follows.
    """
    anchors = layout.anchors
    top = anchors[0][TOP]
    for page in range(len(anchors) - 2, 1, -1):
        for number, name in enumerate(names[1:], 1):
            if anchors[page].get(name) == top and name not in anchors[page - 1]:
                return number, page
    return 0, 0


def _without_file(font: Any) -> None:
    """Leave a typeface's file out: its tables would be most of each part, and of the time."""
    if not font.bitmap:
        font.clean, font.file_content = lambda *_: None, b""


def _face(font: Any) -> Face:
    glyphs = {glyph: (font.widths[glyph], text) for glyph, text in font.to_unicode.items()}
    return Face(font.family, font.weight, bool(font.style), bool(font.missing), glyphs)


def _front(report: Cut, parts: Sequence[Part], part: Make) -> Part | None:
    """The front, which tells on what pages the parts are; None where it never comes out even."""
    pages = -(-size(report.front) // PAGE)
    for _ in range(TRIES):
        told: dict[str, int] = {}
        begin = pages + 1
        for each in parts:
            told |= {name: begin + page for name, page in each.names.items() if name not in told}
            begin += each.pages
        front = part(report.opened(told), (), True)
        if front.pages == pages:
            return front
        pages = front.pages
    return None


def _numbers(report: Cut, parts: Sequence[Part]) -> bytes:
    """A page with its number for each, and all typefaces.

    Empty where one of them is not to be had, or parts call different glyphs by the same number.
    """
    faces: dict[str, Face] = {}
    for part in parts:
        for name, face in part.faces.items():
            before = faces.get(name, face)
            glyphs = {**face.glyphs, **before.glyphs}
            if before.lacks and face.lacks and glyphs != {**before.glyphs, **face.glyphs}:
                return b""
            lacks = before.lacks or face.lacks
            faces[name] = Face(face.family, face.weight, face.slanted, lacks, glyphs)
    samples = Markup("").join(
        Markup('<p style="white-space:pre-wrap;font:{} {} 8pt &#34;{}&#34;">{}</p>').format(
            "italic" if face.slanted else "normal",
            face.weight,
            face.family,
            "".join(text for _, (_, text) in sorted(face.glyphs.items()))[:20],
        )
        for face in faces.values()
    )
    source = report.numbers(sum(part.pages for part in parts), str(samples))
    return _numbered(source, [(name, sorted(face.glyphs.items())) for name, face in faces.items()])


@kept("pages.numbers", bytes, bytes)
def _numbered(
    source: str, faces: Sequence[tuple[str, Sequence[tuple[int, tuple[float, str]]]]]
) -> bytes:
    """A document in which typefaces have these glyphs; empty where it has not all of them."""
    glyphs, found = dict(faces), set()

    def complete(font: Any) -> None:
        found.add(font.hash)
        for glyph, (width, text) in glyphs.get(font.hash, ()):
            font.widths[glyph], font.to_unicode[glyph] = width, text

    made = laid_out(source, {}).write(complete, tagged=False)
    return made if found >= glyphs.keys() else b""


def _packed(part: Part) -> bytes:
    told = {
        "pages": part.pages,
        "units": part.units,
        "names": part.names,
        "bookmarks": [asdict(mark) for mark in part.bookmarks],
        "faces": {
            name: [face.family, face.weight, face.slanted, face.lacks, list(face.glyphs.items())]
            for name, face in part.faces.items()
        },
    }
    return json.dumps(told).encode() + b"\n" + part.pdf


def _unpacked(value: bytes) -> Part:
    told, _, made = value.partition(b"\n")
    found = json.loads(told)
    faces = {
        name: Face(family, weight, slanted, lacks, {glyph: (*told,) for glyph, told in glyphs})
        for name, (family, weight, slanted, lacks, glyphs) in found["faces"].items()
    }
    bookmarks = [Bookmark(**mark) for mark in found["bookmarks"]]
    return Part(made, found["pages"], found["units"], found["names"], bookmarks, faces)
