"""Zip archives from strangers: opened only if they are whole, of the usual kind and small enough."""

from __future__ import annotations

import errno
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from kommunalprofil.errors import SourceError

MOST = 1_000_000_000
"""Bytes to which an archive may unpack, whatever is in it."""
MOST_ENTRIES = 1000
DIRECTORY = 200_000
"""Entries, and bytes of their directory, at most: each entry becomes an object."""
TAIL = 66_000
WORKBOOK = b"xl/work"
END, END_64 = b"PK\x05\x06", b"PK\x06\x07"
LOCKED = 0x1
BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, RuntimeError, NotImplementedError, IndexError,
    OverflowError, OSError,
)  # fmt: skip
"""What zipfile raises on damage."""
AGAIN = "Neu herunterladen."


@contextmanager
def opened(source: Path | bytes, file: str, most: int = MOST) -> Iterator[zipfile.ZipFile]:
    """A zip archive whose entries unpack to `most` bytes at most.

    Raises SourceError, also for damage found inside the block: broken, locked, packed in a way no office uses, two
    entries of one name, too many entries or bytes. An entry never gives more bytes than the directory says.
    """
    what = "Das Zip-Archiv"
    try:
        with source.open("rb") if isinstance(source, Path) else io.BytesIO(source) as stream:
            tail = _tail(stream)
            what = "Die Arbeitsmappe" if WORKBOOK in tail else what
            _check_directory(tail, file, what)
            with zipfile.ZipFile(stream) as archive:
                _check_entries(archive.infolist(), file, most, what)
                yield archive
    except BROKEN as error:
        if of_system(error):
            raise
        raise SourceError(file, f"{what} ist beschädigt. {AGAIN}") from None


def of_system(error: Exception) -> bool:
    """Whether an error is one of the disk; a seek to a place that is none (EINVAL) is damage."""
    return isinstance(error, OSError) and error.errno not in (None, errno.EINVAL)


def _tail(stream: IO[bytes]) -> bytes:
    """The last bytes, in which the directory ends."""
    stream.seek(max(0, stream.seek(0, io.SEEK_END) - TAIL))
    tail = stream.read()
    stream.seek(0)
    return tail


def _check_directory(tail: bytes, file: str, what: str) -> None:
    """Raises SourceError if the directory is larger than any office's, before anybody reads it."""
    at = tail.find(END)
    while 0 <= at <= len(tail) - 22:
        if END_64 in tail or struct.unpack_from("<L", tail, at + 12)[0] > DIRECTORY:
            raise SourceError(file, f"{what} ist ungewöhnlich groß; das ist keine amtliche Datei.")
        at = tail.find(END, at + 1)


def _check_entries(entries: list[zipfile.ZipInfo], file: str, most: int, what: str) -> None:
    if len({entry.filename for entry in entries}) < len(entries):
        raise SourceError(file, f"{what} ist beschädigt: ein Teil steht doppelt darin. {AGAIN}")
    if any(entry.flag_bits & LOCKED for entry in entries):
        raise SourceError(file, f"{what} ist mit einem Kennwort gesperrt.")
    if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries):
        raise SourceError(file, f"{what} ist auf ungewöhnliche Weise gepackt oder beschädigt. {AGAIN}")
    size = sum(entry.file_size for entry in entries)
    if size > most or len(entries) > MOST_ENTRIES:
        reason = f"{what} entpackt sich auf mehr als {most / 1e6:.0f} MB oder auf mehr als {MOST_ENTRIES} Dateien"
        raise SourceError(file, f"{reason}; das ist keine amtliche Datei.")
