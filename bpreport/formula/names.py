r"""Names: how the typed variants of a symbol come to one base and one row of scripts.

`\text{out}_{o1}`, `out_{o1}` and `\mathrm{out}_{o_1}` are one symbol, and so are `w8` and `w_8`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lark import Token

from bpreport.formula.errors import FormulaError
from bpreport.formula.tree import Cases, Derivative, Matrix, Number, Reduce, Symbol, Tree, walk

__all__ = [
    "FUNCTION_LETTERS",
    "FUNCTION_WORDS",
    "SUBSCRIPTS",
    "SUPERSCRIPTS",
    "SYMBOL_COMMANDS",
    "UPRIGHT",
    "UPRIGHT_NAME",
    "WORDS",
    "Name",
    "read_base",
    "read_indices",
    "read_value_name",
    "split_letters",
]

WORDS = frozenset(
    """
    net out in target loss cost error err bias input output total hidden lr sum true pred
    new old max min tot sigmoid softmax relu tanh logit sgn sign mse bce sse rmse mae obj
    act pre post step rate grad weight weights sig ReLU MSE BCE SSE RMSE MAE SGD GD Loss Cost
    acc Acc TP TN FP FN TPR FPR AUC RSS TSS ESS SST SSR KL CE NLL IG LR BN
    Error Bias Output Input Target Net Out
    exp log ln lg sin cos tan abs sqrt arg mean avg var std det dim tr diag
    """.split()  # noqa: SIM905 - words are legible as words
)
"""Runs of letters that decks use as one name, in formulas and in subscripts."""

FUNCTION_WORDS = frozenset({"sigmoid", "softmax", "relu", "ReLU", "tanh", "sgn", "sign"})
"""Words that are a function where a bracket or a matrix follows."""

FUNCTION_LETTERS = FUNCTION_WORDS | frozenset(
    {"f", "g", "h", "J", "L", "C", "F", "G", "H", r"\ell", r"\sigma", r"\phi", r"\varphi", r"\psi"}
    | {r"\mathcal{L}", r"\mathcal{J}", r"\mathbb{E}", r"\mathbb{P}", r"\Phi"}
)
"""Names that are a function where a bracket follows, unless a numbered unit has that name."""

SYMBOL_COMMANDS = frozenset(
    """
    alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi
    pi varpi rho varrho sigma varsigma tau upsilon phi varphi chi psi omega Gamma Delta Theta
    Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell infty hbar top star emptyset
    """.split()  # noqa: SIM905 - words are legible as words
)
"""Commands that are symbols."""

SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ᵀⁿⁱ", "0123456789+-()Tni")
SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉₊₋ᵢⱼₖₗₘₙₚₛₜ", "0123456789+-ijklmnpst")
"""Scripts of Unicode, and what is typed for them in LaTeX."""

_ACCENTS = {"widehat": "hat", "widetilde": "tilde", "overline": "bar", "underline": "bar"}
_FACES = {"mathbf", "boldsymbol", "bm", "pmb", "vec"}
"""Only the typeface of a vector: w in bold is the same symbol as w."""
_UNICODE = {
    "α": r"\alpha", "β": r"\beta", "γ": r"\gamma", "δ": r"\delta", "ε": r"\epsilon", "η": r"\eta",
    "θ": r"\theta", "κ": r"\kappa", "λ": r"\lambda", "μ": r"\mu", "ρ": r"\rho", "σ": r"\sigma",
    "τ": r"\tau", "φ": r"\phi", "χ": r"\chi", "ψ": r"\psi", "ω": r"\omega", "π": r"\pi",
    "Δ": r"\Delta", "Σ": r"\Sigma", "Θ": r"\Theta", "Ω": r"\Omega",
    "ϵ": r"\epsilon", "ŷ": r"\hat{y}",
}  # fmt: skip
UPRIGHT = re.compile(
    r"\\(?:text|mathrm|mathit|mathsf|texttt|textbf|textit|textrm|operatorname\*?)\s*\{([^{}]*)\}"
)
UPRIGHT_NAME = re.compile(
    r"(?:[\w\s.:/'-]|\\[_ ])*\w(?:[\w\s.:/'-]|\\[_ ])*(?:\s\([\w\s.:/'-]+\))?"
)
"""What may stand in the braces of `\\text` where it is a name."""
_ACCENT = re.compile(
    r"\\(hat|bar|tilde|vec|dot|mathbf|boldsymbol|bm|pmb|mathcal|mathbb|widehat|widetilde"
    r"|overline|underline)\s*(?:\{(.*)\}|(\\[A-Za-z]+|[A-Za-z]))$",
    re.DOTALL,
)
_TYPED_NUMBER = re.compile(r"([A-Za-z]+)(\d+)$")
_INDEX_LETTERS = frozenset("ijklmnpqrst")


def split_letters(token: str, names: frozenset[str]) -> list[tuple[int, str]]:
    """A run of letters as symbols, each with its offset in the run.

    >>> split_letters("wx", WORDS), split_letters("net", WORDS), split_letters("dout", WORDS)
    ([(0, 'w'), (1, 'x')], [(0, 'net')], [(0, 'd'), (1, 'out')])
    >>> split_letters("w8", WORDS), split_letters("MSE", WORDS)
    ([(0, 'w8')], [(0, 'MSE')])

    Capitals are a product where each is a name by itself, and together they are none.

    >>> split_letters("PR", frozenset({"P"})), split_letters("PR", frozenset({"P", "R"}))
    ([(0, 'PR')], [(0, 'P'), (1, 'R')])
    """
    letters = token.rstrip("0123456789")
    if not (letters.isascii() and letters.isalpha()) or len(letters) == 1 or token in names:
        return [(0, token)]
    capitals = letters.isupper() and letters not in names and names.issuperset(letters)
    if letters in names or ((letters.isupper() or len(letters) > 3) and not capitals):
        if letters[0] == "d" and letters[1:] in names:
            return [(0, "d"), (1, token[1:])]
        return [(0, token)]
    if letters[0] == "d" and letters[1:] in names:
        return [(0, "d"), (1, token[1:])]
    pieces = [(offset, letter) for offset, letter in enumerate(letters)]
    last = len(letters) - 1
    return [*pieces[:-1], (last, token[last:])]


def read_base(typed: str) -> tuple[str, tuple[str | Tree, ...]]:
    r"""The normalised base of a typed name, and the subscripts that were part of it.

    >>> read_base(r"\text{out}"), read_base("w8"), read_base(r"\hat{y}"), read_base(r"\mathbf{w}")
    (('out', ()), ('w', ('8',)), ('\\hat{y}', ()), ('w', ()))
    """
    typed = typed.strip()
    if typed.startswith(r"\Delta "):
        base, indices = read_base(typed[7:])
        return rf"\Delta {base}", indices
    if upright := UPRIGHT.fullmatch(typed):
        numbered = _TYPED_NUMBER.fullmatch(upright[1].strip())
        return (numbered[1], (numbered[2],)) if numbered else (upright[1].strip(), ())
    if accent := _ACCENT.match(typed):
        inner, _, script = (accent[2] or accent[3] or "").partition("_")
        base, indices = read_base(inner)
        if script:
            indices = (*indices, *read_indices(script))
        if accent[1] in _FACES:
            # A bold 0 is a vector of zeros.
            return rf"\mathbf{{{base}}}" if base.isdigit() else base, indices
        return rf"\{_ACCENTS.get(accent[1], accent[1])}{{{base}}}", indices
    if typed in _UNICODE:
        return _UNICODE[typed], ()
    if numbered := _TYPED_NUMBER.fullmatch(typed):
        return numbered[1], (numbered[2],)
    return typed, ()


def read_value_name(typed: str) -> str:
    r"""The one spelling of the name of a probability, or of what is like one.

    >>> read_value_name(r"P( B \mid A )")
    'P(B|A)'
    """
    typed = _SPACING.sub(" ", re.sub(r"\\(?:left|middle|right)", "", typed))
    bars = re.sub(r"\\(?:mid|vert)(?![A-Za-z])", "|", typed)
    return re.sub(r"\s+(?![A-Za-z])|(?<!\w)\s+", "", bars)


def read_indices(script: str, offset: int = 0) -> tuple[str | Tree, ...]:
    r"""The subscripts of a symbol: names and numbers as text, index letters as symbols.

    `offset` is where `script` stands in the formula, for the place of a refusal.

    >>> [str(part) if isinstance(part, str) else part.key for part in read_indices("_{jk}")]
    ['j', 'k']
    >>> read_indices(r"_{\text{total}}"), read_indices("_{o1}"), read_indices("_{h_1 o_1}")
    (('total',), ('o1',), ('h1', 'o1'))
    """
    script = _SPACING.sub(lambda space: " " * len(space[0]), script)
    text = script.strip().translate(SUBSCRIPTS)
    text = text[1:].strip() if text.startswith("_") else text
    text = _unbraced(text)
    if word := re.fullmatch(r"\\rm\s+([A-Za-z]+)", text):
        return (word[1],)
    text = re.sub(r"\\(min|max)(?![A-Za-z])", r"\1", _SWITCH.sub("", text))
    parts: list[str | Tree] = []
    for part in _listed(text):
        parts.extend(_read_index(part.strip(), offset + max(script.find(part.strip()), 0)))
    return tuple(parts)


_SPACING = re.compile(r"~|\\[,;:!> ]")
r"""Spaces of LaTeX: x_{i\,j} has the two indices of x_{i j}."""
_SWITCH = re.compile(r"\\(?:rm|it|bf|sf|tt)(?![A-Za-z])\s*")
_PART = re.compile(
    r"\s*(?:(?P<upright>\\(?:text|mathrm|mathit|mathsf|texttt|textbf|textit|textrm|operatorname\*?)"
    r"\s*\{[^{}]*\})|(?P<accented>\\(?:hat|bar|tilde)\s*(?:\{[A-Za-z]\}|[A-Za-z])"
    r"(?:\s*_?\s*\{?\d+\}?)?)|(?P<unit>[A-Za-z]+\s*_\s*\{?\d+\}?|[A-Za-z]+\d+)|(?P<number>\d+)"
    r"|(?P<command>\\[A-Za-z]+|[\u0370-\u03ff])|(?P<letters>[A-Za-z]+)|(?P<other>[\u4e00-\u9fff]+))"
)
_OPAQUE = re.compile(r"[\w\s.:'|*]|\\(?:to|rightarrow|mid|ast|prime)(?![A-Za-z])|\u2192")


def _unbraced(text: str) -> str:
    while text.startswith("{") and text.endswith("}") and _closes_last(text):
        text = text[1:-1].strip()
    return text


def _closes_last(text: str) -> bool:
    """Whether the brace that a text begins with is closed by its last one: not so in {a}{b}."""
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign == "{") - (sign == "}")
        if depth == 0:
            return place == len(text) - 1
    return False


def _read_index(text: str, offset: int) -> tuple[str | Tree, ...]:
    text = _unbraced(text)
    if re.fullmatch(r"\d[\d ]*", text):
        return tuple(text.split())
    parts: list[str | Tree] = []
    place = 0
    while match := _PART.match(text, place):
        command = match["command"] or ""
        if command.startswith("\\") and command[1:] not in SYMBOL_COMMANDS:
            break
        parts.extend(_read_part(match))
        place = match.end()
    if not text[place:].strip():
        return tuple(parts)
    if not re.search(r"[-+*/(]", text):
        opaque = re.sub(r"[{}]", "", UPRIGHT.sub(r"\1", text))
        if not _OPAQUE.sub("", opaque):
            return (re.sub(r"\s", "", opaque),)
    from bpreport.formula.parser import parse

    try:
        tree = parse(text)
        if any(isinstance(part, Reduce | Matrix | Cases) for part in walk(tree)):
            raise FormulaError(0, text, "an index")
        return (_plain(tree),)
    except FormulaError as error:
        raise FormulaError(offset + error.offset, error.token, error.expected) from None


def _listed(text: str) -> list[str]:
    """What commas part, but for those within brackets."""
    if not re.search(r"[{(\[]", text):
        return text.split(",")
    parts, depth = [""], 0
    for sign in text:
        depth += (sign in "{([") - (sign in "})]")
        if sign == "," and depth <= 0:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _plain(index: Tree) -> str | Tree:
    """An index as it would be without signs and brackets around it: (h1) is h1."""
    match index:
        case Number(text=text):
            return text
        case Symbol(base=base, indices=(), marks=()) if len(base) > 1 and base.isalpha():
            return base
        case Symbol(base=base, indices=(Symbol() | str() as inner,), marks=()) if base.isalpha():
            below = inner if isinstance(inner, str) else inner.key
            if below.isdecimal():
                return base + below
            return f"{base}_{below}" if re.fullmatch(r"[\w.:'|*]+", below) else index
        case Derivative(body=body, by=()):
            inside = _plain(body)
            if isinstance(inside, Symbol) and inside.key.isalnum():
                inside = inside.key
            return f"{inside}'" if isinstance(inside, str) else index
    return index


def _read_part(match: re.Match[str]) -> tuple[str | Tree, ...]:
    text = match[0].strip()
    if upright := UPRIGHT.fullmatch(text):
        return (upright[1].strip(),)
    if match["accented"]:  # z_{\hat{y}1} and z_{\hat{y}_1}: the unit of a layer that bears a symbol
        digits = re.search(r"\d+", text)
        base = re.sub(r"[\s_]*\{?\d+\}?$", "", text)
        return (Symbol(read_base(base)[0], (digits[0],) if digits else ()),)
    if match["unit"]:
        return (re.sub(r"[\s_{}]", "", text),)
    if match["command"]:
        return (Symbol(read_base(text)[0]),)
    if match["letters"]:
        if len(text) == 1:
            return (Symbol(text),)
        if text not in WORDS and (len(text) == 2 or set(text) <= _INDEX_LETTERS):
            return tuple(Symbol(letter) for letter in text)
    return (text,)


@dataclass(frozen=True, slots=True)
class Name:
    """A typed name with its subscripts, read."""

    base: str
    indices: tuple[str | Tree, ...]

    @classmethod
    def read(cls, typed: str, subscripts: list[Token]) -> Name:
        """The name of a typed symbol and the tokens of its subscripts."""
        base, read = read_base(typed)
        for subscript in subscripts:
            read += read_indices(subscript, subscript.start_pos or 0)
        return cls(base, read)

    @property
    def key(self) -> str:
        """The key of the symbol."""
        return Symbol(self.base, self.indices).key

    @property
    def is_numbered(self) -> bool:
        """Whether a subscript names one unit, as in h_1 or out_{o1}."""
        return any(isinstance(index, str) and index[-1:].isdigit() for index in self.indices)
