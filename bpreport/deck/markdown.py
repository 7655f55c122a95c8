"""From Markdown to a `Document`: sections, math spans and numbers, each with its place.

markdown-it-py does the reading; raw HTML in a deck is text. It keeps the lines of blocks, but not
where in a line something stands. So our state of the inline parser notes the offsets of what it
pushes, and the line that a piece of text came from says the rest.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import accumulate

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType

from bpreport.deck.attributes import read_attributes, spans_plugin
from bpreport.deck.counts import Count
from bpreport.deck.document import Document, Gathering, Mark
from bpreport.deck.errors import DeckError
from bpreport.deck.fences import fences_plugin
from bpreport.deck.markdown_tables import Cell, cells
from bpreport.deck.model import Position
from bpreport.deck.tables import sole_number
from bpreport.formula.limits import limit

__all__ = ["parse_markdown", "read_markdown", "split_front_matter"]

LONGEST_PARAGRAPH = limit("paragraph_characters")
"""Characters past which a paragraph is refused; some rules of Markdown look ahead to its end."""
MOST_BARS = limit("table_bars")
"""Bars past which a deck with tables is refused: a cell of one character takes 2 kB to read."""
DEEPEST = limit("list_depth")
"""Nested lists and quotes past which a deck is refused."""

_HEADING_ATTRIBUTES = re.compile(r"(?<!\])(\{[^{}]*\})[ \t]*\Z")
_MATH_FENCES = ("math", "{math}", "latex-math", "tex-math")
_DELIMITERS = re.compile(r"^[ \t>]*(?:\|[ \t]*)?:?-+:?[ \t]*(?:\||$)", re.MULTILINE)
"""The beginning of a line below the headings of a table."""
_RULE = re.compile(r"(?:---|\.\.\.)[ \t]*\Z")


class _State(StateInline):
    """An inline parser's state that notes in `token.meta["at"]` where each token begins."""

    begun = 0
    """Where the pending text begins."""

    def append_pending(self, text: str) -> None:
        if not self.pending:
            self.begun = self.pos
        super().append_pending(text)

    def pushPending(self) -> Token:  # noqa: N802 - markdown-it's name
        token = super().pushPending()
        token.meta["at"] = self.begun
        return token

    def push(self, ttype: str, tag: str, nesting: int) -> Token:
        token = super().push(ttype, tag, nesting)  # type: ignore[arg-type]
        token.meta["at"] = self.pos
        if ttype == "text" and len(self.tokens) > 1:
            # The marks of ** are pushed one by one, all from the place of the first.
            before = self.tokens[-2]
            if before.type == "text" and before.meta["at"] >= self.pos:
                token.meta["at"] = before.meta["at"] + len(before.content)
        return token


class _Inline(ParserInline):
    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        state = _State(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


@cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False})
    markdown.inline = _Inline()
    markdown.configure("commonmark", options_update={"html": False, "maxNesting": DEEPEST})
    markdown.enable(["table", "strikethrough"])
    fences_plugin(markdown)
    spans_plugin(markdown)
    markdown.inline.ruler2.before("fragments_join", "prose", _prose)
    markdown.core.ruler.at("inline", _read_inline)
    return markdown


def _prose(state: StateInline) -> None:
    """The text of a paragraph in its places, with all that is no text blanked out."""
    parts: list[str] = []
    length = 0
    for before, token in zip([None, *state.tokens], state.tokens, strict=False):
        address = before is not None and before.info == "auto"  # <https://...>
        if token.type == "text" and token.content and not address:
            parts.append(" " * (token.meta["at"] - length))
            parts.append(token.content)
            length = token.meta["at"] + len(token.content)
    state.env["prose"] = "".join(parts)


def _read_inline(state: StateCore) -> None:
    """markdown-it's rule of that name, and the attributes at the end of headings."""
    for before, token in zip([None, *state.tokens], state.tokens, strict=False):
        if token.type != "inline":
            continue
        token.meta["typed"] = token.content
        if len(token.content) > LONGEST_PARAGRAPH:
            raise DeckError(
                "a paragraph of {count} characters; expected at most {most}",
                position=Position((token.map or [0])[0] + 1, 1),
                count=len(token.content),
                most=LONGEST_PARAGRAPH,
            )
        if before is not None and before.type == "heading_open":
            _heading_attributes(before, token)
        token.children = []
        state.md.inline.parse(token.content, state.md, state.env, token.children)
        token.meta["prose"] = state.env["prose"]


def _heading_attributes(heading: Token, inline: Token) -> None:
    """Take `{worked=name}` off the end of a heading."""
    match = _HEADING_ATTRIBUTES.search(inline.content)
    found = read_attributes(match[1]) if match else None
    if not match or not found:
        return  # no attributes, or the author's own braces
    inline.content = inline.content[: match.start()].rstrip()
    heading.meta["attributes"] = found[0]
    heading.meta["attributes at"] = match.start(1)


def parse_markdown(source: str) -> Document:
    r"""The sections, formulas and figures of a Markdown source.

    >>> document = parse_markdown("# Notes\n\n## FP {worked=example}\n\n$$a = b$$\n")
    >>> [section.title for section in document.sections], document.math[0].starts
    (['Notes', 'FP'], (Position(line=5, column=3, cell=0),))
    """
    front_matter, text = split_front_matter(source)
    gathering = Gathering()
    read_markdown(text, gathering)
    document = gathering.document()
    document.front_matter = front_matter
    return document


def split_front_matter(source: str) -> tuple[str | None, str]:
    r"""The front matter, and the source with blank lines in its place.

    It stands between two lines "---" at the very top, the closing one may be "...". A rule with
    a blank line behind it is no front matter.

    >>> split_front_matter("---\ntitle: Notes\n---\nText.")
    ('title: Notes\n', '\n\n\nText.')
    """
    first, _, rest = source.partition("\n")
    if first.rstrip(" \t") != "---" or not rest.partition("\n")[0].strip():
        return None, source
    lines = rest.split("\n")
    for number, line in enumerate(lines):
        if _RULE.match(line):
            block = "".join(f"{text}\n" for text in lines[:number])
            return block, "\n" * (number + 1) + "\n".join(["", *lines[number + 1 :]])
    if re.match(r"[ \t]*[\w'\"-]+[ \t]*:(?:\s|\Z)", lines[0]):
        raise DeckError(
            "front matter is not closed; expected a line '---' behind it", position=Position(1, 1)
        )
    return None, source


def read_markdown(source: str, gathering: Gathering, cell: int = 0) -> None:
    """Add what a Markdown source holds; `cell` is the notebook's cell that it is."""
    gathering.bars += source.count("|") if _DELIMITERS.search(source) else 0
    if gathering.bars > MOST_BARS:
        raise DeckError("tables with more than {most} bars |", most=MOST_BARS)
    tokens = _markdown().parse(source)
    _Reading(source, gathering, cell).read(tokens)


class _Reading:
    """One pass over the tokens of a source."""

    def __init__(self, source: str, gathering: Gathering, cell: int) -> None:
        self.lines = source.split("\n")
        self.gathering = gathering
        self.cell = cell
        self.row_iteration: Count | None = None
        """The count of iterations that a row of a table is about."""

    def read(self, tokens: Sequence[Token]) -> None:
        cells_by_token = {id(token): of for token, of in cells(tokens, self.lines, self.cell)}
        stream = iter(tokens)
        for token in stream:
            line = token.map[0] if token.map else 0
            if token.level >= DEEPEST - 1 and token.nesting > 0:
                raise DeckError(
                    "lists and quotes are nested more than {most} deep",
                    position=Position(line + 1, 1, self.cell),
                    most=DEEPEST,
                )
            if token.type == "heading_open" and token.level == 0:
                self._heading(token, next(stream))
                next(stream)  # heading_close
                continue
            self.gathering.add(token, Position(line + 1, 1, self.cell))
            if token.type == "tr_open":
                self.gathering.paragraphs += 1
                self.row_iteration = None
            elif id(token) in cells_by_token:
                self._cell(token, cells_by_token[id(token)])
            elif token.type == "inline":
                self._inline(token, self._text_place(token))
            elif token.type == "fence" and token.info.strip().split(" ")[0] in _MATH_FENCES:
                token.type = "math_block"
                token.content = token.content.rstrip("\n")
                self._math_block(token, line + 1)
            elif token.type == "math_block":
                self._math_block(token, line)

    def _cell(self, token: Token, cell: Cell) -> None:
        """A cell of a table: the count of iterations in one is that of all formulas of its row."""
        if cell.entries:
            token.children, marks = cell.numbers()
            self.gathering.read_paragraph("", cell.place, marks, announces=False)
            return
        named = self._inline(
            token,
            cell.place,
            announces=False,
            row=self.row_iteration,
            counts=cell.count is not None,
            in_cell=True,
        )
        if cell.count is not None:
            self.row_iteration = Count(cell.count)
        elif named is not None and not cell.heads:
            self.row_iteration = named

    def _math_block(self, token: Token, line: int) -> None:
        starts = [
            self._start(line + number, text)
            for number, text in enumerate(token.content.split("\n"))
        ]
        token.meta["formula"] = self.gathering.add_math(token.content, True, starts)

    def _heading(self, opening: Token, inline: Token) -> None:
        line = opening.map[0] if opening.map else 0
        attributes = opening.meta.get("attributes", {})
        position = Position(line + 1, 1, self.cell)
        section = self.gathering.begin("", position, int(opening.tag[1:]))
        place = self._text_place(inline)
        self._inline(inline, place, announces=False)
        section.title = _plain(inline)
        if attributes:
            section.attributes = attributes
            section.attributes_at = place(opening.meta["attributes at"])

    def _inline(
        self,
        token: Token,
        place: Callable[[int], Position],
        announces: bool = True,
        row: Count | None = None,
        counts: bool = False,
        in_cell: bool = False,
    ) -> Count | None:
        """Read a paragraph or cell; the count of iterations that it names.

        Of a cell of a table, `row` is the count that its row has named so far; `counts` says that
        the cell's number is one.
        """
        children = token.children or []
        _check_attributes(children, place, token.meta["typed"])
        marks = list(_marks(children))
        maths = [child for child in children if child.type.startswith("math_inline")]
        prose = token.meta["prose"]
        if counts and not marks and (digits := prose.strip()).isdecimal():
            marks.append(Mark(prose.index(digits), digits, "", iteration=True))
        self.gathering.paragraphs += not in_cell
        formulas = [child.meta["at"] for child in maths]
        named = self.gathering.read_paragraph(prose, place, marks, formulas, announces)
        for child in maths:
            offset = child.meta["at"] + len(child.markup)
            content = child.content
            if content[:1] == content[-1:] == "`" and len(content) > 2:
                child.content = content = content[1:-1]  # GitHub's $`...`$
                offset += 1
            starts = list(_line_offsets(content, offset))
            child.meta["formula"] = self.gathering.add_math(
                content,
                child.type == "math_inline_double",
                [place(start) for start in starts],
                named(child.meta["at"]) or row,
                escaped=in_cell,
                before=prose[: child.meta["at"]],
            )
        return named(0)

    def _text_place(self, token: Token) -> Callable[[int], Position]:
        """From offsets in the text of a paragraph or a heading to places in the source."""
        text: str = token.meta["typed"]
        first, last = token.map or (0, 1)
        while first + 1 < last and text.partition("\n")[0] not in self.lines[first]:
            first += 1  # a line of nothing but wide spaces was dropped
        offsets = list(_line_offsets(text, 0))
        starts = [self._start(first + n, line) for n, line in enumerate(text.split("\n"))]

        def place(offset: int) -> Position:
            number = bisect_right(offsets, offset) - 1
            start = starts[number]
            return Position(start.line, start.column + offset - offsets[number], self.cell)

        return place

    def _start(self, number: int, text: str) -> Position:
        """Where a line of a block begins, of which `text` is left without quote marks and indent.

        It is found from the end, which is the same, so that no bracket or name before it misleads.
        """
        line = self.lines[number] if number < len(self.lines) else ""
        stripped = text.strip()
        indent = len(text) - len(text.lstrip()) if stripped else 0
        found = line.rfind(stripped) if stripped else len(line)
        return Position(number + 1, max(found, 0) - indent + 1, self.cell)


def _line_offsets(text: str, offset: int) -> Iterator[int]:
    """Where each line of a text begins that itself begins at an offset."""
    return accumulate((len(line) + 1 for line in text.split("\n")[:-1]), initial=offset)


def _marks(children: Sequence[Token]) -> Iterator[Mark]:
    """The bracketed spans of a paragraph that say what their number is."""
    for number, child in enumerate(children):
        if child.type != "span_open":
            continue
        claim = str(child.attrs.get("claim", "")).strip()
        iteration = "iteration" in str(child.attrs.get("class", "")).split()
        if not claim and not iteration:
            continue
        inner, end = children[number + 1], children[min(number + 2, len(children) - 1)]
        alone = end.type == "span_close"
        if alone and inner.type == "text":
            yield _mark(child, inner.content, child.meta["at"], claim, iteration)
        elif alone and inner.type == "math_inline":
            formula = f"${inner.content}$"
            offset = inner.meta["at"] + len(inner.markup) - 1
            mark = _mark(child, formula, offset, claim, iteration)
            inner.type = "text"  # a number that is typed as a formula
            inner.content = f"{mark.text} %" if mark.percent else mark.text
            yield mark
        else:
            yield Mark(child.meta["at"], "", claim, iteration, child)


def _mark(opening: Token, source: str, at: int, claim: str, iteration: bool) -> Mark:
    """The mark of a number, which may be typed as a formula, a fraction or in percent."""
    printed = sole_number(source)
    if printed is None:
        return Mark(at, source, claim, iteration, opening)
    offset = at + source.index(printed.typed)
    return Mark(offset, printed.text, claim, iteration, opening, percent=printed.percent)


def _check_attributes(
    children: Sequence[Token], place: Callable[[int], Position], text: str
) -> None:
    """Refuse a slip of the pen in a mark: without a word, its number would claim nothing."""
    for child in children:
        if child.type == "span_open" and child.meta["unmeant"]:
            typed, meant = child.meta["unmeant"]
            raise DeckError(
                "expected {meant} in the braces behind the brackets, found {typed}",
                position=place(text.index(typed, child.meta["attributes at"])),
                meant=meant,
                typed=typed if typed != "claim" else 'claim=""',
            )


def _plain(inline: Token) -> str:
    """The words of a heading."""
    parts = (
        f"${child.content}$" if child.type.startswith("math") else child.content
        for child in inline.children or []
        if child.type in ("text", "code_inline") or child.type.startswith("math")
    )
    return "".join(parts).strip()
