"""Which mutants of a room do its tests notice?  `python -m mutants formula --sample 100 --seed 1`.

All mutants of a room would take days, so a random sample is taken; the same seed takes the same.
Each runs in a copy, in a process of its own that ends at the first test that fails. What only
changes annotations is no mutant. Prints the survivors, and the share that was caught.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
TESTS = {
    "formula": [
        "bpreport/formula", "tests/formula/test_operations.py", "tests/formula/test_reading.py",
        "tests/formula/test_rounding.py", "tests/formula/test_typesetting.py",
        "tests/formula/test_evaluation.py", "tests/formula/test_preparing.py",
        "tests/formula/test_limits.py", "tests/formula/test_round_trip.py",
        "tests/formula/test_bounds.py", "tests/deck/test_claims.py", "tests/audit/test_verdicts.py",
        "tests/worked/test_descent.py",
    ],
    "audit": [
        "bpreport/audit", "tests/audit/test_verdicts.py", "tests/audit/test_rounding.py",
        "tests/audit/test_kinds.py", "tests/audit/test_messages.py", "tests/audit/test_slips.py",
        "tests/audit/test_bounded.py", "tests/audit/test_notes.py", "tests/audit/test_seed.py",
        "tests/audit/test_conventions.py", "tests/worked/test_findings.py",
        "tests/audit/test_properties.py",
    ],
}  # fmt: skip
"""By room, what notices its mutants: what is quick and notices most comes first."""
SECONDS = 300
"""Of the processor: what takes longer has lost its end, which is noticed."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m mutants", description=__doc__)
    parser.add_argument("room", choices=TESTS)
    parser.add_argument("--sample", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for name in ("bpreport", "templates", "tests", "docs", "fuzzing"):
            shutil.copytree(
                ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        for name in ("pyproject.toml", "Makefile", "README.md"):
            shutil.copyfile(ROOT / name, folder / name)
        if _status(folder, asked.room):
            print("the tests fail without a mutant", file=sys.stderr)
            return 2
        return _tried(folder, asked.room, asked.sample, asked.seed)


def _tried(folder: Path, room: str, sample: int, seed: int) -> int:
    chance = random.Random(seed)
    waiting = _mutants(folder / "bpreport" / room)
    total = len(waiting)
    chance.shuffle(waiting)
    caught: list[float] = []
    survivors = 0
    while waiting and len(caught) + survivors < sample:
        path, operator, occurrence = waiting.pop()
        code = path.read_text(encoding="utf-8")
        mutant = _mutated(code, operator, occurrence)
        if mutant is None or _meaning(mutant) == _meaning(code):
            continue
        path.write_text(mutant, encoding="utf-8")
        begun = time.monotonic()
        noticed = _status(folder, room) != 0
        path.write_text(code, encoding="utf-8")
        if noticed:
            caught.append(time.monotonic() - begun)
        else:
            survivors += 1
            place = path.relative_to(folder)
            changed = difflib.unified_diff(code.splitlines(), mutant.splitlines(), n=0, lineterm="")
            print(f"survives: {place} {operator}", *list(changed)[2:], sep="\n  ", flush=True)
        print(f"{len(caught)} caught, {survivors} survive", file=sys.stderr, flush=True)
    tried = len(caught) + survivors
    print(
        f"{room}: {len(caught)} of {tried} mutants caught, a sample of about {total}, seed {seed}"
    )
    return 0


def _mutants(folder: Path) -> list[tuple[Path, str, int]]:
    """Every place at which an operator of cosmic-ray could change the room."""
    from cosmic_ray.commands import init
    from cosmic_ray.work_db import WorkDB

    paths = sorted(folder.rglob("*.py"))
    database = WorkDB(folder.parent.parent / "mutants.sqlite", WorkDB.Mode.create)
    try:
        init(paths, database, {})
        found = [one for item in database.work_items for one in item.mutations]
    finally:
        database.close()
    return sorted((Path(one.module_path), one.operator_name, one.occurrence) for one in found)


def _mutated(code: str, operator: str, occurrence: int) -> str | None:
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    made: str | None = mutate_code(code, get_operator(operator)(), occurrence)
    return made


def _meaning(code: str) -> str:
    """The code without what nothing depends on."""
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return code
    for node in ast.walk(tree):
        found: Any = node
        for name in ("annotation", "returns"):
            if hasattr(found, name) and not (isinstance(node, ast.AnnAssign) and name == "value"):
                setattr(found, name, ast.Constant(0) if isinstance(node, ast.AnnAssign) else None)
    return ast.dump(tree)


def _status(folder: Path, room: str) -> int:
    """How the tests end in the copy: 0 where all pass."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 5))
            resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
            quiet = os.open(
                os.environ.get("MUTANTS_LOG", os.devnull), os.O_WRONLY | os.O_CREAT | os.O_APPEND
            )
            for stream in (1, 2):
                os.dup2(quiet, stream)
            os.chdir(folder)
            sys.dont_write_bytecode = True
            sys.path[:] = [str(folder), *(one for one in sys.path if Path(one or ".") != ROOT)]
            import pytest

            options = ["-x", "-q", "-n0", "-p", "no:cacheprovider", "-p", "no:bpreport",
                       "--hypothesis-seed=1"]  # fmt: skip
            status = int(pytest.main([*options, *TESTS[room]]))
        except BaseException:
            traceback.print_exc()
            raise
        finally:
            os._exit(status)
    _, ended = os.waitpid(pid, 0)
    return ended


def _prepare() -> None:
    """Import once what each process needs and no mutant changes."""
    import importlib

    for name in ("pytest", "numpy", "mpmath", "lark", "markdown_it", "jsonschema",
                 "yaml", "click", "filelock"):  # fmt: skip
        importlib.import_module(name)


if __name__ == "__main__":
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    _prepare()
    sys.exit(main())
