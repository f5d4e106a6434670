"""What an official file is, found in its content, and the reader that goes with it."""

from __future__ import annotations

from pathlib import Path

from kommunalprofil import sources
from kommunalprofil.errors import UnknownTableError
from kommunalprofil.sources import archives, areas, datencsv, flat, formats, geometry, refusals, zensus
from kommunalprofil.sources.content import ZIP, of_file
from kommunalprofil.sources.declare import HOW, Table
from kommunalprofil.sources.reading import Reading, from_grids


def read(path: Path) -> Reading:
    """Read one official file that stays as it is. Raises UnknownTableError and SourceError as `sources.read`."""
    if path.is_dir() and geometry.recognise(path):
        return geometry.read(path)
    head = _head(path)
    if head[:2] == ZIP:
        with archives.opened(path, path.name):
            pass  # all that follows may trust its directory
    if geometry.recognise(path):
        return geometry.read(path)
    if areas.claims(path):
        return areas.read(path)
    tables = sources.declared()
    if (found := formats.of_binary(path, tables)) is not None:
        return found
    content = of_file(path)
    if areas.recognise(content.head):
        return areas.read(path)
    if (found := formats.of_text(content, path, tables)) is not None:
        return found
    text = content.opening
    refusals.refuse_separator(text, path.name)
    table = _wide_table(text, tables, path.name)
    if table is not None:
        return from_grids(table, datencsv.grids(content, table), path.name, content.sha256)
    if flat.recognise(text):
        table, grids = flat.read(content, tables)
        return from_grids(table, grids, path.name, content.sha256)
    if (regional := zensus.head_of(text)) is not None:
        table = _census_table(regional, tables, path.name)
        return from_grids(table, [zensus.parse(content, table)], path.name, content.sha256)
    refusals.refuse(content.head, refusals.TEXT, path.name)
    first = text.split("\n", 1)[0].strip()[:60]
    raise UnknownTableError(path.name, f"Kein bekanntes amtliches Format; die Datei beginnt mit „{first}“.", 1)


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(4)


def _wide_table(text: str, tables: dict[str, Table], name: str) -> Table | None:
    """The table of a Datencsv, None if the text is none. Raises UnknownTableError for one that is not declared."""
    table_id = datencsv.recognise(text)
    table = tables.get(table_id or "") or datencsv.by_opening(text, tables.values())
    if table_id is not None and table is None:
        raise UnknownTableError(name, f"Die Tabelle {table_id} ist nicht deklariert. {HOW}", 1)
    return table


def _census_table(head: tuple[str, ...], tables: dict[str, Table], name: str) -> Table:
    best = max((t for t in tables.values() if t.columns), key=lambda t: len(set(t.columns) & set(head)))
    if len(set(best.columns) & set(head)) < 2:
        raise UnknownTableError(name, f"Keine deklarierte Regionaltabelle hat die Spalte „{head[-1]}“.", 1)
    return best
