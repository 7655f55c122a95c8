"""Between Lark's lexer and its parser: what only the neighbourhood of a token can tell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lark import Token

from bpreport.formula.errors import FormulaError
from bpreport.formula.names import (
    FUNCTION_LETTERS,
    MEANINGLESS,
    SYMBOL_COMMANDS,
    WORDS,
    Name,
    split_letters,
)

__all__ = ["Refiner"]

_TEXT = re.compile(r"\\(?:text|mathrm|textrm|textbf|textit)\s*\{([^{}]*)\}")
_CONDITION_WORDS = re.compile(r"\s*(?:if|for|when|otherwise|else|当|若|如果|否则|其他|其它)\b", re.I)
_OPENERS = {
    "ADD_SIGN", "MULTIPLY_SIGN", "DIVIDE_SIGN", "OPEN", "ABSOLUTE_OPEN", "NORM_OPEN", "LBRACE",
    "COMMA", "CELL", "RELATION", "FUNCTION", "NEW_ROW", "BEGIN_MATRIX", "BEGIN_CASES",
}  # fmt: skip
_SCRIPTS = {"SUBSCRIPT", "PRIME"}


class Refiner:
    """Lark's `postlex`: refines the stream of tokens of one side.

    It cuts runs of letters into symbols ("wx" is w times x, "net" is one name), tells the name of
    a function from a factor in front of a bracket, pairs bars, joins a capital delta with its
    symbol, and takes words such as "if" out of conditions.
    """

    always_accept = ("BAR", "IGNORED")

    def __init__(self, functions: frozenset[str], names: frozenset[str]) -> None:
        self.functions = functions
        """Keys of the names that the deck uses as functions."""
        self.names = names | WORDS
        """Runs of letters that are one name."""

    def process(self, stream: Iterable[Token]) -> Iterator[Token]:
        tokens = list(self._named(stream))
        self._pair_bars(tokens)
        for index, token in enumerate(tokens):
            if token.type == "SYMBOL" and self._is_called(tokens, index):
                token = Token.new_borrow_pos("FUNCTION_NAME", token.value, token)
            yield token

    def _named(self, stream: Iterable[Token]) -> Iterator[Token]:
        delta: Token | None = None
        for token in stream:
            if token.type != "SYMBOL":
                if delta is not None:
                    yield delta
                    delta = None
                yield token
                continue
            text = _TEXT.match(token)
            if text and _CONDITION_WORDS.match(text[1]):
                yield Token.new_borrow_pos("WORDS", text[1], token)
                continue
            if token.startswith("\\") and not token.rstrip("*").endswith("}"):
                self._check_command(token)
            if token == r"\Delta":
                if delta is not None:
                    yield delta
                delta = token
                continue
            pieces = split_letters(token, self.names)
            if delta is not None:
                joined = rf"\Delta {pieces[0][1]}"
                yield Token("SYMBOL", joined, start_pos=delta.start_pos)
                delta, pieces = None, pieces[1:]
            for offset, piece in pieces:
                yield Token("SYMBOL", piece, start_pos=(token.start_pos or 0) + offset)
        if delta is not None:
            yield delta

    @staticmethod
    def _check_command(token: Token) -> None:
        command = re.match(r"\\([A-Za-z]+)", token)
        known = command and (command[1] in SYMBOL_COMMANDS or command[1] in MEANINGLESS)
        if not known and not re.match(r"\\(?:hat|bar|tilde|vec|dot|mathbf|boldsymbol|bm|math)", token):
            raise FormulaError(token.start_pos or 0, str(token), "a command that this language knows")

    @staticmethod
    def _pair_bars(tokens: list[Token]) -> None:
        """Tell an opening bar from a closing one: a bar opens where a value must begin."""
        depth = 0
        for index, token in enumerate(tokens):
            if token.type != "BAR":
                continue
            before = tokens[index - 1].type if index else "ADD_SIGN"
            explicit = re.match(r"\\([lr])", token)
            opens = explicit[1] == "l" if explicit else before in _OPENERS or depth == 0
            kind = "NORM" if token in (r"\|", r"\lVert", r"\rVert", r"\Vert") else "ABSOLUTE"
            depth += 1 if opens else -1
            tokens[index] = Token.new_borrow_pos(
                f"{kind}_{'OPEN' if opens else 'CLOSE'}", token.value, token
            )

    def _is_called(self, tokens: list[Token], index: int) -> bool:
        """Whether the symbol is the name of a function that is called here."""
        after, scripts = _after_scripts(tokens, index + 1)
        if after >= len(tokens) or tokens[after].type != "OPEN" or tokens[after] == r"\{":
            return False
        name = Name.read(tokens[index], [token for token in scripts if token.type == "SUBSCRIPT"])
        if name.base in self.functions or name.key in self.functions:
            return True
        primed = any(token.type == "PRIME" for token in scripts)
        if name.base in FUNCTION_LETTERS and (primed or not name.is_numbered):
            return primed or not _looks_like_factor(tokens, after)
        return False


def _after_scripts(tokens: list[Token], index: int) -> tuple[int, list[Token]]:
    """Where the subscripts, marks and primes behind a name end, and what they are."""
    scripts = []
    while index < len(tokens):
        token = tokens[index]
        if token.type in _SCRIPTS:
            scripts.append(token)
            index += 1
        elif token == "^":
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
