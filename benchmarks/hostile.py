r"""Decks of 1 MB that are made to be slow: `python -m benchmarks.hostile`, or `make bench-hostile`.

Each kind repeats what costs a reader or an audit most for its length. `bpreport check` has a
process of its own for each; told are its processor time, its peak of memory and its exit status.
The exit status of this program is 1 where one of them needs more than BOUND seconds or MEMORY MB.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.hostile_decks import ENDS, KINDS

__all__ = ["measured"]

BOUND, MEMORY = 60, 1_000
SIZE = 1_000_000


def measured(kind: str, text: str, form: str) -> tuple[float, float, float, int]:
    """Seconds of processor and clock, MB at the peak, and exit status of the audit of a deck."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"notes{ENDS.get(kind.partition(':')[0], '.md')}"
        path.write_text(text, encoding="utf-8")
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.hostile", "--check", str(path), "--format", form],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        _, status, used = os.wait4(process.pid, 0)  # which tells of this one alone
        process.returncode = os.waitstatus_to_exitcode(status)
    spent = used.ru_utime + used.ru_stime
    return spent, time.perf_counter() - began, used.ru_maxrss / 1024, process.returncode


def check(path: str, form: str) -> None:
    """`bpreport check` of a deck in this process, which is ended at twice the bound."""
    resource.setrlimit(resource.RLIMIT_CPU, (2 * BOUND, 2 * BOUND))
    from bpreport.cli import main as bpreport

    bpreport(["check", path, "--format", form])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hostile", description=__doc__)
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("--size", type=int, default=SIZE, help="characters of a deck")
    parser.add_argument("--format", default="text", help="text, json, sarif or github")
    parser.add_argument("--check", metavar="DECK", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.check:
        check(asked.check, asked.format)
    print("| kind | characters | seconds of the processor | of the clock | MB | exit status |")
    print("|---|---:|---:|---:|---:|---:|")
    beyond = 0
    for kind in asked.kinds or KINDS:
        text = KINDS[kind](asked.size)
        seconds, clock, memory, status = measured(kind, text, asked.format)
        beyond += seconds > BOUND or memory > MEMORY or status not in (0, 1, 2)
        told = f"{len(text):,} | {seconds:.1f} | {clock:.1f} | {memory:.0f} | {status}"
        print(f"| {kind} | {told} |", flush=True)
    return int(beyond > 0)


if __name__ == "__main__":
    sys.exit(main())
