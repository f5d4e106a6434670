"""The committed data set is what today's code makes of the official files, byte for byte."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kommunalprofil import importer


def files(folder: Path) -> dict[str, Path]:
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
@pytest.mark.shared
def test_the_data_set_is_rebuilt_byte_for_byte(root: Path, shared: Path, tmp_path: Path) -> None:
    """What `make data` does: whoever changes a reader, a check or a note has to rebuild the data set with it."""
    listed = (root / "data" / "quellen.txt").read_text(encoding="utf-8").splitlines()
    paths = [shared / "data" / line for line in listed if line and line[0] != "#"]
    outcome = importer.run(paths, tmp_path, workers=os.cpu_count() or 1)
    assert outcome.refused == []
    made, committed = files(tmp_path), files(root / "data" / "processed")
    committed = {name: path for name, path in committed.items() if not name.startswith("snapshots/")}
    assert set(made) == set(committed) - {"README.md"}
    assert [name for name, path in made.items() if path.read_bytes() != committed[name].read_bytes()] == []
