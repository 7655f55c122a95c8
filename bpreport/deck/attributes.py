r"""Pandoc's attributes and bracketed spans, as a rule of markdown-it: [19]{claim="run.iterations"}.

Values may hold braces, quoted or not, since the symbols that are claimed do: out_{h1}.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

__all__ = ["read_attributes", "spans_plugin"]

_BRACES = re.compile(
    r"""\{(?P<inner>(?:[^{}"']|"[^"\n]{0,500}"|'[^'\n]{0,500}'|\{[^{}\n]{0,100}\}){1,500})\}"""
)
_PART = re.compile(
    r"""\s*(?:\.(?P<class>[\w-]+)|\#(?P<id>[\w:.-]+)"""
    r"""|(?P<key>[\w:-]+)=(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'"""
    r"""|(?P<bare>(?:[^\s"'{}=]|\{[^{}]*\})+)))(?=\s|\Z)\s*"""
)


def read_attributes(text: str, begin: int = 0) -> tuple[dict[str, str], int] | None:
    r"""The attributes in the braces that open at `begin`, and the offset behind them.

    None where the braces are not closed or hold something else.

    >>> read_attributes('{.big #first claim="out_{h1}"}!')
    ({'class': 'big', 'id': 'first', 'claim': 'out_{h1}'}, 30)
    >>> read_attributes("{x, y}") is None
    True
    """
    braces = _BRACES.match(text, begin)
    if not braces:
        return None
    attributes: dict[str, str] = {}
    place, inner = 0, braces["inner"]
    while place < len(inner):
        part = _PART.match(inner, place)
        if not part:
            return None
        place = part.end()
        if part["class"]:
            attributes["class"] = f"{attributes.get('class', '')} {part['class']}".strip()
        elif part["id"]:
            attributes["id"] = part["id"]
        else:
            values = (part["double"], part["single"], part["bare"])
            attributes[part["key"]] = next(value for value in values if value is not None)
    return attributes, braces.end()


def spans_plugin(markdown: MarkdownIt) -> None:
    """Let a parser know spans; of their attributes they keep the claim and the class."""
    markdown.inline.ruler.after("link", "span", _span)


def _span(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "[":
        return False
    begin, maximum = state.pos + 1, state.posMax
    end = state.md.helpers.parseLinkLabel(state, state.pos, False)
    if end < 0 or end + 1 >= maximum or state.src[end + 1] != "{":
        return False
    found = read_attributes(state.src, end + 1)
    if found is None or found[1] > maximum:
        return False
    attributes, behind = found
    if not silent:
        state.pos, state.posMax = begin, end
        token = state.push("span_open", "span", 1)
        token.attrs.update(
            {key: attributes[key] for key in ("claim", "class") if key in attributes}
        )
        state.md.inline.tokenize(state)
        state.push("span_close", "span", -1)
        state.posMax = maximum
    state.pos = behind
    return True
