"""A file far longer than any official one is read in a memory that grows with its numbers, not with its bytes."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "stream.py"


@pytest.mark.parametrize(("form", "megabytes"), [("flat", 80), ("wide", 20)])
def test_a_long_file_takes_little_memory(tmp_path: Path, form: str, megabytes: int) -> None:
    """80 MB are more than a content that is kept whole; 500 MB are measured by benchmarks/stream.py."""
    pytest.importorskip("resource")
    found = runpy.run_path(str(BENCHMARK))["run"](form, megabytes, tmp_path)
    assert found["megabytes"] >= megabytes
    assert found["observations"] > 400_000
    assert found["peak"] - found["before"] < 150 + 4 * found["frame"], found
    assert found["seconds"] < 120
