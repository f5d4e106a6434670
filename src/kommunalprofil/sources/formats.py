"""Formats of tables that are no csv – workbooks, Eurostat's TSV, JSON – and files that hold no table at all."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from kommunalprofil.errors import SourceError
from kommunalprofil.observations import typed
from kommunalprofil.sources import europop, eurostat, jsonstat, lifetables, refusals, workbook, xlsx
from kommunalprofil.sources.content import Content
from kommunalprofil.sources.declare import Table
from kommunalprofil.sources.grid import Grid
from kommunalprofil.sources.reading import Reading, from_grids

PEEK = 4096
Parts = Sequence[tuple[Table, Grid]]
"""What a file holds: for each of its tables the grid."""


def of_binary(path: Path, tables: Mapping[str, Table]) -> Reading | None:
    """The reading of a workbook; None for a text or an archive of texts.

    Raises NotATableError for a document or picture, UnknownTableError for an unknown workbook, SourceError with sheet
    and cell for a damaged one.
    """
    file = path.name
    try:
        with path.open("rb") as stream:
            head = stream.read(PEEK)
        refusals.refuse(head, refusals.BINARY, file)
        data = path.read_bytes() if head[:2] == b"PK" or head[:8] == xlsx.OLE else b""
    except OSError as error:
        raise SourceError(file, f"Die Datei ist nicht lesbar ({error.strerror or error}).") from None
    if not xlsx.recognise(data):
        return None
    book = xlsx.Book(data, file)
    parts: Parts = []
    if workbook.recognise(book) is not None:
        parts = [workbook.read(book, file, tables)]
    elif europop.recognise(book):
        parts = [europop.read(book, file, tables)]
    elif lifetables.recognise(book):
        parts = lifetables.read(book, file, tables)
    else:
        texts = " ".join(c for name in book.names for _, row in book.sheet(name, until=PEEK).rows for c in row)
        refusals.refuse_workbook(book.names, texts, file)
    return _joined(parts, file, hashlib.sha256(data).hexdigest())


def of_text(content: Content, path: Path, tables: Mapping[str, Table]) -> Reading | None:
    """The reading of a TSV or JSON; None for another text. Raises NotATableError, UnknownTableError, SourceError."""
    if eurostat.recognise(content.head):
        part = eurostat.read(content.stream(), path.name, tables.values())
        return _joined([part], path.name, content.sha256)
    if not jsonstat.recognise(content.head):
        return None
    found = jsonstat.load(content.data(), path.name)
    if not jsonstat.is_data(found):
        refusals.refuse_json(found, path.name)
    return _joined([jsonstat.read(found, path, tables)], path.name, content.sha256)


def _joined(parts: Parts, file: str, sha256: str) -> Reading:
    """One reading of all tables in a file; its report speaks of the first and names the others."""
    import pandas as pd

    whole, *others = (from_grids(table, [grid], file, sha256) for table, grid in parts)
    for other in others:
        frames = [frame.astype({"source": "str"}) for r in (whole, other) if (frame := r.observations) is not None]
        whole.observations = typed(pd.concat(frames, ignore_index=True), file)
        whole.origins += other.origins
        whole.lines = {**whole.lines, **other.lines}
        whole.report.kept += other.report.kept
        whole.report.rows_read += other.report.rows_read
        whole.report.cells += other.report.cells
        whole.report.repeated += other.report.repeated
        for mine, its in ((whole.report.dropped, other.report.dropped), (whole.report.left, other.report.left)):
            for reason, number in its.items():
                mine[reason] = mine.get(reason, 0) + number
        note = f"dazu {other.report.table}: {other.report.regions} Gebiete, {other.report.kept} Werte"
        whole.report.note = "; ".join(filter(None, (whole.report.note, note)))
    return whole
