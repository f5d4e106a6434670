"""Replacing the state of the data set: files first, the manifest last; killed at any moment, the old state stands."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kommunalprofil.errors import BusyError, DataError
from kommunalprofil.states import (
    FORMAT,
    MANIFEST,
    OBSERVATIONS,
    OUTLINES,
    SHORT,
    SNAPSHOTS,
    Entry,
    Snapshot,
    State,
    dump,
    parse,
    sha256,
    snapshots,
)
from kommunalprofil.store import write_atomic

LOCK = ".lock"
KEEP = 10
"""How many replaced states stay as snapshots."""
JSON = frozenset({"origins", "accounts"})
FOLDERS = (".", OBSERVATIONS, OUTLINES, SNAPSHOTS)


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of one file to be and how many rows they hold."""

    data: bytes
    rows: int


class Writer:
    """The data set of one folder, held by this process alone. Made by `writing`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.old: State | None = State.of(folder) if (folder / MANIFEST).is_file() else None
        self._clean()

    def prepare(self, changes: Mapping[str, Content], upon: State | None = None) -> State:
        """The state that the changes make of the old one (or `upon` another one), its files on disk, not yet in force.

        Raises OSError.
        """
        base = upon or self.old
        entries = dict(base.entries) if base else {}
        files: dict[Path, bytes] = {}
        for name, content in changes.items():
            digest = sha256(content.data)
            file = f"{name}-{digest[:SHORT]}.{'json' if name in JSON else 'parquet'}"
            entries[name] = Entry(file, digest, len(content.data), content.rows)
            path = self.folder / file
            if not path.is_file() or sha256(path.read_bytes()) != digest:
                files[path] = content.data
        write_atomic(files)
        return State(self.folder, entries, self.folder)

    def commit(self, state: State, keep: int = KEEP) -> bool:
        """Put the state into force and freeze the one it replaces; whether there was anything to change.

        Afterwards the oldest frozen states go, until `keep` are left, with the files nobody names any more.
        """
        if self.old is not None and self.old.entries == state.entries:
            return False
        if self.old is not None:
            name = f"{_after(snapshots(self.folder))}-{self.old.id}.json"
            write_atomic({self.folder / SNAPSHOTS / name: dump(self.old.entries)})
        write_atomic({self.folder / MANIFEST: dump(state.entries)})
        self.old = state
        for snapshot in snapshots(self.folder)[: -keep or None]:
            snapshot.path.unlink()
        self._clean()
        return True

    def abandon(self) -> None:
        """Remove the files of a prepared state that will not be."""
        self._clean()

    def _clean(self) -> None:
        """Remove what a killed run left: half-written files, files of no state, a snapshot of the current state."""
        frozen = snapshots(self.folder)
        if self.old is not None and frozen and frozen[-1].id == self.old.id:
            frozen.pop().path.unlink()
        named = {entry.file for entry in (self.old.entries if self.old else {}).values()}
        for snapshot in frozen:
            named |= {entry.file for entry in parse(snapshot.path).values()}
        for path in self._ours():
            place = path.relative_to(self.folder).as_posix()
            if path.suffix == ".tmp" or (place not in named and path.parent.name != SNAPSHOTS):
                path.unlink()

    def _ours(self) -> Iterator[Path]:
        """Files this module wrote: temporary ones, and those with a checksum in their name."""
        digits = "[0-9a-f]" * SHORT
        for folder in FOLDERS:
            for pattern in (".*.tmp", f"*-{digits}.parquet", f"*-{digits}.json"):
                yield from list((self.folder / folder).glob(pattern))


def _after(frozen: list[Snapshot]) -> str:
    """Now, as names of snapshots tell it; later than every one there is, so that names sort by age."""
    now = datetime.now(UTC)
    if frozen:
        now = max(now, datetime.fromisoformat(frozen[-1].time) + timedelta(seconds=1))
    return now.strftime("%Y%m%dT%H%M%SZ")


@contextmanager
def writing(folder: Path) -> Iterator[Writer]:
    """The right to change a data set, for one process at a time.

    Raises BusyError while another process holds it, DataError if the set is damaged or of an older layout, OSError. A
    folder that was made for it and stayed empty is removed.
    """
    there = folder.is_dir()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with locked(folder, "Den Datenbestand"):
            if not (folder / MANIFEST).exists() and (folder / "origins.json").exists():
                text = f"„{folder}“ stammt von einer älteren Fassung des Programms (ohne {MANIFEST}, Format {FORMAT})."
                raise DataError(f"{text} In einen neuen Ordner einlesen.")
            yield Writer(folder)
    finally:
        if not there:
            with suppress(OSError):  # not empty: there is a data set now
                folder.rmdir()


@contextmanager
def locked(folder: Path, what: str) -> Iterator[None]:
    """An exclusive lock on a folder that ends with the process, whatever ends it. Raises BusyError naming `what`."""
    path = folder / LOCK
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        if not _take(handle):
            os.close(handle)
            raise BusyError(f"{what} „{folder}“ ändert gerade ein anderer Aufruf. Dessen Ende abwarten.")
        with suppress(FileNotFoundError):
            if path.stat().st_ino == os.fstat(handle).st_ino:
                break
        os.close(handle)  # its holder removed the file between our opening it and our lock
    try:
        yield
    finally:
        if sys.platform != "win32":
            path.unlink(missing_ok=True)
        os.close(handle)
        if sys.platform == "win32":
            with suppress(OSError):
                path.unlink(missing_ok=True)


if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _take(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
