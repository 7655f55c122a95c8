"""Setting the corrected deck's text; sizes are in em, so that a slide can be scaled."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from markdown_it.token import Token
from markupsafe import Markup, escape

from bpreport.publish.drawing import MARKS, SIZE, Drawing, drawing
from bpreport.publish.formulas import TypesettingError
from bpreport.publish.setting import HtmlSetter, PdfSetter, Setter
from bpreport.publish.slides.formulas import SetFormula
from bpreport.publish.slides.measuring import DISPLAY

__all__ = ["HtmlSlides", "PdfSlides"]


class _Slides(Setter):
    """What both formats share: the corrected deck's formulas and the marks of its footnotes."""

    def __init__(
        self,
        lang: str,
        formulas: Mapping[int, SetFormula],
        figures: Mapping[int, tuple[str, tuple[int, ...]]],
    ) -> None:
        super().__init__(lang)
        self._shown = formulas
        self._spans = figures
        """By number of a figure in running text: its class, and its footnotes."""
        self._open: list[tuple[int, ...]] = []
        rules: Any = self._markdown.renderer.rules
        rules.update(span_open=self._span_open, span_close=self._span_close)

    def formula(self, token: Token) -> str | None:
        """The math token typeset as it was fitted to the slide."""
        shown = self._shown.get((token.meta or {}).get("formula", 0))
        if shown is None:
            return None
        display = token.type in ("math_block", "math_inline_double", "fence", "amsmath")
        set_formula = self.fitted(shown, display)
        if not shown.notes:
            return str(set_formula)
        tag = "div" if display else "span"
        frame = Markup('<{} class="called">{}{}</{}>')
        return str(frame.format(tag, set_formula, self.calls(shown.notes), tag))

    def fitted(self, shown: SetFormula, display: bool) -> Markup:
        """A formula at its scale."""
        raise NotImplementedError

    def title(self, text: str) -> Markup:
        """A heading, whose formulas stand between dollar signs."""
        pieces = enumerate(re.split(r"\$([^$]+)\$", text))
        return Markup("").join(
            self.math(piece) if odd % 2 else escape(piece) for odd, piece in pieces
        )

    def calls(self, notes: Sequence[int]) -> Markup:
        """What leads to footnotes."""
        return Markup("").join(
            Markup('<a class="call" href="#note-{}">{}</a>').format(number, number)
            for number in notes
        )

    def _span_open(self, tokens: Sequence[Token], index: int, *_: Any) -> str:
        number = (tokens[index].meta or {}).get("figure")
        kind, notes = self._spans.get(number, ("", ())) if isinstance(number, int) else ("", ())
        self._open.append(notes)
        return str(Markup('<span class="{}">').format(f"figure {kind}".strip()))

    def _span_close(self, *_: Any) -> str:
        return "</span>" + str(self.calls(self._open.pop()))


class HtmlSlides(_Slides, HtmlSetter):
    """MathML and plots in the page's colours."""

    digit = (0.495, "em")

    def fitted(self, shown: SetFormula, display: bool) -> Markup:
        """MathML in a type of its own size."""
        found = str(self.math(shown.source, display))  # which it has escaped
        for colour, name in MARKS.items():
            found = found.replace(f'style="color:{colour};"', f'class="{name}"')
        if display:
            sized = f'class="formula" style="font-size:{round(DISPLAY * shown.scale, 3)}em"'
            return Markup(found.replace('class="formula"', sized, 1))  # noqa: S704
        if shown.scale == 1:
            return Markup(found)  # noqa: S704
        return Markup('<span style="font-size:{}em">{}</span>').format(shown.scale, Markup(found))  # noqa: S704


class PdfSlides(_Slides, PdfSetter):
    """Drawings, sized in em of the text around them."""

    digit = (0.495, "em")

    def __init__(
        self,
        lang: str,
        formulas: Mapping[int, SetFormula],
        figures: Mapping[int, tuple[str, tuple[int, ...]]],
        functions: frozenset[str],
        names: frozenset[str],
    ) -> None:
        super().__init__(lang, formulas, figures)
        self._known = functions, names

    def fitted(self, shown: SetFormula, display: bool) -> Markup:
        """A drawing at its scale."""
        try:
            drawn = drawing(shown.source, display)
        except TypesettingError:
            return self.math(shown.source, display)
        return self._sized(drawn, self._told(shown.source), shown.scale, display)

    def math(
        self,
        source: str,
        display: bool = False,
        small: bool = False,  # noqa: ARG002
        words: str = "",
    ) -> Markup:
        """A drawing in the size of the text around it."""
        try:
            drawn = drawing(source, display)
        except TypesettingError:
            return Markup('<code class="typed">{}</code>').format(source)
        return self._sized(drawn, self._told(source, words), 1.0, display)

    def _sized(self, drawn: Drawing, words: str, scale: float, display: bool) -> Markup:
        """A picture in em of the text around it, which the stylesheet makes larger for display."""
        if not drawn.width:
            return Markup("")
        sizes = (drawn.width, drawn.height + drawn.depth, -drawn.depth)
        width, height, align = (round(value * scale / SIZE, 3) for value in sizes)
        style = f"width:{width}em;height:{height}em;vertical-align:{align}em"
        image = Markup('<img class="math" alt="{}" src="{}" style="{}">').format(
            words, self._address(drawn), style
        )
        return Markup('<div class="formula">{}</div>').format(image) if display else image
