"""Batches as a user runs them: processes of their own, which can be killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from click.testing import CliRunner

from bpreport.cli import main

ROOT = Path(__file__).parents[2]
OWN = ROOT / "tests" / "cases" / "sheets" / "deck.md"
SLOPE = OWN.with_name("slope.md")
"""A single descent: sheets of it are made in a tenth of the time of a network's."""
PROGRAM = "from bpreport.cli import main; main(prog_name='bpreport')"
STAYING = """
import time
from bpreport.publish.unfinished import Records
keep = Records.keep
def stay(*arguments):
    keep(*arguments)
    time.sleep(600)
Records.keep = stay
"""
"""Whoever has kept something waits to be killed."""
SMALL_LOTS = """
from bpreport.publish.marking import lots as of_answers
from bpreport.publish.sheets import lots
lots.SIZE = of_answers.SIZE = 8
"""
"""A few students are several lots; who is in which decides over no file."""
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": str(ROOT),  # workers find the tests' functions
    "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
}


WITH_CTRL_C = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
"""
"""Tests in the background of a shell are started with ctrl-C ignored, which is inherited."""


def started(*words: object, before: str = "") -> subprocess.Popen[str]:
    """The command in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", WITH_CTRL_C + before + PROGRAM, *map(str, words)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT,
    )  # fmt: skip


def ran(*words: object, before: str = "") -> tuple[int, str, str]:
    """Exit status, standard output and error of the command in a process of its own."""
    process = started(*words, before=before)
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def commanded(*words: object) -> tuple[int, str, str]:
    """The same of the command in this process."""
    result = CliRunner().invoke(main, list(map(str, words)))
    return result.exit_code, result.stdout, result.stderr


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def wait_for(there: Callable[[], object], seconds: float = 120) -> None:
    """Until it is so."""
    end = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)


def killed_in_the_middle(*words: object, before: str = SMALL_LOTS) -> Path:
    """Run the command, and kill it when something is kept; the folder of what is kept.

    It goes no further by itself, so that little is to be made for it to be in the middle.

    The words end with -o and the folder that is to be filled.
    """
    target = Path(str(words[-1]))
    pattern = f".{target.name}.*.unfinished"
    process = started(*words, before=before + STAYING)
    wait_for(lambda: len(list(target.parent.glob(f"{pattern}/records/*.json"))) >= 1)
    children = children_of(process.pid)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert not target.exists()
    wait_for(lambda: not any(map(alive, children)), 30)
    (folder,) = target.parent.glob(pattern)
    return folder


def children_of(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [int(number) for task in Path(f"/proc/{pid}/task").iterdir()
            for number in (task / "children").read_text().split()]  # fmt: skip


def alive(pid: int) -> bool:
    """Whether a process runs."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class Cluster:
    """A scheduler of Dask and its workers, on this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "scheduler.json"
        self.processes: list[subprocess.Popen[bytes]] = []
        self._start("scheduler", "--port", 0, "--dashboard-address", "127.0.0.1:0",
                    "--scheduler-file", self.file)  # fmt: skip
        wait_for(lambda: self.file.exists() and self.file.read_text().endswith("}"))
        self.address = json.loads(self.file.read_text())["address"]

    def work(self, count: int) -> None:
        """Have so many workers, whatever has become of others."""
        _, *workers = self.processes
        for _ in range(count - sum(worker.poll() is None for worker in workers)):
            self._start("worker", self.address, "--nthreads", 1, "--no-nanny", "--no-dashboard",
                        "--death-timeout", 60, "--local-directory", self.folder)  # fmt: skip

    def registered(self) -> bool:
        """Whether all workers have come to the scheduler."""
        told = (self.folder / "0.log").read_text()
        return told.count("Register worker addr") >= len(self.processes) - 1

    def _start(self, *words: object) -> None:
        command = [sys.executable, "-m", "dask", *map(str, words), "--host", "127.0.0.1"]
        with (self.folder / f"{len(self.processes)}.log").open("wb") as log:
            self.processes.append(
                subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, env=ENVIRONMENT)
            )


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[Cluster]:
    """A cluster that is ended whatever happens."""
    made = Cluster(folder)
    try:
        made.work(workers)
        yield made
    finally:
        for process in reversed(made.processes):
            process.kill()
            process.wait()
