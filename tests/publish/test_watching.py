"""The live preview's server: whom it answers, with what, and what it survives."""

import http.client
import json
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import pytest

from bpreport.publish.watching import Preview, serving, watch
from tests.publish.decks import DESCENT, LESSON

DECK = "# Notes\n\n$$a = 0.1 * 5 + 0.35 = 0.957$$\n"
BROKEN = "---\nworked:\n  net: {kind: perceptrom}\n---\n# Notes\n"


@pytest.fixture
def deck(tmp_path):
    path = tmp_path / "notes.md"
    path.write_text(DECK, encoding="utf-8")
    return path


@pytest.fixture
def served(deck):
    """A preview with its first report, and its port."""
    preview = Preview(deck, "en")
    preview.refresh()
    with serving(preview) as address:
        yield preview, int(address.rstrip("/").rpartition(":")[2])


def asked(port, path="/", method="GET", host=None, headers=()):
    """Status, headers and body of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest(method, path, skip_host=True)
    if host != "":
        connection.putheader("Host", host or f"127.0.0.1:{port}")
    for name, value in headers:
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, answer.headers, body.decode()


@contextmanager
def changes(port):
    """The stream of changes: a function that waits for the next one."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/changes")
    answer = connection.getresponse()

    def following():
        line = answer.readline()
        while line and not line.startswith(b"data:"):
            line = answer.readline()
        return json.loads(line.partition(b":")[2]) if line else None

    yield following
    connection.close()


class TestWhomItAnswers:
    def test_it_listens_on_this_machine_alone(self, served):
        """No other interface reaches it."""
        _, port = served
        own = socket.gethostbyname(socket.gethostname())
        if own.startswith("127."):
            own = "127.0.0.2"  # an address of this machine, but not the one it listens on
        with pytest.raises(OSError, match="refused"):
            socket.create_connection((own, port), timeout=5)

    @pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST"])
    def test_it_answers_to_its_own_names(self, served, name):
        """With its port, as every browser sends it."""
        _, port = served
        assert asked(port, host=f"{name}:{port}")[0] == 200

    def test_it_answers_to_no_other_name(self, served):
        """A page of another site may have a name that leads here, but it is another name."""
        _, port = served
        for host in ("example.org", f"example.org:{port}", "localhost", "127.0.0.1:1", "", "::1"):
            for path in ("/", "/report", "/changes", "/watch.js", "/renew.js"):
                status, _, body = asked(port, path, host=host)
                assert (host, path, status) == (host, path, 421)
                assert "0.957" not in body

    def test_two_hosts_are_none(self, served):
        """Which of them counts would be a matter of taste."""
        _, port = served
        own = f"127.0.0.1:{port}"
        assert asked(port, host=own, headers=[("Host", "example.org")])[0] == 421

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
    def test_it_is_only_read(self, served, method):
        """And nothing is changed by reading."""
        _, port = served
        status, headers, _ = asked(port, "/report", method)
        assert status == 405
        assert headers["Allow"] == "GET"

    def test_it_has_nothing_but_its_own_pages(self, served, deck):
        """No file of the disk, by whatever path."""
        _, port = served
        (deck.parent / "secret.txt").write_text("secret", encoding="utf-8")
        for path in (
            "/secret.txt",
            "/notes.md",
            "/../secret.txt",
            "/%2e%2e/secret.txt",
            "/x",
        ):
            assert asked(port, path)[0] == 404

    def test_nothing_is_kept_or_shared(self, served):
        """Headers that keep answers out of caches, of other sites, and of frames."""
        _, port = served
        _, frame, _ = asked(port, "/")
        assert frame["Cache-Control"] == "no-store"
        assert frame["Cross-Origin-Resource-Policy"] == "same-origin"
        assert frame["X-Frame-Options"] == "DENY"
        assert "default-src 'none'" in frame["Content-Security-Policy"]
        assert asked(port, "/report")[1]["X-Frame-Options"] == "SAMEORIGIN"


class TestChanges:
    def test_a_saved_deck_is_built_and_told(self, served, deck):
        """The listener hears of it, and the report is the new one."""
        preview, port = served
        with changes(port) as following:
            assert following() == {"version": 1, "problem": ""}
            deck.write_text(DECK.replace("0.957", "0.85"), encoding="utf-8")
            assert preview.refresh()
            assert following() == {"version": 2, "problem": ""}
        assert "0.957" not in asked(port, "/report")[2]

    def test_a_report_is_asked_for_by_its_version(self, served, deck):
        """Who wants to change one into the next must know which it gets."""
        preview, port = served
        assert asked(port, "/report?1")[2] == asked(port, "/report")[2]
        deck.write_text(DECK.replace("0.957", "0.85"), encoding="utf-8")
        preview.refresh()
        assert asked(port, "/report?1")[0] == 404
        assert asked(port, "/report?2")[0] == 200

    def test_a_deck_that_is_the_same_is_not_built_again(self, served, deck):
        """Saved without a change, or touched."""
        preview, _ = served
        deck.write_text(DECK, encoding="utf-8")
        assert not preview.refresh()
        assert preview.state.version == 1

    def test_what_is_remembered_of_other_versions_changes_nothing(self, served, deck):
        """A report built after others is the one that a program builds that knows no other."""
        preview, _ = served
        other = LESSON.replace("learning_rate: 0.5", "learning_rate: 0.25")
        for text in (LESSON, other, DESCENT, LESSON.replace("w_3 = 0.4", "w_3 = 0.40"), other):
            deck.write_text(text, encoding="utf-8")
            assert preview.refresh()
        program = (
            "import sys, pathlib; from bpreport.publish.watching import Preview;"
            "preview = Preview(pathlib.Path(sys.argv[1]), 'en'); preview.refresh();"
            "sys.stdout.buffer.write(preview.state.report)"
        )
        alone = subprocess.run(
            [sys.executable, "-c", program, str(deck)], check=True, capture_output=True
        )
        assert alone.stdout == preview.state.report

    def test_an_error_is_told_with_its_place_and_the_report_stays(self, served, deck):
        """Until the next save puts it right."""
        preview, port = served
        with changes(port) as following:
            following()
            deck.write_text(BROKEN, encoding="utf-8")
            preview.refresh()
            told = following()
            assert told["version"] == 1
            assert "notes.md:3:9: worked.net.kind: expected one of" in told["problem"]
            assert "0.957" in asked(port, "/report")[2]
            deck.write_text(DECK + "\nMore.\n", encoding="utf-8")
            preview.refresh()
            assert following() == {"version": 2, "problem": ""}

    def test_a_deck_that_is_gone_is_told(self, served, deck):
        """And its return as well."""
        preview, _ = served
        deck.unlink()
        assert preview.refresh()
        assert "no such file" in preview.state.problem
        deck.write_text(DECK, encoding="utf-8")
        assert preview.refresh()
        assert preview.state.problem == ""

    def test_a_fault_of_ours_does_not_end_the_preview(self, served, deck, monkeypatch):
        """It is shown like an error of the deck."""
        preview, _ = served
        monkeypatch.setattr("bpreport.publish.watching.audit", lambda *_: 1 // 0)
        deck.write_text(DECK + "\n", encoding="utf-8")
        assert preview.refresh()
        assert preview.state.problem.startswith("ZeroDivisionError")

    def test_listeners_go_home_when_it_ends(self, deck):
        """The stream ends instead of hanging."""
        preview = Preview(deck, "en")
        preview.refresh()
        with (
            serving(preview) as address,
            changes(int(address[:-1].rpartition(":")[2])) as following,
        ):
            following()
            preview.close()
            assert following() is None


class TestWatching:
    def test_every_way_of_saving_is_seen(self, deck):
        """Written in place; a new file put in its place; a link to the deck set anew."""
        told: list[str] = []
        stop = threading.Event()
        thread = threading.Thread(target=watch, args=(deck, "en", 0, told.append, None, stop))
        thread.start()
        try:
            assert told_of(told, "built in", 1)
            deck.write_text(DECK.replace("0.957", "0.96"), encoding="utf-8")
            assert told_of(told, "built in", 2)
            other = deck.with_name("notes.md~")
            other.write_text(DECK.replace("0.957", "0.97"), encoding="utf-8")
            other.replace(deck)
            assert told_of(told, "built in", 3)
            deck.write_text(BROKEN, encoding="utf-8")
            assert told_of(told, "expected one of", 1)
        finally:
            stop.set()
            thread.join(10)
        assert not thread.is_alive()

    def test_a_port_that_is_taken_is_an_error(self, served, deck):
        """With the system's own words."""
        _, port = served
        with pytest.raises(OSError, match="in use"):
            watch(deck, "en", port, lambda _: None)

    def test_without_watchfiles_it_says_what_to_install(self, deck, monkeypatch):
        """It is an extra."""
        monkeypatch.setitem(__import__("sys").modules, "watchfiles", None)
        with pytest.raises(ModuleNotFoundError, match=r"pip install 'bpreport\[watch\]'"):
            watch(deck, "en", 0, lambda _: None)


def told_of(told, words, times):
    """Whether something is told so often within some seconds."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if sum(words in line for line in told) >= times:
            return True
        time.sleep(0.02)
    return False
