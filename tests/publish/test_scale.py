"""Sheets, marks and checks in batches: the same bytes whoever works, and nothing made twice."""

from __future__ import annotations

import gc
import json
import sys
import time
import tracemalloc
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from bpreport.deck import DeckError, read_text
from bpreport.publish import Workers, check
from bpreport.publish.batch import HERE
from bpreport.publish.marking import deliver, kinds_of, read_answers
from bpreport.publish.marking import lots as marking_lots
from bpreport.publish.sheets import (
    Course,
    issue,
    lots,
    make_all,
    plan,
    read_manifest,
    remake,
    typefaces,
)
from bpreport.publish.sheets.issuing import NotAllMade, course_of
from bpreport.publish.sheets.manifest import sheet_in
from bpreport.publish.sheets.mistakes import Slipped
from bpreport.publish.sheets.model import Sheet
from bpreport.publish.sheets.packed import packed
from bpreport.publish.sheets.press import Press
from bpreport.publish.sheets.students import numbered
from bpreport.publish.unfinished import Records, name_of, unfinished
from tests.publish.scale import (
    OWN,
    SLOPE,
    SMALL_LOTS,
    STAYING,
    commanded,
    files_of,
    killed_in_the_middle,
    started,
    wait_for,
)

TWO = Workers(2)
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="it looks for processes in /proc")
COURSE = course_of(SLOPE)
EVERY_KIND = course_of(OWN)
NARROW = plan(
    read_text(SLOPE.read_text(encoding="utf-8").replace("from: 2, to: 4", "from: 1, to: 1"))
)


@pytest.fixture
def _small_lots(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a few students are several lots; who is in which decides over no file."""
    for room, name in ((lots, "SIZE"), (lots, "SMALL"), (marking_lots, "SIZE")):
        monkeypatch.setattr(room, name, 1 if name == "SMALL" else 8)


def issued(
    target: Path, count: int, form: str = "html", workers: Workers = HERE, course: Course = COURSE
) -> Path:
    """A class with its sheets."""
    issue(course, "k", numbered(count), target, [form], "en", workers=workers)
    return target


@pytest.fixture(scope="module")
def serial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class that one process has made."""
    return issued(tmp_path_factory.mktemp("serial") / "class", 20)


def answers_to(folder: Path) -> Path:
    """Answers to the sheets of a folder: the right ones, but for one of every third student."""
    path = folder.parent / "answers.csv"
    manifest = read_manifest(folder / "manifest.json")
    rows = [["student", *manifest.sheets[0].answers]]
    for number, sheet in enumerate(manifest.sheets):
        given = [answer["expected"] for answer in sheet.answers.values()]
        rows.append([sheet.student, *(["1/3", *given[1:]] if number % 3 == 0 else given)])
    path.write_text("\n".join(";".join(row) for row in rows), encoding="utf-8")
    return path


# -- whoever works


@pytest.mark.usefixtures("_small_lots")
@pytest.mark.parametrize(
    ("course", "form", "count"), [(EVERY_KIND, "html", 20), (COURSE, "pdf", 2)], ids=["html", "pdf"]
)
def test_sheets_are_the_same_however_many_work(
    course: Course, form: str, count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every file, the manifest among them, byte for byte."""
    monkeypatch.setattr(typefaces, "FORESEEN", ())  # of fewer signs they are cut sooner
    alone = files_of(issued(tmp_path / "alone", count, form, HERE, course))
    assert files_of(issued(tmp_path / "two", count, form, TWO, course)) == alone
    assert len(alone) == 2 * count + 1
    assert {path.name for path in tmp_path.iterdir()} == {"alone", "two"}


@pytest.mark.usefixtures("_small_lots")
@pytest.mark.parametrize("frozen", [False, True])
def test_banks_and_frozen_mistakes_are_the_same_however_many_work(
    frozen: bool, tmp_path: Path
) -> None:
    """The bank of the class, and sheets whose mistakes are those of an earlier issue."""
    course = COURSE
    if frozen:  # all but the first of each quantity are not known any more
        course = replace(course, recorded={
            name: {key: slips[:1] for key, slips in by_key.items()}
            for name, by_key in COURSE.mistakes.items()
        })  # fmt: skip
    for name, workers in (("alone", HERE), ("two", TWO)):
        issue(course, "k", numbered(20), tmp_path / name, ["html", "moodle-bank"], "en",
              workers=workers)  # fmt: skip
    made = files_of(tmp_path / "alone")
    assert files_of(tmp_path / "two") == made
    assert len(made) == 2 * 20 + 2
    manifest = read_manifest(tmp_path / "two" / "manifest.json")
    assert plain(manifest.mistakes) == plain(course.mistakes)
    files = remake(COURSE, manifest, "s0020", Press(COURSE.as_issued(manifest), "en", ["html"]))[1]
    assert all(made[place] == content for place, content in files.items())


def plain(mistakes: Mapping[str, Mapping[str, tuple[Slipped, ...]]]) -> str:
    """Mistakes as the manifest has them."""
    return json.dumps({name: {key: packed(slips) for key, slips in by_key.items()}
                       for name, by_key in mistakes.items()})  # fmt: skip


@pytest.mark.usefixtures("_small_lots")
def test_marks_are_the_same_however_many_work(serial: Path, tmp_path: Path) -> None:
    """Marks, overview and every page of feedback."""
    answers, manifest = answers_to(serial), read_manifest(serial / "manifest.json")
    given = read_answers(answers, kinds_of(COURSE, manifest), numbered(20))
    for name, workers in (("alone", HERE), ("two", TWO)):
        deliver(COURSE, manifest, given, tmp_path / name, "en", workers=workers)
    made = files_of(tmp_path / "alone")
    assert files_of(tmp_path / "two") == made
    assert len(made) == 22
    assert {path.name for path in tmp_path.iterdir()} == {"alone", "two"}


# -- memory


def test_a_student_leaves_nothing_in_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a sheet is made, less is there of it than half of what the manifest has of it."""
    monkeypatch.setattr(lots, "SIZE", 2)
    issued(tmp_path / "before", 6, course=EVERY_KIND)  # from now on formulas are remembered
    there: list[int] = []

    def tell(_told: str) -> None:
        gc.collect()
        there.append(tracemalloc.get_traced_memory()[0])

    tracemalloc.start()
    try:
        issue(EVERY_KIND, "k", numbered(6), tmp_path / "class", ["html"], "en", tell)
    finally:
        tracemalloc.stop()
    assert len(there) == 3  # lots of 2
    manifest = json.loads((tmp_path / "class" / "manifest.json").read_text(encoding="utf-8"))
    assert there[2] - there[0] < len(json.dumps(manifest["sheets"][2:])) / 2


@pytest.mark.parametrize("form", ["html", "moodle"])
def test_what_a_sheet_was_printed_with_goes_with_it(form: str) -> None:
    """Else templates leave cycles, which stay until the whole memory is searched for them."""
    press = Press(EVERY_KIND, "en", [form])
    sheets = list(make_all(EVERY_KIND, "k", numbered(2)))
    for _ in press.products(sheets):  # from now on formulas are remembered
        pass
    gc.collect()
    gc.disable()
    try:
        for _ in press.products(sheets):
            pass
        assert gc.collect() == 0
    finally:
        gc.enable()


# -- going on


@LINUX
@pytest.mark.usefixtures("_small_lots")
def test_a_killed_batch_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """What was kept is not made again, its processes ended, and the result is the same."""
    # Two lots of 8 are made at once, and one is left when the first is kept.
    words = ["sheets", SLOPE, "--count", 18, "--seed", "k", "--lang", "en", "--format", "html"]
    folder = killed_in_the_middle(*words, "-j", 2, "-o", tmp_path / "class")
    before = {
        place: (folder / place).stat().st_mtime_ns
        for record in (folder / "records").glob("*.json")
        for line in json.loads(record.read_text())["record"]["lines"].values()
        for place in sheet_in(line).files
    }
    assert 0 < len(before) <= 2 * 16
    status, out, err = commanded(*words, "-o", tmp_path / "class")
    assert (status, err) == (0, "")
    assert "candidates screened" in out
    after = {place: (tmp_path / "class" / place).stat().st_mtime_ns for place in before}
    assert after == before
    assert [path.name for path in tmp_path.iterdir()] == ["class"]
    assert files_of(tmp_path / "class") == files_of(issued(tmp_path / "fresh", 18))


@LINUX
@pytest.mark.usefixtures("_small_lots")
@pytest.mark.parametrize(
    "other",
    [["--seed", "other"], ["--seed", "k", "--format", "moodle"], ["--seed", "k", "--lang", "zh"]],
    ids=["key", "format", "language"],
)
def test_another_request_is_no_continuation(other: list[str], tmp_path: Path) -> None:
    """Another key, format or language for the same folder is made as if nothing were there."""
    words = ["sheets", SLOPE, "--count", 10, "--lang", "en"]
    killed_in_the_middle(*words, "--seed", "k", "--format", "html", "-o", tmp_path / "class")
    changed = [*words, "--format", "html", *other]
    assert commanded(*changed, "-o", tmp_path / "class")[0] == 0
    assert commanded(*changed, "-o", tmp_path / "fresh")[0] == 0
    assert files_of(tmp_path / "class") == files_of(tmp_path / "fresh")
    assert {path.name for path in tmp_path.iterdir()} == {"class", "fresh"}


def kept_by_a_failure(monkeypatch: pytest.MonkeyPatch, target: Path, count: int) -> Path:
    """Let the second sheet fail; the folder of the others."""
    right = Press.html

    def wrong(press: Press, sheet: Sheet) -> tuple[str, ...]:
        if sheet.student == "s0002":
            raise ValueError("no ink")
        return right(press, sheet)

    with monkeypatch.context() as changed:
        changed.setattr(Press, "html", wrong)
        with pytest.raises(NotAllMade) as raised:
            issued(target, count)
    assert {name: str(reason) for name, reason in raised.value.failures.items()} == {
        "s0002": "ValueError: no ink"
    }
    assert raised.value.made == count - 1
    assert not target.exists()
    (folder,) = target.parent.glob(".*.unfinished")
    return folder


@pytest.mark.usefixtures("_small_lots")
def test_one_sheet_that_fails_costs_the_others_nothing(
    serial: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told with its reason, and the next run makes that one alone."""
    kept_by_a_failure(monkeypatch, tmp_path / "class", 20)
    made: list[str] = []
    right = Press.html

    def counted(press: Press, sheet: Sheet) -> tuple[str, ...]:
        made.append(sheet.student)
        return right(press, sheet)

    monkeypatch.setattr(Press, "html", counted)
    assert files_of(issued(tmp_path / "class", 20)) == files_of(serial)
    assert made == ["s0002"]


@pytest.mark.parametrize("harm", ["file", "missing", "record", "other record"])
def test_what_is_not_as_it_was_is_made_anew(
    harm: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that was changed or lost, a record that was cut off or is another's."""
    folder = kept_by_a_failure(monkeypatch, tmp_path / "class", 3)
    (record,) = (folder / "records").iterdir()
    if harm == "file":
        (folder / "keys/s0001.html").write_text("<p>", encoding="utf-8")
    elif harm == "missing":
        (folder / "students/s0003.html").unlink()
    elif harm == "record":
        record.write_bytes(record.read_bytes()[:-40])
    else:
        changed = record.read_text().replace(r"\"candidate\": ", r"\"candidate\": 9")
        assert changed != record.read_text()
        record.write_text(changed)
    assert files_of(issued(tmp_path / "class", 3)) == files_of(issued(tmp_path / "fresh", 3))


def test_the_command_tells_what_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each sheet with its reason, how many are kept, and exit status 2."""

    def wrong(_press: Press, sheet: Sheet) -> tuple[str, ...]:
        raise ValueError("no ink") if sheet.student == "s0002" else MemoryError

    monkeypatch.setattr(Press, "html", wrong)
    words = ["sheets", SLOPE, "--count", 2, "--seed", 1, "--format", "html"]
    status, out, err = commanded(*words, "-o", tmp_path / "class")
    assert (status, out) == (2, "")
    assert err.splitlines() == [
        "bpreport: s0001: MemoryError",
        "bpreport: s0002: ValueError: no ink",
        "bpreport: 0 sheets are made and kept; the same command makes what is missing",
    ]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("workers", [HERE, TWO])
def test_a_deck_without_good_numbers_leaves_nothing(workers: Workers, tmp_path: Path) -> None:
    """Also where other processes find that out."""
    with pytest.raises(DeckError, match="no good numbers were found"):
        issue(NARROW, "k", ["ada"], tmp_path / "class", ["html"], "en", workers=workers)
    assert list(tmp_path.iterdir()) == []


def test_one_run_at_a_time_for_the_same(tmp_path: Path) -> None:
    """A second one is told to wait; one with another request may go on."""
    with unfinished(tmp_path / "class", "k"):
        with (
            pytest.raises(DeckError, match="another run is making the same"),
            unfinished(tmp_path / "class", "k"),
        ):
            pass
        with unfinished(tmp_path / "class", "other"):
            pass


def test_a_folder_that_another_run_removes_meanwhile_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock on a folder that is gone would keep nobody out."""
    fcntl = pytest.importorskip("fcntl", reason="Windows has no such locks")
    lock = fcntl.flock
    removed: list[Path] = []

    def late(handle: int, how: int) -> None:
        if not removed:
            removed.extend(tmp_path.iterdir())
            removed[0].rmdir()
        lock(handle, how)

    monkeypatch.setattr(fcntl, "flock", late)
    with unfinished(tmp_path / "class", "k") as records:
        assert records.folder == removed[0]
        records.keep("a", {})
        assert records.record("a") == {}
        with pytest.raises(DeckError), unfinished(tmp_path / "class", "k"):
            pass


def test_records_are_whole_or_not_there(tmp_path: Path) -> None:
    """What was kept comes back as it was, under its own name only."""
    records = Records(tmp_path)
    records.keep("../a", {"x": [1, "二"]})
    assert records.record("../a") == {"x": [1, "二"]}
    assert records.record("a") is None
    assert name_of("k", 1) != name_of("k", "1")
    assert [path.parent.name for path in tmp_path.rglob("*.json")] == ["records"]


# -- marking and checking


@LINUX
@pytest.mark.usefixtures("_small_lots")
def test_killed_marking_goes_on(serial: Path, tmp_path: Path) -> None:
    """The lot that was marked is not marked again, and the files are the same."""
    words = ["mark", answers_to(serial), SLOPE, "--manifest", serial / "manifest.json"]
    folder = killed_in_the_middle(*words, "-o", tmp_path / "marks")
    kept = {path.name: path.stat().st_mtime_ns for path in (folder / "feedback").iterdir()}
    assert commanded(*words, "-o", tmp_path / "marks")[0] == 0
    assert commanded(*words, "-o", tmp_path / "fresh", "-j", 2)[0] == 0
    assert files_of(tmp_path / "marks") == files_of(tmp_path / "fresh")
    same = [name for name, time in kept.items()
            if (tmp_path / "marks/feedback" / name).stat().st_mtime_ns == time]  # fmt: skip
    assert len(same) >= 8
    assert {path.name for path in tmp_path.iterdir()} == {"marks", "fresh"}


def test_a_student_who_cannot_be_marked_loses_nobody_else_s_marks(
    serial: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All others have theirs; the reason is among the problems, with the line."""
    from bpreport.publish.marking import lots
    from bpreport.publish.marking.scoring import mark_class

    def wrong(course, manifest, answers):
        if any(row.student == "s0003" for row in answers.rows):
            raise ArithmeticError("no sum")
        return mark_class(course, manifest, answers)

    manifest = read_manifest(serial / "manifest.json")
    given = read_answers(answers_to(serial), kinds_of(COURSE, manifest), numbered(20))
    deliver(COURSE, manifest, given, tmp_path / "right", "en")
    monkeypatch.setattr(lots, "mark_class", wrong)
    done = deliver(COURSE, manifest, given, tmp_path / "wrong", "en")
    assert [(p.line, p.student, str(p.message)) for p in done.problems] == [
        (4, "s0003", "ArithmeticError: no sum")
    ]
    right, other = files_of(tmp_path / "right"), files_of(tmp_path / "wrong")
    assert set(right) - set(other) == {"feedback/s0003.html"}
    assert all(other[name] == right[name] for name in other if name.startswith("feedback/"))


def test_a_check_goes_on_with_what_it_has_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The output is the same in every format; only a deck that has changed is checked again."""
    from bpreport.publish import decks

    notes = tmp_path / "notes"
    notes.mkdir()
    for number in range(4):
        (notes / f"{number}.md").write_text(f"$$a = {number} * 2 = {number}1.5$$\n")
    (notes / "bad.md").write_text("---\nlang: french\n---\n")
    for form in ("text", "json", "sarif", "github"):
        fresh = check([notes], form)
        assert check([notes], form, keep=tmp_path / "kept") == fresh
        assert check([notes], form, keep=tmp_path / "kept") == fresh
    checked: list[str] = []
    right = read_text

    def counted(source, path):
        checked.append(Path(path).name)
        return right(source, path)

    monkeypatch.setattr(decks, "read_text", counted)
    (notes / "2.md").write_text("$$a = 1$$\n")
    check([notes], keep=tmp_path / "kept")
    assert checked == ["2.md", "bad.md"]


def test_copies_are_written_by_the_first_process(tmp_path: Path) -> None:
    """Also those that were kept, where they are gone."""
    deck, copy = tmp_path / "a.md", tmp_path / "a.fixed.md"
    deck.write_bytes("\ufeff# One\r\n\r\n$$a = 2 / 3 = 0.6666$$\r\n".encode())
    for workers in (HERE, TWO):
        check([deck], fix=True, keep=tmp_path / "kept", workers=workers)
        assert copy.read_bytes() == "\ufeff# One\r\n\r\n$$a = 2 / 3 = 0.6667$$\r\n".encode()
        copy.unlink()


@LINUX
def test_ctrl_c_keeps_what_is_done(tmp_path: Path) -> None:
    """Exit status 130, nothing on stderr, and the next run goes on."""
    import signal

    words = ["sheets", SLOPE, "--count", 20, "--seed", "k", "--format", "html"]
    process = started(*words, "-o", tmp_path / "class", before=SMALL_LOTS + STAYING)
    wait_for(lambda: list(tmp_path.glob(".class.*/records/*.json")))
    time.sleep(0.5)  # the first process waits for the others by then, and starts none
    process.send_signal(signal.SIGINT)
    try:
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()  # whatever has become of it, it is not left to other tests
    assert (process.returncode, out, err) == (130, "", "")
    assert len(list(tmp_path.glob(".class.*/records/*.json"))) >= 1
    assert not (tmp_path / "class").exists()
