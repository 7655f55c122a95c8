"""Case files that a person can read: decks in short, and what the audit must say of them.

A file begins with what all of its decks begin with (front matter, a heading; it may be empty).
Then follow blocks, each of them

    title
    .
    text of the deck
    .
    what must be said of its claims, one a line, in order
    .

What must be said of a claim reads `verdict: slip = exact -> correction (part of the sentence)`;
all but the verdict may be left out, and what is left out is not looked at, except that a claim
without a named slip must have none; "error" is either kind of error, whatever its slip. The lines
stand for all claims of the text except those that state the range of an index, or give the count
of a table. Whatever is expected, each judgement must keep the laws of `contradictions`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

import mpmath
import pytest
from _pytest.mark import ParameterSet

from bpreport.audit import Audit, Judgement, Verdict, audit
from bpreport.audit.explaining import MOST_CHANCE
from bpreport.deck import read_text
from tests.support import ROOT

__all__ = ["Case", "Expected", "audited", "parameters", "read_cases", "said", "to_be_judged"]

_LINE = re.compile(
    r"(?P<verdict>[a-z-]+)(?:: (?P<slip>[a-z ]+?))?(?: = (?P<exact>[-\d.e]+))?"
    r"(?: -> (?P<correction>.+?))?(?: \((?P<says>.+)\))?"
)


@dataclass(frozen=True, slots=True)
class Expected:
    """What must be said of one claim."""

    verdict: str
    slip: str | None
    exact: str | None
    """Digits to which the exact value must round."""
    correction: str | None
    says: str | None
    """A part of the sentence."""

    @classmethod
    def read(cls, line: str) -> Expected:
        """What a line of a case file asks for."""
        found = _LINE.fullmatch(line)
        assert found is not None, f"a case file says {line!r}"
        return cls(**found.groupdict())

    def differences(self, judgement: Judgement) -> list[str]:
        """In what the judgement is not what it must be; empty where it is."""
        found = {
            "verdict": str(judgement.verdict),
            "slip": judgement.slip,
            "exact": judgement.exact,
            "correction": judgement.correction,
        }
        if self.verdict == "error":
            found |= {"verdict": judgement.verdict.level, "slip": self.slip}
        missed = []
        for name, value in found.items():
            wanted = getattr(self, name)
            if name == "exact" and wanted is not None:
                holds = value is not None and rounds_to(value, wanted)
            elif name in ("verdict", "slip"):
                holds = value == wanted
            else:
                holds = wanted is None or value == wanted
            if not holds:
                missed.append(f"{name} {value} where {wanted} is right")
        if self.says is not None and self.says not in str(judgement.message):
            missed.append(f"does not say {self.says!r}")
        if missed:
            missed.append(f"[{judgement.claim.text}: {judgement.message}]")
        return missed


def rounds_to(value: mpmath.mpf, digits: str) -> bool:
    """Whether a value, rounded to as many places, gives the digits.

    >>> rounds_to(mpmath.mpf("0.99527429123"), "0.99527429"), rounds_to(mpmath.mpf("2.5"), "2.4")
    (True, False)
    """
    wanted = Decimal(digits)
    unit = Decimal(1).scaleb(int(wanted.as_tuple().exponent))
    return abs(Decimal(mpmath.nstr(value, 30)) - wanted) <= unit / 2


@dataclass(frozen=True, slots=True)
class Case:
    """One deck and what must be said of it."""

    title: str
    text: str
    """What stands in the file, without the beginning that all decks share."""
    expected: tuple[str, ...]
    """The lines of the file."""
    head: str
    """The beginning that all decks of the file share."""

    @property
    def deck(self) -> str:
        """The source of the whole deck."""
        return f"{self.head}\n{self.text}\n"


@cache
def read_cases(name: str) -> tuple[Case, ...]:
    """The cases of a file in `tests/cases`; titles are unique in it.

    >>> first, *_ = read_cases("rounding.txt")
    >>> first.title, first.expected
    ('half-up: a tie', ('reproduced = 0.0625',))
    """
    text = (ROOT / "tests/cases" / name).read_text(encoding="utf-8")
    head, _, blocks = text.partition("\n=====\n")
    cases = []
    rows = iter(blocks.split("\n.\n"))
    for title in rows:
        if not title.strip():
            break
        body, expected = next(rows), next(rows)
        cases.append(Case(title.strip(), body, tuple(expected.split("\n")), head))
    titles = [case.title for case in cases]
    assert len(titles) == len(set(titles)), f"{name} has a title twice"
    return tuple(cases)


def parameters(cases: Iterable[Case], defects: dict[str, str] | None = None) -> list[ParameterSet]:
    """The cases as parameters of a test; those with a known defect must fail until it is mended.

    `defects` has the reason by title.
    """
    defects = defects or {}
    cases = list(cases)
    assert set(defects) <= {case.title for case in cases}, "a defect of no case"
    return [
        pytest.param(
            case,
            id=case.title,
            marks=[pytest.mark.xfail(strict=True, reason=defects[case.title])]
            if case.title in defects
            else [],
        )
        for case in cases
    ]


@cache
def audited(source: str) -> Audit:
    """The audit of a deck's source, made once in a process."""
    return audit(read_text(source))


def to_be_judged(result: Audit) -> list[Judgement]:
    """The judgements that a case file speaks of."""
    return [
        judgement
        for judgement in result.judgements
        if judgement.claim.kind != "range"
        and not (judgement.claim.figure and judgement.claim.figure.iteration)
    ]


def said(case: Case) -> list[str]:
    """In what the audit differs from the expectation of a case; empty where it does not."""
    judged = to_be_judged(audited(case.deck))
    if len(judged) != len(case.expected):
        verdicts = [f"{j.claim.text}: {j.verdict}" for j in judged]
        return [f"{len(judged)} claims, {len(case.expected)} expected", *verdicts]
    missed = []
    for line, judgement in zip(case.expected, judged, strict=True):
        missed += Expected.read(line).differences(judgement)
    for judgement in audited(case.deck).judgements:
        missed += contradictions(judgement, case.deck)
    return missed


def contradictions(judgement: Judgement, source: str) -> list[str]:
    """The laws of a judgement that one breaks, whatever is expected of it; empty for none."""
    off = judgement.verdict.level in ("error", "note")
    slip, chance, others = judgement.slip, judgement.chance, judgement.alternatives
    laws = {
        "what is explained names the slip": (slip is not None)
        == (judgement.verdict is Verdict.EXPLAINED),
        "a slip tells how likely chance is": (slip is None) == (chance is None),
        "no slip is told that chance accounts for": 0 <= (chance or 0) <= max(MOST_CHANCE.values()),
        "each slip is told once": len({slip, *others}) == len((slip, *others)),
        "only what is off is corrected": off or judgement.correction is None,
        "a fix makes a correction": judgement.fix is None or judgement.correction is not None,
    }
    if (fix := judgement.fix) is not None:
        line = source.split("\n")[fix.position.line - 1]
        laws["a fix tells what stands there"] = line[fix.position.column - 1 :].startswith(fix.old)
        laws["a fix changes something"] = fix.old != fix.new
    if judgement.printed is not None and judgement.exact is not None:
        laws |= _laws_of_digits(judgement, judgement.printed, judgement.exact)
    broken = [law for law, holds in laws.items() if not holds]
    return [f"not so that {law} [{judgement.claim.text}]" for law in broken]


def _laws_of_digits(judgement: Judgement, printed: str, exact: mpmath.mpf) -> dict[str, bool]:
    """How far from the exact value printed digits are, in units of their last place."""
    apart = _units(printed, exact)
    half = Decimal("0.5")
    verdict = judgement.verdict
    laws = {
        "what is right is rounded": verdict not in (Verdict.REPRODUCED, Verdict.GIVEN)
        or apart <= half,
        "what is cut off is less, by up to a unit": verdict is not Verdict.TRUNCATED
        or (half <= apart < 1 and abs(Decimal(printed)) < Decimal(mpmath.nstr(abs(exact), 40))),
        "the last digit is one off": verdict is not Verdict.LAST_DIGIT or half <= apart <= 3 * half,
        # A 0 in the place of 0.4 is wrong, though it is that, rounded.
        "what is wrong is not the value, rounded": verdict.level != "error"
        or apart > half
        or not Decimal(printed),
    }
    number = re.fullmatch(r"-?\d+(\.\d+)?", judgement.correction or "")
    if number and judgement.slip != "wrong operand":  # there it is the operand that is corrected
        laws["a correction is the value, rounded"] = _units(number[0], exact) <= half
    return laws


def _units(digits: str, exact: mpmath.mpf) -> Decimal:
    """How far apart printed digits and a value are, in units of the last printed place.

    >>> _units("0.5", mpmath.mpf("0.75"))
    Decimal('2.5')
    """
    printed = Decimal(digits)
    apart = abs(printed - Decimal(mpmath.nstr(exact, 40)))
    return apart.scaleb(-int(printed.as_tuple().exponent)).normalize()
