"""One Chromium for all tests of a process, asked through a pipe; every page stands in a fresh profile of its own."""

from __future__ import annotations

import atexit
import json
import os
import select
import subprocess
import tempfile
import time
from functools import cache
from typing import Any

PATIENCE = 60
"""Seconds to wait for the browser's next word, and for what a page is asked."""
OPTIONS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-pipe"]


class Browser:
    """A running Chromium; its protocol: one object of JSON after another, each ended by a zero byte."""

    def __init__(self, program: str) -> None:
        self._home = tempfile.TemporaryDirectory()
        read, self._write = os.pipe()
        self._read, write = os.pipe()
        command = f'exec "$0" "$@" 3<&{read} 4>&{write}'
        folder = f"--user-data-dir={self._home.name}"
        self._process = subprocess.Popen(
            ["bash", "-c", command, program, *OPTIONS, folder], pass_fds=(read, write), stderr=subprocess.DEVNULL
        )
        os.close(read)
        os.close(write)
        self._number, self._rest = 0, b""

    def end(self) -> None:
        """Close it and take its folder away."""
        self._process.terminate()
        self._process.wait()
        os.close(self._read)
        os.close(self._write)
        self._home.cleanup()

    def _ask(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        self._number += 1
        told = {"id": self._number, "method": method, "params": params} | ({"sessionId": session} if session else {})
        os.write(self._write, json.dumps(told).encode() + b"\0")
        while True:
            answer = self._message()
            if answer.get("id") == self._number:
                assert "error" not in answer, (method, answer)
                return dict(answer["result"])

    def _message(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            assert select.select([self._read], [], [], PATIENCE)[0], "the browser says nothing"
            piece = os.read(self._read, 1 << 20)
            assert piece, "the browser has ended"
            self._rest += piece
        text, _, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(text))

    def told(self, address: str, width: int, dark: bool, script: str) -> str:
        """What a script says once it says anything, asked again and again in a window of that width."""
        context = self._ask("Target.createBrowserContext")["browserContextId"]
        try:
            target = self._ask("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
            session = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
            self._ask("Emulation.setDeviceMetricsOverride", session, **size)
            scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
            self._ask("Emulation.setEmulatedMedia", session, features=scheme)
            self._ask("Page.navigate", session, url=address)
            until = time.monotonic() + PATIENCE
            while time.monotonic() < until:
                found = self._ask("Runtime.evaluate", session, expression=script)["result"].get("value")
                if found:
                    return str(found)
                time.sleep(0.02)
            raise AssertionError(f"{address} told nothing")
        finally:
            self._ask("Target.disposeBrowserContext", browserContextId=context)


@cache
def browser(program: str) -> Browser:
    """The browser of this process."""
    made = Browser(program)
    atexit.register(made.end)
    return made
