"""The cost of auditing bare notes against their length: `python -m benchmarks.growth`.

Notes are random worked examples of the other benchmark, one under the other, each a slide. Each
length is audited in a process of its own, several times; told are the median of the processor time
spent in this program and the peak of its memory.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import time
from random import Random
from statistics import median

from benchmarks.audit.decks import random_deck
from bpreport.audit import audit
from bpreport.deck import read_text

SIZES = (100, 300, 1_000, 3_000, 10_000)


def notes(formulas: int, seed: int) -> str:
    """Bare notes of about so many formulas."""
    parts: list[str] = []
    count = 0
    while count < formulas:
        deck = random_deck(Random(f"{seed}/{len(parts)}"))
        text, _ = deck.write(front=False)
        count += len(read_text(text).formulas)
        parts.append(text)
    return "\n\n".join(parts)


def measured(text: str) -> tuple[int, int, float, float]:
    """Formulas, claims, seconds of the processor and MB at the peak."""
    begun = time.process_time()
    found = audit(read_text(text))
    spent = time.process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return len(found.deck.formulas), len(found.judgements), spent, peak


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--most", type=int, default=SIZES[-1], help="formulas of the longest notes")
    asked = parser.parse_args()
    print("| formulas | claims | seconds | formulas a second | peak memory |")
    print("|---:|---:|---:|---:|---:|")
    for size in (size for size in SIZES if size <= asked.most):
        text = notes(size, asked.seed)
        found = []
        for _ in range(asked.runs):
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                found.append(pool.apply(measured, (text,)))
        formulas, claims, _, peak = found[0]
        spent = median(run[2] for run in found)
        print(
            f"| {formulas:,} | {claims:,} | {spent:.2f} | {formulas / spent:.0f} | {peak:.0f} MB |",
            flush=True,
        )


if __name__ == "__main__":
    main()
