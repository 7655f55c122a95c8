r"""From a math span to the sides of its chains.

A span holds statements, and a statement is a chain of sides joined by relations. Alignment marks,
labels, line breaks and trailing punctuation are taken off; offsets in the source are kept.

>>> [[side.source for side in chain.sides] for chain in split(r"a &= b + c \\ &= 2.35;")]
[['a', 'b + c', '2.35']]
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["RawChain", "RawSide", "split", "split_label"]

_TOKEN = re.compile(
    r"(?P<environment>\\(?:begin|end)\s*\{[A-Za-z]+\*?\}(?:\{[^{}]*\})?)"
    r"|(?P<relation>\\(?:approx|to|rightarrow|longrightarrow|gets|leftarrow|equiv|leq?|geq?|neq?|in"
    r"|sim|simeq|cong|propto|doteq|triangleq|coloneqq|ll|gg|lt|gt|mapsto)(?![A-Za-z])"
    r"|:=|[=<>≈≤≥→←≠≡])"
    r"|(?P<implication>\\(?:Rightarrow|Longrightarrow|implies|iff|Leftrightarrow|therefore|because"
    r"|quad|qquad)(?![A-Za-z])|;|；|⇒|∴)"
    r"|(?P<text>\\(?:text|textbf|textrm|mbox|mathrm|textit)\s*\{(?P<words>[^{}]*)\})"
    r"|(?P<dropped>\\(?:tag|label|notag|nonumber|displaystyle|hspace|vspace|hfill|boxed)"
    r"(?![A-Za-z])\*?)"
    r"|(?P<row>\\\\(?:\s*\[[^\]]*\])?)"
    r"|(?P<open>\\left(?![A-Za-z])\s*(?:\\\{|\\?[(\[|.]|\\[A-Za-z]+)?|\\\{|[({\[])"
    r"|(?P<close>\\right(?![A-Za-z])\s*(?:\\\}|\\?[)\]|.]|\\[A-Za-z]+)?|\\\}|[)}\]])"
    r"|(?P<mark>&)|(?P<comma>[,，])|(?P<other>\\[A-Za-z]+|\\.)",
    re.S,
)
_TRANSPARENT = re.compile(
    r"\\(?:begin|end)\s*\{(?:align|aligned|alignat|split|gather|gathered|equation|eqnarray|multline|"
    r"flalign|alignedat|dmath)\*?\}(?:\{[^{}]*\})?"
)
"""Environments that only lay out statements."""

_LABEL = re.compile(r"\s*\\(?:text|textbf|textrm|mbox)\s*\{([^{}]*)\}\s*[:：]?")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_ ]{0,11}\Z")


@dataclass(frozen=True, slots=True)
class RawSide:
    """One side as typed."""

    source: str
    offset: int


@dataclass(frozen=True, slots=True)
class RawChain:
    """Sides and the relations between them."""

    sides: tuple[RawSide, ...]
    relations: tuple[str, ...]
    offsets: tuple[int, ...]
    continues: bool
    """The source begins with a relation: it goes on from the chain before."""


@dataclass(slots=True)
class _Cut:
    """A place at which the source is cut: a relation, or the end of a statement."""

    start: int
    end: int
    relation: str | None
    row: bool = False


def split_label(source: str) -> tuple[str, int]:
    r"""Words in front of the mathematics, and the offset behind them.

    >>> split_label(r"\text{函数 } y = 2"), split_label(r"\text{out}_{o1} = 2")
    (('函数', 11), ('', 0))
    """
    label = _LABEL.match(source)
    if not label or not _is_words(label[1]):
        return "", 0
    behind = label.end()
    if source[behind : behind + 1] in ("_", "^", "(") or not source[behind:].strip():
        return "", 0
    return label[1].strip(" :："), behind


def _is_words(text: str) -> bool:
    """Whether a \\text{} holds words for the reader and not the name of a quantity."""
    return not _NAME.match(text.strip()) or text != text.strip() or text in ("where", "and", "with")


def split(source: str) -> list[RawChain]:
    r"""The chains of a math span, in order.

    >>> [len(chain.sides) for chain in split(r"j = 0, 1, \dots, m; \quad k = 1, 2")]
    [2, 2]
    >>> split("= g(z)")[0].continues
    True
    """
    _, start = split_label(source)
    chains: list[RawChain] = []
    for cuts in _statements(source, start):
        chain = _chain(source, cuts)
        if chain is not None:
            chains.append(chain)
    return chains


def _statements(source: str, start: int) -> Iterator[list[_Cut]]:
    """The cuts of each statement, framed by its two ends."""
    cuts = list(_cuts(source, start))
    statement = [_Cut(start, start, None)]
    for place, cut in enumerate(cuts):
        if cut.relation is not None:
            statement.append(cut)
            continue
        if cut.row and not _begins_statement(source, cuts, place):
            continue
        if source[cut.start : cut.end] in (",", "，") and not _begins_statement(source, cuts, place):
            continue
        yield [*statement, cut]
        statement = [cut]
    yield [*statement, _Cut(len(source), len(source), None)]


def _begins_statement(source: str, cuts: list[_Cut], place: int) -> bool:
    """Whether what follows a row break or a comma has a left side of its own."""
    here = cuts[place]
    following = cuts[place + 1] if place + 1 < len(cuts) else None
    if following is None or following.relation is None:
        return False
    left = source[here.end : following.start]
    if not _clean(left).strip() or re.match(r"\s*&?\s*[-+*/]", left):
        return False
    return here.row or len(re.findall(r"[-+*/]", left)) == 0


def _cuts(source: str, start: int) -> Iterator[_Cut]:
    depth = 0
    position = start
    while match := _TOKEN.search(source, position):
        position = match.end()
        kind = match.lastgroup if match.lastgroup != "words" else "text"
        if kind == "open":
            depth += 1
        elif kind == "close":
            depth -= 1
        elif kind == "environment":
            if not _TRANSPARENT.fullmatch(match[0]):
                depth += 1 if match[0].startswith(r"\begin") else -1
        elif depth == 0 and kind == "relation":
            yield _Cut(match.start(), match.end(), match[0])
        elif depth == 0 and kind == "text":
            if _is_words(match["words"]):
                yield _Cut(match.start(), match.end(), None)
        elif depth == 0 and kind in ("implication", "row", "comma"):
            yield _Cut(match.start(), match.end(), None, row=kind == "row")


def _chain(source: str, cuts: list[_Cut]) -> RawChain | None:
    sides: list[RawSide] = []
    relations: list[str] = []
    offsets: list[int] = []
    continues = False
    for before, after in zip(cuts, cuts[1:], strict=False):
        side = _side(source, before.end, after.start)
        first = len(sides) == 0
        if side is None and first and after.relation is not None:
            continues = True
            side = RawSide("", after.start)
        if side is None:
            if after.relation is None:
                break
            continue  # "=" at the end of one row and at the start of the next
        if not first:
            relations.append(before.relation or "=")
            offsets.append(before.start)
        sides.append(side)
    if not sides or (len(sides) == 1 and not sides[0].source):
        return None
    return RawChain(tuple(sides), tuple(relations), tuple(offsets), continues)


def _side(source: str, start: int, end: int) -> RawSide | None:
    text = _clean(source[start:end])
    stripped = text.strip()
    stripped = re.sub(r"[\s,.;，。；、&]+\Z", "", stripped)
    if not stripped:
        return None
    return RawSide(stripped, start + text.index(stripped))


def _clean(text: str) -> str:
    """The text with what is not mathematics blanked out, character for character."""

    def blank(match: re.Match[str]) -> str:
        return " " * len(match[0])

    text = _TRANSPARENT.sub(blank, text)
    text = re.sub(r"\\(?:tag|label|hspace|vspace)\*?\s*\{[^{}]*\}", blank, text)
    text = re.sub(r"\\(?:notag|nonumber|displaystyle|hfill)(?![A-Za-z])", blank, text)
    if r"\begin" not in text:
        text = re.sub(r"&|\\\\(?:\s*\[[^\]]*\])?", blank, text)
    return text
