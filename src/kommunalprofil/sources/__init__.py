"""Sources: official files, recognised by their content and never by their name, become readings."""

from __future__ import annotations

from pathlib import Path

from kommunalprofil.errors import SourceError, UnknownTableError
from kommunalprofil.registry import collect
from kommunalprofil.sources import datencsv, flat, formats, refusals, zensus
from kommunalprofil.sources.content import ZIP, of_file
from kommunalprofil.sources.declare import Table
from kommunalprofil.sources.reading import Reading, from_grids

COMPANIONS = frozenset({".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".qpj"})


def declared() -> dict[str, Table]:
    """Every declared table by its id, in the order of the declarations."""
    return collect("kommunalprofil.sources", Table)


def read(path: Path) -> Reading:
    """Read one official file of any declared kind.

    Raises UnknownTableError for a table or format nobody has declared, SourceError (with the line) for damage.
    """
    from kommunalprofil.sources import areas, geometry

    if geometry.recognise(path):
        return geometry.read(path)
    head = _head(path)
    if head[:2] == ZIP and areas.recognise(path.read_bytes()):
        return areas.read(path)
    tables = declared()
    if (found := formats.of_binary(path, tables)) is not None:
        return found
    content = of_file(path)
    if areas.recognise(content.head):
        return areas.read(path)
    if (found := formats.of_text(content, path, tables)) is not None:
        return found
    text = content.opening
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
    try:
        with path.open("rb") as stream:
            return stream.read(4)
    except OSError as error:
        raise SourceError(path.name, f"Die Datei ist nicht lesbar ({error.strerror}).") from None


def _wide_table(text: str, tables: dict[str, Table], name: str) -> Table | None:
    """The table of a Datencsv, None if the text is none. Raises UnknownTableError for one that is not declared."""
    table_id = datencsv.recognise(text)
    table = tables.get(table_id or "") or datencsv.by_opening(text, tables.values())
    if table_id is not None and table is None:
        known = ", ".join(tables)
        raise UnknownTableError(name, f"Die Tabelle {table_id} ist nicht deklariert. Bekannt sind: {known}.", 1)
    return table


def _census_table(head: tuple[str, ...], tables: dict[str, Table], name: str) -> Table:
    best = max((t for t in tables.values() if t.columns), key=lambda t: len(set(t.columns) & set(head)))
    if len(set(best.columns) & set(head)) < 2:
        raise UnknownTableError(name, f"Keine deklarierte Regionaltabelle hat die Spalte „{head[-1]}“.", 1)
    return best
