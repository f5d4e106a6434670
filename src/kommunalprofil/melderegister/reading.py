"""A file of the Melderegister, read and checked as a whole: `Counts`, or everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kommunalprofil import formatting as fmt
from kommunalprofil.melderegister import consistency, spellings, values
from kommunalprofil.melderegister.faults import Fault, RegisterError
from kommunalprofil.melderegister.model import TOTAL, UNKNOWN, Counts, Group
from kommunalprofil.melderegister.table import Row, Rows, rows_of, text_of
from kommunalprofil.own.reading import clean, content, heading

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 150
"""Megabytes of a file."""
MOST_DISTRICTS = 400
YEAR_ENDS = ("12-31", "01-01")
"""At these days a year of birth tells the age."""
_PARSE: dict[str, Callable[[str], str | int | float | None]] = {
    "date": values.date,
    "sex": values.sex,
    "age": values.age,
    "birth": values.birth,
    "nationality": values.nationality,
    "household": values.household,
    "district": values.district,
    "people": values.count,
    "homes": values.count,
}
_NUMBERS = ("people", "homes")
_EXACT = ("date", "age")
"""What is the same however it is written; of the rest two ways of writing may be two groups („staatenlos“)."""


def read(path: Path, date: str = "") -> Counts:
    """What a file counts; `date` (as people write it) is the Stichtag of a file without such a column.

    Raises RegisterError, OwnError (no such file, too large), UsageError, OSError.
    """
    file = path.name
    return parse(content(path, str(path), LARGEST), file, date)


def parse(data: bytes, file: str, date: str = "") -> Counts:
    """What the bytes of a file count. Raises RegisterError."""
    rows = rows_of(text_of(data, file), file)
    day = _stichtag(rows, date, file)
    reading = _Reading(rows, day)
    for row in rows.rows:
        reading.take(row)
    if not reading.faults:
        reading.check_districts(file)
    if reading.faults:
        raise RegisterError(file, sorted(reading.faults))
    cells, spelled = spellings.united(reading.cells)
    counts = Counts(cells["people"], cells["homes"], every_person=not rows.head.counted)
    if wrong := consistency.faults(counts):
        raise RegisterError(file, wrong)
    counts.partial = frozenset(consistency.partial(counts))
    counts.ageless = frozenset(reading.ageless)
    counts.notices = (*reading.notices(), *spelled, *consistency.notices(counts))
    return counts


def _stichtag(rows: Rows, date: str, file: str) -> str:
    """The day of every row without one of its own."""
    if "date" in rows.roles:
        if date:
            raise RegisterError(
                file, ["Der Stichtag steht in der Datei; --stichtag ist nur für Dateien ohne diese Spalte."]
            )
        return ""
    if not date:
        raise RegisterError(
            file, ["Der Stichtag fehlt: entweder eine Spalte „Stichtag“ oder beim Aufruf --stichtag 31.12.2024."]
        )
    try:
        return values.date(date)
    except ValueError as error:
        raise RegisterError(file, [f"„{date}“ ist kein Stichtag. Erlaubt ist {error}."]) from None


def _no_year(year: str | float | None, day: str) -> str:
    """The age of people whose year of birth is no number."""
    return TOTAL if year == TOTAL or day[5:] not in YEAR_ENDS else UNKNOWN


@dataclass(slots=True)
class _Reading:
    """Row after row, with the meaning of every text that was met."""

    rows: Rows
    day: str
    cells: dict[str, dict[Group, float]] = field(default_factory=lambda: {"people": {}, "homes": {}})
    faults: list[Fault] = field(default_factory=list)
    _known: dict[tuple[str, str], str | int | float | ValueError | None] = field(default_factory=dict)
    _first: dict[tuple[str, ...], int] = field(default_factory=dict)
    ageless: set[str] = field(default_factory=set)

    def take(self, row: Row) -> None:
        """Count a row, or note what is wrong with it."""
        counted, before = self.rows.head.counted, len(self.faults)
        codes = {
            role: self._code(role, cell.strip(), row) for role, cell in zip(self.rows.roles, row.cells, strict=True)
        }
        if len(self.faults) > before:
            return
        group = self._group(codes, row)
        if group is None:
            return
        if not counted:
            self._add("people", group, row.number)
            return
        if not any(isinstance(codes.get(name), float) for name in _NUMBERS):
            self.faults.append(
                Fault(row.first, f"Die Zelle „{self._count_name()}“ ist leer; erlaubt ist eine ganze Zahl.")
            )
            return
        self._check_twice(row)
        for name in _NUMBERS:
            if isinstance(number := codes.get(name), float):
                self._add(name, group, number * row.number)

    def _count_name(self) -> str:
        return self.rows.head.name("people" if "people" in self.rows.roles else "homes")

    def _add(self, unit: str, group: Group, number: float) -> None:
        self.cells[unit][group] = self.cells[unit].get(group, 0.0) + number

    def _code(self, role: str, cell: str, row: Row) -> str | int | float | None:
        """The meaning of a cell; a fault is noted."""
        if not cell and role != "date":
            if role in _NUMBERS:
                return None
            return TOTAL if self.rows.head.counted else UNKNOWN
        key = (role, cell)
        if key not in self._known:
            try:
                self._known[key] = _PARSE[role](cell)
            except ValueError as error:
                self._known[key] = error
        code = self._known[key]
        if isinstance(code, ValueError):
            found = f"steht „{cell}“" if cell else "steht nichts"
            many = f" (so in {fmt.number(row.number)} Zeilen)" if row.number > 1 else ""
            where = self.rows.head.name(role)
            self.faults.append(Fault(row.first, f"In der Spalte „{where}“ {found}{many}. Erlaubt ist {code}."))
            return None
        return code

    def _group(self, codes: dict[str, str | int | float | None], row: Row) -> Group | None:
        day = str(codes.get("date", self.day))
        text = {name: str(codes.get(name, TOTAL)) for name in ("sex", "age", "nationality", "household", "district")}
        if "birth" in codes:
            year = codes["birth"]
            age = self._age(year, day) if isinstance(year, int) else _no_year(year, day)
            if age is None:
                reason = f"Das Geburtsjahr {year} liegt nach dem Stichtag {fmt.date(day)} oder über 125 Jahre davor."
                self.faults.append(Fault(row.first, reason))
                return None
            text["age"] = age
        return Group(day, **text)

    def _age(self, year: int, day: str) -> str | None:
        """The age at the end of a year, which is all that a year of birth tells; unknown at another day."""
        end = int(day[:4]) - (day[5:] == "01-01")
        if day[5:] not in YEAR_ENDS:
            self.ageless.add(day)
            return TOTAL if year <= int(day[:4]) else None
        age = end - year
        return f"{age}-{age}" if 0 <= age <= values.OLDEST else None

    def _check_twice(self, row: Row) -> None:
        """A group that stands in the file twice would count double, unless columns nobody reads tell the rows apart."""
        if self.rows.head.ignored:
            return
        key = tuple(
            str(self._known.get((role, cell.strip()), "")) if role in _EXACT else " ".join(cell.split()).casefold()
            for role, cell in zip(self.rows.roles, row.cells, strict=True)
            if role not in _NUMBERS
        )
        first = self._first.setdefault(key, row.first)
        if row.number > 1 or first != row.first:
            line = row.last if row.number > 1 else row.first
            told = ", ".join(filter(None, map(str.strip, row.cells)))
            self.faults.append(
                Fault(line, f"Die Gruppe von „{told}“ steht schon in Zeile {first}. Jede darf nur einmal stehen.")
            )

    def check_districts(self, file: str) -> None:
        """Note names that a document cannot print, and too many of them."""
        names = {cell for (role, _), cell in self._known.items() if role == "district" and isinstance(cell, str)}
        if len(names) > MOST_DISTRICTS:
            column = self.rows.head.name("district")
            reason = f"Die Spalte „{column}“ nennt {fmt.number(len(names))} Namen, erlaubt sind {MOST_DISTRICTS}."
            self.faults.append(Fault(0, f"{reason} Für Straßen oder Baublöcke ist das Dokument nicht gemacht."))
            return
        for name in sorted(names):
            if clean(heading(name, file, part="einen Ortsteil"), file) != name:
                self.faults.append(Fault(0, f"Der Ortsteil „{name}“ enthält unsichtbare Zeichen."))

    def notices(self) -> list[str]:
        """What is not read, and why some have no age."""
        said = []
        if ignored := self.rows.head.ignored:
            names = fmt.list_and(f"„{name}“" for name in ignored)
            said.append(f"Nicht gelesen, weil nicht gebraucht: {names}.")
        if self.ageless:
            said.append(
                "Aus dem Geburtsjahr folgt das Alter nur am 31. Dezember oder 1. Januar; an anderen Tagen bleibt es "
                "weg."
            )
        return said
