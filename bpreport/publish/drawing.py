r"""Formulas as drawn for the PDF: laid out by ziamath in the font STIX Two Math.

A drawing is plain data (which glyph stands where), the result of a pure function of the formula's
source, so that it can be cached by content.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from html import escape
from typing import Any
from xml.etree import ElementTree as ET

from bpreport.publish.formulas import TypesettingError, mathml
from bpreport.publish.keeping import kept

__all__ = ["MARKS", "SIZE", "WASHES", "Drawing", "drawing", "outline", "packed", "unpacked"]

SIZE = 12.0
"""Points at which drawings are laid out; they are scaled when placed."""

MARKS = {"#A83E9E": "corrected", "#FF3769": "doubtful"}
"""Colours that mark a stretch of a formula, by which the page knows it; it is drawn in the text's
own colour. In LaTeX they are Mulberry and WildStrawberry."""

WASHES = {"corrected": "#c4e6d6", "doubtful": "#f9d3de"}
"""The colour behind what is marked."""

_WORD = "\u2014"
# Stands in for each Han character during layout: of STIX Two Math's glyphs it is the one that is
# drawn and as wide as the em, as Han characters are.

_ALIGNED = re.compile('<mtd style="text-align: (left|right|center)')
_HAN = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]")


@dataclass(frozen=True, slots=True)
class Drawing:
    """A formula as drawn, in points at `SIZE`; y grows downwards and 0 is the baseline."""

    glyphs: tuple[tuple[int, float, float, float], ...]
    """Glyph number in the math font, x and y of its origin, size."""
    bars: tuple[tuple[float, float, float, float], ...]
    """Fraction and root bars: x, y, width, height."""
    words: tuple[tuple[str, float, float, float], ...]
    """Han characters, which the math font lacks: character, x, y, size."""
    width: float
    height: float
    """Above the baseline."""
    depth: float
    """Below the baseline."""
    washes: tuple[tuple[str, float, float, float, float], ...] = ()
    """What `MARKS` mark: its name, x, y, width and height."""

    def svg(self) -> str:
        """The drawing as a picture of its own."""
        shapes = [
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" '
            f'fill="{WASHES[mark]}"/>'
            for mark, x, y, width, height in self.washes
        ]
        shapes += [
            f'<path transform="translate({x:g} {y:g}) scale({size / 1000:g} {-size / 1000:g})" '
            f'd="{_svg_path(glyph)}"/>'
            for glyph, x, y, size in self.glyphs
        ]
        shapes += [
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"/>'
            for x, y, width, height in self.bars
        ]
        shapes += [
            f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" '
            f'font-family="Noto Serif CJK SC, serif">{escape(text)}</text>'
            for text, x, y, size in self.words
        ]
        box = f"0 {-self.height:g} {self.width:g} {self.height + self.depth:g}"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" '
            f'width="{self.width:g}pt" height="{self.height + self.depth:g}pt">'
            + "".join(shapes)
            + "</svg>"
        )


def packed(drawn: Drawing) -> bytes:
    """A drawing as bytes, for those who keep it."""
    return json.dumps([getattr(drawn, part) for part in Drawing.__slots__]).encode()


def unpacked(stored: bytes) -> Drawing:
    """The drawing that was packed.

    >>> unpacked(packed(drawing("x"))) == drawing("x")
    True
    """
    parts: list[Any] = [
        tuple(map(tuple, part)) if isinstance(part, list) else part for part in json.loads(stored)
    ]
    return Drawing(*parts)


@lru_cache(maxsize=8192)
@kept("formulas", packed, unpacked)
def drawing(source: str, display: bool = True) -> Drawing:
    """A formula as drawn for the PDF; raises `TypesettingError` where it cannot be typeset."""
    markup = mathml(source, display)
    words = _HAN.findall(markup)
    markup = _HAN.sub(_WORD, markup.replace(_WORD, "\u2013"))
    # math-core aligns columns with CSS, ziamath reads the attribute.
    markup = _ALIGNED.sub(r'<mtd columnalign="\1" style="text-align: \1', markup)
    markup = markup.replace('<mtable displaystyle="true"', '<mtable rowspacing="0.7em"')
    try:
        root = _typesetter()(markup, size=SIZE).node
        box = root.bbox
        left = min(box.xmin, 0.0)
        ink = _Ink(words)
        ink.take(root, -left, 0.0)
    except (LookupError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise TypesettingError(f"{type(error).__name__}: {error}") from error
    return Drawing(
        tuple(ink.glyphs),
        tuple(ink.bars),
        tuple(ink.texts),
        round(box.xmax - left, 3),
        round(max(box.ymax, 0.0), 3),
        round(max(-box.ymin, 0.0), 3),
        tuple(ink.washes),
    )


@dataclass
class _Ink:
    """What ziamath laid out, collected as data.

    Its own way, SVG elements, costs more than the layout: every coordinate of every glyph is
    written as text.
    """

    words: list[str]
    """What the stand-ins stand for, in order."""
    glyphs: list[tuple[int, float, float, float]] = field(default_factory=list)
    bars: list[tuple[float, float, float, float]] = field(default_factory=list)
    texts: list[tuple[str, float, float, float]] = field(default_factory=list)
    washes: list[tuple[str, float, float, float, float]] = field(default_factory=list)

    def take(self, node: Any, x: float, y: float) -> None:
        """A node of ziamath's layout and all that is in it."""
        if mark := _mark(node):
            box = node.bbox
            left, top = round(x + box.xmin - 1, 3), round(y - box.ymax - 1.5, 3)
            right, bottom = round(x + box.xmax + 1, 3), round(y - box.ymin + 1.5, 3)
            self.washes.append((mark, left, top, right - left, bottom - top))
        if node.nodes:
            for inner, (right, down) in zip(node.nodes, node.nodexy, strict=True):
                self.take(inner, x + right, y + down)
        elif getattr(node, "phantom", False):
            pass
        elif hasattr(node, "glyph"):
            self._glyph(node.glyph, x, y, node.size)
        elif hasattr(node, "lw"):
            self._bars(node, x, y)

    def _glyph(self, glyph: Any, x: float, y: float, size: float) -> None:
        if hasattr(glyph, "offsets"):  # a tall brace or root, assembled from parts
            for part, offset in zip(glyph.glyphs, glyph.offsets, strict=True):
                shift = offset * size / 1000
                right, up = (0.0, shift) if glyph.vert else (shift, 0.0)
                self._glyph(part, x + right, y - up, size)
        elif glyph.index == _stand_in():
            self.texts.append((self.words[len(self.texts)], round(x, 3), round(y, 3), size))
        elif outline(glyph.index):
            self.glyphs.append((glyph.index, round(x, 3), round(y, 3), round(size, 3)))

    def _bars(self, node: Any, x: float, y: float) -> None:
        thick = node.lw
        match type(node).__name__:
            case "HLine":
                found = [(x, y, node.length, thick)]
            case "VLine":
                found = [(x - thick / 2, y, thick, node.height)]
            case "Box":
                top = y - node.height
                found = [
                    (x, top, node.width, thick),
                    (x, y - thick, node.width, thick),
                    (x, top, thick, node.height),
                    (x + node.width - thick, top, thick, node.height),
                ]
            case other:
                raise ValueError(f"{other} is not drawn")
        self.bars += [(round(a, 3), round(b, 3), round(c, 3), round(d, 3)) for a, b, c, d in found]


def _mark(node: Any) -> str:
    """The name of the mark that a row carries; empty for all other nodes."""
    element = getattr(node, "element", None)
    style = "" if element is None else element.get("style", "")
    return MARKS.get(style.removeprefix("color:").rstrip(";"), "")


@cache
def _typesetter() -> Any:
    """Layout by ziamath, with rows that measure their parts only where something stretches.

    ziamath lays every part of every row out twice, first to learn how tall its stretched brackets
    must be: with each level of nesting the work doubles.
    """
    import ziamath.styles
    from ziamath.nodes.mrow import Mrow
    from ziamath.zmath import Math

    _share_nodes()
    # Of a node's style, plain values are read; copying it deeply is a third of the layout.
    setattr(ziamath.styles, "asdict", vars)  # noqa: B010 - the name is none of its interface

    class Row(Mrow, tag="mrow"):  # being defined replaces ziamath's row
        def _get_height_nostretch(self, line: Sequence[Any], **given: Any) -> tuple[float, float]:
            if any(map(_stretches, line)):
                return super()._get_height_nostretch(list(line), **given)
            return 0.0, 0.0

    return Math


NODES = 4_000
"""Laid out nodes that are held at most; a report has about a thousand that differ."""


def _share_nodes() -> None:
    """Let ziamath lay out a part once that stands in many formulas, as symbols with an index do.

    What a part looks like depends on its own markup, on the style around it and on whether it is a
    script, unless it has something that stretches. Of the parts of a report's formulas 19 in 20
    have been laid out before; sharing them halves the time that formulas take.
    """
    from ziamath.nodes.mnode import Mnode

    known: dict[Any, Any] = {}
    lay_out: Any = vars(Mnode)["fromelement"].__func__

    def fromelement(cls: type, /, element: ET.Element, parent: Any, **given: Any) -> Any:
        if element.tag not in _SHARED or "height" in given or "width" in given:
            return lay_out(cls, element, parent, **given)
        part = _content(element)
        if part is None:
            return lay_out(cls, element, parent, **given)
        around = parent.style
        key = (
            part, parent.mtag, parent.size, repr(around.mathvariant), around.displaystyle,
            around.mathcolor, around.mathbackground, around.mathsize, around.scriptlevel,
            *(name in given for name in ("sup", "sub", "frac", "nostretch", "phantom")),
        )  # fmt: skip
        node = known.get(key)
        if node is None:
            if len(known) >= NODES:
                known.clear()
            node = known[key] = lay_out(cls, element, parent, **given)
            node.parent = None  # of which it has no more need; it would hold the whole formula
        return node

    setattr(Mnode, "fromelement", classmethod(fromelement))  # noqa: B010 - mypy knows its type


_SHARED = ("mi", "mn", "mo", "msub", "msup", "msubsup")
"""Parts that look the same whatever stands beside them."""


def _content(element: ET.Element) -> Any:
    """An element as something that can be looked up; None where a part of it stretches."""
    if element.tag == "mo" and _stretches(element):
        return None
    parts = tuple(map(_content, element))
    if None in parts:
        return None
    return element.tag, element.text, tuple(element.attrib.items()), parts


def _stretches(element: ET.Element) -> bool:
    """Whether a part of a row fits its height to the row; inner rows look after themselves."""
    if element.tag == "mo":
        stated = element.get("stretchy")
        return _may_stretch((element.text or "").strip()) if stated is None else stated != "false"
    return element.tag not in _ROWS and any(map(_stretches, element))


_ROWS = ("mrow", "math", "mtr", "mtd", "none", "mstyle", "mphantom")


@cache
def _may_stretch(operator: str) -> bool:
    from ziamath.operators import get_params

    forms = ("prefix", "infix", "postfix")
    return any(get_params(operator, form).get("stretchy", "false") != "false" for form in forms)


@cache
def _font() -> Any:
    return _typesetter()("<math><mi>x</mi></math>").font


@cache
def _stand_in() -> int:
    return int(_font().glyph(_WORD).index)


Segment = tuple[str, tuple[float, ...]]


@cache
def outline(glyph: int) -> tuple[Segment, ...]:
    """A glyph's outline in thousandths of the size, y upwards: PDF operators m, l, c and h.

    Empty where nothing is drawn.
    """
    path = _font().glyph_fromid(glyph).svgpath()
    data = "" if path is None else str(path.get("d"))
    return tuple(_cubic(_segments(data)))


def _segments(data: str) -> Iterator[Segment]:
    for letter, numbers in re.findall(r"([MLQCZ])([^MLQCZ]*)", data):
        # ziamath draws at `SIZE` with y downwards.
        values = [float(number) * 1000 / SIZE for number in numbers.split()]
        yield letter, tuple(-v if index % 2 else v for index, v in enumerate(values))


def _cubic(segments: Iterable[Segment]) -> Iterator[Segment]:
    x, y = 0.0, 0.0
    for letter, points in segments:
        values = points
        if letter == "Q":  # PDF has cubic curves only.
            x1, y1, x2, y2 = points
            values = (
                *(x + (x1 - x) * 2 / 3, y + (y1 - y) * 2 / 3),
                *(x2 + (x1 - x2) * 2 / 3, y2 + (y1 - y2) * 2 / 3),
                *(x2, y2),
            )
        yield {"M": "m", "L": "l", "Q": "c", "C": "c", "Z": "h"}[letter], values
        if values:
            x, y = values[-2:]


@cache
def _svg_path(glyph: int) -> str:
    letters = {"m": "M", "l": "L", "c": "C", "h": "Z"}
    return " ".join(
        letters[operator] + " ".join(f"{value:g}" for value in values)
        for operator, values in outline(glyph)
    )
