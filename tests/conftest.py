"""What the tests need from the machine: official files beside the checkout, a browser, tools of the system.

With KOMMUNALPROFIL_STRICT=1 (set by .ci/run) a missing need fails the test instead of skipping it.
"""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
from collections.abc import Callable, Generator
from importlib.util import find_spec
from pathlib import Path

import pytest

import once
from kommunalprofil import many

ROOT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def unavailable(reason: str) -> None:
    """Skip the test for `reason`; fail it in strict runs."""
    if os.environ.get("KOMMUNALPROFIL_STRICT") == "1":
        pytest.fail(f"strict run: {reason}", pytrace=False)
    pytest.skip(reason)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays to the end: it is not searched for dead cycles, which takes a third of the collecting."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.set_threshold(many.COLLECTED)
        gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _made_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Processes of one run share a folder above their own."""
    own = tmp_path_factory.getbasetemp()
    once.FOLDER[:] = [own.parent if "PYTEST_XDIST_WORKER" in os.environ else own]


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def tracked() -> list[Path]:
    """The files under version control; those removed but not yet committed are left out."""
    if not (ROOT / ".git").exists():
        unavailable("this is no git checkout")
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    return [path for name in names.decode().split("\0") if name and (path := ROOT / name).is_file()]


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder with the official files below `data/`; KOMMUNALPROFIL_SHARED says where, relative to the checkout."""
    folder = (ROOT / os.environ.get("KOMMUNALPROFIL_SHARED", "../shared")).resolve()
    if not (folder / "data").is_dir():
        unavailable("the official files are not beside the checkout (KOMMUNALPROFIL_SHARED)")
    return folder


@pytest.fixture(scope="session")
def require_tool() -> Callable[..., str]:
    """A function that gives the path of the first command found on the system, or skips the test."""

    def find(*names: str) -> str:
        for name in names:
            if path := shutil.which(name):
                return path
        unavailable(f"{' or '.join(names)} is not installed")
        raise AssertionError("unreachable")

    return find


@pytest.fixture(scope="session")
def chromium(require_tool: Callable[..., str]) -> str:
    """Path of a Chromium browser."""
    return require_tool(*BROWSERS)


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core, which finds faults of accessibility in a page."""
    spec = find_spec("axe_playwright_python")
    if spec is None or spec.origin is None:
        unavailable("axe-playwright-python, which brings axe-core, is not installed")
        raise AssertionError("unreachable")
    return (Path(spec.origin).parent / "axe.min.js").read_text(encoding="utf-8")
