"""The cells of a filled sheet by the headers of their columns, and what a cell says as text, day, sum or number."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kommunalprofil.errors import shown
from kommunalprofil.formatting import MINUS, NBSP
from kommunalprofil.names import fold
from kommunalprofil.plan.amounts import EURO, Amount, amount
from kommunalprofil.plan.filled import LARGEST, NOTHING, Entry, Form
from kommunalprofil.plan.moments import Span, serial, span, whole_year, year
from kommunalprofil.plan.wording import FOLLOWING, KNOWN
from kommunalprofil.sources.sheets import Sheet, place

if TYPE_CHECKING:
    from kommunalprofil.comparison import Measure

DAYS = "Erlaubt ist zum Beispiel 31.12.2027 oder Juni 2027"
NUMBERS = "Erlaubt ist zum Beispiel 12,5 oder 1.200"
SUMS = "Erlaubt ist eine Zahl in Euro, zum Beispiel 50.000"
MEANT = "Ist ein anderer Wert oder ein anderer Indikator gemeint?"
UNSAVED = (
    "Die Formel hat kein gespeichertes Ergebnis. Die Datei in Excel oder LibreOffice öffnen, speichern und noch einmal "
    "angeben"
)
LOOKED = 50
"""So many rows are looked at for the header."""
COUNTED = ("personen", "menschen", "zahl", "haushalte")


class Grid:
    """A sheet whose columns are known by keys once its header is found."""

    def __init__(self, sheet: Sheet) -> None:
        self.name = shown(sheet.name)
        self._sheet = sheet
        self.columns: dict[str, int] = {}
        self._header = 0

    def head(self, columns: dict[str, str], needed: tuple[str, ...]) -> bool:
        """Whether there is a header with the needed columns (`columns`: labels by key); it is kept if so.

        The words in brackets behind a label do not matter, nor do case and order.
        """
        wanted = {_key(label): key for key, label in columns.items()}
        for number, cells in self._sheet.rows[:LOOKED]:
            found: dict[str, int] = {}
            for column, text in enumerate(cells):
                if (key := wanted.get(_key(text))) is not None:
                    found.setdefault(key, column)
            if all(key in found for key in needed) and len(found) > len(needed):
                self.columns, self._header = found, number
                return True
        return False

    @property
    def rows(self) -> Iterator[Row]:
        """The rows below the header."""
        for number, cells in self._sheet.rows:
            if number > self._header:
                yield Row(self, number, cells)

    @property
    def above(self) -> Iterator[tuple[str, str]]:
        """Pairs of name and text in the rows above the header, all of them if there is no header."""
        for number, cells in self._sheet.rows[: LOOKED * 4]:
            if not self._header or number < self._header:
                filled = [cell.strip() for cell in cells if cell.strip()]
                if len(filled) == 2:
                    yield filled[0], filled[1]


def _key(label: str) -> str:
    return fold(label.partition("(")[0][:80])


class Row:
    """One row; what cannot be read is told in `problems`, once for each cell."""

    def __init__(self, grid: Grid, number: int, cells: list[str]) -> None:
        self._grid, self.number, self._cells = grid, number, cells
        self.problems: list[str] = []

    def entry(self, key: str) -> Entry:
        """The cell of a column; an empty one if there is none."""
        column = self._grid.columns.get(key, -1)
        found = self._cells[column] if 0 <= column < len(self._cells) else ""
        if not isinstance(found, Entry) or not found.strip():
            return NOTHING
        return NOTHING if found.unsaved and key in FOLLOWING and KNOWN in found else found  # a formula of ours

    def told(self, key: str, sentence: str) -> None:
        """Add a problem of a cell."""
        column = self._grid.columns.get(key)
        where = f"Zeile {self.number}" if column is None else place(self.number, column)
        problem = shown(f"{self._grid.name}!{where}: {sentence}")
        if problem not in self.problems:
            self.problems.append(problem)

    def text(self, key: str) -> str:
        """What the cell shows, in one line; '' for an error of a formula, or one without a result."""
        cell = self.entry(key)
        if cell.unsaved:
            self.told(key, f"{UNSAVED}.")
            return ""
        if cell.error:
            self.told(key, f"Die Formel ergibt „{cell}“ statt eines Werts.")
            return ""
        if cell.span is not None:
            return _shown_day(cell)
        if cell.form is Form.PERCENT:
            return f"{_german(float(cell) * 100)}{NBSP}%"
        return _german(float(cell)) if cell.form is not None else " ".join(cell.split())

    def span(self, key: str) -> Span | None:
        """The days meant; None for an empty cell, and for what is no day, which becomes a problem."""
        cell = self.entry(key)
        if not self.text(key):  # which also tells of an error
            return None
        found = cell.span
        if found is None and cell.form is Form.NUMBER:
            of = year(str(cell)) if len(cell) == 4 else None
            found = whole_year(of) if of is not None else serial(float(cell), cell.since_1904)
        elif found is None and cell.form is None:
            found = span(cell)
        if found is None:
            self.told(key, f"„{self.text(key)}“ ist kein Datum. {DAYS}.")
        return found

    def money(self, key: str) -> float | None:
        """A sum in Euro; None for an empty cell, and for what is none, which becomes a problem."""
        found = self._amount(key, SUMS)
        if found is None:
            return None
        if _spelled(found.unit) not in ("", *EURO) or found.value < 0:
            self.told(key, f"„{self.text(key)}“ ist kein Betrag in Euro. {SUMS}.")
            return None
        return found.value

    def number_of(self, key: str, unit: str, of: Measure | None = None, *, quiet: bool = False) -> float | None:
        """A number in this unit ('': in any); None for an empty cell, and for what is none, which becomes a problem.

        So does a value that the measure `of` cannot have. `quiet` makes no problem of it.
        """
        found = self._amount(key, NUMBERS, quiet)
        if found is None:
            return None
        if not quiet and self.text(key)[:1] in ("+", "±"):
            self.told(key, f"„{self.text(key)}“ sieht nach einer Veränderung aus. Gebraucht wird der Wert am Ziel.")
            return None
        wanted = _spelled(unit)
        if found.unit and unit and _spelled(found.unit) not in (wanted, *(COUNTED if wanted in COUNTED else ())):
            if not quiet:
                self.told(key, f"„{self.text(key)}“ hat nicht die Einheit des Indikators ({unit}). {NUMBERS}.")
            return None
        if of is not None and _spelled(of.unit) == wanted and not of.least <= found.value <= of.most:
            allowed = f"0 bis 100{NBSP}%" if math.isfinite(of.most) else "Werte ab 0"
            self.told(key, f"„{self.text(key)}“ ist für „{of.label}“ nicht möglich, erlaubt sind {allowed}. {MEANT}")
            return None
        return found.value

    def _amount(self, key: str, allowed: str, quiet: bool = False) -> Amount | None:
        cell = self.entry(key)
        if not cell or ((cell.error or cell.unsaved) and quiet) or not self.text(key):
            return None
        found = amount(cell) if cell.form is None else None
        if found is not None and abs(found.value) >= 10**LARGEST:
            found = None
        if cell.form is Form.NUMBER and abs(float(cell)) < 10**LARGEST:
            found = Amount(float(cell), "")
        elif cell.form is Form.PERCENT:
            found = Amount(round(float(cell) * 100, 10), "%") if abs(float(cell)) < 10**LARGEST else None
        if found is None and not quiet:
            large = cell.form in (Form.NUMBER, Form.PERCENT)
            what = "ein Datum, keine Zahl" if cell.span else "zu groß für einen Plan" if large else "keine Zahl"
            self.told(key, f"„{self.text(key)}“ ist {what}. {allowed}.")
        return found


def _spelled(unit: str) -> str:
    """A unit whatever its case and spaces: 'je km²', '%' for 'Prozent'."""
    plain = " ".join(unit.replace(NBSP, " ").casefold().split())
    return "%" if plain in ("prozent", "v. h.", "v.h.") else plain


def _shown_day(cell: Entry) -> str:
    found = cell.span
    if found is None:
        return ""
    if cell.form is Form.DAY:
        return f"{found.first:%d.%m.%Y}"
    return f"{found.first:%m/%Y}" if cell.form is Form.MONTH else f"{found.first:%Y}"


def _german(number: float) -> str:
    """A number with a comma, as many decimals as it has; no separators, for it may be a year."""
    text = f"{round(number, 10):.10f}".rstrip("0").rstrip(".").replace(".", ",")
    return text.replace("-", MINUS)
