"""What counts as a mutant, and which tests are asked about it."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from mutants.reaching import ROOT, Reached, digests
from mutants.trying import Mutant, _outcome, meaning

PATH = "bpreport/formula/limits.py"
OWN = "tests/formula/test_limits.py"
OTHER = "tests/deck/test_claims.py"


def test_annotations_mean_nothing_and_all_else_does():
    """`int | None` and `int & None` are annotations that nothing evaluates."""
    code = "def f(a: int | None = 1) -> int:\n    b: int = a + 1\n    return b\n"
    assert meaning(code.replace("|", "&").replace("> int", "> str")) == meaning(code)
    assert meaning(code.replace("a + 1", "a - 1")) != meaning(code)
    assert meaning(code.replace("= 1)", "= 2)")) != meaning(code)
    assert meaning("f({& a})") == ""


def test_how_arguments_are_handed_over_means_nothing_and_their_defaults_do():
    """`*` after the first argument, or `/`: the body computes the same from the same."""
    code = "def f(a, *, b, c=1):\n    return a + b + c\n"
    assert meaning(code.replace("*,", "/,")) == meaning(code)
    assert meaning(code.replace("c=1", "c=2")) != meaning(code)
    assert meaning(code.replace("b, c=1", "b=1, c")) != meaning(code)
    assert meaning(code.replace("a, *, b", "a=1, *, b")) != meaning(code)
    assert meaning(code.replace("a, *, b", "b, *, a")) != meaning(code)


def _asked(lines: dict[int, list[str]], line: int) -> list[list[str]]:
    seconds = {f"{OTHER}::quick": 0.1, f"{OWN}::slow": 2.0, f"{OWN}::quick": 0.5}
    return Reached({PATH: lines}, seconds, digests()).tests(PATH, line)


def _line(text: str) -> int:
    """The place of the only line of the file with this text."""
    (found,) = (
        number
        for number, line in enumerate((ROOT / PATH).read_text(encoding="utf-8").split("\n"), 1)
        if text in line
    )
    return found


def test_those_that_reach_the_statement_are_asked_and_those_of_the_room_first():
    """Whichever line of the statement they reach."""
    reached = {_line("typed = os"): [f"{OTHER}::quick", f"{OWN}::slow", f"{OWN}::quick"]}
    own, others, rest = _asked(reached, _line("typed = os"))
    assert (own, others, rest) == ([f"{OWN}::quick", f"{OWN}::slow"], [f"{OTHER}::quick"], [])
    assert _asked(reached, _line("return LIMITS[name][0]")) == [[], [], []]


def test_a_change_that_all_import_can_be_noticed_by_all():
    """The table of bounds is made once, before the first test."""
    assert _asked({_line("LIMITS: Mapping"): [""]}, _line('"iterations": (')) == [
        [],
        [],
        [f"{OTHER}::quick", f"{OWN}::quick", f"{OWN}::slow"],
    ]


def test_those_that_reach_where_a_name_is_read_are_the_likeliest_to_notice_what_it_is():
    """A table is made at import, and looked up in the line that returns a bound of it."""
    reached = {_line("LIMITS: Mapping"): [""], _line("return LIMITS[name][0]"): [f"{OWN}::slow"]}
    assert _asked(reached, _line('"iterations": (')) == [
        [f"{OWN}::slow"],
        [],
        [f"{OTHER}::quick", f"{OWN}::quick"],
    ]


def test_those_that_reach_little_come_first():
    """They are likelier about the line; of two that reach as much, the quicker one is first."""
    line = _line("typed = os")
    reached = {line: [f"{OWN}::quick", f"{OWN}::slow"], line + 1: [f"{OWN}::quick"]}
    assert _asked(reached, line)[0] == [f"{OWN}::slow", f"{OWN}::quick"]
    reached[line + 1].append(f"{OWN}::slow")
    assert _asked(reached, line)[0] == [f"{OWN}::quick", f"{OWN}::slow"]


def test_files_that_were_changed_since_are_asked_as_a_whole():
    """What they reach is not known any more."""
    seconds = {f"{OWN}::quick": 0.5}
    line = _line("typed = os")
    known = Reached({PATH: {line: [*seconds]}}, seconds, digests() | {OWN: "another"})
    assert known.tests(PATH, line) == [[OWN], [], []]


def test_only_a_lack_of_processor_time_counts_as_noticed(tmp_path: Path):
    """SIGALRM comes on a busy machine, SIGKILL for want of memory: neither is of a test."""
    mutant = Mutant(PATH, "core/NumberReplacer", 0, 1)
    (tmp_path / "changed.json").write_text(json.dumps({"changed": ["-a", "+b"]}), encoding="utf-8")
    outcome = _outcome(mutant, tmp_path, signal.SIGXCPU, 1.0)
    assert outcome is not None and outcome.caught and outcome.by == "its end: SIGXCPU"
    for other in (signal.SIGALRM, signal.SIGKILL):
        with pytest.raises(RuntimeError, match=other.name):
            _outcome(mutant, tmp_path, other, 1.0)
