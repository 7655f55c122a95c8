"""Between Lark's lexer and its parser: what only the neighbourhood of a token can tell.

One lexer serves every deck: what is parsed is a `Source`, which brings the names along.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import Any

from lark import Token
from lark.lexer import BasicLexer, Lexer, LexerThread

from bpreport.formula.errors import FormulaError
from bpreport.formula.names import (
    FUNCTION_LETTERS,
    FUNCTION_WORDS,
    SUBSCRIPTS,
    SUPERSCRIPTS,
    SYMBOL_COMMANDS,
    UPRIGHT,
    UPRIGHT_NAME,
    WORDS,
    Name,
    split_letters,
)

__all__ = ["CONDITION_WORDS", "Kept", "RefiningLexer", "Source"]

_TEXT = re.compile(r"\\(?:text|mathrm|textrm|textbf|textit)\s*\{([^{}]*)\}")
CONDITION_WORDS = re.compile(
    r"\s*(?:if|for|when|otherwise|else|当|若|如果|否则|其他|其它)(?![A-Za-z])", re.IGNORECASE
)
_STYLED = re.compile(r"\\(?:hat|bar|tilde|vec|dot|mathbf|boldsymbol|bm|pmb|math)")
_BOLD = re.compile(r"\\(?:vec|mathbf|boldsymbol|bm|pmb)(?![A-Za-z])")
_NAME = re.compile(
    r"\s*(?:\\[A-Za-z]+(?:\s*\{[^_]*\})?|[A-Za-z]+\d*|\d+|[\u0370-\u03ff\u0177]|[\u4e00-\u9fff]+)\s*"
    r"(?:_.*)?",
    re.DOTALL,
)
_OPENERS = frozenset(
    {
        "ADD_SIGN", "MULTIPLY_SIGN", "DIVIDE_SIGN", "OPEN", "ABSOLUTE_OPEN", "NORM_OPEN", "LBRACE",
        "LOWER_OPEN", "COMMA", "CELL", "RELATION", "IN", "FUNCTION", "CARET", "NEW_ROW",
        "BEGIN_MATRIX", "BEGIN_CASES", "WORDS",
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
_FUNCTIONS = frozenset({"exp", "ln", "log", "lg", "sinh", "cosh", "sin", "cos", "tan"})
_NO_VALUES = frozenset({"LBRACE", "ADD_SIGN", "CARET"})
"""Behind these a sign in front of a closing brace is all that stands there."""
_SCRIPTS = frozenset({"SUBSCRIPT", "PRIME"})
_PRIME = re.compile(r"'|\\prime")
_INDEX_AND_NUMBER = re.compile(r"_\s*([A-Za-z])(\d+)")
_SIZED = re.compile(r"\\(?:left|right|[bB]igg?[lr])\s*(?=\S)")
_NORM_BARS = frozenset({r"\|", r"\lVert", r"\rVert", r"\Vert", "‖"})


@dataclass(frozen=True, slots=True)
class Source:
    """What is parsed: a text, and the names that its deck gives a meaning."""

    text: str
    functions: frozenset[str]
    """Keys of the names that the deck uses as functions."""
    names: frozenset[str]
    """Runs of letters that are one name."""


class RefiningLexer(Lexer):
    """Lark's lexer with the stream of tokens refined, for `Lark(lexer=RefiningLexer)`.

    It cuts runs of letters into symbols ("wx" is w times x, "net" is one name), tells the name of
    a function from a factor in front of a bracket, pairs bars, joins a capital delta with its
    symbol, opens the index of a sum, takes words such as "if" out of conditions, and keeps names
    of values such as P(A|B) whole.
    """

    __future_interface__ = 2

    def __init__(self, lexer_conf: Any) -> None:
        self._basic = BasicLexer(lexer_conf)

    def lex(self, lexer_state: Any, parser_state: Any) -> Iterator[Token]:  # noqa: ARG002
        """The tokens of a source, refined."""
        source: Source = lexer_state.text
        return iter(_Refiner(self._basic, source).refined(source.text))


class Kept:
    """Lark's `postlex`, only to name the terminals that the grammar's rules do not mention."""

    always_accept = ("BAR", "SPACE", "SUPERSCRIPT", "SWITCH")

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        """The stream as it is."""
        return stream


class _Refiner:
    def __init__(self, lexer: BasicLexer, source: Source) -> None:
        self.lexer = lexer
        self.functions = source.functions
        self.names = source.names | WORDS

    def refined(self, text: str, offset: int = 0) -> list[Token]:
        thread = LexerThread.from_text(self.lexer, text)
        raw = _with_value_names(list(thread.lex(None)), text)  # type: ignore[no-untyped-call]
        for token in raw:
            token.start_pos = (token.start_pos or 0) + offset
        tokens = list(self._named(self._lowered(raw)))
        tokens = _halved(_paired(tokens))
        called = {
            after: index
            for index, token in enumerate(tokens)
            if token.type == "SYMBOL"
            and not (index and tokens[index - 1].type == "CARET")
            and (after := self._called_at(tokens, index)) is not None
        }
        for index, (sign, behind) in enumerate(pairwise(tokens)):
            inside = index > 0 and tokens[index - 1].type not in _NO_VALUES
            if sign.type == "ADD_SIGN" and behind.type == "RBRACE" and inside:
                tokens[index] = _as("MARK_SIGN", sign)  # the + of w^{(2)+}
        _check_commas(tokens, called.keys())
        for index in called.values():
            tokens[index] = _as("FUNCTION_NAME", tokens[index])
        return tokens

    def _lowered(self, tokens: list[Token]) -> Iterator[Token]:
        r"""What stands below a sum, a logarithm or a nabla is a formula of its own."""
        lower: set[int] = set()
        for index, token in enumerate(tokens):
            if token.type in ("LARGE", "NABLA", "FUNCTION"):
                lower |= {id(one) for one in _after_scripts(tokens, index + 1)[1]}
            if token.type != "SUBSCRIPT" or id(token) not in lower:
                yield token
                continue
            text = token.translate(SUBSCRIPTS)
            if split := _INDEX_AND_NUMBER.fullmatch(text):  # \sum_i2 is twice a sum over i
                text = text[: split.start(2)]
            inner = text[1:].strip() if text.startswith("_") else text
            inner = inner[1:-1] if inner.startswith("{") else inner
            start = _place(token) + text.index(inner)
            yield _at("LOWER_OPEN", "_", _place(token))
            yield from self.refined(inner, start)
            yield _at("LOWER_CLOSE", "", start + len(inner))
            if split:
                yield _at("NUMBER", split[2], _place(token) + split.start(2))

    def _named(self, tokens: Iterable[Token]) -> Iterator[Token]:
        delta: Token | None = None
        before: Token | None = None
        upright = False
        cases = 0
        for token in tokens:
            kind = token.type
            if delta is not None and kind != "SYMBOL":
                if kind == "LBRACE":
                    raise FormulaError(_place(token), "{", r"a symbol behind \Delta")
                yield delta
                delta = None
            cases += {"BEGIN_CASES": 1, "END_CASES": -1}.get(kind, 0)
            if kind == "SWITCH":
                upright = True
            elif kind == "SPACE":
                if not cases:
                    raise FormulaError(_place(token), str(token), "one formula, without a gap")
            elif kind == "SUPERSCRIPT":
                yield from _unfolded(token)
            elif kind == "PRIME":
                for prime in _PRIME.finditer(token):  # there may be several: f^{''}
                    yield _at("PRIME", "'", _place(token) + prime.start())
            elif kind != "SYMBOL":
                yield token
            elif (text := _TEXT.match(token)) and CONDITION_WORDS.match(text[1]):
                yield _as("WORDS", token)
            elif token in (r"\Delta", "Δ") and delta is None:
                delta = token
            else:
                _check_command(token)
                _check_digits(before, token)
                if token[-1].isdigit() and token.rstrip("0123456789") in _FUNCTIONS:
                    raise FormulaError(_place(token), str(token), "a function without a subscript")
                pieces = [(0, str(token))] if upright else split_letters(token, self.names)
                if delta is not None:
                    yield _at("SYMBOL", rf"\Delta {pieces[0][1]}", _place(delta))
                    delta, pieces = None, pieces[1:]
                for offset, piece in pieces:
                    yield _at("SYMBOL", piece, _place(token) + offset)
            upright = upright and kind != "SYMBOL"
            before = token
        if delta is not None:
            yield delta

    def _called_at(self, tokens: list[Token], index: int) -> int | None:
        """The index of the bracket with the arguments, if the symbol is called here."""
        after, scripts = _after_scripts(tokens, index + 1)
        kind = tokens[after].type if after < len(tokens) else ""
        if kind not in ("OPEN", "BEGIN_MATRIX") or tokens[after] == r"\{":
            return None
        name = Name.read(tokens[index], [token for token in scripts if token.type == "SUBSCRIPT"])
        if kind == "BEGIN_MATRIX":
            return after if name.base in FUNCTION_WORDS else None
        if name.base in self.functions or name.key in self.functions:
            return None if self._is_its_own_slope(tokens, index, after) else after
        primed = any(token.type == "PRIME" for token in scripts)
        if name.base in FUNCTION_LETTERS and (primed or not name.is_numbered):
            return after if primed or not _looks_like_factor(tokens, after) else None
        return None

    def _is_its_own_slope(self, tokens: list[Token], index: int, opening: int) -> bool:
        """Whether f(1 - f) is a product: f in it is a value, and so it is in front."""
        behind = opening + 3
        again = tokens[behind : behind + 1] == [tokens[index]]
        return _looks_like_factor(tokens, opening) and again and not self._called_at(tokens, behind)


def _with_value_names(tokens: list[Token], text: str) -> list[Token]:
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
            start = _place(tokens[index])
            typed = text[start : _place(tokens[end]) + len(tokens[end])]
            done.append(_at("VALUE_NAME", typed, start))
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
    bars = [place for place, one in enumerate(inside) if one.type == "BAR" or one == r"\mid"]
    split = len(bars) == 1 or (len(bars) == 2 and bars[1] - bars[0] == 1)
    sign = len(inside) == 1 and inside[0].type == "ADD_SIGN"
    events = any(_EVENTS.match(one) for one in inside)
    states = tokens[index] in _PROBABILITIES and (
        any(one.type == "RELATION" for one in inside) or any(map(_WORD.fullmatch, inside))
    )
    return end if split or sign or events or states else None


def _place(token: Token) -> int:
    return token.start_pos or 0


def _at(kind: str, text: str, place: int) -> Token:
    return Token(kind, text, start_pos=place)


def _as(kind: str, token: Token) -> Token:
    return Token.new_borrow_pos(kind, token.value, token)


def _unfolded(token: Token) -> Iterator[Token]:
    """A superscript of Unicode, as if it had been typed with a caret."""
    inner = token.translate(SUPERSCRIPTS)
    if len(inner) > 1 and not inner.isdigit() and not re.fullmatch(r"-\d+|\(\d+\)", inner):
        raise FormulaError(_place(token), str(token), "a whole number or one sign")
    yield _at("CARET", "^", _place(token))
    yield _at("LBRACE", "{", _place(token))
    for part in re.findall(r"\d+|\D", inner):
        kinds = {"+": "ADD_SIGN", "-": "ADD_SIGN", "(": "OPEN", ")": "CLOSE"}
        kind = kinds.get(part, "NUMBER" if part.isdigit() else "SYMBOL")
        yield _at(kind, part, _place(token))
    yield _at("RBRACE", "}", _place(token))


def _check_command(token: Token) -> None:
    if not token.startswith("\\"):
        return
    if upright := UPRIGHT.fullmatch(token):
        if not UPRIGHT_NAME.fullmatch(upright[1]):
            raise FormulaError(_place(token), str(token), "a name of letters and digits")
        return
    if token.endswith("}"):
        if re.search(r"\{\s*(?:_|\}\Z)", token):  # \hat{} is an accent on nothing
            raise FormulaError(_place(token), str(token), "a name of letters and digits")
        inner = token[token.index("{") + 1 : -1]
        named = _NAME.fullmatch(inner) is not None and _is_symbol(inner.strip())
        if not named and (_BOLD.match(token) or re.search(r"[{}_\\]", inner)):
            raise FormulaError(_place(token), str(token), "a name of letters and digits")
        return
    if not _is_symbol(token):
        raise FormulaError(_place(token), str(token), "a command that this language knows")


def _is_symbol(typed: str) -> bool:
    """Whether a name is no command, or one that is a symbol; and no function."""
    command = re.match(r"\\?([A-Za-z]+)", typed)
    if command is None or not typed.startswith("\\"):
        return command is None or command[1] not in _FUNCTIONS
    if _STYLED.match(typed) is not None:
        rest = typed[command.end() :].strip()
        return bool(rest) and (rest[0] == "{" or _is_symbol(rest))
    upright = UPRIGHT.match(typed)
    if upright is not None:
        return UPRIGHT_NAME.fullmatch(upright[1]) is not None
    return command[1] in SYMBOL_COMMANDS


def _check_digits(before: Token | None, token: Token) -> None:
    """2x3 is six to some and two x_3 to others."""
    if before is None or before.type != "NUMBER" or not re.fullmatch(r"[xX]\d+", token):
        return
    if _place(before) + len(before) == _place(token):
        raise FormulaError(_place(token), str(token), "a sign of multiplication, or x_3")


def _paired(tokens: list[Token]) -> list[Token]:
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
        opens = explicit[1] == "l" if explicit else before in _OPENERS or not open_bars
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        double = str(token) == "|" == following and _place(following) == _place(token) + 1
        if opens:
            kind = "NORM" if bar in _NORM_BARS or double else "ABSOLUTE"
            open_bars.append(_as(f"{kind}_OPEN", token))
            done.append(open_bars[-1])
        else:
            kind = open_bars.pop().type.removesuffix("_OPEN") if open_bars else ""
            if kind == "" or (kind == "NORM") != (bar in _NORM_BARS or double):
                # Of "||a||" the inner pair is closed by the norm; "|a||b|" closes one by one.
                if kind != "ABSOLUTE":
                    raise _alone(token)
                double = False
            done.append(_as(f"{kind}_CLOSE", token))
        skipped = double
    if open_bars:
        raise _alone(open_bars[-1])
    return done


def _alone(bar: Token) -> FormulaError:
    shown = _SIZED.sub("", bar)
    at = _place(bar) + len(bar) - len(shown)
    return FormulaError(at, shown, "bars in pairs; the value at a point is not read")


def _halved(tokens: list[Token]) -> list[Token]:
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
                raise FormulaError(_place(token), str(token), "braces around a part of a fraction")
            ones = (_at("NUMBER", token[one], _place(token) + one) for one in range(digits))
            done.extend(ones)
            if len(token) > digits:
                done.append(_at("NUMBER", token[digits:], _place(token) + digits))
            wanted[-1] -= digits
            continue
        elif wanted[-1] > 0:
            if token.type == "SYMBOL" and re.fullmatch(r"[A-Za-z]\d+", token):
                raise FormulaError(_place(token), str(token), "braces around a part of a fraction")
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


def _check_commas(tokens: list[Token], called: Iterable[int]) -> None:
    """Refuse 1,234 and 0,5: a comma between digits may be the point of another language."""
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
            if before is not None and after is not None and _is_tight(before, token, after):
                level.tight += 1
                level.thousands += bool(re.match(r"\d{3}(?:\.|\Z)", after)) and len(before) <= 3
                level.first_tight = level.first_tight or token
        elif token.type == "CELL":
            level.mixed = True
        elif token.type in ("ADD_SIGN", "MULTIPLY_SIGN", "DIVIDE_SIGN"):
            level.mixed |= before is not None and before.type not in _OPENERS
    _judge_commas(levels[0])


def _is_tight(before: Token, comma: Token, after: Token) -> bool:
    numbers = before.type == "NUMBER" and after.type == "NUMBER"
    ends = _place(before) + len(before) == _place(comma)
    return numbers and ends and _place(comma) + 1 == _place(after)


def _judge_commas(level: _Level) -> None:
    comma = level.first_tight
    if comma is None or level.called:
        return
    alone = level.commas == 1 and level.outermost
    grouped = level.thousands == level.commas
    if level.mixed or alone or grouped:
        raise FormulaError(
            _place(comma), ",", "a point in a number, or a space behind the comma between two"
        )


def _after_scripts(tokens: list[Token], index: int) -> tuple[int, list[Token]]:
    """Where the subscripts, marks and primes behind a name end, and what they are."""
    scripts = []
    while index < len(tokens):
        token = tokens[index]
        if token.type in _SCRIPTS:
            scripts.append(token)
            index += 1
        elif token.type == "CARET":
            index += 1
            if index < len(tokens) and tokens[index] == "{":
                depth = 0
                while index < len(tokens):
                    depth += {"{": 1, "}": -1}.get(str(tokens[index]), 0)
                    index += 1
                    if depth == 0:
                        break
            else:
                index += 1
        else:
            break
    return index, scripts


def _looks_like_factor(tokens: list[Token], opening: int) -> bool:
    """Whether the bracket holds a difference from one, as in h(1 - h): then it is a factor."""
    inside = tokens[opening + 1 : opening + 3]
    return len(inside) == 2 and inside[0] == "1" and inside[1] == "-"
