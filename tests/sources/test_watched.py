"""Answers that never end in ways the HTTP libraries do not notice: each is over when its time is over."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kommunalprofil.sources.transfer import Limits, PassingError, Transfer

HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def dripping(start: bytes, rest: bytes) -> Callable[[socket.socket], None]:
    """Sends the start at once and the rest over and over, a byte every now and then."""

    def send(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            for byte in rest:
                connection.sendall(bytes([byte]))
                time.sleep(0.02)

    return send


def flooding(start: bytes, rest: bytes) -> Callable[[socket.socket], None]:
    def send(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(rest)

    return send


@contextmanager
def serving(send: Callable[[socket.socket], None]) -> Iterator[str]:
    """The address of a server that hears one request and then sends."""
    listening = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        try:
            connection, _ = listening.accept()
            with connection:
                connection.recv(1 << 16)
                send(connection)
        except OSError:  # hung up on, which is the point
            pass

    threading.Thread(target=answer, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    finally:
        listening.close()


@pytest.mark.parametrize(
    "send",
    [
        dripping(b"", HEAD + b"X: " + b"y" * 60_000),
        dripping(HEAD, b"X: y\r\n"),
        flooding(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        dripping(CHUNKED + b"1;", b"x"),
        dripping(CHUNKED + b"1\r\nx\r\n0\r\n", b"X: y\r\n"),
        flooding(CHUNKED + b"1\r\nx\r\n0\r\n", b"X: y\r\n" * 1000),
        dripping(HEAD + b"Content-Length: 9999999\r\n\r\n", b"x"),
        dripping(HEAD + b"\r\n", b"x"),
        dripping(b"HTTP/1.1 500 Oh\r\n\r\n", b"x"),
    ],
    ids=["head", "heads", "continue", "extension", "trailer", "trailers", "body", "body without length", "error"],
)
def test_no_answer_outlasts_its_time(send: Callable[[socket.socket], None], tmp_path: Path) -> None:
    with serving(send) as url, Transfer(Limits(connect=1, silence=1, answer=0.3)) as way:
        began = time.monotonic()
        with pytest.raises(PassingError, match="nach 0 Sekunden noch nicht vollständig"):
            way.send("regio", "GET", url, tmp_path / "part")
        assert time.monotonic() - began < 3
