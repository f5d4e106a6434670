"""Workbooks (xlsx) taken apart without trust: sheets become rows of texts; formulas, tricks and bombs are refused."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import IO, Any
from xml.parsers import expat

from kommunalprofil.errors import DamageError, SourceError, damage
from kommunalprofil.sources.sheets import EnoughError, SheetReader, StringReader
from kommunalprofil.sources.sheets import Number as Number
from kommunalprofil.sources.sheets import Sheet as Sheet
from kommunalprofil.sources.sheets import place as place

MAX_UNPACKED = 60_000_000
"""Bytes a workbook may unpack to; the largest official one has 15 million."""
MOST_LISTED = 5000
"""Elements of a workbook's own lists at most."""
WORKBOOK, SHARED = "xl/workbook.xml", "xl/sharedStrings.xml"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""First bytes of old Excel files and of workbooks locked by a password."""
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)
"""What zipfile raises on damage (a broken directory: ValueError, OSError), unknown compression, encryption."""


def recognise(data: bytes) -> bool:
    """Whether the bytes are a workbook, whole or damaged, locked or of the old kind."""
    if data[:8] == OLE:
        return True
    if data[:2] != b"PK":
        return False
    return WORKBOOK.encode() in data or b"xl/worksheets/" in data


class Book:
    """An open workbook: the names of its sheets in order; `sheet` reads one."""

    AGAIN = "Neu herunterladen."
    """What to do with a damaged one."""
    UNPACKED = MAX_UNPACKED
    """Bytes it may unpack to."""

    def __init__(self, data: bytes, file: str) -> None:
        """Raises SourceError for what is no whole, unlocked workbook, or one that unpacks to more than 60 MB."""
        if data[:8] == OLE:
            reason = "Die Arbeitsmappe ist mit einem Kennwort gesperrt oder im alten Format .xls. Als .xlsx ohne"
            raise SourceError(file, f"{reason} Kennwort speichern.")
        self._file = file
        with self._unbroken():
            self._archive = zipfile.ZipFile(io.BytesIO(data))
            members = self._archive.infolist()
            self._members = {member.filename for member in members}
            if len(self._members) < len(members):
                raise SourceError(file, "In der Arbeitsmappe steht derselbe Teil doppelt; sie ist beschädigt.")
            if sum(member.file_size for member in members) > self.UNPACKED:
                most = self.UNPACKED // 1_000_000
                raise SourceError(
                    file, f"Die Arbeitsmappe entpackt sich auf mehr als {most} MB; das ist keine Tabelle."
                )
            if broken := self._archive.testzip():
                raise SourceError(file, f"Die Arbeitsmappe ist beschädigt (Teil {broken}). {self.AGAIN}")
        self._parts = self._find_sheets()
        self._strings: list[str] | None = None
        self._cells: dict[str, int] = {}

    @property
    def names(self) -> list[str]:
        """The names of the sheets, in order."""
        return list(self._parts)

    def sheet(self, name: str, until: int | None = None) -> Sheet:
        """One sheet, or its rows up to number `until`.

        Raises SourceError with sheet and cell for a formula, a broken cell or number, a row or cell out of order.
        """
        if self._strings is None:
            self._strings = self._shared_strings()
        others = sum(cells for other, cells in self._cells.items() if other != name)
        reader = self._reader(name, self._strings, until, others)
        self._parse(self._parts[name], reader.start, reader.end, reader.text, f"Blatt „{name}“")
        self._cells[name] = reader.cells - others
        return reader.sheet

    def _reader(self, name: str, strings: list[str], until: int | None, others: int) -> SheetReader:
        """What makes a sheet of its elements."""
        return SheetReader(name, self._file, strings, until, others)

    @contextmanager
    def _unbroken(self) -> Iterator[None]:
        try:
            yield
        except _BROKEN as error:
            reason = "mit einem Kennwort gesperrt" if "password" in str(error) else f"beschädigt{damage(error)}"
            raise SourceError(self._file, f"Die Arbeitsmappe ist {reason}. {self.AGAIN}") from None

    def _find_sheets(self) -> dict[str, str]:
        """Name → part of every sheet, by the workbook's own list and its relations."""
        listed: list[tuple[str, str]] = []
        targets: dict[str, str] = {}
        elements = count()

        def sheet(name: str, attributes: dict[str, str]) -> None:
            if next(elements) > MOST_LISTED:
                raise DamageError("zu viele Einträge")
            if name == "sheet":
                found = next((v for k, v in attributes.items() if k.rpartition(":")[2] == "id"), "")
                listed.append((attributes.get("name", ""), found))

        def relation(name: str, attributes: dict[str, str]) -> None:
            if next(elements) > MOST_LISTED:
                raise DamageError("zu viele Einträge")
            if name == "Relationship" and attributes.get("TargetMode") != "External":
                targets[attributes.get("Id", "")] = attributes.get("Target", "")

        self._parse(WORKBOOK, sheet, None, None, "Inhaltsverzeichnis")
        self._parse("xl/_rels/workbook.xml.rels", relation, None, None, "Inhaltsverzeichnis")
        parts: dict[str, str] = {}
        for name, key in listed:
            target = targets.get(key, "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            if path in self._members and path not in parts.values() and name not in parts:
                parts[name] = path
            elif not target.startswith("chartsheets/"):
                raise SourceError(self._file, f"Das Blatt „{name}“ der Arbeitsmappe fehlt oder steht doppelt da.")
        if not parts:
            raise SourceError(self._file, "Die Arbeitsmappe hat kein Blatt.")
        return parts

    def _shared_strings(self) -> list[str]:
        if SHARED not in self._members:
            return []
        reader = StringReader()
        self._parse(SHARED, reader.start, reader.end, reader.text, "Texte")
        return reader.strings

    def _parse(
        self, part: str, start: Callable[[str, dict[str, str]], None], end: Callable[[str], None] | None,
        text: Callable[[str], None] | None, what: str,
    ) -> None:  # fmt: skip
        """Feed a part to the handlers. A document type is refused: only it can hide entities or point elsewhere."""
        if part not in self._members:
            raise SourceError(self._file, f"Der Arbeitsmappe fehlt der Teil {part}; sie ist beschädigt.")
        parser = expat.ParserCreate()
        parser.buffer_text = True

        def document_type(*_: Any) -> None:
            raise SourceError(self._file, f"{what}: Eine Dokumenttyp-Angabe ist in Arbeitsmappen nicht erlaubt.")

        def root(name: str, attributes: dict[str, str]) -> None:
            """Names carry a prefix all through a part or not at all; without one the handlers are called directly."""
            prefix = len(name) - len(name.rpartition(":")[2])
            parser.StartElementHandler = (lambda n, a: start(n[prefix:], a)) if prefix else start
            if end is not None:
                parser.EndElementHandler = (lambda n: end(n[prefix:])) if prefix else end
            start(name[prefix:], attributes)

        parser.StartDoctypeDeclHandler = document_type
        parser.StartElementHandler = root
        if text is not None:
            parser.CharacterDataHandler = text
        try:
            with self._unbroken(), self._archive.open(part) as stream:
                _feed(parser, stream)
        except (expat.ExpatError, LookupError, ValueError):  # the last two: encodings nobody knows
            raise SourceError(self._file, f"{what}: Die Arbeitsmappe ist beschädigt. {self.AGAIN}") from None


def _feed(parser: expat.XMLParserType, stream: IO[bytes]) -> None:
    try:
        while chunk := stream.read(1 << 18):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except EnoughError:
        return
