"""A corrected copy of a deck: what the audit is sure of is changed, and nothing else.

A figure is used again further on, so that a fix may make other claims wrong, whose own fixes then
follow from it. A fix is made together with all that follows, the whole deck is audited anew, and
it stays only if the audit finds less to say than before and nothing new. Fixes are tried all at
once, and where that does not succeed, in halves.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bpreport.audit import Audit, audit
from bpreport.audit.model import Fix, Judgement
from bpreport.deck import read_text

__all__ = ["Correction", "correct", "in_own_lines"]

MOST_ROUNDS = 12
"""Times that fixes are made which follow from those before."""
MOST_AUDITS = 80
"""Audits of one pass over a deck, past which the fixes not yet tried are left out."""
MOST_PASSES = 5

_RANKS = {"right": 0, "note": 1, "error": 2}


@dataclass(frozen=True)
class Correction:
    """What came of correcting a deck."""

    audit: Audit
    """Of the corrected deck; its `deck.source` is the corrected text."""
    made: int = 0
    """Places that were changed."""
    left: tuple[Fix, ...] = ()
    """Fixes that were left out, because with them other claims would no longer be right."""


def correct(before: Audit) -> Correction:
    """The deck of an audit with all that the audit is sure of put right.

    Correcting the result once more changes nothing.

    >>> result = correct(audit(read_text("$$a = 2 / 3 = 0.6666$$")))
    >>> result.audit.deck.source, result.made
    ('$$a = 2 / 3 = 0.6667$$', 1)
    """
    current, made = before, 0
    for _ in range(MOST_PASSES):
        attempt = _Pass(current)
        attempt.run()
        if not attempt.made:
            break
        current, made = attempt.best, made + attempt.made
    left = dict.fromkeys(
        judgement.fix for judgement in _fixable(current) if judgement.fix is not None
    )
    return Correction(current, made, tuple(left))


def _fixable(result: Audit) -> list[Judgement]:
    return [
        judgement
        for judgement in result.judgements
        if judgement.verdict.level in ("note", "error")
        and judgement.fix is not None
        and judgement.fix.sure
    ]


@dataclass
class _Pass:
    """One search for the fixes of an audit that can all be made."""

    before: Audit
    best: Audit = field(init=False)
    made: int = 0
    chosen: frozenset[str] = frozenset()
    """Ids of the claims whose fixes stay."""
    texts: dict[str, str] = field(init=False)
    was: dict[str, str] = field(init=False)
    """By id, what the claims were at first: their texts and their levels."""
    audits: int = 0

    def __post_init__(self) -> None:
        self.best = self.before
        self.was = _levels(self.before)
        self.texts = _texts(self.before)

    def run(self) -> None:
        """Keep what can be made."""
        self._try([judgement.claim.id for judgement in _fixable(self.before)])

    def _try(self, claims: Sequence[str]) -> None:
        if not claims or self.audits > MOST_AUDITS:
            return
        chosen = self.chosen | set(claims)
        result, made = self._carried_out(chosen)
        worse = self._worse(result)
        if worse is not None and not worse and self._is_better(result):
            self.best, self.made, self.chosen = result, made, chosen
        elif len(claims) > 1:
            for part in _parts(claims, worse or ()):
                self._try(part)

    def _carried_out(self, chosen: frozenset[str]) -> tuple[Audit, int]:
        """The deck with the fixes of some claims and all that follows from them."""
        result, made = self.before, 0
        for _ in range(MOST_ROUNDS):
            fixes = [
                judgement.fix
                for judgement in result.judgements
                if judgement.fix is not None and self._is_wanted(judgement, chosen)
            ]
            source, count = changed(result.deck.source, fixes, result.deck.path)
            if not count:
                break
            self.audits += 1
            result, made = audit(read_text(source, result.deck.path)), made + count
        return result, made

    def _is_wanted(self, judgement: Judgement, chosen: frozenset[str]) -> bool:
        if judgement.verdict.level not in ("note", "error"):
            return False
        if judgement.claim.id in chosen:
            return judgement.fix is not None and judgement.fix.sure
        # A claim that was right is wrong for no other reason than the fixes before. Without a
        # worked example, a claim that agrees with another speaks for it.
        worked = self.before.deck.slides[judgement.claim.slide - 1].worked
        return worked is not None and self.was.get(judgement.claim.id) == "right"

    def _worse(self, result: Audit) -> list[str] | None:
        """The claims that are worse off than at first; None where they are not the same claims.

        Worse is also an error that was changed and is still one: a line that was mended, and does
        not lead to its result.
        """
        now, texts = _levels(result), _texts(result)
        if now.keys() != self.was.keys():
            return None
        return [
            claim
            for claim, level in now.items()
            if (
                level == "error" and texts[claim] != self.texts[claim]
                if level == self.was[claim]
                else level == "unchecked" or _rank(level) > _rank(self.was[claim])
            )
        ]

    def _is_better(self, result: Audit) -> bool:
        """Whether fewer claims are bad than in the best audit yet."""
        return _badness(_levels(result).values()) < _badness(_levels(self.best).values())


def _parts(claims: Sequence[str], worse: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Two parts to be tried apart: without what stands beside the claims that got worse, and that.

    >>> _parts(["f1.2", "f3.1", "f4.1"], ["f3.2"]), _parts(["f1.2", "f3.1"], ["f9.1"])
    ((['f1.2', 'f4.1'], ['f3.1']), (['f1.2'], ['f3.1']))
    """
    formulas = {_formula(claim) for claim in worse}
    near = [claim for claim in claims if _formula(claim) in formulas]
    if near and len(near) < len(claims):
        return [claim for claim in claims if claim not in near], near
    half = len(claims) // 2
    # What stands in one formula is tried together, as long as there is something else.
    breaks = [n for n in range(1, len(claims)) if _formula(claims[n]) != _formula(claims[n - 1])]
    at = min(breaks or [half], key=lambda place: abs(place - half))
    return claims[:at], claims[at:]


def _formula(claim: str) -> str:
    """The formula, or the figure, that a claim's id begins with."""
    return claim.partition(".")[0]


def _levels(result: Audit) -> dict[str, str]:
    return {judgement.claim.id: judgement.verdict.level for judgement in result.judgements}


def _texts(result: Audit) -> dict[str, str]:
    return {judgement.claim.id: judgement.claim.text for judgement in result.judgements}


def _rank(level: str) -> int:
    return _RANKS.get(level, 0)


def _badness(levels: Iterable[str]) -> tuple[int, int]:
    found = list(levels)
    return found.count("error"), found.count("note")


# -- changing a text


def changed(source: str, fixes: Iterable[Fix], path: str = "deck.md") -> tuple[str, int]:
    r"""A source with changes made in it, and how many; those that do not fit are left out.

    >>> from bpreport.deck.model import Position
    >>> changed("a = 1.00\n", [Fix(Position(1, 5), "1.00", "1.01")])
    ('a = 1.01\n', 1)
    """
    if Path(path).suffix.lower() == ".ipynb":
        return _in_notebook(source, fixes)
    lines = source.split("\n")
    count = _in_lines(lines, fixes)
    return "\n".join(lines), count


def _in_lines(lines: list[str], fixes: Iterable[Fix]) -> int:
    """Change lines in place, from the end, so that no change moves another."""
    count = 0
    taken: dict[int, int] = {}  # by line: from where on it is changed
    ordered = sorted(dict.fromkeys(fixes), key=lambda fix: (fix.position, fix.old), reverse=True)
    for fix in ordered:
        number, start = fix.position.line - 1, fix.position.column - 1
        end = start + len(fix.old)
        if not 0 <= number < len(lines) or lines[number][start:end] != fix.old:
            continue
        if end > taken.get(number, len(lines[number])) or taken.get(number) == start:
            continue
        if fix.old == fix.new:
            continue
        lines[number] = lines[number][:start] + fix.new + lines[number][end:]
        taken[number] = start
        count += 1
    return count


def _in_notebook(source: str, fixes: Iterable[Fix]) -> tuple[str, int]:
    """The same in the cells of a notebook, whose JSON keeps its indent."""
    notebook = json.loads(source)
    by_cell: dict[int, list[Fix]] = {}
    for fix in fixes:
        by_cell.setdefault(fix.position.cell, []).append(fix)
    count = 0
    for number, found in by_cell.items():
        cell = notebook["cells"][number - 1]
        whole = isinstance(cell["source"], str)
        lines = (cell["source"] if whole else "".join(cell["source"])).split("\n")
        count += _in_lines(lines, found)
        text = "\n".join(lines)
        cell["source"] = text if whole else text.splitlines(keepends=True)
    indent = re.match(r"\s*\{\n([ \t]+)", source)
    return (
        json.dumps(notebook, ensure_ascii=False, indent=indent[1] if indent else None)
        + ("\n" if source.endswith("\n") else ""),
        count,
    )


def in_own_lines(text: str, original: str) -> str:
    r"""A corrected text with the line ends of its original, which readers do not see.

    >>> in_own_lines("a\nc\n", "a\r\nb\r\n")
    'a\r\nc\r\n'
    """
    ends = re.findall(r"\r\n|\r|\n|\Z", original)
    lines = text.split("\n")
    if len(lines) > len(ends):
        return text
    return "".join(line + end for line, end in zip(lines, ends, strict=False))
