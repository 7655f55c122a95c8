"""From Markdown to slides and math spans, each with its place in the source.

markdown-it-py does the reading; raw HTML in a deck is text. The places of spans inside a
paragraph, which markdown-it does not keep, are found again by walking the source in step.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.attrs import attrs_plugin
from mdit_py_plugins.attrs.parse import ParseError
from mdit_py_plugins.attrs.parse import parse as parse_attributes
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from bpreport.deck.model import Position

__all__ = ["Document", "MathSpan", "Section", "Span", "parse_markdown"]

_HEADING_ATTRIBUTES = re.compile(r"\s*(\{[^{}]*\})\s*\Z")
_MATH_FENCES = {"math", "latex-math", "tex-math"}

_ITERATION = re.compile(
    rf"第\s*(?P<a>\d+)\s*(?:次|步|轮)?\s*(?:迭代|更新|训练)"
    rf"|(?:迭代|更新|训练)\s*(?P<b>\d+)\s*(?:次|步|轮)"
    rf"|(?:after|at|in)\s+(?:the\s+)?(?P<c>\d+)(?:st|nd|rd|th)?\s+"
    rf"(?:iterations?|updates?|steps?|epochs?)"
    rf"|(?P<d>\d+)(?:st|nd|rd|th)\s+(?:iteration|update|step|epoch)"
    rf"|\b(?:iteration|epoch|step)\s+(?P<e>\d+)\b",
    re.IGNORECASE,
)
"""How running text names a count of iterations."""

_NUMERAL = re.compile(r"(?<![A-Za-z_\d.])(?:\d+(?:\.\d+)?|\.\d+)(?![A-Za-z_\d]|\.\d)")
"""A number in running text; the 7 of "w7" is part of a name."""


@dataclass(slots=True)
class MathSpan:
    """One math span as it stands in the source."""

    number: int
    source: str
    display: bool
    section: int
    starts: tuple[Position, ...]
    iteration: int | None
    """The count of iterations that its paragraph names."""


@dataclass(slots=True)
class Span:
    """A bracketed span around a number, or a count of iterations in running text."""

    number: int
    text: str
    section: int
    position: Position
    claim: str
    iteration: bool


@dataclass(slots=True)
class Section:
    """A heading and its tokens."""

    title: str
    line: int
    level: int
    attributes: dict[str, str]
    tokens: list[Token] = field(default_factory=list)


@dataclass(slots=True)
class Document:
    """A Markdown source, read."""

    front_matter: str | None
    front_matter_line: int
    sections: list[Section]
    math: list[MathSpan]
    spans: list[Span]
    numerals: list[tuple[str, int, Position]]
    """Numbers in running text that no span and no pattern accounts for, with their section."""


@cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    front_matter_plugin(markdown)
    dollarmath_plugin(markdown, allow_labels=False, allow_digits=False, double_inline=True)
    amsmath_plugin(markdown)
    attrs_plugin(markdown, spans=True, allowed=["claim", "class"])
    markdown.core.ruler.before("inline", "heading_attributes", _heading_attributes)
    return markdown


def _heading_attributes(state: StateCore) -> None:
    """Take `{worked=name}` off the end of a heading."""
    for token, inline in zip(state.tokens, state.tokens[1:], strict=False):
        if token.type != "heading_open":
            continue
        match = _HEADING_ATTRIBUTES.search(inline.content)
        if not match:
            continue
        try:
            _, attributes = parse_attributes(match[1])
        except ParseError:
            continue  # no attributes but the author's own braces
        inline.content = inline.content[: match.start()]
        token.meta["attributes"] = attributes


def parse_markdown(source: str) -> Document:
    r"""The slides and math spans of a Markdown source.

    >>> document = parse_markdown("# Notes\n\n## FP {worked=example}\n\n$$a = b$$\n")
    >>> [section.title for section in document.sections], document.math[0].starts
    (['Notes', 'FP'], (Position(line=5, column=3),))
    """
    tokens = _markdown().parse(source)
    return _Reading(source).document(tokens)


class _Reading:
    """One pass over the tokens, in step with the source."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.line_starts = [0, *(m.end() for m in re.finditer("\n", source))]
        self.cursor = 0
        """Offset in the source up to which it has been read."""
        self.sections: list[Section] = [Section("", 1, 0, {})]
        self.math: list[MathSpan] = []
        self.spans: list[Span] = []
        self.numerals: list[tuple[str, int, Position]] = []
        self.announced: int | None = None
        """A count of iterations that a paragraph without formulas named for what follows."""

    def document(self, tokens: list[Token]) -> Document:
        front_matter, line = None, 2
        stream = iter(tokens)
        for token in stream:
            if token.map is not None:
                self.cursor = max(self.cursor, self._line_offset(token.map[0]))
            if token.type == "front_matter":
                front_matter = token.content
            elif token.type == "heading_open" and token.level == 0:
                self._begin_section(token, next(stream))
                next(stream)  # heading_close
            else:
                self._read(token)
                self.sections[-1].tokens.append(token)
        if not self.sections[0].tokens:
            del self.sections[0]
            for part in (*self.math, *self.spans):
                part.section -= 1
            self.numerals = [(text, section - 1, at) for text, section, at in self.numerals]
        return Document(front_matter, line, self.sections, self.math, self.spans, self.numerals)

    def _line_offset(self, line: int) -> int:
        return self.line_starts[min(line, len(self.line_starts) - 1)]

    def _begin_section(self, opening: Token, inline: Token) -> None:
        line = opening.map[0] + 1 if opening.map else 1
        level = int(opening.tag[1:])
        attributes = {str(k): str(v) for k, v in opening.meta.get("attributes", {}).items()}
        self.sections.append(Section("", line, level, attributes))
        self.announced = None
        self._read(inline)
        self.sections[-1].title = _plain(inline)

    def _read(self, token: Token) -> None:
        if token.type == "amsmath":
            token.type = "math_block"
        elif token.type == "fence" and token.info.split(" ")[0] in _MATH_FENCES:
            token.type = "math_block"
        if token.type == "math_block":
            token.meta["formula"] = self._add_math(token.content, True, self.announced)
        elif token.type == "inline":
            self._read_inline(token)

    def _read_inline(self, token: Token) -> None:
        children = token.children or []
        named = self._iteration_named(children)
        has_math = any(child.type.startswith("math_inline") for child in children)
        announces = named is not None and not has_math
        self.announced = named if announces else None
        place = 0
        while place < len(children):
            child = children[place]
            if child.type.startswith("math_inline"):
                display = child.type == "math_inline_double"
                child.meta["formula"] = self._add_math(child.content, display, named)
            elif child.type == "span_open":
                text = children[place + 1].content
                if self._add_span(child, text):
                    place += 1  # its text is read
            elif child.type == "text":
                self._read_text(child.content)
            place += 1

    @staticmethod
    def _iteration_named(children: list[Token]) -> int | None:
        """The count of iterations that a paragraph speaks of, marked or by a known pattern."""
        for child, inner in zip(children, children[1:], strict=False):
            marked = child.type == "span_open" and "iteration" in _classes(child)
            if marked and inner.content.isdigit():
                return int(inner.content)
        text = "".join(child.content for child in children if child.type == "text")
        found = [match for match in _ITERATION.finditer(text)]
        if len(found) != 1:
            return None  # none, or so many that a formula could follow any of them
        return int(next(group for group in found[0].groups() if group))

    def _read_text(self, text: str) -> None:
        """Counts of iterations by their patterns, and the numerals that nothing accounts for."""
        counted = {
            match.start(group): match[0]
            for match in _ITERATION.finditer(text)
            for group in ("a", "b", "c", "d", "e")
            if match[group]
        }
        for match in _NUMERAL.finditer(text):
            offset = self._find(match[0])
            if offset is None:
                continue
            self.cursor = offset + len(match[0])
            if match.start() in counted:
                self._note(match[0], offset, claim="", iteration=True)
            else:
                place = self._position(offset)
                self.numerals.append((match[0], len(self.sections) - 1, place))

    def _add_span(self, token: Token, text: str) -> bool:
        claim = str(token.attrs.get("claim", ""))
        iteration = "iteration" in _classes(token)
        if not claim and not iteration:
            return False
        offset = self._find(f"[{text}]")
        if offset is None:
            return False
        token.meta["figure"] = self._note(text, offset + 1, claim, iteration)
        self.cursor = offset + len(text) + 2
        return True

    def _note(self, text: str, offset: int, claim: str, iteration: bool) -> int:
        number = len(self.spans) + 1
        section = len(self.sections) - 1
        self.spans.append(Span(number, text, section, self._position(offset), claim, iteration))
        return number

    def _add_math(self, content: str, display: bool, iteration: int | None) -> int:
        starts = tuple(self._line_places(content))
        number = len(self.math) + 1
        section = len(self.sections) - 1
        self.math.append(MathSpan(number, content, display, section, starts, iteration))
        return number

    def _line_places(self, content: str) -> Iterator[Position]:
        """The place of the first character of each line of a span; quotes may indent lines."""
        for number, line in enumerate(content.split("\n")):
            if number:
                end = self.source.find("\n", self.cursor)
                self.cursor = len(self.source) if end < 0 else end + 1
            found = self._find(f"${line}" if number == 0 else line)
            if found is None:
                found = self._find(line)
            elif number == 0:
                found += 1
            offset = self.cursor if found is None else found
            self.cursor = offset + len(line)
            yield self._position(offset)

    def _find(self, text: str) -> int | None:
        offset = self.source.find(text, self.cursor)
        return None if offset < 0 else offset

    def _position(self, offset: int) -> Position:
        line = bisect_right(self.line_starts, offset)
        return Position(line, offset - self.line_starts[line - 1] + 1)


def _classes(token: Token) -> list[str]:
    return str(token.attrs.get("class", "")).split()


def _plain(inline: Token) -> str:
    """The words of a heading."""
    parts = (
        f"${child.content}$" if child.type.startswith("math") else child.content
        for child in inline.children or []
        if child.type in ("text", "code_inline") or child.type.startswith("math")
    )
    return "".join(parts).strip()
