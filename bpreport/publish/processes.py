"""The same work on many things, in several processes, with results in the order of the things."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

__all__ = ["in_order"]

Thing = TypeVar("Thing")
Result = TypeVar("Result")


def in_order(
    work: Callable[[Thing], Result], things: Sequence[Thing], jobs: int = 1
) -> Iterator[Result]:
    """The results of a function of the module level; with one job, no process is started.

    There are at most as many processes as things and as the machine has processors, and at most
    twice as many things are under way, however many wait. Where the iteration ends early, by an
    exception or by ctrl-C, the processes are ended as well.

    >>> list(in_order(abs, [-1, 2, -3]))
    [1, 2, 3]
    """
    jobs = min(jobs, len(things), os.cpu_count() or 1)
    if jobs < 2:
        yield from map(work, things)
        return
    from concurrent.futures import Future, ProcessPoolExecutor
    from multiprocessing import active_children, get_context

    # A forked process would inherit the locks of whatever threads the caller has.
    context = get_context("spawn")
    others = set(active_children())
    executor = ProcessPoolExecutor(jobs, context, initializer=_leave_interrupts)
    waiting = iter(things)
    try:
        under_way: deque[Future[Result]] = deque()
        while True:
            with _held_back():  # submitting starts processes, which inherit it
                things_now = islice(waiting, 2 * jobs - len(under_way))
                under_way.extend([executor.submit(work, thing) for thing in things_now])
            if not under_way:
                break
            yield under_way.popleft().result()
    except BaseException:
        for child in active_children():
            if child not in others:
                child.terminate()
        raise
    finally:
        executor.shutdown(cancel_futures=True)


@contextmanager
def _held_back() -> Iterator[None]:
    """Let ctrl-C wait: a process that is just starting would answer it with a traceback."""
    if not hasattr(signal, "pthread_sigmask"):  # on Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _leave_interrupts() -> None:
    """Ctrl-C reaches all processes of a terminal; the first one answers it and ends the others.

    One that ended by itself could be noticed before the first process has had its own signal,
    and would then look like a broken pool.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
