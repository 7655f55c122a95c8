"""Measure all that docs/performance.md tells: `python -m benchmarks --runs 3 --write`.

`--extras` names an interpreter that has nbconvert, typst or torch; what is found nowhere is left
out, and told by name. Each figure is held against something that is measured in the same call.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
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


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--only", default="startup,building,computing,growing")
    options.add_argument("--extras", default=sys.executable, metavar="PYTHON")
    options.add_argument("--write", action="store_true", help="into docs/performance.md")
    asked = options.parse_args()

    def told(name: str, text: str) -> None:
        """Print a table, and write it down at once: the next may take long."""
        print(f"\n{text}", flush=True)
        if asked.write:
            written(text, name, PAGE)

    wanted = asked.only.split(",")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part, rows in PARTS.items():
            if part in wanted:
                found = table(list(rows(asked.runs, folder, asked.extras)))
                told(part, f"{found}\n\n{asked.runs} runs each; {machine()}.")
        if "growing" in wanted:
            growths, parts = [], []
            for growth in growing.growths(max(1, asked.runs // 2), folder):
                growths.append(growth)
                parts.append(f"**{growth.what}, by {growth.axis}**\n\n{table(growth.rows)}")
                told("growing", "\n\n".join([*parts, f"{machine()}."]))
                if asked.write:
                    growing.plot(growths, PICTURE)


if __name__ == "__main__":
    main()
