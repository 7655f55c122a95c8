"""One thing beside another, made in a copy of this process.

A copy has all that was imported, read and audited before it was made, so that nothing is done
twice. Only Linux is asked for one: on macOS the system's own libraries do not stand it, and Windows
has none. There, and with a single processor, the one thing is made after the other.
"""

from __future__ import annotations

import os
import sys
import warnings
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
    if jobs < 2 or sys.platform != "linux":
        return 1
    from bpreport.publish.processes import affordable

    return affordable(jobs)


@contextmanager
def beside(work: Callable[[], T], jobs: int) -> Iterator[Callable[[], T]]:
    """Begin a work, with at least two `jobs` in a process of its own; gives what waits for it.

    Where nothing comes from that process, as where memory is short, the work is done here when it
    is asked for; so an error in it is told as it would be without a second process.

    >>> with beside(lambda: 6 * 7, jobs=2) as product:
    ...     product()
    42
    """
    if jobs < 2 or sys.platform != "linux":
        yield work
        return
    from multiprocessing import get_context

    from bpreport.publish.processes import held_back

    forking = get_context("fork")
    receiving, sending = forking.Pipe(duplex=False)
    process = forking.Process(target=_copy, args=(work, receiving, sending), daemon=True)
    now = current()
    if now is not None:
        now.store.rest()  # a database must not be open in two copies of a process
    with held_back(), warnings.catch_warnings():
        # From Python 3.12 on, for other threads may hold locks: ours are those of NumPy, which
        # lets go of them before a copy is made, and that of the progress, which the copy is not
        # told of.
        warnings.filterwarnings("ignore", message=".*fork.*", category=DeprecationWarning)
        process.start()
    sending.close()

    def outcome() -> T:
        try:
            made, gained = receiving.recv()
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
        receiving.close()


def _copy(work: Callable[[], T], receiving: Connection, sending: Connection) -> None:
    """What the copy does: the work, and to send what came of it. It writes nothing else."""
    from bpreport.publish.processes import prepare

    prepare()
    receiving.close()
    now = current()
    if now is not None:
        now.parted()
    with suppress(Exception):  # the first process will find it, too, and tell of it
        made = work()
        sending.send((made, None if now is None else now.gained()))
    os._exit(0)  # nothing of the first process is to be tidied up here
