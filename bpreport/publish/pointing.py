"""From the numbers on a page to their audit: which claim each printed number leads to."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from bpreport.audit.model import Audit, Judgement
from bpreport.deck.ledger import printed_numerals
from bpreport.formula.tree import Derivative, Symbol
from bpreport.publish.numbers import exact, signed
from bpreport.publish.standing import stands_for

__all__ = ["FULL", "ITERATION", "Pointer", "figures", "numerals", "pointed"]

FULL = 30
"""Significant digits of an exact value that is looked at closely."""
ITERATION = "@"
"""Stands for the values after some iteration, which no solution of their own derives."""
WORST = ("error", "note", "unchecked", "right")


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where a printed number leads."""

    claim: str
    """Id of the claim."""
    level: str
    """Of its verdict, if this number is what the verdict is about; else empty."""
    exact: str = ""
    """The exact value to many digits; empty where the audit knows none."""
    derivation: str = ""
    """Anchor of the worked solution; empty where there is none."""
    name: str = ""
    """Of a number that was put in: the key of the quantity that it stands for."""


def figures(audit: Audit) -> dict[int, Pointer]:
    """Of each figure in running text, by its number: the claim with the worst verdict."""
    found: dict[int, list[Pointer]] = defaultdict(list)
    for judgement in audit.judgements:
        figure = judgement.claim.figure
        if figure is not None:
            found[figure.number].append(Pointer(judgement.claim.id, judgement.verdict.level))
    return {number: min(pointers, key=_badness) for number, pointers in found.items()}


def numerals(
    audit: Audit, derivations: Mapping[tuple[str, str], str] | None = None
) -> dict[int, dict[int, Pointer]]:
    """Of each formula, by its number: where the numbers lead, by their offset in its source.

    A number that is itself judged leads to that claim, the worst where it is judged twice;
    another one leads to the first claim whose text holds it. `derivations` are the anchors of
    quantities by their worked example and key.
    """
    guide = _Guide(audit, derivations or {})
    claims: dict[int, list[Judgement]] = defaultdict(list)
    for judgement in audit.judgements:
        if judgement.claim.formula is not None:
            claims[judgement.claim.formula.number].append(judgement)
    return {
        formula.number: dict(guide.leads(formula.source, claims[formula.number]))
        for formula in audit.deck.formulas
        if formula.number in claims
    }


class _Guide:
    """What is known of the numbers of all formulas."""

    def __init__(self, audit: Audit, derivations: Mapping[tuple[str, str], str]) -> None:
        self.audit = audit
        self.derivations = derivations
        self.worked = {slide.number: slide.worked for slide in audit.deck.slides}

    def leads(self, source: str, judgements: list[Judgement]) -> Iterator[tuple[int, Pointer]]:
        put_in = {
            offset: pointer for one in judgements for offset, pointer in self._put_in(one).items()
        }
        for text, offset in printed_numerals(source):
            holding = [
                judgement
                for judgement in judgements
                if any(start <= offset < end for start, end in judgement.claim.extents)
            ]
            judged = [
                self._judged(judgement)
                for judgement in holding
                if judgement.printed is not None and judgement.printed.lstrip("+-− ") == text
                # Of a pair, what is judged stands on its last side.
                if judgement.claim.extents[-1][0] <= offset
            ]
            if judged:
                yield offset, min(judged, key=_badness)
            elif offset in put_in:
                yield offset, put_in[offset]
            elif holding:
                yield offset, Pointer(holding[0].claim.id, "")

    def _judged(self, judgement: Judgement) -> Pointer:
        """A number that the verdict is about, and the derivation of what its chain is about."""
        head = judgement.claim.head
        key = judgement.quantity or (head.key if isinstance(head, Symbol | Derivative) else "")
        worked = judgement.worked or self.worked.get(judgement.claim.slide) or ""
        later = ITERATION if "@" in key else key
        return Pointer(
            judgement.claim.id,
            judgement.verdict.level,
            "" if judgement.exact is None else signed(exact(judgement.exact, FULL)),
            self.derivations.get((worked, key)) or self.derivations.get((worked, later), ""),
        )

    def _put_in(self, judgement: Judgement) -> dict[int, Pointer]:
        """The numbers that stand in the places of names."""
        worked = self.worked.get(judgement.claim.slide) or ""
        trace = self.audit.traces.get(worked)
        if trace is None:
            return {}
        return {
            offset: Pointer(
                judgement.claim.id,
                "",
                signed(exact(quantity.value, FULL)),
                self.derivations.get((worked, quantity.key), ""),
                quantity.key,
            )
            for offset, quantity in stands_for(judgement, trace).items()
        }


def _badness(pointer: Pointer) -> int:
    return WORST.index(pointer.level)


_DIGITS = re.compile(r"\d+(?:\.\d+)?|\.\d+")
_NUMBER = re.compile(r"<mn>([^<]*)</mn>")


def pointed(mathml: str, source: str, pointers: Mapping[int, Pointer]) -> Markup:
    r"""A formula's MathML with the numbers marked that lead to a claim.

    >>> marked = pointed("<mn>2</mn><mo>=</mo><mn>3</mn>", "2 = 3", {4: Pointer("f1.1", "error")})
    >>> print(marked)
    <mn>2</mn><mo>=</mo><mn data-claim="f1.1" class="figure error">3</mn>

    Where the numbers of the source and of the MathML are not the same in the same order, as
    after `x^2_1`, which MathML turns round, nothing is marked.

    >>> pointed("<mn>1</mn><mn>2</mn>", "x^2_1", {2: Pointer("f1.1", "")})
    Markup('<mn>1</mn><mn>2</mn>')
    """
    places = [(match[0], match.start()) for match in _DIGITS.finditer(source)]
    if [text for text, _ in places] != _NUMBER.findall(mathml):
        return Markup(mathml)  # noqa: S704 - math-core escapes what it does not make itself
    offsets = iter(offset for _, offset in places)

    def marked(match: re.Match[str]) -> str:
        pointer = pointers.get(next(offsets))
        if pointer is None:
            return match[0]
        kind = f"figure {pointer.level}".strip()
        more = Markup("").join(
            Markup(' data-{}="{}"').format(name, value)
            for name in ("exact", "derivation", "name")
            if (value := getattr(pointer, name))
        )
        return str(
            Markup('<mn data-claim="{}" class="{}"{}>{}</mn>').format(
                pointer.claim, kind, more, match[1]
            )
        )

    return Markup(_NUMBER.sub(marked, mathml))  # noqa: S704 - as above
