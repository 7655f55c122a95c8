"""One way to let several processes work: results in order, failures told, whoever ends."""

from __future__ import annotations

import errno
import os
import signal
import time
from pathlib import Path

import pytest

from bpreport.deck import DeckError
from bpreport.deck.model import Position
from bpreport.publish import processes
from bpreport.publish.batch import HERE, Counting, Failure, Workers, in_order
from bpreport.publish.keeping import current, keeping
from bpreport.publish.language import render
from bpreport.publish.processes import affordable, free_memory

TWO = Workers(2)


def slow(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def one_over(number: int) -> float:
    return 1 / number


def die_at(thing: tuple[Path, int]) -> int:
    """Of a thing that has a file, the process is killed and the file removed."""
    mark, number = thing
    if mark.exists():
        mark.unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def die_always(number: int) -> int:
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def raise_strange(_number: int) -> int:
    raise StrangeError("a", "b")


class StrangeError(Exception):
    """Nobody can make it again from what is sent of it."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} and {second}")


@pytest.fixture(params=["alone", "copies", "anew"])
def anyone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Workers:
    """One process, two that are copies of it, and two that are begun anew as on other systems."""
    if request.param == "anew":
        monkeypatch.setattr(processes, "COPIES", False)
    return HERE if request.param == "alone" else TWO


def test_results_come_in_order_however_long_each_takes(anyone: Workers) -> None:
    """The slow first one comes first."""
    assert list(in_order(slow, [0.3, 0.0, 0.1], anyone)) == [0.3, 0.0, 0.1]


def by_whom(thing: str, made_by: int) -> tuple[str, bool]:
    """Keeping: whether who made it keeps it."""
    return thing, made_by == os.getpid()


def process_of(_thing: str) -> int:
    return os.getpid()


def test_who_makes_a_thing_keeps_it(anyone: Workers) -> None:
    """So that it need not be sent; only what is left of it comes back."""
    found = list(in_order(process_of, ["a", "b", "c"], anyone, keep=by_whom))
    assert found == [("a", True), ("b", True), ("c", True)]
    made_by = set(in_order(process_of, ["a", "b", "c"], anyone))
    assert (os.getpid() in made_by) == (anyone is HERE)


def no_room(_thing: int, result: int) -> int:
    if result == 2:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "there")
    return result


def test_what_cannot_be_kept_ends_the_whole(anyone: Workers) -> None:
    """The next thing would have no room either; what was kept before comes back."""
    results = in_order(abs, [-1, -2, -3], anyone, keep=no_room)
    assert next(results) == 1
    with pytest.raises(OSError, match="there") as raised:
        next(results)
    assert raised.value.errno == errno.ENOSPC


def kept_in(_thing: int) -> bool:
    return current() is not None


def test_a_copy_does_not_use_the_cache_of_the_command(tmp_path: Path) -> None:
    """What it puts there would be lost, and the database is the first process's."""
    with keeping(tmp_path):
        assert list(in_order(kept_in, [1, 2], TWO)) == [False, False]
        assert kept_in(1)


def test_a_failure_costs_the_others_nothing(anyone: Workers) -> None:
    """Its reason stands in its place."""
    first, second, third = in_order(one_over, [1, 0, 2], anyone)
    assert (first, third) == (1, 0.5)
    assert isinstance(second, Failure)
    assert str(second.reason) == "ZeroDivisionError: division by zero"


def test_what_an_exception_says_survives_the_way_between_processes() -> None:
    """Also if it cannot be made again from its arguments."""
    failures = list(in_order(raise_strange, [1, 2], TWO))
    assert [str(found.reason) for found in failures if isinstance(found, Failure)] == [
        "StrangeError: a and b"
    ] * 2


def test_a_thing_whose_process_was_killed_is_done_again(tmp_path: Path) -> None:
    """By another process; the result is there all the same, in its place."""
    marks = [tmp_path / str(number) for number in range(6)]
    marks[3].touch()
    things = list(zip(marks, range(6), strict=True))
    assert list(in_order(die_at, things, TWO)) == [0, 1, 2, 3, 4, 5]
    assert not marks[3].exists()


def test_a_thing_that_kills_its_processes_is_told() -> None:
    """After the second one; all others have their results."""
    found = list(in_order(die_always, range(5), TWO))
    assert found[:2] + found[3:] == [0, 1, 3, 4]
    assert isinstance(found[2], Failure)
    assert str(found[2].reason) == "its process was ended by SIGKILL"


def test_ending_early_ends_the_processes() -> None:
    """Nobody waits for what is still under way."""
    begun = time.monotonic()
    results = in_order(slow, [0, 60, 60], TWO)
    assert next(results) == 0
    results.close()  # type: ignore[attr-defined]
    assert time.monotonic() - begun < 30


def test_memory_bounds_the_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has its share of what is free, and there is one at the least."""
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    for free, jobs in [(10 * processes.MEMORY, 8), (3.9 * processes.MEMORY, 3), (1, 1)]:
        monkeypatch.setattr(processes, "free_memory", lambda free=free: int(free))
        assert affordable(8) == jobs
    monkeypatch.setattr(processes, "free_memory", lambda: None)
    assert affordable(8) == 8
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert affordable(8) == 2


def test_free_memory_is_that_of_the_machine() -> None:
    """Some, and less than all of it."""
    found = free_memory()
    if found is not None:
        assert 0 < found < os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def test_progress_tells_rate_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rate is that of this run; what was there already does not count."""
    clock = iter([90.0, 100.0, 110.0, 120.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    told: list[str] = []
    counting = Counting(told.append, 60)
    counting.add(20, known=True)
    counting.add(10)
    counting.add(30)
    assert told == ["30/60, 1 a second, 0:30 left", "60/60, 2 a second"]


def test_a_deck_that_cannot_be_used_is_told_with_its_place() -> None:
    """As it is where one process does all; of another error what it says is told."""
    error = DeckError("no start", ("worked", "walk")).placed(
        "deck.md", {("worked", "walk"): Position(4, 3)}
    )
    failure = Failure.of(error)
    assert render(failure.reason, "en") == "deck.md:4:3: worked.walk: no start"
    assert failure.error is error
    assert str(Failure.of(ValueError("no such sheet\nin two lines")).reason) == (
        "ValueError: no such sheet"
    )
