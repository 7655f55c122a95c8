"""Readings: all that the audit says of a deck, in lines that a person can judge by eye.

A file in `tests/cases/readings` begins with what all of its decks begin with (front matter, or
nothing) and a line `=====`. Then follow blocks, each of them

    title
    .
    the deck
    .
    its reading
    .

The deck is the text itself. Or it is a stored one, `deck: tests/cases/notes/net_out.md`, perhaps
with changes that make it wrong, `change: 14:3 "0.4" -> "0.5"`; then the reading has only what is
said otherwise than of the stored deck. `deck: builtin zh` is the deck that comes along, and
`case: slips/plain.txt` the case of that title, with all that its own file does not look at.

A claim takes two lines or more: where it stands, its text, the verdict, the exact value to three
digits more than are printed, the quantity of the worked example; the sentence; then the slip with
the chance that it is an accident, the correction and the change of the deck that makes it right.

`make readings` (`python -m tests.audit.readings`) writes the readings anew and prints what changed:
every line of it is to be judged before it is kept.
"""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from bpreport.audit import Audit, Judgement, audit
from bpreport.audit.bounded import judged_within, premises
from bpreport.audit.digits import significant_digits
from bpreport.deck import Deck, builtin, read, read_text
from bpreport.formula import MP
from bpreport.formula.effort import effort
from bpreport.formula.limits import limit
from bpreport.worked import recompute
from tests.audit.case_files import read_cases
from tests.support import ROOT

__all__ = ["FOLDER", "STEPS", "Block", "blocks", "lines_of", "reading", "steps"]

FOLDER = ROOT / "tests/cases/readings"
STEPS = FOLDER / "steps.tsv"
"""By deck, how many steps its audit takes."""
COUNTED = ("builtin en", "many_topics.md", "net_out.md", "optimisers.md", "regressions.md")
OVER_AND_OVER = "$b = 1$\n\n" + "\n\n".join(f"$$a = b + {n} = {n + 1}$$" for n in range(128))
"""One name with many formulas and numbers."""
HEAD_ENDS = "\n=====\n"
MORE = 3
"""Digits of an exact value beyond those that are printed."""
_CHANGE = re.compile(r'change: (?P<line>\d+):(?P<column>\d+) "(?P<old>.*?)" -> "(?P<new>.*)"')
_SIGNIFICANT = 10
"""Digits of an exact value beside which nothing is printed."""


@dataclass(frozen=True, slots=True)
class Block:
    """One deck of a file and its reading."""

    file: str
    title: str
    text: str
    """What stands for the deck in the file."""
    expected: str
    head: str
    """What all decks of the file begin with."""

    def deck(self) -> Deck:
        """The deck, with its changes."""
        if self.text.startswith("case: "):
            cases = read_cases(self.text.removeprefix("case: "))
            return read_text(next(case.deck for case in cases if case.title == self.title))
        if not self.text.startswith("deck: "):
            return read_text(f"{self.head}{self.text}\n")
        path, changes = self._stored()
        if not changes:
            return read(path)
        lines = path.read_text(encoding="utf-8").split("\n")
        for change in changes:
            found = _CHANGE.fullmatch(change)
            assert found is not None, f"{self.file} says {change!r}"
            at, column = int(found["line"]) - 1, int(found["column"]) - 1
            line = lines[at]
            assert line[column:].startswith(found["old"]), f"{change!r} changes {line!r}"
            lines[at] = line[:column] + found["new"] + line[column + len(found["old"]) :]
        return read_text("\n".join(lines), path=path.name)

    def reading(self) -> str:
        """What the audit says of the deck; of a changed one what it says otherwise."""
        said = reading(audit(self.deck()))
        if not self.text.startswith("deck: "):
            return "\n".join(said)
        path, changes = self._stored()
        if not changes:
            return "\n".join(said)
        known = set(stored(path))
        return "\n".join(entry for entry in said if entry not in known) or "(nothing)"

    def _stored(self) -> tuple[Path, list[str]]:
        first, *changes = self.text.split("\n")
        name = first.removeprefix("deck: ")
        path = builtin(name[-2:]) if name.startswith("builtin ") else ROOT / name
        return path, changes


@cache
def stored(path: Path) -> tuple[str, ...]:
    """The reading of a deck without a change."""
    return tuple(reading(audit(read(path))))


def blocks(path: Path) -> list[Block]:
    """The blocks of a file; titles are unique in it.

    >>> first, *_ = blocks(FOLDER / "net_out.txt")
    >>> first.title, first.text
    ('as it is', 'deck: tests/cases/notes/net_out.md')
    """
    head, _, rest = path.read_text(encoding="utf-8").partition(HEAD_ENDS)
    rows = iter(rest.split("\n.\n"))
    found = [
        Block(path.stem, title.strip(), next(rows), next(rows), head)
        for title in rows
        if title.strip()
    ]
    titles = [block.title for block in found]
    assert len(titles) == len(set(titles)), f"{path.name} has a title twice"
    return found


def reading(result: Audit) -> list[str]:
    """All that an audit says: an entry for each claim, then conventions, and findings of more."""
    return [
        *("\n".join(lines_of(judgement)) for judgement in result.judgements),
        *(f"{name} follows {_plainly(found)}" for name, found in result.conventions.items()),
        *(
            f"{finding.level} on {', '.join(map(str, result.places_of(finding))) or 'the deck'}: "
            f"{finding.message}"
            for finding in result.notes
        ),
    ]


def _plainly(found: dict[str, object]) -> str:
    return ", ".join(f"{key} {value}" for key, value in found.items())


def lines_of(judgement: Judgement) -> list[str]:
    """What is said of one claim."""
    claim = judgement.claim
    text = " ".join(claim.text.split())
    first = [f"{claim.position} {text}", str(judgement.verdict)]
    if judgement.exact is not None:
        first.append(_digits(judgement))
    if judgement.worked is not None or judgement.quantity is not None:
        first.append(f"{judgement.worked}: {judgement.quantity}")
    lines = ["  |  ".join(first), f"    {judgement.message}"]
    if judgement.slip is not None:
        others = "".join(f", or {other}" for other in judgement.alternatives)
        lines.append(f"    slip: {judgement.slip}{others} (chance {judgement.chance:.2g})")
    if judgement.correction is not None:
        lines.append(f"    right: {judgement.correction}")
    if (fix := judgement.fix) is not None:
        sure = "" if fix.sure else " perhaps"
        lines.append(f'    fix{sure}: {fix.position} "{fix.old}" -> "{fix.new}"')
    return lines


def _digits(judgement: Judgement) -> str:
    """The exact value, to three digits more than are printed."""
    printed = judgement.printed
    count = _SIGNIFICANT if printed is None else significant_digits(printed) + MORE
    return str(MP.nstr(MP.mpf(judgement.exact), count, min_fixed=-8, max_fixed=16))


def counted() -> Iterator[tuple[str, Deck]]:
    """Decks of which the work is counted: right ones, long ones, and tables with wrong numbers."""
    for name in COUNTED:
        yield (
            name,
            read(builtin("en") if name == "builtin en" else ROOT / "tests/cases/notes" / name),
        )
    yield "a name over and over", read_text(OVER_AND_OVER)
    for block in blocks(FOLDER / "tables.txt"):
        yield block.title, block.deck()


def steps() -> dict[str, str]:
    """By deck, how many steps its worked examples and its audit take now."""
    found = {}
    for name, deck in counted():
        known = premises(deck, recompute(deck))
        with effort(limit("audit_steps"), known.steps) as spent:
            for claim in known.knowledge.claims:
                judged_within(spent, claim, known.knowledge)
        found[name] = str(spent.spent)
    return found


def renewed(path: Path) -> str:
    """A file with the readings of its decks as they are now."""
    head, _, _ = path.read_text(encoding="utf-8").partition(HEAD_ENDS)
    parts = [f"{block.title}\n.\n{block.text}\n.\n{block.reading()}\n.\n" for block in blocks(path)]
    return head + HEAD_ENDS + "".join(parts)


def main(names: list[str]) -> None:
    """Write the readings anew, those of some files or of all, and print what changed."""
    from tests.audit import knowing  # which reads the decks of this module

    now: dict[Path, Callable[[], str]] = {}
    for path in sorted(FOLDER.glob("*.txt")):
        now[path] = partial(renewed, path)
    now[STEPS] = lambda: "".join(f"{name}\t{count}\n" for name, count in steps().items())
    now[knowing.KNOWN] = knowing.renewed
    for path, text in now.items():
        if names and path.stem not in names:
            continue
        before, after = path.read_text(encoding="utf-8"), text()
        path.write_text(after, encoding="utf-8")
        named = path.relative_to(ROOT)
        sys.stdout.writelines(
            f"{line}\n"
            for line in difflib.unified_diff(
                before.split("\n"), after.split("\n"), f"{named}", f"{named}", n=2, lineterm=""
            )
        )


if __name__ == "__main__":
    main(sys.argv[1:])
