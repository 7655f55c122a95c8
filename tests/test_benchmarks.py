"""What benchmarks measure, and how it is told."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import NAMES, PAGE, printed
from benchmarks.baselines import plain
from benchmarks.building import _EDITED, typst_of
from benchmarks.measuring import (
    Command,
    Row,
    Taken,
    in_turn,
    in_unit,
    own_peak,
    table,
    taken,
    written,
)
from bpreport.deck import builtin, read


def test_the_peak_of_a_process_is_its_own():
    """Not that of the program that measures it, of which Linux lets it begin."""
    held = b"x" * 300_000_000  # 286 MB of 2^20 bytes; 191 for the large one
    small = taken(Command([sys.executable, "-c", "pass"])).peak
    large = taken(Command([sys.executable, "-c", "b'x' * 200_000_000"])).peak
    assert small < 100 and 191 < large < 286
    code = "from benchmarks.measuring import own_peak; print(own_peak())"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    assert float(told) < 100 and own_peak() > len(held) / 2**20


def test_what_fails_is_not_told_as_fast(tmp_path: Path):
    """Status 1 is a success for `bpreport check` alone."""
    failing = [sys.executable, "-c", "import sys; sys.exit('out of order')"]
    with pytest.raises(RuntimeError, match="out of order"):
        taken(Command(failing))
    assert taken(Command(failing, finds=True)).wall > 0
    with pytest.raises(RuntimeError, match="no-such-program"):
        taken(Command(["no-such-program"], finds=True))


def test_a_command_has_its_folder_and_environment(tmp_path: Path):
    """Its first run, which is not told, has made the folder: the second would fail without it."""
    code = "import os; os.makedirs(os.environ['NAME'], exist_ok=True)"
    made = Command([sys.executable, "-c", code], {"NAME": "made"}, tmp_path)
    assert len(in_turn({"it": made}, 2)["it"]) == 2
    assert (tmp_path / "made").is_dir()


def test_a_table_of_single_runs_has_no_spread():
    """One run has no spread; among several rows, one with more is enough for a column."""
    one, two = (Row.of(str(count), [Taken(2.0, 1.0, 9)] * count) for count in (1, 2))
    assert "spread" not in table([one, one])
    assert "1.00 to 1.00 s" in table([one, two])


def test_times_have_digits_in_their_units():
    """0.34 s for 10,000 are 34 µs for each, not 0.0 ms."""
    assert in_unit(0.34 / 10_000, 0.34 / 10_000) == "34.0 µs"
    assert in_unit(0.0012, 0.0012) == "1.2 ms"
    assert in_unit(0.12, 0.12, 2) == "0.12 to 2.00 s"


def test_each_edit_makes_a_deck_that_was_not_there_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The number is counted up: 0.912934 becomes 0.912935, and 0.912999 becomes 0.9129100."""
    deck = tmp_path / "deck.md"
    deck.write_text("0.912934 and 0.912934, 0.912998", encoding="utf-8")
    text = _EDITED.replace("from bpreport.cli import main", "main = int")
    program, seen = compile(text, "edited", "exec"), []
    for _ in range(70):
        monkeypatch.setattr(sys, "argv", ["-c", str(deck)])
        exec(program, {})
        seen.append(deck.read_text(encoding="utf-8"))
    assert len(set(seen)) == 70
    assert seen[0] == "0.912935 and 0.912934, 0.912998"
    assert seen[65] == "0.9129100 and 0.912934, 0.912998"  # 34 + 66


def test_the_plain_script_sets_all_formulas_without_bpreport():
    """It finds them by itself: the same 79 as the reader, of which 76 are displayed."""
    deck = builtin("zh")
    found = plain.FORMULA.findall(deck.read_text(encoding="utf-8"))
    sources = [formula.source.strip() for formula in read(deck).formulas]
    assert [(shown or inline).strip() for shown, inline in found] == sources
    assert (len(found), sum(bool(shown) for shown, _ in found)) == (79, 76)
    assert "bpreport" not in re.findall(r"^(?:from|import) (\w+)", Path(plain.__file__).read_text())


def test_typst_gets_the_words_and_a_formula_for_each_displayed_one():
    """Of `$$a$$` and `$b$`, the first alone."""
    made = typst_of("---\ntitle: T\n---\n# One\n$$a$$\nand $b$ here")
    assert made.count("$ (partial") == 1 and "and b here" in made and "T" not in made


def test_each_part_has_its_place_on_the_page(tmp_path: Path):
    """What is written there replaces the tables of that part, and nothing else."""
    copy = tmp_path / "performance.md"
    text = PAGE.read_text(encoding="utf-8")
    for name in NAMES:
        copy.write_text(text, encoding="utf-8")
        written("anew", name, copy)
        before, after = (re.split(f"(<!-- (?:end of )?{name} -->)", one)
                         for one in (text, copy.read_text(encoding="utf-8")))  # fmt: skip
        assert before[2].count("| wanted |") or "formulas a second" in before[2]
        assert after == [*before[:2], "\n\nanew\n\n", *before[3:]]
    with pytest.raises(ValueError, match="no place for other"):
        written("anew", "other", copy)


def test_a_program_prints_the_tables_that_are_written():
    """Without a line before or behind; one that fails is not written."""
    lines = printed(["benchmarks.marking", "--students", "3", "--plain", "2"]).splitlines()
    assert lines[0] == "| what | a second | wanted |"
    assert lines[-1].startswith("3 students, 2 of them one after the other; ")
    with pytest.raises(subprocess.CalledProcessError):
        printed(["benchmarks.marking", "--students", "none"])
