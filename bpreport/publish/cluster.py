"""Work on a Dask cluster: the extra `cluster` brings what this needs.

A worker of a cluster is sent what a process of this machine is sent, and no more: the function by
its name, and one thing. It reads no files of this machine and writes none.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from threading import Lock
from typing import Any

from bpreport.audit.model import Message
from bpreport.deck import DeckError
from bpreport.publish.batch import Failure, outcome_of
from bpreport.publish.language import mark
from bpreport.publish.release import release

__all__ = ["Cluster", "Other"]

KILLED = mark("every worker that had it was ended")
ANSWER = 10.0
"""Seconds after which a scheduler that does not answer is believed not to be there."""
PATIENCE = 60.0
"""Seconds without any worker after which nobody is believed to come."""

_ADDRESS = re.compile(r"(tcp|tls|ws|wss)://[^\s/]+:\d{1,5}")


class Other(Exception):  # noqa: N818 - it is what the worker is
    """A worker with other files or libraries, which would give other bytes."""


class Cluster:
    """The workers of a scheduler, which keep nothing: what they send is kept on this machine."""

    keeps = False

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ModuleNotFoundError as error:
            raise DeckError(
                "--scheduler needs {missing}, which is not installed: "
                "pip install 'bpreport[cluster]'",
                missing=error.name,
            ) from None
        if not _ADDRESS.fullmatch(address):
            raise DeckError(
                "{address!r} is no scheduler's address; expected one such as tcp://127.0.0.1:8786",
                address=address,
            )
        # It would tell on stderr what is told here in one line.
        for name in list(logging.root.manager.loggerDict):
            if name.startswith("distributed"):
                logging.getLogger(name).setLevel(logging.CRITICAL)
        self._address = address
        connect: Any = Client  # it carries no types
        try:
            self._client = connect(address, timeout=ANSWER, set_as_default=False, name="bpreport")
        except (OSError, ValueError, TypeError) as error:
            raise DeckError(
                "no scheduler at {address}: {reason}", address=address, reason=_reason(error)
            ) from None
        try:
            self.room = 2 * self._known()
        except BaseException:
            self.close()
            raise

    def _known(self) -> int:
        """How many workers there are, all of which must have the same release as is here."""
        try:
            self._client.wait_for_workers(1, timeout=PATIENCE)
            releases = self._client.run(release, on_error="return")
        except OSError:  # so are all kinds of running out of time
            raise self._deserted() from None
        for worker, found in releases.items():
            if found != release():
                raise DeckError(
                    "the worker {worker} has another bpreport, or other libraries, than this "
                    "machine; with it the result would not be the same",
                    worker=worker,
                )
        return max(1, len(releases))

    def submit(self, work: Callable[[Any], Any], thing: Any) -> Any:
        """A future; a worker's end costs the scheduler another try, as it is configured there."""
        try:
            return self._client.submit(_worked, work, thing, release(), pure=False)
        except (OSError, RuntimeError):  # the connection, or the client, is closed
            raise self._gone() from None

    def outcome(self, ticket: Any) -> Any:
        """The result, or why there is none; raises `DeckError` where the cluster is gone."""
        import distributed

        wait: Any = distributed.wait  # it carries no types
        seen = time.monotonic()
        while not ticket.done():
            try:
                with self._client.as_current():
                    wait(ticket, timeout=1)
            except distributed.client.FuturesCancelledError:
                raise self._gone() from None
            except OSError:  # so are all kinds of running out of time
                if self._client.status != "running":
                    raise self._gone() from None
                if self._client.scheduler_info(n_workers=-1)["workers"]:
                    seen = time.monotonic()
                elif time.monotonic() - seen > PATIENCE:
                    raise self._deserted() from None
        if ticket.status == "finished":
            result = ticket.result()
        elif ticket.status == "error":
            error = ticket.exception()
            killed = isinstance(error, distributed.KilledWorker)
            result = Failure(Message(KILLED)) if killed else Failure.of(error)
        else:  # cancelled, lost: the scheduler does not know it any more
            raise self._gone()
        ticket.release()
        return result

    def close(self) -> None:
        """Part from the scheduler, which then drops what is still under way."""
        self._client.close(timeout=2)

    def _gone(self) -> DeckError:
        return DeckError("the scheduler at {address} is gone", address=self._address)

    def _deserted(self) -> DeckError:
        return DeckError("the scheduler at {address} has no worker", address=self._address)


def _reason(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__


_BUSY = Lock()


def _worked(work: Callable[[Any], Any], thing: Any, expected: str) -> Any:
    """On the worker: one thing at a time, as in a process of its own, however many threads."""
    if release() != expected:
        raise Other("the worker has another bpreport, or other libraries")
    with _BUSY:
        return outcome_of(work, thing)
