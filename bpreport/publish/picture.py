"""Pictures as SVG: the look that all plots share, drawn once their SVG is wanted, and kept.

A picture is drawn once, in the colours of the light page. The HTML replaces them by the page's own
CSS variables, so that the same picture also serves its dark look.
"""

from __future__ import annotations

import inspect
import json
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from html import unescape
from typing import TYPE_CHECKING, Any, ParamSpec

from bpreport.publish.keeping import kept
from bpreport.publish.labels import raised
from bpreport.worked.memory import remembered

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["FONTS", "PALETTE", "Picture", "Plan", "axes_in_a_row", "planned"]

P = ParamSpec("P")

PALETTE = {
    "ink": "#20242c",
    "soft": "#5d6673",
    "rule": "#d5dae1",
    "blue": "#0a5fa5",
    "orange": "#b8500b",
    "green": "#1a7a55",
    "purple": "#86449b",
    "rose": "#b3315f",
    "olive": "#746a08",
}
"""By the name of the CSS variable. The hues are told apart in all common kinds of colour vision
(after Okabe and Ito, darkened to a contrast of 4.5 on white)."""

FONTS = "Noto Sans CJK SC, Source Han Sans SC, sans-serif"
WIDTH = 6.7
"""Of every plot, in inches."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn plot."""

    svg: str
    alt: str
    """What it shows, from its data."""

    def themed(self, prefix: str) -> str:
        """For the HTML: the page's colours, and ids that no other picture has."""
        # A style element would be for the whole page, and the root can say the same.
        svg = _STYLE.sub("", self.svg).replace(
            "<svg ", '<svg stroke-linejoin="round" stroke-linecap="butt" ', 1
        )
        for name, colour in PALETTE.items():
            svg = svg.replace(colour, f"var(--{name})")
        if ' id="' in svg:  # a drawing without them has no references either
            svg = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{prefix}-", svg)
        return svg.replace("#ffffff", "var(--paper)")


_STYLE = re.compile(r"<defs>\s*<style[^>]*>[^<]*</style>\s*</defs>\s*")


@dataclass(frozen=True, slots=True)
class Plan:
    """A picture that is drawn once its SVG is wanted, here or before that in another process."""

    kind: str
    """The name of the function that draws it."""
    named: Mapping[str, Any]
    """Its arguments, with stand-ins for captions."""
    captions: tuple[str, ...]
    """What is written in the place of each."""
    alt: str
    """As of a `Picture`."""

    @property
    def svg(self) -> str:
        """The picture."""
        svg = _DRAWING[self.kind](**self.named).svg
        return _STANDING.sub(self._written, svg)

    def _written(self, match: re.Match[str]) -> str:
        place = ord(match[3]) - FIRST_STAND_IN
        if place >= len(self.captions):  # a sign of the deck's own
            return match[0]
        return match[1] + str(raised(self.captions[place], float(match[2])))

    def themed(self, prefix: str) -> str:
        """As a `Picture`."""
        return Picture(self.svg, self.alt).themed(prefix)


FIRST_STAND_IN = 0xE000
"""The first of the signs that Unicode leaves to private use."""
_STANDING = re.compile(r'(<text [^>]*?font-size="([\d.]+)px"[^>]*>)([\ue000-\uf8ff])(?=</text>)')
CAPTIONS = ("names", "titles", "name", "levels", "alt")
"""Arguments whose words take no room that depends on them: a picture is drawn once for all
languages, which is a sixth of the time that an HTML takes."""
_DRAWING: dict[str, Callable[..., Picture]] = {}
"""The functions that draw, by their names."""


def _packed(picture: Picture) -> bytes:
    return json.dumps([picture.svg, picture.alt]).encode()


def _unpacked(stored: bytes) -> Picture:
    return Picture(*json.loads(stored))


def planned(draw: Callable[P, Picture]) -> Callable[P, Plan]:
    """Draw later, and keep what is drawn, under the function's own name."""
    name, signature = draw.__name__, inspect.signature(draw)
    _DRAWING[name] = remembered(most=64)(kept(f"plots.{name}", _packed, _unpacked)(draw))

    @wraps(draw)
    def plan(*args: P.args, **named: P.kwargs) -> Plan:
        given = signature.bind(*args, **named).arguments
        captions: list[str] = []
        drawn = {
            key: _stand_in(value, captions) if key in CAPTIONS else value
            for key, value in given.items()
        }
        return Plan(name, drawn, tuple(captions), given["alt"])

    return plan


def _stand_in(value: Any, captions: list[str]) -> Any:
    r"""Words as a sign that stands for them, which are put among the captions; others as they are.

    >>> found = []
    >>> _stand_in([(0.5, "target"), (1.0, "")], found), found
    (((0.5, '\ue000'), (1.0, '')), ['target'])
    """
    if isinstance(value, str):
        if not value:
            return value
        captions.append(value)
        return chr(FIRST_STAND_IN + len(captions) - 1)
    if isinstance(value, Sequence):
        return tuple(_stand_in(part, captions) for part in value)
    return value


def prepare() -> None:
    """Import what draws, a fifth of a second; whatever draws a picture does so by itself."""
    import matplotlib.backends.backend_svg
    import matplotlib.figure  # noqa: F401


@contextmanager
def axes_in_a_row(
    height: float, columns: int = 1, left: float = 0.7, right: float = 0.1, top: float = 0.1
) -> Iterator[tuple[list[Axes], Callable[[str], Picture]]]:
    """Axes in a row, in the style of all plots, and what makes a picture of them.

    Margins are in inches and known beforehand: to have them found takes matplotlib as long as all
    the drawing.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    style: Any = {
        "svg.fonttype": "none",
        "svg.hashsalt": "bpreport",
        "font.family": "DejaVu Sans",  # It measures; the page's fonts are named in the SVG.
        "font.size": 8.0,
        "mathtext.default": "regular",
        "axes.edgecolor": PALETTE["soft"],
        "axes.labelcolor": PALETTE["soft"],
        "axes.linewidth": 0.6,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "grid.color": PALETTE["rule"],
        "grid.linewidth": 0.5,
        "xtick.color": PALETTE["soft"],
        "ytick.color": PALETTE["soft"],
        "xtick.major.width": 0.6,
        "ytick.major.width": 0.6,
        "xtick.minor.size": 0,
        "ytick.minor.size": 0,
        "lines.linewidth": 1.4,
        "lines.solid_capstyle": "round",
        "text.color": PALETTE["ink"],
        "axes.axisbelow": True,
        "axes.formatter.use_mathtext": False,
        "axes.unicode_minus": True,
    }
    with mpl.rc_context(), warnings.catch_warnings():
        # Settings of the user's own would change the plots, and the cache does not know them.
        mpl.rcdefaults()
        mpl.rcParams.update(style)
        # The measuring font lacks Han characters; the fonts that show them are named in the SVG.
        warnings.filterwarnings(
            "ignore", message="Glyph .* missing from font", category=UserWarning
        )
        figure = Figure(figsize=(WIDTH, height), facecolor="none")
        figure.subplots_adjust(
            left / WIDTH, 0.42 / height, 1 - right / WIDTH, 1 - top / height, wspace=0.08
        )
        made = figure.subplots(1, columns, squeeze=False, sharey=True)[0]
        for axes in made:
            axes.set_facecolor("none")

        def picture(alt: str) -> Picture:
            from io import StringIO

            target = StringIO()
            figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None})
            return Picture(_clean(target.getvalue()), alt)

        yield list(made), picture


def _clean(svg: str) -> str:
    """Matplotlib's SVG without its prologue, with plain text attributes and the page's fonts."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<text style="([^"]*)"', lambda match: _text(match[1]), svg)
    svg = svg.replace("font-family: 'DejaVu Sans'", f"font-family: {FONTS}")
    svg = re.sub(
        r'(<text [^>]*?font-size="([\d.]+)px"[^>]*>)([^<]*[_^]\{[^<]*)(?=</text>)', _labelled, svg
    )
    return re.sub(r"\s*\n\s*", "\n", svg).strip()


def _text(style: str) -> str:
    """A text's attributes from matplotlib's style, whose font shorthand WeasyPrint cannot read."""
    size = re.search(r"([\d.]+)px", style)
    anchor = re.search(r"text-anchor: (\w+)", style)
    fill = re.search(r"fill: (#\w+)", style)
    return (
        f'<text font-family="{FONTS}" font-size="{size[1] if size else 8}px"'
        + (f' text-anchor="{anchor[1]}"' if anchor else "")
        + f' fill="{fill[1] if fill else PALETTE["ink"]}"'
    )


def _labelled(match: re.Match[str]) -> str:
    return match[1] + str(raised(unescape(match[3]), float(match[2])))
