"""Which tests reach which line of the rooms, and how long they take: measured once, kept in build/.

A test that was changed since, or is new, is taken to reach everything.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256
from inspect import signature
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("formula", "audit")
TESTS = (
    "bpreport/formula", "bpreport/audit", "tests/formula", "tests/audit", "tests/deck",
    "tests/worked/test_descent.py", "tests/worked/test_findings.py",
    "tests/publish/test_checking_fix.py", "tests/test_docs_security.py",
)  # fmt: skip
"""What notices the mutants of these rooms, whichever room it is about."""


@dataclass(frozen=True)
class Reached:
    """What one run of the tests has shown."""

    lines: dict[str, dict[int, list[str]]]
    """By file and line, the tests that reach it; "" is reaching it at import."""
    seconds: dict[str, float]
    """By test, how long it takes."""
    files: dict[str, str]
    """By file of tests, the digest of what it was."""

    @cached_property
    def ordered(self) -> list[str]:
        """All tests; first those that reach little, which are likelier about what they reach."""
        lines = Counter(
            test for found in self.lines.values() for tests in found.values() for test in tests
        )
        return sorted(self.seconds, key=lambda test: (lines[test], self.seconds[test], test))

    def tests(self, path: str, line: int) -> list[list[str]]:
        """Which tests can notice a change of a line, in the order in which they are tried.

        First those of the room that reach it, then those of other rooms. What is reached at import
        alone can change what any test sees, most likely those that reach where its name is read.
        """
        found = self._reaching(path, _statement(path, line))
        imported = found == {""}
        if imported:
            found |= self._reaching(path, _readings(path, line))
        changed = {file for file, now in digests().items() if self.files.get(file) != now}
        ordered = [test for test in self.ordered if _file(test) not in changed]
        room = path.split("/")[1]
        own = (f"tests/{room}/", f"bpreport/{room}/")
        return [
            [*sorted(changed), *(one for one in ordered if one in found and one.startswith(own))],
            [one for one in ordered if one in found and not one.startswith(own)],
            [one for one in ordered if one not in found] if imported else [],
        ]

    def _reaching(self, path: str, lines: Iterable[int]) -> set[str]:
        known = self.lines.get(path, {})
        return {test for number in lines for test in known.get(number, [])}


def measured() -> Reached:
    """What reaches what, from build/ where the rooms are as they were.

    A test that fails without a mutant tells nothing of one, and is left out.
    """
    kept = ROOT / "build" / "reached.json"
    release = sha256("".join(_digest(path) for path in _sources()).encode()).hexdigest()
    if kept.exists():
        known = json.loads(kept.read_text(encoding="utf-8"))
        if known["release"] == release:
            return _reached(known)
    kept.parent.mkdir(exist_ok=True)
    print("measuring which tests reach what", file=sys.stderr)
    data, durations = kept.with_suffix(".coverage"), kept.with_suffix(".seconds")
    data.unlink(missing_ok=True)
    command = [
        sys.executable, "-m", "pytest", "-q", "-p", "mutants.reaching", "-p", "no:cacheprovider",
        *(f"--cov=bpreport.{room}" for room in ROOMS), "--cov-context=test", "--cov-report=",
        "--cov-fail-under=0", "--hypothesis-seed=1", *_files(),
    ]  # fmt: skip
    environment = {**os.environ, "COVERAGE_FILE": str(data), "MUTANTS_SECONDS": str(durations)}
    files = digests()
    subprocess.run(command, cwd=ROOT, env=environment, stdout=2, check=False)
    seconds = json.loads(durations.read_text(encoding="utf-8"))
    known = {
        "release": release,
        "seconds": seconds,
        "files": files,
        "lines": _contexts(data, seconds),
    }
    kept.write_text(json.dumps(known), encoding="utf-8")
    return _reached(known)


def _reached(known: dict[str, Any]) -> Reached:
    names = [*known["seconds"], ""]
    lines = {
        path: {int(line): [names[at] for at in tests] for line, tests in found.items()}
        for path, found in known["lines"].items()
    }
    return Reached(lines, known["seconds"], known["files"])


def _contexts(data: Path, tests: Iterable[str]) -> dict[str, dict[int, list[int]]]:
    """By file and line, the places of the tests in the list of all; one more is import.

    What a fixture reaches counts for all tests of the file: it may be made once for them.
    """
    from coverage import CoverageData

    places = {name: at for at, name in enumerate([*tests, ""])}
    of_file: dict[str, set[int]] = {}
    for name, at in places.items():
        of_file.setdefault(_file(name), set()).add(at)

    def reaching(context: str) -> set[int]:
        name, _, phase = context.rpartition("|")
        if phase == "run" or not name:
            return {places[name]} if name in places else set()
        return of_file.get(_file(name), set())

    read = CoverageData(str(data))
    read.read()
    return {
        str(Path(path).relative_to(ROOT)): {
            line: sorted({place for context in contexts for place in reaching(context)})
            for line, contexts in read.contexts_by_lineno(path).items()
        }
        for path in read.measured_files()
    }


def digests() -> dict[str, str]:
    """By file of tests, what it is now."""
    return {path: _digest(path) for path in _files()}


def _files() -> list[str]:
    """The files of tests, and those whose examples are tests."""
    found: list[Path] = []
    for name in TESTS:
        path = ROOT / name
        found += [path] if path.suffix else sorted(path.rglob("*.py"))
    return [str(path.relative_to(ROOT)) for path in found if _tests(path)]


def _tests(path: Path) -> bool:
    return path.name.startswith("test_") or ">>> " in path.read_text(encoding="utf-8")


def _sources() -> list[str]:
    return [
        str(path.relative_to(ROOT))
        for room in ROOMS
        for path in sorted((ROOT / "bpreport" / room).rglob("*.py"))
    ]


@cache
def _digest(path: str) -> str:
    return sha256((ROOT / path).read_bytes()).hexdigest()


def _file(test: str) -> str:
    return test.partition("::")[0]


def _statement(path: str, line: int) -> range:
    """The lines of the innermost statement at a line; of one with a body, those before that."""
    best = range(line, line + 1)
    smallest = sys.maxsize
    for node in ast.walk(_tree(path)):
        if not isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case):
            continue
        body = getattr(node, "body", None)
        first = node.pattern.lineno if isinstance(node, ast.match_case) else node.lineno
        first = min([first, *(one.lineno for one in getattr(node, "decorator_list", []))])
        last = body[0].lineno - 1 if body else getattr(node, "end_lineno", first)
        last = max(first, last)
        if first <= line <= last and last - first < smallest:
            best, smallest = range(first, last + 1), last - first
    return best


def _readings(path: str, line: int) -> set[int]:
    """The lines of a file that read what the statement at a line gives a name."""
    own = _statement(path, line)
    names = [node for node in ast.walk(_tree(path)) if isinstance(node, ast.Name)]
    told = {name.id for name in names if name.lineno in own and isinstance(name.ctx, ast.Store)}
    return {name.lineno for name in names if name.id in told and isinstance(name.ctx, ast.Load)}


@cache
def _tree(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


# As a plugin of pytest ------------------------------------------------------------------------

_seconds: dict[str, float] = {}
_left_out: set[str] = set()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Sum up what a test takes; one that is skipped or fails tells nothing."""
    _seconds[report.nodeid] = _seconds.get(report.nodeid, 0) + report.duration
    if not report.passed:
        _left_out.add(report.nodeid)


def pytest_collection_finish() -> None:
    """Make the tables that are made once, as if they were made at import."""
    for kept in _caches():
        if not signature(kept).parameters:
            kept()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Forget what is remembered, so that each test reaches all that it depends on."""
    for kept in _caches():
        if signature(kept).parameters:
            kept.cache_clear()


def _caches() -> list[Any]:
    return [
        value
        for name, module in [*sys.modules.items()]
        if name.startswith("bpreport.")
        for value in vars(module).values()
        if hasattr(value, "cache_clear")
    ]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """The first process knows of all tests."""
    if not hasattr(session.config, "workerinput") and (path := os.environ.get("MUTANTS_SECONDS")):
        kept = {test: takes for test, takes in _seconds.items() if test not in _left_out}
        Path(path).write_text(json.dumps(kept), encoding="utf-8")
