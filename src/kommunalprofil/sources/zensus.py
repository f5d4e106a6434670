"""Reader of the wide Regionaltabellen of the Zensus 2022: one row a region, one coded heading a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kommunalprofil.errors import SourceError
from kommunalprofil.sources.datencsv import csv_rows, decode, iso_day

LEAD = 4
LEVEL_HEADINGS = ("Regionalebene", "Reg_Ebene")


@dataclass
class Regional:
    """One Regionaltabelle: date, 12-digit keys, levels as printed, headings and value texts."""

    date: str
    keys: list[str]
    levels: list[str]
    lines: list[int]
    headings: list[str]
    values: list[list[str]]


def head_of(text: str) -> tuple[str, ...] | None:
    """The headings if the text is a Regionaltabelle, else None."""
    head = tuple(c.strip() for c in text.split("\n", 1)[0].strip("\r").split(";"))
    ok = len(head) > LEAD and head[:3] == ("Berichtszeitpunkt", "_RS", "Name") and head[3] in LEVEL_HEADINGS
    return head if ok else None


def parse(data: bytes, file: str, known: Mapping[str, object]) -> Regional:
    """Read a Regionaltabelle whose headings must all be in `known`.

    Raises SourceError with the line for an unknown heading, a row of another width, two dates, or a cut file.
    """
    text = decode(data, file)
    rows = csv_rows(text, file)
    head = [c.strip() for c in next(rows)[1]]
    unknown = [h for h in head[LEAD:] if h not in known]
    missing = [h for h in known if h not in head]
    if unknown or missing:
        what = f"unbekannte Spalte „{unknown[0]}“" if unknown else f"Spalte „{missing[0]}“ fehlt"
        raise SourceError(file, f"Die Regionaltabelle ist anders aufgebaut als bekannt: {what}.", 1)
    table = Regional("", [], [], [], head[LEAD:], [])
    for line, row in rows:
        if len(row) != len(head):
            raise SourceError(file, f"Die Zeile hat {len(row)} Spalten, der Kopf hat {len(head)}.", line)
        if table.date and row[0] != table.date:
            raise SourceError(file, f"Berichtszeitpunkt „{row[0]}“ statt „{table.date}“.", line)
        table.date = row[0]
        table.keys.append(row[1].strip())
        table.levels.append(row[3].strip())
        table.lines.append(line)
        table.values.append([c.strip() for c in row[LEAD:]])
    if not table.keys:
        raise SourceError(file, "Die Datei hat einen Kopf, aber keine Zeilen.", 1)
    if not text.endswith("\n"):
        raise SourceError(
            file, "Die letzte Zeile ist nicht abgeschlossen; die Datei ist abgeschnitten.", table.lines[-1]
        )
    day = iso_day(f"{table.date[:4]}-{table.date[4:6]}-{table.date[6:]}")
    if day is None:
        raise SourceError(file, f"„{table.date}“ ist kein Berichtszeitpunkt (erwartet JJJJMMTT).", 2)
    table.date = day
    return table
