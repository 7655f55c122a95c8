"""Machines that differ in all that must not matter, as processes of this one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

CLOCK = """\
# Python's clock some days off, for all that asks it.
import datetime, os, time

OFF = int(os.environ["DAYS_OFF"]) * 86400
now, nanoseconds, local, greenwich = time.time, time.time_ns, time.localtime, time.gmtime
time.time = lambda: now() + OFF
time.time_ns = lambda: nanoseconds() + OFF * 10**9
time.localtime = lambda seconds=None: local(time.time() if seconds is None else seconds)
time.gmtime = lambda seconds=None: greenwich(time.time() if seconds is None else seconds)

class Datetime(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return super().now(tz) + datetime.timedelta(seconds=OFF)
    @classmethod
    def utcnow(cls):
        return cls.now(datetime.timezone.utc).replace(tzinfo=None)

datetime.datetime = Datetime
"""


COMMANDS = """
import json, sys
from bpreport.cli import main

for words in json.loads(sys.argv[1]):
    print(end="\\f", flush=True)
    try:
        main(words, prog_name="bpreport")
    except SystemExit as ended:
        errors_found = words[0] == "check" and ended.code == 1
        assert not ended.code or errors_found, words
"""


@dataclass(frozen=True)
class World:
    """A folder, a day, a language, a time zone, a number of workers, a kind of processor."""

    folder: Path
    days_off: int
    jobs: int
    settings: dict[str, str]
    before: str = ""
    """What a program of commands does first."""

    def run(self, *commands: Sequence[object]) -> tuple[list[str], str]:
        """Commands in the folder, by one process: what each prints, and all messages.

        None may fail.
        """
        words = json.dumps([list(map(str, command)) for command in commands])
        ended = self.python(self.before + COMMANDS, words)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout.split("\f")[1:], ended.stderr

    def python(self, program: str, *words: object) -> subprocess.CompletedProcess[str]:
        """A program of Python in this world."""
        clock = self.folder / "clock"
        clock.mkdir(parents=True, exist_ok=True)
        (clock / "sitecustomize.py").write_text(CLOCK, encoding="utf-8")
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(clock), str(ROOT)]),
            "DAYS_OFF": str(self.days_off),
            "BPREPORT_CACHE": str(self.folder / "cache"),
            **self.settings,
        }
        return subprocess.run(
            [sys.executable, "-c", program, *map(str, words)], cwd=self.folder, env=environment,
            capture_output=True, text=True, encoding="utf-8", check=False, timeout=900,
        )  # fmt: skip


COMMA = "de_DE.UTF-8"
"""A locale that writes 0.5 as 0,5; few machines have it, so it is made."""


def with_comma(folder: Path) -> dict[str, str]:
    """The settings of that locale; empty where the machine cannot make it."""
    program = shutil.which("localedef")
    if program is None:
        return {}
    folder.mkdir(parents=True, exist_ok=True)
    name, _, charset = COMMA.partition(".")
    made = subprocess.run(
        [program, "-i", name, "-f", charset, str(folder / COMMA)], capture_output=True, check=False
    )
    return {} if made.returncode else {"LOCPATH": str(folder), "LC_ALL": COMMA, "LANG": COMMA}


def worlds(folder: Path, before: str = "") -> list[World]:
    """Two that have nothing in common but the program, what it does first, and its libraries."""
    here = {
        "LC_ALL": "C", "LANG": "C", "TZ": "UTC", "PYTHONHASHSEED": "1", "SOURCE_DATE_EPOCH": "1",
        "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "OPENBLAS_CORETYPE": "Prescott",
        "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3 AVX512F",
    }  # fmt: skip
    there = {
        "LC_ALL": "C.UTF-8", "LANGUAGE": "zh", "TZ": "CST-8", "PYTHONHASHSEED": "2",
        "SOURCE_DATE_EPOCH": "2000000000", "OMP_NUM_THREADS": "4", "OPENBLAS_NUM_THREADS": "4",
        **with_comma(folder / "locales"),
    }  # fmt: skip
    return [
        World(folder / "a", 0, 1, here, before),
        World(folder / "b c" / "另一个", 400, 4, there, before),
    ]
