r"""The fences of formulas, as rules of markdown-it: $, $$, \(, \[, \begin{align} and the like.

One rule reads blocks and one reads what stands in a line; both leave tokens as the dollar-math
plugin names them. A fence that is never closed is text. Whether one can be closed at all is
asked once for each kind of fence, so that a source full of open ones takes no longer.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

__all__ = ["ENVIRONMENTS", "PLAIN", "fences_plugin"]

ENVIRONMENTS = (
    *("equation", "align", "alignat", "flalign", "gather", "multline", "eqnarray", "dmath"),
    *("displaymath", "math", "matrix", "pmatrix", "bmatrix", "Bmatrix", "vmatrix", "Vmatrix"),
)
"""Environments that are mathematics without any other fence around them; starred ones too."""
PLAIN = ("displaymath", "math")
"""Those that are fences and nothing else; the others say how their rows are laid out."""

_OPENING = re.compile(
    r"\$\$?|\\\[|\\\(|\\begin\{(?P<name>" + "|".join(ENVIRONMENTS) + r")(?P<star>\*?)\}"
)
_TAIL = re.compile(r"[ \t]*(?:[.,;:。，；]|\{#[^{}\n]*\}|\([\w.:-]{1,40}\))*[ \t]*")
"""What may stand behind a block: punctuation, and a label such as {#eq:total} or (3)."""


def fences_plugin(markdown: MarkdownIt) -> None:
    """Let a parser know all fences."""
    markdown.block.ruler.before(
        "fence", "math_block", _block, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    markdown.inline.ruler.before("escape", "math_inline", _inline)


def _closing(opening: re.Match[str]) -> str:
    if opening["name"]:
        return rf"\end{{{opening['name']}{opening['star']}}}"
    return {r"\[": r"\]", r"\(": r"\)"}.get(opening[0], opening[0])


def _block(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    begin = state.bMarks[first] + state.tShift[first]
    opening = _OPENING.match(state.src, begin, state.eMarks[first])
    if not opening or opening[0] in ("$", r"\(") or state.is_code_block(first):
        return False
    close = _closing(opening)
    if opening.end() > _last(state, close):
        return False
    environment = opening["name"] not in (None, *PLAIN)
    start = begin if environment else opening.end()
    parts: list[str] = []
    for line in range(first, last):
        if line > first:
            if state.isEmpty(line) and not environment:
                return False
            if not state.isEmpty(line) and state.sCount[line] < state.blkIndent:
                return False  # the list or the quote around it ends
            start = state.bMarks[line]
        end = _end(state, close, opening.end() if line == first else start, state.eMarks[line])
        if end is None:
            parts.append(state.src[start : state.eMarks[line]])
            continue
        behind = end + len(close)
        if not _TAIL.fullmatch(state.src, behind, state.eMarks[line]):
            return False  # text goes on behind it: it stands in a line
        parts.append(state.src[start : behind if environment else end])
        if not "".join(parts).strip():
            return False
        if not silent:
            token = state.push("math_block", "math", 0)
            token.block = True
            token.content = "\n".join(parts)
            token.markup = opening[0]
            token.map = [first, line + 1]
            state.line = line + 1
        return True
    return False


def _inline(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] not in "$\\":
        return False
    opening = _OPENING.match(state.src, state.pos, state.posMax)
    if not opening or opening[0] == r"\[":  # within a line it is an escaped bracket
        return False
    if opening[0] == "$" and _digit(state.src, state.pos - 1):
        return False
    close = _closing(opening)
    begin = opening.end()
    end = None if begin > _last(state, close) else _end(state, close, begin, state.posMax)
    if end is None or not state.src[begin:end].strip():
        return False
    behind = end + len(close)
    if opening[0] == "$" and _digit(state.src, behind):
        return False  # "$5 and $6" are prices
    if not silent:
        display = opening[0] not in ("$", r"\(") and opening["name"] != "math"
        token = state.push("math_inline_double" if display else "math_inline", "math", 0)
        environment = opening["name"] not in (None, *PLAIN)
        token.markup = "" if environment else opening[0]
        token.content = state.src[state.pos : behind] if environment else state.src[begin:end]
    state.pos = behind
    return True


def _last(state: StateBlock | StateInline, close: str) -> int:
    """The last place in the source where a closing fence stands, kept for the next question."""
    known: dict[tuple[str, str], int] = state.env.setdefault("closings", {})
    # Paragraphs have sources of their own; the block parser's lasts for the whole file.
    key = (state.src, close)
    if key not in known:
        known[key] = state.src.rfind(close)
    return known[key]


def _end(state: StateBlock | StateInline, close: str, begin: int, end: int) -> int | None:
    r"""Where the closing fence stands; one behind a backslash, as in \$, is none."""
    place = state.src.find(close, begin, end)
    while place >= 0:
        back = place
        while back > begin and state.src[back - 1] == "\\":
            back -= 1
        if (place - back) % 2 == 0:
            return place
        place = state.src.find(close, place + 1, end)
    return None


def _digit(text: str, place: int) -> bool:
    return 0 <= place < len(text) and text[place].isdigit()
