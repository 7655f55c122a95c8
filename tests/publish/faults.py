"""Runs that are killed, interrupted or fail at a random point, in processes forked from this one.

`python -m tests.publish.faults FOLDER FAULT,FAULT COUNT SEED` prints one line of JSON for each run.
What is imported already need not be imported by each run, so that hundreds of them are cheap.
"""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from bpreport.cli import main
from tests.publish.decks import DESCENT
from tests.publish.scale import SLOPE, files_of

FAULTS = {
    "killed": None,
    "killed at any time": None,
    "interrupted": None,
    "disk full": errno.ENOSPC,
    "no file handles": errno.EMFILE,
    "read-only": errno.EROFS,
}
TOUCHING = (
    "open",
    "tempfile.mkstemp",
    "os.rename",
    "os.chmod",
    "os.mkdir",
    "os.remove",
    "os.rmdir",
)
"""What Python tells of that it does with files; the run fails at one of these, anywhere."""
DECK = DESCENT + "\n$$a = 0.@ * 5 + 0.35 = 0.85$$\n"

Words = tuple[str, ...]


class Command:
    """A command with the folder that it fills; `version` 1 is the old run and 2 the new one."""

    def __init__(self, folder: Path, target: str, words: Callable[[int], Words]) -> None:
        self.folder, self.target, self.words = folder, folder / target, words
        self.wanted: dict[int, dict[str, bytes]] = {}

    def prepare(self) -> None:
        """What both versions make when nothing fails."""
        for version in (2, 1):
            self.empty()
            status = _here(self.words(version))
            assert status == 0, (self.words(version), status)
            self.wanted[version] = files_of(self.target)
        assert self.wanted[1] != self.wanted[2]
        self.old = self.folder / f"old-{self.target.name}"
        self.target.rename(self.old)

    def empty(self) -> None:
        """Nothing of an earlier run is left."""
        for path in self.target.parent.iterdir():
            if path == self.target or path.name.startswith(f".{self.target.name}."):
                shutil.rmtree(path)

    def begin(self, fresh: bool) -> None:
        """The state before a run: the old one, or none."""
        self.empty()
        if not fresh:
            shutil.copytree(self.old, self.target)

    def state(self) -> Mapping[str, list[str]]:
        """Of each file whether it is the old one, the new one, a remnant of writing, or broken."""
        found: dict[str, list[str]] = {"old": [], "new": [], "remnant": [], "broken": []}
        there = files_of(self.target) if self.target.exists() else {}
        for name, content in there.items():
            kinds = [kind for kind, version in (("new", 2), ("old", 1))
                     if self.wanted[version].get(name) == content]  # fmt: skip
            hidden = Path(name).name.startswith(".")
            found[kinds[0] if kinds else "remnant" if hidden else "broken"].append(name)
        return found


def _here(words: Words) -> int:
    """The exit status of a run in this process, which has everything imported from then on."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
        try:
            main(list(words), standalone_mode=False)
        except SystemExit as ended:
            return int(ended.code or 0)
    return 0


def _forked(words: Words, arm: Callable[[], None] = lambda: None, after: float = 0) -> int:
    """The exit status of a run in a forked process; negative is the signal that ended it."""
    pid = os.fork()
    if pid == 0:
        status = 99
        try:
            with Path(os.devnull).open("w") as nowhere:
                os.dup2(nowhere.fileno(), 1)
            arm()
            main(list(words), standalone_mode=False)
            status = 0
        except SystemExit as ended:
            status = int(ended.code or 0)
        except BaseException as error:  # noqa: BLE001
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
        os._exit(status)
    if after:
        time.sleep(after)
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


def _armed(fault: str, folder: Path, point: int, count: list[int]) -> Callable[[], None]:
    """Have the fault happen at the point-th thing that is done with files below the folder."""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event not in TOUCHING or not str(arguments[0]).startswith(str(folder)):
            return
        count[0] += 1
        if count[0] < point:
            return
        if fault == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        elif fault == "interrupted" and count[0] == point:
            os.kill(os.getpid(), signal.SIGINT)
        reading = event == "open" and not int(arguments[2]) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        removing = event in ("os.remove", "os.rmdir")
        if fault == "disk full" and not (reading or removing or event == "os.rename"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(arguments[0]))
        if fault == "no file handles" and event in ("open", "tempfile.mkstemp"):
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE), str(arguments[0]))
        if fault == "read-only" and not reading:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(arguments[0]))

    return lambda: sys.addaudithook(hook)


def commands(folder: Path) -> list[Command]:
    """The three that write, each over what it wrote before or into nothing."""
    for version in (1, 2):
        (folder / f"deck{version}.md").write_text(DECK.replace("@", str(version)), encoding="utf-8")
    sheets, given = folder / "given", folder / "answers{}.csv"
    making = ("sheets", str(SLOPE), "--count", "3", "--format", "html")
    _here((*making, "--seed", "k", "-o", str(sheets)))
    manifest = json.loads((sheets / "manifest.json").read_text(encoding="utf-8"))
    for version in (1, 2):
        rows = [["student", *manifest["sheets"][0]["answers"]]]
        for entry in manifest["sheets"]:
            right = [answer["expected"] for answer in entry["answers"].values()]
            rows.append([entry["student"], *(right[:1] if version == 1 else ["9"]), *right[1:]])
        text = "\n".join(map(",".join, rows))
        Path(str(given).format(version)).write_text(text, encoding="utf-8")

    def build(version: int) -> Words:
        return ("build", str(folder / f"deck{version}.md"), "-o", str(folder / "built"),
                "--format", "html,golden")  # fmt: skip

    def issue(version: int) -> Words:
        return (*making, "--seed", f"k{version}", "-o", str(folder / "class"))

    def mark(version: int) -> Words:
        return ("mark", str(given).format(version), str(SLOPE), "-o", str(folder / "marks"),
                "--manifest", str(sheets / "manifest.json"))  # fmt: skip

    made = [Command(folder, "built", build), Command(folder, "class", issue),
            Command(folder, "marks", mark)]  # fmt: skip
    for command in made:
        command.prepare()
    return made


def campaign(folder: Path, faults: list[str], count: int, seed: int) -> None:
    """So many runs of each command with each fault, each failing somewhere else."""
    os.environ["BPREPORT_CACHE"] = str(folder / "cache")
    chance = random.Random(seed)
    for command in commands(folder):
        fresh = command.target.name == "class"  # sheets are issued into a folder of their own
        begun = time.monotonic()
        command.begin(fresh)
        counted = folder / "points"
        _forked(command.words(2), _counting(folder, counted))
        lasts, points = time.monotonic() - begun, int(counted.read_text(encoding="utf-8"))
        for fault in faults * count:
            shutil.rmtree(folder / "cache", ignore_errors=True)
            command.begin(fresh)
            point, after = chance.randint(1, points), chance.uniform(0, lasts)
            if fault == "killed at any time":
                point, status = 0, _forked(command.words(2), after=after + 1e-3)
            else:
                status = _forked(command.words(2), _armed(fault, folder, point, [0]))
            state = command.state()
            again = _forked(command.words(2))
            right = command.target.exists() and {
                name: content for name, content in files_of(command.target).items()
                # What a killed run began, the next build takes away.
                if command.words(2)[0] == "build" or not Path(name).name.startswith(".")
            } == command.wanted[2]  # fmt: skip
            told = {
                "command": command.words(2)[0], "fault": fault, "point": point, "of": points,
                "status": status, "state": state, "again": again, "right": right,
            }  # fmt: skip
            sys.stdout.write(f"{json.dumps(told)}\n")
            sys.stdout.flush()


def _counting(folder: Path, told: Path) -> Callable[[], None]:
    """Write down how many things are done with files below the folder."""

    def arm() -> None:
        count = [0]
        _armed("", folder, 1 << 60, count)()
        leave = os._exit

        def ended(status: int) -> None:
            points = count[0]  # writing them down would be one more
            with told.open("w", encoding="utf-8") as file:
                file.write(str(points))
            leave(status)

        os._exit = ended  # type: ignore[assignment]

    return arm


if __name__ == "__main__":
    campaign(Path(sys.argv[1]), sys.argv[2].split(","), int(sys.argv[3]), int(sys.argv[4]))
