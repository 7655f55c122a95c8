"""Parts of a report joined to one PDF: pages, tags, links, outline, fonts and page numbers."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from bpreport.publish.cutting import ELSEWHERE

if TYPE_CHECKING:
    import pikepdf

    from bpreport.publish.printing import Part

__all__ = ["joined"]


def joined(parts: Sequence[Part], numbers: bytes) -> bytes:
    """The parts, one behind the other, as one PDF with the metadata of the first.

    `numbers` is a PDF with at least as many pages as the parts have together, which show their
    numbers and are laid over them, and with all fonts. The bytes are the same every time.
    """
    import pikepdf

    with pikepdf.open(io.BytesIO(parts[0].pdf)) as whole, pikepdf.open(io.BytesIO(numbers)) as over:
        places = _places(whole)
        for part in parts[1:]:
            with pikepdf.open(io.BytesIO(part.pdf)) as other:
                _append(whole, other, places)
        named = [each for name in sorted(places, key=bytes) for each in (name, places[name])]
        whole.Root.Names.Dests = pikepdf.Dictionary(Names=pikepdf.Array(named))
        _lead(whole)
        _outline(whole, parts)
        _number(whole, over)
        _share(whole, whole.copy_foreign(over.pages[0].Resources.Font))
        target = io.BytesIO()
        whole.save(
            target,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            fix_metadata_version=False,
            deterministic_id=True,
        )
    return target.getvalue()


def _places(document: pikepdf.Pdf) -> dict[Any, Any]:
    """Where the names of a document lead."""
    names: Any = document.Root.get("/Names", {})
    return dict(_pairs(names.Dests.Names)) if "/Dests" in names else {}


def _pairs(array: Any) -> Iterator[tuple[Any, Any]]:
    """The entries of a tree of names or numbers, which WeasyPrint writes as a single array."""
    entries = list(array)
    return zip(entries[::2], entries[1::2], strict=True)


def _append(whole: pikepdf.Pdf, other: pikepdf.Pdf, places: dict[Any, Any]) -> None:
    """Append pages with their tags, whose numbers go on, and with the places of their names."""
    tree: Any = whole.Root.StructTreeRoot
    begin = len(tree.ParentTree.Nums) // 2
    for page in other.pages:
        page.StructParents += begin
        for note in page.get("/Annots", ()):
            note.StructParent += begin
    # First the pages: what refers to a page that is not copied yet would lose it. One by one, since
    # pikepdf warns of names and links that are lost, and here they are not.
    for page in other.pages:
        whole.pages.append(page)
    added: Any = whole.copy_foreign(other.Root.StructTreeRoot)
    for element in added.K[0].K:
        element.P = tree.K[0]
        tree.K[0].K.append(element)
    for number, tags in _pairs(added.ParentTree.Nums):
        tree.ParentTree.Nums.append(number + begin)
        tree.ParentTree.Nums.append(tags)
    for name, place in _places(other).items():
        places.setdefault(name, whole.copy_foreign(other.make_indirect(place)))


def _lead(whole: pikepdf.Pdf) -> None:
    """Turn the links to other parts into links within the document."""
    import pikepdf

    for page in whole.pages:
        for note in page.get("/Annots", ()):
            address = str(note.A.URI) if "/A" in note else ""
            if address.startswith(ELSEWHERE):
                name = bytes.fromhex(address.removeprefix(ELSEWHERE)).decode()
                note.Dest = note.Contents = pikepdf.String(name)
                del note.A


def _outline(whole: pikepdf.Pdf, parts: Sequence[Part]) -> None:
    """An outline of all headings: each below the last one that is of a higher level."""
    import pikepdf

    with whole.open_outline() as outline:
        outline.root.clear()
        above: list[tuple[int, pikepdf.OutlineItem]] = []
        first = 0
        for part in parts:
            for mark in part.bookmarks:
                place = pikepdf.make_page_destination(
                    whole, first + mark.page, "XYZ", left=mark.x, top=mark.y, zoom=0
                )
                item = pikepdf.OutlineItem(mark.title, place)
                while above and above[-1][0] >= mark.level:
                    above.pop()
                (above[-1][1].children if above else outline.root).append(item)
                above.append((mark.level, item))
            first += part.pages


def _number(whole: pikepdf.Pdf, over: pikepdf.Pdf) -> None:
    """Draw the number of each page, which is no part of its text."""
    import pikepdf

    for page, number in zip(whole.pages, over.pages, strict=False):
        name = pikepdf.Name(f"/number{page.index + 1}")
        page.Resources.XObject[name] = whole.copy_foreign(number.as_form_xobject())
        drawn = f"/Artifact <</Type /Pagination>> BDC q {name} Do Q EMC\n"
        page.contents_add(drawn.encode(), prepend=True)


def _share(whole: pikepdf.Pdf, fonts: Any) -> None:
    """Give all parts the same fonts, and the same stream for each outline of a glyph."""
    seen: dict[bytes, Any] = {}
    done: set[tuple[int, int]] = set()
    for page in whole.pages:
        resources: Any = page.Resources
        if resources.objgen in done:
            continue
        done.add(resources.objgen)
        # Pictures in the pages refer to this dictionary as well.
        for name in resources.Font:
            resources.Font[name] = fonts.get(name, resources.Font[name])
        for name, form in resources.XObject.items():
            # Where a stream refers to nothing, its bytes and its box are all there is to it.
            if "/Resources" not in form:
                told = repr([(key, form[key]) for key in sorted(form.keys())])
                content = sha256(told.encode() + form.read_raw_bytes()).digest()
                resources.XObject[name] = seen.setdefault(content, form)
