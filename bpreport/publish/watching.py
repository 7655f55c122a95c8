"""A live preview: the report of a deck, served to this machine and rebuilt when the deck is saved.

The server answers three questions: the frame of the preview, the report in it, and what has
changed, as server-sent events. It listens on the loopback interface alone, and the Host header must
name it, so that no page of another site can read a deck by way of a name that leads here.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

from bpreport.audit import audit
from bpreport.deck import DeckError, builtin, read
from bpreport.publish.language import spoken, tag, unusable
from bpreport.publish.templates import environment, folder
from bpreport.publish.writing import html
from bpreport.worked import recompute

__all__ = ["Preview", "serving", "watch"]

ADDRESS = "127.0.0.1"
PATIENCE = 15.0
"""Seconds after which a listener is sent a sign of life; so one that has left is noticed."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src data:; "
    "connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'"
)
"""Of the frame; the report in it has a policy of its own."""

Told = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class State:
    """What the preview shows."""

    version: int = 0
    """Counts the reports; 0 before the first."""
    report: bytes = b""
    """The last report that could be made."""
    problem: str = ""
    """Why the deck as it is now has none; empty where it has."""
    number: int = 0
    """Counts all that was built, reports and problems."""


@dataclass
class Preview:
    """The report of one deck, made anew when its content has changed."""

    path: Path
    lang: str | None = None
    """Of the report; None is the deck's."""
    words: str = "en"
    """Language of the preview's own words."""
    state: State = State()
    closed: bool = False
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _content: bytes = b""
    """Digest of what was built last."""

    def refresh(self) -> bool:
        """Build the report if the deck is not what it was; whether it was built."""
        try:
            content = sha256(self.path.read_bytes()).digest()
        except OSError:
            content = b"none"  # an editor may be about to put the new file in its place
        if content == self._content:
            return False
        self._content = content
        self._publish(self._built())
        return True

    def _built(self) -> State:
        try:
            report = _report(self.path, self.lang)
        except (DeckError, OSError) as error:
            return replace(self.state, problem=_plainly(error, self.lang))
        except Exception as error:  # noqa: BLE001 - the preview outlives what it cannot show
            return replace(self.state, problem=f"{type(error).__name__}: {error}")
        return replace(self.state, version=self.state.version + 1, report=report, problem="")

    def _publish(self, state: State) -> None:
        with self._changed:
            self.state = replace(state, number=state.number + 1)
            self._changed.notify_all()

    def close(self) -> None:
        """Send all listeners home."""
        with self._changed:
            self.closed = True
            self._changed.notify_all()

    def states(self) -> Iterator[State | None]:
        """Each state from the present one on; None where nothing has happened for a while."""
        seen = -1
        while not self.closed:
            with self._changed:
                if self.state.number == seen:
                    self._changed.wait(PATIENCE)
                state = self.state
            if self.closed:
                return
            yield state if state.number != seen else None
            seen = state.number


def _report(path: Path, lang: str | None) -> bytes:
    """The report in one language: the reader of a preview wants it soon."""
    from bpreport.publish.report import report

    deck = read(path)
    study = recompute(deck)
    result = audit(deck, study)
    return html([report(result, study, lang or spoken(deck.lang))], result)


def _plainly(error: DeckError | OSError, lang: str | None) -> str:
    if isinstance(error, DeckError):
        return unusable(error, lang)
    return f"{error.filename or ''}: {(error.strerror or str(error)).lower()}"


# -- the server


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int, preview: Preview) -> None:
        super().__init__((ADDRESS, port), _Handler)
        self.preview = preview
        self.port = int(self.server_address[1])
        self.hosts = {f"{name}:{self.port}" for name in (ADDRESS, "localhost")}

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that has closed its connection is no error."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "bpreport"
    sys_version = ""
    timeout = 60
    server: _Server

    def do_GET(self) -> None:
        """Answer one of the questions, to whoever calls this server by its name."""
        if self.headers.get_all("Host") is None or self._host() not in self.server.hosts:
            self._send(HTTPStatus.MISDIRECTED_REQUEST, b"this server has another name\n")
            return
        answer = self._ANSWERS.get(self.path.partition("?")[0])
        if answer is None:
            self._send(HTTPStatus.NOT_FOUND, b"there is nothing here\n")
        else:
            answer(self)

    def _host(self) -> str:
        hosts = self.headers.get_all("Host", [])
        return hosts[0].strip().lower() if len(hosts) == 1 else ""

    def _refuse(self) -> None:
        self.close_connection = True  # what it sends along is not read
        self._send(HTTPStatus.METHOD_NOT_ALLOWED, b"only GET\n", Allow="GET")

    do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_HEAD = _refuse  # noqa: N815

    def _frame(self) -> None:
        preview = self.server.preview
        template = environment(preview.words).get_template("watch.html.j2")
        page = template.render(deck=preview.path.name, lang=tag(preview.words), state=preview.state)
        self._send(
            HTTPStatus.OK,
            page.encode(),
            "text/html; charset=utf-8",
            **{"Content-Security-Policy": POLICY, "X-Frame-Options": "DENY"},
        )

    def _script(self) -> None:
        script = (folder() / self.path.partition("?")[0].lstrip("/")).read_bytes()
        self._send(HTTPStatus.OK, script, "text/javascript; charset=utf-8")

    def _report(self) -> None:
        state = self.server.preview.state
        version = self.path.partition("?")[2]
        if version not in ("", str(state.version)):
            self._send(HTTPStatus.NOT_FOUND, b"another version has taken its place\n")
            return
        self._send(
            HTTPStatus.OK,
            state.report,
            "text/html; charset=utf-8",
            **{"X-Frame-Options": "SAMEORIGIN"},
        )

    def _changes(self) -> None:
        self._begin(HTTPStatus.OK, "text/event-stream")
        self.send_header("Connection", "close")  # how long it is, nobody knows
        self.end_headers()
        for state in self.server.preview.states():
            told = {} if state is None else {"version": state.version, "problem": state.problem}
            line = f"data: {json.dumps(told)}" if told else ": still here"
            self.wfile.write(f"{line}\n\n".encode())
            self.wfile.flush()

    _ANSWERS: ClassVar[dict[str, Callable[[_Handler], None]]] = {
        "/": _frame,
        "/watch.js": _script,
        "/renew.js": _script,
        "/report": _report,
        "/changes": _changes,
    }

    def _begin(self, status: HTTPStatus, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("Referrer-Policy", "no-referrer")

    def _send(
        self, status: HTTPStatus, body: bytes, kind: str = "text/plain; charset=utf-8", **more: str
    ) -> None:
        self._begin(status, kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in more.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        """Requests are no news."""


@contextmanager
def serving(preview: Preview, port: int = 0) -> Iterator[str]:
    """Serve a preview from another thread; gives its address. Port 0 is any that is free."""
    server = _Server(port, preview)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://{ADDRESS}:{server.port}/"
    finally:
        preview.close()
        server.shutdown()
        server.server_close()


# -- the watch


def watch(
    path: Path | None,
    lang: str | None,
    port: int,
    told: Told,
    opened: Told | None = None,
    stop: threading.Event | None = None,
) -> None:
    """Serve the preview of a deck until interrupted, or until `stop` is set.

    `told` is handed the address, and then what came of each build; `opened` the address alone.
    Raises `ModuleNotFoundError` where watchfiles is missing, `OSError` where the port is taken.
    """
    try:
        import watchfiles
    except ModuleNotFoundError as error:
        text = "watching needs the package watchfiles: pip install 'bpreport[watch]'"
        raise ModuleNotFoundError(text, name=error.name) from None
    path = path or builtin(lang or "zh")
    if not path.is_file():
        read(path)  # which says why not
    preview = Preview(path, lang, lang or _language(path))
    folders = {path.absolute().parent, path.resolve().parent}
    with serving(preview, port) as address:
        told(address)
        if opened is not None:
            opened(address)
        _rebuild(preview, told)
        # An editor may write the file, or put another one in its place; the folder sees both. A
        # look every second is for file systems that tell of nothing.
        for _ in watchfiles.watch(
            *folders,
            watch_filter=lambda _, changed: Path(changed).name in (path.name, path.resolve().name),
            recursive=False,
            stop_event=stop,
            step=20,
            debounce=200,
            rust_timeout=1000,
            yield_on_timeout=True,
        ):
            _rebuild(preview, told)


def _language(path: Path) -> str:
    try:
        return spoken(read(path).lang)
    except DeckError:
        return "en"


def _rebuild(preview: Preview, told: Told) -> None:
    begun = time.perf_counter()
    if preview.refresh():
        took = time.perf_counter() - begun
        told(preview.state.problem or f"{preview.path.name}: built in {took:.2f} s")
