"""Whatever happens to a run, each file is the old one or the new one, and the next run is right."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.publish.decks import WORKED
from tests.publish.faults import FAULTS
from tests.publish.scale import ENVIRONMENT, PROGRAM, ROOT, commanded, files_of

FEW = ["killed", "interrupted", "disk full"]
COUNTS = {"killed": 20, "killed at any time": 20}
"""Runs of each command when it is thorough, beside those of all faults: three commands, so 120."""
THOROUGH = bool(os.environ.get("BPREPORT_THOROUGH"))


def runs(folder: Path, faults: list[str], count: int) -> list[dict[str, Any]]:
    """What came of each run of a campaign."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.publish.faults", folder, ",".join(faults), str(count), "1"],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=3000,
    )  # fmt: skip
    return [json.loads(line) for line in ended.stdout.splitlines()]


def judge(run: dict[str, Any]) -> None:
    """The law."""
    state, status = run["state"], run["status"]
    assert state["broken"] == [], run
    assert run["right"], run
    if "killed" in run["fault"]:
        assert status in (-signal.SIGKILL, 0), run
    else:
        # What was interrupted or failed says so and leaves nothing half written behind.
        assert status in (0, 130 if run["fault"] == "interrupted" else 2), run
        # A folder that has become read-only lets nothing be taken away any more.
        assert run["fault"] == "read-only" or state["remnant"] == [], run
    # A class that is there as a whole is not made again, unless its run did not come to its end.
    issued = run["command"] == "sheets" and "manifest.json" in state["new"]
    assert run["again"] in ((0, 2) if issued else (0,)), run


@pytest.mark.skipif(sys.platform != "linux", reason="runs are forked")
def test_faults_at_random_points(tmp_path, record_testsuite_property):
    """Of `build`, `sheets` and `mark`: a few here, more than 100 kills when it is thorough."""
    found = runs(tmp_path, list(FAULTS) if THOROUGH else FEW, 5 if THOROUGH else 1)
    if THOROUGH:
        for name, count in COUNTS.items():
            (tmp_path / name).mkdir()
            found += runs(tmp_path / name, [name], count)
    for run in found:
        judge(run)
    counted = Counter(run["fault"] for run in found)
    for name, count in counted.items():
        record_testsuite_property(name, count)
    # A run that is over before its point or its time comes is none that was killed.
    kills = sum(run["status"] == -signal.SIGKILL for run in found)
    record_testsuite_property("ended by SIGKILL", kills)
    assert kills >= (100 if THOROUGH else 3)


def limited(words: list[object], **limits: int) -> subprocess.CompletedProcess[str]:
    """The command under limits that the system enforces."""

    def confine() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the write fails instead
        for name, most in limits.items():
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))

    # Where coverage is measured, its own file would be another one that has no room.
    environment = {**ENVIRONMENT}
    environment.pop("COVERAGE_PROCESS_CONFIG", None)
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *map(str, words)], env=environment, check=False,
        capture_output=True, text=True, timeout=600, preexec_fn=confine,
    )  # fmt: skip


def test_a_file_that_has_no_room(tmp_path):
    """The system itself ends the write in the middle: status 2, one message, and the old files."""
    deck, target = tmp_path / "deck.md", tmp_path / "out"
    deck.write_text("$$a = 1$$\n", encoding="utf-8")
    target.mkdir()
    (target / "report.html").write_bytes(b"old")
    words = ["build", deck, "-o", target, "--format", "html", "--no-cache"]
    ended = limited(words, FSIZE=20_000)
    assert ended.returncode == 2, ended.stderr
    assert ended.stderr.startswith("bpreport: ")
    assert "Traceback" not in ended.stderr
    assert files_of(target) == {"report.html": b"old"}


def test_two_builds_into_one_folder(tmp_path):
    """At once: every file is one of the two, and whole."""
    wanted = []
    for number in (1, 2):
        (tmp_path / f"{number}.md").write_text(f"{WORKED}\n$$a = {number}$$\n", encoding="utf-8")
        words = ["build", tmp_path / f"{number}.md", "-o", tmp_path / f"alone{number}"]
        assert commanded(*words, "--format", "html,golden")[0] == 0
        wanted.append(files_of(tmp_path / f"alone{number}"))
    both = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "build", str(tmp_path / f"{number}.md"), "-o",
             str(tmp_path / "out"), "--format", "html,golden", "--no-cache"],
            env=ENVIRONMENT, stdout=subprocess.DEVNULL,
        )
        for number in (1, 2)
    ]  # fmt: skip
    assert [process.wait(600) for process in both] == [0, 0]
    found = files_of(tmp_path / "out")
    assert found.keys() == wanted[0].keys()
    for name, content in found.items():
        assert content in (wanted[0][name], wanted[1][name])


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_closed_pipe_is_no_error_of_ours(tmp_path, form):
    """`bpreport check notes.md | head -0`: it ends, without a traceback."""
    deck = tmp_path / "notes.md"
    deck.write_text("$$a = 0.1 * 5 = 0.6$$\n" * 5, encoding="utf-8")
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, "check", str(deck), "--format", form],
        env=ENVIRONMENT, check=False, stdout=writing, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    os.close(writing)
    assert "Traceback" not in ended.stderr
    assert ended.returncode != 0


def test_a_clock_that_jumps(tmp_path):
    """Days forward and back again between builds: what was kept is taken, and is right."""
    from tests.publish.worlds import World

    there = World(tmp_path, 0, 1, {})
    (tmp_path / "notes.md").write_text("$$a = 0.1 * 5 = 0.6$$\n", encoding="utf-8")
    made = []
    for days in (0, 4000, -4000):
        world = World(there.folder, days, 1, {})
        build = ["build", "-v", "notes.md", "-o", f"out{days}", "--format", "html"]
        told = world.ended(build).stderr
        assert ("html: as before" in told) == (days != 0), told
        made.append(files_of(tmp_path / f"out{days}"))
    assert made[0] == made[1] == made[2]
