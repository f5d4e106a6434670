"""`data check` in words: a table of passes and fails, one row a table of the data set, and what failed in full."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from textwrap import wrap

from kommunalprofil.formatting import number
from kommunalprofil.invariants import BALANCE, CELLS, FILES, OFFICIAL, PLACES, RANGES, SCHEMA, SOURCES, SUMS, Line

WIDTH = 80
COLUMNS = (SCHEMA, SUMS, RANGES, PLACES, SOURCES, CELLS, OFFICIAL)
HEADS = ("Schema", "Summen", "Werte", "Gebiete", "Herkunft", "Zellen", "amtlich")
OK, FAILED = "ok", "FEHLER"


def _fold(text: str, indent: int = 2) -> str:
    return "\n".join(wrap(text, WIDTH, initial_indent=" " * indent, subsequent_indent=" " * (indent + 2)))


def _mark(ok: bool) -> str:
    return OK if ok else FAILED


def told(line: Line) -> str:
    """One check in full."""
    where = f"{line.table}, " if line.table else ""
    return _fold(f"{_mark(line.ok):<6}  {where}{line.group}: {line.name}: {line.text}")


def overview(lines: Sequence[Line]) -> str:
    """The table of all checks, those of no single table below it in full, and every failed one once more."""
    tables = list(dict.fromkeys(line.table for line in lines if line.table))
    width = max([len("Tabelle"), *map(len, tables)])
    shown = [_row("Tabelle".ljust(width), HEADS)]
    for table in tables:
        mine = [line for line in lines if line.table == table]
        cells = [_cell([line for line in mine if line.group == group]) for group in COLUMNS]
        shown.append(_row(table.ljust(width), cells))
    groups = (FILES, BALANCE, OFFICIAL)
    rest = [line for line in lines if line.group in groups]
    for group, part in groupby(sorted(rest, key=lambda x: groups.index(x.group)), key=lambda x: x.group):
        shown += [
            "",
            group,
            *(_fold(f"{_mark(x.ok):<6}  {' '.join(filter(None, (x.table, x.name)))}: {x.text}") for x in part),
        ]
    return "\n".join([*shown, "", *summary(lines)])


def _row(name: str, cells: Iterable[str]) -> str:
    return " ".join(
        [name, *(cell.ljust(max(len(h), len(FAILED))) for cell, h in zip(cells, HEADS, strict=True))]
    ).rstrip()


def _cell(lines: Sequence[Line]) -> str:
    return _mark(all(line.ok for line in lines)) if lines else "–"


def details(lines: Iterable[Line]) -> str:
    """Every check in full."""
    found = list(lines)
    return "\n".join([*map(told, found), "", *summary(found)])


def summary(lines: Sequence[Line]) -> list[str]:
    """How many passed, and the failed ones in full."""
    failed = [line for line in lines if not line.ok]
    if not failed:
        return [f"Alle {number(len(lines))} Prüfungen bestanden."]
    return [f"Nicht bestanden: {number(len(failed))} von {number(len(lines))} Prüfungen.", *map(told, failed)]
