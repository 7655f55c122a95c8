"""Which printed figures of several descent runs are to be left out so that the others fit.

One wrong figure leaves no start and tolerance that give all of them. Then those settings are the
likeliest which give all but one, or all but two; and of several such choices the one whose
settings are the simplest to write.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import combinations

import numpy as np

from bpreport.worked.unstated import Array, Problem, Unstated, intervals, meeting, solve

__all__ = ["solve_without_misprints"]

MOST_LEFT_OUT = 2
MOST_FIGURES = 40
"""Figures of which two are left out together; of more, one."""

Figure = tuple[str, str]
"""The run, and "iterations", "minimiser" or "minimum"."""


def solve_without_misprints(problem: Problem) -> Unstated:
    """What gives all printed figures or, where nothing does, the most of them."""
    answer = solve(problem)
    if answer.simplest is not None:
        return answer
    for left_out in range(1, MOST_LEFT_OUT + 1):
        found: dict[tuple[Figure, ...], Unstated] = {}
        for figures in _fitting(problem, answer, left_out):
            without = solve(_without(problem, figures))
            if without.simplest is not None:
                found[figures] = without
        if found:
            return _likeliest(found)
    return answer


def _likeliest(found: dict[tuple[Figure, ...], Unstated]) -> Unstated:
    """The answer with the simplest settings, and with which others it shares that place."""

    def effort(answer: Unstated) -> tuple[bool, int]:
        # A power of ten is what decks take; of other tolerances none is likelier than another.
        assert answer.simplest is not None
        rank, length = answer.simplest.effort
        return rank > 0, length

    best = min(found.values(), key=effort)
    as_well = (figures for figures, answer in found.items() if effort(answer) == effort(best))
    return replace(best, left_out=tuple(tuple(map(".".join, figures)) for figures in as_well))


def _figures(problem: Problem) -> list[Figure]:
    counts = [(run, "iterations") for run in problem.counts]
    return counts + [(run, what) for run in problem.counts for what in problem.results.get(run, ())]


def _fitting(problem: Problem, answer: Unstated, left_out: int) -> Iterator[tuple[Figure, ...]]:
    """The choices of so many figures without which the intervals of the runs seem to meet."""
    figures = _figures(problem)
    if left_out == len(figures):
        return  # what is left has to be held to something
    if left_out > 1 and not 2 * left_out < len(figures) <= MOST_FIGURES:
        return
    starts = next(iter(answer.rules.values())).starts

    @cache
    def of_run(run: str, without: frozenset[str]) -> dict[str, tuple[Array, Array]]:
        rate = {run: problem.learning_rates[run]}
        reduced = _without(problem, [(run, what) for what in without])
        return intervals(replace(reduced, learning_rates=rate), starts)

    for chosen in combinations(figures, left_out):
        by_run = [
            of_run(run, frozenset(what for other, what in chosen if other == run))
            for run in problem.learning_rates
        ]
        for rule in answer.rules:
            low, high = (np.concatenate([one[rule][end] for one in by_run]) for end in (0, 1))
            if meeting(problem, low, high).any():
                yield chosen
                break


def _without(problem: Problem, figures: list[Figure] | tuple[Figure, ...]) -> Problem:
    """The problem without some of its printed figures."""
    results = {
        run: {what: allowed for what, allowed in of_run.items() if (run, what) not in figures}
        for run, of_run in problem.results.items()
    }
    counts = {run: n for run, n in problem.counts.items() if (run, "iterations") not in figures}
    return replace(problem, counts=counts, results=results)
