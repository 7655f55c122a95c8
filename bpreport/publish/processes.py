"""Work in several processes of this machine, as many as its processors and its memory allow.

On Linux each is a copy of this one, which has all that was imported, read and planned before; on
macOS the system's own libraries do not stand it, and Windows has none. A process has one thing at a
time, so that if it ends, as where the system ends it for want of memory, it is known which.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import Context
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Thread
from typing import Any

from bpreport.audit.model import Message
from bpreport.publish.batch import Failure, Keep, finished
from bpreport.publish.keeping import current
from bpreport.publish.language import mark

__all__ = ["COPIES", "MEMORY", "Processes", "affordable", "free_memory", "prepare", "started"]

COPIES = sys.platform == "linux"
"""Whether a process can be a copy of this one."""
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
    """One process, once it is needed, and what it has."""

    process: BaseProcess | None = None
    connection: Connection | None = None
    ticket: _Ticket | None = None

    def end(self) -> int | None:
        """End the process, whatever it is doing; how it had ended, where it had."""
        process, connection = self.process, self.connection
        self.process = self.connection = None
        if process is None or connection is None:
            return None
        connection.close()
        process.terminate()
        process.join()
        return process.exitcode


class Processes:
    """A pool of so many processes; results are kept by the process that they came of."""

    keeps = True

    def __init__(self, jobs: int, keep: Keep | None = None) -> None:
        self.room = 2 * jobs
        self._keep = keep
        self._waiting: deque[_Ticket] = deque()
        self._slots = [_Slot() for _ in range(jobs)]

    def submit(self, work: Callable[[Any], Any], thing: Any) -> _Ticket:
        """A ticket for the outcome; the thing is begun as soon as a process is free."""
        ticket = _Ticket(work, thing)
        self._waiting.append(ticket)
        self._begin()
        return ticket

    def outcome(self, ticket: _Ticket) -> Any:
        """What came of it.

        Raises `KeyboardInterrupt` where ctrl-C has ended a process, and `OSError` where a result
        could not be kept.
        """
        while not ticket.done:
            busy = {slot.connection: slot for slot in self._slots if slot.ticket is not None}
            for connection in wait([one for one in busy if one is not None]):
                self._take(busy[connection])  # type: ignore[index]
            self._begin()
        if isinstance(ticket.outcome, OSError):
            raise ticket.outcome
        return ticket.outcome

    def close(self) -> None:
        """End all processes, whatever they are doing."""
        for slot in self._slots:
            slot.end()

    def _begin(self) -> None:
        for slot in self._slots:
            while self._waiting and slot.ticket is None:
                self._give(slot, self._waiting.popleft())

    def _give(self, slot: _Slot, ticket: _Ticket) -> None:
        if slot.process is None:
            slot.process, slot.connection = started(_serve, self._keep)
        assert slot.connection is not None
        slot.ticket = ticket
        ticket.tries += 1
        try:
            slot.connection.send((ticket.work, ticket.thing))
        except OSError:  # it has ended meanwhile
            self._lost(slot, ticket)
        except Exception as error:  # noqa: BLE001 - what cannot be sent there
            slot.ticket = None
            ticket.settle(Failure.of(error))

    def _take(self, slot: _Slot) -> None:
        ticket = slot.ticket
        assert ticket is not None and slot.connection is not None
        try:
            outcome = slot.connection.recv()
        except (EOFError, OSError):  # it ended before it sent anything, or while it did
            self._lost(slot, ticket)
            return
        except Exception as error:  # noqa: BLE001 - what cannot be made again here
            outcome = Failure.of(error)
        slot.ticket = None
        ticket.settle(outcome)

    def _lost(self, slot: _Slot, ticket: _Ticket) -> None:
        """The process has ended with the thing that it had."""
        status, slot.ticket = slot.end(), None
        # Ctrl-C reaches every process; one may end by it before this one has had its signal.
        if status == -signal.SIGINT:
            raise KeyboardInterrupt
        if ticket.tries < TRIES:
            self._waiting.appendleft(ticket)
        else:
            ticket.settle(Failure(_ending(status)))


def _serve(connection: Connection, keep: Keep | None) -> None:
    """What each process does: one thing after the other, until nobody sends any more.

    A copy takes nothing of what the command has on at present, such as its cache.
    """
    Context().run(_served, connection, keep)


def _served(connection: Connection, keep: Keep | None) -> None:
    while True:
        try:
            work, thing = connection.recv()
        except EOFError:
            return
        except Exception as error:  # noqa: BLE001 - what cannot be made again here
            connection.send(Failure.of(error))
            continue
        try:
            outcome = finished(work, thing, keep)
        except OSError as error:  # of keeping: it is raised where the batch is
            outcome = error
        try:
            connection.send(outcome)
        except (TypeError, ValueError, AttributeError, pickle.PicklingError) as error:
            connection.send(Failure.of(error))


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


def started(
    work: Callable[..., None], *things: Any, children: bool = False
) -> tuple[BaseProcess, Connection]:
    """A process that does a work, which is handed a connection and the things; our end of that.

    One that may have `children` of its own has to be ended by whoever started it.
    """
    context: Any = get_context("fork" if COPIES else "spawn")  # their base has no processes
    here, there = context.Pipe()
    process = context.Process(target=_begun, args=(work, here, there, *things), daemon=not children)
    now = current()
    if now is not None:
        now.store.rest()  # a database must not be open in two copies of a process
    with _held_back(), warnings.catch_warnings():
        # From Python 3.12 on, for other threads may hold locks: ours are those of NumPy, which
        # lets go of them before a copy is made, and that of the progress, which the copy is not
        # told of.
        warnings.filterwarnings("ignore", message=".*fork.*", category=DeprecationWarning)
        process.start()
    there.close()
    return process, here


def _begun(work: Callable[..., None], here: Connection, there: Connection, *things: Any) -> None:
    """In the process."""
    prepare()
    here.close()
    with suppress(OSError):  # nobody waits for it any more
        work(there, *things)
    if COPIES:
        os._exit(0)  # nothing of the first process is to be tidied up here


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
