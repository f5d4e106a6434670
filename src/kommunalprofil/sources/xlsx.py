"""Workbooks (xlsx) taken apart without trust: sheets become rows of texts; formulas, tricks and bombs are refused."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import IO, Any
from xml.parsers import expat

from kommunalprofil.errors import SourceError

MAX_UNPACKED = 120_000_000
MAX_CELLS = 8_000_000
MAX_COLUMNS = 16_384
WORKBOOK, SHARED = "xl/workbook.xml", "xl/sharedStrings.xml"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""First bytes of old Excel files and of workbooks locked by a password."""

_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_RANGE = re.compile(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})")
_INTEGER = re.compile(r"-?\d{1,15}", re.ASCII)
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)
"""What zipfile raises on damage (a broken directory: ValueError, OSError), unknown compression, encryption."""


class Number(str):
    """The text of a cell that holds a number, with a decimal point and without an exponent."""

    __slots__ = ()


@dataclass
class Sheet:
    """One sheet: each row's number and its cells from column A on (empty ones at the end left out); merged ranges.

    A merged range is first row, first column, last row, last column; rows count from 1, columns from 0.
    """

    name: str
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


def place(row: int, column: int) -> str:
    """A cell as spreadsheets name it: row 5, column 1 is B5."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


def recognise(data: bytes) -> bool:
    """Whether the bytes are a workbook, whole or damaged, locked or of the old kind."""
    if data[:8] == OLE:
        return True
    if data[:2] != b"PK":
        return False
    return WORKBOOK.encode() in data or b"xl/worksheets/" in data


class Book:
    """An open workbook: the names of its sheets in order; `sheet` reads one."""

    def __init__(self, data: bytes, file: str) -> None:
        """Raises SourceError for what is no whole, unlocked workbook, or one that unpacks to more than 120 MB."""
        if data[:8] == OLE:
            reason = "Die Arbeitsmappe ist mit einem Kennwort gesperrt oder im alten Format .xls. Bitte als .xlsx ohne"
            raise SourceError(file, f"{reason} Kennwort speichern.")
        self._file = file
        with self._unbroken():
            self._archive = zipfile.ZipFile(io.BytesIO(data))
            members = self._archive.infolist()
            self._members = {member.filename for member in members}
            if len(self._members) < len(members):
                raise SourceError(file, "In der Arbeitsmappe steht derselbe Teil doppelt; sie ist beschädigt.")
            if sum(member.file_size for member in members) > MAX_UNPACKED:
                raise SourceError(file, "Die Arbeitsmappe entpackt sich auf mehr als 120 MB; das ist keine Tabelle.")
            if broken := self._archive.testzip():
                raise SourceError(file, f"Die Arbeitsmappe ist beschädigt (Teil {broken}). Bitte neu herunterladen.")
        self._parts = self._find_sheets()
        self._strings: list[str] | None = None

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
        reader = _SheetReader(name, self._file, self._strings, until)
        self._parse(self._parts[name], reader.start, reader.end, reader.text, f"Blatt „{name}“")
        return reader.sheet

    @contextmanager
    def _unbroken(self) -> Iterator[None]:
        try:
            yield
        except _BROKEN as error:
            reason = "mit einem Kennwort gesperrt" if "password" in str(error) else f"beschädigt ({error})"
            raise SourceError(self._file, f"Die Arbeitsmappe ist {reason}. Bitte neu herunterladen.") from None

    def _find_sheets(self) -> dict[str, str]:
        """Name → part of every sheet, by the workbook's own list and its relations."""
        listed: list[tuple[str, str]] = []
        targets: dict[str, str] = {}

        def sheet(name: str, attributes: dict[str, str]) -> None:
            if name == "sheet":
                found = next((v for k, v in attributes.items() if k.rpartition(":")[2] == "id"), "")
                listed.append((attributes.get("name", ""), found))

        def relation(name: str, attributes: dict[str, str]) -> None:
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
        reader = _StringReader()
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
        except (expat.ExpatError, LookupError, ValueError) as error:  # the last two: encodings nobody knows
            raise SourceError(self._file, f"{what}: Die Arbeitsmappe ist beschädigt ({error}).") from None


class _EnoughError(Exception):
    """Enough rows were read."""


def _feed(parser: expat.XMLParserType, stream: IO[bytes]) -> None:
    try:
        while chunk := stream.read(1 << 18):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except _EnoughError:
        return


def _plain(text: str) -> str:
    """Text as the writer meant it: `_x000D_` stands for the sign of that number."""
    return _ESCAPE.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text


class _StringReader:
    """Handlers for the table of shared texts; reading aids for Asian scripts (rPh) are no text."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self._pieces: list[str] = []
        self._inside = self._aid = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            self._pieces = []
        elif name == "rPh":
            self._aid = True
        elif name == "t":
            self._inside = not self._aid

    def end(self, name: str) -> None:
        if name == "si":
            self.strings.append(_plain("".join(self._pieces)))
        elif name == "rPh":
            self._aid = False
        elif name == "t":
            self._inside = False

    def text(self, data: str) -> None:
        if self._inside:
            self._pieces.append(data)


class _SheetReader:
    """Handlers for one sheet."""

    def __init__(self, name: str, file: str, strings: list[str], until: int | None) -> None:
        self.sheet = Sheet(name)
        self._file, self._strings, self._until = file, strings, until
        self._columns: dict[str, int] = {}
        self._row, self._column, self._cells = 0, -1, 0
        self._line: list[str] = []
        self._kind = ""
        self._pieces: list[str] = []
        self._inside = self._aid = False

    def _fail(self, reason: str) -> SourceError:
        at = place(self._row, self._column) if self._column >= 0 else f"Zeile {self._row}"
        return SourceError(self._file, f"Blatt „{self.sheet.name}“, Zelle {at}: {reason}", self._row or None)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._cell(attributes)
        elif name in ("v", "t"):
            self._inside = not self._aid
        elif name == "row":
            self._new_row(attributes.get("r"))
        elif name == "f":
            raise self._fail("Formel statt eines Werts. Bitte die amtliche Datei unverändert verwenden.")
        elif name == "rPh":
            self._aid = True
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self._inside = False
        elif name == "c":
            self._finish_cell()
        elif name == "rPh":
            self._aid = False
        elif name == "row":
            while self._line and not self._line[-1]:
                self._line.pop()
            if self._line:
                self.sheet.rows.append((self._row, self._line))

    def text(self, data: str) -> None:
        if self._inside:
            self._pieces.append(data)

    def _new_row(self, number: str | None) -> None:
        row = self._row + 1 if number is None else int(number) if _INTEGER.fullmatch(number) else 0
        self._column = -1
        if not self._row < row <= 1_048_576:
            self._row = max(row, 0)
            raise self._fail("Die Zeilen stehen doppelt da oder in falscher Reihenfolge; die Datei ist beschädigt.")
        if self._until is not None and row > self._until:
            raise _EnoughError
        self._row, self._line = row, []

    def _cell(self, attributes: dict[str, str]) -> None:
        column = self._column + 1
        if reference := attributes.get("r"):
            match = _REFERENCE.fullmatch(reference)
            column = self._column_of(match[1]) if match and int(match[2]) == self._row else -1
        if not self._column < column < MAX_COLUMNS:
            reason = f"Die Zelle „{reference}“ steht doppelt da oder am falschen Ort; die Datei ist beschädigt."
            raise self._fail(reason)
        self._cells += column - self._column
        self._column = column
        if self._cells > MAX_CELLS:
            raise self._fail(f"Das Blatt hat mehr als {MAX_CELLS // 1_000_000} Millionen Zellen.")
        self._kind, self._pieces = attributes.get("t", "n"), []

    def _column_of(self, letters: str) -> int:
        if letters not in self._columns:
            number = 0
            for letter in letters:
                number = number * 26 + ord(letter) - 64
            self._columns[letters] = number - 1
        return self._columns[letters]

    def _finish_cell(self) -> None:
        if not self._pieces:
            return
        text = "".join(self._pieces)
        if self._kind == "s":
            if not _INTEGER.fullmatch(text) or not 0 <= int(text) < len(self._strings):
                raise self._fail("Der Text der Zelle fehlt; die Datei ist beschädigt.")
            text = self._strings[int(text)]
        elif self._kind == "n":
            text = Number(self._number(text))
        elif self._kind == "b":
            text = "WAHR" if text == "1" else "FALSCH"
        else:
            text = _plain(text)
        self._line += [""] * (self._column - len(self._line))
        self._line.append(text)

    def _number(self, text: str) -> str:
        """Numbers are kept exactly up to 15 decimals, which is all a double of Excel's size can tell."""
        if _INTEGER.fullmatch(text):
            return text
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise self._fail(f"„{text[:40]}“ ist keine Zahl.") from None
        if not number.is_finite() or number.adjusted() > 15:
            raise self._fail(f"„{text[:40]}“ ist keine Zahl einer amtlichen Tabelle.")
        number = number.quantize(Decimal("1e-15"))
        return format(number, "f").rstrip("0").rstrip(".") or "0"

    def _merge(self, reference: str) -> None:
        match = _RANGE.fullmatch(reference)
        if match is None:
            return  # a range of a single cell merges nothing
        first, last = self._column_of(match[1]), self._column_of(match[3])
        self.sheet.merged.append((int(match[2]), first, int(match[4]), last))
