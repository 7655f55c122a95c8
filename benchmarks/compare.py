"""Hold the working tree against an earlier revision: `python -m benchmarks.compare REV`."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measuring import BPREPORT, ROOT, Command, Row, in_turn, machine, table

COMMANDS = {
    "bpreport --help": ["--help"],
    "bpreport check": ["check"],
    "bpreport build --format html": ["build", "--format", "html"],
    "bpreport build --format pdf": ["build", "--format", "pdf"],
    "bpreport build --format slides": ["build", "--format", "slides"],
}


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__)
    options.add_argument("revision")
    options.add_argument("--runs", type=int, default=3)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        earlier = folder / "earlier"
        subprocess.run(
            ["git", "worktree", "add", "--quiet", "--detach", str(earlier), asked.revision],
            cwd=ROOT, check=True,
        )  # fmt: skip
        try:
            print(table(compared(earlier, folder, asked.runs)))
        finally:
            subprocess.run(
                ["git", "worktree", "remove", "--force", str(earlier)], cwd=ROOT, check=True
            )
    print(f"\n{machine(asked.runs)}", file=sys.stderr)


def compared(earlier: Path, folder: Path, runs: int) -> list[Row]:
    """Each command from both trees in turn, with the libraries of this environment."""
    rows = []
    for what, arguments in COMMANDS.items():
        target = ["-o", str(folder / "out")] if arguments[0] == "build" else []
        commands = {
            tree.name: Command(
                [*BPREPORT, *arguments, *target],
                # Nothing can be kept below a file, so both make everything anew.
                {"PYTHONPATH": str(tree), "BPREPORT_CACHE": "/dev/null"},
                tree,
                finds=arguments == ["check"],
            )
            for tree in (ROOT, earlier)
        }
        found = in_turn(commands, runs)
        rows.append(Row.of(what, found[ROOT.name], "the earlier", found[earlier.name]))
    return rows


if __name__ == "__main__":
    main()
