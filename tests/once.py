"""What takes long is made once in a run, by whichever process asks first; the others read what it made."""

from __future__ import annotations

import os
import pickle
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar

from kommunalprofil.sources import areas
from kommunalprofil.sources.reading import Reading

FOLDER: list[Path] = []
"""The folder all processes of the run share, set by conftest."""
PATIENCE = 240
"""Seconds to wait for another process before making it after all."""
T = TypeVar("T")


def once(name: str, make: Callable[[], T]) -> T:
    """What `make` gives, or gave when another process of the run asked for that name."""
    (folder,) = FOLDER
    path, lock = folder / f"{name}.pickle", folder / f"{name}.lock"
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if path.exists():
                kept: T = pickle.loads(path.read_bytes())
                return kept
            time.sleep(0.2)
    made = make()
    part = path.with_suffix(f".{os.getpid()}")
    part.write_bytes(pickle.dumps(made))
    part.replace(path)
    return made


@cache
def read_areas(path: Path) -> Reading:
    """What is read of an official list of Gemeinden or of a key to them, not to be changed."""
    return once(path.name, lambda: areas.read(path))
