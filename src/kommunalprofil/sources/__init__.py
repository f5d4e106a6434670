"""Sources: official files, recognised by their content and never by their name, become readings."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from kommunalprofil.errors import SourceError, UnknownTableError
from kommunalprofil.registry import collect
from kommunalprofil.sources import datencsv, flat, zensus
from kommunalprofil.sources.declare import Table
from kommunalprofil.sources.reading import Reading, from_grid

MAX_BYTES = 2_000_000_000
COMPANIONS = frozenset({".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".qpj"})


def declared() -> dict[str, Table]:
    """Every declared table by its id, in the order of the declarations."""
    return collect("kommunalprofil.sources", Table)


def _content(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(path.name, f"Die Datei ist nicht lesbar ({error.strerror}).") from None
    if not data:
        raise SourceError(path.name, "Die Datei ist leer. Bitte neu herunterladen.")
    if data[:2] == b"\x1f\x8b":
        try:
            unpacker = zlib.decompressobj(wbits=31)
            data = unpacker.decompress(data, MAX_BYTES)
            if not unpacker.eof:
                raise SourceError(path.name, "Das gzip-Archiv ist abgeschnitten oder entpackt sich auf mehr als 2 GB.")
        except (zlib.error, gzip.BadGzipFile) as error:
            raise SourceError(
                path.name, f"Das gzip-Archiv ist beschädigt ({error}). Bitte neu herunterladen."
            ) from None
    return data


def read(path: Path) -> Reading:
    """Read one official file of any declared kind.

    Raises UnknownTableError for a table or format nobody has declared, SourceError (with the line) for damage.
    """
    from kommunalprofil.sources import areas, geometry

    if geometry.recognise(path):
        return geometry.read(path)
    data = _content(path)
    if areas.recognise(data):
        return areas.read(path)
    name, retrieved = path.name, ""
    if data[:2] == b"PK":
        data, retrieved = flat.unpack(data, name)
    text = datencsv.decode(data[:4096].replace(b"\x00", b"?"), name)
    tables = declared()
    if (table_id := datencsv.recognise(text)) is not None:
        table = tables.get(table_id)
        if table is None:
            known = ", ".join(tables)
            raise UnknownTableError(name, f"Die Tabelle {table_id} ist nicht deklariert. Bekannt sind: {known}.", 1)
        sheet = datencsv.parse(datencsv.decode(data, name), name, list(table.measures))
        return from_grid(table, datencsv.grid_of(table, sheet, name), name, data)
    if flat.recognise(text):
        parsed = flat.parse(data, name, retrieved)
        table = _flat_table(parsed, tables, name)
        return from_grid(table, flat.grid_of(table, parsed, name), name, data)
    if (head := zensus.head_of(text)) is not None:
        table = _census_table(head, tables, name)
        return from_grid(table, zensus.parse(data, name, table), name, data)
    first = text.split("\n", 1)[0].strip()[:60]
    raise UnknownTableError(name, f"Kein bekanntes amtliches Format; die Datei beginnt mit „{first}“.", 1)


def _flat_table(parsed: flat.Flat, tables: dict[str, Table], name: str) -> Table:
    for table in tables.values():
        if table.flat is None:
            continue
        statistic, variables, value, regional = table.flat
        same = (statistic, variables, value) == (parsed.statistic, parsed.variables, parsed.value_variable)
        if same and parsed.region_variables <= regional:
            return table
    found = (
        f"Statistik {parsed.statistic}, Inhalt {parsed.value_variable}, Merkmale {', '.join(sorted(parsed.variables))}"
    )
    raise UnknownTableError(name, f"Keine deklarierte Tabelle passt zu dieser Flat-Datei ({found}).", 1)


def _census_table(head: tuple[str, ...], tables: dict[str, Table], name: str) -> Table:
    best = max((t for t in tables.values() if t.columns), key=lambda t: len(set(t.columns) & set(head)))
    if len(set(best.columns) & set(head)) < 2:
        raise UnknownTableError(name, f"Keine deklarierte Regionaltabelle hat die Spalte „{head[-1]}“.", 1)
    return best
