"""What the tokens of a formula tell of each other, whatever deck it stands in.

Bars that open are told from those that close, a part of a fraction is one digit, P(A|B) is one
name, and a comma between digits is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile

from lark import Token

from bpreport.formula.errors import FormulaError
from bpreport.formula.fragments import place

__all__ = ["check_commas", "halved", "paired", "retyped", "token_at", "with_value_names"]

_OPENERS = frozenset(
    {
        "ADD_SIGN", "MULTIPLY_SIGN", "DIVIDE_SIGN", "OPEN", "ABSOLUTE_OPEN", "NORM_OPEN", "LBRACE",
        "FLOOR_OPEN", "CEILING_OPEN", "LOWER_OPEN", "COMMA", "CELL", "RELATION", "IN", "FUNCTION",
        "CARET", "NEW_ROW", "BEGIN_MATRIX", "BEGIN_CASES", "WORDS",
    }
)  # fmt: skip
"""Behind these a value begins, so that a bar opens and a sign belongs to the value."""
_LEVELS = {
    "OPEN": 1, "LBRACE": 1, "LOWER_OPEN": 1, "BEGIN_MATRIX": 1, "BEGIN_CASES": 1,
    "CLOSE": -1, "RBRACE": -1, "LOWER_CLOSE": -1, "END_MATRIX": -1, "END_CASES": -1,
}  # fmt: skip
_PROBABILITIES = frozenset(
    {"P", "p", "Pr", r"\Pr", r"\mathbb{P}", r"\mathrm{P}", r"\text{P}"}
    | {"H", "IG", "Gain", "Gini", "Entropy", r"\text{Gain}", r"\text{Gini}", r"\text{Entropy}"}
)
"""Names of probabilities and entropies: an equals sign or a word in their brackets says of what."""
_EVENTS = re.compile(r"\\(?:neg|lnot|cap|cup|land|lor)(?![A-Za-z])")
_WORD = re.compile(r"[A-Za-z]{2,}|\\(?:text|mathrm|textit)\s*\{[A-Za-z ]{2,}\}")
_IN_VALUE_NAMES = frozenset(
    {"SYMBOL", "NUMBER", "SUBSCRIPT", "COMMA", "BAR", "RELATION", "ADD_SIGN", "PRIME"}
    | {"CARET", "LBRACE", "RBRACE"}
)
_SIZED = re.compile(r"\\(?:left|right|[bB]igg?[lr])\s*(?=\S)")
_NORM_BARS = frozenset({r"\|", r"\lVert", r"\rVert", r"\Vert", "‖"})


def token_at(kind: str, text: str, start: int) -> Token:
    """A token of this kind at a place of the source."""
    return Token(kind, text, start_pos=start)


def retyped(kind: str, token: Token) -> Token:
    """The same token as one of another kind."""
    return Token.new_borrow_pos(kind, token.value, token)


def with_value_names(tokens: list[Token], text: str) -> list[Token]:
    """The tokens with P(B|A), H(Y|X), D(p||q) and P(+) as one name each.

    What stands in their brackets is no value of which a function were computed.
    """
    done: list[Token] = []
    index = 0
    while index < len(tokens):
        end = _end_of_value_name(tokens, index) if tokens[index].type == "SYMBOL" else None
        if end is None:
            done.append(tokens[index])
            index += 1
        else:
            start = place(tokens[index])
            typed = text[start : place(tokens[end]) + len(tokens[end])]
            done.append(token_at("VALUE_NAME", typed, start))
            index = end + 1
    return done


def _end_of_value_name(tokens: list[Token], index: int) -> int | None:
    """Where the bracket closes that makes a name, with what is behind it, the name of a value."""
    opening = index + 1
    while opening < len(tokens) and tokens[opening].type == "SUBSCRIPT":
        opening += 1
    if opening >= len(tokens) or tokens[opening] not in ("(", "["):
        return None
    inside = list(takewhile(lambda one: one.type in _IN_VALUE_NAMES, tokens[opening + 1 :]))
    end = opening + 1 + len(inside)
    if end >= len(tokens) or tokens[end].type != "CLOSE":
        return None
    bars = [at for at, one in enumerate(inside) if one.type == "BAR" or one == r"\mid"]
    split = len(bars) == 1 or (len(bars) == 2 and bars[1] - bars[0] == 1)
    sign = len(inside) == 1 and inside[0].type == "ADD_SIGN"
    events = any(_EVENTS.match(one) for one in inside)
    states = tokens[index] in _PROBABILITIES and (
        any(one.type == "RELATION" for one in inside) or any(map(_WORD.fullmatch, inside))
    )
    return end if split or sign or events or states else None


def paired(tokens: list[Token]) -> list[Token]:
    """Tell an opening bar from a closing one: a bar opens where a value must begin.

    Two bars side by side are the bars of a norm.
    """
    done: list[Token] = []
    open_bars: list[Token] = []
    skipped = False
    for index, token in enumerate(tokens):
        if token.type != "BAR" or skipped:
            skipped = False
            if token.type != "BAR":
                done.append(token)
            continue
        bar = _SIZED.sub("", token)
        explicit = re.match(r"\\(?:[bB]igg?)?([lr])", token)
        before = done[-1].type if done else "ADD_SIGN"
        starred = len(done) > 1 and done[-1] == "*" and done[-2].type == "CARET"
        awaited = before in _OPENERS and not starred  # the star of x^* ends a value
        opens = explicit[1] == "l" if explicit else awaited or not open_bars
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        double = str(token) == "|" == following and place(following) == place(token) + 1
        if opens:
            kind = "NORM" if bar in _NORM_BARS or double else "ABSOLUTE"
            open_bars.append(retyped(f"{kind}_OPEN", token))
            done.append(open_bars[-1])
        else:
            kind = open_bars.pop().type.removesuffix("_OPEN") if open_bars else ""
            if kind == "" or (kind == "NORM") != (bar in _NORM_BARS or double):
                # Of "||a||" the inner pair is closed by the norm; "|a||b|" closes one by one.
                if kind != "ABSOLUTE":
                    raise _alone(token)
                double = False
            done.append(retyped(f"{kind}_CLOSE", token))
        skipped = double
    if open_bars:
        raise _alone(open_bars[-1])
    return done


def _alone(bar: Token) -> FormulaError:
    shown = _SIZED.sub("", bar)
    at = place(bar) + len(bar) - len(shown)
    return FormulaError(at, shown, "bars in pairs; the value at a point is not read")


def halved(tokens: list[Token]) -> list[Token]:
    r"""\frac12 is a half: without braces a part of a fraction is one digit."""
    done: list[Token] = []
    wanted = [0]
    """Parts of fractions still to come, one entry for each open brace."""
    for token in tokens:
        if token.type == "FRACTION":
            wanted[-1] = max(wanted[-1] - 1, 0) + 2
        elif token.type == "LBRACE":
            wanted[-1] -= wanted[-1] > 0
            wanted.append(0)
        elif token.type == "RBRACE":
            if len(wanted) > 1:
                wanted.pop()
        elif token.type == "NUMBER" and wanted[-1] > 0 and len(token) > 1:
            digits = min(wanted[-1], len(token))
            if not token[:digits].isdigit() or token[digits : digits + 1] in (".", "{", "e", "E"):
                raise FormulaError(place(token), str(token), "braces around a part of a fraction")
            ones = (token_at("NUMBER", token[one], place(token) + one) for one in range(digits))
            done.extend(ones)
            if len(token) > digits:
                done.append(token_at("NUMBER", token[digits:], place(token) + digits))
            wanted[-1] -= digits
            continue
        elif wanted[-1] > 0:
            if token.type == "SYMBOL" and re.fullmatch(r"[A-Za-z]\d+", token):
                raise FormulaError(place(token), str(token), "braces around a part of a fraction")
            wanted[-1] -= 1
        done.append(token)
    return done


@dataclass(slots=True)
class _Level:
    """What stands between one pair of brackets."""

    called: bool = False
    outermost: bool = False
    commas: int = 0
    tight: int = 0
    thousands: int = 0
    first_tight: Token | None = None
    mixed: bool = False
    """Whether values are computed with, or cells stand, at the same level."""


def check_commas(tokens: list[Token], called: Iterable[int]) -> None:
    """Refuse 1,234 and 0,5: a comma between digits may be the point of another language.

    So may one in braces, where what is typed is not 1{,}234, which is one number by now.
    """
    if not any(token.type == "COMMA" for token in tokens):
        return
    levels = [_Level(outermost=True)]
    for index, token in enumerate(tokens):
        before = tokens[index - 1] if index else None
        step = _LEVELS.get(token.type, 0)
        level = levels[-1]
        if step > 0:
            by_name = index in called or (before is not None and before.type == "FUNCTION")
            levels.append(_Level(called=by_name))
        elif step < 0 and len(levels) > 1:
            _judge_commas(levels.pop())
        elif token.type == "COMMA":
            level.commas += 1
            after = tokens[index + 1] if index + 1 < len(tokens) else None
            if "".join(tokens[max(index - 1, 0) : index + 2]) == "{,}":
                _judge_braced(tokens, index)
            if before is not None and after is not None and _is_tight(before, token, after):
                level.tight += 1
                level.thousands += bool(re.match(r"\d{3}(?:\.|\Z)", after)) and len(before) <= 3
                level.first_tight = level.first_tight or token
        elif token.type == "CELL":
            level.mixed = True
        elif token.type in ("ADD_SIGN", "MULTIPLY_SIGN", "DIVIDE_SIGN"):
            level.mixed |= before is not None and before.type not in _OPENERS
    _judge_commas(levels[0])


def _judge_braced(tokens: list[Token], index: int) -> None:
    around = tokens[max(index - 2, 0)], tokens[min(index + 2, len(tokens) - 1)]
    if all(token.type == "NUMBER" for token in around):
        raise _refused(tokens[index])


def _refused(comma: Token) -> FormulaError:
    return FormulaError(
        place(comma), ",", "a point in a number, or a space behind the comma between two"
    )


def _is_tight(before: Token, comma: Token, after: Token) -> bool:
    numbers = before.type == "NUMBER" and after.type == "NUMBER"
    ends = place(before) + len(before) == place(comma)
    return numbers and ends and place(comma) + 1 == place(after)


def _judge_commas(level: _Level) -> None:
    comma = level.first_tight
    if comma is None or level.called:
        return
    alone = level.commas == 1 and level.outermost
    grouped = level.thousands == level.commas
    if level.mixed or alone or grouped:
        raise _refused(comma)
