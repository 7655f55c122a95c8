"""How long the commands take that should be there at once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import BPREPORT, ROOT, Command, Row, in_turn

_CHECKED = (
    "import sys; from bpreport.cli import main\n"
    "try:\n    main(['check', '--no-cache'], standalone_mode=False)\n"
    "except SystemExit:\n    pass\n"
    "names = [name for name in sys.modules if not name.startswith('__')]\n"
    "print(*names, file=sys.stderr)"
)
_AS_THE_COMMAND = {"OPENBLAS_NUM_THREADS": "1"}
_IMPORTING = "import importlib, sys\nfor name in sys.argv[1:]:\n    importlib.import_module(name)"


def needed() -> list[str]:
    """The modules that a check has loaded when it ends."""
    finished = subprocess.run(
        [sys.executable, "-c", _CHECKED], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return finished.stderr.split()


def rows(runs: int, folder: Path) -> Iterator[Row]:
    """`--help`, and checks of the built-in deck."""
    cache = {"BPREPORT_CACHE": str(folder / "cache")}
    found = in_turn(
        {
            "python": Command([sys.executable, "-c", "pass"]),
            "help": Command([*BPREPORT, "--help"]),
            "imports": Command([sys.executable, "-c", _IMPORTING, *needed()], _AS_THE_COMMAND),
            "check": Command([*BPREPORT, "check", "--no-cache"], finds=True),
            "again": Command([*BPREPORT, "check"], cache, finds=True),
        },
        runs,
    )
    python, imports = found["python"], found["imports"]
    yield Row.of("`bpreport --help`", found["help"], "starting Python", python, "0.15 s")
    about = "importing its modules"
    yield Row.of("`bpreport check --no-cache`", found["check"], about, imports, "1.7 times")
    yield Row.of("`bpreport check`, again", found["again"], about, imports)
