"""Batches on a real scheduler with worker processes of their own."""

from __future__ import annotations

import os
import pickle
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from bpreport.publish import Workers, check
from bpreport.publish.batch import Failure, in_order
from bpreport.publish.marking import lots as of_answers
from bpreport.publish.release import release
from bpreport.publish.sheets import issue, lots
from bpreport.publish.sheets.issuing import course_of
from bpreport.publish.sheets.students import numbered
from tests.publish.scale import (
    OWN,
    SLOPE,
    SMALL_LOTS,
    STAYING,
    Cluster,
    cluster,
    commanded,
    files_of,
    started,
    wait_for,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="it kills as POSIX does")


@pytest.fixture(autouse=True)
def _small_lots(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a few students are several lots; workers are sent lots as they are made here."""
    for room in (lots, of_answers):
        monkeypatch.setattr(room, "SIZE", 8)


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster with two workers."""
    with cluster(tmp_path_factory.mktemp("cluster"), 2) as made:
        yield made


@pytest.fixture(scope="module")
def another(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One whose workers are killed: whoever needs it says how many there must be."""
    with cluster(tmp_path_factory.mktemp("another"), 0) as made:
        yield made


@pytest.fixture
def of(another: Cluster) -> Callable[[int], Cluster]:
    """It, with so many workers."""

    def having(count: int) -> Cluster:
        another.work(count)
        wait_for(another.registered)
        return another

    return having


def double(number: int) -> int:
    return 2 * number


def one_over(number: int) -> float:
    return 1 / number


def slowly(thing: tuple[Path, int]) -> tuple[int, int]:
    """Tells which process had it; of a thing with a file, that process is killed and it removed."""
    mark, number = thing
    time.sleep(0.05)
    if mark.exists():
        mark.unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    return number, os.getpid()


def die(_number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def test_results_come_in_order_and_failures_are_told(dask: Cluster) -> None:
    """As in processes of this machine."""
    workers = Workers(scheduler=dask.address)
    assert list(in_order(double, range(50), workers)) == [2 * number for number in range(50)]
    first, second, third = in_order(one_over, [1, 0, 2], workers)
    assert (first, third) == (1, 0.5)
    assert isinstance(second, Failure)
    assert str(second.reason) == "ZeroDivisionError: division by zero"


def test_the_whole_of_three_commands(dask: Cluster, tmp_path: Path) -> None:
    """Sheets, marks and a check: every file and what is printed are those of one process."""
    (tmp_path / "notes").mkdir()
    for number in range(5):
        source = f"$$a = {number} * 2 = {number}1.5$$\n"
        (tmp_path / "notes" / f"{number}.md").write_text(source)
    told = {}
    for where, words in {"alone": [], "there": ["--scheduler", dask.address]}.items():
        out = tmp_path / where
        sheets = ["sheets", OWN, "--count", 10, "--seed", "k", "--format", "html"]
        assert commanded(*sheets, "-o", out / "sheets", *words)[0] == 0
        answers = tmp_path / "answers.csv"
        if where == "alone":
            answers.write_text(answers_of(out / "sheets"), encoding="utf-8")
        mark = ["mark", answers, OWN, "--manifest", out / "sheets" / "manifest.json"]
        assert commanded(*mark, "-o", out / "marks", *words)[0] == 0
        told[where] = commanded("check", tmp_path / "notes", "--format", "sarif", *words)
    assert files_of(tmp_path / "alone") == files_of(tmp_path / "there")
    assert told["alone"] == told["there"]
    assert told["alone"][0] == 1


def answers_of(folder: Path) -> str:
    """The right answers to the sheets of a folder."""
    from bpreport.publish.sheets import read_manifest

    sheets = read_manifest(folder / "manifest.json").sheets
    rows = [["student", *sheets[0].answers]]
    rows += [
        [sheet.student, *(answer["expected"] for answer in sheet.answers.values())]
        for sheet in sheets
    ]
    return "\n".join(";".join(row) for row in rows)


def test_a_worker_that_is_killed_costs_nothing(
    of: Callable[[int], Cluster], tmp_path: Path
) -> None:
    """What it had is done by the other, and the results are there in order."""
    marks = [tmp_path / str(number) for number in range(40)]
    marks[15].touch()
    things = list(zip(marks, range(40), strict=True))
    found = list(in_order(slowly, things, Workers(scheduler=of(2).address)))
    numbers, processes = zip(*found, strict=True)
    assert numbers == tuple(range(40))
    assert not marks[15].exists()
    assert len({*processes[:14]}) == 2
    assert len({*processes[20:]}) == 1


def test_sheets_with_a_worker_killed_in_the_middle(
    of: Callable[[int], Cluster], tmp_path: Path
) -> None:
    """The class is whole, and the same as one process makes it."""
    course, students = course_of(SLOPE), numbered(40)
    issue(course, "k", students, tmp_path / "alone", ["html"], "en")
    own = of(2)
    victim = own.processes[-1]

    def kill(told: str) -> None:
        if victim.poll() is None:
            victim.kill()

    workers = Workers(scheduler=own.address)
    issue(course, "k", students, tmp_path / "there", ["html"], "en", kill, workers)
    assert victim.wait() == -signal.SIGKILL
    assert files_of(tmp_path / "there") == files_of(tmp_path / "alone")


def test_a_thing_that_kills_its_workers_is_told(of: Callable[[int], Cluster]) -> None:
    """The scheduler gives it up, and it is a failure with its reason."""
    (found,) = in_order(die, [1], Workers(scheduler=of(3).address))
    assert isinstance(found, Failure)
    assert str(found.reason) == "every worker that had it was ended"


def test_a_scheduler_that_goes_away_leaves_what_is_kept(tmp_path: Path) -> None:
    """One message, exit status 2, and the next run goes on."""
    words = ["sheets", SLOPE, "--count", 80, "--seed", "k", "--format", "html", "-o"]
    with cluster(tmp_path, 1) as own:
        words += [tmp_path / "class", "--scheduler", own.address]
        # Half a second for each lot, so that it is not done before the scheduler is.
        process = started(*words, before=SMALL_LOTS + STAYING.replace("600", "0.5"))
        wait_for(lambda: list(tmp_path.glob(".class.*/records/*.json")))
        own.processes[0].kill()
        out, err = process.communicate(timeout=120)
    assert (process.returncode, out) == (2, ""), err
    assert err == f"bpreport: the scheduler at {own.address} is gone\n"
    assert list(tmp_path.glob(".class.*/records/*.json"))


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("nonsense", "'nonsense' is no scheduler's address"),
        ("tcp://127.0.0.1:1", "no scheduler at tcp://127.0.0.1:1"),
    ],
)
def test_an_address_without_a_scheduler(
    address: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One message, exit status 2, nothing written."""
    monkeypatch.setattr("bpreport.publish.cluster.ANSWER", 0.2)
    words = ["sheets", SLOPE, "--count", 2, "--seed", 1, "-o", tmp_path / "class"]
    status, out, err = commanded(*words, "--scheduler", address)
    assert (status, out, message in err, err.count("\n")) == (2, "", True, 1), err
    assert list(tmp_path.iterdir()) == []


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """One message that says what to install."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    status, out, err = commanded("check", "--scheduler", "tcp://127.0.0.1:8786")
    assert (status, out) == (2, "")
    assert "pip install 'bpreport[cluster]'" in err
    assert err.count("\n") == 1


def test_no_command_loads_dask_unasked() -> None:
    """Nor what brings it here, where it is not asked for."""
    import subprocess

    program = (
        "import sys; from bpreport.publish import check; check([]); "
        "sys.exit(any(name in sys.modules for name in ('dask', 'distributed', 'weasyprint')))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_worker_of_another_release_is_refused(
    dask: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its results would not be the same."""
    from bpreport.deck import DeckError
    from bpreport.publish import cluster as room

    here = os.getpid()
    monkeypatch.setattr(room, "release", lambda: "other" if os.getpid() == here else release())
    with pytest.raises(DeckError, match="has another bpreport, or other libraries"):
        list(in_order(double, [1], Workers(scheduler=dask.address)))


def test_a_path_means_the_same_to_a_worker_elsewhere(
    dask: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workers have other working folders; addresses in the output are those of this one."""
    monkeypatch.chdir(tmp_path)
    deck = tmp_path / "a.md"
    deck.write_text("$$a = 2 * 2 = 5$$\n")
    for form in ("sarif", "github"):
        there = check([deck], form, workers=Workers(scheduler=dask.address))
        assert there == check([deck], form)
        assert str(tmp_path) not in there.text


def kept_by(_thing: int, result: int) -> tuple[int, int]:
    return result, os.getpid()


def test_what_a_worker_makes_is_kept_on_this_machine(dask: Cluster) -> None:
    """A worker may have no files in common with it."""
    workers = Workers(scheduler=dask.address)
    found = list(in_order(double, [1, 2], workers, keep=kept_by))
    assert found == [(2, os.getpid()), (4, os.getpid())]


class Made(pickle.Unpickler):
    """Reads what is sent, and notes of which modules anything in it is."""

    def __init__(self, sent: bytes) -> None:
        super().__init__(BytesIO(sent))
        self.modules: set[str] = set()

    def find_class(self, module: str, name: str) -> Any:
        self.modules.add(module)
        return super().find_class(module, name)


def test_a_worker_gets_what_a_process_gets(
    dask: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same work and the same texts and numbers: no path, no open file, not the deck's file."""
    from distributed import Client

    from bpreport.publish.cluster import _worked
    from bpreport.publish.processes import Processes

    sent: dict[str, list[bytes]] = {"two": [], "there": []}
    to_process, to_worker = Processes.submit, Client.submit

    def process(pool: Processes, work: Callable[[Any], Any], thing: Any) -> Any:
        sent["two"].append(pickle.dumps((work, thing)))
        return to_process(pool, work, thing)

    def worker(client: Client, *arguments: Any, **options: Any) -> Any:
        shell, work, thing, expected = arguments
        assert (shell, expected, options) == (_worked, release(), {"pure": False})
        sent["there"].append(pickle.dumps((work, thing)))
        return to_worker(client, *arguments, **options)

    monkeypatch.setattr(Processes, "submit", process)
    monkeypatch.setattr(Client, "submit", worker)
    deck = tmp_path / "deck.md"
    shutil.copyfile(SLOPE, deck)
    course = course_of(deck)
    deck.unlink()
    for name, workers in {"two": Workers(2), "there": Workers(scheduler=dask.address)}.items():
        issue(course, "k", numbered(18), tmp_path / name, ["html"], "en", workers=workers)
    assert files_of(tmp_path / "there") == files_of(tmp_path / "two")
    assert len(sent["there"]) == 3  # lots of 8: 8 + 8 + 2
    assert sent["there"] == sent["two"]
    for each in sent["there"]:
        made = Made(each)
        made.load()
        assert {name.partition(".")[0] for name in made.modules} <= {"bpreport", "builtins"}
        assert str(tmp_path / "there").encode() not in each
