"""Data sets of a few bytes: whatever files a test needs, put into force as a state."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow.parquet as pq

from kommunalprofil import commit
from kommunalprofil.states import State


def save(folder: Path, files: dict[str, bytes], keep: int = commit.KEEP) -> State:
    """The state with those files, by their name in the manifest, beside what the folder holds already."""
    with commit.writing(folder) as writer:
        writer.commit(writer.prepare({n: commit.Content(d, _rows(d)) for n, d in files.items()}), keep)
    return State.of(folder)


def _rows(data: bytes) -> int:
    whole = data[:4] == data[-4:] == b"PAR1"
    return int(pq.read_metadata(io.BytesIO(data)).num_rows) if whole else 1
