r"""From corrections to changes of the deck's text: exactly where, and what stands there then.

What cannot be placed exactly gets no fix: digits typed with separators, a sign that may belong to
the operation before, a side that goes over several lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bpreport.audit.digits import correction, how_printed, number, same, significant_digits
from bpreport.audit.knowledge import Knowledge
from bpreport.audit.model import Fix, Judgement, Verdict
from bpreport.audit.names import digits_in, is_numeric, readings
from bpreport.audit.slips import SLIPS
from bpreport.deck.model import Claim, Deck, Formula, Side
from bpreport.deck.numbers import printed_number
from bpreport.formula import MPMATH, evaluate
from bpreport.formula.tree import Number, Tree, walk

__all__ = ["Edit", "number_fix", "placed", "result_fix", "with_part", "without_part"]

Edit = tuple[int, str, str]
"""A change of a side's source: the offset, what stands there, and what should."""

_ROUNDED = (Verdict.TRUNCATED, Verdict.LAST_DIGIT)
_ROUNDINGS = ("rounded up", "double rounding", "rounding carried")
_WRITING = frozenset(slip.name for slip in SLIPS if slip.of == "writing")
MOST_CHANCE = 0.001
"""Of a slip of writing, past which other numbers than the result may be at fault."""
_DIGITS = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
_SIGNS = re.compile(r"\\cdot(?![A-Za-z])|\\times(?![A-Za-z])|\\bullet(?![A-Za-z])|\*")
_PIECE = re.compile(rf"{_SIGNS.pattern}|\\.|.", re.DOTALL)


def result_fix(judgement: Judgement, knowledge: Knowledge) -> Fix | None:
    """The printed result or figure of a claim replaced by its correction."""
    claim, right = judgement.claim, judgement.correction
    printed = claim.figure.text if claim.figure else printed_number(claim.right)
    if right is None or printed is None or printed != judgement.printed:
        return None
    if not _DIGITS.fullmatch(right):
        return None
    known = None if claim.head is None else knowledge.known(claim.head, claim)
    values = [judgement.exact, *([] if known is None else [known.value])]
    if not any(value is not None and same(number(right), _at(right, value)) for value in values):
        return None  # it is the correction of something else, of an operand or of the line
    sure = judgement.worked is not None or _is_at_fault(judgement, right, knowledge)
    if known is not None and known.worked is not None and how_printed(right, known.value) is None:
        sure = False  # what the line gives is not what the worked example has
    return number_fix(claim, knowledge.deck, claim.right, right, sure=sure)


def _is_at_fault(judgement: Judgement, right: str, knowledge: Knowledge) -> bool:
    """Whether the document alone tells that a result is wrong, and not what leads to it.

    So it is where only the rounding is wrong and nothing that is read is rounded itself; where the
    line before has every number in the place of its symbol; and where the digits were written down
    wrongly behind a line whose numbers stand elsewhere as well.
    """
    claim = judgement.claim
    rounding = judgement.verdict in _ROUNDED or judgement.slip in _ROUNDINGS
    if claim.left is None or not is_numeric(claim.left):
        return rounding and _is_exact(claim, knowledge)
    if judgement.slip == "inherited" or not same(number(right), _at(right, _of_line(claim.left))):
        return False
    if rounding or id(claim.left) in knowledge.confirmed_lines:
        return True
    return _is_miswritten(judgement, claim.left, knowledge)


def _of_line(line: Tree) -> Any:
    return evaluate(line, {}, MPMATH)


def _is_miswritten(judgement: Judgement, line: Tree, knowledge: Knowledge) -> bool:
    """Whether the result of a line of numbers was written down wrongly, and the line was not.

    What is mistyped in a line stands nowhere else, and may change its result by the same digits:
    12.3756 - 0.25 = 12.7256 has a 7 for a 1, or a 3 for a 9.
    """
    if judgement.slip not in _WRITING or judgement.alternatives:
        return False
    if judgement.chance is None or judgement.chance > MOST_CHANCE:
        return False
    operands = (text for text in digits_in(line) if significant_digits(text) > 1)
    return all(knowledge.stands_elsewhere(text, judgement.claim) for text in operands)


def _at(right: str, value: Any) -> Any:
    """A value at the places of printed digits."""
    return number(correction(right, value))


def _is_exact(claim: Claim, knowledge: Knowledge) -> bool:
    """Whether the value of a claim's result depends on no rounded figure of the document."""
    if claim.left is None:
        return False
    known = knowledge.known(claim.left if claim.component is None else claim.head, claim)  # type: ignore[arg-type]
    formula = claim.left if known is None else known.formula
    if formula is None or (known is not None and known.rounded):
        return False
    read = (knowledge.known(name, claim) for name in readings(formula))
    return all(part is None or part.worked is not None or not part.rounded for part in read)


def number_fix(
    claim: Claim, deck: Deck, tree: Tree | None, right: str, *, sure: bool = True
) -> Fix | None:
    """A printed number replaced: the figure of the claim, its result, or an operand.

    >>> from bpreport.deck import read_text
    >>> deck = read_text("$$a = 0.4 * 0.5 = -0.3$$")
    >>> number_fix(deck.claims[1], deck, deck.claims[1].right, "0.2")
    Fix(position=Position(line=1, column=19, cell=0), old='-0.3', new='0.2', sure=True)
    """
    if "e" in right.lower():
        return None
    if claim.figure is not None:
        if "e" in claim.figure.text.lower():
            return None
        return Fix(claim.figure.position, claim.figure.text, right, sure)
    printed = printed_number(tree)
    place = None if tree is None else _place_of(claim, deck, tree)
    if tree is None or printed is None or place is None:
        return None
    formula, side = place
    number = next(part for part in walk(tree) if isinstance(part, Number))
    start = side.offset + number.at
    end = start + len(number.text)
    if number.at < 0 or formula.source[start:end] != number.text:
        return None
    digits = right.removeprefix("-")
    if printed.startswith("-") != right.startswith("-"):
        if tree is not claim.right:
            return None  # the sign of an operand may be that of the operation before
        digits = right
        if printed.startswith("-"):
            start = formula.source.rfind("-", side.offset, start)
            if start < 0 or formula.source[start + 1 : side.offset + number.at].strip():
                return None
        elif plus := re.fullmatch(r"[\s{]*(\+)\s*", formula.source[side.offset : start]):
            start = side.offset + plus.start(1)  # +6 becomes -6
    old = formula.source[start:end]
    return None if "\n" in old else Fix(formula.position(start), old, digits, sure)


def placed(claim: Claim, deck: Deck, tree: Tree | None, edit: Edit, *, sure: bool) -> Fix | None:
    """A change of the source of a side, as a change of the deck."""
    place = None if tree is None else _place_of(claim, deck, tree)
    offset, old, new = edit
    if place is None or "\n" in old:
        return None
    formula, side = place
    return Fix(formula.position(side.offset + offset), old, new, sure)


def _place_of(claim: Claim, deck: Deck, tree: Tree) -> tuple[Formula, Side] | None:
    """The formula and the side of it that a part of a claim's sides stands in.

    The left side of a chain that goes on stands in the chain, or in the formula, before.
    """
    if claim.formula is None:
        return None
    for formula in reversed(deck.formulas[: claim.formula.number]):
        for chain in formula.chains:
            for side in chain.sides[1:] if chain.continues else chain.sides:
                if side.tree is not None and any(part is tree for part in walk(side.tree)):
                    return formula, side
        if not any(chain.continues for chain in formula.chains):
            return None
    return None


# -- terms and factors


def with_part(source: str, part: str, *, factor: bool) -> Iterator[Edit]:
    r"""Every way to put a term or a factor into a line, at the end first.

    >>> list(with_part("0.4 * 0.9 + 0.5", "0.65", factor=False))
    [(15, '', ' + 0.65'), (9, '', ' + 0.65'), (0, '', '0.65 + ')]
    >>> [new for _, _, new in with_part("0.4 * 0.9", "0.1", factor=True)]
    [' * 0.1', ' * 0.1', '0.1 * ']
    """
    by = _sign(source)
    part = re.sub(r"\\cdot(?![A-Za-z])", lambda _: by, part)
    sign = by if factor else "+"
    negative = part.startswith("-")
    if factor and (negative or re.search(r"[+-]", part)):
        part = f"({part})"
    joined = f" - {part[1:].lstrip()}" if negative and not factor else f" {sign} {part}"
    ends = {len(source.rstrip())}
    ends |= {len(source[:start].rstrip()) for start, _ in _operators(source, products=factor)}
    for end in sorted(ends - {0}, reverse=True):
        yield end, "", joined
    yield 0, "", f"{part} {sign} "


def without_part(source: str, *, factor: bool) -> Iterator[Edit]:
    """Every way to take a term or a factor out of a line, the last first.

    >>> list(without_part("0.4 + 0.5 - 0.6", factor=False))
    [(9, ' - 0.6', ''), (3, ' + 0.5', ''), (0, '0.4 + ', '')]
    >>> list(without_part("0.4", factor=False))
    []
    """
    operators = list(_operators(source, products=factor))
    if not operators:
        return
    ends = [len(source[:start].rstrip()) for start, _ in operators]
    for begin, end in reversed(list(zip(ends, [*ends[1:], len(source.rstrip())], strict=True))):
        yield begin, source[begin:end], ""
    start, sign = operators[0]
    behind = start if sign == "-" else start + len(sign)
    behind += len(source[behind:]) - len(source[behind:].lstrip())
    yield 0, source[:behind], ""


def _sign(source: str) -> str:
    r"""The sign by which the author multiplies."""
    found = _SIGNS.search(source)
    return found[0] if found else r"\cdot"


def _operators(source: str, *, products: bool) -> Iterator[tuple[int, str]]:
    r"""The signs between terms, and between factors, that stand in no bracket.

    >>> list(_operators(r"-0.4 * (1 - 0.5) + \frac{1 - 2}{3}", products=True))
    [(5, '*'), (17, '+')]
    """
    depth = 0
    value_before = False
    for match in _PIECE.finditer(source):
        piece = match[0]
        if piece in "([{":
            depth += 1
        elif piece in ")]}":
            depth -= 1
        multiplies = _SIGNS.fullmatch(piece) is not None
        if depth == 0 and value_before and (piece in "+-" or (products and multiplies)):
            yield match.start(), piece
        if not piece.isspace():
            value_before = not (multiplies or piece in "+-^_")
