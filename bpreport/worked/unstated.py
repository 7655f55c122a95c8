r"""Which starts and tolerances reproduce the printed counts of several descent runs.

A run from a given start stops after exactly n updates when its tolerance is at least measure_n
and less than every measure before: an interval [low, high). A tolerance that all runs share must
lie in the interval of each. So every start has one interval of tolerances, which may be empty,
and a stopping rule is possible when some start's is not. Nothing here knows the objective: the
measures are computed from it, for all starts at once.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from bpreport.worked.descending import RULES, measure

__all__ = [
    "Approach",
    "Member",
    "Problem",
    "Region",
    "RuleFit",
    "Unstated",
    "intervals",
    "meeting",
    "solve",
]

Array = NDArray[np.float64]
Function = Callable[[Array], Array]
State = tuple[Array, Array]
"""Points (variables, S), and the objective there (S,)."""

RADII = np.logspace(-4, 4, 321)
"""Distances of the starts tried from the minimiser, on either side of it."""
NEAR = np.linspace(-10, 10, 2001)
"""Starts tried besides these in one variable: multiples of 0.01, where decks like to begin."""
CLOSE = 1.5
"""Between two starts whose intervals miss each other by no more than this factor, and which are
nearer than their neighbours, `FINER` more starts are tried."""
FINER = 32
DUST = 1e-6
"""Ends of an interval that are nearer than this, relative to each other, are one number to which
float64 came by two ways: without it an interval that is empty would hold a few tolerances of 17
digits, and a rule that no tolerance satisfies would be called possible."""
LOST = 1e-10
"""What many updates in float64 may lose of a number, by its size: who is nearer to an end of what
is printed, or to a stated tolerance, may be on either side. A trace decides it at 50 digits."""
ANGLES = 24
"""Directions tried in two variables; for these every fourth radius is enough."""
SECTIONS, ROUNDS = 32, 6
"""An end of a region is looked for between two starts in so many parts at once, so often: few
rounds over many points cost NumPy less than bisection, and 32^6 is 2^30."""
TEXT_LENGTHS = (1, 2, 3, 4)
"""How long the decimals may be among which the simplest start is looked for."""
MANTISSAS = ("1", "5", "2", "3", "4", "6", "7", "8", "9")
"""Leading digits of a tolerance, roundest first."""
LONGER = 4
"""A run whose count is not known may be so many times as long as the longest that is."""


@dataclass(frozen=True)
class Problem:
    """What is known of the runs."""

    value: Function
    gradient: Function
    variables: int
    learning_rates: Mapping[str, float]
    """By run."""
    counts: Mapping[str, int]
    """Printed numbers of iterations, by run; a run may lack one, and is held to its results."""
    results: Mapping[str, Mapping[str, tuple[float, float]]] = field(default_factory=dict)
    """By run, what its printed "minimiser" and "minimum" allow: [low, high]."""
    start: tuple[str, ...] | None = None
    """Where it is stated."""
    tolerance: str | None = None
    stop: str | None = None
    counting: str = "updates"
    """ "updates", or "checks" where a check before the first update was counted as well: then
    n iterations made n - 1 updates."""


@dataclass(frozen=True)
class Member:
    """One choice of the unstated settings that reproduces every count."""

    stop: str
    start: tuple[str, ...]
    tolerance: str
    low: float
    """Tolerances from here, included,"""
    high: float
    """to here, excluded, would do as well from this start."""
    effort: tuple[int, int] = (0, 0)
    """How hard the tolerance and the start are to write: (0, 1) for a power of ten and a digit."""


@dataclass(frozen=True)
class Region:
    """A range of starts (one variable) from which some tolerance reproduces every count.

    An end that is the first or last start tried means: as far as was looked.
    """

    low: float
    high: float


@dataclass(frozen=True)
class Approach:
    """Where the intervals of the runs come nearest to meeting."""

    start: tuple[float, ...]
    ratio: float
    """Largest low end over smallest high end: the intervals meet when it is below 1."""
    intervals: Mapping[str, tuple[float, float]]
    """By run: tolerances [low, high) that give its count from this start."""


@dataclass(frozen=True)
class RuleFit:
    """All there is to say of one stopping rule."""

    stop: str
    starts: Array
    """The starts tried (variables, S)."""
    low: Array
    """Least tolerance for every run (runs, S)."""
    high: Array
    """Least tolerance that is too large for every run (runs, S)."""
    fits: NDArray[np.bool_]
    """Where the intervals of all runs meet, and the results are as printed (S,)."""
    regions: tuple[Region, ...]
    """The starts that fit, ends refined; empty with two variables."""
    nearest: Approach
    scaled: tuple[float, float] | None
    """J(start) / tolerance lies in (first, second] whatever the start; None where the interval
    depends on the start. For a rule that is impossible, the first is not below the second."""

    @property
    def possible(self) -> bool:
        """Whether some start and tolerance reproduce every count."""
        return bool(self.fits.any())

    @property
    def tolerances(self) -> tuple[Array, Array]:
        """Ends of the common interval of tolerances for each start, (S,) each."""
        return self.low.max(axis=0), self.high.min(axis=0)


@dataclass(frozen=True)
class Unstated:
    """The answer: by stopping rule, and the simplest choice that reproduces every count."""

    counts: Mapping[str, int]
    rules: Mapping[str, RuleFit]
    simplest: Member | None
    """Roundest tolerance first, then the start that is shortest to write; None: impossible."""
    left_out: tuple[tuple[str, ...], ...] = ()
    """Where nothing gives all printed figures: those that were left out, as "slow.iterations".

    Several choices of them stand here if the figures that each leaves fit equally well.
    """

    @property
    def doubtful(self) -> frozenset[str]:
        """Figures of which some are wrong, and nothing tells which."""
        several = len(self.left_out) > 1
        return frozenset(name for out in self.left_out for name in out) if several else frozenset()


def intervals(problem: Problem, starts: Array) -> dict[str, tuple[Array, Array]]:
    """By rule, the tolerances [low, high) of every run from every start, (runs, S) each.

    Where a run leaves the domain or its result is not as printed, the interval is empty: low is
    inf and high 0.
    """
    shape = (len(problem.learning_rates), starts.shape[1])
    found = {rule: (np.empty(shape), np.empty(shape)) for rule in _rules(problem)}
    for row, run in enumerate(problem.learning_rates):
        counted = run in problem.counts
        of_run = (_with_count if counted else _with_results)(problem, run, starts)
        for rule, (low, high) in of_run.items():
            found[rule][0][row], found[rule][1][row] = low, high
    return found


def _with_count(problem: Problem, run: str, starts: Array) -> dict[str, tuple[Array, Array]]:
    """By rule, the tolerances with which a run has the printed count and result, (S,) each."""
    least = {rule: np.full(starts.shape[1], np.inf) for rule in _rules(problem)}
    last = dict(least)
    updates = problem.counts[run] - (problem.counting == "checks")
    end = starts, problem.value(starts)
    for end, measures in _updates(problem, run, starts, updates):  # noqa: B007
        for rule, measured in measures.items():
            least[rule], last[rule] = np.fmin(least[rule], last[rule]), measured
    point, value = end
    fine = np.isfinite(value) & np.isfinite(point).all(axis=0)
    fine &= _as_printed(problem.results.get(run, {}), point, value)
    return {
        rule: (np.where(fine, last[rule], np.inf), np.where(fine, least[rule], 0.0))
        for rule in least
    }


def _with_results(problem: Problem, run: str, starts: Array) -> dict[str, tuple[Array, Array]]:
    """The same where a run may end at any of its updates that has the printed result.

    These are taken to follow one another, as they do where a run comes nearer with each update.
    """
    rules, settings = _rules(problem), starts.shape[1]
    results = problem.results.get(run)
    if not results:
        return {rule: (np.zeros(settings), np.full(settings, np.inf)) for rule in rules}
    low = {rule: np.full(settings, np.inf) for rule in rules}
    high = {rule: np.zeros(settings) for rule in rules}
    least = dict(low)
    longest = LONGER * max(problem.counts.values(), default=0)
    for (point, value), measures in _updates(problem, run, starts, longest):
        fine = np.isfinite(value) & np.isfinite(point).all(axis=0)
        fine &= _as_printed(results, point, value)
        for rule, measured in measures.items():
            high[rule] = np.where(fine, np.fmax(high[rule], least[rule]), high[rule])
            least[rule] = np.fmin(least[rule], measured)
            low[rule] = np.where(fine, least[rule], low[rule])
    return {rule: (low[rule], high[rule]) for rule in rules}


def _updates(
    problem: Problem, run: str, starts: Array, updates: int
) -> Iterator[tuple[State, dict[str, Array]]]:
    """Where a run is after each update and, by rule, what that measures."""
    rate, gradient = problem.learning_rates[run], problem.gradient
    before, value_before = starts, problem.value(starts)
    for _ in range(updates):
        with np.errstate(all="ignore"):
            after = before - rate * gradient(before)
            value_after = problem.value(after)
            measures = {
                rule: measure(rule, before, after, value_before, value_after, gradient)
                for rule in _rules(problem)
            }
        yield (after, value_after), measures
        before, value_before = after, value_after


def _rules(problem: Problem) -> tuple[str, ...]:
    return RULES if problem.stop is None else (problem.stop,)


def _as_printed(
    results: Mapping[str, tuple[float, float]], points: Array, values: Array
) -> NDArray[np.bool_]:
    fine = np.ones(values.shape, dtype=bool)
    if "minimum" in results:
        low, high = _with_room(*results["minimum"])
        fine &= (low <= values) & (values <= high)
    if "minimiser" in results and len(points) == 1:
        low, high = _with_room(*results["minimiser"])
        fine &= (low <= points[0]) & (points[0] <= high)
    return fine


def _with_room(low: float, high: float) -> tuple[float, float]:
    """The ends of a printed interval and what float64 may make of a value that is one of them."""
    room = LOST * (abs(low) + abs(high))
    return low - room, high + room


def solve(problem: Problem) -> Unstated:
    """The set of (start, tolerance) for each stopping rule, and its simplest member."""
    starts = _grid(problem)
    found = intervals(problem, starts)
    between = _between(starts, found) if problem.variables == 1 else starts[:, :0]
    if between.shape[1]:
        starts = np.unique(np.concatenate([starts, between], axis=1), axis=1)
        found = intervals(problem, starts)
    rules = {rule: _fit(problem, rule, starts, low, high) for rule, (low, high) in found.items()}
    return Unstated(problem.counts, rules, _simplest(problem, rules))


def _grid(problem: Problem) -> Array:
    if problem.start is not None:
        return np.array([[float(entry)] for entry in problem.start])
    centre = _minimiser(problem)
    if problem.variables == 1:
        around = centre + np.concatenate([-RADII, RADII])
        return np.unique(np.concatenate([around, NEAR]))[None, :]
    angles = np.arange(ANGLES) * (2 * np.pi / ANGLES)
    directions = np.stack([np.cos(angles), np.sin(angles)])
    offsets = directions[:, :, None] * RADII[None, None, ::4]
    return centre[:, None] + offsets.reshape(2, -1)


def _between(starts: Array, found: Mapping[str, tuple[Array, Array]]) -> Array:
    """More starts (1, S) where the intervals of the runs nearly meet."""
    places: set[int] = set()
    for low, high in found.values():
        ratios = _ratios(low, high)
        # Where the ratio is the same for all starts, its last digits are no valley.
        middle = ratios[1:-1] * (1 + DUST)
        lowest = (middle < ratios[:-2]) & (middle < ratios[2:])
        places.update(np.flatnonzero(lowest & (middle >= 1) & (middle < CLOSE)) + 1)
    finer = [
        np.linspace(starts[0, place - 1], starts[0, place + 1], FINER + 2)[1:-1]
        for place in sorted(places)
    ]
    return np.concatenate(finer)[None, :] if finer else starts[:, :0]


def _minimiser(problem: Problem) -> Array:
    """Where the runs lead: the lowest point that short descents from many starts come to."""
    axis = np.concatenate([-np.logspace(-1, 2, 16)[::-1], [0.0], np.logspace(-1, 2, 16)])
    points = np.stack(
        [part.ravel() for part in np.meshgrid(*[axis] * problem.variables, indexing="ij")]
    )
    best, lowest = np.zeros(problem.variables), np.inf
    for run, rate in problem.learning_rates.items():
        here = points
        with np.errstate(all="ignore"):
            for _ in range(4 * problem.counts.get(run, 50)):
                here = here - rate * problem.gradient(here)
            values = problem.value(here)
        finite = np.isfinite(values) & np.isfinite(here).all(axis=0)
        if finite.any() and values[finite].min() < lowest:
            lowest = float(values[finite].min())
            best = here[:, finite][:, values[finite].argmin()]
    return np.asarray(best)


def meeting(problem: Problem, low: Array, high: Array) -> NDArray[np.bool_]:
    """From which starts (S,) some tolerance lies in the intervals of all runs."""
    least, most = low.max(axis=0), high.min(axis=0)
    fits = least < most * (1 - DUST)
    if problem.tolerance is not None:
        stated = float(problem.tolerance)
        # A measure that equals the tolerance may come out on either side of it.
        fits &= (least <= stated * (1 + LOST)) & (stated < most * (1 + LOST))
    return np.asarray(fits)


def _fit(problem: Problem, rule: str, starts: Array, low: Array, high: Array) -> RuleFit:
    fits = meeting(problem, low, high)
    ratios = _ratios(low, high)
    place = int(np.nanargmin(ratios))
    names = list(problem.learning_rates)
    nearest = Approach(
        tuple(float(entry) for entry in starts[:, place]),
        float(ratios[place]),
        {name: (float(low[row, place]), float(high[row, place])) for row, name in enumerate(names)},
    )
    regions = _regions(problem, rule, starts[0], fits) if problem.variables == 1 else ()
    scaled = _scaled(problem.value(starts), low, high)
    return RuleFit(rule, starts, low, high, fits, regions, nearest, scaled)


def _ratios(low: Array, high: Array) -> Array:
    with np.errstate(all="ignore"):
        ratios = low.max(axis=0) / high.min(axis=0)
    return np.where(np.isnan(ratios), np.inf, ratios)


def _scaled(values: Array, low: Array, high: Array) -> tuple[float, float] | None:
    """J(start) over the ends of the common interval, where that is the same for all starts."""
    with np.errstate(all="ignore"):
        ends = np.abs(values) / np.stack([high.min(axis=0), low.max(axis=0)])
    # Near the minimiser the measures sink into rounding, and a start may not print its result:
    # such starts say nothing of a law that the others follow.
    sound = np.isfinite(ends).all(axis=0) & (ends > 0).all(axis=0)
    if sound.sum() < 2:
        return None
    middle = np.median(ends[:, sound], axis=1)
    near = np.abs(ends[:, sound] / middle[:, None] - 1) < 1e-6
    return (float(middle[0]), float(middle[1])) if near.all(axis=0).mean() > 0.9 else None


def _regions(
    problem: Problem, rule: str, starts: Array, fits: NDArray[np.bool_]
) -> tuple[Region, ...]:
    if len(starts) == 1:
        return (Region(float(starts[0]), float(starts[0])),) if fits[0] else ()
    edges = np.flatnonzero(fits[1:] != fits[:-1])
    left, right = starts[edges], starts[edges + 1]
    entering = fits[edges + 1]
    alone = replace(problem, stop=rule)
    shares = np.linspace(0.0, 1.0, SECTIONS + 1)[:, None]
    rows = np.arange(len(edges))
    for _ in range(ROUNDS if len(edges) else 0):
        points = left + shares * (right - left)
        low, high = intervals(alone, points.reshape(1, -1))[rule]
        beyond = meeting(problem, low, high).reshape(points.shape) == entering
        beyond[0], beyond[-1] = False, True
        first = beyond.argmax(axis=0)
        left, right = points[first - 1, rows], points[first, rows]
    bounds = [float(a if not into else b) for a, b, into in zip(left, right, entering, strict=True)]
    if fits[0]:
        bounds.insert(0, float(starts[0]))
    if fits[-1]:
        bounds.append(float(starts[-1]))
    return tuple(Region(low, high) for low, high in zip(bounds[::2], bounds[1::2], strict=True))


def _simplest(problem: Problem, rules: Mapping[str, RuleFit]) -> Member | None:
    # Starts are tried from the shortest to write; the search ends with the first length at which
    # a power of ten will do. Only if none does, other leading digits get their turn.
    best: tuple[tuple[int, tuple[int, int, float], int], Member] | None = None
    for pool in _pools(problem):
        starts = np.array([[float(entry) for entry in start] for start in pool]).T
        for order, (rule, (low, high)) in enumerate(intervals(problem, starts).items()):
            if not rules[rule].possible:
                continue
            for place in np.flatnonzero(meeting(problem, low, high)):
                least, most = float(low[:, place].max()), float(high[:, place].min())
                rank, tolerance = _roundest(problem, least, most)
                length = _length(pool[place])
                key = (rank, length, order)
                if best is None or key < best[0]:
                    effort = (rank, length[0])
                    best = key, Member(rule, pool[place], tolerance, least, most, effort)
        if best is not None and best[0][0] == 0:
            break
    return best[1] if best else None


def _length(start: tuple[str, ...]) -> tuple[int, int, float]:
    """Sorts starts by how long they are to write, then the positive and the small first."""
    return (
        sum(map(len, start)),
        sum(entry.startswith("-") for entry in start),
        sum(abs(float(entry)) for entry in start),
    )


def _pools(problem: Problem) -> Iterator[list[tuple[str, ...]]]:
    """Starts to try, from the shortest to write to the longest."""
    if problem.start is not None:
        yield [problem.start]
    elif problem.variables == 1:
        for length in TEXT_LENGTHS:
            yield [(digits,) for digits in _decimals(length)]
    else:
        integers = [str(entry) for entry in range(-9, 10)]
        for entries in (integers[9:], integers, [str(entry) for entry in range(-50, 51)]):
            yield list(itertools.product(entries, repeat=problem.variables))


def _decimals(length: int) -> list[str]:
    """All decimals that take so many characters, without needless zeros.

    >>> _decimals(1)
    ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']
    >>> len(_decimals(2)), _decimals(2)[-1]  # 10 to 99 and -1 to -9
    (99, '-9')
    """
    negative = [f"-{digits}" for digits in _positive(length - 1)] if length > 1 else []
    return _positive(length) + [digits for digits in negative if digits != "-0"]


def _positive(length: int) -> list[str]:
    found = [str(entry) for entry in range(10 ** (length - 1), 10**length)]
    if length == 1:
        found.insert(0, "0")
    for integer in range(length - 2, 0, -1):
        for entry in range(10 ** (length - 1)):
            digits = str(entry).zfill(length - 1)
            needless = digits.endswith("0") or (integer > 1 and digits.startswith("0"))
            if not needless:
                found.append(f"{digits[:integer]}.{digits[integer:]}")
    return found


def _roundest(problem: Problem, low: float, high: float) -> tuple[int, str]:
    """The roundest decimal in [low, high), and how round it is: 0 for a power of ten.

    Where the interval reaches to zero or has no upper end, the search stays near its other end.
    """
    if problem.tolerance is not None:
        return 0, problem.tolerance
    high = high if np.isfinite(high) else max(low * 100, 1.0)
    low = low if low > 0 else high * 1e-3
    least, most = Decimal(low), Decimal(high)
    exponents = range(most.adjusted(), least.adjusted() - 1, -1)
    for rank, digit in enumerate(MANTISSAS):
        for exponent in exponents:
            if least <= Decimal(f"{digit}e{exponent}") < most:
                return rank, f"{digit}e{exponent}"
    for digits in range(1, 17):
        typed = f"{(low + high) / 2:.{digits}e}"
        if least <= Decimal(typed) < most:
            mantissa, _, exponent_text = typed.partition("e")
            return len(MANTISSAS) + digits, f"{mantissa}e{int(exponent_text)}"
    return len(MANTISSAS) + 17, repr(low)
