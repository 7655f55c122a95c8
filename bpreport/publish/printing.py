"""A long report in PDF, made in parts: by two processes, and only those that have changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any

from markupsafe import Markup

from bpreport.publish.beside import beside
from bpreport.publish.cutting import UNIT, WINDOW, Strand, Work, cut, size
from bpreport.publish.drawing import Drawing
from bpreport.publish.joining import joined
from bpreport.publish.keeping import kept
from bpreport.publish.pdf import Bookmark, Layout, collected_once, laid_out, pdf

__all__ = ["Face", "Part", "printed"]

TRIES = 5
"""How often the front is laid out, at most, until it tells the pages that its own length leaves."""


@dataclass(frozen=True, slots=True)
class Face:
    """A typeface and what is written in it."""

    family: str
    weight: int
    slanted: bool
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


def printed(
    html: str, drawings: Mapping[str, Drawing], words: Collection[str], jobs: int = 1
) -> bytes:
    """A report as PDF; the arguments are those of `laid_out`.

    One that is long is made in parts, with more `jobs` than one in two processes. Its bytes are
    the same whoever makes them.
    """
    work = cut(html)
    if work is None:
        return pdf(html, drawings, words)

    @kept("pages", _packed, _unpacked)
    def part(source: str, units: tuple[str, ...], last: bool) -> Part:
        # The addresses of drawings are digests of them, and it shows which pictures are formulas.
        with collected_once():
            return _part(laid_out(source, drawings, words), source, units, last)

    parts = _rest(work, part, jobs)
    front = _front(work, parts, part)
    if front is not None:
        numbers = _numbers(work, [front, *parts])
        if numbers is not None:
            return joined([front, *parts], numbers)
    return pdf(html, drawings, words)


Make = Callable[[str, tuple[str, ...], bool], Part]


def _rest(work: Work, part: Make, jobs: int) -> list[Part]:
    """All parts but the front, in their order."""
    # The larger ones first, each to who has less.
    shares: tuple[list[int], list[int]] = ([], [])
    sizes = [sum(map(size, strand.units)) for strand in work.strands]
    for number in sorted(range(len(sizes)), key=lambda number: -sizes[number]):
        min(shares, key=lambda share: sum(sizes[each] for each in share)).append(number)

    def made(share: Iterable[int]) -> dict[int, list[Part]]:
        return {number: list(_strand(work, work.strands[number], part)) for number in share}

    import weasyprint  # noqa: F401 - before there are two processes to load it

    with beside(lambda: made(shares[1]), jobs) as others:
        found = made(shares[0])
        found |= others()
    return [each for number in sorted(found) for each in found[number]]


def _strand(work: Work, strand: Strand, part: Make) -> Iterator[Part]:
    """The parts of a strand: each ends where a unit begins a page by itself."""
    first, room = 0, WINDOW
    while first < len(strand.units):
        beyond = _window(strand.units, first, room)
        names = tuple(strand.names(first, beyond))
        made = part(work.document(strand, first, beyond), names, beyond == len(strand.units))
        if made.units:
            yield made
            first, room = first + made.units, WINDOW
        else:
            room *= 2


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
    if beyond == 0:
        return Part(b"", 0, 0, {}, [], {})
    layout = layout.pages(begin, beyond)
    layout.forget(UNIT)
    made = layout.write(_without_file, f"{sha256(source.encode()).hexdigest()[:8]}-")
    places: dict[str, int] = {}
    for page, found in enumerate(layout.anchors):
        for name in sorted(found):
            places.setdefault(name, page)
    faces = {
        font.hash: Face(font.family, font.weight, bool(font.style), _glyphs(font))
        for font in layout.document.fonts.values()
        if not font.bitmap
    }
    return Part(made, beyond - begin, units, places, layout.bookmarks(), faces)


def _end(layout: Layout, names: Sequence[str]) -> tuple[int, int]:
    """How many units stand before a page that the next begins, and which page that is.

    That page must be full: where it begins cannot depend on what follows it.
    """
    anchors = layout.anchors
    for page in range(len(anchors) - 2, 1, -1):
        begun = layout.names_at_top(page) - anchors[page - 1]
        for number, name in enumerate(names):
            if name in begun:
                return number, page
    return 0, 0


def _without_file(font: Any) -> None:
    """Leave a typeface's file out: its tables would be most of each part, and of the time."""
    if not font.bitmap:
        font.clean, font.file_content = lambda *_: None, b""


def _glyphs(font: Any) -> dict[int, tuple[float, str]]:
    return {glyph: (font.widths[glyph], text) for glyph, text in font.to_unicode.items()}


def _front(work: Work, parts: Sequence[Part], part: Make) -> Part | None:
    """The front, which tells on what pages the parts are; None where it never comes out even."""
    pages, length = 2, sum(each.pages for each in parts)
    for _ in range(TRIES):
        told: dict[str, int] = {}
        begin = pages + 1
        for each in parts:
            told |= {name: begin + page for name, page in each.names.items() if name not in told}
            begin += each.pages
        front = part(work.opened(told), (), True)
        if front.pages == pages:
            assert begin == pages + length + 1
            return front
        pages = front.pages
    return None


def _numbers(work: Work, parts: Sequence[Part]) -> bytes | None:
    """A page with its number for each, and all typefaces; None where one is not to be had."""
    faces: dict[str, Face] = {}
    for part in parts:
        for name, face in part.faces.items():
            before = faces.get(name)
            glyphs = face.glyphs if before is None else {**before.glyphs, **face.glyphs}
            faces[name] = Face(face.family, face.weight, face.slanted, glyphs)
    samples = Markup("").join(
        Markup('<p style="white-space:pre-wrap;font:{} {} 8pt &#34;{}&#34;">{}</p>').format(
            "italic" if face.slanted else "normal",
            face.weight,
            face.family,
            "".join(text for _, text in face.glyphs.values())[:20],
        )
        for face in faces.values()
    )
    count = sum(part.pages for part in parts)
    layout = laid_out(work.numbers(count, str(samples)), {})
    found = set()

    def complete(font: Any) -> None:
        found.add(font.hash)
        for glyph, (width, text) in faces[font.hash].glyphs.items() if font.hash in faces else ():
            font.widths[glyph], font.to_unicode[glyph] = width, text

    made = layout.write(complete)
    return made if found >= faces.keys() else None


def _packed(part: Part) -> bytes:
    told = {
        "pages": part.pages,
        "units": part.units,
        "names": part.names,
        "bookmarks": [asdict(mark) for mark in part.bookmarks],
        "faces": {
            name: [face.family, face.weight, face.slanted, list(face.glyphs.items())]
            for name, face in part.faces.items()
        },
    }
    return json.dumps(told).encode() + b"\n" + part.pdf


def _unpacked(value: bytes) -> Part:
    told, _, made = value.partition(b"\n")
    found = json.loads(told)
    faces = {
        name: Face(family, weight, slanted, {glyph: (*told,) for glyph, told in glyphs})
        for name, (family, weight, slanted, glyphs) in found["faces"].items()
    }
    bookmarks = [Bookmark(**mark) for mark in found["bookmarks"]]
    return Part(made, found["pages"], found["units"], found["names"], bookmarks, faces)
