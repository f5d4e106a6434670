"""Documents of real places, built once in a run, by whichever process asks first; the others read what it made."""

from __future__ import annotations

import os
import pickle
import time
from functools import cache
from pathlib import Path

from kommunalprofil import render
from kommunalprofil.profile import Profile
from kommunalprofil.resources import data_dir

FOLDER: list[Path] = []
"""The folder all processes of the run share, set by conftest."""
PATIENCE = 240
"""Seconds to wait for another process before building the document after all."""


@cache
def built(place: str) -> render.Document:
    """The document of a place."""
    profile = Profile(place, data_dir())
    return _of(profile.region.ags)


@cache
def _of(ags: str) -> render.Document:
    (folder,) = FOLDER
    path, lock = folder / f"{ags}.pickle", folder / f"{ags}.lock"
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if path.exists():
                return pickle.loads(path.read_bytes())  # type: ignore[no-any-return]
            time.sleep(0.2)
    document = render.document(Profile(ags, data_dir()))
    part = path.with_suffix(f".{os.getpid()}")
    part.write_bytes(pickle.dumps(document))
    part.replace(path)
    return document
