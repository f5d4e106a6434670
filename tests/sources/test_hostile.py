"""Hostile files: each is read to the last row or refused in German; nothing else ever comes out of a reader.

A change that a reader cannot see (one digit for another) must be caught by the sums or change no more than its number.
"""

from __future__ import annotations

import gzip
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from kommunalprofil import checks, sources
from kommunalprofil.errors import KommunalprofilError, SourceError
from kommunalprofil.observations import validate
from kommunalprofil.sources import content
from twins import aged, by_age, by_sex, census, flat, read, wide_ages, zipped

SEX = {"DG": [30, 10, 20], "01": [30, 10, 20], "01051": [21, 7, 14], "01053": [9, 3, 6], "16056": ["-"] * 3}
AGE = {k: aged([1, 2, 3, 4, 5], [2, 3, 4, 5, 6]) for k in ("DG", "01", "01051")}
WIDE = {k: [2, 4, 6, 8, 10, 30, *[1, 2, 3, 4, 5, 15] * 2] for k in ("DG", "03151401002", "0713101001")}
HOUSEHOLDS = [100, 40, 30, 10, 10, 5, 5, 40, 25, 20, 10, 5, 40, 38, 1, 6, 8, 2, 5, 30, 10, 60]

FILES: dict[str, bytes] = {
    "sexes in columns": by_sex(SEX).encode(),
    "two Stichtage, latin-1": by_sex({k: v * 2 for k, v in SEX.items()}, ["31.12.2015", "31.12.2014"]).encode("cp1252"),
    "ages in rows": by_age(AGE).encode(),
    "everything in columns": wide_ages(WIDE).encode("utf-8-sig"),
    "packed": gzip.compress(by_sex(SEX).encode(), mtime=0),
    "old flat": flat(SEX, "alt").encode(),
    "new flat": flat(SEX).encode("utf-8-sig"),
    "zip": zipped(flat(SEX)),
    "census": census("Zensus2022-Haushalte", {"00": HOUSEHOLDS, "01": HOUSEHOLDS}).encode("utf-8-sig"),
}


def _lines(data: bytes, change: Callable[[list[bytes]], None]) -> bytes:
    lines = data.split(b"\n")
    change(lines)
    return b"\n".join(lines)


def _swap(lines: list[bytes], random_: random.Random) -> None:
    i, j = random_.randrange(len(lines)), random_.randrange(len(lines))
    lines[i], lines[j] = lines[j], lines[i]


DAMAGE: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "flip": lambda d, r: d[: (i := r.randrange(len(d)))] + bytes([d[i] ^ (1 << r.randrange(8))]) + d[i + 1 :],
    "noise": lambda d, r: d[: (i := r.randrange(len(d)))] + r.randbytes(20) + d[i:],
    "cut": lambda d, r: d[: r.randrange(len(d))],
    "cut the start": lambda d, r: d[r.randrange(1, len(d)) :],
    "hole": lambda d, r: d[: (i := r.randrange(len(d)))] + d[i + r.randrange(1, 60) :],
    "double a line": lambda d, r: _lines(d, lambda x: x.insert(i := r.randrange(len(x)), x[i])),
    "lose a line": lambda d, r: _lines(d, lambda x: x.pop(r.randrange(len(x))) and None),
    "swap two lines": lambda d, r: _lines(d, lambda x: _swap(x, r)),
    "zero bytes": lambda d, r: d[: (i := r.randrange(len(d)))] + b"\0" * r.randrange(1, 9) + d[i:],
    "huge field": lambda d, r: d.replace(b";", b";" + b"9" * 200_000, 1 + r.randrange(2)),
    "huge number": lambda d, r: d.replace(b"30", b"9" * 400),
    "quote": lambda d, r: d[: (i := r.randrange(len(d)))] + b'"' + d[i:],
    "semicolon": lambda d, r: d[: (i := r.randrange(len(d)))] + b";" + d[i:],
    "utf-16": lambda d, r: d.decode("utf-8", "replace").encode("utf-16"),
    "carriage returns": lambda d, r: d.replace(b"\n", b"\r"),
    "other digits": lambda d, r: d.replace(b"30", "３０".encode()).replace(b"10", "١٠".encode()),
    "packed twice": lambda d, r: gzip.compress(gzip.compress(d)),
    "packed and cut": lambda d, r: gzip.compress(d)[:-5],
    "packed with a tail": lambda d, r: gzip.compress(d) + b"tail",
}


def _observe(folder: Path, content: bytes) -> dict[tuple[object, ...], float]:
    """Key → value of everything the importer would keep. Raises KommunalprofilError."""
    reading = read(folder, content)
    checks.check(reading, sources.declared()[reading.report.table])
    assert reading.observations is not None
    frame = validate(reading.observations, reading.report.table)
    keys = ["region", "date", "measure", "sex", "household", "age_from", "age_to"]
    return dict(zip(frame[keys].itertuples(index=False, name=None), frame["value"], strict=True))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[tuple[object, ...], float]]:
    folder = tmp_path_factory.mktemp("whole")
    return {name: _observe(folder, data) for name, data in FILES.items()}


MAY_LOSE = {"flip", "noise", "hole", "lose a line", "double a line", "semicolon", "quote"}


@pytest.mark.parametrize("how", DAMAGE)
def test_read_to_the_last_row_or_refused(
    tmp_path: Path, whole: dict[str, dict[tuple[object, ...], float]], how: str
) -> None:
    dice = random.Random(how)
    for name, good in FILES.items():
        for _ in range(4):
            bad = DAMAGE[how](good, dice)
            try:
                found = _observe(tmp_path, bad)
            except KommunalprofilError as error:
                _german(error)
                continue
            lost = whole[name].keys() - found.keys()
            regions = {key[0] for key in lost}
            # A whole region can only vanish with its lines; a region is never there in part.
            assert not lost or how in MAY_LOSE, (name, how, sorted(map(str, regions)))
            assert regions.isdisjoint(key[0] for key in found if key[1:] in {k[1:] for k in lost}) or len(regions) <= 2
            sizes = {r: sum(k[0] == r for k in found) for r in {k[0] for k in found}}
            assert len(set(sizes.values())) == 1, (name, how, sizes)


def _german(error: KommunalprofilError) -> None:
    text = str(error)
    assert isinstance(error, SourceError), text
    outside_brackets = re.sub(r"\(.*\)|„.*“|'.*'", "", text)
    assert not re.search(r"\b(the|not|error|invalid|expected|cannot)\b", outside_brackets), text
    assert text.rstrip().endswith((".", ")")), text
    assert len(text) < 1500, text[:300]
    assert error.line is None or error.line >= 1


@pytest.mark.parametrize(
    "content",
    [b"", b"\x1f\x8b", b"PK", b"PK\x03\x04", b"\xef\xbb\xbf", b"\xff\xfe\x00", b";;;", b"\n\n", b'"', b"PAR1"],
)
def test_hardly_anything(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(SourceError) as failed:
        read(tmp_path, content)
    _german(failed.value)


def test_heads_without_bodies(tmp_path: Path) -> None:
    for good in (data for name, data in FILES.items() if name not in ("packed", "zip")):
        for lines in range(min(7, good.count(b"\n") + 1)):
            with pytest.raises(SourceError) as failed:
                read(tmp_path, b"\n".join(good.split(b"\n")[:lines]))
            _german(failed.value)


def test_what_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="nicht lesbar"):
        sources.read(tmp_path)
    with pytest.raises(SourceError, match="nicht lesbar"):
        sources.read(tmp_path / "fehlt.csv")


def test_a_gzip_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "MAX_BYTES", 1_000_000)
    with pytest.raises(SourceError, match="gzip-Archiv entpackt sich auf mehr"):
        read(tmp_path, gzip.compress(b"0" * 5_000_000))
