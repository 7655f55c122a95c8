r"""From LaTeX to a `Document`: sections, subsections and frames are its slides.

Comments, the preamble and the commands of the layout are blanked out character for character, so
that what is left keeps its place. Macros are not expanded: what they stand for is `unchecked`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile

from markdown_it.token import Token

from bpreport.deck.document import Document, Gathering, Mark
from bpreport.deck.errors import DeckError
from bpreport.deck.fences import ENVIRONMENTS, PLAIN
from bpreport.deck.markdown import split_front_matter
from bpreport.deck.model import Position
from bpreport.deck.tables import entries, printed_at

__all__ = ["parse_latex"]

HEADINGS = (
    "part", "chapter", "section", "subsection", "subsubsection", "paragraph", "frametitle",
)  # fmt: skip
"""From the highest to the lowest."""

_MATHEMATICS = "|".join(ENVIRONMENTS)
_PIECE = re.compile(
    rf"\\begin\s*\{{(?P<math>(?:{_MATHEMATICS})\*?)\}}"
    r"|\\begin\s*\{(?P<code>verbatim|lstlisting|minted|tikzpicture)\*?\}"
    r"|(?P<frame>\\begin\s*\{frame\}(?:<[^<>\n]*>)?(?:\[[^\[\]\n]*\])?(?=\{))"
    rf"|\\(?P<heading>{'|'.join(HEADINGS)})(?![A-Za-z])\*?\s*(?:\[[^\[\]]*\])?(?=\{{)"
    r"|(?P<blank>\n(?:[ \t]*\n)+|\\par(?![A-Za-z])|\\item(?![A-Za-z]))"
    r"|(?P<fence>\$\$?|\\\[|\\\()"
    r"|\\(?:[A-Za-z]+|[\s\S])"
)
_TABLE = re.compile(
    r"\\begin\s*\{(?P<kind>tabularx?|tabular\*|array|longtable)\}(?:\s*(?:\[[^\[\]]*\]|"
    r"\{(?:[^{}]|\{[^{}]*\})*\}))*(?P<body>.*?)\\end\s*\{(?P=kind)\}",
    re.DOTALL,
)
_CELL = re.compile(
    r"(?P<cell>(?:\\[^\\]|[^\\&])*)(?P<end>&|\\\\(?:\s*\[[^\[\]]*\])?|\Z)", re.DOTALL
)
_RULES = re.compile(
    r"(?:\s|\\(?:hline|toprule|midrule|bottomrule|endhead|endfoot)(?![A-Za-z])"
    r"|\\(?:cline|cmidrule)\s*(?:\([^()]*\))?\{[^{}]*\})*"
)
"""What stands in front of a row's first cell."""
_BREAK = re.compile(r"\n[ \t]*\n")
_BRACE = re.compile(r"\\[\s\S]|[{}]")
_COMMENT = re.compile(r"\\[\s\S]|(?P<comment>%[^\n]*)")
_COMMENTED_RULE = re.compile(r"%[ \t]*(?:---|\.\.\.)[ \t]*\Z")
_COMMENTED_KEY = re.compile(r"%[ \t]*[a-z_]+[ \t]*:(?:\s|\Z)")
_TITLE = re.compile(r"\\title\s*(?:\[[^\[\]]*\])?(?=\{)")
_LAYOUT = re.compile(
    r"\\(?:begin|end)\s*\{[^{}\n]*\}(?:\[[^\[\]\n]*\])?(?:\{[^{}\n]*\})?"
    r"|\\(?:label|ref|eqref|pageref|autoref|cref|cite[a-z]*|includegraphics|vspace|hspace|input|include"
    r"|bibliography|bibliographystyle|url|pause|setlength|setcounter|only|onslide|color|pagestyle"
    r"|newcommand|renewcommand|def|usepackage)\*?"
    r"(?:<[^<>\n]*>)?(?:\[[^\[\]\n]*\])*(?:\{[^{}\n]*\})*"
    r"|\\[A-Za-z]+\*?(?:\[[^\[\]\n]*\])?|\\\\(?:\[[^\[\]\n]*\])?|\\(?=[%$&#_{}])|\\[^A-Za-z\s]|[{}~]"
)
"""What typesets a text and is none of it."""


@dataclass(slots=True)
class _Paragraph:
    """Text and formulas up to the next break; what is no text is blanked out."""

    begin: int
    end: int = field(init=False)
    """Offset up to which it is read."""
    parts: list[str] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)
    formulas: list[tuple[Token, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.end = self.begin


def parse_latex(source: str) -> Document:
    r"""The sections, formulas and numbers of a LaTeX source.

    >>> document = parse_latex(r"\section{FP} Here $a = b$: % a comment")
    >>> document.sections[0].title, document.math[0].source, document.math[0].starts[0].column
    ('FP', 'a = b', 20)
    """
    front_matter, readable = _front_matter(source)
    document = _Reading(readable).document()
    document.front_matter = front_matter
    return document


def _front_matter(source: str) -> tuple[str | None, str]:
    r"""The front matter, and the source without it.

    It stands at the top as in Markdown, or in comments, so that LaTeX does not see it. A header
    of comments without any key is none.

    >>> _front_matter("% ---\n% lang: en\n% ---\n\\section{A}")[0]
    '  lang: en\n'
    """
    first, _, rest = source.partition("\n")
    if not _COMMENTED_RULE.match(first):
        return split_front_matter(source)
    lines = list(takewhile(lambda line: line.startswith("%"), rest.split("\n")))
    end = next((n for n, line in enumerate(lines) if _COMMENTED_RULE.match(line)), len(lines))
    if not any(_COMMENTED_KEY.match(line) for line in lines[:end]):
        return None, source
    if end == len(lines):
        raise DeckError(
            "front matter is not closed; expected a line '% ---' behind it", position=Position(1, 1)
        )
    # A blank for each % leaves every key in its column.
    return "".join(f" {line[1:]}\n" for line in lines[:end]), source


def _uncommented(source: str) -> str:
    return _COMMENT.sub(lambda match: " " * len(match[0]) if match["comment"] else match[0], source)


class _Reading:
    """One pass over a source."""

    def __init__(self, source: str) -> None:
        self.source = _uncommented(source)
        self.line_starts = [0, *(match.end() for match in re.finditer("\n", source))]
        self.gathering = Gathering()
        begin = self.source.find(r"\begin{document}")
        self.begin = 0 if begin < 0 else begin + len(r"\begin{document}")
        end = self.source.find(r"\end{document}", self.begin)
        self.end = len(source) if end < 0 else end
        self.levels = self._levels()
        self.last: dict[str, int] = {}
        """Where each kind of closing stands last: behind it, nothing need be looked for."""
        self.paragraph = _Paragraph(self.begin)

    def document(self) -> Document:
        place = self.begin
        while match := _PIECE.search(self.source, place, self.end):
            place = self._piece(match)
        self._flush(self.end)
        document = self.gathering.document()
        if title := _TITLE.search(self.source):
            end = self._brace(title.end())
            document.title = " ".join(_clean(self.source[title.end() : end]).split())
        return document

    def _levels(self) -> dict[str, int]:
        """The levels of the headings that this source has, without a gap: slides at level 2."""
        body = self.source[self.begin : self.end]
        used = {match["heading"] or "frametitle" for match in _PIECE.finditer(body)
                if match["heading"] or match["frame"]}  # fmt: skip
        return {
            name: min(2 + number, 6)
            for number, name in enumerate(name for name in HEADINGS if name in used)
        }

    def _piece(self, match: re.Match[str]) -> int:
        """Read what begins here; the offset behind it."""
        begin, behind = match.span()
        if match["math"]:
            closing = rf"\end{{{match['math']}}}"
            end = self._find(closing, behind)
            if end is not None:
                inner = (behind, end) if match["math"] in PLAIN else (begin, end + len(closing))
                behind = end + len(closing)
                self._formula(begin, inner, behind, match["math"] != "math")
        elif match["fence"]:
            closing = {r"\[": r"\]", r"\(": r"\)"}.get(match["fence"], match["fence"])
            end = self._find(closing, behind)
            display = match["fence"] in ("$$", r"\[")
            if end is not None and (display or not _BREAK.search(self.source, behind, end)):
                inner, behind = (behind, end), end + len(closing)
                self._formula(begin, inner, behind, display)
        elif match["code"]:
            end = self._find(rf"\end{{{match['code']}}}", behind)
            if end is not None:
                behind = self._code(match["code"], begin, behind, end)
        elif match["heading"] or match["frame"]:
            behind = self._heading(match["heading"] or "frametitle", begin, behind)
        elif match["blank"]:
            self._flush(begin)
        return behind

    def _find(self, closing: str, begin: int) -> int | None:
        """Where a closing stands that is not escaped; one for formulas in a line within reach."""
        if closing not in self.last:
            self.last[closing] = self.source.rfind(closing, 0, self.end)
        if begin > self.last[closing]:
            return None
        place = self.source.find(closing, begin, self.end)
        while place >= 0:
            back = place
            while back > begin and self.source[back - 1] == "\\":
                back -= 1
            if (place - back) % 2 == 0:
                return place if place > begin else None
            place = self.source.find(closing, place + 1, self.end)
        return None

    def _formula(self, begin: int, inner: tuple[int, int], behind: int, display: bool) -> None:
        content = self.source[slice(*inner)]
        if display:
            self._flush(begin)
            token = Token("math_block", "math", 0, block=True, content=content)
            starts = self._starts(inner[0], content)
            self.gathering.add(token, starts[0])
            token.meta["formula"] = self.gathering.add_math(content, True, starts)
            self.paragraph = _Paragraph(behind)
        else:
            self._text(begin)
            token = Token("math_inline", "math", 0, content=content)
            self.paragraph.tokens.append(token)
            self.paragraph.formulas.append((token, inner[0]))
            self.paragraph.parts.append(" " * (behind - begin))
            self.paragraph.end = behind

    def _text(self, end: int) -> None:
        """Take what lies between the last formula and here as text."""
        text = _clean(self.source[self.paragraph.end : end])
        self.paragraph.parts.append(text)
        self.paragraph.end = max(end, self.paragraph.end)
        shown = re.sub(r"\s+", " ", text)
        if shown:
            self.paragraph.tokens.append(Token("text", "", 0, content=shown))

    def _flush(self, end: int) -> None:
        """End the paragraph, and read it."""
        self._text(end)
        paragraph, self.paragraph = self.paragraph, _Paragraph(end)
        if not paragraph.formulas and not any(part.strip() for part in paragraph.parts):
            return
        text = "".join(paragraph.parts)
        begin = paragraph.begin + len(text) - len(text.lstrip())
        inline = Token("inline", "", 0, children=paragraph.tokens)
        for token in (Token("paragraph_open", "p", 1), inline, Token("paragraph_close", "p", -1)):
            self.gathering.add(token, self._position(begin))
        self._read(paragraph, announces=True)

    def _read(self, paragraph: _Paragraph, announces: bool) -> None:
        marks = list(self._marks(paragraph))
        self.gathering.paragraphs += 1
        prose = "".join(paragraph.parts)
        named = self.gathering.read_paragraph(
            prose,
            lambda offset: self._position(paragraph.begin + offset),
            marks,
            [offset - paragraph.begin for _, offset in paragraph.formulas],
            announces,
        )
        marked = {paragraph.begin + mark.offset: mark for mark in marks}
        for token, offset in paragraph.formulas:
            end = offset + len(token.content)
            if any(offset < place < end and marked[place].entry for place in marked):
                token.type = "text"  # a row of numbers
                continue
            if offset in marked:  # a number of a table, typed as a formula
                token.type = "text"
                mark = marked[offset]
                percent = mark.entry is not None and mark.entry.percent
                token.content = f"{mark.text} %" if percent else mark.text
                continue
            token.meta["formula"] = self.gathering.add_math(
                token.content,
                False,
                self._starts(offset, token.content),
                named(offset - paragraph.begin),
                before=prose[: offset - paragraph.begin - 1],
            )

    def _marks(self, paragraph: _Paragraph) -> Iterator[Mark]:
        """The numbers of the paragraph's tables that are printed for a quantity."""
        for table in _TABLE.finditer(self.source, paragraph.begin, paragraph.end):
            rows = list(_cells(self.source, table.start("body"), table.end("body")))
            texts = [[self.source[slice(*cell)] for cell in row] for row in rows]
            for entry in entries(texts):
                begin, _ = rows[entry.row][entry.column]
                cell = texts[entry.row][entry.column]
                printed, at = printed_at(cell, entry)
                offset = begin + at - paragraph.begin
                counts = not entry.heading
                yield Mark(offset, printed.text, "", counts, entry=None if counts else entry)

    def _heading(self, name: str, begin: int, brace: int) -> int:
        self._flush(begin)
        end = self._brace(brace)
        section = self.gathering.begin("", self._position(begin), self.levels[name])
        self.paragraph = _Paragraph(brace + 1)
        place = brace + 1
        while match := _PIECE.search(self.source, place, end):
            place = self._piece(match) if match["fence"] else match.end()
        end = max(place, end)
        self._text(end)
        paragraph, self.paragraph = self.paragraph, _Paragraph(end)
        shown = (
            f"${token.content}$" if token.type == "math_inline" else token.content
            for token in paragraph.tokens
        )
        section.title = " ".join("".join(shown).split())
        self._read(paragraph, announces=False)
        return end

    def _code(self, name: str, begin: int, inner: int, end: int) -> int:
        self._flush(begin)
        behind = end + len(rf"\end{{{name}}}")
        if name != "tikzpicture":  # the source of a drawing tells its readers nothing
            content = self.source[inner:end].partition("\n")[2]
            token = Token("fence", "code", 0, block=True, content=content)
            self.gathering.add(token, self._position(begin))
        self.paragraph = _Paragraph(behind)
        return behind

    def _brace(self, begin: int) -> int:
        """The brace that closes the one at `begin`; the end of the line where none does."""
        depth = 0
        for match in _BRACE.finditer(self.source, begin, begin + 2000):
            depth += {"{": 1, "}": -1}.get(match[0], 0)
            if depth == 0 and match[0] == "}":
                return match.start()
        end = self.source.find("\n", begin)
        return self.end if end < 0 else end

    def _starts(self, begin: int, content: str) -> list[Position]:
        lines = content.split("\n")[:-1]
        starts = [begin]
        for line in lines:
            starts.append(starts[-1] + len(line) + 1)
        return [self._position(start) for start in starts]

    def _position(self, offset: int) -> Position:
        line = bisect_right(self.line_starts, offset)
        return Position(line, offset - self.line_starts[line - 1] + 1)


def _cells(source: str, begin: int, end: int) -> Iterator[list[tuple[int, int]]]:
    """Where the cells of each row of a table begin and end, rules and blanks left out."""
    row: list[tuple[int, int]] = []
    for match in _CELL.finditer(source, begin, end):
        cell = match["cell"]
        blank = len(_RULES.match(cell)[0])  # type: ignore[index]
        row.append((match.start("cell") + blank, match.start("cell") + len(cell.rstrip())))
        if match["end"] != "&":
            if any(first < last for first, last in row):
                yield row
            row = []


def _clean(text: str) -> str:
    """The text with the commands of its layout blanked out, character for character."""
    return _LAYOUT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
