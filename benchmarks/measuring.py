"""One way to measure for all benchmarks: wall time, processor time and peak memory of a process.

What is compared runs in turn, so that other work on the machine falls on all alike; told are the
median, and from the least to the most.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
BPREPORT = (sys.executable, "-c", "from bpreport.cli import main; main()")


@dataclass(frozen=True, slots=True)
class Command:
    """A process to be measured."""

    arguments: Sequence[str]
    environment: Mapping[str, str] | None = None
    folder: Path = ROOT
    finds: bool = False
    """Whether status 1 is a success, too: `bpreport check` has found errors in a deck."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What one run took."""

    wall: float
    """Seconds by the clock."""
    processor: float
    """Seconds of the processor, of the process and its children."""
    peak: float
    """MB at the peak of the largest process."""


_SPAWNING = """
import os, sys, time
begun = time.perf_counter()
quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
process = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=quiet)
_, status, used = os.wait4(process, 0)
wall = time.perf_counter() - begun
spent = used.ru_utime + used.ru_stime
print(os.waitstatus_to_exitcode(status), wall, spent, used.ru_maxrss / 1024)
"""
"""A program that runs another and tells what that took.

The peak that Linux tells of a process begins with the peak of the one that started it. This one is
smaller than any that is measured; the benchmark is not.
"""


def taken(command: Command) -> Taken:
    """Run a process to its end; `RuntimeError` with what it wrote where it cannot be measured."""
    finished = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _SPAWNING, *command.arguments],
        cwd=command.folder,
        env={**os.environ, **(command.environment or {})},
        capture_output=True,
        check=False,
    )
    told = finished.stdout.split()
    if not told or int(told[0]) not in ((0, 1) if command.finds else (0,)):
        raise RuntimeError(finished.stderr.decode(errors="replace")[-2000:])
    return Taken(*map(float, told[1:]))


def own_peak() -> float:
    """MB at the peak of this process, whatever started it."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def in_turn(
    commands: Mapping[str, Command], runs: int, warm: bool = True
) -> dict[str, list[Taken]]:
    """Each of the commands so many times; to `warm` up, a first run of each is not told."""
    found: dict[str, list[Taken]] = {name: [] for name in commands}
    for number in range(runs + warm):
        for name, command in commands.items():
            run = taken(command)
            if number or not warm:
                found[name].append(run)
    return found


@dataclass(frozen=True, slots=True)
class Row:
    """One figure, and what it is held against."""

    what: str
    seconds: float
    """Median of the processor's."""
    least: float
    most: float
    wall: float
    """Median by the clock."""
    peak: float
    runs: int
    """Where all rows of a table are of one run, it has no spread."""
    against: str = ""
    """What the ratios are to."""
    ratio: float | None = None
    """By the processor."""
    wall_ratio: float | None = None
    """By the clock."""
    wanted: str = ""

    @classmethod
    def of(
        cls,
        what: str,
        runs: Sequence[Taken],
        against: str = "",
        other: Sequence[Taken] = (),
        wanted: str = "",
    ) -> Row:
        """The figure of some runs, beside others."""
        seconds = [run.processor for run in runs]
        wall = median(run.wall for run in runs)
        row = cls(
            what, median(seconds), min(seconds), max(seconds), wall, max(run.peak for run in runs),
            len(runs), wanted=wanted,
        )  # fmt: skip
        if not other:
            return row
        ratio = row.seconds / median(run.processor for run in other)
        wall_ratio = wall / median(run.wall for run in other)
        return replace(row, against=against, ratio=ratio, wall_ratio=wall_ratio)


def table(rows: Sequence[Row]) -> str:
    """The rows as Markdown.

    >>> print(table([Row("check", 1.25, 1.2, 1.3, 1.4, 90, 3, "imports", 2.5, 2.6, "1.7")]))
    | what | processor | spread | clock | peak | against | ratio | by the clock | wanted |
    |---|---:|---|---:|---:|---|---:|---:|---|
    | check | 1.25 s | 1.20 to 1.30 s | 1.40 s | 90 MB | imports | 2.5 | 2.6 | 1.7 |
    >>> print(table([Row("one", 34e-6, 34e-6, 34e-6, 0.0345, 90, 1)]))
    | what | processor | clock | peak | against | ratio | by the clock | wanted |
    |---|---:|---:|---:|---|---:|---:|---|
    | one | 34.0 µs | 34.5 ms | 90 MB |  |  |  |  |
    """
    several = any(row.runs > 1 for row in rows)
    spread = (" spread |", "---|") if several else ("", "")
    names = "clock | peak | against | ratio | by the clock | wanted |"
    lines = [
        f"| what | processor |{spread[0]} {names}",
        f"|---|---:|{spread[1]}---:|---:|---|---:|---:|---|",
    ]
    for row in rows:
        ratios = ("" if one is None else f"{one:.3g}" for one in (row.ratio, row.wall_ratio))
        cells = (
            row.what, in_unit(row.seconds, row.seconds), *[_spread(row)] * several,
            in_unit(row.wall, row.wall), f"{row.peak:.0f} MB", row.against, *ratios, row.wanted,
        )  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _spread(row: Row) -> str:
    return in_unit(row.least, row.least, row.most)


def in_unit(size: float, *seconds: float) -> str:
    """Some times in the unit that suits a size, from one to the other.

    >>> in_unit(0.0004, 0.0004, 0.12)
    '0.4 to 120.0 ms'
    """
    factor, places, unit = next(unit for least, unit in _UNITS.items() if size >= least)
    return " to ".join(f"{factor * one:.{places}f}" for one in seconds) + f" {unit}"


_UNITS = {0.1: (1, 2, "s"), 1e-4: (1e3, 1, "ms"), 0: (1e6, 1, "µs")}
"""From so many seconds: the factor, the places, and the unit."""


def written(text: str, name: str, page: Path) -> None:
    """Put a text between the marks of a name in a page of the docs."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    source = page.read_text(encoding="utf-8")
    head, _, rest = source.partition(begin)
    _, found, tail = rest.partition(end)
    if not found:
        raise ValueError(f"{page} has no place for {name}")
    page.write_text(f"{head}{begin}\n\n{text}\n\n{end}{tail}", encoding="utf-8")


def machine() -> str:
    """On what it was measured."""
    version = ".".join(map(str, sys.version_info[:3]))
    return f"{os.cpu_count()} processors, Python {version}, load {os.getloadavg()[0]:.1f}"
