"""One thing beside another, made in a copy of this process.

A copy has all that was imported, read and audited before it was made, so that nothing is done
twice. Only Linux is asked for one: on macOS the system's own libraries do not stand it, and Windows
has none. There, and with a single processor, the one thing is made after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from bpreport.publish.keeping import current

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

__all__ = ["Outcome", "beside", "copies", "prepared"]

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

    def __init__(self, work: Callable[[], T], connection: Connection | None = None) -> None:
        self._work = work
        self._connection = connection
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
            return self._work()
        now = current()
        if now is not None:
            now.gain(gained)
        return made  # type: ignore[no-any-return]


@contextmanager
def prepared(
    prepare: Callable[[], object], work: Callable[[S], T], jobs: int
) -> Iterator[Callable[[S], Outcome[T]]]:
    """Get ready for a work, with at least two `jobs` in a process of its own; gives what begins it.

    Where nothing comes from that process, as where memory is short, the work is done here when it
    is asked for; so an error in it is told as it would be without a second process.

    >>> with prepared(lambda: None, lambda number: 6 * number, jobs=2) as begin:
    ...     begin(7)()
    42
    """
    if jobs < 2:
        yield lambda thing: Outcome(partial(work, thing))
        return
    from bpreport.publish.processes import COPIES, started

    if not COPIES:
        yield lambda thing: Outcome(partial(work, thing))
        return
    process, connection = started(_copy, prepare, work)

    def begin(thing: S) -> Outcome[T]:
        with suppress(OSError):  # it has ended, which the outcome finds out as well
            connection.send(thing)
        return Outcome(partial(work, thing), connection)

    try:
        yield begin
    finally:
        process.terminate()
        process.join()
        connection.close()


@contextmanager
def beside(work: Callable[[], T], jobs: int) -> Iterator[Outcome[T]]:
    """Begin a work at once, as `prepared` does; gives what waits for it.

    >>> with beside(lambda: 6 * 7, jobs=2) as product:
    ...     product()
    42
    """
    with prepared(lambda: None, lambda _: work(), jobs) as begin:
        yield begin(None)


def _copy(
    connection: Connection, prepare: Callable[[], object], work: Callable[[Any], object]
) -> None:
    """What the copy does: the work, and to send what came of it. It writes nothing else."""
    now = current()
    if now is not None:
        now.parted()
    with suppress(Exception):  # the first process will find it, too, and tell of it
        prepare()
        made = work(connection.recv())
        connection.send((made, None if now is None else now.gained()))
