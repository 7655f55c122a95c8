"""The cost of auditing bare notes against their length: `python -m benchmarks.growth`.

Notes are random worked examples of the other benchmark, one under the other, each a slide. Each
length is audited in a process of its own, several times; told are the median of the processor time
spent in this program and the peak of its memory.

Some examples take twice as long as others. So long notes are held against the same notes in pieces:
in a straight line both take the same time.
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from collections.abc import Sequence
from random import Random
from statistics import median

from benchmarks.audit.decks import random_deck
from benchmarks.measuring import machine, own_peak
from bpreport.audit import audit
from bpreport.deck import read_text

SIZES = (100, 300, 1_000, 3_000, 10_000)
PIECE = 1_000
"""Formulas of a piece, at the least."""


def pieces(formulas: int, seed: int) -> list[str]:
    """Bare notes of about so many formulas, in pieces."""
    found: list[str] = []
    parts: list[str] = []
    drawn = whole = inside = 0
    while whole + inside < formulas:
        text, _ = random_deck(Random(f"{seed}/{drawn}")).write(front=False)
        drawn += 1
        inside += len(read_text(text).formulas)
        parts.append(text)
        if inside >= PIECE or whole + inside >= formulas:
            found.append("\n\n".join(parts))
            parts, whole, inside = [], whole + inside, 0
    return found


def notes(formulas: int, seed: int) -> str:
    """The same in one piece."""
    return "\n\n".join(pieces(formulas, seed))


def measured(texts: Sequence[str]) -> tuple[int, int, float, float]:
    """Formulas, claims, seconds of the processor and MB at the peak, of all together."""
    formulas = claims = 0
    begun = time.process_time()
    for text in texts:
        found = audit(read_text(text))
        formulas += len(found.deck.formulas)
        claims += len(found.judgements)
    spent = time.process_time() - begun
    return formulas, claims, spent, own_peak()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--most", type=int, default=SIZES[-1], help="formulas of the longest notes")
    asked = parser.parse_args()
    print("| formulas | claims | seconds | formulas a second | against its pieces | peak memory |")
    print("|---:|---:|---:|---:|---:|---:|")
    for size in (size for size in SIZES if size <= asked.most):
        parts = pieces(size, asked.seed)
        whole, apart = [], []
        for _ in range(asked.runs):  # in turn, so that other work on the machine falls on both
            whole.append(alone(["\n\n".join(parts)]))
            if len(parts) > 1:
                apart.append(alone(parts))
        formulas, claims, _, peak = whole[0]
        spent = median(run[2] for run in whole)
        ratio = f"{spent / median(run[2] for run in apart):.2f}" if apart else ""
        print(
            f"| {formulas:,} | {claims:,} | {spent:.2f} | {formulas / spent:.0f} "
            f"| {ratio} | {peak:.0f} MB |",
            flush=True,
        )
    print(f"\n{machine(asked.runs)}")


def alone(texts: Sequence[str]) -> tuple[int, int, float, float]:
    """What is measured in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(measured, (texts,))


if __name__ == "__main__":
    main()
