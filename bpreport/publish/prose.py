"""The deck's own Markdown on a page: markdown-it's renderer, with rules of ours.

They are for what it does not know, as formulas and numbers with claims, and for what it must not
do, as to write HTML or show pictures.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

from bpreport.publish.numbers import signed

if TYPE_CHECKING:
    from bpreport.publish.setting import Setter

__all__ = ["closing", "held", "markdown"]

_CLOSING = re.compile(r"[,.;:!?)\]，。；：、！？）」』】》”’]*")


def closing(text: str) -> str:
    """The punctuation that a text begins with and that must not begin a line."""
    found = _CLOSING.match(text)
    return found[0] if found else ""


def held(math: Markup, punctuation: str) -> Markup:
    """A formula with the punctuation behind it: browsers would break the line between them."""
    if not punctuation:
        return math
    return Markup('<span style="white-space:nowrap">{}{}</span>').format(math, punctuation)


def markdown(setter: Setter) -> Any:
    """markdown-it's own renderer with our rules for what it does not know or must not do."""
    made = MarkdownIt("commonmark", {"html": False}).enable("table")
    renderer: Any = made.renderer
    rules = renderer.rules

    def formula(tokens: Sequence[Token], index: int, *_: Any) -> str:
        token = tokens[index]
        found = setter.formula(token) or str(setter.math(token.content, token.block))
        return str(held(Markup(found), behind(tokens, index)))  # noqa: S704 - they escape

    def behind(tokens: Sequence[Token], index: int) -> str:
        """What the text behind a formula begins with, if it must not begin a line."""
        token, following = tokens[index], tokens[index + 1 : index + 2]
        inline = token.type == "math_inline" and following and following[0].type == "text"
        return closing(following[0].content) if inline else ""

    for kind in ("math_inline", "math_inline_double", "math_block", "math_block_label", "amsmath"):
        rules[kind] = formula
    fence = rules["fence"]

    def fenced(tokens: Sequence[Token], index: int, *rest: Any) -> str:
        return setter.formula(tokens[index]) or fence(tokens, index, *rest)

    def typed(tokens: Sequence[Token], index: int, *_: Any) -> str:
        return str(escape(tokens[index].content))

    def text(tokens: Sequence[Token], index: int, *_: Any) -> str:
        # A hyphen right behind something else of the line is no sign.
        before = index and tokens[index - 1].nesting <= 0
        taken = behind(tokens, index - 1) if index else ""
        content = tokens[index].content[len(taken) :]
        return str(escape(signed(f".{content}")[1:] if before else signed(content)))

    def entry(tokens: Sequence[Token], index: int, *rest: Any) -> str:
        return setter.entry(renderer.renderToken(tokens, index, *rest), index)

    def entry_end(tokens: Sequence[Token], index: int, *rest: Any) -> str:
        return setter.entry_end(renderer.renderToken(tokens, index, *rest), index - 2)

    def described(tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        children = tokens[index].children or []
        inner = renderer.renderInlineAsText(children, options, env)
        return str(Markup("<em>{}</em>").format(inner))

    def opened(tokens: Sequence[Token], index: int, *_: Any) -> str:
        return str(Markup("<span {}>").format(setter.figure(tokens[index])))

    def numbered(tokens: Sequence[Token], index: int, *_: Any) -> str:
        start = int(tokens[index].attrs.get("start", 1))
        # The PDF counts by styles alone.
        style = Markup(' start="{}" style="counter-reset:list-item {}"').format(start, start - 1)
        return str(Markup("<ol{}>\n").format(style if start != 1 else ""))

    rules.update(
        ordered_list_open=numbered,
        fence=fenced,
        text=text,
        html_block=typed,
        html_inline=typed,
        th_open=entry,
        td_open=entry,
        th_close=entry_end,
        td_close=entry_end,
        image=described,
        span_open=opened,
        span_close=lambda *_: "</span>",
    )
    return made
