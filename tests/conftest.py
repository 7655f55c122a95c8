"""Settings of the tools that the tests use."""

import gc
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from filelock import FileLock
from hypothesis import settings

# As the command does: trees have no cycles. What the tests keep, pytest's own things among it, was
# searched for some over and over: three quarters of the time of a class's marks.
gc.set_threshold(100_000, 20, 20)

# On a busy machine an example may take any time; a test that is slow for good is for benchmarks.
settings.register_profile("bpreport", parent=settings(), deadline=None)
settings.load_profile("bpreport")

Once = Callable[[str, Callable[[Path], Any]], Any]
"""What the fixture `once` gives."""


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch, tmp_path_factory):
    """What one test has made is not found by another, nor in the user's cache folder."""
    monkeypatch.setenv("BPREPORT_CACHE", str(tmp_path_factory.getbasetemp() / f"cache-{uuid4()}"))


@pytest.fixture(scope="session")
def once(tmp_path_factory, worker_id) -> Once:
    """Make something once for all processes: `once(name, make)` is what `make(folder)` returns.

    Whoever comes while it is being made waits; the others read what was returned from a pickle.
    """
    own = tmp_path_factory.getbasetemp()
    common = own if worker_id == "master" else own.parent

    def made(name: str, make: Callable[[Path], Any]) -> Any:
        folder = common / f"once-{name}"
        returned = folder / "returned.pickle"
        with FileLock(common / f"once-{name}.lock"):
            if not returned.exists():
                folder.mkdir(exist_ok=True)
                returned.write_bytes(pickle.dumps(make(folder)))
        return pickle.loads(returned.read_bytes())

    return made
