"""One thing beside another, made in a copy of this process.

A copy has all that was imported, read and audited before it was made, so that nothing is done
twice. Only Linux is asked for one: on macOS the system's own libraries do not stand it, and Windows
has none. There, and with a single processor, the one thing is made after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

from bpreport.publish.keeping import current

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

__all__ = ["beside", "copies"]

T = TypeVar("T")


def copies(jobs: int) -> int:
    """How many processes may work at once, as far as the system and its memory go."""
    if jobs < 2:
        return 1
    from bpreport.publish.processes import COPIES, affordable

    return affordable(jobs) if COPIES else 1


@contextmanager
def beside(work: Callable[[], T], jobs: int) -> Iterator[Callable[[], T]]:
    """Begin a work, with at least two `jobs` in a process of its own; gives what waits for it.

    Where nothing comes from that process, as where memory is short, the work is done here when it
    is asked for; so an error in it is told as it would be without a second process.

    >>> with beside(lambda: 6 * 7, jobs=2) as product:
    ...     product()
    42
    """
    if jobs < 2:
        yield work
        return
    from bpreport.publish.processes import COPIES, started

    if not COPIES:
        yield work
        return
    process, connection = started(_copy, work)
    now = current()

    def outcome() -> T:
        try:
            made, gained = connection.recv()
        except (EOFError, OSError):  # it ended before it sent anything, or while it did
            return work()
        if now is not None:
            now.gain(gained)
        return made  # type: ignore[no-any-return]

    try:
        yield outcome
    finally:
        process.terminate()
        process.join()
        connection.close()


def _copy(connection: Connection, work: Callable[[], T]) -> None:
    """What the copy does: the work, and to send what came of it. It writes nothing else."""
    now = current()
    if now is not None:
        now.parted()
    with suppress(Exception):  # the first process will find it, too, and tell of it
        made = work()
        connection.send((made, None if now is None else now.gained()))
