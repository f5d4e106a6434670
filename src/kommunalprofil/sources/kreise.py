"""Reader of the publication „Kreisfreie Städte und Landkreise nach Fläche, Bevölkerung und Bevölkerungsdichte“."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from kommunalprofil.errors import SourceError
from kommunalprofil.sources.gemeindeverzeichnis import DIGITS, german_date, heading, issued_in, sheets

TITLE = "Kreisfreie Städte und Landkreise nach Fläche, Bevölkerung"
NUTS3 = re.compile(r"DE[0-9A-Z]{3}", re.ASCII)
_KEY = re.compile(r"\d{2,5}", re.ASCII)
_COUNTS = {"total": "insgesamt", "male": "männlich", "female": "weiblich"}


@dataclass(frozen=True, slots=True)
class Line:
    """One Kreis, Land or Germany: key, NUTS 3 code ('' above the Kreis), area in hectares, people."""

    line: int
    key: str
    nuts: str
    area_ha: int
    total: int
    male: int


@dataclass
class Kreise:
    """The publication: its day, month of issue, rows."""

    day: date
    issued: str
    lines: list[Line]
    rows_read: int = 0
    dropped: dict[str, int] = field(default_factory=dict)


def read_kreise(data: bytes, file: str) -> Kreise:
    """Read the workbook.

    Raises SourceError with the row for missing headings, a key, NUTS code, area or count that is none, men and women
    that do not make up all, or Kreise that do not make up the Land and Germany printed below them.
    """
    every = list(sheets(data, file))
    found = next(((rows, at) for _, rows in every if (at := _head(rows)) is not None), None)
    if found is None:
        raise SourceError(file, "Kein Tabellenblatt hat die Spalten Schlüsselnummer und NUTS3.")
    rows, at = found
    if early := next((n for n, row in enumerate(rows[:at], 1) if _is_data(row)), 0):
        raise SourceError(file, "Über dem Tabellenkopf steht eine Datenzeile.", early)
    columns = _columns(rows[at], rows[at + 1] if at + 1 < len(rows) else (), file, at + 1)
    day = next((d for row in rows[:at] for c in row if "Gebietsstand" in c and (d := german_date(c))), None)
    if day is None:
        raise SourceError(file, "Die Überschrift nennt keinen Gebietsstand.", 1)
    cover = "\n".join(c for _, sheet in every for row in sheet[:60] for c in row)
    kreise = Kreise(day, issued_in(cover), [])
    land = ""
    for number in range(at + 2, len(rows)):
        land = _row(kreise, rows[number], columns, land, file, number + 1)
    _check_sums(kreise, file)
    return kreise


def _head(rows: list[tuple[str, ...]]) -> int | None:
    """Index of the upper row of headings."""
    for number, row in enumerate(rows[:15]):
        if {"schlüsselnummer", "nuts"} <= {heading(c) for c in row}:
            return number
    return None


def _is_data(row: tuple[str, ...]) -> bool:
    """Whether a row is one of a Kreis or a sum, wherever it stands."""
    return "Insgesamt" in row[:3] or any(NUTS3.fullmatch(cell) for cell in row)


def _columns(upper: tuple[str, ...], lower: tuple[str, ...], file: str, line: int) -> dict[str, int]:
    labels = {heading(c): n for n, c in reversed(list(enumerate(upper)))}
    labels |= {heading(c): n for n, c in reversed(list(enumerate(lower))) if heading(c) in _COUNTS.values()}
    area = next((n for label, n in labels.items() if label.startswith("fläche")), None)
    wanted = {"key": labels.get("schlüsselnummer"), "nuts": labels.get("nuts"), "area": area}
    wanted |= {name: labels.get(label) for name, label in _COUNTS.items()}
    found = {name: column for name, column in wanted.items() if column is not None}
    if missing := sorted(wanted.keys() - found.keys()):
        raise SourceError(file, f"Der Tabellenkopf nennt keine Spalte für {', '.join(missing)}.", line)
    return found


def _row(kreise: Kreise, row: tuple[str, ...], at: dict[str, int], land: str, file: str, line: int) -> str:
    """Take in one row, or count it as left out; gives the Land that the rows below belong to."""
    if not any(row):
        return land
    cells = [c.strip() for c in row] + [""] * (max(at.values()) + 1 - len(row))
    key, summed = cells[at["key"]], "Insgesamt" in cells[:3]
    kreise.rows_read += 1
    if (key and not _KEY.fullmatch(key)) or not (key or summed):
        reason = "Kopf- und Fußzeilen"
    elif key and len(key) < 5:
        land, reason = key[:2], "Zwischenüberschrift"
    else:
        above = "DE" if "Deutschland" in cells[:3] else land
        if not above:
            raise SourceError(file, "Über der Summe steht kein Land, zu dem sie gehört.", line)
        kreise.lines.append(_line(cells, key or above, at, file, line))
        return land
    kreise.dropped[reason] = kreise.dropped.get(reason, 0) + 1
    return land


def _line(cells: list[str], key: str, at: dict[str, int], file: str, line: int) -> Line:
    counts = {}
    for name, label in _COUNTS.items():
        text = cells[at[name]]
        if not (text.isascii() and text.isdecimal() and len(text) <= DIGITS):
            raise SourceError(file, f"Bevölkerung {label}: „{text or 'leer'}“ ist keine Anzahl.", line)
        counts[name] = int(text)
    if counts["male"] + counts["female"] != counts["total"]:
        raise SourceError(file, f"{key}: Männer und Frauen ergeben zusammen nicht die Bevölkerung.", line)
    nuts = cells[at["nuts"]]
    if len(key) == 5 and not NUTS3.fullmatch(nuts):
        raise SourceError(file, f"„{nuts or 'leer'}“ ist kein NUTS-3-Schlüssel.", line)
    try:
        area = Decimal(cells[at["area"]].replace(",", ".")) * 100
    except InvalidOperation:
        raise SourceError(file, f"Fläche: „{cells[at['area']] or 'leer'}“ ist keine Zahl.", line) from None
    if not area.is_finite() or not 0 < area < 10**9:
        raise SourceError(file, f"Fläche: „{cells[at['area']]}“ ist keine Fläche.", line)
    return Line(line, key, nuts if len(key) == 5 else "", round(area), counts["total"], counts["male"])


def _check_sums(kreise: Kreise, file: str) -> None:
    """Kreise make up the Länder and Germany; no key stands twice. Areas may be rounded, people not."""
    seen: dict[str, Line] = {}
    for line in kreise.lines:
        if line.key in seen:
            raise SourceError(file, f"{line.key} steht schon in Zeile {seen[line.key].line}.", line.line)
        seen[line.key] = line
    own = [line for line in kreise.lines if len(line.key) == 5]
    for key, line in seen.items():
        parts = own if key == "DE" else [k for k in own if k.key[:2] == key] if len(key) == 2 else []
        if len(key) < 5 and sum(k.total for k in parts) != line.total:
            raise SourceError(file, f"Die Kreise ergeben zusammen nicht die Bevölkerung von {key}.", line.line)
    if "DE" not in seen or not own:
        raise SourceError(file, "Die Tabelle ist unvollständig: Kreise oder die Summe für Deutschland fehlen.")
