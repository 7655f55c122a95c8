r"""Reading one side of a chain into a tree.

>>> parse(r"\frac{1}{2}(d - O)^2").operation
'multiply'
>>> parse(r"out_{o1}(1 - out_{o1})").operation      # a product
'multiply'
>>> parse(r"f(net_k)").function.key                 # a call
'f'

What is not understood is refused, with its place and what stood there:

>>> parse(r"w_1 + * x")
Traceback (most recent call last):
    ...
bpreport.formula.errors.FormulaError: at '*': expected a value
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from lark import Lark
from lark.exceptions import UnexpectedCharacters, UnexpectedToken, VisitError

from bpreport.formula.building import Builder
from bpreport.formula.compiling import compiled
from bpreport.formula.errors import FormulaError
from bpreport.formula.limits import limit
from bpreport.formula.tokens import Kept, RefiningLexer, Source
from bpreport.formula.tree import Tree, children

__all__ = ["DEEPEST", "LONGEST", "parse"]

LONGEST = limit("formula_characters")
"""Characters of one side past which it is refused: no formula that a person reads is longer."""

DEEPEST = limit("formula_depth")
"""Nested brackets or operations past which a side is refused: every tree can be walked."""

_TYPOGRAPHIC = str.maketrans(
    {
        "（": "(", "）": ")", "，": ",", "＋": "+", "－": "-", "−": "-", "–": "-", "＊": "*",
        "×": "*", "·": "*", "⋅": "*", "∙": "*", "•": "*", "∗": "*", "÷": "/", "［": "[",
        "］": "]", "′": "'", "’": "'", "．": ".", "／": "/", "﹣": "-", "‐": "-",
    }
)  # fmt: skip
"""Typographic variants, one character each, so that offsets stay."""


def parse(source: str, functions: Iterable[str] = (), names: Iterable[str] = ()) -> Tree:
    r"""The tree of one side of a chain, given as LaTeX.

    `functions` are keys of names that are called, as f in f(net_k); `names` are runs of letters
    that are one symbol. A few of both are known to everyone (see names.py).

    Raises `FormulaError` with the offset in `source`, the token that stood there and what was
    expected.

    >>> [symbol.key for symbol in parse("w8 * out_{h1}").operands]
    ['w_{8}', 'out_{h1}']
    """
    if len(source) > LONGEST:
        raise FormulaError(LONGEST, source[LONGEST], f"at most {LONGEST} characters in a formula")
    _check_brackets(source)
    text = source.translate(_TYPOGRAPHIC)
    try:
        # Lark's own signature knows no input but text; our lexer takes a `Source`.
        tree = _lark().parse(cast("Any", Source(text, frozenset(functions), frozenset(names))))
    except UnexpectedToken as error:
        token = error.token
        at = token.start_pos if token.type != "$END" and token.start_pos is not None else len(text)
        shown = "" if token.type == "$END" else source[at : at + len(token)]
        raise FormulaError(at, shown, _expected(error.accepts or error.expected)) from None
    except UnexpectedCharacters as error:
        at = cast("int", error.pos_in_stream)  # typed as None in the base class
        raise _unknown(source, at) from None
    except VisitError as error:  # pragma: no cover - the builder raises only our own
        raise error.orig_exc from None
    _check_depth(cast("Tree", tree))
    return cast("Tree", tree)


@lru_cache(maxsize=1)
def _lark() -> Lark:
    grammar = Path(__file__).with_name("grammar.lark")
    tables = compiled(grammar)
    # A comment, so that tables made with other terminals are told apart: Lark looks at the text.
    accepted = f"\n// {' '.join(Kept.always_accept)}"
    return Lark(
        grammar.read_text(encoding="utf-8") + accepted,
        parser="lalr",
        lexer=RefiningLexer,
        postlex=Kept(),
        transformer=Builder(),
        maybe_placeholders=False,
        # Made anew the tables take a tenth of a check; Lark tells by the grammar, its own version
        # and Python's whether those that it kept are the same.
        cache=str(tables) if tables else False,
    )


def _check_brackets(source: str) -> None:
    depth = 0
    for match in re.finditer(r"[{(\[]|[})\]]|\\begin|\\end", source):
        depth += 1 if match[0] in ("{", "(", "[", r"\begin") else -1
        if depth > DEEPEST:
            raise FormulaError(match.start(), match[0], f"at most {DEEPEST} nested brackets")


def _check_depth(tree: Tree) -> None:
    """Operations nest without brackets too: x'''', 1/2/3/4, a sum of a sum of a sum."""
    level: list[Tree] = [tree]
    for _ in range(2 * DEEPEST):
        level = [child for node in level for child in children(node)]
        if not level:
            return
    raise FormulaError(0, "", f"at most {2 * DEEPEST} nested operations")


def _unknown(source: str, at: int) -> FormulaError:
    shown = re.match(r"\\[A-Za-z]+|\\?.", source[at:], re.DOTALL)
    expected = "a symbol, a number or an operator"
    if source[at] == "%":  # which begins a comment of LaTeX
        expected = "a backslash in front of a percent sign"
    return FormulaError(at, shown[0] if shown else "", expected)


_WORDS_FOR = {
    "RBRACE": "'}'",
    "CLOSE": "a closing bracket",
    "ABSOLUTE_CLOSE": "'|'",
    "NORM_CLOSE": "'||'",
    "FLOOR_CLOSE": r"\rfloor",
    "CEILING_CLOSE": r"\rceil",
    "END_MATRIX": "the end of the matrix",
    "END_CASES": "the end of the cases",
    "LOWER_CLOSE": "the end of the index",
    "LBRACE": "'{'",
    "OPEN": "'('",
    "$END": "the end",
}


def _expected(terminals: Iterable[str]) -> str:
    """What could have stood there, in plain words."""
    kinds = set(terminals)
    words = []
    if kinds & {"NUMBER", "SYMBOL"}:
        words.append("a value")
    elif kinds & {"MULTIPLY_SIGN", "ADD_SIGN"}:
        words.append("an operator")
    for terminal, word in _WORDS_FOR.items():
        if terminal in kinds and ("a value" not in words or terminal == "$END"):
            words.append(word)
    return " or ".join(words) or "something else"
