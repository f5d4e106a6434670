"""Small files that would unpack, nest or spread to gigabytes: refused in seconds and in little memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import bombs
import pytest

MEGABYTES, SECONDS = 250.0, 20.0
READ = {
    "workbook of a last row", "workbook of attributes", "workbook of merged cells", "outlines of very many records",
    "a foot of copyright signs", "a foot of rules",
}  # fmt: skip
"""Those that are strange, but whole: what they hold is read."""


@pytest.fixture(scope="module")
def found() -> dict[str, dict[str, object]]:
    if not bombs.CLEAR.exists():
        pytest.skip("the system does not tell how much memory a process took at most")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    call = [sys.executable, bombs.__file__]
    done = subprocess.run(call, env=environment, capture_output=True, encoding="utf-8", timeout=300)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr[-3000:]
    return {one["name"]: one for one in map(json.loads, done.stdout.splitlines())}


@pytest.mark.parametrize("name", bombs.BOMBS)
def test_a_bomb_stays_small(found: dict[str, dict[str, object]], name: str) -> None:
    one = found[name]
    assert not one["problem"], one
    assert float(str(one["mega"])) < MEGABYTES, one
    assert float(str(one["seconds"])) < SECONDS, one
    assert (str(one["text"]).startswith("gelesen: ")) == (name in READ), one
