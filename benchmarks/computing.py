"""Many perceptrons at once, one alone, and many descents: `python -m benchmarks.computing NAME`.

Each runs in a process of its own, which tells its seconds without those of the imports.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.baselines.loop import BIASES, HIDDEN, INPUTS, OUTPUT, RATE, TARGETS, perceptron
from benchmarks.measuring import ROOT, Row, Taken, own_peak

COUNT, ITERATIONS, DESCENTS = 10_000, 1_000, 100_000


def variants(count: int) -> tuple[list[Any], list[Any]]:
    """Weights and biases of so many perceptrons of the deck's size, each different."""
    draw = np.random.default_rng(1)
    weights = [
        matrix[..., None] * draw.uniform(0.5, 1.5, (*matrix.shape, count))
        for matrix in (HIDDEN, OUTPUT)
    ]
    return weights, [np.full((1, count), bias) for bias in BIASES]


def at_once(count: int, iterations: int = ITERATIONS, keep_weights: bool = False) -> Any:
    from bpreport.worked.network import Shape, run

    weights, biases = variants(count)
    given = [np.repeat(values[None, :, None], count, axis=-1) for values in (INPUTS, TARGETS)]
    shape = Shape((2, 3, 2), ("sigmoid", "sigmoid"), trained_biases=False)
    return run(shape, weights, biases, *given, np.full(count, RATE), iterations, keep_weights)


def in_torch(count: int) -> Any:
    """The same by PyTorch, as one would write it: batched products, and slopes by hand."""
    import torch  # type: ignore[import-not-found, unused-ignore]

    torch.set_grad_enabled(False)
    weights, _ = variants(count)
    hidden, output = (torch.tensor(np.moveaxis(one, -1, 0).copy()) for one in weights)
    x, target = torch.tensor(INPUTS)[None, :, None], torch.tensor(TARGETS)[None, :, None]
    outs = torch.empty(ITERATIONS + 1, count, 2, dtype=torch.float64)
    errors = torch.empty(ITERATIONS + 1, count, dtype=torch.float64)
    for step in range(ITERATIONS + 1):
        inner = torch.sigmoid(hidden @ x + BIASES[0])
        out = torch.sigmoid(output @ inner + BIASES[1])
        outs[step] = out[..., 0]
        errors[step] = 0.5 * ((target - out) ** 2).sum(dim=(1, 2))
        delta = (out - target) * out * (1 - out)
        back = output.transpose(1, 2) @ delta * inner * (1 - inner)
        output -= RATE * delta @ inner.transpose(1, 2)
        hidden -= RATE * back @ x.transpose(1, 2)
    return outs, errors


def descents() -> Any:
    from bpreport.worked.descending import descend

    draw = np.random.default_rng(1)
    return descend(
        lambda at: 0.5 * (at[0] - 0.25) ** 2,
        lambda at: at - 0.25,
        draw.uniform(-5, 5, (1, DESCENTS)),
        draw.uniform(0.05, 1.9, DESCENTS),
        "change of objective",
        np.full(DESCENTS, 1e-10),
        keep=False,
    )


WORKS: dict[str, Callable[[], Any]] = {
    "at once": lambda: at_once(COUNT),
    "alone": lambda: at_once(1, keep_weights=True),
    "loop": lambda: perceptron(ITERATIONS),
    "torch": lambda: in_torch(COUNT),
    "descents": descents,
}


def measured(name: str, runs: int, python: str = sys.executable) -> list[Taken]:
    """What a work takes in a process of its own; none where it cannot run there."""
    command: Sequence[str] = [python, "-m", "benchmarks.computing", name, str(runs)]
    environment = {**os.environ, "OMP_NUM_THREADS": "2"}
    finished = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=ROOT, env=environment
    )
    if finished.returncode:
        print(f"left out: {name}: {finished.stderr.strip()[-100:]}", file=sys.stderr)
        return []
    return [Taken(*run) for run in json.loads(finished.stdout)]


def rows(runs: int, _folder: Path, python: str) -> Iterator[Row]:
    found = {name: measured(name, runs, python if name == "torch" else sys.executable)
             for name in WORKS}  # fmt: skip
    each = [Taken(run.wall / COUNT, run.processor / COUNT, run.peak) for run in found["at once"]]
    what = f"{COUNT:,} perceptrons, {ITERATIONS:,} iterations"
    yield Row.of(what, found["at once"], "PyTorch", found["torch"], "4 s, 1 GB, 1 time")
    yield Row.of("for each of them", each, "a plain loop", found["loop"], "0.01 times")
    yield Row.of(
        "one alone, all weights kept", found["alone"], "a plain loop", found["loop"], "40 ms"
    )
    yield Row.of(f"{DESCENTS:,} descents", found["descents"], wanted="1 s")
    if found["torch"]:
        yield Row.of("for comparison: the perceptrons in PyTorch", found["torch"])


def main() -> None:
    name, runs = sys.argv[1], int(sys.argv[2])
    told = []
    for number in range(runs + 1):
        wall, spent = time.perf_counter(), time.process_time()
        WORKS[name]()
        run = time.perf_counter() - wall, time.process_time() - spent
        if number:  # the first finds what is loaded only then
            told.append((*run, own_peak()))
    print(json.dumps(told))


if __name__ == "__main__":
    main()
