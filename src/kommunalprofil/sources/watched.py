"""Connections that end after a given time, whatever the other side does to keep them busy.

Time-outs of the HTTP libraries bound silence only. A head that comes byte by byte, „100 Continue“ again and again or
trailers without end are read inside the libraries, where nobody looks at the clock. So each request is watched from
outside: when its time is over, its socket is shut down, and what waits for it wakes up.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection

_LOCAL = threading.local()


class Watch:
    """The sockets of one request, as duplicates: the library closes its own whenever it likes."""

    def __init__(self) -> None:
        self.over = False
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()

    def add(self, one: socket.socket) -> None:
        """Watch a socket too; it is shut down at once if the time is over already."""
        with self._lock:
            self._sockets.append(socket.fromfd(one.fileno(), one.family, one.type))
            if self.over:
                self._shut()

    def end(self) -> None:
        """The time is over."""
        with self._lock:
            self.over = True
            self._shut()

    def close(self) -> None:
        """Let go of the sockets; the connections stay as they are."""
        with self._lock:
            for one in self._sockets:
                one.close()
            self._sockets.clear()

    def _shut(self) -> None:
        for one in self._sockets:
            with suppress(OSError):  # the other side was faster
                one.shutdown(socket.SHUT_RDWR)


@contextmanager
def watched(seconds: float) -> Iterator[Watch]:
    """Whatever this thread requests within ends after so many seconds; `over` then tells why it broke."""
    watch = Watch()
    timer = threading.Timer(seconds, watch.end)
    timer.daemon = True
    _LOCAL.watch = watch
    timer.start()
    try:
        yield watch
    finally:
        timer.cancel()
        _LOCAL.watch = None
        watch.close()


def _add(one: socket.socket | None) -> None:
    watch: Watch | None = getattr(_LOCAL, "watch", None)
    if watch is not None and one is not None:
        watch.add(one)


class _Watched:
    """What both kinds of connections have in common: each socket is watched, a new one and one kept from before."""

    sock: socket.socket | None

    def _new_conn(self) -> socket.socket:
        made: socket.socket = super()._new_conn()  # type: ignore[misc]
        _add(made)
        return made

    def request(self, *args: Any, **options: Any) -> None:
        _add(self.sock)
        super().request(*args, **options)  # type: ignore[misc]


class _Http(_Watched, HTTPConnection):
    pass


class _Https(_Watched, HTTPSConnection):
    pass


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


_POOLS = {"http": _HttpPool, "https": _HttpsPool}


class _Adapter(HTTPAdapter):
    """Direct connections and those by a proxy."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **options: Any) -> ProxyManager:
        manager: ProxyManager = super().proxy_manager_for(proxy, **options)
        manager.pool_classes_by_scheme = _POOLS
        return manager


class WatchedSession(requests.Session):
    """A session whose requests `watched` can end.

    It knows nothing of redirects: to prepare one, requests would read the answer whole, of whatever length.
    """

    def __init__(self) -> None:
        super().__init__()
        for scheme in ("https://", "http://"):
            self.mount(scheme, _Adapter())

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Never any."""
