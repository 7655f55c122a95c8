"""Measure the tables of docs/performance.md: `python -m benchmarks --runs 3 --write`.

`--only` names some of the parts: startup, building, computing, growing, notes, sheets, marking,
report. `--extras` names an interpreter that has nbconvert, typst or torch; what is found nowhere is
left out, and told by name. With three runs all takes 15 to 20 minutes on a quiet machine.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks import building, computing, growing, startup
from benchmarks.measuring import ROOT, Row, machine, table, written

PAGE = ROOT / "docs/performance.md"
PICTURE = ROOT / "docs/images/growth.svg"

PARTS: dict[str, Callable[[int, Path, str], Iterator[Row]]] = {
    "startup": lambda runs, folder, _: startup.rows(runs, folder),
    "building": building.rows,
    "computing": computing.rows,
}
"""What tells rows of one table."""

PROGRAMS: dict[str, Callable[[int], list[str]]] = {
    "notes": lambda runs: ["benchmarks.growth", "--runs", str(runs)],
    "sheets": lambda _: ["benchmarks.sheets"],
    "marking": lambda _: ["benchmarks.marking"],
    "report": lambda runs: ["benchmarks.report", "--runs", str(runs)],
}
"""What measures within a process of its own, and prints its tables."""

NAMES = (*PARTS, "growing", *PROGRAMS)


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--only", default=",".join(NAMES), metavar="PART,...")
    options.add_argument("--extras", default=sys.executable, metavar="PYTHON")
    options.add_argument("--write", action="store_true", help="into docs/performance.md")
    asked = options.parse_args()
    wanted = asked.only.split(",")
    if unknown := set(wanted) - set(NAMES):
        options.error(f"no part is called {', '.join(sorted(unknown))}")

    def told(name: str, text: str) -> None:
        """Print a table, and write it down at once: the next may take long."""
        print(f"\n{text}", flush=True)
        if asked.write:
            written(text, name, PAGE)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part, rows in PARTS.items():
            if part in wanted:
                found = table(list(rows(asked.runs, folder, asked.extras)))
                told(part, f"{found}\n\n{machine(asked.runs)}")
        if "growing" in wanted:
            growths, parts = [], []
            for growth in growing.growths(max(1, asked.runs // 2), folder):
                growths.append(growth)
                parts.append(f"**{growth.what}, by {growth.axis}**\n\n{table(growth.rows)}")
                told("growing", "\n\n".join([*parts, machine()]))
                if asked.write:
                    growing.plot(growths, PICTURE)
    for part, program in PROGRAMS.items():
        if part in wanted:
            told(part, printed(program(asked.runs)))


def printed(program: Sequence[str]) -> str:
    """What a program of the benchmarks prints; where it fails, so does this."""
    command = [sys.executable, "-m", *program]
    finished = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)
    return finished.stdout.strip()


if __name__ == "__main__":
    main()
