"""A server on this machine that speaks like the offices': recorded answers, written twins of them, and every fault.

Each test says what it answers to which address; what came in, and how much of it at once, is written down.
"""

from __future__ import annotations

import json
import socket
import struct
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

LANES = ("regio", "destatis", "zensus", "opendata")
HTML = b'<!doctype html>\n<html lang="de"><body><h1>Ups, ein Fehler!</h1></body></html>\n'
LOGIN = "Sie wurden erfolgreich an- und abgemeldet! Bei mehr als 10 parallelen Requests wurden Requests beendet."
WRONG_LOGIN = "Ein Fehler ist aufgetreten. (Bitte prüfen und korrigieren Sie Ihren Nutzernamen bzw.\n das Passwort.)"
NOTHING = "Es gibt keine Objekte zum angegebenen Selektionskriterium"
TOO_LARGE = "Die Tabelle ist zu gross, um im Dialog abgerufen zu werden. Bitte nutzen sie den Parameter job=true."
JOB = "Der Bearbeitungsauftrag wurde erstellt. Die Tabelle kann als Ergebnis mit folgendem Namen abgerufen werden: "


@dataclass(frozen=True)
class Reply:
    """One answer: `cut` sends so many bytes and ends the connection, `reset` breaks it, `drip` waits after each
    `portion`."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    chunked: bool = False
    cut: int | None = None
    reset: bool = False
    drip: float = 0.0
    portion: int = 1
    delay: float = 0.0


@dataclass(frozen=True)
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    form: dict[str, str]


Answering = Reply | Callable[[Seen], Reply]


def envelope(code: int, text: str, service: str = "data/tablefile", **more: Any) -> Reply:
    """A message as the services wrap it, with HTTP 200 and masked credentials."""
    ident, method = service.split("/")
    content = {
        "Ident": {"Service": ident, "Method": method},
        "Status": {"Code": code, "Content": text, "Type": "Information"},
        "Parameter": {"username": "********************", "password": "********************"},
        "Object": None,
        "Copyright": "© Statistisches Bundesamt (Destatis), 2026",
        **more,
    }
    return json_reply(content)


def json_reply(content: object, status: int = 200) -> Reply:
    body = json.dumps(content, ensure_ascii=False).encode()
    return Reply(body, status, {"Content-Type": "application/json;charset=UTF-8"})


def bare(code: int, text: str, status: int) -> Reply:
    """An error without an envelope, as the services send it with an HTTP error."""
    return json_reply({"Code": code, "Content": text, "Type": "ERROR"}, status)


def login(text: str = LOGIN, user: str = "nutzer") -> Reply:
    return json_reply({"Status": text, "Username": user})


def archive(body: bytes) -> Reply:
    """A zip answer, sent in chunks and without a length, as recorded."""
    return Reply(body, 200, {"Content-Type": "application/zip"}, chunked=True)


def results(job: str, ready: bool) -> Reply:
    if not ready:
        return envelope(104, NOTHING, "catalogue/results", List=None)
    return envelope(0, "erfolgreich", "catalogue/results", List=[{"Code": job, "Content": "…", "Values": "9"}])


def recorded(shared: Path, name: str) -> Reply:
    """A recorded answer with the status and headers it had."""
    path = shared / "data" / "genesis-api" / name
    note = path.with_name(path.name + ".request.json")
    if not note.is_file():
        return Reply(path.read_bytes(), 200, {"Content-Type": "application/json"})
    told = json.loads(note.read_text(encoding="utf-8"))
    headers = {k: v[0] for k, v in told["response_headers"].items() if k in ("Content-Type", "Content-Disposition")}
    chunked = "Transfer-Encoding" in told["response_headers"]
    return Reply(path.read_bytes(), told["response_status"]["code"], headers, chunked=chunked)


class Download:
    """A file of the Open-Data download that knows its age: validators, ranges, and connections that break."""

    def __init__(self, body: bytes, *, etag: str = "", modified: float = 0, ranges: bool = True) -> None:
        self.body, self.etag, self.modified, self.ranges = body, etag, modified, ranges
        self.breaks: list[int] = []
        """After so many bytes the next connections break."""

    def __call__(self, seen: Seen) -> Reply:
        facts = {"Content-Type": "text/csv"}
        facts |= {"ETag": self.etag} if self.etag else {}
        facts |= {"Last-Modified": formatdate(self.modified, usegmt=True)} if self.modified else {}
        if self.etag and seen.headers.get("if-none-match") == self.etag:
            return Reply(b"", 304, facts)
        if self.modified and seen.headers.get("if-modified-since") == facts["Last-Modified"]:
            return Reply(b"", 304, facts)
        reply = Reply(self.body, 200, facts)
        same = seen.headers.get("if-range") in (self.etag, facts.get("Last-Modified"))
        if self.ranges and same and (wanted := seen.headers.get("range")):
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if start >= len(self.body):
                return Reply(b"", 416, facts)
            facts["Content-Range"] = f"bytes {start}-{len(self.body) - 1}/{len(self.body)}"
            reply = Reply(self.body[start:], 206, facts)
        return replace(reply, cut=self.breaks.pop(0)) if self.breaks else reply


class GenesisServer:
    """The server: `on` says what it answers, `seen` what it was asked, `most` how many requests ran at once."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.most: Counter[str] = Counter()
        self.sent = 0
        self._running: Counter[str] = Counter()
        self._answers: dict[str, list[Answering]] = {}
        self._lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"office": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._http.daemon_threads = True
        self.base = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> GenesisServer:
        self._thread.start()
        for lane in LANES[:3]:
            self.on(f"{lane}/helloworld/logincheck", login())
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    def on(self, path: str, *answers: Answering) -> None:
        """What to answer to an address below the base, one after the other; the last one again and again."""
        self._answers[path] = list(answers)

    def environment(self) -> dict[str, str]:
        """The environment variables that lead the program here."""
        names = {lane: f"KOMMUNALPROFIL_{lane.upper()}_URL" for lane in LANES}
        return {name: f"{self.base}/{lane}" for lane, name in names.items()} | {"NO_PROXY": "127.0.0.1"}

    def asked(self, path: str) -> list[Seen]:
        """The requests to one address."""
        return [s for s in self.seen if s.path == path]

    def answer(self, seen: Seen) -> Reply:
        with self._lock:
            self.seen.append(seen)
            waiting = self._answers.get(seen.path)
            if waiting is None:
                return Reply(HTML, 404, {"Content-Type": "text/html"})
            chosen = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return chosen(seen) if callable(chosen) else chosen

    def enter(self, lane: str, step: int) -> None:
        with self._lock:
            self._running[lane] += step
            self.most[lane] = max(self.most[lane], self._running[lane])


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    office: GenesisServer

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        form = dict(parse_qsl(self.rfile.read(length).decode(), keep_blank_values=True))
        path = self.path.lstrip("/")
        headers = {name.lower(): value for name, value in self.headers.items()}
        lane = path.split("/")[0].replace("opendata", "regio")
        self.office.enter(lane, 1)
        try:
            reply = self.office.answer(Seen(self.command, path, headers, form))
            time.sleep(reply.delay)
        finally:  # before the answer: a client that has it may ask again at once
            self.office.enter(lane, -1)
        try:
            self._send(reply)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_GET = do_POST = _serve  # noqa: N815

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif reply.status != 304:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        for portion in self._portions(reply):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(portion), portion) if reply.chunked else portion)
            self.office.sent += len(portion)
            if reply.drip:
                self.wfile.flush()
                time.sleep(reply.drip)
        if reply.reset:
            self.wfile.flush()
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if reply.reset or reply.cut is not None:
            self.close_connection = True
        elif reply.chunked:
            self.wfile.write(b"0\r\n\r\n")

    @staticmethod
    def _portions(reply: Reply) -> Iterable[bytes]:
        body = reply.body[: reply.cut]
        size = reply.portion if reply.drip else 1 << 14
        return (body[i : i + size] for i in range(0, len(body), size))


class FakeTime:
    """Time that passes only in sleep, on top of the real one; chance that always says the most."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))

    def clock(self) -> float:
        return time.monotonic() + sum(self.slept)

    @staticmethod
    def jitter(_low: float, high: float) -> float:
        return high


@contextmanager
def running(monkeypatch: pytest.MonkeyPatch) -> Iterator[GenesisServer]:
    """A running server to which the program's addresses lead; credentials of the machine are hidden."""
    for lane in LANES:
        for name in ("USER", "PASSWORD", "TOKEN"):
            monkeypatch.delenv(f"KOMMUNALPROFIL_{lane.upper()}_{name}", raising=False)
    monkeypatch.setitem(sys.modules, "keyring", None)
    with GenesisServer() as server:
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        yield server
