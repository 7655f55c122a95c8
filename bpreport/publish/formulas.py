r"""Formulas as MathML and as one line of text; LaTeX becomes MathML with math-core."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any
from xml.etree import ElementTree as ET

__all__ = ["TypesettingError", "element", "mathml", "plain", "words"]


class TypesettingError(ValueError):
    """LaTeX that cannot be typeset."""


@cache
def _converter() -> Any:
    from math_core import LatexToMathML

    return LatexToMathML(macros={"widetilde": r"\tilde{#1}"})  # math-core knows no wide one


@lru_cache(maxsize=4096)
def mathml(source: str, display: bool = True) -> str:
    r"""A formula as a MathML element.

    Raises `TypesettingError` where the LaTeX cannot be typeset.

    >>> mathml("x^2", display=False)
    '<math><msup><mi>x</mi><mn>2</mn></msup></math>'
    """
    from math_core import LatexError

    try:
        found = _converter().convert_with_local_state(_lines(source), displaystyle=display)
    except LatexError as error:
        raise TypesettingError(source) from error
    markup = str(found)
    for combining, standing in _STANDING.items():  # str.translate takes 60 times as long
        markup = markup.replace(combining, standing)
    return markup


@lru_cache(maxsize=4096)
def plain(source: str) -> str:
    r"""A formula as one line of text, for a screen reader, a terminal or a copy.

    >>> plain(r"\frac{\partial E}{\partial w_7} = 0.5 \cdot out_{o1}")
    '(∂E)/(∂w_7) = 0.5 ⋅ out_o1'
    >>> ascii(plain(r"\tilde{c}_t + \vec{v} + \overline{x} + \underline{x}"))
    "'c\\u0303_t + v\\u20d7 + x\\u0305 + x\\u0332'"
    """
    root = element(source)
    if root is None:
        return source
    told = _UNARY.sub(" −", re.sub(r"\s+", " ", words(root))).replace("( −", "(−").strip()
    return re.sub(r"\( ?([+−]) ?\)", r"(\1)", told).replace(" )", ")")


def element(source: str) -> ET.Element | None:
    """The MathML of a formula as a tree; None where it cannot be typeset."""
    try:
        return ET.fromstring(_ENTITY.sub("", mathml(source)))  # noqa: S314 - by math-core
    except (TypesettingError, ET.ParseError):
        return None


_STANDING = {"\u20d7": "→", "\u0332": "‾", "\u0302": "^", "\u0303": "~"}
"""Marks that math-core writes as combining characters, which browsers set left of their place."""
_ENTITY = re.compile(r"&(?!amp;|lt;|gt;|quot;|apos;|#)\w+;")
_ACCENTS = {
    "ˆ": "\u0302", "^": "\u0302", "˜": "\u0303", "~": "\u0303", "¯": "\u0304", "‾": "\u0305",
    "˙": "\u0307", "→": "\u20d7",
}  # fmt: skip
"""What stands above a letter in MathML, as a combining character."""
_PRIMES = ("′", "″", "‴", "'")
_UNARY = re.compile(r"(?:(?<=[(\[=,;∗·⋅×+])|^) ?− ")
_SPACED = frozenset("=≈→<>≤≥≠+−·⋅×∗*•∙±")
_INVISIBLE = dict.fromkeys(map(ord, "\u2061\u2062\u2063\u2064\u200b"))


def words(node: ET.Element) -> str:
    """An element of MathML as one line of text."""
    parts = [words(child) for child in node]
    text = (node.text or "").translate(_INVISIBLE).strip()
    match node.tag:
        case "mo":
            return f" {text} " if text in _SPACED else text + (" " if text in ",;" else "")
        case "mi" | "mn":
            return text if len(text) < 2 or text.isdigit() or node.tag == "mn" else f" {text} "
        case "mtext":
            return (node.text or "").replace("\u00a0", " ")
        case "mfrac":
            return f"{_group(parts[0])}/{_group(parts[1])}"
        case "msqrt":
            return f"√({''.join(parts).strip()})"
        case "mroot":
            return f"root {parts[1].strip()} of ({parts[0].strip()})"
        case "munder" if node.get("accentunder") == "true" and parts[1].strip() == "‾":
            return parts[0].strip() + "\u0332"
        case "msub" | "munder":
            return f"{parts[0].strip()}_{_script(parts[1])}"
        case "msup" | "mover":
            raised = parts[1].strip()
            if node.get("accent") == "true" and raised in _ACCENTS:
                return f"{parts[0].strip()}{_ACCENTS[raised]}"
            if raised.strip("()") in _PRIMES:
                return parts[0].strip() + raised.strip("()")
            return f"{parts[0].strip()}^{_script(raised)}"
        case "msubsup" | "munderover":
            base = f"{parts[0].strip()}_{_script(parts[1])}"
            raised = parts[2].strip().strip("()")
            return (
                base
                + (raised if raised in _PRIMES else "^" + _script(parts[2]))
                + " " * (node.tag == "munderover")
            )
        case "mtable":
            return "; ".join(part.strip() for part in parts)
        case "mtr":
            return " ".join(part.strip() for part in parts)
        case "mspace":
            return " "
    return text + "".join(parts)


def _group(part: str) -> str:
    part = part.strip()
    return part if re.fullmatch(r"[\w.]+", part) and "_" not in part else f"({part})"


def _script(part: str) -> str:
    part = re.sub(r"\s+", "", part)
    return part if re.fullmatch(r"[\w+*∗.−-]*", part) else f"({part.strip('()')})"


def _lines(source: str) -> str:
    r"""Line breaks outside every environment, which MathML renderers ignore, as aligned lines."""
    parts, depth, start = [], 0, 0
    for match in re.finditer(r"\\begin|\\end|\\\\", source):
        if match[0] == r"\\" and depth == 0:
            parts.append(source[start : match.start()])
            start = match.end()
        elif match[0] != r"\\":
            depth += 1 if match[0] == r"\begin" else -1
    if not parts:
        return source
    parts.append(source[start:])
    body = r" \\ ".join("& " + part.strip().lstrip("& ") for part in parts)
    return rf"\begin{{aligned}}{body}\end{{aligned}}"
