r"""Formulas in words, for those who listen to the report.

A formula is told from its tree, one row of a table for each operation. What we wrote from trees
ourselves is told from these; LaTeX is read into trees first, once for all languages, and what the
formula language does not understand is told from its MathML, sign by sign.

>>> spoken(r"\frac{\partial E_{total}}{\partial w_7} = out_{h1} * (1 - out_{h1})", "en")
'partial E total over partial w 7 equals out h1 times open bracket 1 minus out h1 close bracket'
>>> spoken(r"\frac{\partial E_{total}}{\partial w_7} = 0.5 * w_8", "zh")
'E 总对 w 7 的偏导数等于 0.5 乘 w 8'
>>> w = Symbol("w", ("7",), ("+",))
>>> told([w, w * 2 - 1], "en")
'w 7 superscript plus equals w 7 superscript plus times 2 minus 1'
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from xml.etree import ElementTree as ET

from bpreport.deck.chains import counted
from bpreport.formula import FormulaError, parse
from bpreport.formula.chains import split
from bpreport.formula.tree import (
    Apply,
    Call,
    Cases,
    Derivative,
    Gap,
    Matrix,
    Number,
    Reduce,
    Symbol,
    Tree,
    Tuple,
)
from bpreport.publish.formulas import TypesettingError, mathml, plain
from bpreport.publish.keeping import kept
from bpreport.publish.language import COMMA, SEMICOLON, translator
from bpreport.publish.vocabulary import (
    ACCENTS,
    AGAIN,
    ATOM,
    BOUNDED,
    BRACKETS,
    CHAIN,
    CUBED,
    DERIVATIVES,
    DOTS,
    ENTRYWISE,
    FRACTION,
    FUNCTION,
    HIGHER,
    MARKUP,
    MATRIX,
    MINUS,
    NAMES,
    OPERATIONS,
    OTHERWISE,
    OVER,
    PERCENT,
    PLUS,
    PRIME,
    PRODUCT,
    RANGE,
    REDUCTIONS,
    ROW,
    SIGNED,
    SIGNS,
    SQUARED,
    SUM,
    SUPERSCRIPT,
    TIMES,
    WHERE,
)

__all__ = ["spoken", "told"]


@lru_cache(maxsize=8192)
@kept("words", pack=str.encode, unpack=bytes.decode)
def spoken(
    source: str,
    lang: str,
    functions: frozenset[str] = frozenset(),
    names: frozenset[str] = frozenset(),
) -> str:
    """LaTeX in the words of a language; its source where it is no mathematics at all.

    `functions` and `names` are those that the parser is told.
    """
    return _Teller(lang).formula(_read(source, functions, names)) or source


def told(sides: Sequence[Tree], lang: str) -> str:
    """Trees that are equal, side by side, in the words of a language.

    Nothing of it is kept: trees are equal whose typing, and so whose words, may differ, and to make
    a key of all that is in them takes as long as to tell them.
    """
    return _Teller(lang).formula((_Chain((), tuple(sides), ("=",) * (len(sides) - 1)),))


@dataclass(frozen=True, slots=True)
class _Chain:
    """What is told of a chain, the same for all languages."""

    before: tuple[str, ...]
    """Words of the deck that stand before it."""
    sides: tuple[Tree | str, ...]
    """LaTeX where there is no tree; no side at all for words at the end of a formula."""
    relations: tuple[str, ...]
    """Signs between them."""


@lru_cache(maxsize=8192)
def _read(source: str, functions: frozenset[str], names: frozenset[str]) -> tuple[_Chain, ...]:
    """Every chain of a formula in LaTeX, and the words between them."""
    # To read takes longer than to tell, and a page is told in each language.
    return tuple(_chains(source, functions, names))


def _chains(source: str, functions: frozenset[str], names: frozenset[str]) -> Iterator[_Chain]:
    at = 0
    for chain in split(source):
        sides = [_side(side.source, functions, names) for side in chain.sides]
        if len(sides) > 1:
            first, second = (None if isinstance(side, str) else side for side in sides[:2])
            sides[0] = counted(first, second) or sides[0]
        relations = tuple(plain(relation).strip() for relation in chain.relations)
        yield _Chain(_texts(source[at : chain.sides[0].offset]), tuple(sides), relations)
        at = chain.sides[-1].offset + len(chain.sides[-1].source)
    if texts := _texts(source[at:]):
        yield _Chain(texts, (), ())


@lru_cache(maxsize=8192)
def _side(source: str, functions: frozenset[str], names: frozenset[str]) -> Tree | str:
    """The tree of a side, which stands in several formulas; the side itself where it has none."""
    try:
        return parse(source, functions, names) if source else ""
    except FormulaError:
        return source


class _Teller:
    """What tells trees and MathML in one language."""

    def __init__(self, lang: str) -> None:
        self.say: Callable[[str], str] = translator(lang).gettext

    def phrase(self, text: str, *parts: str) -> str:
        """A row of the tables, translated and filled in."""
        return self.say(text).format(*parts)

    def formula(self, chains: Sequence[_Chain]) -> str:
        """Chains one after the other."""
        told = ""
        for place, chain in enumerate(chains):
            between = self.say(SEMICOLON) if place and not chain.before else " "
            parts = " ".join(filter(None, [*chain.before, self.chain(chain)]))
            told = between.join(filter(None, [told, parts]))
        return _close(told)

    def chain(self, chain: _Chain) -> str:
        """Sides joined by their relations."""
        told = "".join(map(self.side, chain.sides[:1]))
        for place, (relation, side) in enumerate(
            zip(chain.relations, chain.sides[1:], strict=True)
        ):
            joint = self.sign(relation)
            told = self.phrase(AGAIN if place else CHAIN, told, joint, self.side(side))
        return told.strip()

    def side(self, side: Tree | str) -> str:
        """One side: from its tree, or from its MathML where it has none."""
        return self.tree(side) if not isinstance(side, str) else self.markup(side)

    def sign(self, sign: str) -> str:
        """A sign in words, or as it is."""
        return self.say(SIGNS[sign]) if sign in SIGNS else sign

    def tree(self, node: Tree) -> str:
        """A tree in words."""
        match node:
            case Number(text=text):
                return text
            case Symbol():
                return self.symbol(node)
            case Apply():
                return self.apply(node)
            case Call(function=function, arguments=arguments, primes=primes):
                name = self.symbol(function)
                for _ in range(primes):
                    name = self.phrase(PRIME, name)
                return self.phrase(FUNCTION, name, self.listed(arguments, SIGNED))
            case Reduce():
                return self.reduce(node)
            case Derivative():
                return self.derivative(node)
            case Tuple(items=items, fence=fence):
                inner = self.listed(items, SUM)
                return self.phrase(BRACKETS, inner) if fence else inner
            case Matrix(rows=rows):
                told = self.say(SEMICOLON).join(
                    self.phrase(ROW, str(place), self.listed(row, SUM))
                    for place, row in enumerate(rows, 1)
                )
                return self.phrase(MATRIX, str(len(rows)), str(max(map(len, rows))), told)
            case Cases(branches=branches):
                return self.say(SEMICOLON).join(self.branch(*branch) for branch in branches)
            case Gap():
                return self.say(DOTS)

    def at(self, node: Tree, strength: int) -> str:
        """A part in words, with brackets where it holds together too weakly."""
        told = self.tree(node)
        return told if _strength(node) >= strength else self.phrase(BRACKETS, told)

    def listed(self, items: Sequence[Tree], strength: int) -> str:
        """Several values in a row; a single one holds together by itself."""
        if len(items) == 1:
            return self.at(items[0], strength)
        return self.say(COMMA).join(map(self.tree, items))

    def apply(self, node: Apply) -> str:
        """An operation."""
        operands = node.operands
        match node.operation:
            case "add":
                return self.sum(operands)
            case "multiply":
                joint = ENTRYWISE if node.sign == r"\odot" else TIMES
                told = self.at(operands[0], PRODUCT)
                for factor in operands[1:]:
                    # A sum at the end takes in nothing behind it.
                    ends = factor is operands[-1] and isinstance(factor, Reduce)
                    told = self.phrase(joint, told, self.at(factor, SUM if ends else PRODUCT))
                return told
            case "divide" if node.sign == r"\%":
                return self.phrase(PERCENT, self.tree(operands[0]))
            case "divide":
                simple = all(_strength(operand) >= SIGNED for operand in operands)
                return self.phrase(OVER if simple else FRACTION, *map(self.tree, operands))
            case "power" if operands[1] in (Number("2"), Number("3")):
                ending = SQUARED if operands[1] == Number("2") else CUBED
                return self.phrase(ending, self.at(operands[0], ATOM))
        text, strengths = OPERATIONS[node.operation]
        if len(strengths) == 1:
            return self.phrase(text, self.listed(operands, strengths[0]))
        return self.phrase(text, *map(self.at, operands, strengths))

    def sum(self, terms: Sequence[Tree]) -> str:
        """Terms with their signs; a sum inside a sum keeps its brackets."""
        told = self.at(terms[0], PRODUCT)
        for term in terms[1:]:
            lost = isinstance(term, Apply) and term.operation == "negative"
            positive = term.operands[0] if isinstance(term, Apply) and lost else term
            told = self.phrase(MINUS if lost else PLUS, told, self.at(positive, PRODUCT))
        return told

    def reduce(self, node: Reduce) -> str:
        """A sum sign and its like."""
        over = self.symbol(node.index)
        if node.lower is not None and node.upper is not None:
            over = self.phrase(RANGE, over, self.tree(node.lower), self.tree(node.upper))
        elif node.lower is not None:
            over = self.phrase(CHAIN, over, self.sign("="), self.tree(node.lower))
        return self.phrase(REDUCTIONS[node.operation], over, self.at(node.body, PRODUCT))

    def derivative(self, node: Derivative) -> str:
        """A quotient of differentials, or a prime."""
        body = self.at(node.body, SIGNED)
        if len(node.by) > 1:
            return self.phrase(HIGHER, str(len(node.by)), body, self.listed(node.by, SUM))
        kind = node.kind if node.by else "prime"
        return self.phrase(DERIVATIVES[kind], body, *(self.at(part, SIGNED) for part in node.by))

    def branch(self, value: Tree, condition: tuple[str, Tree, Tree] | None) -> str:
        """A value and when it holds."""
        when = self.say(OTHERWISE)
        if condition is not None:
            relation, left, right = condition
            when = self.phrase(CHAIN, self.tree(left), self.sign(plain(relation)), self.tree(right))
            return self.phrase(WHERE, self.tree(value), when)
        return f"{self.tree(value)} {when}"

    def symbol(self, symbol: Symbol) -> str:
        """A name with its scripts, one after the other."""
        below = [self.index(index) for index in symbol.indices]
        told = " ".join([self.base(symbol.base), *below])
        for script in symbol.marks:
            if isinstance(script, Tuple) and len(script.items) == 1:
                told = self.phrase(SUPERSCRIPT, told, self.tree(script.items[0]))
            elif script in ("*", r"\star"):
                told = f"{told} {self.say('star')}"
            else:
                # A name that was given to a run or a sample stands in brackets: (fast), [1].
                mark = script.strip("()[]") if isinstance(script, str) else script
                told = self.phrase(SUPERSCRIPT, told, self.index(mark))
        return told

    def base(self, name: str) -> str:
        """A name without scripts."""
        if accented := re.fullmatch(r"\\([a-z]+)\{(.*)\}", name):
            inner = self.base(accented[2])
            accent = ACCENTS.get(accented[1])
            return self.phrase(accent, inner) if accent else inner
        return " ".join(map(self.name, re.split(r" |\\_", name)))  # decay\_rate

    def index(self, script: str | Tree) -> str:
        """A subscript or a mark."""
        if not isinstance(script, str):
            return self.tree(script)
        return self.say(SIGNS[script]) if script in SIGNS else self.name(script)

    def name(self, word: str) -> str:
        r"""A letter or word, translated where it is known: \theta, total."""
        word = word.removeprefix("\\").removeprefix("var")
        known = word if word in NAMES or len(word) == 1 else word.lower()
        return self.say(known) if known in NAMES else word

    def markup(self, source: str) -> str:
        """A side that has no tree, from what is shown of it."""
        if not source:  # the chain goes on from the one before
            return ""
        try:
            root = ET.fromstring(_ENTITY.sub("", mathml(source)))  # noqa: S314 - by math-core
        except (TypesettingError, ET.ParseError):
            return source
        return re.sub(r"\s+", " ", self.element(root)).strip()

    def element(self, node: ET.Element) -> str:
        """An element of MathML in words."""
        parts = [self.element(child) for child in node]
        text = (node.text or "").translate(_INVISIBLE).strip()
        match node.tag:
            case "mo" | "mi" | "mtext":
                return self.letters(text)
            case "msub" | "munder":
                return " ".join(parts)
            case "msubsup" | "munderover" if (node[0].text or "") in BOUNDED:
                return self.phrase(BOUNDED[node[0].text or ""], *parts[1:])
            case "msubsup" | "munderover":
                return self.phrase(SUPERSCRIPT, f"{parts[0]} {parts[1]}", parts[2])
        if node.tag == "msqrt":
            parts = [" ".join(parts)]
        if node.tag in MARKUP:
            return self.phrase(MARKUP[node.tag], *parts)
        return " ".join([text, *parts]).strip()

    def letters(self, text: str) -> str:
        """What stands in one leaf of MathML: a sign, a name, or a Greek letter by its name."""
        named = unicodedata.name(text, "") if len(text) == 1 else ""
        if named.startswith("GREEK"):
            name = named.rpartition(" ")[2]
            return self.name(name.capitalize() if "CAPITAL" in named else name.lower())
        return self.sign(text) if text in SIGNS else self.name(text)


_ENTITY = re.compile(r"&(?!amp;|lt;|gt;|quot;|apos;|#)\w+;")
_INVISIBLE = dict.fromkeys(map(ord, "\u2061\u2062\u2063\u2064\u200b"))
_HAN_APART = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef]) (?=[\u3000-\u9fff\uff00-\uffef])")
_TEXT = re.compile(r"\\(?:text|textbf|textrm|mbox|mathrm|textit)\s*\{([^{}]*)\}")


def _strength(node: Tree) -> int:
    """How strongly the words of a node hold together."""
    match node:
        case Number() | Symbol() | Matrix() | Gap():
            return ATOM
        case Tuple(fence=fence):
            return ATOM if fence else SUM
        case Apply(operation="negative", operands=(operand,)):
            return SIGNED if _strength(operand) == ATOM else PRODUCT
        case Apply(operation="add") | Reduce() | Cases():
            return SUM
    return PRODUCT


def _texts(source: str) -> tuple[str, ...]:
    r"""The words of every \text in a stretch between two chains."""
    return tuple(words for match in _TEXT.finditer(source) if (words := match[1].strip()))


def _close(told: str) -> str:
    """Without spaces between Han characters, where none belong."""
    return _HAN_APART.sub("", told.strip())
