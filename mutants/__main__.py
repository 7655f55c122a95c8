"""Which mutants of a room do its tests notice?  `python -m mutants formula --sample 150 --seed 1`.

All mutants of a room would take days, so a random sample is taken; the same seed takes the same.
What only changes annotations is no mutant. Prints the survivors, and the share that was caught.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections.abc import Sequence

from mutants.reaching import ROOMS, Reached, measured
from mutants.trying import Mutant, Outcome, mutants, outcomes


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m mutants", description=__doc__)
    parser.add_argument("room", choices=ROOMS)
    parser.add_argument("--sample", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--seconds", type=float, default=240, help="of tests for a mutant, as long as they took"
    )
    parser.add_argument(
        "--only", action="append", metavar="NAME", help="just this mutant, as it was printed"
    )
    asked = parser.parse_args()
    reached = measured()
    every = mutants(asked.room)
    if asked.only:
        waiting = [one for one in every if str(one) in asked.only]
        sample = len(waiting)
    else:
        waiting, sample = [*every], asked.sample
        random.Random(asked.seed).shuffle(waiting)
    found = _tried(waiting, reached, sample, asked.processes, asked.seconds)
    caught = sum(one.caught for one in found)
    print(
        f"{asked.room}: {caught} of {len(found)} mutants caught,"
        f" a sample of about {len(every)}, seed {asked.seed}"
    )
    return 0


def _tried(
    waiting: Sequence[Mutant], reached: Reached, sample: int, processes: int, seconds: float
) -> list[Outcome]:
    found: list[Outcome] = []
    for outcome in outcomes(waiting, reached, sample, processes, seconds):
        found.append(outcome)
        if outcome.caught:
            print(f"caught: {outcome.mutant}\n  by {outcome.by}", file=sys.stderr)
        else:
            print(
                f"survives: {outcome.mutant}", *outcome.changed, outcome.by, sep="\n  ", flush=True
            )
        caught = sum(one.caught for one in found)
        print(
            f"{caught} caught, {len(found) - caught} survive ({outcome.seconds:.0f} s)",
            file=sys.stderr,
            flush=True,
        )
    return found


if __name__ == "__main__":
    sys.exit(main())
