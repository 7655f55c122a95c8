"""Setting the formulas of a sheet: names once for a whole class, numbers as text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, ClassVar

from markupsafe import Markup, escape

from bpreport.audit.model import Message
from bpreport.publish.picture import FONTS, Picture, Plan
from bpreport.publish.setting import HtmlSetter, PdfSetter, Setter

__all__ = ["HtmlSheetSetter", "PdfSheetSetter", "SheetSetter", "is_numeric"]


class SheetSetter(Setter):
    """What all formats of a sheet share. What is the same on many sheets is set once."""

    def __init__(self, lang: str) -> None:
        super().__init__(lang)
        # Enough for what a class has in common: of what only one student has, the latest stays.
        self._said = lru_cache(maxsize=512)(self._say)
        self._chained = lru_cache(maxsize=256)(self._chain)

    def said(self, message: Message) -> Markup:
        """A sentence with its formulas, in running text."""
        try:
            return self._said(message.text, tuple(message.values.items()))
        except TypeError:  # a message within it
            return self.message(message, small=False)

    def _say(self, text: str, values: tuple[tuple[str, Any], ...]) -> Markup:
        return self.message(Message(text, dict(values)), small=False)

    def chained(self, chain: tuple[str, ...]) -> Markup:
        """A displayed chain; its numbers, if any, stand at its end."""
        return self._chained(chain)

    def _chain(self, chain: tuple[str, ...]) -> Markup:
        first = next((at for at, side in enumerate(chain) if at and is_numeric(side)), len(chain))
        return self.displayed(chain[:first], chain[first:])

    def equation(self, symbolic: Sequence[str], numeric: Sequence[str]) -> Markup:
        """A short equation in running text."""
        raise NotImplementedError

    def displayed(
        self, symbolic: Sequence[str], numeric: Sequence[str], dagger: str = ""
    ) -> Markup:
        """A displayed chain; the dagger's text says that full precision was carried."""
        raise NotImplementedError

    def _dagger(self, text: str) -> Markup:
        return Markup('<abbr title="{}">†</abbr>').format(text) if text else Markup("")


class HtmlSheetSetter(SheetSetter, HtmlSetter):
    """MathML throughout. What formulas of a class have in common is set once: all but the numbers.

    To parse each for its words took three quarters of the time.
    """

    def __init__(self, lang: str) -> None:
        super().__init__(lang)
        self._mould = lru_cache(maxsize=4096)(self._moulded)

    def equation(self, symbolic: Sequence[str], numeric: Sequence[str]) -> Markup:
        """One MathML formula."""
        return self.math(" ".join((*symbolic, *numeric)))

    def displayed(
        self, symbolic: Sequence[str], numeric: Sequence[str], dagger: str = ""
    ) -> Markup:
        """Every side on a line of its own."""
        return self.chain((*symbolic, *numeric)) + self._dagger(dagger)

    def math(
        self, source: str, display: bool = False, small: bool = False, words: str = ""
    ) -> Markup:
        """A formula in the mould of others like it."""
        if words:
            return super().math(source, display, small, words)
        return self._filled("inline" if not display else "display", source)

    def chain(self, parts: Sequence[str], words: str = "") -> Markup:
        """Every side on a line of its own, in the mould of others like it."""
        if words:
            return super().chain(parts, words)
        return self._filled("chain", _SIDES.join(parts))

    def _filled(self, kind: str, source: str) -> Markup:
        """The mould of a formula with its numbers."""
        pieces = _FRACTION.split(source)
        found = list(self._mould(kind, tuple(pieces[::2])))
        found[1::2] = [pieces[2 * int(place) + 1] for place in found[1::2]]
        return Markup("".join(found))  # noqa: S704 - from Markup and digits

    def _moulded(self, kind: str, between: tuple[str, ...]) -> tuple[str, ...]:
        """Of a formula, given as what stands between its numbers: its markup in pieces.

        Every other piece is which of the numbers stands there.
        """
        source = between[0] + "".join(
            f"{place}{_MARK}{piece}" for place, piece in enumerate(between[1:])
        )
        if kind == "chain":
            found = super().chain(source.split(_SIDES))
        else:
            found = super().math(source, display=kind == "display")
        return tuple(_MARKED.split(found))


_SIDES = "\0"
"""Between the sides of a chain."""
_FRACTION = re.compile(r"(\d+\.\d*[1-9]\d*)")
"""A number with decimal places. Whole ones are not filled in: x^2 has words of its own."""
_MARK = ".90909"
"""Makes a number, which is set and read as any other, of the place of one."""
_MARKED = re.compile(rf"(\d+){re.escape(_MARK)}")


class PdfSheetSetter(SheetSetter, PdfSetter):
    """What is in names is drawn, and the same for a whole class; what is in numbers is text.

    A drawn formula costs 9 to 150 ms, and every student has other numbers.
    """

    wide: ClassVar[float] = 470.0

    def picture(self, picture: Picture | Plan) -> Markup:
        """A plot in the typeface of the sheet, where there is one of its own."""
        return super().picture(
            Picture(picture.svg.replace(FONTS, f"bpreport sans, {FONTS}"), picture.alt)
        )

    def equation(self, symbolic: Sequence[str], numeric: Sequence[str]) -> Markup:
        """Drawn names and printed numbers."""
        return self.math(" ".join(symbolic)) + " " + numbers(" ".join(numeric))

    def displayed(
        self, symbolic: Sequence[str], numeric: Sequence[str], dagger: str = ""
    ) -> Markup:
        """The names, and the numbers in a line below."""
        first = self.chain(symbolic) if len(symbolic) > 1 else Markup("")
        lead = self.math(symbolic[0]) if len(symbolic) == 1 else Markup("")
        if not numeric:
            return first + self._dagger(dagger)
        return first + Markup('<div class="formula numeric">{} {}{}</div>').format(
            lead, numbers(" ".join(numeric)), self._dagger(dagger)
        )


def numbers(source: str) -> Markup:
    r"""LaTeX of numbers and operations as lean text.

    >>> numbers(r"= \frac{1}{1 + e^{-2.04}}")
    Markup('<span class="numbers">= 1 / (1 + e<sup>−2.04</sup>)</span>')
    """
    return Markup('<span class="numbers">{}</span>').format(Markup(_text(source)))  # noqa: S704


def _text(source: str) -> str:
    found, rest = "", source
    while rest:
        token = _TOKEN.match(rest)
        assert token is not None
        rest = rest[token.end() :]
        match token[0]:
            case r"\frac":
                above, rest = _group(rest)
                below, rest = _group(rest)
                found += f"{_operand(above)} / {_operand(below)}"
            case r"\sqrt":
                inner, rest = _group(rest)
                found += f"√({_text(inner)})"
            case "^":
                inner, rest = _group(rest)
                found += f"<sup>{_text(inner)}</sup>"
            case "-":
                found += "−"
            case command if command.startswith("\\"):
                found += _COMMANDS.get(command, command[1:])
            case text:
                found += str(escape(text))
    return found


_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|.", re.DOTALL)
_COMMANDS = {r"\cdot": "·", r"\left": "", r"\right": "", r"\exp": "exp", r"\ln": "ln"}


def _group(rest: str) -> tuple[str, str]:
    """What stands between braces, and what is behind them."""
    depth = 0
    for place, sign in enumerate(rest):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        if not depth:
            return rest[1:place], rest[place + 1 :]
    return rest, ""


def _operand(source: str) -> str:
    text = _text(source)
    return text if re.fullmatch(r"[\d.]+", text) else f"({text})"


def is_numeric(side: str) -> bool:
    r"""Whether LaTeX has no names in it.

    >>> is_numeric(r"= \frac{1}{1 + e^{-2.04}}"), is_numeric(r"= w_{1} \cdot 2")
    (True, False)
    """
    return not _NAME.search(side)


_NAME = re.compile(
    r"\\(?!frac|cdot|left|right|exp|ln|tanh|sqrt)[A-Za-z]+|(?<![\\A-Za-z])(?!e\^)[A-Za-z]"
)
"""A name in LaTeX: what is neither a number nor an operation."""
