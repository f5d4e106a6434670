"""States of the data set: a manifest names every file by its content, and replacing the manifest is the only switch.

A folder holds one current state (`manifest.json`) and the manifests of states it replaced (`snapshots/`). Files carry a
part of their sha256 in their name, are never changed, and are shared by all states that name them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from kommunalprofil.errors import DamageError, DataError, UsageError, damage, shown

MANIFEST = "manifest.json"
SNAPSHOTS = "snapshots"
FORMAT = 1
OBSERVATIONS = "observations"
OUTLINES = "outlines"
ORIGINS = "origins"
REGIONS = "regions"
CROSSWALK = "crosswalk"
ACCOUNTS = "accounts"
COMPARISON = "comparison"
SHORT = 12
"""Hexadecimal digits of a sha256 that names of files and states carry."""
HINT = "Der Datenbestand lässt sich mit „kommunalprofil data import PFAD…“ oder „make data“ neu aufbauen."
SNAPSHOT = re.compile(r"(?P<time>\d{8}T\d{6}Z)-(?P<id>[0-9a-f]{12})")


def sha256(data: bytes) -> str:
    """The sha256 of some bytes, in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a state: its place below the folder (POSIX), sha256, size in bytes, rows."""

    file: str
    sha256: str
    bytes: int
    rows: int


@dataclass(frozen=True)
class State:
    """All files of the data set at one time, by name: `origins`, `regions`, `observations/<table>`, `outlines/<level>`.

    `root` is the folder the files lie in; `id` follows from what the manifest says, so equal states have equal ids.
    """

    root: Path
    entries: Mapping[str, Entry]
    where: Path

    @classmethod
    def of(cls, where: Path | State) -> State:
        """The current state of a folder, the state a manifest file describes, or the state itself.

        Raises DataError if there is none, its manifest is damaged, or a file it names is missing or of another size.
        """
        if isinstance(where, State):
            return where
        manifest = where / MANIFEST if where.is_dir() else where
        root = manifest.parent.parent if manifest.parent.name == SNAPSHOTS else manifest.parent
        if not manifest.is_file():
            raise DataError(f"In „{where}“ liegt kein Datenbestand (es fehlt {MANIFEST}). {HINT}")
        state = cls(root, parse(manifest), where)
        for name in state.entries:
            state.path(name)
        return state

    @property
    def id(self) -> str:
        """The short name of the state."""
        return sha256(dump(self.entries))[:SHORT]

    @property
    def tables(self) -> tuple[str, ...]:
        """Ids of the tables there are observations of."""
        return tuple(sorted(n.partition("/")[2] for n in self.entries if n.startswith(f"{OBSERVATIONS}/")))

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(entry.bytes for entry in self.entries.values())

    def path(self, name: str) -> Path:
        """The file of that name. Raises DataError if the state has none, or the file is gone or of another size."""
        entry = self.entries.get(name)
        if entry is None:
            raise DataError(f"Im Datenbestand „{self.where}“ fehlt {name}. {HINT}")
        path = self.root / entry.file
        try:
            size = path.stat().st_size
        except OSError as error:
            raise DataError(f"Im Datenbestand „{self.where}“ fehlt {entry.file} ({error.strerror}). {HINT}") from None
        if size != entry.bytes:
            raise DataError(f"{entry.file} ist beschädigt ({size} statt {entry.bytes} Bytes). {HINT}")
        return path

    def read(self, name: str) -> bytes:
        """The bytes of a file, compared with its sha256. Raises DataError."""
        path = self.path(name)
        data = path.read_bytes()
        if sha256(data) != self.entries[name].sha256:
            raise DataError(f"{self.entries[name].file} ist beschädigt (andere Prüfsumme). {HINT}")
        return data


def dump(entries: Mapping[str, Entry]) -> bytes:
    """The manifest of some entries, one file a line; the same entries give the same bytes."""
    fields = ("file", "sha256", "bytes", "rows")
    lines = [
        json.dumps({"name": name} | {f: getattr(entry, f) for f in fields}, ensure_ascii=False)
        for name, entry in sorted(entries.items())
    ]
    return (f'{{"format": {FORMAT}, "files": [\n' + ",\n".join(lines) + "\n]}\n").encode()


def parse(manifest: Path) -> dict[str, Entry]:
    """The entries of a manifest file. Raises DataError if it is damaged or names files outside its folder."""
    try:
        told = json.loads(manifest.read_bytes())
        if told["format"] != FORMAT:
            raise DataError(f"{manifest} hat das Format {told['format']}, lesbar ist {FORMAT}. {HINT}")
        entries = {row.pop("name"): Entry(**row) for row in told["files"]}
        for entry in entries.values():
            place = PurePosixPath(entry.file)
            if place.is_absolute() or ".." in place.parts or not isinstance(entry.bytes, int):
                raise DamageError(f"unerlaubter Eintrag „{shown(str(entry.file))}“")
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise DataError(f"{manifest} ist beschädigt{damage(error)}. {HINT}") from error
    return entries


@dataclass(frozen=True)
class Snapshot:
    """A frozen state: its manifest, when it was replaced (UTC, ISO; '' for the current one), the short name."""

    path: Path
    time: str
    id: str

    @property
    def name(self) -> str:
        """What `--data` takes to build from it."""
        return self.path.stem if self.time else self.id


def snapshots(root: Path) -> list[Snapshot]:
    """The frozen states of a folder, from old to new."""
    found = [(path, SNAPSHOT.fullmatch(path.stem)) for path in sorted((root / SNAPSHOTS).glob("*.json"))]
    return [Snapshot(path, iso(m["time"]), m["id"]) for path, m in found if m]


def iso(stamp: str) -> str:
    """`2025-07-11T10:15:02Z` of `20250711T101502Z`."""
    return f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:11]}:{stamp[11:13]}:{stamp[13:]}"


def locate(text: Path, default: Path) -> Path:
    """What `--data` means: a folder, a manifest, or (the beginning of) a frozen state's name.

    A name belongs to the folder `default`, `FOLDER@NAME` to that folder. Raises UsageError for a name that is none.
    """
    folder, at, name = str(text).rpartition("@")
    root = Path(folder) if at else default
    plain = re.fullmatch(r"[0-9a-fTZ-]{4,}", name)
    if text.exists() or not plain or not root.is_dir():
        return text
    state = State.of(root)
    if state.id.startswith(name):
        return root
    known = snapshots(root)
    found = [s for s in known if s.id.startswith(name) or s.path.stem.startswith(name)]
    if len({s.id for s in found}) == 1:
        return found[-1].path
    names = "\n  ".join(s.name for s in (found or known)) or "keiner"
    what = "mehrere eingefrorene Stände" if found else "keinen eingefrorenen Stand"
    raise UsageError(f"In „{root}“ gibt es {what} „{name}“. Vorhanden:\n  {names}")
