"""Reading a PDF back: its structure, its text and its pages as pictures."""

import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pikepdf

from tests.support import require_program


def text_of(path):
    """The text of a PDF; each of its pages ends with a form feed."""
    pdftotext = require_program("pdftotext")
    command = [pdftotext, "-layout", str(path), "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def pictures_of(path, dpi, page=None):
    """The pages in grey, each rows of numbers from 0 for black to 255 for white; or one of them."""
    pdftoppm = require_program("pdftoppm")
    alone = [] if page is None else ["-f", str(page), "-l", str(page)]
    command = [pdftoppm, "-gray", "-r", str(dpi), *alone, str(path)]
    rest = subprocess.run(command, capture_output=True, check=True).stdout
    pages = []
    while rest:
        _, size, _, pixels = rest.split(b"\n", 3)  # "P5", width and height, 255, a byte a pixel
        width, height = map(int, size.split())
        page = np.frombuffer(pixels[: width * height], dtype=np.uint8)
        pages.append(page.reshape(height, width))
        rest = pixels[width * height :]
    return pages


def names_in(value):
    """Every name of PDF in a value, be it a key or itself a value, however deep it stands.

    What stands elsewhere and is only referred to is left out: `document.objects` has it.
    """
    if isinstance(value, pikepdf.Name):
        return {str(value)}
    if isinstance(value, pikepdf.Array):
        return set().union(*(names_in(each) for each in direct(value)))
    if isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
        return set(value.keys()).union(*(names_in(each) for each in direct(value.values())))
    return set()


def direct(values):
    """Those that stand where they are used."""
    return [each for each in values if not getattr(each, "is_indirect", False)]


def astray(document):
    """What of the tags of a PDF does not lead where it should (ISO 32000-1, 14.7 and 14.8).

    The tree of parents leads from each page and each link to elements, and these lead back.
    """
    root = document.Root.StructTreeRoot
    numbers = list(root.ParentTree.Nums)
    parents = dict(zip(numbers[::2], numbers[1::2], strict=True))
    faults = [] if list(parents) == sorted(numbers[::2]) else ["keys are double or out of order"]
    faults += [] if len(root.K) == 1 else [f"{len(root.K)} roots"]
    told, reached, waiting = set(), set(), [(root, kid) for kid in root.K]
    while waiting:
        parent, element = waiting.pop()
        reached.add(element.objgen)
        faults += [] if element.P.objgen == parent.objgen else [f"{element.S} has another parent"]
        waiting += [(element, kid) for kid in kids_of(element) if "/S" in kid]
        told |= {(element.objgen, *held) for held in contents_of(element)}
    found, keys = set(), []
    for place, page in enumerate(document.pages, 1):
        elements = list(parents[page.StructParents])
        keys.append(page.StructParents)
        if marks_of(page) != list(range(len(elements))):
            faults.append(f"page {place}: other contents are marked than are told of")
        held = [(element, page.objgen, number) for number, element in enumerate(elements)]
        for note in page.get("/Annots", []):
            held.append((parents[note.StructParent], "link", note.objgen))
            keys.append(note.StructParent)
        for element, *content in held:
            found.add((element.objgen, *content))
            if tuple(content) not in contents_of(element):
                faults.append(f"page {place}: {element.S} does not know of {content}")
            elif element.objgen not in reached:
                faults.append(f"page {place}: {element.S} hangs loose")
    faults += ["elements tell of what is not there"] if told - found else []
    return (
        faults if sorted(keys) == list(parents) else [*faults, "keys are not those that are used"]
    )


def loose_heads(pdf, count):
    """What `astray` tells of the running heads of a PDF: WeasyPrint leaves them out of the tree."""
    pages = range(2, len(pdf.document.pages) + 1)
    return [f"page {page}: /Span hangs loose" for page in pages for _ in range(count)]


def kids_of(element):
    """The kids of an element of the tags that are dictionaries."""
    kids = element.get("/K", [])
    found = kids if isinstance(kids, pikepdf.Array) else [kids]
    return [kid for kid in found if isinstance(kid, pikepdf.Dictionary)]


def contents_of(element):
    """The contents of pages and the links that an element of the tags holds."""
    kids = element.get("/K", [])
    numbers = [kid for kid in kids if isinstance(kid, int)]
    links = [kid.Obj.objgen for kid in kids_of(element) if "/Obj" in kid]
    return {(element.Pg.objgen, number) for number in numbers} | {("link", each) for each in links}


def marks_of(page):
    """The numbers of the marked contents of a page, in order."""
    instructions = pikepdf.parse_content_stream(page, "BDC")
    properties = [instruction.operands[1] for instruction in instructions]
    return sorted(int(each.MCID) for each in properties if "/MCID" in each)


def inked(picture):
    """From where to where a page is written on across, as parts of its width."""
    across = np.flatnonzero((picture < 200).any(axis=0)).tolist()
    width = len(picture[0])
    return across[0] / width, (across[-1] + 1) / width


@dataclass(frozen=True)
class Bookmark:
    """An entry of the outline."""

    title: str
    level: int
    page: int
    """Counted from 1."""


class Pdf:
    """A PDF with what the tests ask for."""

    def __init__(self, path: Path):
        self.path = path
        self.document = pikepdf.open(path)
        self.elements = list(self._walk(self.document.Root.StructTreeRoot.K))
        """The structure tree in reading order."""
        self.numbers = {page.objgen: place for place, page in enumerate(self.document.pages, 1)}

    @cached_property
    def texts(self):
        """The text of each page."""
        return text_of(self.path).split("\f")[:-1]

    @cached_property
    def pictures(self):
        """Each page as a small picture."""
        return pictures_of(self.path, 36)

    def _walk(self, kids):
        for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
            if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
                yield kid
                if "/K" in kid:
                    yield from self._walk(kid.K)

    def tagged(self, *tags):
        """The elements of the structure tree that have one of the tags, in reading order."""
        return [entry for entry in self.elements if str(entry.S)[1:] in tags]

    def alternatives(self, *tags):
        """The alternative texts of elements."""
        return [str(entry.get("/Alt", "")) for entry in self.tagged(*tags)]

    def bookmarks(self):
        """The outline, in order."""
        with self.document.open_outline() as outline:
            return list(self._bookmarks(outline.root, 1))

    def _bookmarks(self, entries, level):
        for entry in entries:
            page = self.numbers[entry.destination[0].objgen]
            yield Bookmark(str(entry.title), level, page)
            yield from self._bookmarks(entry.children, level + 1)

    def links(self):
        """The actions of all links."""
        for page in self.document.pages:
            for note in page.get("/Annots", []):
                if note.Subtype == "/Link":
                    yield note

    def codes(self):
        """Every code of a glyph that is shown as text."""
        streams = [*self.document.pages]
        streams += [
            entry
            for entry in self.document.objects
            if isinstance(entry, pikepdf.Stream) and "/Font" in entry.get("/Resources", {})
        ]
        for stream in streams:
            for instruction in pikepdf.parse_content_stream(stream, "Tj TJ"):
                operands = instruction.operands
                pieces = operands[0] if str(instruction.operator) == "TJ" else operands
                for piece in pieces:
                    if isinstance(piece, pikepdf.String):
                        raw = bytes(piece)
                        yield from (raw[i : i + 2] for i in range(0, len(raw), 2))
