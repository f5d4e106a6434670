"""The raw store: every answer of an office byte for byte, with a note beside it on where it came from and when.

A file is named by table, query and content (`<table>_<query>_<sha256>.csv`), so that nothing is ever overwritten by
something else; its sidecar is `<file>.json`. Whoever has this folder can rebuild the data set without a network.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kommunalprofil.errors import DamageError, SourceError, damage
from kommunalprofil.provenance import DL_DE_BY
from kommunalprofil.store import write_atomic

SIDECAR = ".json"
SHORT = 8
"""Hexadecimal digits of the hashes in file names."""
CHUNK = 1 << 20
VOLATILE = frozenset({"stand", "job", "compress"})
"""Parameters that do not change what an answer says."""
_TABLE = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")
_RENEW = "Beide Dateien löschen und mit „kommunalprofil data update“ neu abrufen."


@dataclass(frozen=True, kw_only=True)
class Sidecar:
    """What is known of a raw file: its origin, its checksums and what the office said with it; never a credential.

    `retrieved` is the UTC second of the last download, `checked` the last time the office confirmed that nothing newer
    exists (both ISO). `content` is the sha256 of the table inside an archive, that of the file where it is none;
    an office stamps its archives with the time, so only this tells whether numbers changed. `stand` is the office's own
    time stamp (ISO), empty where the answer has none. `status` is the code of the answer, `warnings` its remarks.
    """

    table: str
    database: str
    url: str
    query: dict[str, str]
    retrieved: str
    checked: str
    sha256: str
    content: str
    bytes: int
    content_type: str = ""
    licence: str = DL_DE_BY
    stand: str = ""
    status: int = 0
    warnings: tuple[str, ...] = ()
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True)
class Kept:
    """A file of the raw store with its sidecar; `new` if this run brought it."""

    path: Path
    sidecar: Sidecar
    new: bool = False


def now() -> str:
    """The time in UTC as sidecars write it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def sha256_of(path: Path) -> str:
    """The sha256 of a file, read in portions. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while portion := stream.read(CHUNK):
            digest.update(portion)
    return digest.hexdigest()


def is_sidecar(path: Path) -> bool:
    """Whether the file is a note on the raw file beside it and no data itself."""
    return path.suffix == SIDECAR and path.with_suffix("").suffix != "" and path.with_suffix("").is_file()


def sidecar_of(path: Path) -> Sidecar | None:
    """What is known of a raw file, None if nothing lies beside it.

    Raises SourceError if the sidecar is damaged or the file is not the one it was written for (size, sha256).
    """
    note = path.with_name(path.name + SIDECAR)
    if not note.is_file():
        return None
    sidecar = _parse(note)
    if path.stat().st_size != sidecar.bytes or sha256_of(path) != sidecar.sha256:
        reason = f"Der Inhalt passt nicht zu Größe und Prüfsumme in „{note.name}“; die Datei wurde verändert. {_RENEW}"
        raise SourceError(path.name, reason)
    return sidecar


def _parse(note: Path) -> Sidecar:
    """The sidecar in a file. Raises SourceError for anything but one."""
    try:
        if note.stat().st_size > CHUNK:
            raise DamageError("zu groß")
        content = json.loads(note.read_bytes())
        if not isinstance(content, dict) or {f.name for f in fields(Sidecar)} != set(content):
            raise DamageError("andere Felder")
        for field in fields(Sidecar):
            if not _fits(content[field.name], str(field.type)):
                raise DamageError(f"Feld {field.name}")
    except (OSError, ValueError, RecursionError) as error:
        raise SourceError(note.name, f"Die Begleitdatei ist beschädigt{damage(error)}. {_RENEW}") from None
    return Sidecar(**(content | {"warnings": tuple(content["warnings"])}))


def _fits(value: Any, kind: str) -> bool:
    if kind == "int":
        return type(value) is int and value >= 0
    if kind.startswith("dict"):
        return isinstance(value, dict) and all(isinstance(v, str) for v in value.values())
    if kind.startswith("tuple"):
        return isinstance(value, list) and all(isinstance(v, str) for v in value)
    return isinstance(value, str)


def _dump(sidecar: Sidecar) -> bytes:
    return (json.dumps(asdict(sidecar), ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


class RawStore:
    """The folder of raw files: one folder a database. A process that writes holds its lock (see update.py)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def tidy(self) -> None:
        """Remove half-written notes a killed run left; only for the holder of the lock. Raises OSError."""
        for path in self.folder.glob("*/.*.tmp"):
            path.unlink()

    def place(self, database: str, table: str, query: Mapping[str, str]) -> Path:
        """The path, without checksum and ending, of what answers a query. Raises ValueError for no table's id."""
        if not _TABLE.fullmatch(table) or not _TABLE.fullmatch(database):
            raise ValueError(f"{database!r} and {table!r} cannot be parts of a path")
        asked = {name: value for name, value in query.items() if value and name not in VOLATILE}
        digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
        return self.folder / database / f"{table}_{digest[:SHORT]}"

    def answers(self, database: str, table: str, query: Mapping[str, str]) -> Iterator[Kept]:
        """Every file that answered the query, in no order. Raises SourceError for a damaged sidecar."""
        start = self.place(database, table, query)
        for note in start.parent.glob(f"{start.name}_*{SIDECAR}"):
            if is_sidecar(note):  # a killed run may leave a sidecar whose file never came
                yield Kept(note.with_suffix(""), _parse(note))

    def newest(self, database: str, table: str, query: Mapping[str, str]) -> Kept | None:
        """The answer that was valid last, its content verified. Raises SourceError for damage."""
        kept = max(self.answers(database, table, query), key=lambda k: (k.sidecar.checked, k.path), default=None)
        if kept is not None:
            sidecar_of(kept.path)
        return kept

    def part(self, database: str, table: str, query: Mapping[str, str]) -> Path:
        """Where an answer is collected while it comes in; its folder exists afterwards. Raises OSError."""
        start = self.place(database, table, query)
        start.parent.mkdir(parents=True, exist_ok=True)
        return start.with_name(f".{start.name}.part")

    def keep(self, part: Path, content: str, ending: str, facts: Mapping[str, Any]) -> Kept:
        """Take a complete answer into the store: sidecar first, then the file under its final name, by a rename.

        `content` is the sha256 of the table inside, `facts` the fields of the sidecar that no file can tell. A file
        that is there already stays; that the office has gone back to it makes it the newest answer. Raises OSError.
        """
        digest = sha256_of(part)
        sidecar = Sidecar(sha256=digest, content=content, bytes=part.stat().st_size, **facts)
        start = self.place(sidecar.database, sidecar.table, sidecar.query)
        path = start.with_name(f"{start.name}_{digest[:SHORT]}{ending}")
        if path.is_file() and (there := sidecar_of(path)) is not None:
            part.unlink()
            told = {"etag": sidecar.etag, "last_modified": sidecar.last_modified}
            return self.confirm(Kept(path, there), sidecar.checked, retrieved=sidecar.retrieved, **told)
        write_atomic({path.with_name(path.name + SIDECAR): _dump(sidecar)})
        with part.open("rb+") as stream:
            os.fsync(stream.fileno())
        part.replace(path)
        return Kept(path, sidecar, new=True)

    def confirm(self, kept: Kept, checked: str, **changes: str) -> Kept:
        """Note that the office had nothing newer at the time `checked`; `changes` are new values of other fields."""
        sidecar = replace(kept.sidecar, checked=max(checked, kept.sidecar.checked), **changes)  # type: ignore[arg-type]
        if sidecar != kept.sidecar:
            write_atomic({kept.path.with_name(kept.path.name + SIDECAR): _dump(sidecar)})
        return Kept(kept.path, sidecar)
