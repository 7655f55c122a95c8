r"""Names: how the typed variants of a symbol come to one base and one row of scripts.

`\text{out}_{o1}`, `out_{o1}` and `\mathrm{out}_{o_1}` are one symbol, and so are `w8` and `w_8`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lark import Token

from bpreport.formula.errors import FormulaError
from bpreport.formula.tree import Symbol, Tree

__all__ = [
    "FUNCTION_LETTERS",
    "MEANINGLESS",
    "SYMBOL_COMMANDS",
    "WORDS",
    "Name",
    "read_base",
    "read_indices",
    "split_letters",
]

WORDS = frozenset(
    "net out in target loss cost error err bias input output total hidden lr sum true pred "
    "new old max min tot sigmoid softmax relu tanh logit sgn sign mse bce sse rmse mae obj "
    "act pre post step rate grad weight weights sig ReLU MSE BCE SSE RMSE MAE SGD GD Loss Cost "
    "Error Bias Output Input Target Net Out".split()
)
"""Runs of letters that decks use as one name, in formulas and in subscripts."""

FUNCTION_LETTERS = frozenset(
    {"f", "g", "h", "J", "L", "C", "F", "G", "H", r"\ell", r"\sigma", r"\phi", r"\varphi", r"\psi"}
    | {r"\mathcal{L}", r"\Phi", "sigmoid", "softmax", "relu", "ReLU", "tanh", "sgn", "sign"}
)
"""Names that are a function where a bracket follows, unless a numbered unit has that name."""

SYMBOL_COMMANDS = frozenset(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi "
    "pi varpi rho varrho sigma varsigma tau upsilon phi varphi chi psi omega Gamma Delta Theta "
    "Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell infty hbar top star emptyset".split()
)
"""Commands that are symbols."""

MEANINGLESS = frozenset("mathop mathord mathbin mathrel".split())

_ACCENTS = {"widehat": "hat", "widetilde": "tilde", "overline": "bar", "underline": "bar"}
_FACES = {"mathbf", "boldsymbol", "bm", "vec"}
"""Only the typeface of a vector: w in bold is the same symbol as w."""
_UNICODE = {
    "α": r"\alpha", "β": r"\beta", "γ": r"\gamma", "δ": r"\delta", "ε": r"\epsilon", "η": r"\eta",
    "θ": r"\theta", "κ": r"\kappa", "λ": r"\lambda", "μ": r"\mu", "ρ": r"\rho", "σ": r"\sigma",
    "τ": r"\tau", "φ": r"\phi", "χ": r"\chi", "ψ": r"\psi", "ω": r"\omega", "π": r"\pi",
    "Δ": r"\Delta", "Σ": r"\Sigma", "Θ": r"\Theta", "Ω": r"\Omega",
}  # fmt: skip
_UPRIGHT = re.compile(
    r"\\(?:text|mathrm|mathit|mathsf|texttt|textbf|textit|textrm|operatorname\*?)\s*\{([^{}]*)\}"
)
_ACCENT = re.compile(
    r"\\(hat|bar|tilde|vec|dot|mathbf|boldsymbol|bm|mathcal|mathbb|widehat|widetilde|overline"
    r"|underline)\s*(?:\{(.*)\}|(\\[A-Za-z]+|[A-Za-z]))$",
    re.S,
)
_TYPED_NUMBER = re.compile(r"([A-Za-z]+)(\d+)$")
_INDEX_LETTERS = frozenset("ijklmnpqrst")


def split_letters(token: str, names: frozenset[str]) -> list[tuple[int, str]]:
    """A run of letters as symbols, each with its offset in the run.

    >>> split_letters("wx", WORDS), split_letters("net", WORDS), split_letters("dout", WORDS)
    ([(0, 'w'), (1, 'x')], [(0, 'net')], [(0, 'd'), (1, 'out')])
    >>> split_letters("w8", WORDS), split_letters("MSE", WORDS)
    ([(0, 'w8')], [(0, 'MSE')])
    """
    letters = token.rstrip("0123456789")
    if not (letters.isascii() and letters.isalpha()) or len(letters) == 1 or token in names:
        return [(0, token)]
    if letters in names or letters.isupper() or len(letters) > 3:
        if letters[0] == "d" and letters[1:] in names:
            return [(0, "d"), (1, token[1:])]
        return [(0, token)]
    if letters[0] == "d" and letters[1:] in names:
        return [(0, "d"), (1, token[1:])]
    pieces = [(offset, letter) for offset, letter in enumerate(letters)]
    last = len(letters) - 1
    return [*pieces[:-1], (last, token[last:])]


def read_base(typed: str) -> tuple[str, tuple[str, ...]]:
    r"""The normalised base of a typed name, and the subscripts that were part of it.

    >>> read_base(r"\text{out}"), read_base("w8"), read_base(r"\hat{y}"), read_base(r"\mathbf{w}")
    (('out', ()), ('w', ('8',)), ('\\hat{y}', ()), ('w', ()))
    """
    typed = typed.strip()
    if typed.startswith(r"\Delta "):
        base, indices = read_base(typed[7:])
        return rf"\Delta {base}", indices
    if upright := _UPRIGHT.fullmatch(typed):
        return upright[1].strip(), ()
    if accent := _ACCENT.match(typed):
        inner, _, script = (accent[2] or accent[3]).partition("_")
        base, indices = read_base(inner)
        if script:
            indices = (*indices, script.strip("{} "))
        if accent[1] in _FACES:
            return base, indices
        return rf"\{_ACCENTS.get(accent[1], accent[1])}{{{base}}}", indices
    if typed in _UNICODE:
        return _UNICODE[typed], ()
    if numbered := _TYPED_NUMBER.fullmatch(typed):
        return numbered[1], (numbered[2],)
    return typed, ()


def read_indices(script: str, offset: int = 0) -> tuple[str | Tree, ...]:
    r"""The subscripts of a symbol: names and numbers as text, index letters as symbols.

    >>> [str(part) if isinstance(part, str) else part.key for part in read_indices("_{jk}")]
    ['j', 'k']
    >>> read_indices(r"_{\text{total}}"), read_indices("_{o1}"), read_indices("_{h_1}")
    (('total',), ('o1',), ('h1',))
    """
    text = script.strip()[1:].strip() if script.lstrip().startswith("_") else script.strip()
    if text.startswith("{") and text.endswith("}"):
        text = text[1:-1].strip()
    parts: list[str | Tree] = []
    for part in text.split(","):
        parts.extend(_read_index(part.strip(), offset))
    return tuple(parts)


def _read_index(text: str, offset: int) -> tuple[str | Tree, ...]:
    while text.startswith("{") and text.endswith("}"):
        text = text[1:-1].strip()
    if not text:
        return ()
    if upright := _UPRIGHT.fullmatch(text):
        return (upright[1].strip(),)
    if text.isdigit():
        return (text,)
    if compound := re.fullmatch(r"([A-Za-z]+)\s*_?\s*\{?(\d+)\}?", text):
        return (compound[1] + compound[2],)
    if text.isascii() and text.isalpha():
        if len(text) == 1:
            return (Symbol(text),)
        if (len(text) == 2 and text not in WORDS) or set(text) <= _INDEX_LETTERS:
            return tuple(Symbol(letter) for letter in text)
        return (text,)
    if text in _UNICODE or re.fullmatch(r"\\[A-Za-z]+", text):
        base, _ = read_base(text)
        return (Symbol(base),)
    if not re.search(r"[-+*/(]", text):
        return (re.sub(r"[\s{}]", "", _UPRIGHT.sub(r"\1", text)),)
    from bpreport.formula.parser import parse  # a subscript is itself a small formula

    try:
        return (parse(text),)
    except FormulaError as error:
        raise FormulaError(offset + error.offset, error.token, error.expected) from None


@dataclass(frozen=True, slots=True)
class Name:
    """A typed name with its subscripts, read."""

    base: str
    indices: tuple[str | Tree, ...]

    @classmethod
    def read(cls, typed: str, subscripts: list[Token]) -> Name:
        base, indices = read_base(typed)
        read: tuple[str | Tree, ...] = indices
        for subscript in subscripts:
            read += read_indices(subscript, (subscript.start_pos or 0) + 1)
        return cls(base, read)

    @property
    def key(self) -> str:
        return Symbol(self.base, self.indices).key

    @property
    def is_numbered(self) -> bool:
        """Whether a subscript names one unit, as in h_1 or out_{o1}."""
        return any(isinstance(index, str) and index[-1:].isdigit() for index in self.indices)
