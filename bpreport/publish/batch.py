"""The same work on many things: one after the other, in processes of this machine, or on a cluster.

Who works is sent the work, a function of the module level, and one thing at a time, and sends back
what came of it. Files are written on this machine alone: a process of it may keep what it has made,
which it then need not send. What comes of a thing depends on the thing alone, and results come in
the order of the things, however many work on them.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol, TypeVar, overload

from bpreport.audit.model import Message
from bpreport.deck import DeckError, Phrase

__all__ = [
    "HERE", "Counting", "Failure", "Keep", "Pool", "Workers", "clock", "finished", "in_order",
    "outcome_of",
]  # fmt: skip

Thing = TypeVar("Thing")
Made = TypeVar("Made")
Result = TypeVar("Result")
Keep = Callable[[Any, Any], Any]
"""From a thing and its result to what is left of that once it is kept on this machine."""


@dataclass(frozen=True, slots=True)
class Workers:
    """Who is to work."""

    jobs: int = 1
    """Processes of this machine."""
    scheduler: str | None = None
    """The address of a cluster's scheduler; then the processes are the cluster's."""


HERE = Workers()
"""This process alone."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Instead of a result: why nothing came of a thing."""

    reason: Message
    error: DeckError | None = None
    """Where the thing itself cannot be used."""

    @classmethod
    def of(cls, error: BaseException) -> Failure:
        """The failure that an exception is; of any but ours only what it says is kept.

        >>> str(Failure.of(ValueError("no such sheet")).reason)
        'ValueError: no such sheet'
        """
        if isinstance(error, DeckError):
            said = {"place": error.place, "message": _message(error.message)}
            return cls(Message("{place}{message}", said), error)
        first = str(error).strip().partition("\n")[0]
        name = type(error).__name__
        return cls(Message("{error}", {"error": f"{name}: {first}" if first else name}))


def _message(said: Phrase) -> Message:
    """A phrase as a message, which says it in the reader's language."""
    values = {
        name: _message(value) if isinstance(value, Phrase)
        else value if isinstance(value, str | int | float) else str(value)
        for name, value in said.values.items()
    }  # fmt: skip
    return Message(said.text, values)


class Pool(Protocol):
    """Where work is done; `close` ends what is still under way."""

    keeps: bool
    """Whether results are kept where they came to be."""
    room: int
    """How many things may be under way at once: enough for nobody to wait, and no more."""

    def submit(self, work: Callable[[Any], Any], thing: Any) -> Any:
        """A ticket for the outcome."""

    def outcome(self, ticket: Any) -> Any:
        """The result or a `Failure`, once it is there."""

    def close(self) -> None:
        """Let go of everything."""


@overload
def in_order(
    work: Callable[[Thing], Result],
    things: Iterable[Thing],
    workers: Workers = HERE,
    known: Callable[[Thing], Result | None] = lambda _: None,
) -> Iterator[Result | Failure]: ...


@overload
def in_order(
    work: Callable[[Thing], Made],
    things: Iterable[Thing],
    workers: Workers = HERE,
    known: Callable[[Thing], Result | None] = lambda _: None,
    *,
    keep: Callable[[Thing, Made], Result],
) -> Iterator[Result | Failure]: ...


def in_order(
    work: Callable[[Any], Any],
    things: Iterable[Any],
    workers: Workers = HERE,
    known: Callable[[Any], Any] = lambda _: None,
    *,
    keep: Keep | None = None,
) -> Iterator[Any]:
    """Of each thing the result, or why there is none; a failure costs the other things nothing.

    What is `known` of a thing already is not made again. What is made is handed to `keep`, a
    function of the module level or a `partial` of one, in the process of this machine in which it
    was made, or in this one if a worker of a cluster made it; then the result is what `keep`
    returns. An `OSError` of `keep` is one of the whole.

    >>> first, second, third = in_order(abs, [-1, "2", -3])
    >>> first, str(second.reason), third
    (1, "TypeError: bad operand type for abs(): 'str'", 3)
    >>> list(in_order(abs, [-1, -2], known={-2: 7}.get))
    [1, 7]
    >>> list(in_order(abs, [-1, -2], keep=lambda thing, result: f"{thing}: {result}"))
    ['-1: 1', '-2: 2']
    """
    waiting = iter(things)
    under_way: deque[tuple[Any, Any, Any]] = deque()
    with closing(_pool(workers, keep)) as pool:
        while True:
            for thing in islice(waiting, pool.room - len(under_way)):
                found = known(thing)
                ticket = None if found is not None else pool.submit(work, thing)
                under_way.append((thing, found, ticket))
            if not under_way:
                return
            thing, found, ticket = under_way.popleft()
            if found is None:
                found = pool.outcome(ticket)
                if keep is not None and not pool.keeps and not isinstance(found, Failure):
                    found = keep(thing, found)
            yield found


def _pool(workers: Workers, keep: Keep | None) -> Pool:
    if workers.scheduler is not None:
        from bpreport.publish.cluster import Cluster

        return Cluster(workers.scheduler)
    if workers.jobs > 1:
        from bpreport.publish.processes import Processes, affordable

        jobs = affordable(workers.jobs)
        if jobs > 1:
            return Processes(jobs, keep)
    return _Alone(keep)


class _Alone:
    """This process."""

    keeps = True
    room = 1

    def __init__(self, keep: Keep | None) -> None:
        self._keep = keep

    def submit(self, work: Callable[[Any], Any], thing: Any) -> Any:
        return finished(work, thing, self._keep)

    def outcome(self, ticket: Any) -> Any:
        return ticket

    def close(self) -> None:
        pass


def finished(work: Callable[[Thing], Any], thing: Thing, keep: Keep | None) -> Any:
    """The result, kept if it is to be, or the failure that an exception is."""
    outcome = outcome_of(work, thing)
    return outcome if keep is None or isinstance(outcome, Failure) else keep(thing, outcome)


def outcome_of(work: Callable[[Thing], Result], thing: Thing) -> Result | Failure:
    """The result, or the failure that an exception is."""
    try:
        return work(thing)
    except Exception as error:  # noqa: BLE001 - whatever it is, the other things go on
        return Failure.of(error)


class Counting:
    """Tells how far the work is, how fast it goes and how long it will take.

    >>> counting = Counting(print, 3)
    >>> counting.add(1, known=True)
    >>> counting.add(2)
    3/3, ... a second
    """

    def __init__(self, tell: Callable[[str], object], total: int) -> None:
        self._tell, self._total = tell, total
        self._done = self._known = 0
        self._begun = time.monotonic()

    def add(self, count: int, about: str = "", known: bool = False) -> None:
        """So many more are done, or were `known` before; `about` is what is told behind."""
        if not count:
            return
        self._done += count
        if known:
            self._known += count
            self._begun = time.monotonic()
            return
        rate = (self._done - self._known) / max(time.monotonic() - self._begun, 1e-6)
        told = f"{self._done}/{self._total}, {rate:.3g} a second"
        if self._done < self._total:
            told += f", {clock((self._total - self._done) / rate)} left"
        self._tell(f"{told} {about}".rstrip())


def clock(seconds: float) -> str:
    """A time as a clock shows it.

    >>> clock(75.4), clock(3675)
    ('1:15', '1:01:15')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
