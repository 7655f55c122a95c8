"""One thing beside another, made in a copy of this process.

A copy has all that was imported, read and audited before it was made, so that nothing is done
twice. Only Linux is asked for one: on macOS the system's own libraries do not stand it, and Windows
has none. There, and with a single processor, the one thing is made after the other.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from bpreport.publish.keeping import current

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

__all__ = ["Outcome", "Step", "beside", "companion", "copies"]

S = TypeVar("S")
T = TypeVar("T")


def copies(jobs: int) -> int:
    """How many processes may work at once, as far as the system and its memory go."""
    if jobs < 2:
        return 1
    from bpreport.publish.processes import COPIES, affordable

    return affordable(jobs) if COPIES else 1


class Outcome(Generic[T]):
    """What comes of a work, once it is asked for; then it is there for good.

    Copies of this process that are made later have it as well.
    """

    def __init__(
        self,
        work: Callable[[], T],
        connection: Connection | None = None,
        process: BaseProcess | None = None,
    ) -> None:
        self._work = work
        self._connection = connection
        self._process = process
        self._made: list[T] = []

    def __call__(self) -> T:
        """Wait for it."""
        if not self._made:
            self._made.append(self._work() if self._connection is None else self._received())
        return self._made[0]

    def _received(self) -> T:
        assert self._connection is not None
        try:
            made, gained = self._connection.recv()
        except (EOFError, OSError):  # it ended before it sent anything, or while it did
            self._heed_the_end()
            return self._work()
        now = current()
        if now is not None:
            now.gain(gained)
        return made  # type: ignore[no-any-return]

    def _heed_the_end(self) -> None:
        """End as well if ctrl-C has ended the process: libraries may have swallowed ours."""
        if self._process is not None:
            self._process.join()
            if self._process.exitcode == -signal.SIGINT:
                raise KeyboardInterrupt


@dataclass(frozen=True, slots=True)
class Step(Generic[S, T]):
    """A work, and what can be made ready for it before it is known on what."""

    work: Callable[[S], T]
    prepare: Callable[[], object] = lambda: None


@contextmanager
def companion(
    jobs: int, *steps: Step[Any, Any]
) -> Iterator[Sequence[Callable[[Any], Outcome[Any]]]]:
    """Have works done in their order by one other process, with at least two `jobs`.

    Gives what begins each of them. Where nothing comes from that process, as where memory is short,
    a work is done here when it is asked for; so an error in it is told as it would be without a
    second process.

    >>> with companion(2, Step(lambda n: 6 * n), Step(lambda n: n - 2)) as (multiply, subtract):
    ...     subtract(multiply(7)())()
    40
    """
    process, connection = _other(jobs, steps)
    begun: list[Outcome[Any]] = []

    def begin(step: Step[Any, Any], thing: Any) -> Outcome[Any]:
        if connection is not None:
            for earlier in begun:  # it listens once its last outcome is received
                earlier()
            with suppress(OSError):  # it has ended, which the outcome finds out as well
                connection.send(thing)
        outcome = Outcome(partial(step.work, thing), connection, process)
        begun.append(outcome)
        return outcome

    try:
        yield [partial(begin, step) for step in steps]
    finally:
        if process is not None and connection is not None:
            process.terminate()
            process.join()
            connection.close()


def _other(
    jobs: int, steps: Sequence[Step[Any, Any]]
) -> tuple[BaseProcess, Connection] | tuple[None, None]:
    """A process for the steps, and our end of what joins it; nothing where there can be none."""
    if jobs < 2:
        return None, None
    from bpreport.publish.processes import COPIES, started

    if not COPIES:
        return None, None
    try:
        return started(_copy, steps, children=True)
    except OSError:  # so many processes are all that there may be
        return None, None


@contextmanager
def beside(work: Callable[[], T], jobs: int) -> Iterator[Outcome[T]]:
    """Begin a work at once in a process of its own, as a `companion` does; gives what waits for it.

    >>> with beside(lambda: 6 * 7, jobs=2) as product:
    ...     product()
    42
    """
    with companion(jobs, Step(lambda _: work())) as (begin,):
        yield begin(None)


def _copy(connection: Connection, steps: Sequence[Step[Any, Any]]) -> None:
    """What the copy does: the works, and to send what comes of each. It writes nothing else."""
    now = current()
    with suppress(Exception):  # the first process will find it, too, and tell of it
        steps[0].prepare()
        for step, following in zip_longest(steps, steps[1:]):
            if now is not None:
                now.parted()
            made = step.work(connection.recv())
            if following is not None:  # before it waits until what it sends is received
                following.prepare()
            connection.send((made, None if now is None else now.gained()))
