r"""Pandoc's attributes and bracketed spans, as a rule of markdown-it: [19]{claim="run.iterations"}.

Values may hold braces, quoted or not, since the symbols that are claimed do: out_{h1}.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches

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

_ALIKE = 0.8
"""A letter too many, too few, another one or two swapped, in a word of five letters and more."""


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


def _unmeant(attributes: Mapping[str, str], content: str) -> tuple[str, str] | None:
    """What is typed in attributes and what was meant, where no claim was made by a slip.

    Other attributes than ours are Pandoc's, and none of our business.

    >>> _unmeant({"clam": "x"}, "0.5"), _unmeant({"class": "iterations"}, "10")
    (('clam', 'claim="..."'), ('.iterations', '.iteration'))
    >>> _unmeant({"lang": "en"}, "0.5"), _unmeant({"class": "iterations"}, "counts")
    (None, None)
    """
    if "claim" in attributes:
        return None if attributes["claim"].strip() else ("claim", 'claim="..."')
    for key in attributes:
        if get_close_matches(key.lower(), ["claim"], cutoff=_ALIKE):
            return key, 'claim="..."'
    names = attributes.get("class", "").split() if content.strip().isdecimal() else []
    for name in names:
        if name != "iteration" and get_close_matches(name.lower(), ["iteration"], cutoff=_ALIKE):
            return f".{name}", ".iteration"
    return None


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
        token.meta["unmeant"] = _unmeant(attributes, state.src[begin:end])
        token.meta["attributes at"] = end + 1
        state.md.inline.tokenize(state)
        state.push("span_close", "span", -1)
        state.posMax = maximum
    state.pos = behind
    return True
