"""Reader of the wide Regionaltabellen of the Zensus 2022: one row a region, one coded heading a number."""

from __future__ import annotations

from kommunalprofil.errors import SourceError
from kommunalprofil.sources.content import Content
from kommunalprofil.sources.datencsv import csv_rows
from kommunalprofil.sources.declare import Table
from kommunalprofil.sources.grid import Grid
from kommunalprofil.sources.labels import iso_day

LEAD = 4
LEVEL_HEADINGS = ("Regionalebene", "Reg_Ebene")


def head_of(text: str) -> tuple[str, ...] | None:
    """The headings if the text is a Regionaltabelle, else None."""
    head = tuple(c.strip().strip('"') for c in text.split("\n", 1)[0].strip("\r").split(";"))
    ok = len(head) > LEAD and head[:3] == ("Berichtszeitpunkt", "_RS", "Name") and head[3] in LEVEL_HEADINGS
    return head if ok else None


def parse(content: Content, table: Table) -> Grid:
    """Read a Regionaltabelle whose headings must all be declared as columns of the table.

    Raises SourceError with the line for an unknown heading, a row of another width, two dates, or a cut file.
    """
    file = content.name
    rows = csv_rows(content.text(), file)
    head = [c.strip() for c in next(rows)[1]]
    unknown = [h for h in head[LEAD:] if h not in table.columns]
    missing = [h for h in table.columns if h not in head]
    if unknown or missing:
        what = f"unbekannte Spalte „{unknown[0]}“" if unknown else f"Spalte „{missing[0]}“ fehlt"
        raise SourceError(file, f"Die Regionaltabelle ist anders aufgebaut als bekannt: {what}.", 1)
    point = ""
    keys: list[str] = []
    lines: list[int] = []
    values: list[list[str]] = []
    for line, row in rows:
        if len(row) != len(head):
            raise SourceError(file, f"Die Zeile hat {len(row)} Spalten, der Kopf hat {len(head)}.", line)
        if point and row[0] != point:
            raise SourceError(file, f"Berichtszeitpunkt „{row[0]}“ statt „{point}“.", line)
        point = row[0]
        keys.append(row[1].strip())
        lines.append(line)
        values.append(row[LEAD:])
    if not keys:
        raise SourceError(file, "Die Datei hat einen Kopf, aber keine Zeilen.", 1)
    if not content.finished:
        raise SourceError(file, "Die letzte Zeile ist nicht abgeschlossen; die Datei ist abgeschnitten.", lines[-1])
    day = iso_day(f"{point[:4]}-{point[4:6]}-{point[6:]}")
    if day is None:
        raise SourceError(file, f"„{point}“ ist kein Berichtszeitpunkt (erwartet JJJJMMTT).", 2)
    columns = [table.columns[h] for h in head[LEAD:]]
    return Grid(table.id, table.title, {"key": keys, "date": [day] * len(keys)}, columns, values, lines)
