"""A file read in many small portions gives what it gives in one; a long one takes little memory."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from kommunalprofil.errors import SourceError
from kommunalprofil.sources import content, datencsv
from kommunalprofil.sources import flat as reader
from twins import aged, by_age, flat, read, wide_ages, zipped

KEYS = ["DG", *(f"{land:02d}" for land in range(1, 17) if land not in (2, 11)), *(f"01{n:03d}" for n in range(1, 99))]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Portions so small that a made-up file has many of them, and nothing kept in memory."""
    monkeypatch.setattr(datencsv, "CELLS", 1)
    monkeypatch.setattr(datencsv, "LEAST_ROWS", 7)
    monkeypatch.setattr(reader, "BLOCK", 4000)
    monkeypatch.setattr(content, "KEEP", 1000)
    monkeypatch.setattr(content, "BLOCK", 777)


def _files() -> dict[str, str | bytes]:
    dice = random.Random(1)
    head, *lines = flat({k: [3, 1, 2] for k in KEYS}).splitlines()
    dice.shuffle(lines)
    ages = {k: aged([1, 2, 3, 4, 5], [2, 3, 4, 5, 6]) for k in KEYS}
    return {
        "wide": by_age(ages),
        "dates and ages in columns": wide_ages({k: [2, 4, 6, 8, 10, 30, *[1, 2, 3, 4, 5, 15] * 2] for k in KEYS}, ""),
        "flat": "\n".join([head, *lines]) + "\n",
        "old flat": flat({k: [3, 1, 2] for k in KEYS}, "alt"),
        "zip": zipped(flat({k: [3, 1, 2] for k in KEYS})),
    }


@pytest.mark.parametrize("what", _files())
def test_in_portions_as_in_one(tmp_path: Path, what: str, request: pytest.FixtureRequest) -> None:
    data = _files()[what]
    whole = read(tmp_path, data)
    request.getfixturevalue("small")
    parts = read(tmp_path, data)
    assert whole.observations is not None
    assert parts.observations is not None
    pd.testing.assert_frame_equal(whole.observations, parts.observations)
    assert whole.report == parts.report
    assert whole.origins == parts.origins
    assert dict(whole.lines) == dict(parts.lines)


def test_damage_far_down_is_still_named_with_its_line(tmp_path: Path, small: None) -> None:
    text = flat({k: [3, 1, 2] for k in KEYS})
    lines = text.splitlines(keepends=True)
    for bad, match, line in (
        (lines[200].replace(";GES;", ";ALT;"), "Das Merkmal wechselt von „GES“ zu „ALT“", 201),
        (lines[200].replace("BEVSTD", "BEV001"), "Ein neuer Inhalt „BEV001“", 201),
        (lines[200].replace("12411;", "12412;"), "Die Statistik wechselt", 201),
        (lines[200].replace("\n", ";\n"), "18 Spalten, der Kopf hat 17", 201),
        (lines[199], "doppelt", 201),
    ):
        with pytest.raises(SourceError, match=match) as failed:
            read(tmp_path, "".join([*lines[:200], bad, *lines[201:]]))
        assert failed.value.line == line
    text = by_age({k: aged([1, 2, 3, 4, 5], [2, 3, 4, 5, 6]) for k in KEYS})
    rows = text.split("\n")
    rows[500] = (
        rows[500].replace("75 Jahre und mehr", "Greise").replace("Insgesamt", "Greise").replace("unter", "Greise")
    )
    rows[500] = rows[500].replace("bis", "Greise")
    with pytest.raises(SourceError, match="Greise") as failed:
        read(tmp_path, "\n".join(rows))
    assert failed.value.line == 501


@pytest.mark.parametrize("how", ["a quote over two lines", "a blank line"])
def test_no_line_gets_lost_in_silence(tmp_path: Path, how: str) -> None:
    lines = flat({k: [3, 1, 2] for k in KEYS}).splitlines()
    if how == "a blank line":
        lines.insert(50, "")
    else:
        lines[50] = lines[50].replace(";GES;", ';"GES;')
        lines[51] = lines[51].replace(";GES;", ';GES";')
    with pytest.raises(SourceError):
        read(tmp_path, "\n".join(lines) + "\n")


MEASURE = """
import pathlib, resource, sys
from kommunalprofil import sources
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
rows = len(sources.read(pathlib.Path(sys.argv[1])).observations)
print(rows, before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
def test_a_long_file_takes_less_memory_than_its_own_size(tmp_path: Path, root: Path) -> None:
    """200 MB of text, thousands of Stichtage: what is kept are its observations, a tenth of that, and one portion."""
    head, *lines = flat({k: [3, 1, 2] for k in KEYS}).splitlines()
    path = tmp_path / "lang.csv"
    size, day = 0, date(1950, 1, 1)
    with path.open("w", encoding="utf-8") as out:
        out.write(head + "\n")
        while size < 200_000_000:
            size += out.write("\n".join(lines).replace("2023-12-31", day.isoformat()) + "\n")
            day += timedelta(days=1)
    command = [sys.executable, "-c", MEASURE, str(path)]
    environment = {**os.environ, "PYTHONPATH": str(root / "src")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    rows, before, peak = map(int, done.stdout.split())
    assert rows > 1_000_000
    assert (peak - before) * 1024 < 300_000_000
