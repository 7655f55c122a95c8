"""Fuzzing that does not look at the code: the same inputs on every machine and for every change.

A search that is guided by the code takes another way with each change of it, and may find today
what was wrong for long. What fails here has been right before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from fuzzing.targets import TARGETS

__all__ = ["inputs"]

SEED = 1


def inputs(name: str, seeds: Sequence[bytes], runs: int) -> Iterator[bytes]:
    """So many inputs of a target: seeds with pieces put in, taken out, doubled and exchanged."""
    target = TARGETS[name]
    # Written as libFuzzer reads them, with escapes.
    words = [
        word.encode("ascii").decode("unicode_escape").encode("latin-1") for word in target.words
    ]
    chance = Random(f"{SEED}/{name}")
    for _ in range(runs):
        data = chance.choice(seeds)[: target.longest]
        for _ in range(chance.randint(1, 5)):
            data = _changed(data, chance, words, seeds)
        yield data[: target.longest]


def _changed(data: bytes, chance: Random, words: Sequence[bytes], seeds: Sequence[bytes]) -> bytes:
    start, end = sorted(chance.randint(0, len(data)) for _ in range(2))
    other = chance.choice(seeds)
    piece = (
        chance.choice(words),
        bytes([chance.randrange(256)]),
        b"",
        data[start:end] * 2,
        other[chance.randint(0, len(other)) :][: end - start],
    )[chance.randrange(5)]
    return data[:start] + piece + data[end if chance.random() < 0.5 else start :]
