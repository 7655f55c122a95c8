"""docs/verdicts.md says what the audit does: its examples are audited, its tables complete."""

import ast
import re

import pytest

from bpreport.audit import Audit, Verdict, audit
from bpreport.audit.explaining import MOST_CHANCE, MOST_TRIED
from bpreport.audit.slips import SLIPS
from bpreport.deck import read_text
from bpreport.publish.checking import MARKS
from bpreport.publish.language import render
from tests.support import ROOT

PAGE = (ROOT / "docs/verdicts.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(
    r"^### `([a-z-]+)`\n.*?^```markdown deck\n(.*?)^```\n\n```text\n(.*?)^```$",
    PAGE,
    re.MULTILINE | re.DOTALL,
)


def told(audited: Audit) -> str:
    """What an example's second block shows of each claim: its place, verdict and sentence."""
    lines = []
    for judgement in audited.judgements:
        place, sentence = str(judgement.claim.position), render(judgement.message, "en")
        lines.append(f"{place:<6}{judgement.verdict:<13}{sentence}\n")
        facts = {"slip": judgement.slip, "correct": judgement.correction}
        if any(facts.values()):
            shown = "; ".join(f"{name}: {fact}" for name, fact in facts.items() if fact)
            lines.append(f"{'':19}{shown}\n")
    return "".join(lines)


def table(heading: str) -> list[list[str]]:
    """The cells of the first table behind a heading, without its two head rows."""
    rows = re.findall(r"^\|.*\|$", PAGE.partition(heading)[2].partition("\n#")[0], re.MULTILINE)
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows[2:]]


@pytest.mark.parametrize(
    ("verdict", "deck", "shown"), EXAMPLES, ids=[verdict for verdict, *_ in EXAMPLES]
)
def test_example_gets_the_verdict_of_its_heading(verdict, deck, shown):
    """The last claim of the example gets it, and the page shows what is said of every claim."""
    audited = audit(read_text(deck))
    assert str(audited.judgements[-1].verdict) == verdict
    assert shown == told(audited)


@pytest.mark.parametrize(
    ("deck", "shown"),
    re.findall(
        r"^```markdown deck\n(.*?)^```\n\n```text\n(.*?)^```$",
        PAGE.partition("\n## Rounding")[2],
        re.MULTILINE | re.DOTALL,
    ),
)
def test_example_of_a_rule_shows_what_is_said(deck, shown):
    """Those behind the verdicts."""
    assert shown == told(audit(read_text(deck)))


def test_every_verdict_has_an_example():
    assert [verdict for verdict, *_ in EXAMPLES] == list(map(str, Verdict))


def test_table_tells_mark_and_level_of_every_verdict():
    rows = {row[0].split("`")[1]: row[1:3] for row in table("# What the audit says")}
    assert rows == {str(verdict): [MARKS[verdict.level], verdict.level] for verdict in Verdict}


def test_every_slip_is_in_the_table():
    """By its own name or, where the cases have telling names, by one that begins with it."""
    named = re.findall(r"`([^`]+)`", " ".join(row[0] for row in table("## Slips")))
    unknown = [slip.name for slip in SLIPS if not any(n.startswith(slip.name) for n in named)]
    assert unknown == []
    assert len(named) == len(set(named))


def test_the_table_names_no_slip_that_is_never_found():
    """Each name stands in the code of the audit as a text of its own."""
    texts = {
        node.value
        for path in (ROOT / "bpreport/audit").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    named = re.findall(r"`([^`]+)`", " ".join(row[0] for row in table("## Slips")))
    assert [name for name in named if name not in texts] == []


def test_limits_of_the_search_are_those_of_the_code():
    computing, writing, twice = MOST_CHANCE.values()
    page = re.sub(r"\s+", " ", PAGE)
    assert f"this is at most {computing:g}, for an error of writing {writing:g}," in page
    assert f"for two slips at once {twice:g};" in page
    assert f"after {MOST_TRIED:,} different values" in page
