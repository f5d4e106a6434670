"""`data status`: the tables of a data set with their Stand, and the matrix of what they answer, in words or rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import groupby
from textwrap import wrap

from kommunalprofil.availability import NO_TABLE, WITHOUT, Cell
from kommunalprofil.formatting import list_and, number, stand
from kommunalprofil.indicators import Indicator
from kommunalprofil.provenance import Origin
from kommunalprofil.sources import declared
from kommunalprofil.sources.declare import Table
from kommunalprofil.states import OBSERVATIONS
from kommunalprofil.store import Store
from kommunalprofil.territory import region_level
from kommunalprofil.vocabulary import LEVEL

WIDTH = 80
UNFIT = "die Altersgrenzen passen nicht"
BREAKDOWN = {
    "sex": "Geschlecht",
    "nationality": "Nationalität",
    "age": "Alter",
    "migration": "Einwanderungsgeschichte",
    "household": "Haushaltstyp",
}
LEVELS = {
    "bund": ("Bund", "Bund"),
    "land": ("Land", "Länder"),
    "kreis": ("Kreis", "Kreise"),
    "gemeinde": ("Gemeinde", "Gemeinden"),
}


@dataclass(frozen=True)
class TableLine:
    """One table of the data set: where it comes from, what it holds, why it stands where it stands in the order.

    `regions` counts the regions of each level, `stand` is the newest one of its files, `files` how many there are.
    """

    id: str
    title: str
    producer: str
    measures: tuple[str, ...]
    rows: int
    regions: dict[str, int]
    dates: tuple[str, ...]
    stand: str
    files: int
    oracle: bool
    why: str


def table_lines(store: Store) -> Iterator[TableLine]:
    """The tables of the data set, in the order in which they are asked; tables nobody declares any more last."""
    tables = declared()
    origins: dict[str, list[Origin]] = {}
    for origin in store.origins:
        origins.setdefault(origin.table, []).append(origin)
    order = [t for t in tables if t in store.tables] + [t for t in store.tables if t not in tables]
    for name in order:
        yield _table_line(store, name, tables.get(name), origins.get(name, []))


def _table_line(store: Store, name: str, table: Table | None, origins: list[Origin]) -> TableLine:
    measures, regions = store.contents(name)
    levels = [region_level(r) for r in regions]
    return TableLine(
        id=name,
        title=table.title if table else max((o.title for o in origins), default=""),
        producer=table.producer if table else "",
        measures=tuple(sorted(measures)),
        rows=store.state.entries[f"{OBSERVATIONS}/{name}"].rows,
        regions={level: levels.count(level) for level in LEVEL if level in levels},
        dates=tuple(sorted({d for o in origins for d in o.dates})),
        stand=max((o.stand or o.retrieved for o in origins), default=""),
        files=len({o.sha256 for o in origins}),
        oracle=bool(table and table.oracle),
        why=table.why if table else "",
    )


def _fold(text: str, indent: int, hang: int = 2) -> str:
    return "\n".join(wrap(text, WIDTH - 1, initial_indent=" " * indent, subsequent_indent=" " * (indent + hang)))


def years(dates: Iterable[str]) -> str:
    """`1995–2018, 2021` of ISO days or years."""
    found = sorted({int(d[:4]) for d in dates if d})
    spans = []
    for _, run in groupby(enumerate(found), key=lambda pair: pair[1] - pair[0]):
        inside = [year for _, year in run]
        spans.append(str(inside[0]) if len(inside) == 1 else f"{inside[0]}–{inside[-1]}")
    return ", ".join(spans)


def table_text(found: Iterable[TableLine]) -> str:
    """The tables as German lines."""
    shown = ["Tabellen in der Reihenfolge, in der sie gefragt werden:"]
    for line in found:
        regions = ", ".join(f"{number(n)} {LEVELS[level][n > 1]}" for level, n in line.regions.items())
        files = f"{number(line.files)} {'Dateien' if line.files > 1 else 'Datei'}"
        facts = [years(line.dates), regions, f"{number(line.rows)} Zeilen aus {files}", stand(line.stand)]
        facts[-1] = f"Stand {facts[-1]}" if facts[-1] else ""
        shown.append(_fold(f"{line.id}: {line.title}", 2))
        shown.append(_fold("; ".join(filter(None, facts)), 4))
        if line.oracle:
            shown.append(_fold("nur zum Vergleich: amtlich berechnete Werte", 4))
        if line.why:
            shown.append(_fold(line.why, 4))
    return "\n".join(shown)


Pattern = tuple[tuple[str, ...], tuple[tuple[str, tuple[str, ...]], ...], tuple[tuple[str, tuple[str, ...]], ...]]


def matrix_text(cells: Iterable[Cell], indicators: dict[str, Indicator], brief: bool) -> str:
    """The matrix as German lines: levels and members with the same years, tables and gaps stand together.

    The brief form leaves out which table answers.
    """
    shown = []
    for name, rows in groupby(cells, key=lambda c: c.indicator):
        shown.append(f"{indicators[name].de} ({name})")
        patterns: dict[Pattern, list[tuple[str, str, str]]] = {}
        for key, part in groupby(rows, key=lambda c: (c.breakdown, c.member, c.level)):
            patterns.setdefault(_pattern(list(part), brief), []).append(key)
        for pattern, keys in patterns.items():
            shown += _block(pattern, keys)
    return "\n".join(shown)


def _pattern(cells: Sequence[Cell], brief: bool) -> Pattern:
    """Dates with a value, the tables that give them, and the gaps by reason; a year counts if any day of it does."""
    valued = tuple(c.date for c in cells if c.table)
    good = {d[:4] for d in valued}
    tables: dict[str, list[str]] = {}
    gaps: dict[str, list[str]] = {}
    for cell in cells:
        if cell.table:
            tables.setdefault("" if brief else cell.table, []).append(cell.date)
        elif cell.date[:4] not in good or not cell.date:
            reason = _brief(cell.reason) if brief else cell.reason
            gaps.setdefault(reason, []).append(cell.date)
    said = {d[:4] for reason, dates in gaps.items() if reason != NO_TABLE for d in dates}
    if rest := [d for d in gaps.pop(NO_TABLE, []) if d[:4] not in said]:
        gaps[NO_TABLE] = rest
    return valued, tuple((t, tuple(d)) for t, d in tables.items()), tuple((r, tuple(d)) for r, d in gaps.items())


def _brief(reason: str) -> str:
    """The kind of a gap, without the tables and ages it is about."""
    return UNFIT if "nicht bildbar" in reason else WITHOUT if reason.endswith(WITHOUT) else reason


def _block(pattern: Pattern, keys: Sequence[tuple[str, str, str]]) -> list[str]:
    valued, tables, gaps = pattern
    shown = [_fold(f"{_who(keys)}: {years(valued) or 'nichts'}", 2)]
    if any(table for table, _ in tables):
        shown.append(_fold("; ".join(f"{table} {years(dates)}" for table, dates in tables), 4))
    for reason, dates in gaps:
        when = f"{years(dates)}: " if any(dates) else ""
        shown.append(_fold(f"– {when}{reason}", 4))
    return shown


def _who(keys: Sequence[tuple[str, str, str]]) -> str:
    """`insgesamt und nach Geschlecht (Bund, Länder); …`: breakdowns with the same levels together."""
    by_what: dict[str, list[str]] = {}
    for breakdown, member, level in keys:
        name = f"nach {BREAKDOWN[breakdown]}" if breakdown else member or "insgesamt"
        levels = by_what.setdefault(name, [])
        if level not in levels:
            levels.append(level)
    by_levels: dict[tuple[str, ...], list[str]] = {}
    for name, levels in by_what.items():
        by_levels.setdefault(tuple(levels), []).append(name)
    return "; ".join(
        f"{list_and(names)} ({', '.join(LEVELS[x][1] for x in levels)})" for levels, names in by_levels.items()
    )


def matrix_csv(cells: Iterable[Cell]) -> str:
    """The matrix as CSV, one row a cell."""
    sink = io.StringIO(newline="")
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(f.name for f in fields(Cell))
    writer.writerows(asdict(cell).values() for cell in cells)
    return sink.getvalue()
