"""How costs grow: reports with the deck, audits with notes, sheets with the class, a cluster."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.growth import notes
from benchmarks.measuring import BPREPORT, Command, Row, in_turn, taken
from bpreport.deck import builtin

TIMES = (1, 3, 10, 30)
NOTES = (100, 1_000, 10_000)
CLASSES = (100, 1_000, 10_000)
PROCESSES = (1, 2)
WORKERS = (1, 2)
SHARED = 2_000
"""Sheets that the workers of a cluster make together."""


@dataclass(frozen=True, slots=True)
class Growth:
    """How one thing grows with another."""

    what: str
    axis: str
    sizes: Sequence[int]
    rows: Sequence[Row]


def times(count: int) -> str:
    """The built-in deck with all its slides so many times."""
    text = builtin("zh").read_text(encoding="utf-8")
    front, body = re.fullmatch(r"(---\n.*?\n---\n)(.*)", text, re.DOTALL).groups()  # type: ignore[union-attr]
    return front + "\n\n".join([body] * count)


def measured(
    what: str, axis: str, sizes: Sequence[int], runs: int, commands: Sequence[Sequence[str]]
) -> Growth:
    """The commands, one a size."""
    made = {
        str(size): Command([*BPREPORT, *arguments], finds=arguments[0] == "check")
        for size, arguments in zip(sizes, commands, strict=True)
    }
    found = in_turn(made, runs, warm=False)  # the small ones come first
    first = found[str(sizes[0])]
    rows = [
        Row.of(f"{size:,}", found[str(size)], f"{sizes[0]:,}", first if size != sizes[0] else ())
        for size in sizes
    ]
    return Growth(what, axis, sizes, rows)


def growths(runs: int, folder: Path) -> Iterator[Growth]:
    """All of them, one after the other."""
    decks = []
    for count in TIMES:
        decks.append(folder / f"times-{count}.md")
        decks[-1].write_text(times(count), encoding="utf-8")
    for form, most in (("html", 4), ("pdf", 3)):
        commands = [
            ["build", str(deck), "--no-cache", "--format", form, "-o", str(folder / "out")]
            for deck in decks[:most]
        ]
        name = f"report as {form.upper()}"
        yield measured(name, "times the deck", TIMES[:most], runs, commands)
    bare = []
    for count in NOTES:
        bare.append(folder / f"notes-{count}.md")
        bare[-1].write_text(notes(count, 1), encoding="utf-8")
    commands = [["check", str(deck), "--no-cache", "--format", "github"] for deck in bare]
    yield measured("check of bare notes", "formulas", NOTES, runs, commands)
    # A folder is filled once, so these run once.
    classes = [sheets(folder / f"class-{count}", count) for count in CLASSES]
    yield measured("sheets as HTML", "students", CLASSES, 1, classes)
    most = CLASSES[-1]
    shared = [sheets(folder / f"jobs-{count}", most, "-j", str(count)) for count in PROCESSES]
    yield measured(f"{most:,} sheets", "processes", PROCESSES, 1, shared)
    try:
        import distributed  # noqa: F401
    except ModuleNotFoundError:
        print("left out: a cluster, since dask is not installed", file=sys.stderr)
        return
    yield in_a_cluster(folder)


def sheets(target: Path, count: int, *more: str) -> list[str]:
    """Sheets of a class, in a folder of their own."""
    told = ["sheets", "--count", str(count), "--seed", "bench", "--format", "html"]
    return [*told, "-o", str(target), *more]


def in_a_cluster(folder: Path) -> Growth:
    """The same sheets by the workers of a cluster on this machine, which runs already."""
    found = []
    for count in WORKERS:
        with cluster(count) as address:
            told = sheets(folder / f"workers-{count}", SHARED, "--scheduler", address)
            found.append(taken(Command([*BPREPORT, *told])))
    rows = [
        Row.of(str(count), [run], str(WORKERS[0]), found[:1] if place else ())
        for place, (count, run) in enumerate(zip(WORKERS, found, strict=True))
    ]
    return Growth(f"{SHARED:,} sheets on a cluster", "workers", WORKERS, rows)


@contextmanager
def cluster(workers: int) -> Iterator[str]:
    """A cluster of so many processes on this machine; gives its scheduler's address."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=workers, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
    ) as made:
        yield str(made.scheduler_address)


def plot(found: Sequence[Growth], path: Path) -> None:
    """Time against size, each on axes of its own; the dotted line grows in proportion.

    The time is the processor's; where several processes share it, the clock's.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(3.2 * len(found), 2.8), layout="constrained")
    panels = figure.subplots(1, len(found), squeeze=False)[0]
    for axes, growth in zip(panels, found, strict=True):
        shared = growth.axis in ("processes", "workers")
        times = [row.wall if shared else row.seconds for row in growth.rows]
        axes.loglog(growth.sizes, times, "o-", color="#0a5fa5")
        ratios = [size / growth.sizes[-1] for size in growth.sizes]
        straight = [times[-1] / ratio if shared else times[-1] * ratio for ratio in ratios]
        axes.loglog(growth.sizes, straight, ":", color="#5d6673")
        axes.set_title(growth.what, fontsize=9)
        axes.set_xlabel(growth.axis, fontsize=8)
        axes.minorticks_off()
        axes.set_xticks(growth.sizes, [f"{size:,}" for size in growth.sizes], fontsize=8)
        axes.set_yticks(times, [f"{time:.3g} s" for time in times], fontsize=8)
    figure.savefig(path, metadata={"Date": None})
