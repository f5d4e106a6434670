"""Reader of GENESIS tables saved as a workbook: merged headings, a block of rows under one key, signs as texts.

The sheet carries the number of its table as name. Above the head stand titles, below a line of underscores footnotes,
copyright and Stand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from kommunalprofil.errors import SourceError, UnknownTableError
from kommunalprofil.sources import headings, labels
from kommunalprofil.sources.datencsv import stand_of
from kommunalprofil.sources.declare import HOW, Table
from kommunalprofil.sources.gather import coded
from kommunalprofil.sources.grid import Grid
from kommunalprofil.sources.xlsx import Book, Number, Sheet, place

TABLE = re.compile(r"[0-9A-Z]{2,8}(?:-[0-9A-Z]{1,5}){1,4}", re.ASCII)
FOOT = re.compile(r"_{5,}")
KEY = re.compile(r"DG|\d{2,12}", re.ASCII)
TIME_LINE = re.compile(r"(?:Stichtag|Jahr): *(.+)")
THOUSANDS = re.compile(r"\(1000\)|\bin 1000\b")


@dataclass
class Block:
    """The rows of data: line, code of the row (key or variant), further label cells, values; day of each row."""

    lines: list[int] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    labels: list[list[str]] = field(default_factory=list)
    values: list[list[str]] = field(default_factory=list)
    days: list[str] = field(default_factory=list)


def recognise(book: Book) -> str | None:
    """The number of the table whose sheet this workbook holds, or None."""
    return next((name.strip() for name in book.names if TABLE.fullmatch(name.strip())), None)


def read(book: Book, file: str, tables: Mapping[str, Table]) -> tuple[Table, Grid]:
    """The declared table of a workbook and its grid.

    Raises UnknownTableError for a table nobody has declared, SourceError with sheet and cell for a missing foot,
    unknown headings, cells outside the table, a row without key.
    """
    name = next(n for n in book.names if TABLE.fullmatch(n.strip()))
    table = tables.get(name.strip())
    if table is None:
        raise UnknownTableError(file, f"Die Tabelle {name.strip()} ist nicht deklariert. {HOW}")
    sheet = book.sheet(name)
    body, notes, stand = _without_foot(sheet, file)
    start = next((i for i, (_, row) in enumerate(body) if any(row[1:])), len(body))
    stop = next((i for i in range(start + 1, len(body)) if body[i][1][0]), len(body))
    if stop == len(body):
        raise _wrong(sheet, body[-1][0] if body else 1, 0, "Es gibt keine Kopfzeilen oder keine Datenzeilen.", file)
    head = _filled(sheet, body[start:stop])
    lead = min(next(i for i, cell in enumerate(row) if i and cell) for _, row in head)
    width = max(len(row) for _, row in head)
    block = _block(sheet, body[stop:], lead, width, table, file)
    titles, fixed = _titles([row[0] for _, row in body[:start]], table)
    head = [(line, row[lead:] + [""] * (width - len(row))) for line, row in head]
    draft = _draft(block, head, fixed, table, file)
    return table, headings.grid_of(
        draft, table, file, title=" ".join(titles), stand=stand, notes=notes, decimal=".",
        other_lines=len(sheet.rows) - len(block.lines),
        scale=1000.0 if any(THOUSANDS.search(title) for title in titles) else 1.0,
    )  # fmt: skip


def _without_foot(sheet: Sheet, file: str) -> tuple[list[tuple[int, list[str]]], str, str]:
    """The rows above the line of underscores; the notes and the Stand below it."""
    foot = next((i for i, (_, row) in enumerate(sheet.rows) if FOOT.fullmatch(row[0])), len(sheet.rows))
    notes = "\n".join(cell for _, row in sheet.rows[foot:] for cell in row)
    stand = stand_of(notes)
    if not stand:
        line = sheet.rows[-1][0] if sheet.rows else 1
        reason = "Der Fuß der Tabelle (Trennlinie „__________“ mit Stand) fehlt; sie ist abgeschnitten."
        raise _wrong(sheet, line, 0, reason, file)
    if stray := next((line for line, row in sheet.rows[foot:] if sum(map(bool, row)) > 2), 0):
        raise _wrong(sheet, stray, 0, "Unter der Trennlinie steht eine Datenzeile; die Datei ist beschädigt.", file)
    return sheet.rows[:foot], notes, stand


def _wrong(sheet: Sheet, line: int, column: int, reason: str, file: str) -> SourceError:
    return SourceError(file, f"Blatt „{sheet.name}“, Zelle {place(line, column)}: {reason}", line)


def _filled(sheet: Sheet, head: list[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    """The heading rows with merged cells filled: what stands in the first cell of a range holds for all of it."""
    rows = {line: list(row) for line, row in head}
    width = max(map(len, rows.values()))
    for top, left, bottom, right in sheet.merged:
        if left and top in rows and left < len(rows[top]):
            text, end = rows[top][left], min(right + 1, width)
            for line in (line for line in rows if top <= line <= bottom):
                rows[line] += [""] * (end - len(rows[line]))
                rows[line][left:end] = [text] * (end - left)
    return sorted(rows.items())


def _titles(texts: list[str], table: Table) -> tuple[list[str], labels.Meaning]:
    """Title lines, and what a line such as `Jahr: 2019` says of the whole table."""
    fixed: labels.Meaning = {}
    titles = []
    for text in texts:
        stated = TIME_LINE.fullmatch(text.strip())
        said = labels.time((stated[1] if stated else text).strip(), table)
        if said is None:
            titles.append(" ".join(text.split()))
        else:
            fixed = said
    return titles, fixed


def _block(sheet: Sheet, rows: list[tuple[int, list[str]]], lead: int, width: int, table: Table, file: str) -> Block:
    """The rows of data; a key holds for the rows below it that have none, a day for the block below it."""
    block = Block()
    code = day = ""
    for line, row in rows:
        if len(row) > width:
            raise _wrong(sheet, line, len(row) - 1, f"Der Kopf der Tabelle hat {width} Spalten, die Zeile mehr.", file)
        row = row + [""] * (width - len(row))
        if not any(row[1:]):
            said = labels.time(row[0].strip(), table)
            if said is None:
                raise _wrong(sheet, line, 0, f"„{row[0][:60]}“ ist weder Datenzeile noch Stichtag.", file)
            day, code = row[0].strip(), ""
            continue
        if row[0]:
            code = row[0].strip()
            if isinstance(row[0], Number):
                reason = f"Der Schlüssel {code} steht als Zahl da; führende Nullen fehlen. Die Datei unverändert"
                raise _wrong(sheet, line, 0, f"{reason} verwenden.", file)
        elif not code or row[1]:
            raise _wrong(sheet, line, 0, "Die Zeile hat keinen Schlüssel.", file)
        block.lines.append(line)
        block.codes.append(code)
        block.days.append(day)
        block.labels.append(row[2:lead])
        block.values.append(row[lead:])
    return block


def _draft(
    block: Block, head: list[tuple[int, list[str]]], fixed: labels.Meaning, table: Table, file: str
) -> headings.Draft:
    """What headings and row labels say."""
    import numpy as np

    lines = np.array(block.lines, dtype=np.int32)
    columns = headings.columns_of(head, table, file)
    said = {place + 2: coded(list(cells)) for place, cells in enumerate(zip(*block.labels, strict=True))}
    keyed = KEY.fullmatch(block.codes[0]) is not None
    if not keyed:
        said[0] = coded(block.codes)
    rows = headings.rows_of(said, table, lines, file)
    if keyed:
        if wrong := next((i for i, code in enumerate(block.codes) if not KEY.fullmatch(code)), None):
            reason = f"„{block.codes[wrong][:60]}“ ist kein Gebietsschlüssel (erwartet DG oder 2 bis 12 Ziffern)."
            raise SourceError(file, reason, block.lines[wrong])
        rows["key"] = coded(block.codes)
    if any(block.days):
        rows |= headings.rows_of({0: coded(block.days)}, table, lines, file)
    cells = coded([text for row in block.values for text in row])
    return headings.Draft(rows, columns, cells, None, lines, fixed)
