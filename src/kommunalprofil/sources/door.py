"""The door for files: what is read is a regular file of bearable size that stays as it is while it is read."""

from __future__ import annotations

import errno
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kommunalprofil.errors import SourceError

MOST = 2_000_000_000
"""Bytes of a file at most; the largest official one has 30 million."""
STRANGE = {stat.S_IFIFO: "eine Pipe", stat.S_IFSOCK: "ein Socket", stat.S_IFCHR: "ein Gerät", stat.S_IFBLK: "ein Gerät"}
REASONS = {
    errno.ENOENT: "es gibt sie nicht",
    errno.EACCES: "die Leserechte fehlen",
    errno.EPERM: "die Leserechte fehlen",
    errno.EISDIR: "es ist ein Ordner",
    errno.ELOOP: "die Verknüpfung führt im Kreis",
    errno.ENAMETOOLONG: "ihr Name ist zu lang",
    errno.EIO: "Lesefehler des Datenträgers",
}
State = tuple[int, ...]


@contextmanager
def steady(path: Path) -> Iterator[None]:
    """Read a file, or a folder of shapefiles, inside this block.

    Raises SourceError for what is no regular file, empty, too big, not readable, or changes in the meantime.
    """
    problem: Exception | None = None
    before = _state(path)
    try:
        yield
    except (SourceError, OSError) as error:
        problem = error
    if _state(path) != before:
        raise SourceError(path.name, "Die Datei hat sich während des Lesens geändert. Noch einmal einlesen.")
    if isinstance(problem, OSError):
        raise unreadable(path, problem) from None
    if problem is not None:
        raise problem


def unreadable(path: Path, error: OSError) -> SourceError:
    """What a user is told about a file that cannot be opened or read."""
    reason = REASONS.get(error.errno or 0) or error.strerror or str(error)
    return SourceError(path.name, f"Die Datei ist nicht lesbar ({reason}).")


def _state(path: Path) -> State:
    """What a change of a file would change. Raises SourceError for what nobody should open."""
    try:
        found = path.stat()
    except OSError as error:
        raise unreadable(path, error) from None
    kind = stat.S_IFMT(found.st_mode)
    if kind == stat.S_IFDIR:
        return (kind,)
    if kind != stat.S_IFREG:
        what = STRANGE.get(kind, "etwas anderes")
        raise SourceError(path.name, f"Das ist keine Datei, sondern {what}.")
    if not found.st_size:
        raise SourceError(path.name, "Die Datei ist leer. Neu herunterladen.")
    if found.st_size > MOST:
        size = f"{found.st_size / 1e9:.1f} GB".replace(".", ",")
        raise SourceError(path.name, f"Die Datei hat {size}; das ist keine amtliche Tabelle (höchstens 2 GB).")
    return (kind, found.st_ino, found.st_size, found.st_mtime_ns)
