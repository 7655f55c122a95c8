"""Work in several processes of this machine, as many as its processors and its memory allow.

Each process is an executor of its own with one thing at a time, so that if one ends, as where the
system ends it for want of memory, it is known which thing it had.
"""

from __future__ import annotations

import gc
import os
import signal
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Thread
from typing import Any

from bpreport.audit.model import Message
from bpreport.publish.batch import Failure, outcome_of
from bpreport.publish.language import mark

__all__ = ["MEMORY", "Processes", "affordable", "free_memory", "held_back", "prepare"]

MEMORY = 1_000_000_000
"""Bytes that a process may come to need: those that make PDFs need most."""
TRIES = 2
"""A thing whose process ended so often is given up."""


@dataclass(slots=True)
class _Ticket:
    work: Callable[[Any], Any]
    thing: Any
    tries: int = 0
    outcome: Any = None
    done: bool = False

    def settle(self, outcome: Any) -> None:
        self.outcome, self.done = outcome, True


@dataclass(slots=True)
class _Slot:
    """One process and what it has."""

    executor: ProcessPoolExecutor
    process: BaseProcess | None = None
    ticket: _Ticket | None = None
    future: Future[Any] = field(default_factory=Future)


class Processes:
    """A pool of so many processes."""

    def __init__(self, jobs: int) -> None:
        self.room = 2 * jobs
        self._waiting: deque[_Ticket] = deque()
        self._slots = [_Slot(_executor()) for _ in range(jobs)]

    def submit(self, work: Callable[[Any], Any], thing: Any) -> _Ticket:
        """A ticket for the outcome; the thing is begun as soon as a process is free."""
        ticket = _Ticket(work, thing)
        self._waiting.append(ticket)
        self._begin()
        return ticket

    def outcome(self, ticket: _Ticket) -> Any:
        """What came of it; `KeyboardInterrupt` where ctrl-C has ended a process."""
        while not ticket.done:
            busy = [slot for slot in self._slots if slot.ticket is not None]
            done, _ = wait([slot.future for slot in busy], return_when=FIRST_COMPLETED)
            for slot in busy:
                if slot.future in done:
                    self._take(slot)
            self._begin()
        return ticket.outcome

    def close(self) -> None:
        """End all processes, whatever they are doing."""
        for slot in self._slots:
            if slot.ticket is not None and slot.process is not None:
                slot.process.terminate()
            slot.executor.shutdown(wait=False, cancel_futures=True)
        for slot in self._slots:
            slot.executor.shutdown()

    def _begin(self) -> None:
        for slot in self._slots:
            if self._waiting and slot.ticket is None:
                self._give(slot, self._waiting.popleft())

    def _give(self, slot: _Slot, ticket: _Ticket) -> None:
        ticket.tries += 1
        slot.ticket = ticket
        others = set(active_children()) if slot.process is None else set()
        with held_back():  # submitting starts the process, which inherits it
            slot.future = slot.executor.submit(outcome_of, ticket.work, ticket.thing)
        if slot.process is None:
            slot.process = next(iter(set(active_children()) - others), None)

    def _take(self, slot: _Slot) -> None:
        ticket, slot.ticket = slot.ticket, None
        assert ticket is not None
        try:
            ticket.settle(slot.future.result())
        except BrokenProcessPool:
            slot.executor.shutdown()  # waits for the process
            status = None if slot.process is None else slot.process.exitcode
            slot.executor, slot.process = _executor(), None
            # Ctrl-C reaches every process; one may end by it before this one has had its signal.
            if status == -signal.SIGINT:
                raise KeyboardInterrupt from None
            if ticket.tries < TRIES:
                self._waiting.appendleft(ticket)
            else:
                ticket.settle(Failure(_ending(status)))
        except Exception as error:  # noqa: BLE001 - what cannot be sent here or there
            ticket.settle(Failure.of(error))


SIGNALLED, EXITED = mark("its process was ended by {signal}"), mark("its process ended")


def _ending(status: int | None) -> Message:
    """How a process ended, as far as it is known.

    >>> str(_ending(-9)), str(_ending(3))
    ('its process was ended by SIGKILL', 'its process ended')
    """
    if status is not None and status < 0:
        with suppress(ValueError):
            return Message(SIGNALLED, {"signal": signal.Signals(-status).name})
    return Message(EXITED)


def _executor() -> ProcessPoolExecutor:
    # A forked process would inherit the locks of whatever threads the caller has.
    return ProcessPoolExecutor(1, get_context("spawn"), initializer=prepare)


@contextmanager
def held_back() -> Iterator[None]:
    """Let ctrl-C wait: a process that is just starting would answer it with a traceback."""
    if not hasattr(signal, "pthread_sigmask"):  # on Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def prepare() -> None:
    """What each process does first.

    Ctrl-C reaches all processes of a terminal; those behind the first end without a word.
    """
    Thread(target=_end_with_the_first, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    gc.set_threshold(100_000, 20, 20)  # as the command does


def _end_with_the_first() -> None:
    """Whoever was killed cannot end the others, which would wait for more work for ever."""
    first = parent_process()
    if first is not None:
        first.join()
        os._exit(1)


# -- memory


def affordable(jobs: int) -> int:
    """As many of these processes as the machine has processors and memory for, one at the least."""
    room = free_memory()
    most = jobs if room is None else room // MEMORY
    return max(1, min(jobs, os.cpu_count() or 1, most))


def free_memory() -> int | None:
    """Bytes that can be had without swapping; None where nobody tells.

    In a container this is what its limit leaves, if that is less.
    """
    told = [_in_the_machine(), _in_the_container()]
    return min((found for found in told if found is not None), default=None)


def _in_the_machine() -> int | None:
    with suppress(OSError, ValueError):
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return None


def _in_the_container() -> int | None:
    folder = Path("/sys/fs/cgroup")
    with suppress(OSError, ValueError):  # "max" is no number: there is no limit
        most = int((folder / "memory.max").read_text(encoding="ascii"))
        return most - int((folder / "memory.current").read_text(encoding="ascii"))
    return None
