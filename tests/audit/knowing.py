"""What the audit knows where each claim of a deck stands, in lines that a person can judge by eye.

`tests/cases/known.txt` has it of decks of `tests/cases/readings`, each behind its file and title.
A chain takes a line: where it stands and what it is about; the value with what makes it `given`,
`later` (told further on), `rounded` or `stale` (of an earlier round); how else it counts; the
digits that are printed for it, those that may be meant `now` and those that it is `put in as`; its
forms; the names that its sides read. Then come the digits of the deck that are rounded results, and
those that mean themselves.
"""

from __future__ import annotations

from collections.abc import Iterator

from bpreport.audit.bounded import judgements, premises
from bpreport.audit.examples import Known
from bpreport.audit.knowledge import Knowledge
from bpreport.audit.names import readings
from bpreport.audit.saying import shown
from bpreport.deck import Deck
from bpreport.deck.model import Claim
from bpreport.formula import latex
from bpreport.formula.tree import Derivative, Symbol
from bpreport.worked import recompute
from tests.audit.readings import FOLDER, Block, blocks
from tests.support import ROOT

__all__ = ["KNOWN", "decks", "known_of", "sections"]

KNOWN = ROOT / "tests/cases/known.txt"
FILES = ("short-notes", "tables", "vectors", "without-front-matter", "planted-samples")
"""Files of `tests/cases/readings` whose decks are looked into."""


def decks() -> dict[str, Block]:
    """The decks that are looked into, by file and title."""
    found = (block for name in FILES for block in blocks(FOLDER / f"{name}.txt"))
    return {f"{block.file}: {block.title}": block for block in found}


def sections() -> dict[str, list[str]]:
    """The lines of the file, by file and title of the deck."""
    _, *parts = f"\n{KNOWN.read_text(encoding='utf-8')}".split("\n## ")
    return {first: lines for first, *lines in (part.rstrip("\n").split("\n") for part in parts)}


def known_of(deck: Deck) -> list[str]:
    """What is known of a deck, when all of its claims are judged."""
    found = premises(deck, recompute(deck))
    judgements(found)
    knowledge = found.knowledge
    lines = list(_chains(knowledge))
    digits = {"rounded": knowledge.results, "exact": knowledge.exact_digits}
    return [*lines, *(f"{how}: {', '.join(sorted(told))}" for how, told in digits.items() if told)]


def _chains(knowledge: Knowledge) -> Iterator[str]:
    before: object = None
    for claim in knowledge.claims:
        about = (claim.formula and claim.formula.number, claim.head, claim.component)
        if isinstance(claim.head, Symbol | Derivative) and about != before:
            yield " | ".join(filter(None, _parts(claim, claim.head, knowledge)))
        before = about


def _parts(claim: Claim, head: Symbol | Derivative, knowledge: Knowledge) -> Iterator[str]:
    place = "" if claim.component is None else f" entry {claim.component + 1}"
    yield f"{claim.position} {head.key}{place} {_told(knowledge.known(head, claim))}"
    how = {
        "open": knowledge.is_open(head, claim),
        "determined": knowledge.is_determined(head, claim),
        "a result": knowledge.is_result(head, claim),
        "computed": knowledge.is_computed(claim),
        "restated": knowledge.restates(head, claim),
        "from before": knowledge.updates_itself(claim),
    }
    yield ", ".join(name for name, holds in how.items() if holds)
    printed, now = knowledge.printed_for(head, claim), knowledge.printed_now(head, claim)
    if printed:
        unlike = "" if now == printed else f", now {', '.join(now)}"
        yield f"printed {', '.join(printed)}{unlike}, put in as {knowledge.as_printed(head, claim)}"
    yield "; ".join(map(latex, knowledge.forms_of(head, claim)))
    names = [name for side in (claim.left, claim.right) if side for name in readings(side)]
    yield "; ".join(
        f"{name.key} {_told(knowledge.operand(name, claim))}"
        for name in dict.fromkeys(names)
        if name != head
    )


def _told(known: Known | None) -> str:
    if known is None:
        return "unknown"
    value = "a row" if isinstance(known.value, tuple) else shown(known.value)
    flags = [name for name in ("given", "later", "rounded", "stale") if getattr(known, name)]
    return " ".join([value, *flags])


def renewed() -> str:
    """The file as it would be written now."""
    return "\n".join(
        f"## {name}\n" + "".join(f"{line}\n" for line in known_of(block.deck()))
        for name, block in decks().items()
    )
