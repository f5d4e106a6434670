"""Shapefiles as strangers send them: their parts taken out of a folder or an archive and opened as a private copy.

GDAL recognises formats by content and follows what they point to (a virtual layer opens other files and addresses); it
therefore gets to see nothing but four files of the right kind.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath

from kommunalprofil.errors import SourceError
from kommunalprofil.sources import archives, door
from kommunalprofil.sources.gemeindeverzeichnis import german_date

MAGIC = b"\x00\x00\x27\x0a"
SHP, SHX, DBF, PRJ = SUFFIXES = (".shp", ".shx", ".dbf", ".prj")
NOTE = "aktualitaet.txt"
SHORT = 1000
MOST = 150_000_000
"""Bytes of one of the four files at most; those of VG250 have 50 million."""


@dataclass
class Parts:
    """The four files of one shapefile by suffix, its name, and the day that a note beside it states."""

    name: str
    files: dict[str, bytes]
    day: date | None


def found(path: Path) -> Iterator[Parts]:
    """Every shapefile of a folder or archive, or the one file, in order of name.

    Raises SourceError for a missing part, a damaged archive, a file that is none, OSError.
    """
    if path.is_dir():
        for inside in sorted(p for p in path.iterdir() if p.suffix.lower() == SHP):
            yield from found(inside)
        return
    with path.open("rb") as stream:
        packed = stream.read(2) == b"PK"
    yield from _in_archive(path) if packed else _beside(path)


def _in_archive(path: Path) -> Iterator[Parts]:
    with archives.opened(path, path.name) as archive:
        names = {name.lower(): name for name in archive.namelist()}
        notes = [names[name] for name in names if name.endswith(NOTE)]
        day = _day(archive.open(notes[0]).read(SHORT)) if notes else None
        for name in sorted(n for n in names if n.endswith(SHP)):
            stem = name.removesuffix(SHP)
            inside = {s: names[stem + s] for s in SUFFIXES if stem + s in names}
            if any(archive.getinfo(part).file_size > MOST for part in inside.values()):
                raise SourceError(path.name, f"Ein Teil von „{name}“ ist größer als {MOST // 10**6} MB.")
            parts = {s: archive.read(part) for s, part in inside.items()}
            yield _whole(PurePosixPath(names[name]).name, parts, day, path.name)


def _beside(path: Path) -> Iterator[Parts]:
    files = {}
    for suffix in SUFFIXES:
        part = path if suffix == SHP else _companion(path, suffix)
        if part is not None:
            with door.steady(part):
                files[suffix] = part.read_bytes()
    note = path.with_name(NOTE)
    day = None
    if note.is_file():
        with note.open("rb") as stream:
            day = _day(stream.read(SHORT))
    yield _whole(path.name, files, day, path.name)


def _companion(path: Path, suffix: str) -> Path | None:
    return next((p for p in (path.with_suffix(suffix), path.with_suffix(suffix.upper())) if p.is_file()), None)


def _day(note: bytes) -> date | None:
    return german_date(note.decode("utf-8", "replace"))


def _whole(name: str, files: dict[str, bytes], day: date | None, file: str) -> Parts:
    if missing := [s for s in SUFFIXES if s not in files]:
        what = "das Koordinatensystem" if missing == [PRJ] else "ein Teil der Daten"
        stem = PurePosixPath(name).stem
        raise SourceError(file, f"Neben der Datei fehlt {stem}{missing[0]}; ohne sie fehlt {what}.")
    if files[SHP][:4] != MAGIC:
        raise SourceError(file, f"„{name}“ ist kein Shapefile; die Datei ist beschädigt oder eine andere.")
    return Parts(name, files, day)


@contextmanager
def placed(parts: Parts) -> Iterator[Path]:
    """The path of a copy that nobody else changes, for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="kommunalprofil-") as folder:
        for suffix, data in parts.files.items():
            (Path(folder) / f"umrisse{suffix}").write_bytes(data)
        yield Path(folder) / f"umrisse{SHP}"
