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
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import active_children, get_context
    from multiprocessing.process import BaseProcess

    # A forked process would inherit the locks of whatever threads the caller has.
    context = get_context("spawn")
    others = set(active_children())
    started: set[BaseProcess] = set()
    executor = ProcessPoolExecutor(jobs, context, initializer=_end_on_interrupt)
    waiting = iter(things)
    try:
        under_way: deque[Future[Result]] = deque()
        while True:
            with _held_back():  # submitting starts processes, which inherit it
                things_now = islice(waiting, 2 * jobs - len(under_way))
                under_way.extend([executor.submit(work, thing) for thing in things_now])
                started |= set(active_children()) - others
            if not under_way:
                break
            yield under_way.popleft().result()
    except BrokenProcessPool:
        # Ctrl-C reaches every process; one may end by it before this one has had its own signal.
        if any(child.exitcode == -signal.SIGINT for child in started):
            raise KeyboardInterrupt from None
        raise
    except BaseException:
        for child in started:
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


def _end_on_interrupt() -> None:
    """Ctrl-C reaches all processes of a terminal; those behind the first end without a word."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
