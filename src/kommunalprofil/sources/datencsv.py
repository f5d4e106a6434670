"""Reader of the wide "Datencsv" of GENESIS databases: header rows, year lines, label columns are read, not assumed."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kommunalprofil.ages import ALL, parse_label
from kommunalprofil.errors import SourceError
from kommunalprofil.sources.declare import Table
from kommunalprofil.sources.grid import Grid

FIRST_LINE = re.compile(r"(?:GENESIS-)?Tabelle: *([^;\s]+) *;*\s*$")
DAY = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})", re.ASCII)
YEAR_LINE = re.compile(r"(?:Stichtag|Jahr): *(.+)")
DATA_LINE = re.compile(r"^(?:\d{2}\.\d{2}\.\d{4};)?(?:DG|\d{2,12});[^;\n]+;", re.ASCII | re.MULTILINE)
STAND = re.compile(r"(?:Stand|created): *(\d{2}\.\d{2}\.\d{4}|\d{4}-\d{2}-\d{2})(?: */ *(\d{2}:\d{2}:\d{2}))?")
KEY = re.compile(r"DG|\d{2,12}", re.ASCII)
SEXES = {"männlich": "M", "weiblich": "F", "Insgesamt": "_T", "": "_T"}
NATIONALITIES = {
    "Deutsche": "DE",
    "Ausländer": "AUS",
    "Ausländer(innen)": "AUS",
    "Ausländer/-innen": "AUS",
    "Insgesamt": "_T",
    "": "_T",
}
UNITS = {"Anzahl", "Jahre", "Prozent", "%", ""}


@dataclass
class Sheet:
    """One Datencsv taken apart: label cells and value texts, both still as the office printed them."""

    table: str
    title: str
    stand: str
    notes: str
    dates: list[str]
    keys: list[str]
    lines: list[int]
    labels: dict[str, list[str]]
    columns: list[dict[str, str]]
    values: list[list[str]]
    rows_read: int
    other_lines: int


def decode(data: bytes, file: str) -> str:
    """Text of an official file: UTF-8 with or without mark, else Windows-1252. Raises SourceError on binary content."""
    if b"\x00" in data:
        line = data[: data.index(b"\x00")].count(b"\n") + 1
        raise SourceError(
            file, "Die Datei enthält Nullbytes und ist beschädigt oder keine Textdatei. Bitte neu herunterladen.", line
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def recognise(text: str) -> str | None:
    """The table id in the first line of a Datencsv, or None if it is none."""
    first = text[:200].split("\n", 1)[0].strip("\r")
    match = FIRST_LINE.match(first.strip('"'))
    return match[1] if match else None


def iso_day(text: str) -> str | None:
    """`31.12.2015` or `2015-12-31` as ISO day; None for anything else, also for days that do not exist."""
    if m := DAY.fullmatch(text.strip()):
        text = f"{m[3]}-{m[2]}-{m[1]}"
    try:
        return date.fromisoformat(text.strip()).isoformat() if len(text.strip()) == 10 and text.isascii() else None
    except ValueError:
        return None


def csv_rows(body: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of a text with semicolons and the line each ends on. Raises SourceError for what is no CSV."""
    reader = csv.reader(io.StringIO(body), delimiter=";", strict=True)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise SourceError(file, f"Die Zeile ist kein gültiges CSV ({error}).", reader.line_num) from None


def _split(text: str, file: str) -> tuple[str, str]:
    match = re.search(r"^_{5,};*\r?$", text, flags=re.MULTILINE)
    if not match:
        raise SourceError(
            file,
            "Der Fuß der Tabelle (Trennlinie „__________“ mit Stand) fehlt; die Datei ist abgeschnitten."
            " Bitte neu herunterladen.",
            text.count("\n") + 1,
        )
    if stray := DATA_LINE.search(text, match.end()):
        line = text.count("\n", 0, stray.start()) + 1
        raise SourceError(
            file, "Unter der Trennlinie der Tabelle steht eine Datenzeile; die Datei ist beschädigt.", line
        )
    return text[: match.start()], text[match.end() :]


def stand_of(foot: str) -> str:
    """The office's time stamp `Stand: 03.08.2020 / 12:04:20` as ISO text, empty if there is none."""
    match = None
    for match in STAND.finditer(foot):  # noqa: B007 - footnotes may quote a Stand too, the last one is the file's
        pass
    if not match:
        return ""
    day = iso_day(match[1]) or ""
    return f"{day}T{match[2]}" if match[2] and day else day


def _classify(labels: Sequence[str], measures: Sequence[str], file: str, line: int) -> str | None:
    """Which dimension a header row or label column speaks of; None if it only repeats a heading or a unit."""
    kinds = {x.strip() for x in labels}
    if all(iso_day(x) for x in kinds):
        return "date"
    if kinds & {"männlich", "weiblich"} and kinds <= set(SEXES):
        return "sex"
    if kinds & {"Deutsche"} and kinds <= set(NATIONALITIES):
        return "nationality"
    if any(parse_label(x) for x in kinds) and all(parse_label(x) or x == "Insgesamt" for x in kinds):
        return "age"
    if measures and kinds <= set(measures):
        return "measure"
    if len(kinds - {""}) <= 1 or kinds <= UNITS:
        return None
    known = {*SEXES, *NATIONALITIES, *UNITS, *measures}
    unknown = (sorted(x for x in kinds - known if not parse_label(x) and not iso_day(x)) or sorted(kinds))[:4]
    raise SourceError(
        file, f"unbekannte Überschriften {', '.join(map(repr, unknown))}: Merkmal nicht zu erkennen.", line
    )


def parse(text: str, file: str, measures: Sequence[str] = ()) -> Sheet:
    """Take a Datencsv apart. `measures` are the headings that name measures.

    Raises SourceError with the line for a missing foot, an unknown heading, a row of another width,
    a line that is neither title, heading nor data.
    """
    body, foot = _split(text, file)
    table = recognise(text) or ""
    titles: list[str] = []
    fixed_date: str | None = None
    headers: list[tuple[int, list[str]]] = []
    data: list[tuple[int, list[str]]] = []
    for line, row in csv_rows(body, file):
        first = row[0].strip() if row else ""
        if not any(c.strip() for c in row):
            continue
        if data or (headers and first):
            data.append((line, row))
        elif not first:
            headers.append((line, row))
        elif any(c.strip() for c in row[1:]):
            raise SourceError(file, f"Die Zeile ist weder Titel noch Kopf noch Daten: „{';'.join(row)[:60]}“.", line)
        elif line > 1:
            stated = YEAR_LINE.fullmatch(first)
            day = iso_day(stated[1] if stated else first)
            if day:
                fixed_date = day
            else:
                titles.append(first)
    if not headers or not data:
        raise SourceError(file, "Es gibt keine Kopfzeilen oder keine Datenzeilen.", 1)
    sheet = _assemble(table, titles, fixed_date, headers, data, file, measures)
    sheet.notes = foot
    sheet.stand = stand_of(foot)
    if not sheet.stand:
        raise SourceError(file, "Die Angabe „Stand:“ am Ende fehlt; die Datei ist abgeschnitten.", text.count("\n") + 1)
    sheet.other_lines = text.count("\n") - sheet.rows_read
    return sheet


def _assemble(
    table: str,
    titles: list[str],
    fixed_date: str | None,
    headers: list[tuple[int, list[str]]],
    data: list[tuple[int, list[str]]],
    file: str,
    measures: Sequence[str],
) -> Sheet:
    width = len(headers[0][1])
    lead = min(next(i for i, c in enumerate(row) if c.strip()) for _, row in headers)
    for line, row in [*headers, *data]:
        if len(row) != width:
            raise SourceError(file, f"Die Zeile hat {len(row)} Spalten, der Kopf hat {width}.", line)
    labels = _label_columns(data, lead, file)
    columns = _value_columns(headers, lead, file, measures)
    dates = labels.pop("date", None)
    if dates is None and fixed_date is None and not all("date" in c for c in columns):
        raise SourceError(file, "Kein Stichtag gefunden: weder im Kopf noch in einer Spalte.", headers[0][0])
    return Sheet(
        table=table,
        title=" ".join(titles).replace(" - ", " – "),
        stand="",
        notes="",
        dates=dates or [fixed_date or ""] * len(data),
        keys=labels.pop("key"),
        lines=[line for line, _ in data],
        labels=labels,
        columns=columns,
        values=[row[lead:] for _, row in data],
        rows_read=len(data),
        other_lines=0,
    )


def _label_columns(data: list[tuple[int, list[str]]], lead: int, file: str) -> dict[str, list[str]]:
    """The label columns before the values: date, key, name (dropped), and one more dimension at most each."""
    found: dict[str, list[str]] = {}
    name_column = -1
    first_line, first = data[0]
    for i in range(lead):
        if i == name_column:
            continue
        cell = first[i].strip()
        if "date" not in found and iso_day(cell):
            found["date"] = []
            for line, row in data:
                day = iso_day(row[i])
                if not day:
                    raise SourceError(file, f"„{row[i]}“ ist kein Stichtag (erwartet TT.MM.JJJJ).", line)
                found["date"].append(day)
        elif "key" not in found and KEY.fullmatch(cell):
            found["key"] = [row[i].strip() for _, row in data]
            for line, row in data:
                if not KEY.fullmatch(row[i].strip()):
                    raise SourceError(
                        file, f"„{row[i]}“ ist kein Gebietsschlüssel (erwartet DG oder 2 bis 12 Ziffern).", line
                    )
            name_column = i + 1
        else:
            texts = [row[i].strip() for _, row in data]
            dim = _classify(list(dict.fromkeys(texts)), (), file, first_line)
            if dim is None or dim in found:
                raise SourceError(file, f"Die Spalte {i + 1} („{cell}“) ist kein bekanntes Merkmal.", first_line)
            found[dim] = texts
    if "key" not in found:
        raise SourceError(file, "Keine Spalte mit Gebietsschlüsseln gefunden.", first_line)
    return found


def _value_columns(
    headers: list[tuple[int, list[str]]], lead: int, file: str, measures: Sequence[str]
) -> list[dict[str, str]]:
    columns: list[dict[str, str]] = [{} for _ in headers[0][1][lead:]]
    for line, row in headers:
        texts = [c.strip() for c in row[lead:]]
        dim = _classify(texts, measures, file, line)
        if dim is None:
            continue
        for column, text in zip(columns, texts, strict=True):
            if dim in column:
                raise SourceError(file, f"Das Merkmal „{dim}“ steht in zwei Kopfzeilen.", line)
            column[dim] = (iso_day(text) or "") if dim == "date" else text
    seen: dict[tuple[tuple[str, str], ...], int] = {}
    for i, column in enumerate(columns):
        key = tuple(sorted(column.items()))
        if key in seen:
            raise SourceError(
                file,
                f"Die Spalten {seen[key] + lead + 1} und {i + lead + 1} haben dieselbe Überschrift.",
                headers[-1][0],
            )
        seen[key] = i
    return columns


def grid_of(table: Table, sheet: Sheet, file: str) -> Grid:
    """A sheet with its labels turned into codes."""
    rows: dict[str, Any] = {"key": sheet.keys}
    if not any("date" in c for c in sheet.columns):
        rows["date"] = sheet.dates
    for dim, texts in sheet.labels.items():
        codes = [_codes(table, dim, text, file, line) for text, line in zip(texts, sheet.lines, strict=True)]
        for name in codes[0]:
            rows[name] = [c[name] for c in codes]
    columns: list[Mapping[str, Any] | None] = []
    for column in sheet.columns:
        whole: dict[str, Any] = {}
        for dim, text in column.items():
            whole |= _codes(table, dim, text, file, sheet.lines[0])
        columns.append(whole)
    return Grid(
        table=table.id,
        title=sheet.title,
        rows=rows,
        columns=columns,
        values=sheet.values,
        lines=sheet.lines,
        stand=sheet.stand,
        notes=sheet.notes,
        other_lines=sheet.other_lines,
    )


def _codes(table: Table, dim: str, text: str, file: str, line: int) -> dict[str, Any]:
    if dim == "sex":
        return {"sex": SEXES[text]}
    if dim == "nationality":
        return {"nationality": NATIONALITIES[text]}
    if dim == "measure":
        return {"measure": table.measures[text]}
    if dim == "date":
        return {"date": text}
    group = ALL if text in ("Insgesamt", "") else parse_label(text)
    if group is None:
        raise SourceError(file, f"„{text}“ ist keine bekannte Altersgruppe.", line)
    return {"age_from": group.lo, "age_to": group.hi}
