"""HTML to PDF with WeasyPrint: tagged for PDF/UA-1, without network, the same bytes every time."""

from __future__ import annotations

import gc
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from bpreport.publish.drawing import WASHES, Drawing, outline

__all__ = ["SCHEME", "Bookmark", "Layout", "collected_once", "laid_out", "pdf"]

SCHEME = "formula:"
"""Pictures whose address begins so are drawings that the caller hands over."""

REACH = 4000
"""No glyph reaches further from its origin, in thousandths of its size."""


class _Picture:
    """A drawing in the shape in which WeasyPrint keeps pictures.

    WeasyPrint parses each coordinate of an SVG in Python, which is most of the time that formulas
    take. Writing a drawing's PDF operators directly leaves that out.
    """

    def __init__(self, drawing: Drawing, stamps: dict[int, str]) -> None:
        self.drawing = drawing
        self.stamps = stamps
        """Of each glyph the name under which the document has its outline; shared by all
        drawings. All pages of a document share their resources as well, and a stylesheet
        without transparency or transforms makes no others."""

    def get_intrinsic_size(self, _resolution: object, _font_size: object) -> tuple[float, ...]:
        """Width, height and their ratio, in CSS pixels."""
        width, height = self.drawing.width, self.drawing.height + self.drawing.depth
        return width * 96 / 72, height * 96 / 72, width / height

    def draw(self, stream: Any, width: float, _height: float, style: Any) -> None:
        """Write the drawing into a PDF stream, scaled to the given size."""
        scale = width / self.drawing.width
        stream.push_state()
        stream.transform(a=scale, d=scale, f=self.drawing.height * scale)
        lines = [
            f"q {_colour(WASHES[mark])} rg {x:g} {y:g} {w:g} {h:g} re f Q"
            for mark, x, y, w, h in self.drawing.washes
        ]
        stream.stream.append("\n".join(lines).encode("ascii"))
        stream.set_color(style["color"])
        lines = []
        for glyph, x, y, size in self.drawing.glyphs:
            if glyph not in self.stamps:
                self.stamps[glyph] = _stamp(stream, glyph)
            across, down = size / 1000, -size / 1000
            lines.append(f"q {across:g} 0 0 {down:g} {x:g} {y:g} cm /{self.stamps[glyph]} Do Q")
        lines += [f"{x:g} {y:g} {w:g} {h:g} re f" for x, y, w, h in self.drawing.bars]
        stream.stream.append("\n".join(lines).encode("ascii"))
        stream.pop_state()


def _colour(name: str) -> str:
    """A colour as PDF has it.

    >>> _colour("#ff0033")
    '1 0 0.2'
    """
    return " ".join(f"{int(name[at : at + 2], 16) / 255:.3g}" for at in (1, 3, 5))


def _stamp(stream: Any, glyph: int) -> str:
    """Put a glyph's outline into the document once, to be drawn by the name that is returned."""
    form = stream.add_group(-REACH, -REACH, 2 * REACH, 2 * REACH)
    # Nothing is transparent, and a path needs no fonts: viewers would prepare for both every time.
    del form.extra["Group"], form.extra["Resources"]
    form.glyph = glyph  # its outline is written at the end
    return str(form.id)


@cache
def _stamped(glyph: int) -> bytes:
    """The stream of a glyph's outline as the file has it; it is the same in all documents."""
    lines = [
        " ".join([*(f"{value:.0f}" for value in values), operator]).encode("ascii")
        for operator, values in outline(glyph)
    ]
    made = zlib.compress(b"\n".join([*lines, b"f"]), 9)
    box = f"[{-REACH} {-REACH} {REACH} {REACH}]"
    head = f"<</Type /XObject/Subtype /Form/BBox {box}/Filter /FlateDecode/Length {len(made)}>>"
    return b"%b\nstream\n%b\nendstream" % (head.encode("ascii"), made)


def pdf(
    html: str, drawings: Mapping[str, Drawing], words: Collection[str] = (), **more: Any
) -> bytes:
    """The document as PDF; the arguments are those of `laid_out`."""
    return laid_out(html, drawings, words, **more).write()


@contextmanager
def collected_once() -> Iterator[None]:
    """Look for cycles once, at the end: what is laid out is full of them, and goes as a whole.

    To look for them over and over took a fifth of the time of a sheet's PDF. Not to look would take
    a gigabyte for a class's, and for its HTML as much memory as all else once there are a thousand.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
        gc.collect(0)


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A heading in the outline of a PDF."""

    level: int
    title: str
    page: int
    """Counted from 0."""
    x: float
    y: float
    """Where on the page, in points from its lower left corner."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A document on its pages."""

    document: Any
    options: Mapping[str, Any]
    words: frozenset[str]

    @property
    def anchors(self) -> list[dict[str, float]]:
        """Of each page the names of the elements on it, and how far down they begin."""
        return [
            {name: place[1] for name, place in sorted(page.anchors.items())}
            for page in self.document.pages
        ]

    @property
    def fonts(self) -> list[Any]:
        """WeasyPrint's own, once it is written."""
        return list(self.document.fonts.values())

    def bookmarks(self) -> list[Bookmark]:
        """The headings that the outline has, in order."""
        return [
            Bookmark(level, label, page, 0.75 * x, 0.75 * (laid.height - y))
            for page, laid in enumerate(self.document.pages)
            for level, label, (x, y), _ in laid.bookmarks
        ]

    def pages(self, first: int, beyond: int) -> Layout:
        """The pages from `first` up to `beyond`."""
        pages = self.document.pages[first:beyond]
        return Layout(self.document.copy(pages), self.options, self.words)

    def forget(self, beginning: str) -> None:
        """Leave names that begin so out of the PDF."""
        for page in self.document.pages:
            for name in [name for name in page.anchors if name.startswith(beginning)]:
                del page.anchors[name]

    def write(
        self,
        prepare: Callable[[Any], None] | None = None,
        prefix: str = "",
        tagged: bool = True,
    ) -> bytes:
        """The PDF.

        `prepare` is given each of WeasyPrint's fonts as it is first drawn with; names of table
        cells get a prefix, so that they stay apart from those of another PDF.
        """

        def finish(_document: object, made: Any) -> None:
            _tag_formulas(made.objects, self.words)
            _scope_headings(made.objects)
            if prefix:
                _prefix_names(made.objects, prefix)
            _write_once(made.objects)

        if prepare is not None:
            self.document.fonts = _Fonts(prepare)
        options = self.options if tagged else {**self.options, "pdf_variant": None}
        return bytes(self.document.write_pdf(finisher=finish, **options) or b"")


class _Fonts(dict[Any, Any]):
    """The fonts of a document, each prepared as it comes."""

    def __init__(self, prepare: Callable[[Any], None]) -> None:
        super().__init__()
        self._prepare = prepare

    def __setitem__(self, key: Any, font: Any) -> None:
        self._prepare(font)
        super().__setitem__(key, font)


def laid_out(
    html: str, drawings: Mapping[str, Drawing], words: Collection[str] = (), **more: Any
) -> Layout:
    """The document on its pages.

    `drawings` are the formulas that the document shows as pictures, by their address without
    `SCHEME`; `words` are the alternative texts of formulas; `more` are options of
    WeasyPrint's layout. Nothing else is fetched but `data:` addresses.
    """
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    stamps: dict[int, str] = {}
    # The cache of pictures is where WeasyPrint looks before it fetches an address.
    pictures: dict[str, Any] = {
        SCHEME + name: _Picture(drawing, stamps) for name, drawing in drawings.items()
    }
    fetcher = URLFetcher(allowed_protocols={"data"}, allow_redirects=False)
    options = {"pdf_variant": "pdf/ua-1", "cache": pictures, "pdf_identifier": b"bpreport"}
    document = HTML(string=html, url_fetcher=fetcher, base_url=None)
    return Layout(document.render(**options, **more), options, frozenset(words))


def _tag_formulas(objects: Iterable[Any], words: frozenset[str]) -> None:
    """Tag as formulas what WeasyPrint tags as figures, as it does all pictures.

    PDF/UA-1 (ISO 14289-1, 7.7) asks for that. A tag tells of its picture the alternative text only.
    """
    for entry in objects:
        if isinstance(entry, dict) and entry.get("S") == "/Figure":
            alternative = entry.get("Alt")
            if alternative is not None and alternative.string in words:
                entry["S"] = "/Formula"


def _scope_headings(objects: Iterable[Any]) -> None:
    """Say of every heading of a table whether it is its column's or its row's.

    PDF/UA-1 (ISO 14289-1, 7.5) asks for that; WeasyPrint reads it and does not write it down. On
    our pages a heading in the head of a table is its column's, and one below is its row's.
    """
    tags: list[Any] = [entry for entry in objects if isinstance(entry, dict) and "S" in entry]
    elements = {entry.reference: entry for entry in tags}
    for entry in tags:
        if entry["S"] == "/TH" and "A" in entry:
            row = elements[entry["P"]]
            head = elements[row["P"]]["S"] == "/THead"
            entry["A"]["Scope"] = "/Column" if head else "/Row"


def _prefix_names(objects: Iterable[Any], prefix: str) -> None:
    """Put something in front of the names by which the cells of a table know their headings.

    WeasyPrint makes one string of a heading and of all its cells.
    """
    for entry in objects:
        if isinstance(entry, dict) and entry.get("S") == "/TH" and "ID" in entry:
            entry["ID"].string = prefix + entry["ID"].string


class _Written:
    """An object of a PDF whose bytes are there, in the shape in which pydyf keeps objects."""

    def __init__(self, entry: Any) -> None:
        self.number, self.generation, self.free = entry.number, entry.generation, entry.free
        self.offset = entry.offset
        self.compressible, self.reference = entry.compressible, entry.reference
        glyph = getattr(entry, "glyph", None)
        self.data = bytes(entry.data) if glyph is None else _stamped(glyph)

    @property
    def indirect(self) -> bytes:
        """The object with its number."""
        return b"%d %d obj\n%b\nendobj" % (self.number, self.generation, self.data)


def _write_once(objects: list[Any]) -> None:
    """Make the bytes of each object once; pydyf makes them for the file's digest, and again."""
    for place, entry in enumerate(objects):
        if entry.free != "f":
            objects[place] = _Written(entry)
