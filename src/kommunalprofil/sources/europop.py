"""Reader of Eurostat's workbooks (data browser): one sheet a sex, ages in columns, Kreise by name without keys.

The one data set known is PROJ_19RP3, the base population of EUROPOP2019. Eurostat splits the official five-year groups
into single years itself (Dithmarschen under 3: 3,247, official 3,249): all ages but the total are flagged estimated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from kommunalprofil import nuts, territory
from kommunalprofil.errors import SourceError, UnknownTableError
from kommunalprofil.sources.declare import Table
from kommunalprofil.sources.grid import Grid
from kommunalprofil.sources.xlsx import Book, Sheet, place

EXTRACTED = re.compile(r"Data extracted on (\d\d)/(\d\d)/(\d{4}) ")
UPDATED = re.compile(r"(\d\d)/(\d\d)/(\d{4}) (\d\d:\d\d)")
DATASET = re.compile(r"(?P<title>.*) \[(?P<code>[A-Z0-9_]+?)(?:__custom_\d+)?\]")
AGE = re.compile(r"(?P<infant>Less than 1 year)|(?P<age>\d{1,3}) years?(?P<open> or over)?", re.ASCII)
SEXES = {"Total": "_T", "Males": "M", "Females": "F"}
DEMANDED = {"Time frequency": "Annual", "Unit of measure": "Person", "Type of projection": "Baseline projections"}
BASE_YEAR = "2019"
AGES, REGIONS, LEGEND = "AGE (Labels)", "GEO (Labels)", "Special value"


def recognise(book: Book) -> bool:
    """Whether the workbook comes from Eurostat's data browser."""
    return any(_extracted(book.sheet(name, until=1)) for name in book.names)


def _extracted(sheet: Sheet) -> re.Match[str] | None:
    """The day of the download, by which a sheet of data begins."""
    return EXTRACTED.match(sheet.rows[0][1][0]) if sheet.rows and sheet.rows[0][0] == 1 else None


def read(book: Book, file: str, tables: Mapping[str, Table]) -> tuple[Table, Grid]:
    """The declared table a workbook holds, and its grid; rows carry the sex, columns the ages.

    Raises UnknownTableError for another data set, SourceError with sheet and cell for other dimensions, an unknown
    name, a heading that is none, too few Kreise, sheets that differ.
    """
    sheets = [sheet for name in book.names if _extracted(sheet := book.sheet(name))]
    about = _about(sheets[0])
    dataset = DATASET.fullmatch(about.get("Dataset", ""))
    table = tables.get(dataset["code"].lower()) if dataset else None
    if dataset is None or table is None:
        found = dataset["code"] if dataset else "ohne Namen"
        raise UnknownTableError(file, f"Der Datensatz {found} von Eurostat ist nicht deklariert.", 2)
    extracted = _extracted(sheets[0])
    assert extracted is not None  # only such sheets were chosen
    updated = UPDATED.fullmatch(about.get("Last updated", ""))
    columns = _columns(sheets[0], file)
    rows: dict[str, list[Any]] = {"key": [], "date": [], "sex": []}
    lines: list[int] = []
    values: list[list[str]] = []
    for sheet in sheets:
        if _columns(sheet, file) != columns:
            raise _wrong(file, sheet, 11, 0, "Die Altersgruppen sind andere als auf dem ersten Blatt.")
        sex, day = _sex_and_day(_about(sheet), sheet, file)
        body = _body(sheet, day, file)
        rows["key"] += [_key(row[0], sheet, line, file) for line, row in body]
        rows["date"] += [day.isoformat()] * len(body)
        rows["sex"] += [sex] * len(body)
        lines += [line for line, _ in body]
        values += [_values(row, len(columns), sheet, line, file) for line, row in body]
    return table, Grid(
        table.id, dataset["title"], dict(rows), list(columns), values, lines, decimal=".",
        stand=f"{updated[3]}-{updated[2]}-{updated[1]}T{updated[4]}" if updated else "",
        retrieved=f"{extracted[3]}-{extracted[2]}-{extracted[1]}",
        other_lines=sum(len(sheet.rows) for sheet in sheets) - len(lines),
    )  # fmt: skip


def _wrong(file: str, sheet: Sheet, line: int, column: int, reason: str) -> SourceError:
    return SourceError(file, f"Blatt „{sheet.name}“, Zelle {place(line, column)}: {reason}", line)


def _about(sheet: Sheet) -> dict[str, str]:
    """The lines above the table: `Sex` → `Males`."""
    lines = [row for line, row in sheet.rows if line < 11]
    return {row[0].strip(" :"): next((c for c in row[1:] if c), "") for row in lines if len(row) > 1}


def _sex_and_day(about: dict[str, str], sheet: Sheet, file: str) -> tuple[str, date]:
    """What a sheet is about. Only the base year is population; later years would be a projection."""
    for label, wanted in DEMANDED.items():
        if about.get(label) != wanted:
            raise _wrong(file, sheet, 5, 0, f"„{label}“ ist „{about.get(label, '')}“ statt „{wanted}“.")
    if about.get("Time") != BASE_YEAR:
        reason = f"Das Jahr ist „{about.get('Time', '')}“; nur {BASE_YEAR} ist Bevölkerung, keine Annahme."
        raise _wrong(file, sheet, 9, 0, reason)
    if about.get("Sex") not in SEXES:
        raise _wrong(file, sheet, 7, 0, f"„{about.get('Sex', '')}“ ist kein Geschlecht.")
    return SEXES[about["Sex"]], date(int(BASE_YEAR) - 1, 12, 31)


def _columns(sheet: Sheet, file: str) -> list[dict[str, Any] | None]:
    """What each column after the names stands for."""
    head = next(((line, row) for line, row in sheet.rows if row[0] == AGES), None)
    if head is None:
        raise _wrong(file, sheet, 11, 0, f"Die Kopfzeile „{AGES}“ fehlt.")
    columns: list[dict[str, Any] | None] = []
    for column, text in enumerate(head[1][1:], 1):
        match = AGE.fullmatch(text)
        if text == "Total":
            columns.append({"age_from": 0, "age_to": 200})
            continue
        if match is None:
            raise _wrong(file, sheet, head[0], column, f"„{text}“ ist keine Altersgruppe.")
        low = 0 if match["infant"] else int(match["age"])
        columns.append({"age_from": low, "age_to": 200 if match["open"] else low + 1, "flag": "estimated"})
    return columns


def _body(sheet: Sheet, day: date, file: str) -> list[tuple[int, list[str]]]:
    """The rows of Kreise: between the line of region headings and the legend; all there were on that day."""
    start = next((i for i, (_, row) in enumerate(sheet.rows) if row[0] == REGIONS), None)
    if start is None:
        raise _wrong(file, sheet, 12, 0, f"Die Kopfzeile „{REGIONS}“ fehlt.")
    end = next((i for i, (_, row) in enumerate(sheet.rows) if row[0] == LEGEND), len(sheet.rows))
    body = sheet.rows[start + 1 : end]
    wanted = territory.number_of_kreise(day)
    if len(body) != wanted:
        line = body[-1][0] if body else 12
        raise _wrong(file, sheet, line, 0, f"Das Blatt nennt {len(body)} Kreise, am {day:%d.%m.%Y} gab es {wanted}.")
    return body


def _key(name: str, sheet: Sheet, line: int, file: str) -> str:
    key = nuts.names().get(name)
    if key is None:
        raise _wrong(file, sheet, line, 0, f"„{name}“ ist kein Kreis, wie Eurostat ihn schreibt.")
    return key


def _values(row: list[str], width: int, sheet: Sheet, line: int, file: str) -> list[str]:
    if len(row) != width + 1 or not all(row):
        column = next((i for i, text in enumerate(row) if not text), min(len(row), width + 1))
        raise _wrong(file, sheet, line, column, f"Die Zeile soll {width} Werte haben, einer fehlt oder ist zu viel.")
    return row[1:]
