"""Setting text and formulas for one of the two formats; the templates call it, nothing else."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import ClassVar

from markdown_it.token import Token
from markupsafe import Markup, escape

from bpreport.audit.model import Message
from bpreport.deck.model import Formula
from bpreport.publish.breaking import chain, filled
from bpreport.publish.columns import Entry, entries
from bpreport.publish.drawing import SIZE, Drawing, drawing
from bpreport.publish.embedding import Embedding
from bpreport.publish.formulas import TypesettingError, mathml, plain
from bpreport.publish.language import parts, pieces, tag
from bpreport.publish.mathfont import font_face
from bpreport.publish.numbers import signed
from bpreport.publish.pdf import SCHEME
from bpreport.publish.picture import Picture, Plan
from bpreport.publish.pointing import Pointer, pointed
from bpreport.publish.prose import closing, held, markdown
from bpreport.publish.solution import Solution
from bpreport.publish.words import spoken, told

__all__ = ["HtmlSetter", "Later", "PdfSetter", "ReportHtml", "ReportPdf", "Setter"]


class Setter:
    """What both formats share."""

    format: ClassVar[str] = ""
    digit: ClassVar[tuple[float, str]] = (0.515, "em")
    """How wide a digit of a formula in running text is: about half of the font's size."""

    def __init__(
        self,
        lang: str,
        formulas: Sequence[Formula] = (),
        marks: Mapping[int, Pointer] | None = None,
    ) -> None:
        self.lang = lang
        self._formulas = {formula.number: formula for formula in formulas}
        self._marks = dict(marks or {})
        """Where each figure in running text leads, by its number."""
        self._pictures = 0
        self._entries: Mapping[int, Entry] = {}
        """Those of the tables in the tokens that are being rendered, by their place."""
        self._markdown = markdown(self)

    def math(
        self, source: str, display: bool = False, small: bool = False, words: str = ""
    ) -> Markup:
        """A formula; its source as typed where it cannot be typeset.

        `words` are what it is told in, where they are known; otherwise they are read from it.
        """
        raise NotImplementedError

    def head(self, source: str) -> Markup:
        """A formula that heads a row or a column of a table."""
        return self.math(source, small=True)

    def chain(self, parts: Sequence[str], words: str = "") -> Markup:
        """A displayed chain: what stands first, then each relation with its side."""
        raise NotImplementedError

    def picture(self, picture: Picture | Plan) -> Markup:
        """A plot."""
        raise NotImplementedError

    def cut(self, mark: str) -> Markup:  # noqa: ARG002
        """Where a long page may be cut; nothing in a format that is not."""
        return Markup("")

    @property
    def lang_tag(self) -> str:
        """The language as HTML names it."""
        return tag(self.lang)

    def id(self, name: str) -> str:
        """A name of an element, as the page's links say it."""
        return name

    def symbol(self, solution: Solution) -> Markup:
        """The name of a quantity, in running text."""
        return self.math(solution.symbol, words=told(solution.sides[:1], self.lang))

    def given(self, solution: Solution) -> Markup:
        """A quantity with its value, in running text."""
        return self.math(" ".join(solution.steps), words=told(solution.sides, self.lang))

    def worked(self, solution: Solution) -> Markup:
        """The displayed chain of a worked solution."""
        return self.chain(solution.steps, told(solution.sides, self.lang))

    def solution(self, solution: Solution) -> Markup:
        """The same, where the page can say that it has it in another language already."""
        return self.worked(solution)

    def style(self, source: str, media: str = "all") -> Markup:
        """A style element."""
        return Markup('<style media="{}">{}</style>').format(media, Markup(source))  # noqa: S704

    def script(self, *names: str) -> Markup:  # noqa: ARG002
        """Files of the templates as one script; none in a format that runs nothing."""
        return Markup("")

    def policy(self) -> Markup:
        """What the page forbids itself; a format that runs nothing has nothing to forbid."""
        return Markup("")

    def font_face(self) -> Markup:
        """CSS that brings the math font with the page, for the formulas set so far."""
        return Markup("")

    def message(self, message: Message, small: bool = True) -> Markup:
        """A sentence with its formulas typeset."""
        return self._pieces(parts(message, self.lang), small)

    def caption(self, text: str) -> Markup:
        """What stands below a plot, with its formulas typeset."""
        return self._pieces(pieces(text), small=True)

    def _pieces(self, found: Sequence[tuple[str, str]], small: bool) -> Markup:
        told = Markup("")
        behind = [content if kind == "text" else "" for kind, content in [*found[1:], ("", "")]]
        taken = 0
        for (kind, content), following in zip(found, behind, strict=True):
            if kind == "math":
                punctuation = closing(following)
                told += held(self.math(content, small=small), punctuation)
                taken = len(punctuation)
            else:
                told += escape(signed(content[taken:]))
                taken = 0
        return told

    def prose(self, tokens: Sequence[Token]) -> Markup:
        """Markdown of the deck; raw HTML in it is text, and pictures are their descriptions."""
        markdown = self._markdown
        self._entries = entries(tokens)
        return Markup(  # noqa: S704 - markdown-it escapes
            markdown.renderer.render(list(tokens), markdown.options, {})
        )

    def formula(self, token: Token) -> str | None:
        """The math token typeset, if it is one."""
        number = (token.meta or {}).get("formula")
        formula = self._formulas.get(number) if isinstance(number, int) else None
        if formula is None:
            return None
        return self._pointed(formula, str(self.math(formula.source, formula.display)))

    def _pointed(self, formula: Formula, found: str) -> str:  # noqa: ARG002
        """The formula with its numbers leading to what the audit says of them."""
        return found

    def entry(self, opened: str, place: int) -> str:
        """The tag that opens an entry of a table, and the space by which its number is aligned."""
        entry = self._entries[place]
        if entry.words:
            opened = opened.replace(">", ' class="words">', 1)
        wide, unit = self.digit if entry.math else (1.0, "ch")
        spaces = [
            f"margin-{side}:{round(width * wide, 3):g}{unit}"
            for side, width in (("left", entry.lead), ("right", entry.trail))
            if width
        ]
        return f'{opened}<span style="{";".join(spaces)}">' if spaces else opened

    def entry_end(self, closed: str, place: int) -> str:
        """The tag that closes it, and what was opened in it."""
        entry = self._entries[place]
        return f"</span>{closed}" if entry.lead or entry.trail else closed

    def figure(self, token: Token) -> Markup:
        """The attributes of a figure in running text."""
        number = (token.meta or {}).get("figure")
        mark = self._marks.get(number) if isinstance(number, int) else None
        if mark is None:
            return Markup('class="figure"')
        return Markup('class="figure {}" data-claim="{}"').format(mark.level, mark.claim)


class HtmlSetter(Setter):
    """MathML, and plots in the page's colours.

    One file may hold the page in several languages. All their setters share an `Embedding`; those
    of all languages but the first have a `prefix`, which keeps their ids apart.
    """

    format = "html"
    gathers = True
    """Whether the signs of the formulas are kept, for the font that comes with the page."""

    def __init__(
        self,
        lang: str,
        formulas: Sequence[Formula] = (),
        marks: Mapping[int, Pointer] | None = None,
        numerals: Mapping[int, Mapping[int, Pointer]] | None = None,
        embedding: Embedding | None = None,
        prefix: str = "",
        known: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset()),
    ) -> None:
        super().__init__(lang, formulas, marks)
        self._known = known
        """Functions and names that the parser is told to read formulas aloud."""
        self._numerals = numerals or {}
        """Where the numbers of each formula lead, by its number and their offset."""
        self._embedding = embedding or Embedding()
        self._prefix = prefix

    def id(self, name: str) -> str:
        """The name under this language's prefix."""
        return self._prefix + name

    def solution(self, solution: Solution) -> Markup:
        """The chain in the first language; in the others its place.

        It is the same in all, and more than half of a page: the switch carries it over, and tells
        it in the words that each language has for it.
        """
        if self._prefix:
            words = told(solution.sides, self.lang)
            return Markup('<div data-shared="{}" data-words="{}"></div>').format(solution.id, words)
        return Markup('<div data-shared="{}">{}</div>').format(solution.id, self.worked(solution))

    def style(self, source: str, media: str = "all") -> Markup:
        """A style element that the policy allows."""
        return self._embedding.style(source, media)

    def script(self, *names: str) -> Markup:
        """Files of the templates as one ES module that the policy allows."""
        return self._embedding.script(*names)

    def policy(self) -> Markup:
        """The content security policy, once all styles and scripts are there."""
        return self._embedding.policy()

    def font_face(self) -> Markup:
        """The part of the math font that the page needs."""
        return font_face(frozenset(self._embedding.signs))

    def _told(self, source: str, words: str = "") -> str:
        """A formula in words: few screen readers read MathML by themselves."""
        return words or spoken(source, self.lang, *self._known)

    def math(
        self,
        source: str,
        display: bool = False,
        small: bool = False,  # noqa: ARG002
        words: str = "",
    ) -> Markup:
        """MathML, whose size the page's CSS decides, told in words."""
        try:
            found = mathml(source, display)
        except TypesettingError:
            return _as_typed(source)
        if self.gathers:
            self._embedding.signs.update(found)
        label = Markup('<math aria-label="{}"').format(self._told(source, words))
        found = found.replace("<math", label, 1)
        if display:
            # A block would be centred; an inline one in display style stands where the text does.
            found = found.replace(' display="block"', ' displaystyle="true"', 1)
            return Markup('<div class="formula" tabindex="0">{}</div>').format(Markup(found))  # noqa: S704
        return Markup(found)  # noqa: S704 - math-core escapes what it does not make itself

    def head(self, source: str) -> Markup:
        """The formula for the eye, and as text for a screen reader, which repeats it at each cell.

        Few of them do so with a formula.
        """
        return Markup('<span class="unseen">{}</span><span aria-hidden="true">{}</span>').format(
            plain(source), super().head(source)
        )

    def _pointed(self, formula: Formula, found: str) -> str:
        return str(pointed(found, formula.source, self._numerals.get(formula.number, {})))

    def chain(self, parts: Sequence[str], words: str = "") -> Markup:
        """Every side on a line of its own."""
        words = self._told(" ".join(parts), words)
        return self.math(_aligned(parts), display=True, words=words)

    def picture(self, picture: Picture | Plan) -> Markup:
        """The SVG as part of the page."""
        self._pictures += 1
        svg = picture.themed(self.id(f"p{self._pictures}"))
        head, rest = svg.split(">", 1)
        return Markup("{} role='img' aria-label='{}'>{}").format(
            Markup(head),  # noqa: S704 - plots and jinja2 escape
            picture.alt,
            Markup(rest),  # noqa: S704
        )


class PdfSetter(Setter):
    """Formulas as drawings told in words, gathered in `drawings` by their address."""

    format = "pdf"
    digit = (4.95, "pt")
    wide: ClassVar[float] = 452.0
    """Room for a displayed formula, in points: A4 less margins and indent."""
    narrow: ClassVar[float] = 200.0
    """The same for one in the table of claims, where other columns follow."""

    def __init__(
        self,
        lang: str,
        formulas: Sequence[Formula] = (),
        marks: Mapping[int, Pointer] | None = None,
        functions: frozenset[str] = frozenset(),
        names: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(lang, formulas, marks)
        self._known = functions, names
        """What the parser is told to read formulas aloud."""
        self.drawings: dict[str, Drawing] = {}
        self.words: set[str] = set()
        """The alternative texts of all formulas."""

    def math(
        self, source: str, display: bool = False, small: bool = False, words: str = ""
    ) -> Markup:
        """A drawing, broken or scaled down where it is wider than the page."""
        points = 11.0 if display else 8.5 if small else 10.0
        room = self.wide * SIZE / points
        try:
            drawn = drawing(source, display)
            if display and drawn.width > room:
                drawn = filled(source, room) or drawn
        except TypesettingError:
            return _as_typed(source)
        most = self.narrow if small else self.wide
        return self._image(drawn, self._told(source, words), points, display, most)

    def chain(self, parts: Sequence[str], words: str = "") -> Markup:
        """As many sides on a line as fit."""
        source, points = " ".join(parts), 10.0
        try:
            drawn = chain(parts, self.wide * SIZE / points)
        except TypesettingError:
            return _as_typed(source)
        return self._image(drawn, self._told(source, words), points, True, self.wide)

    def _image(
        self, drawn: Drawing, words: str, points: float, display: bool, most: float
    ) -> Markup:
        """A picture in a size of type, in points, or so small that it is at most so wide."""
        if not drawn.width:
            return Markup("")
        scale = min(points / SIZE, most / drawn.width)
        sizes = (drawn.width, drawn.height + drawn.depth, -drawn.depth)
        width, height, align = (round(value * scale, 2) for value in sizes)
        style = f"width:{width}pt;height:{height}pt;vertical-align:{align}pt"
        image = Markup('<img class="math" alt="{}" src="{}" style="{}">').format(
            words, self._address(drawn), style
        )
        return Markup('<div class="formula">{}</div>').format(image) if display else image

    def _told(self, source: str, words: str = "") -> str:
        """A formula in words, kept so that the PDF can tell formulas from other pictures."""
        words = words or spoken(source, self.lang, *self._known)
        self.words.add(words)
        return words

    def _address(self, drawn: Drawing) -> str:
        if drawn.words:  # Han characters need the page's fonts, which only a picture can name.
            return _data(drawn.svg())
        name = hashlib.sha256(repr(drawn).encode()).hexdigest()[:16]
        self.drawings[name] = drawn
        return SCHEME + name

    def picture(self, picture: Picture | Plan) -> Markup:
        """The SVG as a picture of its own."""
        return Markup('<img class="plot" alt="{}" src="{}">').format(
            picture.alt, _data(picture.svg)
        )


class Later:
    """Pictures of a page that are put in last, since they may be drawn in the meantime."""

    def __init__(self) -> None:
        self._pictures: list[Callable[[], Markup]] = []

    def place(self, put: Callable[[], Markup]) -> Markup:
        """Where a picture will be; a comment, which no deck can write."""
        self._pictures.append(put)
        return Markup("<!--picture {}-->").format(len(self._pictures) - 1)

    def filled(self, page: str) -> str:
        """The page with its pictures."""
        return re.sub(r"<!--picture (\d+)-->", lambda place: self._pictures[int(place[1])](), page)


class ReportHtml(HtmlSetter):
    """The report in HTML, whose pictures are put in `later`."""

    later: Later

    def picture(self, picture: Picture | Plan) -> Markup:
        """The place of the picture."""
        return self.later.place(partial(super().picture, picture))


class ReportPdf(PdfSetter):
    """The report in PDF, whose pictures are put in `later`."""

    later: Later

    def cut(self, mark: str) -> Markup:
        """A comment, which no deck can write."""
        return Markup("<!--{}-->").format(mark)

    def picture(self, picture: Picture | Plan) -> Markup:
        """The place of the picture."""
        return self.later.place(partial(super().picture, picture))


def _aligned(parts: Sequence[str]) -> str:
    head, *rest = parts
    if len(rest) < 2:
        return " ".join(parts)
    body = r" \\ & ".join(rest)
    return rf"\begin{{aligned}} {head} & {body} \end{{aligned}}"


def _data(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode("ascii")


def _as_typed(source: str) -> Markup:
    return Markup('<code class="typed">{}</code>').format(source)
