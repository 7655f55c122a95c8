"""One thing beside another: in a copy of the process where there can be one, and else behind it."""

import os
import signal
import subprocess
import sys
import time
from multiprocessing import active_children
from threading import Timer
from typing import Any

import pytest

from bpreport.publish.beside import Step, beside, companion, copies
from bpreport.publish.commands import build_deck
from bpreport.publish.keeping import current, keeping, kept, passing
from tests.publish.decks import PERCEPTRON, WORKED
from tests.support import ROOT

forking = pytest.mark.skipif(sys.platform != "linux", reason="only Linux copies its processes")


@kept("twice", pack=str.encode, unpack=bytes.decode)
def twice(text: str) -> str:
    return f"{text}{text} by {os.getpid()}"


@forking
def test_a_copy_does_the_work_and_one_process_alone_does_it_when_it_is_asked_for():
    with beside(os.getpid, jobs=2) as outcome:
        assert outcome() != os.getpid()
    done = []
    with beside(lambda: done.append("done"), jobs=1) as outcome:
        assert done == []
        outcome()
    assert done == ["done"]
    assert copies(1) == 1


def test_an_error_comes_out_as_it_would_without_a_copy():
    def fail() -> None:
        raise ValueError("no such thing")

    for jobs in (1, 2):
        with beside(fail, jobs) as outcome, pytest.raises(ValueError, match=r"^no such thing$"):
            outcome()


def test_what_a_copy_cannot_send_is_made_here():
    with beside(lambda: lambda: 6 * 7, jobs=2) as outcome:
        assert outcome()() == 42


def test_what_a_copy_does_not_live_to_make_is_made_here():
    first = os.getpid()

    def fragile() -> str:
        if os.getpid() != first:
            os.kill(os.getpid(), signal.SIGKILL)
        return "made"

    with beside(fragile, jobs=2) as outcome:
        assert outcome() == "made"


@forking
def test_what_a_copy_ends_while_it_sends_is_made_here():
    """Its pipe is full long before all is through, since nobody reads yet."""
    first, large = os.getpid(), bytes(10_000_000)

    def ending() -> bytes:
        if os.getpid() != first:
            Timer(0.3, os.kill, (os.getpid(), signal.SIGKILL)).start()
        return large

    before = set(active_children())
    with beside(ending, jobs=2) as outcome:
        (copy,) = set(active_children()) - before
        copy.join()
        assert outcome() == large


@forking
def test_a_copy_that_is_not_waited_for_is_ended():
    before = set(active_children())
    with beside(lambda: time.sleep(600), jobs=2):
        (copy,) = set(active_children()) - before
    assert copy.exitcode == -signal.SIGTERM


@forking
@pytest.mark.parametrize("from_run_to_run", [True, False])
def test_pieces_that_a_copy_makes_are_there_for_the_first_process(tmp_path, from_run_to_run):
    """In the cache if there is one, and otherwise until the command ends; and they are counted."""
    with keeping(tmp_path if from_run_to_run else None), passing():
        now = current()
        assert now is not None
        before = twice("a")
        with beside(lambda: (twice("a"), twice("b")), jobs=2) as outcome:
            first, second = outcome()
        assert first == before
        assert not second.endswith(str(os.getpid()))
        assert twice("b") == second
        assert (now.pieces.made["twice"], now.pieces.found["twice"]) == (2, 2)
    with keeping(tmp_path):
        assert (twice("b") == second) is from_run_to_run


@pytest.mark.parametrize("cached", [True, False])
def test_the_files_are_the_same_with_and_without_copies(tmp_path, cached):
    deck = tmp_path / "deck.md"
    deck.write_text(f"{WORKED}\n$$a = 0.1 * 5 = 0.6$$\n")
    made = []
    for jobs in (1, 2):
        place = tmp_path / f"cache{jobs}" if cached else None
        formats = ("html", "pdf", "slides", "golden")
        told: list[str] = []
        built = build_deck(
            deck, tmp_path / f"out{jobs}", formats, None, told.append, cache=place, jobs=jobs
        )
        made.append({path.name: path.read_bytes() for path in built.paths})
        assert {"audit", "report", "pdf", "slides", "html"} <= set(told)
    assert made[0] == made[1]
    assert len(made[0]) == 5


def test_a_plot_that_a_copy_cannot_draw_is_drawn_where_it_is_needed(tmp_path, monkeypatch):
    """What goes wrong in the copy is told, if at all, by the page that asks for the plot."""
    deck = tmp_path / "deck.md"
    deck.write_text(PERCEPTRON)

    def report() -> bytes:
        (path,) = build_deck(deck, tmp_path, ["html"], "en", lambda _: None, jobs=2).paths
        return path.read_bytes()

    before = report()

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("bpreport.publish.examples.plots", fail)
    assert report() == before


_BUILDING = """
import os, sys, time
from bpreport.publish import examples
from bpreport.cli import main
def stay(*_):
    print(os.getpid(), flush=True)
    time.sleep(600)
examples.plots = stay  # what the copy does first
main()
"""


@forking
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_no_copy_outlives_the_command_and_the_old_file_stays(tmp_path, end):
    """However it ended: by ctrl-C, which reaches all its processes, or by a kill of the first."""
    old = tmp_path / "report.html"
    old.write_text("old")
    command = ["build", "--no-cache", "--format", "html", "-o", str(tmp_path)]
    with subprocess.Popen(
        [sys.executable, "-c", _BUILDING, *command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        if not process.stdout.readline():
            pytest.skip("there is one processor, or too little memory for a copy")
        if end is signal.SIGKILL:
            process.kill()
        else:
            os.killpg(process.pid, end)
        process.wait()
        # Both pipes end when the last process that holds them has ended.
        assert process.stdout.read() == ""
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert old.read_text() == "old"


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_was_waited_for_is_there_for_good_and_for_later_copies(jobs):
    done = []

    def work() -> int:
        done.append("done")
        return os.getpid()

    with beside(work, jobs) as outcome:
        first = outcome()
        assert outcome() == first
        with beside(lambda: (outcome(), len(done)), jobs) as later:
            assert later() == (first, len(done))
    assert len(done) == (1 if first == os.getpid() else 0)


@forking
def test_a_companion_does_one_work_after_the_other_and_gets_ready_for_each():
    ready: list[str] = []
    first: Step[int, Any] = Step(
        lambda n: (6 * n, list(ready), os.getpid()), lambda: ready.append("first")
    )
    second: Step[int, Any] = Step(
        lambda n: (n - 2, list(ready), os.getpid()), lambda: ready.append("second")
    )
    with companion(2, first, second) as (multiply, subtract):
        product = multiply(7)
        difference = subtract(44)  # though what comes before it is not asked for
        number, known, by = difference()
        assert (number, known) == (42, ["first", "second"])
        assert product() == (42, ["first"], by)
    assert by != os.getpid()
    assert ready == []


@forking
def test_what_a_companion_made_is_told_once(tmp_path):
    """Of its second work it sends what that made, and not again what the first did."""
    with keeping(tmp_path):
        now = current()
        assert now is not None
        with companion(2, Step(twice), Step(twice)) as (one, other):
            assert one("a")() == twice("a")
            assert other("b")() == twice("b")
        assert now.pieces.made["twice"] == 2
        assert now.pieces.found["twice"] == 2


@forking
def test_a_companion_may_have_copies_of_its_own_and_takes_them_along(tmp_path):
    told = tmp_path / "copy"

    def stay() -> None:
        told.write_text(str(os.getpid()))
        time.sleep(600)

    def work(_: None) -> None:
        with beside(stay, jobs=2) as outcome:
            outcome()

    with companion(2, Step(work)) as (begin,):
        begin(None)
        while not (told.exists() and told.read_text()):
            time.sleep(0.01)
    copy = int(told.read_text())
    for _ in range(500):
        try:
            os.kill(copy, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
    pytest.fail("the copy of the copy is still there")


@forking
def test_what_was_prepared_in_vain_is_made_here():
    """Whether the copy has ended before it is told on what to work, or ends only then."""
    first = os.getpid()

    def fail() -> None:
        raise ValueError("no such thing")

    for wait in (0.0, 0.5):
        with companion(2, Step(lambda n: (n, os.getpid()), fail)) as (begin,):
            time.sleep(wait)
            assert begin(7)() == (7, first)


@forking
def test_a_copy_that_ctrl_c_has_ended_ends_the_first_process_too():
    """It reaches both, but here a library may take what it raises for an error of its own."""
    first = os.getpid()

    def interrupted() -> int:
        if os.getpid() != first:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(600)
        return os.getpid()

    with beside(interrupted, jobs=2) as outcome, pytest.raises(KeyboardInterrupt):
        outcome()
