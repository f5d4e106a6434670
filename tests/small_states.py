"""Data sets of a few bytes: whatever files a test needs, put into force as a state."""

from __future__ import annotations

from pathlib import Path

from kommunalprofil import commit
from kommunalprofil.states import State


def save(folder: Path, files: dict[str, bytes], keep: int = commit.KEEP) -> State:
    """The state with those files, by their name in the manifest, beside what the folder holds already."""
    with commit.writing(folder) as writer:
        writer.commit(writer.prepare({name: commit.Content(data, 1) for name, data in files.items()}), keep)
    return State.of(folder)
