"""Mutants, each tried in a process of its own that ends at the first test that fails.

A process is forked from one that has imported the libraries but nothing of ours. There the one
module is compiled from its changed code, and the tests that reach the change are run; no file is
changed. What takes longer than it can has lost its end, which is noticed.
"""

from __future__ import annotations

import ast
import difflib
import importlib
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from typing import Any
from warnings import catch_warnings, simplefilter

import pytest

from mutants.reaching import ROOT, Reached

LIBRARIES = ("numpy", "mpmath", "lark", "markdown_it", "jsonschema", "yaml", "click", "filelock",
             "hypothesis", "cosmic_ray.mutating", "cosmic_ray.plugins")  # fmt: skip
"""Imported once; no mutant changes them."""
LONGER = 10
"""A mutant that makes the tests take so many times as long, and a minute, is noticed."""


@dataclass(frozen=True)
class Mutant:
    """One small change that cosmic-ray can make."""

    path: str
    operator: str
    occurrence: int
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.operator.removeprefix('core/')} {self.occurrence}"


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant."""

    mutant: Mutant
    caught: bool
    by: str
    """What noticed it, or how many tests did not."""
    changed: list[str]
    """The lines that are other ones, as a diff."""
    seconds: float


def mutants(room: str) -> list[Mutant]:
    """Every place at which an operator of cosmic-ray could change the room."""
    from cosmic_ray.commands import init
    from cosmic_ray.work_db import WorkDB

    paths = sorted((ROOT / "bpreport" / room).rglob("*.py"))
    with tempfile.TemporaryDirectory() as folder:
        database = WorkDB(Path(folder) / "mutants.sqlite", WorkDB.Mode.create)
        try:
            init(paths, database, {})
            found = [one for item in database.work_items for one in item.mutations]
        finally:
            database.close()
    return sorted(
        (
            Mutant(
                str(Path(one.module_path).relative_to(ROOT)),
                one.operator_name,
                one.occurrence,
                one.start_pos[0],
            )
            for one in found
        ),
        key=lambda one: (one.path, one.operator, one.occurrence),
    )


def outcomes(
    waiting: Sequence[Mutant], reached: Reached, sample: int, processes: int, seconds: float
) -> Iterator[Outcome]:
    """Try so many mutants of those that wait, as they end. What changes no meaning is passed over.

    Raises RuntimeError where a process could not run the tests.
    """
    for name in LIBRARIES:
        importlib.import_module(name)
    rest = iter(waiting)
    running: dict[int, tuple[Mutant, Path, float]] = {}
    done = 0
    try:
        while True:
            while len(running) < min(processes, sample - done):
                mutant = next(rest, None)
                if mutant is None:
                    break
                folder = Path(tempfile.mkdtemp(prefix="mutant-"))
                running[_forked(mutant, reached, seconds, folder)] = (
                    mutant, folder, time.monotonic()
                )  # fmt: skip
            if not running:
                return
            pid, status = os.wait()
            if pid not in running:
                continue  # a process that whoever started this one had begun
            mutant, folder, begun = running.pop(pid)
            outcome = _outcome(mutant, folder, status, time.monotonic() - begun)
            shutil.rmtree(folder, ignore_errors=True)
            if outcome is not None:
                done += 1
                yield outcome
    finally:
        for pid, (_, folder, _) in running.items():
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            shutil.rmtree(folder, ignore_errors=True)


def _outcome(mutant: Mutant, folder: Path, status: int, seconds: float) -> Outcome | None:
    told: dict[str, Any] = {}
    for path in sorted(folder.glob("*.json")):
        told |= json.loads(path.read_text(encoding="utf-8"))
    if told.get("none"):
        return None
    if os.WIFSIGNALED(status):
        ended = signal.Signals(os.WTERMSIG(status)).name
        if ended != "SIGXCPU":  # a busy machine, or one without memory: the mutant need not be it
            raise RuntimeError(f"{mutant} was ended by {ended}, which tells nothing of the tests")
        return Outcome(mutant, True, f"its end: {ended}", told["changed"], seconds)
    if "by" not in told:
        log = (folder / "log").read_text(encoding="utf-8", errors="replace")
        raise RuntimeError(f"{mutant} could not be tried:\n{log[-3000:]}")
    return Outcome(mutant, told["caught"], told["by"], told["changed"], seconds)


def _forked(mutant: Mutant, reached: Reached, seconds: float, folder: Path) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        log = os.open(folder / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for stream in (1, 2):
            os.dup2(log, stream)
        _try(mutant, reached, seconds, folder)
        status = 0
    except BaseException:  # noqa: BLE001 - it may be anything, and is told in the log
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _tell(folder: Path, name: str, **told: Any) -> None:
    (folder / f"{name}.json").write_text(json.dumps(told), encoding="utf-8")


def _try(mutant: Mutant, reached: Reached, seconds: float, folder: Path) -> None:
    """In the new process: what becomes of the mutant is told in the folder."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    code = (ROOT / mutant.path).read_text(encoding="utf-8")
    changed = mutate_code(code, get_operator(mutant.operator)(), mutant.occurrence)
    if changed is None or meaning(changed) in ("", meaning(code)):
        _tell(folder, "none", none=True)
        return
    lines = difflib.unified_diff(code.splitlines(), changed.splitlines(), n=0, lineterm="")
    _tell(folder, "changed", changed=[*lines][2:])
    parts, expected = _within(reached.tests(mutant.path, mutant.line), reached, seconds)
    limit = int(60 + LONGER * expected)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    signal.alarm(10 * limit)
    os.chdir(ROOT)
    sys.path[:0] = [str(ROOT)]
    name = mutant.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    sys.meta_path.insert(0, _Finder(name, str(ROOT / mutant.path), changed))
    try:
        importlib.import_module(name)
    except Exception as error:  # noqa: BLE001 - a mutant can raise anything
        _tell(folder, "ended", caught=True, by=f"import: {error!r}")
        return
    tried = 0
    for at, tests in enumerate(parts):
        if not tests:
            continue
        noticed, ran = _noticed(tests, folder / f"tests-{at}")
        tried += ran
        if noticed:
            _tell(folder, "ended", caught=True, by=noticed)
            return
    _tell(folder, "ended", caught=False, by=f"none of {tried} tests")


def _within(
    parts: list[list[str]], reached: Reached, seconds: float
) -> tuple[list[list[str]], float]:
    """The tests that can be run in so many seconds, and how many these are."""
    chosen: list[list[str]] = []
    spent = 0.0
    for tests in parts:
        chosen.append([])
        for test in tests:
            takes = reached.seconds.get(test, 0)
            if spent + takes > seconds:
                break
            spent += takes
            chosen[-1].append(test)
    return chosen, spent


def _noticed(tests: Sequence[str], folder: Path) -> tuple[str, int]:
    """The first of the tests that fails, else nothing; and how many were run."""
    from hypothesis import Phase, settings

    settings.register_profile(
        "mutants",
        database=None,
        phases=(Phase.explicit, Phase.generate),
        report_multiple_bugs=False,
    )
    settings.load_profile("mutants")
    chosen = _Chosen(tests)
    files = dict.fromkeys(test.partition("::")[0] for test in tests)
    status = pytest.main(
        [
            "-x", "-q", "-n0", "-p", "no:cacheprovider", "-p", "no:bpreport", "--assert=plain",
            "--hypothesis-seed=1", "--basetemp", str(folder), *files,
        ],
        plugins=[chosen],
    )  # fmt: skip
    if chosen.failed:
        return chosen.failed, chosen.ran
    if status == pytest.ExitCode.OK:
        return "", chosen.ran
    raise RuntimeError(f"the tests ended with {status!r}")


class _Chosen:
    """A plugin of pytest: only these tests, in this order; a name without `::` is a whole file."""

    def __init__(self, tests: Sequence[str]) -> None:
        self.order = {test: at for at, test in enumerate(tests)}
        self.failed = ""
        self.ran = 0

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        def place(item: pytest.Item) -> int:
            whole = self.order.get(item.nodeid.partition("::")[0], -1)
            return self.order.get(item.nodeid, whole)

        items[:] = sorted((item for item in items if place(item) >= 0), key=place)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.failed = self.failed or f"collecting {report.nodeid}"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.ran += report.when == "call"
        if report.failed:
            self.failed = self.failed or report.nodeid


class _Finder(SourceFileLoader):
    """Finds the one module, with other code than its file has."""

    def __init__(self, name: str, path: str, code: str) -> None:
        super().__init__(name, path)
        self._changed = code

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        if name != self.name:
            return None
        return spec_from_file_location(name, self.path, loader=self)

    def get_code(self, *_: object) -> Any:
        """Warnings are errors, as for pytest: `x is "add"` ends the import with a SyntaxError."""
        with catch_warnings():
            simplefilter("error")
            return compile(self._changed, self.path, "exec", dont_inherit=True)


def meaning(code: str) -> str:
    """The code without what nothing depends on; empty where it is no code.

    That is annotations, and the marks `*` and `/` between arguments: what is computed from them is
    the same however they are handed over, and a call that no longer may would end at once.
    """
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return ""
    for node in ast.walk(tree):
        found: Any = node
        for name in ("annotation", "returns"):
            if hasattr(found, name):
                setattr(found, name, ast.Constant(0) if isinstance(node, ast.AnnAssign) else None)
        if isinstance(node, ast.arguments):
            _hand_over_alike(node)
    return ast.dump(tree)


def _hand_over_alike(arguments: ast.arguments) -> None:
    """Take the marks between arguments away; each keeps its default."""
    without = ast.Constant(None)
    positional = [*arguments.posonlyargs, *arguments.args]
    missing = len(positional) - len(arguments.defaults)
    arguments.defaults = [
        *[without] * missing, *arguments.defaults,
        *(without if default is None else default for default in arguments.kw_defaults),
    ]  # fmt: skip
    arguments.args = [*positional, *arguments.kwonlyargs]
    arguments.posonlyargs, arguments.kwonlyargs, arguments.kw_defaults = [], [], []
