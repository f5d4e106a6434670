"""The content of an official file: unpacked, its encoding known, its checksum taken – in bounded memory."""

from __future__ import annotations

import codecs
import hashlib
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TextIO

from kommunalprofil.errors import SourceError
from kommunalprofil.sources import archives
from kommunalprofil.sources.door import unreadable

MAX_BYTES = 2_000_000_000
"""The most a file or a gzip may hold."""
MAX_UNPACKED = 1_000_000_000
"""The most a zip answer may hold."""
KEEP = 64_000_000
"""Up to this size a content is kept in memory, above it is read again from its file."""
BLOCK = 1 << 20
LINE = 1_000_000
"""Bytes of a line at most; a JSON may be one line."""
TAIL = 1 << 20
"""How much of the end is kept: the foot of a table with its notes."""
GZIP = b"\x1f\x8b"
ZIP = b"PK"
AGAIN = "Neu herunterladen."


@dataclass
class Content:
    """One content, checked to the last byte: no NUL, archive whole.

    `tail` are its last bytes, `lines` is its number of line feeds. `entry` is the name of the CSV in a zip, `retrieved`
    the day it is dated. `encoding` is `utf-8-sig` or `cp1252`; UTF-16 with its mark is converted to UTF-8 at once.
    """

    name: str
    sha256: str
    size: int
    encoding: str
    head: bytes
    tail: bytes
    lines: int
    retrieved: str = ""
    entry: str = ""
    _blocks: Callable[[], Iterator[bytes]] = field(default=lambda: iter(()), repr=False)
    _kept: bytes | None = field(default=None, repr=False)

    def data(self) -> bytes:
        """Everything, for readers of small files."""
        return self._kept if self._kept is not None else b"".join(self._blocks())

    def stream(self) -> IO[bytes]:
        """Everything from the start, as a binary stream."""
        if self._kept is not None:
            return io.BytesIO(self._kept)
        return io.BufferedReader(_Blocks(self._blocks()), BLOCK)

    def text(self) -> TextIO:
        """Everything from the start, as lines that end with a line feed and are otherwise left as they are."""
        return io.TextIOWrapper(self.stream(), encoding=self.encoding, errors="replace", newline="\n")

    @property
    def in_memory(self) -> bool:
        """Whether `data` costs nothing."""
        return self._kept is not None

    @property
    def opening(self) -> str:
        """The first few thousand characters."""
        return self.head.decode(self.encoding, errors="replace")

    @property
    def ending(self) -> str:
        """The last characters, a million at most."""
        return self.tail.decode("utf-8" if self.encoding == "utf-8-sig" else self.encoding, errors="replace")

    @property
    def finished(self) -> bool:
        """Whether the last line ends with a line feed."""
        return self.tail.endswith(b"\n")


class _Blocks(io.RawIOBase):
    """A stream over blocks of bytes."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks, self._rest = blocks, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        while not self._rest:
            self._rest = next(self._blocks, b"")
            if not self._rest:
                return 0
        size = min(len(view), len(self._rest))
        view[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def of_file(path: Path) -> Content:
    """The content of a file, unpacked if it is a gzip or a zip of one CSV.

    Raises SourceError: not readable, empty, damaged or cut archive, an archive that unpacks to too much, NUL bytes.
    """
    name = path.name
    try:
        with path.open("rb") as stream:
            start = stream.read(4)
        if not start:
            raise SourceError(name, f"Die Datei ist leer. {AGAIN}")
        if start[:2] == GZIP:
            return _scan(name, lambda: _gunzip(path))
        if start[:2] == ZIP:
            content = _scan(name, lambda: _unzip(path))
            content.entry, content.retrieved = _entry(path)
            return content
        return _scan(name, lambda: _plain(path))
    except OSError as error:
        raise unreadable(path, error) from None


def of_bytes(data: bytes, name: str) -> Content:
    """The content of bytes that are in memory already. Raises SourceError."""
    return _scan(name, lambda: iter([data]))


def _plain(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        size = 0
        while block := stream.read(BLOCK):
            size += len(block)
            if size > MAX_BYTES:
                raise SourceError(path.name, "Die Datei ist größer als 2 GB; das ist keine GENESIS-Tabelle.")
            yield block


def _gunzip(path: Path) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(wbits=31)
    size = 0
    try:
        for packed in _plain(path):
            rest = packed
            while rest and not unpacker.eof:
                block = unpacker.decompress(rest, BLOCK)
                rest = unpacker.unconsumed_tail
                size += len(block)
                if size > MAX_BYTES:
                    raise SourceError(path.name, f"Das gzip-Archiv entpackt sich auf mehr als {MAX_BYTES // 10**6} MB.")
                yield block
            if unpacker.unused_data or (rest and unpacker.eof):
                raise SourceError(path.name, f"Nach dem Ende des gzip-Archivs folgen weitere Daten. {AGAIN}")
    except zlib.error:
        raise SourceError(path.name, f"Das gzip-Archiv ist beschädigt. {AGAIN}") from None
    if not unpacker.eof:
        raise SourceError(path.name, f"Das gzip-Archiv ist abgeschnitten. {AGAIN}")


def _only(archive: zipfile.ZipFile, file: str) -> zipfile.ZipInfo:
    """The one CSV in a zip answer."""
    entries = [e for e in archive.infolist() if not e.is_dir()]
    if len(entries) != 1 or not entries[0].filename.lower().endswith(".csv"):
        names = ", ".join(e.filename[:60] for e in entries[:3]) or "nichts"
        raise SourceError(file, f"Im Archiv wird genau eine CSV-Datei erwartet, gefunden: {names}.")
    return entries[0]


def _entry(path: Path) -> tuple[str, str]:
    """The name of the one CSV in a zip answer and the day it is dated."""
    with archives.opened(path, path.name, MAX_UNPACKED) as archive:
        entry = _only(archive, path.name)
    year, month, day = entry.date_time[:3]
    return entry.filename, f"{year:04d}-{month:02d}-{day:02d}" if year > 1980 else ""


def _unzip(path: Path) -> Iterator[bytes]:
    with archives.opened(path, path.name, MAX_UNPACKED) as archive, archive.open(_only(archive, path.name)) as stream:
        while block := stream.read(BLOCK):
            yield block


def _scan(name: str, blocks: Callable[[], Iterator[bytes]]) -> Content:
    """One pass over everything: checksum, encoding, NUL bytes, size, the end."""
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    kept: list[bytes] | None = []
    size, lines, since, tail, head, utf8 = 0, 0, 0, b"", b"", True
    for block in blocks():
        if not size and block[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return _from_utf16(name, blocks)
        digest.update(block)
        if (at := block.find(b"\x00")) >= 0:
            line = lines + block[:at].count(b"\n") + 1
            reason = f"Die Datei enthält Nullbytes und ist beschädigt oder keine Textdatei. {AGAIN}"
            raise SourceError(name, reason, line)
        if utf8:
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                utf8 = False
        size += len(block)
        breaks = block.count(b"\n")
        since = len(block) - block.rfind(b"\n") if breaks else since + len(block)
        head = head if len(head) >= 4096 else (head + block)[:4096]
        endless = since > LINE or len(block) > LINE * (breaks + 1)
        if endless and head.removeprefix(codecs.BOM_UTF8).lstrip()[:1] != b"{":
            raise SourceError(name, f"Eine Zeile ist länger als eine Million Zeichen. {AGAIN}", lines + 1)
        lines += breaks
        tail = (tail + block)[-TAIL:]
        if kept is not None:
            kept.append(block)
            if size > KEEP:
                kept = None
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        utf8 = False
    return Content(
        name=name,
        sha256=digest.hexdigest(),
        size=size,
        encoding="utf-8-sig" if utf8 else "cp1252",
        head=head,
        tail=tail,
        lines=lines,
        _blocks=blocks,
        _kept=None if kept is None else b"".join(kept),
    )


def _from_utf16(name: str, blocks: Callable[[], Iterator[bytes]]) -> Content:
    """UTF-16 with its mark, as some programs save it; without the mark nobody can tell it from damage."""
    parts: list[bytes] = []
    for block in blocks():
        parts.append(block)
        if sum(map(len, parts)) > KEEP:
            raise SourceError(name, "Die Datei ist in UTF-16 gespeichert und zu groß. Als UTF-8 speichern.")
    data = b"".join(parts)
    digest = hashlib.sha256(data).hexdigest()
    try:
        text = data.decode("utf-16")
    except UnicodeDecodeError:
        raise SourceError(name, f"Die Datei beginnt wie UTF-16, ist aber keines. {AGAIN}") from None
    content = _scan(name, lambda: iter([text.encode()]))
    content.sha256 = digest
    return content
