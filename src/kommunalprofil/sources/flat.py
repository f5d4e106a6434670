"""Reader of GENESIS flat files (ffcsv): old wide-by-content layout and the long one since 2025, German and English."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from kommunalprofil.errors import SourceError
from kommunalprofil.sources.content import of_bytes
from kommunalprofil.sources.datencsv import csv_rows
from kommunalprofil.sources.declare import Table
from kommunalprofil.sources.grid import Grid
from kommunalprofil.sources.labels import iso_day

SEX_CODES = {"": "_T", "GESM": "M", "GESW": "F"}

NEW_HEAD = ("statistics_code", "statistics_label", "time_code", "time_label", "time")
OLD_HEADS = (("Statistik_Code", "Statistik_Label", "Zeit_Code", "Zeit_Label", "Zeit"), NEW_HEAD)
MAX_UNPACKED = 1_000_000_000
REGION_VARIABLES = frozenset({"DINSG", "DLAND", "REGBEZ", "KREISE", "GEMEIN"})


@dataclass
class Flat:
    """One flat file: the statistic, the variables beside the region, and its rows as texts."""

    layout: str
    statistic: str
    region_variables: frozenset[str]
    variables: frozenset[str]
    value_variable: str
    lines: list[int]
    dates: list[str]
    keys: list[str]
    members: dict[str, list[str]]
    values: list[str]
    signs: list[str]
    retrieved: str


def unpack(data: bytes, file: str) -> tuple[bytes, str]:
    """The one CSV in a zip answer and the day its entry is dated.

    Raises SourceError if it is no zip, holds anything but one CSV, fails its checksum, or unpacks to more than 1 GB.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [e for e in archive.infolist() if not e.is_dir()]
            if len(entries) != 1 or not entries[0].filename.lower().endswith(".csv"):
                names = ", ".join(e.filename for e in entries[:3]) or "nichts"
                raise SourceError(file, f"Im Archiv wird genau eine CSV-Datei erwartet, gefunden: {names}.")
            if entries[0].file_size > MAX_UNPACKED:
                raise SourceError(file, "Das Archiv entpackt sich auf mehr als 1 GB; das ist keine GENESIS-Tabelle.")
            with archive.open(entries[0]) as stream:
                body = stream.read(MAX_UNPACKED + 1)
            if len(body) > MAX_UNPACKED:
                raise SourceError(file, "Das Archiv entpackt sich auf mehr als 1 GB; das ist keine GENESIS-Tabelle.")
            year, month, day = entries[0].date_time[:3]
            return body, f"{year:04d}-{month:02d}-{day:02d}" if year > 1980 else ""
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
        raise SourceError(file, f"Das Zip-Archiv ist beschädigt ({error}). Bitte neu herunterladen.") from None


def recognise(text: str) -> bool:
    """Whether the first line is the head of a flat file, old or new."""
    head = tuple(text.split("\n", 1)[0].strip().split(";")[:5])
    return head == NEW_HEAD or head in OLD_HEADS


def parse(data: bytes, file: str, retrieved: str = "") -> Flat:
    """Read a flat file of either layout.

    Raises SourceError with the line for a row of another width, another statistic or another value variable inside
    the file, a time that is no day, or codes where labels belong (shifted columns).
    """
    content = of_bytes(data, file)
    text = content.text().read()
    (_, first), *numbered = ((line, row) for line, row in csv_rows(io.StringIO(text), file) if row)
    head = [c.strip() for c in first]
    lines = [line for line, _ in numbered]
    rows = [row for _, row in numbered]
    for line, row in zip(lines, rows, strict=True):
        if len(row) != len(head):
            raise SourceError(file, f"Die Zeile hat {len(row)} Spalten, der Kopf hat {len(head)}.", line)
    if not rows:
        raise SourceError(file, "Die Datei hat einen Kopf, aber keine Zeilen.", 1)
    if not text.endswith("\n"):
        raise SourceError(file, "Die letzte Zeile ist nicht abgeschlossen; die Datei ist abgeschnitten.", lines[-1])
    return _parse_new(head, rows, lines, file, retrieved) if "value" in head else _parse_old(head, rows, lines, file)


def _check_constant(rows: Sequence[list[str]], lines: Sequence[int], column: int, what: str, file: str) -> str:
    first = rows[0][column]
    for line, row in zip(lines, rows, strict=True):
        if row[column] != first:
            raise SourceError(file, f"{what} wechselt von „{first}“ zu „{row[column]}“; Spalten sind verschoben.", line)
    return first


def _dates(rows: Sequence[list[str]], lines: Sequence[int], column: int, file: str) -> list[str]:
    days = []
    for line, row in zip(lines, rows, strict=True):
        day = iso_day(row[column])
        if day is None:
            raise SourceError(
                file, f"„{row[column]}“ ist kein Stichtag; Spalten sind verschoben oder die Tabelle ist neu.", line
            )
        days.append(day)
    return days


def _variables(
    rows: Sequence[list[str]], lines: Sequence[int], groups: Sequence[tuple[int, int]], file: str
) -> tuple[list[str], dict[str, list[str]], frozenset[str]]:
    """Region keys, members of the other variables, the region variables; groups are (code, attribute code) columns."""
    keys: list[str] | None = None
    members: dict[str, list[str]] = {}
    regional: frozenset[str] = frozenset()
    for code, attribute in groups:
        names = {row[code] for row in rows}
        if names <= REGION_VARIABLES:
            keys, regional = [row[attribute].strip() for row in rows], frozenset(names)
        else:
            members[_check_constant(rows, lines, code, "Das Merkmal", file)] = [row[attribute].strip() for row in rows]
    if keys is None:
        raise SourceError(
            file, "Kein Gebietsmerkmal (KREISE, GEMEIN, DLAND …) gefunden; Spalten sind verschoben.", lines[0]
        )
    return keys, members, regional


def _parse_new(head: list[str], rows: list[list[str]], lines: list[int], file: str, retrieved: str) -> Flat:
    index = {name: i for i, name in enumerate(head)}
    needed = ["statistics_code", "time", "value", "value_variable_code", "1_variable_code", "1_variable_attribute_code"]
    needed += [f"{name[:-5]}_attribute_code" for name in head if name.endswith("_variable_code") and name[0].isdigit()]
    for name in needed:
        if name not in index:
            raise SourceError(file, f"Die Spalte „{name}“ fehlt im Kopf.", 1)
    groups = []
    n = 1
    while f"{n}_variable_code" in index:
        groups.append((index[f"{n}_variable_code"], index[f"{n}_variable_attribute_code"]))
        n += 1
    keys, members, regional = _variables(rows, lines, groups, file)
    return Flat(
        layout="neu",
        statistic=_check_constant(rows, lines, index["statistics_code"], "Die Statistik", file),
        region_variables=regional,
        variables=frozenset(members),
        value_variable=_check_constant(rows, lines, index["value_variable_code"], "Der Inhalt", file),
        lines=lines,
        dates=_dates(rows, lines, index["time"], file),
        keys=keys,
        members=members,
        values=[row[index["value"]].strip() for row in rows],
        signs=[row[index["value_q"]].strip() if "value_q" in index else "" for row in rows],
        retrieved=retrieved,
    )


def _parse_old(head: list[str], rows: list[list[str]], lines: list[int], file: str) -> Flat:
    contents = [i for i, name in enumerate(head) if name.count("__") == 2]
    if len(contents) != 1 or (contents[0] - 5) % 4:
        raise SourceError(file, f"Eine Inhaltsspalte wird erwartet, gefunden: {len(contents)}.", 1)
    groups = [(i, i + 2) for i in range(5, contents[0], 4)]
    keys, members, regional = _variables(rows, lines, groups, file)
    return Flat(
        layout="alt",
        statistic=_check_constant(rows, lines, 0, "Die Statistik", file),
        region_variables=regional,
        variables=frozenset(members),
        value_variable=head[contents[0]].split("__")[0],
        lines=lines,
        dates=_dates(rows, lines, 4, file),
        keys=keys,
        members=members,
        values=[row[contents[0]].strip() for row in rows],
        signs=[""] * len(rows),
        retrieved="",
    )


def grid_of(table: Table, flat: Flat, file: str) -> Grid:
    """A flat file with its attribute codes turned into ours."""
    rows: dict[str, list[str]] = {"key": flat.keys, "date": flat.dates}
    for variable, codes in flat.members.items():
        if variable != "GES":
            raise SourceError(
                file, f"Das Merkmal {variable} ist für die Tabelle {table.id} nicht bekannt.", flat.lines[0]
            )
        for code, line in zip(codes, flat.lines, strict=True):
            if code not in SEX_CODES:
                raise SourceError(file, f"Unbekannte Ausprägung „{code}“ des Merkmals {variable}.", line)
        rows["sex"] = [SEX_CODES[c] for c in codes]
    return Grid(
        table=table.id,
        title=table.title,
        rows=dict(rows),
        columns=[{}],
        values=[[v] for v in flat.values],
        lines=flat.lines,
        signs=[[s] for s in flat.signs],
        retrieved=flat.retrieved,
        layout=flat.layout,
    )
