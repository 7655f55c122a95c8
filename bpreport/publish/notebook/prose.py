"""The text of a deck as Markdown that Jupyter shows as the report does: raw HTML stays text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from markdown_it.token import Token

from bpreport.deck.model import Deck, Slide

__all__ = ["escaped", "markdown"]


def markdown(slide: Slide, deck: Deck) -> str:
    """A slide: its heading and all that stands under it."""
    writer = _Writer(deck)
    body = writer.blocks(slide.tokens)
    heading = f"{'#' * max(slide.level, 1)} {escaped(slide.title)}" if slide.title else ""
    return "\n\n".join(filter(None, (heading, body)))


def escaped(text: str) -> str:
    r"""Text in which no character means anything to Markdown or HTML.

    >>> escaped("a*b <script> $5")
    'a\\*b &lt;script&gt; \\$5'
    """
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]#$|~])", r"\\\1", text)


class _Writer:
    def __init__(self, deck: Deck) -> None:
        self.deck = deck

    def blocks(self, tokens: Sequence[Token]) -> str:
        """Blocks side by side, with an empty line between them."""
        found, place = [], 0
        while place < len(tokens):
            end = _end(tokens, place)
            text = self._block(tokens[place : end + 1])
            if text:
                found.append(text)
            place = end + 1
        return "\n\n".join(found)

    def _block(self, tokens: Sequence[Token]) -> str:
        first = tokens[0]
        inner = tokens[1:-1]
        match first.type:
            case "math_block":
                return self._formula(first, "$$")
            case "fence" | "code_block":
                fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", first.content)), 3)
                return f"{fence}\n{first.content.rstrip()}\n{fence}"
            case "hr":
                return "---"
            case "heading_open":
                return f"{'#' * int(first.tag[1:])} {self.blocks(inner)}"
            case "blockquote_open":
                return _indented(self.blocks(inner), "> ", "> ")
            case "bullet_list_open" | "ordered_list_open":
                return self._list(inner, ordered=first.type.startswith("ordered"))
            case "table_open":
                return self._table(inner)
            case "inline":
                return _on_lines(self.inline(first.children or []))
        if first.nesting == 1:
            return self.blocks(inner)
        return escaped(first.content)

    def _list(self, tokens: Sequence[Token], *, ordered: bool) -> str:
        items: list[str] = []
        place = 0
        while place < len(tokens):
            end = _end(tokens, place)
            mark = f"{len(items) + 1}. " if ordered else "- "
            items.append(_indented(self.blocks(tokens[place + 1 : end]), mark, " " * len(mark)))
            place = end + 1
        return "\n".join(items)

    def _table(self, tokens: Sequence[Token]) -> str:
        rows: list[list[str]] = []
        for token in tokens:
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "inline" and rows:
                rows[-1].append(self.inline(token.children or []).replace("\n", " "))
        lines = [f"| {' | '.join(row)} |" for row in rows]
        rule = f"|{'---|' * len(rows[0])}" if rows else ""
        return "\n".join([*lines[:1], rule, *lines[1:]])

    def inline(self, tokens: Sequence[Token]) -> str:
        """A run of text."""
        return "".join(map(self._inline, tokens))

    def _inline(self, token: Token) -> str:
        if token.type == "math_inline":
            return self._formula(token, "$")
        if token.type == "math_inline_double":
            return self._formula(token, "$$")
        if token.type == "image":
            return escaped(token.content)  # nothing is fetched
        write = _INLINE.get(token.type)
        return write(token) if write else ""

    def _formula(self, token: Token, fence: str) -> str:
        number = (token.meta or {}).get("formula", 0)
        known = 0 < number <= len(self.deck.formulas)
        source = self.deck.formulas[number - 1].source if known else token.content
        # A dollar or an empty line would end it, and HTML would begin at a sign like this.
        source = re.sub(r"\n\s*\n", "\n", source.strip()).replace("<", r"\lt ")
        source = re.sub(r"(?<!\\)\$", r"\\$", source)
        return f"$$\n{source}\n$$" if token.type == "math_block" else f"{fence}{source}{fence}"


def _on_lines(text: str) -> str:
    r"""Text whose lines begin no list, heading or code.

    >>> _on_lines("  - 5\n1. is what")
    '\\- 5\n1\\. is what'
    """
    text = re.sub(r"(?m)^[ \t]+", "", text)
    text = re.sub(r"(?m)^([-+=])", r"\\\1", text)
    return re.sub(r"(?m)^(\d+)([.)]\s)", r"\1\\\2", text)


_INLINE: Mapping[str, Callable[[Token], str]] = {
    "text": lambda token: escaped(token.content),
    "html_inline": lambda token: escaped(token.content),
    "code_inline": lambda token: f"`{token.content}`",
    "softbreak": lambda _: "\n",
    "hardbreak": lambda _: "  \n",
    "strong_open": lambda _: "**",
    "strong_close": lambda _: "**",
    "em_open": lambda _: "*",
    "em_close": lambda _: "*",
    "s_open": lambda _: "~~",
    "s_close": lambda _: "~~",
}


def _end(tokens: Sequence[Token], place: int) -> int:
    """Where the block ends that begins at a place."""
    depth = 0
    for at in range(place, len(tokens)):
        depth += tokens[at].nesting
        if depth <= 0:
            return at
    return len(tokens) - 1


def _indented(text: str, first: str, rest: str) -> str:
    lines = text.split("\n")
    return "\n".join(
        (first if not number else rest) + line if line or rest.strip() else ""
        for number, line in enumerate(lines)
    )
