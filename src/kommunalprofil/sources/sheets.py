"""What a workbook's parts say, element by element: shared texts, and the rows of a sheet as texts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from kommunalprofil.errors import DamageError, SourceError

MAX_CELLS = 8_000_000
"""Cells of a workbook at most, with the empty ones before and the empty rows above a filled one."""
MAX_COLUMNS = 16_384
DEEPEST = 64
"""How many elements may stand in one another: a parser remembers all of them."""
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_RANGE = re.compile(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})")
_INTEGER = re.compile(r"-?\d{1,15}", re.ASCII)
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


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


class EnoughError(Exception):
    """Enough rows were read."""


class TooDeepError(DamageError):
    """Elements stand in one another as no spreadsheet writes them."""

    def __str__(self) -> str:
        return "zu tief verschachtelt"


def _plain(text: str) -> str:
    """Text as the writer meant it: `_x000D_` stands for the sign of that number."""
    return _ESCAPE.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text


class StringReader:
    """Handlers for the table of shared texts; reading aids for Asian scripts (rPh) are no text."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self._pieces: list[str] = []
        self._inside = self._aid = False
        self._depth = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise TooDeepError
        if name == "si":
            self._pieces = []
        elif name == "rPh":
            self._aid = True
        elif name == "t":
            self._inside = not self._aid

    def end(self, name: str) -> None:
        """An element ends."""
        self._depth -= 1
        if name == "si":
            self.strings.append(_plain("".join(self._pieces)))
        elif name == "rPh":
            self._aid = False
        elif name == "t":
            self._inside = False

    def text(self, data: str) -> None:
        """Text inside the element that began last."""
        if self._inside:
            self._pieces.append(data)


class SheetReader:
    """Handlers for one sheet."""

    def __init__(self, name: str, file: str, strings: list[str], until: int | None, cells: int) -> None:
        self.sheet = Sheet(name)
        self.cells = cells
        self._file, self._strings, self._until = file, strings, until
        self._columns: dict[str, int] = {}
        self._row, self._column, self._depth = 0, -1, 0
        self._line: list[str] = []
        self._kind = ""
        self._pieces: list[str] = []
        self._inside = self._aid = False

    def _fail(self, reason: str) -> SourceError:
        at = place(self._row, self._column) if self._column >= 0 else f"Zeile {self._row}"
        return SourceError(self._file, f"Blatt „{self.sheet.name}“, Zelle {at}: {reason}", self._row or None)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise TooDeepError
        if name == "c":
            self._cell(attributes)
        elif name in ("v", "t"):
            self._inside = not self._aid
        elif name == "row":
            self._new_row(attributes.get("r"))
        elif name == "f":
            raise self._fail("Formel statt eines Werts. Die amtliche Datei unverändert verwenden.")
        elif name == "rPh":
            self._aid = True
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def end(self, name: str) -> None:
        """An element ends."""
        self._depth -= 1
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
        """Text inside the element that began last."""
        if self._inside:
            self._pieces.append(data)

    def _new_row(self, number: str | None) -> None:
        row = self._row + 1 if number is None else int(number) if _INTEGER.fullmatch(number) else 0
        self._column = -1
        if not self._row < row <= 1_048_576:
            self._row = max(row, 0)
            raise self._fail("Die Zeilen stehen doppelt da oder in falscher Reihenfolge; die Datei ist beschädigt.")
        if self._until is not None and row > self._until:
            raise EnoughError
        self.cells += row - self._row
        self._row, self._line = row, []

    def _cell(self, attributes: dict[str, str]) -> None:
        column = self._column + 1
        if reference := attributes.get("r"):
            match = _REFERENCE.fullmatch(reference)
            column = self._column_of(match[1]) if match and int(match[2]) == self._row else -1
        if not self._column < column < MAX_COLUMNS:
            reason = f"Die Zelle „{reference}“ steht doppelt da oder am falschen Ort; die Datei ist beschädigt."
            raise self._fail(reason)
        self.cells += column - self._column
        self._column = column
        if self.cells > MAX_CELLS:
            raise self._fail(f"Die Arbeitsmappe hat mehr als {MAX_CELLS // 1_000_000} Millionen Zellen.")
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
