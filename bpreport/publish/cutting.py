"""The printed report cut into documents that are laid out by themselves.

WeasyPrint lays out and writes a document as a whole. What begins a page can be laid out beside
the rest, and is as it was where something else has changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from urllib.parse import unquote

__all__ = ["ELSEWHERE", "TOP", "UNIT", "WINDOW", "Cut", "Strand", "cut", "size"]

ELSEWHERE = "elsewhere:"
"""Addresses of links to other parts begin so; the name follows in hexadecimal digits."""

UNIT = "unit-"
"""Names by which units are found on their pages begin so, and go on with a number from 0."""

TOP = f"{UNIT}top"
"""The name of what stands at the top of the first page of a document, and fills it."""

WINDOW = 3_000
"""Tags that are laid out at once, about nine pages of slides. Two thirds of it would leave less to
be made again after a change, and take 5 % longer from nothing: of each window the last pages, which
what follows may change, are laid out once more."""

PLAIN = "@page { @bottom-right { content: none; } }"
"""A part does not know the numbers of its pages."""

FULL = (
    "height: 251mm; string-set: title attr(data-title), section attr(data-section),"
    " part attr(data-part)"
)
"""What fills a page of A4 within its margins, and tells what the next says in its head."""


@dataclass(frozen=True, slots=True)
class Strand:
    """Units, one after the other, of which the first begins a page and others may."""

    opening: str
    """The tag of the section, with its heading where the section begins here."""
    section: str
    """The heading of the section."""
    units: tuple[str, ...]
    """Worked examples, or the blocks of slides; the first block of a slide has its heading."""

    def names(self, first: int, beyond: int) -> tuple[str, ...]:
        """By what names units are found in a document that begins with `first`."""
        units = enumerate(self.units[first:beyond])
        return tuple(_name(unit) or f"{UNIT}{number}" for number, unit in units)


@dataclass(frozen=True, slots=True)
class Cut:
    """A report that is cut; headings are HTML."""

    head: str
    """All that stands before the body, with the styles."""
    front: str
    """The title page, findings and contents, which tell on what page everything is."""
    title: str
    strands: tuple[Strand, ...]
    names: frozenset[str]
    """Of all elements that links can lead to."""

    def opened(self, pages: Mapping[str, int]) -> str:
        """The front as a document; `pages` tells on what page each name of the rest is."""
        return self._unnumbered(f"{self.front}</main>", pages)

    def document(self, strand: Strand, first: int, beyond: int) -> str:
        """Units from `first` up to `beyond` as a document.

        Its first page is one that is full, so that all is laid out as behind what stands before
        it: with the same space at the top of the page, and the same running head.
        """
        before = "".join(strand.units[:first])
        inside = strand.opening if not first else _tag(strand.opening)
        if before.rfind("<article ") > before.rfind("</article>"):
            inside += _tag(before[before.rfind("<article ") :])
        units = zip(strand.units[first:beyond], strand.names(first, beyond), strict=True)
        inside += "".join(_named(unit, name) for unit, name in units)
        headings = re.findall(r"<h3[^>]*>(.*?)</h3>", before, re.DOTALL)
        part = f" · {headings[-1]}" if headings else ""
        full = (
            f'<div id="{TOP}" style="{FULL}" data-title="{self.title}"'
            f' data-section="{strand.section}" data-part="{part}"></div>'
        )
        # What is open yet, the end of the main element closes.
        return self._unnumbered(f"{full}<main>{inside}</main>", {})

    def _unnumbered(self, body: str, pages: Mapping[str, int]) -> str:
        head = self.head.replace("</head>", f"<style>{PLAIN}</style></head>")
        return f"{head}<body>{self._linked(body, pages)}</body></html>"

    def _linked(self, body: str, pages: Mapping[str, int]) -> str:
        """Links whose target is in another part name it, and its page where it is known."""
        elsewhere = self.names - _names(body)

        def link(found: re.Match[str]) -> str:
            name = unquote(unescape(found[1]))
            if name not in elsewhere:
                return found[0]
            page = f' data-page="{pages[name]}"' if name in pages else ""
            return f' href="{ELSEWHERE}{name.encode().hex()}"{page}'

        return re.sub(r' href="#([^"]*)"', link, body)

    def numbers(self, count: int, samples: str) -> str:
        """Pages that show nothing but their numbers, and behind them one with samples of type."""
        pages = '<div style="break-after:page"></div>' * count
        return f"{self.head}<body>{pages}{samples}</body></html>"


def cut(html: str) -> Cut | None:
    """A page cut where its template has marked it.

    None where it is too short for that, or has addresses of its own that are told as ours are.
    """
    if size(html) <= 2 * WINDOW or ELSEWHERE in html:
        return None
    head, _, body = html.partition("<body>")
    # Scripts read these, and a line that is added above changes them: it would change all parts.
    body = re.sub(r' data-[a-z]+="[^"]*"', "", body)
    front, *sections = body.split("<!--strand-->")
    title = re.search(r"<h1[^>]*>(.*?)</h1>", front, re.DOTALL)
    strands = tuple(strand for section in sections for strand in _strands(section))
    if not strands or title is None:
        return None
    return Cut(head, front, title[1], strands, _names(body))


def size(html: str) -> int:
    """How many tags there are: about as many boxes are laid out, which takes most of the time.

    >>> size("<p>One <b>word</b>.</p>")
    4
    """
    return html.count("<")


def _strands(section: str) -> Iterator[Strand]:
    """What a section is cut into: slides are one strand, long worked examples are one each."""
    opening, *marked = re.split(r"<!--(unit|page)-->", section.partition("<!--end-->")[0])
    heading = re.search(r"<h2[^>]*>(.*?)</h2>", opening, re.DOTALL)
    told = heading[1] if heading else ""
    for units in _together(marked[::2], marked[1::2]):
        yield Strand(opening, told, units)
        opening = _tag(opening)


def _together(marks: Sequence[str], units: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Neighbours together, unless one may begin on a new page and either side is long."""
    group: list[str] = []
    for mark, unit in zip(marks, units, strict=True):
        long = max(size(unit), sum(map(size, group))) > WINDOW // 3
        if group and mark == "page" and long:
            yield tuple(group)
            group = []
        group.append(unit)
    if group:
        yield tuple(group)


def _tag(html: str) -> str:
    """The tag with which something begins, without its name.

    >>> _tag('<section class="slides" id="slides"><h2>')
    '<section class="slides">'
    """
    return re.sub(r' id="[^"]*"', "", html[: html.index(">") + 1])


def _names(html: str) -> frozenset[str]:
    """The names of all elements."""
    return frozenset(map(unescape, re.findall(r' id="([^"]*)"', html)))


def _name(unit: str) -> str:
    """The name of an element, if it has one."""
    found = re.match(r'<[^>]*? id="([^"]*)"', unit)
    return unescape(found[1]) if found else ""


def _named(unit: str, name: str) -> str:
    return unit if _name(unit) else re.sub(r"^<\w+", rf'\g<0> id="{name}"', unit)
