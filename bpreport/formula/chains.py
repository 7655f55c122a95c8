r"""From a math span to the sides of its chains.

A span holds statements, and a statement is a chain of sides joined by relations. Alignment marks,
labels, line breaks and trailing punctuation are taken off; offsets in the source are kept.

>>> [[side.source for side in chain.sides] for chain in split(r"a &= b + c \\ &= 2.35;")]
[['a', 'b + c', '2.35']]
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile

__all__ = ["RawChain", "RawSide", "split", "split_label"]

_TOKEN = re.compile(
    r"(?P<environment>\\(?:begin|end)\s*\{[A-Za-z]+\*?\}(?:\{[^{}]*\})?)"
    r"|(?P<relation>\\(?:approx|to|rightarrow|longrightarrow|gets|leftarrow|equiv|leq?|geq?|neq?|in"
    r"|sim|simeq|cong|propto|doteq|triangleq|coloneqq|ll|gg|lt|gt|mapsto|leqslant|geqslant)"
    r"(?![A-Za-z])|:=|[=<>≈≤≥→←≠≡≔∼≃∈])"
    r"|(?P<implication>\\(?:Rightarrow|Longrightarrow|implies|iff|Leftrightarrow|therefore|because"
    r"|quad|qquad|hfill|eqno|leqno)(?![A-Za-z])|;|；|⇒|∴|∵)"
    r"|(?P<text>\\(?:text|textbf|textrm|mbox|mathrm|textit)\s*\{(?P<words>[^{}]*)\})"
    r"|(?P<row>\\\\(?:\s*\[[^\]]*\])?)"
    r"|(?P<open>\\left(?![A-Za-z])\s*(?:\\\{|\\?[(\[|.]|\\[A-Za-z]+)?|\\\{|[({\[])"
    r"|(?P<close>\\right(?![A-Za-z])\s*(?:\\\}|\\?[)\]|.]|\\[A-Za-z]+)?|\\\}|[)}\]])"
    r"|(?P<mark>&)|(?P<comma>[,，])|(?P<other>\\[A-Za-z]+|\\.)",
    re.DOTALL,
)
_LAYOUT = (
    r"\\begin\s*\{(?:align|aligned|alignat|split|gather|gathered|equation|eqnarray|multline|flalign"
    r"|alignedat|dmath|subequations)\*?\}(?:\[[tbc]\])?(?:\{[\d\s]*\})?"
    r"|\\end\s*\{(?:align|aligned|alignat|split|gather|gathered|equation|eqnarray|multline|flalign"
    r"|alignedat|dmath|subequations)\*?\}"
)
"""Environments that only lay out statements."""

_BLANKED = re.compile(
    _LAYOUT + r"|\\(?:tag|label|hspace|vspace|[hv]?phantom|ref|eqref)\*?\s*\{[^{}]*\}"
    r"|\\(?:notag|nonumber|displaystyle|allowbreak|newline(?=\s*&?\s*=))(?![A-Za-z])"
    r"|(?:(?<=\\quad)|(?<=\\qquad)|(?<=\\hfill)|(?<=\\eqno)|(?<=\\leqno))\s*"
    r"\(\s*\d+(?:[.-]\d+)*[a-z]?\s*\)(?=\s*(?:\\\\|\\end|\Z))"
    r"|(?:(?<=&)|(?<=\\\\))\s{0,9}(?:\\q?quad(?![A-Za-z])\s{0,9})+"
    r"|(?<!\\)%[^\n]*(?=\n|\Z)|(?<=[-+*/=&])\s{0,9}\{\s{0,9}\}"
    r"|(?<![_^])(?<![_^]\{)\\(?:(?:text|textbf|textrm|textit|mbox|fbox|mathrm|mathit|mathsf|underline)"
    r"|(?:mathbf|boldsymbol|bm|pmb)(?!\s{0,9}\{\s{0,9}[01]\s{0,9}\}))"
    r"(?=\s{0,9}\{\s{0,9}[+-]?\s{0,9}(?:\d+(?:\.\d*)?|\.\d+)\s{0,9}\})"
)
r"""What is no mathematics: layout, numbers of equations, comments, and how a number is set off.

A bold 0 or 1 is a vector of them.
"""

_SHARE_OF = re.compile(r"(?<=\\%)\s*\\text\s*\{\s*of\s*\}")
r"""What multiplies a percentage: 25\% \text{ of } 60000."""

_BRACED_SCRIPT = re.compile(r"(?<![_^])\{([_^](?:[^{}\s]|\{[^{}]*\}))\}")
r"""A script with braces around it and its sign: \delta{_2}."""

_SYSTEM = re.compile(
    r"\s*(?P<open>(?:\\left\s*)?\\\{\s*(?=\\begin)|(?=\\begin\s*\{(?:cases|array)\}))"
    r"(?:\\begin\s*\{(?P<kind>cases|array|matrix)\}(?:\{[^{}]*\})?)?"
)
"""How a system of equations behind one brace begins."""

_COMMAS = (",", "，")

NEAR = 4
"""Cuts within which the relation of the next column stands; in between there may be marks."""

REACH = 200
"""Characters before words within which the sign stands that makes them an operand."""

_SIGN = r"(?:[-+*/=<>≈]|\\(?:cdot|times|approx|leq?|geq?)(?![A-Za-z]))"
_AFTER_SIGN = re.compile(_SIGN + r"[\s&]*\Z")
_BEGINS = re.compile(
    r"(?:\A|[,，;；]|\\\\|\\q?quad|\\Rightarrow|\\implies|\\begin\{\w+\*?\})[\s&]*\Z"
)
_GOES_ON = re.compile(r"[\s&]*" + _SIGN)
"""What makes words a name: a sign behind them, where a statement begins with them."""

_LABEL = re.compile(r"\s*\\(?:text|textbf|textrm|mbox)\s*\{([^{}]*)\}\s*[:：]?")
_NAME = re.compile(
    r"(?:[A-Za-z][A-Za-z0-9_ ]{0,11}|[A-Za-z]\w*(?:\\_\w+)+|[A-Za-z]\w{0,30}\([\w, ]{1,30}\))\Z"
)


@dataclass(frozen=True, slots=True)
class RawSide:
    """One side as typed."""

    source: str
    offset: int
    words: str = ""
    r"""The words behind it, which may be its unit: 95.4 \text{ kB}."""


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
    column: int = 0
    """In an align, the pair of columns that begins here."""
    words: str = ""


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
    if _GOES_ON.match(source, behind):
        return "", 0  # \text{relative error} = 0.2
    return label[1].strip(" :："), behind


def _is_words(text: str) -> bool:
    r"""Whether a \text{} holds words for the reader and not the name of a quantity."""
    return not _NAME.match(text.strip()) or text != text.strip() or text in ("where", "and", "with")


def split(source: str) -> list[RawChain]:
    r"""The chains of a math span, in order.

    >>> [len(chain.sides) for chain in split(r"j = 0, 1, \dots, m; \quad k = 1, 2")]
    [2, 2]
    >>> [[side.source for side in chain.sides] for chain in split("u, v = 3, 4, w = 5")]
    [['u, v', '3, 4'], ['w', '5']]
    >>> split("= g(z)")[0].continues
    True
    """
    _, start = split_label(source)
    text = _blanked(source)
    cuts = list(_cuts(text, start))
    several = any(
        cut.column and _begins_statement(text, cuts, place) for place, cut in enumerate(cuts)
    )
    chains: list[RawChain] = []
    latest: dict[int, int] = {}
    for statement in _statements(text, start, cuts, several=several):
        chain = _chain(text, statement)
        if chain is None:
            continue
        column = statement[0].column
        if several and chain.continues and column in latest:
            chains[latest[column]] = _joined(chains[latest[column]], chain)
        else:
            latest[column] = len(chains)
            chains.append(chain)
    return chains


def _joined(chain: RawChain, further: RawChain) -> RawChain:
    """A chain with what stands below it in its own column."""
    return RawChain(
        chain.sides + further.sides[1:],
        chain.relations + further.relations,
        chain.offsets + further.offsets,
        chain.continues,
    )


def _statements(
    source: str, start: int, cuts: list[_Cut], *, several: bool
) -> Iterator[list[_Cut]]:
    """The cuts of each statement, framed by its two ends.

    Where `several` equations stand side by side, those of a row go on below in their own columns.
    """
    statement = [_Cut(start, start, None)]
    listed = 0
    for place, cut in enumerate(cuts):
        if cut.relation is not None:
            statement.append(cut)
            continue
        if cut.row and not (
            _begins_statement(source, cuts, place) or (several and _goes_on(source, cuts, place))
        ):
            continue
        comma = source[cut.start : cut.end] in _COMMAS
        named = len(statement) == 1
        if comma and (
            (named and _are_given(source, cuts, place, listed + 2))
            or not _begins_statement(source, cuts, place, lists=named or listed > 0)
        ):
            listed += 1
            continue
        yield [*statement, cut]
        statement, listed = [cut], 0
    yield [*statement, _Cut(len(source), len(source), None)]


def _begins_statement(source: str, cuts: list[_Cut], place: int, *, lists: bool = True) -> bool:
    """Whether what follows a row break or a comma has a left side of its own.

    Where the statement before `lists` things, x, y + 1 = 3, 4, a sum behind a comma is one of them.
    """
    here = cuts[place]
    before = source[cuts[place - 1].end if place else 0 : here.start].rstrip(" \t\n&")
    if here.row and re.search(r"(?:[-+*/]|\\(?:cdot|times))\Z", before):
        return False
    others = (cut for cut in cuts[place + 1 : place + NEAR] if source[cut.start] != "&")
    following = next(others, None)
    if following is None or following.relation is None:
        return False
    left = source[here.end : following.start]
    if not left.strip(" \t\n&") or re.match(r"\s*&?\s*[-+*/]", left):
        return False
    if here.row or not re.search(r"[-+*/]", left):
        return True
    return not lists and not left[0].isdigit()  # in 0,5 + 1 the comma may be a point


def _are_given(source: str, cuts: list[_Cut], place: int, count: int) -> bool:
    """Whether the last of so many names, which follows a comma, stands before as many values."""
    if place + 1 == len(cuts) or cuts[place + 1].relation is None:
        return False
    commas = takewhile(
        lambda later: (
            source[cuts[later].start : cuts[later].end] in _COMMAS
            and not _begins_statement(source, cuts, later)
        ),
        range(place + 2, len(cuts)),
    )
    return sum(1 for _ in commas) == count - 1


def _goes_on(source: str, cuts: list[_Cut], place: int) -> bool:
    """Whether a relation without a left side stands behind a row break or a mark."""
    for following in cuts[place + 1 : place + NEAR]:
        if source[cuts[place].end : following.start].strip(" \t\n&"):
            return False
        if following.relation is not None:
            return True
        if not following.column:
            return False
    return False


def _cuts(source: str, start: int) -> Iterator[_Cut]:
    depth = marks = 0
    position = start
    while match := _TOKEN.search(source, position):
        position = match.end()
        kind = match.lastgroup if match.lastgroup != "words" else "text"
        if kind == "open":
            depth += 1
        elif kind == "close":
            depth -= 1
        elif kind == "environment":
            depth += 1 if match[0].startswith(r"\begin") else -1
        elif depth == 0 and kind == "relation":
            yield _Cut(match.start(), match.end(), match[0])
        elif depth == 0 and kind == "text":
            called = " " not in match["words"] and source.startswith("(", match.end())
            if _is_words(match["words"]) and not called and not _is_operand(source, match):
                yield _Cut(match.start(), match.end(), None, words=match["words"].strip())
        elif depth == 0 and kind == "mark":
            marks += 1
            if marks % 2 == 0:  # every second one of a row may begin another equation
                yield _Cut(match.start(), match.end(), None, row=True, column=marks // 2)
        elif depth == 0 and kind in ("implication", "row", "comma"):
            marks = 0 if kind == "row" else marks
            yield _Cut(match.start(), match.end(), None, row=kind == "row", column=marks // 2)


def _is_operand(source: str, words: re.Match[str]) -> bool:
    r"""Whether words are computed with, or set equal to something: 1 - \text{error rate}."""
    before = source[max(words.start() - REACH, 0) : words.start()]
    if _AFTER_SIGN.search(before):
        return True
    return _GOES_ON.match(source, words.end()) is not None and _BEGINS.search(before) is not None


def _chain(source: str, cuts: list[_Cut]) -> RawChain | None:
    sides: list[RawSide] = []
    relations: list[str] = []
    offsets: list[int] = []
    continues = False
    for before, after in pairwise(cuts):
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
        sides.append(replace(side, words=after.words))
    if not sides or (len(sides) == 1 and not sides[0].source):
        return None
    return RawChain(tuple(sides), tuple(relations), tuple(offsets), continues)


def _side(source: str, start: int, end: int) -> RawSide | None:
    text = source[start:end]
    if r"\begin" not in text:
        text = _blank(re.compile(r"&|\\\\(?:\s*\[[^\]]*\])?"), text)
    stripped = text.strip()
    while stripped != (shorter := _END.sub("", stripped.rstrip(_TRAILING))):
        stripped = shorter
    if not stripped:
        return None
    return RawSide(stripped, start + text.index(stripped))


_TRAILING = " \t\n\r,.;，。；、&~"
_END = re.compile(r"\\[,;:!>]\Z|\\\Z")
"""What ends a side and is no part of it: punctuation and thin spaces."""


def _blank(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda match: " " * len(match[0]), text)


def _blanked(source: str) -> str:
    """The source with what is not mathematics blanked out, character for character."""
    text = _blank(_BLANKED, _without_brace(source))
    text = _SHARE_OF.sub(lambda match: r"\times".ljust(len(match[0])), text)
    text = _BRACED_SCRIPT.sub(r" \1 ", text)
    for opening, label in ((r"\boxed", False), (r"\underbrace", True), (r"\overbrace", True)):
        text = _unwrapped(text, opening, label)
    return text


def _unwrapped(text: str, command: str, label: bool) -> str:
    r"""Without \boxed around a statement, or \underbrace with its label below."""
    place = text.find(command)
    while place >= 0:
        first = place + len(command)
        last = _closing(text, first)
        if last < 0:
            return text
        pieces = [(place, first)]
        if label and (below := re.compile(r"\s*[_^]\s*").match(text, last + 1)):
            end = _closing(text, below.end())
            pieces.append((last + 1, below.end() + 1 if end < 0 else end + 1))
        elif not label and re.search(r"=|&|\\approx", text[first:last]):
            brace = text.index("{", first)
            pieces += [(brace, brace + 1), (last, last + 1)]
        for start, end in pieces:
            text = text[:start] + " " * (end - start) + text[end:]
        place = text.find(command, place)
    return text


def _closing(text: str, start: int) -> int:
    """Where the brace that opens at `start` is closed; -1 where none opens there."""
    opening = re.compile(r"\s*\{").match(text, start)
    if not opening:
        return -1
    depth = 0
    for match in re.compile(r"\\.|[{}]", re.DOTALL).finditer(text, opening.end() - 1):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth == 0:
            return match.start()
    return -1


def _without_brace(text: str) -> str:
    r"""A system of equations without the brace in front of it: what cases holds when it has no &.

    >>> [[side.source for side in chain.sides] for chain in
    ...  split(r"\begin{cases} w_1 = 0.5 \\ w_2 = 0.3 \end{cases}")]
    [['w_1', '0.5'], ['w_2', '0.3']]
    """
    opening = _SYSTEM.match(text)
    if not opening or not opening.end():
        return text
    kind = opening["kind"]
    end = len(text.rstrip(_TRAILING))
    if text.endswith(r"\right", 0, end):
        end = len(text[: end - len(r"\right")].rstrip())
    if kind:
        ending = text.rfind(r"\end", 0, end)
        if ending < 0 or text[ending + 4 : end].replace(" ", "") != f"{{{kind}}}":
            return text
        end = ending
    inside = text[opening.end() : end]
    if "=" not in inside or (kind == "cases" and re.search(r"&(?!\s*=)", inside)):
        return text
    return " " * opening.end() + inside + " " * (len(text) - end)
