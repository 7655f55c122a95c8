"""Between Lark's lexer and its parser: what only the neighbourhood of a token can tell.

One lexer serves every deck: what is parsed is a `Source`, which brings the names along.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from lark import Token
from lark.lexer import BasicLexer, Lexer, LexerThread

from bpreport.formula.errors import FormulaError
from bpreport.formula.fragments import place
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
from bpreport.formula.refining import (
    check_commas,
    halved,
    paired,
    retyped,
    token_at,
    with_value_names,
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
_FUNCTIONS = frozenset({"exp", "ln", "log", "lg", "sinh", "cosh", "sin", "cos", "tan"})
_NO_VALUES = frozenset({"LBRACE", "ADD_SIGN", "CARET"})
"""Behind these a sign in front of a closing brace is all that stands there."""
_SCRIPTS = frozenset({"SUBSCRIPT", "PRIME"})
_PRIME = re.compile(r"'|\\prime")
_INDEX_AND_NUMBER = re.compile(r"_\s*([A-Za-z])(\d+)")


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
        raw = with_value_names(list(thread.lex(None)), text)  # type: ignore[no-untyped-call]
        for token in raw:
            token.start_pos = (token.start_pos or 0) + offset
        tokens = list(self._named(self._lowered(raw)))
        tokens = halved(paired(tokens))
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
                tokens[index] = retyped("MARK_SIGN", sign)  # the + of w^{(2)+}
        check_commas(tokens, called.keys())
        for index in called.values():
            tokens[index] = retyped("FUNCTION_NAME", tokens[index])
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
            start = place(token) + text.index(inner)
            yield token_at("LOWER_OPEN", "_", place(token))
            yield from self.refined(inner, start)
            yield token_at("LOWER_CLOSE", "", start + len(inner))
            if split:
                yield token_at("NUMBER", split[2], place(token) + split.start(2))

    def _named(self, tokens: Iterable[Token]) -> Iterator[Token]:
        delta: Token | None = None
        before: Token | None = None
        upright = False
        cases = 0
        for token in tokens:
            kind = token.type
            if delta is not None and kind != "SYMBOL":
                if kind == "LBRACE":
                    raise FormulaError(place(token), "{", r"a symbol behind \Delta")
                yield delta
                delta = None
            cases += {"BEGIN_CASES": 1, "END_CASES": -1}.get(kind, 0)
            if kind == "SWITCH":
                upright = True
            elif kind == "SPACE":
                if not cases:
                    raise FormulaError(place(token), str(token), "one formula, without a gap")
            elif kind == "SUPERSCRIPT":
                yield from _unfolded(token)
            elif kind == "PRIME":
                for prime in _PRIME.finditer(token):  # there may be several: f^{''}
                    yield token_at("PRIME", "'", place(token) + prime.start())
            elif kind != "SYMBOL":
                yield token
            elif (text := _TEXT.match(token)) and CONDITION_WORDS.match(text[1]):
                yield retyped("WORDS", token)
            elif token in (r"\Delta", "Δ") and delta is None:
                delta = token
            else:
                _check_command(token)
                _check_digits(before, token)
                if token[-1].isdigit() and token.rstrip("0123456789") in _FUNCTIONS:
                    raise FormulaError(place(token), str(token), "a function without a subscript")
                pieces = [(0, str(token))] if upright else split_letters(token, self.names)
                if delta is not None:
                    yield token_at("SYMBOL", rf"\Delta {pieces[0][1]}", place(delta))
                    delta, pieces = None, pieces[1:]
                for offset, piece in pieces:
                    yield token_at("SYMBOL", piece, place(token) + offset)
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


def _unfolded(token: Token) -> Iterator[Token]:
    """A superscript of Unicode, as if it had been typed with a caret."""
    inner = token.translate(SUPERSCRIPTS)
    if len(inner) > 1 and not inner.isdigit() and not re.fullmatch(r"-\d+|\(\d+\)", inner):
        raise FormulaError(place(token), str(token), "a whole number or one sign")
    yield token_at("CARET", "^", place(token))
    yield token_at("LBRACE", "{", place(token))
    for part in re.findall(r"\d+|\D", inner):
        kinds = {"+": "ADD_SIGN", "-": "ADD_SIGN", "(": "OPEN", ")": "CLOSE"}
        kind = kinds.get(part, "NUMBER" if part.isdigit() else "SYMBOL")
        yield token_at(kind, part, place(token))
    yield token_at("RBRACE", "}", place(token))


def _check_command(token: Token) -> None:
    if not token.startswith("\\"):
        return
    if upright := UPRIGHT.fullmatch(token):
        if not UPRIGHT_NAME.fullmatch(upright[1]):
            raise FormulaError(place(token), str(token), "a name of letters and digits")
        return
    if token.endswith("}"):
        if re.search(r"\{\s*(?:_|\}\Z)", token):  # \hat{} is an accent on nothing
            raise FormulaError(place(token), str(token), "a name of letters and digits")
        inner = token[token.index("{") + 1 : -1]
        named = _NAME.fullmatch(inner) is not None and _is_symbol(inner.strip())
        if not named and (_BOLD.match(token) or re.search(r"[{}_\\]", inner)):
            raise FormulaError(place(token), str(token), "a name of letters and digits")
        return
    if not _is_symbol(token):
        raise FormulaError(place(token), str(token), "a command that this language knows")


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
    if place(before) + len(before) == place(token):
        raise FormulaError(place(token), str(token), "a sign of multiplication, or x_3")


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
