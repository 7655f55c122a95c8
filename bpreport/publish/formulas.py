r"""Formulas for a page: MathML for the HTML, a drawing with alternative text for the PDF.

LaTeX becomes MathML with math-core; the drawing is laid out from that MathML by ziamath in the
font STIX Two Math. A drawing is plain data (which glyph stands where), the result of a pure
function of the formula's source, so that it can be cached by content.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from html import escape
from typing import Any
from xml.etree import ElementTree as ET

__all__ = ["SIZE", "Drawing", "TypesettingError", "drawing", "mathml", "plain"]

SIZE = 12.0
"""Points at which drawings are laid out; they are scaled when placed."""

_WORD = "\u2014"
# Stands in for each Han character during layout: of STIX Two Math's glyphs it is the one that is
# drawn and as wide as the em, as Han characters are.

_ALIGNED = re.compile('<mtd style="text-align: (left|right|center)')
_HAN = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]")


class TypesettingError(ValueError):
    """LaTeX that cannot be typeset."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A formula as drawn, in points at `SIZE`; y grows downwards and 0 is the baseline."""

    glyphs: tuple[tuple[int | str, float, float, float], ...]
    """Glyph number in the math font (or an outline as SVG path data at `SIZE`, where the font has
    no glyph for it), x and y of its origin, size."""
    bars: tuple[tuple[float, float, float, float], ...]
    """Fraction and root bars: x, y, width, height."""
    words: tuple[tuple[str, float, float, float], ...]
    """Han characters, which the math font lacks: character, x, y, size."""
    width: float
    height: float
    """Above the baseline."""
    depth: float
    """Below the baseline."""
    alt: str
    """The formula as a line of text."""

    def svg(self) -> str:
        """The drawing as a picture of its own."""
        outlines = _font()
        shapes = [
            f'<path transform="translate({x:g} {y:g}) scale({size / 1000:g} {-size / 1000:g})" '
            f'd="{outlines.svg(glyph)}"/>'
            for glyph, x, y, size in self.glyphs
            if outlines.svg(glyph)
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

    def operators(self) -> bytes:
        """PDF operators that fill the drawing, in its own coordinates."""
        outlines = _font()
        lines = [
            f"q {size / 1000:g} 0 0 {-size / 1000:g} {x:g} {y:g} cm {outlines.pdf(glyph)} f Q"
            for glyph, x, y, size in self.glyphs
            if outlines.pdf(glyph)
        ]
        lines += [f"{x:g} {y:g} {width:g} {height:g} re f" for x, y, width, height in self.bars]
        return "\n".join(lines).encode("ascii")


@cache
def _converter() -> Any:
    from math_core import LatexToMathML

    return LatexToMathML()


@lru_cache(maxsize=4096)
def mathml(source: str, display: bool = True) -> str:
    r"""A formula as a MathML element.

    Raises `TypesettingError` where the LaTeX cannot be typeset.

    >>> mathml("x^2", display=False)
    '<math><msup><mi>x</mi><mn>2</mn></msup></math>'
    """
    from math_core import LatexError

    try:
        found = _converter().convert_with_local_state(_lines(source), displaystyle=display)
    except LatexError as error:
        raise TypesettingError(source) from error
    return str(found)


@lru_cache(maxsize=4096)
def drawing(source: str, display: bool = True) -> Drawing:
    """A formula as drawn for the PDF; raises `TypesettingError` where it cannot be typeset."""
    from ziamath.config import config
    from ziamath.zmath import Math

    markup = mathml(source, display)
    alt = plain(source)
    words: list[str] = []

    def stand_in(match: re.Match[str]) -> str:
        words.append(match[0])
        return _WORD

    markup = _HAN.sub(stand_in, markup.replace(_WORD, "\u2013"))
    # math-core aligns columns with CSS, ziamath reads the attribute.
    markup = _ALIGNED.sub(r'<mtd columnalign="\1" style="text-align: \1', markup)
    markup = markup.replace('<mtable displaystyle="true"', '<mtable rowspacing="0.7em"')
    former, config.svg2 = config.svg2, True
    try:
        laid_out = Math(markup, size=SIZE)
        canvas = _Canvas("svg")
        laid_out.node.draw(0, 0, canvas)
        box = laid_out.node.bbox
    except (LookupError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise TypesettingError(f"{type(error).__name__}: {error}") from error
    finally:
        config.svg2 = former
    return _collect(canvas, box, words, alt)


class _Canvas(ET.Element):
    """Takes every glyph with its outline just before it.

    ziamath adds an outline once for each glyph number, but a brace that it assembles to fit has
    the number of its first part, whatever its height. Telling it that no outline is there yet
    keeps them apart.
    """

    def findall(self, path: str, namespaces: dict[str, str] | None = None) -> list[ET.Element]:  # noqa: ARG002
        """Nothing."""
        return []


def _collect(canvas: ET.Element, box: Any, words: list[str], alt: str) -> Drawing:
    """What ziamath drew, as data; `words` are what the stand-ins stand for, in order."""
    outlines = _font()
    left = min(box.xmin, 0.0)
    glyphs: list[tuple[int | str, float, float, float]] = []
    bars: list[tuple[float, float, float, float]] = []
    texts: list[tuple[str, float, float, float]] = []
    waiting = iter(words)
    symbol = ET.Element("symbol")
    for shape in canvas:
        if shape.tag == "symbol":
            symbol = shape
        elif shape.tag == "rect":
            x, y, width, height = (float(shape.get(key, "0")) for key in _RECT)
            bars.append((round(x - left, 3), round(y, 3), round(width, 3), round(height, 3)))
        elif shape.tag == "use":
            x, y, _, height = (float(shape.get(key, "0")) for key in _RECT)
            x0, y0, _, full = map(float, symbol.get("viewBox", "").split())
            scale = height / full
            placed = (
                round(x - x0 * scale - left, 3),
                round(y - y0 * scale, 3),
                round(scale * SIZE, 3),
            )
            glyph = int(shape.get("href", "").rpartition("_")[2])
            parts = symbol.findall("g/path")
            if glyph == outlines.stand_in:
                texts.append((next(waiting), *placed))
            elif parts:  # a tall brace or root, assembled because the font has no glyph for it
                glyphs.extend((part.get("d", ""), *placed) for part in parts)
            else:
                glyphs.append((glyph, *placed))
    return Drawing(
        tuple(glyphs),
        tuple(bars),
        tuple(texts),
        round(box.xmax - left, 3),
        round(max(box.ymax, 0.0), 3),
        round(max(-box.ymin, 0.0), 3),
        alt,
    )


_RECT = ("x", "y", "width", "height")


class _Outlines:
    """Glyph outlines in thousandths of the size, y upwards, made once each."""

    def __init__(self) -> None:
        from ziamath.zmath import Math

        self.font = Math("<math><mi>x</mi></math>").font
        self.stand_in = self.font.glyph(_WORD).index
        self._pdf: dict[int | str, str] = {}
        self._svg: dict[int | str, str] = {}

    def svg(self, glyph: int | str) -> str:
        """The outline as SVG path data."""
        if glyph not in self._svg:
            self._svg[glyph] = " ".join(
                letter + " ".join(f"{value:g}" for value in values)
                for letter, values in self._segments(glyph)
            )
        return self._svg[glyph]

    def pdf(self, glyph: int | str) -> str:
        """The outline as PDF path operators."""
        if glyph not in self._pdf:
            self._pdf[glyph] = " ".join(_operators(self._segments(glyph)))
        return self._pdf[glyph]

    def _segments(self, glyph: int | str) -> Iterator[tuple[str, list[float]]]:
        if isinstance(glyph, int):
            path = self.font.glyph_fromid(glyph).svgpath()
            data = "" if path is None else str(path.get("d"))
        else:
            data = glyph
        for letter, numbers in re.findall(r"([MLQCZ])([^MLQCZ]*)", data):
            # ziamath draws at `SIZE` with y downwards.
            values = [float(number) * 1000 / SIZE for number in numbers.split()]
            yield letter, [-v if index % 2 else v for index, v in enumerate(values)]


def _operators(segments: Iterable[tuple[str, list[float]]]) -> Iterator[str]:
    x, y = 0.0, 0.0
    for letter, points in segments:
        values = points
        if letter == "Q":  # PDF has cubic curves only.
            x1, y1, x2, y2 = points
            values = [
                *(x + (x1 - x) * 2 / 3, y + (y1 - y) * 2 / 3),
                *(x2 + (x1 - x2) * 2 / 3, y2 + (y1 - y2) * 2 / 3),
                *(x2, y2),
            ]
        operator = {"M": "m", "L": "l", "Q": "c", "C": "c", "Z": "h"}[letter]
        yield " ".join([*(f"{value:.0f}" for value in values), operator])
        if values:
            x, y = values[-2:]


@cache
def _font() -> _Outlines:
    return _Outlines()


def plain(source: str) -> str:
    r"""A formula as one line of text, for a screen reader, a terminal or a copy.

    >>> plain(r"\frac{\partial E}{\partial w_7} = 0.5 \cdot out_{o1}")
    '(∂E)/(∂w_7) = 0.5 ⋅ out_o1'
    """
    try:
        root = ET.fromstring(_ENTITY.sub("", mathml(source)))  # noqa: S314 - by math-core
    except (TypesettingError, ET.ParseError):
        return source
    return _UNARY.sub(" −", re.sub(r"\s+", " ", _words(root))).replace("( −", "(−").strip()


_ENTITY = re.compile(r"&(?!amp;|lt;|gt;|quot;|apos;|#)\w+;")
_ACCENTS = {
    "ˆ": "\u0302",
    "^": "\u0302",
    "¯": "\u0304",
    "~": "\u0303",
    "˙": "\u0307",
    "→": "\u20d7",
}
"""Combining characters."""
_PRIMES = ("′", "″", "‴", "'")
_UNARY = re.compile(r"(?:(?<=[(\[=,;∗·⋅×+])|^) ?− ")
_SPACED = frozenset("=≈→<>≤≥≠+−·⋅×∗*•∙±")
_INVISIBLE = dict.fromkeys(map(ord, "\u2061\u2062\u2063\u2064\u200b"))


def _words(node: ET.Element) -> str:
    parts = [_words(child) for child in node]
    text = (node.text or "").translate(_INVISIBLE).strip()
    match node.tag:
        case "mo":
            return f" {text} " if text in _SPACED else text + (" " if text in ",;" else "")
        case "mi" | "mn":
            return text if len(text) < 2 or text.isdigit() or node.tag == "mn" else f" {text} "
        case "mtext":
            return (node.text or "").replace("\u00a0", " ")
        case "mfrac":
            return f"{_group(parts[0])}/{_group(parts[1])}"
        case "msqrt":
            return f"√({''.join(parts).strip()})"
        case "mroot":
            return f"root {parts[1].strip()} of ({parts[0].strip()})"
        case "msub" | "munder":
            return f"{parts[0].strip()}_{_script(parts[1])}"
        case "msup" | "mover":
            raised = parts[1].strip()
            if node.get("accent") == "true" and raised in _ACCENTS:
                return f"{parts[0].strip()}{_ACCENTS[raised]}"
            if raised.strip("()") in _PRIMES:
                return parts[0].strip() + raised.strip("()")
            return f"{parts[0].strip()}^{_script(raised)}"
        case "msubsup" | "munderover":
            base = f"{parts[0].strip()}_{_script(parts[1])}"
            raised = parts[2].strip().strip("()")
            return (
                base
                + (raised if raised in _PRIMES else "^" + _script(parts[2]))
                + " " * (node.tag == "munderover")
            )
        case "mtable":
            return "; ".join(part.strip() for part in parts)
        case "mtr":
            return " ".join(part.strip() for part in parts)
        case "mspace":
            return " "
    return text + "".join(parts)


def _group(part: str) -> str:
    part = part.strip()
    return part if re.fullmatch(r"[\w.]+", part) and "_" not in part else f"({part})"


def _script(part: str) -> str:
    part = re.sub(r"\s+", "", part)
    return part if re.fullmatch(r"[\w+*∗.−-]*", part) else f"({part.strip('()')})"


def _lines(source: str) -> str:
    r"""Line breaks outside every environment, which MathML renderers ignore, as aligned lines."""
    parts, depth, start = [], 0, 0
    for match in re.finditer(r"\\begin|\\end|\\\\", source):
        if match[0] == r"\\" and depth == 0:
            parts.append(source[start : match.start()])
            start = match.end()
        elif match[0] != r"\\":
            depth += 1 if match[0] == r"\begin" else -1
    if not parts:
        return source
    parts.append(source[start:])
    body = r" \\ ".join("& " + part.strip().lstrip("& ") for part in parts)
    return rf"\begin{{aligned}}{body}\end{{aligned}}"
