"""Reader of the Gemeindeverzeichnis in both its forms: the Auszug as a workbook and GV100AD in fixed width."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from kommunalprofil.errors import SourceError
from kommunalprofil.sources import xlsx

LAND, REGIERUNGSBEZIRK, REGION, KREIS, ASSOCIATION, GEMEINDE = "10", "20", "30", "40", "50", "60"
RECORD_TYPES = (LAND, REGIERUNGSBEZIRK, REGION, KREIS, ASSOCIATION, GEMEINDE)
KEY_WIDTHS = (2, 1, 2, 4, 3)
DIGITS = 12
"""Digits of a count at most: Python refuses to read thousands of them, and no float holds hundreds."""
_DATE = re.compile(r"\b(\d{2})\.(\d{2})\.(\d{4})\b")
_MONTHS = ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
           "Dezember"]  # fmt: skip
_ISSUED = re.compile(rf"Erscheinungsmonat:\s*({'|'.join(_MONTHS)})\s+(\d{{4}})")
_BASE = re.compile(r"Grundlage des Zensus (2011|2022)")
_GV100_LINE = re.compile(r"(?:10|20|30|40|50|60)(?:19|20)\d{6}\d{2}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: record type, Textkennzeichen, ARS as long as its level, name as printed; area in hectares (exact)."""

    line: int
    record: str
    kind: str
    ars: str
    name: str
    area_ha: int | None = None
    population: int | None = None
    male: int | None = None
    lon: float | None = None
    lat: float | None = None
    seat: str = ""

    @property
    def ags(self) -> str:
        """The key of the register: 2, 5 or 8 digits; the 9-digit ARS of an association as it is."""
        return self.ars[:5] + self.ars[9:] if len(self.ars) == 12 else self.ars[:2] + self.ars[2:]


@dataclass
class Directory:
    """A read file: its rows, its dates as its head states them, the month of issue (YYYY-MM), the base if stated.

    `stichtag` is the day of the population, None where the file does not say (GV100AD never does).
    """

    entries: list[Entry]
    gebietsstand: date
    stichtag: date | None
    area_date: date | None
    issued: str
    base: str
    title: str
    edition: str = ""
    rows_read: int = 0
    dropped: dict[str, int] = field(default_factory=dict)


def sheets(data: bytes, file: str) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    """Name and rows of every sheet of a workbook, cells as texts; row n of the sheet is number n − 1 of the list.

    Raises SourceError if the bytes are no complete zip, fail their checksums or hold no readable workbook.
    """
    book = xlsx.Book(data, file)
    for name in book.names:
        rows: list[tuple[str, ...]] = []
        for number, cells in book.sheet(name).rows:
            rows += [()] * (number - 1 - len(rows))
            rows.append(tuple(cells))
        yield name, rows


def text_of(cell: Any) -> str:
    """A cell as text without surrounding or doubled white space; the empty text for an empty cell."""
    return "" if cell is None else " ".join(str(cell).split())


def heading(cell: Any) -> str:
    """A column heading reduced to letters: „Satz-art“ → `satzart`, „Fläche km2 1)“ → `flächekm`."""
    return "".join(c for c in text_of(cell).casefold() if c.isalpha())


def german_date(text: str) -> date | None:
    """The first date written DD.MM.YYYY in a text, None if there is none or it does not exist."""
    found = _DATE.search(text)
    try:
        return date(int(found[3]), int(found[2]), int(found[1])) if found else None
    except ValueError:
        return None


def issued_in(text: str) -> str:
    """The month of issue as YYYY-MM from „Erscheinungsmonat: Oktober 2024“, empty if not stated."""
    found = _ISSUED.search(text)
    return f"{found[2]}-{_MONTHS.index(found[1]) + 1:02d}" if found else ""


def head_row(rows: list[tuple[Any, ...]]) -> int | None:
    """Index of the row of headings of a GV-Auszug sheet, None if this is no such sheet."""
    for number, row in enumerate(rows[:15]):
        headings = [heading(c) for c in row]
        if "satzart" in headings and "gemeindename" in headings:
            return number
    return None


_COLUMNS = {
    "record": "satzart",
    "kind": "textkennzeichen",
    "land": "land",
    "rb": "rb",
    "kreis": "kreis",
    "vb": "vb",
    "gem": "gem",
    "name": "gemeindename",
    "area": "flächekm",
    "population": "insgesamt",
    "male": "männlich",
    "female": "weiblich",
    "lon": "längengrad",
    "lat": "breitengrad",
}


def _columns(head: list[tuple[Any, ...]], file: str, line: int) -> dict[str, int]:
    """Where each column is, by the headings of the rows between title and data."""
    found: dict[str, int] = {}
    for row in head:
        for number, cell in enumerate(row):
            label = heading(cell)
            for key, wanted in _COLUMNS.items():
                exact = label == wanted or (key == "area" and label.startswith(("flächekm", "flächeinkm")))
                if exact and key not in found:
                    found[key] = number
    if missing := [key for key in _COLUMNS if key not in found]:
        raise SourceError(file, f"Der Tabellenkopf nennt keine Spalte „{_COLUMNS[missing[0]]}“.", line)
    return found


def _number(cell: Any, file: str, line: int, what: str) -> int:
    """A count. Raises SourceError for anything but a whole number not below zero."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = text_of(cell)
    if isinstance(cell, bool) or not text.isdecimal() or not text.isascii() or len(text) > DIGITS:
        raise SourceError(file, f"{what}: „{text or 'leer'}“ ist keine Anzahl.", line)
    return int(text)


def _hectares(cell: Any, file: str, line: int) -> int:
    """Square kilometres with at most two decimals as whole hectares. Raises SourceError for anything else."""
    text = text_of(cell).replace(",", ".")
    try:
        value = Decimal(text) * 100
    except InvalidOperation:
        raise SourceError(file, f"Fläche: „{text or 'leer'}“ ist keine Zahl.", line) from None
    if not value.is_finite() or value < 0 or abs(value - round(value)) > Decimal("0.0001"):
        raise SourceError(file, f"Fläche: „{text}“ hat mehr als zwei Nachkommastellen oder ist negativ.", line)
    return round(value)


def _degrees(cell: Any) -> float | None:
    """A coordinate in degrees (to about ten metres), written with point or comma; None where there is none."""
    text = text_of(cell).replace(",", ".")
    return round(float(text), 4) if re.fullmatch(r"\d{1,3}(\.\d+)?", text) else None


def _key(row: tuple[Any, ...], at: dict[str, int], file: str, line: int) -> str:
    """The ARS joined from its five columns; a part that a spreadsheet turned into a number gets its zeros back."""
    parts = [text_of(row[at[c]] if at[c] < len(row) else None) for c in ("land", "rb", "kreis", "vb", "gem")]
    while parts and not parts[-1]:
        parts.pop()
    key = "".join(part.zfill(width) for part, width in zip(parts, KEY_WIDTHS, strict=False))
    if not (key.isascii() and key.isdecimal()) or len(key) != sum(KEY_WIDTHS[: len(parts)]):
        raise SourceError(file, f"„{key}“ ist kein Regionalschlüssel.", line)
    return key


def read_auszug(data: bytes, file: str) -> Directory:
    """Read „Alle politisch selbständigen Gemeinden“ (GV-Auszug, xlsx) of any year.

    Raises SourceError with the row for missing columns, a head without dates, a broken key, count or area, men and
    women that do not add up, or a Gemeinde listed twice (uninhabited areas outside Gemeinden may share a key).
    """
    every = list(sheets(data, file))
    table = next(((rows, at) for _, rows in every if (at := head_row(rows)) is not None), None)
    if table is None:
        raise SourceError(file, "Kein Tabellenblatt hat die Spalten Satzart und Gemeindename eines GV-Auszugs.")
    rows, at = table
    if early := next((n for n in range(at) if rows[n] and text_of(rows[n][0]) in RECORD_TYPES), -1) + 1:
        raise SourceError(file, "Über dem Tabellenkopf steht eine Zeile mit einer Satzart.", early)
    start = next((n for n in range(at + 1, len(rows)) if rows[n] and text_of(rows[n][0]) in RECORD_TYPES), None)
    if start is None:
        raise SourceError(file, "Nach dem Tabellenkopf kommt keine Zeile mit einer Satzart.", at + 1)
    head = rows[at:start]
    columns = _columns(head, file, at + 1)
    preamble = "\n".join(text_of(c) for _, sheet in every for row in sheet[:60] for c in row if isinstance(c, str))
    directory = _head(head, columns, preamble, file, at + 1)
    directory.title = next((text_of(c) for c in rows[0] if c), "") if at else ""
    _fill(directory, rows, start, columns, file)
    return directory


def _head(head: list[tuple[Any, ...]], at: dict[str, int], preamble: str, file: str, line: int) -> Directory:
    """Dates and base from the headings: Gebietsstand, day of the population, day of the area."""
    texts = [text_of(c) for row in head for c in row]
    stand = next((t for t in texts if t.startswith("Gebietsstand")), "")
    gebietsstand = german_date(stand)
    if gebietsstand is None:
        raise SourceError(file, "Der Tabellenkopf nennt keinen Gebietsstand.", line)

    def dated(column: int) -> date | None:
        cells = (text_of(row[column]) for row in head if column < len(row))
        return next((found for cell in cells if (found := german_date(cell))), None)

    area_date = dated(at["area"])
    stichtag = dated(at["population"]) or area_date  # one merged cell above both columns in some years
    if stichtag is None:
        raise SourceError(file, "Der Tabellenkopf nennt keinen Stichtag der Bevölkerung.", line)
    stated = _BASE.search(" ".join(texts)) or _BASE.search(preamble)
    edition = stand.partition("(")[2].rstrip(")")
    base = f"zensus_{stated[1]}" if stated else ""
    return Directory([], gebietsstand, stichtag, area_date or stichtag, issued_in(preamble), base, "", edition)


def _fill(directory: Directory, rows: list[tuple[Any, ...]], start: int, at: dict[str, int], file: str) -> None:
    """Add every row with a record type; everything else (notes, empty rows) is counted as dropped."""
    seen: dict[str, int] = {}
    for index in range(start, len(rows)):
        row, line = rows[index], index + 1
        record = text_of(row[0]) if row else ""
        if not any(c not in (None, "") for c in row):
            continue
        directory.rows_read += 1
        if record not in RECORD_TYPES:
            if record.isdecimal() and len(record) <= 2:
                raise SourceError(file, f"Die Satzart „{record}“ gibt es im Gemeindeverzeichnis nicht.", line)
            count_dropped(directory, "Fußnote oder Quellenangabe")
            continue
        entry = _entry(row, record, at, file, line)
        _check_once(entry, seen, file)
        directory.entries.append(entry)


def _check_once(entry: Entry, seen: dict[str, int], file: str) -> None:
    """Raises SourceError for a Land, Kreis or Gemeinde that stands twice; uninhabited areas may share a key."""
    if entry.record not in (LAND, KREIS, GEMEINDE) or entry.kind == "66":
        return
    if seen.setdefault(entry.ags, entry.line) != entry.line:
        raise SourceError(file, f"Das Gebiet {entry.ags} steht schon in Zeile {seen[entry.ags]}.", entry.line)


def count_dropped(directory: Directory, reason: str) -> None:
    """Count one row that does not come in."""
    directory.dropped[reason] = directory.dropped.get(reason, 0) + 1


def _entry(row: tuple[Any, ...], record: str, at: dict[str, int], file: str, line: int) -> Entry:
    row = row + (None,) * (max(at.values()) + 1 - len(row))
    kind, name, ars = text_of(row[at["kind"]]), text_of(row[at["name"]]), _key(row, at, file, line)
    if not name:
        raise SourceError(file, f"Das Gebiet {ars} hat keinen Namen.", line)
    if record != GEMEINDE:
        return Entry(line, record, kind, ars, name)
    if len(ars) != 12:
        raise SourceError(file, f"„{ars}“ ist kein Regionalschlüssel einer Gemeinde (12 Stellen).", line)
    counts = {key: _number(row[at[key]], file, line, heading_of) for key, heading_of in _SEXES.items()}
    if counts["male"] + counts["female"] != counts["population"]:
        raise SourceError(file, f"{name}: Männer und Frauen ergeben zusammen nicht die Bevölkerung.", line)
    area, lon, lat = _hectares(row[at["area"]], file, line), _degrees(row[at["lon"]]), _degrees(row[at["lat"]])
    return Entry(line, record, kind, ars, name, area, counts["population"], counts["male"], lon, lat)


_SEXES = {"population": "Bevölkerung insgesamt", "male": "Bevölkerung männlich", "female": "Bevölkerung weiblich"}


def is_gv100ad(text: str) -> bool:
    """Whether the first line is one of a GV100AD file (record type, day, key in fixed width)."""
    line = text.split("\n", 1)[0].rstrip("\r")
    return bool(_GV100_LINE.match(line)) and len(line) >= 72 and ";" not in line[:30]


def read_gv100ad(text: str, file: str) -> Directory:
    """Read GV100AD (fixed width, 220 characters, Satzarten 10 to 60), already decoded.

    Raises SourceError with the line for a short or foreign line, a key or number that is none, a Gebietsstand that
    changes, or a last line that is cut.
    """
    lines = text.split("\n")
    seen: dict[str, int] = {}
    directory: Directory | None = None
    for number, raw in enumerate(lines, 1):
        line = raw.rstrip("\r")
        if not line.strip():
            continue
        entry, stand = _record(line, file, number)
        if directory is None:
            directory = Directory([], stand, None, None, "", "", f"GV100AD, Gebietsstand {stand:%d.%m.%Y}")
        elif directory.gebietsstand != stand:
            raise SourceError(file, f"Gebietsstand {stand:%d.%m.%Y} statt {directory.gebietsstand:%d.%m.%Y}.", number)
        directory.rows_read += 1
        _check_once(entry, seen, file)
        directory.entries.append(entry)
    if directory is None:
        raise SourceError(file, "Die Datei ist leer.", 1)
    return directory


RECORD = 220
"""Characters of a record; a longer line is two of them run together."""
_KEY_LENGTH = {LAND: 2, REGIERUNGSBEZIRK: 3, REGION: 4, KREIS: 5, ASSOCIATION: 9, GEMEINDE: 12}


def _record(line: str, file: str, number: int) -> tuple[Entry, date]:
    """One line of fixed width (positions of the official record description, one-based: 11-18 AGS, 19-22 Verband)."""
    record = line[:2]
    if record not in RECORD_TYPES or not (176 if record == GEMEINDE else 72) <= len(line) <= RECORD:
        raise SourceError(file, "Die Zeile ist kein vollständiger Satz von GV100AD (Satzart 10 bis 60).", number)
    stand = german_date(f"{line[8:10]}.{line[6:8]}.{line[2:6]}")
    if stand is None:
        raise SourceError(file, f"„{line[2:10]}“ ist kein Gebietsstand (erwartet JJJJMMTT).", number)
    ars = (line[10:15] + line[18:22] + line[15:18]).replace(" ", "")
    name = text_of(line[22:72])
    official = len(ars) == _KEY_LENGTH[record] and ars.isascii() and (ars.isdecimal() or record == REGION)
    if not name or not official:
        raise SourceError(file, f"„{line[10:22]}“ ist kein Schlüssel einer Satzart {record} mit Namen.", number)
    kind, seat = line[122:124].strip(), text_of(line[72:122])
    if record != GEMEINDE:
        return Entry(number, record, kind, ars, name, seat=seat), stand
    area, people, male = (_number(line[a:b], file, number, what) for a, b, what in _NUMBERS)
    if male > people:
        raise SourceError(file, f"{name}: mehr Männer ({male}) als Menschen ({people}).", number)
    return Entry(number, record, kind, ars, name, area, people, male), stand


_NUMBERS = ((128, 139, "Fläche"), (139, 150, "Bevölkerung"), (150, 161, "Bevölkerung männlich"))
