"""The store of what was made before: whole or not at all, bounded, and shared by processes."""

import sqlite3
import subprocess
import sys

import pytest

from bpreport.publish.keeping import keeping, kept
from bpreport.publish.store import NAME, Store, digest


def filled(folder, **values):
    store = Store(folder)
    for key, value in values.items():
        store.put(key.encode(), value)
    store.close()
    return Store(folder)


def test_what_was_put_in_is_found_by_another_process_as_well(tmp_path):
    filled(tmp_path, a=b"one", b=b"\x00two")
    code = (
        "import sys; from pathlib import Path; from bpreport.publish.store import Store; "
        "print(Store(Path(sys.argv[1])).get(b'b'))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == repr(b"\x00two")


def test_several_processes_write_at_once(tmp_path):
    """Whatever each puts in is there afterwards, and nothing is broken."""
    code = (
        "import sys; from pathlib import Path; from bpreport.publish.store import Store\n"
        "for each in range(20):\n"
        "    store = Store(Path(sys.argv[1]))\n"
        "    store.put(f'{sys.argv[2]}-{each}'.encode(), sys.argv[2].encode() * 1000)\n"
        "    store.close()\n"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path), name]) for name in "xyz"
    ]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    store = Store(tmp_path)
    assert store.size() == (60, 60_000)  # 3 writers * 20 values * 1000 bytes
    assert all(
        store.get(f"{n}-{k}".encode()) == n.encode() * 1000 for n in "xyz" for k in range(20)
    )


@pytest.mark.parametrize("column", ["value", "used"])
def test_a_value_of_another_type_is_not_there(tmp_path, column):
    """In SQLite a column holds values of any type: one bit tells text from bytes."""
    filled(tmp_path, a=b"one").close()
    database = sqlite3.connect(tmp_path / NAME)
    with database:
        database.execute(f"UPDATE entry SET {column} = CAST('x' || {column} AS TEXT)")
    database.close()
    assert Store(tmp_path).get(b"a") is None


def test_tables_of_another_kind_are_begun_anew(tmp_path):
    database = sqlite3.connect(tmp_path / NAME)
    with database:
        database.execute("CREATE TABLE entry (key BLOB PRIMARY KEY, used INTEGER, size INTEGER)")
    database.close()
    assert Store(tmp_path).get(b"a") is None
    assert filled(tmp_path, a=b"one").get(b"a") == b"one"


def test_a_value_that_is_not_as_it_was_is_not_there(tmp_path):
    filled(tmp_path, a=b"one", b=b"two").close()
    database = sqlite3.connect(tmp_path / NAME)
    with database:
        database.execute("UPDATE entry SET value = ? WHERE key = ?", (b"One", b"a"))
    database.close()
    store = Store(tmp_path)
    assert store.get(b"a") is None
    assert store.get(b"b") == b"two"
    assert filled(tmp_path, a=b"one").get(b"a") == b"one"


def test_a_value_under_the_key_of_another_is_not_there(tmp_path):
    """The digest is of the key and the value together."""
    filled(tmp_path, a=b"one", b=b"two").close()
    database = sqlite3.connect(tmp_path / NAME)
    with database:
        database.execute(
            "UPDATE entry SET (value, digest) = (SELECT value, digest FROM entry WHERE key = ?) "
            "WHERE key = ?",
            (b"b", b"a"),
        )
    database.close()
    assert Store(tmp_path).get(b"a") is None


@pytest.mark.parametrize(
    "broken",
    [b"no database at all", b"", pytest.param(None, id="torn")],
)
def test_a_broken_file_is_begun_anew(tmp_path, broken):
    filled(tmp_path, a=b"one" * 10_000).close()
    path = tmp_path / NAME
    path.write_bytes(path.read_bytes()[:9000] if broken is None else broken)
    store = Store(tmp_path)
    assert store.get(b"a") is None
    assert filled(tmp_path, b=b"two").get(b"b") == b"two"


def test_a_folder_that_cannot_be_used_keeps_nothing_and_fails_nothing(tmp_path):
    (tmp_path / "file").write_text("here")
    store = filled(tmp_path / "file" / "below", a=b"one")
    assert store.get(b"a") is None
    assert store.size() == (0, 0)


def test_what_was_used_least_lately_goes_first(tmp_path):
    """Of eleven values of a tenth of the room, so many go that a fifth of the room is free."""
    for each in range(11):
        store = Store(tmp_path, limit=1000)
        store.put(b"%d" % each, b"x" * 100)
        store.close()
    store = Store(tmp_path, limit=1000)
    assert store.size() == (8, 800)  # 11 * 100 are over 1000; 1000 * 4/5 stay
    assert [store.get(b"%d" % each) is not None for each in range(11)] == [False] * 3 + [True] * 8


def test_a_value_larger_than_a_quarter_of_the_room_is_not_kept(tmp_path):
    store = Store(tmp_path, limit=1000)
    store.put(b"a", b"x" * 251)
    store.put(b"b", b"x" * 250)
    assert (store.get(b"a"), store.get(b"b")) == (None, b"x" * 250)


def test_clearing_removes_all(tmp_path):
    store = filled(tmp_path, a=b"one")
    assert store.clear() > 0
    assert list(tmp_path.iterdir()) == []
    assert Store(tmp_path).get(b"a") is None


def test_nobody_else_may_look_into_the_folder(tmp_path):
    filled(tmp_path / "new", a=b"one")
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


def test_parts_are_told_apart():
    assert digest(b"ab", b"c") != digest(b"a", b"bc")


# -- kept functions


def counted():
    calls = []

    @kept("joined", pack=str.encode, unpack=bytes.decode)
    def joined(*args, **named):
        calls.append(args)
        return repr((args, named))

    return joined, calls


def test_without_keeping_nothing_is_kept(tmp_path):
    joined, calls = counted()
    joined("a")
    with keeping(None) as now:
        joined("a")
        assert now is None
    assert len(calls) == 2
    assert list(tmp_path.iterdir()) == []


def test_equal_arguments_are_one_whatever_objects_they_are(tmp_path):
    """Strings that are one object and strings that are two, and sets in any order."""
    joined, calls = counted()
    one, other = "ab", "".join("ab")
    assert one is not other
    with keeping(tmp_path):
        joined(one, one, frozenset("abcdef"))
    with keeping(tmp_path):
        joined(one, other, frozenset("fedcba"))
    assert len(calls) == 1


@pytest.mark.parametrize("other", [("a", 1.0), ("a", True), ("a", "1"), ("a",), ("b", 1)])
def test_other_arguments_are_others(tmp_path, other):
    joined, calls = counted()
    with keeping(tmp_path):
        joined("a", 1)
        joined(*other)
    assert len(calls) == 2


def test_named_arguments_count_in_any_order(tmp_path):
    joined, calls = counted()
    with keeping(tmp_path):
        joined(x=1, y=2)
        joined(y=2, x=1)
        joined(x=2, y=1)
    assert calls == [(), ()]


def test_another_release_finds_nothing(tmp_path, monkeypatch):
    joined, calls = counted()
    with keeping(tmp_path):
        joined("a")
    monkeypatch.setattr("bpreport.publish.keeping.release", lambda: "another")
    with keeping(tmp_path):
        joined("a")
    assert len(calls) == 2


def test_errors_are_not_kept(tmp_path):
    calls = []

    @kept("failing", pack=str.encode, unpack=bytes.decode)
    def failing(text):
        calls.append(text)
        raise ValueError(text)

    with keeping(tmp_path):
        for _ in range(2):
            with pytest.raises(ValueError, match="a"):
                failing("a")
    assert calls == ["a", "a"]
